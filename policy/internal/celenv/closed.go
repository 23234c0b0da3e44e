package celenv

import (
	"slices"
	"strconv"
	"strings"

	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/common/types"

	"github.com/servicerecovery/amends/policy/internal/cellib"
	"github.com/servicerecovery/amends/policy/internal/celtext"
	"github.com/servicerecovery/amends/policy/internal/slip"
	"github.com/servicerecovery/amends/policy/value"
)

// checkClosed compares each literal beside a closed field with the values of the field. With a
// misspelt literal a condition would never hold, and nobody would notice.
func (c *compiler) checkClosed() {
	k := closedCheck{c: c, bound: map[string]binding{}}
	k.walk(c.tree.Expr())
}

// closedCheck walks an expression, knowing what local variables stand for.
type closedCheck struct {
	c     *compiler
	bound map[string]binding
}

// binding is what a local variable stands for: an expression, or each member of it.
type binding struct {
	e      ast.Expr
	member bool
}

// domain is the set of texts that an expression can give. from names the closed field from which
// they come; it is empty where all of them are literals.
type domain struct {
	values []string
	from   string
	open   bool // it can give any other text too
}

func (d domain) union(o domain) domain {
	if d.open || o.open {
		return domain{open: true}
	}
	u := domain{values: slices.Concat(d.values, o.values), from: d.from}
	if u.from == "" {
		u.from = o.from
	}
	return u
}

// met is a literal that was checked against the values of a closed field.
type met struct {
	node   int64
	values []string
}

func (k *closedCheck) walk(e ast.Expr) {
	if e.Kind() == ast.ComprehensionKind {
		k.walkLoop(e.AsComprehension())
		return
	}
	for _, child := range children(e) {
		k.walk(child)
	}
	if e.Kind() != ast.CallKind {
		return
	}
	args := e.AsCall().Args()
	switch e.AsCall().FunctionName() {
	case operators.Equals, operators.NotEquals:
		k.meet(binding{args[0], false}, binding{args[1], false})
		k.meet(binding{args[0], true}, binding{args[1], true}) // of lists
	case operators.In:
		k.meet(binding{args[0], false}, binding{args[1], true})
	case operators.Less, operators.LessEquals, operators.Greater, operators.GreaterEquals:
		k.unordered(e, args)
	case "sets.contains", "sets.equivalent", "sets.intersects":
		k.meet(binding{args[0], true}, binding{args[1], true})
	case cellib.CalendarOf:
		k.checkCalendar(args)
	}
}

func (k *closedCheck) walkLoop(loop ast.ComprehensionExpr) {
	k.walk(loop.IterRange())
	k.walk(loop.AccuInit())
	outer := map[string]binding{loop.IterVar(): k.bound[loop.IterVar()], loop.AccuVar(): k.bound[loop.AccuVar()]}
	k.bound[loop.IterVar()] = binding{loop.IterRange(), true}
	k.bound[loop.AccuVar()] = binding{}
	if isBind(loop) {
		k.bound[loop.AccuVar()] = binding{loop.AccuInit(), false}
	}
	k.walk(loop.LoopCondition())
	k.walk(loop.LoopStep())
	k.walk(loop.Result())
	for name, b := range outer {
		k.bound[name] = b
	}
}

// meet checks the literals of each side against the values of the other.
func (k *closedCheck) meet(a, b binding) {
	k.against(k.domain(a, 0), b)
	k.against(k.domain(b, 0), a)
}

func (k *closedCheck) against(d domain, b binding) {
	if d.open || d.from == "" {
		return
	}
	for _, literal := range k.literals(b, 0) {
		text, _ := textLiteral(literal)
		k.c.met = append(k.c.met, met{literal.ID(), d.values})
		if slices.Contains(d.values, text) {
			continue
		}
		k.reject(literal, text, d)
	}
}

// reject reports a literal that is not one of the values.
func (k *closedCheck) reject(literal ast.Expr, text string, d domain) {
	at := k.c.places.at(literal)
	if len(d.values) == 0 {
		k.c.report(at, celtext.CodeNotInOneOf, "give an action `within`, or another deadline", "%q is never in %s: no action of this set has a deadline", text, d.from)
		return
	}
	near := onlyEnding(text, d.values)
	if near == "" && isWeek(d.values) {
		near = slip.Weekday(text)
	}
	if suggest := k.c.scope.options.Suggest; near == "" && suggest != nil {
		near = suggest(text, d.values)
	}
	var r celtext.Remedy
	if near != "" {
		r = celtext.Remedy{Hint: `did you mean "` + near + `"?`, Fix: celtext.Fix{From: at.From, To: at.To, Text: celtext.Quote(near)}}
	}
	k.c.remedied(at, celtext.CodeNotInOneOf, r, "%q is not one of the values of %s: %s", text, d.from, celtext.Or(fewOf(celtext.Quoted(d.values))))
}

// unordered refuses to order days of the week: their names would be ordered as texts are.
func (k *closedCheck) unordered(e ast.Expr, args []ast.Expr) {
	for _, arg := range args {
		if isWeek(k.domain(binding{arg, false}, 0).values) {
			k.c.report(k.c.places.of(e), celtext.CodeTypeMismatch, `list those that are meant, as in weekday(x) in ["sat", "sun"]`, "days of the week have no order")
			return
		}
	}
}

func isWeek(values []string) bool { return slices.Equal(values, cellib.Weekdays()) }

// onlyEnding returns the one name of several parts, such as playbook/play/type, that ends or begins
// with the parts in the text; "" where there is none, or several.
func onlyEnding(text string, names []string) string {
	found := ""
	for _, n := range names {
		if text == "" || !strings.HasSuffix(n, "/"+text) && !strings.HasPrefix(n, text+"/") {
			continue
		}
		if found != "" {
			return ""
		}
		found = n
	}
	return found
}

