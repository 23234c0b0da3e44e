package suite

import (
	"errors"
	"fmt"
	"path"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/recovery/internal/term"
)

// Report is what came of a run.
type Report struct {
	Suites      int  // of the tests that were to run
	Some        bool // not all tests were to run
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

// Text is the report for people: what is wrong with the suites, each failure at the
// line of the expectation, what was not reached, and a sum.
func (r *Report) Text(colour bool) term.Text {
	diags := make(playbook.Diagnostics, len(r.Diagnostics))
	for i, d := range r.Diagnostics {
		d.Range = r.placed(d.Range)
		diags[i] = d
	}
	page := term.NewPage(colour)
	page.Add(term.Diagnostics(diags, colour))
	for _, x := range r.Results {
		for _, f := range x.Failures {
			f = r.placedFailure(f)
			page.Line("%s: %s", f.Range, f.Headline(x.Case))
			f.details(page)
		}
	}
	if r.Coverage != nil {
		r.coverage(page)
	}
	page.Line("%s", r.sum())
	return page.Text()
}

// Headline says which test failed, and how.
func (f Failure) Headline(c *Case) term.Text {
	name := c.FullName()
	if f.Step != "" {
		name += " (" + f.Step + ")"
	}
	return term.Plain(name + ": " + f.Message)
}

// Details are the difference and what led to it, a line each.
func (f Failure) Details() term.Text {
	page := term.NewPage(false)
	f.details(page)
	return page.Text()
}

func (f Failure) details(page *term.Page) {
	for _, l := range f.Diff {
		page.Line("    %s", page.Paint(signs[l.Sign], l.String()))
	}
	for _, w := range f.Why {
		page.Line("  why: %s", w)
	}
}

// signs are the colours of the lines of a difference.
var signs = map[byte]term.Colour{'-': term.Red, '+': term.Green}

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
		s = fmt.Sprintf("%d of %s failed", failed, term.Count(tests, "test"))
	case wrong > 0:
		s = term.Count(tests, "test") + " passed"
	case r.tooLittle():
		s = term.Count(tests, "test") + " passed, and too little was reached"
	default:
		s = fmt.Sprintf("ok: %s, %s", term.Count(r.Suites, "suite"), term.Count(tests, "test"))
	}
	if wrong > 0 {
		s += ", and " + term.Count(wrong, "error") + " in the suites; the files with errors were not run"
	}
	return s
}

// Rendered is an error as text; diagnostics with their source lines.
func Rendered(err error) term.Text {
	var diags playbook.Diagnostics
	if !errors.As(err, &diags) {
		return term.Plain(err.Error())
	}
	return term.Diagnostics(diags, false)
}
