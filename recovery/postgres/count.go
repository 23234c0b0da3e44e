package postgres

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/internal/rows"
	"github.com/servicerecovery/amends/recovery/store"
)

// learn reads which kinds of facts are counted.
func (s *shared) learn(ctx context.Context, on runner) error {
	list, err := on.Query(ctx, s.sql("SELECT no, kind FROM {kinds} ORDER BY no"))
	if err != nil {
		return err
	}
	known := s.known()
	var out []kind
	var k kind
	_, err = pgx.ForEachRow(list, []any{&k.no, &k.Text}, func() error {
		if len(out) < len(known) {
			k.FactKind = known[len(out)].FactKind
		} else if k.FactKind, err = rows.ReadKind(k.Text); err != nil {
			return err
		}
		out = append(out, k)
		return nil
	})
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(out) > len(s.kinds) {
		s.kinds = out
	}
	return nil
}

func (s *shared) known() []kind {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.kinds
}

// counted are kinds, in the form in which entries are made of them.
func counted(kinds []kind) (out []rows.Counted) {
	for i := range kinds {
		out = append(out, kinds[i].Counted)
	}
	return out
}

// number is the number of a kind of fact; 0: it is not known to be counted.
func (s *shared) number(text string) int16 {
	for _, k := range s.known() {
		if k.Text == text {
			return k.no
		}
	}
	return 0
}

// unknown are those of the kinds of facts that are not known to be counted.
func (s *shared) unknown(kinds []store.FactKind) (out []string, err error) {
	for i := range kinds {
		text, err := rows.Kind(&kinds[i])
		if err != nil {
			return nil, err
		}
		if s.number(text) == 0 {
			out = append(out, text)
		}
	}
	return out, nil
}

func kindsOf(facts []store.FactQuery) (out []store.FactKind) {
	for i := range facts {
		out = append(out, store.KindOf(&facts[i]))
	}
	return out
}

// Prepare implements [recovery.Store]. It keeps the files of the set. Counting a kind of fact for the first time
// reads the decisions of all incidents, some at a time, so that others can commit meanwhile.
func (s *Store) Prepare(ctx context.Context, set *playbook.Set, kinds []recovery.FactKind) error {
	text, err := rows.Files(set)
	if err != nil {
		return err
	}
	_, err = s.pool.Exec(ctx, s.sql("INSERT INTO {sets} AS s (digest, files) VALUES ($1, $2) ON CONFLICT (digest) DO UPDATE SET files = excluded.files WHERE s.files IS NULL"), set.Digest, text)
	if err != nil {
		return err
	}
	return s.count(ctx, kinds)
}

// count begins to count those of some kinds that are not counted yet, and counts what there is.
func (s *Store) count(ctx context.Context, kinds []store.FactKind) error {
	come, err := s.begin(ctx, kinds)
	if err != nil || !come {
		return err
	}
	return s.countRest(ctx, s.pool, waiting)
}

// begin sees to it that all commits from now on count the kinds. It reports whether some of them may be new.
func (s *Store) begin(ctx context.Context, kinds []store.FactKind) (come bool, err error) {
	texts, err := s.unknown(kinds)
	if err != nil || len(texts) == 0 {
		return false, err
	}
	slices.Sort(texts)
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, s.sql("SELECT FROM {meta} WHERE name = 'kinds' FOR UPDATE")); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, s.sql(`INSERT INTO {kinds} (no, kind) SELECT (SELECT count(*) FROM {kinds}) + row_number() OVER (), t
			FROM unnest($1::text[]) t WHERE t NOT IN (SELECT kind FROM {kinds})`), slices.Compact(texts))
		return err
	})
	if err != nil {
		return false, err
	}
	return true, s.learn(ctx, s.pool)
}

// What is done about incidents that somebody else changes at the moment.
const (
	waiting = " FOR UPDATE"
	passing = " FOR UPDATE SKIP LOCKED"
)

// countRest counts the incidents that are not counted by every kind yet. Where a kind is new, these are all; later they are
// those that a transaction has committed which began before the kind came.
func (s *shared) countRest(ctx context.Context, on runner, locks string) error {
	for {
		n, err := s.countSome(ctx, on, locks)
		if err != nil || n < atOnce {
			return err
		}
	}
}

