package index

import (
	"cmp"
	"slices"

	"github.com/servicerecovery/amends/policy/internal/atom"
)

// entry is a way of a rule while the tree is built, with the terms that no node above has decided.
type entry struct {
	id    int32
	terms []atom.Term
	rest  int32 // the root of the parts that are not terms
}

// without returns the entry without term i, which is known to hold.
func (e entry) without(i int) entry {
	e.terms = slices.Concat(e.terms[:i], e.terms[i+1:])
	return e
}

// passesAbsent reports whether an entry may hold if a slot has no value. All of its terms on the
// slot are looked at: a term on a member of a list can stand beside one that wants the list to be
// there.
func (e entry) passesAbsent(slot int) bool {
	return !slices.ContainsFunc(e.terms, func(t atom.Term) bool { return t.Slot == slot && t.Absent() == atom.No })
}

// builder builds one tree.
type builder struct {
	space *atom.Space
	roots []int32 // of the rules
	// spare is the number of further places that rules may take, beyond one for each.
	spare int
}

const (
	maxLeaf   = 64
	maxWide   = 256 // entries of a leaf whose rules have no key in common
	maxDirect = 3   // up to this number of entries, tables cost more than asking
	maxDepth  = 40  // of splits; deeper nodes are only halved
)

func (b *builder) build(list []entry, depth int) *tree {
	if len(list) == 0 {
		return nil
	}
	if len(list) > maxLeaf {
		if key, ok := b.choose(list); ok && depth < maxDepth {
			return &tree{split: b.split(list, key, depth)}
		}
		if len(list) > maxWide {
			return &tree{fork: b.fork(list, depth)}
		}
	}
	return &tree{leaf: b.leaf(list)}
}

// key is a slot, or the members of a list, by which a split tells rules apart.
type key struct {
	slot   int
	member bool
}

// keyCount says how many rules have a key, and how evenly they are spread.
type keyCount struct {
	rules, places int
	distinct      map[int32]bool
}

// choose looks for the split after which a search has the fewest rules to look at.
func (b *builder) choose(list []entry) (key, bool) {
	counts := map[key]*keyCount{}
	var order []key // the order in which they are met, which is that of the set
	for _, e := range list {
		for _, t := range e.terms {
			points, ok := b.keys(t)
			if !ok {
				continue
			}
			k := key{t.Slot, t.Member != 0}
			n := counts[k]
			if n == nil {
				n = &keyCount{distinct: map[int32]bool{}}
				counts[k] = n
				order = append(order, k)
			}
			n.rules++
			n.places += len(points)
			for _, p := range points {
				n.distinct[p] = true
			}
		}
	}
	share := 0.9
	if len(list) <= maxWide { // else one leaf can hold them
		share = 0.5
	}
	best, least := key{}, share*float64(len(list))
	found := false
	for _, k := range order {
		n := counts[k]
		left := float64(n.places) / float64(len(n.distinct))
		if k.member {
			left *= 2 // an incident has more than one tag
		}
		left += float64(len(list) - min(n.rules, len(list)))
		if left < least {
			best, least, found = k, left, true
		}
	}
	return best, found
}

// keys returns the positions at which a term stands in a split, if it can.
func (b *builder) keys(t atom.Term) ([]int32, bool) {
	if !b.space.Hashable(t.Slot) {
		return nil, false
	}
	points, ok := t.Keys(b.space)
	return points, ok && len(points)-1 <= b.spare
}

func (b *builder) split(list []entry, k key, depth int) *split {
	s := &split{slot: k.slot, member: k.member, absent: b.mostlyAbsent(list, k)}
	groups := map[int32][]entry{}
	var rest []entry
	for _, e := range list {
		i, points := b.find(e, k)
		if i < 0 || !s.absent && e.passesAbsent(k.slot) {
			rest = append(rest, e)
			continue
		}
		b.spare -= len(points) - 1
		for _, p := range points {
			groups[p] = append(groups[p], e.without(i))
		}
	}
	for p := range groups {
		s.points = append(s.points, p)
	}
	slices.Sort(s.points)
	for _, p := range s.points {
		s.kids = append(s.kids, *b.build(groups[p], depth+1))
	}
	b.thicken(s)
	s.rest = b.build(rest, depth+1)
	return s
}

