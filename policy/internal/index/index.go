package index

import (
	"slices"

	"github.com/servicerecovery/amends/policy/internal/atom"
)

// Entry is a rule to index. Its ID is not negative; rules are found in the order of their IDs.
type Entry struct {
	ID    int32
	Class int
	Rule  atom.Rule
}

// Hit is a rule that was found: its id, and whether it has to be evaluated.
type Hit int32

func hit(id int32, sure bool) Hit {
	if sure {
		return Hit(id << 1)
	}
	return Hit(id<<1 | 1)
}

// ID is the id of the rule.
func (h Hit) ID() int32 { return int32(h >> 1) }

// Ask reports whether the rule has to be evaluated. If not, it matches for certain.
func (h Hit) Ask() bool { return h&1 == 1 }

// Index is immutable and safe for concurrent use.
type Index struct {
	space   *atom.Space
	classes []*tree // nil: without rules
	roots   []int32 // by the rules' ids
}

// Build makes an index of rules in a number of classes. It leaves out rules that never hold.
func Build(space *atom.Space, entries []Entry, classes int) *Index {
	x := &Index{space: space, classes: make([]*tree, classes)}
	byClass := make([][]entry, classes)
	for _, e := range entries {
		for int(e.ID) >= len(x.roots) {
			x.roots = append(x.roots, 0)
		}
		x.roots[e.ID] = e.Rule.Root
		for _, w := range e.Rule.Ways {
			if !slices.ContainsFunc(w.Terms, atom.Term.Never) {
				byClass[e.Class] = append(byClass[e.Class], entry{id: e.ID, terms: w.Terms, rest: w.Rest})
			}
		}
	}
	x.roots = slices.Clip(x.roots)
	for i, list := range byClass {
		if len(list) > 0 {
			b := builder{space: space, roots: x.roots, spare: 2*len(list) + 64}
			x.classes[i] = b.build(list, 0)
		}
	}
	return x
}

// Find adds the rules of some classes that are not certainly false to hits, and returns hits. Rules
// come in the order of their ids, each once.
func (x *Index) Find(v *atom.Values, classes []int32, hits []Hit) []Hit {
	w := walk{index: x, values: v, hits: hits}
	for _, c := range classes {
		if t := x.classes[c]; t != nil {
			w.tree(t, true)
		}
	}
	return inOrder(w.hits)
}

// inOrder sorts hits, which are mostly in order already, and keeps one per rule. A rule can be
// found in two ways; a certain hit sorts first and is the one that is kept.
func inOrder(hits []Hit) []Hit {
	for i := 1; i < len(hits); i++ {
		if hits[i].ID() <= hits[i-1].ID() {
			slices.Sort(hits)
			return slices.CompactFunc(hits, func(a, b Hit) bool { return a.ID() == b.ID() })
		}
	}
	return hits
}
