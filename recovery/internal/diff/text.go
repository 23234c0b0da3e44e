package diff

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/servicerecovery/amends/recovery/internal/wrap"
)

// width is that of a terminal for which text is written.
const width = 80

// WriteText writes the report for people, coloured when colour is set.
func (r *Report) WriteText(w io.Writer, colour bool) error {
	t := &textWriter{colour: colour}
	t.changes(r)
	if r.Impact != nil {
		t.impact(r.Impact)
	}
	_, err := io.WriteString(w, t.b.String())
	return err
}

type textWriter struct {
	b      strings.Builder
	colour bool
}

// The colours of a terminal.
const (
	bold  = "1"
	dim   = "2"
	red   = "31"
	green = "32"
	cyan  = "36"
)

func (t *textWriter) paint(code, s string) string {
	if !t.colour || s == "" {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

func (t *textWriter) line(format string, args ...any) {
	t.b.WriteString(strings.TrimRight(fmt.Sprintf(format, args...), " "))
	t.b.WriteByte('\n')
}

// wrapped writes a text under a mark, broken to the width.
func (t *textWriter) wrapped(indent, mark, code, s string) {
	for _, l := range wrap.Text(s, width-len(indent)-utf8.RuneCountInString(mark)) {
		t.line("%s%s", indent, t.paint(code, mark+l))
		mark = strings.Repeat(" ", utf8.RuneCountInString(mark))
	}
}

func (t *textWriter) changes(r *Report) {
	if len(r.Changes) == 0 {
		t.line("no change of meaning from %s to %s", r.Old, r.New)
		return
	}
	t.line("%s from %s to %s", plural(len(r.Changes), "change")+" of meaning", r.Old, r.New)
	for _, g := range groups(r.Changes) {
		t.line("")
		t.line("%s", t.paint(bold, g.Title))
		for _, c := range g.Changes {
			t.change(c)
		}
	}
}

func (t *textWriter) change(c Change) {
	at := whereOf(c)
	if at != "" {
		at = t.paint(cyan, at+":") + " "
	}
	t.line("%s%s %s", at, subject(c), t.paint(dim, "["+string(c.What)+"]"))
	if c.Old != "" {
		t.wrapped("    ", "- ", red, c.Old)
	}
	if c.New != "" {
		t.wrapped("    ", "+ ", green, c.New)
	}
	if len(c.UsedBy) > 0 {
		t.wrapped("    ", "used by ", dim, strings.Join(c.UsedBy, ", "))
	}
}
