package diff

import (
	"fmt"
	"io"
	"strings"
)

// WriteMarkdown writes the report as a comment on a change: what matters first,
// the details folded.
func (r *Report) WriteMarkdown(w io.Writer) error {
	m := &markdownWriter{}
	m.line("### Playbooks: %s → %s", code(r.Old), code(r.New))
	m.line("")
	m.line("%s", summaryLine(r))
	if r.Impact != nil {
		m.origin(r.Impact.Origin)
		m.impact(r.Impact)
	}
	m.changes(r)
	if r.Impact != nil {
		m.examples(r.Impact)
	}
	_, err := io.WriteString(w, m.b.String())
	return err
}

// summaryLine says in one sentence what changed.
func summaryLine(r *Report) string {
	text := "No change of meaning."
	if n := len(r.Changes); n > 0 {
		text = "**" + plural(n, "change") + " of meaning**."
	}
	if i := r.Impact; i != nil {
		text += fmt.Sprintf(" **%s of %s** decided another way (%s).", group3(i.Changed), plural(i.Incidents, "incident"), share(i.Changed, i.Incidents))
	}
	return text
}

type markdownWriter struct{ b strings.Builder }

func (m *markdownWriter) line(format string, args ...any) {
	fmt.Fprintf(&m.b, format, args...)
	m.b.WriteByte('\n')
}

// table writes a head and rows; columns whose head starts with a blank are
// numbers.
func (m *markdownWriter) table(head []string, rows [][]string) {
	m.line("")
	rule := make([]string, len(head))
	for i, h := range head {
		rule[i] = "---"
		if strings.HasPrefix(h, " ") {
			rule[i] = "---:"
		}
		head[i] = strings.TrimSpace(h)
	}
	m.line("| %s |", strings.Join(head, " | "))
	m.line("| %s |", strings.Join(rule, " | "))
	for _, r := range rows {
		m.line("| %s |", strings.Join(r, " | "))
	}
}

// folded starts a part that is shown on demand; the result ends it.
func (m *markdownWriter) folded(summary string) (end func()) {
	m.line("")
	m.line("<details><summary>%s</summary>", summary)
	return func() {
		m.line("")
		m.line("</details>")
	}
}

// mark writes text so that Markdown and HTML find nothing of theirs in it.
func mark(s string) string {
	return markEscapes.Replace(shown(s))
}

var markEscapes = strings.NewReplacer(
	"&", "&amp;", "<", "&lt;", ">", "&gt;", "|", "&#124;", `\`, "&#92;", "`", "&#96;", "*", "&#42;", "_", "&#95;",
	"~", "&#126;", "[", "&#91;", "]", "&#93;", "#", "&#35;", "@", "&#64;", "$", "&#36;", "!", "&#33;", "://", "&#58;//",
)

// origin says where the decisions come from.
func (m *markdownWriter) origin(o Origin) {
	text := "Decisions on the incidents in " + code(o.Incidents)
	if o.Ledger != "" {
		text = "Decisions on the incidents in the ledger " + code(o.Ledger)
	}
	if notes := o.notes(); len(notes) > 0 {
		text += ": " + mark(strings.Join(notes, "; "))
	}
	m.line("")
	m.line("%s.", text)
}

func (m *markdownWriter) impact(i *Impact) {
	m.turns(i)
	m.money(i)
	if len(i.Plays) == 0 {
		return
	}
	var rows [][]string
	for _, p := range i.byPlay() {
		var ways []string
		for _, e := range p.Effects {
			ways = append(ways, effectWords[e.Effect]+": "+group3(e.Decisions))
		}
		rows = append(rows, []string{mark(p.Play), group3(p.Decisions), mark(strings.Join(ways, "; "))})
	}
	m.table([]string{"play", " decisions", "what changes"}, rows)
}

func (m *markdownWriter) turns(i *Impact) {
	var rows [][]string
	for _, t := range i.turns() {
		if t.Cases.Count > 0 {
			rows = append(rows, []string{t.What, group3(t.Cases.Count), code(named(t.Cases))})
		}
	}
	if len(rows) > 0 {
		m.table([]string{"look at", " incidents", "the first"}, rows)
	}
}

// named lists the first cases in one line.
func named(c Cases) string {
	var out []string
	for _, n := range c.First {
		text := n.ID
		if text == "" {
			text = n.Place
		}
		if n.Why != "" {
			text += " (" + n.Why + ")"
		}
		out = append(out, text)
	}
	if c.Count > len(c.First) {
		out = append(out, "…")
	}
	return strings.Join(out, ", ")
}

func (m *markdownWriter) money(i *Impact) {
	var rows [][]string
	for _, s := range i.sums() {
		row := s.row()
		row[0] = mark(row[0])
		rows = append(rows, row)
	}
	if len(rows) > 0 {
		m.table([]string{"money", " before", " after", " between"}, rows)
	}
}

func (m *markdownWriter) changes(r *Report) {
	if len(r.Changes) == 0 {
		return
	}
	end := m.folded("What changed in meaning")
	for _, g := range groups(r.Changes) {
		m.line("")
		m.line("**%s**", mark(g.Title))
		var rows [][]string
		for _, c := range g.Changes {
			what := mark(subject(c))
			if len(c.UsedBy) > 0 {
				what += "<br>used by " + mark(strings.Join(c.UsedBy, ", "))
			}
			rows = append(rows, []string{what, code(c.Old), code(c.New), code(whereOf(c))})
		}
		m.table([]string{"what", "before", "after", "where"}, rows)
	}
	end()
}

// code writes text of the team's or of incidents as code: there, no person is
// called by an @ and no issue by a #. Markdown's own marks for code cannot hold
// every text.
func code(s string) string {
	if s == "" {
		return ""
	}
	return "<code>" + mark(s) + "</code>"
}

// whereOf is the line to look at: the new one, else the old one.
func whereOf(c Change) string {
	at := place(c.NewAt)
	if at == "" {
		at = place(c.OldAt)
	}
	return at
}

func (m *markdownWriter) examples(i *Impact) {
	for _, e := range i.Examples {
		end := m.folded("Example: " + code(strings.TrimSpace(e.ID+" "+e.Place)))
		var rows [][]string
		for _, r := range e.Rows {
			sign := ""
			if r.Changed {
				sign = "≠"
			}
			rows = append(rows, []string{sign, code(r.Old), code(r.New)})
		}
		m.table([]string{"", "before", "after"}, rows)
		end()
	}
}
