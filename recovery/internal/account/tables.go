package account

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/recovery"
)

// Table is a table that can be exported.
type Table struct {
	Name    string
	About   string
	Columns []Column
	export  func(ctx context.Context, dir string, o Options, give func([]any) error) error
}

// Column is a column of a table.
type Column struct{ Name, About string }

// column is a column with its value in a row: a string, bool, int, time.Time, number, []string, or a
// json.RawMessage of an incident's field.
type column[T any] struct {
	name, about string
	of          func(*T) any
}

// number is a decimal number as text.
type number string

// Tables are all tables.
func Tables() []Table {
	return []Table{
		tableOf("decisions", "A row for each decision, those that make choices included. It counts by decided_at.", decisionColumns(),
			func(d *Decision) Row { return d.Row }, func(give func(*Decision) error) Rows { return Rows{Decision: give} }),
		tableOf("actions", "A row for each action of each decision. It counts by given_at. What is promised now are the rows that are latest and not cancelled; what a choice has taken back since is not latest.", actionColumns(),
			func(a *Action) Row { return a.Row }, func(give func(*Action) error) Rows { return Rows{Action: give} }),
		tableOf("promises", "A row for each deadline that one play promised, once: what became of it. It counts by due_at.", promiseColumns(),
			func(p *Promise) Row { return p.Row }, func(give func(*Promise) error) Rows { return Rows{Promise: give} }),
		tableOf("choices", "A row for each choice that was left to somebody, once. It counts by left_at.", choiceColumns(),
			func(c *Choice) Row { return c.Row }, func(give func(*Choice) error) Rows { return Rows{Choice: give} }),
		tableOf("reports", "A row for each report on an action. It counts by at.", reportColumns(),
			func(r *Report) Row { return r.Row }, func(give func(*Report) error) Rows { return Rows{Report: give} }),
		tableOf("refusals", "A row each time an incident was refused. It counts by at.", refusalColumns(),
			func(r *Refusal) Row { return r.Row }, func(give func(*Refusal) error) Rows { return Rows{Refusal: give} }),
		tableOf("incidents", "A row for each incident, as it was told of last. It counts by reported_at, else by occurred_at.", incidentColumns(),
			func(i *Incident) Row { return i.Row }, func(give func(*Incident) error) Rows { return Rows{Incident: give} }),
	}
}

// TableNames are the names of all tables.
func TableNames() []string {
	var out []string
	for _, t := range Tables() {
		out = append(out, t.Name)
	}
	return out
}

// Export gives the names of a table's columns, and then its rows. Fields that were asked for are
// the last columns.
func (t *Table) Export(ctx context.Context, dir string, o Options, give func([]any) error) error {
	return t.export(ctx, dir, o, give)
}

// Header are the names of the columns, with the fields that are asked for. A field with the name of a
// column has incident. in front.
func (t *Table) Header(o Options) []string {
	var out []string
	for _, c := range t.Columns {
		out = append(out, c.Name)
	}
	for _, name := range o.Fields {
		if slices.Contains(out, name) {
			name = "incident." + name
		}
		out = append(out, name)
	}
	return out
}

func tableOf[T any](name, about string, columns []column[T], row func(*T) Row, rows func(func(*T) error) Rows) Table {
	t := Table{Name: name, About: about, Columns: []Column{
		{"incident", "the id of the incident"},
		{"decision", "the id of the decision"},
		{"latest", "the decision stands: it is the incident's latest, or makes a choice that counts beside it"},
	}}
	for _, c := range columns {
		t.Columns = append(t.Columns, Column{c.name, c.about})
	}
	t.export = func(ctx context.Context, dir string, o Options, give func([]any) error) error {
		return Walk(ctx, dir, o, rows(func(x *T) error {
			r := row(x)
			cells := []any{r.Incident, r.Decision, r.Latest}
			for _, c := range columns {
				cells = append(cells, c.of(x))
			}
			for i := range o.Fields {
				cells = append(cells, json.RawMessage(r.Fields[i]))
			}
			return give(cells)
		}))
	}
	return t
}

func amountOf(m recovery.Money) any {
	if !m.IsSet() {
		return nil
	}
	amount, _, _ := strings.Cut(m.String(), " ")
	return number(amount)
}

func currencyOf(m recovery.Money) any {
	if !m.IsSet() {
		return nil
	}
	return m.Currency()
}

