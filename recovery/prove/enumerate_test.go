package prove_test

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/recovery"
)

func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// enumerated are the decisions on every incident of a small world. What it says of guarantees is written
// anew here, as plainly as it can be, from proofs.md.
type enumerated struct {
	t       *testing.T
	set     *playbook.Set
	src     string
	seed    int
	program *policy.Program
	points  []point
	out     map[point]*recovery.Decision // nil: refused
	errs    map[point]error
	about   map[string]map[point]bool
	applies map[point]bool
}

func (w *enumerated) any(holds func(point, *recovery.Decision, error) bool) bool {
	return slices.ContainsFunc(w.points, func(p point) bool { return holds(p, w.out[p], w.errs[p]) })
}

var when = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

func (w *enumerated) decideAll() {
	w.program, _ = policy.Compile(w.set)
	store := &factStore{}
	engine, err := recovery.New(w.set, recovery.WithStore(store), recovery.WithClock(func() time.Time { return when }))
	if err != nil {
		w.t.Fatal(err)
	}
	size := dims(w.src)
	w.out, w.errs, w.applies = map[point]*recovery.Decision{}, map[point]error{}, map[point]bool{}
	w.about = map[string]map[point]bool{}
	for _, g := range w.program.Guarantees {
		w.about[g.Name] = map[point]bool{}
	}
	for i := range size.failure * size.n * size.tier * size.ok * size.delay * size.note * size.repeats * size.price * size.phase {
		next := func(n int) int { k := i % n; i /= n; return k }
		p := point{next(size.failure), next(size.n), next(size.tier), next(size.ok), next(size.delay), next(size.note), next(size.repeats), next(size.price), next(size.phase)}
		in := recovery.Incident{ID: "I", Service: "s", OccurredAt: when, Fields: p.fields()}
		in.Failure, _ = in.Fields["failure"].(string)
		delete(in.Fields, "failure")
		if p.phase == 1 {
			in.Phase = "signal"
		}
		if p.phase == 2 {
			in.Provider = "partner"
		}
		in.Customer.ID = "C"
		store.repeats = int64(p.repeats)
		d, err := engine.Decide(context.Background(), in)
		if w.errs[p] = err; err != nil {
			d = nil
		}
		w.points = append(w.points, p)
		w.out[p] = d
		w.ask(p)
	}
}

// ask asks which guarantees are about an incident.
func (w *enumerated) ask(p point) {
	in := w.program.NewInput(when)
	defer in.Release()
	fields := p.fields()
	for name, f := range w.program.Declared() {
		if v, ok := fields[name]; ok {
			in.Set(f, v)
		}
	}
	for _, f := range w.program.Facts {
		in.SetFact(f, int64(p.repeats))
	}
	for _, f := range w.program.Fields {
		if f.Name == "phase" && p.phase == 1 {
			in.Set(f, "signal")
		}
	}
	applying, err := in.Applying()
	if err != nil {
		return
	}
	w.applies[p] = len(applying) > 0
	if p.failure == 3 && len(applying) > 0 {
		in.Set(w.program.Declared()["failure"], "none")
	}
	for _, g := range w.program.Guarantees {
		about, err := g.IsAbout(in)
		w.about[g.Name][p] = about && err == nil
	}
}

func claimOf(p *policy.Program, name string) string {
	for _, g := range p.Guarantees {
		if g.Name == name {
			return []string{"", "gives", "never", "grows", "same", "at_most"}[g.Claim]
		}
	}
	return "?"
}

func (w *enumerated) holds(name string) bool {
	i := slices.IndexFunc(w.program.Guarantees, func(g *policy.Guarantee) bool { return g.Name == name })
	g := w.program.Guarantees[i]
	for _, p := range w.points {
		d := w.out[p]
		if d == nil || !w.about[name][p] {
			continue
		}
		if !w.keeps(g, p, d) {
			return false
		}
	}
	return true
}

func has(types []string, a recovery.Action) bool { return slices.Contains(types, a.Type) }

func (w *enumerated) keeps(g *policy.Guarantee, p point, d *recovery.Decision) bool {
	switch g.Claim {
	case policy.ClaimGives:
		return slices.ContainsFunc(d.Actions, func(a recovery.Action) bool {
			if !has(g.Types, a) || g.Within == nil {
				return has(g.Types, a)
			}
			within := map[string]time.Duration{"1d": 24 * time.Hour, "2d": 48 * time.Hour, "30h": 30 * time.Hour}[g.Within.Source()]
			return !a.DueAt.IsZero() && !a.DueAt.After(when.Add(within))
		})
	case policy.ClaimNever:
		return !slices.ContainsFunc(d.Actions, func(a recovery.Action) bool { return has(g.Types, a) })
	case policy.ClaimAtMost:
		for currency, sum := range sums(g.Types, d) {
			i := slices.IndexFunc(g.AtMost, func(m value.Money) bool { return m.Currency() == currency })
			if sum > 0 && (i < 0 || sum > g.AtMost[i].Units()) {
				return false
			}
		}
		return true
	}
	for _, q := range w.others(g, p) {
		e := w.out[q]
		if e == nil || !w.about[g.Name][q] {
			continue
		}
		if g.Claim == policy.ClaimSame {
			if told(g.Types, d) != told(g.Types, e) {
				return false
			}
			continue
		}
		if w.value(g, p) >= w.value(g, q) {
			continue
		}
		more := sums(g.Types, e)
		for currency, sum := range sums(g.Types, d) {
			if more[currency] < sum {
				return false
			}
		}
	}
	return true
}

func (w *enumerated) value(g *policy.Guarantee, p point) int {
	if g.Grows.Name == "n" {
		return p.n
	}
	return p.delay
}

// others are the incidents that differ in the fields of a guarantee alone.
func (w *enumerated) others(g *policy.Guarantee, p point) []point {
	fields := g.Regardless
	if g.Grows != nil {
		fields = []*policy.Field{g.Grows}
	}
	size := dims(w.src)
	out := []point{p}
	vary := func(n int, set func(*point, int)) {
		var next []point
		for _, q := range out {
			for i := range n {
				r := q
				set(&r, i)
				next = append(next, r)
			}
		}
		out = next
	}
	for _, f := range fields {
		switch f.Name {
		case "n":
			vary(size.n, func(p *point, i int) { p.n = i })
		case "delay":
			vary(size.delay, func(p *point, i int) { p.delay = i })
		case "tier":
			vary(size.tier, func(p *point, i int) { p.tier = i })
		case "ok":
			vary(size.ok, func(p *point, i int) { p.ok = i })
		case "failure":
			vary(size.failure, func(p *point, i int) { p.failure = i })
		case "note":
			vary(size.note, func(p *point, i int) { p.note = i })
		}
	}
	return out
}

func sums(types []string, d *recovery.Decision) map[string]int64 {
	out := map[string]int64{}
	for _, a := range d.Actions {
		if has(types, a) && a.Amount.IsSet() {
			out[a.Amount.Currency()] += a.Amount.Units()
		}
	}
	return out
}

func told(types []string, d *recovery.Decision) string {
	var out []string
	for _, a := range d.Actions {
		if has(types, a) {
			line := fmt.Sprintf("%s %v %v %v %v", a.Type, a.Amount, a.Params, a.DueAt, a.NotBefore)
			for _, step := range a.IfLate {
				line += fmt.Sprintf(", if late %s %v", step.Type, step.Params)
			}
			out = append(out, line)
		}
	}
	slices.SortFunc(out, cmp.Compare[string])
	return strings.Join(out, "\n")
}
