package oracle

import (
	"slices"
	"sort"
	"time"

	"github.com/servicerecovery/amends/recovery"
)

// oLife is all that ever happened on an incident. Whatever a rule asks about the past is worked
// out from it each time.
type oLife struct {
	past     []*oDecision // told, and decided again; in order
	all      []oMoment    // with the choices between them
	made     []*oMade     // the choices that stand on the latest decision, and those that did
	reports  []*oReport   // in the order in which they came
	reopened []*oChoice   // choices that the latest decision does not list, and that were turned down since
	proposed []*oMade     // what awaits a second person
	marks    []time.Time  // the updated_at of what was told
}

// oMoment is a decision or a choice.
type oMoment struct {
	decision *oDecision
	made     *oMade
}

func (m oMoment) acts() []*oAct {
	if m.made != nil {
		return m.made.given
	}
	return m.decision.acts
}

func (l *oLife) latest() *oDecision {
	if len(l.past) == 0 {
		return nil
	}
	return l.past[len(l.past)-1]
}

// standing are the actions of the latest decision that no choice has cancelled.
func (l *oLife) standing() (out []*oAct) {
	d := l.latest()
	if d == nil {
		return nil
	}
	for _, a := range d.acts {
		if _, gone := d.took[a.key]; !gone && a.change != "cancelled" {
			out = append(out, a)
		}
	}
	return out
}

// given are the actions of the latest decision and of the choices that stand.
func (l *oLife) given() []*oAct {
	out := l.standing()
	for _, m := range l.made {
		if m.stands {
			out = append(out, m.acts...)
		}
	}
	return out
}

// oReport is what the host said of an effect.
type oReport struct {
	key     string // of the action
	effect  int    // which of its effects
	outcome recovery.Outcome
	amount  *recovery.Money // nil: all of the effect
	at      time.Time
}

// oEffect is something that the host was given to do.
type oEffect struct {
	do     string
	amount *recovery.Money // by how much it raises what was given before; nil: no money
	report *oReport        // the one that counts
}

// effects are all that was ever given to the host under an action, with what it has reported by now.
func (r *oRun) effects(key string) (out []*oEffect) { return r.life.effects(key, r.now) }

func (l *oLife) effects(key string, now time.Time) (out []*oEffect) {
	for _, m := range l.all {
		for _, a := range m.acts() {
			do := map[string]string{"new": "do", "changed": "change"}[a.change]
			if a.key != key || do == "" || m.made == nil && a.silent() {
				continue
			}
			e := &oEffect{do: do}
			if a.amount != nil {
				e.amount = a.amount
				if a.already != nil && a.already.Currency() == a.amount.Currency() {
					rise := minus(*a.amount, *a.already)
					e.amount = &rise
				}
			}
			out = append(out, e)
		}
	}
	for i, e := range out {
		for _, p := range l.reports {
			if p.key == key && p.effect == i && !p.at.After(now) && (e.report == nil || !p.at.Before(e.report.at)) {
				e.report = p
			}
		}
	}
	return out
}

// reported are the reports on an action that count.
func (r *oRun) reported(key string) (out []*oReport) {
	for _, e := range r.effects(key) {
		if e.report != nil {
			out = append(out, e.report)
		}
	}
	var last *oReport // of a step
	for _, p := range r.life.reports {
		if p.key == key && p.effect < 0 && !p.at.After(r.now) && (last == nil || !p.at.Before(last.at)) {
			last = p
		}
	}
	if last != nil {
		out = append(out, last)
	}
	return out
}

