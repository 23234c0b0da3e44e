package celenv

import (
	"strings"

	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/common/types"

	"github.com/servicerecovery/amends/policy/internal/cellib"
	"github.com/servicerecovery/amends/policy/internal/celtext"
)

// innerRead is a read of a field of an item that is no name of the scope: of the variable of a macro,
// as in incident.lines.exists(x, x.price > …), or of incident.lines[0].
type innerRead struct {
	list  *Field // whose item it is
	field *Field
	// path is how guards know it: x.price, incident.lines[0].price. Empty: no guard can be about it.
	path string
	test bool // has(x.price)
	at   celtext.Span
}

// inside reports whether only the expression itself can guard the path: it begins with the variable of
// a macro.
func inside(path string) bool {
	root := path
	if at := strings.IndexAny(path, ".[?"); at >= 0 {
		root = path[:at]
	}
	return root != varIncident && root != varTerms && root != varItem && root != varTables && !onlyInMessages(root) && root != varMissed
}

// innerReads finds the reads of items that are no references.
func (c *compiler) innerReads(f *form) map[int64]*innerRead {
	var out map[int64]*innerRead
	ast.PreOrderVisit(c.tree.Expr(), ast.NewExprVisitor(func(e ast.Expr) {
		if e.Kind() != ast.SelectKind || c.refs[e.ID()] != nil {
			return
		}
		list, field := c.innerField(e)
		if field == nil {
			return
		}
		if out == nil {
			out = map[int64]*innerRead{}
		}
		out[e.ID()] = &innerRead{list: list, field: field, path: f.innerPath(e), test: e.AsSelect().IsTestOnly(), at: c.places.of(e)}
	}))
	return out
}

// innerField returns the field of an item that a selection reads, with its list.
func (c *compiler) innerField(e ast.Expr) (list, field *Field) {
	if list = c.scope.base.listOf(c.tree.GetType(e.AsSelect().Operand().ID())); list == nil {
		return nil, nil
	}
	for i := range list.Items {
		if list.Items[i].Name == e.AsSelect().FieldName() {
			return list, &list.Items[i]
		}
	}
	return nil, nil
}

// innerPath is how guards know what a selection reads.
func (f *form) innerPath(e ast.Expr) string {
	operand, name := e.AsSelect().Operand(), e.AsSelect().FieldName()
	if operand.Kind() == ast.IdentKind {
		return operand.AsIdent() + "." + name
	}
	if list, path := f.item(operand); list != nil && !strings.HasSuffix(path, unknownItem) {
		return path + "." + name
	}
	return ""
}

// innerGuards are the paths of inner reads that may have no value and that a guard around the
// expression can be about.
func (f *form) innerGuards() []string {
	var paths []string
	for _, r := range f.inner {
		if r.field.Optional && r.path != "" && !inside(r.path) {
			paths = append(paths, r.path)
		}
	}
	return paths
}

// read walks a read of an item's field.
func (g *guard) inner(e ast.Expr, r *innerRead, k Known) facts {
	before := len(g.found)
	g.walk(e.AsSelect().Operand(), k)
	switch {
	case !r.field.Optional || len(g.found) > before: // one mistake at a time
	case r.test && r.path != "":
		return facts{whenTrue: Known{}.With(r.path)}
	case r.test:
	case r.path == "" || !k.Has(r.path):
		g.found = append(g.found, unguarded{at: r.at, path: r.path, inner: r})
	}
	return facts{}
}

// checkInner reports what only the expression itself could guard, and does not: fields of items that
// may have no value, and the largest of what may be nothing.
func (c *compiler) checkInner(f *form) {
	g := &guard{session: c.scope.base.session.Load(), memo: map[guardKey]guardResult{}}
	g.form(f, Known{})
	for _, u := range g.found {
		if len(u.way) > 0 || !u.isInner() {
			continue
		}
		message, r := c.innerRemedy(u)
		c.remedied(u.at, celtext.CodeUnguardedRead, r, "%s", message)
	}
}

// isInner reports whether the read is reported where it stands, and not where it is used.
func (u *unguarded) isInner() bool {
	return u.path == "" || inside(u.path)
}

func (c *compiler) innerRemedy(u unguarded) (message string, r celtext.Remedy) {
	text := c.places.src.Text(u.at.From, u.at.To)
	if u.extreme != "" {
		hint := "name the list as a term and ask terms.x.size() > 0 first, or add a value to it, as in list + [x]"
		if u.path != "" {
			list, _, _ := cutItem(u.path)
			hint = "write " + list + ".size() > 0 && …, or what else to take for an empty list"
		}
		return u.extreme + " of an empty list has no value, and " + celtext.Shown(text) + " may be empty", celtext.Say(hint)
	}
	if u.inner == nil {
		list, item, _ := cutItem(u.path)
		return u.path + " may have no value", celtext.Say("write " + list + ".size() > " + item + " && …, or " + list + "[?" + item + "].orValue(…)")
	}
	at := strings.LastIndexByte(text, '.')
	message = text + " may have no value: items of " + u.inner.list.Name + " may come without " + u.inner.field.Name
	if at < 0 {
		return message, celtext.Remedy{}
	}
	optional := text[:at] + ".?" + text[at+1:]
	asked := ""
	if u.path != "" {
		asked = "has(" + text + ") && …, or "
	}
	if zero := celtext.ZeroCode(u.inner.field.Type); zero != "" {
		with := optional + ".orValue(" + zero + ")"
		return message, celtext.Remedy{Hint: "write " + asked + with, Fix: celtext.Fix{From: u.at.From, To: u.at.To, Text: with}}
	}
	return message, celtext.Say("write " + asked + optional + ".orValue(…)")
}

