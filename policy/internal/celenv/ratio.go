package celenv

import (
	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"

	"github.com/servicerecovery/amends/policy/internal/cellib"
	"github.com/servicerecovery/amends/policy/value"
)

// Money divided by money, and a duration by a duration, is an exact ratio as long as only arithmetic
// reads it. Everything else reads the nearest double. The checked tree has doubles alone; here the
// tree of a program gets the exact divisions, and the calls that turn their results into doubles. A
// program without such a division stays as it is.

// ratios knows which nodes of a tree give a ratio when they are evaluated.
type ratios struct {
	tree   *ast.AST
	refs   map[int64]*reference
	locals map[string]bool // variables of cel.bind that are ratios
	found  map[int64]bool
}

func ratiosOf(tree *ast.AST, refs map[int64]*reference) *ratios {
	r := &ratios{tree: tree, refs: refs, locals: map[string]bool{}}
	r.find(tree.Expr())
	return r
}

// givesRatio reports whether the value of a checked tree is a ratio.
func givesRatio(tree *ast.AST, refs map[int64]*reference) bool {
	if tree.GetType(tree.Expr().ID()).Kind() != types.DoubleKind {
		return false
	}
	return ratiosOf(tree, refs).found[tree.Expr().ID()]
}

// find looks at the parts of a node first, then at the node.
func (r *ratios) find(e ast.Expr) bool {
	if e.Kind() == ast.ComprehensionKind {
		return r.mark(e, r.findLoop(e))
	}
	any := false
	parts := children(e)
	for i, part := range parts {
		if r.find(part) && e.Kind() == ast.CallKind && cellib.KeepsRatio(e.AsCall().FunctionName(), i) {
			any = true
		}
	}
	switch e.Kind() {
	case ast.CallKind:
		any = any || r.divides(e)
	case ast.SelectKind:
		ref := r.refs[e.ID()]
		any = ref != nil && ref.kind == refTerm && ref.mode == modeRead && ref.term.ratio
	case ast.IdentKind:
		any = r.locals[e.AsIdent()]
	}
	return r.mark(e, any && r.isDouble(e))
}

// findLoop follows the value of cel.bind, which CEL writes as a loop that runs never. A real loop
// gives no ratio.
func (r *ratios) findLoop(e ast.Expr) bool {
	c := e.AsComprehension()
	for _, part := range []ast.Expr{c.IterRange(), c.LoopCondition(), c.LoopStep()} {
		r.find(part)
	}
	bound := r.find(c.AccuInit()) && isBind(c)
	name := c.AccuVar()
	outer := r.locals[name]
	r.locals[name] = bound
	result := r.find(c.Result())
	r.locals[name] = outer
	return result && isBind(c) && r.isDouble(e)
}

func (r *ratios) mark(e ast.Expr, is bool) bool {
	if is {
		if r.found == nil {
			r.found = map[int64]bool{}
		}
		r.found[e.ID()] = true
	}
	return is
}

func (r *ratios) isDouble(e ast.Expr) bool {
	t := r.tree.GetType(e.ID())
	return t != nil && t.Kind() == types.DoubleKind
}

// divides reports whether a call divides an amount by an amount, or a duration by a duration.
func (r *ratios) divides(e ast.Expr) bool {
	call := e.AsCall()
	return call.FunctionName() == operators.Divide && len(call.Args()) == 2 &&
		cellib.MakesRatio(r.tree.GetType(call.Args()[0].ID()), r.tree.GetType(call.Args()[1].ID()))
}

// exact returns the tree with exact divisions in it, or the same tree if it has no ratio.
func exact(tree *ast.AST, refs map[int64]*reference) *ast.AST {
	r := ratiosOf(tree, refs)
	if len(r.found) == 0 {
		return tree
	}
	factory := ast.NewExprFactory()
	root := factory.CopyExpr(tree.Expr())
	typeMap, refMap := mapsOf(tree)
	x := &exactly{ratios: r, factory: factory, typeMap: typeMap, refMap: refMap, nextID: lowestID(typeMap)}
	x.rewrite(root)
	return ast.NewCheckedAST(ast.NewAST(root, tree.SourceInfo()), typeMap, refMap)
}

