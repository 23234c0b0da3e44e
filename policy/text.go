package policy

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy/internal/celenv"
	"github.com/servicerecovery/amends/policy/internal/slip"
	"github.com/servicerecovery/amends/policy/internal/tongue"
	"github.com/servicerecovery/amends/policy/value"
)

// Text is a text with expressions in it, written ${ … }.
type Text struct {
	parts []part
	// oneOf is the closed set that the text has to be in; nil: any text. src is the text as written.
	oneOf []string
	src   playbook.Text
}

// part is literal text, or an expression.
type part struct {
	literal string
	expr    *celenv.Expr
}

// fixed returns the text when no expression is in it.
func (t *Text) fixed() (string, bool) {
	switch {
	case t == nil || len(t.parts) == 0:
		return "", true
	case len(t.parts) == 1 && t.parts[0].expr == nil:
		return t.parts[0].literal, true
	}
	return "", false
}

// reads reports whether an expression in the text reads a path.
func (t *Text) reads(path string) bool {
	return slices.ContainsFunc(t.parts, func(p part) bool {
		return p.expr != nil && slices.ContainsFunc(p.expr.Reads(), func(r celenv.Read) bool { return r.Path == path })
	})
}

// Render fills in the values, written in the style. A nil text is empty.
func (t *Text) Render(f *Frame, style value.Style) (string, error) {
	if s, ok := t.fixed(); ok {
		return s, nil
	}
	var b strings.Builder
	for _, p := range t.parts {
		if p.expr == nil {
			b.WriteString(p.literal)
			continue
		}
		v, err := p.expr.Eval(f.cel)
		if err != nil {
			return "", placed(err)
		}
		b.WriteString(style.Text(v.Native()))
	}
	if name := b.String(); t.oneOf != nil && name != "" && !slices.Contains(t.oneOf, name) {
		return "", &EvalError{Position: t.src.Range, Expr: t.src.Value, Message: "there is no role " + strconv.Quote(name)}
	}
	return b.String(), nil
}

// text compiles a text. In messages, expressions can also read action and partner. Guards are
// checked at each use of the text, by check.
func (s *scope) text(src playbook.Text, message bool) *Text {
	t := &Text{}
	pieces, bad := splitText([]rune(src.Value))
	if bad >= 0 {
		s.errorf(src.Sub(bad, bad+2), "open-expression", "close it with }, or write $${ for a literal ${", "this ${ has no }")
	}
	s.placeholders(src, message)
	for _, p := range pieces {
		if !p.isExpr {
			t.parts = append(t.parts, part{literal: string(p.runes)})
			continue
		}
		if s.env == nil || s.cutByComment(src, p.from, p.runes) {
			continue
		}
		compile := s.here().Compile
		if message {
			compile = s.here().CompileMessage
		}
		e, issues := compile(string(p.runes))
		s.issues(src, p.from, issues)
		if len(issues) == 0 && e != nil {
			e.Tag = &place{src, p.from}
			s.markUses(e)
			t.parts = append(t.parts, part{expr: e})
		}
	}
	return t
}

// placeholders warns of placeholders of other tools, which would be sent as they are.
func (s *scope) placeholders(src playbook.Text, message bool) {
	found := slip.Placeholders(literalOf([]rune(src.Value)))
	if len(found) == 0 {
		return
	}
	known := s.readable(message)
	for _, p := range found {
		r := say("write the name of a value in `${…}`, such as `${incident.customer.name}`")
		if path := slip.Meant(p.Name, known, playbook.Suggest); path != "" {
			r = say("write `${" + path + "}`")
			if f := s.fields[strings.TrimPrefix(path, "incident.")]; f != nil && !f.canBeAbsent() {
				r.edit, _ = src.Replace(p.From, p.To, "${"+path+"}")
			}
		}
		s.warnWith(src.Sub(p.From, p.To), "placeholder", r, "`%s` is said as it is: it looks like a placeholder of another tool", string([]rune(src.Value)[p.From:p.To]))
	}
}

