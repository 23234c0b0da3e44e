package postgres

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/policy/worktime"
	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/internal/rows"
	"github.com/servicerecovery/amends/recovery/store"
)

// Read implements [recovery.Store], in one statement.
func (s *Store) Read(ctx context.Context, q recovery.Query) (recovery.Given, recovery.Version, error) {
	if err := s.count(ctx, kindsOf(q.Facts)); err != nil {
		return recovery.Given{}, "", err
	}
	return s.read(ctx, s.pool, &q)
}

// Precedents implements [recovery.Store].
func (s *Store) Precedents(ctx context.Context, q recovery.Query) ([]store.Precedents, error) {
	return s.precedents(ctx, s.pool, &q)
}

// reads is the statement of a read. An incident that never came has a row of nulls.
const reads = `SELECT coalesce((a.i).no, 0), coalesce((a.i).tenant, ''), coalesce((a.i).id, ''), coalesce((a.i).latest, ''), (a.i).made, (a.i).updated_at, (a.i).told, (a.i).told_at,
	(a.i).next_due, coalesce((a.i).due_by, ''), (a.i).due_until, coalesce((a.i).due_attempt, 0), coalesce((a.i).due_why, ''),
	a.latest, a.made, a.said, a.older, a.totals, a.queue, a.uncounted FROM {answer}($1, $2, $3, $4, $5, $6, $7, $8) a`

func (s *shared) read(ctx context.Context, on runner, q *recovery.Query) (recovery.Given, recovery.Version, error) {
	fail := func(err error) (recovery.Given, recovery.Version, error) { return recovery.Given{}, "", err }
	asked, newest, err := s.asked(q)
	if err != nil {
		return fail(err)
	}
	groups, from, until := [][]byte{}, []time.Time{}, []*time.Time{}
	for i := range asked {
		a := &asked[i]
		groups, from = append(groups, a.Group[:]), append(from, a.From)
		if a.Until.IsZero() {
			until = append(until, nil)
		} else {
			until = append(until, &a.Until)
		}
	}
	t := &thread{}
	var latest, queue *string
	var made, reports, totals []string
	var older, uncounted bool
	err = on.QueryRow(ctx, s.sql(reads), q.Namespace, q.Incident, q.Choice, q.Set, groups, from, until, newest).Scan(append(t.columns(), &latest, &made, &reports, &older, &totals, &queue, &uncounted)...)
	if err != nil {
		return fail(err)
	}
	if uncounted {
		if err := s.countRest(ctx, on, waiting); err != nil {
			return fail(err)
		}
		return s.read(ctx, on, q)
	}
	given := recovery.Given{UpdatedAt: timeOf(t.updatedAt), Told: t.lastTold(), Stream: store.QueueOf(nil, t.due()).Stream()}
	calendars := s.calendar(ctx, on)
	if latest != nil {
		if given.Previous, err = recovery.ReadRecord([]byte(*latest), calendars); err != nil {
			return fail(err)
		}
		given.SetIsOlder = q.Set != "" && older
	}
	for _, body := range made {
		r, err := recovery.ReadRecord([]byte(body), calendars)
		if err != nil {
			return fail(err)
		}
		given.Made = append(given.Made, *r)
	}
	for _, body := range reports {
		r, err := rows.ReadReport(body)
		if err != nil {
			return fail(err)
		}
		given.Reports = append(given.Reports, r)
	}
	if queue != nil {
		all, err := readQueue(*queue)
		if err != nil {
			return fail(err)
		}
		given.Stream = store.QueueOf(all, t.due()).Stream()
	}
	if err := s.answers(q, &given, asked, totals); err != nil {
		return fail(err)
	}
	return given, "1", nil // commits compare values
}

