package recovery

import (
	"cmp"
	"slices"
	"time"

	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/policy/worktime"
	"github.com/servicerecovery/amends/recovery/store"
)

// conclusion is a decision in the making. Nothing in it reads a store or a
// clock: the same subject and the same answers give the same decision.
type conclusion struct {
	*subject
	rules     *ruleset
	workspace *workspace
	given     Given
	from      asker // nil: nobody
	base      time.Time
	informs   []time.Time // when the customer was informed, as told until now
	happened  events      // by now
	past      events      // the same, with what the incident's reopening has made void
	memory    []Promise   // of earlier decisions, as they are by now; sorted like the record's
	chosen    []Promise   // of choices that were made
	choosing  bool        // a choice is made: what it gives counts from now
	// knew are the pauses that the previous decision knew; nil: nobody asked.
	knew *[]worktime.Pause

	matches  []policy.Match
	item     *policy.ItemMatch // the one at hand, of the play that is expanded; nil: none
	drafts   []*draft
	leftOut  []*draft // not needed any more, because the incident is resolved
	withheld []Withheld
	passed   []PassedOver
	choices  []Choice
	reserves []Reserve
	keeps    []Record // choices made before whose play still matches
	drops    []Record // those whose play does not
	// previous are the actions that the previous decision gave, or cancelled,
	// without those that choices have withdrawn since; nil when there was none.
	previous  map[string]*Action
	withdrawn map[store.ID]bool
	// handedBefore are the effects that the host was handed before; handed fills it.
	handedBefore []Handed

	unknown  map[int]bool     // slots of facts that lack a key and were not given
	warnings []Warning        // as they came; see sortedWarnings
	used     map[string]int64 // units that earlier plays of this decision took
	touched  []*policy.Limit  // limits that looked at something

	explains *Explanation // where reasons are noted beside the decision; nil: nobody asks
}

// isWithdrawn reports whether a choice has cancelled an action.
func (c *conclusion) isWithdrawn(id string) bool {
	return len(c.withdrawn) > 0 && c.withdrawn[store.IDOf(id)]
}

// warningCodes are the warnings, in the order in which a decision lists them.
var warningCodes = [...]WarningCode{
	WarnUnanswered, WarnStale, WarnTooLate, WarnNoExpectedTime, WarnLateWhenGiven, WarnInTheFuture, WarnNoPartner, WarnFactWithoutKey,
	WarnInvalidField, WarnLanguage,
}

func (c *conclusion) warn(code WarningCode, play, message string) {
	c.warnings = append(c.warnings, Warning{Code: code, Message: message, Play: play})
}

// warnOnce warns of what may come up several times.
func (c *conclusion) warnOnce(code WarningCode, play, message string) {
	w := Warning{Code: code, Message: message, Play: play}
	if !slices.Contains(c.warnings, w) {
		c.warn(code, play, message)
	}
}

// sortedWarnings are the warnings in the order of their codes; those of one code as they came.
func (c *conclusion) sortedWarnings() []Warning {
	rank := func(w Warning) int { return slices.Index(warningCodes[:], w.Code) }
	slices.SortStableFunc(c.warnings, func(a, b Warning) int { return cmp.Compare(rank(a), rank(b)) })
	return c.warnings
}

// conclude decides from what was read. What it returns lives in the workspace.
func (r *ruleset) conclude(w *workspace, given Given, from asker) (*conclusion, error) {
	c := r.begin(w, given, from)
	return c, c.decide()
}

func (c *conclusion) decide() error {
	for _, p := range c.subject.taken.Invalid() {
		c.warn(WarnInvalidField, "", takenAsMissing(p))
	}
	if err := c.match(); err != nil {
		return err
	}
	c.sortMade()
	if err := c.askPrecedents(c.offering()...); err != nil {
		return err
	}
	c.makeRoom()
	for i := range c.matches {
		if err := c.approach(&c.matches[i]); err != nil {
			return err
		}
	}
	return c.settle()
}

// begin begins a decision about the workspace's subject.
func (r *ruleset) begin(w *workspace, given Given, from asker) *conclusion {
	c := &w.conclusion
	c.subject, c.rules, c.workspace, c.given, c.from, c.drafts = &w.subject, r, w, given, from, w.list[:0]
	c.base = c.firstBase()
	c.withdrawn = given.withdrawn()
	c.recall()
	if prev := given.Previous; prev != nil {
		c.previous = make(map[string]*Action, len(prev.Decision.Actions))
		for i := range prev.Decision.Actions {
			a := &prev.Decision.Actions[i]
			if !c.isWithdrawn(a.ID) {
				c.previous[a.ID] = a
			}
		}
	}
	c.setFacts()
	c.setMissed()
	return c
}

