package celenv

import (
	"errors"
	"slices"
	"sync/atomic"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"

	"github.com/servicerecovery/amends/policy/internal/cellib"
	"github.com/servicerecovery/amends/policy/internal/celtext"
	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/policy/worktime"
)

// Expr is a checked expression. It is immutable but for Tag, and safe for concurrent
// use.
type Expr struct {
	// Tag is the caller's own; it has no meaning here.
	Tag any

	*form
	scope  *Scope
	source string
	values []ref.Val // for the blanks of the form

	whole atomic.Pointer[form] // see own
}

// errBroken is the error of an expression that is evaluated although its set has mistakes.
var errBroken = errors.New("this is not defined without errors")

// checked returns the syntax tree and the references at its nodes. All expressions of one form
// share the tree. So read its literals with literal, and plan programs with planPart.
func (e *Expr) checked() (tree *ast.AST, refs map[int64]*reference) {
	f := e.form
	if f.tree == nil {
		f = e.own()
	}
	return f.tree, f.refs
}

// literal returns the value that a literal of the checked tree has in this expression.
func (e *Expr) literal(node ast.Expr) (ref.Val, bool) {
	if node.Kind() != ast.LiteralKind {
		return nil, false
	}
	for i := range e.blanks {
		if e.blanks[i].node == node.ID() {
			return e.values[i], true
		}
	}
	return node.AsLiteral(), true
}

// Form identifies the compiled form. Two expressions with one source and one form mean the same,
// even in two scopes.
func (e *Expr) Form() any { return e.form }

// Type returns the type of the expression's value.
func (e *Expr) Type() value.Type { return e.typ }

// Broken reports whether the expression uses a definition whose mistake is reported elsewhere.
func (e *Expr) Broken() bool { return e.broken }

// Source returns the text that was compiled.
func (e *Expr) Source() string { return e.source }

// Terms, Tables and Calendars return the names that the expression itself uses, sorted.
func (e *Expr) Terms() []string { return e.terms }

// Tables returns the names of the tables that the expression itself reads or tests.
func (e *Expr) Tables() []string { return e.tables }

// Calendars returns the ids of the calendars that the expression itself uses.
func (e *Expr) Calendars() []string { return e.calendars }

// reference returns the reference at a node, nil for a node of any other kind.
func (e *Expr) reference(n ast.Expr) *reference {
	if n.Kind() != ast.SelectKind {
		return nil
	}
	_, refs := e.checked()
	return refs[n.ID()]
}

// place finds places in the source text.
func (e *Expr) place() *places {
	f, moved := e.running(), e.form.move(e.source)
	if f != e.form {
		return f.places(e.source)
	}
	known := make(map[int64]celtext.Span, len(f.known))
	for id, s := range f.known {
		known[id] = moved.span(s)
	}
	return &places{src: celtext.New(e.source), info: f.tree.SourceInfo(), known: known, moved: moved}
}

// running returns the form whose program evaluates the expression. An expression that loops has a
// form of its own, with its literals in it: reading a blank takes steps, and the cost limit counts
// those of a loop.
func (e *Expr) running() *form {
	if e.loops || e.tree == nil {
		return e.itself()
	}
	return e.form
}

// itself returns a form that has the expression's own literals in it.
func (e *Expr) itself() *form {
	if len(e.blanks) > 0 || e.tree == nil {
		return e.own()
	}
	return e.form
}

// own compiles the expression by itself, at the first call.
func (e *Expr) own() *form {
	if f := e.whole.Load(); f != nil {
		return f
	}
	c := newCompiler(e.scope, e.source, e.inMessage)
	c.names = e.names
	f := c.form(e.want)
	if f == nil {
		return e.form // not reached: an expression that fits a form compiles
	}
	e.whole.CompareAndSwap(nil, f)
	return e.whole.Load()
}

// planPart makes a program for one node of the checked tree, given by its id; evaluate
// runs it.
func (e *Expr) planPart(id int64, options ...cel.ProgramOption) (cel.Program, error) {
	f := e.running()
	if _, err := f.plan(e.scope.base); err != nil {
		return nil, err
	}
	node := findNode(f.bound.Expr(), id)
	if node == nil {
		return nil, errors.New("the expression has no such part")
	}
	return planSafely(e.scope.base.env, partOf(f.bound, node), options)
}

