package recovery

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/recovery/internal/form"
	"github.com/servicerecovery/amends/recovery/store"
)

// Handed is an effect that an earlier decision on the incident has handed to the
// host. One without an amount says only that the action was handed out.
type Handed struct {
	Action string // its id
	// Key is that of the effect, and At the time of its decision. Without an amount,
	// Key is that of the latest effect, empty for the first one, and At is empty.
	Key string
	// Amount is what the host was to give: the entitlement less what was given
	// before. It is negative where the host was to take something back.
	Amount Money
	At     time.Time

	waits, again bool // see [Given.marked]
}

// handed are the effects of the decisions on the incident so far, in order. Where the store keeps a stream,
// those are handed out that somebody has claimed; else, everything in a committed decision.
func (g *Given) handed() []Handed {
	if g.Previous == nil {
		return nil
	}
	out := slices.Clone(g.Previous.Handed)
	out = appendHanded(out, g.Previous.Decision)
	for i := range g.Made {
		out = appendHanded(out, g.Made[i].Decision)
	}
	for i := range g.Made {
		if gone := g.Made[i].Withdrawn; len(gone) > 0 {
			out = slices.DeleteFunc(out, func(h Handed) bool { return h.Key != "" && slices.Contains(gone, h.Key) })
		}
	}
	return g.marked(out)
}

// marked says of effects which of them nobody has claimed from the stream yet, and which are in other hands
// once more because they have failed.
func (g *Given) marked(list []Handed) []Handed {
	for i := range list {
		list[i].waits, list[i].again = false, false // what an earlier decision has seen does not count
		if g.Stream == nil {
			continue
		}
		for j := range g.Stream.Open {
			if o := &g.Stream.Open[j]; o.Key == list[i].Key {
				list[i].waits = o.State == store.DeliveryWaiting
				list[i].again = o.InDoubt() && o.Failed > 0
			}
		}
	}
	return list
}

// appendHanded adds the effects of a decision. Those that are there already are
// left out, and of an action without an amount all but one.
func appendHanded(list []Handed, d *Decision) []Handed {
	for i := range d.Choices {
		list = appendSteps(list, d.Choices[i].Remind, d.Choices[i].IfLate)
	}
	for i := range d.Actions {
		a := &d.Actions[i]
		if a.silent {
			continue
		}
		if h, ok := handedBy(d, a); ok && !slices.ContainsFunc(list, func(x Handed) bool { return x.Key == h.Key }) {
			list = append(list, h)
		}
		list = appendNamed(list, a)
		if !a.Amount.IsSet() && handsAgain(d, a) {
			i := slices.IndexFunc(list, func(h Handed) bool { return h.Action == a.ID && !h.Amount.IsSet() })
			if i < 0 { // it gave an amount before
				i, list = len(list), append(list, Handed{Action: a.ID})
			}
			list[i].Key = effectKey(d, a)
		}
	}
	return list
}

// handedBy is the amount that a decision hands out under an action.
func handedBy(d *Decision, a *Action) (Handed, bool) {
	h := Handed{Action: a.ID, Key: effectKey(d, a), At: d.DecidedAt}
	switch {
	case !a.Amount.IsSet():
		return h, false
	case d.Semantics < 2:
		// Its record does not say what was handed out before: all that was promised was.
		if h.Amount = a.Amount; a.Change == ChangeCancelled {
			h.Amount = a.Already
		}
	case verb(a.Change) == "":
		return h, false
	default:
		h.Amount = a.Difference()
	}
	return h, h.Amount.IsSet()
}

// handsAgain reports whether a decision hands an action to the host that had it before.
func handsAgain(d *Decision, a *Action) bool {
	return a.Change == ChangeChanged || a.Change == ChangeNew && !a.GivenAt.IsZero() && a.GivenAt.Before(d.DecidedAt)
}

// appendNamed adds the ids of an action without an amount, and of the steps that
// hang on an action.
func appendNamed(list []Handed, a *Action) []Handed {
	if !slices.ContainsFunc(list, func(h Handed) bool { return h.Action == a.ID }) {
		list = append(list, Handed{Action: a.ID})
	}
	return appendSteps(list, a.Remind, a.IfLate)
}

