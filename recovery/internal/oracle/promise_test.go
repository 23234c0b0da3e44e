package oracle

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/servicerecovery/amends/recovery"
)

// oAsk is what one play asks for under one action: a promise (rule 2).
type oAsk struct {
	key     string // of the action
	typ     string
	item    string // whose own it is
	play    *oPlay
	src     *oAction
	redress bool
	amount  *recovery.Money // nil: it gives no money

	base    time.Time // zero: it waits for its `since`
	follows bool      // it counts from a field
	chosen  bool      // somebody chose it
	bare    bool      // its field is absent
	raised  time.Time // when its amount rose after it was done: what it rose by is another promise
	opened  time.Time // when the incident was opened again, if it counts from that
	any     bool      // any event counts, however old

	notBefore  time.Time
	still      bool      // it is done, and keeps the times that it had
	waited     bool      // and waited then
	ready      bool      // its times are those of another ask of the play
	own        time.Time // the deadline by its rules alone; zero: none, or it waits
	due        time.Time // the deadline that it shows
	done       time.Time // zero: open
	given      time.Time // when it was first given, on whatever base
	born       time.Time // when it first had a deadline on this base, or waited for one
	instanceOf *oAsk     // of one time that an inform falls due
	first      bool      // and it is the first time
	parent     *oAsk     // of a step: what it hangs on
	from       time.Time // of a step: when it is owed from
	cap        time.Time // what a preventive play must be done by; zero: none
	late       []*oAct
	remind     []*oAct
}

// same says that two asks are one promise. One whose base moves is another each time (rule 15),
// but for redress, which a moved base never makes owed again (rule 11).
func (k *oAsk) same(other *oAsk) bool {
	return k.key == other.key && k.play.name() == other.play.name() && (k.redress && k.raised.Equal(other.raised) || !k.redress && k.base.Equal(other.base) && k.first == other.first)
}

func (k *oAsk) name() string { return k.play.name() + "/" + k.typ }

// recounts are the types that count anew from `reopened_at` (rule 15).
var recounts = []string{"acknowledge", "respond", "inform", "resolve", "survey"}

// pointless are the types that a resolved incident leaves out while they are open (rule 13).
var pointless = []string{"acknowledge", "respond", "inform", "resolve"}

// promise gives an ask its times.
func (r *oRun) promise(k *oAsk) {
	r.startClock(k)
	if !k.base.IsZero() {
		k.notBefore, k.own = r.clock(k).deadline(k.base, k.src.after, k.src.within)
	}
	r.keepBase(k)
	r.fulfil(k)
}

// fulfil says what is done, when it was first given, and which deadline it shows.
func (r *oRun) fulfil(k *oAsk) {
	k.done = r.doneAt(k)
	k.raised = r.raised(k)
	k.given, k.born = r.firstGiven(k)
	k.due = k.own
	switch {
	case k.recurs():
		k.own = r.nextInform(k)
		k.due = k.own
	case !k.done.IsZero():
		k.due = r.stood(k, k.done)
	}
}

// lastGiven is a promise as the last decision had it that gave it; nil when none did.
func (r *oRun) lastGiven(k *oAsk) (last *oAsk) {
	for _, d := range r.life.past {
		for _, o := range d.asks {
			if o.same(k) {
				last = o
			}
		}
	}
	return last
}

// raised is when an amount last rose that had been given in full.
func (r *oRun) raised(k *oAsk) (at time.Time) {
	for _, d := range r.life.past {
		for _, o := range d.asks {
			if o.key != k.key || o.play.name() != k.play.name() {
				continue
			}
			at = o.raised
			if d == r.life.latestWith(k) && k.amount != nil && o.amount != nil && k.done.IsZero() && !r.doneAt(o).IsZero() {
				at = r.now
			}
		}
	}
	return at
}

// latestWith is the last decision that gave what a play asks for.
func (l *oLife) latestWith(k *oAsk) (last *oDecision) {
	for _, d := range l.past {
		if slices.ContainsFunc(d.asks, func(o *oAsk) bool { return o.key == k.key && o.play.name() == k.play.name() }) {
			last = d
		}
	}
	return last
}

