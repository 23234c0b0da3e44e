package celenv

import (
	"slices"
	"sync"
	"sync/atomic"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"

	"github.com/servicerecovery/amends/policy/internal/celtext"
	"github.com/servicerecovery/amends/policy/value"
)

// form is the result of compiling a source. Expressions of one shape share a form where the names
// in them mean the same. A form is immutable, except that [Base.Forget] drops the tree of a form
// with one expression only; the tree is made again when it is needed.
type form struct {
	used   atomic.Bool // an expression uses it
	shared atomic.Bool // several expressions use it

	tree  *ast.AST               // checked, with the literals of the source that it was made from
	refs  map[int64]*reference   // by the ids of the nodes that they stand at
	known map[int64]celtext.Span // see places

	names     bool         // it names a calendar
	inMessage bool         // compiled for a message, and for these types
	want      []value.Type //

	typ    value.Type
	cel    *types.Type
	texts  []string // all texts that it can give, where they are known
	domain []string // the same, where the expression reads a closed string
	widen  bool     // an int result stands for a double
	broken bool     // it uses a definition whose mistakes are reported elsewhere
	loops  bool
	meters bool // its evaluation is counted
	ratio  bool // its value is an exact ratio until something other than arithmetic reads it

	reads  []*reference // in source order, the first of each path
	guards []string     // the paths that it reads and that may have no value, also through terms and tables; sorted
	facts  []int        // the slots of facts that it can read, also through terms and tables, sorted
	now    bool         // it reads the time of the decision, also through terms and tables
	ofItem bool         // it reads the item at hand, also through terms and tables
	inner  map[int64]*innerRead
	where  *places // while the expression is compiled

	terms, tables, calendars []string

	product *product // nil unless the form is only a product

	blanks []blank     // the literals that are each expression's own
	lists  []blankList // lists of blanks

	planned sync.Once
	program cel.Program
	planErr error
	bound   *ast.AST // the tree from which the program was planned
}

// blank is a literal of a form that each expression fills in with its own value.
type blank struct {
	recipe
	hole     int   // its number among the holes of the shape
	node     int64 // its id in the tree
	from, to int   // of the hole in the source of the form
}

// blankList is a list of literals to the right of in. All its members are blanks with consecutive
// numbers.
type blankList struct {
	node     int64
	from, to int // among the blanks
}

// fill returns an expression's own values for the blanks. ok is false where a value does not fit;
// the expression must be compiled then, to say why.
func (f *form) fill(holes []hole) (values []ref.Val, ok bool) {
	if len(f.blanks) == 0 {
		return nil, true
	}
	values = make([]ref.Val, len(f.blanks), len(f.blanks)+len(f.lists))
	for i := range f.blanks {
		b := &f.blanks[i]
		if values[i] = b.value(holes[b.hole]); values[i] == nil {
			return nil, false
		}
	}
	for _, l := range f.lists {
		values = append(values, types.NewRefValList(types.DefaultTypeAdapter, values[l.from:l.to:l.to]))
	}
	return values, true
}

// plan makes the program at the first evaluation. Most expressions of a large set never need one,
// because an index decides them. The program serves all expressions of the form; each puts its own
// values into the frame.
func (f *form) plan(base *Base) (cel.Program, error) {
	f.planned.Do(func() {
		f.bound = f.tree
		if len(f.blanks) > 0 {
			f.bound = f.bind(base)
		}
		f.bound = exact(f.bound, f.refs)
		options := []cel.ProgramOption{cel.EvalOptions(cel.OptOptimize)}
		if f.meters {
			options = append(options, base.metering(f.loops))
		}
		f.program, f.planErr = planSafely(base.env, f.bound, options)
	})
	return f.program, f.planErr
}

