package celenv

import (
	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/operators"
	"github.com/servicerecovery/amends/policy/internal/celtext"
)

// places finds the parts of the source text that the nodes of a syntax tree stand for.
type places struct {
	src  *celtext.Source
	info *ast.SourceInfo
	// known has the spans of nodes that have replaced others.
	known map[int64]celtext.Span
	// moved is set where info was made from another source of the same shape.
	moved mover
}

// offset returns the place that cel-go gives a node: its first token, or its operator,
// or the bracket of a call.
func (p *places) offset(id int64) (int, bool) {
	o, ok := p.info.GetOffsetRange(id)
	if !ok || o.Start < 0 {
		return 0, false
	}
	at := p.moved.offset(int(o.Start))
	return at, at <= len(p.src.Runes)
}

// token returns the number of the token at a node's place, -1 if it has none.
func (p *places) token(id int64) int {
	offset, ok := p.offset(id)
	if !ok {
		return -1
	}
	return p.src.TokenAt(offset)
}

// at returns the span of the token at a node's place: for a call of an operator, the
// operator.
func (p *places) at(e ast.Expr) celtext.Span {
	if s, ok := p.known[e.ID()]; ok {
		return s
	}
	if i := p.token(e.ID()); i >= 0 {
		return celtext.Span{From: p.src.Tokens[i].From, To: p.src.Tokens[i].To}
	}
	return p.of(e)
}

// of returns what a node spans, its brackets included.
func (p *places) of(e ast.Expr) celtext.Span {
	lo, hi := p.tokens(e)
	if lo < 0 {
		return celtext.Span{From: 0, To: len(p.src.Runes)}
	}
	lo, hi = p.balance(lo, hi)
	return celtext.Span{From: p.src.Tokens[lo].From, To: p.src.Tokens[hi].To}
}

// tokens returns the first and last token of a node, -1 for a node that a macro has added.
func (p *places) tokens(e ast.Expr) (lo, hi int) {
	if s, ok := p.known[e.ID()]; ok {
		return p.src.TokenAt(s.From), p.src.TokenAt(s.To - 1)
	}
	lo, hi = p.own(e)
	for _, child := range children(e) {
		if from, to := p.tokens(child); from >= 0 {
			lo, hi = widen(lo, hi, from, to)
		}
	}
	return lo, hi
}

func widen(lo, hi, from, to int) (int, int) {
	if lo < 0 {
		return from, to
	}
	return min(lo, from), max(hi, to)
}

// own returns the tokens that belong to a node itself and not to its children.
func (p *places) own(e ast.Expr) (lo, hi int) {
	i := p.token(e.ID())
	if i < 0 {
		return -1, -1
	}
	switch {
	case p.src.Is(i, "("), p.src.Is(i, "["):
		hi = max(i, p.src.Match[i])
		return p.calleeOf(e, i), hi
	case e.Kind() == ast.LiteralKind && p.src.Is(i, "-"):
		return i, min(i+1, len(p.src.Tokens)-1)
	case e.Kind() == ast.SelectKind && p.src.Is(i, "."):
		return i, min(p.afterDot(i), len(p.src.Tokens)-1)
	}
	return i, i
}

// calleeOf returns the first token of the name in front of a call's bracket.
func (p *places) calleeOf(e ast.Expr, bracket int) int {
	if e.Kind() == ast.ListKind || e.Kind() == ast.CallKind && isIndex(e.AsCall().FunctionName()) {
		return bracket
	}
	i := bracket
	for i > 0 && p.src.Tokens[i-1].Kind == celtext.TokName {
		i--
		if i == 0 || !p.src.Is(i-1, ".") {
			break
		}
		i--
	}
	return i
}

func (p *places) afterDot(i int) int {
	if p.src.Is(i+1, "?") {
		return i + 2
	}
	return i + 1
}

func isIndex(function string) bool {
	return function == operators.Index || function == operators.OptIndex
}

// balance widens a run of tokens until its brackets are paired within it.
func (p *places) balance(lo, hi int) (int, int) {
	for i := lo; i <= hi; i++ {
		if m := p.src.Match[i]; m >= 0 && (m < lo || m > hi) {
			lo, hi = min(lo, m), max(hi, m)
			i = lo - 1
		}
	}
	return lo, hi
}

// name returns the span of the function's name in a call.
func (p *places) name(call ast.Expr) celtext.Span {
	if i := p.token(call.ID()); i > 0 && p.src.Tokens[i-1].Kind == celtext.TokName {
		return celtext.Span{From: p.src.Tokens[i-1].From, To: p.src.Tokens[i-1].To}
	}
	return p.at(call)
}

// called returns the operator of a node, or the name of the function that it calls.
func (p *places) called(e ast.Expr) celtext.Span {
	if _, replaced := p.known[e.ID()]; !replaced && p.src.Is(p.token(e.ID()), "(") {
		return p.name(e)
	}
	return p.at(e)
}

// text returns the source of a node on one line.
func (p *places) text(e ast.Expr) string {
	s := p.of(e)
	return p.src.Text(s.From, s.To)
}

// children returns the nodes right under a node, in source order as far as it has one.
func children(e ast.Expr) []ast.Expr {
	switch e.Kind() {
	case ast.SelectKind:
		return []ast.Expr{e.AsSelect().Operand()}
	case ast.CallKind:
		if c := e.AsCall(); c.IsMemberFunction() {
			return append([]ast.Expr{c.Target()}, c.Args()...)
		}
		return e.AsCall().Args()
	case ast.ListKind:
		return e.AsList().Elements()
	case ast.ComprehensionKind:
		c := e.AsComprehension()
		return []ast.Expr{c.IterRange(), c.AccuInit(), c.LoopCondition(), c.LoopStep(), c.Result()}
	}
	return nil
}
