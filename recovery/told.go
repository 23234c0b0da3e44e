package recovery

import (
	"bytes"
	"maps"
	"strings"
	"time"

	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/recovery/internal/intake"
)

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

func (in *Incident) has(path string) bool {
	for s := range in.spots() {
		if s.path == path && !intake.IsAbsent(s.value) {
			return true
		}
	}
	return false
}

// nest stores a field as JSON would: what is dotted stands in objects, where nothing else
// stands in their way.
func (in *Incident) nest(path string, v any) {
	if in.place(path) != nil || isCustomers(path) || !strings.Contains(path, ".") {
		in.put(path, v)
		return
	}
	if in.Fields == nil {
		in.Fields = map[string]any{}
	}
	m, rest := in.Fields, path
	for {
		name, after, more := strings.Cut(rest, ".")
		if !more {
			m[name] = v
			return
		}
		inner, isObject := m[name].(map[string]any)
		if _, taken := m[name]; taken && !isObject {
			in.put(path, v)
			return
		}
		if !isObject {
			inner = map[string]any{}
			m[name] = inner
		}
		m, rest = inner, after
	}
}

// spot is one of the places in which an incident may have a field: the struct, a dotted
// name, objects.
type spot struct {
	path  string
	value any
	drop  func()
}

// spots goes through everything that an incident has, in one order.
func (in *Incident) spots() func(yield func(spot) bool) {
	return func(yield func(spot) bool) {
		for i := range standard {
			path, place := standard[i].path, standard[i].place(in)
			v := in.standard(path, place)
			if v != nil && !yield(spot{path, v, func() { fill(place, nil); delete(in.given, path) }}) {
				return
			}
		}
		inFields(in.Fields, "", func() {}, yield)
	}
}

// inFields goes through an object. When its last member is dropped, emptied is called.
func inFields(fields map[string]any, prefix string, emptied func(), yield func(spot) bool) bool {
	for _, name := range intake.SortedKeys(fields) {
		v := fields[name]
		drop := func() {
			if delete(fields, name); len(fields) == 0 {
				emptied()
			}
		}
		if inner, isObject := v.(map[string]any); isObject && len(inner) > 0 && !isAmount(inner) {
			if !inFields(inner, prefix+name+".", drop, yield) {
				return false
			}
			continue
		}
		if !yield(spot{prefix + name, v, drop}) {
			return false
		}
	}
	return true
}

// isAmount reports whether an object is an amount, as JSON has it.
func isAmount(m map[string]any) bool {
	_, number := m["value"].(string)
	_, currency := m["currency"].(string)
	return number && currency && len(m) == 2
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