// finish gives each action its promises' times in the end: when limits have run, its amount and
// with it what is done is known, and with that the deadline that its steps hang on.
func (r *oRun) finish(acts []*oAct) {
	for _, a := range acts {
		for _, k := range a.asks {
			k.amount = a.amount
			r.fulfil(k)
			if last := r.lastGiven(k); last != nil && !k.done.IsZero() && !k.recurs() {
				k.notBefore, k.still, k.waited = last.notBefore, true, last.waits() && !last.still || last.waited // what is done changes no more
			}
			r.steps(k)
		}
		r.settle(a)
	}
}

// steps gives the steps of an ask their times (rules 14 and 15).
func (r *oRun) steps(k *oAsk) {
	for _, step := range k.late {
		s := step.asks[0]
		s.parent = k
		if s.base = k.due; !s.base.IsZero() {
			s.notBefore, s.own = r.clock(s).deadline(s.base, s.src.after, s.src.within)
			s.due = s.own
		}
		if s.from = s.base; s.src.after != "" {
			s.from = s.notBefore
		}
		r.steps(s)
	}
	for _, step := range k.remind {
		s := step.asks[0]
		s.parent = k
		s.base, s.notBefore = k.due, time.Time{}
		if !k.due.IsZero() {
			s.notBefore = r.before(k, s.src.before)
		}
		s.from = s.notBefore
	}
}

// before is when a step in `remind` is owed: so long ahead of the deadline of its ask, in the
// clock of that ask.
func (r *oRun) before(k *oAsk, before string) (t time.Time) {
	c := r.clock(k)
	if share, ok := strings.CutSuffix(before, "%"); ok {
		start := k.base
		if k.notBefore.After(start) {
			start = k.notBefore
		}
		percent, _ := strconv.Atoi(share)
		t = c.back(k.due, c.ran(start, k.due)*time.Duration(percent)/100)
	} else {
		s := spanOf(before)
		t = c.back(calendarDays(k.due, oSpan{days: -s.days, months: -s.months}, c.zone), s.rest)
	}
	if t.Before(k.base) {
		t = k.base
	}
	if t = c.running(t); t.After(k.due) {
		t = k.due
	}
	return t
}

// cmpTime is the first of two times that is there.
func cmpTime(a, b time.Time) time.Time {
	if a.IsZero() {
		return b
	}
	return a
}

// startClock is rule 1, with what rule 15 says of reopening.
func (r *oRun) startClock(k *oAsk) {
	switch {
	case k.src.since != "":
		k.follows = true
		k.base, _ = r.happened(k.src.since)
		k.bare = k.base.IsZero()
	case k.chosen:
		k.base = r.now
	default:
		var first bool
		k.base, first = r.playBase(k.play.name())
		k.any = first && r.givenFirst(k)
	}
	if reopened, ok := r.in.time("reopened_at"); ok && !k.base.IsZero() && !k.redress && !reopened.After(r.now) {
		r.reopen(k, reopened)
	}
}

// keepBase gives a promise that was done before its base moved the base that it had.
func (r *oRun) keepBase(k *oAsk) {
	last := r.life.latestAsk(k)
	if last == nil || k.redress || k.recurs() || last.base.Equal(k.base) {
		return
	}
	if !last.done.IsZero() && !last.done.After(last.due) && last.done.Before(k.base) && !r.lookBack(last).Equal(last.done) {
		return // it was kept, and what is told now is about the next promise
	}
	if r.doneUntil(last, k.base) {
		k.base, k.any = last.base, last.any
	}
}

// doneUntil says that a promise was done, and that this counts from its new base too: it keeps the one that it
// had (rule 13). So does one without a base any more.
func (r *oRun) doneUntil(last *oAsk, base time.Time) bool {
	done := r.lookBack(last)
	if reopened, ok := r.in.time("reopened_at"); ok && !reopened.After(r.now) && done.Before(reopened) {
		return false
	}
	return !done.IsZero() && !done.Before(base)
}

// lookBack is when a promise of before was done, whatever has reopened the incident since.
func (r *oRun) lookBack(last *oAsk) time.Time {
	before := r.looksBack
	r.looksBack = true
	defer func() { r.looksBack = before }()
	return r.doneAt(last)
}

