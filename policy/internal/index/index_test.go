package index

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/servicerecovery/amends/policy/internal/atom"
	"github.com/servicerecovery/amends/policy/value"
)

// The slots of the tests.
const (
	region = iota
	cause
	weight
	tags
	moment
	day // of moment; it is not given
)

var slotTypes = []value.Type{region: {Kind: value.KindString}, cause: {Kind: value.KindString}, weight: {Kind: value.KindInt}, tags: {Kind: value.KindList, Elem: value.KindString}, moment: {Kind: value.KindTimestamp}}

// newYear is the first of the days of the tests.
var newYear = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// days is the condition that a moment falls on one of n days.
func days(from, n int) *atom.Cond {
	end := func(op atom.Op, days int) *atom.Cond {
		return &atom.Cond{Op: op, Slot: day, Const: value.DateOf(newYear.AddDate(0, 0, days))}
	}
	return atom.AllOf(end(atom.GreaterEqual, from), end(atom.LessEqual, from+n-1))
}

func is(slot int, text string) *atom.Cond { return &atom.Cond{Op: atom.Equal, Slot: slot, Const: text} }

func between(low, high int) *atom.Cond {
	return atom.AllOf(&atom.Cond{Op: atom.GreaterEqual, Slot: weight, Const: int64(low)}, &atom.Cond{Op: atom.Less, Slot: weight, Const: int64(high)})
}

func oneOf(slot, from, n int) *atom.Cond {
	c := &atom.Cond{Op: atom.In, Slot: slot}
	for i := range n {
		c.Consts = append(c.Consts, fmt.Sprint("R", from+i))
	}
	return c
}

// built is an index over conditions, by their numbers.
func built(conds []*atom.Cond) (*Index, *atom.Space, []atom.Rule) {
	b := atom.NewBuilder(slotTypes, []atom.Day{{Of: moment, Zone: time.UTC}})
	for _, c := range conds {
		b.Gather(c)
	}
	space := b.Freeze()
	rules := make([]atom.Rule, len(conds))
	entries := make([]Entry, len(conds))
	for i, c := range conds {
		rules[i] = space.Compile(c)
		entries[i] = Entry{ID: int32(i), Rule: rules[i]}
	}
	space.Seal()
	return Build(space, entries, 1), space, rules
}

