package review

import (
	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/internal/account"
)

// Glance is the whole at a glance, with the period before beside it.
type Glance struct {
	Counts string `json:"counts"`
	Figures
	// Erased are the incidents that were erased from the ledger, and are missing: nobody knows their
	// time any more.
	Erased int64 `json:"erased"`
	// Before are the same figures of the period before; nil: nobody asked for a period.
	Before *Figures `json:"before,omitempty"`
}

// Figures are the figures of one period.
type Figures struct {
	Incidents  int64 `json:"incidents"`
	Refused    int64 `json:"refused"`    // that were only ever refused, or were refused since
	Unanswered int64 `json:"unanswered"` // that no play answers
	Due        int64 `json:"promises_due"`
	Kept       int64 `json:"promises_kept"`
	// Redress is what stands of what was given.
	Redress []Amount `json:"redress"`
	Repeats int64    `json:"repeats"`
}

const glanceCounts = "incidents by the time they were reported, else occurred; promises by the time they were due; redress that stands by the time it was given; repeats are incidents of a customer who had the same kind of incident before"

type glance struct {
	incidents, refused, unanswered int64
	due, kept                      int64
	redress                        amounts
}

func (g *glance) incident(x *account.Incident) {
	g.incidents++
	if x.Refused {
		g.refused++
	}
	if x.Last != nil && !x.Answered {
		g.unanswered++
	}
}

func (g *glance) promise(x *account.Promise, due bool) {
	if !x.Once || !due || !judged(x.Is.Outcome) {
		return
	}
	g.due++
	if x.Is.Outcome == recovery.PromiseKept {
		g.kept++
	}
}

// judged reports whether a promise that was due was kept or not.
func judged(o recovery.PromiseOutcome) bool {
	return o == recovery.PromiseKept || o == recovery.PromiseLate || o == recovery.PromiseBroken
}

func (g *glance) action(x *account.Action) {
	if isRedress(x.Is) {
		g.redress.add(x.Is.Amount)
	}
}

// isRedress reports whether an action gives the customer something. The cost of a partner is not redress.
func isRedress(a *recovery.Action) bool {
	return a.Justice == recovery.JusticeDistributive && a.Type != recovery.ActionSubstitute
}

func (g *glance) figures(repeats int64) Figures {
	return Figures{g.incidents, g.refused, g.unanswered, g.due, g.kept, g.redress.list(), repeats}
}

func (r *reviewer) finishGlance(o Once) Glance {
	out := Glance{Counts: glanceCounts, Figures: r.glance[thisPeriod].figures(o.Repeats), Erased: r.erased}
	if !r.options.Before.IsZero() {
		before := r.glance[periodBefore].figures(o.before)
		out.Before = &before
	}
	return out
}
