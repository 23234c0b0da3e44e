package recovery

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	"github.com/servicerecovery/amends/recovery/internal/intake"
)

// UnhandledError reports an incident that was never handled.
type UnhandledError struct {
	Incident string
}

func (e *UnhandledError) Error() string {
	return "incident " + intake.Shown(e.Incident) + " was never handled"
}

// Again decides an incident anew, as the store has it, now: time has passed, facts and
// reports have come, or the set is another. It commits the decision only if actions,
// choices, withheld, missed or warnings differ, and else returns the one that stands. That one stands
// as well when the set that made it first decided in the store after this one did, or
// when it was made at a later time than now.
//
// An incident that cannot be decided any more keeps its decision; nothing is recorded.
// The error is an *[UnhandledError], or one of those of [Engine.Handle].
func (e *Engine) Again(ctx context.Context, incident string, options ...CallOption) (*Decision, error) {
	store := e.storeFor(options)
	rules := e.current.Load()
	return e.commit(ctx, store, incident, func() (*outcome, error) {
		return e.decideAgain(ctx, rules, store, incident)
	})
}

func (e *Engine) decideAgain(ctx context.Context, rules *ruleset, store Store, incident string) (*outcome, error) {
	first, _, err := store.Read(ctx, Query{Incident: incident, Set: rules.ref.Digest})
	if err != nil {
		return nil, storeError(err)
	}
	if first.Previous == nil {
		return nil, &UnhandledError{Incident: incident}
	}
	now := e.now()
	standing := &outcome{standing: first.Previous.Decision, handled: HandledRetry}
	if first.SetIsOlder || now.Before(first.Previous.Decision.DecidedAt) {
		return standing, nil
	}
	in, err := first.Previous.told()
	if err != nil {
		return nil, fmt.Errorf("the incident as recorded: %w", err)
	}
	w := rules.workspace()
	defer rules.release(w)
	subj, err := rules.validate(ctx, w, &in, now, false)
	if err != nil {
		return nil, err
	}
	query := rules.needs(w)
	given, version, err := store.Read(ctx, query)
	if err != nil {
		return nil, storeError(err)
	}
	if given.Previous == nil || given.Previous.Decision.ID != first.Previous.Decision.ID {
		return nil, ErrConflict // it was decided meanwhile
	}
	c, err := rules.conclude(w, given)
	if err = subj.or(err); err != nil {
		return nil, err
	}
	record := c.record()
	if !c.differs(record.Decision) {
		return standing, nil
	}
	return &outcome{record: record, query: query, given: given, version: version, handled: HandledChanged}, nil
}

// differs reports whether a decision gives anything else than the previous one.
func (c *conclusion) differs(d *Decision) bool {
	prev := c.given.Previous.Decision
	if len(c.drops) > 0 {
		return true // what was chosen is taken back
	}
	for i := range d.Actions {
		if a := &d.Actions[i]; a.Change != ChangeKept && !c.cancelledBefore(a) {
			return true
		}
	}
	open := slices.DeleteFunc(slices.Clone(prev.Choices), func(x Choice) bool { return c.made(x.ID) != nil })
	x := Decision{Choices: open, Withheld: prev.Withheld, Missed: prev.Missed, Warnings: lasting(prev.Warnings)}
	y := Decision{Choices: d.Choices, Withheld: d.Withheld, Missed: d.Missed, Warnings: lasting(d.Warnings)}
	return !bytes.Equal(x.AppendJSON(nil), y.AppendJSON(nil))
}

// cancelledBefore reports whether a cancelled action was cancelled before as well, or
// never given.
func (c *conclusion) cancelledBefore(a *Action) bool {
	if a.Change != ChangeCancelled {
		return false
	}
	prev := c.previous[a.ID]
	return a.silent || prev != nil && prev.Change == ChangeCancelled
}

// lasting are the warnings that are about more than what the decision gives for the
// first time.
func lasting(list []Warning) []Warning {
	return slices.DeleteFunc(slices.Clone(list), func(w Warning) bool { return w.Code == "late-when-given" })
}
