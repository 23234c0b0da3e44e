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
	"github.com/servicerecovery/amends/recovery/cmd/amends/internal/command"
	"github.com/servicerecovery/amends/recovery/internal/suite"
	"github.com/servicerecovery/amends/recovery/internal/term"
)

func testCommand() command.Command {
	c := command.Command{
		Name: "test", Args: "DIR [flags]",
		Summary: "runs the suites (*_test.yaml) that stand beside the playbooks",
		Example: term.Own("amends test playbooks --run 'late parcels' --format junit\n" +
			"         amends test playbooks --suggest > playbooks/suggested_test.yaml"),
	}
	c.Run = func(h command.Host, args []string) int { return h.End(test(c, h, args)) }
	return c
}

func test(c command.Command, h command.Host, args []string) error {
	f := command.NewFlags(c)
	format := f.Format("text", "json", "junit")
	run := newPattern(f, "run", "run only the tests whose name, suite/test or suite/test/row, matches `REGEXP`")
	coverage := f.Bool("coverage", false, "also say what of the playbooks the tests that were run have not reached")
	least := newPercent(f, "min", "with less coverage than `PERCENT`, such as 90%, exit with 1; turns --coverage on")
	propose := f.Bool("suggest", false, "write a suite of what no test has yet: both sides of the values that plays compare with, as far as a search finds them")
	dir, err := f.One(h, args, "directory")
	if err != nil {
		return err
	}
	set, err := loadSuites(dir)
	if err != nil {
		return err
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
		return nothingToRun(dir, set, run)
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
		return err
	}
	if err := writeReport(h, report, format.Value); err != nil {
		return err
	}
	return command.FoundIf(!report.OK())
}

// suggest writes a suite. What is wrong with those that there are goes to
// standard error: their tests are left out. An empty one is most likely the file
// that this is written to, and nothing is said of it.
func suggest(h command.Host, dir string, set *suite.Set) error {
	diags := slices.DeleteFunc(slices.Clone(set.Diagnostics), func(d playbook.Diagnostic) bool { return d.Code == "empty-file" })
	if err := h.Stderr.Print(term.Diagnostics(command.FromHere(dir, diags), h.Stderr.Colour())); err != nil {
		return err
	}
	text, err := set.Suggest(context.Background())
	if err != nil {
		return err
	}
	if text == "" {
		text = "# There is nothing to suggest: tests stand on both sides of every value that this search can vary.\n"
	}
	return h.Stdout.Data(term.Prose, command.BytesOf([]byte(text)))
}

// loadSuites reads the playbooks and their suites.
func loadSuites(dir string) (*suite.Set, error) {
	fsys, err := command.OpenDir(dir)
	if err != nil {
		return nil, err
	}
	set, err := suite.Load(fsys)
	var diags playbook.Diagnostics
	if errors.As(err, &diags) {
		return nil, fmt.Errorf("%w; amends check says the same", &command.BrokenSet{Name: dir, Diags: diags})
	}
	return set, err
}

func nothingToRun(dir string, set *suite.Set, run *pattern) error {
	if set.Suites() == 0 {
		return fmt.Errorf("there are no suites in %s; write one into a file whose name ends in _test.yaml", dir)
	}
	return fmt.Errorf("no test matches %s; there are %s", run.re, term.Count(len(set.Cases), "test"))
}

func writeReport(h command.Host, report *suite.Report, format string) error {
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

func newPattern(f *command.Flags, name, use string) *pattern {
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

func newPercent(f *command.Flags, name, use string) *percent {
	p := &percent{}
	f.Var(p, name, use)
	return p
}
