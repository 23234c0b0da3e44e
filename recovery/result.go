package recovery

import (
	"bytes"
	"slices"
	"strconv"

	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/recovery/internal/jsontext"
)

// decision puts the decision together: the actions compared with those of the
// previous decision, the warnings, the id.
func (c *conclusion) decision() *Decision {
	d := c.skeleton()
	c.compare(d)
	d.Choices, d.Withheld, d.PassedOver = c.choices, c.withheld, c.passed
	if !c.answered(d) {
		c.warn("unanswered", "", "no play answers this incident")
	}
	d.Warnings = slices.Concat(c.warnings[:]...)
	if c.given.Previous != nil {
		d.Supersedes = c.given.Previous.Decision.ID
	}
	d.ID = c.decisionID(nil)
	return d
}

// record is the decision with what a store keeps beside it.
func (c *conclusion) record() *Record {
	r := c.recordOf(c.decision())
	for _, m := range c.keeps {
		r.Keeps = append(r.Keeps, m.Decision.ID)
	}
	return r
}

// skeleton is what every decision has.
func (c *conclusion) skeleton() *Decision {
	d := &Decision{Incident: c.id, DecidedAt: c.now, Semantics: Semantics, Set: c.rules.ref, base: c.base}
	d.Plays = c.matchesOf(c.matches)
	if len(c.facts) > 0 {
		d.Facts = make([]Fact, 0, len(c.facts))
	}
	for _, f := range c.facts {
		d.Facts = append(d.Facts, Fact{Name: f.Name, Value: c.input.Fact(f)})
	}
	return d
}

func (c *conclusion) recordOf(d *Decision) *Record {
	return &Record{
		Decision: d, Incident: bytes.Clone(c.canonical), Keys: c.keys(), OccurredAt: c.occurredAt, Base: c.base, Reserves: c.reserves,
	}
}

// matchesOf says which plays matched, and why.
func (c *conclusion) matchesOf(matches []policy.Match) []Match {
	if len(matches) == 0 {
		return nil
	}
	reasons := 0
	for i := range matches {
		reasons += matches[i].Reasons()
	}
	out := make([]Match, 0, len(matches))
	because := make([]Reason, 0, reasons)
	for i := range matches {
		m := &matches[i]
		x := Match{Play: m.Play.Name, Approach: m.Play.Approach.String(), At: m.Play.At}
		if m.Case != nil {
			x.Case = m.Case.ID
		}
		if n := m.Reasons(); n > 0 {
			for k := range n {
				because = append(because, Reason(m.Reason(c.input, k)))
			}
			x.Because = slices.Clip(because[len(because)-n:])
		}
		out = append(out, x)
	}
	return out
}

// answered reports whether somebody does something about the incident. What was
// promised and is not needed any more, because the incident is resolved, is an
// answer too.
func (c *conclusion) answered(d *Decision) bool {
	if !slices.ContainsFunc(c.matches, func(m policy.Match) bool { return !m.Play.Answers }) {
		return len(c.drafts) > 0 || len(d.Choices) > 0 || len(c.keeps) > 0
	}
	answers := func(play string) bool { return c.rules.play(play).Answers }
	return slices.ContainsFunc(c.drafts, func(x *draft) bool { return slices.ContainsFunc(x.Plays, answers) }) ||
		slices.ContainsFunc(d.Choices, func(x Choice) bool { return answers(x.Play) }) ||
		slices.ContainsFunc(c.keeps, func(m Record) bool { return answers(m.Decision.Plays[0].Play) })
}

