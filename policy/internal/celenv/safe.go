package celenv

import (
	"math/big"
	"time"

	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/operators"

	"github.com/servicerecovery/amends/policy/value"
)

// Room is what the value of a slot lies between, as far as fields declare it; nil: nothing is declared.
type Room func(slot int) (low, high any)

// Safe reports whether an expression certainly has a value for every valid input. Only what can be told without
// evaluating is: comparisons, tables, and sums that cannot grow beyond what there is.
func (c *Conditions) Safe(e *Expr, room Room) bool {
	w := safety{t: taker{c: c, e: e}, room: room, left: new(int)}
	*w.left = mostScaled
	return w.expr(e)
}

// NeverNegative reports whether an expression certainly has a value, none below zero, and none so large that a
// thousand of them come to more than there is.
func (c *Conditions) NeverNegative(e *Expr, room Room) bool {
	if e == nil || e.broken || e.loops {
		return false
	}
	w := safety{t: taker{c: c, e: e}, room: room, left: new(int)}
	*w.left = mostScaled
	tree, _ := e.checked()
	r, ok := w.worth(tree.Expr())
	return ok && r.low.Sign() >= 0 && new(big.Rat).Mul(r.high, big.NewRat(1000, 1)).Cmp(far) <= 0
}

// mostScaled bounds the products and quotients of one expression: fractions grow with them.
const mostScaled = 3

type safety struct {
	t    taker
	room Room
	left *int
}

func (w *safety) of(e *Expr) safety {
	return safety{t: taker{c: w.t.c, e: e}, room: w.room, left: w.left}
}

func (w *safety) expr(e *Expr) bool {
	if e == nil || e.broken || e.loops {
		return false
	}
	tree, _ := e.checked()
	inner := w.of(e)
	return inner.safe(tree.Expr())
}

func (w *safety) all(nodes []ast.Expr) bool {
	for _, n := range nodes {
		if !w.safe(n) {
			return false
		}
	}
	return true
}

func (w *safety) safe(n ast.Expr) bool {
	if v, ok := w.t.e.literal(n); ok && v != nil {
		return true
	}
	if r := w.t.e.reference(n); r != nil {
		return w.reference(r)
	}
	switch n.Kind() {
	case ast.ListKind:
		return w.all(n.AsList().Elements())
	case ast.CallKind:
		return w.call(n)
	}
	return false
}

func (w *safety) call(n ast.Expr) bool {
	call := n.AsCall()
	args := call.Args()
	switch call.FunctionName() {
	case operators.LogicalAnd, operators.LogicalOr, operators.LogicalNot, operators.Conditional:
		return w.all(args)
	case operators.Equals, operators.NotEquals, operators.Less, operators.LessEquals, operators.Greater, operators.GreaterEquals:
		return len(args) == 2 && w.comparable(args[0], args[1])
	case "size", "startsWith", "endsWith", "contains":
		return (!call.IsMemberFunction() || w.safe(call.Target())) && w.all(args)
	case "orValue":
		r := w.t.e.reference(call.Target())
		return call.IsMemberFunction() && r != nil && r.mode == modeOptional && r.kind == refField && w.all(args)
	}
	_, ok := w.worth(n)
	return ok
}

// comparable reports whether two nodes have values that can be compared whatever they are.
func (w *safety) comparable(a, b ast.Expr) bool {
	x, okX := w.typeOf(a)
	y, okY := w.typeOf(b)
	return okX && okY && x == y && (x.Kind != value.KindMoney || x.Currency != "") && w.safe(a) && w.safe(b)
}

// typeOf is the type of a reference, a literal, or a sum.
func (w *safety) typeOf(n ast.Expr) (value.Type, bool) {
	if v, ok := w.t.e.literal(n); ok && v != nil {
		_, typ, ok := constantOf(v)
		return typ, ok
	}
	if r := w.t.e.reference(n); r != nil {
		switch r.kind {
		case refField:
			return r.field.Type, r.mode == modeRead
		case refFact:
			return r.fact.Type, true
		case refNow:
			return value.Type{Kind: value.KindTimestamp}, true
		case refTerm:
			return r.term.typ, !r.term.broken
		case refTable:
			if r.mode == modeRead && r.column >= 0 {
				return r.table.columns[r.column].Type, true
			}
		}
		return value.Type{}, false
	}
	if n.Kind() != ast.CallKind {
		return value.Type{}, false
	}
	switch call := n.AsCall(); call.FunctionName() {
	case operators.Multiply:
		for _, a := range call.Args() {
			if t, ok := w.typeOf(a); ok && t.Kind == value.KindMoney {
				return t, true
			}
		}
	case "size":
		return value.Type{Kind: value.KindInt}, true
	case operators.Add, operators.Subtract, "max", "min", "round_up", "round_down":
		if len(call.Args()) > 0 {
			return w.typeOf(call.Args()[0])
		}
	}
	return value.Type{}, false
}

func (w *safety) reference(r *reference) bool {
	switch r.kind {
	case refConstant, refNow, refFact, refMessage:
		return true
	case refField:
		return r.member == nil
	case refTerm:
		return w.expr(r.term)
	case refTable:
		return w.table(r)
	}
	return false
}

// table reports whether a row is looked up without fail. That there is one where it is read, guards hold.
func (w *safety) table(r *reference) bool {
	if r.table.unique || r.pick != nil || r.field != nil {
		return false
	}
	for _, k := range r.table.keys {
		if !w.expr(k.By) {
			return false
		}
	}
	return true
}

