package celenv

import (
	"slices"
	"strings"

	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/common/types"
	"github.com/servicerecovery/amends/policy/internal/celtext"
)

// Unguarded returns an issue for each read of a path that may have no value and is not in k. Terms
// and the keys of tables are treated as if they were written out. The issue of a read in one of
// them stands at the term or table in this source, and names the way to the read.
func (e *Expr) Unguarded(k Known) []celtext.Issue {
	r := e.walked(k)
	if len(r.found) == 0 {
		return nil
	}
	return celtext.Sorted(e.issuesOf(r.found))
}

// Known returns what is known where the expression is true, given what is known before.
func (e *Expr) Known(k Known) Known {
	return k.Union(e.walked(k).facts.whenTrue)
}

// walked walks an expression. While a set is compiled, it walks each form once for each set of
// known paths that the form names.
func (e *Expr) walked(k Known) guardResult {
	return e.form.walked(e.scope.base.session.Load(), k.only(e.guards))
}

func (f *form) walked(s *session, k Known) (result guardResult) {
	if s == nil {
		return f.walk(s, k)
	}
	key := keyOf(f, k)
	s.mu.RLock()
	result, known := s.walks[key]
	s.mu.RUnlock()
	if known {
		return result
	}
	result = f.walk(s, k)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.walks[key] = result
	return result
}

func (f *form) walk(s *session, k Known) guardResult {
	g := &guard{session: s, memo: map[guardKey]guardResult{}}
	known := g.form(f, k)
	return guardResult{known, g.found}
}

// guard finds, in one walk of an expression, the reads that are not guarded. It also finds the
// paths that have a value where the expression is true, and those where it is false.
//
// The walk goes from left to right, although && and || have no order in CEL: they evaluate the
// right side even when the left one fails. The walk is sound all the same. Where the left side
// fails, either the whole fails, or the right side decides alone, without a read that has no value.
type guard struct {
	session *session
	in      []*form // the terms and keys that the walk is in
	found   []unguarded
	memo    map[guardKey]guardResult
}

type unguarded struct {
	at   celtext.Span
	path string
	way  []string // the terms and tables that lead to the read, the outermost first

	inner   *innerRead // of a read of an item's field that is no name of the scope
	extreme string     // max or min, of a list that may be empty
}

// facts are the paths that have a value where an expression is true, and where it is false.
type facts struct{ whenTrue, whenFalse Known }

// guardKey is a form with the known paths that it names. A term can stand in many places, also
// through other terms; it is walked once for each key. maxGuardMemo bounds the number of keys.
type guardKey struct {
	f     *form
	known string
	never bool
}

func keyOf(f *form, k Known) guardKey { return guardKey{f, strings.Join(k.paths, " "), k.never} }

const maxGuardMemo = 2_000

type guardResult struct {
	facts facts
	found []unguarded
}

// guardPaths returns the paths in a form that may have no value, also through terms and tables.
func (f *form) guardPaths() []string {
	var paths []string
	for _, r := range f.reads {
		if path := r.guard(); path != "" {
			paths = append(paths, path)
		}
		if r.kind == refItem {
			paths = append(paths, varItem, declaredItem(r.member.Name))
		}
		switch {
		case r.kind == refTerm:
			paths = append(paths, r.term.guards...)
		case r.kind == refTable:
			for _, by := range r.table.bys() {
				paths = append(paths, by.guards...)
			}
		}
		if r.pick != nil {
			paths = append(paths, r.pick.guards...)
		}
		if r.kind == refTable && r.field != nil && r.field.Optional {
			paths = append(paths, varIncident+"."+r.field.Name)
		}
	}
	return sortedCopy(append(append(paths, f.itemPaths()...), f.innerGuards()...))
}

// form walks a whole expression.
func (g *guard) form(f *form, k Known) facts {
	g.in = append(g.in, f)
	known := g.walk(f.tree.Expr(), k)
	g.in = g.in[:len(g.in)-1]
	return known
}

