package report

import (
	"slices"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/recovery/internal/term"
)

// limit writes a limit in words.
func (s *scope) limit(l *policy.Limit) Limit {
	what := term.List(plainAll(l.Of), "and")
	if l.Keep {
		text := "Of several " + what + " actions, only the highest"
		if len(l.Of) > 1 {
			text += " of each kind"
		}
		if s.severalCurrencies(l) {
			text += ", in each currency,"
		}
		return Limit{Text: text + " is given."}
	}
	out := Limit{Text: titled(what) + ": at most " + s.limitAmount(l).text + " together" + s.whereHeld(l) + "."}
	if l.Counting != nil {
		out.Detail = "Counted with it is " + plain(l.Counting.Plain) + ": " + s.policyFact(l.Counting) + ". "
	}
	if l.Escalate == nil {
		out.Detail += "What is above is not given."
		return out
	}
	out.Detail += "What is above is not given, and goes to " + s.escalation(l) + "."
	return out
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

// whereHeld says that a cap holds one currency only. It is empty if the capped actions give no
// other currency.
func (s *scope) whereHeld(l *policy.Limit) string {
	in := s.limitCurrency(l)
	var others []string
	open := false
	for _, g := range s.under(l) {
		switch {
		case in.is(g.in):
		case in.isKnown() && g.in.isKnown():
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
	case in.isKnown():
		return " of what is in " + string(in) + "; what is in " + term.List(others, "or") + " is not held by it"
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
