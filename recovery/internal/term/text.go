package term

import (
	"fmt"
	"io"
	"strings"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/playbook/unseen"
)

// Text is text that may be written as it stands: its line breaks and its colours are
// the program's own. Only this package makes one.
type Text struct{ s string }

// constant is a type that callers outside of this package can only give constants
// for.
type constant string

// Own is text that stands in the program itself.
func Own(s constant) Text { return Text{string(s)} }

// Plain is text of others, made harmless.
func Plain(s string) Text { return Text{unseen.Show(s)} }

// Lines is text of others that may have several lines, such as the source of a file.
// Whoever writes it puts something in front of each line, or nothing that could be
// mistaken stands beside it.
func Lines(s string) Text { return Text{unseen.ShowLines(s)} }

// Textf is text by a format, whose line breaks count; arguments are made harmless.
func Textf(format string, args ...any) Text { return Text{fmt.Sprintf(format, guarded(args)...)} }

// Diagnostics are findings with their source lines, as [playbook.Diagnostics.Render]
// writes them: it makes harmless what it shows.
func Diagnostics(ds playbook.Diagnostics, colour bool) Text {
	var out strings.Builder
	_ = ds.Render(&out, colour) // writing to memory does not fail
	return Text{out.String()}
}

// Join puts texts one after another.
func Join(texts ...Text) Text {
	var out strings.Builder
	for _, t := range texts {
		out.WriteString(t.s)
	}
	return Text{out.String()}
}

// String is the text as it is written.
func (t Text) String() string { return t.s }

// guarded makes harmless what arguments give.
func guarded(args []any) []any {
	out := make([]any, len(args))
	for i, a := range args {
		switch a := a.(type) {
		case nil, bool, int, int32, int64, uint64, float64:
			out[i] = a // also widths, which a format takes as they are
		case Text:
			out[i] = a.s
		default:
			out[i] = argument{a}
		}
	}
	return out
}

// argument is text of others, or gives some when it is formatted.
type argument struct{ of any }

// Format implements fmt.Formatter. What is padded is what is shown.
func (a argument) Format(f fmt.State, verb rune) {
	format := fmt.FormatString(f, verb)
	if s, ok := a.of.(string); ok && verb != 'q' {
		fmt.Fprintf(f, format, unseen.Show(s))
		return
	}
	_, _ = io.WriteString(f, unseen.Show(fmt.Sprintf(format, a.of))) // to memory
}
