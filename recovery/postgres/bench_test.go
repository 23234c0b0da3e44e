package postgres_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

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
