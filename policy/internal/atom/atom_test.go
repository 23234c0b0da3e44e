package atom

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/servicerecovery/amends/policy/value"
)

// sample draws values of a kind, few enough that they often meet.
type sample struct {
	typ     value.Type
	draw    func(r *rand.Rand) any
	compare func(a, b any) int
}

func by[T cmp.Ordered](a, b any) int { return cmp.Compare(a.(T), b.(T)) }

var epoch = time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)

var samples = map[string]sample{
	"texts": {value.Type{Kind: value.KindString}, func(r *rand.Rand) any { return strings.Repeat("ab\xff"[r.IntN(3):][:1], r.IntN(4)) }, by[string]},
	"ints":  {value.Type{Kind: value.KindInt}, func(r *rand.Rand) any { return []int64{math.MinInt64, -1, 0, 1, 2, math.MaxInt64}[r.IntN(6)] }, by[int64]},
	"doubles": {value.Type{Kind: value.KindDouble}, func(r *rand.Rand) any {
		return []float64{-math.MaxFloat64, -1.5, math.Copysign(0, -1), 0, 2, math.MaxFloat64}[r.IntN(6)]
	}, by[float64]},
	"bools": {value.Type{Kind: value.KindBool}, func(r *rand.Rand) any { return r.IntN(2) == 0 }, func(a, b any) int {
		return cmp.Compare(ofBool(a.(bool)), ofBool(b.(bool)))
	}},
	// Several instants of one second, and one second in several zones.
	"instants": {value.Type{Kind: value.KindTimestamp}, func(r *rand.Rand) any {
		return epoch.Add(time.Duration(r.IntN(3))*time.Second + time.Duration(r.IntN(4))).In(time.FixedZone("", r.IntN(3)*3600))
	}, func(a, b any) int { return a.(time.Time).Compare(b.(time.Time)) }},
	"dates": {value.Type{Kind: value.KindDate}, func(r *rand.Rand) any { return value.DateOf(epoch.AddDate(r.IntN(2), r.IntN(3), r.IntN(3))) }, func(a, b any) int {
		return a.(value.Date).Compare(b.(value.Date))
	}},
	"durations": {value.Type{Kind: value.KindDuration}, func(r *rand.Rand) any { return time.Duration(r.IntN(5)-2) * time.Hour }, by[time.Duration]},
	"money": {value.Type{Kind: value.KindMoney, Currency: "EUR"}, func(r *rand.Rand) any { return value.MustMoney(fmt.Sprintf("%d.50 EUR", r.IntN(6)-2)) }, func(a, b any) int {
		return cmp.Compare(a.(value.Money).Units(), b.(value.Money).Units())
	}},
	"percentages": {value.Type{Kind: value.KindPercent}, func(r *rand.Rand) any {
		p, _ := value.ParsePercent([]string{"0%", "0.001%", "12.5%", "100%", "1234567890123%"}[r.IntN(5)])
		return p
	}, func(a, b any) int { return a.(value.Percent).Compare(b.(value.Percent)) }},
}

// one is a space of one slot, made for some conditions, with their roots.
func one(t value.Type, conds ...*Cond) (*Space, []int32) {
	return compiled(NewBuilder([]value.Type{t}, nil), conds)
}

func compiled(b *Builder, conds []*Cond) (*Space, []int32) {
	for _, c := range conds {
		b.Gather(c)
	}
	s := b.Freeze()
	var roots []int32
	for _, c := range conds {
		roots = append(roots, s.Root(c))
	}
	return s, roots
}

// TestComparisons holds that what is said of a value's position is true of the value.
func TestComparisons(t *testing.T) {
	holds := map[Op]func(c int) bool{
		Equal: func(c int) bool { return c == 0 }, Differ: func(c int) bool { return c != 0 },
		Less: func(c int) bool { return c < 0 }, LessEqual: func(c int) bool { return c <= 0 },
		Greater: func(c int) bool { return c > 0 }, GreaterEqual: func(c int) bool { return c >= 0 },
	}
	r := rand.New(rand.NewPCG(1, 2))
	for name, kind := range samples {
		for range 200 {
			var conds []*Cond
			for range 1 + r.IntN(9) {
				conds = append(conds, &Cond{Op: Equal + Op(r.IntN(6)), Const: kind.draw(r)})
			}
			s, roots := one(kind.typ, conds...)
			v := s.NewValues(nil)
			for range 8 {
				x := kind.draw(r)
				if !v.Set(0, x) {
					t.Fatalf("%s: %v does not fit", name, x)
				}
				for i, c := range conds {
					if got, want := s.Truth(roots[i], v), Of(holds[c.Op](kind.compare(x, c.Const))); got != want {
						t.Fatalf("%s: %v %d %v is %d, want %d", name, x, c.Op, c.Const, got, want)
					}
				}
			}
		}
	}
}

// TestTexts holds the same for what is asked of texts and lists alone.
func TestTexts(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	text := func() string { return samples["texts"].draw(r).(string) + samples["texts"].draw(r).(string) }
	asks := map[Op]func(x string, c *Cond) bool{
		Prefix:   func(x string, c *Cond) bool { return strings.HasPrefix(x, c.Const.(string)) },
		Suffix:   func(x string, c *Cond) bool { return strings.HasSuffix(x, c.Const.(string)) },
		Contains: func(x string, c *Cond) bool { return strings.Contains(x, c.Const.(string)) },
		In:       func(x string, c *Cond) bool { return slices.Contains(c.Consts, any(x)) },
	}
	for range 300 {
		var conds []*Cond
		for _, op := range []Op{Prefix, Suffix, Contains, In, Prefix, In} {
			conds = append(conds, &Cond{Op: op, Const: text(), Consts: []any{text(), text(), text()}})
		}
		s, roots := one(value.Type{Kind: value.KindString}, conds...)
		v := s.NewValues(nil)
		for range 8 {
			x := text()
			v.Set(0, x)
			for i, c := range conds {
				if got, want := s.Truth(roots[i], v), Of(asks[c.Op](x, c)); got != want {
					t.Fatalf("%q %d %q %q is %d, want %d", x, c.Op, c.Const, c.Consts, got, want)
				}
			}
		}
	}
}

