package celenv

import (
	"cmp"
	"slices"
	"time"

	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/common/types/ref"

	"github.com/servicerecovery/amends/policy/internal/atom"
	"github.com/servicerecovery/amends/policy/internal/cellib"
	"github.com/servicerecovery/amends/policy/internal/celtext"
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
// elsewhere, because of other keys: exact says that it does not.
func (c *Conditions) Fits(t *Table, row int) (all *atom.Cond, exact bool) {
	all, exact = &atom.Cond{Op: atom.And, Kids: []*atom.Cond{{Op: atom.Known, Value: atom.Yes}}}, true
	for i, k := range t.keys {
		if cell := t.Cell(row, i); !cell.IsZero() {
			kids, ok := c.cell(k.By, cell)
			all.Kids, exact = append(all.Kids, kids...), exact && ok
		}
	}
	return all, exact
}

// cell are the conditions that the value of an expression fits what a row says of a key; ok is false where they
// do not say all.
func (c *Conditions) cell(by *Expr, cell Cell) (out []*atom.Cond, ok bool) {
	if by == nil || by.broken || by.loops {
		return nil, false
	}
	tree, _ := by.checked()
	inner := taker{c: c, e: by}
	o, ok := inner.subject(tree.Expr())
	if !ok {
		return nil, false
	}
	return o.cell(cell)
}

// cell are the conditions that a value fits what a row says of a key; ok is false where they do not say all.
func (o subject) cell(cell Cell) (out []*atom.Cond, ok bool) {
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
				return nil, false
			}
			any.Kids = append(any.Kids, c)
		}
		return []*atom.Cond{any}, true
	}
	ok = true
	for _, end := range []struct {
		op atom.Op
		v  any
	}{{atom.GreaterEqual, cell.From}, {atom.Greater, cell.Above}, {atom.LessEqual, cell.Upto}, {atom.Less, cell.Below}} {
		if end.v == nil {
			continue
		}
		if c := compare(end.op, end.v); c != nil {
			out = append(out, c)
		} else {
			ok = false
		}
	}
	return out, ok
}

// Grows reports whether the value of an expression is never less where the value of one slot is more. Two inputs are
// compared that differ in some slots only, and in which each condition of its [Reading] has the same truth.
func (c *Conditions) Grows(e *Expr, slot int, vary map[int]bool) bool {
	tree, _ := e.checked()
	t := taker{c: c, e: e}
	d, ok := t.direction(tree.Expr(), slot, vary)
	return ok && d >= 0
}

// follows reports whether the value of a node may differ between two such inputs.
func (t *taker) follows(n ast.Expr, vary map[int]bool) bool {
	into := &Reading{At: -1}
	w := reader{t: *t, into: into, moved: t.e.form.move(t.e.source), known: map[*atom.Cond]bool{}}
	w.walk(n)
	return into.Item || slices.ContainsFunc(into.Values, func(slot int) bool { return vary[slot] })
}

// direction is +1 where the value of a node never falls as the slot rises, -1 where it never rises, and 0 where it
// stays. ok is false where none of this is known.
func (t *taker) direction(n ast.Expr, slot int, vary map[int]bool) (d int, ok bool) {
	if !t.follows(n, vary) {
		return 0, true
	}
	if r := t.e.reference(n); r != nil {
		switch {
		case r.mode != modeRead:
		case r.kind == refTerm && !r.term.broken && !r.term.loops:
			tree, _ := r.term.checked()
			inner := taker{c: t.c, e: r.term}
			return inner.direction(tree.Expr(), slot, vary)
		case r.kind == refField:
			at, _, known := t.c.slot(r)
			return 1, known && at == slot
		}
		return 0, false
	}
	if n.Kind() != ast.CallKind || n.AsCall().IsMemberFunction() {
		return 0, false
	}
	args := n.AsCall().Args()
	switch n.AsCall().FunctionName() {
	case operators.Add, "max", "min":
		return t.together(args, slot, vary)
	case operators.Subtract:
		first, ok := t.direction(args[0], slot, vary)
		second, good := t.direction(args[1], slot, vary)
		return joint(first, -second, ok && good)
	case operators.Negate:
		d, ok := t.direction(args[0], slot, vary)
		return -d, ok
	case operators.Multiply, operators.Divide:
		return t.scaled(n, args, slot, vary)
	case operators.Conditional:
		if t.follows(args[0], vary) {
			return 0, false
		}
		return t.together(args[1:], slot, vary) // the same branch is taken in both
	case "round_up", "round_down", "int", "double", "math.ceil", "math.floor", "math.round", "math.trunc":
		if len(args) == 1 {
			return t.direction(args[0], slot, vary)
		}
	}
	return 0, false
}

// together is the direction of what rises with each of some nodes.
func (t *taker) together(nodes []ast.Expr, slot int, vary map[int]bool) (d int, ok bool) {
	ok = true
	for _, n := range nodes {
		if n.Kind() == ast.ListKind {
			return 0, false
		}
		next, good := t.direction(n, slot, vary)
		if d, ok = joint(d, next, ok && good); !ok {
			return 0, false
		}
	}
	return d, ok
}

// joint is the direction of a sum of two values.
func joint(a, b int, ok bool) (int, bool) {
	switch {
	case !ok || a*b < 0:
		return 0, false
	case a == 0:
		return b, true
	}
	return a, true
}

