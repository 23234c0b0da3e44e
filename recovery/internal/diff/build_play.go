package diff

import (
	"cmp"
	"strconv"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy"
)

// play builds a play.
func (b *builder) play(p *playbook.Play) *thing {
	t := &thing{name: p.ID.Value, what: WhatPlay, at: p.Range, reads: b.everywhere}
	t.add(plain("approach", WhatApproach, p.Approach), expression("when", WhatCondition, p.When))
	t.shown = p.Approach.Value + ", when " + folded(p.When.Value)
	if p.Each.IsSet() {
		t.reads = append(t.reads, "field "+p.Each.Value)
		t.add(plain("each", WhatCondition, p.Each), optional(p.Where, expression, "where", WhatCondition))
		t.shown += ", each of " + p.Each.Value
	}
	preventive := p.Approach.Value == policy.PreventiveIntervention.String()
	phase := "failure"
	if preventive {
		phase = "signal"
	}
	t.add(
		withDefault("phase", WhatPhase, p.Phase, phase, p.Range),
		withDefault("provider", WhatProvider, p.Provider, "us", p.Range),
		priority(p),
		flag("fallback", WhatFallback, p.Fallback, p.Range),
		flag("answers", WhatAnswers, p.Answers.Value != "false", p.Range),
		period("in_force", p.InForce, p.Range),
		b.reviewBy(p),
	)
	t.add(b.actions("do", WhatAction, p.Do, p.Range), b.cases(p))
	t.add(optional(p.Lead, duration, "lead", WhatLead))
	if preventive {
		t.add(b.actions("too_late", WhatAction, p.TooLate, p.Range))
	}
	if p.Discretion != nil {
		t.add(b.discretion(p.Discretion))
	}
	if p.Substitute != nil {
		t.add(substitutes(p.Substitute))
		t.add(b.actions("otherwise", WhatAction, p.Otherwise, p.Range))
	}
	return t
}

// duration is a leaf that is a length of time.
func duration(name string, what What, t playbook.Text) *thing {
	return typed(typeSpan, name, what, t)
}

// withDefault is a leaf with the value that holds when none was written.
func withDefault(name string, what What, t playbook.Text, otherwise string, at playbook.Range) *thing {
	if !t.IsSet() {
		return fixed(name, what, otherwise, at)
	}
	return plain(name, what, t)
}

func priority(p *playbook.Play) *thing {
	if !p.Priority.IsSet() {
		return fixed("priority", WhatPriority, "0", p.Range)
	}
	t := plain("priority", WhatPriority, p.Priority)
	if n, err := strconv.ParseInt(t.value, 10, 64); err == nil {
		t.value = strconv.FormatInt(n, 10)
	}
	return t
}

// period is a leaf for the days on which something is in force. The playbook's
// own are not repeated in each of its plays.
func period(name string, p *playbook.Period, at playbook.Range) *thing {
	if p == nil || !p.From.IsSet() && !p.Until.IsSet() {
		return fixed(name, WhatInForce, "always", at)
	}
	from, until := p.From.Value, p.Until.Value
	text := "from " + from + " until " + until
	switch {
	case from == "":
		text = "until " + until
	case until == "":
		text = "from " + from
	}
	return fixed(name, WhatInForce, text, p.Range)
}

// reviewBy is the day from which the play's answer is stale. Only standardised
// plays take the playbook's.
func (b *builder) reviewBy(p *playbook.Play) *thing {
	day, inherited := p.ReviewBy, false
	if !day.IsSet() && p.Approach.Value == policy.StandardisedResponse.String() {
		day, inherited = b.doc.ReviewBy, true
	}
	if !day.IsSet() {
		return nil
	}
	t := plain("review_by", WhatReviewBy, day)
	t.inherited = inherited
	return t
}

