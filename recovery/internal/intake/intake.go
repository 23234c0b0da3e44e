// Package intake takes an incident as a host gives it, in whichever way it is
// written, and makes what decisions read: each field's value in the one Go type of
// its kind, in a [policy.Input], and the record, which is canonical JSON.
//
// A [Layout] knows the fields of a set. An [Intake] takes one incident after
// another by it. [Coerce] is the one way from a value as it came to a value of a
// field's type.
package intake

import (
	"cmp"
	"slices"

	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/policy/worktime"
)

// Problem is one thing that is wrong with an incident.
type Problem struct {
	Path   string // dotted
	Wanted string
	Found  string // empty when nothing was there
}

// Renamed is a field that came under an earlier name.
type Renamed struct{ Now, Was string }

// Incident is an incident as it came.
type Incident struct {
	// Standard are the values of the standard fields, by their places; nil where
	// there is none. That of paused may be a []worktime.Pause.
	Standard []any
	// Fields are the others by their names, nested or dotted. Standard ones may be
	// among them.
	Fields map[string]any
	// Customer is what came in the place of an object with the customer's fields.
	Customer any
}

// Intake is one incident that is being taken. It is used again for the next:
// what it returns, other than problems, is valid until then.
type Intake struct {
	layout *Layout
	input  *policy.Input
	came   Incident
	// shadowed is set when Fields holds what is also a standard field.
	shadowed bool
	// isFlat is set when no value in Fields is an object and each has a slot. flat are the slots then, and
	// beside has the values by them.
	isFlat bool
	flat   []int
	beside []any

	own      []*field // the playbooks' fields that were taken, by slot
	taken    []int    // their slots
	present  []uint64 // the fields that have a value: a bit for each rank in the record
	given    []uint64 // those among them whose value is not the one that every incident begins with
	like     likeness // of the record that was written last
	names    []string // room for the names of fields
	pauses   []worktime.Pause
	applying []*policy.Playbook
	applies  []bool            // by the playbooks' numbers
	rest     map[string]any    // what is not declared
	keys     map[string]string // see Keys

	shape    []Problem      // of how the incident is written
	problems []Problem      // of its values
	ofShared int            // how many of them are about shared fields
	invalid  []Problem      // of values that count as missing
	aside    map[string]any // those values, by the names of their fields
	readAs   []Renamed      // earlier names that were read
	long     []longList
	// notObjects are the paths that were reported as values that are not objects.
	notObjects []string
}

// New returns an intake for incidents of a set.
func New(l *Layout) *Intake {
	return &Intake{
		layout: l, own: make([]*field, len(l.isShared)), beside: make([]any, len(l.isShared)), applies: make([]bool, len(l.own)),
		present: make([]uint64, len(l.preset)), given: make([]uint64, len(l.preset)),
	}
}

// Clear forgets the incident.
func (t *Intake) Clear() {
	for _, slot := range t.taken {
		t.own[slot] = nil
	}
	clear(t.applies)
	clear(t.present)
	clear(t.given)
	clear(t.came.Standard)
	t.forgetFlat()
	*t = Intake{
		layout: t.layout, own: t.own, applies: t.applies, taken: t.taken[:0], flat: t.flat, beside: t.beside, like: t.like, present: t.present, given: t.given, names: t.names[:0],
		came: Incident{Standard: t.came.Standard[:0]},
	}
}

// Room returns an empty list that [Incident.Standard] may be made in.
func (t *Intake) Room() []any { return t.came.Standard[:0] }

// Take takes an incident into an input: the shared fields first, then those of each
// playbook that is in force and applies. The problems are all that is wrong, sorted
// by path. The error is that of a playbook's condition; it is left out when the
// incident is wrong already, because it may come from the wrong value.
func (t *Intake) Take(came Incident, input *policy.Input, strict bool) ([]Problem, error) {
	t.came, t.input = came, input
	copy(t.present, t.layout.preset)
	t.lookAround()
	for _, f := range t.layout.shared {
		if f.placed && !t.shadowed {
			raw := came.Standard[f.std]
			if raw == nil && f.skips {
				continue
			}
			if native, ok := f.plain(raw); ok {
				t.set(f, native)
				continue
			}
		}
		t.field(f)
	}
	t.takePauses()
	applying, err := input.Applying()
	if err != nil && len(t.problems) == 0 && len(t.shape) == 0 {
		return nil, err
	}
	t.takeOwn(applying)
	t.stillTooMany()
	t.rest = t.undeclared()
	if strict {
		t.refuseUndeclared()
	}
	problems := append(t.shape, t.problems...)
	slices.SortStableFunc(problems, func(a, b Problem) int { return cmp.Compare(a.Path, b.Path) })
	return problems, nil
}

