package postgres

import (
	"context"
	"crypto/rand"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"sync"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/internal/rows"
)

// Options say where a store stands.
type Options struct {
	Schema string // of its tables; empty: amends
}

func (o *Options) schema() string {
	if o.Schema == "" {
		return "amends"
	}
	return o.Schema
}

// Store keeps decisions and the stream of deliveries in a schema of PostgreSQL. It is safe for concurrent use, and
// any number of processes may have one.
type Store struct {
	pool *pgxpool.Pool
	*shared
}

// shared is what a store and those that are bound to transactions have in common.
type shared struct {
	schema    string
	key       []byte // of the hashes of what was erased
	calendars rows.Calendars
	texts     sync.Map // of statements

	mu    sync.RWMutex
	kinds []kind
}

// kind is a kind of fact that is counted.
type kind struct {
	rows.Counted
	no int16
}

// runner is a pool or a transaction.
type runner interface {
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
	Begin(ctx context.Context) (pgx.Tx, error)
}

var _ recovery.Stream = (*Store)(nil)

// Open opens the store in a schema, once [Migrate] has made its tables. It does not close the pool.
func Open(ctx context.Context, pool *pgxpool.Pool, options Options) (*Store, error) {
	if pool == nil {
		return nil, errors.New("a pool of connections is wanted")
	}
	s := &Store{pool: pool, shared: &shared{schema: pgx.Identifier{options.schema()}.Sanitize()}}
	done, known, err := migrated(ctx, pool, options)
	switch {
	case err != nil:
		return nil, err
	case done != known:
		return nil, fmt.Errorf("the schema %s has %d migrations, and this package knows %d: call Migrate first, or use a later version of this package", options.schema(), done, known)
	}
	if err := pool.QueryRow(ctx, s.sql("SELECT value FROM {meta} WHERE name = 'erased'")).Scan(&s.key); err != nil {
		return nil, err
	}
	return s, s.learn(ctx, pool)
}

// sql puts the schema before names in braces.
func (s *shared) sql(text string) string {
	if known, ok := s.texts.Load(text); ok {
		return known.(string)
	}
	out := strings.ReplaceAll(strings.ReplaceAll(text, "{", s.schema+"."), "}", "")
	s.texts.Store(text, out)
	return out
}

//go:embed migrations/*.sql
var files embed.FS

// Migrations are the steps by which a schema comes to its tables, for tools that look after them. Each runs with
// the schema as the only one in search_path.
func Migrations() fs.FS {
	sub, err := fs.Sub(files, "migrations")
	if err != nil {
		return files
	}
	return sub
}

const migrations = "CREATE TABLE IF NOT EXISTS migrations (name text PRIMARY KEY, at timestamptz NOT NULL DEFAULT now())"

// migrated counts the steps that the schema has, and those that are known.
func migrated(ctx context.Context, pool *pgxpool.Pool, options Options) (done, known int, err error) {
	list, err := fs.Glob(files, "migrations/*.sql")
	if err != nil {
		return 0, 0, err
	}
	var there bool
	table := pgx.Identifier{options.schema(), "migrations"}.Sanitize()
	if err := pool.QueryRow(ctx, "SELECT to_regclass($1) IS NOT NULL", table).Scan(&there); err != nil || !there {
		return 0, len(list), err
	}
	err = pool.QueryRow(ctx, "SELECT count(*) FROM "+table).Scan(&done)
	return done, len(list), err
}

// Migrate makes the schema and its tables, or takes the steps that it lacks. Several processes may do so at the same
// time. It needs the right to create a schema in the database, unless the schema is there.
func Migrate(ctx context.Context, pool *pgxpool.Pool, options Options) error {
	list, err := fs.Glob(files, "migrations/*.sql")
	if err != nil {
		return err
	}
	schema := pgx.Identifier{options.schema()}.Sanitize()
	if done, known, err := migrated(ctx, pool, options); err != nil || done == known {
		return err
	}
	// Two that create a schema or a table of one name at the same time: one of them is told so, and tries again.
	for attempt := 0; ; attempt++ {
		err := pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error { return migrate(ctx, tx, schema, list) })
		var e *pgconn.PgError
		if !errors.As(err, &e) || attempt == 3 || e.Code != "23505" && e.Code != "42P06" && e.Code != "42P07" {
			return err
		}
	}
}

func migrate(ctx context.Context, tx pgx.Tx, schema string, list []string) error {
	for _, text := range []string{
		"CREATE SCHEMA IF NOT EXISTS " + schema,
		"SET LOCAL search_path TO " + schema,
		migrations,
		"LOCK TABLE migrations IN EXCLUSIVE MODE",
	} {
		if _, err := tx.Exec(ctx, text); err != nil {
			return err
		}
	}
	for _, name := range list {
		r, err := tx.Exec(ctx, "INSERT INTO migrations (name) VALUES ($1) ON CONFLICT DO NOTHING", strings.TrimPrefix(name, "migrations/"))
		if err != nil {
			return err
		}
		if r.RowsAffected() == 0 {
			continue
		}
		text, err := files.ReadFile(name)
		if err != nil {
			return err
		}
		if _, err := tx.Conn().PgConn().Exec(ctx, string(text)).ReadAll(); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	var key [32]byte
	if _, err := rand.Read(key[:]); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, "INSERT INTO meta (name, value) VALUES ('erased', $1) ON CONFLICT DO NOTHING", key[:])
	return err
}
