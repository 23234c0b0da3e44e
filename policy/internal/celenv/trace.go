package celenv

import (
	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"

	"github.com/servicerecovery/amends/policy/internal/cellib"
	"github.com/servicerecovery/amends/policy/value"
)

// PartKind says what a part of an expression is. Its zero is invalid.
type PartKind uint8

// The kinds of parts. And and Or have two parts or more, however they were
// bracketed; a Not has one, an If three.
const (
	PartInvalid PartKind = iota
	PartAnd
	PartOr
	PartNot
	PartIf
	PartCompare  // Op is ==, !=, <, <=, >, >= or in; its parts are the two sides
	PartHas      // has(path)
	PartRead     // a path; Bodies are what a term stands for, or the keys of a table
	PartConstant // a literal, or a part that folding has made one
	PartCall     // any other call; its parts are the arguments
	PartLoop     // a macro; its parts are the values that it reads
)

// Part is a part of an expression with its value for one input.
type Part struct {
	Kind     PartKind
	Op       string // the operator of a Compare, the function of a Call
	Path     string // of a Read or a Has, as [Expr.Reads] names it
	Table    *Table // that the path is in, or nil
	Expr     *Expr  // the expression in whose source the part stands; for a part of a term, the term
	From, To int    // the runes of that source
	Text     string // these runes, on one line
	Type     value.Type
	Val      Val   // unset where there is none
	Err      error // an *EvalError
	// Skipped is set where the whole did without the part: behind a false in &&,
	// a true in ||, or in the branch of ?: that was not taken. Its value is
	// what it would have been.
	Skipped bool
	Parts   []*Part
	// Bodies are the expression of the term that the part reads, or the keys of the table. All parts
	// of one pass that read the same term share its body; otherwise the number of parts could double
	// with each term that uses another twice. Skipped in a body says nothing about the parts that
	// read it.
	Bodies []*Part
}

// Tracer evaluates expressions part by part. It plans each part at its first evaluation and keeps
// the plan. Deciding does not use a Tracer, so it does not pay for this. A Tracer is not safe for
// concurrent use.
type Tracer struct {
	plans  map[planKey]planned
	places map[*Expr]*places
	bodies map[bodyKey]*Part // of the pass
}

// bodyKey is a term, or the key of a table, over an input.
type bodyKey struct {
	e    *Expr
	f    *Frame
	item *cellib.Item // the one at hand, where it matters
}

type planKey struct {
	e  *Expr
	id int64
}

type planned struct {
	program cel.Program
	err     error
}

// NewTracer returns a tracer that has planned nothing yet.
func NewTracer() *Tracer {
	return &Tracer{plans: map[planKey]planned{}, places: map[*Expr]*places{}, bodies: map[bodyKey]*Part{}}
}

// Begin starts a pass: terms and keys of tables are traced anew. Frames must not be reset in
// the middle of a pass.
func (t *Tracer) Begin() { clear(t.bodies) }

// Trace evaluates an expression part by part. The value or error of the root is the one that
// evaluating the expression gives.
func (t *Tracer) Trace(e *Expr, f *Frame) *Part {
	tree, _ := e.parts()
	p := t.part(e, tree.Expr(), f, false)
	v, err := e.run(f)
	if err != nil {
		p.Val, p.Err = Val{}, err
		return p
	}
	p.Val, p.Err = outside(v, f), nil
	return p
}

// parts returns the checked tree and its references. The tree has the expression's own literals in
// it. Tracing uses nothing else of an expression.
func (e *Expr) parts() (*ast.AST, map[int64]*reference) {
	f := e.itself()
	return f.tree, f.refs
}

