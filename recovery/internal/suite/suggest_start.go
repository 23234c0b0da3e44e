package suite

import (
	"errors"
	"time"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/recovery"
)

// start finds a test that reaches a play, or makes one up.
func (g *suggester) start(p *policy.Play, k int) (tried, bool, error) {
	for _, t := range g.steps {
		if t.reaches(p, k) {
			return t, true, nil
		}
	}
	t, err := g.first()
	if err != nil {
		return t, false, err
	}
	const attempts = 12
	var trail []tried
	for range attempts {
		if t.reaches(p, k) {
			return t, true, nil
		}
		trail = append(trail, t)
		if changes := g.towards(t, p, k); len(changes) > 0 {
			t, err = g.with(t, changes)
		} else {
			var nearer bool
			if t, nearer, err = g.climb(t, p, k); err == nil && !nearer {
				break
			}
		}
		if err != nil {
			return t, false, err
		}
	}
	if t.reaches(p, k) {
		return t, true, nil
	}
	found, ok := g.unblock(trail, p, k)
	return found, ok, nil
}

// with is a test with some changes.
func (g *suggester) with(t tried, changes []change) (tried, error) {
	test := t.test
	for _, c := range changes {
		test = changed(test, c)
	}
	return g.try(test, t.now)
}

// climb is for a condition that cannot be solved. It tries each value that the condition
// compares with, and each at which a row of its tables begins. It takes the first value
// that reaches the play, else the one that comes nearest.
func (g *suggester) climb(from tried, p *policy.Play, k int) (best tried, nearer bool, err error) {
	best = from
	e, _ := g.look(from, p)
	least := e.Distance()
	for _, th := range g.ofPlay(e, from) {
		for _, v := range th.all() {
			t, err := g.with(from, []change{{th.path, v}})
			if err != nil {
				return from, false, err
			}
			if t.reaches(p, k) {
				return t, true, nil
			}
			if e, _ := g.look(t, p); e.Distance() < least {
				best, nearer, least = t, true, e.Distance()
			}
		}
	}
	return best, nearer, nil
}

// first is the incident from which another one is made up: that of the first test. If
// there is no test, it has the required fields and a customer.
func (g *suggester) first() (tried, error) {
	if len(g.steps) > 0 {
		return g.steps[0], nil
	}
	now := time.Date(2026, time.January, 5, 10, 0, 0, 0, time.UTC)
	test := &playbook.Test{}
	for _, c := range []change{{"incident.id", "T-1"}, {"incident.service", "service"}, {"incident.occurred_at", now.Add(-time.Hour)}, {"incident.customer.id", "C-1"}} {
		test = changed(test, c)
	}
	return g.try(test, now)
}

// towards are changes that bring a test nearer to a play.
func (g *suggester) towards(t tried, p *policy.Play, k int) []change {
	var misfit *recovery.IncidentError
	if errors.As(t.decided.err, &misfit) {
		return g.repairs(misfit)
	}
	e, ok := g.look(t, p)
	switch {
	case !ok:
		return nil
	case e.Barrier != policy.BarrierNone:
		return g.set.solveBarrier(e, t.now)
	case p.Each != nil && (e.When == nil || e.When.Value == true):
		return g.towardsItem(e, k)
	case !e.Matched:
		return g.set.solve(e.When, true, p.Playbook.ID)
	}
	return g.towardsCase(e.Cases, e.Case, k, p.Playbook.ID)
}

// towardsCase are changes that bring a test nearer to a case; held is the one that holds.
func (g *suggester) towardsCase(cases []policy.CaseExplanation, held, k int, book string) []change {
	for i, c := range cases {
		if i < k && i == held {
			return g.set.solve(c.When, false, book)
		}
		if i == k {
			return g.set.solve(c.When, true, book)
		}
	}
	return nil
}

// repairs give fields that an incident must have, or that do not fit.
func (g *suggester) repairs(misfit *recovery.IncidentError) (out []change) {
	for _, p := range misfit.Problems {
		if f := g.set.known.fields[p.Path]; f != nil {
			out = append(out, change{"incident." + p.Path, fitting(f)})
		}
	}
	return out
}

// fitting is a value that fits a field.
func fitting(f *policy.Field) any {
	v := sample(f.Type)
	if len(f.OneOf) > 0 {
		v = f.OneOf[0]
	}
	if f.Min != nil {
		v = f.Min
	}
	if f.Type.Kind == value.KindList && f.NonEmpty {
		v = []any{sample(f.Type.Member())}
	}
	return v
}
