package celenv

import (
	"slices"
	"strconv"
	"strings"

	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/common/overloads"
	"github.com/google/cel-go/common/types"

	"github.com/servicerecovery/amends/policy/internal/celtext"
	"github.com/servicerecovery/amends/policy/value"
)

// Known is the set of paths that are known to have a value at some place, such as
// "incident.resolved_at" or "tables.late_credit". It is immutable; the zero Known knows
// nothing.
type Known struct {
	paths []string // sorted
	never bool     // the place is never reached, where everything holds
}

// Unreachable returns what is known at a place that is never reached: everything.
func Unreachable() Known { return Known{never: true} }

// Has reports whether a path is known to have a value.
func (k Known) Has(path string) bool {
	if k.never {
		return true
	}
	_, found := slices.BinarySearch(k.paths, path)
	return found
}

// With returns k and a path.
func (k Known) With(path string) Known {
	if k.never {
		return k
	}
	i, found := slices.BinarySearch(k.paths, path)
	if found {
		return k
	}
	return Known{paths: slices.Insert(slices.Clone(k.paths), i, path)}
}

// Union returns what is known where both hold.
func (k Known) Union(o Known) Known {
	switch {
	case k.never || len(o.paths) == 0 && !o.never:
		return k
	case o.never || len(k.paths) == 0:
		return o
	}
	for _, path := range o.paths {
		k = k.With(path)
	}
	return k
}

// Meet returns what is known where one of the two holds.
func (k Known) Meet(o Known) Known {
	switch {
	case k.never:
		return o
	case o.never:
		return k
	}
	var both Known
	for _, path := range k.paths {
		if o.Has(path) {
			both.paths = append(both.paths, path)
		}
	}
	return both
}

// without returns k without the paths that begin with a variable, which stands for something else.
func (k Known) without(variable string) Known {
	from := func(path string) bool {
		return strings.HasPrefix(path, variable+".") || strings.HasPrefix(path, variable+"[")
	}
	if !slices.ContainsFunc(k.paths, from) {
		return k
	}
	k.paths = slices.DeleteFunc(slices.Clone(k.paths), from)
	return k
}

// only returns the paths of k that are among some sorted ones.
func (k Known) only(paths []string) Known {
	if k.never {
		return k
	}
	return Known{paths: paths}.Meet(k)
}

// Paths returns the known paths, sorted; none for a place that is never reached.
func (k Known) Paths() []string { return slices.Clone(k.paths) }

// mostItems bounds the number of items that a list is known to have. An item behind them is read
// with [?n].
const mostItems = 16

// itemPath names an item of a list, which may have no value: incident.lines[0].
func itemPath(list string, n int64) string { return list + "[" + strconv.FormatInt(n, 10) + "]" }

// unknownItem stands for an item whose number is not written out.
const unknownItem = "[…]"

// cutItem takes the path of an item apart; ok is false for any other path.
func cutItem(path string) (list, item string, ok bool) {
	at := strings.LastIndexByte(path, '[')
	if at < 0 || !strings.HasSuffix(path, "]") {
		return path, "", false
	}
	return path[:at], path[at+1 : len(path)-1], true
}

// listAt returns the reference to a list of the incident, of an item, or to a term that is a list;
// nil for anything else.
func (f *form) listAt(e ast.Expr) *reference {
	r := f.refs[e.ID()]
	if inner := f.inner[e.ID()]; inner != nil && inner.path != "" && !inner.test {
		return &reference{kind: refField, path: inner.path, field: inner.field, at: inner.at}
	}
	if r == nil || r.mode != modeRead || r.kind != refField && r.kind != refTerm && r.kind != refItem {
		return nil
	}
	return r
}

