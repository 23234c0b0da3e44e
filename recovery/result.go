package recovery

import (
	"bytes"
	"slices"
	"strconv"

	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/policy/value"
)

// record puts the decision together: the actions compared with those of the
// previous decision, the warnings, the id.
func (c *conclusion) record() (*Record, error) {
	d := c.skeleton()
	c.compare(d)
	d.Choices, d.Withheld, d.PassedOver = c.choices, c.withheld, c.passed
	if !c.answered(d) {
		c.warn("unanswered", "", "no play answers this incident")
	}
	d.Warnings = slices.Concat(c.warnings...)
	if c.given.Previous != nil {
		d.Supersedes = c.given.Previous.Decision.ID
	}
	d.ID = c.decisionID(nil)
	r := c.recordOf(d)
	for _, m := range c.keeps {
		r.Keeps = append(r.Keeps, m.Decision.ID)
	}
	return r, nil
}

// skeleton is what every decision has.
func (c *conclusion) skeleton() *Decision {
	d := &Decision{Incident: c.id, DecidedAt: c.now, Semantics: Semantics, Set: c.rules.ref, base: c.base}
	for _, m := range c.matches {
		d.Plays = append(d.Plays, matchOf(m))
	}
	for _, f := range c.facts {
		d.Facts = append(d.Facts, Fact{Name: f.Name, Value: c.input.Fact(f)})
	}
	return d
}

func (c *conclusion) recordOf(d *Decision) *Record {
	return &Record{
		Decision: d, Incident: c.canonical, Keys: c.keys, OccurredAt: c.occurredAt, Base: c.base, Reserves: c.reserves,
	}
}

func matchOf(m policy.Match) Match {
	at := m.Play.Range
	out := Match{
		Play: m.Play.Name, Approach: m.Play.Approach.String(),
		At: at.File + ":" + strconv.Itoa(at.Start.Line),
	}
	if m.Case != nil {
		out.Case = m.Case.ID
	}
	for _, r := range m.Because {
		out.Because = append(out.Because, Reason{Expr: r.Expr, Value: r.Value})
	}
	return out
}

// answered reports whether somebody does something about the incident. What was
// promised and is not needed any more, because the incident is resolved, is an
// answer too.
func (c *conclusion) answered(d *Decision) bool {
	return len(c.drafts) > 0 || len(d.Choices) > 0 || len(c.keeps) > 0
}

// compare says of each action what has changed since the previous decision.
// Cancelled actions stand last.
func (c *conclusion) compare(d *Decision) {
	var cancelled []Action
	given := map[string]bool{}
	for _, x := range c.drafts {
		a := x.Action
		given[a.ID] = true
		prev := c.previous[a.ID]
		if prev != nil && prev.Change == ChangeCancelled {
			prev = nil
		}
		switch {
		case c.overtaken(&a):
			a.Change, a.gone, a.Message = ChangeCancelled, prev == nil, nil
			cancelled = append(cancelled, a)
			continue
		case prev == nil:
			a.Change = ChangeNew
		case sameAction(&a, prev):
			a.Change, a.Already = ChangeKept, prev.Amount
		default:
			a.Change, a.Already = ChangeChanged, prev.Amount
		}
		d.Actions = append(d.Actions, a)
	}
	d.Actions = append(d.Actions, cancelled...)
	d.Actions = append(d.Actions, c.cancelled(given)...)
}

// overtaken reports whether an action is not needed any more because the
// incident is resolved: it is open, and of those that keep the customer waiting
// no longer.
func (c *conclusion) overtaken(a *Action) bool {
	if c.resolvedAt.IsZero() {
		return false
	}
	switch a.Type {
	case "inform":
		return true
	case "acknowledge", "respond":
		return c.respondedAt.IsZero() && !c.reported(a.ID)
	}
	return false
}

func (c *conclusion) reported(action string) bool {
	return slices.ContainsFunc(c.given.Reports, func(r Report) bool { return r.Action == action })
}

// cancelled are the actions that were given before, or chosen, and are not now.
func (c *conclusion) cancelled(given map[string]bool) []Action {
	var out []Action
	cancel := func(actions []Action) {
		for _, a := range actions {
			if a.Change != ChangeCancelled && !given[a.ID] && !c.withdrawn[a.ID] {
				out = append(out, cancelledAction(a))
			}
		}
	}
	if c.given.Previous != nil {
		cancel(c.given.Previous.Decision.Actions)
	}
	for _, m := range c.drops {
		cancel(m.Decision.Actions)
	}
	return out
}

func cancelledAction(a Action) Action {
	a.Change = ChangeCancelled
	a.Message = nil // its words speak of what is not given any more
	if a.Amount.IsSet() {
		a.Already = a.Amount
		a.Amount, _ = value.NewMoney(0, a.Amount.Currency())
	}
	return a
}

// sameAction compares all that a customer or an agent would notice.
func sameAction(a, b *Action) bool {
	x, y := *a, *b
	x.Change, y.Change = "", ""
	x.Already, y.Already = Money{}, Money{}
	return bytes.Equal(appendAction(nil, &x), appendAction(nil, &y))
}

func appendAction(dst []byte, a *Action) []byte {
	w := jsonWriter{dst}
	w.action(a)
	return w.buf
}

// decisionID is made from all that the decision was made from. A choice adds
// what was chosen.
func (c *conclusion) decisionID(chosen map[string]any) string {
	facts := map[string]any{}
	for _, f := range c.facts {
		facts[f.Name] = c.input.Fact(f)
	}
	inputs := map[string]any{"at": c.now, "facts": facts, "use": intList(c.given.Use)}
	var precedents []any
	for _, list := range c.given.Precedents {
		for _, p := range list {
			precedents = append(precedents, p.Decision)
		}
	}
	inputs["precedents"] = precedents
	if c.given.Previous != nil {
		inputs["previous"] = c.given.Previous.Decision.ID
	}
	var made, reports []any
	for _, m := range c.given.Made {
		made = append(made, m.Decision.ID)
	}
	for _, r := range c.given.Reports {
		reports = append(reports, r.Action, r.At)
	}
	inputs["made"], inputs["reports"] = made, reports
	if chosen != nil {
		inputs["chosen"] = chosen
	}
	rest := appendCanonical(nil, inputs)
	return hashID("dec", c.rules.ref.Digest, strconv.Itoa(Semantics), string(c.canonical), string(rest))
}

func intList(list []int64) []any {
	out := make([]any, len(list))
	for i, n := range list {
		out[i] = n
	}
	return out
}
