package prove_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/prove"
	"github.com/servicerecovery/amends/recovery/store"
)

// tale is an incident with what is given to its decision.
type tale struct {
	fields  map[string]any // by dotted names; nil: absent
	repeats int64
	credits int64 // EUR
	full    bool  // no partner has a unit left
	ahead   time.Duration
}

// tales are what fields of an incident are picked from.
var tales = map[string][]any{
	"failure":       {nil, "late", "lost"},
	"n":             {nil, int64(0), int64(1), int64(2), int64(3)},
	"tier":          {nil, "x", "y", "z"},
	"delay":         {nil, "0h", "30m", "1h", "90m", "2h", "3h", "26h"},
	"region":        {nil, "north", "nor", "south", "x", "an", "th"},
	"tags":          {nil, []any{"x"}, []any{"y"}, []any{"x", "y"}, []any{"w"}},
	"promised_at":   {nil, "2026-03-02T12:00:00Z", "2026-03-03T12:00:00Z", "2026-03-03T13:00:00Z", "2026-03-01T12:00:00Z"},
	"occurred_at":   {"2026-03-02T11:00:00Z", "2026-03-02T12:00:00Z", "2026-03-01T23:30:00Z", "2026-03-02T23:30:00Z", "2026-03-07T12:00:00Z", "2026-03-03T00:00:00Z", "2026-03-28T23:30:00Z", "2026-03-07T06:30:00Z"},
	"reported_at":   {nil, nil, "2026-03-02T13:00:00Z", "2026-03-28T10:00:00Z", "2026-03-07T05:30:00Z", "2026-10-31T04:30:00Z", "2026-03-29T01:30:00Z"},
	"expected_at":   {nil, "2026-03-02T12:30:00Z", "2026-04-02T12:30:00Z"},
	"severity":      {nil, int64(1), int64(2), int64(3), int64(4), int64(5)},
	"customer.tier": {nil, "x"},
	"phase":         {nil, nil, nil, "signal"},
	"provider":      {nil, nil, nil, "slow", "else"},
	"customer.id":   {nil, "C"},
	"dist":          {nil, -1.0, 0.0, 0.5, 1.5, 2.0, 3.5},
	"price":         {nil, "0 EUR", "5 EUR", "10 EUR", "20 EUR", "20.01 EUR", "40 EUR", "500 EUR"},
	"ok":            {nil, true},
	"lines":         {nil, []any{}, []any{line("a", "2h", "10 EUR")}, []any{line("a", "2h", "40 EUR"), line("b", "3h", "20 EUR")}, []any{line("a", "0h", "5 EUR"), line("b", "2h", "5 EUR"), line("c", "2h", "100 EUR")}},
}

func line(id, late, price string) any {
	return map[string]any{"id": id, "late": late, "price": price}
}

func anyTale(r *rand.Rand) tale {
	t := tale{fields: map[string]any{}, full: r.Intn(4) == 0, ahead: []time.Duration{0, 0, 90 * time.Minute, 40 * 24 * time.Hour}[r.Intn(4)]}
	for _, name := range sorted(tales) {
		if v := tales[name][r.Intn(len(tales[name]))]; v != nil && (r.Intn(3) > 0 || name == "occurred_at") {
			t.fields[name] = v
		}
	}
	if t.fields["occurred_at"] == nil {
		t.fields["occurred_at"] = tales["occurred_at"][0]
	}
	if t.fields["customer.id"] != nil {
		t.repeats, t.credits = int64(r.Intn(4)), int64(10*r.Intn(4))
	}
	return t
}

func (t tale) with(name string, v any) tale {
	t.fields = maps.Clone(t.fields)
	if delete(t.fields, name); v != nil {
		t.fields[name] = v
	}
	if t.fields["customer.id"] == nil {
		t.repeats, t.credits = 0, 0
	}
	return t
}

func (t tale) json() []byte {
	out := map[string]any{"id": "I", "service": "s"}
	for name, v := range t.fields {
		if inner, ok := strings.CutPrefix(name, "customer."); ok {
			customer, _ := out["customer"].(map[string]any)
			if customer == nil {
				customer = map[string]any{}
				out["customer"] = customer
			}
			customer[inner] = v
			continue
		}
		out[name] = v
	}
	data, _ := json.Marshal(out)
	return data
}

