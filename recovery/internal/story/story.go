package story

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/internal/agenda"
	"github.com/servicerecovery/amends/recovery/ledger"
)

// Kind is the kind of a step.
type Kind string

// The kinds of steps, in the order in which those of one time are told.
const (
	Missed   Kind = "missed" // a deadline passed, and the promise was not kept
	Reported Kind = "report"
	Decided  Kind = "decision"
	Chosen   Kind = "choice" // a decision that makes a choice
	Refused  Kind = "refusal"
)

// Step is one thing that happened.
type Step struct {
	At   time.Time
	Kind Kind

	Decision *recovery.Decision // of a decision, and of a choice that was made
	Told     []Told             // what of the incident is new to a decision
	Changes  []Changed          // the actions that a decision has changed
	Report   *recovery.Report
	Type     string // of the action of a report
	Refusal  *recovery.Refusal
	Missed   *recovery.Promised
}

// Told is a field of the incident that differs from what was told before, as JSON; nil where it is not
// there.
type Told struct {
	Field   string
	Was, Is json.RawMessage
}

// Changed is an action that a decision gives, changes or cancels. Was is the action as the decision
// before had it; nil where that did not have it.
type Changed struct {
	Is, Was *recovery.Action
}

// Story is what happened to an incident by a time.
type Story struct {
	ID       string
	Incident recovery.Incident // as it was told last
	Steps    []Step            // oldest first
	Promises []recovery.Promised
	Owed     []agenda.Entry
	// Sets are the entries of the sets that decided, by digest.
	Sets   map[string]*ledger.Entry
	Latest *recovery.Decision // nil: it was only ever refused
}

// Read reads the story of an incident of a namespace from a ledger. With sets, the sets that decided it are read too,
// which putting it into words needs. Of an incident that the ledger does not have, it is nil; others are
// then the ids of those that it has.
func Read(ctx context.Context, dir, namespace, incident string, now time.Time, sets bool) (s *Story, others []string, err error) {
	list, err := ledger.About(ctx, dir, namespace, incident, sets)
	if err != nil {
		return nil, nil, err
	}
	r := &reader{s: &Story{ID: incident, Sets: map[string]*ledger.Entry{}}, types: map[string]string{}}
	for _, e := range list {
		if err := r.entry(e); err != nil {
			return nil, nil, err
		}
	}
	if len(r.s.Steps) == 0 {
		others, err := decided(ctx, dir, namespace)
		return nil, others, err
	}
	return r.s, nil, r.end(now)
}

// decided are the ids of the incidents that were decided, sorted.
func decided(ctx context.Context, dir, namespace string) ([]string, error) {
	seen := map[string]bool{}
	for e, err := range ledger.Entries(ctx, dir) {
		if err != nil {
			return nil, err
		}
		if e.Record != nil && e.In(namespace) {
			seen[e.Record.Decision.Incident] = true
		}
	}
	return slices.Sorted(maps.Keys(seen)), nil
}

type reader struct {
	s        *Story
	thread   agenda.Thread
	told     map[string]json.RawMessage // of the decision before
	previous *recovery.Decision
	types    map[string]string // of actions, by id
}

func (r *reader) entry(e *ledger.Entry) error {
	switch {
	case e.Set != nil:
		r.s.Sets[e.Set.Digest] = e
	case e.Record != nil && e.Record.Decision.Incident == r.s.ID:
		return r.record(e.Record)
	case e.Refusal != nil && e.Refusal.Incident == r.s.ID:
		r.s.Steps = append(r.s.Steps, Step{At: e.Refusal.At, Kind: Refused, Refusal: e.Refusal})
		if r.previous == nil && r.s.Incident.UnmarshalJSON(e.Refusal.Input) != nil {
			r.s.Incident = recovery.Incident{ID: r.s.ID}
		}
	case e.Mark != nil && e.Mark.Incident == r.s.ID:
		r.thread.Mark(e.Mark)
	}
	for i := range e.Reports {
		if x := e.Reports[i]; x.Incident == r.s.ID {
			r.thread.Report(x)
			r.s.Steps = append(r.s.Steps, Step{At: x.At, Kind: Reported, Report: &x, Type: r.types[x.Action]})
		}
	}
	return nil
}

