package atom

import (
	"math"
	"math/big"
	"slices"
	"strings"
	"time"

	"github.com/servicerecovery/amends/policy/value"
)

// Samples returns some values of a slot at a position, the plainest first. all says that there are no
// others: then the samples are the position. A position without samples may still hold values, unless
// all is set.
func (s *Space) Samples(slot int, p int32) (some []any, all bool) {
	x := &s.slots[slot]
	switch {
	case p == posAbsent:
		return []any{nil}, true
	case p < posFirst:
		return nil, true
	case x.list >= 0:
		return nil, false
	case x.scale.kind == value.KindBool:
		for _, v := range []bool{false, true} {
			if q, _ := x.position(v); q == p {
				some = append(some, v)
			}
		}
		return some, true
	}
	i := int(p-posFirst) / 2
	if p&1 == 1 {
		v := x.constant(i)
		return []any{v}, x.scale.kind != value.KindPercent && v != 0.0
	}
	var below, above any
	if i > 0 {
		below = x.constant(i - 1)
	}
	if i < x.scale.size() {
		above = x.constant(i)
	}
	some, all = x.between(below, above)
	return slices.DeleteFunc(some, func(v any) bool { q, fits := x.position(v); return !fits || q != p }), all
}

// constant is the constant of a slot by its number.
func (x *slot) constant(i int) any {
	on := x.scale
	switch on.kind {
	case value.KindString:
		return on.texts[i]
	case value.KindPercent:
		return on.percents[i]
	case value.KindTimestamp:
		return time.Unix(on.numbers[i], int64(on.nanos[i])).UTC()
	}
	return x.valueOf(on.numbers[i])
}

// valueOf is the value of a slot's kind that a number stands for; nil for none.
func (x *slot) valueOf(n int64) any {
	switch x.scale.kind {
	case value.KindInt:
		return n
	case value.KindDouble:
		if n < 0 {
			n ^= math.MaxInt64
		}
		return math.Float64frombits(uint64(n))
	case value.KindDuration:
		return time.Duration(n)
	case value.KindMoney:
		if m, err := value.NewMoney(n, x.typ.Currency); err == nil {
			return m
		}
	case value.KindDate:
		if d, err := value.NewDate(int(n>>9), time.Month(n>>5&15), int(n&31)); err == nil {
			return d
		}
	}
	return nil
}

// between returns values between two constants; nil stands for no constant. all says that there are
// no others.
func (x *slot) between(below, above any) (some []any, all bool) {
	switch x.scale.kind {
	case value.KindString:
		if !x.scale.ordered && below != nil {
			return nil, true // all other texts share the first gap
		}
		return x.texts(below, above), false
	case value.KindInt, value.KindDuration, value.KindMoney:
		return x.numbers(below, above)
	case value.KindDouble:
		return doubles(below, above), false
	case value.KindTimestamp:
		return instants(below, above), false
	case value.KindDate:
		return dates(below, above)
	case value.KindPercent:
		return percents(below, above), false
	}
	return nil, false
}

// texts are some that are written plainly.
func (x *slot) texts(below, above any) (some []any) {
	try := []string{"other", "another", "A", "0", "zz"}
	if t, ok := below.(string); ok {
		try = append(try, t+"0", t+"a", t+" -", t+"z")
	}
	if t, ok := above.(string); ok && len(t) > 1 {
		try = append(try, t[:len(t)-1], t[:len(t)-1]+"-", t[:1])
	}
	for _, t := range try {
		if strings.TrimSpace(t) == t && t != "" {
			some = append(some, t)
		}
	}
	return some
}

// steps are the distances that people count in, the longest first.
var (
	durationSteps = []int64{int64(time.Hour), int64(30 * time.Minute), int64(time.Minute), int64(time.Second), int64(time.Millisecond), int64(time.Microsecond), 1}
	moneySteps    = []int64{100, 1}
	wholeSteps    = []int64{1}
)

func (x *slot) numbers(below, above any) (some []any, all bool) {
	by, zero := wholeSteps, int64(0)
	switch x.scale.kind {
	case value.KindDuration:
		by = durationSteps
	case value.KindMoney:
		if by = moneySteps; x.typ.Currency == "" {
			return moneyOfAny(), false
		}
	}
	low, high := int64(math.MinInt64), int64(math.MaxInt64)
	if below != nil {
		low, _ = number(x.scale.kind, below)
	}
	if above != nil {
		high, _ = number(x.scale.kind, above)
	}
	add := func(n int64) {
		if v := x.valueOf(n); v != nil && !slices.Contains(some, v) {
			some = append(some, v)
		}
	}
	if size := uint64(high) - uint64(low); below != nil && above != nil && size <= fewValues {
		for n := low + 1; n < high; n++ {
			add(n)
		}
		return some, true
	}
	if below == nil && (above == nil || high > 0) {
		add(zero)
	}
	for _, step := range by {
		if below != nil && low <= math.MaxInt64-step && low+step < high {
			add(low + step)
			break
		}
	}
	for _, step := range by {
		if above != nil && high >= math.MinInt64+step && high-step > low {
			add(high - step)
			break
		}
	}
	if above == nil {
		for _, far := range []int64{10, 100} {
			if step := by[0]; low < math.MaxInt64/2 {
				add(max(low, 0) + far*step)
			}
		}
	}
	if below == nil && above == nil {
		add(by[0])
	}
	return some, false
}

// fewValues is up to how many values a gap is told by them one by one.
const fewValues = 16

