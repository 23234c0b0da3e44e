package policy

import (
	"slices"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy/value"
)

// Field is a field of incidents: a standard one, or one that a document declares. It also describes
// a parameter of an action.
type Field struct {
	Name     string // dotted
	Type     value.Type
	About    string
	Optional bool
	Default  any      // nil: none
	OneOf    []string // every value that is allowed; nil: any
	Min, Max any
	// InvalidAbsent is set when a value that does not fit counts as missing.
	InvalidAbsent bool
	MaxItems      int      // how many items a list has at most; 0 for a field that is not a list
	Was           []string // earlier names that are still read
	Slot          int
	NonEmpty      bool // an empty text or list is absent; for id, service, and fields that are made required
	// Items are the fields of each item of a list of objects, sorted by name, with their places as
	// slots: one is id. Nil for any other field.
	Items []*Field

	nonNegative bool // for an amount or a duration
	role        bool // it names who does something

	declared *playbook.Field // nil for a standard field
}

// MaxItems is the largest number of items in a list of an incident, unless its field sets another.
const MaxItems = 1_000

// Required reports whether an incident must have the field.
func (f *Field) Required() bool { return !f.Optional && f.Default == nil }

// canBeAbsent reports whether reading the field needs a guard.
func (f *Field) canBeAbsent() bool { return f.Optional && f.Default == nil }

// StandardFields are the fields that every incident has, in the order in which
// they are documented, without paused, which is a list of times.
func StandardFields() []*Field {
	text := func(names ...string) []*Field {
		var out []*Field
		for _, n := range names {
			out = append(out, &Field{Name: n, Type: value.Type{Kind: value.KindString}, Default: ""})
		}
		return out
	}
	instant := func(names ...string) []*Field {
		var out []*Field
		for _, n := range names {
			out = append(out, &Field{Name: n, Type: value.Type{Kind: value.KindTimestamp}, Optional: true})
		}
		return out
	}
	fields := []*Field{
		{Name: "id", Type: value.Type{Kind: value.KindString}, NonEmpty: true},
		{Name: "service", Type: value.Type{Kind: value.KindString}, NonEmpty: true},
		{Name: "occurred_at", Type: value.Type{Kind: value.KindTimestamp}},
		{Name: "failure", Type: value.Type{Kind: value.KindString}, Default: ""},
		{Name: "phase", Type: value.Type{Kind: value.KindString}, Default: "failure", OneOf: []string{"failure", "signal"}},
		{Name: "severity", Type: value.Type{Kind: value.KindInt}, Default: int64(3), Min: int64(1), Max: int64(5)},
		{Name: "source", Type: value.Type{Kind: value.KindString}, Default: "complaint",
			OneOf: []string{"complaint", "survey", "monitor", "staff", "audit", "partner"}},
	}
	fields = append(fields, instant("reported_at", "responded_at", "informed_at", "resolved_at", "reopened_at", "waiting_since", "updated_at", "expected_at")...)
	fields = append(fields, text("provider", "follows", "channel", "region", "language", "cause", "remedy_sought", "summary")...)
	fields = append(fields, &Field{Name: "tags", Type: value.Type{Kind: value.KindList, Elem: value.KindString}, Default: []any{}, MaxItems: MaxItems})
	fields = append(fields, text("customer.id", "customer.name", "customer.tier", "customer.language")...)
	fields = append(fields, instant("customer.since")...)
	for i, f := range fields {
		f.Slot = i
	}
	return fields
}

// standardSlots are the slots of the fields that matching itself reads.
type standardSlots struct {
	occurredAt, phase, provider int
}

func findStandardSlots(fields []*Field) standardSlots {
	var s standardSlots
	for _, f := range fields {
		switch f.Name {
		case "occurred_at":
			s.occurredAt = f.Slot
		case "phase":
			s.phase = f.Slot
		case "provider":
			s.provider = f.Slot
		}
	}
	return s
}

// widest is a field as wide as one of several declarations takes it. Of none it is the base.
func widest(base *Field, all []*Field) *Field {
	if len(all) == 0 {
		return base
	}
	out := *all[0]
	out.OneOf = slices.Clone(out.OneOf)
	for _, f := range all[1:] {
		out.OneOf = eitherOf(out.OneOf, f.OneOf)
		out.Min, out.Max = lowest(out.Min, f.Min, 1), lowest(out.Max, f.Max, -1)
		out.NonEmpty = out.NonEmpty && f.NonEmpty
		switch {
		case f.canBeAbsent(), out.canBeAbsent():
			out.Optional, out.Default = true, nil
		case f.Default != nil && out.Default == nil:
			out.Default = f.Default
		}
	}
	return &out
}

// eitherOf are the values of both lists; nil, which is anything, if one is nil.
func eitherOf(a, b []string) []string {
	if a == nil || b == nil {
		return nil
	}
	for _, v := range b {
		if !slices.Contains(a, v) {
			a = append(a, v)
		}
	}
	return a
}

// lowest is the lower of two bounds, or the higher one with a sign of -1. Without one there is none.
func lowest(a, b any, sign int) any {
	if a == nil || b == nil {
		return nil
	}
	if n, ok := value.Compare(a, b); ok && n*sign > 0 {
		return b
	}
	return a
}

// Declared are the fields of incidents that the documents of the set declare, and the standard ones,
// by their names. Where playbooks narrow one differently, it is as wide as one of them takes it.
func (p *Program) Declared() map[string]*Field {
	out := map[string]*Field{}
	base := map[string]*Field{}
	for _, f := range p.Fields {
		out[f.Name], base[f.Name] = f, f
	}
	all := map[string][]*Field{}
	for _, b := range p.Playbooks {
		for _, f := range b.Fields {
			all[f.Name] = append(all[f.Name], f)
		}
	}
	for name, list := range all {
		if f := base[name]; f != nil && len(list) < len(p.Playbooks) {
			list = append(list, f) // a playbook does not narrow it
		}
		out[name] = widest(base[name], list)
	}
	return out
}