func (t *Tracer) part(e *Expr, n ast.Expr, f *Frame, skipped bool) *Part {
	tree, refs := e.parts()
	p := &Part{Expr: e, Skipped: skipped, Type: cellib.TypeOf(tree.GetType(n.ID()))}
	t.place(p, n)
	switch n.Kind() {
	case ast.LiteralKind:
		p.Kind, p.Val = PartConstant, outside(n.AsLiteral(), f)
	case ast.SelectKind:
		if r := refs[n.ID()]; r != nil {
			t.read(p, r, f)
			break
		}
		t.other(p, n, f, PartCall)
	case ast.ComprehensionKind:
		t.evaluate(p, n, f)
		p.Kind = PartLoop
		t.readsIn(p, n, f)
	case ast.CallKind:
		t.call(p, n, f)
	default:
		t.other(p, n, f, PartCall)
	}
	return p
}

// place says where a part stands. A whole expression stands where its text does.
func (t *Tracer) place(p *Part, n ast.Expr) {
	at := t.places[p.Expr]
	if at == nil {
		at = p.Expr.itself().places(p.Expr.source)
		t.places[p.Expr] = at
	}
	s := at.of(n)
	p.From, p.To, p.Text = s.From, s.To, at.src.Text(s.From, s.To)
}

func (t *Tracer) call(p *Part, n ast.Expr, f *Frame) {
	call := n.AsCall()
	switch op := call.FunctionName(); op {
	case operators.LogicalAnd:
		p.Kind = PartAnd
		t.logic(p, n, f, op, types.False)
	case operators.LogicalOr:
		p.Kind = PartOr
		t.logic(p, n, f, op, types.True)
	case operators.LogicalNot:
		p.Kind = PartNot
		t.not(p, n, f)
	case operators.Conditional:
		p.Kind = PartIf
		t.conditional(p, n, f)
	case operators.Equals, operators.NotEquals, operators.Less, operators.LessEquals, operators.Greater, operators.GreaterEquals, operators.In:
		t.other(p, n, f, PartCompare)
		p.Op, _ = operators.FindReverse(op)
	default:
		t.other(p, n, f, PartCall)
		p.Op = op
	}
}

// logic evaluates && and ||. One side that decides is enough, even if another has failed. If none
// decides, the result is the first error.
func (t *Tracer) logic(p *Part, n ast.Expr, f *Frame, op string, decides types.Bool) {
	p.Val = Val{!decides}
	decided := false
	for _, operand := range operandsOf(n, op) {
		side := t.part(p.Expr, operand, f, p.Skipped || decided)
		p.Parts = append(p.Parts, side)
		if !decided {
			p.merge(side, decides)
			decided = side.Err == nil && side.Val.v == ref.Val(decides)
		}
	}
	if p.Err != nil {
		p.Val = Val{}
	}
}

// merge adds what one side of && or || gave to the whole.
func (p *Part) merge(side *Part, decides types.Bool) {
	switch {
	case side.Err == nil && side.Val.v == ref.Val(decides):
		p.Val, p.Err = side.Val, nil
	case side.Err != nil && p.Err == nil:
		p.Err = side.Err
	}
}

// operandsOf lists the operands of a chain such as a && b && c, which the parser has put into
// pairs.
func operandsOf(n ast.Expr, op string) []ast.Expr {
	if n.Kind() != ast.CallKind || n.AsCall().FunctionName() != op {
		return []ast.Expr{n}
	}
	var out []ast.Expr
	for _, arg := range n.AsCall().Args() {
		out = append(out, operandsOf(arg, op)...)
	}
	return out
}

func (t *Tracer) not(p *Part, n ast.Expr, f *Frame) {
	inner := t.part(p.Expr, n.AsCall().Args()[0], f, p.Skipped)
	p.Parts, p.Err = []*Part{inner}, inner.Err
	if b, ok := inner.Val.v.(types.Bool); ok {
		p.Val = Val{!b}
	}
}

func (t *Tracer) conditional(p *Part, n ast.Expr, f *Frame) {
	args := n.AsCall().Args()
	condition := t.part(p.Expr, args[0], f, p.Skipped)
	holds, _ := condition.Val.v.(types.Bool)
	known := condition.Err == nil
	yes := t.part(p.Expr, args[1], f, p.Skipped || !known || !bool(holds))
	no := t.part(p.Expr, args[2], f, p.Skipped || !known || bool(holds))
	p.Parts = []*Part{condition, yes, no}
	switch {
	case !known:
		p.Err = condition.Err
	case bool(holds):
		p.Val, p.Err = yes.Val, yes.Err
	default:
		p.Val, p.Err = no.Val, no.Err
	}
}