// mostShown is how many values of a closed set a message lists.
const mostShown = 40

// fewOf leaves out what nobody would read to the end.
func fewOf(values []string) []string {
	if more := len(values) - mostShown; more > 0 {
		return append(values[:mostShown:mostShown], "one of "+strconv.Itoa(more)+" more")
	}
	return values
}

// maxBindings bounds how far variables are followed. A variable can be bound to an expression with
// another variable in it twice, so the work doubles with each step.
const maxBindings = 8

// domain returns the texts that a binding can stand for.
func (k *closedCheck) domain(b binding, depth int) domain {
	if b.e == nil || depth > maxBindings {
		return domain{open: true}
	}
	switch b.e.Kind() {
	case ast.LiteralKind:
		if text, ok := textLiteral(b.e); ok {
			return domain{values: []string{text}}
		}
	case ast.SelectKind:
		if k.c.refs[b.e.ID()] == nil && !b.e.AsSelect().IsTestOnly() {
			if list, f := k.c.innerField(b.e); f != nil && f.Closed != nil && b.member == (f.Type.Kind == value.KindList) {
				return domain{values: f.Closed, from: f.Name + " of " + list.Name}
			}
		}
		return k.referenceDomain(k.c.refs[b.e.ID()], b.member)
	case ast.IdentKind:
		if next, ok := k.bound[b.e.AsIdent()]; ok && !(b.member && next.member) {
			return k.domain(binding{next.e, next.member || b.member}, depth+1)
		}
	case ast.ListKind:
		if b.member && b.e.AsList().Size() > 0 {
			return k.anyOf(b.e.AsList().Elements(), false, depth)
		}
	case ast.CallKind:
		return k.callDomain(b, depth)
	}
	return domain{open: true}
}

func (k *closedCheck) anyOf(es []ast.Expr, member bool, depth int) domain {
	d := domain{}
	for _, e := range es {
		d = d.union(k.domain(binding{e, member}, depth+1))
	}
	return d
}

func (k *closedCheck) callDomain(b binding, depth int) domain {
	call := b.e.AsCall()
	switch call.FunctionName() {
	case operators.Conditional:
		return k.anyOf(call.Args()[1:], b.member, depth)
	case "orValue":
		return k.anyOf([]ast.Expr{call.Target(), call.Args()[0]}, b.member, depth)
	case cellib.Weekday:
		return domain{values: cellib.Weekdays(), from: celtext.Shown(k.c.places.text(b.e))}
	case operators.Index:
		if !b.member { // an item of a list
			return k.domain(binding{call.Args()[0], true}, depth+1)
		}
	case operators.Add:
		if b.member { // lists put together
			return k.anyOf(call.Args(), true, depth)
		}
	}
	return domain{open: true}
}

func (k *closedCheck) referenceDomain(r *reference, member bool) domain {
	switch {
	case r == nil || r.mode == modeHas:
	case r.kind == refField && r.field.Closed != nil && member == (r.field.Type.Kind == value.KindList):
		return domain{values: r.field.Closed, from: r.path}
	case r.kind == refItem && r.member.Closed != nil && member == (r.member.Type.Kind == value.KindList):
		return domain{values: r.member.Closed, from: r.path}
	case r.kind == refTerm && r.term.domain != nil && member == (r.term.typ.Kind == value.KindList):
		return domain{values: r.term.domain, from: r.path}
	case r.kind == refTerm && r.term.texts != nil && !member:
		return domain{values: r.term.texts}
	case r.kind == refTable && r.field == nil && r.column >= 0 && !member:
		if texts := r.table.texts(r.column); texts != nil {
			return domain{values: texts}
		}
	}
	return domain{open: true}
}

// literals returns the literals that a binding can stand for.
func (k *closedCheck) literals(b binding, depth int) []ast.Expr {
	if b.e == nil || depth > maxBindings {
		return nil
	}
	var parts []ast.Expr
	member := b.member
	switch b.e.Kind() {
	case ast.LiteralKind:
		if _, ok := textLiteral(b.e); ok {
			return []ast.Expr{b.e}
		}
	case ast.IdentKind:
		if next, ok := k.bound[b.e.AsIdent()]; ok && !(b.member && next.member) {
			return k.literals(binding{next.e, next.member || b.member}, depth+1)
		}
	case ast.ListKind:
		if b.member {
			parts, member = b.e.AsList().Elements(), false
		}
	case ast.CallKind:
		switch call := b.e.AsCall(); call.FunctionName() {
		case operators.Conditional:
			parts = call.Args()[1:]
		case "orValue":
			parts = call.Args()
		}
	}
	var found []ast.Expr
	for _, part := range parts {
		found = append(found, k.literals(binding{part, member}, depth+1)...)
	}
	return found
}

// domain returns the texts that an expression can give, nil where they are not known. closed are the
// same, nil unless the expression reads a closed field.
func (c *compiler) domain(e ast.Expr) (texts, closed []string) {
	k := closedCheck{c: c, bound: map[string]binding{}}
	d := k.domain(binding{e, c.tree.GetType(e.ID()).Kind() == types.ListKind}, 0)
	switch {
	case d.open:
		return nil, nil
	case d.from == "":
		return d.values, nil
	}
	return d.values, d.values
}

// Domain lists every value that the expression can have. It is nil unless the expression
// reads a closed string.
func (e *Expr) Domain() []string { return slices.Clone(e.form.domain) }

// Texts lists every text that the expression can give, those of a column of a table and those that
// are written out too. It is nil where they are not known.
func (e *Expr) Texts() []string { return slices.Clone(e.form.texts) }
