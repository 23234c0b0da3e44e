package postgres_test

import (
	"context"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/postgres"
	"github.com/servicerecovery/amends/recovery/recoverytest"
	"github.com/servicerecovery/amends/recovery/store"
)

// dsn is the variable that names a database in which the tests may make schemas.
const dsn = "AMENDS_TEST_POSTGRES"

func pool(t testing.TB) *pgxpool.Pool {
	t.Helper()
	where := os.Getenv(dsn)
	if where == "" {
		t.Skip("there is no PostgreSQL: " + dsn + " names none")
	}
	config, err := pgxpool.ParseConfig(where)
	if err != nil {
		t.Fatal(err)
	}
	config.MaxConns = 20
	p, err := pgxpool.NewWithConfig(context.Background(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return p
}

var schemas atomic.Int64

// schema makes a schema of its own for a test, and drops it afterwards.
func schema(t testing.TB, p *pgxpool.Pool) postgres.Options {
	t.Helper()
	o := postgres.Options{Schema: fmt.Sprintf("test %d %d", os.Getpid(), schemas.Add(1))}
	if err := postgres.Migrate(context.Background(), p, o); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := p.Exec(context.Background(), `DROP SCHEMA "`+o.Schema+`" CASCADE`); err != nil {
			t.Error(err)
		}
	})
	return o
}

func open(t testing.TB) *postgres.Store {
	t.Helper()
	p := pool(t)
	return at(t, p, schema(t, p))
}

// pools are those of stores, by which a test begins transactions.
var pools sync.Map

// schemasOf are the options of stores.
var schemasOf sync.Map

func at(t testing.TB, p *pgxpool.Pool, o postgres.Options) *postgres.Store {
	t.Helper()
	s, err := postgres.Open(context.Background(), p, o)
	if err != nil {
		t.Fatal(err)
	}
	pools.Store(s, p)
	schemasOf.Store(s, o)
	t.Cleanup(func() { pools.Delete(s); schemasOf.Delete(s) })
	return s
}

func poolOf(s recovery.Store) *pgxpool.Pool {
	p, _ := pools.Load(s)
	return p.(*pgxpool.Pool)
}

func optionsOf(s recovery.Store) postgres.Options {
	o, _ := schemasOf.Load(s)
	return o.(postgres.Options)
}

func begin(t *testing.T, s recovery.Store) recoverytest.Transaction {
	ctx := context.Background()
	tx, err := poolOf(s).Begin(ctx)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = tx.Rollback(ctx) })
	bound := s.(*postgres.Store).Tx(tx)
	return recoverytest.Transaction{
		Store: bound,
		Commit: func() error {
			err := tx.Commit(ctx)
			if err == nil {
				bound.Committed()
			}
			return err
		},
		Rollback: func() error { return tx.Rollback(ctx) },
	}
}

func TestStore(t *testing.T) {
	pool(t)
	recoverytest.TestStore(t, recoverytest.Harness{
		New:    func(t *testing.T) recovery.Store { return open(t) },
		Reopen: func(t *testing.T, s recovery.Store) recovery.Store { return at(t, pool(t), optionsOf(s)) },
		Place:  func(_ *testing.T, s recovery.Store) string { return optionsOf(s).Schema },
		At: func(t *testing.T, place string) recovery.Store {
			return at(t, pool(t), postgres.Options{Schema: place})
		},
		Begin: begin,
		Erase: func(ctx context.Context, s recovery.Store, e store.Erasure) ([]recovery.Delivery, error) {
			return s.(*postgres.Store).Erase(ctx, e)
		},
		Anew: func(ctx context.Context, s recovery.Store, namespace, incident string) error {
			return s.(*postgres.Store).Anew(ctx, namespace, incident)
		},
	})
}
