package recovery

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/servicerecovery/amends/recovery/internal/intake"
	"github.com/servicerecovery/amends/recovery/store"
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
// In a store that keeps the stream of deliveries, Again then puts what has fallen due into it: steps of
// if_late and remind, and what is owed again and again. What fell due several times meanwhile is handed out
// once, and what is over by now is not handed out any more.
//
// An incident that cannot be decided any more keeps its decision; nothing is recorded.
// The error is an *[UnhandledError], or one of those of [Engine.Handle].
func (e *Engine) Again(ctx context.Context, incident string, options ...CallOption) (*Decision, error) {
	call := e.callWith(options)
	store := call.store
	rules, err := e.rules()
	if err != nil {
		return nil, err
	}
	d, err := e.commit(ctx, rules, store, OpAgain, incident, func() (*outcome, error) {
		return e.decideAgain(ctx, rules, &call, incident)
	})
	if err != nil {
		return nil, err
	}
	return d, e.fall(ctx, rules, store, incident)
}

// fall puts what has fallen due on an incident into the stream, in a commit of its own, in a store that keeps one.
func (e *Engine) fall(ctx context.Context, rules *ruleset, store Store, incident string) error {
	for attempt := 1; ; attempt++ {
		q := e.about(incident)
		given, version, err := store.Read(ctx, q)
		if err != nil || given.Stream == nil || given.Previous == nil {
			return storeError(err)
		}
		c := Commit{Reads: q, Given: given, Version: version}
		if err := e.streamed(&c, rules, &given); err != nil {
			return err
		}
		if len(c.Fell)+len(c.Withdrawn) == 0 && c.NextDue.Equal(given.Stream.NextDue) {
			return nil
		}
		err = storeError(store.Commit(ctx, c))
		if !errors.Is(err, ErrConflict) || attempt == attempts {
			return err
		}
		if err := backOff(ctx, attempt, err); err != nil {
			return err
		}
	}
}

func (e *Engine) decideAgain(ctx context.Context, rules *ruleset, call *call, incident string) (*outcome, error) {
	store := call.store
	first, _, err := store.Read(ctx, Query{Namespace: rules.namespace, Incident: incident, Set: rules.ref.Digest})
	if err != nil {
		return nil, storeError(err)
	}
	if first.Previous == nil {
		return nil, &UnhandledError{Incident: incident}
	}
	now := e.now()
	standing := &outcome{standing: first.Previous.Decision, handled: HandledRetry}
	if first.SetIsOlder && !call.newest || now.Before(first.Previous.Decision.DecidedAt) {
		return standing, nil
	}
	in, err := first.Previous.told()
	if err != nil {
		return nil, fmt.Errorf("the incident as recorded: %w", err)
	}
	w := rules.workspace()
	defer rules.release(w)
	subj, out, err := rules.lookAgain(ctx, w, store, &in, now, first.Previous.Decision)
	if err != nil {
		return nil, err
	}
	c, err := rules.conclude(w, out.given, store)
	if err = subj.or(err); err != nil {
		return nil, err
	}
	out.query, out.given = c.query, c.given
	turns := call.newest && first.SetIsOlder // somebody has to say that it is the newest
	if out.record = c.record(); !turns && !c.differs(out.record.Decision) {
		return standing, nil
	}
	out.record.Again, out.record.Newest, out.handled = true, call.newest, HandledChanged
	return out, nil
}

// lookAgain reads what it takes to decide once more about an incident, as the host told of it last:
// the outcome without a record. It is a conflict if the incident was decided meanwhile.
func (r *ruleset) lookAgain(ctx context.Context, w *workspace, store Store, in *Incident, now time.Time, standing *Decision) (*subject, *outcome, error) {
	subj, err := r.validate(ctx, w, in, now, false)
	if err != nil {
		return nil, nil, err
	}
	out := &outcome{query: r.needs(w)}
	if out.given, out.version, err = store.Read(ctx, out.query); err != nil {
		return nil, nil, storeError(err)
	}
	if out.given.Previous == nil || out.given.Previous.Decision.ID != standing.ID {
		return nil, nil, ErrConflict
	}
	return subj, out, nil
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
	x := Decision{Choices: open, Withheld: prev.Withheld, Missed: prev.Missed, Warnings: prev.Warnings}
	y := Decision{Choices: d.Choices, Withheld: d.Withheld, Missed: d.Missed, Warnings: d.Warnings}
	return !bytes.Equal(x.AppendJSON(nil), y.AppendJSON(nil))
}

