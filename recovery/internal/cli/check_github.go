package cli

import (
	"fmt"
	"strings"

	"github.com/servicerecovery/amends/playbook"
)

// writeGitHub writes the workflow commands by which GitHub shows each finding at
// its line, and the count for the log.
func (f findings) writeGitHub(h Host, dir string, strict bool) error {
	var out strings.Builder
	for _, d := range fromHere(dir, f.diags) {
		fmt.Fprintf(&out, "::%s %s::%s\n", d.Severity, annotation(d), escapeData(withHint(d)))
	}
	out.WriteString(f.summary(strict))
	_, err := h.Stdout.Write([]byte(out.String()))
	return err
}

// withHint is what is wrong, and below it what to write instead.
func withHint(d playbook.Diagnostic) string {
	if d.Hint == "" {
		return d.Message
	}
	return d.Message + "\nhint: " + d.Hint
}

// annotation says where a finding is, as properties of a workflow command. Columns
// go with a single line only.
func annotation(d playbook.Diagnostic) string {
	var properties []string
	add := func(name string, value any) {
		properties = append(properties, name+"="+escapeProperty(fmt.Sprint(value)))
	}
	at := covered(d.Range)
	if at.File != "" {
		add("file", at.File)
	}
	if !at.IsZero() {
		add("line", at.Start.Line)
		add("endLine", at.End.Line)
		if at.Start.Line == at.End.Line {
			add("col", at.Start.Column)
			add("endColumn", at.End.Column)
		}
	}
	add("title", d.Code)
	return strings.Join(properties, ",")
}

// covered turns a range that ends before End into one that ends with it. An end
// before the first character of a line is that of the line above, of which only
// the start is known to count.
func covered(r playbook.Range) playbook.Range {
	switch {
	case !r.Start.Before(r.End):
		r.End = r.Start
	case r.End.Column > 1:
		r.End.Column--
	default:
		r.End = playbook.Pos{Line: r.End.Line - 1, Column: 1}
		if r.End.Before(r.Start) {
			r.End = r.Start
		}
	}
	return r
}

// escapeData keeps a message in its line.
func escapeData(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(s)
}

// escapeProperty also keeps a value from ending early.
func escapeProperty(s string) string {
	return strings.NewReplacer(":", "%3A", ",", "%2C").Replace(escapeData(s))
}
