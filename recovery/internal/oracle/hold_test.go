package oracle

import (
	"slices"
	"time"

	"github.com/servicerecovery/amends/recovery"
)

// oHeld are the pauses before a time as they were known then.
type oHeld struct {
	until time.Time
	known []recovery.Pause
}

func (h oHeld) with(told []recovery.Pause) []recovery.Pause {
	if h.until.IsZero() {
		return told
	}
	out := slices.Clone(h.known)
	for _, p := range told {
		if p.From.Before(h.until) {
			p.From = h.until
		}
		out = append(out, p)
	}
	return out
}

// pausesOf are the pauses that count for a promise (rule 7): what is told of them once it is overdue
// takes nothing back. It goes through all that was told since it was given.
func (r *oRun) pausesOf(k *oAsk) []recovery.Pause {
	for k.parent != nil { // a step hangs on its action
		k = k.parent
	}
	if k.instanceOf != nil {
		k = k.instanceOf
	}
	var h oHeld
	var due time.Time
	var ask *oAsk
	for i, d := range r.life.past {
		for _, o := range d.asks {
			if o.same(k) && o.src.pauses {
				if ask, due = o, o.due; !o.base.Equal(k.base) {
					ask, h = nil, oHeld{}
				}
			}
		}
		if ask == nil {
			continue
		}
		at, in := r.now, r.in
		if i+1 < len(r.life.past) {
			at, in = r.life.past[i+1].at, r.life.past[i+1].in
		}
		if samePauses(d.in.paused, in.paused, at) {
			continue
		}
		until := at
		if k.recurs() {
			before, life := *in, *r.life
			before.paused, life.past = d.in.paused, r.life.past[:i+1]
			then := &oRun{world: r.world, set: r.set, raw: r.raw, in: &before, now: at, life: &life}
			until = then.silentUntil(k)
		} else if kept := !ask.done.IsZero() && !ask.done.After(due); kept || !earlier(due, at) {
			until = time.Time{}
		}
		if !until.IsZero() && !samePauses(h.with(d.in.paused), h.with(in.paused), until) {
			h = oHeld{until, upTo(h.with(d.in.paused), until)}
		}
	}
	return h.with(r.in.paused)
}

// silentUntil is now while a deadline of an inform has passed and nobody has informed since; else the
// last one that was missed.
func (r *oRun) silentUntil(k *oAsk) (until time.Time) {
	end := r.now
	if at, resolved := r.resolvedAt(); resolved && !(k.follows && k.base.After(at)) {
		end = at
	}
	events := slices.DeleteFunc(r.events(k), func(e time.Time) bool { return !r.counts(k, e) })
	last := k.base
	for n := 1; ; n++ {
		due := r.nthInform(k, n)
		if due.IsZero() || !due.Before(end) {
			return until
		}
		kept := slices.ContainsFunc(events, func(e time.Time) bool { return (n == 1 || e.After(last)) && !e.After(due) })
		if !kept {
			if until = due; !slices.ContainsFunc(events, func(e time.Time) bool { return e.After(due) }) {
				return r.now
			}
		}
		last = due
	}
}

// upTo are pauses as far as they lie before a time.
func upTo(pauses []recovery.Pause, t time.Time) (out []recovery.Pause) {
	for _, p := range pauses {
		if p.Until.IsZero() || p.Until.After(t) {
			p.Until = t
		}
		if p.From.Before(p.Until) {
			out = append(out, p)
		}
	}
	return out
}

// samePauses compares pauses before a time, minute by minute.
func samePauses(a, b []recovery.Pause, until time.Time) bool {
	a, b = upTo(a, until), upTo(b, until)
	edges := func(list []recovery.Pause) (out []time.Time) {
		for _, p := range list {
			out = append(out, p.From, p.Until)
		}
		return out
	}
	for _, t := range append(edges(a), edges(b)...) { // the sides can only differ from an edge on
		if t.Before(until) && pausedAt(a, t) != pausedAt(b, t) {
			return false
		}
	}
	return true
}
