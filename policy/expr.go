package policy

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy/internal/atom"
	"github.com/servicerecovery/amends/policy/internal/celenv"
	"github.com/servicerecovery/amends/policy/internal/celtext"
	"github.com/servicerecovery/amends/policy/value"
)

// expression is a compiled expression. Its tag is where it stands, a *place.
type expression struct {
	cel  *celenv.Expr
	root int32 // of the native condition in the program's space, plus one; 0: none
}

// EvalError reports an expression that could not be evaluated: its place, the
// part that failed, and the reason.
type EvalError struct {
	Position Position
	Expr     string // the part that failed, as written
	Message  string
}

func (e *EvalError) Error() string {
	return fmt.Sprintf("%s:%d:%d: %s: %s", e.Position.File, e.Position.Start.Line, e.Position.Start.Column, e.Expr, e.Message)
}

// holds says whether a condition holds; a nil one always does.
func (e *expression) holds(f *Frame) (bool, error) { return e.holdsFor(f.in, f.pb) }

// holdsFor is holds for a playbook whose frame may not be needed.
func (e *expression) holdsFor(in *Input, b *Playbook) (bool, error) {
	if e == nil {
		return true, nil
	}
	if e.root > 0 && in.native() {
		if t := in.program.matching.space.Truth(e.root-1, in.values); t != atom.Unsure {
			return t == atom.Yes, nil
		}
	}
	return e.evaluate(in.Frame(b))
}

// evaluate evaluates a condition; a nil one always holds.
func (e *expression) evaluate(f *Frame) (bool, error) {
	if e == nil {
		return true, nil
	}
	ok, err := e.cel.Bool(f.cel)
	if err != nil {
		return false, placed(err)
	}
	return ok, nil
}

// place says where an expression stands: offset characters into a text. A nil place
// is that of a default.
type place struct {
	text   playbook.Text
	offset int
}

// position is where the text stands.
func (p *place) position() Position {
	if p == nil {
		return Position{}
	}
	return p.text.Range
}

// source is the text as written.
func (p *place) source() string {
	if p == nil {
		return ""
	}
	return strings.TrimSpace(p.text.Value)
}

func (p *place) sub(from, to int) playbook.Range {
	return p.text.Sub(p.offset+from, p.offset+to)
}

// placed gives an evaluation error its place in the set.
func placed(err error) error {
	var ee *celenv.EvalError
	if !errors.As(err, &ee) {
		return err
	}
	out := &EvalError{Expr: ee.Sub, Message: ee.Message}
	if at, ok := ee.Expr.Tag.(*place); ok {
		out.Position = at.sub(ee.From, ee.To)
	}
	return out
}

// expr compiles a text that stands by itself; nil when it is wrong, which has
// been reported then.
func (s *scope) expr(text playbook.Text, want ...value.Type) *celenv.Expr {
	return s.compileIn(s.env, text, want...)
}

func (s *scope) compileIn(env *celenv.Scope, text playbook.Text, want ...value.Type) *celenv.Expr {
	if env == nil {
		return nil // why was reported when the scope was made
	}
	if s.literalHere(text) || strings.Contains(text.Value, "//") && s.cutByComment(text, 0, []rune(text.Value)) {
		return nil
	}
	e, issues := env.Compile(text.Value, want...)
	s.issues(text, 0, issues)
	if len(issues) > 0 || e == nil {
		return nil
	}
	e.Tag = &place{text, 0}
	s.markUses(e)
	return e
}

// cellsOf stands for a column of a table among what is used; an empty one for each of
// them.
type cellsOf struct {
	table  *playbook.Table
	column string
}

// markUses remembers the facts, columns and calendars that an expression refers to.
func (s *scope) markUses(e *celenv.Expr) {
	for _, slot := range e.Facts() {
		s.used[s.factDefsBySlot[slot]] = true
	}
	for _, n := range e.Calendars() {
		s.used[s.calDefs[n]] = true
	}
	e.Cells(func(table, column string) { s.used[cellsOf{s.tableDefs[table], column}] = true })
}

// issues reports what is wrong in an expression that starts offset characters
// into the text.
func (s *scope) issues(text playbook.Text, offset int, issues []celtext.Issue) {
	for _, i := range issues {
		if (i.Code == celtext.CodeUnknownField || i.Code == celtext.CodeUnknownFact) && s.readsBroken(text.Value) {
			s.incomplete = true // the declaration is wrong, and that was said
			continue
		}
		s.mendf(text.Sub(offset+i.From, offset+i.To), string(i.Code), mended(text, offset, i), "%s", i.Message)
	}
}

// readsBroken reports whether an expression reads a field or a fact whose
// declaration is wrong.
func (s *scope) readsBroken(src string) bool {
	for name := range s.table.broken {
		if strings.Contains(src, "incident."+name) || strings.HasPrefix(name, "facts.") && strings.Contains(src, name) {
			return true
		}
	}
	return false
}

// guarded reports the reads in e of what may be absent where it is used.
func (s *scope) guarded(e *celenv.Expr, text playbook.Text, known celenv.Known) {
	if e != nil {
		s.note(e)
		s.issues(text, 0, e.Unguarded(known))
	}
}

var boolType = value.Type{Kind: value.KindBool}

// condition compiles a condition and checks its guards. It returns what is
// known where the condition holds. What a wrong one guards cannot be told:
// better no word about guards than one that follows from the mistake alone.
func (s *scope) condition(text playbook.Text, known celenv.Known) (*expression, celenv.Known) {
	if text.Misread() {
		return nil, celenv.Unreachable()
	}
	if !text.IsSet() {
		return nil, known
	}
	e := s.expr(text, boolType)
	if e == nil {
		return nil, celenv.Unreachable()
	}
	s.guarded(e, text, known)
	return &expression{cel: e}, e.Known(known)
}

// literalHere answers a literal of the format that stands where an expression
// is wanted: the language of expressions writes them in another way.
func (s *scope) literalHere(text playbook.Text) bool {
	src := strings.TrimSpace(text.Value)
	t := value.Type{Kind: literalKind(src)}
	if t.Kind == value.KindInvalid {
		return false
	}
	code := celtext.LiteralCode(src, t)
	if code == "" {
		return false // what is wrong with it is told as in any other part of an expression
	}
	s.mendf(text.Range, "literal-here", instead(text, code), "%s is written another way in expressions", src)
	return true
}

// cutByComment refuses a comment of the expression language that runs to the end
// of the text. In a plain or folded scalar the lines after it are joined to it,
// and would be cut off without a word. Where lines stay lines, in a | block, a
// comment ends with its own.
func (s *scope) cutByComment(text playbook.Text, offset int, src []rune) bool {
	var quote rune
	for i := 0; i < len(src); i++ {
		switch r := src[i]; {
		case quote != 0 && r == '\\':
			i++
		case quote != 0:
			if r == quote {
				quote = 0
			}
		case r == '"' || r == '\'':
			quote = r
		case r == '/' && i+1 < len(src) && src[i+1] == '/':
			end := slices.Index(src[i:], '\n')
			if end < 0 {
				s.errorf(text.Sub(offset+i, offset+i+2), "comment", "use a | block, where a comment ends with its line, or a YAML comment on a line of its own",
					"// starts a comment, which cuts off all that follows here")
				return true
			}
			i += end
		}
	}
	return false
}