// readable lists the paths that a text can read in ${…}.
func (s *scope) readable(message bool) []string {
	var out []string
	for name := range s.fields {
		out = append(out, "incident."+name)
	}
	for name := range s.facts {
		out = append(out, "facts."+name)
	}
	for name := range s.termDefs {
		out = append(out, "terms."+name)
	}
	if message {
		out = append(out, celenv.MessagePaths()...)
	}
	slices.Sort(out)
	return out
}

// literalOf puts blanks in place of what a text says in ${ … }, and of what $${ … } shows as it is.
func literalOf(src []rune) string {
	out := slices.Clone(src)
	for i := 0; i < len(src); i++ {
		from := i
		if hasAt(src, i, "$${") {
			i++
		}
		if !hasAt(src, i, "${") {
			i = from
			continue
		}
		end := endOfExpr(src, i+2)
		if end < 0 {
			end = len(src) - 1
		}
		for i = from; i <= end; i++ {
			out[i] = ' '
		}
		i = end
	}
	return string(out)
}

// check reports unguarded reads in a text at one of its uses.
func (s *scope) check(t *Text, known celenv.Known, use string) {
	if t == nil {
		return
	}
	for _, p := range t.parts {
		if p.expr == nil {
			continue
		}
		s.note(p.expr)
		at := p.expr.Tag.(*place)
		for _, i := range p.expr.Unguarded(known) {
			s.sayOneForAll(&i)
			s.mendf(at.sub(i.From, i.To), string(i.Code), mended(at.text, at.offset, i), "%s%s", i.Message, use)
		}
	}
}

type piece struct {
	isExpr bool
	from   int // rune offset in the source
	runes  []rune
}

// splitText takes a text apart at its ${ … }. bad is the start of an expression without an end, or
// -1.
func splitText(src []rune) (pieces []piece, bad int) {
	var literal []rune
	flush := func() {
		if len(literal) > 0 {
			pieces = append(pieces, piece{runes: literal})
			literal = nil
		}
	}
	for i := 0; i < len(src); {
		switch {
		case hasAt(src, i, "$${"):
			literal = append(literal, '$', '{')
			i += 3
		case hasAt(src, i, "${"):
			end := endOfExpr(src, i+2)
			if end < 0 {
				return pieces, i
			}
			flush()
			pieces = append(pieces, piece{isExpr: true, from: i + 2, runes: src[i+2 : end]})
			i = end + 1
		default:
			literal = append(literal, src[i])
			i++
		}
	}
	flush()
	return pieces, -1
}

func hasAt(src []rune, i int, want string) bool {
	for _, r := range want {
		if i >= len(src) || src[i] != r {
			return false
		}
		i++
	}
	return true
}

// endOfExpr finds the } that closes an expression. It skips those in strings, and those that close
// a brace inside the expression.
func endOfExpr(src []rune, i int) int {
	depth := 0
	var quote rune
	for ; i < len(src); i++ {
		r := src[i]
		switch {
		case quote != 0:
			if r == '\\' {
				i++
			} else if r == quote {
				quote = 0
			}
		case r == '"' || r == '\'':
			quote = r
		case r == '{':
			depth++
		case r == '}' && depth > 0:
			depth--
		case r == '}':
			return i
		}
	}
	return -1
}

// CanonicalExpr writes an expression of a sound set without the parts that have no meaning: blanks,
// comments, the style of quotes, brackets that change nothing. Two expressions with one canonical
// text mean the same. names are the names that it refers to, sorted, such as "terms.valued",
// "tables.late_credit.credit", "incident.order.value", "facts.repeats" and "calendars.office";
// "tables.fare.*" stands for a column that the incident picks, and "tables.fare" for the test
// whether there is a row.
func CanonicalExpr(source string) (text string, names []string) {
	text, names, err := celenv.Canonical(source)
	if err != nil {
		return strings.Trim(source, " \t\r\n\f"), nil // only the characters that are blanks in the language
	}
	// Writing ---0 gives -0, which is read as the number 0. So the text is written again until it
	// stays the same.
	for range 4 {
		again, _, err := celenv.Canonical(text)
		if err != nil || again == text {
			break
		}
		text = again
	}
	return text, names
}

