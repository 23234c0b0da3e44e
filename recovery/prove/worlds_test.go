package prove_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/prove"
	"github.com/servicerecovery/amends/recovery/store"
)

// A small world is a set whose fields are closed, so that every incident of it can be decided.

// gen makes a random set.
type gen struct {
	*rand.Rand
	b    strings.Builder
	hard bool // with what cannot be reasoned about
	ids  int
	// kinds are the few atoms that a set has, so that its incidents are not too many.
	kinds []int
}

func (g *gen) pick(list ...string) string { return list[g.Intn(len(list))] }

func (g *gen) atom() string {
	switch g.kinds[g.Intn(len(g.kinds))] {
	case 0, 1:
		return `incident.failure == "` + g.pick("late", "lost") + `"`
	case 2:
		return fmt.Sprintf("incident.n %s %d", g.pick("<", "<=", ">", ">=", "==", "!="), g.Intn(4))
	case 3, 4:
		return `incident.tier == "` + g.pick("x", "y", "z") + `"`
	case 5:
		return "incident.ok"
	case 6:
		return fmt.Sprintf("incident.delay %s hours(%d)", g.pick("<", "<=", ">", ">=", "==", "!="), 1+g.Intn(2))
	case 7:
		return `incident.tier in ["x", "` + g.pick("y", "z") + `"]`
	case 8:
		return `has(incident.note)`
	case 9:
		return `incident.?note.orValue("b") == "` + g.pick("a", "b") + `"`
	case 10:
		return fmt.Sprintf("facts.repeats >= %d", 1+g.Intn(2))
	case 11:
		return fmt.Sprintf(`incident.tier.startsWith("%s")`, g.pick("x", "y"))
	case 12:
		return "terms.t"
	default:
		if g.hard {
			return g.pick("incident.n * 2 > 3", "tables.tab.a > money(\"15 EUR\")", "incident.n + size(incident.tier) > 2", "incident.delay >= tables.tab.d", "1 / incident.n > 0")
		}
		return fmt.Sprintf("incident.n >= %d", g.Intn(4))
	}
}

func (g *gen) cond(depth int) string {
	if depth == 0 || g.Intn(3) == 0 {
		return g.atom()
	}
	switch g.Intn(6) {
	case 0, 1:
		return "(" + g.cond(depth-1) + " && " + g.cond(depth-1) + ")"
	case 2, 3:
		return "(" + g.cond(depth-1) + " || " + g.cond(depth-1) + ")"
	case 4:
		return "!(" + g.cond(depth-1) + ")"
	}
	return "(" + g.cond(depth-1) + " ? " + g.cond(depth-1) + " : " + g.cond(depth-1) + ")"
}

func (g *gen) amount() string {
	switch g.Intn(8) {
	case 0:
		return "tables.tab.a"
	case 1:
		return `incident.ok ? money("10 EUR") : money("30 EUR")`
	case 2:
		if g.hard {
			return `money("7 EUR") * incident.n`
		}
	case 3:
		if g.hard {
			return `incident.price * percent(50)`
		}
	}
	return g.pick("5 EUR", "10 EUR", "20 EUR", "30 EUR", "20 EUR", "10 GBP")
}

// id tells apart the actions of one play.
func (g *gen) id() string {
	g.ids++
	return fmt.Sprintf("id: a%d, ", g.ids)
}

func (g *gen) action() string {
	switch g.Intn(8) {
	case 0, 1, 2:
		return "compensate: {" + g.id() + "amount: '" + g.amount() + "'}"
	case 3:
		return "refund: {" + g.id() + "amount: '" + g.amount() + "'}"
	case 4, 5:
		return "respond: {" + g.id() + "within: " + g.pick("2h", "1d", "2d", "25h", "3d") + g.pick("", "", ", ends: day") + "}"
	case 6:
		return "acknowledge: {" + strings.TrimSuffix(g.id(), ", ") + "}"
	}
	return "assign: {" + g.id() + "to: " + g.pick("a", "b", "'t-${incident.tier}'") + g.pick("", ", within: 2h") + "}"
}

func (g *gen) actions(indent string, least int) {
	for range least + g.Intn(2) {
		fmt.Fprintf(&g.b, "%s- %s\n", indent, g.action())
	}
}

