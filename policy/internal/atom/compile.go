package atom

import "slices"

// Rule is a compiled condition: its root among the nodes of the space, and the ways in which it can
// hold.
type Rule struct {
	Root int32
	// Ways are conjunctions, mostly one. If all of them are false, the condition is false.
	Ways []Way
}

// Way is a conjunction of terms and of a rest. Rest is the root of the parts that are no terms,
// [Nothing] if there are none.
type Way struct {
	Terms []Term
	Rest  int32
}

// Nothing stands for the root of a condition that is not there.
const Nothing int32 = -1

// Term is a condition on one slot: a function of its position, or whether a list has the member at
// a position.
type Term struct {
	Slot   int
	Member int32 // 0: none
	steps  steps
}

// Compile adds a condition to the space. The condition must have been gathered.
func (s *Space) Compile(c *Cond) Rule {
	c = s.settled(c)
	r := Rule{Root: s.node(c)}
	for _, conj := range split(s, c) {
		w, rest := s.way(conj)
		if len(rest) > 0 {
			w.Rest = s.node(AllOf(rest...))
		}
		r.Ways = append(r.Ways, w)
	}
	return r
}

// Root adds a condition that is only answered and not indexed.
func (s *Space) Root(c *Cond) int32 { return s.node(s.settled(c)) }

// settled converts the constants of orderings to the kinds of their slots. It copies a condition
// before it changes it.
func (s *Space) settled(c *Cond) *Cond {
	if c.Op.compares() {
		return settle(c, s.slots[c.Slot].scale.kind)
	}
	out := c
	for i, k := range c.Kids {
		settled := s.settled(k)
		if settled == k {
			continue
		}
		if out == c {
			changed := *c
			changed.Kids = slices.Clone(c.Kids)
			out = &changed
		}
		out.Kids[i] = settled
	}
	return out
}

// maxWays bounds the ways of one condition: each is indexed by itself.
const maxWays = 8

// split takes a condition apart into alternatives, each a list of conditions that all have to hold.
// A disjunction is only taken apart if each of its sides has a key to look for in an index.
func split(s *Space, c *Cond) [][]*Cond {
	ways := [][]*Cond{nil}
	for _, k := range conjuncts(c, nil) {
		sides := [][]*Cond{{k}}
		if k.Op == Or {
			if apart := s.alternatives(k); len(apart)*len(ways) <= maxWays {
				sides = apart
			}
		}
		if len(sides) == 1 && len(ways) == 1 {
			ways[0] = append(ways[0], sides[0]...)
			continue
		}
		var next [][]*Cond
		for _, w := range ways {
			for _, side := range sides {
				next = append(next, append(w[:len(w):len(w)], side...))
			}
		}
		ways = next
	}
	return ways
}

// alternatives returns the alternatives of a disjunction, or the condition itself if it is not
// taken apart.
func (s *Space) alternatives(c *Cond) [][]*Cond {
	if _, _, single := s.stepsOf(c); single {
		return [][]*Cond{{c}}
	}
	var apart [][]*Cond
	for _, k := range c.Kids {
		apart = append(apart, split(s, k)...)
	}
	for _, conj := range apart {
		if !s.keyed(conj) {
			return [][]*Cond{{c}}
		}
	}
	return apart
}

// keyed reports whether a conjunction has a term that few values pass.
func (s *Space) keyed(conj []*Cond) bool {
	w, _ := s.way(conj)
	for _, t := range w.Terms {
		if _, ok := t.Keys(s); ok {
			return true
		}
	}
	return false
}

func conjuncts(c *Cond, into []*Cond) []*Cond {
	if c.Op != And {
		return append(into, c)
	}
	for _, k := range c.Kids {
		into = conjuncts(k, into)
	}
	return into
}

// way sorts the parts of a conjunction into terms and the rest. Parts on one slot become one term.
func (s *Space) way(conj []*Cond) (w Way, rest []*Cond) {
	w = Way{Rest: Nothing, Terms: make([]Term, 0, len(conj))}
	for _, c := range conj {
		switch slot, f, ok := s.stepsOf(c); {
		case c.Op == Known && c.Value == Yes:
		case ok:
			i := slices.IndexFunc(w.Terms, func(t Term) bool { return t.Slot == slot && t.Member == 0 })
			if i >= 0 {
				w.Terms[i].steps = merge(w.Terms[i].steps, f, Truth.And)
				continue
			}
			w.Terms = append(w.Terms, Term{Slot: slot, steps: f})
		case c.Op == Member && c.Absent == Unsure:
			w.Terms = append(w.Terms, Term{Slot: c.Slot, Member: s.slots[c.Slot].scale.position(c.Const)})
		default:
			rest = append(rest, c)
		}
	}
	return w, rest
}

// maxKeys bounds the number of places at which an index can hold a term.
const maxKeys = 16

// Keys returns the positions at which a term can hold. ok is false unless these are few, and all of
// them constants.
func (t Term) Keys(s *Space) (keys []int32, ok bool) {
	if t.Member != 0 {
		return []int32{t.Member}, true
	}
	ok = true
	t.steps.spans(s.Last(t.Slot), func(from, until int32, truth Truth) {
		from = max(from, posThere)
		switch {
		case truth == No || from >= until || !ok:
		case until-from > 1 || from&1 == 0 || from < posFirst || len(keys) == maxKeys:
			ok = false // a gap, or not a number, or too many
		default:
			keys = append(keys, from)
		}
	})
	return keys, ok && len(keys) > 0
}

// Never reports whether a term is false whatever the value.
func (t Term) Never() bool { return t.Member == 0 && len(t.steps) == 1 && t.steps[0].truth == No }

// Absent returns the truth of a term where its slot has no value.
func (t Term) Absent() Truth {
	if t.Member != 0 {
		return Unsure
	}
	return t.steps[0].truth
}

// At returns the truth of a term at a position. The term must not be about a member of a list.
func (t Term) At(p int32) Truth { return t.steps.at(p) }

// Hull returns the lowest and the highest position of a value at which a term may hold. from is
// above until if there is none.
func (t Term) Hull(last int32) (from, until int32) {
	from, until = last+1, 0
	t.steps.spans(last, func(a, b int32, truth Truth) {
		if a = max(a, posThere); truth != No && a < b {
			from, until = min(from, a), max(until, b-1)
		}
	})
	return from, until
}

// Breaks adds the positions at which a term changes.
func (t Term) Breaks(into []int32) []int32 {
	for _, x := range t.steps {
		into = append(into, x.from)
	}
	return into
}