// latestAsk is what a play asked for last under an action.
func (l *oLife) latestAsk(k *oAsk) (last *oAsk) {
	for _, d := range l.past {
		for _, o := range d.asks {
			if o.key == k.key && o.play.name() == k.play.name() {
				last = o
			}
		}
	}
	return last
}

// reopen is rule 15: what was done before the incident was opened again is owed once more, from then
// on, and some types always are. What was open then stays as it was.
func (r *oRun) reopen(k *oAsk, reopened time.Time) {
	from := func(t time.Time) {
		if k.base.Before(t) {
			k.base, k.any = t, false
		}
	}
	for _, d := range r.life.past {
		for _, o := range d.asks {
			if o.key == k.key && o.play.name() == k.play.name() {
				k.opened = o.opened
			}
		}
	}
	from(k.opened)
	if slices.ContainsFunc(r.events(k), func(e time.Time) bool { return e.Before(reopened) && (k.any || !e.Before(k.base)) }) {
		k.opened = reopened
		from(reopened)
	}
	if slices.Contains(recounts, k.typ) {
		from(reopened)
	}
}

// happened reads a field that times count from; a `resolved_at` before `reopened_at` is void.
func (r *oRun) happened(path string) (time.Time, bool) {
	t, ok := r.in.time(path)
	if reopened, again := r.in.time("reopened_at"); path == "resolved_at" && again && t.Before(reopened) {
		return time.Time{}, false
	}
	return t, ok
}

// resolvedAt is when the incident was resolved, if it is by now.
func (r *oRun) resolvedAt() (time.Time, bool) {
	t, ok := r.happened("resolved_at")
	return t, ok && !t.After(r.now)
}

// playBase goes through what was decided: a play counts from the decision that first gave it. The
// first decision of the incident counts from when it was reported. What a play gave is forgotten
// by a decision on a resolved incident in which it asks for nothing.
func (r *oRun) playBase(play string) (base time.Time, first bool) {
	have := false
	for i, d := range r.life.past {
		switch {
		case d.gives[play] && !have:
			have, base, first = true, d.at, i == 0
			if t, ok := d.in.time("reported_at"); ok && i == 0 {
				base = t
			}
		case !d.gives[play] && !d.left[play] && d.resolved:
			have = false
		}
	}
	if have {
		return base, first
	}
	if t, ok := r.in.time("reported_at"); ok && len(r.life.past) == 0 {
		return t, true
	}
	return r.now, len(r.life.past) == 0
}

// givenFirst says that the incident's first decision gave a promise, or that this is the first.
func (r *oRun) givenFirst(k *oAsk) bool {
	if len(r.life.past) == 0 {
		return true
	}
	return slices.ContainsFunc(r.life.past[0].asks, func(o *oAsk) bool { return o.key == k.key && o.play.name() == k.play.name() })
}

// firstGiven is when what a play asks for was first given, and when this promise was: it has a deadline, or
// waits for one, and one whose base moves is another each time.
func (r *oRun) firstGiven(k *oAsk) (given, born time.Time) {
	for _, d := range r.life.past {
		for _, o := range d.asks {
			if o.key == k.key && o.play.name() == k.play.name() && given.IsZero() {
				given = d.at
			}
			if o.same(k) && (o.waits() || !o.due.IsZero()) && born.IsZero() {
				born = d.at
			}
		}
	}
	return cmpTime(given, r.now), cmpTime(born, r.now)
}

// actGiven is when an action was first given, by whichever play.
func (r *oRun) actGiven(a *oAct) time.Time {
	for _, d := range r.life.past {
		if slices.ContainsFunc(d.asks, func(o *oAsk) bool { return o.key == a.key }) {
			return d.at
		}
	}
	return r.now
}

func (r *oRun) clock(k *oAsk) oClock {
	c := oClock{zone: k.play.book.location(), ends: k.src.ends}
	if k.src.calendar != "" {
		c.minutes = k.play.book.calendar(k.src.calendar)
	}
	if k.src.pauses {
		c.pauses = r.pausesOf(k)
	}
	return c
}

