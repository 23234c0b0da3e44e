package report

import (
	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy"
)

// limit writes a limit in words.
func (s *scope) limit(l *policy.Limit) Limit {
	what := listed(plainAll(l.Of), "and")
	if l.Keep {
		text := "Of several " + what + " actions, only the highest is given."
		if len(l.Of) > 1 {
			text = "Of several " + what + " actions, only the highest of each kind is given."
		}
		return Limit{Text: text}
	}
	out := Limit{Text: titled(what) + ": at most " + s.limitAmount(l).text + " together."}
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
		return factWords(def)
	}
	return "what was given before"
}
