package postgres

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/internal/rows"
	"github.com/servicerecovery/amends/recovery/store"
)

// Commit implements [recovery.Store], in one round trip: a function compares and writes. When it returns nil, the commit
// is as durable as the server is told to make it.
func (s *Store) Commit(ctx context.Context, c recovery.Commit) error {
	if err := c.Check(); err != nil {
		return err
	}
	if c.Record != nil {
		if err := s.count(ctx, kindsOf(c.Reads.Facts)); err != nil {
			return err
		}
	}
	names := s.calendars.Naming()
	err := s.commit(ctx, s.pool, &c, names)
	if err == nil {
		names.Kept()
		return nil
	}
	var e *pgconn.PgError
	if errors.As(err, &e) && (e.Code == "40P01" || e.Code == "40001") {
		return store.Changed("another transaction was in the way: " + e.Message)
	}
	return err
}

func (s *shared) commit(ctx context.Context, on runner, c *recovery.Commit, names *rows.Names) error {
	x := &commit{Commit: c, s: s, names: names, seen: c.Seen()}
	switch {
	case c.Record != nil:
		return x.record(ctx, on)
	case c.Refusal != nil:
		return x.refusal(ctx, on)
	case c.Mark != nil:
		return x.mark(ctx, on)
	case len(c.Reports) > 0:
		return x.reports(ctx, on)
	}
	return x.fallen(ctx, on)
}

// commit is a commit on its way to the database.
type commit struct {
	*recovery.Commit
	s     *shared
	names *rows.Names
	seen  store.Seen
}

// told is what had been told last.
func (x *commit) told() []byte {
	if x.Given.Told == nil {
		return nil
	}
	return x.Given.Told.Incident
}

// message is what a function is told, as JSON.
type message struct {
	Kind     string `json:"kind,omitempty"`
	Tenant   string `json:"tenant"`
	Incident string `json:"incident"`
	Hash     string `json:"hash"`
	Seen     *seen  `json:"seen,omitempty"`

	Kinds      int                 `json:"kinds"`
	Slots      []int               `json:"slots,omitempty"`
	Totals     []total             `json:"totals,omitempty"`
	Precedents []comparedPrecedent `json:"precedents,omitempty"`

	ID        string            `json:"id,omitempty"`
	Customer  *string           `json:"customer,omitempty"`
	At        *string           `json:"at,omitempty"`
	Calendars map[string]string `json:"calendars,omitempty"`
	Choices   []string          `json:"choices,omitempty"`
	Set       string            `json:"set,omitempty"`
	Newest    bool              `json:"newest,omitempty"`
	Entries   *[]entry          `json:"entries,omitempty"`
	Gone      []string          `json:"gone,omitempty"`
	New       *[]precedent      `json:"new,omitempty"`
	Choice    bool              `json:"choice,omitempty"`
	Made      *[]string         `json:"made,omitempty"`
	UpdatedAt *string           `json:"updated_at,omitempty"`
	Decided   bool              `json:"decided,omitempty"`
	Stream    *streamed         `json:"stream,omitempty"`
}

// seen is what is compared of the incident itself.
type seen struct {
	On      *string   `json:"on,omitempty"`
	Latest  *string   `json:"latest"`
	Made    *[]string `json:"made,omitempty"`
	Updated timeOrNot `json:"updated,omitzero"`
	Tells   bool      `json:"tells,omitempty"`
	Waiting *[]string `json:"waiting,omitempty"`
	Reports *int      `json:"reports,omitempty"`
}

// timeOrNot is a time that is compared, if it is; null stands for none.
type timeOrNot struct {
	compared bool
	at       *string
}

func (t timeOrNot) IsZero() bool                 { return !t.compared }
func (t timeOrNot) MarshalJSON() ([]byte, error) { return json.Marshal(t.at) }

