package diff

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy/value"
)

// definition starts the thing of a definition; its name tells its kind.
func definition(kind string, what What, name playbook.Text, at playbook.Range) *thing {
	if at.IsZero() {
		at = name.Range
	}
	return &thing{name: kind + " " + name.Value, what: what, shown: name.Value, at: at}
}

// field builds the declaration of a field of incidents.
func field(f *playbook.Field) *thing {
	t := definition("field", WhatField, f.Name, f.Range)
	declaration(t, f)
	t.shown = describe(f)
	return t
}

// declaration adds what a field or a parameter is declared as.
func declaration(t *thing, f *playbook.Field) {
	typ := typeName(f.Type)
	elem := strings.Trim(typ, "[]")
	if f.Type.IsSet() {
		t.add(fixed("type", t.what, typ, f.Type.Range))
	}
	t.add(flag("optional", t.what, f.Optional.Value == "true", f.Range), flag("required", t.what, f.Required.Value == "true", f.Range))
	if f.Default.IsSet() {
		t.add(fieldDefault(t.what, elem, f))
	}
	if f.OneOf != nil {
		t.add(set("one_of", t.what, f.OneOf, f.Range))
	}
	for _, end := range []struct {
		name string
		text playbook.Text
	}{{"min", f.Min}, {"max", f.Max}} {
		if end.text.IsSet() {
			t.add(typed(cmp.Or(elem, "int"), end.name, t.what, end.text))
		}
	}
	t.add(optional(f.MaxItems, plain, "max_items", t.what))
	t.add(optional(f.Invalid, plain, "invalid", t.what))
	t.add(optional(f.Currency, plain, "currency", t.what))
	if f.Was != nil {
		t.add(set("was", t.what, f.Was, f.Range))
	}
	for _, item := range f.Items {
		one := &thing{name: "items " + item.Name.Value, what: t.what, at: item.Range, shown: describe(item)}
		declaration(one, item)
		t.add(one)
	}
}

func fieldDefault(what What, elem string, f *playbook.Field) *thing {
	if f.Default.Kind == playbook.List {
		return list("default", what, elem, f.Default, false)
	}
	t := plain("default", what, f.Default.Text)
	if v, ok := literal(elem, f.Default.Text); ok {
		t.value = v
	} else if elem == "" {
		t.value = guess(f.Default.Text)
	}
	if t.shown == "" {
		t.shown = `""`
	}
	return t
}

// describe writes a field in one line.
func describe(f *playbook.Field) string {
	out := []string{cmp.Or(typeName(f.Type), "as it was")}
	if f.IsItems {
		out[0] = "a list of items"
	}
	switch {
	case f.Optional.Value == "true":
		out = append(out, "optional")
	case f.Required.Value == "true" || f.Type.IsSet() && !f.Default.IsSet():
		out = append(out, "required")
	}
	if f.Default.Kind == playbook.Scalar {
		out = append(out, "default "+cmp.Or(f.Default.Text.Value, `""`))
	}
	return strings.Join(out, ", ")
}

// fact builds what earlier decisions are asked.
func fact(f *playbook.Fact) *thing {
	t := definition("fact", WhatFact, f.Name, f.Range)
	t.add(optional(f.Count, plain, "count", WhatFact), optional(f.Sum, plain, "sum", WhatFact))
	for _, counted := range []playbook.Text{f.Count, f.Sum} {
		if field, isField := strings.CutPrefix(counted.Value, "incident."); isField {
			t.reads = append(t.reads, "field "+field)
		} else if counted.IsSet() {
			t.reads = append(t.reads, "action "+counted.Value)
		}
	}
	same := set("same", WhatFact, f.Same, f.Range)
	for _, s := range f.Same {
		same.reads = append(same.reads, "field "+s.Value)
	}
	t.add(same)
	last := typed(typeSpan, "last", WhatFact, f.Last)
	t.add(last, optional(f.Currency, plain, "currency", WhatFact))
	by := "given"
	if f.Count.Value == "incidents" || f.SumsField() {
		by = "occurred"
	}
	t.add(withDefault("by", WhatFact, f.By, by, f.Range))
	t.shown = cmp.Or(f.Count.Value, f.Sum.Value) + ", last " + last.shown
	return t
}

func termOf(d *playbook.Term) *thing {
	t := expression("term "+d.Name.Value, WhatTerm, d.Expr)
	return t
}

// table builds a table row by row. A row that names several values counts as one
// for each: how they are grouped means nothing.
func table(d *playbook.Table) *thing {
	t := definition("table", WhatTable, d.Name, d.Range)
	if len(d.Keys) > 0 {
		keyed(t, d)
		return t
	}
	t.add(expression("by", WhatTable, d.By))
	for _, r := range d.Rows {
		switch {
		case r.Otherwise:
			t.add(row(d.Name.Value, "otherwise", "otherwise", r))
		case r.From.IsSet():
			t.add(row(d.Name.Value, "from "+bare(guess(r.From)), "from "+r.From.Value, r))
		case r.Above.IsSet():
			t.add(row(d.Name.Value, "above "+bare(guess(r.Above)), "above "+r.Above.Value, r))
		}
		for _, v := range r.Is {
			t.add(row(d.Name.Value, "is "+bare(guess(v)), "is "+v.Value, r))
		}
	}
	return t
}

