package sqlite

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/internal/rows"
	"github.com/servicerecovery/amends/recovery/store"
)

// Erase takes out everything about an incident or a customer: decisions, refusals, marks and reports, choices with
// their reasons, what they count, precedents, and deliveries, dead ones too. It returns the deliveries that somebody
// still had to see to, which are cancelled: a claimed one may be done all the same.
//
// A keyed hash is kept of each incident, and what comes again about it is refused with [recovery.ErrErased], until
// [Store.Anew]. The use of partners is kept too, because the partners have served all the same. SQLite
// overwrites what is deleted, and Erase empties its log. Copies of the file keep the old bytes, and so may the disk.
func (s *Store) Erase(ctx context.Context, e store.Erasure) (cancelled []recovery.Delivery, err error) {
	if err := e.Check(); err != nil {
		return nil, err
	}
	erased := 0
	err = s.changing(ctx, func(c *conn) error {
		x := &erasing{s: s, c: c}
		err := x.run(&e)
		cancelled, erased = x.cancelled, len(x.records)
		return err
	})
	if err == nil && e.Erased != nil {
		e.Erased(erased)
	}
	if err != nil || erased == 0 {
		return nil, err
	}
	s.writing.Lock()
	defer s.writing.Unlock()
	_, err = s.writer.c.ExecContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)")
	return cancelled, err
}

// Anew says that an incident that was erased begins anew: what comes again about it is taken as a new incident.
func (s *Store) Anew(ctx context.Context, namespace, incident string) error {
	return s.changing(ctx, func(c *conn) error {
		hash, err := c.hash(namespace, incident)
		if err != nil {
			return err
		}
		_, err = c.exec("DELETE FROM erased WHERE hash = ?", hash)
		return err
	})
}

// erasing is an erasure in its transaction.
type erasing struct {
	s         *Store
	c         *conn
	incidents int
	records   []int64
	reserves  []recovery.Reserve
	cancelled []recovery.Delivery
}

func (x *erasing) run(e *store.Erasure) error {
	list, err := x.concerned(e)
	if err != nil {
		return err
	}
	for _, no := range list {
		t, err := x.c.threadBy("SELECT "+threadColumns+" WHERE no = ?", no)
		if err == nil {
			err = x.forget(t)
		}
		if err != nil {
			return err
		}
	}
	if len(x.records) == 0 && len(list) == 0 {
		return nil
	}
	if err := x.c.add(0, rows.Reserved(x.reserves), 1); err != nil {
		return err
	}
	slices.Sort(x.records)
	body, err := rows.Erasure(x.incidents, x.records, x.reserves)
	if err != nil {
		return err
	}
	_, err = x.c.add1("erasure", &thread{tenant: e.Namespace}, "", "", e.At, body, nil)
	return err
}

// concerned finds the incidents that are meant. It takes out refusals of the customer's that have no incident.
func (x *erasing) concerned(e *store.Erasure) (list []int64, err error) {
	number := func(into *[]int64) func(func(...any) error) error {
		return func(scan func(...any) error) error {
			var n int64
			err := scan(&n)
			*into = append(*into, n)
			return err
		}
	}
	if e.Incident != "" {
		err = x.c.rows("SELECT no FROM incidents WHERE tenant = ? AND id = ?", number(&list), e.Namespace, e.Incident)
		return list, err
	}
	err = x.c.rows("SELECT DISTINCT incident FROM records WHERE tenant = ? AND customer = ? AND incident IS NOT NULL", number(&list), e.Namespace, e.Customer)
	if err == nil {
		err = x.c.rows("DELETE FROM records WHERE tenant = ? AND customer = ? AND incident IS NULL RETURNING number", number(&x.records), e.Namespace, e.Customer)
	}
	return list, err
}

// forget takes out everything about an incident.
func (x *erasing) forget(t *thread) error {
	stands, err := x.s.standing(x.c, t)
	if err != nil {
		return err
	}
	kinds, err := x.s.countedAt(x.c, t.no)
	if err != nil {
		return err
	}
	if stands.Latest != nil {
		x.incidents++
		x.reserves = slices.AppendSeq(x.reserves, stands.Reserves())
	}
	if err := x.c.add(t.no, rows.Entries(kinds, stands), -1); err != nil {
		return err
	}
	gone, _ := rows.Precedents(stands, store.Standing{})
	for i := range gone {
		if err := x.c.withdraw(t.no, &gone[i]); err != nil {
			return err
		}
	}
	if err := x.cancel(t); err != nil {
		return err
	}
	err = x.c.rows("DELETE FROM records WHERE incident = ? RETURNING number", func(scan func(...any) error) error {
		var n int64
		err := scan(&n)
		x.records = append(x.records, n)
		return err
	}, t.no)
	if err != nil {
		return err
	}
	hash, err := x.c.hash(t.tenant, t.id)
	if err != nil {
		return err
	}
	_, err = x.c.exec("INSERT INTO erased (hash) VALUES (?) ON CONFLICT DO NOTHING", hash)
	for _, from := range []string{"DELETE FROM choices WHERE incident = ?", "DELETE FROM deliveries WHERE incident = ?", "DELETE FROM incidents WHERE no = ?"} {
		if err == nil {
			_, err = x.c.exec(from, t.no)
		}
	}
	return err
}

// cancel lists the deliveries of an incident that somebody still has to see to.
func (x *erasing) cancel(t *thread) error {
	q, err := x.c.queue(t)
	if err != nil {
		return err
	}
	for _, o := range q.Stream().Open {
		d, err := x.s.delivery(x.c, t, &o)
		if err != nil {
			return err
		}
		x.cancelled = append(x.cancelled, *d)
	}
	return nil
}

// hash is the keyed hash of an incident, which is kept when it is erased.
func (c *conn) hash(tenant, id string) ([]byte, error) {
	var key []byte
	if found, err := c.row("SELECT value FROM meta WHERE name = 'erased'", nil, &key); err != nil || !found {
		return nil, cmp.Or(err, errors.New("the file has no key for hashes of what was erased"))
	}
	sum := hmac.New(sha256.New, key)
	sum.Write([]byte(store.Name(tenant, id)))
	return sum.Sum(nil), nil
}

// notErased refuses what comes about an incident that was erased.
func (s *Store) notErased(c *conn, tenant, id string) error {
	hash, err := c.hash(tenant, id)
	if err != nil {
		return err
	}
	var one int
	found, err := c.row("SELECT 1 FROM erased WHERE hash = ?", []any{hash}, &one)
	if err == nil && found {
		err = fmt.Errorf("incident %s: %w", id, recovery.ErrErased)
	}
	return err
}