// itemPaths are the items that a form reads by a number, and the first ones of lists whose largest or
// smallest member it takes.
func (f *form) itemPaths() []string {
	var paths []string
	ast.PreOrderVisit(f.tree.Expr(), ast.NewExprVisitor(func(e ast.Expr) {
		if list, path := f.item(e); list != nil {
			paths = append(paths, path)
		}
		if list := extremeOf(e); list != nil && f.listAt(list) != nil {
			paths = append(paths, itemPath(f.listAt(list).path, 0))
		}
	}))
	return paths
}

// item returns the list whose item an expression reads, and the item's path; nil for
// anything else.
func (f *form) item(e ast.Expr) (list *reference, path string) {
	if e.Kind() != ast.CallKind || e.AsCall().FunctionName() != operators.Index {
		return nil, ""
	}
	args := e.AsCall().Args()
	if list = f.listAt(args[0]); list == nil {
		return nil, ""
	}
	n, ok := intLiteral(args[1])
	switch {
	case ok && n == 0 && list.kind == refField && list.field.NonEmpty:
		return nil, ""
	case ok && n >= 0 && n < mostItems:
		return list, itemPath(list.path, n)
	}
	return list, list.path + unknownItem
}

func intLiteral(e ast.Expr) (int64, bool) {
	if e.Kind() != ast.LiteralKind {
		return 0, false
	}
	n, ok := e.AsLiteral().(types.Int)
	return int64(n), ok
}

// index finds a read of an item that the list may not have.
func (g *guard) index(e ast.Expr, k Known) facts {
	g.all(children(e), k)
	list, path := g.in[len(g.in)-1].item(e)
	if list != nil && !k.Has(path) {
		g.found = append(g.found, unguarded{at: list.at, path: path})
	}
	return facts{}
}

// items returns the paths of the first n items of a list.
func items(list *reference, n int64) Known {
	var k Known
	for i := range min(n, mostItems) {
		k = k.With(itemPath(list.path, i))
	}
	return k
}

// comparison returns the facts of comparing the size of a list with a number, or a list with the
// empty list.
func (g *guard) comparison(function string, args []ast.Expr) facts {
	list, n, op := g.sizeCompared(function, args)
	if list == nil {
		return facts{}
	}
	switch op {
	case ">":
		return facts{whenTrue: items(list, n+1)}
	case ">=":
		return facts{whenTrue: items(list, n)}
	case "<":
		return facts{whenFalse: items(list, n)}
	case "<=":
		return facts{whenFalse: items(list, n+1)}
	}
	f := facts{whenTrue: items(list, n)}
	if n == 0 { // a list that is not empty has a first item
		f.whenFalse = items(list, 1)
	}
	if op == "!=" {
		f.whenTrue, f.whenFalse = f.whenFalse, f.whenTrue
	}
	return f
}

// sizeCompared returns the list whose size is compared with a number, and the operator with the
// size on its left; nil where something else is compared.
func (g *guard) sizeCompared(function string, args []ast.Expr) (list *reference, n int64, op string) {
	op, _ = operators.FindReverse(function)
	left, right := args[0], args[1]
	if _, ok := sizeOf(left); !ok && !isEmptyList(right) {
		left, right, op = right, left, celtext.Mirrored(op)
	}
	f := g.in[len(g.in)-1]
	if isEmptyList(right) {
		return f.listAt(left), 0, op
	}
	of, ok := sizeOf(left)
	n, isInt := intLiteral(right)
	if !ok || !isInt {
		return nil, 0, op
	}
	return f.listAt(of), n, op
}

// sizeOf returns the list in size(list) or list.size().
func sizeOf(e ast.Expr) (ast.Expr, bool) {
	if e.Kind() != ast.CallKind || e.AsCall().FunctionName() != overloads.Size {
		return nil, false
	}
	call := e.AsCall()
	if call.IsMemberFunction() {
		return call.Target(), true
	}
	return call.Args()[0], len(call.Args()) == 1
}

func isEmptyList(e ast.Expr) bool { return e.Kind() == ast.ListKind && e.AsList().Size() == 0 }

