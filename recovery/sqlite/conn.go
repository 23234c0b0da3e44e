package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"modernc.org/sqlite"
)

// conn is a connection with the statements that were prepared on it.
type conn struct {
	c     *sql.Conn
	known map[string]*sql.Stmt
}

func (s *Store) connect(ctx context.Context) (*conn, error) {
	c, err := s.db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	return &conn{c, map[string]*sql.Stmt{}}, nil
}

func (c *conn) prepare(query string) (*sql.Stmt, error) {
	if st, ok := c.known[query]; ok {
		return st, nil
	}
	st, err := c.c.PrepareContext(context.Background(), query)
	if err == nil {
		c.known[query] = st
	}
	return st, err
}

// exec runs a statement. Once a transaction has begun, nothing interrupts it: each takes a moment.
func (c *conn) exec(query string, args ...any) (sql.Result, error) {
	st, err := c.prepare(query)
	if err != nil {
		return nil, err
	}
	return st.Exec(args...)
}

// rows visits the rows of a query.
func (c *conn) rows(query string, visit func(scan func(...any) error) error, args ...any) error {
	st, err := c.prepare(query)
	if err != nil {
		return err
	}
	list, err := st.Query(args...)
	if err != nil {
		return err
	}
	defer func() { _ = list.Close() }()
	for list.Next() {
		if err := visit(list.Scan); err != nil {
			return err
		}
	}
	return errors.Join(list.Err(), list.Close())
}

// row reads the first row of a query. It reports whether there is one.
func (c *conn) row(query string, args []any, into ...any) (found bool, err error) {
	st, err := c.prepare(query)
	if err != nil {
		return false, err
	}
	err = st.QueryRow(args...).Scan(into...)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}

// inside runs a function in a transaction, which ends as a whole or not at all. begin is the statement that begins it, and so its kind.
func (c *conn) inside(ctx context.Context, begin string, do func() error) error {
	if err := c.begin(ctx, begin); err != nil {
		return err
	}
	err := do()
	if err == nil {
		if _, err = c.exec("COMMIT"); err == nil {
			return nil
		}
	}
	if _, undo := c.exec("ROLLBACK"); undo != nil {
		return errors.Join(err, undo)
	}
	return err
}

// begin waits as long as the context allows for other processes that write.
func (c *conn) begin(ctx context.Context, begin string) error {
	for {
		_, err := c.exec(begin)
		if !busy(err) {
			return err
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(time.Millisecond):
		}
	}
}

// busy reports whether another process holds the lock.
func busy(err error) bool {
	const sqliteBusy = 5
	var e *sqlite.Error
	return errors.As(err, &e) && e.Code()&0xff == sqliteBusy
}

func (c *conn) close() error {
	var errs []error
	for _, st := range c.known {
		errs = append(errs, st.Close())
	}
	return errors.Join(append(errs, c.c.Close())...)
}