func (r *reader) record(rec *recovery.Record) error {
	r.thread.Take(rec)
	d := rec.Decision
	step := Step{At: d.DecidedAt, Kind: Decided, Decision: d}
	r.typesOf(d.Actions)
	if rec.On != "" {
		step.Kind = Chosen
	}
	for i := range d.Actions {
		a := &d.Actions[i]
		if a.Change == recovery.ChangeKept {
			continue
		}
		step.Changes = append(step.Changes, Changed{Is: a, Was: r.before(a.ID)})
	}
	if rec.On == "" {
		var told map[string]json.RawMessage
		if err := json.Unmarshal(rec.Incident, &told); err != nil {
			return err
		}
		told = flat(told)
		if r.previous != nil {
			step.Told = differences(r.told, told)
		}
		r.told, r.previous = told, d
		r.s.Latest = d
		r.s.Incident = recovery.Incident{}
		if err := r.s.Incident.UnmarshalJSON(rec.Incident); err != nil {
			return err
		}
	}
	r.s.Steps = append(r.s.Steps, step)
	return nil
}

func (r *reader) before(id string) *recovery.Action {
	if r.previous == nil {
		return nil
	}
	for i := range r.previous.Actions {
		if a := &r.previous.Actions[i]; a.ID == id {
			return a
		}
	}
	return nil
}

func (r *reader) typesOf(list []recovery.Action) {
	for i := range list {
		r.types[list[i].ID] = list[i].Type
		r.typesOf(list[i].Remind)
		r.typesOf(list[i].IfLate)
	}
}

// flat is an object whose inner objects are taken apart, save amounts of money.
func flat(in map[string]json.RawMessage) map[string]json.RawMessage {
	out := map[string]json.RawMessage{}
	for name, v := range in {
		var inner map[string]json.RawMessage
		if !bytes.HasPrefix(bytes.TrimSpace(v), []byte("{")) || json.Unmarshal(v, &inner) != nil || inner["currency"] != nil && inner["value"] != nil {
			out[name] = v
			continue
		}
		for path, v := range flat(inner) {
			out[name+"."+path] = v
		}
	}
	return out
}

// differences are the fields that differ, sorted by name.
func differences(was, is map[string]json.RawMessage) (out []Told) {
	for name, v := range is {
		if !bytes.Equal(was[name], v) {
			out = append(out, Told{name, was[name], v})
		}
	}
	for name, v := range was {
		if _, still := is[name]; !still {
			out = append(out, Told{name, v, nil})
		}
	}
	slices.SortFunc(out, func(a, b Told) int { return strings.Compare(a.Field, b.Field) })
	return out
}

// rank is the place of a step among those of one time. What was past as it was given comes last.
func (s *Step) rank() int {
	if s.Kind == Missed && s.Missed.DueAt.Before(s.Missed.GivenAt) {
		return len(kinds)
	}
	return slices.Index(kinds[:], s.Kind)
}

var kinds = [...]Kind{Missed, Reported, Decided, Chosen, Refused}

// end adds what became of promises, and puts the steps in order.
func (r *reader) end(now time.Time) error {
	given := r.thread.Given()
	became, err := given.Outcomes(now)
	if err != nil {
		return err
	}
	r.s.Promises = became.Promised()
	for i := range r.s.Promises {
		p := &r.s.Promises[i]
		if p.Outcome == recovery.PromiseBroken || p.Outcome == recovery.PromiseLate {
			at := p.DueAt
			if at.Before(p.GivenAt) {
				at = p.GivenAt // it was past as it was given
			}
			r.s.Steps = append(r.s.Steps, Step{At: at, Kind: Missed, Missed: p})
		}
	}
	slices.SortStableFunc(r.s.Steps, func(a, b Step) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.rank(), b.rank())) })
	if r.s.Latest != nil {
		r.s.Owed, err = agenda.Of(&given, now)
	}
	return err
}
