package prove

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/store"
)

// world is a set, what can be reasoned about it, and an engine that decides by it.
type world struct {
	ctx     context.Context
	program *policy.Program
	reason  *policy.Reasoning
	engine  *recovery.Engine
	at      time.Time // of every decision; zero: any time
	answers answers
	clock   time.Time

	slots map[string]int // of the standard fields that proofs look at
	names []*policy.Field
	// books are the playbooks that say which incidents are valid.
	books []*policy.Playbook
}

// answers are what decisions are given in place of what a store knows.
type answers struct {
	facts map[string]any
	used  map[string]int64
}

// Read gives the facts and the use of partners. There were no decisions before.
func (w *world) Read(_ context.Context, q recovery.Query) (recovery.Given, recovery.Version, error) {
	g := recovery.Given{Facts: make([]any, len(q.Facts)), Use: make([]int64, len(q.Use))}
	for i, f := range q.Facts {
		g.Facts[i] = w.answers.facts[f.Name]
	}
	for i, u := range q.Use {
		g.Use[i] = w.answers.used[u.Partner]
	}
	return g, "", nil
}

// Precedents are none.
func (w *world) Precedents(_ context.Context, q recovery.Query) ([]store.Precedents, error) {
	return make([]store.Precedents, len(q.Precedents)), nil
}

// Prepare has nothing to do.
func (w *world) Prepare(context.Context, *playbook.Set, []recovery.FactKind) error { return nil }

// Commit remembers nothing.
func (w *world) Commit(context.Context, recovery.Commit) error { return nil }

func newWorld(ctx context.Context, set *playbook.Set, program *policy.Program, actions bool, at time.Time) (*world, error) {
	return worldOf(ctx, set, program, program.Reason(actions, at), at)
}

func worldOf(ctx context.Context, set *playbook.Set, program *policy.Program, reason *policy.Reasoning, at time.Time) (*world, error) {
	w := &world{ctx: ctx, program: program, reason: reason, at: at, slots: map[string]int{}}
	var err error
	w.engine, err = recovery.New(set, recovery.WithStore(w), recovery.WithClock(func() time.Time { return w.clock }))
	if err != nil {
		return nil, err
	}
	for _, f := range program.Fields {
		w.slots[f.Name] = f.Slot
	}
	w.names = make([]*policy.Field, program.Slots())
	for _, f := range program.Declared() {
		w.names[f.Slot] = f
	}
	for _, b := range program.Playbooks {
		if len(b.Fields) > 0 {
			w.books = append(w.books, b)
		}
	}
	return w, nil
}

// trial is one incident with what is given to its decision, and what came of it.
type trial struct {
	fields  map[string]any // by dotted names
	facts   map[string]any
	used    map[string]int64
	now     time.Time
	example *policy.Example

	decision *recovery.Decision
	err      error
}

// trialOf makes an incident of an input of a box. Fields that have their default are left out.
func (w *world) trialOf(x *policy.Example, box *policy.Box) *trial {
	id := any("WITNESS-1")
	if slot := w.slots["id"]; !box.Holds(slot, id) {
		id = x.Fields[slot]
	}
	t := &trial{fields: map[string]any{"id": id}, facts: map[string]any{}, used: map[string]int64{}, example: x}
	latest := time.Time{}
	for slot, v := range x.Fields {
		f := w.names[slot]
		if f == nil || f.Name == "id" || v == nil {
			continue
		}
		if at, isTime := v.(time.Time); isTime && f.Name != "expected_at" && at.After(latest) && isStandardTime(f.Name) {
			latest = at
		}
		matters, omitted := w.reason.Omitted(box, slot)
		if matters && omitted || !matters && f.Default != nil && sameValue(f.Default, v) {
			continue
		}
		t.fields[f.Name] = v
	}
	for _, f := range w.program.Facts {
		if v := x.Facts[f.Slot]; v != nil && v != f.Zero() {
			t.facts[f.Name] = v
		}
	}
	t.now = latest
	if !w.at.IsZero() {
		t.now = w.at
	}
	if !w.standsFor(t, x) {
		t.err = errNotInBox
	}
	return t
}

// standsFor reports whether the fields that a trial leaves out have the values by default that its example
// has.
func (w *world) standsFor(t *trial, x *policy.Example) bool {
	in := w.inputOf(t)
	defer in.Release()
	for slot, f := range w.names {
		if f == nil || f.Name == "id" {
			continue
		}
		if matters, _ := w.reason.Omitted(w.reason.Valid(), slot); matters && !sameValue(in.Field(f), x.Fields[slot]) {
			return false
		}
	}
	return true
}

// errNotInBox stands for an incident that is not one of its box.
var errNotInBox = errors.New("it is another incident")

