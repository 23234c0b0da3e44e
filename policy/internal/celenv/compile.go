package celenv

import (
	"slices"

	"github.com/google/cel-go/common/ast"

	"github.com/servicerecovery/amends/policy/internal/cellib"
	"github.com/servicerecovery/amends/policy/internal/celtext"
	"github.com/servicerecovery/amends/policy/value"
)

// compiler turns one source text into an expression.
type compiler struct {
	scope   *Scope
	message bool
	names   bool // the source names a calendar
	source  string

	places places
	tree   *ast.AST
	refs   map[int64]*reference
	want   []value.Type
	nextID int64 // of the next node that is added; counts down from firstAddedID
	locals []string

	issues celtext.Issues
	broken bool

	terms, tables, calendars []string

	needs []need // what the scope was asked about
	met   []met

	fixed map[int64]bool // literals whose value was checked
}

// firstAddedID is the id above those of all nodes that are added. The parser never counts as far.
const firstAddedID int64 = 1 << 40

// Compile checks an expression and returns it, or its mistakes in source order. With want, the type
// of the expression must be one of these. A wanted list without Elem takes any list; wanted money
// without Currency takes any amount. Without want, the expression may have any type of package
// value.
func (s *Scope) Compile(source string, want ...value.Type) (*Expr, []celtext.Issue) {
	return s.compile(source, false, want)
}

// CompileMessage is [Scope.Compile] for the expressions of a message. They also see action and
// partner.
func (s *Scope) CompileMessage(source string, want ...value.Type) (*Expr, []celtext.Issue) {
	return s.compile(source, true, want)
}

// CompileCalendar compiles an expression that names a calendar, as the first argument of open does;
// see [Expr.Calendar].
func (s *Scope) CompileCalendar(source string) (*Expr, []celtext.Issue) {
	c := newCompiler(s, source, false)
	c.names = true
	f := c.form(nil)
	if f == nil {
		return nil, celtext.Sorted(c.issues)
	}
	f.used.Store(true)
	if session := s.base.session.Load(); session != nil {
		session.add(f)
	}
	return &Expr{form: f, scope: s, source: source}, nil
}

// compile uses again what was compiled before in the same shape. An expression that could have a
// mistake is always compiled as a whole, so that mistakes have one source.
func (s *Scope) compile(source string, message bool, want []value.Type) (*Expr, []celtext.Issue) {
	session := s.base.session.Load()
	var sh shape
	shaped := false
	if session != nil {
		room := session.rooms.Get().(*shapeRoom)
		defer session.rooms.Put(room)
		if sh, shaped = shapeOf(source, message, want, room); shaped {
			if e := s.known(session, sh, source); e != nil {
				return e, nil
			}
		}
	}
	c := newCompiler(s, source, message)
	f := c.form(want)
	if f == nil {
		return nil, celtext.Sorted(c.issues)
	}
	f.used.Store(true)
	e := &Expr{form: f, scope: s, source: source}
	if session != nil {
		session.add(f)
	}
	if shaped && !f.broken {
		e.values = s.learn(session, sh, c, f)
	}
	return e, nil
}

// Prepare compiles an expression ahead of [Scope.Compile], which then finds the work done. Several
// expressions can be prepared side by side. Mistakes are left to Compile.
func (s *Scope) Prepare(source string, want ...value.Type) {
	session := s.base.session.Load()
	if session == nil {
		return
	}
	room := session.rooms.Get().(*shapeRoom)
	defer session.rooms.Put(room)
	sh, ok := shapeOf(source, false, want, room)
	if !ok {
		return
	}
	if f, _ := s.find(session, sh); f != nil {
		return
	}
	c := newCompiler(s, source, false)
	if f := c.form(want); f != nil && !f.broken {
		session.add(f)
		s.learn(session, sh, c, f)
	}
}

func newCompiler(s *Scope, source string, message bool) *compiler {
	c := &compiler{scope: s, message: message, source: source, refs: map[int64]*reference{}, nextID: firstAddedID}
	c.places = places{src: celtext.New(source), known: map[int64]celtext.Span{}}
	return c
}

// form compiles the source text. It returns nil when there are issues.
func (c *compiler) form(want []value.Type) *form {
	c.want = want
	if !c.parse() {
		return nil
	}
	return c.compiled(want)
}