func appendSteps(list []Handed, of ...[]Action) []Handed {
	for _, steps := range of {
		for i := range steps {
			list = appendNamed(list, &steps[i])
		}
	}
	return list
}

// Difference is what the host has to give because of an action: the amount less what was
// given already. It is negative where something has to be taken back, and unset for an
// action without an amount. What was given in another currency is left aside.
func (a Action) Difference() Money {
	if a.Already.Currency() != a.Amount.Currency() {
		return a.Amount
	}
	d, err := a.Amount.Sub(a.Already)
	if err != nil {
		return a.Amount
	}
	return d
}

// keptHanded are the effects that a record has to keep: all that were handed out before
// it, without the ids of actions that its own decision lists.
func (c *conclusion) keptHanded(d *Decision) []Handed {
	before := c.handed()
	if len(before) == 0 {
		return nil
	}
	var own []Handed
	for i := range d.Actions {
		if a := &d.Actions[i]; !a.silent {
			own = appendNamed(own, a)
		}
	}
	return slices.DeleteFunc(slices.Clone(before), func(h Handed) bool {
		if h.waits && c.takesBack(d, h.Action) {
			return true // it is withdrawn from the stream
		}
		return h.Key == "" && slices.ContainsFunc(own, func(o Handed) bool { return o.Action == h.Action })
	})
}

// takesBack reports whether a decision puts something else in the place of what waits of an action.
func (c *conclusion) takesBack(d *Decision, action string) bool {
	return slices.ContainsFunc(d.Actions, func(a Action) bool { return a.ID == action && !a.silent && verb(a.Change) != "" })
}

// account is what became of the money that was handed out under one action.
type account struct {
	currency string
	given    int64 // what was reported done, less what was undone, in the smallest unit
	doubt    int64 // what was handed out and neither reported nor failed
	open     int   // how many effects that give money nobody has reported on
	moves    []move
}

// move is a change of what was given, by the report that counts for one effect.
type move struct {
	at    time.Time
	units int64
}

// accountOf adds up one action in one currency.
func accountOf(handed []Handed, reports []Report, action, currency string) *account {
	a := &account{currency: currency}
	for i := range handed {
		h := &handed[i]
		if h.Action != action || h.Amount.Currency() != currency {
			continue
		}
		on := reportsOn(handed, h, reports)
		if h.waits && len(on) == 0 {
			continue // the host does not have it
		}
		a.take(h.Amount.Units(), on)
		if h.again {
			a.doubt = plus(a.doubt, max(h.Amount.Units(), 0))
		}
	}
	return a
}

// take adds an effect of so many units to the account, with the reports on it.
func (a *account) take(units int64, on []Report) {
	gives := max(units, 0)
	if len(on) == 0 {
		a.doubt = plus(a.doubt, gives)
		if gives > 0 {
			a.open++
		}
		return
	}
	last := &on[len(on)-1]
	switch outcomeOf(last) {
	case OutcomeDone:
		gave := amountOr(last, gives)
		a.move(last.At, gave)
		// What goes beyond this effect is said of those before it.
		a.doubt = max(0, a.doubt-max(0, gave-gives))
	case OutcomeUndone:
		if units < 0 {
			a.move(last.At, -amountOr(last, -units))
			return
		}
		gave := gives
		for i := range on {
			if outcomeOf(&on[i]) == OutcomeDone {
				gave = amountOr(&on[i], gives)
			}
		}
		if left := plus(gave, -amountOr(last, gave)); left != 0 {
			a.move(last.At, left)
		}
	}
}

func (a *account) move(at time.Time, units int64) {
	a.given = plus(a.given, units)
	a.moves = append(a.moves, move{at, units})
}

// already is what was given or may have been.
func (a *account) already() Money {
	m, _ := value.NewMoney(max(0, plus(a.given, a.doubt)), a.currency)
	return m
}

// reached is when what was reported given came to so many units and has not been
// less since; zero if it is less.
func (a *account) reached(units int64) time.Time {
	slices.SortStableFunc(a.moves, func(x, y move) int { return x.at.Compare(y.at) })
	var at time.Time
	sum, enough := int64(0), false
	for _, m := range a.moves {
		sum = plus(sum, m.units)
		if is := sum >= units; is != enough {
			enough, at = is, m.at
		}
	}
	if !enough {
		return time.Time{}
	}
	return at
}