// cancelledBefore reports whether a cancelled action was cancelled before as well.
func (c *conclusion) cancelledBefore(a *Action) bool {
	if a.Change != ChangeCancelled {
		return false
	}
	prev := c.previous[a.ID]
	return prev != nil && prev.Change == ChangeCancelled
}

// stands returns what stands of an incident, when what the host told of it is nothing
// new; nil when it has to be decided. The subject is nil where the incident does not fit.
func (r *ruleset) stands(ctx context.Context, w *workspace, in *Incident, subj *subject, now time.Time, given Given) *outcome {
	prev := given.Previous
	if prev == nil {
		return nil
	}
	updated := seenAt(w.intake.Instant("updated_at"), now)
	if !updated.IsZero() && updated.Before(given.UpdatedAt) {
		return &outcome{standing: prev.Decision, handled: HandledOutdated}
	}
	if !r.unchanged(ctx, in, subj, now, prev) {
		return nil
	}
	out := &outcome{standing: prev.Decision, handled: HandledRetry}
	if updated.After(given.UpdatedAt) {
		out.mark = &Mark{Namespace: r.namespace, Incident: prev.Decision.Incident, UpdatedAt: updated}
	}
	return out
}

// seenAt is the time that an updated_at counts as: one in the future as now.
func seenAt(updated, now time.Time) time.Time {
	if updated.After(now) {
		return now
	}
	return updated
}

// unchanged reports whether an incident is the one that a record was made from. Both
// versions are read by this set, each as the host told of it. Fields that no document
// declares do not count, and neither does updated_at.
func (r *ruleset) unchanged(ctx context.Context, in *Incident, subj *subject, now time.Time, prev *Record) bool {
	if subj != nil && bytes.Equal(prev.Incident, subj.canonical) {
		return true
	}
	before, err := prev.told()
	if err != nil {
		return false
	}
	is, ok := r.tell(in)
	was, wasOK := r.tell(&before)
	if !ok || !wasOK {
		return false
	}
	var filled []string // what one of the two versions leaves to a default
	for path, v := range is {
		switch old, given := was[path]; {
		case !given:
			filled = append(filled, path)
		case old != v:
			return false
		}
	}
	for path := range was {
		if _, given := is[path]; !given {
			filled = append(filled, path)
		}
	}
	return len(filled) == 0 || r.sameFilled(ctx, filled, is, subj, &before, now, prev)
}

// sameFilled compares the fields that one of two versions leaves to a default: that
// which this set fills in, or that which stands in the record.
func (r *ruleset) sameFilled(ctx context.Context, paths []string, is map[string]string, subj *subject, before *Incident, now time.Time, prev *Record) bool {
	recorded := r.tellRecord(prev.Incident)
	paths = slices.DeleteFunc(paths, func(path string) bool {
		v, told := is[path]
		return told && slices.Contains(prev.Defaults, path) && recorded[path] == v
	})
	if len(paths) == 0 {
		return true
	}
	if subj == nil {
		return false
	}
	w := r.workspace()
	defer r.release(w)
	old, err := r.validate(ctx, w, before, now, false)
	if err != nil {
		return false
	}
	x, y := r.tellRecord(subj.canonical), r.tellRecord(old.canonical)
	return !slices.ContainsFunc(paths, func(path string) bool { return x[path] != y[path] })
}

// tell reads what an incident says of the fields that the set declares.
func (r *ruleset) tell(in *Incident) (map[string]string, bool) {
	w := r.workspace()
	defer r.release(w)
	return w.intake.Tell(in.came(w.intake.Room()))
}

func (r *ruleset) tellRecord(canonical []byte) map[string]string {
	var in Incident
	if in.UnmarshalJSON(canonical) != nil {
		return nil
	}
	out, _ := r.tell(&in)
	return out
}

