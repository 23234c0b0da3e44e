package suite

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/internal/term"
)

// said are the keys of a report that say what came of an action. The others find the action.
var said = []string{"outcome", "amount", "at", "note"}

// report reports what a step says, one action after another, and returns the decision that stands.
func (s *Set) report(ctx context.Context, step *Step, memory *store) (*recovery.Decision, error) {
	if memory.Latest == nil {
		return nil, fmt.Errorf("nothing has been decided that could be reported on")
	}
	for _, w := range step.test.Report.Items {
		r, err := s.reportOf(w, memory)
		if err != nil {
			return nil, err
		}
		if err := s.engine.Report(ctx, r, recovery.In(memory)); err != nil {
			return nil, err
		}
	}
	return memory.Latest.Decision, nil
}

func (s *Set) reportOf(w *playbook.WantedAction, memory *store) (recovery.Report, error) {
	r := recovery.Report{Incident: memory.Latest.Decision.Incident}
	t := s.known.types[w.Type.Value]
	for _, e := range w.Asked {
		q, ok := questionAbout(t, e.Key.Value, ofReported)
		if !ok || !slices.Contains(said, e.Key.Value) {
			continue
		}
		v, err := parse(q.spec.Type, e.Value)
		if err != nil {
			continue // the checker has said so
		}
		switch v := v.(type) {
		case recovery.Money:
			r.Amount = v
		case time.Time:
			r.At = v
		case string:
			if e.Key.Value == "note" {
				r.Note = v
			} else {
				r.Outcome = recovery.Outcome(v)
			}
		}
	}
	var err error
	r.Action, err = s.actionOf(w, memory)
	return r, err
}

// candidate is an action that can be reported on, with the action that it is a step of.
type candidate struct {
	thing
	parent string // its type; empty: it is no step
	item   string // whose own it is, or the action that it is a step of; empty: nobody's
}

// actionOf finds the action that a report means: of those that stand the one that fits, else
// of all that were ever given.
func (s *Set) actionOf(w *playbook.WantedAction, memory *store) (string, error) {
	standing := []*recovery.Decision{memory.Latest.Decision}
	for _, m := range memory.Made() {
		standing = append(standing, m.Decision)
	}
	var there []string
	for _, list := range [][]*recovery.Decision{standing, memory.all} {
		fit := map[string]string{}
		for _, x := range s.candidates(list, len(list) == len(memory.all)) {
			if s.means(w, x) {
				fit[x.action.ID] = x.text()
			}
			if !slices.Contains(there, x.kind) {
				there = append(there, x.kind)
			}
		}
		switch len(fit) {
		case 0:
			continue
		case 1:
			for id := range fit {
				return id, nil
			}
		}
		return "", fmt.Errorf("%s fit `%s`: %s; say which one with `id`, `plays`, `for` (its item, or the action that it is a step of) or a parameter",
			term.Count(len(fit), "action"), w.Type.Value, strings.Join(sortedValues(fit), "; "))
	}
	slices.Sort(there)
	return "", fmt.Errorf("no `%s` that fits was given; there are %s", wantedText(w), listed(there))
}

// candidates are the actions of decisions with their steps; with cancelled ones where those count.
func (s *Set) candidates(list []*recovery.Decision, cancelled bool) []candidate {
	var out []candidate
	var add func(incident, parent, item string, actions []recovery.Action)
	add = func(incident, parent, item string, actions []recovery.Action) {
		for i := range actions {
			a := &actions[i]
			if a.Change == recovery.ChangeCancelled && !cancelled {
				continue
			}
			of := cmp.Or(a.Item, item)
			out = append(out, candidate{s.givenThing(incident, a), parent, of})
			add(incident, a.Type, of, a.Remind)
			add(incident, a.Type, of, a.IfLate)
		}
	}
	for _, d := range list {
		add(d.Incident, "", "", d.Actions)
	}
	return out
}

// means reports whether a report can be about an action.
func (s *Set) means(w *playbook.WantedAction, x candidate) bool {
	finds := &playbook.WantedAction{Type: w.Type, Range: w.Range}
	for _, e := range w.Asked {
		switch {
		case e.Key.Value == "for":
			if of := e.Value.Text.Value; of != x.parent && of != x.item {
				return false
			}
		case !slices.Contains(said, e.Key.Value):
			finds.Asked = append(finds.Asked, e)
		}
	}
	_, ok := s.ask(finds, x.thing, ofGiven)
	return ok
}

// reports checks what a step reports.
func (c *checker) reports(list *playbook.WantedActions) {
	c.actions(list, ofReported)
	if list == nil {
		return
	}
	for _, w := range list.Items {
		for _, e := range w.Asked {
			switch {
			case isNull(e.Value):
				c.errorf(e.Value.Range, "wrong-type", "leave it out", "`%s` of a report is a value", e.Key.Value)
			case e.Key.Value == "for" && !c.set.hasItems():
				c.actionType(e.Value.Text)
			}
		}
	}
}

// hasItems reports whether a play of the set gives items actions of their own.
func (s *Set) hasItems() bool {
	for _, p := range s.known.plays {
		if p.Each != nil {
			return true
		}
	}
	return false
}

func sortedValues(m map[string]string) []string {
	out := make([]string, 0, len(m))
	for _, v := range m {
		out = append(out, v)
	}
	slices.Sort(out)
	return out
}