// cases builds the branches of a play: the first that holds counts.
func (b *builder) cases(p *playbook.Play) *thing {
	t := &thing{name: "cases", what: WhatCase, ordered: true, at: p.Range}
	for _, k := range p.Cases {
		c := &thing{name: cmp.Or(k.ID.Value, "(without id)"), what: WhatCase, at: k.Range}
		if k.When.IsSet() {
			c.add(expression("when", WhatCondition, k.When))
		} else {
			c.add(fixed("when", WhatCondition, "true", k.Range))
		}
		do := b.actions("do", WhatAction, k.Do, k.Range)
		c.add(do)
		c.shown = "when " + c.part("when").shown + ": " + do.shown
		t.add(c)
	}
	return t
}

// discretion builds the choice that a play leaves to a person.
func (b *builder) discretion(d *playbook.Discretion) *thing {
	t := &thing{name: "discretion", what: WhatDiscretion, at: d.Range, shown: "a choice of " + shown(d.Decider.Value)}
	t.add(words("decider", WhatDiscretion, d.Decider))
	if d.Within.IsSet() {
		t.add(typed(typeSpan, "within", WhatDeadline, d.Within), optional(d.Ends, plain, "ends", WhatDeadline))
	}
	t.add(calendarOf(d.Calendar))
	options := &thing{name: "options", what: WhatOption, ordered: true, at: d.Range}
	for _, o := range d.Options {
		options.add(b.action(o, true))
	}
	t.add(options)
	t.add(withDefault("at_least", WhatDiscretion, d.AtLeast, "1", d.Range), withDefault("at_most", WhatDiscretion, d.AtMost, "1", d.Range))
	comparable := set("comparable", WhatDiscretion, d.Comparable, d.Range)
	for _, f := range d.Comparable {
		comparable.reads = append(comparable.reads, "field "+f.Value)
	}
	t.add(comparable)
	if d.Tolerance.IsSet() {
		t.add(typed(typePercent, "tolerance", WhatDiscretion, d.Tolerance))
	} else {
		none := fixed("tolerance", WhatDiscretion, "0%", d.Range)
		none.value = "percent(0)"
		t.add(none)
	}
	b.authority(t, d)
	return t
}

// authority builds who may choose how much, and who has to agree above it. The order of roles, and of
// currencies, does not matter.
func (b *builder) authority(t *thing, d *playbook.Discretion) {
	if len(d.Authority) > 0 {
		all := &thing{name: "authority", what: WhatDiscretion, at: d.Authority[0].Role.Range}
		for _, a := range d.Authority {
			all.add(amounts(a.Role.Value, a.UpTo, a.Role.Range))
		}
		t.add(all)
	}
	if s := d.Second; s != nil {
		second := &thing{name: "second", what: WhatDiscretion, at: s.Range, shown: "a second signature of " + shown(s.By.Value)}
		second.add(amounts("above", s.Above, s.Range), words("by", WhatDiscretion, s.By))
		t.add(second)
	}
	if len(d.Remind) > 0 {
		t.add(b.actions("remind", WhatAction, d.Remind, d.Range))
	}
	if len(d.IfLate) > 0 {
		t.add(b.actions("if_late", WhatAction, d.IfLate, d.Range))
	}
}

// amounts builds amounts, one for each currency.
func amounts(name string, list []playbook.Text, at playbook.Range) *thing {
	if len(list) == 1 {
		return typed(typeMoney, name, WhatDiscretion, list[0])
	}
	return set(name, WhatDiscretion, list, at)
}

// substitutes builds who may stand in. Partners are asked by their rank and cost,
// not in the order in which they are listed.
func substitutes(s *playbook.Substitute) *thing {
	t := &thing{name: "substitute", what: WhatSubstitute, at: s.Range}
	if s.Partners == nil {
		all := fixed("partners", WhatSubstitute, "all", s.Range)
		all.reads = []string{everyPartner}
		t.add(all)
	} else {
		listed := set("partners", WhatSubstitute, s.Partners, s.Range)
		for _, p := range s.Partners {
			listed.reads = append(listed.reads, "partner "+p.Value)
		}
		t.add(listed)
	}
	if s.Units.IsSet() {
		t.add(typed("int", "units", WhatSubstitute, s.Units))
	} else {
		t.add(fixed("units", WhatSubstitute, "1", s.Range))
	}
	return t
}

// everyPartner stands for all partners that a play can see.
const everyPartner = "partner *"
