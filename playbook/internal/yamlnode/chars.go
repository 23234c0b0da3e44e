package yamlnode

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// Origin is where a scalar was read from: what is left of its node when only the
// places of its characters may still be asked for.
type Origin struct {
	src   *Source
	off   int32
	style Style
	flow  bool
}

// Origin returns where the scalar was read from.
func (n *Node) Origin() Origin { return Origin{n.src, int32(n.off), n.Style, n.flow} }

// Style is how the scalar was written.
func (o Origin) Style() Style { return o.style }

// InFlow reports whether the scalar stands inside brackets or braces.
func (o Origin) InFlow() bool { return o.flow }

// IsZero reports whether nothing was read.
func (o Origin) IsZero() bool { return o.src == nil }

// Chars is [Node.Chars] of the scalar with this value and start.
func (o Origin) Chars(value string, start Pos) []Pos {
	n := Node{Kind: Scalar, Style: o.style, Value: value, Start: start, src: o.src, off: int(o.off)}
	return n.Chars()
}

// First returns the place of the first rune of a scalar that stands in the source as it is, on one
// line: the others follow, one column each. ok is false for any other scalar.
func (o Origin) First(value string, start Pos) (first Pos, ok bool) {
	n := Node{Kind: Scalar, Style: o.style, Value: value, Start: start, src: o.src, off: int(o.off)}
	if _, ok := n.shortEnd(); !ok {
		return Pos{}, false
	}
	if o.style != Plain {
		start.Column++ // behind the quote
	}
	return start, true
}

// Chars returns the place of each rune of the scalar's value, and one place
// more: just past the last. An escape stands where its backslash stands, a
// folded line break where the line ends. Where the source cannot be followed,
// every rune stands at the node's start. The table is made anew by each call:
// it is wanted for few scalars, and would be larger than all else together.
func (n *Node) Chars() []Pos {
	t := tracer{rest: n.Value, keep: true}
	if end, ok := t.follow(n); ok {
		if n.Style == SingleQuoted || n.Style == DoubleQuoted {
			end.Column-- // the closing quote is just past the last
		}
		return append(t.at, end)
	}
	at := make([]Pos, utf8.RuneCountInString(n.Value)+1)
	for i := range at {
		at[i] = n.Start
	}
	return at
}

// setEnd works out where the scalar ends.
func (n *Node) setEnd() {
	if end, ok := n.shortEnd(); ok {
		n.End = end
		from := n.off
		if n.Style != Plain {
			from++
		}
		n.Value = n.src.text[from : from+len(n.Value)] // one copy of it is enough
		return
	}
	t := tracer{rest: n.Value}
	end, ok := t.follow(n)
	if !ok {
		end = Pos{n.Start.Line, n.Start.Column + 1}
	}
	n.End = end
}

