package recovery

import (
	"slices"
	"time"

	"github.com/servicerecovery/amends/policy"
)

// firstBase is what the actions of the incident's first decision count from: the
// report of the failure, else that decision. It stays what it was then.
func (c *conclusion) firstBase() time.Time {
	switch prev := c.given.Previous; {
	case prev != nil:
		return prev.Base
	case !c.reportedAt.IsZero():
		return c.reportedAt
	}
	return c.now
}

// playBase is what the actions of a play count from that have no field to follow.
// What a later decision gives for the first time counts from that decision. The
// base then stays, whatever is decided later, also when the play is not given for a
// while.
func (c *conclusion) playBase(play string) time.Time {
	prev := c.given.Previous
	if prev == nil {
		return c.base
	}
	if i := slices.IndexFunc(prev.Bases, func(b PlayBase) bool { return b.Play == play }); i >= 0 {
		return prev.Bases[i].Base
	}
	if gives(prev.Decision, play) || c.chose(play) {
		return prev.Base
	}
	return c.now
}

// gives reports whether a decision gives something on behalf of a play.
func gives(d *Decision, play string) bool {
	for i := range d.Actions {
		if a := &d.Actions[i]; a.Change != ChangeCancelled && slices.Contains(a.Plays, play) {
			return true
		}
	}
	return slices.ContainsFunc(d.Choices, func(ch Choice) bool { return ch.Play == play })
}

// chose reports whether a choice was made that a play left.
func (c *conclusion) chose(play string) bool {
	return slices.ContainsFunc(c.given.Made, func(m Record) bool { return m.Decision.Plays[0].Play == play })
}

// bases are those that the record keeps beside its own: of plays that are given and
// began later, and of plays that are not given any more. The latter are forgotten
// once the incident is resolved: what comes back then counts anew.
func (c *conclusion) bases(d *Decision) []PlayBase {
	var out []PlayBase
	add := func(play string) {
		if slices.ContainsFunc(out, func(b PlayBase) bool { return b.Play == play }) {
			return
		}
		base := c.playBase(play)
		standing := gives(d, play) || slices.ContainsFunc(c.keeps, func(m Record) bool { return m.Decision.Plays[0].Play == play })
		if standing && !base.Equal(c.base) || !standing && (!c.resolved() || c.asksStill(play)) {
			out = append(out, PlayBase{Play: play, Base: base})
		}
	}
	prev := c.given.Previous
	if prev == nil {
		return nil
	}
	for _, b := range prev.Bases {
		add(b.Play)
	}
	for _, of := range []*Decision{prev.Decision, d} {
		for i := range of.Actions {
			if a := &of.Actions[i]; a.Change != ChangeCancelled {
				for _, play := range a.Plays {
					add(play)
				}
			}
		}
		for _, ch := range of.Choices {
			add(ch.Play)
		}
	}
	for _, m := range c.given.Made {
		add(m.Decision.Plays[0].Play)
	}
	return out
}

// baseOf is what a step counts from: its since field where it has one, else the
// given base. It is zero as long as that field is absent.
func (c *conclusion) baseOf(a *policy.Action, base time.Time) time.Time {
	if a.Since == nil {
		return base
	}
	return c.since(a.Since)
}

// since is the time of a field that a clock follows. A resolution before the incident
// was opened again is void.
func (c *conclusion) since(f *policy.Field) time.Time {
	t := c.time(f)
	if f == c.rules.fields.resolvedAt && t.Before(c.happened.reopened) {
		return time.Time{}
	}
	return t
}

// resolved reports whether the incident is resolved now.
func (c *conclusion) resolved() bool { return !c.happened.resolved.IsZero() }

// events are what has happened to the incident by now.
func (s *subject) events() events {
	return eventsBy(s.now, s.respondedAt, s.informedAt, s.resolvedAt, s.reopened)
}

// startsAnew reports whether actions of a type count anew from when an incident was
// opened again.
func startsAnew(kind string) bool {
	switch kind {
	case ActionAcknowledge, ActionRespond, ActionInform, ActionResolve, ActionSurvey:
		return true
	}
	return false
}
