package recovery

import (
	"slices"
	"time"

	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/policy/worktime"
)

// Promise is what a record remembers of one ask: that a play asks for an action, by
// when, and what came of it. A merged action has one for each play. Records carry
// promises from decision to decision, because what was promised decides what counts
// later. A promise is one deadline after the other: one that is broken and then
// moves is remembered in its place.
type Promise struct {
	Action string // the id of the action
	Type   string
	Item   string // as of an [Action]
	Play   string // playbook/play
	Since  string // the field that its clock follows; empty: none

	GivenAt time.Time // when the play first gave the action
	// Base is the time from which its clock counts; zero while it waits for its
	// field.
	Base time.Time
	// NotBefore and DueAt are the times that stand, and SetAt is the decision that
	// set them. DoneAt is when it was done; zero: it is open.
	NotBefore, DueAt, SetAt, DoneAt time.Time
	// Cancelled is set on an ask that the decision does not give.
	Cancelled bool

	chosen  bool      // by a choice, whose own record does not change: of it, this is what later decisions have to know
	any     bool      // what happened before the base counts as well
	anyOnce bool      // it did, until the incident was opened again
	redress bool      // a report counts whenever it was made
	amount  Money     // what it gives; unset: no money
	waits   bool      // for its field, or for the customer: there is no deadline yet
	sooner  bool      // its NotBefore is that of another ask of the play
	over    bool      // cancelled, and the incident was resolved since: what comes back counts anew
	origin  time.Time // the base before anything was opened again
	run     running
	every   value.Span // of an inform: how often it is owed; zero: once
	within  time.Time  // of such an inform: what bounds its first deadline; zero: nothing
	// times are those at which the customer was informed, of an inform that is owed again and again. judge finds
	// them; they are not remembered with the promise.
	times   []time.Time
	stood   []stood   // its earlier deadlines, the oldest first
	broken  []broken  // those that were missed, and are not its deadline any more
	settled []settled // those that were kept or given up in time, and are not its deadline any more
	undone  bool      // what it was done by is taken back, but it was kept until it began anew; not remembered
	opened  time.Time // when what was done had to be done once more, as the incident was opened again
	// calendar is its working time; nil: its clock always runs. It says how long something took.
	calendar *worktime.Calendar
}

// stood is a deadline that another has taken the place of.
type stood struct {
	setAt, dueAt time.Time
	waits        bool // it had none yet
}

// broken is a deadline that was missed, of a promise that has another one by now, or
// is not given any more.
type broken struct {
	givenAt, base, dueAt time.Time
	began                time.Time // of an inform: the base of its first time
	until                time.Time // when the next one began
	doneAt               time.Time
	any                  bool
	amount               Money // what it gave then; unset: no money
	ended                bool  // the promise was given up, or begins anew: what is done later is not about it
	former               bool  // of an inform: by another period from the same base
}

// settled is a deadline that nobody has missed, of a promise that has another one by now. It was
// kept, or else given up before it was due.
type settled struct {
	givenAt, base, dueAt time.Time
	doneAt               time.Time // zero: nobody knows, or it was not done
	kept                 bool
}

// same reports whether two promises are one, of two decisions.
func (p *Promise) same(o *Promise) bool {
	return p.Action == o.Action && p.Play == o.Play
}

// late reports whether the deadline that stands was missed by a time.
func (p *Promise) late(now time.Time) bool {
	return missed(p.DueAt, p.DoneAt, now)
}

func missed(due, done, now time.Time) bool {
	if due.IsZero() {
		return false
	}
	if done.IsZero() {
		return now.After(due)
	}
	return done.After(due)
}

// given is when the promise was given that stands: when it first had a deadline from this base, or waited
// for one.
func (p *Promise) given() time.Time {
	for _, s := range p.stood {
		if s.waits || !s.dueAt.IsZero() {
			return s.setAt
		}
	}
	return p.SetAt
}

// brokenBefore reports whether the promise was broken under an earlier deadline from
// the same base: that is what it is listed for.
func (p *Promise) brokenBefore() bool {
	return slices.ContainsFunc(p.broken, p.from)
}

// from reports whether a deadline of the past counts from the base that stands.
// Redress is one promise, whatever it counts from, until it is raised. Each time of what
// recurs has a base of its own.
func (p *Promise) from(b broken) bool {
	if p.redress {
		return b.givenAt.Equal(p.given())
	}
	if p.recurs() {
		return b.began.Equal(p.Base)
	}
	return b.base.Equal(p.Base)
}

// dueAsOf is the deadline that stood at a time, and when it was set.
func (p *Promise) dueAsOf(t time.Time) (due, setAt time.Time) {
	if !t.Before(p.SetAt) {
		return p.DueAt, p.SetAt
	}
	for _, s := range slices.Backward(p.stood) {
		due, setAt = s.dueAt, s.setAt
		if !t.Before(setAt) {
			return due, setAt
		}
	}
	if len(p.stood) == 0 {
		return p.DueAt, p.SetAt
	}
	return due, setAt
}

// end remembers the deadline that stands if it was missed by a time, before the
// promise gets another. until is when the next one begins.
func (p *Promise) end(now, until time.Time) {
	if p.recurs() {
		p.endTimes(now, now, false)
		return
	}
	if !p.late(now) || !p.DueAt.Before(now) || p.brokenBefore() {
		return
	}
	p.broken = append(slices.Clip(p.broken), broken{
		givenAt: p.given(), base: p.Base, dueAt: p.DueAt, until: until, doneAt: p.DoneAt, any: p.any, amount: p.amount,
	})
}

