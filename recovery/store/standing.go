package store

import (
	"iter"
	"slices"
)

// Standing is the part of an incident that counts: its latest decision, with the
// choices that hang on it. The zero Standing is that of an incident that was
// never decided. A Standing is replaced, never changed.
type Standing struct {
	Latest *Decision
	Made   []*Decision
}

// After returns the standing after a new decision. A choice is added to those that hang on the
// latest decision, in place of the one that it settles. Any other decision takes the place of the latest one, and keeps the choices that
// it names; choices are all that were ever made on the incident, in the order in which they were
// made.
func (s Standing) After(d *Decision, choices []*Decision) Standing {
	if d.Choice != nil {
		made := slices.Clone(s.Made)
		if d.Choice.Settles != (ID{}) {
			made = slices.DeleteFunc(made, func(m *Decision) bool { return m.ID == d.Choice.Settles })
		}
		return Standing{s.Latest, append(made, d)}
	}
	next := Standing{Latest: d}
	for _, c := range choices {
		if slices.Contains(d.Keeps, c.ID) {
			next.Made = append(next.Made, c)
		}
	}
	return next
}

// IDs are those of the latest decision, zero when there is none, and of the choices
// on it.
func (s Standing) IDs() (latest ID, made []ID) {
	if s.Latest != nil {
		latest = s.Latest.ID
	}
	for _, d := range s.Made {
		made = append(made, d.ID)
	}
	return latest, made
}

// decisions are the latest decision and the choices on it; none where there is no
// latest decision.
func (s Standing) decisions() iter.Seq[*Decision] {
	return func(yield func(*Decision) bool) {
		if s.Latest == nil || !yield(s.Latest) {
			return
		}
		for _, d := range s.Made {
			if !yield(d) {
				return
			}
		}
	}
}

// Reserves are the units of partners that the incident uses.
func (s Standing) Reserves() iter.Seq[Reserve] {
	return func(yield func(Reserve) bool) {
		for d := range s.decisions() {
			for _, r := range d.Reserves {
				if !yield(r) {
					return
				}
			}
		}
	}
}

// Withdrawn are the actions that choices have cancelled: a limit that keeps the highest drops the
// decision's action, or that of an earlier choice, in favour of what was chosen. A choice withdraws
// actions of one decision only: later decisions give their actions anew. The result is nil in the
// common case.
func (s Standing) Withdrawn() map[ID]bool {
	var out map[ID]bool
	for i, d := range s.Made {
		for _, a := range d.Actions {
			if !a.Cancelled {
				continue
			}
			onLatest := s.Latest != nil && d.Choice.On == s.Latest.ID
			if onLatest || slices.ContainsFunc(s.Made[:i], func(earlier *Decision) bool { return earlier.gives(a.ID) }) {
				if out == nil {
					out = map[ID]bool{}
				}
				out[a.ID] = true
			}
		}
	}
	return out
}

// makes reports whether a choice stands.
func (s Standing) makes(choice *Decision) bool {
	return slices.ContainsFunc(s.Made, func(d *Decision) bool { return d.Number == choice.Number })
}
