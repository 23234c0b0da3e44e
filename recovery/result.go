package recovery

import (
	"bytes"
	"slices"

	"github.com/servicerecovery/amends/policy"
)

// decision puts the decision together: the actions compared with those of the
// previous decision, the warnings, the id.
func (c *conclusion) decision() *Decision {
	d := c.skeleton()
	c.compare(d)
	d.Choices, d.Withheld, d.PassedOver = c.choices, c.withheld, c.passed
	d.promises = c.promises(d)
	d.Missed = c.missedBy(d.promises)
	if !c.answered(d) {
		c.warn(WarnUnanswered, "", "no play answers this incident")
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
	r.Handed = c.keptHanded(r.Decision)
	r.Decision.handed = r.Handed
	for _, m := range c.keeps {
		r.Keeps = append(r.Keeps, m.Decision.ID)
	}
	r.Bases = c.bases(r.Decision)
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
	r := &Record{
		Decision: d, Incident: bytes.Clone(c.canonical), Keys: c.keys(), OccurredAt: c.occurredAt, Base: c.base, Reserves: c.reserves,
		Defaults: c.subject.taken.Defaults(), UpdatedAt: c.given.UpdatedAt,
		Promises: d.promises,
	}
	for _, as := range c.subject.taken.ReadAs() {
		r.ReadAs = append(r.ReadAs, Key{Path: as.Now, Text: as.Was})
	}
	if updated := seenAt(c.subject.taken.Instant("updated_at"), c.now); updated.After(r.UpdatedAt) {
		r.UpdatedAt = updated
	}
	return r
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
		return len(c.drafts) > 0 || len(c.leftOut) > 0 || len(d.Choices) > 0 || len(c.keeps) > 0
	}
	answers := func(play string) bool { return c.rules.play(play).Answers }
	gives := func(x *draft) bool { return slices.ContainsFunc(x.Plays, answers) }
	return slices.ContainsFunc(c.drafts, gives) || slices.ContainsFunc(c.leftOut, gives) ||
		slices.ContainsFunc(d.Choices, func(x Choice) bool { return answers(x.Play) }) ||
		slices.ContainsFunc(c.keeps, func(m Record) bool { return answers(m.Decision.Plays[0].Play) })
}
