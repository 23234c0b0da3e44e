package playbook

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/servicerecovery/amends/playbook/unseen"
)

// String is FILE:LINE:COL, or as much of it as is known.
func (r Range) String() string {
	if r.IsZero() {
		return r.File
	}
	return fmt.Sprintf("%s:%d:%d", r.File, r.Start.Line, r.Start.Column)
}

func (k DocumentKind) String() string {
	switch k {
	case Playbook:
		return "playbook"
	case Shared:
		return "shared"
	case PayloadMap:
		return "map"
	}
	return "invalid"
}

// String is the diagnostic in one line: FILE:LINE:COL: error: message [code]. Unseen characters in
// it are escaped.
func (d Diagnostic) String() string { return d.line(noPaint) }

func (d Diagnostic) line(p paint) string {
	place := ""
	if d.Range.File != "" {
		place = p.bold(unseen.Show(d.Range.String())+":") + " "
	}
	return fmt.Sprintf("%s%s %s [%s]", place, p.severity(d.Severity), unseen.Show(d.Message), d.Code)
}

// Error gives each diagnostic a line.
func (ds Diagnostics) Error() string {
	lines := make([]string, len(ds))
	for i, d := range ds {
		lines[i] = d.String()
	}
	return strings.Join(lines, "\n")
}

// MarshalJSON writes the place flat and the keys in a fixed order.
func (d Diagnostic) MarshalJSON() ([]byte, error) {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false) // messages quote conditions: && and < are common
	err := enc.Encode(struct {
		Severity  string `json:"severity"`
		Code      string `json:"code"`
		Message   string `json:"message"`
		File      string `json:"file"`
		Line      int    `json:"line"`
		Column    int    `json:"column"`
		EndLine   int    `json:"end_line"`
		EndColumn int    `json:"end_column"`
		Hint      string `json:"hint,omitempty"`
		Edit      *edit  `json:"edit,omitempty"`
	}{
		d.Severity.String(), d.Code, d.Message, d.Range.File,
		d.Range.Start.Line, d.Range.Start.Column, d.Range.End.Line, d.Range.End.Column, d.Hint, d.Edit.json(),
	})
	return bytes.TrimSpace(out.Bytes()), err
}

// edit is an [Edit] as JSON.
type edit struct {
	Line      int    `json:"line"`
	Column    int    `json:"column"`
	EndLine   int    `json:"end_line"`
	EndColumn int    `json:"end_column"`
	Text      string `json:"text"`
}

func (e Edit) json() *edit {
	if e.IsZero() {
		return nil
	}
	return &edit{e.Start.Line, e.Start.Column, e.End.Line, e.End.Column, e.Text}
}

// Render writes each diagnostic with its source line, a caret below the place and the hint. Unseen
// characters are escaped, so that they cannot steer a terminal.
func (ds Diagnostics) Render(w io.Writer, color bool) error {
	p := noPaint
	if color {
		p = ansi
	}
	var out strings.Builder
	for _, d := range ds {
		out.WriteString(d.line(p) + "\n")
		d.excerpt(&out, p)
		if d.Hint != "" {
			out.WriteString("  " + p.bold("hint:") + " " + unseen.Show(d.Hint) + "\n")
		}
	}
	_, err := io.WriteString(w, out.String())
	return err
}

// paint colours text on a terminal; its zero does not.
type paint struct{ on bool }

var (
	noPaint = paint{}
	ansi    = paint{true}
)

func (p paint) wrap(code, s string) string {
	if !p.on {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

func (p paint) bold(s string) string { return p.wrap("1", s) }
func (p paint) dim(s string) string  { return p.wrap("2", s) }

func (p paint) mark(severity Severity, s string) string {
	if severity == Warning {
		return p.wrap("1;33", s)
	}
	return p.wrap("1;31", s)
}

func (p paint) severity(s Severity) string { return p.mark(s, s.String()+":") }