// keyed adds the keys and rows of a table with several keys. Where the first row that fits is taken,
// the order of the rows means something.
func keyed(t *thing, d *playbook.Table) {
	by := &thing{name: "by", what: WhatTable, at: d.Range}
	for _, k := range d.Keys {
		by.add(expression(k.Name.Value, WhatTable, k.Expr))
	}
	rows := &thing{name: "rows", what: WhatTable, at: d.Range, ordered: d.Hit.Value != "unique"}
	seen := map[string]int{}
	for _, r := range d.Rows {
		key := "otherwise"
		if !r.Otherwise {
			key = keyOf(d, r)
		}
		if seen[key]++; seen[key] > 1 {
			key += " (" + strconv.Itoa(seen[key]) + ")" // a row that is never found
		}
		rows.add(row(d.Name.Value, key, r.Label(), r))
	}
	t.add(by, withDefault("hit", WhatTable, d.Hit, "first", d.Range), rows)
}

// keyOf says what a row is for, however it is written: the order of its keys and of the values of a
// list means nothing.
func keyOf(d *playbook.Table, r *playbook.Row) string {
	var out []string
	for _, k := range d.Keys {
		for _, said := range r.Keys {
			if said.Name.Value != k.Name.Value {
				continue
			}
			words := []string{k.Name.Value}
			for _, end := range []struct {
				word string
				at   playbook.Text
			}{{"from", said.From}, {"above", said.Above}, {"upto", said.Upto}, {"below", said.Below}} {
				if end.at.IsSet() {
					words = append(words, end.word, bare(guess(end.at)))
				}
			}
			var list []string
			for _, v := range said.Is {
				list = append(list, bare(guess(v)))
			}
			slices.Sort(list)
			out = append(out, strings.Join(append(words, strings.Join(list, " or ")), " "))
		}
	}
	return strings.Join(out, ", ")
}

// row is known by what it is for, and shown as it is written.
func row(table, key, name string, r *playbook.Row) *thing {
	t := &thing{name: key, what: WhatRow, at: r.Range}
	var cells []string
	for _, c := range r.Columns {
		leaf := cell(c.Key.Value, WhatRow, c.Value.Text)
		leaf.column = columnName(table, c.Key.Value)
		t.add(leaf)
		cells = append(cells, c.Key.Value+": "+leaf.shown)
	}
	t.shown = name + ": " + strings.Join(cells, ", ")
	return t
}

// message builds a message by language. The first language is for customers
// whose own is not there; the order of the others means nothing.
func message(d *playbook.Message) *thing {
	t := definition("message", WhatMessage, d.Name, playbook.Range{})
	for i, m := range d.Texts {
		if i == 0 {
			t.add(&thing{name: "default language", what: WhatMessage, value: strings.ToLower(m.Language.Value), shown: m.Language.Value, at: m.Language.Range})
			t.shown = m.Language.Value + ": " + shown(m.Text.Value)
		}
		t.add(words(strings.ToLower(m.Language.Value), WhatMessage, m.Text))
	}
	return t
}

// partner builds a partner and the agreement with it.
func partner(p *playbook.Partner) *thing {
	t := definition("partner", WhatPartner, p.ID, p.Range)
	t.add(optional(p.Name, plain, "name", WhatPartner), optional(p.Zone, plain, "zone", WhatPartner))
	if a := p.Agreement; a != nil {
		agreement := &thing{name: "agreement", what: WhatAgreement, at: a.Range}
		agreement.add(plain("ref", WhatAgreement, a.Ref), plain("from", WhatAgreement, a.From), plain("until", WhatAgreement, a.Until))
		agreement.shown = shown(a.Ref.Value + ", " + a.From.Value + " to " + a.Until.Value)
		t.add(agreement)
		t.shown += ", agreement " + agreement.shown
	}
	t.add(direction("outbound", p.Outbound), direction("inbound", p.Inbound))
	return t
}

func direction(name string, d *playbook.Direction) *thing {
	if d == nil {
		return nil
	}
	t := &thing{name: name, what: WhatPartner, at: d.Range, shown: name}
	if d.Covers.IsSet() {
		t.add(expression("covers", WhatPartner, d.Covers))
	} else {
		t.add(fixed("covers", WhatPartner, "true", d.Range))
	}
	capacity := fixed("capacity", WhatPartner, "no bound", d.Range)
	if d.Units.IsSet() {
		capacity = fixed("capacity", WhatPartner, strings.TrimLeft(d.Units.Value, "0+")+" per "+d.Per.Value, d.Units.Range)
	}
	cost := fixed("cost", WhatPartner, "none", d.Range)
	if d.Cost.IsSet() {
		cost = typed(typeMoney, "cost", WhatPartner, d.Cost)
	}
	rank := fixed("rank", WhatPartner, "0", d.Range)
	if d.Rank.IsSet() {
		rank = typed("int", "rank", WhatPartner, d.Rank)
	}
	t.add(capacity, cost, rank)
	return t
}