// now is when it is decided: not before anything that the incident says has happened.
func (t tale) now() time.Time {
	now := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	for _, name := range []string{"occurred_at", "reported_at", "resolved_at", "responded_at"} {
		if text, ok := t.fields[name].(string); ok {
			if at, _ := time.Parse(time.RFC3339, text); at.After(now) {
				now = at
			}
		}
	}
	return now.Add(t.ahead)
}

// teller decides incidents by two sets: the one that is proved, and one with plays that match what
// guarantees are about.
type teller struct {
	set, marked *recovery.Engine
	ones        map[string]*recovery.Engine // sets with the mark of one guarantee
	facts       map[string]any
	used        int64
	byRegion    bool // the fact is counted by the region too
	now         time.Time
}

func (s *teller) Read(_ context.Context, q recovery.Query) (recovery.Given, recovery.Version, error) {
	g := recovery.Given{Facts: make([]any, len(q.Facts)), Use: make([]int64, len(q.Use))}
	for i, f := range q.Facts {
		g.Facts[i] = s.facts[f.Name]
	}
	for i := range q.Use {
		g.Use[i] = s.used
	}
	return g, "", nil
}
func (*teller) Precedents(_ context.Context, q recovery.Query) ([]store.Precedents, error) {
	return make([]store.Precedents, len(q.Precedents)), nil
}
func (*teller) Prepare(context.Context, *playbook.Set, []recovery.FactKind) error { return nil }
func (*teller) Commit(context.Context, recovery.Commit) error                     { return nil }

// outcome is what came of an incident, nil where it was refused; whether a guarantee is about it, and until
// when that wants something.
type outcome struct {
	decision *recovery.Decision
	about    bool
	until    time.Time
}

func (s *teller) decide(incident []byte, now time.Time) outcome {
	var in recovery.Incident
	if in.UnmarshalJSON(incident) != nil {
		return outcome{}
	}
	s.now = now
	d, err := s.set.Decide(context.Background(), in)
	if err != nil {
		return outcome{}
	}
	out := outcome{decision: d}
	m, err := s.marked.Decide(context.Background(), in)
	if err != nil {
		return out // the condition of the guarantee fails
	}
	for _, a := range m.Actions {
		if a.Type == "mark" {
			out.about, out.until = true, a.DueAt
		}
	}
	return out
}

func (s *teller) tell(t tale) outcome {
	s.given(t)
	return s.decide(t.json(), t.now())
}

// given sets what is given to decisions on an incident.
func (s *teller) given(t tale) {
	eur, _ := value.NewMoney(100*t.credits, "EUR")
	s.facts = map[string]any{"repeats": t.repeats, "credited": eur}
	if t.fields["region"] == nil && s.byRegion {
		s.facts["repeats"] = int64(0)
	}
	s.used = 0
	if t.full {
		s.used = 1 << 40
	}
}

// breaksOne reports whether an outcome breaks a guarantee about one decision, as FORMAT.md has it.
func breaksOne(g *policy.Guarantee, o outcome) bool {
	d := o.decision
	if d == nil || !o.about {
		return false
	}
	switch g.Claim {
	case policy.ClaimGives:
		for _, a := range d.Actions {
			if !has(g.Types, a) {
				continue
			}
			if g.Within == nil || !a.DueAt.IsZero() && !a.DueAt.After(o.until) {
				return false
			}
		}
		return true
	case policy.ClaimNever:
		for _, a := range d.Actions {
			if has(g.Types, a) {
				return true
			}
		}
		for _, c := range d.Choices {
			for _, f := range c.Options {
				if slices.Contains(g.Types, f.Type) && f.To.Units() > 0 {
					return true
				}
			}
		}
	case policy.ClaimAtMost:
		total := sums(g.Types, d)
		for _, c := range d.Choices {
			for currency, m := range dearest(g.Types, c) {
				total[currency] += m
			}
		}
		for currency, sum := range total {
			i := slices.IndexFunc(g.AtMost, func(m value.Money) bool { return m.Currency() == currency })
			if sum > 0 && (i < 0 || sum > g.AtMost[i].Units()) {
				return true
			}
		}
	}
	return false
}

// dearest is what the options of a choice come to at most, by currency.
func dearest(types []string, c recovery.Choice) map[string]int64 {
	out := map[string]int64{}
	for mask := range 1 << len(c.Options) {
		sum, n := map[string]int64{}, 0
		for i, o := range c.Options {
			if mask>>i&1 == 1 {
				n++
				if slices.Contains(types, o.Type) {
					sum[o.To.Currency()] += o.To.Units()
				}
			}
		}
		for currency, m := range sum {
			if n <= c.AtMost && m > out[currency] {
				out[currency] = m
			}
		}
	}
	return out
}