// mostlyAbsent reports whether most of the rules with a key may hold without a value. If so, a
// search without a value looks at all of them. If not, the few that may hold stand beside the
// split, so that such a search skips the others.
func (b *builder) mostlyAbsent(list []entry, k key) bool {
	may, keyed := 0, 0
	for _, e := range list {
		if i, _ := b.find(e, k); i >= 0 {
			keyed++
			if e.passesAbsent(k.slot) {
				may++
			}
		}
	}
	return 2*may > keyed
}

// find returns the term of an entry on the key of a split, and its positions.
func (b *builder) find(e entry, k key) (int, []int32) {
	for i, t := range e.terms {
		if t.Slot != k.slot || (t.Member != 0) != k.member {
			continue
		}
		if points, ok := b.keys(t); ok {
			return i, points
		}
	}
	return -1, nil
}

// thicken replaces a search among the points of a split by a table, if that takes little more
// memory.
func (b *builder) thicken(s *split) {
	size := int(b.space.Last(s.slot)-atom.FirstConstant+1) / 2
	if size > 4*len(s.points)+16 {
		return
	}
	s.dense = make([]int32, size)
	for i, p := range s.points {
		s.dense[(p-atom.FirstConstant)/2] = int32(i + 1)
	}
	s.points = nil
}

// fork halves rules by the ranges of one slot for which they may hold.
func (b *builder) fork(list []entry, depth int) *fork {
	slot := b.narrowest(list)
	if slot >= 0 {
		slices.SortStableFunc(list, func(x, y entry) int { return cmp.Compare(b.middle(x, slot), b.middle(y, slot)) })
	}
	half := (len(list)/2 + maxLeaf - 1) / maxLeaf * maxLeaf
	f := &fork{}
	for i, side := range [][]entry{list[:half], list[half:]} {
		f.guards[i] = b.guard(side, slot)
		f.sides[i] = *b.build(side, depth+1)
	}
	return f
}

// hull returns the range of a slot for which an entry may hold.
func (b *builder) hull(e entry, slot int) (from, until int32, absent bool) {
	last := b.space.Last(slot)
	for _, t := range e.terms {
		if t.Slot == slot && t.Member == 0 {
			from, until = t.Hull(last)
			return from, until, t.Absent() != atom.No
		}
	}
	return 0, last, true
}

func (b *builder) middle(e entry, slot int) int64 {
	from, until, _ := b.hull(e, slot)
	return int64(from) + int64(until)
}

// narrowest returns the slot for which the rules have the narrowest ranges, -1 if they have none
// for any slot.
func (b *builder) narrowest(list []entry) int {
	passing := map[int]float64{}
	var order []int
	for _, e := range list {
		for _, t := range e.terms {
			if t.Member != 0 {
				continue
			}
			last := b.space.Last(t.Slot)
			from, until := t.Hull(last)
			if _, met := passing[t.Slot]; !met {
				order = append(order, t.Slot)
			}
			passing[t.Slot] += 1 - float64(max(0, until-from+1))/float64(last+1)
		}
	}
	best, most := -1, 0.0
	for _, slot := range order {
		if passing[slot] > most {
			best, most = slot, passing[slot]
		}
	}
	return best
}

func (b *builder) guard(list []entry, slot int) guard {
	if slot < 0 {
		return guard{slot: -1}
	}
	g := guard{slot: slot, from: b.space.Last(slot) + 1}
	for _, e := range list {
		from, until, absent := b.hull(e, slot)
		g.from, g.until, g.absent = min(g.from, from), max(g.until, until), g.absent || absent
	}
	if g.from <= atom.AbsentPosition+1 && g.until >= b.space.Last(slot) && g.absent {
		return guard{slot: -1}
	}
	return g
}