func (g *gen) guarantees(indent string) {
	types := func() string { return g.pick("[compensate]", "[refund]", "[compensate, refund]") }
	any := func() string {
		return g.pick("[compensate]", "[respond]", "[assign]", "[acknowledge, respond]", "[refund, assign]")
	}
	n := 0
	add := func(format string, args ...any2) {
		n++
		about := ""
		switch g.Intn(4) {
		case 0:
			about = ", for: '" + g.cond(1) + "'"
		case 1:
			about = ", for: 'incident.phase == \"failure\" && " + g.cond(1) + "'"
		}
		fmt.Fprintf(&g.b, "%s- {id: g%d%s, %s}\n", indent, n, about, fmt.Sprintf(format, args...))
	}
	add("gives: %s%s", any(), g.pick("", ", within: 1d", ", within: 2d", ", within: 30h"))
	add("never: %s", any())
	add("when_grows: %s, never_less: %s", g.pick("n", "delay"), types())
	add("regardless_of: %s, same: %s", g.pick("[tier]", "[n, ok]", "[failure]", "[note, tier]", "[delay]"), g.pick(any(), types()))
	add("of: %s, at_most: %s", types(), g.pick("[30 EUR]", "[50 EUR, 10 GBP]", "[20 EUR, 20 GBP]"))
}

type any2 = any

func (g *gen) set() string {
	b := &g.b
	b.WriteString(`amends: v1
playbook: pb
review_by: 2027-01-01
`)
	if g.Intn(3) == 0 {
		b.WriteString("matches: " + g.pick("first", "one", "all") + "\n")
	}
	if g.Intn(4) == 0 {
		b.WriteString("applies: 'incident.failure != \"none\"'\n")
	}
	b.WriteString(`incident:
  failure: {type: string, one_of: [late, lost, none], default: none}
  n: {type: int, min: 0, max: 3, default: 0}
  tier: {type: string, one_of: [x, y, z], default: x}
  ok: {type: bool, default: false}
  delay: {type: duration, min: 0h, max: 3h, default: 0h}
  note: {type: string, one_of: [a, b], optional: true}
  price: {type: money, currency: EUR, min: 0 EUR, max: 40 EUR, default: 10 EUR}
facts:
  repeats: {count: incidents, same: [customer.id], last: 30d}
`)
	fmt.Fprintf(b, "terms:\n  t: '%s'\n", strings.ReplaceAll(g.cond(1), "terms.t", "incident.ok"))
	b.WriteString(`tables:
  tab:
    by: incident.n
    rows:
      - {from: 0, a: 10 EUR, d: 1h}
      - {from: 2, a: 20 EUR, d: 2h}
      - {otherwise: true, a: 20 EUR, d: 2h}
`)
	if g.Intn(2) == 0 {
		b.WriteString("limits:\n")
		for range 1 + g.Intn(2) {
			switch g.Intn(4) {
			case 0:
				b.WriteString("  - {of: [compensate], keep: highest}\n")
			case 1:
				b.WriteString("  - {of: [compensate, refund], keep: highest}\n")
			default:
				fmt.Fprintf(b, "  - {of: %s, at_most: %s%s}\n", g.pick("[compensate]", "[compensate, refund]"), g.pick("30 EUR", "20 EUR", "[25 EUR, 5 GBP]"), g.pick("", "", ", when: incident.ok"))
			}
		}
	}
	b.WriteString("plays:\n")
	plays := 1 + g.Intn(4)
	for i := range plays {
		fmt.Fprintf(b, "  - id: p%d\n    approach: standardised-response\n    when: '%s'\n", i, g.cond(2))
		if g.Intn(6) == 0 {
			b.WriteString("    fallback: true\n")
		} else if g.Intn(8) == 0 {
			b.WriteString("    answers: false\n")
		}
		if g.Intn(3) == 0 {
			b.WriteString("    do:\n")
			g.actions("      ", 1)
			b.WriteString("    cases:\n")
			for k := range 1 + g.Intn(2) {
				fmt.Fprintf(b, "      - id: c%d\n        when: '%s'\n        do:\n", k, g.cond(1))
				g.actions("          ", 1)
			}
		} else {
			b.WriteString("    do:\n")
			g.actions("      ", 1)
		}
	}
	b.WriteString("guarantees:\n")
	g.guarantees("  ")
	return b.String()
}