// holdsSomething returns the paths that have a value once a list is known to have a member: its
// first item.
func (g *guard) holdsSomething(list ast.Expr) Known {
	if r := g.in[len(g.in)-1].listAt(list); r != nil {
		return items(r, 1)
	}
	return Known{}
}

// itemRemedy says how to read an item that the list may not have.
func (e *Expr) itemRemedy(u unguarded, list, item string) celtext.Remedy {
	src := celtext.New(e.source)
	known := item != strings.Trim(unknownItem, "[]")
	if known {
		asked := list + ".size() > " + item
		if at, ok := src.ConditionAround(src.TokenAt(u.at.From), e.form.typ.Kind == value.KindBool); ok {
			return celtext.Remedy{Hint: "write " + asked + " && …", Fix: celtext.Fix{From: at, To: at, Text: asked + " && "}}
		}
	}
	if len(u.way) > 0 {
		return celtext.Say("ask in " + u.way[len(u.way)-1] + " whether the list has so many items, or read " + list + "[?" + item + "] with orValue(…)")
	}
	open := src.TokenAt(u.at.To)
	shut := src.Match[open]
	if shut < 0 {
		return celtext.Say("write " + list + "[?" + item + "].orValue(…)")
	}
	u.at.To = src.Tokens[shut].To
	inside := src.Text(src.Tokens[open].To, src.Tokens[shut].From)
	zero := celtext.ZeroCode(e.typeOfRead(u))
	if zero == "" {
		return celtext.Say("write " + list + "[?" + inside + "].orValue(…) with what to take instead")
	}
	text := list + "[?" + inside + "].orValue(" + zero + ")"
	return celtext.Remedy{Hint: "write " + text + ", or with what else to take without it", Fix: celtext.Fix{From: u.at.From, To: u.at.To, Text: text}}
}

// guardRemedy says how to read a path that may have no value. In a condition, has(…) goes in front
// of the part that reads it. Anywhere else a value is needed in its place.
func (e *Expr) guardRemedy(u unguarded) celtext.Remedy {
	if list, item, ok := cutItem(u.path); ok {
		return e.itemRemedy(u, list, item)
	}
	src := celtext.New(e.source)
	asked := "has(" + u.path + ")"
	isTable := strings.HasPrefix(u.path, varTables+".")
	dot := strings.LastIndex(u.path, ".")
	optional := u.path[:dot] + ".?" + u.path[dot+1:]
	if at, ok := src.ConditionAround(src.TokenAt(u.at.From), e.form.typ.Kind == value.KindBool); ok {
		hint := "write " + asked + " && …"
		if len(u.way) == 0 && !isTable {
			hint += ", or " + optional + ".orValue(…)"
		}
		return celtext.Remedy{Hint: hint, Fix: celtext.Fix{From: at, To: at, Text: asked + " && "}}
	}
	read := src.Text(u.at.From, u.at.To)
	zero := celtext.ZeroCode(e.typeOfRead(u))
	if strings.HasPrefix(u.path, varAction+".") || zero == "" || len(u.way) > 0 {
		return celtext.Say("write " + asked + " ? … : … with what to say or give without it")
	}
	if isTable {
		text := asked + " ? " + read + " : " + zero
		if u.at.From > 0 || u.at.To < len(src.Runes) {
			text = "(" + text + ")"
		}
		return celtext.Remedy{Hint: "write " + celtext.Shown(text) + ", or with what else to take without a row", Fix: celtext.Fix{From: u.at.From, To: u.at.To, Text: text}}
	}
	text := optional + ".orValue(" + zero + ")"
	return celtext.Remedy{Hint: "write " + text + ", or with what else to take without it", Fix: celtext.Fix{From: u.at.From, To: u.at.To, Text: text}}
}

// typeOfRead returns the type of the value that is read.
func (e *Expr) typeOfRead(u unguarded) value.Type {
	c := newCompiler(e.scope, e.source, e.form.inMessage)
	src := c.places.src
	t, _ := c.TypeOf(src.Text(u.at.From, u.at.To))
	return t
}
