package celenv

import (
	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/operators"
)

// Comparison is a comparison of a field with one text: == or !=, or == for a member of a list.
type Comparison struct {
	Text     string
	Differs  bool // !=
	From, To int  // the part of the source that is the whole comparison
}

// Compared returns the comparisons of a field with literal texts that stand in the expression itself.
func (e *Expr) Compared(field string) []Comparison {
	if !e.readsField(field) {
		return nil
	}
	tree, refs := e.checked()
	var out []Comparison
	reads := func(n ast.Expr) bool {
		r := refs[n.ID()]
		return r != nil && r.kind == refField && r.field.Name == field
	}
	add := func(n, literal ast.Expr, differs bool) {
		v, ok := e.literal(literal)
		if !ok {
			return
		}
		if text, ok := v.Value().(string); ok {
			at := e.place().of(n)
			out = append(out, Comparison{text, differs, at.From, at.To})
		}
	}
	var walk func(ast.Expr)
	walk = func(n ast.Expr) {
		for _, child := range children(n) {
			walk(child)
		}
		if n.Kind() != ast.CallKind || len(n.AsCall().Args()) != 2 {
			return
		}
		a, b := n.AsCall().Args()[0], n.AsCall().Args()[1]
		switch op := n.AsCall().FunctionName(); {
		case (op == operators.Equals || op == operators.NotEquals) && reads(a):
			add(n, b, op == operators.NotEquals)
		case (op == operators.Equals || op == operators.NotEquals) && reads(b):
			add(n, a, op == operators.NotEquals)
		case op == operators.In && reads(a) && b.Kind() == ast.ListKind:
			for _, member := range b.AsList().Elements() {
				add(n, member, false)
			}
		}
	}
	walk(tree.Expr())
	return out
}

func (e *Expr) readsField(name string) bool {
	found := false
	e.Fields(func(read string) { found = found || read == name })
	return found
}

// Fields yields the name of each field that the expression itself reads, also to look up a column.
func (e *Expr) Fields(yield func(name string)) {
	for _, r := range e.reads {
		if r.field != nil {
			yield(r.field.Name)
		}
	}
}