// through walks a term or a table's key as if it were written out in the place of its name.
func (g *guard) through(e *Expr, name string, at celtext.Span, k Known) facts {
	if e == nil || e.broken {
		return facts{}
	}
	if k = k.only(e.guards); len(g.memo) > maxGuardMemo && !k.never {
		k = Known{} // with less that is known, more reads are reported, and none is missed
	}
	key := keyOf(e.form, k)
	result, known := g.memo[key]
	switch {
	case known:
	case len(k.paths) == 0 && !k.never && g.session != nil:
		result = e.form.walked(g.session, k)
		result.found = onePerPath(result.found)
		g.memo[key] = result
	default:
		outer := g.found
		g.found = nil
		result.facts = g.form(e.form, k)
		result.found = onePerPath(g.found)
		g.found = outer
		g.memo[key] = result
	}
	for _, u := range result.found {
		if u.isInner() {
			continue // it is reported where the term is written
		}
		u.at, u.way = at, longer(name, u.way)
		g.found = append(g.found, u)
	}
	return result.facts
}

// longer puts a name in front of a way. It drops the middle of a long way, which no message shows.
func longer(name string, way []string) []string {
	if n := len(way); n > maxWay {
		way = append(slices.Clone(way[:maxWay-1]), way[n-1])
	}
	return append([]string{name}, way...)
}

// onePerPath keeps the first read of each path. All reads in a term are reported at one place.
// Without this, their number could double with each term.
func onePerPath(found []unguarded) []unguarded {
	var first []unguarded
	for _, u := range found {
		if !slices.ContainsFunc(first, func(f unguarded) bool { return f.path == u.path }) {
			first = append(first, u)
		}
	}
	return first
}

func (g *guard) walk(e ast.Expr, k Known) facts {
	switch e.Kind() {
	case ast.LiteralKind:
		return literalFacts(e)
	case ast.SelectKind:
		if r := g.in[len(g.in)-1].refs[e.ID()]; r != nil {
			return g.reference(r, k)
		}
		if r := g.in[len(g.in)-1].inner[e.ID()]; r != nil {
			return g.inner(e, r, k)
		}
	case ast.CallKind:
		return g.call(e, k)
	case ast.ComprehensionKind:
		return g.loop(e.AsComprehension(), k)
	}
	g.all(children(e), k)
	return facts{}
}

func (g *guard) all(es []ast.Expr, k Known) {
	for _, e := range es {
		g.walk(e, k)
	}
}

// literalFacts returns the facts of a literal: true is never false.
func literalFacts(e ast.Expr) facts {
	switch e.AsLiteral() {
	case types.True:
		return facts{whenFalse: Unreachable()}
	case types.False:
		return facts{whenTrue: Unreachable()}
	}
	return facts{}
}

func (g *guard) reference(r *reference, k Known) facts {
	switch r.kind {
	case refTerm:
		f := g.through(r.term, r.path, r.at, k)
		if r.mode == modeRead {
			return f
		}
		return facts{}
	case refTable:
		for _, by := range r.table.bys() {
			g.through(by, r.table.path(), r.at, k)
		}
		g.picked(r, k)
		if r.field != nil && r.field.Optional && !k.Has(varIncident+"."+r.field.Name) {
			g.found = append(g.found, unguarded{at: r.at, path: varIncident + "." + r.field.Name})
		}
	}
	path := r.guard()
	if r.kind == refItem && !k.Has(varItem) {
		g.found = append(g.found, unguarded{at: r.at, path: varItem})
		return facts{}
	}
	if declared := declaredItem(r.itemName()); r.kind == refItem && !k.Has(declared) {
		g.found = append(g.found, unguarded{at: r.at, path: declared})
		return facts{}
	}
	switch {
	case path == "":
	case r.mode == modeHas:
		return facts{whenTrue: Known{}.With(path)}
	case r.mode == modeRead && !k.Has(path):
		g.found = append(g.found, unguarded{at: r.at, path: path})
	}
	return facts{}
}

