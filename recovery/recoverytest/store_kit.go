package recoverytest

import (
	"errors"
	"fmt"
	"maps"
	"testing"
	"time"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/store"
)

// kit is a store under test.
type kit struct {
	*testing.T
	Harness
	test  string // the name of the test that has called TestStore
	store recovery.Store
}

// noon is when things happen, unless a test says otherwise.
func noon() time.Time { return time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC) }

func (k *kit) read(q recovery.Query) (recovery.Given, recovery.Version) {
	k.Helper()
	given, version, err := k.store.Read(k.Context(), q)
	if err != nil {
		k.Fatalf("reading failed: %v", err)
	}
	if wrong := misfit(&q, &given); wrong != "" {
		k.Fatal(wrong)
	}
	if len(q.Precedents) > 0 {
		given.Precedents = k.precedents(q)
	}
	return given, version
}

// misfit says what does not fit between a query and its answer; empty: nothing.
func misfit(q *recovery.Query, given *recovery.Given) string {
	if len(given.Facts) != len(q.Facts) || len(given.Use) != len(q.Use) {
		return fmt.Sprintf("Given answers each element of Facts and Use in its place: wanted %d facts and %d uses, found %d and %d", len(q.Facts), len(q.Use), len(given.Facts), len(given.Use))
	}
	for i := range q.Facts {
		f := &q.Facts[i]
		_, isCount := given.Facts[i].(int64)
		m, isMoney := given.Facts[i].(recovery.Money)
		switch {
		case given.Facts[i] == nil:
		case f.Count != "" && !isCount:
			return fmt.Sprintf("Given.Facts[%d], %s: a count is wanted as an int64, found %v (%T)", i, f.Name, given.Facts[i], given.Facts[i])
		case f.Currency != "" && (!isMoney || m.Currency() != f.Currency):
			return fmt.Sprintf("Given.Facts[%d], %s: a sum of money is wanted as a recovery.Money in %s, 0 %s where there is none; found %v (%T)", i, f.Name, f.Currency, f.Currency, given.Facts[i], given.Facts[i])
		}
	}
	return ""
}

// precedents asks for precedents, as an engine does once it has read the rest.
func (k *kit) precedents(q recovery.Query) []store.Precedents {
	k.Helper()
	got, err := k.store.Precedents(k.Context(), recovery.Query{Namespace: q.Namespace, Incident: q.Incident, Precedents: q.Precedents})
	if err != nil {
		k.Fatalf("reading precedents failed: %v", err)
	}
	if len(got) != len(q.Precedents) {
		k.Fatalf("precedents were asked for %d times, and answered %d times", len(q.Precedents), len(got))
	}
	return got
}

// prepare reads what a record is to be made from.
func (k *kit) prepare(r *recovery.Record, q recovery.Query) recovery.Commit {
	k.Helper()
	q.Namespace, q.Incident = r.Decision.Namespace, r.Decision.Incident
	given, version := k.read(q)
	return recovery.Commit{Record: r, Reads: q, Given: given, Version: version}
}

// commit reads and commits records that nothing stands in the way of.
func (k *kit) commit(records ...*recovery.Record) {
	k.Helper()
	for _, r := range records {
		k.send(k.prepare(r, recovery.Query{}))
	}
}

func (k *kit) send(c recovery.Commit) {
	k.Helper()
	if err := k.store.Commit(k.Context(), c); err != nil {
		k.Fatalf("committing failed: %v", err)
	}
}

func (k *kit) wantConflict(c recovery.Commit) {
	k.Helper()
	if err := k.store.Commit(k.Context(), c); !errors.Is(err, recovery.ErrConflict) {
		k.Errorf("what this was made from is not true any more: Commit wants recovery.ErrConflict, as what Commit.Seen returns finds; got %v", err)
	}
}

// wantFact asks for one fact on behalf of an incident that is new to the store.
func (k *kit) wantFact(want any, q recovery.FactQuery) {
	k.Helper()
	k.wantFactFor("someone-else", want, q)
}

func (k *kit) wantFactFor(incident string, want any, q recovery.FactQuery) {
	k.Helper()
	given, _ := k.read(recovery.Query{Incident: incident, Facts: []recovery.FactQuery{q}})
	if given.Facts[0] != want {
		k.Errorf("Given.Facts, %s for %s: got %v, want %v", q.Name, incident, given.Facts[0], want)
	}
}

func (k *kit) wantUse(incident string, want int64, q recovery.UseQuery) {
	k.Helper()
	given, _ := k.read(recovery.Query{Incident: incident, Use: []recovery.UseQuery{q}})
	if given.Use[0] != want {
		k.Errorf("Given.Use of %s %s for %s: got %d, want %d", q.Partner, q.Direction, incident, given.Use[0], want)
	}
}

