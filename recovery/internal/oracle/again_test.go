package oracle

import (
	"math/big"
	"reflect"
	"slices"
	"time"
)

// compare says of each action how it relates to the previous decision, and adds
// what that gave and this one does not.
func (r *oRun) compare() {
	before := map[string]*oAct{}
	if r.prev != nil {
		for _, a := range r.prev.acts {
			if a.change != "cancelled" && !slices.Contains(r.took, a.key) {
				before[a.key] = a
			}
		}
	}
	var resolved []*oAct // for naught
	if _, ok := r.in.time("resolved_at"); ok {
		// They stand as cancelled whether or not they were given before: the play
		// asks for them, and there is no use in them any more.
		r.out.acts = slices.DeleteFunc(r.out.acts, func(a *oAct) bool {
			if r.open(a) {
				a.seen = r.view(a)
				resolved = append(resolved, a)
			}
			return r.open(a)
		})
	}
	given := map[string]bool{}
	for _, a := range r.out.acts {
		given[a.key] = true
		a.change = "new"
		a.seen = r.view(a)
		if old := before[a.key]; old != nil {
			a.already = old.amount
			a.change = "changed"
			if reflect.DeepEqual(old.seen, a.seen) {
				a.change = "kept"
			}
		}
	}
	r.naught = slices.ContainsFunc(resolved, r.answers)
	for _, a := range resolved {
		given[a.key] = true
		r.cancel(a)
	}
	if r.prev == nil {
		return
	}
	for _, old := range r.prev.acts {
		if before[old.key] == nil || given[old.key] {
			continue
		}
		r.cancel(old)
	}
	for _, a := range r.gone {
		r.cancel(a)
	}
}

func (r *oRun) cancel(old *oAct) {
	gone := *old
	gone.change = "cancelled"
	gone.seen.Message = ""
	if old.amount != nil {
		nothing := minus(*old.amount, *old.amount)
		gone.amount, gone.already = &nothing, old.amount
		gone.seen.Amount = nothing.String()
	}
	r.out.acts = append(r.out.acts, &gone)
}

// open says that an action is one that resolving the incident makes pointless:
// nothing has fulfilled it yet.
func (r *oRun) open(a *oAct) bool {
	switch a.typ {
	case "acknowledge", "respond":
		_, done := r.in.time("responded_at")
		return !done
	case "inform":
		return true // informed_at fulfils it for a while only, until it is resolved
	}
	return false
}

func (r *oRun) stillMatches(m *oMade) bool {
	return slices.ContainsFunc(r.out.matches, func(x oMatch) bool { return x.play == m.play })
}

// keepMade lets the choices whose play no longer matches go, before limits
// count what was chosen.
func (r *oRun) keepMade() {
	for i, m := range r.made {
		if m.stands && !r.stillMatches(m) {
			c := *m
			c.stands = false
			r.made[i] = &c
			r.gone = append(r.gone, m.acts...)
		}
	}
}

// oThread is what is remembered of one incident.
type oThread struct {
	latest *oDecision
	made   []*oMade
	took   []string // what choices made on it have cancelled
}

// oWorld is the store of the oracle.
type oWorld struct {
	set     *oSet
	threads map[string]*oThread
	made    []*oMade // in the order in which they were made
}

func newWorld(set *oSet) *oWorld { return &oWorld{set: set, threads: map[string]*oThread{}} }

// handle decides and remembers. An equal incident gets the decision that stands,
// without a look at what it would be now.
func (w *oWorld) handle(in *oIncident, now time.Time) (*oDecision, *oRefusal) {
	id := in.text("id")
	if t := w.threads[id]; t != nil {
		valid := &oRun{world: w, set: w.set, raw: in, in: in, now: now}
		if _, refusal := valid.validate(); refusal == nil && t.latest.in.canonical() == valid.in.canonical() {
			return t.latest, nil
		}
	}
	run, refusal := w.run(in, now)
	if refusal != nil {
		return nil, refusal
	}
	w.threads[id] = &oThread{latest: run.out, made: run.made}
	return run.out, nil
}

// fact counts over the latest decisions of the other incidents. It is false
// when a field of the key is empty here: strangers are not one customer.
func (r *oRun) fact(f *oFact) (any, bool) {
	count, sum := int64(0), oExact{new(big.Rat), f.currency}
	result := func() any {
		if f.sum != "" {
			return sum
		}
		return count
	}
	for _, path := range f.same {
		if r.in.key(path) == "" {
			return result(), false
		}
	}
	for id, t := range r.world.threads {
		occurred, _ := t.latest.in.time("occurred_at")
		if id == r.in.text("id") || occurred.Before(f.start(r.now)) {
			continue
		}
		if slices.ContainsFunc(f.same, func(path string) bool { return t.latest.in.key(path) != r.in.key(path) }) {
			continue
		}
		if f.count == "incidents" {
			count++
			continue
		}
		for _, a := range t.given() {
			if a.typ == f.count {
				count++
			}
			if a.typ == f.sum && a.amount != nil && a.amount.Currency() == f.currency {
				sum.rat.Add(sum.rat, a.amount.Rat())
			}
		}
	}
	return result(), true
}

// given are the actions of the latest decision and of the choices made on it.
func (t *oThread) given() []*oAct {
	var out []*oAct
	for _, a := range t.latest.acts {
		if a.change != "cancelled" && !slices.Contains(t.took, a.key) {
			out = append(out, a)
		}
	}
	for _, m := range t.made {
		if m.stands {
			out = append(out, m.acts...)
		}
	}
	return out
}

// start of the window of a fact.
func (f *oFact) start(now time.Time) time.Time {
	local := now.In(f.book.location())
	switch f.last {
	case "month":
		return time.Date(local.Year(), local.Month(), 1, 0, 0, 0, 0, local.Location())
	case "year":
		return time.Date(local.Year(), 1, 1, 0, 0, 0, 0, local.Location())
	}
	return now.Add(-spanDuration(f.last))
}

// key is the text of a field that incidents are counted by.
func (in *oIncident) key(path string) string {
	v, ok := in.fields[path]
	if !ok {
		return ""
	}
	return show(v)
}