// inputOf is what conditions read of the incident of a trial. Its playbooks were found.
func (w *world) inputOf(t *trial) *policy.Input {
	in := w.program.NewInput(t.now)
	for slot, v := range t.fieldsBySlot(w) {
		if w.names[slot].Items != nil {
			continue // see readsItems
		}
		in.Set(w.names[slot], v)
	}
	for _, f := range w.program.Facts {
		if v := t.facts[f.Name]; v != nil {
			in.SetFact(f, v)
		}
	}
	applying, _ := in.Applying()
	for _, b := range applying { // a default that a playbook narrows
		for _, f := range b.Fields {
			if _, told := t.fields[f.Name]; !told {
				in.Set(f, f.Default)
			}
		}
	}
	return in
}

func isStandardTime(name string) bool { return strings.HasSuffix(name, "_at") }

func sameValue(a, b any) bool {
	if x, isList := a.([]any); isList {
		y, isList := b.([]any)
		return isList && len(x) == 0 && len(y) == 0
	}
	if _, isList := b.([]any); isList {
		return false
	}
	return a == b
}

// json writes an incident.
func (t *trial) json() []byte {
	data, err := json.Marshal(nested(t.fields))
	if err != nil {
		return nil // not reached: values are texts, numbers, bools and lists of them
	}
	return data
}

// nested makes objects of dotted names.
func nested(fields map[string]any) map[string]any {
	out := map[string]any{}
	for name, v := range fields {
		at := out
		for {
			first, rest, more := strings.Cut(name, ".")
			if !more {
				at[first] = plain(v)
				break
			}
			inner, ok := at[first].(map[string]any)
			if !ok {
				inner = map[string]any{}
				at[first] = inner
			}
			at, name = inner, rest
		}
	}
	return out
}

// plain is a value as JSON has it.
func plain(v any) any {
	switch x := v.(type) {
	case string, bool, int64, float64, map[string]any, nil:
		return x
	case []any:
		out := make([]any, 0, len(x))
		for _, e := range x {
			out = append(out, plain(e))
		}
		return out
	case time.Time:
		return value.FormatTimestamp(x)
	}
	return value.Show(v)
}

// decide runs the engine on a trial.
func (w *world) decide(t *trial) {
	if t.err == errNotInBox {
		return
	}
	var in recovery.Incident
	if t.err = in.UnmarshalJSON(t.json()); t.err != nil {
		return
	}
	if !w.counted(t) {
		t.err = errNotCounted
		return
	}
	w.answers, w.clock = answers{t.facts, t.used}, t.now
	if occurred, ok := t.fields["occurred_at"].(time.Time); ok && t.now.Before(occurred) {
		t.err = errNotYet
		return
	}
	t.decision, t.err = w.engine.Decide(w.ctx, in)
}

// errNotYet stands for an incident that has not occurred by the time of the decision.
var errNotYet = errors.New("it has not occurred yet")

// errNotCounted stands for an incident without a field by which a fact is counted that says something.
var errNotCounted = errors.New("a fact says something that is counted by a field without a value")

// counted reports whether an incident has the fields by which the facts are counted that say something.
func (w *world) counted(t *trial) bool {
	for _, f := range w.program.Facts {
		if v := t.facts[f.Name]; v == nil || v == f.Zero() {
			continue
		}
		if slices.ContainsFunc(f.Same, func(key *policy.Field) bool { v := t.fieldValue(key); return v == nil || v == "" }) {
			return false
		}
	}
	return true
}

// invalid reports whether a trial was refused because the incident does not fit the fields.
func (t *trial) invalid() bool {
	var misfit *recovery.IncidentError
	return errors.Is(t.err, errNotYet) || errors.Is(t.err, errNotInBox) || errors.Is(t.err, errNotCounted) || errors.As(t.err, &misfit)
}

// base is the time that the deadlines of a first decision count from.
func (t *trial) base() time.Time {
	if at := t.at("reported_at"); !at.IsZero() {
		return at
	}
	return t.now
}

// at looks up an instant of the incident.
func (t *trial) at(field string) time.Time {
	at, _ := t.fields[field].(time.Time)
	return at
}

// isAbout asks whether a guarantee is about the incident of a trial that was decided: the playbook
// applies, and its condition holds.
func (w *world) isAbout(g *policy.Guarantee, t *trial) bool {
	asked := []*policy.Asked{w.reason.For(g)}
	if g.Playbook != nil {
		asked = append(asked, w.reason.Applies(g.Playbook))
	}
	if w.readsItems(t, asked...) {
		return false
	}
	in := w.inputOf(t)
	defer in.Release()
	about, err := g.IsAbout(in)
	return about && err == nil
}

// readsItems reports whether conditions read a list of items that a trial has: they are not evaluated then,
// since inputOf leaves such lists out.
func (w *world) readsItems(t *trial, asked ...*policy.Asked) bool {
	for slot := range t.fieldsBySlot(w) {
		if w.names[slot].Items != nil && slices.ContainsFunc(asked, func(a *policy.Asked) bool { return a != nil && a.Reads(slot) }) {
			return true
		}
	}
	return false
}

// fieldsBySlot are the values that the incident of a trial has.
func (t *trial) fieldsBySlot(w *world) map[int]any {
	out := map[int]any{}
	for _, f := range w.names {
		if f == nil {
			continue
		}
		if v, ok := t.fields[f.Name]; ok {
			out[f.Slot] = v
		}
	}
	return out
}