// adversarial are sets that could make an index large or blind.
var adversarial = map[string]func(i int) *atom.Cond{
	"one key each":     func(i int) *atom.Cond { return is(region, fmt.Sprint("R", i)) },
	"long lists":       func(i int) *atom.Cond { return atom.AllOf(oneOf(region, i%50, 16), oneOf(cause, i%70, 16)) },
	"longer lists":     func(i int) *atom.Cond { return atom.AllOf(oneOf(region, i%50, 60), is(cause, fmt.Sprint("R", i%300))) },
	"lists apart":      func(i int) *atom.Cond { return atom.AllOf(oneOf(region, 16*i, 16), between(0, 3000)) },
	"narrow ranges":    func(i int) *atom.Cond { return between(i, i+2) },
	"wide ranges":      func(i int) *atom.Cond { return between(i, 100_000) },
	"nothing is known": func(int) *atom.Cond { return &atom.Cond{Op: atom.Ask} },
	"all the same":     func(int) *atom.Cond { return is(region, "R1") },
	"members":          func(i int) *atom.Cond { return &atom.Cond{Op: atom.Member, Slot: tags, Const: fmt.Sprint("R", i%500)} },
	"ranges, some with a member": func(i int) *atom.Cond {
		if i%20 > 0 {
			return between(i%97, 3000)
		}
		return atom.AllOf(between(i%97, 3000), &atom.Cond{Op: atom.Member, Slot: tags, Const: fmt.Sprint("R", i%9)})
	},
	"two members": func(i int) *atom.Cond {
		return atom.AllOf(&atom.Cond{Op: atom.Member, Slot: tags, Const: fmt.Sprint("R", i%9)}, &atom.Cond{Op: atom.Member, Slot: tags, Const: fmt.Sprint("R", i%7)})
	},
	"disjunctions": func(i int) *atom.Cond {
		return &atom.Cond{Op: atom.Or, Kids: []*atom.Cond{is(region, fmt.Sprint("R", i)), is(cause, fmt.Sprint("R", i%11))}}
	},
	"many disjunctions": func(i int) *atom.Cond { return atom.AllOf(either(i), either(i+1), either(i+2), either(i+3)) },
	"few keys of many constants": func(i int) *atom.Cond {
		if i%2 == 0 {
			return &atom.Cond{Op: atom.Differ, Slot: region, Const: fmt.Sprint("X", i)}
		}
		return atom.AllOf(is(region, fmt.Sprint("R", i%20)), between(i%40, 3000))
	},
	"a day each":      func(i int) *atom.Cond { return days(i%300, 1) },
	"a day and a key": func(i int) *atom.Cond { return atom.AllOf(is(region, fmt.Sprint("R", i%5)), days(i%90, 1)) },
	"seasons":         func(i int) *atom.Cond { return days(i%40, 1+i%50) },
	"guarded":         func(i int) *atom.Cond { return guarded(i, is(region, fmt.Sprint("R", i))) },
	"guarded members": func(i int) *atom.Cond {
		return guarded(i, &atom.Cond{Op: atom.Member, Slot: tags, Const: fmt.Sprint("R", i%500)})
	},
	"never":              func(int) *atom.Cond { return atom.AllOf(is(region, "R1"), is(region, "R2")) },
	"key and a disjunct": func(i int) *atom.Cond { return atom.AllOf(between(i%40, 90), either(i)) },
}

func either(i int) *atom.Cond {
	return &atom.Cond{Op: atom.Or, Kids: []*atom.Cond{is(region, fmt.Sprint("R", i%300)), is(cause, fmt.Sprint("R", i%200))}}
}

// guarded is a condition on one slot behind the condition that it has a value; for each
// hundredth, it holds without one.
func guarded(i int, c *atom.Cond) *atom.Cond {
	has := &atom.Cond{Op: atom.Has, Slot: c.Slot, Absent: atom.No}
	if i%100 == 0 {
		return &atom.Cond{Op: atom.Or, Kids: []*atom.Cond{{Op: atom.Not, Kids: []*atom.Cond{has}}, c}}
	}
	return atom.AllOf(has, c)
}

// places counts the places of rules in a tree, and the rows of its tables.
func places(t *tree) (rules, rows int) {
	add := func(t *tree) {
		if t != nil {
			r, w := places(t)
			rules, rows = rules+r, rows+w
		}
	}
	switch {
	case t == nil:
	case t.leaf != nil:
		rules = len(t.leaf.ways)
		rows = len(t.leaf.rows)
	case t.fork != nil:
		add(&t.fork.sides[0])
		add(&t.fork.sides[1])
	default:
		for i := range t.split.kids {
			add(&t.split.kids[i])
		}
		add(t.split.rest)
	}
	return rules, rows
}

func countConstants(c *atom.Cond) int {
	n := 1 + len(c.Consts)
	for _, k := range c.Kids {
		n += countConstants(k)
	}
	return n
}

// TestFind holds that no rule is lost and that what is certain is so, and that an index grows
// with its rules and no faster.
func TestFind(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for name, rule := range adversarial {
		for _, n := range []int{3, 40, 3000} {
			if testing.Short() && n > 1000 {
				continue
			}
			conds := make([]*atom.Cond, n)
			constants := 0
			for i := range conds {
				conds[i] = rule(i)
				constants += countConstants(conds[i])
			}
			x, space, rules := built(conds)
			count, rows := places(x.classes[0])
			if ways := len(rules[0].Ways); count > 3*ways*n+100 || rows > 3*ways*constants+4*count {
				t.Errorf("%s: %d rules with %d constants stand at %d places, with %d rows", name, n, constants, count, rows)
			}
			for range 60 {
				checkFind(t, name, x, space, rules, randomValues(r, space))
			}
		}
	}
}

