package recovery

import (
	"context"
	"fmt"

	"github.com/servicerecovery/amends/playbook"
)

// Archiver is a [Store] that keeps the sets by which decisions were made, so
// that they can be explained and made again later. An engine passes each set
// that it decides by to its store, as soon as the set is loaded. The set must
// not be changed afterwards.
type Archiver interface {
	Archive(set *playbook.Set)
}

// archive tells a store of a set, if it keeps sets.
func archive(s Store, set *playbook.Set) {
	if a, ok := s.(Archiver); ok {
		a.Archive(set)
	}
}

// Replay makes a recorded decision again: from its incident, at its time, and from the values that
// answer returns, by the set of this engine. It reads no store and no clock. Under the set that the
// record was made by the result equals the record. A choice is made again from what it has chosen.
//
// The error is what [Engine.Decide] or [Engine.Choose] would have returned, that of answer, or wraps
// that of a context that was done before.
func (e *Engine) Replay(ctx context.Context, r *Record, answer func(Query) (Given, error)) (*Record, error) {
	in, err := r.told()
	if err != nil {
		return nil, err
	}
	rules := e.current.Load()
	w := rules.workspace()
	defer rules.release(w)
	c, err := rules.recall(ctx, w, &in, r, answer)
	if err != nil {
		return nil, err
	}
	return c.again(r)
}

// recall begins a recorded decision about an incident again.
func (r *ruleset) recall(ctx context.Context, w *workspace, in *Incident, was *Record, answer func(Query) (Given, error)) (*conclusion, error) {
	if _, err := r.validate(ctx, w, in, was.Decision.DecidedAt, false); err != nil {
		return nil, err
	}
	given, err := answer(r.needs(w))
	if err != nil {
		return nil, err
	}
	return r.begin(w, given), nil
}

// again makes a recorded decision again.
func (c *conclusion) again(r *Record) (*Record, error) {
	var again *Record
	var err error
	if r.Decision.Made != nil {
		again, err = c.chooseAgain(r)
	} else if err = c.decide(); err == nil {
		again = c.record()
	}
	if err = c.or(err); err != nil {
		return nil, err
	}
	again.Decision.Set.Revision = r.Decision.Set.Revision // it enters nothing
	return again, nil
}

func (c *conclusion) chooseAgain(r *Record) (*Record, error) {
	made := r.Decision.Made
	if c.given.Previous == nil {
		return nil, fmt.Errorf("choice %s: the decision that it was made on is not known", made.Choice)
	}
	c.choosing, c.keeps = true, c.given.Made
	x := chooser{conclusion: c, sel: Selection{Incident: r.Decision.Incident, Choice: made.Choice, By: made.By, Reason: made.Reason}}
	x.play = x.chosenPlay()
	for _, a := range r.Decision.Actions {
		if a.Change != ChangeCancelled {
			x.sel.Options = append(x.sel.Options, x.selected(a.ID, a.Type, a.Amount, a.Params))
		}
	}
	for _, h := range r.Decision.Withheld {
		if h.Reason == WithheldZero {
			x.sel.Options = append(x.sel.Options, x.selected(h.ID, h.Type, h.Amount, h.Params))
		}
	}
	return x.make()
}

// selected is the option that an action was chosen from. Its own id is not in
// the action, but the action's id was made from it.
func (x *chooser) selected(id, kind string, amount Money, params []Param) Selected {
	s := Selected{Type: kind, Amount: amount, Params: map[string]any{}}
	for _, p := range params {
		s.Params[p.Name] = p.Value
	}
	if x.play == nil {
		return s
	}
	for _, o := range x.play.Choice.Options {
		if o.Type.Name != kind {
			continue
		}
		if s.ID = o.ID; x.optionID(s) == id {
			return s
		}
	}
	return s
}