// doneAgain are the times at which something was reported done that is done again and again: each report says that it was
// done once more, and one that it was not is about the last before it.
func (l *oLife) doneAgain(key string, now time.Time) (times []time.Time) {
	var reports []*oReport
	for _, p := range l.reports {
		if p.key == key && !p.at.After(now) {
			reports = append(reports, p)
		}
	}
	sort.SliceStable(reports, func(i, j int) bool { return reports[i].at.Before(reports[j].at) })
	for i, p := range reports {
		back := 0 // how many are taken back behind it
		for _, later := range reports[i+1:] {
			switch {
			case later.effect != p.effect:
			case later.outcome == recovery.OutcomeDone:
				back++
			default:
				back--
			}
			if back < 0 {
				break
			}
		}
		if p.outcome == recovery.OutcomeDone && back >= 0 {
			times = append(times, p.at)
		}
	}
	return times
}

// gave is how much an effect gave, if it was reported done.
func (e *oEffect) gave() recovery.Money {
	switch {
	case e.report == nil || e.report.outcome != recovery.OutcomeDone:
		return minus(*e.amount, *e.amount)
	case e.report.amount != nil:
		return *e.report.amount
	}
	return *e.amount
}

// paidAt is when what was given added up to at least the amount of an action; zero when it does
// not (reach.md 3).
func (r *oRun) paidAt(k *oAsk) time.Time {
	var paid []*oEffect
	for _, e := range r.effects(k.key) {
		if e.report != nil && e.report.outcome == recovery.OutcomeDone && e.amount.Currency() == k.amount.Currency() {
			paid = append(paid, e)
		}
	}
	sort.SliceStable(paid, func(i, j int) bool { return paid[i].report.at.Before(paid[j].report.at) })
	sum := minus(*k.amount, *k.amount)
	for _, e := range paid {
		if sum = plus(sum, e.gave()); sum.Compare(*k.amount) >= 0 {
			return e.report.at
		}
	}
	return time.Time{}
}

// already is what was given before under an action: what was reported done, and what was handed
// out and is in doubt. A cancellation takes nothing off it.
func (r *oRun) already(key string, like recovery.Money) *recovery.Money {
	sum, some := minus(like, like), false
	for _, e := range r.effects(key) {
		if e.amount == nil || e.amount.Currency() != like.Currency() {
			continue
		}
		some = true
		switch {
		case e.report != nil:
			sum = plus(sum, e.gave())
		case e.amount.Sign() > 0:
			sum = plus(sum, *e.amount)
		}
	}
	if !some {
		return r.alreadyElsewhere(key, like)
	}
	return &sum
}

// alreadyElsewhere is what was given in another currency, where nothing was in this one.
func (r *oRun) alreadyElsewhere(key string, like recovery.Money) *recovery.Money {
	for _, e := range slices.Backward(r.effects(key)) {
		if e.amount != nil && e.amount.Currency() != like.Currency() {
			return r.already(key, *e.amount)
		}
	}
	return nil
}

// silent says that an action gives the host nothing to do: it was done when it was given, for the
// first time or after it was cancelled (rule 12).
func (a *oAct) silent() bool { return a.unheard }

// oWorld is the store of the oracle.
type oWorld struct {
	sets  []string // the texts of those that decided, in the order in which they first did
	set   *oSet    // the one that decides
	lives map[string]*oLife
	made  []*oMade // in the order in which they were made
}

func newWorld(set *oSet) *oWorld { return &oWorld{set: set, lives: map[string]*oLife{}} }

func (w *oWorld) life(id string) *oLife {
	if w.lives[id] == nil {
		return &oLife{}
	}
	return w.lives[id]
}

// handle decides what was told (rule 17).
func (w *oWorld) handle(in *oIncident, now time.Time) (*oDecision, recovery.Handled, *oRefusal) {
	id := in.text("id")
	l := w.life(id)
	if len(l.past) > 0 {
		mark, marked := in.time("updated_at")
		if mark.After(now) {
			mark = now
		}
		if marked && slices.ContainsFunc(l.marks, mark.Before) {
			return l.latest(), recovery.HandledOutdated, nil
		}
		if w.unchanged(l.latest(), in) {
			if marked {
				l.marks = append(l.marks, mark)
			}
			return l.latest(), recovery.HandledRetry, nil
		}
	}
	run, refusal := w.run(in, now)
	if refusal != nil {
		return nil, "", refusal
	}
	w.commit(run)
	if len(run.life.past) == 1 {
		return run.out, recovery.HandledNew, nil
	}
	return run.out, recovery.HandledChanged, nil
}

