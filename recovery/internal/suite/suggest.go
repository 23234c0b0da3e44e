package suite

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/recovery"
)

// suggester looks for rows that a team may want: incidents on both sides of every
// value that a play compares something with. It starts from tests that the play
// matches, or from an incident that it makes up, changes one field at a time, and
// sees what is decided.
type suggester struct {
	set   *Set
	ctx   context.Context
	steps []tried // of the suites that there are
	// seen are the values, as text, that tests have by the play that was asked
	// and the path, and those that are suggested.
	seen map[string]map[string]bool
	out  []suggestion
	lost []string // plays that no incident was found for
}

// tried is a test with what came of it.
type tried struct {
	test      *playbook.Test
	now       time.Time
	explained *recovery.Explanation
	decided   *Decided
}

// suggestion is a test with rows.
type suggestion struct {
	name string
	from tried
	path string
	rows []suggestedRow
}

type suggestedRow struct {
	v    any
	came *Decided
}

// Suggest returns a suite of rows that no test has yet, as YAML, with what is
// decided today as what is wanted. It is empty when there is nothing to suggest.
func (s *Set) Suggest(ctx context.Context) (string, error) {
	g := &suggester{set: s, ctx: ctx, seen: map[string]map[string]bool{}}
	for _, c := range s.Cases {
		for _, step := range c.Steps[:1] {
			t, err := g.try(step.test, step.Now)
			if err != nil {
				return "", err
			}
			g.steps = append(g.steps, t)
			g.remember(t)
		}
	}
	for _, p := range s.program.Plays {
		if err := g.play(p); err != nil {
			return "", err
		}
	}
	return g.yaml(), nil
}

// try decides a test from an empty store, and explains it.
func (g *suggester) try(test *playbook.Test, now time.Time) (tried, error) {
	d, err := g.set.decide(g.ctx, &Step{Now: now, test: test}, &store{})
	if err != nil {
		return tried{}, err
	}
	return tried{test: test, now: now, explained: d.explain(), decided: d}, nil
}

// remember notes the values that tests have where plays were asked.
func (g *suggester) remember(t tried) {
	for _, e := range t.explained.Plays {
		for _, th := range g.ofPlay(e, t) {
			g.see(e.Play, th.path, g.current(t, th.path))
		}
	}
}

func (g *suggester) see(p *policy.Play, path, text string) {
	key := p.Name + " " + path
	if g.seen[key] == nil {
		g.seen[key] = map[string]bool{}
	}
	g.seen[key][text] = true
}

// untried are the values of a threshold that no test has where a play was asked.
func (g *suggester) untried(p *policy.Play, th threshold) (out []any) {
	seen := g.seen[p.Name+" "+th.path]
	listed := map[string]bool{}
	for _, v := range th.values {
		text := policy.Show(v)
		listed[text] = true
		if !seen[text] {
			out = append(out, v)
		}
	}
	for text := range seen {
		if !listed[text] {
			return out // some test has another one
		}
	}
	if th.other != nil {
		out = append(out, th.other)
	}
	return out
}

// current is the value that a test gives a field or a fact, as text.
func (g *suggester) current(t tried, path string) string {
	part, name, _ := strings.Cut(path, ".")
	from := t.test.Incident
	if part == "facts" {
		from = t.test.Facts
	}
	v, ok := find(from, name)
	if !ok || isNull(v) {
		return g.absent(path)
	}
	if typ, ok := g.set.typeOf(path); ok {
		if native, err := parse(typ, v); err == nil {
			return policy.Show(native)
		}
	}
	return plainText(v)
}

// absent is what a field or a fact has that is not given: its default.
func (g *suggester) absent(path string) string {
	if f := g.set.fieldOf(path); f != nil {
		return policy.Show(f.Default)
	}
	name, _ := strings.CutPrefix(path, "facts.")
	for _, f := range g.set.program.Facts {
		if f.Plain == name {
			return policy.Show(f.Zero())
		}
	}
	return ""
}

// ofPlay are the thresholds of a play that was asked, or that its playbook does
// not apply to.
func (g *suggester) ofPlay(e policy.Explanation, t tried) []threshold {
	book := e.Play.Playbook.ID
	var out []threshold
	if g.leads(e.Play) {
		out = g.set.thresholds(e.Applies, book)
	}
	out = append(out, g.set.thresholds(e.When, book)...)
	for _, c := range e.Cases {
		out = append(out, g.set.thresholds(c.When, book)...)
	}
	for _, p := range e.Partners {
		out = append(out, g.set.thresholds(p.Covers, book)...)
	}
	for _, name := range sortedKeys(g.set.tablesOf(e.Play)) {
		out = append(out, g.set.rowsOf(book, name)...)
	}
	return append(out, g.inTime(e, t)...)
}

// leads reports whether a play is the first of its playbook, for which the
// condition in front of all of them is looked at.
func (g *suggester) leads(p *policy.Play) bool {
	for _, other := range g.set.program.Plays {
		if other.Playbook.ID == p.Playbook.ID {
			return other.Name == p.Name
		}
	}
	return false
}

// inTime is when it is just in time for a preventive play, and just too late.
func (g *suggester) inTime(e policy.Explanation, t tried) []threshold {
	phase, _ := find(t.test.Incident, "phase")
	lead, ok := g.set.leadOf(e.Play)
	if !ok || !e.Matched || !e.Play.Preventive() || phase.Text.Value != "signal" {
		return nil
	}
	latest := t.now.Add(lead)
	return []threshold{{path: "incident.expected_at", values: []any{latest.Add(-time.Second), latest}}}
}