// span is what a number lies between: in the smallest units of money, in nanoseconds, in shares of one.
type span struct{ low, high *big.Rat }

func (s span) hull(o span) span {
	if o.low.Cmp(s.low) < 0 {
		s.low = o.low
	}
	if o.high.Cmp(s.high) > 0 {
		s.high = o.high
	}
	return s
}

// far is beyond which a number is taken to be too large.
var far = new(big.Rat).SetInt64(1 << 62)

func (s span) fits() bool {
	return s.high.Cmp(far) <= 0 && new(big.Rat).Neg(s.low).Cmp(far) <= 0
}

// worth is what the value of a node lies between; ok is false where it may have none, or is no number.
func (w *safety) worth(n ast.Expr) (span, bool) {
	if v, ok := w.t.e.literal(n); ok && v != nil {
		x, _, ok := constantOf(v)
		if !ok {
			return span{}, false
		}
		r := ratOf(x)
		return span{r, r}, r != nil
	}
	if r := w.t.e.reference(n); r != nil {
		return w.worthOf(r)
	}
	if n.Kind() != ast.CallKind {
		return span{}, false
	}
	args := n.AsCall().Args()
	name := n.AsCall().FunctionName()
	if name == "size" {
		return span{new(big.Rat), new(big.Rat).SetInt64(1 << 40)}, w.call(n)
	}
	if n.AsCall().IsMemberFunction() {
		return span{}, false
	}
	if name == operators.Conditional {
		first, ok := w.worth(args[1])
		second, ok2 := w.worth(args[2])
		return first.orHull(second, ok && ok2), ok && ok2 && w.safe(args[0])
	}
	var spans []span
	for _, a := range args {
		s, ok := w.worth(a)
		if !ok {
			return span{}, false
		}
		spans = append(spans, s)
	}
	return w.arithmetic(name, args, spans)
}

func (s span) orHull(o span, ok bool) span {
	if !ok {
		return span{}
	}
	return s.hull(o)
}

func (w *safety) arithmetic(name string, args []ast.Expr, s []span) (out span, ok bool) {
	switch name {
	case operators.Add, operators.Subtract, "max", "min":
		if len(s) != 2 || !w.comparable(args[0], args[1]) {
			return span{}, false
		}
		switch name {
		case operators.Add:
			out = span{new(big.Rat).Add(s[0].low, s[1].low), new(big.Rat).Add(s[0].high, s[1].high)}
		case operators.Subtract:
			out = span{new(big.Rat).Sub(s[0].low, s[1].high), new(big.Rat).Sub(s[0].high, s[1].low)}
		default:
			out = s[0].hull(s[1])
		}
		return out, out.fits()
	case operators.Multiply:
		if *w.left--; len(s) != 2 || *w.left < 0 {
			return span{}, false
		}
		first := new(big.Rat).Mul(s[0].low, s[1].low)
		out = span{first, first}
		for _, x := range []*big.Rat{s[0].low, s[0].high} {
			for _, y := range []*big.Rat{s[1].low, s[1].high} {
				p := new(big.Rat).Mul(x, y)
				out = out.hull(span{p, p})
			}
		}
		return out, out.fits()
	}
	return span{}, false
}

func (w *safety) worthOf(r *reference) (span, bool) {
	high := new(big.Rat).Add(far, far)
	low := new(big.Rat).Neg(high)
	switch {
	case r.mode != modeRead:
		return span{}, false
	case r.kind == refTerm:
		if r.term == nil || r.term.broken || r.term.loops {
			return span{}, false
		}
		tree, _ := r.term.checked()
		inner := w.of(r.term)
		return inner.worth(tree.Expr())
	case r.kind == refFact:
		return span{new(big.Rat), high}, r.fact.Type.Kind == value.KindInt || r.fact.Type.Currency != ""
	case r.kind == refField && r.member == nil:
		switch t := r.field.Type; t.Kind {
		case value.KindInt, value.KindDuration, value.KindPercent:
		case value.KindMoney:
			if t.Currency == "" {
				return span{}, false
			}
		default:
			return span{}, false
		}
		least, most := w.room(r.field.Slot)
		if x := ratOf(least); x != nil {
			low = x
		}
		if x := ratOf(most); x != nil {
			high = x
		}
		return span{low, high}, true
	case r.kind == refTable && r.column >= 0 && w.table(r):
		return w.column(r)
	}
	return span{}, false
}

// column is what the cells of a column lie between.
func (w *safety) column(r *reference) (out span, ok bool) {
	for i, row := range r.table.rows {
		v, _, known := constantOf(row.cells[r.column])
		x := ratOf(v)
		if !known || x == nil {
			return span{}, false
		}
		if i == 0 {
			out = span{x, x}
		}
		out = out.hull(span{x, x})
	}
	return out, len(r.table.rows) > 0
}

// ratOf is the number of a value; nil: it is none.
func ratOf(v any) *big.Rat {
	switch x := v.(type) {
	case int64:
		return new(big.Rat).SetInt64(x)
	case time.Duration:
		return new(big.Rat).SetInt64(int64(x))
	case value.Money:
		return new(big.Rat).SetInt64(x.Units())
	case value.Percent:
		return x.Rat()
	}
	return nil
}
