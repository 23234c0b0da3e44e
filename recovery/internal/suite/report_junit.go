package suite

import (
	"encoding/xml"
	"io"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/recovery/internal/term"
)

type junitReport struct {
	XMLName  xml.Name     `xml:"testsuites"`
	Name     string       `xml:"name,attr"`
	Tests    int          `xml:"tests,attr"`
	Failures int          `xml:"failures,attr"`
	Errors   int          `xml:"errors,attr"`
	Suites   []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Errors   int         `xml:"errors,attr"`
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Name     string         `xml:"name,attr"`
	Class    string         `xml:"classname,attr"`
	File     string         `xml:"file,attr,omitempty"`
	Line     int            `xml:"line,attr,omitempty"`
	Failures []junitProblem `xml:"failure"`
	Errors   []junitProblem `xml:"error"`
}

type junitProblem struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr"`
	Text    string `xml:",cdata"`
}

// WriteJUnit writes the report in the XML that CI systems read. What is wrong
// with a suite file is an error of a test case of its own. There are no times in
// it: the same run gives the same bytes.
func (r *Report) WriteJUnit(w io.Writer) error {
	out := junitReport{Name: "amends"}
	if broken := r.junitErrors(); broken.Tests > 0 {
		out.add(broken)
	}
	var suite junitSuite
	for i, x := range r.Results {
		if i > 0 && x.Suite != r.Results[i-1].Suite {
			out.add(suite)
			suite = junitSuite{}
		}
		suite.Name = shown(x.Suite)
		suite.Tests++
		at := r.placed(x.Range)
		c := junitCase{Name: shown(x.Name), Class: shown(x.Suite), File: shown(at.File), Line: at.Start.Line}
		for _, f := range x.Failures {
			f = r.placedFailure(f)
			c.Failures = append(c.Failures, junitProblem{
				Message: f.Headline(x.Case).String(), Type: f.Key,
				Text: term.Textf("%s: %s\n%s", f.Range, f.Message, f.Details()).String(),
			})
		}
		if !x.OK() {
			suite.Failures++
		}
		suite.Cases = append(suite.Cases, c)
	}
	if suite.Tests > 0 {
		out.add(suite)
	}
	if r.Coverage != nil && r.Least != nil {
		out.add(r.junitCoverage())
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	e := xml.NewEncoder(w)
	e.Indent("", "  ")
	if err := e.Encode(out); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

func (r *junitReport) add(s junitSuite) {
	r.Suites = append(r.Suites, s)
	r.Tests += s.Tests
	r.Failures += s.Failures
	r.Errors += s.Errors
}

// junitErrors makes a test case of each suite file with errors.
func (r *Report) junitErrors() junitSuite {
	suite := junitSuite{Name: "suite files"}
	for _, d := range r.Diagnostics {
		if d.Severity != playbook.Error {
			continue
		}
		d.Range = r.placed(d.Range)
		if n := len(suite.Cases); n == 0 || suite.Cases[n-1].File != shown(d.Range.File) {
			suite.Cases = append(suite.Cases, junitCase{Name: shown(d.Range.File), Class: suite.Name, File: shown(d.Range.File), Line: d.Range.Start.Line})
			suite.Tests++
			suite.Errors++
		}
		c := &suite.Cases[len(suite.Cases)-1]
		text := term.Plain(d.String())
		if d.Hint != "" {
			text = term.Textf("%s\n  hint: %s", text, d.Hint)
		}
		c.Errors = append(c.Errors, junitProblem{Message: shown(d.Message), Type: d.Code, Text: text.String()})
	}
	return suite
}

// junitCoverage makes a test case of the coverage that is asked for.
func (r *Report) junitCoverage() junitSuite {
	c := junitCase{Name: "at least " + r.Least.String(), Class: "coverage"}
	suite := junitSuite{Name: "coverage", Tests: 1}
	if r.tooLittle() {
		text := term.NewPage(false)
		r.coverage(text)
		c.Failures = []junitProblem{{Message: r.coverageSum(), Type: "coverage", Text: text.Text().String()}}
		suite.Failures = 1
	}
	suite.Cases = []junitCase{c}
	return suite
}

// shown is text in an attribute, which XML cannot hold in every case.
func shown(s string) string { return term.Plain(s).String() }
