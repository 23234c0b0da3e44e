package recovery

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"time"
)

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
		out.mark = &Mark{Incident: prev.Decision.Incident, UpdatedAt: updated}
	}
	return out
}

// seenAt is the time that an updated_at counts as: one in the future as now.
func seenAt(updated, now time.Time) time.Time {
	if updated.After(now) {
		updated = now
	}
	return updated.Truncate(time.Microsecond)
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
