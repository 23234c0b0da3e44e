package suite_test

import (
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/servicerecovery/amends/recovery/internal/suite"
	"github.com/servicerecovery/amends/testdata/golden"
)

const chooseHead = `amends: v1
suite: choosing
now: 2026-03-02T10:00:00Z
defaults: {incident: {id: T, service: parcel, failure: damaged, occurred_at: 2026-03-01T10:00:00Z, customer: {id: C-7, name: Ana}}, want: {warnings: []}}
tests:
`

const forty = `{play: parcels/dear, by: boss, options: [{compensate: {amount: 4 EUR, as: cash}}]}`

// chosen are steps that make choices: what passes, and what of it fails.
var chosen = []struct{ name, test, steps, fails string }{
	{"chosen", `{}`, `{choose: ` + forty + `, want: {plays: [parcels/dear], exactly: true, actions: [{compensate: {amount: 4 EUR, as: cash, change: new}}], choices: [], withheld: [], warnings: []}}`,
		`{choose: ` + forty + `, want: {plays: [], actions: [{compensate: {amount: 5 EUR}}, {replace: {}}]}}`},
	{"two options, and another time", `{}`, `{now: 2026-03-02T12:00:00Z, choose: {play: parcels/dear, by: boss, options: [{replace: {}}, {compensate: {amount: 12 EUR, as: voucher}}]}, want: {actions: [{replace: {}}, {compensate: {as: voucher}}]}}`,
		`{choose: {play: parcels/dear, by: boss, options: []}}`},
	{"what is wanted of the decision is not wanted of the choice", `{want: {plays: [parcels/dear], actions: [{callback: {}}], choices: [{}]}}`, `{choose: ` + forty + `}`,
		`{choose: ` + forty + `, want: {actions: [{callback: {}}]}}`},
	{"refused: above what is offered", `{}`, `{choose: {play: parcels/dear, by: boss, options: [{compensate: {amount: 60.01 EUR, as: cash}}]}, want: {error: 0.00 EUR to 12.00 EUR}}`,
		`{choose: {play: parcels/dear, by: boss, options: [{compensate: {amount: 60.01 EUR, as: cash}}]}}`},
	{"refused: in a way that is not offered", `{}`, `{choose: {play: parcels/dear, by: boss, options: [{compensate: {amount: 4 EUR, as: goodwill}}]}, want: {error: 'options[0].as: wanted one of cash, voucher'}}`,
		`{choose: {play: parcels/dear, by: boss, options: [{compensate: {amount: 4 EUR, as: goodwill}}]}, want: {error: too much}}`},
	{"refused: too many", `{}`, `{choose: {play: parcels/dear, by: boss, options: [{replace: {}}, {replace: {}}, {compensate: {amount: 4 EUR, as: cash}}]}, want: {error: it takes 1 to 2}}`,
		`{choose: ` + forty + `, want: {error: it takes 1 to 2}}`},
	{"facts are read anew", `{}`, `{facts: {credited: 10 EUR}, choose: ` + forty + `, want: {error: 0.00 EUR to 2.00 EUR}}`, `{facts: {credited: 10 EUR}, choose: ` + forty + `}`},
	{"precedents", `{precedents: {parcels/dear: [{type: compensate, amount: 8 EUR}]}}`, `{choose: ` + forty + `, want: {error: 'a reason is needed: the amount lies 50%'}}`, `{choose: ` + forty + `}`},
	{"a reason", `{precedents: {parcels/dear: [{type: compensate, amount: 8 EUR}]}}`, `{choose: {play: parcels/dear, by: boss, reason: a birthday, options: [{compensate: {amount: 4 EUR, as: cash}}]}}`,
		`{choose: {play: parcels/dear, by: boss, reason: a birthday, options: [{compensate: {amount: 4 EUR, as: cash}}]}, want: {error: a reason}}`},
	{"nothing was left to choose", `{incident: {failure: lost}}`, `{choose: ` + forty + `, want: {error: leaves no such choice}}`, `{choose: ` + forty + `}`},
	{"nothing was decided", `{incident: {severity: 9}, want: {error: severity}}`, `{choose: ` + forty + `, want: {error: 'the incident T was not handled'}}`, `{choose: ` + forty + `}`},
	{"the same again, and something else", `{}`, `{choose: ` + forty + `}, {choose: ` + forty + `, want: {actions: [{compensate: {amount: 4 EUR}}]}}, {choose: {play: parcels/dear, by: team, options: [{replace: {}}]}, want: {error: 'made already, by boss'}}`,
		`{choose: ` + forty + `}, {choose: {play: parcels/dear, by: team, options: [{replace: {}}]}}`},
	{"it stands when the incident is decided again", `{}`, `{choose: ` + forty + `}, {incident: {summary: s}, want: {choices: [], changes: {callback: kept}}}, {choose: ` + forty + `, want: {actions: [{compensate: {}}]}}`,
		`{choose: ` + forty + `}, {incident: {summary: s}, want: {choices: [{}]}}`},
	{"and goes when its play does not match any more", `{}`, `{choose: ` + forty + `}, {incident: {failure: late, delay: 0s}, want: {changes: {compensate: cancelled}, warnings: []}}, {choose: ` + forty + `, want: {error: leaves no such choice}}`,
		`{choose: ` + forty + `}, {incident: {failure: late, delay: 0s}, want: {changes: {compensate: kept}}}`},
}