// setFacts gives the input the facts that were read. A fact without a key says
// nothing, unless its value was given all the same.
func (c *conclusion) setFacts() {
	for i, f := range c.facts {
		if i < len(c.given.Facts) && c.given.Facts[i] != nil {
			c.input.SetFact(f, c.given.Facts[i])
			continue
		}
		c.input.SetFact(f, c.rules.zeros[f.Slot])
		for _, k := range f.Same {
			if c.key(k) == "" {
				if c.unknown == nil {
					c.unknown = map[int]bool{}
				}
				c.unknown[f.Slot] = true
			}
		}
	}
}

func (c *conclusion) match() error {
	matches, err := c.rules.program.Match(c.input)
	if err != nil {
		return matchError(err)
	}
	c.matches = matches
	c.warnAhead()
	for i := range matches {
		c.warnOf(matches[i].Play)
	}
	return nil
}

// warnOf warns of what is wrong with a play that matched.
func (c *conclusion) warnOf(p *policy.Play) {
	if !p.ReviewBy.IsZero() && c.today(p.Playbook.Zone).Compare(p.ReviewBy) > 0 {
		c.warn(WarnStale, p.Name, "the answer was to be reviewed by "+p.ReviewBy.String())
	}
	if p.Lead != nil && c.phase == PhaseSignal && c.expectedAt.IsZero() {
		c.warn(WarnNoExpectedTime, p.Name, "nobody knows by when to prevent it, because the incident has no expected_at")
	}
	c.warnUnknown(p.Facts, p.Name)
}

// warnUnknown warns of each fact among those read that has no key, once.
func (c *conclusion) warnUnknown(slots []int, play string) {
	for _, slot := range slots {
		if c.unknown[slot] {
			delete(c.unknown, slot)
			f := c.rules.program.Facts[slot]
			c.warn(WarnFactWithoutKey, play, f.Name+" is taken as zero, because the incident has no "+c.missingKey(f))
		}
	}
}

func (c *conclusion) missingKey(f *policy.Fact) string {
	for _, k := range f.Same {
		if c.key(k) == "" {
			return k.Name
		}
	}
	return ""
}

// sortMade tells the choices that still stand from those whose play no longer
// matches.
func (c *conclusion) sortMade() {
	for _, m := range c.given.Made {
		if m.Decision.Made.Declined != nil {
			continue // the choice is offered anew
		}
		play := m.Decision.Plays[0].Play
		stands := slices.ContainsFunc(c.matches, func(x policy.Match) bool { return x.Play.Name == play && x.Play.Choice != nil })
		if stands {
			c.keeps = append(c.keeps, m)
		} else {
			c.drops = append(c.drops, m)
		}
	}
}

// offering are the plays that leave a choice which nobody has made yet.
func (c *conclusion) offering() (out []*policy.Play) {
	for i := range c.matches {
		if p := c.matches[i].Play; p.Choice != nil && c.made(choiceID(c.namespace, c.id, p.Name)) == nil {
			out = append(out, p)
		}
	}
	return out
}

// made returns the choice that was made under an id and stands.
func (c *conclusion) made(choice string) *Decision {
	for _, m := range c.keeps {
		if m.Decision.Made.Choice == choice {
			return m.Decision
		}
	}
	return nil
}

// approach takes what one matching play gives.
func (c *conclusion) approach(m *policy.Match) error {
	if m.Play.Each != nil {
		return c.eachItem(m)
	}
	actions := m.Play.Do
	if m.Case != nil && len(m.Case.Do) > 0 {
		actions = slices.Concat(m.Play.Do, m.Case.Do)
	}
	switch m.Play.Approach {
	case policy.PreventiveIntervention:
		return c.prevent(m.Play, actions)
	case policy.PartnerSubstitute:
		return c.substitute(m.Play, actions)
	case policy.CaseByCase:
		if err := c.give(m.Play, actions); err != nil {
			return err
		}
		return c.offer(m.Play)
	}
	return c.give(m.Play, actions)
}