// asked are the questions about groups: of facts, then of the use of partners. Newest is the last of the kinds of these facts.
func (s *shared) asked(q *recovery.Query) (out []rows.Asked, newest int16, err error) {
	for i := range q.Facts {
		k := store.KindOf(&q.Facts[i])
		text, err := rows.Kind(&k)
		if err != nil {
			return nil, 0, err
		}
		no := s.number(text)
		if no == 0 {
			return nil, 0, fmt.Errorf("the kind of the fact %s is not counted yet; prepare the store for the set before the transaction", q.Facts[i].Name)
		}
		newest = max(newest, no)
		out = append(out, rows.AskedFact(&q.Facts[i], text))
	}
	for i := range q.Use {
		out = append(out, rows.AskedUse(&q.Use[i]))
	}
	return out, newest, nil
}

// answers turns totals into answers, without what the incident itself counts.
func (s *shared) answers(q *recovery.Query, given *recovery.Given, asked []rows.Asked, totals []string) error {
	var own []rows.Entry
	if given.Previous != nil && len(asked) > 0 {
		own = rows.Entries(counted(s.known()), rows.Before(given))
	}
	given.Facts, given.Use = make([]any, len(q.Facts)), make([]int64, len(q.Use))
	for i := range asked {
		total, err := wide(totals[i])
		if err != nil {
			return err
		}
		total = total.Minus(asked[i].Of(own))
		switch n := i - len(q.Facts); {
		case n >= 0:
			given.Use[n], err = rows.Use(&q.Use[n], total)
		case !asked[i].Nothing:
			k := store.KindOf(&q.Facts[i])
			given.Facts[i], err = k.Answer(total)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// thread is the row of an incident; without a number, it never came.
type thread struct {
	no                                   int64
	tenant, id, latest                   string
	made                                 []string
	updatedAt, toldAt, nextDue, dueUntil *time.Time
	told                                 []byte
	dueBy, dueWhy                        string
	dueAttempt                           int
}

const threadColumns = "no, tenant, id, coalesce(latest, ''), made, updated_at, told, told_at, next_due, due_by, due_until, due_attempt, due_why"

func (t *thread) columns() []any {
	return []any{&t.no, &t.tenant, &t.id, &t.latest, &t.made, &t.updatedAt, &t.told, &t.toldAt, &t.nextDue, &t.dueBy, &t.dueUntil, &t.dueAttempt, &t.dueWhy}
}

func timeOf(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.UTC()
}

func (t *thread) lastTold() *recovery.Told {
	if t.told == nil {
		return nil
	}
	return &recovery.Told{Incident: t.told, At: timeOf(t.toldAt)}
}

func (t *thread) due() store.Due {
	return store.Due{At: timeOf(t.nextDue), By: t.dueBy, Until: timeOf(t.dueUntil), Attempt: t.dueAttempt, Why: t.dueWhy}
}

// threads reads rows of incidents, which where locks.
func (s *shared) threads(ctx context.Context, tx pgx.Tx, where string, args ...any) (out []*thread, err error) {
	list, err := tx.Query(ctx, s.sql("SELECT "+threadColumns+" FROM {incidents} "+where), args...)
	if err != nil {
		return nil, err
	}
	defer list.Close()
	for list.Next() {
		t := &thread{}
		if err := list.Scan(t.columns()...); err != nil {
			return nil, err
		}
		out = append(out, t)
	}
	return out, list.Err()
}

// calendar finds the calendars of records. On a connection whose rows are being read, none can be looked up.
func (s *shared) calendar(ctx context.Context, on runner) func(string) (*worktime.Calendar, error) {
	return s.calendars.Find(func(name string) (text string, err error) {
		err = on.QueryRow(ctx, s.sql("SELECT body FROM {calendars} WHERE name = $1"), name).Scan(&text)
		return text, err
	})
}

// standing is what stands of an incident.
func (s *shared) standing(ctx context.Context, on runner, t *thread) (store.Standing, error) {
	if t.latest == "" {
		return store.Standing{}, nil
	}
	list, err := s.records(ctx, on, t.no, append([]string{t.latest}, t.made...))
	if err != nil {
		return store.Standing{}, err
	}
	given := recovery.Given{Previous: list[t.latest]}
	for _, id := range t.made {
		if r := list[id]; r != nil {
			given.Made = append(given.Made, *r)
		}
	}
	return rows.Before(&given), nil
}

// records reads decisions of an incident by their ids. Those that are not there are left out.
func (s *shared) records(ctx context.Context, on runner, incident int64, ids []string) (map[string]*recovery.Record, error) {
	list, err := on.Query(ctx, s.sql("SELECT id, body FROM {records} WHERE incident = $1 AND id = ANY ($2)"), incident, ids)
	if err != nil {
		return nil, err
	}
	type row struct{ ID, Body string }
	found, err := pgx.CollectRows(list, pgx.RowToStructByPos[row])
	if err != nil {
		return nil, err
	}
	out := map[string]*recovery.Record{}
	for _, r := range found {
		if out[r.ID], err = recovery.ReadRecord([]byte(r.Body), s.calendar(ctx, on)); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (s *shared) precedents(ctx context.Context, on runner, q *recovery.Query) ([]store.Precedents, error) {
	out := make([]store.Precedents, len(q.Precedents))
	groups := [][]byte{}
	for i := range q.Precedents {
		g := precedentGroup(&q.Precedents[i])
		groups = append(groups, g[:])
	}
	var texts []string
	err := on.QueryRow(ctx, s.sql(`SELECT ARRAY(SELECT {summary}(g, coalesce((SELECT no FROM {incidents} WHERE tenant = $1 AND id = $2), -1))::text
		FROM unnest($3::bytea[]) WITH ORDINALITY x(g, o) ORDER BY o)`), q.Namespace, q.Incident, groups).Scan(&texts)
	if err != nil {
		return nil, err
	}
	for i, text := range texts {
		if out[i], err = readSummary(text); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func precedentGroup(q *store.PrecedentQuery) store.ID {
	return rows.PrecedentGroup(store.PrecedentKey(q.Namespace, q.Play, append([]store.Key(nil), q.Comparable...)))
}

// summary is a summary of precedents as the database makes it.
type summary struct {
	Count   int        `json:"count"`
	Amounts [][]any    `json:"amounts"`
	Recent  [][]string `json:"recent"`
}

func readSummary(text string) (out store.Precedents, err error) {
	var x struct {
		Count   int                 `json:"count"`
		Amounts [][]json.RawMessage `json:"amounts"`
		Recent  [][]string          `json:"recent"`
	}
	if err := json.Unmarshal([]byte(text), &x); err != nil {
		return out, err
	}
	out.Count = x.Count
	for _, a := range x.Amounts {
		s := store.Spread{}
		var currency string
		if len(a) != 6 {
			return out, errors.New("a summary of precedents has six values for each amount")
		}
		err := errors.Join(json.Unmarshal(a[0], &s.Type), json.Unmarshal(a[1], &currency))
		for i, into := range []*value.Money{&s.Lower, &s.Upper, &s.Lowest, &s.Highest} {
			var units int64
			err = errors.Join(err, json.Unmarshal(a[2+i], &units))
			if err == nil {
				*into, err = value.NewMoney(units, currency)
			}
		}
		if err != nil {
			return out, err
		}
		out.Amounts = append(out.Amounts, s)
	}
	for _, r := range x.Recent {
		if len(r) != 4 {
			return out, errors.New("a summary of precedents has four values for each choice")
		}
		amount, err := rows.ReadMoney(r[2])
		if err != nil {
			return out, err
		}
		out.Recent = append(out.Recent, store.Precedent{Decision: r[0], Type: r[1], Amount: amount, Reason: r[3]})
	}
	return out, nil
}

// summaryOf is what the database makes where precedents are as they were read.
func summaryOf(p *store.Precedents) summary {
	out := summary{Count: p.Count, Amounts: [][]any{}, Recent: [][]string{}}
	for _, s := range p.Amounts {
		out.Amounts = append(out.Amounts, []any{s.Type, s.Lower.Currency(), s.Lower.Units(), s.Upper.Units(), s.Lowest.Units(), s.Highest.Units()})
	}
	for _, r := range p.Recent {
		out.Recent = append(out.Recent, []string{r.Decision, r.Type, rows.MoneyText(r.Amount), clean(r.Reason)})
	}
	return out
}