func breaksTwo(g *policy.Guarantee, a, b outcome) bool {
	if a.decision == nil || b.decision == nil || !a.about || !b.about {
		return false
	}
	if g.Claim == policy.ClaimSame {
		return told(g.Types, a.decision)+offers(g.Types, a.decision) != told(g.Types, b.decision)+offers(g.Types, b.decision)
	}
	ends := func(d *recovery.Decision) map[string]int64 {
		out := sums(g.Types, d)
		for _, c := range d.Choices {
			for _, o := range c.Options {
				if slices.Contains(g.Types, o.Type) {
					out["from"+o.Type+o.To.Currency()] += o.From.Units()
					out["to"+o.Type+o.To.Currency()] += o.To.Units()
				}
			}
		}
		return out
	}
	more := ends(b.decision)
	for key, sum := range ends(a.decision) {
		if more[key] < sum {
			return true
		}
	}
	return false
}

func offers(types []string, d *recovery.Decision) string {
	var out []string
	for _, c := range d.Choices {
		for _, o := range c.Options {
			if slices.Contains(types, o.Type) {
				out = append(out, fmt.Sprint(o.Type, o.From, o.To, o.Params))
			}
		}
	}
	slices.Sort(out)
	return strings.Join(out, "\n")
}

// variations are the incidents that differ from one in the fields of a guarantee.
func variations(g *policy.Guarantee, t tale) []tale {
	fields := g.Regardless
	if g.Grows != nil {
		fields = []*policy.Field{g.Grows}
	}
	out := []tale{t}
	for _, f := range fields {
		var next []tale
		for _, u := range out {
			for _, v := range tales[f.Name] {
				next = append(next, u.with(f.Name, v))
			}
		}
		out = next
	}
	return out
}

// below reports whether the field of a guarantee has less in one incident than in another.
func below(g *policy.Guarantee, a, b tale) bool {
	of := func(t tale) any {
		text := map[string]any{"n": int64(0), "delay": "0h", "price": "10 EUR", "dist": 0.0, "severity": int64(3)}[g.Grows.Name]
		if v := t.fields[g.Grows.Name]; v != nil {
			text = v
		}
		switch v := text.(type) {
		case string:
			if d, err := time.ParseDuration(v); err == nil {
				return d
			}
			if at, err := time.Parse(time.RFC3339, v); err == nil {
				return at
			}
			return value.MustMoney(v)
		}
		return text
	}
	x, y := of(a), of(b)
	if x == nil || y == nil {
		return false
	}
	order, ok := value.Compare(x, y)
	return ok && order < 0
}

// provedOf compiles a random set and proves it; the result is nil where the text does not make a set.
func provedOf(t *testing.T, seed int, src string) (*policy.Program, *prove.Result) {
	t.Helper()
	set, diags := playbook.Load(fstest.MapFS{"pb.yaml": {Data: []byte(src)}})
	if diags.HasErrors() {
		t.Fatalf("seed %d: %v\n%s", seed, diags, src)
	}
	program, diags := policy.Compile(set)
	if diags.HasErrors() {
		if os.Getenv("WORLD") != "" {
			t.Log(diags)
		}
		return nil, nil
	}
	result, err := prove.Prove(context.Background(), set, prove.Options{})
	if err != nil {
		t.Fatalf("seed %d: %v", seed, err)
	}
	return program, result
}

// TestWideWorlds looks for incidents of random sets on which a guarantee that is said to be proved is broken,
// and tries the witnesses of those that are said to be broken.
func TestWideWorlds(t *testing.T) {
	from, n := seedOf(t)
	count := map[string]int{}
	for seed := from; seed < from+n; seed++ {
		g := &wide{Rand: rand.New(rand.NewSource(int64(seed)))}
		src := g.set()
		program, result := provedOf(t, seed, src)
		if result == nil {
			count["not a set"]++
			continue
		}
		w := &teller{byRegion: strings.Contains(src, "customer.id, region")}
		w.set = w.engine(t, src)
		marks := g
		for _, p := range result.Guarantees {
			g := program.Guarantees[slices.IndexFunc(program.Guarantees, func(g *policy.Guarantee) bool { return g.Name == p.Guarantee })]
			count[fmt.Sprintf("%s %s", claimOf(program, p.Guarantee), p.Standing)]++
			if p.Standing == prove.Open {
				continue
			}
			w.marked = w.engine(t, marks.marked(src, g.Name))
			switch p.Standing {
			case prove.Proved:
				w.falsify(t, seed, g, src, marks.marks[g.Name])
			case prove.Broken:
				w.confirm(t, seed, g, p, src)
			}
		}
	}
	report(t, count)
}