func randomValues(r *rand.Rand, space *atom.Space) *atom.Values {
	v := space.NewValues(nil)
	for _, slot := range []int{region, cause} {
		if r.IntN(4) > 0 {
			v.Set(slot, fmt.Sprint("R", r.IntN(1+r.IntN(700))))
		}
	}
	if r.IntN(4) > 0 {
		v.Set(weight, int64(r.IntN(3200)))
	}
	if r.IntN(4) > 0 {
		v.Set(moment, newYear.Add(time.Duration(r.IntN(320*24))*time.Hour))
	}
	if r.IntN(4) > 0 {
		v.Set(tags, []any{fmt.Sprint("R", r.IntN(9)), fmt.Sprint("R", r.IntN(9)), "none", fmt.Sprint("R", r.IntN(500))})
	}
	return v
}

func checkFind(t *testing.T, name string, x *Index, space *atom.Space, rules []atom.Rule, v *atom.Values) {
	t.Helper()
	var want []Hit
	for i, r := range rules {
		if truth := space.Truth(r.Root, v); truth != atom.No {
			want = append(want, hit(int32(i), truth == atom.Yes))
		}
	}
	if got := x.Find(v, []int32{0}, nil); !slices.Equal(got, want) {
		t.Fatalf("%s: found %v, want %v", name, got, want)
	}
}

// TestAbsent holds that what cannot match without a value is not looked at without it, also
// beside what can.
func TestAbsent(t *testing.T) {
	for _, name := range []string{"guarded", "guarded members"} {
		conds := make([]*atom.Cond, 3000)
		for i := range conds {
			conds[i] = adversarial[name](i)
		}
		x, _, _ := built(conds)
		s := x.classes[0].split
		if s == nil || s.absent {
			t.Errorf("%s: all rules are looked at where there is no value", name)
			continue
		}
		if beside, _ := places(s.rest); beside > 60 {
			t.Errorf("%s: %d rules stand beside", name, beside)
		}
	}
}

// TestFindAllocatesNothing holds that a search needs no memory of its own.
func TestFindAllocatesNothing(t *testing.T) {
	conds := make([]*atom.Cond, 2000)
	for i := range conds {
		conds[i] = atom.AllOf(is(region, fmt.Sprint("R", i%300)), between(i%40, 90))
	}
	x, space, _ := built(conds)
	v := space.NewValues(nil)
	hits := make([]Hit, 0, 100)
	var region7, weight50 any = "R7", int64(50)
	if allocs := testing.AllocsPerRun(100, func() {
		v.Reset()
		v.Set(region, region7)
		v.Set(weight, weight50)
		hits = x.Find(v, []int32{0}, hits[:0])
	}); allocs > 0 {
		t.Errorf("%v allocations", allocs)
	}
	if len(hits) == 0 {
		t.Error("nothing was found")
	}
}

func BenchmarkFind(b *testing.B) {
	for _, n := range []int{10, 100, 1000, 10_000, 100_000} {
		conds := make([]*atom.Cond, n)
		for i := range conds {
			conds[i] = atom.AllOf(is(region, fmt.Sprint("R", i%max(1, n/8))), is(cause, fmt.Sprint("C", i%2)), between(i%3, 90))
		}
		x, space, _ := built(conds)
		v := space.NewValues(nil)
		hits := make([]Hit, 0, 100)
		var regionValue, causeValue, weightValue any = "R1", "C1", int64(50)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				v.Reset()
				v.Set(region, regionValue)
				v.Set(cause, causeValue)
				v.Set(weight, weightValue)
				hits = x.Find(v, []int32{0}, hits[:0])
			}
			b.ReportMetric(float64(len(hits)), "hits")
		})
	}
}
