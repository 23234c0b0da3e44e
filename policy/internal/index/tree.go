package index

import (
	"math/bits"
	"slices"

	"github.com/servicerecovery/amends/policy/internal/atom"
)

// tree is a node. Exactly one of its fields is set.
type tree struct {
	split *split
	fork  *fork
	leaf  *leaf
}

// split leads to the rules for the value of a slot.
type split struct {
	slot   int
	member bool    // by the members of a list
	dense  []int32 // by constants: the number among kids, plus one; if nil, points is used
	points []int32 // their positions, sorted like kids
	kids   []tree
	// absent says that rules with the key may hold without a value. If it is false, none of them
	// may.
	absent bool
	rest   *tree // the rules without the key; nil: none
}

// fork leads to its two sides, and skips a side whose guard does not let the value pass.
type fork struct {
	guards [2]guard
	sides  [2]tree
}

// guard lets the positions from..until of a slot pass, and the absent value if it says so.
type guard struct {
	slot        int // -1: everything passes
	from, until int32
	absent      bool
}

// leaf holds ways of rules, mostly at most 64. Without tables they are asked one by one.
type leaf struct {
	ways   []way
	words  int // of 64 ways each
	tables []table

	// The rows and breaks of the tables, one table after the other.
	rows   []row
	breaks []int32
	dense  []uint8
}

// way is a way of a rule. If the tables say that its terms hold, rest is the condition that is left
// to answer, if any.
type way struct {
	id, rest int32
}

// row says what a value decides: the rules that it does not make false, and the rules whose terms
// it makes true.
type row struct{ may, yes uint64 }

func (r *row) add(o row) {
	r.may |= o.may
	r.yes |= o.yes
}

// table gives a row for each position of a slot, or for each member of a list, as a draft does. For
// a slot with few positions it has the number of the row for each of them, because a search whose
// branches cannot be predicted costs more.
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

// tree searches below a node. sure is false if an absent value has led here.
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
	// A day is worked out from an instant and is never absent.
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

// all is the row that rules out none of a number of ways.
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

// wide searches a leaf with more than 64 ways. Looking up each table once for all of them costs
// less than several leaves.
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

// ways adds the hits of at most 64 ways that a row does not rule out.
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

// way answers the rest of a rule's condition, as far as package atom can.
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

// wideRow is row for any leaf. A row that is the union of several is built in room.
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