// reportsOn are the reports that mean an effect, by their time. Of equal times the
// one that came last is last.
func reportsOn(handed []Handed, h *Handed, reports []Report) []Report {
	var out []Report
	for i := range reports {
		if r := &reports[i]; r.Action == h.Action && meant(handed, r) == h.Key {
			out = append(out, *r)
		}
	}
	slices.SortStableFunc(out, func(a, b Report) int { return a.At.Compare(b.At) })
	return out
}

// meant is the key of the effect that a report means. A report that was recorded
// without one means the last effect that gave something by then.
func meant(handed []Handed, r *Report) string {
	if r.Key != "" {
		return r.Key
	}
	key := ""
	for i := range handed {
		h := &handed[i]
		if h.Action == r.Action && h.Amount.Sign() > 0 && (key == "" || !h.At.After(r.At)) {
			key = h.Key
		}
	}
	return key
}

func outcomeOf(r *Report) Outcome { return cmp.Or(r.Outcome, OutcomeDone) }

func amountOr(r *Report, units int64) int64 {
	if r.Amount.IsSet() {
		return r.Amount.Units()
	}
	return units
}

// plus adds, and stays at the ends of what a number holds.
func plus(a, b int64) int64 {
	switch s := a + b; {
	case a > 0 && b > 0 && s < 0:
		return math.MaxInt64
	case a < 0 && b < 0 && s >= 0:
		return math.MinInt64
	default:
		return s
	}
}

// already is what the host has given under an action, or may have given; unset
// where it was never handed anything. A cancellation takes nothing off it.
func already(handed []Handed, reports []Report, a *Action) Money {
	if !a.Amount.IsSet() {
		return Money{}
	}
	currency := ""
	for i := range handed {
		if h := &handed[i]; h.Action == a.ID && h.Amount.IsSet() {
			if currency = h.Amount.Currency(); currency == a.Amount.Currency() {
				break
			}
		}
	}
	if currency == "" {
		return Money{}
	}
	return accountOf(handed, reports, a.ID, currency).already()
}

// givenInFull is when what was reported given under a money action came to at least
// its amount; zero as long as it has not. It leaves out what is in doubt.
func givenInFull(handed []Handed, reports []Report, a *Action) time.Time {
	return accountFor(handed, reports, a).reached(a.Amount.Units())
}

// overpaid is how much more was reported given under an action than it gives now: in its own currency, then
// in others, in which it gives nothing any more.
func overpaid(handed []Handed, reports []Report, a *Action) (out []Money) {
	if !a.Amount.IsSet() {
		return nil
	}
	add := func(acc *account, owed int64) {
		if acc.given > owed {
			m, _ := value.NewMoney(acc.given-owed, acc.currency)
			out = append(out, m)
		}
	}
	add(accountFor(handed, reports, a), a.Amount.Units())
	seen := []string{a.Amount.Currency()}
	for i := range handed {
		h := &handed[i]
		if c := h.Amount.Currency(); h.Action == a.ID && h.Amount.IsSet() && !slices.Contains(seen, c) {
			seen = append(seen, c)
			add(accountOf(handed, reports, a.ID, c), 0)
		}
	}
	return out
}

// accountFor is the account of an action in its currency. Where nothing is known to have
// been handed out, as of a decision that was read from JSON, it was all of the amount.
func accountFor(handed []Handed, reports []Report, a *Action) *account {
	acc := accountOf(handed, reports, a.ID, a.Amount.Currency())
	if slices.ContainsFunc(handed, func(h Handed) bool { return h.Action == a.ID && h.Amount.IsSet() }) {
		return acc
	}
	var on []Report
	for i := range reports {
		if reports[i].Action == a.ID {
			on = append(on, reports[i])
		}
	}
	slices.SortStableFunc(on, func(x, y Report) int { return x.At.Compare(y.At) })
	acc.take(a.Amount.Units(), on)
	return acc
}

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
	if len(parts) == 0 && a.GivenAt.Equal(c.now) {
		return nil // all of it is given at once
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

func partFields(p *Part, f *form.Form) {
	f.Money("amount", &p.Amount)
	f.Time("at", &p.At)
}
