package diff

import (
	"cmp"
	"slices"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy/value"
)

// meaning is what a set means, in the form in which it is compared.
type meaning struct {
	shared    *thing
	playbooks []*book // by id
}

// book is the meaning of one playbook.
type book struct {
	id    string
	own   *thing   // its settings, definitions and limits
	plays []*thing // in the order of the file
	at    playbook.Range
}

// builder builds the meaning of one playbook's parts.
type builder struct {
	doc         *playbook.Document
	actionTypes map[string]*playbook.ActionType
	// everywhere is what each play of the playbook reads, wherever it stands.
	everywhere []string
}

func meaningOf(set *playbook.Set) meaning {
	var shared, books, maps []*playbook.Document
	for _, d := range set.Documents {
		switch d.Kind {
		case playbook.Shared:
			shared = append(shared, d)
		case playbook.PayloadMap:
			maps = append(maps, d)
		default:
			books = append(books, d)
		}
	}
	slices.SortStableFunc(books, func(a, b *playbook.Document) int { return cmp.Compare(a.ID.Value, b.ID.Value) })
	m := meaning{shared: sharedThing(shared)}
	for _, d := range maps {
		m.shared.add(mapThing(d))
	}
	for _, d := range books {
		m.playbooks = append(m.playbooks, bookOf(d, shared))
	}
	return m
}

// sharedThing joins the shared documents: which of them holds a definition means
// nothing.
func sharedThing(docs []*playbook.Document) *thing {
	t := &thing{}
	t.add(zone(docs...))
	t.add(yearStarts(docs...))
	t.add(rounding(docs...))
	for _, d := range docs {
		t.add(definitions(d, "")...)
	}
	t.add(sharedLimits(docs), sharedGuarantees(docs))
	t.add(roles(docs)...)
	return t
}

// roles are all that there are, where shared documents say so. Which of them says it means nothing, and
// neither does their order, or what is said about them.
func roles(docs []*playbook.Document) (out []*thing) {
	for _, d := range docs {
		for _, r := range d.Roles {
			out = append(out, fixed("role "+r.Name.Value, WhatRole, r.Name.Value, r.Name.Range))
		}
	}
	return out
}

// zone is the zone that the last of some documents names, else UTC.
func zone(docs ...*playbook.Document) *thing {
	t := fixed("zone", WhatZone, "UTC", playbook.Range{})
	t.inherited = true
	for _, d := range docs {
		if d.Zone.IsSet() {
			t = plain("zone", WhatZone, d.Zone)
		}
	}
	return t
}

// yearStarts is the day on which the years of a playbook's facts start: that of the last of some
// documents, else 1 January.
func yearStarts(docs ...*playbook.Document) *thing {
	t := fixed("year_starts", WhatYearStarts, "01-01", playbook.Range{})
	t.inherited = true
	for _, d := range docs {
		if d.YearStarts.IsSet() {
			t = plain("year_starts", WhatYearStarts, d.YearStarts)
		}
	}
	return t
}

// rounding is how the amounts of a playbook are rounded: as the last of some documents says.
func rounding(docs ...*playbook.Document) *thing {
	t := fixed("rounding", WhatRounding, string(value.RoundHalfEven), playbook.Range{})
	t.inherited = true
	for _, d := range docs {
		if d.Rounding.IsSet() {
			t = plain("rounding", WhatRounding, d.Rounding)
		}
	}
	return t
}

func bookOf(d *playbook.Document, shared []*playbook.Document) *book {
	b := &builder{doc: d, actionTypes: map[string]*playbook.ActionType{}}
	for _, x := range append(slices.Clone(shared), d) {
		for _, a := range x.Actions {
			b.actionTypes[a.Name.Value] = a
		}
	}
	own := &thing{at: d.Range, shown: cmp.Or(d.Title.Value, d.ID.Value)}
	own.add(b.settings(shared)...)
	own.add(definitions(d, own.part("zone").value)...)
	own.add(limits(d.Limits, d.Range), guarantees(d.Guarantees, d.Range))
	for _, p := range []*thing{own.part("applies"), own.part("limits")} {
		p.visit(func(x *thing) { b.everywhere = append(b.everywhere, x.reads...) })
	}
	out := &book{id: d.ID.Value, own: own, at: d.Range}
	for _, p := range d.Plays {
		out.plays = append(out.plays, b.play(p))
	}
	return out
}

// settings are the playbook's own keys. Title and about enter no decision.
func (b *builder) settings(shared []*playbook.Document) []*thing {
	d := b.doc
	in := zone(append(slices.Clone(shared), d)...)
	in.inherited = !d.Zone.IsSet()
	applies := fixed("applies", WhatApplies, "true", d.Range)
	if d.Applies.IsSet() {
		applies = expression("applies", WhatApplies, d.Applies)
	}
	year := yearStarts(append(slices.Clone(shared), d)...)
	year.inherited = !d.YearStarts.IsSet()
	round := rounding(append(slices.Clone(shared), d)...)
	round.inherited = !d.Rounding.IsSet()
	return []*thing{
		in, year, round, applies,
		withDefault("matches", WhatMatches, d.Matches, "all", d.Range),
		period("in_force", d.InForce, d.Range),
		optional(d.ReviewBy, plain, "review_by", WhatReviewBy),
		optional(d.Again, duration, "again", WhatAgain),
		optional(d.Owner, plain, "owner", WhatOwner),
	}
}

// definitions are what a document declares for expressions and actions to use.
func definitions(d *playbook.Document, zone string) []*thing {
	return slices.Concat(
		each(d.Fields, field), each(d.Facts, fact), each(d.Terms, termOf), each(d.Tables, table),
		each(d.Calendars, func(c *playbook.Calendar) *thing { return calendar(c, zone) }),
		each(d.Messages, message), each(d.Partners, partner), each(d.Actions, actionType),
	)
}

func each[T any](list []T, build func(T) *thing) []*thing {
	out := make([]*thing, len(list))
	for i, x := range list {
		out[i] = build(x)
	}
	return out
}
