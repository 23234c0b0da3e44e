package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strconv"

	"github.com/servicerecovery/amends/policy/worktime"
	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/internal/rows"
	"github.com/servicerecovery/amends/recovery/store"
)

// thread is the row of an incident. One that never came has the number 0.
type thread struct {
	no                                   int64
	tenant, id                           string
	latest                               sql.NullInt64
	made                                 []int64
	updatedAt, toldAt, nextDue, dueUntil sql.NullInt64
	told                                 []byte
	dueBy, dueWhy                        string
	dueAttempt                           int
}

const threadColumns = "no, tenant, id, latest, made, updated_at, told, told_at, next_due, due_by, due_until, due_attempt, due_why FROM incidents"

func (c *conn) thread(tenant, id string) (*thread, error) {
	return c.threadBy("SELECT "+threadColumns+" WHERE tenant = ? AND id = ?", tenant, id)
}

// chosen is the incident on which a choice was left to somebody.
func (c *conn) chosen(tenant, choice string) (*thread, error) {
	return c.threadBy("SELECT "+threadColumns+" WHERE no = (SELECT incident FROM choices WHERE id = ?2 AND tenant = ?1)", tenant, choice)
}

func (c *conn) threadBy(query string, args ...any) (*thread, error) {
	t := &thread{}
	made := ""
	_, err := c.row(query, args, &t.no, &t.tenant, &t.id, &t.latest, &made, &t.updatedAt, &t.told, &t.toldAt, &t.nextDue, &t.dueBy, &t.dueUntil, &t.dueAttempt, &t.dueWhy)
	if err == nil {
		t.made, err = readNumbers(made)
	}
	return t, err
}

// lastTold is what was told last, where the latest decision was not made of that.
func (t *thread) lastTold() *recovery.Told {
	if t.told == nil {
		return nil
	}
	return &recovery.Told{Incident: t.told, At: timeOf(t.toldAt)}
}

// calendar finds the calendars of records.
func (s *Store) calendar(c *conn) func(string) (*worktime.Calendar, error) {
	return s.calendars.Find(func(name string) (text string, err error) {
		found, err := c.row("SELECT body FROM calendars WHERE name = ?", []any{name}, &text)
		if err == nil && !found {
			err = fmt.Errorf("the file does not have it")
		}
		return text, err
	})
}

// record reads a decision by its number.
func (s *Store) record(c *conn, number int64) (*recovery.Record, error) {
	var body []byte
	found, err := c.row("SELECT body FROM records WHERE number = ?", []any{number}, &body)
	if err == nil && !found {
		err = fmt.Errorf("it is not there")
	}
	var r *recovery.Record
	if err == nil {
		r, err = recovery.ReadRecord(body, s.calendar(c))
	}
	if err != nil {
		return nil, fmt.Errorf("record %d: %w", number, err)
	}
	return r, nil
}

// Read implements [recovery.Store].
func (s *Store) Read(ctx context.Context, q recovery.Query) (given recovery.Given, version recovery.Version, err error) {
	if err := s.countFor(ctx, q.Facts); err != nil {
		return given, "", err
	}
	err = s.reading(ctx, func(c *conn) error {
		given, version, err = s.answer(c, &q)
		return err
	})
	if err != nil {
		return recovery.Given{}, "", err
	}
	return given, version, nil
}

func (s *Store) answer(c *conn, q *recovery.Query) (given recovery.Given, version recovery.Version, err error) {
	t, err := c.thread(q.Namespace, q.Incident)
	if q.Incident == "" && q.Choice != "" {
		t, err = c.chosen(q.Namespace, q.Choice)
	}
	if err != nil {
		return given, "", err
	}
	if given, err = s.about(c, t); err != nil {
		return given, "", err
	}
	if given.Previous != nil && q.Set != "" {
		if given.SetIsOlder, err = c.older(q.Set, given.Previous.Decision.Set.Digest); err != nil {
			return given, "", err
		}
	}
	now := s.now(c, t.no, rows.Before(&given))
	given.Facts, given.Use = make([]any, len(q.Facts)), make([]int64, len(q.Use))
	for i := range q.Facts {
		if given.Facts[i], err = now.Fact(&q.Facts[i]); err != nil {
			return given, "", err
		}
	}
	for i := range q.Use {
		if given.Use[i], err = now.Use(&q.Use[i]); err != nil {
			return given, "", err
		}
	}
	version, err = c.version()
	return given, version, err
}

// version is the number of the last record: whatever counts comes with one.
func (c *conn) version() (recovery.Version, error) {
	var last int64
	_, err := c.row("SELECT seq FROM sqlite_sequence WHERE name = 'records'", nil, &last)
	return recovery.Version(strconv.FormatInt(last, 10)), err
}

// about reads what is known of an incident itself.
func (s *Store) about(c *conn, t *thread) (given recovery.Given, err error) {
	given = recovery.Given{UpdatedAt: timeOf(t.updatedAt), Told: t.lastTold(), Stream: &store.Stream{}}
	if t.no == 0 {
		return given, nil
	}
	if t.latest.Valid {
		if given.Previous, err = s.record(c, t.latest.Int64); err != nil {
			return given, err
		}
	}
	for _, number := range t.made {
		r, err := s.record(c, number)
		if err != nil {
			return given, err
		}
		given.Made = append(given.Made, *r)
	}
	if given.Reports, err = c.reports(t.no); err != nil {
		return given, err
	}
	q, err := c.queue(t)
	if err == nil {
		given.Stream = q.Stream()
	}
	return given, err
}

