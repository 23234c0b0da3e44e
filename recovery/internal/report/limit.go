package report

import (
	"slices"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/recovery/internal/term"
)

// limits writes limits in words. The caps that were written as one limit, one for each currency,
// are told together.
func (s *scope) limits(list []*policy.Limit) []Limit {
	var out []Limit
	for len(list) > 0 {
		n := 1
		for n < len(list) && list[n].Position == list[0].Position && !list[0].Keep {
			n++
		}
		out = append(out, s.limit(list[:n]))
		list = list[n:]
	}
	return out
}

// limit writes a limit in words: a rule that keeps the highest, or a cap in one currency or in
// several.
func (s *scope) limit(caps []*policy.Limit) Limit {
	l := caps[0]
	what := term.List(plainAll(l.Of), "and")
	if l.Keep {
		text := "Of several " + what + " actions, only the highest"
		if len(l.Of) > 1 {
			text += " of each kind"
		}
		if s.severalCurrencies(l) {
			text += ", in each currency,"
		}
		if l.PerItem {
			text += ", for each item,"
		}
		return Limit{Text: text + " is given."}
	}
	out := Limit{}
	var most []string
	for _, c := range caps {
		most = append(most, s.limitAmount(c).text)
		if c.Counting != nil {
			out.Detail += "Counted with it is " + plain(c.Counting.Plain) + ": " + s.policyFact(c.Counting) + ". "
		}
	}
	together := " together"
	if l.PerItem {
		together = forEachItem
	}
	out.Text = titled(what) + ": at most " + term.List(most, "and") + together + s.whereHeld(caps) + s.whenHeld(l) + "."
	if l.Escalate == nil {
		out.Detail += "What is above is not given."
		return out
	}
	out.Detail += "What is above is not given, and goes to " + s.escalation(l) + "."
	return out
}

// whenHeld says when a cap holds. It is empty for one that always does.
func (s *scope) whenHeld(l *policy.Limit) string {
	n := s.explainer.Limit(l)
	if n == nil || n.Kind == policy.NodeConstant && n.Value == true {
		return ""
	}
	return ", but only when " + s.limitScope(l).line(n)
}

// under are the amounts that fall under a limit.
func (s *scope) under(l *policy.Limit) []given {
	var out []given
	for _, p := range s.program.Plays {
		if l.Scope != s.program.Shared && l.Scope != p.Playbook {
			continue
		}
		for _, g := range s.scopes[p.Playbook.ID].allGiven(p) {
			if slices.Contains(l.Of, g.of) {
				out = append(out, g)
			}
		}
	}
	return out
}

// whereHeld says that caps hold some currencies only. It is empty if the capped actions give no
// other currency.
func (s *scope) whereHeld(caps []*policy.Limit) string {
	var in, others []string
	isHeld := func(c currency) bool {
		return slices.ContainsFunc(caps, func(l *policy.Limit) bool { return s.limitCurrency(l).is(c) })
	}
	known := true
	for _, l := range caps {
		c := s.limitCurrency(l)
		known = known && c.isKnown()
		in = append(in, string(c))
	}
	open := false
	for _, g := range s.under(caps[0]) {
		switch {
		case isHeld(g.in):
		case known && g.in.isKnown():
			others = union(others, []string{string(g.in)})
		default:
			open = true
		}
	}
	slices.Sort(others)
	if open {
		others = append(others, "any other currency")
	}
	switch {
	case len(others) == 0:
		return ""
	case known:
		return " of what is in " + term.List(in, "or") + "; what is in " + term.List(others, "or") + " is not held by it"
	}
	return " of what is in the same currency; what is in another is not held by it"
}

// severalCurrencies reports whether what a limit is about can come in more than one currency.
func (s *scope) severalCurrencies(l *policy.Limit) bool {
	list := s.under(l)
	return slices.ContainsFunc(list, func(g given) bool { return !g.in.is(list[0].in) })
}

// written finds a limit as it was written.
func (b *builder) written(l *policy.Limit) *playbook.Limit {
	for _, d := range b.set.Documents {
		for _, x := range d.Limits {
			if x.Range == l.Position {
				return x
			}
		}
	}
	return &playbook.Limit{}
}

func (s *scope) escalation(l *policy.Limit) string { return flat(s.written(l).To.Value) }

// policyFact writes the fact that a limit counts.
func (s *scope) policyFact(f *policy.Fact) string {
	if def := s.facts[f.Plain]; def != nil {
		return s.factWords(def)
	}
	return "what was given before"
}
