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
