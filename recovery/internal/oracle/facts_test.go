package oracle

import (
	"math/big"
	"slices"
	"strings"
	"time"

	"github.com/servicerecovery/amends/recovery"
)

// listFacts lists every fact that the playbooks in force and applying can read.
func (r *oRun) listFacts(books []*oBook) {
	read := map[*oFact]bool{}
	for _, b := range books {
		for _, p := range b.plays {
			for _, f := range p.readFacts() {
				read[f] = true
			}
		}
		for _, f := range b.limitFacts(b) {
			read[f] = true
		}
		if r.set.shared != nil {
			for _, f := range r.set.shared.limitFacts(r.set.shared) {
				read[f] = true
			}
		}
	}
	for _, doc := range r.set.docs() {
		for _, f := range doc.facts {
			if !read[f] {
				continue
			}
			name := f.name
			for _, other := range r.set.docs() {
				if other != doc && slices.ContainsFunc(other.facts, func(g *oFact) bool { return g.name == name }) {
					name = doc.id + "/" + f.name
					break
				}
			}
			v, _ := r.fact(f)
			r.out.facts = append(r.out.facts, oRead{name, show(v)})
		}
	}
}

// docs are the documents of the set, the shared one first.
func (s *oSet) docs() []*oBook {
	if s.shared == nil {
		return s.books
	}
	return append([]*oBook{s.shared}, s.books...)
}

// readFacts are the facts that a play's conditions, cases and parameters can read.
func (p *oPlay) readFacts() []*oFact {
	var out []*oFact
	add := func(n *oNode) { out = append(out, p.book.factsIn(n)...) }
	add(p.when)
	var actions func(list []*oAction)
	actions = func(list []*oAction) {
		for _, a := range list {
			for _, n := range []*oNode{a.amount, a.from, a.to, a.points} {
				add(n)
			}
			actions(a.ifLate)
		}
	}
	actions(p.do)
	actions(p.tooLate)
	actions(p.otherwise)
	for _, c := range p.cases {
		add(c.when)
		actions(c.do)
	}
	if p.discretion != nil {
		actions(p.discretion.options)
	}
	if p.approach == "partner-substitute" {
		for _, c := range p.book.visible() {
			for _, d := range []*oDirection{c.outbound, c.inbound} {
				if d != nil && (p.partners == nil || slices.Contains(p.partners, c.id)) {
					add(d.covers)
				}
			}
		}
	}
	return out
}

func (b *oBook) limitFacts(doc *oBook) []*oFact {
	var out []*oFact
	for _, l := range doc.limits {
		out = append(out, b.factsIn(l.atMost)...)
		if l.counting != nil {
			out = append(out, l.counting)
		}
	}
	return out
}

// factsIn follows an expression through terms and tables.
func (b *oBook) factsIn(n *oNode) []*oFact {
	var out []*oFact
	n.walk(func(name string) {
		first, rest, _ := strings.Cut(name, ".")
		switch first {
		case "facts":
			out = append(out, b.fact(rest))
		case "terms":
			out = append(out, b.factsIn(b.term(rest).cond)...)
		case "tables":
			table, _, _ := strings.Cut(rest, ".")
			out = append(out, b.factsIn(b.table(table).by)...)
		}
	})
	return out
}

// fact counts over what the other incidents were given. It is false when a field of the key is
// empty here: strangers are not one customer. Incidents count by when they occurred, actions and
// amounts by when they were given (rule 19), unless the fact says otherwise.
func (r *oRun) fact(f *oFact) (any, bool) {
	count, sum := int64(0), oExact{new(big.Rat), f.currency}
	var values []any
	result := func() any {
		if f.kind != "" {
			return f.addUp(values)
		}
		if f.sum != "" {
			return sum
		}
		return count
	}
	for _, path := range f.same {
		if r.in.key(path) == "" {
			return result(), false
		}
	}
	start := f.start(r.now)
	for id, l := range r.world.lives {
		in := l.latest().in
		if id == r.in.text("id") || slices.ContainsFunc(f.same, func(path string) bool { return in.key(path) != r.in.key(path) }) {
			continue
		}
		occurred, _ := in.time("occurred_at")
		if f.count == "incidents" || f.occurred || f.kind != "" {
			if occurred.Before(start) {
				continue
			}
		}
		if f.count == "incidents" {
			count++
			continue
		}
		if f.kind != "" {
			values = append(values, in.fields[strings.TrimPrefix(f.sum, "incident.")])
			continue
		}
		for _, a := range append(l.given(), proposedActs(l.proposed)...) {
			if a.typ == f.count && (f.occurred || !a.given.Before(start)) {
				count++
			}
			if a.typ != f.sum || a.amount == nil || a.amount.Currency() != f.currency {
				continue
			}
			for _, p := range l.parts(a) {
				if f.occurred || !p.at.Before(start) {
					sum.rat.Add(sum.rat, p.amount.Rat())
				}
			}
		}
	}
	return result(), true
}

// oPart is a part of an amount, and when it was given.
type oPart struct {
	amount recovery.Money
	at     time.Time
}

// parts are what an amount has risen by, and when. What it fell by is taken off the last rise.
func (l *oLife) parts(of *oAct) (parts []oPart) {
	for _, m := range l.all {
		for _, a := range m.acts() {
			if a.key != of.key || a.change == "cancelled" || a.amount.Currency() != of.amount.Currency() {
				continue
			}
			at := a.given
			if len(parts) > 0 {
				at = m.at()
			}
			parts = raise(parts, *a.amount, at)
		}
	}
	return raise(parts, *of.amount, of.given) // a choice may have been cut since
}

func raise(parts []oPart, to recovery.Money, at time.Time) []oPart {
	rise := to
	for _, p := range parts {
		rise = minus(rise, p.amount)
	}
	if rise.Sign() > 0 {
		return append(parts, oPart{rise, at})
	}
	for rise.Sign() < 0 {
		last := &parts[len(parts)-1]
		if sum := plus(last.amount, rise); sum.Sign() > 0 {
			last.amount = sum
			break
		} else {
			rise, parts = sum, parts[:len(parts)-1]
		}
	}
	return parts
}

func (m oMoment) at() time.Time {
	if m.made != nil {
		return m.made.at
	}
	return m.decision.at
}

// start of the window of a fact.
func (f *oFact) start(now time.Time) time.Time {
	local := now.In(f.book.location())
	switch f.last {
	case "month":
		return time.Date(local.Year(), local.Month(), 1, 0, 0, 0, 0, local.Location())
	case "year":
		return time.Date(local.Year(), 1, 1, 0, 0, 0, 0, local.Location())
	}
	s := spanOf(f.last) // days are those of the calendar
	return calendarDays(now, oSpan{days: -s.days, months: -s.months}, f.book.location()).Add(-s.rest)
}

// key is the text of a field that incidents are counted by.
func (in *oIncident) key(path string) string {
	v, ok := in.fields[path]
	if !ok {
		return ""
	}
	return show(v)
}