// TakeRest goes on where Take has returned the error of a condition: without the
// playbooks that have failed.
func (t *Intake) TakeRest() {
	applying, _ := t.input.Applying() // the error is known
	t.takeOwn(applying)
	t.rest = t.undeclared()
}

// takeOwn takes the fields of the playbooks that apply. They are taken after every
// playbook was asked, because a narrowed default must not change what another
// playbook's applies sees. What several playbooks say of
// one field holds together.
func (t *Intake) takeOwn(applying []*policy.Playbook) {
	t.applying, t.ofShared = applying, len(t.problems)
	for _, b := range applying {
		t.applies[b.Number()] = true
		for _, f := range t.layout.own[b.Number()] {
			if t.own[f.Slot] != nil {
				if !t.refusedBefore(f) {
					t.also(f)
				}
				continue
			}
			t.own[f.Slot] = f
			t.taken = append(t.taken, f.Slot)
			if !t.refusedBefore(f) {
				t.field(f)
			}
		}
	}
}

// takePauses takes paused, which no document declares.
func (t *Intake) takePauses() {
	raw, ok := t.lookup("paused", t.layout.paused)
	if !ok {
		return
	}
	if n := itemsOf(raw); n > policy.MaxItems {
		t.problem("paused", wantedItems(policy.MaxItems), foundItems(n))
		return
	}
	pauses, problems := Pauses(raw)
	t.problems = append(t.problems, problems...)
	if len(pauses) > 0 {
		t.pauses = pauses
		t.present[t.layout.pauses/64] |= 1 << (t.layout.pauses % 64)
	}
}

// refuseUndeclared refuses the fields that no document of the set declares.
func (t *Intake) refuseUndeclared() {
	leaves(t.rest, "", func(path string, value any) {
		if !t.layout.declared[path] {
			t.problem(path, "a field that the playbooks declare", Shown(value))
		}
	})
	t.refuseUndeclaredOfItems()
}

// Applying are the playbooks that apply, in the order of the program.
func (t *Intake) Applying() []*policy.Playbook { return t.applying }

// Applies reports whether a playbook applies.
func (t *Intake) Applies(b *policy.Playbook) bool { return t.applies[b.Number()] }

// Pauses are the stretches in which the incident waited for the customer.
func (t *Intake) Pauses() []worktime.Pause { return t.pauses }

// Defaults names the fields that have their default because nobody gave them a value, sorted.
func (t *Intake) Defaults() []string { return t.defaults(false) }

// Assumed are the Defaults and the fields that have theirs because what came does not fit.
func (t *Intake) Assumed() []string { return t.defaults(true) }

func (t *Intake) defaults(aside bool) []string {
	out := t.names[:0]
	add := func(f *field) {
		if f.Default == nil {
			return
		}
		_, given := t.lookup(f.Name, f.std)
		for _, was := range f.Was {
			_, early := t.Lookup(was)
			given = given || early
		}
		if _, misfit := t.aside[f.Name]; !given || aside && misfit {
			out = append(out, f.Name)
		}
	}
	for _, f := range t.layout.defaulted {
		add(f)
	}
	for _, slot := range t.taken {
		add(t.own[slot])
	}
	t.names = out
	if len(out) == 0 {
		return nil
	}
	slices.Sort(out)
	return slices.Clone(slices.Compact(out))
}

// Invalid says what was found in fields that take what does not fit as missing, sorted by path.
func (t *Intake) Invalid() []Problem {
	slices.SortFunc(t.invalid, func(a, b Problem) int { return cmp.Compare(a.Path, b.Path) })
	return t.invalid
}

// ReadAs are the fields that came under an earlier name, sorted.
func (t *Intake) ReadAs() []Renamed {
	slices.SortFunc(t.readAs, func(a, b Renamed) int { return cmp.Or(cmp.Compare(a.Now, b.Now), cmp.Compare(a.Was, b.Was)) })
	t.readAs = slices.Compact(t.readAs)
	return t.readAs
}
