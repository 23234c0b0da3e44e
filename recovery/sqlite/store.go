package sqlite

import (
	"context"
	"crypto/rand"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"path/filepath"
	"runtime"
	"sync"

	_ "modernc.org/sqlite" // the driver

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/internal/rows"
)

// Store keeps decisions and the stream of deliveries in a file of SQLite. It is safe for concurrent use, and
// several processes of one machine may have the file open.
type Store struct {
	db        *sql.DB
	writing   sync.Mutex
	writer    *conn
	readers   chan *conn
	calendars rows.Calendars

	mu     sync.RWMutex
	closed bool
	kinds  []rows.Counted // that are counted for every incident
}

var _ recovery.Stream = (*Store)(nil)

// ErrClosed says that the store was closed.
var ErrClosed = errors.New("the store is closed")

// Open opens the file at a path, and makes one where there is none.
func Open(path string) (*Store, error) {
	where, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	name := url.URL{Scheme: "file", OmitHost: true, Path: filepath.ToSlash(where)}
	q := url.Values{"_pragma": {"journal_mode(WAL)", "synchronous(FULL)", "busy_timeout(20)", "secure_delete(ON)"}}
	name.RawQuery = q.Encode()
	db, err := sql.Open("sqlite", name.String())
	if err != nil {
		return nil, err
	}
	s := &Store{db: db, readers: make(chan *conn, max(2, runtime.GOMAXPROCS(0)))}
	if err := s.open(); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", path, err), db.Close())
	}
	return s, nil
}

func (s *Store) open() (err error) {
	ctx := context.Background()
	for {
		if s.writer, err = s.connect(ctx); !busy(err) {
			break // another process that opens the file just now may change its mode
		}
	}
	if err != nil {
		return err
	}
	if err := s.migrate(ctx); err != nil {
		return err
	}
	for range cap(s.readers) {
		c, err := s.connect(ctx)
		if err != nil {
			return err
		}
		s.readers <- c
	}
	return nil
}

//go:embed migrations/*.sql
var files embed.FS

// Migrations are the steps by which a file came to its tables, for tools that look after them. Open takes those
// that a file lacks.
func Migrations() fs.FS {
	sub, err := fs.Sub(files, "migrations")
	if err != nil {
		return files
	}
	return sub
}

// migrate takes the steps that the file lacks. Its user_version is the number of those that it has.
func (s *Store) migrate(ctx context.Context) error {
	list, err := fs.Glob(files, "migrations/*.sql")
	if err != nil {
		return err
	}
	return s.writer.inside(ctx, "BEGIN IMMEDIATE", func() error {
		var has int
		if err := s.writer.c.QueryRowContext(ctx, "PRAGMA user_version").Scan(&has); err != nil {
			return err
		}
		if has > len(list) {
			return fmt.Errorf("the file is of a later version of this package: it has %d migrations, and %d are known here", has, len(list))
		}
		for i, name := range list[has:] {
			text, err := files.ReadFile(name)
			if err != nil {
				return err
			}
			if _, err := s.writer.c.ExecContext(ctx, string(text)); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			if _, err := s.writer.c.ExecContext(ctx, fmt.Sprint("PRAGMA user_version = ", has+i+1)); err != nil {
				return err
			}
		}
		var key [32]byte
		if _, err := rand.Read(key[:]); err != nil {
			return err
		}
		_, err := s.writer.exec("INSERT INTO meta (name, value) VALUES ('erased', ?) ON CONFLICT DO NOTHING", key[:])
		return err
	})
}

// Close waits for what is going on, and closes the file.
func (s *Store) Close() error {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return ErrClosed
	}
	s.closed = true
	s.mu.Unlock()
	s.writing.Lock()
	defer s.writing.Unlock()
	var errs []error
	for range cap(s.readers) {
		errs = append(errs, (<-s.readers).close())
	}
	return errors.Join(append(errs, s.writer.close(), s.db.Close())...)
}

func (s *Store) usable(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.closed {
		return ErrClosed
	}
	return nil
}

// reading runs a function on one state of the file.
func (s *Store) reading(ctx context.Context, do func(c *conn) error) error {
	if err := s.usable(ctx); err != nil {
		return err
	}
	var c *conn
	select {
	case c = <-s.readers:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	defer func() { s.readers <- c }()
	return c.inside(ctx, "BEGIN", func() error { return do(c) })
}

// changing runs a function in a transaction that writes, one after another.
func (s *Store) changing(ctx context.Context, do func(c *conn) error) error {
	if err := s.usable(ctx); err != nil {
		return err
	}
	s.writing.Lock()
	defer s.writing.Unlock()
	if err := s.usable(ctx); err != nil {
		return err
	}
	return s.writer.inside(ctx, "BEGIN IMMEDIATE", func() error { return do(s.writer) })
}
