package prove_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/rand"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/prove"
)

// whole are the decisions on every incident of a closed world.
type whole struct {
	t       *testing.T
	seed    int
	src     string
	g       *closed
	program *policy.Program
	engine  *teller
	axes    []axis
	cells   []met
}

// axis is what incidents differ in: a field, a fact after #, or something else that is given after @.
type axis struct {
	name   string
	values []any
}

// met is an incident of a closed world, and what came of it.
type met struct {
	at       []int // of the values of each axis
	tale     tale
	err      error
	decision *recovery.Decision
	marks    map[string]time.Time // the guarantees that it is about, by playbook/m-id, with their deadlines
}

const (
	mostMet = 2500
	epoch   = "2026-03-03T12:00:00Z"
)

func (w *whole) axesOf() {
	has := func(text string) bool { return strings.Contains(w.src, text) }
	for _, c := range w.g.on {
		w.axes = append(w.axes, axis{c.name, c.values})
	}
	if has("signal") || has("phase: any") || has("preventive") || has("provider:") {
		w.axes = append(w.axes, axis{"@kind", []any{"", "signal", "soon", "far", "slow", "else", "slow signal"}})
	}
	if has("preventive") || has("now") || has("substitute:") {
		w.axes = append(w.axes, axis{"@ahead", []any{time.Duration(0), 90 * time.Minute, 40 * 24 * time.Hour}})
	}
	if has("substitute:") {
		w.axes = append(w.axes, axis{"@full", []any{false, true}})
	}
	if has("in_force") && !w.g.has("occurred_at") {
		w.axes = append(w.axes, axis{"occurred_at", []any{"2026-03-01T12:00:00Z", "2026-03-02T12:00:00Z", "2026-03-03T12:00:00Z"}})
	}
	if has("{counting: credited") && !w.g.has("#credits") {
		w.axes = append(w.axes, axis{"#credits", []any{int64(0), int64(1), int64(3)}})
	}
	if (has("facts.") || has("counting:")) && len(w.axes) < 5 {
		w.axes = append(w.axes, axis{"customer.id", []any{"C", nil}})
	}
}

func (w *whole) taleOf(at []int) (t tale, fine bool) {
	t = tale{fields: map[string]any{"occurred_at": "2026-03-02T12:00:00Z", "customer.id": "C"}}
	for i, x := range w.axes {
		v := x.values[at[i]]
		switch x.name {
		case "#repeats":
			t.repeats = v.(int64)
		case "#credits":
			t.credits = v.(int64)
		case "@ahead":
			t.ahead = v.(time.Duration)
		case "@full":
			t.full = v.(bool)
		case "@kind":
			kind := v.(string)
			if strings.Contains("signal soon far slow signal", kind) && kind != "" && kind != "slow" {
				t.fields["phase"] = "signal"
			}
			if expected := map[string]string{"soon": "2026-03-03T12:30:00Z", "far": "2026-04-02T12:30:00Z"}[kind]; expected != "" {
				t.fields["expected_at"] = expected
			}
			if kind == "slow" || kind == "else" || kind == "slow signal" {
				t.fields["provider"] = strings.TrimSuffix(kind, " signal")
			}
		default:
			t.fields[x.name] = v
			if v == nil {
				delete(t.fields, x.name)
			}
		}
	}
	return t, t.fields["customer.id"] != nil || t.repeats == 0 && t.credits == 0
}

func (w *whole) now(t tale) time.Time {
	now, _ := time.Parse(time.RFC3339, epoch)
	return now.Add(t.ahead)
}

func (w *whole) decideAll() {
	size := 1
	for _, x := range w.axes {
		size *= len(x.values)
	}
	r := rand.New(rand.NewSource(int64(w.seed)))
	for i := range min(size, mostMet) {
		if size > mostMet {
			i = r.Intn(size)
		}
		at := make([]int, len(w.axes))
		for k, x := range w.axes {
			at[k], i = i%len(x.values), i/len(x.values)
		}
		if m, fine := w.meet(at); fine {
			w.cells = append(w.cells, m)
		}
	}
}

func (w *whole) meet(at []int) (met, bool) {
	t, fine := w.taleOf(at)
	if !fine {
		return met{}, false
	}
	w.engine.given(t)
	m := w.decide(t.json(), w.now(t))
	m.at, m.tale = at, t
	var misfit *recovery.IncidentError
	return m, !errors.As(m.err, &misfit)
}