// CanonicalText is [CanonicalExpr] for a text with expressions written ${…}. The words stay as they
// are; blanks at the ends are cut.
func CanonicalText(source string) (text string, names []string) {
	pieces, bad := splitText([]rune(strings.TrimSpace(source)))
	if bad >= 0 {
		return strings.TrimSpace(source), nil
	}
	var b strings.Builder
	for _, p := range pieces {
		if !p.isExpr {
			b.WriteString(strings.ReplaceAll(string(p.runes), "${", "$${"))
			continue
		}
		expr, read := CanonicalExpr(string(p.runes))
		b.WriteString("${" + expr + "}")
		names = append(names, read...)
	}
	slices.Sort(names)
	return b.String(), slices.Compact(names)
}

// Message is what to say, in one or more languages.
type Message struct {
	ID string
	// Totals is set when a text reads the total of the decision.
	Totals bool
	tags   []tongue.Tag
	texts  []messageText // one for each tag
}

type messageText struct {
	language string
	text     *Text
}

// Languages are the languages that a text is wanted in, the most wanted first, as incidents write
// them. Empty ones are passed over.
type Languages [2]string

// Spoken is a message as it is said.
type Spoken struct {
	Language string // of the text, as the playbook writes it
	Text     string
	// Missed is set when the message has no text in a language that was wanted.
	Missed bool
}

// Say writes the message about an action, in the first of the wanted languages that it has a text
// in, else in its first one.
func (m *Message) Say(f *Frame, wanted Languages, about Said) (Spoken, error) {
	if len(m.texts) == 0 {
		return Spoken{}, nil
	}
	at, fits := tongue.Choose(m.tags, wanted[:]...)
	t := m.texts[at]
	out := Spoken{Language: t.language, Missed: !fits}
	if constant, ok := t.text.fixed(); ok {
		out.Text = constant
		return out, nil
	}
	f.about(about)
	var err error
	out.Text, err = t.text.Render(f, value.Style{Language: t.language, Zone: f.pb.Zone})
	return out, err
}

// message is a message of a scope. It is compiled when it is first used.
type message struct {
	def      *playbook.Message
	compiled *Message
	sound    bool // compiling it has reported nothing
}

func (s *scope) message(name string) *Message {
	m := s.messages[name]
	if m.compiled != nil {
		return m.compiled
	}
	shared := s.sharedMessage(m)
	if m.compiled = shared.message(name); m.compiled != nil {
		return m.compiled
	}
	defer s.sees(s.outer != nil && s.outer.messages[name] != nil && s.outer.messages[name].def == m.def)()
	before := len(s.diags)
	defer s.withoutItem()()
	m.compiled = &Message{ID: name}
	for _, t := range m.def.Texts {
		m.compiled.tags = append(m.compiled.tags, tongue.Of(t.Language.Value))
		m.compiled.texts = append(m.compiled.texts, messageText{t.Language.Value, s.text(t.Text, true)})
	}
	m.compiled.Totals = slices.ContainsFunc(m.compiled.texts, func(t messageText) bool { return t.text.reads(celenv.PathTotal) })
	m.sound = len(s.diags) == before
	if shared != nil && m.sound {
		m.compiled = shared.keepMessage(name, m.compiled)
	}
	return m.compiled
}

func (s *scope) messageNamed(name playbook.Text) *Message {
	if !name.IsSet() {
		return nil
	}
	m, ok := s.messages[name.Value]
	if !ok {
		known := slices.Sorted(maps.Keys(s.messages))
		s.mendf(name.Range, "unknown-message", near(name, known), "there is no message `%s`", name.Value)
		return nil
	}
	s.used[m.def] = true
	return s.message(name.Value)
}
