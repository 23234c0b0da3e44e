package recovery

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"time"

	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/recovery/internal/intake"
)

// Update changes what is known of an incident, decides it and commits the decision, as
// [Engine.Handle] does. It is for hosts that are told of changes, such as the webhooks of a
// helpdesk: change is given the incident as the host told of it last, and writes into it
// what is new.
//
//	engine.Update(ctx, "T-1", func(in *recovery.Incident) error {
//		in.Service, in.OccurredAt = "parcel", event.At
//		in.ResolvedAt = event.Resolved
//		return nil
//	})
//
// The first time, the incident has nothing but its ID. Later it has what was told: without
// the defaults that a set filled in, with the fields that no document declares, and with
// values that did not fit. Fields has the names and types that the engine's set declares,
// and maps for dotted names: order.value is "value" in the map under "order". What no
// document declares, and what does not fit, is as JSON has it. Where change writes a field
// in another way, under its dotted name or an earlier one, the new value takes the place of
// the old. UnmarshalJSON of an incident replaces all of it.
//
// What is refused is remembered: the next update starts from it, so that changes which make
// an incident whole may come one after another. Several updates of one incident may run at
// the same time; none is lost. For that, change may be called several times, each time with
// another incident, and must have no effect but on that.
//
// An update that changes nothing returns the decision that stands. One whose updated_at is
// earlier than one that was seen is outdated as a whole: nothing of it is kept, and the
// decision that stands comes back. Where there is no decision yet, the error comes back with
// which the incident is refused. When change returns an error, or gives the incident another ID,
// nothing is written. The error is that of change, or one of those of [Engine.Handle].
func (e *Engine) Update(ctx context.Context, id string, change func(*Incident) error, options ...CallOption) (*Decision, error) {
	rules, err := e.rules()
	if err != nil {
		return nil, err
	}
	switch {
	case change == nil:
		return nil, errors.New("a function is wanted that changes the incident, not nil")
	case id == "":
		return nil, &IncidentError{Problems: []Problem{{Path: "id", Wanted: "a text that is not empty", Found: `""`}}}
	}
	u := &update{e: e, rules: rules, store: e.storeFor(options), id: id, change: change}
	return e.commit(ctx, rules, u.store, OpUpdate, id, func() (*outcome, error) { return u.decide(ctx) })
}

// update is one call of [Engine.Update].
type update struct {
	e      *Engine
	rules  *ruleset
	store  Store
	id     string
	change func(*Incident) error
}

func (u *update) decide(ctx context.Context) (*outcome, error) {
	query := Query{Namespace: u.rules.namespace, Incident: u.id}
	first, version, err := u.store.Read(ctx, query)
	if err != nil {
		return nil, storeError(err)
	}
	before, in, err := u.changed(&first)
	if err != nil {
		return nil, err
	}
	if outdated(&before, &in, &first, u.e.now()) {
		if first.Previous != nil {
			return &outcome{standing: first.Previous.Decision, handled: HandledOutdated}, nil
		}
		if in, err = u.rules.lastTold(u.id, &first); err != nil {
			return nil, err
		}
	}
	out, err := u.e.decide(ctx, u.rules, u.store, &in)
	switch {
	case isRefusal(err):
		if text, failed := in.MarshalJSON(); first.Told != nil && failed == nil && in.updatedAt().Equal(before.updatedAt()) && u.rules.tells(text, before) {
			return nil, err // it was refused before
		}
		return nil, u.e.refuse(ctx, u.rules, Commit{Reads: query, Given: first, Version: version}, u.store, in, err)
	case err != nil:
		return nil, err
	case !sameBasis(&first, &out.given):
		return nil, ErrConflict
	}
	return out, out.remember(u.rules, &in, true)
}

// changed is what was told last, before and after the host has changed it. The host sees
// fields under the names that they have now.
func (u *update) changed(first *Given) (before, in Incident, err error) {
	if before, err = u.rules.lastTold(u.id, first); err != nil {
		return before, in, err
	}
	if in, err = u.rules.lastTold(u.id, first); err != nil {
		return before, in, err
	}
	shown, err := u.rules.lastTold(u.id, first)
	if err != nil {
		return before, in, err
	}
	renamed := u.rules.rename(&in)
	u.rules.rename(&shown)
	if err = u.change(&in); err != nil {
		return before, in, err
	}
	u.rules.settle(&shown, &in)
	if in.ID != u.id {
		return before, in, &IncidentError{Incident: u.id, Problems: []Problem{{Path: "id", Wanted: intake.Shown(u.id) + ", the id of the incident that is updated", Found: intake.Shown(in.ID)}}}
	}
	in.restore(renamed)
	return before, in, nil
}

