package index

import (
	"math/bits"
	"slices"

	"github.com/servicerecovery/amends/policy/internal/atom"
)

// tree is a node; exactly one of its parts is there.
type tree struct {
	split *split
	fork  *fork
	leaf  *leaf
}

// split leads by the value of a slot.
type split struct {
	slot   int
	member bool    // by the members of a list
	dense  []int32 // by constants: the place among kids, plus one; else
	points []int32 // their positions, sorted like kids
	kids   []tree
	// absent says that rules behind keys may hold without a value; else none of them may.
	absent bool
	rest   *tree // of the rules that are behind no key; nil: none
}

// fork leads to both of its sides, unless a guard keeps it out.
type fork struct {
	guards [2]guard
	sides  [2]tree
}

// guard lets pass the positions from..until of a slot, and, if it says so, what is absent.
type guard struct {
	slot        int // -1: all may pass
	from, until int32
	absent      bool
}

// leaf holds ways of rules, mostly at most 64. Without tables they are asked one by one.
type leaf struct {
	ways   []way
	words  int // of 64 ways each
	tables []table

	// What the tables hold, one table after the other.
	rows   []row
	breaks []int32
	dense  []uint8
}

// way is one of a rule: where the tables say that their terms hold, the rest is what is left to
// ask, if anything.
type way struct {
	id, rest int32
}

// row is what a value leaves: the rules that it does not make false, and those whose terms
// it makes true.
type row struct{ may, yes uint64 }

func (r *row) add(o row) {
	r.may |= o.may
	r.yes |= o.yes
}

// table gives a row for each position of a slot, or for each member of a list, as a draft does.
// A slot of few positions has the place of its row for each of them, for a search costs more
// where its outcome cannot be foretold.
type table struct {
	slot   int32
	member bool
	rows   int32 // where its rows begin in the leaf
	dense  int32 // where the places of its rows begin, by positions; -1: there are none, and its
	breaks int32 // breaks begin here
	n      int32 // how many breaks there are
}

// walk is one search.
type walk struct {
	index  *Index
	values *atom.Values
	hits   []Hit
}

// tree searches below a node. sure is false when a value that led here was absent.
func (w *walk) tree(t *tree, sure bool) {
	for t != nil {
		switch {
		case t.leaf != nil:
			w.leaf(t.leaf, sure)
			return
		case t.fork != nil:
			for i := range t.fork.sides {
				if t.fork.guards[i].passes(w.values) {
					w.tree(&t.fork.sides[i], sure)
				}
			}
			return
		}
		w.split(t.split, sure)
		t = t.split.rest
	}
}

func (w *walk) split(s *split, sure bool) {
	// A day is not given, so it is never absent.
	if s.slot < w.index.space.Slots() && w.values.Get(s.slot) == nil {
		if s.absent {
			for i := range s.kids {
				w.tree(&s.kids[i], false)
			}
		}
		return
	}
	if !s.member {
		if i := s.find(w.values.Position(s.slot)); i >= 0 {
			w.tree(&s.kids[i], sure)
		}
		return
	}
	for _, p := range w.values.Members(s.slot) {
		if i := s.find(p); i >= 0 {
			w.tree(&s.kids[i], sure)
		}
	}
}

// find returns the place of a key's rules, -1 if there are none.
func (s *split) find(p int32) int {
	if s.dense != nil {
		i := int(p-atom.FirstConstant) / 2
		if p&1 == 0 || i < 0 || i >= len(s.dense) {
			return -1
		}
		return int(s.dense[i]) - 1
	}
	low, high := 0, len(s.points)
	for low < high {
		mid := int(uint(low+high) >> 1)
		if s.points[mid] < p {
			low = mid + 1
		} else {
			high = mid
		}
	}
	if low < len(s.points) && s.points[low] == p {
		return low
	}
	return -1
}

func (g guard) passes(v *atom.Values) bool {
	if g.slot < 0 {
		return true
	}
	p := v.Position(g.slot)
	if p == atom.AbsentPosition {
		return g.absent
	}
	return g.from <= p && p <= g.until
}

