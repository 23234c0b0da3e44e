// Package stores opens the stores that the command works on, by their names.
package stores

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/cmd/amends/internal/ledgers"
	"github.com/servicerecovery/amends/recovery/ledger"
	"github.com/servicerecovery/amends/recovery/postgres"
	"github.com/servicerecovery/amends/recovery/sqlite"
)

// Help says how stores are named.
const Help = "a file of SQLite, as sqlite:FILE, a database of PostgreSQL, as postgres://…, or the DIR of a ledger; created when absent"

// Stream is a store that keeps deliveries, and has to be closed.
type Stream interface {
	recovery.Stream
	io.Closer
}

// Submitter is a store that may confirm a commit later, and has to be closed.
type Submitter interface {
	recovery.Store
	Submit(ctx context.Context, c recovery.Commit) (wait func() error, err error)
	io.Closer
}

// OpenStream opens a store that keeps deliveries.
func OpenStream(name string) (Stream, error) {
	if s, err := openSQL(name); s != nil || err != nil {
		return s, err
	}
	l, err := ledgers.Open(name, ledger.KeepDeliveries())
	if err != nil {
		return nil, err
	}
	return l, nil
}

// OpenSubmitter opens a store for many commits, one after another. One in a database confirms each at once.
func OpenSubmitter(name string) (Submitter, error) {
	if s, err := openSQL(name); s != nil || err != nil {
		return atOnce{s}, err
	}
	l, err := ledgers.Open(name)
	if err != nil {
		return nil, err
	}
	return l, nil
}

type atOnce struct{ Stream }

func (s atOnce) Submit(ctx context.Context, c recovery.Commit) (func() error, error) {
	return func() error { return nil }, s.Commit(ctx, c)
}

// openSQL opens a store in a database; nil: the name is that of a directory.
func openSQL(name string) (Stream, error) {
	if file, ok := strings.CutPrefix(name, "sqlite:"); ok {
		s, err := sqlite.Open(file)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		return s, nil
	}
	switch scheme, _, ok := strings.Cut(name, "://"); {
	case !ok:
		return nil, nil
	case scheme == "postgres" || scheme == "postgresql":
		return openPostgres(name)
	default:
		return nil, fmt.Errorf("no store is known by %s://; name one as sqlite:FILE, postgres://…, or the directory of a ledger", scheme)
	}
}

// inPostgres is a store with its pool.
type inPostgres struct {
	*postgres.Store
	pool *pgxpool.Pool
}

func (s inPostgres) Close() error {
	s.pool.Close()
	return nil
}

// openPostgres opens the store in a database, and makes its tables where there are none. Its name may hold a password,
// which no message repeats.
func openPostgres(name string) (Stream, error) {
	ctx := context.Background()
	pool, err := pgxpool.New(ctx, name)
	if err != nil {
		return nil, errors.New("the name of the database cannot be read; write postgres://user@host/database")
	}
	err = postgres.Migrate(ctx, pool, postgres.Options{})
	if err == nil {
		var s *postgres.Store
		if s, err = postgres.Open(ctx, pool, postgres.Options{}); err == nil {
			return inPostgres{s, pool}, nil
		}
	}
	pool.Close()
	return nil, fmt.Errorf("the database: %w", err)
}
