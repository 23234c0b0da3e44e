package celenv

import (
	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/common/types/ref"

	"github.com/servicerecovery/amends/policy/internal/cellib"
	"github.com/servicerecovery/amends/policy/value"
)

// product is a field of type money, by itself or times a constant. Most amounts are one. It is
// evaluated without a program, by the functions that the program would call. In unusual cases the
// program runs.
type product struct {
	slot   int
	node   int64   // the factor, which may be a blank; 0: there is none
	factor ref.Val // its id in the tree
}

// productOf returns the product that an expression is, nil for any other expression.
func (f *form) productOf(e ast.Expr) *product {
	if f.typ.Kind != value.KindMoney {
		return nil
	}
	if slot, ok := f.moneyField(e); ok {
		return &product{slot: slot}
	}
	if e.Kind() != ast.CallKind || e.AsCall().FunctionName() != operators.Multiply {
		return nil
	}
	args := e.AsCall().Args()
	for i := range 2 {
		slot, ok := f.moneyField(args[i])
		if other := args[1-i]; ok && other.Kind() == ast.LiteralKind {
			return &product{slot: slot, node: other.ID(), factor: other.AsLiteral()}
		}
	}
	return nil
}

func (f *form) moneyField(e ast.Expr) (slot int, ok bool) {
	r := f.refs[e.ID()]
	if e.Kind() != ast.SelectKind || r == nil || r.kind != refField || r.mode != modeRead || r.field.Type.Kind != value.KindMoney {
		return 0, false
	}
	return r.field.Slot, true
}

// value returns the amount, nil where the program has to run.
func (p *product) value(e *Expr, f *Frame) ref.Val {
	m, ok := f.in.field(p.slot).(*cellib.Amount)
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
