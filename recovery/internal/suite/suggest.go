package suite

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/policy/worktime"
	"github.com/servicerecovery/amends/recovery"
)

// suggester looks for rows that a team may want: incidents on both sides of every value
// that a play compares something with. It starts from tests that the play matches, or
// from an incident that it makes up. It changes one field at a time and decides again.
type suggester struct {
	set   *Set
	ctx   context.Context
	steps []tried // of the suites that there are
	// seen are the values, as text, that tests have by the play that was asked
	// and the path, and those that are suggested.
	seen map[string]map[string]bool
	out  []suggestion
	lost []string // plays that no incident was found for
	// broken are those among them that a first decision cannot give: they read missed.
	broken []string
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
	v any
	tried
}

// Suggest returns a suite of rows that no test has yet, as YAML. Each row wants what is
// decided today. The text is empty when there is nothing to suggest.
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
	for range mostRounds {
		found := len(g.out)
		if err := g.round(); err != nil {
			return "", err
		}
		if len(g.out) == found {
			break
		}
	}
	return g.yaml(), nil
}

// mostRounds bounds how often the search starts again from its own suggestions. These may reach
// plays, and parts of plays, that no test reaches.
const mostRounds = 5

func (g *suggester) round() error {
	found := len(g.out)
	g.lost, g.broken = nil, nil
	for _, p := range g.set.program.Plays {
		if err := g.play(p); err != nil {
			return err
		}
	}
	for _, x := range g.out[found:] {
		for _, r := range x.rows {
			g.steps = append(g.steps, r.tried)
			g.remember(r.tried)
		}
	}
	return nil
}

// try decides a test from an empty store, and explains it.
func (g *suggester) try(test *playbook.Test, now time.Time) (tried, error) {
	d, err := g.set.decide(g.ctx, &Step{Now: now, test: test}, &store{})
	if err != nil {
		return tried{}, err
	}
	return tried{test: test, now: now, explained: d.Explain(), decided: d}, nil
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
		text := value.Show(v)
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
	if list, id, field, ok := placeIn(path); ok {
		items, at, ok := itemAt(t.test, list, id)
		if !ok {
			return g.absent(path)
		}
		from, name = items[at], field
	}
	switch part {
	case "facts":
		from = t.test.Facts
	case "partners":
		from = t.test.Partners
	}
	v, ok := find(from, name)
	if !ok || isNull(v) {
		return g.absent(path)
	}
	if typ, ok := g.set.typeOf(path); ok {
		if native, err := parse(typ, v); err == nil {
			return value.Show(native)
		}
	}
	return plainText(v)
}

// absent is what a field or a fact has that is not given: its default.
func (g *suggester) absent(path string) string {
	if f := g.set.fieldOf(path); f != nil {
		return value.Show(f.Default)
	}
	if strings.HasPrefix(path, "partners.") {
		return "0"
	}
	name, _ := strings.CutPrefix(path, "facts.")
	for _, f := range g.set.program.Facts {
		if f.Plain == name {
			return value.Show(f.Zero())
		}
	}
	return ""
}

// ofPlay are the thresholds of a play: the values that its conditions compared something
// with. If it matched, they include the rows of the tables that it reads. The play's
// condition was evaluated, or its playbook does not apply.
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
	out = append(out, g.thresholdsOfItems(e)...)
	for _, p := range e.Partners {
		out = append(out, g.set.thresholds(p.Covers, book)...)
	}
	if !e.Matched {
		return out
	}
	for _, name := range sortedKeys(g.set.tablesOf(e.Play)) {
		out = append(out, g.set.rowsOf(book, name)...)
	}
	return append(append(out, g.inTime(e, t)...), room(e, t)...)
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
	if !ok || !e.Play.Preventive() || phase.Text.Value != "signal" {
		return nil
	}
	latest, err := worktime.Clock{Zone: e.Play.Playbook.Zone}.Due(t.now, lead, worktime.EndsExactly)
	if err != nil {
		return nil
	}
	return []threshold{{path: "incident.expected_at", values: []any{latest.Add(-time.Second), latest}}}
}

// room is how much of a partner that was asked has been used where it can just take
// the incident, and where it just cannot.
func room(e policy.Explanation, t tried) (out []threshold) {
	for _, a := range t.explained.Partners {
		if a.Play != e.Play.Name || a.Way == nil || a.Way.Units < a.Units || a.Reason != "" && a.Reason != "capacity" {
			continue
		}
		most := a.Way.Units - a.Units
		out = append(out, threshold{path: "partners." + a.Partner.ID + ".used", values: []any{most, most + 1}})
	}
	return out
}