// part of a record under construction.
type with func(*recovery.Record)

// decided makes a record of a decision on an incident that occurred at noon.
func decided(id, incident string, parts ...with) *recovery.Record {
	r := &recovery.Record{
		Decision: &recovery.Decision{
			ID: id, Incident: incident, DecidedAt: noon(), Semantics: recovery.Semantics,
			Set: recovery.SetRef{Digest: "sha256:00"},
		},
		Incident:   []byte(`{"id":"` + incident + `"}`),
		Keys:       map[string]string{"id": incident},
		OccurredAt: noon(),
		Base:       noon(),
	}
	for _, p := range parts {
		p(r)
	}
	return r
}

func occurred(at time.Time) with {
	return func(r *recovery.Record) { r.OccurredAt = at }
}

// key gives the incident a field.
func key(path, text string) with {
	return func(r *recovery.Record) {
		r.Keys = maps.Clone(r.Keys)
		r.Keys[path] = text
	}
}

// gives adds an action. The amount may be empty. The action gets an id of its own, unless a part
// names one.
func gives(kind, amount string, parts ...func(*recovery.Action)) with {
	a := recovery.Action{Type: kind, Change: recovery.ChangeNew, Justice: "distributive"}
	if amount != "" {
		a.Amount = recovery.MustMoney(amount)
	}
	for _, p := range parts {
		p(&a)
	}
	return func(r *recovery.Record) {
		given := a
		if given.ID == "" {
			given.ID = fmt.Sprintf("act_%s_%s_%d", kind, r.Decision.ID, len(r.Decision.Actions))
		}
		r.Decision.Actions = append(r.Decision.Actions, given)
	}
}

// givenOn dates an action by days after noon: when it was first given, and each later part of its amount.
func givenOn(day int, parts ...recovery.Part) func(*recovery.Action) {
	return func(a *recovery.Action) { a.GivenAt, a.Parts = onDay(day), parts }
}

func gave(day int, amount string) recovery.Part {
	return recovery.Part{At: onDay(day), Amount: money(amount)}
}

func onDay(day int) time.Time { return noon().AddDate(0, 0, day) }

// named gives an action an id, so that other decisions can refer to the action.
func named(id string) func(*recovery.Action) {
	return func(a *recovery.Action) { a.ID = id }
}

func cancelled(a *recovery.Action) { a.Change = recovery.ChangeCancelled }

// late puts another action of the same type into if_late.
func late(a *recovery.Action) {
	a.IfLate = []recovery.Action{{ID: "act_late", Type: a.Type, Amount: a.Amount}}
}

func reserves(partner, direction string, units int64, at time.Time) with {
	return func(r *recovery.Record) {
		r.Reserves = append(r.Reserves, recovery.Reserve{Partner: partner, Direction: direction, Units: units, At: at})
	}
}

func supersedes(id string) with {
	return func(r *recovery.Record) { r.Decision.Supersedes = id }
}

func keeps(ids ...string) with {
	return func(r *recovery.Record) { r.Keeps = ids }
}

// chose turns the record into a choice that a play has left on a decision.
func chose(on, play, reason string, comparable ...recovery.Key) with {
	return func(r *recovery.Record) {
		r.On = on
		r.Comparable = comparable
		r.Decision.Made = &recovery.Made{Choice: "cho_" + play, By: "Eva", Reason: reason}
		r.Decision.Plays = []recovery.Match{{Play: play, Approach: "case-by-case", At: "p.yaml:1"}}
	}
}

func countIncidents(same ...recovery.Key) recovery.FactQuery {
	return recovery.FactQuery{Name: "incidents", Count: "incidents", Same: same}
}

func countActions(kind string, same ...recovery.Key) recovery.FactQuery {
	return recovery.FactQuery{Name: "count of " + kind, Count: kind, Same: same}
}

func sum(kind, currency string, same ...recovery.Key) recovery.FactQuery {
	return recovery.FactQuery{Name: "sum of " + kind, Sum: kind, Currency: currency, Same: same}
}

func from(q recovery.FactQuery, at time.Time) recovery.FactQuery {
	q.From = at
	return q
}

// byOccurrence makes a fact go by when incidents occurred.
func byOccurrence(q recovery.FactQuery) recovery.FactQuery {
	q.Occurred = true
	return q
}

func matters(q recovery.FactQuery) recovery.FactQuery {
	q.Matters = true
	return q
}

func same(path, text string) recovery.Key { return recovery.Key{Path: path, Text: text} }

func money(s string) recovery.Money { return recovery.MustMoney(s) }

// today asks for the use of a partner on the day of noon.
func today(partner, direction string) recovery.UseQuery {
	start := noon().Truncate(24 * time.Hour)
	return recovery.UseQuery{Partner: partner, Direction: direction, From: start, Until: start.Add(24 * time.Hour)}
}
