package oracle

import (
	"slices"
	"strings"
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
