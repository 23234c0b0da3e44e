package recovery

import (
	"slices"
	"time"

	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/recovery/store"
)

// Part is a part of an amount, with the decision from which on it counts in facts.
type Part = store.Part

// partsOf are the parts of an amount: those of the previous decision, with what it rose
// by since. A fall takes from the last parts. It is nil where the amount was given at
// once with its action. prev is nil where the previous decision did not give it.
func (c *conclusion) partsOf(a, prev *Action) []Part {
	if !a.Amount.IsSet() {
		return nil
	}
	var parts []Part
	rise := a.Amount.Units()
	if prev != nil && prev.Amount.Currency() == a.Amount.Currency() {
		parts = slices.Clone(prev.Parts)
		if len(parts) == 0 {
			parts = []Part{{At: givenAt(prev, c.given.Previous.Decision), Amount: prev.Amount}}
		}
		rise -= prev.Amount.Units()
	}
	if rise > 0 {
		part, _ := value.NewMoney(rise, a.Amount.Currency())
		parts = append(parts, Part{At: c.now, Amount: part})
	}
	for rise < 0 && len(parts) > 0 {
		last := &parts[len(parts)-1]
		left := last.Amount.Units() + rise
		if last.Amount, _ = value.NewMoney(max(left, 0), a.Amount.Currency()); left <= 0 {
			parts = parts[:len(parts)-1]
		}
		rise = min(left, 0)
	}
	if len(parts) == 1 && parts[0].At.Equal(a.GivenAt) {
		return nil
	}
	return parts
}

// givenAt is when a decision has first given an action. Decisions of the first semantics
// do not say it of their actions.
func givenAt(a *Action, d *Decision) time.Time {
	if a.GivenAt.IsZero() {
		return d.DecidedAt
	}
	return a.GivenAt
}

func partFields(p *Part, f *form) {
	f.money("amount", &p.Amount)
	f.time("at", &p.At)
}