// bind copies the tree and replaces each blank by a read from the frame.
func (f *form) bind(base *Base) *ast.AST {
	factory := ast.NewExprFactory()
	root := factory.CopyExpr(f.tree.Expr())
	typeMap, refMap := mapsOf(f.tree)
	nodes := nodesByID(root)
	id := lowestID(typeMap)
	read := func(at int64, i int) {
		id--
		typeMap[id] = types.NewObjectType(frameType)
		refMap[id] = ast.NewIdentReference(frameName, nil)
		delete(refMap, at) // the id of a function that folding has replaced
		key := base.declareBlank(i, f.tree.GetType(at))
		nodes[at].SetKindCase(factory.NewSelect(at, factory.NewIdent(id, frameName), key))
	}
	for i, b := range f.blanks {
		read(b.node, i)
	}
	for i, l := range f.lists {
		read(l.node, len(f.blanks)+i)
	}
	return ast.NewCheckedAST(ast.NewAST(root, f.tree.SourceInfo()), typeMap, refMap)
}

func mapsOf(tree *ast.AST) (map[int64]*types.Type, map[int64]*ast.ReferenceInfo) {
	typeMap := make(map[int64]*types.Type, len(tree.TypeMap()))
	for id, t := range tree.TypeMap() {
		typeMap[id] = t
	}
	refMap := make(map[int64]*ast.ReferenceInfo, len(tree.ReferenceMap()))
	for id, r := range tree.ReferenceMap() {
		refMap[id] = r
	}
	return typeMap, refMap
}

// lowestID returns the lowest id of the nodes that were added; see compiler.nextID.
func lowestID(typeMap map[int64]*types.Type) int64 {
	lowest := firstAddedID
	for id := range typeMap {
		if id > firstAddedID/2 && id < lowest {
			lowest = id
		}
	}
	return lowest
}

// places finds places in the source that the form was made from.
func (f *form) places(source string) *places {
	return &places{src: celtext.New(source), info: f.tree.SourceInfo(), known: f.known}
}

// mover moves places from the source of a form to that of an expression.
type mover []struct{ behind, by int }

// move returns the mover from the form's source to another source of the same shape.
func (f *form) move(source string) mover {
	if len(f.blanks) == 0 {
		return nil
	}
	var room shapeRoom
	s, ok := shapeOf(source, f.inMessage, f.want, &room)
	if !ok {
		return nil
	}
	m := make(mover, len(f.blanks))
	for i, b := range f.blanks {
		h := s.holes[b.hole]
		m[i].behind, m[i].by = b.to, (h.to-h.from)-(b.to-b.from)
	}
	return m
}

func (m mover) offset(at int) int {
	moved := at
	for _, step := range m {
		if at >= step.behind {
			moved += step.by
		}
	}
	return moved
}

func (m mover) span(s celtext.Span) celtext.Span {
	return celtext.Span{From: m.offset(s.From), To: m.offset(s.To)}
}

// collect fills in the fields that follow from the tree.
func (f *form) collect() {
	f.reads = f.references()
	f.guards = f.guardPaths()
	f.facts = f.factSlots()
	f.reads = firstReads(f.reads)
	f.now = slices.ContainsFunc(f.reads, (*reference).readsNow)
	f.ofItem = slices.ContainsFunc(f.reads, (*reference).readsItem)
	f.product = f.productOf(f.tree.Expr())
	f.ratio = givesRatio(f.tree, f.refs)
}

// firstReads returns the first reference to each path, without constants. Later ones tell nothing
// new.
func firstReads(all []*reference) []*reference {
	var first []*reference
	for _, r := range all {
		known := slices.ContainsFunc(first, func(f *reference) bool { return f.path == r.path })
		if r.kind != refConstant && r.kind != refBroken && !known {
			first = append(first, r)
		}
	}
	return first
}

// factSlots returns the slots of all facts that can be read, also through terms and
// tables, sorted.
func (f *form) factSlots() []int {
	var slots []int
	for _, r := range f.reads {
		switch {
		case r.kind == refFact:
			slots = append(slots, r.fact.Slot)
		case r.kind == refTerm:
			slots = append(slots, r.term.facts...)
		case r.kind == refTable:
			for _, by := range r.table.bys() {
				slots = append(slots, by.facts...)
			}
			if r.pick != nil {
				slots = append(slots, r.pick.facts...)
			}
		}
	}
	slices.Sort(slots)
	return slices.Compact(slots)
}