type exactly struct {
	*ratios
	factory ast.ExprFactory
	typeMap map[int64]*types.Type
	refMap  map[int64]*ast.ReferenceInfo
	nextID  int64
}

// rewrite goes through the parts of a node whose own value, if it is a ratio, is read as one.
func (x *exactly) rewrite(e ast.Expr) {
	if e.Kind() == ast.CallKind && x.found[e.ID()] && x.divides(e) {

		delete(x.refMap, e.ID())
		e.SetKindCase(x.factory.NewCall(e.ID(), cellib.RatioName, e.AsCall().Args()...))
	}
	for i, part := range children(e) {
		if !x.found[part.ID()] || x.passes(e, i) {
			x.rewrite(part)
			continue
		}
		if part.Kind() == ast.CallKind && x.divides(part) { // the plain division gives the nearest double
			for _, operand := range part.AsCall().Args() {
				x.rewrite(operand)
			}
			continue
		}
		x.rewrite(part)
		x.nearest(part)
	}
}

// passes reports whether a node takes the ratio of one of its parts as it is.
func (x *exactly) passes(e ast.Expr, part int) bool {
	switch e.Kind() {
	case ast.CallKind:
		return cellib.KeepsRatio(e.AsCall().FunctionName(), part)
	case ast.ComprehensionKind:
		c := e.AsComprehension()
		switch children(e)[part].ID() {
		case c.AccuInit().ID():
			return isBind(c)
		case c.Result().ID():
			return x.found[e.ID()]
		}
	}
	return false
}

// nearest puts the call that gives the nearest double around a node. The node keeps its id, by which
// errors find their places.
func (x *exactly) nearest(e ast.Expr) {
	inner := x.factory.CopyExpr(e)
	x.nextID--
	e.SetKindCase(x.factory.NewUnspecifiedExpr(e.ID()))
	e.RenumberIDs(func(int64) int64 { return x.nextID })
	e.SetKindCase(x.factory.NewCall(x.nextID, cellib.NearestName, inner))
	x.typeMap[x.nextID] = types.DoubleType
}

// product is a field of type money, by itself or times a constant. Most amounts are one. It is
// evaluated without a program, by the functions that the program would call. In unusual cases the
// program runs.
type product struct {
	slot   int
	item   *Field  // a field of the item at hand, in the place of the slot
	node   int64   // the factor, which may be a blank; 0: there is none
	factor ref.Val // its id in the tree
}

// productOf returns the product that an expression is, nil for any other expression.
func (f *form) productOf(e ast.Expr) *product {
	if f.typ.Kind != value.KindMoney {
		return nil
	}
	if p := f.moneyField(e); p != nil {
		return p
	}
	if e.Kind() != ast.CallKind || e.AsCall().FunctionName() != operators.Multiply {
		return nil
	}
	args := e.AsCall().Args()
	for i := range 2 {
		p := f.moneyField(args[i])
		if other := args[1-i]; p != nil && other.Kind() == ast.LiteralKind {
			p.node, p.factor = other.ID(), other.AsLiteral()
			return p
		}
	}
	return nil
}

func (f *form) moneyField(e ast.Expr) *product {
	r := f.refs[e.ID()]
	switch {
	case e.Kind() != ast.SelectKind || r == nil || r.mode != modeRead:
	case r.kind == refField && r.field.Type.Kind == value.KindMoney:
		return &product{slot: r.field.Slot}
	case r.kind == refItem && r.member.Type.Kind == value.KindMoney:
		return &product{item: r.member}
	}
	return nil
}

// amount reads the field.
func (p *product) amount(f *Frame) ref.Val {
	switch {
	case p.item == nil:
		return f.in.field(p.slot)
	case f.item == nil:
		return nil
	}
	return f.item.Named(p.item.Name, p.item.Slot)
}

// value returns the amount, nil where the program has to run.
func (p *product) value(e *Expr, f *Frame) ref.Val {
	m, ok := p.amount(f).(*cellib.Amount)
	if !ok {
		return nil
	}
	if p.node == 0 {
		return m
	}
	factor := p.factor
	for i := range e.blanks {
		if e.blanks[i].node == p.node {
			factor = e.values[i]
		}
	}
	if out, ok := m.Multiply(factor).(*cellib.Amount); ok {
		return out
	}
	return nil
}
