package celenv

import (
	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/common/overloads"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"

	"github.com/servicerecovery/amends/policy/internal/atom"
	"github.com/servicerecovery/amends/policy/internal/cellib"
	"github.com/servicerecovery/amends/policy/internal/celtext"
	"github.com/servicerecovery/amends/policy/value"
)

// Conditions takes checked expressions apart into conditions that package atom can answer. A part
// that atom cannot answer becomes [atom.Ask]: the whole expression is then evaluated. A Conditions
// keeps no syntax tree. It is not safe for concurrent use.
//
// A result of Yes or No is exact: an evaluation of the expression gives true or false then, and no
// error. Two things make this hard, because they end an evaluation for good and no && or || absorbs
// them: a loop that exceeds the cost limit, and a panic in a function. The parts behind such a part
// may never be evaluated. So they are not taken into account.
type Conditions struct {
	facts    int // the slot of the first fact, behind those of the fields
	deep     bool
	terms    map[*Expr]*atom.Cond
	readings map[*Expr]*Reading
}

// NewConditions returns a Conditions that gives facts the slots from facts on.
func NewConditions(facts int) *Conditions {
	return &Conditions{facts: facts, terms: map[*Expr]*atom.Cond{}}
}

// maxInlined bounds how many nodes a condition may have once its terms are written out.
const maxInlined = 400

// leastCost is a cost limit that the parts of an expression whose cost does not grow with the input
// can never reach, however many they are.
const leastCost = 200_000

// Of takes an expression of type bool apart.
func (c *Conditions) Of(e *Expr) *atom.Cond {
	tree, _ := e.checked()
	if e.typ.Kind != value.KindBool || e.broken || e.meters && e.scope.cost < leastCost {
		return &atom.Cond{Op: atom.Ask}
	}
	t := taker{c: c, e: e}
	cond := t.cond(tree.Expr())
	if size(cond) > maxInlined {
		return &atom.Cond{Op: atom.Ask}
	}
	return cond
}

// term is Of for a term. It keeps the result, because a term stands in many conditions.
func (c *Conditions) term(e *Expr) *atom.Cond {
	cond := c.terms[e]
	if cond == nil {
		cond = c.Of(e)
		c.terms[e] = cond
	}
	return cond
}

func size(c *atom.Cond) int {
	n := 1
	for _, k := range c.Kids {
		if n += size(k); n > maxInlined {
			break
		}
	}
	return n
}

// taker takes one expression apart, in the order of evaluation.
type taker struct {
	c *Conditions
	e *Expr
	// stopped is set once a part was met that may end the evaluation.
	stopped bool
}

func (t *taker) cond(n ast.Expr) *atom.Cond {
	if t.stopped {
		return &atom.Cond{Op: atom.Ask}
	}
	if c := t.native(n); c != nil {
		return c
	}
	t.stopped = t.e.loops || mayEnd(n)
	return &atom.Cond{Op: atom.Ask}
}

// native returns the condition of a node, nil where package atom cannot answer it.
func (t *taker) native(n ast.Expr) *atom.Cond {
	if v, ok := t.e.literal(n); ok {
		if b, isBool := v.(types.Bool); isBool {
			return &atom.Cond{Op: atom.Known, Value: atom.Of(bool(b))}
		}
		return nil
	}
	if r := t.e.reference(n); r != nil {
		return t.reference(n, r)
	}
	if n.Kind() != ast.CallKind {
		return nil
	}
	call := n.AsCall()
	switch name := call.FunctionName(); name {
	case operators.LogicalAnd:
		return t.connective(atom.And, call.Args())
	case operators.LogicalOr:
		return t.connective(atom.Or, call.Args())
	case operators.LogicalNot:
		return t.connective(atom.Not, call.Args())
	case operators.Conditional:
		return t.connective(atom.If, call.Args())
	case operators.In:
		return t.membership(call.Args())
	case overloads.StartsWith, overloads.EndsWith, overloads.Contains:
		return t.textual(call)
	case "hasValue":
		return t.hasValue(call)
	case "orValue":
		return t.truthOf(n)
	default:
		operator, _ := operators.FindReverse(name)
		if _, ok := comparisons[operator]; ok {
			if c := t.comparison(operator, call.Args()); c != nil || !t.c.deep {
				return c
			}
			return t.apart(operator, call.Args())
		}
	}
	return nil
}

