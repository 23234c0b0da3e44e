package cli

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/recovery/internal/suite"
	"github.com/servicerecovery/amends/recovery/internal/term"
)

func testCommand() command {
	c := command{
		name: "test", args: "DIR [flags]",
		summary: "runs the suites (*_test.yaml) that stand beside the playbooks",
		example: term.Own("amends test playbooks --run 'late parcels' --format junit\n" +
			"         amends test playbooks --suggest > playbooks/suggested_test.yaml"),
	}
	c.run = func(h Host, args []string) int { return test(c, h, args) }
	return c
}

func test(c command, h Host, args []string) int {
	f := newFlags(c)
	format := f.format("text", "json", "junit")
	run := f.pattern("run", "run only the tests whose name, suite/test or suite/test/row, matches `REGEXP`")
	coverage := f.Bool("coverage", false, "also say what of the playbooks the tests that were run have not reached")
	least := f.percent("min", "with less coverage than `PERCENT`, such as 90%, exit with 1; turns --coverage on")
	propose := f.Bool("suggest", false, "write a suite of what no test has yet: both sides of the values that plays compare with, as far as a search finds them")
	rest, err := f.parse(h, args)
	if errors.Is(err, errHelp) {
		return exitOK
	}
	if err != nil {
		return trouble(h, "%s", err)
	}
	if len(rest) != 1 {
		return trouble(h, "test takes one directory: amends test %s", c.args)
	}
	dir := rest[0]
	set, status := loadSuites(h, dir)
	if set == nil {
		return status
	}
	if *propose {
		return suggest(h, dir, set)
	}
	cases, suites := set.Cases, set.Suites()
	if run.re != nil {
		cases = set.Find(run.re)
		suites = suite.SuitesOf(cases)
	}
	if len(cases) == 0 && !set.Diagnostics.HasErrors() {
		return trouble(h, "%s", nothingToRun(dir, set, run))
	}
	report := &suite.Report{Suites: suites, Some: run.re != nil, Diagnostics: set.Diagnostics, Dir: filepath.ToSlash(dir)}
	var watch func(*suite.Decided)
	if least.set {
		report.Least = &least.value
	}
	if *coverage || least.set {
		report.Coverage = set.NewCoverage()
		watch = report.Coverage.Watch
	}
	if report.Results, err = set.Run(context.Background(), cases, watch); err != nil {
		return trouble(h, "%s", err)
	}
	if err := writeReport(h, report, format.value); err != nil {
		return trouble(h, "%s", err)
	}
	if !report.OK() {
		return exitFound
	}
	return exitOK
}

// suggest writes a suite. What is wrong with those that there are goes to
// standard error: their tests are left out. An empty one is most likely the file
// that this is written to, and nothing is said of it.
func suggest(h Host, dir string, set *suite.Set) int {
	diags := slices.DeleteFunc(slices.Clone(set.Diagnostics), func(d playbook.Diagnostic) bool { return d.Code == "empty-file" })
	if err := h.Stderr.Print(term.Diagnostics(fromHere(dir, diags), h.Stderr.Colour())); err != nil {
		return exitTrouble
	}
	text, err := set.Suggest(context.Background())
	if text == "" {
		text = "# There is nothing to suggest: tests stand on both sides of every value that this search can vary.\n"
	}
	if err == nil {
		err = h.Stdout.Data(term.Prose, bytesOf([]byte(text)))
	}
	if err != nil {
		return trouble(h, "%s", err)
	}
	return exitOK
}

// loadSuites reads the playbooks and their suites. Playbooks that do not load
// are the command's trouble, so their diagnostics go to standard error.
func loadSuites(h Host, dir string) (*suite.Set, int) {
	fsys, err := openDir(dir)
	if err != nil {
		return nil, trouble(h, "%s", err)
	}
	set, err := suite.Load(fsys)
	var diags playbook.Diagnostics
	if errors.As(err, &diags) {
		if err := h.Stderr.Print(term.Diagnostics(fromHere(dir, diags), h.Stderr.Colour())); err != nil {
			return nil, exitTrouble
		}
		return nil, trouble(h, "the playbooks in %s do not load; amends check says the same", dir)
	}
	if err != nil {
		return nil, trouble(h, "%s", err)
	}
	return set, exitOK
}

func nothingToRun(dir string, set *suite.Set, run *pattern) string {
	if set.Suites() == 0 {
		return fmt.Sprintf("there are no suites in %s; write one into a file whose name ends in _test.yaml", dir)
	}
	return fmt.Sprintf("no test matches %s; there are %s", run.re, term.Count(len(set.Cases), "test"))
}

func writeReport(h Host, report *suite.Report, format string) error {
	switch format {
	case "json":
		return h.Stdout.Data(term.JSON, report.WriteJSON)
	case "junit":
		return h.Stdout.Data(term.Prose, report.WriteJUnit)
	}
	return h.Stdout.Print(report.Text(h.Stdout.Colour()))
}

// pattern is a flag that holds a regular expression.
type pattern struct{ re *regexp.Regexp }

func (p *pattern) String() string {
	if p.re == nil {
		return ""
	}
	return p.re.String()
}

func (p *pattern) Set(s string) (err error) {
	p.re, err = regexp.Compile(s)
	return err
}

func (f *flags) pattern(name, use string) *pattern {
	p := &pattern{}
	f.Var(p, name, use)
	return p
}

// percent is a flag that holds a percentage.
type percent struct {
	value value.Percent
	set   bool
}

func (p *percent) String() string {
	if !p.set {
		return ""
	}
	return p.value.String()
}

func (p *percent) Set(s string) (err error) {
	p.value, err = value.ParsePercent(s)
	p.set = err == nil
	return err
}

func (f *flags) percent(name, use string) *percent {
	p := &percent{}
	f.Var(p, name, use)
	return p
}