// told is the incident of a record as the host told of it: without the defaults that
// were filled in, and with the names that it had.
func (r *Record) told() (Incident, error) {
	var in Incident
	if err := in.UnmarshalJSON(r.Incident); err != nil {
		return in, err
	}
	for _, path := range r.Defaults {
		in.remove(path)
	}
	for _, k := range r.ReadAs {
		if v := in.remove(k.Path); v != nil {
			in.put(k.Text, v)
		}
	}
	return in, nil
}

// remove takes out a field, and returns what it was; nil when it was absent. Objects
// that hold nothing else stay, and hold nothing.
func (in *Incident) remove(path string) any {
	if place := in.place(path); place != nil {
		v := in.standard(path, place)
		fill(place, nil)
		delete(in.given, path)
		return v
	}
	return removeFrom(in.Fields, path)
}

func removeFrom(fields map[string]any, path string) any {
	if v, ok := fields[path]; ok {
		delete(fields, path)
		return v
	}
	for i := range len(path) {
		if path[i] != '.' {
			continue
		}
		inner, ok := fields[path[:i]].(map[string]any)
		if !ok {
			continue
		}
		if v := removeFrom(inner, path[i+1:]); v != nil {
			if len(inner) == 0 {
				delete(fields, strings.Clone(path[:i]))
			}
			return v
		}
	}
	return nil
}

// Replay makes a recorded decision again: from its incident, at its time, and from the values that
// answer returns, by the set of this engine. It reads no store and no clock. Where the decision leaves or
// makes a choice, answer is asked twice, as a store is: first for what is known, then for the query's
// Precedents alone. Under the set that the record was made by, the result equals the record. A choice is
// made again from what it has chosen.
//
// The error is what [Engine.Decide] or [Engine.Choose] would have returned, that of answer, or wraps
// that of a context that was done before.
func (e *Engine) Replay(ctx context.Context, r *Record, answer func(Query) (Given, error)) (*Record, error) {
	rules, err := e.rules()
	if err != nil {
		return nil, err
	}
	w := rules.workspace()
	defer rules.release(w)
	c, err := rules.recall(ctx, w, r, answer)
	if err != nil {
		return nil, err
	}
	return c.again(r)
}

// recall begins a recorded decision again.
func (r *ruleset) recall(ctx context.Context, w *workspace, was *Record, answer func(Query) (Given, error)) (*conclusion, error) {
	in, err := was.told()
	if err != nil {
		return nil, err
	}
	if _, err := r.validate(ctx, w, &in, was.Decision.DecidedAt, false); err != nil {
		return nil, err
	}
	w.subject.namespace = was.Decision.Namespace
	given, err := answer(r.needs(w))
	if err != nil {
		return nil, err
	}
	return r.begin(w, given, answers(answer)), nil
}

// answers answer what a recorded decision asked.
type answers func(Query) (Given, error)

func (a answers) Precedents(_ context.Context, q Query) ([]store.Precedents, error) {
	given, err := a(q)
	return given.Precedents, err
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
	again.Decision.Set.Revision = r.Decision.Set.Revision                       // it enters nothing
	again.Again, again.Newest, again.Withdrawn = r.Again, r.Newest, r.Withdrawn // what is withdrawn is the stream's
	return again, nil
}

func (c *conclusion) chooseAgain(r *Record) (*Record, error) {
	made := r.Decision.Made
	if c.given.Previous == nil {
		return nil, fmt.Errorf("choice %s: the decision that it was made on is not known", made.Choice)
	}
	x, err := c.chooser(Selection{Incident: r.Decision.Incident, Choice: made.Choice, By: made.By, Roles: made.Roles, Reason: made.Reason})
	if err != nil {
		return nil, err
	}
	if (made.Second != nil || made.Declined != nil) && x.was == nil {
		return nil, fmt.Errorf("choice %s: what was proposed is not known", made.Choice)
	}
	switch {
	case made.Second != nil:
		return x.second(*made.Second)
	case made.Declined != nil:
		return x.turnDown(*made.Declined)
	}
	x.sel.Options = x.chosenIn(r.Decision)
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