// doneAt is when a promise was fulfilled; zero while it is open (rule 11).
func (r *oRun) doneAt(k *oAsk) (done time.Time) {
	switch {
	case k.amount != nil: // what was given has to come to it, whatever the action
		return r.paidAt(k)
	case k.recurs(): // it is never done for good, until the incident is resolved
		if _, resolved := r.resolvedAt(); resolved {
			return r.informed(k)
		}
		return done
	}
	for _, e := range r.events(k) {
		if r.counts(k, e) && (done.IsZero() || e.Before(done)) {
			done = e
		}
	}
	return done
}

// events are all that could fulfil a promise.
func (r *oRun) events(k *oAsk) (out []time.Time) {
	add := func(path string) {
		if t, ok := r.happened(path); ok {
			out = append(out, t)
		}
	}
	switch k.typ {
	case "acknowledge", "respond":
		add("responded_at")
	case "inform":
		for _, d := range r.life.past {
			out = informedAt(out, d.in)
		}
		out = informedAt(out, r.in)
	case "resolve":
		if t, ok := r.in.time("resolved_at"); ok && r.looksBack {
			out = append(out, t) // it was, whatever has reopened it since
		} else {
			add("resolved_at")
		}
	}
	if k.typ == "inform" || k.parent != nil {
		return append(out, r.life.doneAgain(k.key, r.now)...)
	}
	for _, p := range r.reported(k.key) {
		if p.outcome == recovery.OutcomeDone {
			out = append(out, p.at)
		}
	}
	return out
}

// informedAt goes on with the times at which the customer was informed: the field holds the last one, and takes
// back what it says no more.
func informedAt(times []time.Time, in *oIncident) []time.Time {
	t, ok := in.time("informed_at")
	if !ok {
		return nil
	}
	return append(slices.DeleteFunc(times, func(x time.Time) bool { return !x.Before(t) }), t)
}

// counts says that an event fulfils a promise: it lies at or after the base and has happened.
func (r *oRun) counts(k *oAsk, e time.Time) bool {
	if e.After(r.now) {
		return false
	}
	if k.redress {
		return true
	}
	if reopened, ok := r.in.time("reopened_at"); ok && e.Before(reopened) && (!r.looksBack || !k.base.Before(reopened)) {
		return false
	}
	if s := k; s.parent != nil && s.src.before != "" { // a reminder is about a deadline that is ahead
		k = s.parent
	}
	if k.base.IsZero() { // what prevents a failure does not wait for a field
		return k.any || !k.cap.IsZero()
	}
	if k.instanceOf != nil && k.base.After(k.instanceOf.base) {
		return e.After(k.base) // exactly then is the time before
	}
	return k.any || !e.Before(k.base)
}

// stood is the deadline that stood at a time: by the last decision until then, without the one
// that is being made. What was done before it was given has the deadline that it was given with.
func (r *oRun) stood(k *oAsk, at time.Time) time.Time {
	found := false
	due := k.own
	for _, d := range r.life.past {
		for _, o := range d.asks {
			if o.same(k) && (!found || !d.at.After(at)) {
				found, due = true, o.due
			}
		}
	}
	for _, m := range r.life.made {
		for _, a := range m.acts {
			for _, o := range a.asks {
				if o.same(k) && !found {
					found, due = true, o.due
				}
			}
		}
	}
	return due
}

// settle shows a merged action as its asks say (rule 2), and hangs their steps on it.
func (r *oRun) settle(a *oAct) {
	if len(a.asks) == 0 {
		return
	}
	shown := a.asks[0]
	a.done, a.given = time.Time{}, r.actGiven(a)
	open, from := false, a.asks[0]
	waits := func(k *oAsk) bool {
		if k.parent != nil {
			return k.from.IsZero() // nobody knows when it is owed
		}
		return k.waits() && !k.still || k.waited
	}
	for i, k := range a.asks {
		switch isOpen := k.done.IsZero(); {
		case isOpen && !open:
			open, shown = true, k
		case isOpen == open && (open || k.done.Equal(shown.done)) && earlier(k.due, shown.due):
			shown = k
		case !open && k.done.After(shown.done):
			shown = k
		}
		if k.done.After(a.done) {
			a.done = k.done
		}
		if first := i == 0 || waits(from) && !waits(k); first || !waits(k) && k.notBefore.Before(from.notBefore) {
			from = k // none is zero, and so the earliest
		}
	}
	if open {
		a.done = time.Time{}
	}
	a.due, a.notBefore, a.speaker = shown.due, from.notBefore, shown.play
	if shown.src != a.src {
		a.owner, a.message = shown.src.owner, shown.message()
	}
	a.ifLate, a.remind = nil, nil
	for _, k := range a.asks {
		a.ifLate = append(a.ifLate, k.late...)
		a.remind = append(a.remind, k.remind...)
	}
	a.ifLate, a.remind = merge(a.ifLate), merge(a.remind)
	for _, step := range append(slices.Clone(a.ifLate), a.remind...) {
		r.settle(step)
	}
}

