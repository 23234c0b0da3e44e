package oracle

import (
	"reflect"
	"slices"
	"time"
)

// compare says of each action how it relates to the previous decision, and adds what that gave
// and this one does not.
func (r *oRun) compare() {
	before := map[string]*oAct{}
	for _, a := range r.life.standing() {
		before[a.key] = a
	}
	given := map[string]bool{}
	for _, a := range r.out.acts {
		given[a.key] = true
		a.change = "new"
		a.seen = r.view(a)
		if a.amount != nil {
			a.already = r.already(a.key, *a.amount)
		}
		a.unheard = !a.done.IsZero() // what is done when it is given leaves the host nothing to do
		if old := before[a.key]; old != nil {
			a.unheard = a.unheard && old.unheard
			if a.change = "changed"; old.unheard && !a.unheard {
				a.change = "new"
			} else if reflect.DeepEqual(old.seen, a.seen) {
				a.change = "kept"
			}
		}
	}
	for _, old := range r.life.standing() {
		if !given[old.key] {
			r.cancel(old)
		}
	}
	for _, a := range r.gone {
		r.cancel(a)
	}
}

func (r *oRun) cancel(old *oAct) {
	gone := *old
	gone.change = "cancelled"
	gone.seen.Message = ""
	if !gone.done.IsZero() {
		gone.done = r.doneByNow(old)
	}
	if old.amount != nil {
		nothing := minus(*old.amount, *old.amount)
		gone.amount, gone.already = &nothing, r.already(old.key, *old.amount)
		gone.seen.Amount = nothing.String()
	}
	r.out.acts = append(r.out.acts, &gone)
}

// doneByNow is when all was done that was asked for under an action of before, as is known by now.
func (r *oRun) doneByNow(old *oAct) (done time.Time) {
	for _, k := range old.asks {
		if k.recurs() {
			return old.done
		}
		e := r.lookBack(k)
		if e.IsZero() {
			return e
		}
		if e.After(done) {
			done = e
		}
	}
	return done
}

func (r *oRun) stillMatches(m *oMade) bool {
	return slices.ContainsFunc(r.out.matches, func(x oMatch) bool { return x.play.name() == m.play.name() })
}

// keepMade lets the choices whose play no longer matches go, before limits count what was chosen.
func (r *oRun) keepMade() {
	for i, m := range r.made {
		if m.stands && !r.stillMatches(m) {
			c := *m
			c.stands, c.until = false, r.now
			r.made[i] = &c
			r.gone = append(r.gone, m.acts...)
		}
	}
}