// Choices are made on the decision before, by the engine's own rules.
func TestChoose(t *testing.T) {
	var passes, fails strings.Builder
	for _, c := range chosen {
		head := "  - {name: '" + c.name + "', " + strings.TrimSuffix(strings.TrimPrefix(c.test, "{"), "}")
		if c.test == "{}" {
			head = strings.TrimSuffix(head, ", ") + ", want: {}"
		}
		head = strings.ReplaceAll(head, ", ,", ",")
		passes.WriteString(head + ", then: [" + c.steps + "]}\n")
		fails.WriteString(head + ", then: [" + c.fails + "]}\n")
	}
	if r := run(t, chooseHead+passes.String()); !r.OK() || len(r.Results) != len(chosen) {
		t.Errorf("not all pass:\n%s", textOf(t, r))
	}
	r := run(t, chooseHead+fails.String())
	for _, x := range r.Results {
		if x.OK() {
			t.Errorf("%s does not fail", x.Name)
		}
	}
	masked := regexp.MustCompile(`(cho|dec)_[0-9a-f]+`).ReplaceAllString(textOf(t, r), "${1}_…")
	golden.Check(t, "testdata/choose.golden", masked)
}

// A choice that could not be made by anybody is a mistake of the suite.
func TestChooseMistakes(t *testing.T) {
	const steps = `  - name: one
    want: {}
    then:
      - {choose: {play: dear, by: boss, options: [{replace: {}}]}}
      - {choose: {play: parcels/late, by: boss, options: [{replace: {}}]}}
      - {choose: {play: parcels/dear, by: boss, options: [{refund: {amount: 4 EUR}}, {replac: {}}]}}
      - {choose: {play: parcels/dear, by: boss, options: [{prevent: {}}, {substitute: {}}]}}
      - {choose: {play: parcels/dear, by: boss, options: [{compensate: {amount: 4 EURO, as: csh, amout: 4 EUR}}]}}
      - {choose: {play: parcels/dear, by: boss, options: [{compensate: {amount: {from: 0 EUR, to: 4 EUR}, as: [cash], due_at: null}}]}}
      - {choose: {play: parcels/dear, by: boss, options: [{compensate: {amount: null}}]}}
`
	set, err := suite.Load(fstest.MapFS{"parcels.yaml": {Data: []byte(parcels(t))}, "a_test.yaml": {Data: []byte(chooseHead + steps)}})
	if err != nil {
		t.Fatal(err)
	}
	if len(set.Cases) != 0 {
		t.Error("a suite with mistakes is run")
	}
	golden.Check(t, "testdata/choose-mistakes.golden", textOf(t, &suite.Report{Suites: set.Suites(), Diagnostics: set.Diagnostics}))
}
