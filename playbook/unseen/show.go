package unseen

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Show writes s on one line, with what [Escaped] gives as Go, YAML and the expression language
// write it in quotes: \n, \x1b, \u202e, \U000e0041, and a byte that is no UTF-8 as \xff. Showing a
// shown text again does not change it.
func Show(s string) string { return shown(s, false) }

// ShowLines is Show, and leaves line breaks as they are.
func ShowLines(s string) string { return shown(s, true) }

// Quote writes a name from a file or an argument as it stands in a message: shown, in `backticks`.
func Quote(name string) string { return "`" + Show(name) + "`" }

func shown(s string, lines bool) string {
	from := 0 // what is not written yet
	var out strings.Builder
	for at, r := range Escaped(s) {
		if r == '\n' && lines {
			continue
		}
		size := 1
		out.WriteString(s[from:at])
		if r == utf8.RuneError {
			fmt.Fprintf(&out, `\x%02x`, s[at])
		} else {
			size = utf8.RuneLen(r)
			out.WriteString(Escape(r))
		}
		from = at + size
	}
	if from == 0 {
		return s
	}
	return out.String() + s[from:]
}

// Escape writes a character in a form that everybody can see.
func Escape(r rune) string {
	switch {
	case r == '\n':
		return `\n`
	case r == '\r':
		return `\r`
	case r == '\t':
		return `\t`
	case r < 0x80:
		return fmt.Sprintf(`\x%02x`, r)
	case r < 0x10000:
		return fmt.Sprintf(`\u%04x`, r)
	}
	return fmt.Sprintf(`\U%08x`, r)
}

// Name writes a character as people look it up: U+200B.
func Name(r rune) string { return fmt.Sprintf("U+%04X", r) }

// These are the words for an unseen character, in findings about playbooks and their expressions.
const (
	Code = "control-character"
	Hint = "remove it"
)

// Message names the character.
func Message(r rune) string {
	what := "character"
	if r == 0x85 || r == 0x2028 || r == 0x2029 {
		what = "line break"
	}
	return "the invisible " + what + " " + Name(r) + " stands in the text"
}
