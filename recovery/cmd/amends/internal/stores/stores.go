// Package stores opens the stores that the command works on, by their names.
package stores

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/ledger"
	"github.com/servicerecovery/amends/recovery/postgres"
	"github.com/servicerecovery/amends/recovery/sqlite"
	"github.com/servicerecovery/amends/recovery/store"
)

// Help says how stores are named, and Created adds what becomes of one that is not there.
const (
	Help    = "the DIR of a ledger, sqlite:FILE, or postgres://USER@HOST/DATABASE"
	Created = Help + "; created when absent"
)

// Stream is a store that keeps deliveries, and has to be closed.
type Stream interface {
	recovery.Stream
	io.Closer
}

// Database is a store in a database.
type Database interface {
	Stream
	Mirror(ctx context.Context, dir string) error
	Unsealed(ctx context.Context) (records int64, since time.Time, err error)
	Checkpoint(ctx context.Context) (ledger.Checkpoint, error)
	Erase(ctx context.Context, e store.Erasure) ([]recovery.Delivery, error)
	Anew(ctx context.Context, namespace, incident string) error
	Set(ctx context.Context, digest string) (*playbook.Set, error)
	Incidents(ctx context.Context, namespace string) ([]string, error)
}

// Submitter is a store that may confirm a commit later, and has to be closed.
type Submitter interface {
	recovery.Store
	Submit(ctx context.Context, c recovery.Commit) (wait func() error, err error)
	io.Closer
}

// Desk is a store that is worked on by hand, and has to be closed.
type Desk interface {
	recovery.Stream
	// Archived is the entry of a set that has decided. The error is [ledger.ErrNotFound] when the store does not have it.
	Archived(digest string) (*ledger.Entry, error)
	io.Closer
}

// Lister is a [Desk] that lists its incidents: one in a database does.
type Lister interface {
	Incidents(ctx context.Context, namespace string) ([]string, error)
}

// OpenStream opens a store that keeps deliveries, and makes one that is not there.
func OpenStream(name string) (Stream, error) {
	if s, err := openDatabase(name, true); s != nil || err != nil {
		return s, err
	}
	l, err := OpenLedger(name, ledger.KeepDeliveries())
	if err != nil {
		return nil, err
	}
	return l, nil
}

// OpenSubmitter opens a store for many commits, one after another, and makes one that is not there. One in a database
// confirms each at once.
func OpenSubmitter(name string) (Submitter, error) {
	if s, err := openDatabase(name, true); s != nil || err != nil {
		return atOnce{s}, err
	}
	l, err := OpenLedger(name)
	if err != nil {
		return nil, err
	}
	return l, nil
}

type atOnce struct{ Database }

func (s atOnce) Submit(ctx context.Context, c recovery.Commit) (func() error, error) {
	return func() error { return nil }, s.Commit(ctx, c)
}

// OpenDesk opens a store that is there. A ledger keeps deliveries if it did before.
func OpenDesk(name string) (Desk, error) {
	if s, err := OpenDatabase(name); s != nil || err != nil {
		return archive{s}, err
	}
	if err := CheckLedger(name); err != nil {
		return nil, err
	}
	l, err := OpenLedger(name)
	if err != nil {
		return nil, err
	}
	return l, nil
}

type archive struct{ Database }

func (s archive) Archived(digest string) (*ledger.Entry, error) {
	set, err := s.Set(context.Background(), digest)
	if err != nil {
		return nil, err
	}
	if set == nil {
		return nil, ledger.ErrNotFound
	}
	return &ledger.Entry{Kind: ledger.KindSet, Set: set}, nil
}

// OpenDatabase opens a store in a database that is there; nil: the name is that of a directory.
func OpenDatabase(name string) (Database, error) { return openDatabase(name, false) }

// InDatabase reports whether a name is that of a store in a database.
func InDatabase(name string) bool {
	return strings.HasPrefix(name, inSQLite) || strings.Contains(name, "://")
}

// openDatabase opens a store in a database, and creates what is not there if that is wanted.
func openDatabase(name string, create bool) (Database, error) {
	if file, ok := strings.CutPrefix(name, inSQLite); ok {
		return openSQLite(name, file, create)
	}
	switch scheme, _, ok := strings.Cut(name, "://"); {
	case !ok:
		return nil, nil
	case scheme == "postgres" || scheme == "postgresql":
		return openPostgres(name, create)
	default:
		return nil, fmt.Errorf("no store is known by %s://; name one as sqlite:FILE, postgres://…, or the directory of a ledger", scheme)
	}
}

// inSQLite is what the name of a file of SQLite begins with.
const inSQLite = "sqlite:"

func openSQLite(name, file string, create bool) (Database, error) {
	if !create {
		if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("%s: there is no such file; amends decide --store and amends run create one", name)
		}
	}
	s, err := sqlite.Open(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return s, nil
}

// isPostgres is a store with its pool.
type isPostgres struct {
	*postgres.Store
	pool *pgxpool.Pool
}

func (s isPostgres) Close() error {
	s.pool.Close()
	return nil
}

// openPostgres opens the store in a database. Its name may hold a password, which no message repeats.
func openPostgres(name string, create bool) (Database, error) {
	ctx := context.Background()
	pool, err := pgxpool.New(ctx, name)
	if err != nil {
		return nil, errors.New("the name of the database cannot be read; write postgres://user@host/database")
	}
	if create {
		err = postgres.Migrate(ctx, pool, postgres.Options{})
	}
	if err == nil {
		var s *postgres.Store
		if s, err = postgres.Open(ctx, pool, postgres.Options{}); err == nil {
			return isPostgres{s, pool}, nil
		}
	}
	pool.Close()
	if !create {
		err = fmt.Errorf("%w (amends decide --store and amends run create the tables)", err)
	}
	return nil, fmt.Errorf("the database: %w", err)
}

// Shown is the name of a store as messages show it: without a password.
func Shown(name string) string {
	if scheme, _, ok := strings.Cut(name, "://"); ok {
		return scheme + "://…"
	}
	return name
}
