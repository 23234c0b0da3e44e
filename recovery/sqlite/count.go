package sqlite

import (
	"context"
	"database/sql"
	"slices"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/internal/rows"
	"github.com/servicerecovery/amends/recovery/store"
)

// counted are the kinds of facts that are counted for every incident, as far as is known here.
func (s *Store) counted() []rows.Counted {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.kinds
}

func (s *Store) counts(text string) bool {
	return slices.ContainsFunc(s.counted(), func(k rows.Counted) bool { return k.Text == text })
}

// countFor sees to it that the kinds of facts are counted.
func (s *Store) countFor(ctx context.Context, facts []store.FactQuery) error {
	var kinds []store.FactKind
	for i := range facts {
		kinds = append(kinds, store.KindOf(&facts[i]))
	}
	return s.count(ctx, kinds)
}

// Prepare implements [recovery.Store]. It keeps the files of the set. Counting a kind of fact for the first time
// reads the decisions of all incidents, some at a time, so that others can write meanwhile.
func (s *Store) Prepare(ctx context.Context, set *playbook.Set, kinds []recovery.FactKind) error {
	text, err := rows.Files(set)
	if err != nil {
		return err
	}
	err = s.changing(ctx, func(c *conn) error {
		_, err := c.exec("INSERT INTO sets (digest, files) VALUES (?, ?) ON CONFLICT (digest) DO UPDATE SET files = excluded.files WHERE files IS NULL", set.Digest, text)
		return err
	})
	if err != nil {
		return err
	}
	return s.count(ctx, kinds)
}

// count counts those of some kinds that are not counted yet.
func (s *Store) count(ctx context.Context, kinds []store.FactKind) error {
	for i := range kinds {
		text, err := rows.Kind(&kinds[i])
		if err != nil {
			return err
		}
		if s.counts(text) {
			continue
		}
		k := rows.Counted{FactKind: kinds[i], Text: text}
		for done := false; !done; {
			err := s.changing(ctx, func(c *conn) error {
				done, err = s.countSome(c, &k)
				return err
			})
			if err != nil {
				return err
			}
		}
		s.mu.Lock()
		if !slices.ContainsFunc(s.kinds, func(o rows.Counted) bool { return o.Text == text }) {
			s.kinds = append(slices.Clip(s.kinds), k)
		}
		s.mu.Unlock()
	}
	return nil
}

// atOnce is how many incidents are counted in one transaction.
const atOnce = 500

// countSome counts a kind for some more incidents. It reports whether that is all of them.
func (s *Store) countSome(c *conn, k *rows.Counted) (done bool, err error) {
	if _, err := c.exec("INSERT INTO kinds (kind, counted_to) VALUES (?, 0) ON CONFLICT DO NOTHING", k.Text); err != nil {
		return false, err
	}
	var to sql.NullInt64
	if _, err := c.row("SELECT counted_to FROM kinds WHERE kind = ?", []any{k.Text}, &to); err != nil || !to.Valid {
		return true, err
	}
	var list []*thread
	err = c.rows("SELECT no, latest, made FROM incidents WHERE no > ? ORDER BY no LIMIT ?", func(scan func(...any) error) error {
		t, made := &thread{}, ""
		err := scan(&t.no, &t.latest, &made)
		if err == nil {
			t.made, err = readNumbers(made)
		}
		list = append(list, t)
		return err
	}, to.Int64, atOnce)
	if err != nil {
		return false, err
	}
	for _, t := range list {
		stands, err := s.standing(c, t)
		if err != nil {
			return false, err
		}
		if stands.Latest != nil {
			stands.Latest.Reserves = nil // they are counted already
			for _, d := range stands.Made {
				d.Reserves = nil
			}
			if err := c.add(t.no, rows.Entries([]rows.Counted{*k}, stands), 1); err != nil {
				return false, err
			}
		}
	}
	if len(list) < atOnce {
		_, err = c.exec("UPDATE kinds SET counted_to = NULL WHERE kind = ?", k.Text)
		return true, err
	}
	_, err = c.exec("UPDATE kinds SET counted_to = ? WHERE kind = ?", list[len(list)-1].no, k.Text)
	return false, err
}

// standing is what stands of an incident.
func (s *Store) standing(c *conn, t *thread) (store.Standing, error) {
	var given recovery.Given
	var err error
	if t.latest.Valid {
		if given.Previous, err = s.record(c, t.latest.Int64); err != nil {
			return store.Standing{}, err
		}
	}
	for _, number := range t.made {
		r, err := s.record(c, number)
		if err != nil {
			return store.Standing{}, err
		}
		given.Made = append(given.Made, *r)
	}
	return rows.Before(&given), nil
}

// countedAt are the kinds that are counted for an incident by now, another process's too.
func (s *Store) countedAt(c *conn, no int64) (out []rows.Counted, err error) {
	known := s.counted()
	err = c.rows("SELECT kind FROM kinds WHERE counted_to IS NULL OR counted_to >= ? ORDER BY no", func(scan func(...any) error) error {
		var text string
		if err := scan(&text); err != nil {
			return err
		}
		i := slices.IndexFunc(known, func(k rows.Counted) bool { return k.Text == text })
		if i >= 0 {
			out = append(out, known[i])
			return nil
		}
		k, err := rows.ReadKind(text)
		out = append(out, rows.Counted{FactKind: k, Text: text})
		return err
	}, no)
	return out, err
}

// add adds entries of an incident to what is counted, or takes them out where by is -1.
func (c *conn) add(no int64, list []rows.Entry, by int64) error {
	for i := range list {
		e := &list[i]
		at := microseconds(e.At)
		high, middle, low := limbs(e.Weight)
		var err error
		if by > 0 {
			_, err = c.exec(`INSERT INTO entries (grp, at, incident, high, middle, low) VALUES (?, ?, ?, ?, ?, ?)
				ON CONFLICT DO UPDATE SET high = high + excluded.high, middle = middle + excluded.middle, low = low + excluded.low`,
				e.Group[:], at, no, high, middle, low)
		} else {
			_, err = c.exec("DELETE FROM entries WHERE grp = ? AND at = ? AND incident = ?", e.Group[:], at, no)
		}
		if err == nil {
			_, err = c.exec(`INSERT INTO sums (grp, day, high, middle, low) VALUES (?, ?, ?, ?, ?)
				ON CONFLICT DO UPDATE SET high = high + excluded.high, middle = middle + excluded.middle, low = low + excluded.low`,
				e.Group[:], dayOf(at), by*high, by*middle, by*low)
		}
		if err == nil && by < 0 {
			_, err = c.exec("DELETE FROM sums WHERE grp = ? AND day = ? AND high = 0 AND middle = 0 AND low = 0", e.Group[:], dayOf(at))
		}
		if err != nil {
			return err
		}
	}
	return nil
}
