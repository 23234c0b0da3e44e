package celenv

import (
	"fmt"
	"slices"
	"strings"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/checker"
	"github.com/google/cel-go/common"
	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/common/types"

	"github.com/servicerecovery/amends/policy/internal/cellib"
	"github.com/servicerecovery/amends/policy/internal/celtext"
	"github.com/servicerecovery/amends/policy/value"
)

// check runs the type checker and reports its findings. An int literal in the place of a double
// becomes a double first.
func (c *compiler) check() bool {
	checked, errs, err := c.typeCheck()
	if err == nil && len(errs) > 0 && c.widenLiterals(checked, errs) {
		checked, errs, err = c.typeCheck()
	}
	if err == nil && len(errs) > 0 && c.orText(checked) {
		checked, errs, err = c.typeCheck()
	}
	if err != nil {
		c.report(celtext.Span{From: 0, To: len(c.places.src.Runes)}, celtext.CodeTypeMismatch, "", "%s", err)
		return false
	}
	if c.getters(checked) {
		return false
	}
	if len(errs) > 0 {
		c.mismatches(checked, errs)
		return false
	}
	if c.sums(checked) {
		if checked, errs, err = c.typeCheck(); err != nil || len(errs) > 0 {
			c.mismatches(checked, errs)
			return false
		}
	}
	c.tree, c.places.info = checked, checked.SourceInfo()
	return true
}

// typeCheck returns the types that the checker has found, even if it has found errors too.
func (c *compiler) typeCheck() (checked *ast.AST, errs []*common.Error, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the type checker failed: %v", p)
		}
	}()
	checked, found := checker.Check(c.tree, common.NewTextSource(c.source), c.scope.base.checker)
	return checked, found.GetErrors(), nil
}

// widenLiterals turns an int literal into a double where the checker has refused an int beside a
// double. It reports whether it has changed anything.
func (c *compiler) widenLiterals(checked *ast.AST, errs []*common.Error) bool {
	nodes := nodesByID(checked.Expr())
	any := false
	for _, e := range errs {
		node := nodes[e.ExprID]
		if node == nil || node.Kind() != ast.CallKind {
			continue
		}
		args := children(node)
		switch node.AsCall().FunctionName() {
		case operators.Conditional:
			args = args[1:]
		case operators.Equals, operators.NotEquals, operators.In, "max", "min", "orValue":
		default:
			continue
		}
		if wantsDouble(checked, args) {
			for _, arg := range args {
				any = widenLiteral(arg) || any
			}
		}
	}
	return any
}

func wantsDouble(checked *ast.AST, args []ast.Expr) bool {
	for _, arg := range args {
		t := checked.GetType(arg.ID())
		for len(t.Parameters()) == 1 { // lists and optionals of doubles
			t = t.Parameters()[0]
		}
		if t.Kind() == types.DoubleKind {
			return true
		}
	}
	return false
}

// widenLiteral turns an int literal, or a list of them, into doubles. It leaves an int that no
// double equals.
func widenLiteral(e ast.Expr) bool {
	switch e.Kind() {
	case ast.LiteralKind:
		n, ok := e.AsLiteral().(types.Int)
		if !ok || types.Int(types.Double(n)) != n {
			return false
		}
		e.SetKindCase(ast.NewExprFactory().NewLiteral(e.ID(), types.Double(n)))
		return true
	case ast.ListKind:
		any := false
		for _, member := range e.AsList().Elements() {
			any = widenLiteral(member) || any
		}
		return any
	}
	return false
}

// nodesByID maps the ids that errors name to the nodes of a tree.
func nodesByID(root ast.Expr) map[int64]ast.Expr {
	nodes := map[int64]ast.Expr{}
	var walk func(e ast.Expr)
	walk = func(e ast.Expr) {
		nodes[e.ID()] = e
		for _, child := range children(e) {
			walk(child)
		}
	}
	walk(root)
	return nodes
}

// orText lets a message write incident.?resolved_at.orValue("not yet"): whatever has no value becomes
// the text, and a value of any type is shown as messages show it. It reports whether the expression
// is one of these.
func (c *compiler) orText(checked *ast.AST) bool {
	root := c.tree.Expr()
	if !c.message || root.Kind() != ast.CallKind || root.AsCall().FunctionName() != "orValue" || !root.AsCall().IsMemberFunction() {
		return false
	}
	target, args := root.AsCall().Target(), root.AsCall().Args()
	if len(args) != 1 {
		return false
	}
	if _, isText := textLiteral(args[0]); !isText {
		return false
	}
	if t := checked.GetType(target.ID()); t == nil || !cellib.IsOptional(t) {
		return false
	}
	c.places.known[root.ID()] = c.places.of(root)
	root.SetKindCase(ast.NewExprFactory().NewCall(root.ID(), cellib.OrText, target, args[0]))
	return true
}