func (w *whole) decide(incident []byte, now time.Time) (m met) {
	var in recovery.Incident
	if m.err = in.UnmarshalJSON(incident); m.err != nil {
		return m
	}
	w.engine.now = now
	if m.decision, m.err = w.engine.set.Decide(context.Background(), in); m.err != nil {
		m.decision = nil
	}
	m.marks = map[string]time.Time{}
	add := func(e *recovery.Engine) bool {
		d, err := e.Decide(context.Background(), in)
		if err != nil {
			return false
		}
		for _, a := range d.Actions {
			if a.Type == "mark" {
				for _, p := range a.Plays {
					m.marks[p] = a.DueAt
				}
			}
		}
		return true
	}
	if m.decision != nil && !add(w.engine.marked) { // a condition of a guarantee fails
		for _, name := range sorted(w.g.marks) {
			add(w.one(name))
		}
	}
	return m
}

// one is the set with the mark of one guarantee.
func (w *whole) one(name string) *recovery.Engine {
	if w.engine.ones[name] == nil {
		if w.engine.ones == nil {
			w.engine.ones = map[string]*recovery.Engine{}
		}
		w.engine.ones[name] = w.engine.engine(w.t, w.g.marked(w.src, []string{name}))
	}
	return w.engine.ones[name]
}

func (m met) outcome(name string) outcome {
	book, id, _ := strings.Cut(name, "/")
	if book == "all" {
		book = "marks"
	}
	until, about := m.marks[book+"/m-"+id]
	return outcome{decision: m.decision, about: about, until: until}
}

// broken looks for an incident, or for two, that break a guarantee.
func (w *whole) broken(g *policy.Guarantee) (shown string) {
	vary := map[int]bool{}
	for i, x := range w.axes {
		for _, f := range g.Regardless {
			vary[i] = vary[i] || f.Name == x.name
		}
		if g.Grows != nil && (g.Grows.Name == x.name || g.Item != nil && x.name == "lines") {
			vary[i] = true
		}
	}
	groups := map[string][]*met{}
	for i := range w.cells {
		m := &w.cells[i]
		if m.decision == nil {
			continue
		}
		o := m.outcome(g.Name)
		if !o.about {
			continue
		}
		if prove.AboutOne(g) {
			if breaksOne(g, o) {
				return string(m.tale.json())
			}
			continue
		}
		key := ""
		for k := range m.at {
			if !vary[k] {
				key += fmt.Sprint(m.at[k], ",")
			}
		}
		groups[key] = append(groups[key], m)
	}
	for _, key := range sorted(groups) {
		list := groups[key]
		for i, a := range list {
			for k, b := range list {
				if i == k || g.Grows != nil && !w.below(g, a.tale, b.tale) {
					continue
				}
				if breaksTwo(g, a.outcome(g.Name), b.outcome(g.Name)) {
					return string(a.tale.json()) + " and " + string(b.tale.json())
				}
			}
		}
	}
	return ""
}

// below reports whether the field of a guarantee has less in one incident than in another. Of items one alone
// may have less, and all others have as much.
func (w *whole) below(g *policy.Guarantee, a, b tale) bool {
	of := func(t tale) any {
		v := t.fields[g.Grows.Name]
		if v == nil {
			return g.Grows.Default
		}
		if text, ok := v.(string); ok {
			return readAs(g.Grows, text)
		}
		return v
	}
	if g.Item != nil {
		return belowItem(g, a, b)
	}
	x, y := of(a), of(b)
	if x == nil || y == nil {
		return false
	}
	order, ok := value.Compare(x, y)
	return ok && order < 0
}

func readAs(f *policy.Field, text string) any {
	switch f.Type.Kind {
	case value.KindDuration:
		d, _ := time.ParseDuration(text)
		return d
	case value.KindTimestamp:
		at, _ := time.Parse(time.RFC3339, text)
		return at
	}
	return value.MustMoney(text)
}

func belowItem(g *policy.Guarantee, a, b tale) bool {
	x, _ := a.fields["lines"].([]any)
	y, _ := b.fields["lines"].([]any)
	if len(x) != len(y) {
		return false
	}
	less := 0
	for i := range x {
		p, q := x[i].(map[string]any), y[i].(map[string]any)
		name := g.Item.Name
		for k := range p {
			if k != name && p[k] != q[k] {
				return false
			}
		}
		order, _ := value.Compare(readAs(g.Item, p[name].(string)), readAs(g.Item, q[name].(string)))
		if order > 0 {
			return false
		}
		less += -order
	}
	return less > 0
}

