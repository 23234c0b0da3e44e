package yamlnode

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// The parser does not know two escapes of JSON: `\/`, and characters beyond U+FFFF as two
// halves (`\ud83d\ude00`, a surrogate pair). Both are given to it with a mark in the place
// of the backslash, which is one column too, and read when the node is built. Outside of
// double quotes a backslash is text, and the mark becomes one again.

// markEscapes puts the mark, a character that the text does not have, before what the
// parser does not know. The mark is 0 where there is nothing such.
func markEscapes(text string) (marked string, mark rune) {
	if !strings.Contains(text, `\/`) && !strings.Contains(text, `\ud`) && !strings.Contains(text, `\uD`) {
		return text, 0
	}
	if mark = unused(text); mark == 0 {
		return text, 0
	}
	var out strings.Builder
	last := 0
	for i := 0; i < len(text); i++ {
		if text[i] != '\\' {
			continue
		}
		if rest := text[i+1:]; strings.HasPrefix(rest, "/") || isHalf(rest) {
			out.WriteString(text[last:i])
			out.WriteRune(mark)
			last = i + 1
			continue
		}
		i++ // what is escaped is no backslash
	}
	out.WriteString(text[last:])
	return out.String(), mark
}

// unused returns a private character that a text has neither as itself nor as an escape; 0
// where it has them all.
func unused(text string) rune {
	lower := strings.ToLower(text)
	for mark := rune(0xe000); mark <= 0xf8ff; mark++ {
		if !strings.ContainsRune(lower, mark) && !strings.Contains(lower, strconv.FormatInt(int64(mark), 16)) {
			return mark
		}
	}
	return 0
}

// isHalf reports whether text starts with what follows the backslash of half a pair.
func isHalf(text string) bool {
	_, ok := half(text)
	return ok
}

// half reads the number of half a pair, from behind its backslash.
func half(text string) (rune, bool) {
	if len(text) < 5 || text[0] != 'u' {
		return 0, false
	}
	v, err := strconv.ParseUint(text[1:5], 16, 32)
	return rune(v), err == nil && v >= 0xd800 && v < 0xe000
}

// pair reads the character that two halves make, from behind the backslash of the first.
// The second has its own backslash, or the mark.
func pair(text string, backslash rune) (r rune, size int, ok bool) {
	high, ok := half(text)
	second, found := strings.CutPrefix(text[min(5, len(text)):], string(backslash))
	low, also := half(second)
	if !ok || !found || !also || high >= 0xdc00 || low < 0xdc00 {
		return 0, 0, false
	}
	return 0x10000 + (high-0xd800)<<10 + (low - 0xdc00), 10 + utf8.RuneLen(backslash), true
}

// unmark reads the marked escapes of a scalar's value. Of halves that are alone, it returns
// the first as it was written.
func unmark(value string, style Style, mark rune) (read, alone string) {
	if mark == 0 || !strings.ContainsRune(value, mark) {
		return value, ""
	}
	if style != DoubleQuoted {
		return strings.ReplaceAll(value, string(mark), `\`), ""
	}
	var out strings.Builder
	for {
		before, rest, found := strings.Cut(value, string(mark))
		out.WriteString(before)
		if !found {
			return out.String(), alone
		}
		value = rest
		r, size, ok := pair(rest, mark)
		switch {
		case ok:
			out.WriteRune(r)
			value = rest[size:]
		case isHalf(rest):
			out.WriteRune(utf8.RuneError)
			if alone == "" {
				alone = `\` + rest[:5]
			}
			value = rest[5:]
		}
	}
}

func aloneProblem(at Pos, escape string) Problem {
	return Problem{
		Code:    "bad-encoding",
		Message: "`" + escape + "` is half of a character, and the other half does not stand beside it",
		Hint:    "write the character itself, or both halves, such as `\\ud83d\\ude00`",
		Start:   at,
		End:     Pos{at.Line, at.Column + len(escape)},
	}
}

// aloneAt finds half a pair in a scalar in double quotes: the first that is alone.
func (n *Node) aloneAt() Pos {
	c := n.cursor()
	c.next()
	for r := c.peek(); r != eof && r != '"'; r = c.peek() {
		start := c
		c.next()
		if r != '\\' {
			continue
		}
		_, size, ok := pair(c.text[c.off:], '\\')
		if !ok && isHalf(c.text[c.off:]) {
			return start.pos
		}
		for range max(size, 1) {
			c.next()
		}
	}
	return n.Start
}
