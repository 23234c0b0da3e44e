package policy

import "strings"

// Misses says what kept the play from matching: a barrier, or one line for each part of its
// condition that missed. It is empty for a play that matched.
func (e Explanation) Misses() []string {
	p := e.Play
	switch e.Barrier {
	case BarrierNone:
		return e.When.Misses()
	case BarrierPeriod:
		return []string{"it is in force " + p.InForce.String() + " only, and the incident occurred on " + e.Day.String()}
	case BarrierApplies:
		return []string{"its playbook does not apply: " + strings.Join(e.Applies.Misses(), ", ")}
	case BarrierOfPlaybook:
		return []string{"it cannot be told whether its playbook applies: " + strings.Join(e.Applies.Misses(), ", ")}
	case BarrierFirst:
		return []string{"its playbook takes the first play that matches, " + e.By.Name}
	case BarrierNotNeeded:
		return []string{"it is a fallback, and " + e.By.Name + " matched"}
	case BarrierPhase:
		if p.phase == fitFirst {
			return []string{"it is for failures, and this is a signal"}
		}
		return []string{"it is for signals, and this is a failure"}
	case BarrierProvider:
		if p.provider == fitFirst {
			return []string{"it is for our own failures, and this is a partner's"}
		}
		return []string{"it is for partners' failures, and this is our own"}
	}
	return nil
}

// String writes the period: from 2026-01-01 until 2026-12-31, always.
func (p Period) String() string {
	var parts []string
	if !p.From.IsZero() {
		parts = append(parts, "from "+p.From.String())
	}
	if !p.Until.IsZero() {
		parts = append(parts, "until "+p.Until.String())
	}
	if len(parts) == 0 {
		return "always"
	}
	return strings.Join(parts, " ")
}