// play suggests rows for a play: from one incident that it matches, and one more
// for each of its cases.
func (g *suggester) play(p *policy.Play) error {
	from, ok, err := g.start(p, -1)
	if err != nil {
		return err
	}
	switch {
	case !ok && g.set.readsMissed(p):
		g.broken = append(g.broken, p.Name)
		return nil
	case !ok:
		g.lost = append(g.lost, p.Name)
		return nil
	}
	for _, t := range append(g.covered(p, from), g.everyWay(p, from)...) {
		if err := g.around(p, t); err != nil {
			return err
		}
	}
	for i := range p.Cases {
		from, ok, err := g.start(p, i)
		if err != nil {
			return err
		}
		if !ok {
			continue
		}
		for _, t := range g.everyWay(p, from) {
			if err := g.around(p, t); err != nil {
				return err
			}
		}
	}
	return nil
}

// mostWays bounds how many ways there are looked for in which a condition holds.
const mostWays = 16

// everyWay is an incident that a play matches, and others in which the parts of
// its conditions that the first did without are what decides.
func (g *suggester) everyWay(p *policy.Play, from tried) []tried {
	out := []tried{from}
	known := map[playbook.Range]bool{}
	for i := 0; i < len(out) && len(out) < mostWays; i++ {
		e, _ := out[i].of(p)
		conditions := []*policy.Node{e.When}
		for _, c := range e.Cases {
			conditions = append(conditions, c.When)
		}
		var ways [][]change
		for _, n := range conditions {
			ways = append(ways, g.set.otherWays(n, p.Playbook.ID, known)...)
		}
		for _, way := range append(ways, g.waysOfItem(e, known)...) {
			if t, err := g.with(out[i], way); err == nil && t.reaches(p, -1) && len(out) < mostWays {
				out = append(out, t)
			}
		}
	}
	return out
}

// covered are incidents that a partner of the play covers, made from one that none covers.
func (g *suggester) covered(p *policy.Play, from tried) (out []tried) {
	e, _ := from.of(p)
	for _, partner := range e.Partners {
		changes := g.set.solve(partner.Covers, true, p.Playbook.ID)
		if len(changes) == 0 {
			continue
		}
		if t, err := g.with(from, changes); err == nil && t.reaches(p, -1) {
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
			if values[th.path] == nil {
				paths = append(paths, th.path)
			}
			if !contains(values[th.path], v) {
				values[th.path] = append(values[th.path], v)
			}
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
			if errors.As(t.decided.err, &misfit) || !g.looksAt(p, t, path) {
				continue // of no interest: it is no incident, or none for the play
			}
			g.see(p, path, value.Show(v))
			x.rows = append(x.rows, suggestedRow{v, t})
		}
		if len(x.rows) > 0 {
			g.out = append(g.out, x)
		}
	}
	return nil
}

// looksAt reports whether a play looks at a field or a fact in a test: its playbook may not
// apply any more.
func (g *suggester) looksAt(p *policy.Play, t tried, path string) bool {
	e, _ := t.of(p)
	return slices.ContainsFunc(g.ofPlay(e, t), func(th threshold) bool { return th.path == path })
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
	ofItem := func(x policy.ItemExplanation) bool { return x.Case == k }
	return ok && e.Matched && (k < 0 || e.Case == k || slices.ContainsFunc(e.Items, ofItem))
}

// changed is a test with one field, fact or partner's use changed.
func changed(t *playbook.Test, c change) *playbook.Test {
	if list, id, field, ok := placeIn(c.path); ok {
		return changedItem(t, list, id, field, c.v)
	}
	part, name, _ := strings.Cut(c.path, ".")
	one := playbook.Value{Kind: playbook.Mapping, Entries: []playbook.Entry{{Key: playbook.Text{Value: name, Kind: playbook.String}, Value: written(c.v)}}}
	out := *t
	switch part {
	case "facts":
		out.Facts = mergeValue(t.Facts, one)
	case "partners":
		out.Partners = mergeValue(t.Partners, nested(one))
	default:
		out.Incident = mergeValue(nested(t.Incident), nested(one))
	}
	return &out
}
