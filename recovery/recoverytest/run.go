package recoverytest

import (
	"io/fs"
	"testing"

	"github.com/servicerecovery/amends/recovery/internal/suite"
	"github.com/servicerecovery/amends/recovery/internal/term"
)

// Run runs the suites that stand beside the playbooks in fsys: every *_test.yaml
// and *_test.yml in it, as playbook/FORMAT.md says. Each suite is a subtest, and
// each test of it, or each row, is one below, so that go test -run finds them. A
// failure shows what was wanted and what came, at the line of the expectation.
//
// Playbooks that do not load, a suite with a mistake in it, and a set without a
// suite fail the test.
func Run(t *testing.T, fsys fs.FS) {
	t.Helper()
	set, err := suite.Load(fsys)
	if err != nil {
		t.Fatalf("the playbooks do not load:\n%s", suite.Rendered(err))
	}
	switch {
	case set.Diagnostics.HasErrors():
		t.Errorf("files with errors are not run:\n%s", suite.Rendered(set.Diagnostics))
	case len(set.Cases) == 0:
		t.Fatal("there are no suites: write one into a file whose name ends in _test.yaml")
	case len(set.Diagnostics) > 0:
		t.Logf("\n%s", suite.Rendered(set.Diagnostics))
	}
	for _, name := range suitesOf(set.Cases) {
		t.Run(name, func(t *testing.T) {
			for _, c := range set.Cases {
				if c.Suite == name {
					t.Run(c.Name, func(t *testing.T) { runCase(t, set, c) })
				}
			}
		})
	}
}

// suitesOf lists the names of suites, each once, in their order.
func suitesOf(cases []*suite.Case) []string {
	var out []string
	for i, c := range cases {
		if i == 0 || c.Suite != cases[i-1].Suite {
			out = append(out, c.Suite)
		}
	}
	return out
}

func runCase(t *testing.T, set *suite.Set, c *suite.Case) {
	results, err := set.Run(t.Context(), []*suite.Case{c}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range results {
		for _, f := range r.Failures {
			t.Errorf("\n%s: %s\n%s", term.Plain(f.Range.String()), f.Headline(c), f.Details())
		}
	}
}