func (t *taker) connective(op atom.Op, args []ast.Expr) *atom.Cond {
	c := &atom.Cond{Op: op}
	for _, arg := range args {
		c.Kids = append(c.Kids, t.cond(arg))
	}
	return c
}

// reference returns the condition of a has(x), of a bool that is read, and of a term that is a
// condition.
func (t *taker) reference(n ast.Expr, r *reference) *atom.Cond {
	switch {
	case r.kind == refTerm && r.mode == modeRead && r.term.typ.Kind == value.KindBool:
		return t.c.term(r.term)
	case r.mode == modeHas:
		if slot, typ, ok := t.c.slot(r); ok && typ.Kind != value.KindInvalid {
			return &atom.Cond{Op: atom.Has, Slot: slot, Absent: atom.No}
		}
	case r.mode == modeRead:
		return t.truthOf(n)
	}
	return nil
}

// truthOf returns the condition of a bool that stands by itself.
func (t *taker) truthOf(n ast.Expr) *atom.Cond {
	o, ok := t.subject(n)
	if !ok || o.typ.Kind != value.KindBool {
		return nil
	}
	return o.complete(&atom.Cond{Op: atom.Equal, Const: true})
}

// hasValue returns the condition of incident.?x.hasValue().
func (t *taker) hasValue(call ast.CallExpr) *atom.Cond {
	if !call.IsMemberFunction() {
		return nil
	}
	r := t.e.reference(call.Target())
	if r == nil || r.mode != modeOptional {
		return nil
	}
	if slot, typ, ok := t.c.slot(r); ok && typ.Kind != value.KindInvalid {
		return &atom.Cond{Op: atom.Has, Slot: slot, Absent: atom.No}
	}
	return nil
}

// comparisons are the operators that package atom knows, as they are written.
var comparisons = map[string]atom.Op{
	"==": atom.Equal, "!=": atom.Differ,
	"<": atom.Less, "<=": atom.LessEqual, ">": atom.Greater, ">=": atom.GreaterEqual,
}

// comparison returns the condition of a comparison of a value with a constant, on either side.
func (t *taker) comparison(operator string, args []ast.Expr) *atom.Cond {
	value, constant := args[0], args[1]
	if _, isConstant := t.e.literal(value); isConstant {
		value, constant, operator = constant, value, celtext.Mirrored(operator)
	}
	op := comparisons[operator]
	o, ok := t.subject(value)
	if !ok {
		return nil
	}
	v, typ, ok := t.constant(constant)
	if !ok {
		return nil
	}
	same := o.typ == typ
	ordered := op != atom.Equal && op != atom.Differ
	if !same && !(ordered && isNumber(o.typ) && isNumber(typ)) {
		return nil
	}
	return o.complete(&atom.Cond{Op: op, Const: v})
}

func isNumber(t value.Type) bool { return t.Kind == value.KindInt || t.Kind == value.KindDouble }

// membership returns the condition of x in ["a", "b"] and of "a" in list.
func (t *taker) membership(args []ast.Expr) *atom.Cond {
	if v, typ, ok := t.constant(args[0]); ok {
		// The cost of looking through a list grows with the input.
		o, ok := t.subject(args[1])
		if !ok || t.e.loops || o.typ.Kind != value.KindList || o.fallback != nil || typ != o.typ.Member() {
			return nil
		}
		return o.complete(&atom.Cond{Op: atom.Member, Const: v})
	}
	o, ok := t.subject(args[0])
	if !ok || args[1].Kind() != ast.ListKind {
		return nil
	}
	list := args[1].AsList()
	if list.Size() == 0 || len(list.OptionalIndices()) > 0 {
		return nil
	}
	c := &atom.Cond{Op: atom.In}
	for _, member := range list.Elements() {
		v, typ, ok := t.constant(member)
		if !ok || typ != o.typ {
			return nil
		}
		c.Consts = append(c.Consts, v)
	}
	return o.complete(c)
}

