package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy/worktime"
	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/internal/mirror"
	"github.com/servicerecovery/amends/recovery/internal/rows"
	"github.com/servicerecovery/amends/recovery/ledger"
)

// Mirror seals what was committed since the last call into the ledger in a directory, which it begins when there is
// none. Package ledger then verifies and replays it, and writes receipts. What was erased here is erased there. A call
// that ends early is carried on by the next one. Others may commit meanwhile.
//
// The file keeps the checkpoint of its ledger. So a directory that lacks records, or that somebody else has written
// to, is refused with a *[ledger.CheckpointError] or a *[ledger.ForeignError]. The ledger has no stream of deliveries.
func (s *Store) Mirror(ctx context.Context, dir string) error {
	return mirror.Run(ctx, mirrored{s}, dir)
}

// Unsealed counts the records that [Store.Mirror] has not sealed, which nothing protects. Since is the time of the
// oldest: when it was decided, refused or reported.
func (s *Store) Unsealed(ctx context.Context) (records int64, since time.Time, err error) {
	err = s.reading(ctx, func(c *conn) error {
		var oldest sql.NullInt64
		_, err := c.row("SELECT count(*), min(nullif(max(at, 0), 0)) FROM records WHERE "+unsealed, nil, &records, &oldest)
		since = timeOf(oldest)
		return err
	})
	return records, since, err
}

// Checkpoint is the checkpoint of the ledger that mirrors the file, as [Store.Mirror] has left it. Its size is 0 when
// there is none.
func (s *Store) Checkpoint(ctx context.Context) (ledger.Checkpoint, error) {
	text, err := s.checkpoint(ctx)
	if err != nil {
		return ledger.Checkpoint{}, err
	}
	return mirror.Checkpoint(text)
}

func (s *Store) checkpoint(ctx context.Context) (text []byte, err error) {
	err = s.reading(ctx, func(c *conn) error {
		_, err := c.row("SELECT value FROM meta WHERE name = 'mirror'", nil, &text)
		return err
	})
	return text, err
}

// Incidents are the ids of the incidents of a namespace on which something was decided, in order.
func (s *Store) Incidents(ctx context.Context, namespace string) (out []string, err error) {
	err = s.reading(ctx, func(c *conn) error {
		out = nil
		return c.rows("SELECT id FROM incidents WHERE tenant = ? AND latest IS NOT NULL ORDER BY id", func(scan func(...any) error) error {
			var id string
			err := scan(&id)
			out = append(out, id)
			return err
		}, namespace)
	})
	return out, err
}

// unsealed says which records are not sealed. They are numbered in the order of their commits.
const unsealed = "number > coalesce((SELECT max(number) FROM sealed), 0)"

// mirrored is the store as a mirror sees it.
type mirrored struct{ s *Store }

func (m mirrored) Sealed(ctx context.Context) (at ledger.Checkpoint, since []int64, err error) {
	if at, err = m.s.Checkpoint(ctx); err == nil {
		since, err = m.numbers(ctx, "SELECT seq FROM sealed WHERE seq >= ? ORDER BY seq", at.Size)
	}
	return at, since, err
}

func (m mirrored) numbers(ctx context.Context, query string, args ...any) (out []int64, err error) {
	err = m.s.reading(ctx, func(c *conn) error {
		out = nil
		return c.rows(query, func(scan func(...any) error) error {
			var n int64
			err := scan(&n)
			out = append(out, n)
			return err
		}, args...)
	})
	return out, err
}

func (m mirrored) Unnote(ctx context.Context, from int64) error {
	return m.s.changing(ctx, func(c *conn) error {
		_, err := c.exec("DELETE FROM sealed WHERE seq >= ?", from)
		return err
	})
}

func (m mirrored) Unsealed(ctx context.Context, most int) (out []mirror.Row, err error) {
	err = m.s.reading(ctx, func(c *conn) error {
		out = nil
		return c.rows("SELECT number, kind, coalesce(incident, 0), at, body, coalesce(given, '') FROM records WHERE "+unsealed+" ORDER BY number LIMIT ?", func(scan func(...any) error) error {
			var r mirror.Row
			var at int64
			err := scan(&r.Number, &r.Kind, &r.Incident, &at, &r.Body, &r.Given)
			if at > 0 {
				r.At = time.UnixMicro(at).UTC()
			}
			out = append(out, r)
			return err
		}, most)
	})
	return out, err
}

func (m mirrored) Note(ctx context.Context, list []mirror.Seal) error {
	return m.s.changing(ctx, func(c *conn) error {
		for _, n := range list {
			if _, err := c.exec("INSERT INTO sealed (number, seq) VALUES (?, ?)", n.Number, n.Seq); err != nil {
				return fmt.Errorf("another mirror is being written: %w", err)
			}
		}
		return nil
	})
}

func (m mirrored) Noted(ctx context.Context, numbers []int64) (out []int64, err error) {
	err = m.s.reading(ctx, func(c *conn) error {
		out = nil
		for _, n := range numbers {
			var seq int64
			found, err := c.row("SELECT seq FROM sealed WHERE number = ? AND seq >= 0", []any{n}, &seq)
			if err != nil {
				return err
			}
			if found {
				out = append(out, seq)
			}
		}
		return nil
	})
	return out, err
}

func (m mirrored) Done(ctx context.Context, at ledger.Checkpoint) error {
	return m.s.changing(ctx, func(c *conn) error {
		_, err := c.exec("INSERT INTO meta (name, value) VALUES ('mirror', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value", at.Text())
		return err
	})
}

func (m mirrored) Reports(ctx context.Context, incident int64, first int) (out []recovery.Report, err error) {
	err = m.s.reading(ctx, func(c *conn) error {
		out, err = c.reports(incident)
		return err
	})
	return out[:min(first, len(out))], err
}

func (m mirrored) Files(ctx context.Context, digest string) (*playbook.Set, error) {
	return m.s.Set(ctx, digest)
}

// Set is the set of a digest, with its files, by which an engine has decided here; nil: the file does not have it.
func (s *Store) Set(ctx context.Context, digest string) (set *playbook.Set, err error) {
	err = s.reading(ctx, func(c *conn) error {
		var text string
		found, err := c.row("SELECT files FROM sets WHERE digest = ? AND files IS NOT NULL", []any{digest}, &text)
		if err == nil && found {
			set, err = rows.ReadFiles(digest, text)
		}
		return err
	})
	return set, err
}

func (m mirrored) Calendar(ctx context.Context) func(string) (*worktime.Calendar, error) {
	return m.s.calendars.Find(func(name string) (text string, err error) {
		err = m.s.reading(ctx, func(c *conn) error {
			found, err := c.row("SELECT body FROM calendars WHERE name = ?", []any{name}, &text)
			if err == nil && !found {
				err = fmt.Errorf("the file does not have it")
			}
			return err
		})
		return text, err
	})
}
