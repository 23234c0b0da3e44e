package review

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/internal/account"
	"github.com/servicerecovery/amends/recovery/ledger"
)

// Options say what is reviewed. [Defaults] has those that the command takes.
type Options struct {
	Now   time.Time // as of when
	Scope ledger.Scope
	// Before is when the period before began; zero: there is none to compare with.
	Before time.Time
	By     []string       // the fields that tell kinds of incidents apart
	Zone   *time.Location // in which people read the period; nil: UTC
	Score  string         // a field with numbers that says how satisfied a customer was; empty: none

	// The assumptions of the estimate of those who stay silent.
	Silent     float64 // for each complaint, how many others say nothing
	Tell       float64 // how many people somebody tells whose problem stays
	TellSolved float64 // and whose problem was solved

	Progress func(done, total int64)
}

// Defaults are the options of a review that asks for nothing else.
func Defaults(now time.Time) Options {
	return Options{Now: now, By: []string{"service", "failure"}, Silent: 9, Tell: 15, TellSolved: 5}
}

// Review is what a ledger says about a period. The sections are those of the JSON form.
type Review struct {
	Since *time.Time `json:"since,omitempty"`
	Until *time.Time `json:"until,omitempty"`
	Now   time.Time  `json:"now"`
	By    []string   `json:"by"`

	AtAGlance    Glance    `json:"at_a_glance"`
	Promises     Promises  `json:"promises"`
	WhoToldWhom  Told      `json:"who_told_whom"`
	OnceIsEnough Once      `json:"once_is_enough"`
	Causes       Causes    `json:"causes"`
	Costs        Costs     `json:"costs"`
	Readiness    Readiness `json:"readiness"`
	Silent       Silent    `json:"silent"`
	Strengths    Strengths `json:"strengths"`

	scope ledger.Scope
	zone  *time.Location
}

// Run reviews a ledger, which may be written meanwhile. The error may be an *[account.FieldError].
func Run(ctx context.Context, dir string, o Options) (*Review, error) {
	r := newReviewer(o)
	// What came again, and who told first, is asked of the whole ledger.
	whole := ledger.Scope{Namespace: o.Scope.Namespace, Set: o.Scope.Set}
	walk := account.Options{Now: o.Now, Scope: whole, Fields: r.fields, Progress: o.Progress}
	err := account.Walk(ctx, dir, walk, account.Rows{
		Set: r.set, Expect: r.expect, Decision: r.decision, Action: r.action, Promise: r.promise, Choice: r.choice, Incident: r.incident,
	})
	if err != nil {
		return nil, err
	}
	return r.finish(), nil
}

// reviewer counts rows. Each section has its own counter, which sees the rows that it needs.
type reviewer struct {
	options Options
	fields  []string // that rows bring: By first, then Score
	kinds   kinds

	glance   [3]glance // by period
	erased   int64     // incidents, whenever they were reported
	promises promises
	told     told
	once     once
	causes   causes
	costs    costs
	ready    ready
	strong   strong
}

func newReviewer(o Options) *reviewer {
	r := &reviewer{options: o, fields: slices.Clone(o.By)}
	r.kinds.by = o.By
	if o.Score != "" {
		r.fields = append(r.fields, o.Score)
	}
	return r
}

// The periods.
const (
	thisPeriod = iota
	periodBefore
	otherTime // neither
)

// period is the one in which something counts that counts at a time.
func (r *reviewer) period(at time.Time) int {
	o := &r.options
	during := ledger.Scope{Since: o.Scope.Since, Until: o.Scope.Until}
	before := ledger.Scope{Since: o.Before, Until: o.Scope.Since}
	switch {
	case during.Has(at, ""):
		return thisPeriod
	case !o.Before.IsZero() && before.Has(at, ""):
		return periodBefore
	}
	return otherTime
}

// countsAt is when an incident counts.
func countsAt(x *account.Incident) time.Time { return cmp.Or(x.Is.ReportedAt, x.Is.OccurredAt) }

// stands reports whether an action is given and was not taken back.
func stands(x *account.Action) bool { return x.Latest && x.Is.Change != recovery.ChangeCancelled }

// score is the number of the field that tells satisfaction.
func (r *reviewer) score(row account.Row) (float64, bool) {
	if r.options.Score == "" || len(row.Fields) < len(r.fields) {
		return 0, false
	}
	return number(row.Fields[len(r.fields)-1])
}

func (r *reviewer) decision(x *account.Decision) error {
	if r.period(x.Is.DecidedAt) == thisPeriod {
		r.told.decision(x)
		r.costs.decision(x)
		r.ready.decision(x)
	}
	return nil
}

func (r *reviewer) action(x *account.Action) error {
	if !stands(x) {
		return nil
	}
	at := cmp.Or(x.Is.GivenAt, x.DecidedAt)
	p := r.period(at)
	r.glance[p].action(x)
	r.once.action(x) // whenever it was given, it prevents
	if p == thisPeriod {
		r.costs.action(x, r.kinds.of(x.Row))
		r.causes.action(x)
	}
	return nil
}

func (r *reviewer) promise(x *account.Promise) error {
	p := r.period(x.Is.DueAt)
	due := !x.Is.DueAt.After(r.options.Now)
	r.glance[p].promise(x, due)
	if p == thisPeriod {
		r.promises.promise(x, due)
		r.strong.promise(r.kinds.of(x.Row), x, due)
	}
	return nil
}

func (r *reviewer) choice(x *account.Choice) error {
	if r.period(x.LeftAt) == thisPeriod {
		r.costs.choice(x)
	}
	return nil
}

// expect makes room for so many incidents.
func (r *reviewer) expect(incidents int, erased int64) {
	r.once.seen, r.erased = make([]occurrence, 0, incidents), erased
}

func (r *reviewer) set(x *playbook.Set) {
	r.ready.set(x)
	r.causes.set(x)
}

func (r *reviewer) incident(x *account.Incident) error {
	p := r.period(countsAt(x))
	kind := r.kinds.of(x.Row)
	r.glance[p].incident(x)
	r.once.incident(x, kind, p, r.told.incident(x, p))
	if p != thisPeriod {
		return nil
	}
	r.costs.kind(kind).incidents++
	r.causes.incident(x)
	r.ready.incident(x, kind)
	score, scored := r.score(x.Row)
	r.strong.incident(kind, x, score, scored)
	return nil
}

func (r *reviewer) finish() *Review {
	o := r.options
	out := &Review{Now: o.Now.UTC(), By: o.By, scope: o.Scope, zone: cmp.Or(o.Zone, time.UTC)}
	if t := o.Scope.Since.UTC(); !t.IsZero() {
		out.Since = &t
	}
	if t := o.Scope.Until.UTC(); !t.IsZero() {
		out.Until = &t
	}
	out.WhoToldWhom = r.told.finish(&r.once)
	out.OnceIsEnough = r.once.finish(r)
	out.AtAGlance = r.finishGlance(out.OnceIsEnough)
	out.Promises = r.promises.finish()
	out.Causes = r.causes.finish()
	out.Costs = r.costs.finish(r.glance[thisPeriod].incidents, r.kinds.known)
	out.Readiness = r.ready.finish(o.Now, r.kinds.known)
	out.Silent = r.finishSilent()
	out.Strengths = r.strong.finish(r)
	return out
}
