package playbook

import (
	"strings"
	"unicode/utf8"

	"github.com/servicerecovery/amends/playbook/internal/yamlnode"
)

// Edit is a change to the file of a [Diagnostic]: Text replaces the characters
// from Start up to and without End. Start and End are the same for a pure
// insertion. The zero Edit changes nothing.
type Edit struct {
	Start, End Pos
	Text       string
}

// IsZero reports whether there is nothing to change.
func (e Edit) IsZero() bool { return e == Edit{} }

// Apply returns the source of a file with the change made to it. The line breaks
// of the file stay as they are, and so does its byte order mark.
func (e Edit) Apply(source []byte) []byte {
	if e.IsZero() {
		return source
	}
	from, to := offsetOf(source, e.Start), offsetOf(source, e.End)
	out := make([]byte, 0, len(source)+len(e.Text))
	out = append(out, source[:from]...)
	out = append(out, e.Text...)
	return append(out, source[max(from, to):]...)
}

// offsetOf is where a place stands in a source, as near to it as there is text.
func offsetOf(source []byte, p Pos) int {
	text := string(source)
	at := len(text) - len(strings.TrimPrefix(text, "\ufeff"))
	for line := 1; line < p.Line; line++ {
		end := strings.IndexAny(text[at:], "\r\n")
		if end < 0 {
			return len(text)
		}
		at += end + 1
		if text[at-1] == '\r' && strings.HasPrefix(text[at:], "\n") {
			at++
		}
	}
	for column := 1; column < p.Column && at < len(text) && text[at] != '\n' && text[at] != '\r'; column++ {
		_, size := utf8.DecodeRuneInString(text[at:])
		at += size
	}
	return at
}

// Replace returns the change after which the text reads with in the place of its
// characters from up to and without to. It is written as the text is: quotes
// inside quotes are doubled or escaped. If YAML would read a changed plain text
// as something else, the whole text is put into single quotes, and quoted is
// true. The Edit is zero where the text cannot be changed in place.
func (t Text) Replace(from, to int, with string) (e Edit, quoted bool) {
	runes := []rune(t.Value)
	if !t.IsSet() || t.origin.IsZero() || from < 0 || to < from || to > len(runes) || strings.ContainsAny(with, "\n\r") {
		return Edit{}, false
	}
	whole := string(runes[:from]) + with + string(runes[to:])
	switch t.origin.Style() {
	case yamlnode.Plain:
		if !yamlnode.PlainText(whole, t.origin.InFlow()) {
			if strings.Contains(whole, "\n") {
				return Edit{}, false
			}
			return Edit{t.Range.Start, t.Range.End, "'" + strings.ReplaceAll(whole, "'", "''") + "'"}, true
		}
	case yamlnode.SingleQuoted:
		with = strings.ReplaceAll(with, "'", "''")
	case yamlnode.DoubleQuoted:
		with = strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(with)
	}
	at := t.origin.Chars(t.Value, yamlnode.Pos(t.Range.Start))
	end := Pos(at[from])
	if to > from {
		end = t.Sub(from, to).End
	}
	return Edit{Pos(at[from]), end, with}, false
}