func moneyOfAny() []any {
	var out []any
	for _, text := range []string{"100 EUR", "0 EUR", "1 EUR", "1000 USD"} {
		out = append(out, value.MustMoney(text))
	}
	return out
}

func doubles(below, above any) []any {
	low, hasLow := below.(float64)
	high, hasHigh := above.(float64)
	switch {
	case hasLow && hasHigh:
		some := []any{}
		for _, step := range []float64{1, 0.5, 0.1, 0.01} {
			if low+step < high {
				some = append(some, low+step, high-step)
				break
			}
		}
		return append(some, low+(high-low)/2)
	case hasLow:
		return []any{low + 1, low + 0.5, low + 1000}
	case hasHigh:
		return []any{0.0, high - 1, high - 0.5, high - 1000}
	}
	return []any{0.0, 1.0, 10.5, 1000.0}
}

// noon is when something happened that may happen at any time.
var noon = time.Date(2026, time.March, 2, 12, 0, 0, 0, time.UTC)

func instants(below, above any) []any {
	low, hasLow := below.(time.Time)
	high, hasHigh := above.(time.Time)
	some := []any{noon}
	if !hasLow && !hasHigh {
		some = append(some, noon.Add(25*time.Hour))
	}
	for _, step := range []time.Duration{24 * time.Hour, time.Hour, time.Minute, time.Second, time.Microsecond} {
		if hasLow && (!hasHigh || low.Add(step).Before(high)) {
			some = append(some, low.Add(step))
			break
		}
	}
	for _, step := range []time.Duration{24 * time.Hour, time.Hour, time.Minute, time.Second, time.Microsecond} {
		if hasHigh && (!hasLow || high.Add(-step).After(low)) {
			some = append(some, high.Add(-step))
			break
		}
	}
	return some
}

func dates(below, above any) (some []any, all bool) {
	low, hasLow := below.(value.Date)
	high, hasHigh := above.(value.Date)
	if hasLow && hasHigh && high.Sub(low) <= fewValues {
		for d := low; ; {
			next, err := d.AddDays(1)
			if err != nil || next.Compare(high) >= 0 {
				return some, true
			}
			some, d = append(some, next), next
		}
	}
	some = append(some, value.DateOf(noon))
	if !hasLow && !hasHigh {
		some = append(some, value.DateOf(noon.AddDate(0, 0, 1)))
	}
	if next, err := low.AddDays(1); hasLow && err == nil {
		some = append(some, next)
	}
	if last, err := high.AddDays(-1); hasHigh && err == nil {
		some = append(some, last)
	}
	return some, false
}

func percents(below, above any) (some []any) {
	low, hasLow := below.(value.Percent)
	high, hasHigh := above.(value.Percent)
	add := func(r *big.Rat) {
		f, _ := new(big.Rat).Mul(r, big.NewRat(100, 1)).Float64()
		if p, err := value.PercentOf(f); err == nil {
			some = append(some, p)
		}
	}
	for _, d := range []int64{100, 1000, 10000} {
		if hasLow {
			add(new(big.Rat).Add(low.Rat(), big.NewRat(1, d)))
		}
		if hasHigh {
			add(new(big.Rat).Sub(high.Rat(), big.NewRat(1, d)))
		}
	}
	if !hasLow {
		add(new(big.Rat))
	}
	return append(some, someOf(value.PercentOf(int64(50)))...)
}

func someOf(p value.Percent, err error) []any {
	if err != nil {
		return nil
	}
	return []any{p}
}

// At returns the positions of a slot in a box, in ascending order.
func (b *Box) At(slot int) []int32 {
	var out []int32
	for p := b.sets[slot].first(0); p >= 0; p = b.sets[slot].first(p + 1) {
		out = append(out, int32(p))
	}
	return out
}

// Only returns the part of a box in which a slot has one position.
func (b *Box) Only(slot int, p int32) *Box {
	one := make(set, len(b.sets[slot]))
	one.add(int(p))
	return b.with(slot, b.sets[slot].and(one))
}

// Without returns the part of a box in which a slot does not have a position; nil where nothing is left.
func (b *Box) Without(slot int, p int32) *Box {
	rest := slices.Clone(b.sets[slot])
	rest[p/64] &^= 1 << (p % 64)
	return b.with(slot, rest)
}

// IsList reports whether a slot holds a list.
func (b *Box) IsList(slot int) bool { return b.space.slots[slot].list >= 0 }

// Members returns the shortest list of constants that a slot can have in a box.
func (b *Box) Members(slot int) []any {
	x := &b.space.slots[slot]
	out := []any{}
	for i := range x.scale.size() {
		if !b.out[x.list].has(i) {
			member := slotOfMember(x)
			out = append(out, member.constant(i))
		}
	}
	return out
}

func slotOfMember(x *slot) slot { return slot{typ: x.typ.Member(), scale: x.scale} }

// Holds reports whether a slot can have a value in a box.
func (b *Box) Holds(slot int, v any) bool {
	p, fits := b.space.slots[slot].position(v)
	return fits && b.sets[slot].has(int(p))
}

// Days returns the numbers of the slots that follow from an instant, with their zones.
func (s *Space) Days(visit func(slot int, d Day)) {
	for i := s.given; i < len(s.slots); i++ {
		visit(i, *s.slots[i].day)
	}
}

// PositionOf is the position of a value; ok is false where the slot cannot have it.
func (s *Space) PositionOf(slot int, v any) (p int32, ok bool) { return s.slots[slot].position(v) }
