package diff

import (
	"strings"
	"unicode/utf8"

	"github.com/servicerecovery/amends/recovery/internal/term"
)

// impact writes what changes for the incidents.
func (t *textWriter) impact(i *Impact) {
	t.line("")
	t.line("%s", t.paint(term.Bold, "decisions on "+i.Origin.title()))
	for _, n := range i.Origin.notes() {
		t.wrapped("  ", "", term.Dim, n)
	}
	t.line("  %s of %s decided another way (%s)", group3(i.Changed), plural(i.Incidents, "incident"), share(i.Changed, i.Incidents))
	t.line("  %s before, %s after", verb(i.PaidBefore, "gives money", "give money"), group3(i.PaidAfter))
	for _, c := range i.turns() {
		t.cases(c.What, c.Cases)
	}
	if n := i.RefusedBoth - i.Unreadable.Count; n > 0 {
		t.line("  %s refused by both", group3(n))
	}
	t.money(i)
	t.plays(i)
	for n, e := range i.Examples {
		t.example(n+1, e)
	}
	if rest := i.Changed - len(i.Examples); len(i.Examples) > 0 && rest > 0 {
		t.line("")
		t.line("%s", t.paint(term.Dim, "and "+group3(rest)+" more"))
	}
}

func (t *textWriter) cases(what string, c Cases) {
	if c.Count == 0 {
		return
	}
	t.line("  %s %s", group3(c.Count), what)
	for _, n := range c.First {
		t.named(n.Place, term.Plain(n.ID))
		if n.Why != "" {
			t.wrapped("    ", "", term.Dim, n.Why)
		}
	}
	if rest := c.Count - len(c.First); rest > 0 {
		t.line("    %s", t.paint(term.Dim, "and "+group3(rest)+" more"))
	}
}

// named writes what a case is called, its place first.
func (t *textWriter) named(place string, id term.Text) { t.line("%s%s", t.at(place), id) }

// money writes a table of what both sets give.
func (t *textWriter) money(i *Impact) {
	if len(i.sums()) == 0 {
		return
	}
	rows := [][]string{{"money", "before", "after", "between"}}
	for _, s := range i.sums() {
		rows = append(rows, s.row())
	}
	t.line("")
	t.table(rows)
}

// table writes rows with the first column to the left and the others to the
// right; the first row is the head.
func (t *textWriter) table(rows [][]string) {
	widths := make([]int, len(rows[0]))
	for _, r := range rows {
		for i, c := range r {
			widths[i] = max(widths[i], utf8.RuneCountInString(c))
		}
	}
	for n, r := range rows {
		line := r[0] + pad(r[0], widths[0])
		for i, c := range r[1:] {
			line += "  " + pad(c, widths[i+1]) + c
		}
		code := term.Colour("")
		if n == 0 {
			code = term.Bold
		}
		t.line("  %s", t.paint(code, line))
	}
}

func pad(s string, to int) string { return strings.Repeat(" ", max(0, to-utf8.RuneCountInString(s))) }

// plays writes which plays the changes are put down to.
func (t *textWriter) plays(i *Impact) {
	if len(i.Plays) == 0 {
		return
	}
	rows := [][]string{{"play, and what changes", "decisions"}}
	for _, p := range i.byPlay() {
		rows = append(rows, []string{p.Play, group3(p.Decisions)})
		for _, e := range p.Effects {
			rows = append(rows, []string{"  " + effectWords[e.Effect], group3(e.Decisions)})
		}
	}
	t.line("")
	t.table(rows)
}

// example writes a changed decision in two columns.
func (t *textWriter) example(n int, e Example) {
	t.line("")
	t.named(e.Place, t.paint(term.Bold, strings.TrimPrefix(e.ID+", example "+group3(n), ", ")))
	const column = (width - 7) / 2
	for _, r := range e.Rows {
		left, right := term.Wrap(r.Old, column), term.Wrap(r.New, column)
		for k := range max(len(left), len(right)) {
			var a, b string
			if k < len(left) {
				a = left[k]
			}
			if k < len(right) {
				b = right[k]
			}
			mark, codeA, codeB := " ", term.Colour(""), term.Colour("")
			if r.Changed {
				mark, codeA, codeB = "≠", term.Red, term.Green
			}
			t.line("%s %s%s %s %s", mark, t.paint(codeA, a), pad(a, column), t.paint(term.Dim, "│"), t.paint(codeB, b))
		}
	}
}
