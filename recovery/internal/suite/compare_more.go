package suite

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/prove"
)

func (c *comparison) warnings(w *playbook.Want) {
	if w.Warnings == nil {
		return
	}
	wanted := texts(w.Warnings)
	came := each(c.d.Warnings, func(x recovery.Warning) string { return string(x.Code) })
	slices.Sort(wanted)
	slices.Sort(came)
	if slices.Equal(wanted, came) {
		return
	}
	var why []Reason
	for _, x := range c.d.Warnings {
		why = append(why, Reason{Text: strings.TrimSuffix(string(x.Code)+": "+x.Message+" ("+x.Play+")", " ()")})
	}
	c.fail("warnings", w.Warnings.Range, "other warnings than wanted", linesOf(wanted, came), why...)
}

func (c *comparison) withheld(w *playbook.Want) {
	if w.Withheld == nil {
		return
	}
	var came []thing
	for i := range c.d.Withheld {
		came = append(came, withheldThing(&c.d.Withheld[i]))
	}
	c.each("withheld", w.Withheld.Items, came, ofWithheld)
	if len(w.Withheld.Items) == 0 && len(came) > 0 {
		c.fail("withheld", w.Withheld.Range, "something was withheld", linesOf(nil, each(came, thing.text)))
	}
}

func (c *comparison) passedOver(w *playbook.Want) {
	if w.PassedOver == nil {
		return
	}
	came := each(c.d.PassedOver, func(p recovery.PassedOver) string { return p.Partner + ": " + string(p.Reason) })
	for _, p := range w.PassedOver.Items {
		wanted := p.Key.Value + ": " + p.Value.Value
		if !slices.Contains(came, wanted) {
			c.fail("passed_over", p.Key.Range, "the partner was not passed over for that", linesOf([]string{wanted}, came), c.why.partner(p.Key.Value)...)
		}
	}
	if len(w.PassedOver.Items) == 0 && len(came) > 0 {
		c.fail("passed_over", w.PassedOver.Range, "a partner was passed over", linesOf(nil, came))
	}
}

// proposed compares what awaits a second person.
func (c *comparison) proposed(w *playbook.Want) {
	if w.Proposed == nil {
		return
	}
	var came []thing
	if m := c.d.Made; m != nil && m.Pending {
		for i := range m.Proposed {
			came = append(came, c.set.givenThing(c.d.Incident, &m.Proposed[i]))
		}
	}
	c.each("proposed", w.Proposed.Items, came, ofGiven)
	if len(w.Proposed.Items) == 0 && len(came) > 0 {
		c.fail("proposed", w.Proposed.Range, "something awaits a second person", linesOf(nil, each(came, thing.text)))
	}
}

func (c *comparison) choices(w *playbook.Want) {
	if w.Choices == nil {
		return
	}
	fits := make([][]bool, len(w.Choices.Items))
	for i, wanted := range w.Choices.Items {
		for j := range c.d.Choices {
			fits[i] = append(fits[i], len(c.choice(wanted, &c.d.Choices[j])) == 0)
		}
	}
	has := make([]bool, len(fits))
	for _, i := range matching(fits, len(c.d.Choices)) {
		if i >= 0 {
			has[i] = true
		}
	}
	for i, wanted := range w.Choices.Items {
		if !has[i] {
			c.noChoice(wanted)
		}
	}
	if len(w.Choices.Items) == 0 && len(c.d.Choices) > 0 {
		c.fail("choices", w.Choices.Range, "somebody has to choose", linesOf(nil, each(c.d.Choices, choiceText)))
	}
}

// noChoice shows a wanted choice beside the one that is most like it.
func (c *comparison) noChoice(w *playbook.WantedChoice) {
	var best []Line
	for j := range c.d.Choices {
		if lines := c.choice(w, &c.d.Choices[j]); len(lines) > 0 && (best == nil || len(lines) < len(best)) {
			best = lines
		}
	}
	if best == nil {
		best = append([]Line{{'-', "a choice" + spaced(w.Play.Value) + spaced(w.Decider.Value)}}, linesOf(nil, each(c.d.Choices, choiceText))...)
	}
	var why []Reason
	if w.Play.IsSet() && !slices.ContainsFunc(c.d.Plays, func(m recovery.Match) bool { return m.Play == w.Play.Value }) {
		why = c.why.notMatched(w.Play.Value)
	}
	c.fail("choices", w.Range, "no such choice is left to anybody", best, why...)
}