// sums gives each sum of amounts the zero of its currency, and lets a sum leave out what is absent:
// sum(list.map(x, x.price)) adds x.?price. It reports whether it has changed anything.
func (c *compiler) sums(checked *ast.AST) bool {
	changed := false
	c.places.info = checked.SourceInfo()
	ast.PostOrderVisit(c.tree.Expr(), ast.NewExprVisitor(func(e ast.Expr) {
		if e.Kind() != ast.CallKind || e.AsCall().FunctionName() != "sum" || len(e.AsCall().Args()) != 1 {
			return
		}
		list := e.AsCall().Args()[0]
		changed = c.skipAbsent(checked, list) || changed
		t := checked.GetType(e.ID())
		if currency := cellib.CurrencyOf(t); currency != "" && currency != cellib.AnyCurrency {
			c.nextID--
			zero := ast.NewExprFactory().NewLiteral(c.nextID, types.NullValue)
			c.places.known[e.ID()] = c.places.of(e)
			e.SetKindCase(ast.NewExprFactory().NewCall(e.ID(), cellib.SumOfMoney, list, zero))
			c.constant(zero, cellib.ZeroOf(currency), t, c.places.of(e))
			changed = true
		}
	}))
	return changed
}

// skipAbsent reads the field of an item that a map gives as one that may be absent.
func (c *compiler) skipAbsent(checked *ast.AST, list ast.Expr) bool {
	e := mapped(list)
	if e == nil || e.Kind() != ast.SelectKind || e.AsSelect().IsTestOnly() || c.refs[e.ID()] != nil {
		return false
	}
	operand, name := e.AsSelect().Operand(), e.AsSelect().FieldName()
	of := c.scope.base.listOf(checked.GetType(operand.ID()))
	if of == nil {
		return false
	}
	for i := range of.Items {
		if of.Items[i].Name == name && of.Items[i].Optional {
			c.nextID--
			c.places.known[e.ID()] = c.places.of(e)
			e.SetKindCase(ast.NewExprFactory().NewCall(e.ID(), operators.OptSelect, operand, ast.NewExprFactory().NewLiteral(c.nextID, types.String(name))))
			return true
		}
	}
	return false
}

// mapped returns what list.map(x, e) makes of each member: e. It is nil for any other expression.
func mapped(e ast.Expr) ast.Expr {
	if e.Kind() != ast.ComprehensionKind {
		return nil
	}
	loop := e.AsComprehension()
	if loop.AccuInit().Kind() != ast.ListKind || loop.AccuInit().AsList().Size() > 0 {
		return nil
	}
	step := loop.LoopStep()
	if step.Kind() == ast.CallKind && step.AsCall().FunctionName() == operators.Conditional {
		step = step.AsCall().Args()[1]
	}
	if step.Kind() != ast.CallKind || step.AsCall().FunctionName() != operators.Add {
		return nil
	}
	if one := step.AsCall().Args()[1]; one.Kind() == ast.ListKind && one.AsList().Size() == 1 {
		return one.AsList().Elements()[0]
	}
	return nil
}

// keepsSize reports whether list.map(x, e) has as many members as the list.
func keepsSize(e ast.Expr) bool {
	return mapped(e) != nil && e.AsComprehension().LoopStep().AsCall().FunctionName() == operators.Add
}

// extremeOf returns the list of max(list) or min(list), as it is before each member is made another;
// nil for any other expression.
func extremeOf(e ast.Expr) ast.Expr {
	if e.Kind() != ast.CallKind || e.AsCall().IsMemberFunction() || len(e.AsCall().Args()) != 1 {
		return nil
	}
	if name := e.AsCall().FunctionName(); name != "max" && name != "min" {
		return nil
	}
	list := e.AsCall().Args()[0]
	for keepsSize(list) {
		list = list.AsComprehension().IterRange()
	}
	return list
}

// extreme asks whether the list of max(list) or min(list) has a member.
func (g *guard) extreme(e ast.Expr, k Known) {
	list := extremeOf(e)
	if list == nil {
		return
	}
	f := g.in[len(g.in)-1]
	at := f.spanOf(list)
	switch {
	case isNotEmpty(list):
		return
	case f.listAt(list) != nil:
		r := f.listAt(list)
		if r.kind == refField && r.field.NonEmpty || k.Has(itemPath(r.path, 0)) {
			return
		}
		g.found = append(g.found, unguarded{at: r.at, path: itemPath(r.path, 0), extreme: e.AsCall().FunctionName()})
	default:
		g.found = append(g.found, unguarded{at: at, extreme: e.AsCall().FunctionName()})
	}
}

// isNotEmpty reports whether a list is written with members, or put together from one that is.
func isNotEmpty(e ast.Expr) bool {
	switch e.Kind() {
	case ast.ListKind:
		return e.AsList().Size() > len(e.AsList().OptionalIndices())
	case ast.LiteralKind:
		return true // a constant list, which folding has evaluated
	case ast.CallKind:
		if args := e.AsCall().Args(); e.AsCall().FunctionName() == operators.Add && len(args) == 2 {
			return isNotEmpty(args[0]) || isNotEmpty(args[1])
		}
	}
	return false
}

// spanOf is where a node stands in the source of the form.
func (f *form) spanOf(e ast.Expr) celtext.Span {
	if f.where == nil {
		return celtext.Span{}
	}
	return f.where.of(e)
}