func (k *oAsk) message() *oMessage {
	if k.src.message == "" {
		return nil
	}
	return k.play.book.message(k.src.message)
}

// earlier is the order of deadlines, in which none is the latest.
func earlier(a, b time.Time) bool {
	return !a.IsZero() && (b.IsZero() || a.Before(b))
}

// leaveOut is rule 13: what a resolved incident makes pointless is not given. It says whether an
// answer was among it. What a play asks for twice is one promise.
func (r *oRun) leaveOut(acts []*oAct) (out []*oAct, answered bool) {
	at, resolved := r.resolvedAt()
	stays := func(k *oAsk) bool {
		return !resolved || !slices.Contains(pointless, k.typ) || !k.done.IsZero() || k.follows && k.base.After(at)
	}
	for _, a := range acts {
		var k *oAsk
		for _, o := range acts {
			switch {
			case o != a && (a.merge == "" || a.merge != o.merge || a.asks[0].play != o.asks[0].play):
			case k == nil:
				k = o.asks[0]
			default:
				k = both(k, o.asks[0])
			}
		}
		if stays(k) {
			out = append(out, a)
			continue
		}
		r.out.left[a.asks[0].play.name()] = true
		if (a.typ == "acknowledge" || a.typ == "respond") && r.answers(a) {
			answered = true
		}
	}
	return out, answered
}

// recurs says that a promise falls due again and again: an inform (rule 15).
func (k *oAsk) recurs() bool { return k.typ == "inform" && k.instanceOf == nil }

// informed is when the customer was last informed; zero when nobody has since the base.
func (r *oRun) informed(k *oAsk) (last time.Time) {
	for _, e := range r.events(k) {
		if r.counts(k, e) && e.After(last) {
			last = e
		}
	}
	return last
}

// nthInform is the n-th deadline of an inform: base + n × every (rule 4). What comes too late to prevent a
// failure bounds the first.
func (r *oRun) nthInform(k *oAsk, n int) time.Time {
	if n == 0 {
		return k.base
	}
	t, ok := r.clock(k).span(k.base, oSpan{rest: k.src.every * time.Duration(n)})
	if !ok {
		t = time.Time{}
	}
	if n == 1 && earlier(k.cap, t) {
		t = k.cap
	}
	return t
}

// nextInform is the first deadline that nobody has kept, nor kept a later one.
func (r *oRun) nextInform(k *oAsk) time.Time {
	last := r.informed(k)
	if k.base.IsZero() {
		return time.Time{}
	}
	n := 1
	if !last.IsZero() {
		for t := r.nthInform(k, n); !t.IsZero() && t.Before(last); t = r.nthInform(k, n) {
			n++
		}
		n++
	}
	return r.nthInform(k, n)
}

// informs are the promises that an inform comes to by now, each with a base and a deadline of its own.
func (r *oRun) informs(k *oAsk) (out []*oAsk) {
	if k.base.IsZero() {
		return nil
	}
	end := r.now
	if at, resolved := r.resolvedAt(); resolved && at.Before(end) && !(k.follows && k.base.After(at)) {
		end = at // nothing falls due any more
	}
	for n := 1; ; n++ {
		one := *k
		one.instanceOf, one.base, one.own = k, r.nthInform(k, n-1), r.nthInform(k, n)
		one.first, one.any = n == 1, k.any && n == 1
		if one.own.After(end) && n > 1 {
			return out
		}
		if out = append(out, &one); one.own.IsZero() || !one.own.Before(r.now) {
			return out
		}
	}
}