// every incident of a small world, as fields by name. What varies lies on both sides of each constant.
var (
	failures = []string{"late", "lost", "none", ""} // the last: the incident does not say
	tiers    = []string{"x", "y", "z"}
	notes    = []any{nil, "a", "b"}
	delays   = []time.Duration{0, time.Hour, 90 * time.Minute, 2 * time.Hour, 3 * time.Hour}
	prices   = []string{"0 EUR", "10 EUR", "40 EUR"}
)

type point struct {
	failure, n, tier, ok, delay, note, repeats, price int
	phase                                             int // a failure of ours, a signal, a failure of a partner's
}

func (p point) fields() map[string]any {
	out := map[string]any{"n": int64(p.n), "tier": tiers[p.tier], "ok": p.ok == 1, "delay": delays[p.delay], "price": value.MustMoney(prices[p.price])}
	if f := failures[p.failure]; f != "" {
		out["failure"] = f
	}
	if n := notes[p.note]; n != nil {
		out["note"] = n
	}
	return out
}

type factStore struct{ repeats int64 }

func (s *factStore) Read(_ context.Context, q recovery.Query) (recovery.Given, recovery.Version, error) {
	g := recovery.Given{Facts: make([]any, len(q.Facts)), Use: make([]int64, len(q.Use))}
	for i := range g.Facts {
		g.Facts[i] = s.repeats
	}
	return g, "", nil
}
func (*factStore) Precedents(_ context.Context, q recovery.Query) ([]store.Precedents, error) {
	return make([]store.Precedents, len(q.Precedents)), nil
}
func (*factStore) Prepare(context.Context, *playbook.Set, []recovery.FactKind) error { return nil }
func (*factStore) Commit(context.Context, recovery.Commit) error                     { return nil }

// uses says which of the dimensions a text of a set can depend on.
func dims(src string) point {
	size := point{failure: 1, n: 1, tier: 1, ok: 1, delay: 1, note: 1, repeats: 1, price: 1, phase: 3}
	body := src[strings.Index(src, "facts:"):]
	has := func(s string) bool { return strings.Contains(body, s) }
	if has("failure") || strings.Contains(src, "applies:") {
		size.failure = 4
	}
	size.n = 4 // the table reads it
	if has("tier") {
		size.tier = 3
	}
	if has("incident.ok") || has("[n, ok]") {
		size.ok = 2
	}
	if has("delay") {
		size.delay = len(delays)
	}
	if has("note") {
		size.note = 3
	}
	if has("facts.repeats") {
		size.repeats = 3
	}
	if has("price") {
		size.price = 3
	}
	return size
}

func seedOf(t *testing.T) (from, n int) {
	n = 60 // WORLDS asks for more
	if testing.Short() {
		n = 8
	}
	if s := os.Getenv("WORLDS"); s != "" {
		_, _ = fmt.Sscanf(s, "%d@%d", &n, &from) // how many, and from which one on
	}
	if s := os.Getenv("WORLD"); s != "" {
		from, _ = strconv.Atoi(s)
		n = 1
	}
	return from, n
}