func seconds(d time.Duration) any {
	if d == 0 {
		return nil
	}
	return number(strconv.FormatFloat(d.Seconds(), 'f', -1, 64))
}

// took is known of what was done: it may be no time at all.
func took(p *Promise) any {
	if p.Is.Took == 0 && !p.Is.DoneAt.IsZero() && !p.Is.Base.IsZero() {
		return number("0")
	}
	return seconds(p.Is.Took)
}

func each[T any](list []T, text func(*T) string) []string {
	var out []string
	for i := range list {
		out = append(out, text(&list[i]))
	}
	return out
}

func decisionColumns() []column[Decision] {
	return []column[Decision]{
		{"decided_at", "when it was decided", func(d *Decision) any { return d.Is.DecidedAt }},
		{"service", "of the incident", func(d *Decision) any { return d.Is.Service }},
		{"failure", "of the incident", func(d *Decision) any { return d.Is.Failure }},
		{"phase", "of the incident: failure or signal", func(d *Decision) any { return d.Is.Phase }},
		{"occurred_at", "when the incident occurred", func(d *Decision) any { return d.Is.OccurredAt }},
		{"plays", "the plays that matched", func(d *Decision) any { return each(d.Is.Plays, func(m *recovery.Match) string { return m.Play }) }},
		{"approaches", "their approaches, each once", func(d *Decision) any {
			return unique(each(d.Is.Plays, func(m *recovery.Match) string { return m.Approach }))
		}},
		{"actions", "how many actions it gives, cancelled ones left out", func(d *Decision) any {
			n := 0
			for i := range d.Is.Actions {
				if d.Is.Actions[i].Change != recovery.ChangeCancelled {
					n++
				}
			}
			return n
		}},
		{"choices", "how many choices it leaves", func(d *Decision) any { return len(d.Is.Choices) }},
		{"withheld", "how many actions, or parts of them, it withholds", func(d *Decision) any { return len(d.Is.Withheld) }},
		{"missed", "how many promises it lists as missed", func(d *Decision) any { return len(d.Is.Missed) }},
		{"warnings", "the codes of its warnings", func(d *Decision) any {
			return each(d.Is.Warnings, func(w *recovery.Warning) string { return string(w.Code) })
		}},
		{"choice", "the choice that it makes", func(d *Decision) any { return madeOf(d.Is).Choice }},
		{"by", "who chose", func(d *Decision) any { return madeOf(d.Is).By }},
		{"reason", "why, in their words", func(d *Decision) any { return madeOf(d.Is).Reason }},
		{"deviation", "from the median of comparable choices, such as 25%", func(d *Decision) any { return madeOf(d.Is).Deviation }},
		{"supersedes", "the decision that it takes the place of", func(d *Decision) any { return d.Is.Supersedes }},
		{"set", "the digest of the playbooks", func(d *Decision) any { return d.Is.Set.Digest }},
		{"revision", "of the playbooks", func(d *Decision) any { return d.Is.Set.Revision }},
		{"semantics", "the version of the rules", func(d *Decision) any { return d.Is.Semantics }},
	}
}

func madeOf(d *recovery.Decision) recovery.Made {
	if d.Made == nil {
		return recovery.Made{}
	}
	return *d.Made
}

