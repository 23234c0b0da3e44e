package celenv

import (
	encoding "encoding/binary"
	"unicode/utf8"

	"github.com/servicerecovery/amends/playbook/unseen"
	"github.com/servicerecovery/amends/policy/internal/celtext"
	"github.com/servicerecovery/amends/policy/value"
)

// shape is a source text with holes where its literals stand. Expressions of one shape differ in
// their literals only. So the form of one mostly serves the others too.
type shape struct {
	key   []byte // what else decides how the text compiles, then the text with a mark for each hole
	holes []hole
	runes int // of the source
}

// hole is a literal of a source text: a number without sign, or a text in quotes.
type hole struct {
	kind     holeKind
	text     string // the digits, or what stands between the quotes
	from, to int    // the runes of the literal, quotes included
}

// holeKind is the kind of a literal in CEL's grammar. Its values mark the holes in a key; no source
// has such characters.
type holeKind byte

const (
	holeInt holeKind = iota + 1
	holeDouble
	holeText
)

// maxExactDigits is how many digits an int may have to be a double without loss.
const maxExactDigits = 15

// shapeOf cuts the literals out of a source. ok is false for a source that is compiled by itself:
// one with escapes, prefixes or exponents in its literals, or with characters that are not in the
// language.
func shapeOf(source string, message bool, want []value.Type, room *shapeRoom) (s shape, ok bool) {
	r := shapeReader{source: source, shape: shape{key: room.key[:0], holes: room.holes[:0]}}
	r.head(message, want)
	head := len(r.key)
	if !r.read() {
		if !r.calendars {
			return shape{}, false
		}
		// The id of a calendar is a name, so texts stay in the key.
		r.key, r.holes, r.at, r.wide = r.key[:head], r.holes[:0], 0, 0
		if !r.read() {
			return shape{}, false
		}
	}
	r.runes = r.at - r.wide
	return r.shape, r.runes <= maxSourceRunes
}

// shapeRoom saves the allocations of most shapes.
type shapeRoom struct {
	key   [512]byte
	holes [16]hole
}

type shapeReader struct {
	shape
	source    string
	at        int  // bytes that are read
	wide      int  // how many more bytes than runes were read
	calendars bool // texts stay in the key, because one of them names a calendar
}

// head begins the key with the purpose of the expression: a message or not, and the wanted types.
func (r *shapeReader) head(message bool, want []value.Type) {
	flag := byte(0)
	if message {
		flag = 1
	}
	r.key = append(r.key, flag, byte(len(want)))
	for _, t := range want {
		r.key = append(r.key, byte(t.Kind), byte(t.Elem))
		r.keep(t.Currency)
	}
}

// keep puts a text into the key so that it cannot run into what follows.
func (r *shapeReader) keep(text string) {
	r.key = encoding.AppendUvarint(r.key, uint64(len(text)))
	r.key = append(r.key, text...)
}

func (r *shapeReader) read() bool {
	for r.at < len(r.source) {
		ok := true
		switch b := r.source[r.at]; {
		case celtext.IsNameStart(rune(b)):
			ok = r.name()
		case celtext.IsDigit(rune(b)):
			ok = r.number()
		case b == '"' || b == '\'':
			ok = r.text(b)
		case b == '/' && r.peek(1) == '/':
			ok = r.comment()
		case b == '.' && celtext.IsDigit(rune(r.peek(1))):
			ok = false
		default:
			ok = isPlain(b)
			r.take(1)
		}
		if !ok {
			return false
		}
	}
	return true
}

// isPlain reports whether a byte is white space or punctuation of the language.
func isPlain(b byte) bool {
	switch b {
	case ' ', '\t', '\n', '\r', '\f', '=', '!', '<', '>', '&', '|', '(', ')', '[', ']', '{', '}', '.', ',', '?', ':', '+', '-', '*', '/', '%':
		return true
	}
	return false
}

// peek returns the byte some places on, 0 past the end.
func (r *shapeReader) peek(on int) byte {
	if r.at+on < len(r.source) {
		return r.source[r.at+on]
	}
	return 0
}

// take keeps n bytes as they are.
func (r *shapeReader) take(n int) {
	r.key = append(r.key, r.source[r.at:r.at+n]...)
	r.at += n
}

func (r *shapeReader) name() bool {
	n := 1
	for celtext.IsNamePart(rune(r.peek(n))) {
		n++
	}
	if next := r.peek(n); next == '"' || next == '\'' {
		return false // r"…" and the like
	}
	name := r.source[r.at : r.at+n]
	r.take(n)
	if !r.calendars && takesCalendar(name) {
		r.calendars = true
		return false
	}
	return true
}

func (r *shapeReader) number() bool {
	n, kind := r.digits(0), holeInt
	if r.peek(n) == '.' && celtext.IsDigit(rune(r.peek(n+1))) {
		n, kind = r.digits(n+1), holeDouble
		if r.peek(n) == '.' && celtext.IsDigit(rune(r.peek(n+1))) {
			return false
		}
	}
	if celtext.IsNamePart(rune(r.peek(n))) || n > maxExactDigits {
		return false
	}
	r.cut(kind, r.source[r.at:r.at+n], n)
	return true
}

// digits returns where the digits from a place on end.
func (r *shapeReader) digits(n int) int {
	for celtext.IsDigit(rune(r.peek(n))) {
		n++
	}
	return n
}

func (r *shapeReader) text(quote byte) bool {
	n := 1
	for ; r.peek(n) != quote; n++ {
		if b := r.peek(n); b == '\\' || b < ' ' {
			return false // escapes, an open text, or the end
		}
	}
	inner := r.source[r.at+1 : r.at+n]
	if n == 1 && r.peek(2) == quote || !utf8.ValidString(inner) {
		return false // three quotes open a longer text
	}
	if at, _ := unseen.First(inner); at >= 0 {
		return false // compiling reports it
	}
	if r.calendars {
		r.key = append(r.key, byte(holeText))
		r.keep(inner)
		r.wide += n - 1 - utf8.RuneCountInString(inner)
		r.at += n + 1
		return true
	}
	r.cut(holeText, inner, n+1)
	return true
}

// cut makes a hole of n bytes.
func (r *shapeReader) cut(kind holeKind, text string, n int) {
	from := r.at - r.wide
	r.wide += len(text) - utf8.RuneCountInString(text)
	r.at += n
	r.holes = append(r.holes, hole{kind, text, from, r.at - r.wide})
	r.key = append(r.key, byte(kind))
}

func (r *shapeReader) comment() bool {
	n := 0
	for r.at+n < len(r.source) && r.source[r.at+n] != '\n' {
		if r.source[r.at+n] < ' ' && r.source[r.at+n] != '\t' {
			return false
		}
		n++
	}
	r.wide += n - utf8.RuneCountInString(r.source[r.at:r.at+n])
	r.take(n)
	return true
}
