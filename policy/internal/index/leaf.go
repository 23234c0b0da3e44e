package index

import (
	"cmp"
	"math/bits"
	"slices"

	"github.com/servicerecovery/amends/policy/internal/atom"
)

// leaf makes the tables of at most maxWide entries.
func (b *builder) leaf(list []entry) *leaf {
	l := &leaf{ways: make([]way, len(list)), words: (len(list) + 63) / 64}
	tabled := make([]int, len(list))
	var drafts []draft
	if len(list) > maxDirect {
		for _, k := range tableKeys(list) {
			t, held := b.draft(list, k)
			drafts = append(drafts, t)
			for i := range held {
				tabled[i] += held[i]
			}
		}
	}
	for i, e := range list {
		l.ways[i] = way{id: e.id, rest: e.rest}
		if tabled[i] < len(e.terms) {
			l.ways[i].rest = b.roots[e.id]
		}
	}
	slices.SortStableFunc(drafts, func(a, b draft) int { return cmp.Compare(a.leaves(), b.leaves()) })
	b.pack(l, drafts)
	return l
}

// pack lays the tables of a leaf side by side in memory, because a search reads all of them.
func (b *builder) pack(l *leaf, drafts []draft) {
	l.tables = make([]table, 0, len(drafts))
	for _, d := range drafts {
		t := table{slot: int32(d.slot), member: d.member, rows: int32(len(l.rows)), breaks: int32(len(l.breaks)), n: int32(len(d.breaks)), dense: -1}
		if size := int(b.space.Last(d.slot)) + 1; size <= 4*len(d.breaks)+32 && d.count() <= 256 {
			t.dense = int32(len(l.dense))
			for p := range size {
				l.dense = append(l.dense, d.row(int32(p)))
			}
		} else {
			l.breaks = append(l.breaks, d.breaks...)
		}
		l.rows = append(l.rows, d.rows...)
		l.tables = append(l.tables, t)
	}
	l.rows, l.breaks, l.dense = slices.Clip(l.rows), slices.Clip(l.breaks), slices.Clip(l.dense)
}

// draft is a table before it has its place in a leaf. Row i is for the positions from breaks[i] on;
// the first break is the position of the absent value. For a list, row 0 stands for the absent
// list, row 1 for a list without any of the members, and row 2+i adds the member at breaks[i].
type draft struct {
	slot   int
	member bool
	breaks []int32
	words  int   // of each row
	rows   []row // one row after the other
}

// count is the number of rows.
func (t *draft) count() int { return len(t.rows) / t.words }

// at returns a row.
func (t *draft) at(i int) []row { return t.rows[i*t.words : (i+1)*t.words] }

// row returns the number of the row for a position. For a member without a row it returns 0.
func (t *draft) row(p int32) uint8 {
	if t.member {
		if i := slices.Index(t.breaks, p); i >= 0 {
			return uint8(2 + i)
		}
		return 0
	}
	i, found := slices.BinarySearch(t.breaks, p)
	if !found {
		i--
	}
	return uint8(i)
}

// tableKeys lists the slots and lists that the terms are about, each once.
func tableKeys(list []entry) []key {
	var keys []key
	for _, e := range list {
		for _, t := range e.terms {
			if k := (key{t.Slot, t.Member != 0}); !slices.Contains(keys, k) {
				keys = append(keys, k)
			}
		}
	}
	return keys
}

// termOf returns the term of an entry that a table can hold. An entry may have only one such term,
// because a row cannot say that two members are there.
func termOf(e entry, k key) (t atom.Term, terms int) {
	for _, x := range e.terms {
		if x.Slot == k.slot && (x.Member != 0) == k.member {
			t = x
			terms++
		}
	}
	return t, terms
}

// draft makes the table of a slot. held counts, for each entry, the terms that the tables decide.
func (b *builder) draft(list []entry, k key) (t draft, held []int) {
	held = make([]int, len(list))
	terms := make([]atom.Term, len(list))
	for i, e := range list {
		if term, n := termOf(e, k); n == 1 {
			terms[i], held[i] = term, 1
		}
	}
	if k.member {
		return memberTable(k.slot, terms, held), held
	}
	breaks := []int32{atom.AbsentPosition}
	for i, term := range terms {
		if held[i] > 0 {
			breaks = term.Breaks(breaks)
		}
	}
	slices.Sort(breaks)
	t.slot, t.words = k.slot, (len(list)+63)/64
	for _, p := range slices.Compact(breaks) {
		r := rowAt(terms, held, p)
		if n := t.count(); n > 0 && slices.Equal(t.at(n-1), r) {
			continue
		}
		t.breaks, t.rows = append(t.breaks, p), append(t.rows, r...)
	}
	return t, held
}

func rowAt(terms []atom.Term, held []int, p int32) []row {
	r := make([]row, (len(terms)+63)/64)
	for i, term := range terms {
		truth := atom.Yes
		if held[i] > 0 {
			truth = term.At(p)
		}
		if truth != atom.No {
			r[i/64].may |= 1 << (i % 64)
		}
		if truth == atom.Yes {
			r[i/64].yes |= 1 << (i % 64)
		}
	}
	return r
}

// memberTable makes the table of a list.
func memberTable(slot int, terms []atom.Term, held []int) draft {
	words := (len(terms) + 63) / 64
	t := draft{slot: slot, member: true, words: words, rows: make([]row, 2*words)}
	for i, term := range terms {
		word, bit := i/64, uint64(1)<<(i%64)
		t.at(0)[word].may |= bit // without the list, its terms are errors
		if held[i] == 0 {
			t.at(0)[word].yes |= bit
			t.at(1)[word].add(row{bit, bit})
			continue
		}
		at := slices.Index(t.breaks, term.Member)
		if at < 0 {
			at = len(t.breaks)
			t.breaks, t.rows = append(t.breaks, term.Member), append(t.rows, make([]row, words)...)
		}
		t.at(2 + at)[word].add(row{bit, bit})
	}
	return t
}

// leaves estimates the number of entries that a table does not rule out. It takes all rows for
// equally likely.
func (t *draft) leaves() float64 {
	rows := t.rows[t.words:]
	if t.member {
		rows = t.at(1)
	} else if len(rows) == 0 {
		rows = t.rows
	}
	left := 0
	for _, r := range rows {
		left += bits.OnesCount64(r.may)
	}
	return float64(left*t.words) / float64(len(rows))
}
