package celenv

import (
	"slices"

	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/common/types/ref"

	"github.com/servicerecovery/amends/policy/internal/atom"
	"github.com/servicerecovery/amends/policy/internal/cellib"
	"github.com/servicerecovery/amends/policy/value"
)

// Reading says what the value of an expression follows from. Two inputs give the same value, or the
// same error, if each condition has the same truth in both, the slots have the same values, and
// neither Now nor Item is set.
type Reading struct {
	Conds  []*atom.Cond
	Values []int // slots whose values are read, sorted
	Now    bool  // it reads the time of the decision
	Item   bool  // it reads the item at hand
	// At is the place in the source at which it first reads a value, the time or an item; -1: it reads
	// none.
	At int
}

// Plain reports whether the value follows from conditions alone.
func (r *Reading) Plain() bool { return len(r.Values) == 0 && !r.Now && !r.Item }

// Reading says what the value of an expression follows from, through terms and tables.
func (c *Conditions) Reading(e *Expr) *Reading {
	if r := c.readings[e]; r != nil {
		return r
	}
	r := &Reading{At: -1}
	if c.readings == nil {
		c.readings = map[*Expr]*Reading{}
	}
	c.readings[e] = r
	tree, _ := e.checked()
	w := reader{t: taker{c: c, e: e}, into: r, moved: e.form.move(e.source), known: map[*atom.Cond]bool{}}
	w.walk(tree.Expr())
	slices.Sort(r.Values)
	r.Values = slices.Compact(r.Values)
	return r
}

// reader gathers what an expression reads.
type reader struct {
	t     taker
	into  *Reading
	moved mover
	known map[*atom.Cond]bool // those of into: a term that is read often is read once
}

func (w *reader) add(conds ...*atom.Cond) {
	for _, c := range conds {
		if !w.known[c] {
			w.known[c] = true
			w.into.Conds = append(w.into.Conds, c)
		}
	}
}

func (w *reader) walk(n ast.Expr) {
	if v, ok := w.t.e.literal(n); ok && v != nil {
		return
	}
	if r := w.t.e.reference(n); r != nil {
		w.reference(n, r)
		return
	}
	if !connects(n) {
		if c := w.t.native(n); c != nil {
			w.add(c)
			return
		}
		if w.compared(n) {
			return
		}
	}
	for _, child := range children(n) {
		w.walk(child)
	}
}

// compared takes over what a comparison of a field with the column of a table follows from: how the field
// compares with each cell of the column, and which row it is. It reports false for anything else.
func (w *reader) compared(n ast.Expr) bool {
	if n.Kind() != ast.CallKind || len(n.AsCall().Args()) != 2 {
		return false
	}
	operator, _ := operators.FindReverse(n.AsCall().FunctionName())
	if _, compares := comparisons[operator]; !compares {
		return false
	}
	args := n.AsCall().Args()
	for i := range args {
		o, ok := w.t.subject(args[i])
		r := w.t.columnOf(args[1-i])
		if !ok || r == nil {
			continue
		}
		conds := []*atom.Cond{{Op: atom.Has, Slot: o.slot, Absent: atom.No}}
		for _, row := range r.table.rows {
			v, ok := pointOf(row.cells[r.column], o.typ)
			if !ok {
				return false
			}
			for _, op := range []atom.Op{atom.Less, atom.LessEqual} {
				conds = append(conds, o.complete(&atom.Cond{Op: op, Const: v}))
			}
		}
		w.add(conds...)
		w.walk(args[1-i])
		return true
	}
	return false
}

// columnOf is the column of a table that a node reads, itself or through a term; nil for any other node.
func (t *taker) columnOf(n ast.Expr) *reference {
	r := t.e.reference(n)
	switch {
	case r == nil || r.mode != modeRead:
		return nil
	case r.kind == refTable && r.field == nil && r.pick == nil && r.column >= 0:
		return r
	case r.kind == refTerm && !r.term.broken && !r.term.loops:
		tree, _ := r.term.checked()
		inner := taker{c: t.c, e: r.term}
		return inner.columnOf(tree.Expr())
	}
	return nil
}

// connects reports whether a node is a connective, whose parts are read one by one.
func connects(n ast.Expr) bool {
	if n.Kind() != ast.CallKind {
		return false
	}
	switch n.AsCall().FunctionName() {
	case operators.LogicalAnd, operators.LogicalOr, operators.LogicalNot, operators.Conditional:
		return true
	}
	return false
}

func (w *reader) reference(n ast.Expr, r *reference) {
	switch r.kind {
	case refTerm:
		w.inner(r, r.term)
		return
	case refTable:
		w.table(r)
		return
	case refNow:
		w.into.Now = true
	case refItem:
		w.into.Item = true
	case refField, refFact:
		if c := w.t.reference(n, r); c != nil { // has(x), or a bool
			w.add(c)
			return
		}
		slot, _, _ := w.t.c.slot(r)
		w.into.Values = append(w.into.Values, slot)
	case refMessage, refBroken:
		w.into.Item = true // nothing is known of it
	case refConstant:
		return
	}
	w.reads(r)
}