// other evaluates a node as a whole. Its parts are the arguments.
func (t *Tracer) other(p *Part, n ast.Expr, f *Frame, kind PartKind) {
	p.Kind = kind
	t.evaluate(p, n, f)
	for _, child := range children(n) {
		if child.Kind() != ast.IdentKind {
			p.Parts = append(p.Parts, t.part(p.Expr, child, f, p.Skipped))
		}
	}
}

// readsIn adds the values that a loop reads, its own variables left out.
func (t *Tracer) readsIn(p *Part, n ast.Expr, f *Frame) {
	_, refs := p.Expr.parts()
	if r := refs[n.ID()]; r != nil && n.Kind() == ast.SelectKind {
		p.Parts = append(p.Parts, t.part(p.Expr, n, f, p.Skipped))
		return
	}
	for _, child := range children(n) {
		t.readsIn(p, child, f)
	}
}

// read reads a reference. The part of a term or of a table gets bodies.
func (t *Tracer) read(p *Part, r *reference, f *Frame) {
	p.Kind, p.Path, p.Table = PartRead, r.path, r.table
	v, err := r.getter()(f)
	switch {
	case r.kind == refConstant:
		p.Kind, v, err = PartConstant, r.value, nil
	case r.mode == modeHas:
		p.Kind, v = PartHas, types.Bool(v != nil)
	case v == nil && err == nil && r.mode == modeRead:
		err = errNoValue
	}
	if err != nil {
		p.Err = p.Expr.failed(f, err)
	} else if v != nil {
		p.Val = outside(v, f)
	}
	switch {
	case r.kind == refTerm:
		p.Bodies = []*Part{t.body(r.term, f)}
	case r.kind == refTable:
		for _, by := range r.table.bys() {
			p.Bodies = append(p.Bodies, t.body(by, f))
		}
	}
}

// body traces a term, or the key of a table, once in a pass.
func (t *Tracer) body(e *Expr, f *Frame) *Part {
	key := bodyKey{e: e, f: f}
	if e.ofItem {
		key.item = f.item
	}
	b := t.bodies[key]
	if b == nil {
		tree, _ := e.parts()
		b = t.part(e, tree.Expr(), f, false)
		t.bodies[key] = b
	}
	return b
}

// evaluate plans a node by itself and evaluates it. A node that uses the variable of a loop cannot
// stand by itself, and has no value.
func (t *Tracer) evaluate(p *Part, n ast.Expr, f *Frame) {
	key := planKey{p.Expr, n.ID()}
	plan, known := t.plans[key]
	if !known {
		plan.program, plan.err = p.Expr.planNode(n)
		t.plans[key] = plan
	}
	if plan.err != nil {
		p.Err = p.Expr.failed(f, plan.err)
		return
	}
	v, err := f.metered(p.Expr.scope.cost, p.Expr.loops, func() (ref.Val, error) { return evaluated(plan.program, f) })
	if err != nil {
		p.Err = p.Expr.failed(f, err)
		return
	}
	p.Val = outside(v, f)
}

// planNode plans a part of an expression as [Expr.plan] plans the whole.
func (e *Expr) planNode(n ast.Expr) (cel.Program, error) {
	tree, refs := e.parts()
	options := []cel.ProgramOption{cel.EvalOptions(cel.OptOptimize)}
	if needsMeter(n) {
		options = append(options, e.scope.base.metering(e.loops))
	}
	return planSafely(e.scope.base.env, exact(partOf(tree, n), refs), options)
}

// outside returns a value as [Expr.Eval] returns it, absent where it cannot leave the expression.
func outside(v ref.Val, f *Frame) Val {
	if out, err := leave(v, false, f.scope.options.Rounding); err == nil {
		return Val{out}
	}
	return Val{}
}
