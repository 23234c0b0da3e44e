package yamlnode

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/servicerecovery/amends/playbook/unseen"
)

// Pos is a place in a file: line and column count from 1, columns in runes.
type Pos struct{ Line, Column int }

// Source is the text of a file, cut into lines. A byte order mark at its start
// is dropped, each kind of line break is one, and characters that YAML does not
// allow are replaced one by one, so that places stay true.
type Source struct {
	text   string
	starts []int32 // where each line starts in text
}

// NewSource cuts src into lines.
func NewSource(src []byte) *Source {
	s, _ := clean(src[:min(len(src), MaxBytes)])
	return s
}

// Line returns the text of line n, counted from 1, without its break.
func (s *Source) Line(n int) string {
	if n < 1 || n > len(s.starts) {
		return ""
	}
	from, to := int(s.starts[n-1]), len(s.text)
	if n < len(s.starts) {
		to = int(s.starts[n]) - 1
	}
	return s.text[from:to]
}

// maxBadCharacters bounds how many characters of one file are complained of:
// a binary file is one mistake, not a million.
const maxBadCharacters = 5

// clean decodes src. What replaces a bad character has a place of its own, so
// that the rest of the file can still be read.
func clean(src []byte) (*Source, []Problem) {
	if p, bad := utf16(src); bad {
		return &Source{starts: []int32{0}}, []Problem{p}
	}
	in := strings.TrimPrefix(string(src), "\ufeff")
	c := cleaner{starts: make([]int32, 1, 1+strings.Count(in, "\n"))}
	c.sound(in)
	if c.at == len(in) {
		return &Source{text: in, starts: c.starts}, nil // as most files are
	}
	c.out.Grow(len(in))
	c.out.WriteString(in[:c.at])
	for i := c.at; i < len(in); {
		i += c.step(in[i:])
	}
	return &Source{text: c.out.String(), starts: c.starts}, c.problems
}

type cleaner struct {
	at       int // how much of the text may stay as it is
	out      strings.Builder
	starts   []int32
	column   int // runes before the next one on its line
	problems []Problem
}

// sound steps over what may stay as it is, and notes the lines.
func (c *cleaner) sound(in string) {
	for c.at < len(in) {
		size := 1
		switch b := in[c.at]; {
		case b == '\n':
			c.starts = append(c.starts, int32(c.at+1))
			c.column = -1
		case b >= 0x20 && b < 0x7f || b == '\t':
		case b < utf8.RuneSelf:
			return
		default:
			var r rune
			r, size = utf8.DecodeRuneInString(in[c.at:])
			if isBad(r, size) {
				return
			}
		}
		c.at += size
		c.column++
	}
}

// step takes the first character of in and returns its length in bytes.
func (c *cleaner) step(in string) int {
	switch {
	case in[0] == '\n':
		c.newline()
		return 1
	case in[0] == '\r':
		c.newline()
		if strings.HasPrefix(in, "\r\n") {
			return 2
		}
		return 1
	case in[0] >= 0x20 && in[0] < 0x7f || in[0] == '\t':
		c.out.WriteByte(in[0])
		c.column++
		return 1
	}
	r, size := utf8.DecodeRuneInString(in)
	if isBad(r, size) {
		c.complain(r, size, in[0])
		r = utf8.RuneError
	}
	c.out.WriteRune(r)
	c.column++
	return size
}

func (c *cleaner) newline() {
	c.out.WriteByte('\n')
	c.starts = append(c.starts, int32(c.out.Len()))
	c.column = 0
}

func (c *cleaner) complain(r rune, size int, first byte) {
	if len(c.problems) == maxBadCharacters {
		return
	}
	p := badCharacter(r, size, first)
	p.Start = Pos{len(c.starts), c.column + 1}
	p.End = Pos{p.Start.Line, p.Start.Column + 1}
	c.problems = append(c.problems, p)
}

// isBad reports whether a character may not stand in a file. YAML takes U+0085,
// U+2028 and U+2029 for line breaks, which no editor counts: they are refused
// so that line numbers agree.
func isBad(r rune, size int) bool {
	return r == utf8.RuneError && size == 1 || isForeignBreak(r) ||
		r < 0x20 || r >= 0x7f && r < 0xa0 || r == 0xfeff || r == 0xfffe || r == 0xffff
}

func isForeignBreak(r rune) bool { return r == 0x85 || r == 0x2028 || r == 0x2029 }

// badCharacter says what is wrong with a bad character.
func badCharacter(r rune, size int, first byte) Problem {
	if r == utf8.RuneError && size == 1 {
		return Problem{
			Code:    "bad-encoding",
			Message: fmt.Sprintf("byte 0x%02x is not valid UTF-8", first),
			Hint:    "save the file as UTF-8",
		}
	}
	return Problem{Code: unseen.Code, Message: unseen.Message(r), Hint: unseen.Hint}
}

// utf16 recognises the byte order marks of UTF-16.
func utf16(src []byte) (Problem, bool) {
	if len(src) < 2 || !(src[0] == 0xff && src[1] == 0xfe || src[0] == 0xfe && src[1] == 0xff) {
		return Problem{}, false
	}
	return Problem{
		Code:    "bad-encoding",
		Message: "the file is UTF-16, wanted UTF-8",
		Hint:    "save the file as UTF-8",
		Start:   Pos{1, 1},
		End:     Pos{1, 2},
	}, true
}