type total struct {
	Group string      `json:"grp"`
	Since *string     `json:"since"`
	Until *string     `json:"until,omitempty"`
	Total json.Number `json:"total"`
	Own   json.Number `json:"own"`
	Real  *float64    `json:"real,omitempty"`
	What  string      `json:"what"`
}

type comparedPrecedent struct {
	Group   string  `json:"grp"`
	Summary summary `json:"summary"`
	What    string  `json:"what"`
}

type entry struct {
	Group  string      `json:"grp"`
	At     *string     `json:"at"`
	Kind   int16       `json:"kind"`
	Weight json.Number `json:"weight"`
}

type precedent struct {
	Group    string   `json:"grp"`
	Decision string   `json:"decision"`
	Type     string   `json:"type"`
	Amount   string   `json:"amount"`
	Reason   string   `json:"reason"`
	Gave     []amount `json:"gave"`
}

type amount struct {
	Type     string `json:"type"`
	Currency string `json:"currency"`
	Units    int64  `json:"units"`
	Count    int64  `json:"count"`
}

type streamed struct {
	Withdrawn []string `json:"withdrawn"`
	Put       []put    `json:"put"`
	NextDue   *string  `json:"next_due"`
}

type put struct {
	Key       string  `json:"key"`
	Do        string  `json:"do_"`
	Of        string  `json:"of_"`
	FellAt    *string `json:"fell_at"`
	NotBefore *string `json:"not_before"`
	Money     bool    `json:"money"`
}

func text(id store.ID) string { return hex.EncodeToString(id[:]) }