// compare says of each action what has changed since the previous decision.
// Cancelled actions stand last.
func (c *conclusion) compare(d *Decision) {
	var cancelled []Action
	if len(c.drafts) > 0 {
		d.Actions = make([]Action, 0, len(c.drafts))
	}
	for _, x := range c.drafts {
		a := &x.Action
		prev := c.previous[a.ID]
		if prev != nil && prev.Change == ChangeCancelled {
			prev = nil
		}
		switch {
		case c.overtaken(a):
			a.Change, a.gone, a.Message = ChangeCancelled, prev == nil, nil
			cancelled = append(cancelled, *a)
			continue
		case prev == nil:
			a.Change = ChangeNew
		case sameAction(a, prev):
			a.Change, a.Already = ChangeKept, prev.Amount
		default:
			a.Change, a.Already = ChangeChanged, prev.Amount
		}
		d.Actions = append(d.Actions, *a)
	}
	d.Actions = append(d.Actions, cancelled...)
	d.Actions = append(d.Actions, c.cancelled()...)
	if len(d.Actions) == 0 {
		d.Actions = nil
	}
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
func (c *conclusion) cancelled() []Action {
	if c.given.Previous == nil && len(c.drops) == 0 {
		return nil
	}
	var out []Action
	given := make(map[string]bool, len(c.drafts))
	for _, d := range c.drafts {
		given[d.ID] = true
	}
	cancel := func(actions []Action) {
		for _, a := range actions {
			if a.Change != ChangeCancelled && !given[a.ID] && !c.isWithdrawn(a.ID) {
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

// decisionID is made from all that the decision was made from. A choice adds
// what was chosen.
func (c *conclusion) decisionID(chosen map[string]any) string {
	w := c.workspace
	text := append(jsontext.AppendQuote(append(w.text[:0], '['), c.rules.ref.Digest), ',')
	text = append(strconv.AppendInt(text, Semantics, 10), ',')
	text = append(append(text, w.record...), ',')
	w.text = append(c.appendInputs(text, chosen), ']')
	return c.newID("dec", w.text)
}

// appendInputs writes, as canonical JSON, what a decision is made from beside the
// incident and the set.
func (c *conclusion) appendInputs(dst []byte, chosen map[string]any) []byte {
	dst = appendTime(append(dst, `{"at":`...), c.now)
	if chosen != nil {
		dst = appendCanonical(append(dst, `,"chosen":`...), chosen)
	}
	dst = c.appendFacts(append(dst, `,"facts":`...))
	dst = c.appendDecisions(append(dst, `,"made":`...))
	dst = append(dst, `,"precedents":[`...)
	for _, list := range c.given.Precedents {
		for i := range list {
			dst = jsontext.AppendQuote(appendElement(dst), list[i].Decision)
		}
	}
	dst = append(dst, ']')
	if c.given.Previous != nil {
		dst = jsontext.AppendQuote(append(dst, `,"previous":`...), c.given.Previous.Decision.ID)
	}
	dst = append(dst, `,"reports":[`...)
	for i := range c.given.Reports {
		r := &c.given.Reports[i]
		dst = jsontext.AppendQuote(appendElement(dst), r.Action)
		dst = appendTime(append(dst, ','), r.At)
	}
	dst = append(dst, `],"use":`...)
	dst = appendList(dst, c.given.Use, func(dst []byte, n int64) []byte { return strconv.AppendInt(dst, n, 10) })
	return append(dst, '}')
}

func (c *conclusion) appendDecisions(dst []byte) []byte {
	dst = append(dst, '[')
	for i := range c.given.Made {
		dst = jsontext.AppendQuote(appendElement(dst), c.given.Made[i].Decision.ID)
	}
	return append(dst, ']')
}

// appendFacts writes the facts by their names.
func (c *conclusion) appendFacts(dst []byte) []byte {
	if len(c.facts) == 0 {
		return append(dst, "{}"...)
	}
	facts := make(map[string]any, len(c.facts))
	for _, f := range c.facts {
		facts[f.Name] = c.input.Fact(f)
	}
	return appendCanonical(dst, facts)
}

// appendElement parts an element of a list from the one before.
func appendElement(dst []byte) []byte {
	if dst[len(dst)-1] == '[' {
		return dst
	}
	return append(dst, ',')
}