// TestSmallWorlds decides every incident of random small sets, and compares what comes out with what is
// said to be proved, broken or open.
func TestSmallWorlds(t *testing.T) {
	from, n := seedOf(t)
	count := map[string]int{}
	for seed := from; seed < from+n; seed++ {
		g := &gen{Rand: rand.New(rand.NewSource(int64(seed))), hard: seed%3 == 2}
		g.kinds = g.Perm(14)[:4]
		src := g.set()
		set, diags := playbook.Load(fstest.MapFS{"pb.yaml": {Data: []byte(src)}})
		if diags.HasErrors() {
			t.Fatalf("seed %d: %v\n%s", seed, diags, src)
		}
		result, err := prove.Prove(context.Background(), set, prove.Options{})
		if err != nil {
			if os.Getenv("WORLDS") != "" {
				t.Logf("seed %d: %v", seed, err)
			}
			count["refused set"]++
			continue
		}
		w := &enumerated{t: t, set: set, src: src, seed: seed}
		w.decideAll()
		w.questions(result, g.hard, count)
		for _, p := range result.Guarantees {
			truth := w.holds(p.Guarantee)
			key := fmt.Sprintf("%s %t %s", claimOf(w.program, p.Guarantee), truth, p.Standing)
			if g.hard {
				key = "hard " + key
			}
			count[key]++
			switch {
			case p.Standing == prove.Proved && !truth:
				t.Errorf("seed %d: %s is FALSELY PROVED\n%s", seed, p.Guarantee, src)
			case p.Standing == prove.Broken && truth:
				t.Errorf("seed %d: %s is falsely broken: %s\n%s\n%s", seed, p.Guarantee, p.Reason, p.Witnesses[0].Incident, src)
			case p.Standing == prove.Open && !g.hard:
				t.Errorf("seed %d: %s (%t) is open: %s\n%s", seed, p.Guarantee, truth, p.Reason, src)
			case p.Standing == prove.Open && os.Getenv("WORLDS") != "":
				t.Logf("seed %d: %s (%t) is open: %s", seed, p.Guarantee, truth, p.Reason)
			}
		}
	}
	report(t, count)
}

// questions compares what is said of the questions with every decision.
func (w *enumerated) questions(result *prove.Result, hard bool, count map[string]int) {
	never := map[string]bool{}
	for _, p := range result.Questions {
		key := fmt.Sprintf("%s %s", p.Question, p.Standing)
		if hard {
			key = "hard " + key
		}
		count[key]++
		switch p.Question {
		case prove.Never:
			if p.Standing == prove.Broken && strings.HasPrefix(p.Reason, "the play ") {
				never[p.Play] = true
			}
		case prove.Unanswered:
			if p.Standing == prove.Proved && p.Reason != "" {
				continue // it says for which phases and sides there is no play
			}
			truth := !w.any(func(p point, d *recovery.Decision, err error) bool {
				return err == nil && p.phase == 0 && w.applies[p] && slices.ContainsFunc(d.Warnings, func(x recovery.Warning) bool { return x.Code == recovery.WarnUnanswered })
			})
			w.compare(p, truth, hard)
		case prove.Ambiguous:
			truth := !w.any(func(_ point, _ *recovery.Decision, err error) bool {
				var e *recovery.AmbiguousError
				return errors.As(err, &e)
			})
			w.compare(p, truth, hard)
		case prove.Refused:
			truth := !w.any(func(_ point, _ *recovery.Decision, err error) bool {
				var e *recovery.EvaluationError
				var two *recovery.AmbiguousError
				return errors.As(err, &e) || errors.As(err, &two)
			})
			if p.Standing == prove.Proved || p.Standing == prove.Broken {
				w.compare(p, truth, hard)
			}
		}
	}
	for _, play := range w.program.Plays {
		reached := w.any(func(_ point, d *recovery.Decision, err error) bool {
			return err == nil && slices.ContainsFunc(d.Plays, func(m recovery.Match) bool { return m.Play == play.Name })
		})
		refused := w.any(func(_ point, _ *recovery.Decision, err error) bool { return err != nil })
		switch {
		case never[play.Name] && reached:
			w.t.Errorf("seed %d: %s is reached\n%s", w.seed, play.Name, w.src)
		case !never[play.Name] && !reached && !refused && !hard:
			w.t.Errorf("seed %d: nothing reaches %s\n%s", w.seed, play.Name, w.src)
		}
	}
}

func (w *enumerated) compare(p prove.Proof, truth, hard bool) {
	w.t.Helper()
	switch {
	case p.Standing == prove.Proved && !truth:
		w.t.Errorf("seed %d: %s is FALSELY PROVED\n%s", w.seed, p.Question, w.src)
	case p.Standing == prove.Broken && truth:
		w.t.Errorf("seed %d: %s is falsely broken: %s\n%s", w.seed, p.Question, p.Witnesses[0].Incident, w.src)
	case p.Standing == prove.Open && !hard:
		w.t.Errorf("seed %d: %s (%t) is open: %s\n%s", w.seed, p.Question, truth, p.Reason, w.src)
	}
}

func report(t *testing.T, count map[string]int) {
	for _, k := range sorted(count) {
		t.Logf("%4d %s", count[k], k)
	}
}