// picked walks the expression that names a column. It stands in the lookup, so no way leads to it.
func (g *guard) picked(r *reference, k Known) {
	if r.pick == nil {
		return
	}
	before := len(g.found)
	g.through(r.pick, r.path, r.at, k)
	for i := before; i < len(g.found); i++ {
		g.found[i].way = g.found[i].way[1:]
	}
}

func (g *guard) call(e ast.Expr, k Known) facts {
	call := e.AsCall()
	args := call.Args()
	switch call.FunctionName() {
	case operators.LogicalAnd:
		return g.and(args, k)
	case operators.LogicalOr:
		return g.or(args, k)
	case operators.LogicalNot:
		f := g.walk(args[0], k)
		return facts{f.whenFalse, f.whenTrue}
	case operators.NotStrictlyFalse:
		return g.walk(args[0], k)
	case operators.Conditional:
		return g.conditional(args, k)
	case operators.Equals, operators.NotEquals:
		known, size := g.equals(args, k, call.FunctionName() == operators.Equals), g.comparison(call.FunctionName(), args)
		return facts{known.whenTrue.Union(size.whenTrue), known.whenFalse.Union(size.whenFalse)}
	case operators.Less, operators.LessEquals, operators.Greater, operators.GreaterEquals:
		g.all(args, k)
		return g.comparison(call.FunctionName(), args)
	case operators.In:
		g.all(args, k)
		return facts{whenTrue: g.holdsSomething(args[1])}
	case operators.Index:
		return g.index(e, k)
	case "hasValue":
		return g.hasValue(call, k)
	case "max", "min":
		g.all(args, k)
		g.extreme(e, k)
		return facts{}
	}
	g.all(children(e), k)
	return facts{}
}

func (g *guard) and(args []ast.Expr, k Known) facts {
	f := facts{whenFalse: Unreachable()}
	for _, arg := range args {
		next := g.walk(arg, k.Union(f.whenTrue))
		f.whenFalse = f.whenFalse.Meet(f.whenTrue.Union(next.whenFalse))
		f.whenTrue = f.whenTrue.Union(next.whenTrue)
	}
	return f
}

func (g *guard) or(args []ast.Expr, k Known) facts {
	f := facts{whenTrue: Unreachable()}
	for _, arg := range args {
		next := g.walk(arg, k.Union(f.whenFalse))
		f.whenTrue = f.whenTrue.Meet(f.whenFalse.Union(next.whenTrue))
		f.whenFalse = f.whenFalse.Union(next.whenFalse)
	}
	return f
}

func (g *guard) conditional(args []ast.Expr, k Known) facts {
	c := g.walk(args[0], k)
	yes := g.walk(args[1], k.Union(c.whenTrue))
	no := g.walk(args[2], k.Union(c.whenFalse))
	return facts{
		whenTrue:  c.whenTrue.Union(yes.whenTrue).Meet(c.whenFalse.Union(no.whenTrue)),
		whenFalse: c.whenTrue.Union(yes.whenFalse).Meet(c.whenFalse.Union(no.whenFalse)),
	}
}

// equals returns the facts of has(x) == true and the like.
func (g *guard) equals(args []ast.Expr, k Known, equal bool) facts {
	left, right := g.walk(args[0], k), g.walk(args[1], k)
	for i, other := range []facts{right, left} {
		if args[i].Kind() != ast.LiteralKind {
			continue
		}
		if literal, ok := args[i].AsLiteral().(types.Bool); ok {
			if bool(literal) == equal {
				return other
			}
			return facts{other.whenFalse, other.whenTrue}
		}
	}
	return facts{}
}

// hasValue returns the facts of incident.?x.hasValue().
func (g *guard) hasValue(call ast.CallExpr, k Known) facts {
	g.walk(call.Target(), k)
	r := g.in[len(g.in)-1].refs[call.Target().ID()]
	if r == nil || r.mode != modeOptional || r.guard() == "" {
		return facts{}
	}
	return facts{whenTrue: Known{}.With(r.guard())}
}