// partOf returns a part of a checked tree as a tree of its own.
func partOf(tree *ast.AST, node ast.Expr) *ast.AST {
	return ast.NewCheckedAST(ast.NewAST(node, tree.SourceInfo()), tree.TypeMap(), tree.ReferenceMap())
}

// evaluate runs a program of the expression, with the expression's own literals for the blanks.
func (e *Expr) evaluate(p cel.Program, f *Frame) (ref.Val, error) {
	outer := f.values
	f.values = e.values
	defer func() { f.values = outer }()
	if e.meters {
		return f.metered(e.scope.cost, e.loops, func() (ref.Val, error) { return evaluated(p, f) })
	}
	return evaluated(p, f)
}

func evaluated(p cel.Program, f *Frame) (ref.Val, error) {
	out, _, err := p.Eval(f)
	return out, err
}

// planSafely turns a panic of the planner into an error.
func planSafely(env *cel.Env, tree *ast.AST, options []cel.ProgramOption) (p cel.Program, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = errors.New("the expression cannot be planned")
		}
	}()
	return env.PlanProgram(tree, options...)
}

// runsPerCheck is how many expressions are evaluated between two questions to the context.
const runsPerCheck = 64

// run evaluates the expression. Money in the result is exact.
func (e *Expr) run(f *Frame) (ref.Val, error) {
	if e.broken {
		return nil, e.failed(f, errBroken)
	}
	if e.product != nil {
		if v := e.product.value(e, f); v != nil {
			return v, nil
		}
	}
	program, err := e.running().plan(e.scope.base)
	if err != nil {
		return nil, e.failed(f, err)
	}
	if f.runs++; f.runs%runsPerCheck == 0 && f.interrupted() {
		return nil, &InterruptedError{f.in.Stopped}
	}
	out, err := e.evaluate(program, f)
	if f.in.Stopped != nil { // && and || may have absorbed the error
		return nil, &InterruptedError{f.in.Stopped}
	}
	if err != nil {
		return nil, e.failed(f, err)
	}
	return out, nil
}

// Bool evaluates a condition.
func (e *Expr) Bool(f *Frame) (bool, error) {
	out, err := e.run(f)
	if err != nil {
		return false, err
	}
	b, ok := out.(types.Bool)
	if !ok {
		return false, e.failed(f, errors.New("this is no condition"))
	}
	return bool(b), nil
}

// Calendar returns the calendar that the expression names, which [Scope.CompileCalendar] has compiled.
func (e *Expr) Calendar(f *Frame) (*worktime.Calendar, error) {
	out, err := e.run(f)
	if err != nil {
		return nil, err
	}
	c, ok := out.Value().(*worktime.Calendar)
	if !ok {
		return nil, e.failed(f, errors.New("this is no calendar"))
	}
	return c, nil
}

// Eval evaluates the expression. Money in the result is rounded, once, as the scope of the frame says. The error is
// an *[EvalError] or an *[InterruptedError].
func (e *Expr) Eval(f *Frame) (Val, error) {
	out, err := e.run(f)
	if err != nil {
		return Val{}, err
	}
	out, err = leave(out, e.widen, f.scope.options.Rounding)
	if err != nil {
		return Val{}, e.failed(f, err)
	}
	return Val{out}, nil
}

// leave turns the exact value of an expression into its result: money is rounded, a ratio becomes the
// nearest double. With widen, ints become doubles.
func leave(v ref.Val, widen bool, by value.Rounding) (ref.Val, error) {
	switch n := v.(type) {
	case *cellib.Amount:
		return n.Rounded(by)
	case *cellib.Ratio:
		if d := cellib.Nearest(n); !types.IsError(d) {
			return d, nil
		}
		return nil, cellib.ErrOverflow
	case types.Int:
		if widen {
			return types.Double(n), nil
		}
	case traits.Lister:
		return leaveList(n, widen, by)
	}
	return v, nil
}

func leaveList(list traits.Lister, widen bool, by value.Rounding) (ref.Val, error) {
	members := make([]ref.Val, cellib.SizeOf(list))
	for i := range members {
		v, err := leave(list.Get(types.Int(i)), widen, by)
		if err != nil {
			return nil, err
		}
		members[i] = v
	}
	return types.NewRefValList(types.DefaultTypeAdapter, members), nil
}

// sortedCopy returns the names once each, sorted.
func sortedCopy(names []string) []string {
	if len(names) == 0 {
		return nil
	}
	sorted := slices.Clone(names)
	slices.Sort(sorted)
	return slices.Compact(sorted)
}
