package celenv

import (
	"slices"
	"strconv"
	"strings"

	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/functions"
	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/common/overloads"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"

	"github.com/servicerecovery/amends/policy/internal/cellib"
	"github.com/servicerecovery/amends/policy/value"
)

// recipe makes the value of a literal, as compiling it would. The literal stands by itself, behind
// a sign, or in a function such as money that turns it into a constant.
type recipe struct {
	negative bool
	double   bool // an int that stands for a double
	// parse reads a text, as in money("10 EUR"); call is a function of the language, as
	// in hours(24). Both are nil for a plain literal.
	parse    func(text string) (ref.Val, error)
	call     *functions.Overload
	currency string     // of money
	oneOf    [][]string // the values of closed fields that a text is compared with
}

// value returns the value of a literal, nil where compiling it could report a mistake.
func (r *recipe) value(h hole) ref.Val {
	v := r.literal(h)
	if v == nil || r.call == nil {
		return v
	}
	if v = cellib.CallSafely(r.call, []ref.Val{v}); v == nil || types.IsError(v) {
		return nil
	}
	return v
}

func (r *recipe) literal(h hole) ref.Val {
	switch h.kind {
	case holeInt:
		n, err := strconv.ParseInt(h.text, 10, 64)
		if err != nil {
			return nil
		}
		if r.negative {
			n = -n
		}
		if r.double {
			return types.Double(n)
		}
		return types.Int(n)
	case holeDouble:
		x, err := strconv.ParseFloat(h.text, 64)
		if err != nil {
			return nil
		}
		if r.negative {
			x = -x
		}
		return types.Double(x)
	}
	return r.textValue(h.text)
}

func (r *recipe) textValue(text string) ref.Val {
	for _, values := range r.oneOf {
		if !slices.Contains(values, text) {
			return nil
		}
	}
	if r.parse == nil {
		return types.String(text)
	}
	v, err := r.parse(text)
	if err != nil {
		return nil
	}
	return v
}

// textFunctions make constants of texts; the scan replaces them.
var textFunctions = map[string]func(string) (ref.Val, error){
	"money":                        boxed(value.ParseMoney),
	"date":                         boxed(value.ParseDate),
	overloads.TypeConvertTimestamp: boxed(value.ParseTimestamp),
	overloads.TypeConvertDuration:  boxed(cellib.ParseDuration),
}

func boxed[T any](parse func(string) (T, error)) func(string) (ref.Val, error) {
	return func(text string) (ref.Val, error) {
		v, err := parse(text)
		if err != nil {
			return nil, err
		}
		return cellib.Box(v), nil
	}
}

// role says what the forms of a shape do with one of its holes.
type role uint8

const (
	roleFixed    role = iota // all expressions of a form have the same literal
	roleBlank                // each expression has its own literal
	roleCurrency             // each expression has its own amount in one currency
)

// roleFinder looks for the holes of a shape in the tree of an expression.
type roleFinder struct {
	c      *compiler
	holes  []hole
	found  []int // how often each was found
	blanks []blank
	lists  []blankList
}

// findRoles returns the holes that each expression fills with its own literals, and the literals
// here. Nothing else may depend on such a literal: neither a type, nor whether a mistake is
// reported. All other holes are fixed.
func (c *compiler) findRoles(s shape) (roles []role, blanks []blank, lists []blankList) {
	f := roleFinder{c: c, holes: s.holes, found: make([]int, len(s.holes))}
	f.walk(c.tree.Expr(), nil)
	roles = make([]role, len(s.holes))
	if slices.ContainsFunc(f.found, func(n int) bool { return n > 1 }) {
		return roles, nil, nil
	}
	for _, b := range f.blanks {
		roles[b.hole] = roleBlank
		if b.currency != "" {
			roles[b.hole] = roleCurrency
		}
	}
	return roles, f.blanks, f.lists
}

// walk goes through the tree. It takes a literal for a blank where its value decides nothing but
// the expression's result.
func (f *roleFinder) walk(e, parent ast.Expr) {
	switch e.Kind() {
	case ast.LiteralKind:
		f.literal(e, parent == nil || parent.Kind() == ast.CallKind && isSimpleArg(parent.AsCall(), e))
		return
	case ast.ListKind:
		if parent != nil && isSearched(e, parent) {
			f.list(e)
			return
		}
	}
	for _, child := range children(e) {
		f.walk(child, e)
	}
}