// scaled is the direction of a product with a value that stays, or of a value that is divided by one.
func (t *taker) scaled(n ast.Expr, args []ast.Expr, slot int, vary map[int]bool) (int, bool) {
	divides := n.AsCall().FunctionName() == operators.Divide
	for i := range args {
		if divides && i == 0 || t.follows(args[i], vary) {
			continue
		}
		d, ok := t.direction(args[1-i], slot, vary)
		if v, _, constant := t.constant(args[i]); constant {
			sign, known := signOf(v)
			return d * sign, ok && known && (sign != 0 || !divides)
		}
		return d, ok && t.atLeastZero(args[i], divides)
	}
	return 0, false
}

// atLeastZero reports whether the value of a node is never below zero; above, whether it is always above it.
func (t *taker) atLeastZero(n ast.Expr, above bool) bool {
	fine := func(v any) bool {
		sign, ok := signOf(v)
		return ok && (sign > 0 || sign == 0 && !above)
	}
	if v, _, ok := t.constant(n); ok {
		return fine(v)
	}
	if r := t.e.reference(n); r != nil {
		switch {
		case r.mode != modeRead:
		case r.kind == refTerm && !r.term.broken && !r.term.loops:
			tree, _ := r.term.checked()
			inner := taker{c: t.c, e: r.term}
			return inner.atLeastZero(tree.Expr(), above)
		case r.kind == refTable && (r.pick != nil || r.field != nil || r.column >= 0):
			for _, row := range r.table.rows {
				for i, cell := range row.cells {
					if r.pick == nil && r.field == nil && i != r.column {
						continue
					}
					v, _, ok := constantOf(cell)
					if !ok || !fine(v) {
						return false
					}
				}
			}
			return true
		}
		return false
	}
	if n.Kind() == ast.CallKind && n.AsCall().FunctionName() == operators.Conditional {
		args := n.AsCall().Args()
		return t.atLeastZero(args[1], above) && t.atLeastZero(args[2], above)
	}
	return false
}

// signOf is whether a constant is above zero, below it, or zero.
func signOf(v any) (sign int, ok bool) {
	switch x := v.(type) {
	case int64:
		return cmp.Compare(x, 0), true
	case float64:
		return cmp.Compare(x, 0), true
	case time.Duration:
		return cmp.Compare(x, 0), true
	case value.Money:
		return x.Sign(), true
	case value.Percent:
		return x.Rat().Sign(), true
	}
	return 0, false
}

// Deep makes a Conditions also take apart what costs more than it helps where an expression can be evaluated:
// comparisons with a choice between constants, and of two conditions.
func (c *Conditions) Deep() *Conditions {
	c.deep = true
	return c
}

// part is a node and the expression that it belongs to.
type part struct {
	t *taker
	n ast.Expr
}

// opened is what a term stands for, through other terms; any other node is itself.
func (p part) opened() part {
	for {
		r := p.t.e.reference(p.n)
		if r == nil || r.kind != refTerm || r.mode != modeRead || r.term.broken || r.term.loops {
			return p
		}
		tree, _ := r.term.checked()
		p = part{&taker{c: p.t.c, e: r.term}, tree.Expr()}
	}
}

// apart returns the condition of a comparison with a choice between values, or of two conditions, where each
// part is known; nil where one is not.
func (t *taker) apart(operator string, args []ast.Expr) *atom.Cond {
	a, b := part{t, args[0]}, part{t, args[1]}
	c := compared(operator, a, b)
	if c == nil && (operator == "==" || operator == "!=") {
		first, second := a.t.native(a.n), b.t.native(b.n)
		if first == nil || second == nil || first.Asks() || second.Asks() {
			return nil
		}
		not := &atom.Cond{Op: atom.Not, Kids: []*atom.Cond{second}}
		if operator == "!=" {
			second, not = not, second
		}
		return &atom.Cond{Op: atom.If, Kids: []*atom.Cond{first, second, not}}
	}
	return c
}

// compared is the condition of a comparison of two values. Either may be a choice between others.
func compared(operator string, a, b part) *atom.Cond {
	for i, p := range []part{a, b} {
		p = p.opened()
		if p.n.Kind() != ast.CallKind || p.n.AsCall().FunctionName() != operators.Conditional {
			continue
		}
		args := p.n.AsCall().Args()
		when := p.t.native(args[0])
		if when == nil || when.Asks() {
			return nil
		}
		var kids []*atom.Cond
		for _, branch := range args[1:] {
			sides := [2]part{a, b}
			sides[i] = part{p.t, branch}
			c := compared(operator, sides[0], sides[1])
			if c == nil {
				return nil
			}
			kids = append(kids, c)
		}
		return &atom.Cond{Op: atom.If, Kids: append([]*atom.Cond{when}, kids...)}
	}
	a, b = a.opened(), b.opened()
	if _, isConstant := a.t.e.literal(a.n); isConstant {
		a, b, operator = b, a, celtext.Mirrored(operator)
	}
	o, ok := a.t.subject(a.n)
	if !ok {
		return nil
	}
	v, typ, ok := b.t.constant(b.n)
	if op := comparisons[operator]; ok && (o.typ == typ || op != atom.Equal && op != atom.Differ && isNumber(o.typ) && isNumber(typ)) {
		return o.complete(&atom.Cond{Op: op, Const: v})
	}
	return nil
}