// actionType builds the declaration of an action of the team's own. Decisions
// list parameters in the order in which they are declared.
func actionType(a *playbook.ActionType) *thing {
	t := definition("action", WhatActionType, a.Name, a.Range)
	params := &thing{name: "params", what: WhatActionType, ordered: true, at: a.Range}
	for _, f := range a.Params {
		p := &thing{name: f.Name.Value, what: WhatActionType, at: f.Range, shown: f.Name.Value + ": " + describe(f)}
		declaration(p, f)
		params.add(p)
	}
	t.add(params, flag("once", WhatActionType, a.Once, a.Range))
	if len(a.Sets) > 0 {
		t.add(set("sets", WhatActionType, a.Sets, a.Range))
	}
	return t
}

// limits builds the limits, which run in the order written.
func limits(list []*playbook.Limit, at playbook.Range) *thing {
	t := &thing{name: "limits", what: WhatLimit, ordered: true, at: at}
	for _, l := range list {
		t.add(limit(l))
	}
	return t
}

// limit is known by what it limits and how.
func limit(l *playbook.Limit) *thing {
	of := set("of", WhatLimit, l.Of, l.Range)
	if l.Per.IsSet() {
		of.value += " per " + l.Per.Value
	}
	t := &thing{what: WhatLimit, at: l.Range}
	for _, o := range l.Of {
		t.reads = append(t.reads, "action "+o.Value)
	}
	if l.Keep.IsSet() {
		t.name, t.shown = of.value+" keep", of.value+": keep the "+l.Keep.Value
		t.add(plain("keep", WhatLimit, l.Keep))
		return t
	}
	t.name = of.value + " at most"
	var most, counting []string
	for i, text := range l.AtMost {
		name := "at_most"
		if m, err := value.ParseMoney(text.Value); i > 0 && err == nil {
			name += " in " + m.Currency()
		} else if i > 0 {
			name += " " + strconv.Itoa(i+1)
		}
		most = append(most, folded(text.Value))
		t.add(typed(typeMoney, name, WhatLimit, text))
	}
	t.shown = of.value + ": at most " + strings.Join(most, ", ")
	for _, f := range l.Counting {
		counting = append(counting, f.Value)
		t.reads = append(t.reads, "fact "+f.Value)
	}
	if len(counting) > 0 {
		text := ", counting " + strings.Join(counting, ", ")
		t.name, t.shown = t.name+text, t.shown+text
	}
	t.add(optional(l.When, expression, "when", WhatCondition))
	t.add(withDefault("over", WhatLimit, l.Over, "cut", l.Range), optional(l.To, words, "to", WhatLimit))
	return t
}

// sharedLimits are the limits of all shared documents, in the order of the files.
func sharedLimits(docs []*playbook.Document) *thing {
	var all []*playbook.Limit
	var at playbook.Range
	for _, d := range docs {
		if len(d.Limits) > 0 && at.IsZero() {
			at = d.Range
		}
		all = slices.Concat(all, d.Limits)
	}
	return limits(all, at)
}

// guarantees builds the guarantees. Nothing is decided by them; that one is dropped, or says less, is a
// change all the same.
func guarantees(list []*playbook.Guarantee, at playbook.Range) *thing {
	t := &thing{name: "guarantees", what: WhatGuarantee, at: at}
	for _, g := range list {
		t.add(guarantee(g))
	}
	return t
}

func guarantee(g *playbook.Guarantee) *thing {
	t := &thing{name: g.ID.Value, what: WhatGuarantee, at: g.Range}
	var said []string
	list := func(name string, texts []playbook.Text) {
		if len(texts) > 0 {
			p := set(name, WhatGuarantee, texts, g.Range)
			said = append(said, name+": "+p.shown)
			t.add(p)
		}
	}
	one := func(name string, text playbook.Text) {
		if text.IsSet() {
			said = append(said, name+": "+shown(text.Value))
			t.add(plain(name, WhatGuarantee, text))
		}
	}
	t.add(optional(g.For, expression, "for", WhatGuarantee))
	list("gives", g.Gives)
	one("within", g.Within)
	one("calendar", g.Calendar)
	list("never", g.Never)
	one("when_grows", g.WhenGrows)
	list("never_less", g.NeverLess)
	list("regardless_of", g.RegardlessOf)
	list("same", g.Same)
	list("of", g.Of)
	list("at_most", g.AtMost)
	t.shown = strings.Join(said, ", ")
	return t
}

// sharedGuarantees are those of all shared documents.
func sharedGuarantees(docs []*playbook.Document) *thing {
	var all []*playbook.Guarantee
	var at playbook.Range
	for _, d := range docs {
		if len(d.Guarantees) > 0 && at.IsZero() {
			at = d.Range
		}
		all = slices.Concat(all, d.Guarantees)
	}
	return guarantees(all, at)
}
