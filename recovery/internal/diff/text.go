package diff

import (
	"strings"
	"unicode/utf8"

	"github.com/servicerecovery/amends/recovery/internal/term"
)

// width is that of a terminal for which text is written.
const width = 80

// Text is the report for people, coloured when colour is set.
func (r *Report) Text(colour bool) term.Text {
	t := &textWriter{term.NewPage(colour)}
	t.changes(r)
	if r.Impact != nil {
		t.impact(r.Impact)
	}
	return t.page.Text()
}

type textWriter struct{ page *term.Page }

func (t *textWriter) paint(code term.Colour, s string) term.Text { return t.page.Paint(code, s) }

func (t *textWriter) line(format string, args ...any) { t.page.Line(format, args...) }

// wrapped writes a text under a mark, broken to the width.
func (t *textWriter) wrapped(indent, mark string, code term.Colour, s string) {
	for _, l := range term.Wrap(s, width-len(indent)-utf8.RuneCountInString(mark)) {
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
		t.line("%s", t.paint(term.Bold, g.Title))
		for _, c := range g.Changes {
			t.change(c)
		}
	}
}

func (t *textWriter) change(c Change) {
	t.line("%s%s %s", t.at(whereOf(c)), subject(c), t.paint(term.Dim, "["+string(c.What)+"]"))
	if c.Old != "" {
		t.wrapped("    ", "- ", term.Red, c.Old)
	}
	if c.New != "" {
		t.wrapped("    ", "+ ", term.Green, c.New)
	}
	if len(c.UsedBy) > 0 {
		t.wrapped("    ", "used by ", term.Dim, strings.Join(c.UsedBy, ", "))
	}
}

// at is a place in front of what stands there.
func (t *textWriter) at(place string) term.Text {
	if place == "" {
		return term.Text{}
	}
	return term.Textf("%s ", t.paint(term.Cyan, place+":"))
}