func (w *walk) leaf(l *leaf, sure bool) {
	if l.words > 1 {
		w.wide(l, sure)
		return
	}
	left := all(len(l.ways), sure)
	for i := range l.tables {
		r := l.row(&l.tables[i], w.values)
		left.may &= r.may
		left.yes &= r.yes
		if left.may == 0 {
			return
		}
	}
	w.ways(l.ways, left)
}

// all is the row of so many ways that rules out none of them.
func all(ways int, sure bool) row {
	r := row{may: ^uint64(0)}
	if ways < 64 {
		r.may = 1<<ways - 1
	}
	if sure {
		r.yes = r.may
	}
	return r
}

// wide is leaf for more than 64 ways: to look each table up once for all of them costs less
// than leaves of their own.
func (w *walk) wide(l *leaf, sure bool) {
	var left [maxWide / 64]row
	for k := range l.words {
		left[k] = all(len(l.ways)-64*k, sure)
	}
	for i := range l.tables {
		var room [maxWide / 64]row
		any := uint64(0)
		for k, r := range l.wideRow(&l.tables[i], w.values, room[:l.words]) {
			left[k].may &= r.may
			left[k].yes &= r.yes
			any |= left[k].may
		}
		if any == 0 {
			return
		}
	}
	for k := range l.words {
		w.ways(l.ways[64*k:], left[k])
	}
}

// ways takes up those of at most 64 ways that a row leaves.
func (w *walk) ways(list []way, left row) {
	for may := left.may; may != 0; may &= may - 1 {
		i := bits.TrailingZeros64(may)
		x := list[i]
		if left.yes>>i&1 == 0 {
			x.rest = w.index.roots[x.id]
		}
		w.way(x)
	}
}

// way looks at what is left of a rule's native condition, before anyone evaluates it.
func (w *walk) way(x way) {
	truth := atom.Yes
	if x.rest != atom.Nothing {
		truth = w.index.space.Truth(x.rest, w.values)
	}
	if truth != atom.No {
		w.hits = append(w.hits, hit(x.id, truth == atom.Yes))
	}
}

// row finds the row for the slot's value, in a leaf of one word.
func (l *leaf) row(t *table, v *atom.Values) row {
	if !t.member {
		return l.rows[t.rows+l.place(t, v.Position(int(t.slot)))]
	}
	if v.Get(int(t.slot)) == nil {
		return l.rows[t.rows]
	}
	r := l.rows[t.rows+1]
	for _, p := range v.Members(int(t.slot)) {
		if i := l.member(t, p); i > 0 {
			r.add(l.rows[t.rows+i])
		}
	}
	return r
}

// wideRow is row for any leaf. A row that has to be added up is put into room.
func (l *leaf) wideRow(t *table, v *atom.Values, room []row) []row {
	if !t.member {
		return l.at(t, l.place(t, v.Position(int(t.slot))))
	}
	if v.Get(int(t.slot)) == nil {
		return l.at(t, 0)
	}
	copy(room, l.at(t, 1))
	for _, p := range v.Members(int(t.slot)) {
		if i := l.member(t, p); i > 0 {
			for k, r := range l.at(t, i) {
				room[k].add(r)
			}
		}
	}
	return room
}

// at returns a row of a table.
func (l *leaf) at(t *table, i int32) []row {
	from := int(t.rows) + int(i)*l.words
	return l.rows[from : from+l.words]
}

// place returns which row of a table holds at a position.
func (l *leaf) place(t *table, p int32) int32 {
	if t.dense >= 0 {
		return int32(l.dense[t.dense+p])
	}
	from, size := t.breaks, t.n // the first break is at the lowest position
	for size > 1 {
		half := size / 2
		if l.breaks[from+half] <= p {
			from += half
		}
		size -= half
	}
	return from - t.breaks
}

// member returns the place of a member's row, 0 if it has none.
func (l *leaf) member(t *table, p int32) int32 {
	if t.dense >= 0 {
		return int32(l.dense[t.dense+p])
	}
	if i := slices.Index(l.breaks[t.breaks:t.breaks+t.n], p); i >= 0 {
		return int32(2 + i)
	}
	return 0
}