// play suggests rows for a play: from one incident that it matches, and one more
// for each of its cases.
func (g *suggester) play(p *policy.Play) error {
	from, ok, err := g.start(p, -1)
	if err != nil {
		return err
	}
	if !ok {
		g.lost = append(g.lost, p.Name)
		return nil
	}
	for _, t := range append(g.covered(p, from), from) {
		if err := g.around(p, t); err != nil {
			return err
		}
	}
	for i := range p.Cases {
		from, ok, err := g.start(p, i)
		if err == nil && ok {
			err = g.around(p, from)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// covered are incidents that partners cover, where the one at hand is none.
func (g *suggester) covered(p *policy.Play, from tried) (out []tried) {
	e, _ := from.of(p)
	for _, partner := range e.Partners {
		changes := g.set.solve(partner.Covers, true, p.Playbook.ID)
		if len(changes) == 0 {
			continue
		}
		test := from.test
		for _, c := range changes {
			test = changed(test, c)
		}
		if t, err := g.try(test, from.now); err == nil && t.reaches(p, -1) {
			out = append(out, t)
		}
	}
	return out
}

// around tries the values on both sides of each threshold, one change at a time.
func (g *suggester) around(p *policy.Play, from tried) error {
	e, _ := from.of(p)
	var paths []string
	values := map[string][]any{}
	for _, th := range g.ofPlay(e, from) {
		for _, v := range g.untried(p, th) {
			g.see(p, th.path, policy.Show(v))
			if values[th.path] == nil {
				paths = append(paths, th.path)
			}
			values[th.path] = append(values[th.path], v)
		}
	}
	for _, path := range paths {
		slices.SortStableFunc(values[path], order)
		x := suggestion{name: p.Name + " by " + path, from: from, path: path}
		for _, v := range values[path] {
			t, err := g.try(changed(from.test, change{path, v}), from.now)
			if err != nil {
				return err
			}
			var misfit *recovery.IncidentError
			if !errors.As(t.decided.err, &misfit) { // of no interest: it is no incident
				x.rows = append(x.rows, suggestedRow{v, t.decided})
			}
		}
		if len(x.rows) > 0 {
			g.out = append(g.out, x)
		}
	}
	return nil
}

func (t tried) of(p *policy.Play) (policy.Explanation, bool) {
	if t.explained != nil {
		for _, e := range t.explained.Plays {
			if e.Play.Name == p.Name {
				return e, true
			}
		}
	}
	return policy.Explanation{Play: p, Case: -1}, false
}

// reaches reports whether a play matched, with the case that is wanted; -1: any.
func (t tried) reaches(p *policy.Play, k int) bool {
	e, ok := t.of(p)
	return ok && e.Matched && (k < 0 || e.Case == k)
}

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
	for range attempts {
		if t.reaches(p, k) {
			return t, true, nil
		}
		changes := g.towards(t, p, k)
		if len(changes) == 0 {
			return t, false, nil
		}
		test := t.test
		for _, c := range changes {
			test = changed(test, c)
		}
		if t, err = g.try(test, t.now); err != nil {
			return t, false, err
		}
	}
	return t, t.reaches(p, k), nil
}

// first is where an incident that is made up starts: that of the first test, or
// the least that there can be.
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
	e, ok := t.of(p)
	switch {
	case !ok:
		return nil
	case e.Barrier == policy.BarrierNotNeeded:
		return g.unneeded(t, p)
	case e.Barrier != policy.BarrierNone:
		return g.set.solveBarrier(e, t.now)
	case !e.Matched:
		return g.set.solve(e.When, true, p.Playbook.ID)
	}
	for i, c := range e.Cases {
		if i < k && i == e.Case {
			return g.set.solve(c.When, false, p.Playbook.ID)
		}
		if i == k {
			return g.set.solve(c.When, true, p.Playbook.ID)
		}
	}
	return nil
}

// unneeded are changes under which the plays that answer instead of a fallback do
// not match.
func (g *suggester) unneeded(t tried, fallback *policy.Play) (out []change) {
	for _, e := range t.explained.Plays {
		if e.Matched && e.Play.Answers && e.Play.Playbook.ID == fallback.Playbook.ID && e.Play.Preventive() == fallback.Preventive() {
			out = append(out, g.set.solve(e.When, false, e.Play.Playbook.ID)...)
		}
	}
	return out
}

// repairs give fields that an incident must have, or that do not fit.
func (g *suggester) repairs(misfit *recovery.IncidentError) (out []change) {
	for _, p := range misfit.Problems {
		if f := g.set.known.fields[p.Path]; f != nil {
			v := sample(f.Type)
			if len(f.OneOf) > 0 {
				v = f.OneOf[0]
			}
			if f.Min != nil {
				v = f.Min
			}
			if f.Type.Kind == policy.List && f.NonEmpty {
				v = []any{sample(policy.Type{Kind: f.Type.Elem, Currency: f.Type.Currency})}
			}
			out = append(out, change{"incident." + p.Path, v})
		}
	}
	return out
}

// changed is a test with one field or fact changed.
func changed(t *playbook.Test, c change) *playbook.Test {
	part, name, _ := strings.Cut(c.path, ".")
	one := playbook.Value{Kind: playbook.Mapping, Entries: []playbook.Entry{{Key: playbook.Text{Value: name, Kind: playbook.String}, Value: written(c.v)}}}
	out := *t
	if part == "facts" {
		out.Facts = mergeValue(t.Facts, one)
	} else {
		out.Incident = mergeValue(nested(t.Incident), nested(one))
	}
	return &out
}
