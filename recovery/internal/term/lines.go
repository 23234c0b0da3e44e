package term

import (
	"strings"
	"unicode"
)

// lines follows a stream line by line, and takes from CI systems what they would
// take for a command: `::` at the start of a line, blanks before it or not, and
// `##[`, `##vso[` and the like anywhere.
type lines struct {
	inside bool // something other than blanks stands on the line
	colon  bool // all that stands on the line is a colon, and blanks before it
	hashes int  // how many # in a row, with the letters after two of them
}

// disarm breaks commands up by escaping one character of each.
func (l *lines) disarm(s string, f Form) string {
	from := 0
	var out strings.Builder
	for at := 0; at < len(s); at++ {
		if l.inside && !l.colon && l.hashes == 0 {
			skip := strings.IndexAny(s[at:], "\n#")
			if skip < 0 {
				break
			}
			at += skip
		}
		if s[at] == '\x1b' { // a colour, which is nothing on the line
			at += max(0, strings.IndexByte(s[at:], 'm'))
			continue
		}
		if l.arms(s, at) {
			out.WriteString(s[from:at] + f.escape(s[at]))
			from = at + 1
		}
	}
	if from == 0 {
		return s
	}
	return out.String() + s[from:]
}

// arms takes the next byte and reports whether the line so far is now a command of a CI
// system.
func (l *lines) arms(s string, at int) bool {
	c := s[at]
	if c == '\n' {
		*l = lines{}
		return false
	}
	command := l.colon && c == ':' || l.hashes >= 2 && c == '['
	switch {
	case c == '#':
		l.hashes++
	case l.hashes < 2 || !isWord(c):
		l.hashes = 0
	}
	l.colon = !l.inside && c == ':'
	l.inside = l.inside || l.colon || !isBlank(s, at)
	return command
}

func isWord(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_'
}

// isBlank reports whether a byte belongs to a blank of any script. The bytes of one
// character come together: only whole lines, or texts, are looked at.
func isBlank(s string, at int) bool {
	if s[at] < 0x80 {
		return unicode.IsSpace(rune(s[at]))
	}
	for at > 0 && s[at]&0xc0 == 0x80 {
		at--
	}
	for _, r := range s[at:] {
		return unicode.IsSpace(r)
	}
	return false
}