// TestClosedWorlds decides every incident of random sets of several playbooks, and compares what comes out with
// what is said to be proved, broken or open.
func TestClosedWorlds(t *testing.T) {
	from, n := seedOf(t)
	count := map[string]int{}
	for seed := from; seed < from+n; seed++ {
		g := &closed{Rand: rand.New(rand.NewSource(int64(seed)))}
		src := g.set()
		program, result := provedOf(t, seed, src)
		if result == nil {
			count["not a set"]++
			continue
		}
		w := &whole{t: t, seed: seed, src: src, g: g, program: program, engine: &teller{}}
		w.engine.set = w.engine.engine(t, src)
		w.engine.marked = w.engine.engine(t, g.marked(src, sorted(g.marks)))
		w.axesOf()
		w.decideAll()
		for _, p := range result.Guarantees {
			w.guarantee(p, count)
		}
		w.questions(result, count)
	}
	report(t, count)
}

func (w *whole) guarantee(p prove.Proof, count map[string]int) {
	g := w.program.Guarantees[slices.IndexFunc(w.program.Guarantees, func(g *policy.Guarantee) bool { return g.Name == p.Guarantee })]
	shown := w.broken(g)
	count[fmt.Sprintf("%s %t %s", claimOf(w.program, p.Guarantee), shown == "", p.Standing)]++
	switch p.Standing {
	case prove.Proved:
		if shown != "" {
			w.t.Errorf("seed %d: %s is FALSELY PROVED: %s\n%s", w.seed, g.Name, shown, w.src)
		}
	case prove.Open:
		if os.Getenv("WORLD") != "" || os.Getenv("OPEN") != "" {
			w.t.Logf("seed %d: %s (%t) is open: %s", w.seed, g.Name, shown == "", p.Reason)
		}
	case prove.Broken:
		w.confirm(g, p)
	}
}

// confirm tries the witnesses of a guarantee: they break it, they fit what incidents can be, and nothing of them
// can be left out.
func (w *whole) confirm(g *policy.Guarantee, p prove.Proof) {
	breaks := func(ws []prove.Witness) bool {
		var out []outcome
		for _, x := range ws {
			w.engine.facts, w.engine.used = map[string]any{"repeats": int64(0), "credited": value.MustMoney("0 EUR")}, 0
			maps.Copy(w.engine.facts, x.Facts)
			for _, n := range x.Used {
				w.engine.used = n
			}
			out = append(out, w.decide(x.Incident, x.Now).outcome(g.Name))
		}
		if len(out) == 1 {
			return breaksOne(g, out[0])
		}
		return breaksTwo(g, out[0], out[1])
	}
	if !breaks(p.Witnesses) {
		w.t.Errorf("seed %d: %s is falsely broken: %s %s\n%s", w.seed, g.Name, p.Reason, p.Witnesses[0].Incident, w.src)
	}
	fields := make([]map[string]any, len(p.Witnesses))
	names := map[string]bool{}
	for i, x := range p.Witnesses {
		if err := json.Unmarshal(x.Incident, &fields[i]); err != nil {
			w.t.Fatal(err)
		}
		for name := range fields[i] {
			names[name] = true
		}
		if c, _ := fields[i]["customer"].(map[string]any); c["id"] == nil && len(x.Facts) > 0 {
			w.t.Errorf("seed %d: %s: facts are counted by a customer that the witness does not have: %s %v", w.seed, g.Name, x.Incident, x.Facts)
		}
	}
	for _, name := range sorted(names) {
		varies := slices.ContainsFunc(g.Regardless, func(f *policy.Field) bool { return f.Name == name }) || g.Grows != nil && (g.Grows.Name == name || g.Item != nil && name == "lines")
		if len(fields) == 2 && name != "id" && !varies && !reflect.DeepEqual(fields[0][name], fields[1][name]) {
			w.t.Errorf("seed %d: the two of %s differ in %s: %s %s", w.seed, g.Name, name, p.Witnesses[0].Incident, p.Witnesses[1].Incident)
		}
		if slices.Contains([]string{"id", "service", "occurred_at", "customer", "lines"}, name) {
			continue
		}
		var less []prove.Witness
		for i, x := range p.Witnesses {
			rest := maps.Clone(fields[i])
			delete(rest, name)
			x.Incident, _ = json.Marshal(rest)
			less = append(less, x)
		}
		if breaks(less) {
			w.t.Errorf("seed %d: %s is broken without %s: %s", w.seed, g.Name, name, p.Witnesses[0].Incident)
		}
	}
}

