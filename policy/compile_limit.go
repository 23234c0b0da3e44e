package policy

import (
	"maps"
	"slices"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy/value"
)

// compileLimits compiles the limits of the scope's own documents, in order.
func (s *scope) compileLimits() []*Limit {
	docs := s.docs
	if s.doc != nil {
		docs = []*playbook.Document{s.doc}
	}
	var out []*Limit
	for _, d := range docs {
		for _, l := range d.Limits {
			out = append(out, s.limit(l))
		}
	}
	return out
}

func (s *scope) limit(d *playbook.Limit) *Limit {
	before := s.reads
	s.reads = map[int]bool{}
	l := &Limit{Keep: d.Keep.IsSet(), Scope: s.playbook, Position: d.Range}
	for _, of := range d.Of {
		t := s.actionType(of, true)
		switch {
		case t == nil:
		case t.Name == "substitute":
			s.errorf(of.Range, "no-amount", "", "limits do not touch `substitute`, whose amount is a cost and no redress")
		case t.amount() == nil:
			s.errorf(of.Range, "no-amount", "", "`%s` has no amount that could be limited", t.Name)
		case slices.Contains(l.Of, t.Name):
			s.errorf(of.Range, "duplicate-value", "", "`%s` is listed twice", t.Name)
		default:
			l.Of = append(l.Of, t.Name)
		}
	}
	if d.AtMost.IsSet() {
		s.cap(l, d)
	}
	l.Facts = sortedKeys(s.reads)
	if before != nil {
		maps.Copy(before, s.reads)
	}
	s.reads = before
	return l
}

func (s *scope) cap(l *Limit, d *playbook.Limit) {
	spec := &Field{Name: "at_most", Type: value.Type{Kind: value.KindMoney}}
	known := s.assumed
	l.AtMost = s.typedParam(spec, d.AtMost, known)
	if l.AtMost != nil && l.AtMost.fixed {
		if m, ok := l.AtMost.constant.(value.Money); ok && m.Sign() < 0 {
			s.errorf(d.AtMost.Range, "out-of-range", "", "`at_most` is %s, and must be zero or more", m)
		}
	}
	if d.Counting.IsSet() {
		s.counting(l, d)
	}
	if d.Over.Value == "escalate" && d.To.IsSet() {
		l.Escalate = s.text(d.To, false)
		s.notEmpty("to", d.To)
		s.check(l.Escalate, s.assumed, "")
	}
}

func (s *scope) counting(l *Limit, d *playbook.Limit) {
	f, ok := s.facts[d.Counting.Value]
	if !ok {
		known := slices.Sorted(maps.Keys(s.facts))
		s.mendf(d.Counting.Range, "unknown-fact", near(d.Counting, known), "there is no fact `%s`", d.Counting.Value)
		return
	}
	s.used[s.factDefs[d.Counting.Value]] = true
	if f.Sum == "" && f.Count == "" {
		return // reported when the file was read
	}
	if f.Sum == "" {
		s.errorf(d.Counting.Range, "wrong-type", "", "`%s` counts; a cap looks at a fact that is a sum of money", f.Plain)
		return
	}
	s.reads[f.Slot] = true
	l.Counting = f
	if l.AtMost == nil {
		return
	}
	if c := l.AtMost.Currency(); c != "" && f.Currency != "" && c != f.Currency {
		s.errorf(d.Counting.Range, "mixed-currencies", "", "the cap is in %s and the fact `%s` in %s", c, f.Plain, f.Currency)
	}
}

// Currency is the currency of an amount if it is known at load, else empty.
func (p *Param) Currency() string {
	if p.fixed {
		return p.constant.(interface{ Currency() string }).Currency()
	}
	if p.expr != nil && p.expr.cel.Type().Kind == value.KindMoney {
		return p.expr.cel.Type().Currency
	}
	return ""
}