// atOnce is how many incidents are counted in one transaction.
const atOnce = 200

// countSome counts some of these incidents. It returns how many.
func (s *shared) countSome(ctx context.Context, on runner, locks string) (n int, err error) {
	tx, err := on.Begin(ctx)
	if err != nil {
		return 0, err
	}
	defer func() { _ = tx.Rollback(ctx) }()
	known := s.known()
	list, err := s.threads(ctx, tx, "WHERE kinds < $1 ORDER BY no LIMIT $2"+locks, len(known), atOnce)
	if err != nil || len(list) == 0 {
		return 0, err
	}
	var all []entryRow
	var incidents []int64
	for _, t := range list {
		stands, err := s.standing(ctx, tx, t)
		if err != nil {
			return 0, err
		}
		incidents = append(incidents, t.no)
		for _, k := range known {
			all = append(all, entryRows(t.no, k.no, withoutUse(stands), []rows.Counted{k.Counted})...)
		}
	}
	if err := s.recount(ctx, tx, len(known), incidents, all); err != nil {
		return 0, err
	}
	return len(list), tx.Commit(ctx)
}

// withoutUse is a standing without what it reserves, which is counted whatever kinds there are.
func withoutUse(s store.Standing) store.Standing {
	if s.Latest != nil {
		latest := *s.Latest
		latest.Reserves = nil
		s.Latest = &latest
	}
	made := make([]*store.Decision, len(s.Made))
	for i, d := range s.Made {
		m := *d
		m.Reserves = nil
		made[i] = &m
	}
	s.Made = made
	return s
}

// entryRow is a row of entries.
type entryRow struct {
	incident int64
	kind     int16
	rows.Entry
}

func entryRows(incident int64, kind int16, s store.Standing, kinds []rows.Counted) (out []entryRow) {
	for _, e := range rows.Entries(kinds, s) {
		out = append(out, entryRow{incident, kind, e})
	}
	return out
}

// recount puts entries of incidents in the place of those that are there, but for their use of partners.
func (s *shared) recount(ctx context.Context, tx pgx.Tx, known int, incidents []int64, all []entryRow) error {
	groups, times, kinds, of, weights := [][]byte{}, []time.Time{}, []int16{}, []int64{}, []string{}
	for i := range all {
		e := &all[i]
		groups, times, kinds, of, weights = append(groups, e.Group[:]), append(times, e.At), append(kinds, e.kind), append(of, e.incident), append(weights, decimal(e.Weight))
	}
	_, err := tx.Exec(ctx, s.sql(`WITH gone AS (
		DELETE FROM {entries} WHERE incident = ANY ($1) AND kind > 0 RETURNING grp, at, weight
	), come AS (
		INSERT INTO {entries} (grp, at, incident, kind, weight) SELECT * FROM unnest($2::bytea[], $3::timestamptz[], $4::bigint[], $5::smallint[], $6::numeric[]) RETURNING grp, at, weight
	) INSERT INTO {sums} AS s (grp, day, part, weight) SELECT grp, (at AT TIME ZONE 'UTC')::date, {part}(), sum(weight) FROM (
		SELECT grp, at, -weight AS weight FROM gone UNION ALL SELECT grp, at, weight FROM come) x
		GROUP BY 1, 2 ORDER BY 1, 2 ON CONFLICT (grp, day, part) DO UPDATE SET weight = s.weight + excluded.weight`),
		incidents, groups, times, of, kinds, weights)
	if err == nil {
		_, err = tx.Exec(ctx, s.sql("UPDATE {incidents} SET kinds = $2 WHERE no = ANY ($1)"), incidents, known)
	}
	return err
}

// decimal is a weight as text.
func decimal(w store.Wide) string {
	if n, ok := w.Int64(); ok {
		return fmt.Sprint(n)
	}
	return rows.Big(w).String()
}

// wide reads a weight from its text.
func wide(text string) (store.Wide, error) {
	whole, _, _ := strings.Cut(text, ".")
	return rows.ReadWide(whole)
}
