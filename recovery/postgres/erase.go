package postgres

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/internal/rows"
	"github.com/servicerecovery/amends/recovery/store"
)

// Erase takes out everything about an incident or a customer: decisions, refusals, marks and reports, choices with
// their reasons, what they count, precedents, and deliveries, dead ones too. It returns the deliveries that somebody
// still had to see to, which are cancelled: a claimed one may be done all the same.
//
// A keyed hash is kept of each incident, and what comes again about it is refused with [recovery.ErrErased], until
// [Store.Anew]. The use of partners is kept too, because the partners have served all the same. The package comment
// says what the database itself still holds.
func (s *Store) Erase(ctx context.Context, e store.Erasure) ([]recovery.Delivery, error) {
	if err := e.Check(); err != nil {
		return nil, err
	}
	for attempt := 1; ; attempt++ {
		x := &erasing{shared: s.shared}
		err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
			x.tx = tx
			return x.run(ctx, &e)
		})
		var failed *pgconn.PgError
		if errors.As(err, &failed) && failed.Code == "40P01" && attempt < 10 {
			continue // somebody else was in the way
		}
		if err != nil {
			return nil, err
		}
		if e.Erased != nil {
			e.Erased(len(x.records))
		}
		return x.cancelled, nil
	}
}

// Anew says that an incident that was erased begins anew: what comes again about it is taken as a new incident.
func (s *Store) Anew(ctx context.Context, namespace, incident string) error {
	_, err := s.pool.Exec(ctx, s.sql("DELETE FROM {erased} WHERE hash = decode($1, 'hex')"), s.hash(namespace, incident))
	return err
}

// erasing is an erasure in its transaction.
type erasing struct {
	*shared
	tx        pgx.Tx
	incidents int
	records   []int64
	reserves  []recovery.Reserve
	cancelled []recovery.Delivery
}

func (x *erasing) run(ctx context.Context, e *store.Erasure) error {
	threads, err := x.concerned(ctx, e)
	if err != nil {
		return err
	}
	for _, t := range threads {
		if err := x.forget(ctx, t); err != nil {
			return err
		}
	}
	if len(threads)+len(x.records) == 0 {
		return nil
	}
	if err := x.keepUse(ctx); err != nil {
		return err
	}
	slices.Sort(x.records)
	body, err := rows.Erasure(x.incidents, x.records, x.reserves)
	if err != nil {
		return err
	}
	at := e.At
	if at.IsZero() {
		at = time.Unix(0, 0)
	}
	_, err = x.tx.Exec(ctx, x.sql("INSERT INTO {records} (kind, tenant, at, body) VALUES ('erasure', $1, $2, $3)"), e.Namespace, at, body)
	return err
}

// concerned locks the incidents that are meant. It takes out refusals of the customer's that have no incident.
func (x *erasing) concerned(ctx context.Context, e *store.Erasure) ([]*thread, error) {
	if e.Incident != "" {
		return x.threads(ctx, x.tx, "WHERE tenant = $1 AND id = $2"+waiting, e.Namespace, e.Incident)
	}
	list, err := x.threads(ctx, x.tx, "WHERE no IN (SELECT incident FROM {records} WHERE tenant = $1 AND customer = $2) ORDER BY no"+waiting, e.Namespace, e.Customer)
	if err != nil {
		return nil, err
	}
	numbers, err := x.tx.Query(ctx, x.sql("DELETE FROM {records} WHERE tenant = $1 AND customer = $2 AND incident IS NULL RETURNING number"), e.Namespace, e.Customer)
	if err != nil {
		return nil, err
	}
	x.records, err = pgx.CollectRows(numbers, pgx.RowTo[int64])
	return list, err
}

// forget takes out everything about an incident.
func (x *erasing) forget(ctx context.Context, t *thread) error {
	stands, err := x.standing(ctx, x.tx, t)
	if err != nil {
		return err
	}
	if stands.Latest != nil {
		x.incidents++
		x.reserves = slices.AppendSeq(x.reserves, stands.Reserves())
	}
	queues, err := x.queues(ctx, x.tx, []*thread{t})
	if err != nil {
		return err
	}
	var keys []string
	open := queues[0].Stream().Open
	for _, o := range open {
		keys = append(keys, o.Key)
	}
	list, err := x.deliveries(ctx, x.tx, keys, open)
	if err != nil {
		return err
	}
	x.cancelled = append(x.cancelled, list...)
	var numbers []int64
	if err := x.tx.QueryRow(ctx, x.sql("SELECT {forgotten}($1, decode($2, 'hex'))"), t.no, x.hash(t.tenant, t.id)).Scan(&numbers); err != nil {
		return err
	}
	x.records = append(x.records, numbers...)
	return nil
}

// keepUse counts what the erased incidents had reserved, as that of nobody.
func (x *erasing) keepUse(ctx context.Context) error {
	groups, times, weights := [][]byte{}, []time.Time{}, []string{}
	for _, e := range rows.Reserved(x.reserves) {
		groups, times, weights = append(groups, e.Group[:]), append(times, e.At), append(weights, decimal(e.Weight))
	}
	_, err := x.tx.Exec(ctx, x.sql(`WITH come AS (
		INSERT INTO {entries} (grp, at, incident, kind, weight) SELECT g, at, 0, 0, w FROM unnest($1::bytea[], $2::timestamptz[], $3::numeric[]) x(g, at, w) RETURNING grp, at, weight
	) INSERT INTO {sums} AS s (grp, day, part, weight) SELECT grp, (at AT TIME ZONE 'UTC')::date, {part}(), sum(weight) FROM come
		GROUP BY 1, 2 ORDER BY 1, 2 ON CONFLICT (grp, day, part) DO UPDATE SET weight = s.weight + excluded.weight`), groups, times, weights)
	return err
}

// hash is the keyed hash of an incident, which is kept when it is erased.
func (s *shared) hash(tenant, id string) string {
	sum := hmac.New(sha256.New, s.key)
	sum.Write([]byte(store.Name(tenant, id)))
	return hex.EncodeToString(sum.Sum(nil))
}