// outdated reports whether a version has an earlier updated_at than was seen, that of
// versions that were refused included.
func outdated(before, in *Incident, first *Given, now time.Time) bool {
	seen := first.UpdatedAt
	if first.Told != nil && !first.Told.At.IsZero() {
		if told := seenAt(before.updatedAt(), first.Told.At); told.After(seen) {
			seen = told
		}
	}
	updated := seenAt(in.updatedAt(), now)
	return !updated.IsZero() && updated.Before(seen)
}

// sameBasis reports whether two reads found the same of an incident itself.
func sameBasis(a, b *Given) bool {
	if (a.Previous == nil) != (b.Previous == nil) || (a.Told == nil) != (b.Told == nil) || !a.UpdatedAt.Equal(b.UpdatedAt) {
		return false
	}
	return (a.Previous == nil || a.Previous.Decision.ID == b.Previous.Decision.ID) && (a.Told == nil || bytes.Equal(a.Told.Incident, b.Told.Incident))
}

// remember marks an incident on which the decision stands, where the next update would
// start from something else than what was told now: from what was refused before, or,
// after an update, without the fields that no document declares.
func (o *outcome) remember(rules *ruleset, in *Incident, always bool) error {
	if o.handled != HandledRetry || !always && o.given.Told == nil && o.mark == nil {
		return nil
	}
	prev := o.given.Previous
	was, err := rules.toldBy(prev, o.given.UpdatedAt)
	if err != nil {
		return err
	}
	told, err := in.MarshalJSON()
	if err != nil || rules.tells(told, was) {
		told = nil // what JSON cannot hold was not refused: it is the same as before
	}
	if o.mark == nil && rules.sameText(o.given.Told, told) {
		return nil
	}
	if o.mark == nil {
		o.mark = &Mark{Namespace: rules.namespace, Incident: prev.Decision.Incident, UpdatedAt: o.given.UpdatedAt}
	}
	o.mark.Told = told
	return nil
}

// tells reports whether a text tells the same as an incident that is tidy, updated_at left
// aside.
func (r *ruleset) tells(text []byte, was Incident) bool {
	var in Incident
	if in.UnmarshalJSON(text) != nil {
		return false
	}
	r.tidy(&in, time.Time{})
	return sameTold(in, was)
}

// sameText reports whether what was told last is what is told now, updated_at left aside.
func (r *ruleset) sameText(last *Told, now []byte) bool {
	if last == nil || now == nil {
		return last == nil && now == nil
	}
	var was Incident
	if was.UnmarshalJSON(last.Incident) != nil {
		return false
	}
	r.tidy(&was, time.Time{})
	return r.tells(now, was)
}

// lastTold is an incident as the host told of it last: what was refused since the latest
// decision, else what that was made of. Each call returns one of its own, which may be changed.
func (r *ruleset) lastTold(id string, given *Given) (in Incident, err error) {
	switch {
	case given.Told != nil:
		err = in.UnmarshalJSON(given.Told.Incident)
	case given.Previous != nil:
		return r.toldBy(given.Previous, given.UpdatedAt)
	default:
		in.ID = id
	}
	r.tidy(&in, given.UpdatedAt)
	return in, err
}

// toldBy is the incident of a record as the host told of it.
func (r *ruleset) toldBy(prev *Record, updated time.Time) (Incident, error) {
	in, err := prev.told()
	r.tidy(&in, updated)
	return in, err
}