// shortEnd is the end of a scalar that stands in the source as it is: most do.
func (n *Node) shortEnd() (Pos, bool) {
	text, quotes := n.src.text[n.off:], 0
	switch n.Style {
	case Plain:
	case SingleQuoted, DoubleQuoted:
		quote := text[:min(1, len(text))]
		if quote == "" || strings.ContainsAny(n.Value, `\`+quote) || !strings.HasPrefix(text[1:], n.Value+quote) {
			return Pos{}, false
		}
		text, quotes = text[1:], 2
	default:
		return Pos{}, false
	}
	if !strings.HasPrefix(text, n.Value) || strings.Contains(n.Value, "\n") {
		return Pos{}, false
	}
	return Pos{n.Start.Line, n.Start.Column + utf8.RuneCountInString(n.Value) + quotes}, true
}

// skipProperties moves the start past an anchor, whose place the parser gives
// to the node.
func (n *Node) skipProperties() {
	c := n.cursor()
	if c.peek() != '&' {
		return
	}
	for !isBlankOrBreak(c.peek()) && c.peek() != eof {
		c.next()
	}
	for isBlankOrBreak(c.peek()) {
		c.next()
	}
	if n.Value == "" && n.Style == Plain {
		return // nothing stands after the anchor
	}
	n.Start, n.off = c.pos, c.off
}

// CommentAfter returns where a comment follows the scalar on its last line.
func (n *Node) CommentAfter() (Pos, bool) {
	var c cursor
	if end, short := n.shortEnd(); short && n.Style == Plain {
		c = cursor{n.src.text, n.off + len(n.Value), end}
	} else {
		t := tracer{rest: n.Value}
		if _, ok := t.follow(n); !ok {
			return Pos{}, false
		}
		c = t.c
	}
	for isBlank(c.peek()) {
		c.next()
	}
	return c.pos, c.peek() == '#'
}

// tracer decodes a scalar a second time, noting where each rune comes from,
// and stops as soon as it disagrees with the parser.
type tracer struct {
	c    cursor
	rest string // of the value, still to come
	keep bool
	at   []Pos
	lost bool
}

// follow runs over the node and returns its end.
func (t *tracer) follow(n *Node) (Pos, bool) {
	t.c = n.cursor()
	switch n.Style {
	case Plain:
		t.plain()
	case SingleQuoted:
		t.quoted('\'')
	case DoubleQuoted:
		t.quoted('"')
	case Literal, Folded:
		return t.block(n)
	default:
		return Pos{}, false
	}
	return t.c.pos, !t.lost && t.rest == ""
}

// emit says that the next rune of the value is r and comes from p.
func (t *tracer) emit(r rune, p Pos) {
	want, size := utf8.DecodeRuneInString(t.rest)
	if t.rest == "" || want != r {
		t.lost = true
		return
	}
	t.rest = t.rest[size:]
	if t.keep {
		t.at = append(t.at, p)
	}
}

// take emits the rune at the cursor as it is.
func (t *tracer) take() {
	t.emit(t.c.peek(), t.c.pos)
	t.c.next()
}

func (t *tracer) plain() {
	for t.rest != "" && !t.lost {
		if !t.fold() {
			t.take()
		}
	}
}

// fold steps over blanks before a line break, and the breaks, if the cursor is
// at one: a single break is a space, of several the first is dropped.
func (t *tracer) fold() bool {
	ahead := t.c
	ahead.skipBlanks()
	if ahead.peek() != '\n' {
		return false
	}
	end := t.c.pos
	var breaks []Pos
	for ahead.peek() == '\n' {
		breaks = append(breaks, ahead.pos)
		ahead.next()
		ahead.skipBlanks()
	}
	t.c = ahead
	if len(breaks) == 1 {
		t.emit(' ', end)
		return true
	}
	for _, p := range breaks[1:] {
		t.emit('\n', p)
	}
	return true
}

func (t *tracer) quoted(quote rune) {
	t.c.next()
	for !t.lost {
		switch r := t.c.peek(); {
		case r == eof:
			t.lost = true
		case isBlankOrBreak(r) && t.fold():
		case r == quote:
			p := t.c.pos
			t.c.next()
			if quote == '"' || t.c.peek() != '\'' {
				return
			}
			t.emit('\'', p)
			t.c.next()
		case r == '\\' && quote == '"':
			t.escape()
		default:
			t.take()
		}
	}
}

// escapes of one character in double quotes, and what they stand for.
const (
	escapeNames  = "0abt\tnvfre \"/\\N_LP"
	escapeValues = "\x00\a\b\t\t\n\v\f\r\x1b \"/\\\u0085\u00a0\u2028\u2029"
)

// hexDigits says how many digits follow an escape that gives a character's
// number.
var hexDigits = map[rune]int{'x': 2, 'u': 4, 'U': 8}

func (t *tracer) escape() {
	p := t.c.pos
	t.c.next()
	name := t.c.peek()
	t.c.next()
	digits := hexDigits[name]
	switch {
	case name == '\n':
		t.joinLines()
	case digits > 0:
		if t.c.off+digits > len(t.c.text) {
			t.lost = true
			return
		}
		if r, size, ok := pair(t.c.text[t.c.off-1:], '\\'); ok && name == 'u' {
			t.emit(r, p)
			for range size - 1 {
				t.c.next()
			}
			return
		}
		v, err := strconv.ParseUint(t.c.text[t.c.off:t.c.off+digits], 16, 32)
		t.lost = t.lost || err != nil
		t.emit(rune(v), p)
		for range digits {
			t.c.next()
		}
	default:
		i := strings.IndexRune(escapeNames, name)
		if i < 0 {
			t.lost = true
			return
		}
		t.emit([]rune(escapeValues)[utf8.RuneCountInString(escapeNames[:i])], p)
	}
}

// joinLines follows a backslash at a line's end: the break is dropped, further
// empty lines are breaks.
func (t *tracer) joinLines() {
	t.c.skipBlanks()
	for t.c.peek() == '\n' {
		t.emit('\n', t.c.pos)
		t.c.next()
		t.c.skipBlanks()
	}
}