func unique(list []string) []string {
	var out []string
	for _, s := range list {
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

func actionColumns() []column[Action] {
	return []column[Action]{
		{"type", "such as refund", func(a *Action) any { return a.Is.Type }},
		{"change", "since the decision before: new, changed, kept or cancelled", func(a *Action) any { return string(a.Is.Change) }},
		{"amount", "the whole entitlement", func(a *Action) any { return amountOf(a.Is.Amount) }},
		{"currency", "of the amount", func(a *Action) any { return currencyOf(a.Is.Amount) }},
		{"given_at", "when it was first given", func(a *Action) any { return a.Is.GivenAt }},
		{"due_at", "its deadline", func(a *Action) any { return a.Is.DueAt }},
		{"done_at", "when it was done: of what is latest as it is known now, else as the decision said", func(a *Action) any { return a.DoneAt }},
		{"action", "its id, the same in every decision of the incident", func(a *Action) any { return a.Is.ID }},
		{"plays", "the plays that gave it", func(a *Action) any { return a.Is.Plays }},
		{"owner", "who has to do it", func(a *Action) any { return a.Is.Owner }},
		{"justice", "distributive, procedural or interactional", func(a *Action) any { return a.Is.Justice }},
		{"already", "the part of the amount that was given before", func(a *Action) any { return amountOf(a.Is.Already) }},
		{"reported", "how much was reported given by now; on rows that are latest", func(a *Action) any { return amountOf(a.Reported) }},
		{"not_before", "from when on it is to be done", func(a *Action) any { return a.Is.NotBefore }},
		{"decided_at", "when the decision was made", func(a *Action) any { return a.DecidedAt }},
		{"service", "of the incident", func(a *Action) any { return a.Service }},
		{"failure", "of the incident", func(a *Action) any { return a.Failure }},
	}
}

func promiseColumns() []column[Promise] {
	return []column[Promise]{
		{"type", "of the action", func(p *Promise) any { return p.Is.Type }},
		{"play", "the play that promised it", func(p *Promise) any { return p.Is.Play }},
		{"owner", "who had to keep it", func(p *Promise) any { return p.Owner }},
		{"due_at", "by when", func(p *Promise) any { return p.Is.DueAt }},
		{"done_at", "when it was done; empty where nobody knows", func(p *Promise) any { return p.Is.DoneAt }},
		{"outcome", "open (neither done nor due), kept, late, broken (due and not done), lapsed (given up before it was due), or not-reported (it would be broken, but nobody ever reports such actions)", func(p *Promise) any { return string(p.Is.Outcome) }},
		{"once", "count these rows for a total: of what several plays ask for under one action it is set on the one with the earliest deadline", func(p *Promise) any { return p.Once }},
		{"action", "the id of the action", func(p *Promise) any { return p.Is.Action }},
		{"given_at", "when the deadline was first given", func(p *Promise) any { return p.Is.GivenAt }},
		{"counts_from", "what the deadline counts from", func(p *Promise) any { return p.Is.Base }},
		{"allowed_seconds", "how long it may take, in working time where it has a calendar", func(p *Promise) any { return seconds(p.Is.Allowed) }},
		{"took_seconds", "how long it took, in the same time", took},
		{"service", "of the incident", func(p *Promise) any { return p.Service }},
		{"failure", "of the incident", func(p *Promise) any { return p.Failure }},
	}
}

func choiceColumns() []column[Choice] {
	made := func(c *Choice) recovery.Made {
		if c.Made == nil {
			return recovery.Made{}
		}
		return *c.Made
	}
	return []column[Choice]{
		{"by", "who chose", func(c *Choice) any { return made(c).By }},
		{"decider", "the role that decides", func(c *Choice) any { return c.Is.Decider }},
		{"due_at", "by when", func(c *Choice) any { return c.Is.DueAt }},
		{"state", "open, pending (another person has to agree), made, or lapsed (the incident was decided again without it)", func(c *Choice) any { return string(c.State) }},
		{"choice", "its id", func(c *Choice) any { return c.Is.ID }},
		{"play", "the play that left it", func(c *Choice) any { return c.Is.Play }},
		{"left_at", "when it was left to somebody", func(c *Choice) any { return c.LeftAt }},
		{"made_at", "when it was made", func(c *Choice) any { return c.MadeAt }},
		{"made_in", "the id of the decision that makes it", func(c *Choice) any { return c.MadeIn }},
		{"reason", "why, in their words", func(c *Choice) any { return made(c).Reason }},
		{"deviation", "from the median of comparable choices, such as 25%", func(c *Choice) any { return made(c).Deviation }},
		{"precedents", "how many comparable choices were shown", func(c *Choice) any { return c.Is.Precedents.Count }},
		{"service", "of the incident", func(c *Choice) any { return c.Service }},
		{"failure", "of the incident", func(c *Choice) any { return c.Failure }},
	}
}

func reportColumns() []column[Report] {
	return []column[Report]{
		{"action", "the id of the action", func(r *Report) any { return r.Is.Action }},
		{"type", "of the action", func(r *Report) any { return r.Type }},
		{"outcome", "done, failed or undone", func(r *Report) any { return string(orDone(r.Is.Outcome)) }},
		{"amount", "how much was given; empty: the whole of it, or no money", func(r *Report) any { return amountOf(r.Is.Amount) }},
		{"currency", "of the amount", func(r *Report) any { return currencyOf(r.Is.Amount) }},
		{"at", "when it came about", func(r *Report) any { return r.Is.At }},
		{"note", "what was noted", func(r *Report) any { return r.Is.Note }},
		{"counts", "no later report on the same thing has taken its place", func(r *Report) any { return r.Counts }},
		{"service", "of the incident", func(r *Report) any { return r.Service }},
		{"failure", "of the incident", func(r *Report) any { return r.Failure }},
	}
}

func orDone(o recovery.Outcome) recovery.Outcome {
	if o == "" {
		return recovery.OutcomeDone
	}
	return o
}

func refusalColumns() []column[Refusal] {
	return []column[Refusal]{
		{"at", "when it was refused", func(r *Refusal) any { return r.Is.At }},
		{"error", "why", func(r *Refusal) any {
			if r.Is.Error == nil {
				return ""
			}
			return r.Is.Error.Error()
		}},
		{"set", "the digest of the playbooks", func(r *Refusal) any { return r.Is.Set.Digest }},
		{"revision", "of the playbooks", func(r *Refusal) any { return r.Is.Set.Revision }},
	}
}

func incidentColumns() []column[Incident] {
	return []column[Incident]{
		{"occurred_at", "when it occurred", func(i *Incident) any { return i.Is.OccurredAt }},
		{"reported_at", "when it was reported", func(i *Incident) any { return i.Is.ReportedAt }},
		{"service", "the service", func(i *Incident) any { return i.Is.Service }},
		{"failure", "the failure", func(i *Incident) any { return i.Is.Failure }},
		{"phase", "failure or signal", func(i *Incident) any { return i.Is.Phase }},
		{"severity", "1 negligible to 5 critical", func(i *Incident) any {
			if i.Is.Severity == 0 {
				return nil
			}
			return i.Is.Severity
		}},
		{"source", "complaint, survey, monitor, staff, audit or partner", func(i *Incident) any { return i.Is.Source }},
		{"source_told", "somebody told the source; else it is the default", func(i *Incident) any { return i.SourceTold }},
		{"provider", "the partner whose service failed", func(i *Incident) any { return i.Is.Provider }},
		{"customer", "the customer's id", func(i *Incident) any { return i.Is.Customer.ID }},
		{"tier", "of the customer", func(i *Incident) any { return i.Is.Customer.Tier }},
		{"channel", "by which it came", func(i *Incident) any { return i.Is.Channel }},
		{"region", "where", func(i *Incident) any { return i.Is.Region }},
		{"cause", "why it failed", func(i *Incident) any { return i.Is.Cause }},
		{"follows", "the incident that this one reopens or disputes", func(i *Incident) any { return i.Is.Follows }},
		{"responded_at", "when the customer was answered", func(i *Incident) any { return i.Is.RespondedAt }},
		{"informed_at", "when the customer was informed last", func(i *Incident) any { return i.Is.InformedAt }},
		{"resolved_at", "when it was resolved", func(i *Incident) any { return i.Is.ResolvedAt }},
		{"reopened_at", "when it was opened again", func(i *Incident) any { return i.Is.ReopenedAt }},
		{"expected_at", "when a signalled failure will reach the customer", func(i *Incident) any { return i.Is.ExpectedAt }},
		{"first_decided_at", "when it was first decided", func(i *Incident) any { return i.FirstAt }},
		{"decided_at", "when it was last decided", func(i *Incident) any { return i.LatestAt }},
		{"decisions", "how often it was decided, choices included", func(i *Incident) any { return i.Decisions }},
		{"answered", "a play answers it", func(i *Incident) any { return i.Answered }},
		{"refused", "it was refused, and not decided since", func(i *Incident) any { return i.Refused }},
		{"missed", "how many promises were missed by now", func(i *Incident) any { return i.Missed }},
		{"plays", "the plays of its latest decision", func(i *Incident) any {
			if i.Last == nil {
				return []string(nil)
			}
			return each(i.Last.Plays, func(m *recovery.Match) string { return m.Play })
		}},
	}
}

// TableError reports a table that there is not.
type TableError struct{ Name, Near string }

func (e *TableError) Error() string {
	text := "there is no table " + strconv.Quote(e.Name)
	if e.Near != "" {
		return text + "; did you mean " + e.Near + "?"
	}
	return text + "; the tables are " + strings.Join(TableNames(), ", ")
}

// TableNamed finds a table by its name. The error is a *[TableError].
func TableNamed(name string) (*Table, error) {
	for _, t := range Tables() {
		if t.Name == name {
			return &t, nil
		}
	}
	return nil, &TableError{name, playbook.Suggest(name, TableNames())}
}