// tidy writes an incident in one way, however it was told: dotted names stand in objects,
// and the fields that the set declares hold values of their types, where they fit. The
// updated_at is the latest that was seen, though the record may be older.
func (r *ruleset) tidy(in *Incident, updated time.Time) {
	for _, path := range intake.SortedKeys(in.Fields) {
		if v := in.Fields[path]; intake.IsDotted(path) && !isCustomers(path) && r.layout.Times(in.Fields, path) == 1 {
			delete(in.Fields, path)
			in.nest(path, v)
		}
	}
	for _, path := range r.layout.Names() {
		r.native(in, path, path)
	}
	for _, x := range r.earlier {
		r.native(in, x.Was, x.Now)
	}
	if in.given["updated_at"] == nil && in.UpdatedAt.Before(updated) {
		in.UpdatedAt = updated
	}
}

// native gives a field a value of the type that it is declared with.
func (r *ruleset) native(in *Incident, path, declared string) {
	if v, ok := r.layout.Native(in.Fields, path, declared); ok {
		removeFrom(in.Fields, path)
		in.nest(path, v)
	}
}

// rename gives fields the names that they have now, and returns those that it has renamed.
func (r *ruleset) rename(in *Incident) (renamed []intake.Renamed) {
	for _, x := range r.earlier {
		if in.has(x.Now) {
			continue
		}
		if v := in.remove(x.Was); v != nil {
			in.nest(x.Now, v)
			renamed = append(renamed, x)
		}
	}
	return renamed
}

// restore gives fields the names under which they were told: an engine with an earlier set,
// beside this one, knows no others.
func (in *Incident) restore(renamed []intake.Renamed) {
	for _, x := range renamed {
		if v := in.remove(x.Now); v != nil {
			in.nest(x.Was, v)
		}
	}
}

// settle leaves one value of each field that a host has written in another way than it
// stood there, such as order.value beside "value" in the object order, or under an earlier
// name: the one that is new. Where it cannot be told which one that is, both stay.
func (r *ruleset) settle(before, in *Incident) {
	present := func(path string) string {
		for _, x := range r.earlier {
			if x.Was == path {
				return x.Now
			}
		}
		return path
	}
	var order []string
	now, was := map[string][]spot{}, map[string][]string{}
	for s := range before.spots() {
		path := present(s.path)
		was[path] = append(was[path], spotText(s.value))
	}
	for s := range in.spots() {
		path := present(s.path)
		if len(now[path]) == 1 {
			order = append(order, path)
		}
		now[path] = append(now[path], s)
	}
	for _, path := range order {
		keepNew(now[path], was[path])
	}
}

// keepNew drops the spots of a field that say what was said before.
func keepNew(spots []spot, was []string) {
	keep, news := 0, 0
	for i, s := range spots {
		text, old := spotText(s.value), false
		for _, w := range was {
			old = old || w == text
		}
		if !old {
			keep = i
			news++
		}
	}
	if news > 1 || news == 0 && len(was) > 1 {
		return
	}
	for i, s := range spots {
		if i != keep {
			s.drop()
		}
	}
}

// spotText is a text that differs where values do.
func spotText(v any) string {
	if pauses, ok := v.([]Pause); ok {
		return string(intake.AppendList(nil, pauses, intake.AppendPause))
	}
	normal, ok := intake.Normal(v)
	if intake.IsAbsent(v) || !ok || !intake.IsWritable(normal) {
		return ""
	}
	return string(intake.AppendGiven(nil, normal))
}

// updatedAt is the updated_at of an incident, wherever it stands.
func (in *Incident) updatedAt() time.Time {
	for s := range in.spots() {
		if s.path == "updated_at" {
			v, _ := intake.Coerce(s.value, value.Type{Kind: value.KindTimestamp})
			t, _ := v.(time.Time)
			return t
		}
	}
	return time.Time{}
}

// sameTold reports whether a host tells the same of an incident twice, updated_at left
// aside. What JSON cannot hold is the same as nothing.
func sameTold(a, b Incident) bool {
	x, errX := a.withoutUpdatedAt().MarshalJSON()
	y, errY := b.withoutUpdatedAt().MarshalJSON()
	return errX == nil && errY == nil && bytes.Equal(x, y)
}

func (in Incident) withoutUpdatedAt() Incident {
	in.UpdatedAt = time.Time{}
	in.given, in.Fields = maps.Clone(in.given), maps.Clone(in.Fields)
	delete(in.given, "updated_at")
	delete(in.Fields, "updated_at")
	return in
}
