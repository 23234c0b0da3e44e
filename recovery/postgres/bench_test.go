package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/postgres"
)

// BenchmarkHandle compares a decision with its rows alone, put in by hand with as many round trips: one that reads, and one
// that writes. The rate of the first is to be half that of the second at least.
func BenchmarkHandle(b *testing.B) {
	s, ctx := open(b), context.Background()
	e := engine(b, s)
	var n atomic.Int64
	next := func() string { return fmt.Sprint("T-", n.Add(1)) }
	each := func(b *testing.B, do func(id string) error) {
		b.SetParallelism(8)
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				if err := do(next()); err != nil {
					b.Error(err)
				}
			}
		})
	}
	b.Run("decided", func(b *testing.B) {
		each(b, func(id string) error {
			_, err := e.Handle(ctx, late(id, "C-"+id))
			return err
		})
	})
	b.Run("rows", func(b *testing.B) {
		plain := newPlain(b, s)
		each(b, plain.insert)
	})
}

// plain are the rows of one decision, to be put in again under other ids.
type plain struct {
	s                 *postgres.Store
	schema            string
	body, given, task string
}

func newPlain(b *testing.B, s *postgres.Store) *plain {
	b.Helper()
	ctx := context.Background()
	if _, err := engine(b, s).Handle(ctx, late("plain", "C-plain")); err != nil {
		b.Fatal(err)
	}
	p := &plain{s: s, schema: pgx.Identifier{optionsOf(s).Schema}.Sanitize() + "."}
	err := poolOf(s).QueryRow(ctx, `SELECT body, given, (SELECT body FROM `+p.schema+`deliveries WHERE incident = i.no LIMIT 1)
		FROM `+p.schema+`incidents i JOIN `+p.schema+`records r ON r.incident = i.no WHERE i.id = 'plain'`).Scan(&p.body, &p.given, &p.task)
	if err != nil {
		b.Fatal(err)
	}
	return p
}

func (p *plain) insert(id string) error {
	ctx, pool := context.Background(), poolOf(p.s)
	var no *int64
	if err := pool.QueryRow(ctx, `SELECT (SELECT no FROM `+p.schema+`incidents WHERE tenant = '' AND id = $1)`, id).Scan(&no); err != nil {
		return err
	}
	now := time.Now()
	_, err := pool.Exec(ctx, `WITH i AS (
		INSERT INTO `+p.schema+`incidents (tenant, id, latest, ready_at) VALUES ('', $1, $2, $5) RETURNING no
	), r AS (
		INSERT INTO `+p.schema+`records (kind, incident, tenant, customer, id, at, body, given) SELECT 'decision', no, '', $1, $2, $5, $3, $4 FROM i
	), e AS (
		INSERT INTO `+p.schema+`entries (grp, at, incident, kind, weight) SELECT sha256($1::text::bytea), $5, no, 1, 500 FROM i
	), s AS (
		INSERT INTO `+p.schema+`sums (grp, day, part, weight) VALUES (sha256($1::text::bytea), ($5 AT TIME ZONE 'UTC')::date, 0, 500)
	) INSERT INTO `+p.schema+`deliveries (key, incident, seq, do_, of_, money, state, body)
		SELECT $2 || n, no, n, 'do', 'act', true, 'waiting', $6 FROM i, generate_series(1, 2) n`,
		id, "dec_"+id, p.body, p.given, now, p.task)
	return err
}

