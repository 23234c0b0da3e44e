package atom

import (
	"cmp"
	"slices"

	"github.com/servicerecovery/amends/policy/value"
)

// The first positions on a scale. The gaps and constants follow: gap, constant, gap, constant, …,
// gap.
const (
	posAbsent int32 = 0
	posThere  int32 = 1 // below every value
	posFirst  int32 = 2 // the gap below every constant
)

func point(i int) int32 { return posFirst + 2*int32(i) + 1 }
func gap(i int) int32   { return posFirst + 2*int32(i) } // below constant i

// scale holds the constants of one slot in ascending order. The kind of the slot says which one of
// the lists is used.
type scale struct {
	kind     value.Kind
	texts    []string
	numbers  []int64
	nanos    []uint32 // beside numbers, of instants
	percents []value.Percent

	// Most texts are compared for equality only. Then all texts that are not constants share one
	// gap, and byText gives the position. Its keys come from the set; a text that is longer than
	// all of them is not hashed.
	ordered bool
	byText  map[string]int32
	longest int
}

// add takes up a constant.
func (s *scale) add(v any) {
	switch x := v.(type) {
	case string:
		s.texts = append(s.texts, x)
	case value.Percent:
		s.percents = append(s.percents, x)
	default:
		n, nanos := number(s.kind, v)
		s.numbers = append(s.numbers, n)
		if s.kind == value.KindTimestamp {
			s.nanos = append(s.nanos, nanos)
		}
	}
}

// freeze sorts the constants.
func (s *scale) freeze() {
	s.texts = compacted(s.texts)
	slices.SortFunc(s.percents, value.Percent.Compare)
	s.percents = slices.Clip(slices.Compact(s.percents))
	if s.kind == value.KindTimestamp {
		s.freezeInstants()
	} else {
		s.numbers = compacted(s.numbers)
	}
	if len(s.texts) > 0 {
		s.byText = make(map[string]int32, len(s.texts))
		for i, t := range s.texts {
			s.byText[t] = point(i)
			s.longest = max(s.longest, len(t))
		}
	}
}

func compacted[T cmp.Ordered](list []T) []T {
	slices.Sort(list)
	return slices.Clone(slices.Compact(list))
}

func (s *scale) freezeInstants() {
	type instant struct {
		n     int64
		nanos uint32
	}
	all := make([]instant, len(s.numbers))
	for i := range all {
		all[i] = instant{s.numbers[i], s.nanos[i]}
	}
	slices.SortFunc(all, func(a, b instant) int { return cmp.Or(cmp.Compare(a.n, b.n), cmp.Compare(a.nanos, b.nanos)) })
	all = slices.Compact(all)
	s.numbers, s.nanos = make([]int64, len(all)), make([]uint32, len(all))
	for i, x := range all {
		s.numbers[i], s.nanos[i] = x.n, x.nanos
	}
}

// size is the number of constants.
func (s *scale) size() int { return max(len(s.texts), len(s.numbers), len(s.percents)) }

// last is the highest position.
func (s *scale) last() int32 { return gap(s.size()) }

// position finds a constant, which must be of the scale's kind.
func (s *scale) position(v any) int32 {
	p, _ := (&slot{typ: value.Type{Kind: s.kind}, scale: s}).position(v)
	return p
}

func place(i int, found bool) int32 {
	if found {
		return point(i)
	}
	return gap(i)
}

func (s *scale) text(t string) int32 {
	if len(t) <= s.longest {
		if p, ok := s.byText[t]; ok {
			return p
		}
	}
	if !s.ordered {
		return posFirst
	}
	i, found := slices.BinarySearch(s.texts, t)
	return place(i, found)
}

// number is a binary search without branches. The processor could not predict them, and the search
// runs for every value of every incident.
func (s *scale) number(n int64) int32 {
	i := below(s.numbers, n)
	return place(i, i < len(s.numbers) && s.numbers[i] == n)
}

// below counts the members of an ascending list that are less than n.
func below[T int32 | uint32 | int64](list []T, n T) int {
	from, size := 0, len(list)
	for size > 1 {
		half := size / 2
		if list[from+half-1] < n {
			from += half
		}
		size -= half
	}
	if size == 1 && list[from] < n {
		from++
	}
	return from
}

func (s *scale) instant(n int64, nanos uint32) int32 {
	i := below(s.numbers, n)
	if i < len(s.numbers) && s.numbers[i] == n {
		i += below(s.nanos[i:below(s.numbers, n+1)], nanos)
	}
	return place(i, i < len(s.numbers) && s.numbers[i] == n && s.nanos[i] == nanos)
}

func (s *scale) percent(x value.Percent) int32 {
	i, found := slices.BinarySearchFunc(s.percents, x, value.Percent.Compare)
	return place(i, found)
}

// successor returns the first text that is above all texts with the prefix. The second
// result is false if there is none.
func successor(prefix string) (string, bool) {
	for i := len(prefix) - 1; i >= 0; i-- {
		if prefix[i] < 0xff {
			return prefix[:i] + string([]byte{prefix[i] + 1}), true
		}
	}
	return "", false
}

// AbsentPosition is the position of an absent value. FirstConstant is the position of the lowest
// constant; the others follow in steps of two.
const (
	AbsentPosition = posAbsent
	FirstConstant  = posFirst + 1
)
