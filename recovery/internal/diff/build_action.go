package diff

import (
	"slices"
	"strings"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy"
)

// actions builds a list of actions. Its order is that in which decisions list
// them and limits cut them.
func (b *builder) actions(name string, what What, list []*playbook.Action, at playbook.Range) *thing {
	t := &thing{name: name, what: what, ordered: true, at: at}
	for _, a := range list {
		t.add(b.action(a, false))
	}
	t.shown = summary(t.parts)
	return t
}

// summary names parts in one line.
func summary(parts []*thing) string {
	var out []string
	for _, p := range parts {
		out = append(out, p.shown)
	}
	if len(out) == 0 {
		return "nothing"
	}
	return strings.Join(out, "; ")
}

// action builds an action, or an option of a choice.
func (b *builder) action(a *playbook.Action, option bool) *thing {
	t := &thing{name: a.Type.Value, what: WhatAction, at: a.Range, reads: []string{"action " + a.Type.Value}}
	if option {
		t.what = WhatOption
	}
	if a.ID.IsSet() {
		t.name += "." + a.ID.Value
	}
	for _, e := range a.Params {
		t.add(b.param(a.Type.Value, e, option))
	}
	b.defaults(t, a)
	t.add(optional(a.Before, before, "before", WhatDeadline), optional(a.Every, duration, "every", WhatDeadline))
	t.shown = line(t)
	b.common(t, a)
	return t
}

// common adds what every action takes.
func (b *builder) common(t *thing, a *playbook.Action) {
	deadline := func(name string, s playbook.Text) {
		if s.IsSet() {
			t.add(typed(typeSpan, name, WhatDeadline, s))
		}
	}
	deadline("within", a.Within)
	deadline("after", a.After)
	t.add(optional(a.Ends, plain, "ends", WhatDeadline))
	t.add(refer("since", WhatDeadline, "field", a.Since), calendarOf(a.Calendar))
	t.add(flag("pauses", WhatDeadline, a.Pauses, a.Range))
	t.add(optional(a.Owner, words, "owner", WhatOwner), optional(a.Note, words, "note", WhatNote))
	t.add(refer("message", WhatMessageUse, "message", a.Message))
	if len(a.Remind) > 0 {
		t.add(b.actions("remind", WhatAction, a.Remind, a.Range))
	}
	if len(a.IfLate) > 0 {
		t.add(b.actions("if_late", WhatAction, a.IfLate, a.Range))
	}
}

// before is how long ahead of a deadline a reminder is owed.
func before(name string, what What, t playbook.Text) *thing {
	if strings.HasSuffix(strings.TrimSpace(t.Value), "%") {
		return typed(typePercent, name, what, t)
	}
	return duration(name, what, t)
}

// calendarOf is a calendar by its name, or the expression that picks one.
func calendarOf(t playbook.Text) *thing {
	if t.Picks() {
		return expression("calendar", WhatDeadline, t)
	}
	return refer("calendar", WhatDeadline, "calendar", t)
}

// refer is a leaf that names a definition.
func refer(name string, what What, kind string, t playbook.Text) *thing {
	if !t.IsSet() {
		return nil
	}
	leaf := plain(name, what, t)
	leaf.reads = []string{kind + " " + leaf.value}
	return leaf
}

// flag is a leaf that is yes or no; no is the default and is not told from
// nothing.
func flag(name string, what What, on bool, at playbook.Range) *thing {
	text := "no"
	if on {
		text = "yes"
	}
	return fixed(name, what, text, at)
}

// line writes an action with its parameters.
func line(t *thing) string {
	var out []string
	for _, p := range t.parts {
		out = append(out, p.name+": "+p.shown)
	}
	if len(out) == 0 {
		return t.name
	}
	return t.name + " (" + strings.Join(out, ", ") + ")"
}

