package celenv

import (
	"slices"
	"strings"

	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/common/types"
	"github.com/servicerecovery/amends/policy/internal/celtext"
)

// scan resolves the names in an expression and refuses what the language leaves out.
func (c *compiler) scan(e ast.Expr) {
	switch e.Kind() {
	case ast.IdentKind, ast.SelectKind:
		c.scanPath(e)
	case ast.CallKind:
		c.scanCall(e)
	case ast.ListKind:
		c.scanList(e.AsList())
	case ast.ComprehensionKind:
		c.scanLoop(e.AsComprehension())
	case ast.LiteralKind:
		if e.AsLiteral() == types.NullValue {
			c.report(c.places.at(e), celtext.CodeLeftOut, "write has(x) or !has(x)", "there is no null, a value is there or it is not")
		}
	case ast.MapKind:
		c.report(c.places.at(e), celtext.CodeLeftOut, "a table in the playbook looks values up", "maps in {…} are not in the language")
	case ast.StructKind:
		c.report(c.places.at(e), celtext.CodeLeftOut, "", "objects in {…} are not in the language")
	}
}

// scanList also turns [1, 2.5] into a list of doubles. The checker would take it for a list of
// anything.
func (c *compiler) scanList(list ast.ListExpr) {
	members := list.Elements()
	if slices.ContainsFunc(members, isDoubleLiteral) {
		for _, member := range members {
			widenLiteral(member)
		}
	}
	for _, member := range members {
		c.scan(member)
	}
}

func isDoubleLiteral(e ast.Expr) bool {
	if e.Kind() != ast.LiteralKind {
		return false
	}
	_, ok := e.AsLiteral().(types.Double)
	return ok
}

// scanLoop scans the expansion of a macro. The variables of the macro are known in its body only.
func (c *compiler) scanLoop(loop ast.ComprehensionExpr) {
	c.scan(loop.IterRange())
	c.scan(loop.AccuInit())
	outer := len(c.locals)
	c.locals = append(c.locals, loop.AccuVar(), loop.IterVar())
	if loop.HasIterVar2() {
		c.locals = append(c.locals, loop.IterVar2())
	}
	c.scan(loop.LoopCondition())
	c.scan(loop.LoopStep())
	c.locals = append(c.locals[:outer], loop.AccuVar())
	c.scan(loop.Result())
	c.locals = c.locals[:outer]
}

func (c *compiler) isLocal(name string) bool { return slices.Contains(c.locals, name) }

// chain is a path as it is written: a name, and members of it.
type chain struct {
	root    ast.Expr
	members []chainMember
	has     bool // in has(…)
}

type chainMember struct {
	name     string
	optional bool // .?
}

// chainOf takes a path apart; ok is false for an expression that is not a path.
func chainOf(e ast.Expr) (p chain, ok bool) {
	for {
		switch e.Kind() {
		case ast.IdentKind:
			p.root = e
			slices.Reverse(p.members)
			return p, true
		case ast.SelectKind:
			s := e.AsSelect()
			p.has = p.has || s.IsTestOnly()
			p.members = append(p.members, chainMember{name: s.FieldName()})
			e = s.Operand()
		case ast.CallKind:
			operand, name, isOptional := optionalSelect(e)
			if !isOptional {
				return p, false
			}
			p.members = append(p.members, chainMember{name: name, optional: true})
			e = operand
		default:
			return p, false
		}
	}
}

// optionalSelect recognises x.?name.
func optionalSelect(e ast.Expr) (operand ast.Expr, name string, ok bool) {
	call := e.AsCall()
	if call.FunctionName() != operators.OptSelect || len(call.Args()) != 2 {
		return nil, "", false
	}
	name, ok = textLiteral(call.Args()[1])
	return call.Args()[0], name, ok
}

// textLiteral returns the text of a string literal.
func textLiteral(e ast.Expr) (string, bool) {
	if e.Kind() != ast.LiteralKind {
		return "", false
	}
	s, ok := e.AsLiteral().(types.String)
	return string(s), ok
}

func (p chain) rootName() string { return strings.TrimPrefix(p.root.AsIdent(), ".") }

func (p chain) optional() bool {
	return slices.ContainsFunc(p.members, func(m chainMember) bool { return m.optional })
}

func (p chain) mode() refMode {
	switch {
	case p.has:
		return modeHas
	case p.optional():
		return modeOptional
	}
	return modeRead
}

// spans returns where the parts of a path stand: its root, then its members.
func (c *compiler) spans(p chain) []celtext.Span {
	src := c.places.src
	i := c.places.token(p.root.ID())
	if i < 0 {
		return slices.Repeat([]celtext.Span{c.places.of(p.root)}, len(p.members)+1)
	}
	spans := []celtext.Span{{From: src.Tokens[i].From, To: src.Tokens[i].To}}
	for range p.members {
		for i++; i < len(src.Tokens) && src.Tokens[i].Kind != celtext.TokName; i++ {
		}
		if i >= len(src.Tokens) {
			spans = append(spans, spans[len(spans)-1])
			continue
		}
		spans = append(spans, celtext.Span{From: src.Tokens[i].From, To: src.Tokens[i].To})
	}
	return spans
}

// scanPath resolves a path. Of any other selection it scans the operand.
func (c *compiler) scanPath(e ast.Expr) {
	p, ok := chainOf(e)
	if !ok {
		if e.Kind() == ast.SelectKind {
			c.scan(e.AsSelect().Operand())
		} else {
			c.scan(e.AsCall().Args()[0])
		}
		return
	}
	if c.isLocal(p.root.AsIdent()) {
		return
	}
	c.resolve(e, p)
}

// replace puts a reference in the place of a node.
func (c *compiler) replace(e ast.Expr, r *reference, t *types.Type) {
	whole := c.places.of(e)
	if whole.From > r.at.From || whole.To < r.at.To {
		whole = r.at
	}
	c.places.known[e.ID()] = whole
	c.refs[e.ID()] = r
	c.selectFrame(e, c.scope.base.declare(r, t))
}

// selectFrame makes a node a selection on the frame.
func (c *compiler) selectFrame(e ast.Expr, key string) {
	factory := ast.NewExprFactory()
	c.nextID--
	e.SetKindCase(factory.NewSelect(e.ID(), factory.NewIdent(c.nextID, frameName), key))
}

// breakOff replaces a node whose mistake is reported by one that fits everywhere, so that no
// further mistake follows.
func (c *compiler) breakOff(e ast.Expr, at celtext.Span) {
	c.broken = true
	c.replace(e, &reference{kind: refBroken, at: at}, types.DynType)
}