// loop walks the expansion of a macro. Paths that are known outside are known inside, because no
// value changes during an evaluation. A step adds nothing to what later steps know, and an empty
// list has no steps.
func (g *guard) loop(loop ast.ComprehensionExpr, k Known) facts {
	g.walk(loop.IterRange(), k)
	if isBind(loop) {
		g.walk(loop.AccuInit(), k)
		f := g.walk(loop.Result(), k.without(loop.AccuVar()))
		return facts{f.whenTrue.without(loop.AccuVar()), f.whenFalse.without(loop.AccuVar())}
	}
	g.walk(loop.AccuInit(), k)
	k = k.without(loop.IterVar())
	if predicate, function, ok := quantified(loop); ok {
		f := g.walk(predicate, k)
		f = facts{f.whenTrue.without(loop.IterVar()), f.whenFalse.without(loop.IterVar())}
		if function == operators.LogicalOr {
			return facts{whenTrue: f.whenTrue.Union(g.holdsSomething(loop.IterRange()))} // exists: some member made it true
		}
		return facts{whenFalse: f.whenFalse} // all: some member made it false
	}
	g.walk(loop.LoopCondition(), k)
	g.walk(loop.LoopStep(), k)
	g.walk(loop.Result(), k)
	return facts{}
}

// quantified recognises exists and all: the step is accumulator || predicate, or &&.
func quantified(loop ast.ComprehensionExpr) (predicate ast.Expr, function string, ok bool) {
	step, result := loop.LoopStep(), loop.Result()
	if step.Kind() != ast.CallKind || result.Kind() != ast.IdentKind || result.AsIdent() != loop.AccuVar() {
		return nil, "", false
	}
	function = step.AsCall().FunctionName()
	args := step.AsCall().Args()
	if function != operators.LogicalOr && function != operators.LogicalAnd || len(args) != 2 {
		return nil, "", false
	}
	if args[0].Kind() != ast.IdentKind || args[0].AsIdent() != loop.AccuVar() {
		return nil, "", false
	}
	return args[1], function, true
}

// issuesOf makes issues of the reads that were found, at places of the expression's own source.
func (e *Expr) issuesOf(found []unguarded) []celtext.Issue {
	moved := e.form.move(e.source)
	issues := make([]celtext.Issue, 0, len(found))
	for _, u := range found {
		u.at = moved.span(u.at)
		if u.isInner() {
			continue // it was reported when the expression was compiled
		}
		if isNoItem(u.path) {
			message, hint := noItem(u)
			if len(u.way) > 0 {
				message += ", and " + wayText(u.way) + " reads it"
			}
			issues = append(issues, celtext.Issue{From: u.at.From, To: u.at.To, Code: celtext.CodeNoItem, Message: message, Hint: hint})
			continue
		}
		what := u.path + " may have no value"
		if u.extreme != "" {
			list, _, _ := cutItem(u.path)
			what = u.extreme + " of an empty list has no value, and " + list + " may be empty"
		}
		if strings.HasPrefix(u.path, varTables+".") {
			what = u.path + " may have no row"
		}
		if len(u.way) > 0 {
			what += ", and " + wayText(u.way) + " reads it"
		}
		r := e.guardRemedy(u)
		issues = append(issues, celtext.Issue{From: u.at.From, To: u.at.To, Code: celtext.CodeUnguardedRead, Message: what, Hint: r.Hint, Fix: r.Fix})
	}
	return issues
}

// maxWay is the number of names that a message shows of a way.
const maxWay = 4

// wayText leaves out the middle of a long way.
func wayText(way []string) string {
	if len(way) > maxWay {
		way = []string{way[0], way[1], "…", way[len(way)-1]}
	}
	return strings.Join(way, " through ")
}