// param builds a parameter: one value, a list, or in an option a range.
func (b *builder) param(action string, e playbook.Entry, option bool) *thing {
	name := e.Key.Value
	typ := b.paramType(action, name)
	elem, isList := strings.CutPrefix(typ, "[")
	elem = strings.TrimSuffix(elem, "]")
	what := whatOf(name, elem)
	if action == policy.ActionInform && name == "every" {
		elem = typeSpan
	}
	switch e.Value.Kind {
	case playbook.Scalar:
		if option && elem == typeMoney && !isList {
			one := typed(elem, name, WhatRange, e.Value.Text)
			one.value = one.value + ".." + one.value
			return one
		}
		return typed(elem, name, what, e.Value.Text)
	case playbook.Mapping:
		return moneyRange(name, e.Value)
	}
	return list(name, what, elem, e.Value, option && !isList)
}

// whatOf is the kind of change that another value of a parameter is.
func whatOf(name, typ string) What {
	switch {
	case typ == typeMoney:
		return WhatAmount
	case name == "every":
		return WhatDeadline
	}
	return WhatParameter
}

// moneyRange builds {from, to} of an option.
func moneyRange(name string, v playbook.Value) *thing {
	t := &thing{name: name, what: WhatRange, at: v.Range}
	ends := map[string]*thing{}
	for _, e := range v.Entries {
		ends[e.Key.Value] = typed(typeMoney, e.Key.Value, WhatRange, e.Value.Text)
	}
	from, to := ends["from"], ends["to"]
	if from == nil || to == nil {
		return t
	}
	t.value, t.shown = from.value+".."+to.value, from.shown+" to "+to.shown
	t.reads = slices.Concat(from.reads, to.reads)
	return t
}

// list builds a list of values. What may be chosen has no order.
func list(name string, what What, typ string, v playbook.Value, choice bool) *thing {
	t := &thing{name: name, what: what, at: v.Range}
	var values, texts []string
	for _, item := range v.Items {
		leaf := typed(typ, name, what, item.Text)
		if item.Kind != playbook.Scalar {
			leaf = list(name, what, typ, item, false)
		}
		values, texts = append(values, leaf.value), append(texts, leaf.shown)
		t.reads = append(t.reads, leaf.reads...)
	}
	if choice {
		slices.Sort(values)
		values = slices.Compact(values)
	}
	t.value, t.shown = "["+strings.Join(values, "\x02")+"]", "["+strings.Join(texts, ", ")+"]"
	return t
}

// paramType is the type of a parameter, as a declaration would write it.
func (b *builder) paramType(action, name string) string {
	if f := b.declaredParam(action, name); f != nil {
		return typeName(f.Type)
	}
	for _, f := range builtinParams(action) {
		if f.Name == name {
			return f.Type.String()
		}
	}
	return typeString
}

// builtinParams are the parameters of an action of the format; none of any other.
func builtinParams(action string) []*policy.Field {
	if t := policy.BuiltinAction(action); t != nil {
		return t.Params
	}
	return nil
}

func (b *builder) declaredParam(action, name string) *playbook.Field {
	a := b.actionTypes[action]
	if a == nil {
		return nil
	}
	i := slices.IndexFunc(a.Params, func(f *playbook.Field) bool { return f.Name.Value == name })
	if i < 0 {
		return nil
	}
	return a.Params[i]
}

// defaults adds what the parameters are that were left out, so that writing a
// default out is no change.
func (b *builder) defaults(t *thing, a *playbook.Action) {
	for _, f := range builtinParams(a.Type.Value) {
		if otherwise, ok := f.Default.(string); ok && t.part(f.Name) == nil {
			t.add(fixed(f.Name, WhatParameter, otherwise, a.Range))
		}
	}
	declared := b.actionTypes[a.Type.Value]
	if declared == nil {
		return
	}
	for _, f := range declared.Params {
		if t.part(f.Name.Value) == nil && f.Default.IsSet() {
			p := b.param(a.Type.Value, playbook.Entry{Key: f.Name, Value: f.Default}, false)
			p.inherited, p.at = true, a.Range
			t.add(p)
		}
	}
}

// typeName is the name of a type; list types stand in brackets, however they
// were written.
func typeName(t playbook.Text) string { return strings.ReplaceAll(t.Value, " ", "") }
