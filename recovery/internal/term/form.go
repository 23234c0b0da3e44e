package term

import (
	"fmt"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/servicerecovery/amends/playbook/unseen"
)

// Form says how characters that nobody can see are made harmless in data for programs.
type Form uint8

const (
	// Prose is text with marks in it, such as XML, HTML, Markdown, YAML: what is
	// unseen is shown as in a text. Whoever writes such data has escaped what the
	// marks mean.
	Prose Form = iota + 1
	// JSON escapes what is unseen as JSON does, so that the data stays the same.
	JSON
)

// show makes whole lines of data harmless.
func (f Form) show(s string) string {
	if f == Prose {
		return unseen.ShowLines(s)
	}
	from := 0
	var out strings.Builder
	for at, r := range unseen.Escaped(s) {
		size := 1
		if r == '\n' || r == '\t' {
			continue
		}
		out.WriteString(s[from:at])
		switch {
		case r == utf8.RuneError:
			out.WriteString(`\ufffd`)
		case r < 0x20:
			out.WriteByte(' ') // between tokens: in strings JSON has none
		default:
			size = utf8.RuneLen(r)
			writeJSONEscape(&out, r)
		}
		from = at + size
	}
	return out.String() + s[from:]
}

func writeJSONEscape(out *strings.Builder, r rune) {
	if r < 0x10000 {
		fmt.Fprintf(out, `\u%04x`, r)
		return
	}
	high, low := utf16.EncodeRune(r)
	fmt.Fprintf(out, `\u%04x\u%04x`, high, low)
}

// escape is how the form writes a character that must not stand where it stands.
func (f Form) escape(c byte) string {
	if f == JSON {
		return fmt.Sprintf(`\u%04x`, c)
	}
	return fmt.Sprintf(`\x%02x`, c)
}