func orNil(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// previous is the id of the decision that was seen to stand.
func (x *commit) previous() *string {
	if x.Given.Previous == nil {
		return nil
	}
	return &x.Given.Previous.Decision.ID
}

// thread is what a commit compares that hangs on the decision that stands and on the choices on it.
func (x *commit) thread() *seen {
	made := []string{}
	for i := range x.Given.Made {
		made = append(made, x.Given.Made[i].Decision.ID)
	}
	return &seen{Latest: x.previous(), Made: &made, Updated: timeOrNot{true, instant(x.Given.UpdatedAt)}}
}

// stirred adds what is compared of the stream, as [recovery.Commit.CheckStream] does.
func (x *commit) stirred(s *seen) *seen {
	if x.Streams() {
		waiting := orEmpty(x.seen.Waiting)
		s.Waiting, s.Reports = &waiting, &x.seen.Reports
	}
	return s
}

func (x *commit) record(ctx context.Context, on runner) error {
	r, d := x.Record, x.Record.Decision
	before := rows.Before(&x.Given)
	lost, err := x.lost(ctx, on, before)
	if err != nil {
		return err
	}
	after, counts := rows.After(before, r, lost)
	m := &message{
		Tenant: d.Namespace, Incident: d.Incident, Hash: x.s.hash(d.Namespace, d.Incident), Seen: x.stirred(x.thread()),
		ID: d.ID, At: instant(d.DecidedAt), Set: d.Set.Digest, Newest: r.Newest, Choice: r.On != "",
		UpdatedAt: instant(r.UpdatedAt), Decided: counts.Tells(),
	}
	if r.On != "" {
		m.Seen.On = &r.On
	}
	m.Seen.Tells = x.seen.Tells
	if customer := r.Keys["customer.id"]; customer != "" {
		m.Customer = &customer
	}
	for i := range d.Choices {
		m.Choices = append(m.Choices, d.Choices[i].ID)
	}
	made := x.madeAfter(after, lost)
	m.Made = &made
	body := string(r.AppendJSON(nil, x.names.Name))
	given, err := rows.Given(x.Commit)
	if err != nil {
		return err
	}
	x.precedents(m, before, after)
	bodies, err := x.stream(m)
	if err != nil {
		return err
	}
	m.Calendars = x.names.Found
	if err := x.compared(m, before); err != nil {
		return err
	}
	for wanted := false; ; {
		kinds := x.s.known()
		m.Kinds = len(kinds)
		m.Entries = changedEntries(kinds, before, after, wanted)
		text, err := json.Marshal(m)
		if err != nil {
			return err
		}
		var why string
		err = on.QueryRow(ctx, x.s.sql("SELECT {commit_record}($1, $2, $3, $4, $5)"), string(text), body, given, x.told(), bodies).Scan(&why)
		if err != nil {
			return err
		}
		switch why {
		case "entries":
			wanted = true
		case "kinds":
			if err := x.s.learn(ctx, on); err != nil {
				return err
			}
		default:
			return outcome(why, d.Incident)
		}
	}
}

// outcome is what a function has said.
func outcome(why, incident string) error {
	switch why {
	case "":
		return nil
	case "erased":
		return fmt.Errorf("incident %s: %w", incident, recovery.ErrErased)
	}
	return store.Changed(why)
}

// lost reads the decisions that the record keeps and that did not stand.
func (x *commit) lost(ctx context.Context, on runner, before store.Standing) (out []*store.Decision, err error) {
	ids := rows.Lost(before, x.Record)
	if len(ids) == 0 {
		return nil, nil
	}
	var no int64
	d := x.Record.Decision
	if err := on.QueryRow(ctx, x.s.sql("SELECT coalesce((SELECT no FROM {incidents} WHERE tenant = $1 AND id = $2), 0)"), d.Namespace, d.Incident).Scan(&no); err != nil {
		return nil, err
	}
	list, err := x.s.records(ctx, on, no, ids)
	for _, id := range ids {
		if r := list[id]; r != nil && r.On != "" {
			out = append(out, r.Counts(-1))
		}
	}
	return out, err
}

// madeAfter are the ids of the decisions whose choices stand after the record.
func (x *commit) madeAfter(after store.Standing, lost []*store.Decision) []string {
	texts := map[store.ID]string{store.IDOf(x.Record.Decision.ID): x.Record.Decision.ID}
	for i := range x.Given.Made {
		texts[store.IDOf(x.Given.Made[i].Decision.ID)] = x.Given.Made[i].Decision.ID
	}
	for _, id := range x.Record.Keeps {
		texts[store.IDOf(id)] = id
	}
	out := []string{}
	for _, d := range after.Made {
		out = append(out, texts[d.ID])
	}
	return out
}

// precedents says which precedents go and come.
func (x *commit) precedents(m *message, before, after store.Standing) {
	gone, added := rows.Precedents(before, after)
	if len(gone)+len(added) == 0 {
		return
	}
	list := []precedent{}
	for i := range added {
		p := &added[i]
		row := precedent{Group: text(p.Key), Decision: p.Chosen.Decision, Reason: clean(p.Chosen.Reason)}
		if len(p.Chosen.Actions) > 0 {
			row.Type, row.Amount = p.Chosen.Actions[0].Type, rows.MoneyText(p.Chosen.Actions[0].Amount)
		}
		for _, a := range rows.Amounts(&p.Chosen) {
			row.Gave = append(row.Gave, amount(a))
		}
		list = append(list, row)
	}
	for i := range gone {
		m.Gone = append(m.Gone, gone[i].Chosen.Decision)
	}
	m.New = &list
}

// allEntries are where an incident counts, by kind.
func allEntries(kinds []kind, s store.Standing) (out []entry) {
	add := func(no int16, list []rows.Entry) {
		for _, e := range list {
			out = append(out, entry{text(e.Group), instant(e.At), no, json.Number(decimal(e.Weight))})
		}
	}
	facts := withoutUse(s)
	for i := range kinds {
		add(kinds[i].no, rows.Entries([]rows.Counted{kinds[i].Counted}, facts))
	}
	add(0, rows.Reserved(slices.Collect(s.Reserves())))
	return out
}

// changedEntries are where the incident counts after a commit; nil where that is as before, unless they are wanted.
func changedEntries(kinds []kind, before, after store.Standing, wanted bool) *[]entry {
	is := orEmpty(allEntries(kinds, after))
	if before.Latest == nil {
		return &is
	}
	was := allEntries(kinds, before)
	same := slices.EqualFunc(was, is, func(a, b entry) bool {
		return a.Group == b.Group && *a.At == *b.At && a.Kind == b.Kind && a.Weight == b.Weight
	})
	if same && !wanted {
		return nil
	}
	return &is
}

// compared says what the database compares of other incidents, by the rules of [store.Seen.CheckCounts], and which
// slots it locks for that: those of groups that somebody else may look at and change at the same time.
func (x *commit) compared(m *message, before store.Standing) error {
	asked, _, err := x.s.asked(&x.Reads)
	if err != nil {
		return err
	}
	own := rows.Entries(counted(x.s.known()), before)
	for i := range asked {
		a := &asked[i]
		mine := a.Of(own)
		t := total{Group: text(a.Group), Since: instant1(a), Until: instant(a.Until), Own: json.Number(decimal(mine))}
		var is store.Wide
		if n := i - len(x.Reads.Facts); n >= 0 {
			q := &x.Reads.Use[n]
			takes := func(r store.Reserve) bool {
				return r.Namespace == q.Namespace && r.Partner == q.Partner && r.Direction == q.Direction
			}
			if !slices.ContainsFunc(x.seen.Reserves, takes) {
				continue
			}
			is, t.What = store.WideOf(x.Given.Use[n]), "the use of partner "+q.Partner
		} else {
			q := &x.Reads.Facts[i]
			if !q.Matters || a.Nothing {
				continue
			}
			t.What = "the fact " + q.Name
			if is, t.Real, err = rows.Seen(x.Given.Facts[i]); err != nil {
				return err
			}
		}
		t.Total = json.Number(decimal(is.Plus(mine)))
		m.Totals = append(m.Totals, t)
		m.Slots = append(m.Slots, slot(a.Group))
	}
	for i := range x.Reads.Precedents {
		q := &x.Reads.Precedents[i]
		g := precedentGroup(q)
		m.Precedents = append(m.Precedents, comparedPrecedent{text(g), summaryOf(&x.Given.Precedents[i]), "the precedents of " + q.Play})
		m.Slots = append(m.Slots, slot(g))
	}
	slices.Sort(m.Slots)
	m.Slots = slices.Compact(m.Slots)
	return nil
}

func instant1(a *rows.Asked) *string {
	if a.From.IsZero() {
		first := "-infinity"
		return &first
	}
	return instant(a.From)
}

// slot is the row by which a group is locked.
func slot(group store.ID) int { return int(group[0])<<4 | int(group[1])>>4 }

// stream says how the commit changes the stream of its incident.
func (x *commit) stream(m *message) (bodies []string, err error) {
	bodies = []string{}
	if !x.Streams() {
		return bodies, nil
	}
	m.Stream = &streamed{Withdrawn: orEmpty(x.Withdrawn), Put: []put{}, NextDue: instant(x.NextDue)}
	for _, list := range [...][]recovery.Delivery{x.Outbox, x.Fell} {
		for i := range list {
			d := &list[i]
			o := d.Open()
			m.Stream.Put = append(m.Stream.Put, put{o.Key, o.Do, o.Of, instant(o.FellAt), instant(o.From), o.Money})
			bodies = append(bodies, string(d.AppendJSON(nil, x.names.Name)))
		}
	}
	return bodies, nil
}

func (x *commit) refusal(ctx context.Context, on runner) error {
	r := x.Refusal
	m := &message{Kind: "refusal", Tenant: r.Namespace, Incident: r.Incident, Hash: x.s.hash(r.Namespace, r.Incident), At: instant(r.At), Customer: orNil(clean(rows.Customer(r)))}
	if strings.Contains(m.Incident, "\x00") || strings.ToValidUTF8(m.Incident, "") != m.Incident {
		m.Incident = "" // no incident can have such an id
	}
	if x.seen.Tells {
		m.Seen = &seen{Latest: x.previous(), Updated: timeOrNot{true, instant(x.Given.UpdatedAt)}, Tells: true}
	}
	body, err := rows.Refusal(r)
	if err != nil {
		return err
	}
	var tells []byte
	if told := r.Told(); told != nil && m.Incident != "" {
		tells = told.Incident
	}
	return x.tell(ctx, on, m, body, tells)
}

func (x *commit) mark(ctx context.Context, on runner) error {
	k := x.Mark
	m := &message{Kind: "mark", Tenant: k.Namespace, Incident: k.Incident, Hash: x.s.hash(k.Namespace, k.Incident), At: instant1(&rows.Asked{From: k.UpdatedAt})}
	m.Seen = &seen{Latest: x.previous(), Tells: true}
	body, err := rows.Mark(k)
	if err != nil {
		return err
	}
	return x.tell(ctx, on, m, body, k.Told)
}

func (x *commit) tell(ctx context.Context, on runner, m *message, body string, tells []byte) error {
	text, err := json.Marshal(m)
	if err != nil {
		return err
	}
	var why string
	if err := on.QueryRow(ctx, x.s.sql("SELECT {commit_told}($1, $2, $3, $4)"), string(text), body, x.told(), tells).Scan(&why); err != nil {
		return err
	}
	return outcome(why, m.Incident)
}

// report is a report as JSON for the database.
type report struct {
	Tenant   string  `json:"tenant"`
	Incident string  `json:"incident"`
	Hash     string  `json:"hash"`
	Action   string  `json:"action"`
	Outcome  string  `json:"outcome"`
	Amount   string  `json:"amount"`
	At       *string `json:"at"`
	Note     string  `json:"note"`
	Key      string  `json:"key"`
	Body     string  `json:"body"`
}

func (x *commit) reports(ctx context.Context, on runner) error {
	var list []report
	for i := range x.Reports {
		r := &x.Reports[i]
		body, err := rows.Report(r)
		if err != nil {
			return err
		}
		out := r.Outcome
		if out == "" {
			out = recovery.OutcomeDone
		}
		list = append(list, report{
			r.Namespace, r.Incident, x.s.hash(r.Namespace, r.Incident), r.Action, string(out), rows.MoneyText(r.Amount),
			instant1(&rows.Asked{From: r.At}), clean(r.Note), r.Key, body,
		})
	}
	reports, err := json.Marshal(list)
	if err != nil {
		return err
	}
	var about *string
	bodies := []string{}
	if x.Streams() {
		m := &message{Tenant: x.Reads.Namespace, Incident: x.Reads.Incident, Hash: x.s.hash(x.Reads.Namespace, x.Reads.Incident), Seen: x.stirred(x.thread())}
		if bodies, err = x.stream(m); err != nil {
			return err
		}
		text, err := json.Marshal(m)
		if err != nil {
			return err
		}
		about = orNil(string(text))
	}
	var why string
	if err := on.QueryRow(ctx, x.s.sql("SELECT {commit_reports}($1, $2, $3)"), string(reports), about, bodies).Scan(&why); err != nil {
		return err
	}
	return outcome(why, x.Reports[0].Incident)
}

func (x *commit) fallen(ctx context.Context, on runner) error {
	m := &message{Tenant: x.Reads.Namespace, Incident: x.Reads.Incident, Hash: x.s.hash(x.Reads.Namespace, x.Reads.Incident), Seen: x.stirred(x.thread())}
	bodies, err := x.stream(m)
	if err != nil {
		return err
	}
	m.Calendars = x.names.Found
	text, err := json.Marshal(m)
	if err != nil {
		return err
	}
	var why string
	if err := on.QueryRow(ctx, x.s.sql("SELECT {commit_fallen}($1, $2)"), string(text), bodies).Scan(&why); err != nil {
		return err
	}
	return outcome(why, m.Incident)
}