// reads remembers where something is read first.
func (w *reader) reads(r *reference) {
	at := w.moved.offset(r.at.From)
	if w.into.At < 0 || at < w.into.At {
		w.into.At = at
	}
}

// inner takes over what an expression reads that stands behind a reference.
func (w *reader) inner(r *reference, e *Expr) {
	if e == nil || e.broken {
		w.into.Item = true
		w.reads(r)
		return
	}
	in := w.t.c.Reading(e)
	w.add(in.Conds...)
	for _, slot := range in.Values {
		if !slices.Contains(w.into.Values, slot) {
			w.into.Values = append(w.into.Values, slot)
		}
	}
	w.into.Now, w.into.Item = w.into.Now || in.Now, w.into.Item || in.Item
	if !in.Plain() {
		w.reads(r)
	}
}

// table takes over what the row of a table follows from. Of a key that is a field or a fact, only the
// place among the values that rows name matters.
func (w *reader) table(r *reference) {
	for i, k := range r.table.keys {
		conds, ok := w.segments(k.By, r.table.raster.axes[i])
		if !ok {
			w.inner(r, k.By)
			continue
		}
		w.add(conds...)
	}
	if r.pick != nil {
		w.inner(r, r.pick)
	}
	if r.field != nil {
		for _, c := range r.table.columns {
			w.add(&atom.Cond{Op: atom.Equal, Slot: r.field.Slot, Const: c.Name})
		}
	}
}

// segments are the conditions that tell the segments of a key apart.
func (w *reader) segments(by *Expr, a axis) ([]*atom.Cond, bool) {
	if by == nil || by.broken || by.loops {
		return nil, false
	}
	tree, _ := by.checked()
	inner := taker{c: w.t.c, e: by}
	o, ok := inner.subject(tree.Expr())
	if !ok {
		return nil, false
	}
	conds := []*atom.Cond{o.complete(&atom.Cond{Op: atom.Has})}
	if o.fallback != nil {
		conds[0].Absent = atom.Decide(&atom.Cond{Op: atom.Has}, o.typ, o.fallback)
	} else {
		conds[0].Absent = atom.No
	}
	for _, p := range a.points {
		v, ok := pointOf(p, o.typ)
		if !ok {
			return nil, false
		}
		ops := []atom.Op{atom.Less, atom.LessEqual}
		if a.exact != nil {
			ops = []atom.Op{atom.Equal}
		}
		for _, op := range ops {
			conds = append(conds, o.complete(&atom.Cond{Op: op, Const: v}))
		}
	}
	return conds, true
}

// pointOf is the value of a point as conditions on a slot of a type compare with it.
func pointOf(p ref.Val, t value.Type) (any, bool) {
	if m, isMoney := p.(*cellib.Amount); isMoney && !m.Whole() {
		return nil, false
	}
	v, typ, ok := constantOf(p)
	return v, ok && typ == t
}

// Fits is a condition that holds where a row of a table fits, as far as its keys are fields or facts. It may hold
// elsewhere, because of other keys.
func (c *Conditions) Fits(t *Table, row int) *atom.Cond {
	all := &atom.Cond{Op: atom.And}
	for i, k := range t.keys {
		if k.By == nil || k.By.broken || k.By.loops {
			continue
		}
		tree, _ := k.By.checked()
		inner := taker{c: c, e: k.By}
		o, ok := inner.subject(tree.Expr())
		if !ok {
			continue
		}
		cell := t.Cell(row, i)
		all.Kids = append(all.Kids, o.cell(cell)...)
	}
	return all
}

// cell are the conditions that a value fits what a row says of a key.
func (o subject) cell(cell Cell) (out []*atom.Cond) {
	compare := func(op atom.Op, v any) *atom.Cond {
		if v == nil {
			return nil
		}
		point, ok := pointOf(cellib.Box(v), o.typ)
		if !ok {
			return nil
		}
		return o.complete(&atom.Cond{Op: op, Const: point})
	}
	if len(cell.Is) > 0 {
		any := &atom.Cond{Op: atom.Or}
		for _, v := range cell.Is {
			c := compare(atom.Equal, v)
			if c == nil {
				return nil
			}
			any.Kids = append(any.Kids, c)
		}
		return []*atom.Cond{any}
	}
	for _, end := range []struct {
		op atom.Op
		v  any
	}{{atom.GreaterEqual, cell.From}, {atom.Greater, cell.Above}, {atom.LessEqual, cell.Upto}, {atom.Less, cell.Below}} {
		if c := compare(end.op, end.v); c != nil {
			out = append(out, c)
		}
	}
	return out
}