func (t *taker) textual(call ast.CallExpr) *atom.Cond {
	op := map[string]atom.Op{overloads.StartsWith: atom.Prefix, overloads.EndsWith: atom.Suffix, overloads.Contains: atom.Contains}[call.FunctionName()]
	if !call.IsMemberFunction() || len(call.Args()) != 1 || op == atom.Contains && t.e.loops {
		return nil
	}
	o, ok := t.subject(call.Target())
	v, typ, isConstant := t.constant(call.Args()[0])
	if !ok || !isConstant || o.typ.Kind != value.KindString || typ.Kind != value.KindString {
		return nil
	}
	return o.complete(&atom.Cond{Op: op, Const: v})
}

// subject is the value that a condition asks about.
type subject struct {
	slot     int
	typ      value.Type
	fallback any // the argument of orValue; nil: without a value the condition is an error
}

// complete places a condition on the slot of the subject.
func (o subject) complete(c *atom.Cond) *atom.Cond {
	c.Slot = o.slot
	if o.fallback != nil {
		c.Absent = atom.Decide(c, o.typ, o.fallback)
	}
	return c
}

// subject recognises a field, a fact, an optional field with a constant in orValue, and a term that
// stands for one of these.
func (t *taker) subject(n ast.Expr) (subject, bool) {
	if r := t.e.reference(n); r != nil {
		if r.mode != modeRead {
			return subject{}, false
		}
		if r.kind == refTerm {
			if r.term.broken || r.term.loops {
				return subject{}, false
			}
			tree, _ := r.term.checked()
			inner := taker{c: t.c, e: r.term}
			return inner.subject(tree.Expr())
		}
		slot, typ, ok := t.c.slot(r)
		return subject{slot: slot, typ: typ}, ok
	}
	if n.Kind() != ast.CallKind {
		return subject{}, false
	}
	call := n.AsCall()
	if call.FunctionName() != "orValue" || !call.IsMemberFunction() || len(call.Args()) != 1 {
		return subject{}, false
	}
	r := t.e.reference(call.Target())
	v, typ, ok := t.constant(call.Args()[0])
	if r == nil || r.mode != modeOptional || !ok {
		return subject{}, false
	}
	slot, own, ok := t.c.slot(r)
	return subject{slot: slot, typ: own, fallback: v}, ok && own == typ
}

// slot returns the slot of a field or a fact.
func (c *Conditions) slot(r *reference) (int, value.Type, bool) {
	switch r.kind {
	case refField:
		return r.field.Slot, r.field.Type, true
	case refFact:
		return c.facts + r.fact.Slot, r.fact.Type, true
	}
	return 0, value.Type{}, false
}

// constant returns the value of a literal in the tree. Folding has made some of them.
func (t *taker) constant(n ast.Expr) (any, value.Type, bool) {
	literal, ok := t.e.literal(n)
	if !ok {
		return nil, value.Type{}, false
	}
	if m, isMoney := literal.(*cellib.Amount); isMoney && !m.Whole() {
		return nil, value.Type{}, false // a fraction of the smallest unit
	}
	return constantOf(literal)
}

// constantOf returns the value of a literal as conditions compare with it; ok is false for a list.
func constantOf(literal ref.Val) (any, value.Type, bool) {
	v := cellib.Native(literal)
	t := value.TypeOf(v)
	switch t.Kind {
	case value.KindInvalid, value.KindList:
		return nil, value.Type{}, false
	case value.KindMoney:
		return v, t, t.Currency != ""
	}
	return v, t, true
}