// questions holds the questions against all decisions.
func (w *whole) questions(result *prove.Result, count map[string]int) {
	if f := w.engine.facts; f == nil {
		return
	}
	refused := w.some(func(m met) bool { return m.err != nil })
	ambiguous := w.some(func(m met) bool { var e *recovery.AmbiguousError; return errors.As(m.err, &e) })
	unanswered := w.some(func(m met) bool {
		if m.decision == nil || !warns(m.decision) {
			return false
		}
		kind := map[bool]string{false: "failure", true: "signal"}[m.tale.fields["phase"] != nil] + map[bool]string{false: "self", true: "partner"}[m.tale.fields["provider"] != nil]
		return slices.ContainsFunc(sorted(w.g.fits), func(book string) bool {
			_, applies := m.marks[book+"/m-applies-"+book]
			return applies && w.g.fits[book][kind]
		})
	})
	for _, m := range w.cells {
		var e *recovery.EvaluationError
		if !errors.As(m.err, &e) {
			continue
		}
		if !slices.ContainsFunc(result.Questions, func(p prove.Proof) bool {
			return p.Question == prove.Refused && p.Standing != prove.Proved && (p.Play == e.PlayName() || e.PlayName() == "")
		}) {
			w.t.Errorf("seed %d: nothing says that %q can refuse: %v, %s\n%s", w.seed, e.PlayName(), m.err, m.tale.json(), w.src)
			break
		}
	}
	for _, p := range result.Questions {
		count[fmt.Sprintf("%s %s", p.Question, p.Standing)]++
		shown := map[prove.Question]string{prove.Refused: refused, prove.Ambiguous: ambiguous, prove.Unanswered: unanswered}[p.Question]
		switch {
		case p.Standing == prove.Proved && p.Reason == "" && shown != "":
			w.t.Errorf("seed %d: %s is FALSELY PROVED: %s\n%s", w.seed, p.Question, shown, w.src)
		case p.Standing == prove.Broken && p.Question == prove.Never && strings.HasPrefix(p.Reason, "the play "):
			if shown := w.some(func(m met) bool {
				return m.decision != nil && slices.ContainsFunc(m.decision.Plays, func(x recovery.Match) bool { return x.Play == p.Play })
			}); shown != "" {
				w.t.Errorf("seed %d: %s is reached: %s\n%s", w.seed, p.Play, shown, w.src)
			}
		case p.Standing == prove.Broken && p.Question == prove.Never && strings.HasPrefix(p.Reason, "the case "):
			id := strings.Fields(p.Reason)[2]
			if shown := w.some(func(m met) bool {
				return m.decision != nil && slices.ContainsFunc(m.decision.Plays, func(x recovery.Match) bool { return x.Play == p.Play && x.Case == id })
			}); shown != "" {
				w.t.Errorf("seed %d: the case %s of %s is reached: %s\n%s", w.seed, id, p.Play, shown, w.src)
			}
		case p.Standing == prove.Broken && len(p.Witnesses) == 1:
			x := p.Witnesses[0]
			w.engine.facts, w.engine.used = map[string]any{"repeats": int64(0), "credited": value.MustMoney("0 EUR")}, 0
			maps.Copy(w.engine.facts, x.Facts)
			for _, n := range x.Used {
				w.engine.used = n
			}
			m := w.decide(x.Incident, x.Now)
			var misfit *recovery.IncidentError
			switch {
			case p.Question == prove.Unanswered && (m.decision == nil || !warns(m.decision)),
				p.Question == prove.Refused && (m.err == nil || errors.As(m.err, &misfit)),
				p.Question == prove.Ambiguous && m.err == nil,
				p.Question == prove.Twice && m.decision == nil:
				w.t.Errorf("seed %d: %s is falsely broken: %s\n%s", w.seed, p.Question, x.Incident, w.src)
			}
		}
	}
}

func warns(d *recovery.Decision) bool {
	return slices.ContainsFunc(d.Warnings, func(x recovery.Warning) bool { return x.Code == recovery.WarnUnanswered })
}

func (w *whole) some(holds func(met) bool) string {
	for _, m := range w.cells {
		if holds(m) {
			return string(m.tale.json()) + fmt.Sprint(" ", m.tale.ahead, m.tale.full, m.tale.repeats, m.tale.credits)
		}
	}
	return ""
}