// unchanged says that an incident is the one that was decided: declared fields and standard ones
// are equal, read by the set that decides now; what a default fills in is no difference.
func (w *oWorld) unchanged(d *oDecision, in *oIncident) bool {
	return w.plain(d.raw).canonical() == w.plain(in).canonical()
}

// plain is an incident as the set reads it, with its defaults.
func (w *oWorld) plain(in *oIncident) *oIncident {
	valid := &oRun{world: w, set: w.set, raw: in, in: in}
	_, _ = valid.validate() // it may be wrong: that is not asked here
	out := valid.in.clone()
	for path := range out.fields {
		if path == "updated_at" || !w.declares(path) {
			delete(out.fields, path)
		}
	}
	return out
}

func (w *oWorld) declares(path string) bool {
	if _, ok := standard[path]; ok || path == "id" || path == "service" || slices.Contains(standardTimes, path) {
		return true
	}
	return slices.ContainsFunc(w.set.docs(), func(b *oBook) bool {
		return slices.ContainsFunc(b.fields, func(f *oField) bool { return f.path == path })
	})
}

// commit makes a run part of what happened.
func (w *oWorld) commit(run *oRun) {
	id := run.in.text("id")
	l := run.life
	l.past = append(l.past, run.out)
	l.all = append(l.all, oMoment{decision: run.out})
	l.made, l.proposed, l.reopened = run.made, run.proposals, nil
	if mark, ok := run.raw.time("updated_at"); ok && !run.again {
		if mark.After(run.now) {
			mark = run.now
		}
		l.marks = append(l.marks, mark)
	}
	if text := w.set.text(); !slices.Contains(w.sets, text) {
		w.sets = append(w.sets, text)
	}
	w.lives[id] = l
}

// again decides a stored incident anew, and commits only what differs (rule 18).
func (w *oWorld) again(id string, now time.Time) (*oDecision, recovery.Handled, *oRefusal) {
	l := w.lives[id]
	before := l.latest()
	if at, known := slices.Index(w.sets, w.set.text()), slices.Index(w.sets, before.set.text()); at >= 0 && at < known {
		return before, recovery.HandledRetry, nil // an older set decides nothing again
	}
	run, refusal := w.decide(before.raw, now, true)
	if refusal != nil {
		return nil, "", refusal
	}
	fallen := func(m *oMade) bool { return m.stands && !run.stillMatches(m) }
	if !slices.ContainsFunc(l.made, fallen) && !slices.ContainsFunc(l.proposed, fallen) && !l.differs(before, run.out) {
		return before, recovery.HandledRetry, nil
	}
	w.commit(run)
	return run.out, recovery.HandledChanged, nil
}

// differs compares what rule 18 names. How an action relates to the decision before is no part of
// it, and neither is what that decision cancelled, nor that a choice was made. A choice that stood and falls is a
// difference, whatever it gave.
func (l *oLife) differs(old, now *oDecision) bool {
	if slices.ContainsFunc(now.acts, func(a *oAct) bool { return a.change != "kept" }) {
		return true
	}
	var open []string
	for i, c := range old.choices {
		if !slices.ContainsFunc(append(slices.Clone(l.made), l.proposed...), func(m *oMade) bool { return m.stands && m.play.name() == c.play.name() }) {
			open = append(open, old.view.Choices[i])
		}
	}
	return !slices.Equal(open, now.view.Choices) || !slices.Equal(old.view.Withheld, now.view.Withheld) ||
		!slices.Equal(old.view.Missed, now.view.Missed) || !slices.Equal(old.warnings, now.warnings)
}