// parse makes the syntax tree. It reports one mistake at most, because further errors of a parser
// are mostly noise. Slips are looked for before the text is parsed: the parser reports them later,
// at other places, and takes minutes for some garbage.
func (c *compiler) parse() bool {
	src := c.places.src
	if n := len(src.Runes); n > maxSourceRunes {
		c.report(celtext.Span{From: 0, To: n}, celtext.CodeTooComplex, "name parts of it as terms", "the expression has %d characters, at most %d", n, maxSourceRunes)
		return false
	}
	if len(src.Tokens) == 0 {
		c.report(celtext.Span{From: 0, To: len(src.Runes)}, celtext.CodeSyntax, "", "there is no expression")
		return false
	}
	if c.issues = celtext.Slips(src, c); len(c.issues) > 0 || c.tooDeep() {
		return false
	}
	tree, issues, err := c.scope.base.parse(c.source)
	switch {
	case err != nil:
		c.report(celtext.Span{From: 0, To: len(src.Runes)}, celtext.CodeSyntax, "", "%s", err)
		return false
	case issues != nil:
		c.reportSyntax(issues.Errors())
		return false
	}
	c.tree, c.places.info = tree, tree.SourceInfo()
	return true
}

// reportSyntax says in plain words why the parser gave up.
func (c *compiler) reportSyntax(errs []*cel.Error) {
	first := errs[0]
	for _, e := range errs[1:] {
		if before(e.Location, first.Location) {
			first = e
		}
	}
	at := c.spanAt(first.Location)
	message := strings.TrimPrefix(first.Message, "Syntax error: ")
	switch {
	case strings.Contains(message, "limit"), strings.Contains(message, "recursion"):
		c.reportTooDeep()
	case c.macroSlip(at, message):
	default:
		c.report(at, celtext.CodeSyntax, "", "%s is not expected here", c.tokenName(at))
	}
}

func (c *compiler) reportTooDeep() {
	c.report(celtext.Span{From: 0, To: len(c.places.src.Runes)}, celtext.CodeTooComplex, "name parts of it as terms", "the expression is nested too deeply or too long")
}

// tooDeep counts brackets in brackets.
func (c *compiler) tooDeep() bool {
	depth := 0
	for i, t := range c.places.src.Tokens {
		switch m := c.places.src.Match[i]; {
		case m > i:
			depth++
		case m >= 0:
			depth--
		}
		if depth > maxDepth {
			c.report(celtext.Span{From: t.From, To: t.To}, celtext.CodeTooComplex, "name parts of it as terms", "brackets are nested too deeply")
			return true
		}
	}
	return false
}

func before(a, b common.Location) bool {
	return a.Line() < b.Line() || a.Line() == b.Line() && a.Column() < b.Column()
}

// spanAt returns the token at a line and column; at the end of the source the last one.
func (c *compiler) spanAt(l common.Location) celtext.Span {
	src := c.places.src
	offset, line := 0, 1
	for ; offset < len(src.Runes) && line < l.Line(); offset++ {
		if src.Runes[offset] == '\n' {
			line++
		}
	}
	offset = min(offset+max(l.Column(), 0), len(src.Runes))
	for _, t := range src.Tokens {
		if t.To > offset {
			return celtext.Span{From: t.From, To: t.To}
		}
	}
	return celtext.Span{From: len(src.Runes), To: len(src.Runes)}
}

func (c *compiler) tokenName(at celtext.Span) string {
	if at.From >= len(c.places.src.Runes) {
		return "the end"
	}
	return c.places.src.Text(at.From, at.To)
}

// macroSlip translates what cel-go says about macros, literals and names.
func (c *compiler) macroSlip(at celtext.Span, message string) bool {
	switch {
	case strings.HasPrefix(message, "invalid argument to has()"):
		c.report(at, celtext.CodeSyntax, "as in has(incident.x)", "has takes a field or a table")
	case strings.Contains(message, "not an identifier"), strings.Contains(message, "simple name"), strings.Contains(message, "simple identifier"), strings.Contains(message, "variable name"):
		c.report(at, celtext.CodeSyntax, "as in list.exists(x, x > 1)", "the variable of a macro is a plain name")
	case strings.Contains(message, "overwrites accumulator"):
		c.report(at, celtext.CodeSyntax, "take another name", "this name is taken")
	case strings.HasPrefix(message, "invalid int literal"), strings.HasPrefix(message, "invalid uint literal"):
		c.report(at, celtext.CodeSyntax, "", "%s is too large for an int", c.tokenName(at))
	case strings.HasPrefix(message, "invalid double literal"):
		c.report(at, celtext.CodeSyntax, "", "%s is too large for a double", c.tokenName(at))
	case strings.HasPrefix(message, "reserved identifier: "):
		c.report(at, celtext.CodeSyntax, "", "%s is a reserved word", strings.TrimPrefix(message, "reserved identifier: "))
	case strings.HasPrefix(message, "math."):
		c.report(at, celtext.CodeTypeMismatch, "", "%s", strings.ReplaceAll(message, "()", ""))
	default:
		return false
	}
	return true
}

// TypeOf implements [celtext.Language] by compiling the text in the same scope.
func (c *compiler) TypeOf(text string) (t value.Type, ok bool) {
	part := newCompiler(c.scope, text, c.message)
	f := part.form(nil)
	if f == nil || f.broken {
		return value.Type{}, false
	}
	return f.typ, true
}

// Check implements [celtext.Language] by compiling the text in the place of the whole source.
func (c *compiler) Check(text string) celtext.Issues {
	next := newCompiler(c.scope, text, c.message)
	next.form(c.want)
	return next.issues
}

// IsFunction implements [celtext.Language].
func (c *compiler) IsFunction(name string) bool { return c.scope.base.declared[name] != nil }

// IsVariable implements [celtext.Language].
func (c *compiler) IsVariable(name string) bool { return slices.Contains(variables(c.message), name) }
