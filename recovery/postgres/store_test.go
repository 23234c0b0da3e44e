package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/postgres"
	"github.com/servicerecovery/amends/recovery/store"
)

// TestEraseLeavesNothing looks for a customer in every table after an erasure.
func TestEraseLeavesNothing(t *testing.T) {
	s, ctx := open(t), context.Background()
	e := engine(t, s)
	for _, id := range []string{"Inc-A1", "Inc-A2"} {
		if _, err := e.Handle(ctx, late(id, "Cust-Anna")); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := e.Handle(ctx, late("Inc-B", "Cust-Ben")); err != nil {
		t.Fatal(err)
	}
	if _, err := e.Handle(ctx, recovery.Incident{Service: "parcel", Customer: recovery.Customer{ID: "Cust-Anna"}}); err == nil {
		t.Fatal("an incident without an id was not refused")
	}
	cancelled, err := s.Erase(ctx, store.Erasure{Customer: "Cust-Anna"})
	if err != nil || len(cancelled) != 4 || cancelled[0].Incident != "Inc-A1" {
		t.Fatalf("cancelled are %+v, %v", cancelled, err)
	}
	schema := optionsOf(s).Schema
	for _, table := range []string{"incidents", "records", "reports", "deliveries", "precedents", "choices", "entries", "sums"} {
		var left, rows int
		err := poolOf(s).QueryRow(ctx, `SELECT count(*) FILTER (WHERE x::text ~ 'Cust-Anna|Inc-A'), count(*) FROM "`+schema+`".`+table+` x`).Scan(&left, &rows)
		if err != nil || left > 0 || (table == "sums" || table == "entries") && rows != 1 {
			t.Errorf("%s has %d rows, and %d about what was erased (%v)", table, rows, left, err)
		}
	}
	if _, err := e.Handle(ctx, late("Inc-A1", "Cust-Anna")); !errors.Is(err, recovery.ErrErased) {
		t.Errorf("what came again was taken: %v", err)
	}
	if err := s.Anew(ctx, "", "Inc-A1"); err != nil {
		t.Fatal(err)
	}
	if d, err := e.Handle(ctx, late("Inc-A1", "Cust-Anna")); err != nil || d.Supersedes != "" {
		t.Errorf("what begins anew: %+v, %v", d, err)
	}
}

// TestTx decides several incidents in one transaction, in two orders at the same time, named first.
func TestTx(t *testing.T) {
	s, ctx := open(t), context.Background()
	e := engine(t, s)
	for _, id := range []string{"A", "B"} {
		if _, err := e.Handle(ctx, late(id, "C-"+id)); err != nil {
			t.Fatal(err)
		}
	}
	errs := make(chan error)
	for _, order := range [][]string{{"A", "B"}, {"B", "A"}} {
		go func() {
			for range 20 {
				tx, err := poolOf(s).Begin(ctx)
				if err != nil {
					errs <- err
					return
				}
				in := s.Tx(tx)
				err = in.Lock(ctx, order...)
				for _, id := range order {
					if err != nil {
						break
					}
					x := late(id, "C-"+id)
					x.UpdatedAt = time.Now()
					_, err = e.Handle(ctx, x, recovery.In(in))
				}
				if err == nil {
					err = tx.Commit(ctx)
					in.Committed()
				} else {
					_ = tx.Rollback(ctx)
				}
				if err != nil {
					errs <- err
					return
				}
			}
			errs <- nil
		}()
	}
	for range 2 {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
}

// TestOpenWithoutTables says what to do.
func TestOpenWithoutTables(t *testing.T) {
	p := pool(t)
	if _, err := postgres.Open(context.Background(), p, postgres.Options{Schema: "nothing here"}); err == nil {
		t.Error("a schema without tables was opened")
	}
	if _, err := postgres.Open(context.Background(), nil, postgres.Options{}); err == nil {
		t.Error("a store without a pool was opened")
	}
}

// TestPartitions makes the tables that only grow anew with partitions, as the package comment says.
func TestPartitions(t *testing.T) {
	s, ctx := open(t), context.Background()
	err := pgx.BeginFunc(ctx, poolOf(s), func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `SET LOCAL search_path TO "`+optionsOf(s).Schema+`"`)
		for table, indexes := range map[string][]string{
			"records": {"(number)", "(incident, id)", "(tenant, customer)"}, "reports": {"(number)", "(incident, number)"}, "entries": {"(grp, at) INCLUDE (weight)", "(incident)"},
		} {
			list := []string{
				"ALTER TABLE " + table + " RENAME TO old", "CREATE TABLE " + table + " (LIKE old INCLUDING DEFAULTS) PARTITION BY RANGE (at)", "DROP TABLE old",
				"CREATE TABLE " + table + "_2026_11 PARTITION OF " + table + " FOR VALUES FROM ('2026-11-01') TO ('2026-12-01')",
				"CREATE TABLE " + table + "_rest PARTITION OF " + table + " DEFAULT",
			}
			for _, index := range indexes {
				list = append(list, "CREATE INDEX ON "+table+" "+index)
			}
			for _, text := range list {
				if err == nil {
					_, err = tx.Exec(ctx, text)
				}
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	poolOf(s).Reset() // its connections know the tables as they were
	e := engine(t, s)
	for i := range 12 {
		d, err := e.Handle(ctx, late(fmt.Sprint("P-", i), "C"))
		if err != nil {
			t.Fatal(err)
		}
		if given := slices.ContainsFunc(d.Actions, func(a recovery.Action) bool { return a.Type == "compensate" }); given != (i < 10) {
			t.Errorf("incident %d got %+v under a cap of ten", i, d.Actions)
		}
	}
	if cancelled, err := s.Erase(ctx, store.Erasure{Customer: "C"}); err != nil || len(cancelled) != 22 {
		t.Errorf("%d deliveries were cancelled, %v", len(cancelled), err)
	}
}
