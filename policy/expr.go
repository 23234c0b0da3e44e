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

// expression is a compiled expression. The tag of its celenv expression is a *place.
type expression struct {
	cel  *celenv.Expr
	root int32 // the root of its condition in the program's space, plus one; 0: there is none
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

// holds says whether a condition holds. A nil condition always holds.
func (e *expression) holds(f *Frame) (bool, error) { return e.holdsFor(f.in, f.pb) }

// holdsFor is holds for a playbook. It makes the playbook's frame only if it is needed.
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

// evaluate evaluates a condition. A nil condition always holds.
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

// place says where an expression stands: after offset characters of a text. The place of a default
// is nil.
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

// expr compiles a text that is one expression. It returns nil if the text is wrong, and has
// reported it then.
func (s *scope) expr(text playbook.Text, want ...value.Type) *celenv.Expr {
	return s.compileIn(s.here(), text, want...)
}

func (s *scope) compileIn(env *celenv.Scope, text playbook.Text, want ...value.Type) *celenv.Expr {
	if env == nil {
		return nil // making the scope has failed, and that is reported already
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

// cellsOf stands for a column of a table in [compiler.used]. An empty column stands for all of
// them.
type cellsOf struct {
	table  *playbook.Table
	column string
}

// markUses remembers the facts, fields, columns and calendars that an expression refers to.
func (s *scope) markUses(e *celenv.Expr) {
	for _, slot := range e.Facts() {
		s.used[s.factDefsBySlot[slot]] = true
	}
	e.Fields(func(name string) { s.used[fieldUse(name)] = true })
	if s.table.items {
		e.Members(func(name string) { s.used[memberUse(name)] = true })
	}
	for _, n := range e.Calendars() {
		s.used[s.calDefs[n]] = true
	}
	e.Cells(func(table, column string) { s.used[cellsOf{s.tableDefs[table], column}] = true })
}

// issues reports the issues of an expression that starts after offset characters of the text.
func (s *scope) issues(text playbook.Text, offset int, issues []celtext.Issue) {
	for _, i := range issues {
		if (i.Code == celtext.CodeUnknownField || i.Code == celtext.CodeUnknownFact) && s.readsBroken(text.Value) {
			s.incomplete = true // the mistake in the declaration is reported already
			continue
		}
		if s.table.noItems && strings.Contains(text.Value, "item") && slices.Contains([]celtext.Code{celtext.CodeUnknownField, celtext.CodeTypeMismatch, celtext.CodeNoItem}, i.Code) {
			s.incomplete = true // likewise
			continue
		}
		s.sayOneForAll(&i)
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

// guarded reports the reads in e of paths that may be absent and are not in known.
func (s *scope) guarded(e *celenv.Expr, text playbook.Text, known celenv.Known) {
	if e != nil {
		s.note(e)
		s.issues(text, 0, e.Unguarded(known))
	}
}

var boolType = value.Type{Kind: value.KindBool}

// condition compiles a condition and checks its guards. It returns the paths that are known to have
// a value where the condition holds. The guards of a wrong condition are not known, so all paths
// count as guarded then: a report about a guard would only follow from the first mistake.
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

// literalHere reports a literal of the format in the place of an expression. Expressions write
// values in another way.
func (s *scope) literalHere(text playbook.Text) bool {
	src := strings.TrimSpace(text.Value)
	t := value.Type{Kind: literalKind(src)}
	if t.Kind == value.KindInvalid {
		return false
	}
	code := celtext.LiteralCode(src, t)
	if code == "" {
		return false // compiling the expression reports its mistake
	}
	s.mendf(text.Range, "literal-here", instead(text, code), "%s is written another way in expressions", src)
	return true
}

// cutByComment refuses a comment of the expression language that runs to the end of the text. In a
// plain or folded scalar, YAML joins the lines after the comment to it, so they would be cut off
// silently. In a | block, a comment ends with its line.
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