// brokenFor are the deadlines that were missed, once the promise gives another amount:
// one that gives less takes nothing off them.
func (p *Promise) brokenFor(amount Money, now time.Time) []broken {
	before := *p
	if less := amount.Currency() == p.amount.Currency() && amount.Compare(p.amount) < 0; !p.Cancelled && (less || !p.DoneAt.IsZero()) {
		before.end(now, now)
	}
	return before.broken
}

// move gives the promise another deadline from the same base. What was missed stays
// missed. A deadline that stood before keeps the time at which it was set.
func (p *Promise) move(to times, now time.Time) {
	if p.DueAt.Equal(to.due) {
		p.NotBefore, p.waits = to.start, to.waits
		return
	}
	if !p.Cancelled && !p.recurs() {
		p.end(now, now)
	}
	p.stood = append(slices.Clip(p.stood), stood{p.SetAt, p.DueAt, p.waits})
	p.NotBefore, p.DueAt, p.waits, p.SetAt = to.start, to.due, to.waits, now
	for i, s := range p.stood {
		if s.dueAt.Equal(p.DueAt) {
			p.SetAt, p.stood = s.setAt, p.stood[:i:i]
			p.restore()
			return
		}
	}
}

// restore takes a deadline off those of the past: it stands again. Of what recurs, all of its period do.
func (p *Promise) restore() {
	again := func(b broken) bool { return p.from(b) && (b.dueAt.Equal(p.DueAt) || p.recurs() && !b.former) }
	if slices.ContainsFunc(p.broken, again) {
		p.broken = slices.DeleteFunc(slices.Clone(p.broken), again)
	}
}

// cancel says that the promise is not given any more. What was missed by then stays
// missed.
func (p *Promise) cancel(at time.Time) {
	if !p.Cancelled {
		p.end(at, at)
		p.giveUp(at)
		p.Cancelled = true
	}
}

// giveUp says of the deadlines that were missed that what is done from a time on is not
// about them.
func (p *Promise) giveUp(at time.Time) {
	p.broken = slices.Clone(p.broken)
	for i := range p.broken {
		if b := &p.broken[i]; p.from(*b) && !b.ended {
			if b.ended = true; !p.recurs() {
				b.until = at
			}
		}
	}
}

// comesBack says that the promise is given again: what is done is about it.
func (p *Promise) comesBack() {
	p.broken = slices.Clone(p.broken)
	for i := range p.broken {
		if p.from(p.broken[i]) {
			p.broken[i].ended = false
		}
	}
}

// had reports whether the promise once had a deadline from a base: where a field moves back, it is given no second
// time.
func (p *Promise) had(base, due time.Time) bool {
	return slices.ContainsFunc(p.broken, func(b broken) bool { return b.base.Equal(base) && b.dueAt.Equal(due) }) ||
		slices.ContainsFunc(p.settled, func(s settled) bool { return s.base.Equal(base) && s.dueAt.Equal(due) })
}

// settle remembers the deadlines that nobody has missed, before the promise begins anew.
func (p *Promise) settle() {
	add := func(s settled) {
		if len(p.settled) < mostSilences {
			s.givenAt, s.base = p.given(), p.Base
			p.settled = append(slices.Clip(p.settled), s)
		}
	}
	switch {
	case p.recurs():
		p.keptTimes(func(due, done time.Time) { add(settled{dueAt: due, doneAt: done, kept: true}) })
	case p.DueAt.IsZero() || p.brokenBefore() || p.DoneAt.After(p.DueAt):
	case !p.DoneAt.IsZero():
		add(settled{dueAt: p.DueAt, doneAt: p.DoneAt, kept: true})
	case p.Cancelled:
		add(settled{dueAt: p.DueAt})
	}
}

// renew begins anew, from another base, what a promise was.
func (p *Promise) renew(was *Promise, base time.Time, to times, now time.Time) {
	gone := *was
	gone.broken = p.broken
	gone.settle()
	if !gone.Cancelled {
		gone.end(now, now)
		gone.giveUp(now)
	}
	p.broken, p.settled = gone.broken, gone.settled
	p.Base, p.NotBefore, p.DueAt, p.waits, p.SetAt = base, to.start, to.due, to.waits, now
	p.DoneAt, p.times, p.stood = time.Time{}, nil, nil
	if p.recurs() { // where its field moves back, its times of then stand again
		p.restore()
		p.settled = slices.DeleteFunc(slices.Clone(p.settled), func(s settled) bool { return s.base.Equal(base) })
	}
}

// chosenBy is what a choice has promised, with what later decisions have kept of it: the pauses as they were known
// when it fell due.
func (g *Given) chosenBy(m *Record) []Promise {
	if g.Previous == nil {
		return m.Promises
	}
	out := m.Promises
	for _, kept := range g.Previous.Promises {
		i := slices.IndexFunc(out, func(p Promise) bool { return kept.chosen && p.same(&kept) })
		if i >= 0 {
			out = slices.Clone(out)
			out[i].run.held = kept.run.held
		}
	}
	return out
}

// madeDecision is the decision of a choice, with what later ones have kept of its promises.
func (g *Given) madeDecision(i int) *Decision {
	d := *g.Made[i].Decision
	d.promises = g.chosenBy(&g.Made[i])
	return &d
}

// PlayBase is what the actions of a play count from that have no field to follow.
type PlayBase struct {
	Play string // playbook/play
	Base time.Time
}

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

// startsAnew reports whether actions of a type count anew from when an incident was
// opened again.
func startsAnew(kind string) bool {
	switch kind {
	case ActionAcknowledge, ActionRespond, ActionInform, ActionResolve, ActionSurvey:
		return true
	}
	return false
}