// compiled compiles the syntax tree.
func (c *compiler) compiled(want []value.Type) *form {
	c.unseen()
	if c.names {
		c.scanNamed()
	} else {
		c.scan(c.tree.Expr())
	}
	if len(c.issues) > 0 || !c.check() {
		return nil
	}
	f := &form{
		tree: c.tree, refs: c.refs, known: c.places.known, inMessage: c.message, names: c.names, want: slices.Clone(want),
		cel: c.tree.GetType(c.tree.Expr().ID()), loops: loops(c.tree.Expr()), meters: needsMeter(c.tree.Expr()),
	}
	if c.rules(); len(c.issues) == 0 {
		c.fold()
		c.checkClosed()
		c.checkWholeDays()
		f.broken = c.broken
		if !c.names {
			c.checkResult(f, want)
		}
	}
	if len(c.issues) > 0 {
		return nil
	}
	f.terms, f.tables, f.calendars = sortedCopy(c.terms), sortedCopy(c.tables), sortedCopy(c.calendars)
	f.texts, f.domain = c.domain(c.tree.Expr())
	f.inner = c.innerReads(f)
	f.collect()
	f.where = &c.places
	c.checkInner(f)
	f.where = nil
	if len(c.issues) > 0 {
		return nil
	}
	return f
}

// need remembers a name that the expression takes from its scope.
func (c *compiler) need(n need) {
	if !slices.Contains(c.needs, n) {
		c.needs = append(c.needs, n)
	}
}

// checkResult compares the type of the expression with what is wanted.
func (c *compiler) checkResult(e *form, want []value.Type) {
	root := c.tree.Expr()
	e.typ = cellib.TypeOf(e.cel)
	if e.broken && open(e.cel) {
		if e.typ = (value.Type{Kind: value.KindInvalid}); len(want) > 0 {
			e.typ = want[0]
		}
		return
	}
	if len(want) == 0 {
		if e.typ.Kind == value.KindInvalid {
			c.remedied(c.places.of(root), celtext.CodeWrongType, c.resultRemedy(e, want), "%s is no value that can be used here", cellib.TextOf(e.cel))
		}
		return
	}
	for _, w := range want {
		if fits(e.typ, w) {
			return
		}
	}
	for _, w := range want {
		if widens(e.typ, w) {
			e.typ, e.widen = w, true
			return
		}
	}
	c.reportResult(e, want)
}

// fits reports whether a value of one type can stand where another type is wanted.
func fits(got, want value.Type) bool {
	switch {
	case got.Kind != want.Kind:
		return false
	case want.Kind == value.KindList && want.Elem == value.KindInvalid:
		return true
	case got.Elem != want.Elem:
		return false
	}
	return want.Currency == "" || got.Currency == want.Currency
}

// widens reports whether a type has ints in the place of the wanted doubles.
func widens(got, want value.Type) bool {
	return got.Kind == value.KindInt && want.Kind == value.KindDouble || got.Kind == value.KindList && want.Kind == value.KindList && got.Elem == value.KindInt && want.Elem == value.KindDouble
}

func (c *compiler) reportResult(e *form, want []value.Type) {
	at := c.places.of(c.tree.Expr())
	if len(want) == 1 && want[0].Kind == value.KindBool {
		c.remedied(at, celtext.CodeNotACondition, c.resultRemedy(e, want), "a condition is true or false, this is %s", celtext.Article(cellib.TextOf(e.cel)))
		return
	}
	code := celtext.CodeWrongType
	for _, w := range want {
		if w.Kind == value.KindMoney && e.typ.Kind == value.KindMoney {
			code = celtext.CodeMixedCurrencies
			if e.typ.Currency == "" {
				code = celtext.CodeNoCurrency
			}
		}
	}
	c.remedied(at, code, c.resultRemedy(e, want), "%s is wanted here, this is %s", celtext.Article(listTypes(want)), celtext.Article(cellib.TextOf(e.cel)))
}

func listTypes(want []value.Type) string {
	names := make([]string, len(want))
	for i, t := range want {
		names[i] = cellib.NameOf(t)
	}
	return celtext.Or(names)
}

// loops reports whether an expression can take more steps than it has nodes.
func loops(e ast.Expr) bool {
	if e.Kind() == ast.ComprehensionKind && !isBind(e.AsComprehension()) {
		return true
	}
	for _, child := range children(e) {
		if loops(child) {
			return true
		}
	}
	return false
}

// isBind recognises cel.bind, which CEL makes a loop over nothing.
func isBind(c ast.ComprehensionExpr) bool {
	return c.IterRange().Kind() == ast.ListKind && c.IterRange().AsList().Size() == 0 && c.IterVar() == "#unused"
}

// remedied adds an issue with its remedy.
func (c *compiler) remedied(at celtext.Span, code celtext.Code, r celtext.Remedy, format string, args ...any) {
	c.issues.Add(at, code, r, format, args...)
}

// report adds an issue with a hint, or none.
func (c *compiler) report(at celtext.Span, code celtext.Code, hint, format string, args ...any) {
	c.issues.Add(at, code, celtext.Say(hint), format, args...)
}