// list takes all members of a list for blanks, or none.
func (f *roleFinder) list(e ast.Expr) {
	from := len(f.blanks)
	members := e.AsList().Elements()
	for _, member := range members {
		f.literal(member, len(members) <= maxBlankList)
	}
	if len(f.blanks)-from != len(members) {
		f.blanks = f.blanks[:from]
		return
	}
	f.lists = append(f.lists, blankList{e.ID(), from, len(f.blanks)})
}

// maxBlankList is the length of the longest list whose members can be blanks. A search in a longer
// list goes member by member, unless the list is constant.
const maxBlankList = 64

// literal finds the hole of a literal.
func (f *roleFinder) literal(e ast.Expr, simple bool) {
	i, r, ok := f.recipeOf(e)
	if !ok {
		return
	}
	f.found[i]++
	v := r.value(f.holes[i])
	// The recipe has to give the very value of the literal.
	if !simple || f.c.fixed[e.ID()] || v == nil || v.Type() != e.AsLiteral().Type() || v.Equal(e.AsLiteral()) != types.True {
		return
	}
	for _, m := range f.c.met {
		if m.node == e.ID() {
			r.oneOf = append(r.oneOf, m.values)
		}
	}
	h := f.holes[i]
	f.blanks = append(f.blanks, blank{recipe: r, hole: i, node: e.ID(), from: h.from, to: h.to})
}

// recipeOf finds out from the tokens how a literal was made: 5, -5 or f(5). It returns the number
// of the hole that the literal fills.
func (f *roleFinder) recipeOf(e ast.Expr) (at int, r recipe, ok bool) {
	src := f.c.places.src
	lo, hi := f.c.places.tokens(e)
	if lo < 0 {
		return 0, r, false
	}
	literal := lo
	switch hi - lo {
	case 0:
	case 1:
		if !src.Is(lo, "-") {
			return 0, r, false
		}
		r.negative, literal = true, hi
	case 3:
		if !src.Is(lo+1, "(") || !src.Is(hi, ")") || !f.function(e, src.TokenText(src.Tokens[lo]), &r) {
			return 0, r, false
		}
		literal = lo + 2
	default:
		return 0, r, false
	}
	t := src.Tokens[literal]
	at, found := slices.BinarySearchFunc(f.holes, t.From, func(h hole, from int) int { return h.from - from })
	if !found || f.holes[at].to != t.To {
		return 0, r, false
	}
	_, isDouble := e.AsLiteral().(types.Double)
	r.double = f.holes[at].kind == holeInt && isDouble
	return at, r, r.parse == nil || f.holes[at].kind == holeText
}

func (f *roleFinder) function(e ast.Expr, name string, r *recipe) bool {
	if r.parse = textFunctions[name]; r.parse != nil {
		if m, ok := e.AsLiteral().(*cellib.Amount); ok {
			r.currency = m.Currency()
		}
		return true
	}
	switch name {
	case "minutes", "hours", "days", "percent":
		r.call = f.c.implementation(e.ID(), name)
	}
	return r.call != nil
}

// isSimpleArg reports whether nothing but the call's result depends on the value of an argument.
// Literals in the branches of a condition are not simple: others can be checked against them.
func isSimpleArg(call ast.CallExpr, e ast.Expr) bool {
	args := call.Args()
	_, isText := textLiteral(e)
	switch call.FunctionName() {
	case operators.Equals, operators.NotEquals, operators.Less, operators.LessEquals, operators.Greater, operators.GreaterEquals:
		// How many items a list has decides which of them may be read.
		return !slices.ContainsFunc(args, func(arg ast.Expr) bool { _, ok := sizeOf(arg); return ok })
	case operators.In:
		return args[0].ID() == e.ID()
	case operators.Conditional:
		return !isText && args[0].ID() != e.ID()
	case operators.Add, operators.Subtract, operators.Multiply, operators.Divide, "orValue", "max", "min":
		return !isText
	case overloads.StartsWith, overloads.EndsWith, overloads.Contains:
		return call.IsMemberFunction() && len(args) == 1 && args[0].ID() == e.ID()
	}
	return false
}

// isSearched reports whether a value that is not constant is looked for in a list of literals.
func isSearched(list, search ast.Expr) bool {
	if search.Kind() != ast.CallKind || search.AsCall().FunctionName() != operators.In {
		return false
	}
	args := search.AsCall().Args()
	if args[1].ID() != list.ID() || args[0].Kind() == ast.LiteralKind || len(list.AsList().OptionalIndices()) > 0 {
		return false
	}
	for _, member := range list.AsList().Elements() {
		if member.Kind() != ast.LiteralKind {
			return false
		}
	}
	return true
}

// currencyIn returns the currency of an amount's text.
func currencyIn(text string) string {
	_, code, _ := strings.Cut(text, " ")
	return code
}