func (s *teller) engine(t *testing.T, src string) *recovery.Engine {
	set, diags := playbook.Load(fstest.MapFS{"pb.yaml": {Data: []byte(src)}})
	if diags.HasErrors() {
		t.Fatalf("%v\n%s", diags, src)
	}
	e, err := recovery.New(set, recovery.WithStore(s), recovery.WithClock(func() time.Time { return s.now }))
	if err != nil {
		t.Fatalf("%v\n%s", err, src)
	}
	return e
}

// falsify looks for incidents that break a guarantee. What happened to an incident is absent, unless about, which
// is the mark of the guarantee, reads it.
func (s *teller) falsify(t *testing.T, seed int, g *policy.Guarantee, src, about string) {
	r := rand.New(rand.NewSource(int64(seed)))
	tries := 150
	if n, err := strconv.Atoi(os.Getenv("TALES")); err == nil {
		tries = n
	}
	for range tries {
		one := anyTale(r)
		for _, name := range []string{"resolved_at", "responded_at"} {
			if !strings.Contains(about, name) {
				one = one.with(name, nil)
			}
		}
		a := s.tell(one)
		if prove.AboutOne(g) {
			if breaksOne(g, a) {
				t.Errorf("seed %d: %s is FALSELY PROVED: %s at %s\n%s", seed, g.Name, one.json(), one.now(), src)
				return
			}
			continue
		}
		if !a.about {
			continue
		}
		for _, other := range variations(g, one) {
			first := one
			if other.now().After(first.now()) {
				first.ahead += other.now().Sub(first.now())
			} else {
				other.ahead += first.now().Sub(other.now())
			}
			if g.Grows != nil && !below(g, first, other) {
				continue
			}
			if x, y := s.tell(first), s.tell(other); breaksTwo(g, x, y) {
				t.Errorf("seed %d: %s is FALSELY PROVED: %s and %s at %s\n%s", seed, g.Name, first.json(), other.json(), first.now(), src)
				return
			}
		}
	}
}

// confirm tries the witnesses of a guarantee.
func (s *teller) confirm(t *testing.T, seed int, g *policy.Guarantee, p prove.Proof, src string) {
	var out []outcome
	for _, w := range p.Witnesses {
		s.facts, s.used = map[string]any{"repeats": int64(0), "credited": value.MustMoney("0 EUR")}, 0
		maps.Copy(s.facts, w.Facts)
		for _, n := range w.Used {
			s.used = n
		}
		out = append(out, s.decide(w.Incident, w.Now))
	}
	if len(out) == 1 && !breaksOne(g, out[0]) || len(out) == 2 && !breaksTwo(g, out[0], out[1]) {
		t.Errorf("seed %d: %s is falsely broken: %s %s\n%s", seed, g.Name, p.Reason, p.Witnesses[0].Incident, src)
	}
	if len(out) == 1 {
		s.minimal(t, seed, g, p.Witnesses[0])
	}
	if len(out) == 2 && !p.Witnesses[0].Now.Equal(p.Witnesses[1].Now) {
		t.Errorf("seed %d: the two of %s are decided at different times", seed, g.Name)
	}
}

// minimal holds that no field of a witness can be taken out.
func (s *teller) minimal(t *testing.T, seed int, g *policy.Guarantee, w prove.Witness) {
	var fields map[string]any
	if err := json.Unmarshal(w.Incident, &fields); err != nil {
		t.Fatal(err)
	}
	for name, v := range fields {
		if name == "id" || name == "service" || name == "occurred_at" || name == "customer" || name == "lines" || name == "region" && s.byRegion && len(w.Facts) > 0 {
			continue
		}
		delete(fields, name)
		less, _ := json.Marshal(fields)
		if breaksOne(g, s.decide(less, w.Now)) {
			t.Errorf("seed %d: %s is broken without %s: %s", seed, g.Name, name, w.Incident)
		}
		fields[name] = v
	}
}
