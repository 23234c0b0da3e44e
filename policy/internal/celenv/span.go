package celenv

import (
	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/operators"
)

// span is a part of the source text: the runes from..to-1.
type span struct{ from, to int }

func (a span) join(b span) span { return span{min(a.from, b.from), max(a.to, b.to)} }

// places finds what the nodes of one syntax tree span in its source text.
type places struct {
	src  *source
	info *ast.SourceInfo
	// known holds the spans of nodes that were put in the place of others.
	known map[int64]span
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
	return at, at <= len(p.src.runes)
}

// token returns the number of the token at a node's place, -1 if it has none.
func (p *places) token(id int64) int {
	offset, ok := p.offset(id)
	if !ok {
		return -1
	}
	return p.src.tokenAt(offset)
}

// at returns the span of the token at a node's place: for a call of an operator, the
// operator.
func (p *places) at(e ast.Expr) span {
	if s, ok := p.known[e.ID()]; ok {
		return s
	}
	if i := p.token(e.ID()); i >= 0 {
		return span{p.src.tokens[i].from, p.src.tokens[i].to}
	}
	return p.of(e)
}

// of returns what a node spans, its brackets included.
func (p *places) of(e ast.Expr) span {
	lo, hi := p.tokens(e)
	if lo < 0 {
		return span{0, len(p.src.runes)}
	}
	lo, hi = p.balance(lo, hi)
	return span{p.src.tokens[lo].from, p.src.tokens[hi].to}
}

// tokens returns the first and last token of a node, -1 if it has none of its own, as
// what macros add.
func (p *places) tokens(e ast.Expr) (lo, hi int) {
	if s, ok := p.known[e.ID()]; ok {
		return p.src.tokenAt(s.from), p.src.tokenAt(s.to - 1)
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
	case p.src.is(i, "("), p.src.is(i, "["):
		hi = max(i, p.src.match[i])
		return p.calleeOf(e, i), hi
	case e.Kind() == ast.LiteralKind && p.src.is(i, "-"):
		return i, min(i+1, len(p.src.tokens)-1)
	case e.Kind() == ast.SelectKind && p.src.is(i, "."):
		return i, min(p.afterDot(i), len(p.src.tokens)-1)
	}
	return i, i
}

// calleeOf returns the first token of the name in front of a call's bracket.
func (p *places) calleeOf(e ast.Expr, bracket int) int {
	if e.Kind() == ast.ListKind || e.Kind() == ast.CallKind && isIndex(e.AsCall().FunctionName()) {
		return bracket
	}
	i := bracket
	for i > 0 && p.src.tokens[i-1].kind == tokName {
		i--
		if i == 0 || !p.src.is(i-1, ".") {
			break
		}
		i--
	}
	return i
}

func (p *places) afterDot(i int) int {
	if p.src.is(i+1, "?") {
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
		if m := p.src.match[i]; m >= 0 && (m < lo || m > hi) {
			lo, hi = min(lo, m), max(hi, m)
			i = lo - 1
		}
	}
	return lo, hi
}

// name returns the span of the function's name in a call.
func (p *places) name(call ast.Expr) span {
	if i := p.token(call.ID()); i > 0 && p.src.tokens[i-1].kind == tokName {
		return span{p.src.tokens[i-1].from, p.src.tokens[i-1].to}
	}
	return p.at(call)
}

// called returns the operator of a node, or the name of the function that it calls.
func (p *places) called(e ast.Expr) span {
	if _, replaced := p.known[e.ID()]; !replaced && p.src.is(p.token(e.ID()), "(") {
		return p.name(e)
	}
	return p.at(e)
}

// text returns the source of a node on one line.
func (p *places) text(e ast.Expr) string {
	s := p.of(e)
	return p.src.text(s.from, s.to)
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