// reports are those on an incident, in the order in which they came.
func (c *conn) reports(incident int64) (out []recovery.Report, err error) {
	err = c.rows("SELECT body FROM records WHERE incident = ? AND kind = 'report' ORDER BY number", func(scan func(...any) error) error {
		var body string
		if err := scan(&body); err != nil {
			return err
		}
		r, err := rows.ReadReport(body)
		out = append(out, r)
		return err
	}, incident)
	return out, err
}

// older reports whether a set stands before another in the order of sets.
func (c *conn) older(set, than string) (bool, error) {
	var older bool
	_, err := c.row(`SELECT max(a.first, coalesce(a.renewed, 0)) < max(b.first, coalesce(b.renewed, 0))
		FROM sets a, sets b WHERE a.digest = ? AND b.digest = ? AND a.first IS NOT NULL AND b.first IS NOT NULL`, []any{set, than}, &older)
	return older, err
}

// Precedents implements [recovery.Store].
func (s *Store) Precedents(ctx context.Context, q recovery.Query) (out []store.Precedents, err error) {
	out = make([]store.Precedents, len(q.Precedents))
	err = s.reading(ctx, func(c *conn) error {
		t, err := c.thread(q.Namespace, q.Incident)
		if err != nil {
			return err
		}
		for i := range q.Precedents {
			if out[i], err = c.precedents(&q.Precedents[i], t.no); err != nil {
				return err
			}
		}
		return nil
	})
	return out, err
}

// now answers on behalf of one incident.
type now struct {
	s    *Store
	c    *conn
	no   int64
	own  store.Standing
	list []rows.Entry // where the incident itself counts
}

func (s *Store) now(c *conn, no int64, own store.Standing) *now {
	n := &now{s: s, c: c, no: no, own: own}
	if own.Latest != nil {
		n.list = rows.Entries(s.counted(), own)
	}
	return n
}

func (n *now) Fact(q *store.FactQuery) (any, error) {
	k := store.KindOf(q)
	text, err := rows.Kind(&k)
	if err != nil {
		return nil, err
	}
	if !n.s.counts(text) {
		return nil, fmt.Errorf("the kind of the fact %s is not counted yet", q.Name)
	}
	asked := rows.AskedFact(q, text)
	if asked.Nothing {
		return nil, nil
	}
	total, err := n.total(&asked)
	if err != nil {
		return nil, err
	}
	return k.Answer(total)
}

func (n *now) Use(q *store.UseQuery) (int64, error) {
	asked := rows.AskedUse(q)
	total, err := n.total(&asked)
	if err != nil {
		return 0, err
	}
	return rows.Use(q, total)
}

func (n *now) Precedents(q *store.PrecedentQuery) (store.Precedents, error) {
	return n.c.precedents(q, n.no)
}

// total adds up what other incidents have in a group.
func (n *now) total(asked *rows.Asked) (store.Wide, error) {
	total, err := n.c.since(asked.Group, microseconds(asked.From))
	if err == nil && !asked.Until.IsZero() {
		var rest store.Wide
		rest, err = n.c.since(asked.Group, microseconds(asked.Until))
		total = total.Minus(rest)
	}
	return total.Minus(asked.Of(n.list)), err
}

// since adds up a group from an instant on: the rest of that day entry by entry, and the days after it.
func (c *conn) since(group store.ID, from int64) (store.Wide, error) {
	var high, middle, low sql.NullInt64
	day := dayOf(from)
	_, err := c.row(`SELECT sum(high), sum(middle), sum(low) FROM (
		SELECT high, middle, low FROM sums WHERE grp = ?1 AND day > ?2
		UNION ALL SELECT high, middle, low FROM entries WHERE grp = ?1 AND at >= ?3 AND at < ?4)`,
		[]any{group[:], day, from, (day + 1) * microsecondsADay}, &high, &middle, &low)
	return wide(high.Int64, middle.Int64, low.Int64), err
}

// precedents sums up the choices under a key.
func (c *conn) precedents(q *store.PrecedentQuery, no int64) (out store.Precedents, err error) {
	group := rows.PrecedentGroup(store.PrecedentKey(q.Namespace, q.Play, slices.Clone(q.Comparable)))
	var amounts []rows.Amount
	err = c.rows("SELECT type, currency, units, count FROM amounts WHERE grp = ? ORDER BY type, currency, units", func(scan func(...any) error) error {
		var a rows.Amount
		err := scan(&a.Type, &a.Currency, &a.Units, &a.Count)
		amounts = append(amounts, a)
		return err
	}, group[:])
	if err != nil || len(amounts) == 0 {
		return out, err
	}
	recent, err := c.choices("SELECT chosen FROM precedents WHERE grp = ? AND incident <> ? ORDER BY number DESC LIMIT 5", group[:], no)
	if err != nil {
		return out, err
	}
	own, err := c.choices("SELECT chosen FROM precedents WHERE incident = ?2 AND grp = ?1", group[:], no)
	if err != nil {
		return out, err
	}
	return rows.Summary(amounts, recent, own)
}

func (c *conn) choices(query string, args ...any) (out []store.Chosen, err error) {
	err = c.rows(query, func(scan func(...any) error) error {
		var text string
		if err := scan(&text); err != nil {
			return err
		}
		x, err := rows.ReadChosen(text)
		out = append(out, x)
		return err
	}, args...)
	return out, err
}
