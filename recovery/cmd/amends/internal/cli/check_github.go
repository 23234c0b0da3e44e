package cli

import (
	"fmt"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/recovery/cmd/amends/internal/command"
)

// writeGitHub writes the workflow commands by which GitHub shows each finding at
// its line, and the count for the log.
func (f findings) writeGitHub(h command.Host, dir string, strict bool) error {
	for _, d := range command.FromHere(dir, f.diags) {
		if err := h.Stdout.Command(d.Severity.String(), annotation(d), withHint(d)); err != nil {
			return err
		}
	}
	return h.Stdout.Print(f.summary(strict))
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
func annotation(d playbook.Diagnostic) [][2]string {
	var properties [][2]string
	add := func(name string, value any) {
		properties = append(properties, [2]string{name, fmt.Sprint(value)})
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
	return properties
}

// covered turns a range that ends before End into one that ends with it. An end
// before the first character of a line is that of the line above; only the start
// of that line is known to count.
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