func spaced(s string) string {
	if s == "" {
		return ""
	}
	return " " + s
}

func choiceText(c recovery.Choice) string {
	offers := each(c.Options, func(o recovery.Offer) string { return offeredThing(&o).text() })
	return c.Play + ": " + c.Decider + " chooses between " + strings.Join(offers, ", ")
}

// choice returns how a choice differs from what is wanted of it.
func (c *comparison) choice(w *playbook.WantedChoice, x *recovery.Choice) (lines []Line) {
	compare := func(key string, want playbook.Text, got string) {
		if want.IsSet() && want.Value != got {
			lines = append(lines, Line{'-', key + ": " + want.Value}, Line{'+', key + ": " + got})
		}
	}
	compare("play", w.Play, x.Play)
	compare("decider", w.Decider, x.Decider)
	compare("choose.at_least", w.AtLeast, strconv.Itoa(x.AtLeast))
	compare("choose.at_most", w.AtMost, strconv.Itoa(x.AtMost))
	compare("precedents.count", w.Precedents, strconv.Itoa(x.Precedents.Count))
	if w.DueAt.IsSet() && !decidedAt(w.DueAt, playbook.Value{}).Equal(x.DueAt) {
		plain := c.set.zones.Text(x.Play)
		lines = append(lines, Line{'-', "due_at: " + plain.Time(decidedAt(w.DueAt, playbook.Value{}))})
		if !x.DueAt.IsZero() {
			lines = append(lines, Line{'+', "due_at: " + plain.Time(x.DueAt)})
		}
	}
	if w.Options == nil {
		return lines
	}
	var came []thing
	for i := range x.Options {
		came = append(came, offeredThing(&x.Options[i]))
	}
	missing, taken := c.set.assign(w.Options.Items, came, ofOption)
	for _, m := range missing {
		lines = append(lines, c.set.unlike(m, came, taken, ofOption)...)
	}
	return lines
}

// changes compares what has become of the actions of the decision before.
func (c *comparison) changes(w *playbook.Want) {
	if w.Changes == nil {
		return
	}
	for _, p := range w.Changes.Items {
		found, called := c.changed(p.Key.Value, w.Changes.Items)
		asWanted := len(found) > 0
		var came []string
		for i, a := range found {
			came = append(came, called[i]+": "+string(a.Change))
			asWanted = asWanted && string(a.Change) == p.Value.Value
		}
		if asWanted {
			continue
		}
		message := "the decision neither gives such an action nor takes one back"
		if len(found) > 0 {
			message = "something else has become of it"
		}
		c.fail("changes", p.Key.Range, message, linesOf([]string{p.Key.Value + ": " + p.Value.Value}, came))
	}
}

// guarantees holds the first decision on an incident against the guarantees about one decision.
func (c *comparison) guarantees(d *Decided) {
	if !slices.ContainsFunc(c.set.program.Guarantees, prove.AboutOne) || !d.asked() || c.d.Handled != recovery.HandledNew {
		return
	}
	x := c.why.explanation()
	for _, g := range x.Guarantees {
		if !prove.AboutOne(g) || happened(g, d.incident) {
			continue
		}
		broken := prove.Breaks(g, c.set.program, c.d, x.Instant)
		if broken == "" {
			continue
		}
		c.fail("guarantees", c.step.Range, fmt.Sprintf("the guarantee `%s` (%s:%d) is broken: %s", g.Name, g.Position.File, g.Position.Start.Line, broken), nil)
	}
}

// happened reports whether something has happened to an incident that a guarantee does not speak of: it
// takes incidents as they begin, unless its condition reads what came after.
func happened(g *policy.Guarantee, in recovery.Incident) bool {
	for field, at := range map[string]time.Time{
		"responded_at": in.RespondedAt, "informed_at": in.InformedAt, "resolved_at": in.ResolvedAt,
		"waiting_since": in.WaitingSince, "reopened_at": in.ReopenedAt,
	} {
		if !at.IsZero() && !strings.Contains(g.For(), field) {
			return true
		}
	}
	return len(in.Paused) > 0 && !strings.Contains(g.For(), "paused")
}