// TestValuesReset holds that values which are used again are what they were at first, whatever
// was set between: also lists, and the days that follow from instants.
func TestValuesReset(t *testing.T) {
	const text, tags, at, absent, day = 0, 1, 2, 3, 4
	b := NewBuilder([]value.Type{{Kind: value.KindString}, {Kind: value.KindList, Elem: value.KindString}, {Kind: value.KindTimestamp}, {Kind: value.KindInt}}, []Day{{Of: at, Zone: time.FixedZone("", 3600)}})
	conds := []*Cond{
		{Op: Equal, Slot: text, Const: "a"},
		{Op: Member, Slot: tags, Const: "x"}, {Op: Member, Slot: tags, Const: "y"},
		{Op: Greater, Slot: day, Const: value.DateOf(epoch)},
		{Op: Has, Slot: absent, Absent: No},
	}
	s, roots := compiled(b, conds)
	v := s.NewValues([]any{"a", []any{"x", "z"}, epoch.Add(23 * time.Hour)})
	truths := func() string {
		var out []Truth
		for _, root := range roots {
			out = append(out, s.Truth(root, v))
		}
		return fmt.Sprint(out)
	}
	first := truths()
	if want := fmt.Sprint([]Truth{Yes, Yes, No, Yes, No}); first != want {
		t.Errorf("at first: %s, want %s", first, want)
	}
	for range 3 {
		v.Set(text, "b")
		v.Set(tags, []any{"y", "y", "nothing"})
		v.Set(at, epoch)
		v.Set(absent, int64(7))
		if got, want := truths(), fmt.Sprint([]Truth{No, No, Yes, No, Yes}); got != want {
			t.Errorf("after setting: %s, want %s", got, want)
		}
		v.Set(tags, nil)
		v.Set(text, nil)
		if got, want := truths(), fmt.Sprint([]Truth{Unsure, Unsure, Unsure, No, Yes}); got != want {
			t.Errorf("without: %s, want %s", got, want)
		}
		v.Reset()
		if got := truths(); got != first || v.Get(text) != "a" || v.Get(absent) != nil {
			t.Errorf("after a reset: %s, want %s", got, first)
		}
	}
}

// TestMisfitsAmongConstants holds the same where a number stands on both sides: that of an instant, of
// an amount, of a day.
func TestMisfitsAmongConstants(t *testing.T) {
	numbers := []any{int64(7), 7.0, true, time.Unix(7, 0), time.Unix(1, 0), time.Duration(7), value.DateOf(epoch), value.MustMoney("0.07 EUR")}
	kinds := []value.Kind{value.KindInt, value.KindDouble, value.KindBool, value.KindTimestamp, value.KindTimestamp, value.KindDuration, value.KindDate, value.KindMoney}
	for i, c := range numbers {
		for _, typ := range []value.Type{{Kind: kinds[i], Currency: "EUR"}, {Kind: value.KindList, Elem: kinds[i], Currency: "EUR"}} {
			ask := &Cond{Op: Equal, Const: c}
			if typ.Kind == value.KindList {
				ask.Op = Member
			}
			s, _ := one(typ, ask)
			v := s.NewValues(nil)
			for k, x := range numbers {
				if typ.Kind == value.KindList {
					x = []any{c, x}
				}
				if got := v.Set(0, x); got != (kinds[k] == kinds[i]) {
					t.Errorf("%v fits %v: %t", x, typ, got)
				}
			}
			if typ.Kind == value.KindList && v.Set(0, []any{c, nil}) {
				t.Errorf("nothing is a member of %v", typ)
			}
		}
	}
}

// TestMisfits holds that a value of another type is told.
func TestMisfits(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for name, kind := range samples {
		s, _ := one(kind.typ)
		list, _ := one(value.Type{Kind: value.KindList, Elem: kind.typ.Kind, Currency: kind.typ.Currency})
		v, vs := s.NewValues(nil), list.NewValues(nil)
		for other, o := range samples {
			x := o.draw(r)
			if got := v.Set(0, x); got != (name == other) {
				t.Errorf("%v fits %s: %t", x, name, got)
			}
			if got := vs.Set(0, []any{kind.draw(r), x}); got != (name == other) {
				t.Errorf("%v fits a list of %s: %t", x, name, got)
			}
			if vs.Set(0, x) || v.Set(0, []any{x}) {
				t.Errorf("%v is a list, or a list %s", x, name)
			}
		}
		if !v.Set(0, nil) || !vs.Set(0, nil) || !vs.Set(0, []any{}) {
			t.Errorf("%s: nothing does not fit", name)
		}
	}
	far, _ := one(value.Type{Kind: value.KindTimestamp})
	if v := far.NewValues(nil); v.Set(0, time.Unix(math.MaxInt64, 0)) || v.Set(0, value.MustMoney("1 USD")) {
		t.Error("what is out of bounds fits")
	}
	euros, _ := one(value.Type{Kind: value.KindMoney, Currency: "EUR"})
	if v := euros.NewValues(nil); v.Set(0, value.MustMoney("1 USD")) || v.Set(0, value.Money{}) {
		t.Error("dollars are euros")
	}
}
