package suite

import (
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
	"unicode"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy/value"
)

// Report is what came of a run.
type Report struct {
	Suites      int
	Results     []Result
	Diagnostics playbook.Diagnostics // of the suites
	Coverage    *Coverage            // nil: not asked for
	Least       *value.Percent       // how much is to be reached; nil: not asked for
	// Dir is what stands before the paths of files: where the set's directory
	// is, seen from whoever reads the report.
	Dir string
}

// Failed is how many tests failed.
func (r *Report) Failed() int {
	n := 0
	for _, x := range r.Results {
		if !x.OK() {
			n++
		}
	}
	return n
}

// OK reports whether every test ran and came out as wanted, and enough was
// reached.
func (r *Report) OK() bool { return r.Failed() == 0 && !r.Diagnostics.HasErrors() && !r.tooLittle() }

func (r *Report) tooLittle() bool {
	return r.Coverage != nil && r.Least != nil && r.Coverage.Below(*r.Least)
}

// placed puts the directory before the file of a place.
func (r *Report) placed(at playbook.Range) playbook.Range {
	if at.File != "" && r.Dir != "" {
		at.File = path.Join(r.Dir, at.File)
	}
	return at
}

// WriteText writes the report for people: what is wrong with the suites, each
// failure at the line of the expectation, what was not reached, and a sum.
func (r *Report) WriteText(w io.Writer, colour bool) error {
	diags := make(playbook.Diagnostics, len(r.Diagnostics))
	for i, d := range r.Diagnostics {
		d.Range = r.placed(d.Range)
		diags[i] = d
	}
	if err := diags.Render(w, colour); err != nil {
		return err
	}
	var out strings.Builder
	for _, x := range r.Results {
		for _, f := range x.Failures {
			f = r.placedFailure(f)
			out.WriteString(f.Range.String() + ": " + f.Headline(x.Case) + "\n")
			out.WriteString(f.Details(colour))
		}
	}
	if r.Coverage != nil {
		r.writeCoverage(&out)
	}
	out.WriteString(r.sum() + "\n")
	_, err := io.WriteString(w, out.String())
	return err
}

// Headline says which test failed, and how.
func (f Failure) Headline(c *Case) string {
	name := c.FullName()
	if f.Step != "" {
		name += " (" + f.Step + ")"
	}
	return harmless(name + ": " + f.Message)
}

// Details are the difference and what led to it, a line each.
func (f Failure) Details(colour bool) string {
	var out strings.Builder
	for _, l := range f.Diff {
		out.WriteString("    " + painted(l, colour) + "\n")
	}
	for _, w := range f.Why {
		out.WriteString("  why: " + harmless(w.String()) + "\n")
	}
	return out.String()
}

// String starts with the place, where there is one.
func (r Reason) String() string {
	if r.At.IsZero() {
		return r.Text
	}
	return r.At.String() + ": " + r.Text
}

// placedFailure puts the directory before the files of a failure.
func (r *Report) placedFailure(f Failure) Failure {
	f.Range = r.placed(f.Range)
	f.Why = each(f.Why, func(w Reason) Reason { return Reason{r.placed(w.At), w.Text} })
	return f
}

func painted(l Line, colour bool) string {
	l.Text = harmless(l.Text)
	code := map[byte]string{'-': "31", '+': "32"}[l.Sign]
	if !colour || code == "" {
		return l.String()
	}
	return "\x1b[" + code + "m" + l.String() + "\x1b[0m"
}

// harmless keeps what files say from steering a terminal, or breaking XML.
func harmless(s string) string {
	return strings.Map(func(r rune) rune {
		if r != '\n' && (unicode.IsControl(r) || r == 0xfffe || r == 0xffff) {
			return unicode.ReplacementChar
		}
		return r
	}, s)
}

func (r *Report) sum() string {
	tests, failed := len(r.Results), r.Failed()
	wrong := 0
	for _, d := range r.Diagnostics {
		if d.Severity == playbook.Error {
			wrong++
		}
	}
	var s string
	switch {
	case failed > 0:
		s = fmt.Sprintf("%d of %s failed", failed, count(tests, "test"))
	case wrong > 0:
		s = count(tests, "test") + " passed"
	default:
		s = fmt.Sprintf("ok: %s, %s", count(r.Suites, "suite"), count(tests, "test"))
	}
	if wrong > 0 {
		s += ", and " + count(wrong, "error") + " in the suites; the files with errors were not run"
	}
	return s
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// Rendered is an error as text; diagnostics with their source lines.
func Rendered(err error) string {
	var diags playbook.Diagnostics
	if !errors.As(err, &diags) {
		return err.Error()
	}
	var out strings.Builder
	_ = diags.Render(&out, false) // writing to memory does not fail
	return out.String()
}
