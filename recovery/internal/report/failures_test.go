package report_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/internal/report"
)

const failureSet = `amends: v1
playbook: a
review_by: 2030-01-01
applies: incident.service == "water"
incident:
  failure: {one_of: [inside, outside, leak, noise]}
  vip: {type: bool, default: false}
terms:
  kind: 'incident.failure == "leak" ? "wet" : tables.kinds.kind'
  what: incident.failure
  bad: has(tables.flood)
  paid: tables.kinds.pay > money("0 GBP")
tables:
  flood:
    by: incident.failure
    rows: [{is: inside, pay: 300 GBP, big: true}, {is: [outside, leak], pay: 150 GBP, big: false}]
  kinds:
    by: incident.failure
    rows:
      - {is: [inside, outside], kind: flood, pay: 300 GBP, n: 3, part: 20%, wait: 2h, size: 1.5, day: 2026-03-01}
      - {otherwise: true, kind: other, pay: 0 GBP, n: 1, part: 5%, wait: 30m, size: 2.5, day: 2026-04-01}
  nested:
    by: tables.kinds.kind
    rows: [{is: flood, pay: 9 GBP}]
  by_term:
    by: terms.kind
    rows: [{is: wet, pay: 5 GBP}, {is: other, pay: 6 GBP}]
plays:
  - id: p
    approach: standardised-response
    when: 'WHEN'
    do: [{apologise: {}}]
`

// TestFailuresOfTables lists a play under every failure that it can match, and under no other,
// however its condition comes to the failure: what is decided says which those are.
func TestFailuresOfTables(t *testing.T) {
	failures := []string{"", "inside", "outside", "leak", "noise"}
	for i, when := range []string{
		`has(tables.flood)`, `!has(tables.flood)`, `terms.bad`, `!terms.bad && incident.vip`, `has(tables.nested)`, `!has(tables.nested)`, `has(tables.by_term)`,
		`has(tables.flood) && tables.flood.big`, `has(tables.flood) && !tables.flood.big`, `tables.kinds.kind == "flood"`, `tables.kinds.kind != "flood"`,
		`terms.kind == "wet"`, `terms.kind in ["wet", "flood"]`, `!(terms.kind in ["wet", "flood"])`, `terms.what == "noise"`, `terms.what in ["noise", "leak"]`,
		`has(tables.flood) && incident.failure != "leak"`, `has(tables.flood) == terms.bad`,
		`has(tables.flood) || incident.vip`, `terms.what != "noise" && terms.kind == "other"`, `incident.failure == terms.what`, `true`,
		`terms.paid`, `!terms.paid`, `tables.kinds.pay > money("0 GBP")`, `money("0 GBP") >= tables.kinds.pay`, `tables.kinds.pay != money("300.00 GBP")`, `terms.paid && incident.vip`,
		`tables.kinds.n >= 3`, `tables.kinds.n in [3, 4]`, `!(tables.kinds.n in [3, 4])`, `tables.kinds.n != 3`, `tables.kinds.n > tables.kinds.n`, `tables.kinds.part < percent(10)`,
		`tables.kinds.wait > hours(1)`, `tables.kinds.size > 2.0`, `tables.kinds.n <= 3`, `has(tables.flood) && tables.flood.pay > money("200 GBP")`,
	} {
		if testing.Short() && i%4 != 0 {
			continue
		}
		text := strings.Replace(failureSet, "WHEN", when, 1)
		fsys := fstest.MapFS{"a.yaml": {Data: []byte(text)}}
		engine, err := recovery.Load(fsys)
		if err != nil {
			t.Fatal(when, err)
		}
		var want []string
		for _, f := range failures {
			for _, vip := range []bool{false, true} {
				d, err := engine.Decide(context.Background(), recovery.Incident{ID: "T", Service: "water", Failure: f, OccurredAt: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), Fields: map[string]any{"vip": vip}})
				if err != nil {
					t.Fatal(when, err)
				}
				if len(d.Plays) > 0 && !slices.Contains(want, f) {
					want = append(want, f)
				}
			}
		}
		var got []string
		for _, s := range built(t, fsys, report.Options{}).Services {
			for _, f := range s.Failures {
				switch {
				case len(f.Rows) == 0:
				case f.Name == "": // whatever it is
					got = slices.Clone(failures)
				case f.Name == "not known yet":
					got = append([]string{""}, got...)
				default:
					got = append(got, f.Name)
				}
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: listed under %v, and matches %v", when, got, want)
		}
	}
}