// BenchmarkCap decides on a customer who has very many decisions, which SQL has filled in: the time stays the same.
func BenchmarkCap(b *testing.B) {
	s, ctx := open(b), context.Background()
	e := engine(b, s)
	if _, err := e.Handle(ctx, late("first", "C")); err != nil {
		b.Fatal(err)
	}
	schema, has := pgx.Identifier{optionsOf(s).Schema}.Sanitize()+".", 0
	var n int
	for _, many := range []int{10_000, 100_000, 1_000_000} {
		_, err := poolOf(s).Exec(ctx, `WITH come AS (
			INSERT INTO `+schema+`entries (grp, at, incident, kind, weight)
			SELECT e.grp, e.at - n * interval '20 seconds', -n, e.kind, 0 FROM generate_series($1::int + 1, $2::int) n,
				(SELECT * FROM `+schema+`entries WHERE kind > 0 LIMIT 1) e RETURNING grp, at, weight
		) INSERT INTO `+schema+`sums AS s (grp, day, part, weight) SELECT grp, (at AT TIME ZONE 'UTC')::date, 0, sum(weight) FROM come
			GROUP BY 1, 2 ON CONFLICT (grp, day, part) DO UPDATE SET weight = s.weight + excluded.weight`, has, many)
		if err == nil {
			_, err = poolOf(s).Exec(ctx, "ANALYZE "+schema+"entries, "+schema+"sums")
		}
		if err != nil {
			b.Fatal(err)
		}
		has = many
		b.Run(fmt.Sprint(many), func(b *testing.B) {
			for b.Loop() {
				n++
				if _, err := e.Handle(ctx, late(fmt.Sprint("X-", n), "C")); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

const judged = `
amends: v1
playbook: parcels
owner: care
review_by: 2027-06-30
applies: incident.service == "parcel"
plays:
  - id: lost
    approach: case-by-case
    when: incident.failure == "late"
    discretion: {decider: care, options: [{compensate: {amount: {from: 1 EUR, to: 20 EUR}}}], comparable: [service]}
`

// BenchmarkPrecedents decides an incident for which there are very many earlier choices, which SQL has filled in, of
// 1,900 different amounts: the time stays the same.
func BenchmarkPrecedents(b *testing.B) {
	s, ctx := open(b), context.Background()
	e, err := recovery.Load(fstest.MapFS{"p.yaml": {Data: []byte(judged)}}, recovery.WithStore(s))
	if err != nil {
		b.Fatal(err)
	}
	d, err := e.Handle(ctx, late("first", "C"))
	if err != nil {
		b.Fatal(err)
	}
	chosen := recovery.Selection{Incident: "first", Choice: d.Choices[0].ID, By: "Ana", Options: []recovery.Selected{{Type: "compensate", Amount: value.MustMoney("5 EUR")}}}
	if _, err := e.Choose(ctx, chosen); err != nil {
		b.Fatal(err)
	}
	schema, has, n := pgx.Identifier{optionsOf(s).Schema}.Sanitize()+".", 1, 0
	for _, many := range []int{10_000, 100_000, 1_000_000} {
		_, err := poolOf(s).Exec(ctx, `WITH come AS (
			INSERT INTO `+schema+`precedents (grp, number, incident, decision, type, amount, reason, gave)
			SELECT p.grp, -n, -n, 'dec_' || n, p.type, p.amount, '', p.gave FROM generate_series($1::int + 1, $2::int) n, (SELECT * FROM `+schema+`precedents WHERE number > 0 LIMIT 1) p
			RETURNING grp, number
		) INSERT INTO `+schema+`amounts AS a (grp, type, currency, units, count)
			SELECT grp, 'compensate', 'EUR', 100 + number % 1900 + 1899, count(*) FROM come GROUP BY 1, 4
			UNION ALL SELECT grp, '', '', 0, count(*) FROM come GROUP BY 1
			ON CONFLICT (grp, type, currency, units) DO UPDATE SET count = a.count + excluded.count`, has, many)
		if err == nil {
			_, err = poolOf(s).Exec(ctx, "ANALYZE "+schema+"precedents, "+schema+"amounts")
		}
		if err != nil {
			b.Fatal(err)
		}
		has = many
		b.Run(fmt.Sprint(many), func(b *testing.B) {
			for b.Loop() {
				n++
				d, err := e.Handle(ctx, late(fmt.Sprint("X-", n), "C"))
				if err != nil || d.Choices[0].Precedents.Count != many {
					b.Fatal(d, err)
				}
			}
		})
	}
}

// BenchmarkIdle asks a store with many open promises for work, as a runner does each time it polls.
func BenchmarkIdle(b *testing.B) {
	s, ctx := open(b), context.Background()
	schema, has, now := pgx.Identifier{optionsOf(s).Schema}.Sanitize()+".", 0, time.Now()
	for _, many := range []int{1_000, 1_000_000} {
		_, err := poolOf(s).Exec(ctx, `INSERT INTO `+schema+`incidents (tenant, id, latest, next_due, looks_at)
			SELECT '', 'T-' || n, 'dec_' || n, $3, $3 FROM generate_series($1::int + 1, $2::int) n`, has, many, now.Add(time.Hour))
		if err == nil {
			_, err = poolOf(s).Exec(ctx, "ANALYZE "+schema+"incidents")
		}
		if err != nil {
			b.Fatal(err)
		}
		has = many
		b.Run(fmt.Sprint(many), func(b *testing.B) {
			c := recovery.Claim{By: "r", Now: now, Until: now.Add(time.Minute), Most: 64}
			for b.Loop() {
				due, err := s.FallenDue(ctx, c)
				list, err2 := s.Claim(ctx, c)
				next, err3 := s.Next(ctx, "", now)
				if err := errors.Join(err, err2, err3); err != nil || len(due)+len(list) > 0 || !next.After(now) {
					b.Fatal(due, list, next, err)
				}
			}
		})
	}
}