// eachItem takes what a play gives for each of its items. What each item has for itself is expanded
// once for each; an action that is one for all items is given once.
func (c *conclusion) eachItem(m *policy.Match) error {
	f := c.input.Frame(m.Play.Playbook)
	defer func() { c.item = nil; f.NoItem() }()
	prevents := m.Play.Approach == policy.PreventiveIntervention
	var given, late []*policy.Action   // those that are one for all items, and of them those that come too late
	var asked, wanted []*policy.Action // of one item; the next has the same room
	once := func(actions []*policy.Action) []*policy.Action {
		wanted = wanted[:0]
		for _, a := range actions {
			if a.Own {
				wanted = append(wanted, a)
			} else if !slices.Contains(given, a) {
				wanted, given = append(wanted, a), append(given, a)
			}
		}
		return wanted
	}
	for i := range m.Items {
		c.item = &m.Items[i]
		f.SetItem(m.Play.Each, c.item.At)
		asked = append(asked[:0], m.Play.Do...)
		if c.item.Case != nil {
			asked = append(asked, c.item.Case.Do...)
		}
		if !prevents {
			if err := c.give(m.Play, once(asked)); err != nil {
				return err
			}
			continue
		}
		more, isLate, err := c.inTime(m.Play, once(asked), len(asked) == 0)
		if err != nil {
			return err
		}
		late = append(late, more...)
		if isLate || slices.ContainsFunc(asked, func(a *policy.Action) bool { return !a.Own && slices.Contains(late, a) }) {
			if err := c.give(m.Play, once(m.Play.TooLate)); err != nil {
				return err
			}
		}
	}
	return nil
}

// turnTo makes an item the one at hand for a play that gives an action of its own; nil: none.
func (c *conclusion) turnTo(p *policy.Play, item *policy.ItemMatch) {
	if c.item = item; item != nil {
		c.input.Frame(p.Playbook).SetItem(p.Each, item.At)
	}
}

// give expands actions that nothing special is said about.
func (c *conclusion) give(p *policy.Play, actions []*policy.Action) error {
	for _, a := range actions {
		d, err := c.expand(p, a)
		if err != nil {
			return err
		}
		c.drafts = append(c.drafts, d)
	}
	return nil
}

// settle merges and limits what the plays gave, cuts the offered ranges, and
// writes the words: last, because they speak of the amounts that are left.
func (c *conclusion) settle() error {
	c.dropZeros()
	if err := c.merge(); err != nil {
		return err
	}
	if err := c.limit(); err != nil {
		return err
	}
	c.warnsLate()
	if err := c.cutOffers(); err != nil {
		return err
	}
	for _, l := range c.touched {
		c.warnUnknown(l.Facts, "")
	}
	for _, d := range c.drafts {
		if err := c.finish(d); err != nil {
			return err
		}
	}
	c.item = nil
	return nil
}

// prevent gives the actions of a preventive play, and too_late where they come too late.
func (c *conclusion) prevent(p *policy.Play, actions []*policy.Action) error {
	_, late, err := c.inTime(p, actions, len(actions) == 0)
	if err != nil || !late {
		return err
	}
	return c.give(p, p.TooLate)
}

// inTime gives the actions of a preventive play that come in time, and returns the others. On a signal
// they must be done before the failure reaches the customer, less the lead. An action that an earlier
// decision gave in time stays. A play that gives nothing comes too late as well.
func (c *conclusion) inTime(p *policy.Play, actions []*policy.Action, nothing bool) (withheld []*policy.Action, late bool, err error) {
	if !c.signal() {
		return nil, false, c.give(p, actions)
	}
	latest, err := c.latest(p)
	if err != nil {
		return nil, false, err
	}
	for _, a := range actions {
		d, err := c.parameters(p, a, "")
		if err == nil {
			err = c.promise(d, latest)
		}
		if err != nil {
			return nil, false, err
		}
		if c.now.After(latest) && !c.gaveBefore(d.ID, p.Name) {
			withheld = append(withheld, a)
			c.withhold(d, WithheldTooLate, d.Amount)
			continue
		}
		c.drafts = append(c.drafts, d)
	}
	late = len(withheld) > 0 || nothing && c.now.After(latest)
	if late {
		c.warnOnce(WarnTooLate, p.Name, "it had to be done by "+timeIn(p, latest))
	}
	return withheld, late, nil
}

// latest is the moment by which prevention must be done.
func (c *conclusion) latest(p *policy.Play) (time.Time, error) {
	if p.Lead == nil {
		return c.expectedAt, nil
	}
	lead, err := p.Lead.Span(c.input.Frame(p.Playbook))
	if err != nil {
		return time.Time{}, evaluationError(p, err)
	}
	latest, err := worktime.Clock{Zone: p.Playbook.Zone}.Back(c.expectedAt, lead)
	if err != nil {
		return time.Time{}, failedAt(p, p.Lead.Position(), p.Lead.Source(), "counted back from "+timeIn(p, c.expectedAt)+", it lies before the year 1")
	}
	return value.Instant(latest), nil
}
