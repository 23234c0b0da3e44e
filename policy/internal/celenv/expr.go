package celenv

import (
	"errors"
	"slices"
	"sync"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"
)

// Expr is a checked expression. It is immutable but for Tag, and safe for concurrent
// use.
type Expr struct {
	// Tag is the caller's own; it has no meaning here.
	Tag any

	scope  *Scope
	source string
	tree   *ast.AST             // checked; with refs, what an index takes conditions apart by
	refs   map[int64]*reference // by the ids of the nodes that they stand at
	known  map[int64]span       // see places

	typ    Type
	cel    *types.Type
	domain []string // all values of a closed string, where the expression reads no other
	widen  bool     // an int result stands for a double
	guards []string // the paths that may have no value and that it names, also through terms and tables, sorted
	broken bool     // it uses what is reported elsewhere as broken
	loops  bool

	terms, tables, calendars []string

	planned sync.Once
	program cel.Program
	planErr error
}

// errBroken answers for what is reported at load, should it be evaluated anyway.
var errBroken = errors.New("this is not defined without errors")

// Type returns the type of the expression's value.
func (e *Expr) Type() Type { return e.typ }

// Source returns the text that was compiled.
func (e *Expr) Source() string { return e.source }

// Terms, Tables and Calendars return the names that the expression itself uses, sorted.
func (e *Expr) Terms() []string { return e.terms }

// Tables returns the names of the tables that the expression itself reads or tests.
func (e *Expr) Tables() []string { return e.tables }

// Calendars returns the ids of the calendars that the expression itself uses.
func (e *Expr) Calendars() []string { return e.calendars }

// checked gives the checked syntax tree, and the references by the ids of their nodes. Only
// conditions.go takes an expression apart with it, while a set is compiled.
func (e *Expr) checked() (*ast.AST, map[int64]*reference) { return e.tree, e.refs }

// literal returns the value of a node that is a literal.
func (e *Expr) literal(n ast.Expr) (ref.Val, bool) {
	if n.Kind() != ast.LiteralKind {
		return nil, false
	}
	return n.AsLiteral(), true
}

// reference returns what stands at a node, nil for a node that is no reference.
func (e *Expr) reference(n ast.Expr) *reference {
	if n.Kind() != ast.SelectKind {
		return nil
	}
	_, refs := e.checked()
	return refs[n.ID()]
}

// place finds places in the source text.
func (e *Expr) place() *places {
	return &places{src: newSource(e.source), info: e.tree.SourceInfo(), known: e.known}
}

// plan makes the program at the first evaluation: most expressions of a large set are
// never evaluated, since an index decides them.
func (e *Expr) plan() (cel.Program, error) {
	e.planned.Do(func() {
		options := []cel.ProgramOption{cel.EvalOptions(cel.OptOptimize)}
		if e.loops {
			options = append(options, cel.CostLimit(e.scope.cost))
		}
		e.program, e.planErr = planSafely(e.scope.base.env, e.tree, options)
	})
	return e.program, e.planErr
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

// run evaluates the expression; money in the result is exact.
func (e *Expr) run(f *Frame) (ref.Val, error) {
	if e.broken {
		return nil, e.failed(f, errBroken)
	}
	program, err := e.plan()
	if err != nil {
		return nil, e.failed(f, err)
	}
	out, _, err := program.Eval(f)
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

// Eval evaluates the expression. Money leaves it here and is rounded, once, half to
// even. The error is an *EvalError.
func (e *Expr) Eval(f *Frame) (Val, error) {
	out, err := e.run(f)
	if err != nil {
		return Val{}, err
	}
	out, err = leave(out, e.widen)
	if err != nil {
		return Val{}, e.failed(f, err)
	}
	return Val{out}, nil
}

// leave turns a value inside an expression into one outside; widen makes doubles of
// ints.
func leave(v ref.Val, widen bool) (ref.Val, error) {
	switch n := v.(type) {
	case *moneyVal:
		if n.exact == nil {
			return n, nil
		}
		rounded, err := n.round()
		return &moneyVal{currency: n.currency, units: rounded.Units()}, err
	case types.Int:
		if widen {
			return types.Double(n), nil
		}
	case traits.Lister:
		return leaveList(n, widen)
	}
	return v, nil
}

func leaveList(list traits.Lister, widen bool) (ref.Val, error) {
	members := make([]ref.Val, sizeOf(list))
	for i := range members {
		v, err := leave(list.Get(types.Int(i)), widen)
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
