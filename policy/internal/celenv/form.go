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

// form is what a source was compiled to, and all that expressions of one shape share
// where the names in them mean the same. It is immutable but for [Base.Forget], which
// drops the tree if no second expression came: then it is made again when it is wanted.
type form struct {
	used   atomic.Bool // an expression has it
	shared atomic.Bool // several have

	tree  *ast.AST               // checked, with the literals of the source that it was made from
	refs  map[int64]*reference   // by the ids of the nodes that they stand at
	known map[int64]celtext.Span // see places

	inMessage bool         // what it was compiled for
	want      []value.Type //

	typ    value.Type
	cel    *types.Type
	domain []string // all values of a closed string, where the expression reads no other
	widen  bool     // an int result stands for a double
	broken bool     // it uses what is reported elsewhere as broken
	loops  bool
	meters bool // its evaluation is counted

	reads  []*reference // in source order, the first of each path
	guards []string     // the paths that may have no value and that it names, also through terms and tables, sorted
	facts  []int        // the slots of facts that it can read, also through terms and tables, sorted

	terms, tables, calendars []string

	product *product // what it is, if it is no more

	blanks []blank     // the literals that are each expression's own
	lists  []blankList // of them

	planned sync.Once
	program cel.Program
	planErr error
	bound   *ast.AST // what the program was planned from
}

// blank is a literal of a form that each expression fills in with its own value.
type blank struct {
	recipe
	hole     int   // among those of the shape
	node     int64 // in the tree
	from, to int   // of the hole in the source of the form
}

// blankList is a list of literals in which something is looked for. All its members
// are blanks, one behind the other.
type blankList struct {
	node     int64
	from, to int // among the blanks
}

// fill returns an expression's own values for the blanks. ok is false where one cannot
// stand in its place: then the whole must be compiled to say why.
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

// plan makes the program at the first evaluation: most expressions of a large set are
// never evaluated, since an index decides them. It serves all expressions of the form:
// each puts its own values into the frame.
func (f *form) plan(base *Base) (cel.Program, error) {
	f.planned.Do(func() {
		f.bound = f.tree
		if len(f.blanks) > 0 {
			f.bound = f.bind(base)
		}
		options := []cel.ProgramOption{cel.EvalOptions(cel.OptOptimize)}
		if f.meters {
			options = append(options, base.metering(f.loops))
		}
		f.program, f.planErr = planSafely(base.env, f.bound, options)
	})
	return f.program, f.planErr
}

// bind copies the tree, with reads from the frame in the place of blanks.
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
		delete(refMap, at) // of the function that made a constant
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

// lowestID returns a number below which no node that was added has its own; see
// compiler.nextID.
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

// move returns how places of the form are moved for a source of the same shape.
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

// collect fills in what is read off the tree.
func (f *form) collect() {
	f.reads = f.references()
	f.guards = f.guardPaths()
	f.facts = f.factSlots()
	f.reads = firstReads(f.reads)
	f.product = f.productOf(f.tree.Expr())
}

// firstReads leaves out constants, and what is read before: nothing more can be told
// from it.
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
		case r.kind == refTable && r.table.by != nil:
			slots = append(slots, r.table.by.facts...)
		}
	}
	slices.Sort(slots)
	return slices.Compact(slots)
}
