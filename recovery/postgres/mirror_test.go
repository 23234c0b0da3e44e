package postgres

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/internal/mirror"
	"github.com/servicerecovery/amends/recovery/internal/mirror/mirrortest"
	"github.com/servicerecovery/amends/recovery/ledger"
)

// inSchema opens a store in a schema that is made for the test.
func inSchema(t *testing.T) *Store {
	t.Helper()
	where := os.Getenv("AMENDS_TEST_POSTGRES")
	if where == "" {
		t.Skip("there is no PostgreSQL: AMENDS_TEST_POSTGRES names none")
	}
	ctx := context.Background()
	p, err := pgxpool.New(ctx, where)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	o := Options{Schema: "mirror " + strings.ReplaceAll(t.Name(), "/", " ")}
	if err := Migrate(ctx, p, o); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = p.Exec(ctx, `DROP SCHEMA "`+o.Schema+`" CASCADE`) })
	s, err := Open(ctx, p, o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestMirror(t *testing.T) {
	mirrortest.Test(t, mirrortest.Kit{
		Open:   func(t *testing.T) mirrortest.Store { return inSchema(t) },
		Source: func(s mirrortest.Store) mirror.Source { return mirrored{s.(*Store)} },
		Count: func(t *testing.T, s mirrortest.Store) int {
			x := s.(*Store)
			var n int
			err := x.pool.QueryRow(context.Background(), x.sql("SELECT (SELECT count(*) FROM {records} WHERE kind <> 'erasure') + (SELECT count(*) FROM {reports})")).Scan(&n)
			if err != nil {
				t.Fatal(err)
			}
			return n
		},
	})
}

// TestMirrorLate holds that a record is sealed whose transaction ends when later numbers are sealed already.
func TestMirrorLate(t *testing.T) {
	s, ctx, dir := inSchema(t), t.Context(), filepath.Join(t.TempDir(), "mirror")
	set := fstest.MapFS{"p.yaml": {Data: []byte("amends: v1\nplaybook: p\nowner: o\nreview_by: 2027-06-30\nplays:\n  - {id: a, approach: standardised-response, when: true, do: [{apologise: {}}]}\n")}}
	e, err := recovery.Load(set, recovery.WithStore(s))
	if err != nil {
		t.Fatal(err)
	}
	handle := func(id string, options ...recovery.CallOption) {
		t.Helper()
		if _, err := e.Handle(ctx, recovery.Incident{ID: id, Service: "s", Failure: "f", Severity: 1, OccurredAt: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)}, options...); err != nil {
			t.Fatal(err)
		}
	}
	sealed := func(want int64) {
		t.Helper()
		if err := s.Mirror(ctx, dir); err != nil {
			t.Fatal(err)
		}
		v, err := ledger.Verify(ctx, dir, ledger.VerifyOptions{})
		if err != nil || v.Kinds[ledger.KindDecision] != want {
			t.Fatalf("%d decisions are wanted, found %+v (%v)", want, v, err)
		}
	}
	low := func() (n int64) {
		t.Helper()
		if err := s.pool.QueryRow(ctx, s.sql("SELECT low FROM {mirror}")).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	handle("A")
	tx, err := s.pool.Begin(ctx)
	if err != nil {
		t.Fatal(err)
	}
	handle("late", recovery.In(s.Tx(tx)))
	for range 3 {
		handle("B" + time.Now().Format("150405.000000000"))
	}
	for range 3 {
		sealed(4)
	}
	before := low()
	if before > 1 {
		t.Errorf("numbers up to %d are passed over, and one below may still come", before)
	}
	if err := tx.Commit(ctx); err != nil {
		t.Fatal(err)
	}
	sealed(5)
	sealed(5)
	sealed(5)
	if low() <= before {
		t.Error("every mirror looks through all numbers again")
	}
}
