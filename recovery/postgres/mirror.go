package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

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
// The schema keeps the checkpoint of its ledger. So a directory that lacks records, or that somebody else has written
// to, is refused with a *[ledger.CheckpointError] or a *[ledger.ForeignError]. The ledger has no stream of deliveries.
func (s *Store) Mirror(ctx context.Context, dir string) error {
	return mirror.Run(ctx, mirrored{s}, dir)
}

// Unsealed counts the records that [Store.Mirror] has not sealed, which nothing protects. Since is the time of the
// oldest: when it was decided, refused or reported.
func (s *Store) Unsealed(ctx context.Context) (records int64, since time.Time, err error) {
	var oldest *time.Time
	err = s.pool.QueryRow(ctx, s.sql("SELECT count(*), min(at) FILTER (WHERE at > 'epoch' AND isfinite(at)) FROM ("+committed+") r WHERE "+unsealed)).Scan(&records, &oldest)
	return records, timeOf(oldest), err
}

// Checkpoint is the checkpoint of the ledger that mirrors the schema, as [Store.Mirror] has left it. Its size is 0 when
// there is none.
func (s *Store) Checkpoint(ctx context.Context) (ledger.Checkpoint, error) {
	var text []byte
	if err := s.pool.QueryRow(ctx, s.sql("SELECT checkpoint FROM {mirror}")).Scan(&text); err != nil {
		return ledger.Checkpoint{}, err
	}
	return mirror.Checkpoint(text)
}

// Incidents are the ids of the incidents of a namespace on which something was decided, in order.
func (s *Store) Incidents(ctx context.Context, namespace string) ([]string, error) {
	list, err := s.pool.Query(ctx, s.sql(`SELECT id FROM {incidents} WHERE tenant = $1 AND latest IS NOT NULL ORDER BY id COLLATE "C"`), namespace)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(list, pgx.RowTo[string])
}

const (
	// committed is what is sealed, in one table.
	committed = `SELECT number, kind, incident, at, body, given FROM {records} WHERE number > (SELECT low FROM {mirror})
		UNION ALL SELECT number, 'report', incident, at, body, NULL FROM {reports} WHERE number > (SELECT low FROM {mirror})`
	unsealed = `NOT EXISTS (SELECT FROM {sealed} s WHERE s.number = r.number)`
)

// mirrored is the store as a mirror sees it.
type mirrored struct{ s *Store }

func (m mirrored) Sealed(ctx context.Context) (at ledger.Checkpoint, since []int64, err error) {
	if at, err = m.s.Checkpoint(ctx); err == nil {
		since, err = m.numbers(ctx, "SELECT seq FROM {sealed} WHERE seq >= $1 ORDER BY seq", at.Size)
	}
	return at, since, err
}

func (m mirrored) numbers(ctx context.Context, query string, args ...any) ([]int64, error) {
	list, err := m.s.pool.Query(ctx, m.s.sql(query), args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(list, pgx.RowTo[int64])
}

func (m mirrored) Unnote(ctx context.Context, from int64) error {
	_, err := m.s.pool.Exec(ctx, m.s.sql("DELETE FROM {sealed} WHERE seq >= $1"), from)
	return err
}

// Unsealed reads the lowest rows that are not sealed, and so those that were committed late too: others may have had
// higher numbers and have been sealed by then, but none of these was made from a row that came later.
func (m mirrored) Unsealed(ctx context.Context, most int) (out []mirror.Row, err error) {
	list, err := m.s.pool.Query(ctx, m.s.sql("SELECT number, kind, coalesce(incident, 0), CASE WHEN isfinite(at) THEN at ELSE 'epoch' END, body, coalesce(given, '') FROM ("+committed+") r WHERE "+unsealed+" ORDER BY number LIMIT $1"), most)
	if err != nil {
		return nil, err
	}
	var r mirror.Row
	var at time.Time
	_, err = pgx.ForEachRow(list, []any{&r.Number, &r.Kind, &r.Incident, &at, &r.Body, &r.Given}, func() error {
		if r.At = (time.Time{}); at.After(time.Unix(0, 0)) {
			r.At = at.UTC()
		}
		out = append(out, r)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, m.follow(ctx)
}

// follow moves the number below which nothing is unsealed, once all transactions have ended that could still bring one.
func (m mirrored) follow(ctx context.Context) error {
	_, err := m.s.pool.Exec(ctx, m.s.sql(`UPDATE {mirror} SET
		low = least(top, coalesce((SELECT min(number) - 1 FROM (`+committed+`) r WHERE `+unsealed+`), top)),
		top = greatest((SELECT max(number) FROM {records}), (SELECT max(number) FROM {reports}), 0),
		horizon = pg_snapshot_xmax(pg_current_snapshot())
		WHERE pg_snapshot_xmin(pg_current_snapshot()) >= horizon`))
	return err
}

func (m mirrored) Note(ctx context.Context, list []mirror.Seal) error {
	var numbers, seqs []int64
	for _, n := range list {
		numbers, seqs = append(numbers, n.Number), append(seqs, n.Seq)
	}
	_, err := m.s.pool.Exec(ctx, m.s.sql("INSERT INTO {sealed} (number, seq) SELECT * FROM unnest($1::bigint[], $2::bigint[])"), numbers, seqs)
	if err != nil {
		return fmt.Errorf("another mirror is being written: %w", err)
	}
	return nil
}

func (m mirrored) Noted(ctx context.Context, numbers []int64) ([]int64, error) {
	return m.numbers(ctx, "SELECT seq FROM {sealed} WHERE number = ANY ($1) AND seq >= 0 ORDER BY seq", numbers)
}

func (m mirrored) Done(ctx context.Context, at ledger.Checkpoint) error {
	_, err := m.s.pool.Exec(ctx, m.s.sql("UPDATE {mirror} SET checkpoint = $1"), at.Text())
	return err
}

func (m mirrored) Reports(ctx context.Context, incident int64, first int) (out []recovery.Report, err error) {
	list, err := m.s.pool.Query(ctx, m.s.sql("SELECT body FROM {reports} WHERE incident = $1 ORDER BY number LIMIT $2"), incident, first)
	if err != nil {
		return nil, err
	}
	bodies, err := pgx.CollectRows(list, pgx.RowTo[string])
	for _, body := range bodies {
		r, err := rows.ReadReport(body)
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, err
}

func (m mirrored) Files(ctx context.Context, digest string) (*playbook.Set, error) {
	return m.s.Set(ctx, digest)
}

// Set is the set of a digest, with its files, by which an engine has decided here; nil: the schema does not have it.
func (s *Store) Set(ctx context.Context, digest string) (*playbook.Set, error) {
	var text *string
	if err := s.pool.QueryRow(ctx, s.sql("SELECT max(files) FROM {sets} WHERE digest = $1"), digest).Scan(&text); err != nil || text == nil {
		return nil, err
	}
	return rows.ReadFiles(digest, *text)
}

func (m mirrored) Calendar(ctx context.Context) func(string) (*worktime.Calendar, error) {
	return m.s.calendar(ctx, m.s.pool)
}
