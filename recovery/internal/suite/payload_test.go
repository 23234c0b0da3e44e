package suite_test

import (
	"context"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/servicerecovery/amends/recovery/internal/suite"
)

const mappedBook = `amends: v1
playbook: parcels
plays:
  - {id: late, approach: standardised-response, review_by: 2027-06-30, when: incident.failure == "late", do: [{compensate: {amount: 5 EUR}}]}
---
amends: v1
map: desk
only: {event: ticket}
fields:
  id: {text: "t-${id}"}
  service: {const: parcel}
  occurred_at: at
  failure: {from: "tags[*]", first_of: [late, lost], otherwise: ""}
  severity: {from: priority, words: {high: 4, low: 2}}
  paused: {from: state, while: [pending]}
  updated_at: {from: changed, format: epoch}
`

// runSuite runs a suite beside the map, and writes what failed and what was not reached.
func runSuite(t *testing.T, tests string) (failures, missing string) {
	t.Helper()
	set, err := suite.Load(fstest.MapFS{"p.yaml": {Data: []byte(mappedBook)}, "p_test.yaml": {Data: []byte("amends: v1\nsuite: s\n" + tests)}})
	if err != nil {
		t.Fatal(err)
	}
	if len(set.Diagnostics) > 0 {
		var out []string
		for _, d := range set.Diagnostics {
			out = append(out, d.Message+" ["+d.Code+"]")
		}
		return strings.Join(out, "\n"), ""
	}
	coverage := set.NewCoverage()
	results, err := set.Run(context.Background(), set.Cases, coverage.Watch)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, r := range results {
		for _, f := range r.Failures {
			line := f.Key + ": " + f.Message
			for _, l := range f.Diff {
				line += "\n  " + l.String()
			}
			out = append(out, line)
		}
	}
	report := suite.Report{Results: results, Coverage: coverage}
	return strings.Join(out, "\n"), report.Text(false).String()
}

func TestMapsInSuites(t *testing.T) {
	for _, test := range []struct{ name, tests, wants string }{
		{"in part", `tests: [{name: a, map: desk, payload: {event: ticket, id: 1, at: 2026-03-02T10:00:00Z, tags: [x, late]}, want: {incident: {id: t-1, failure: late, severity: null, occurred_at: 2026-03-02T11:00:00+01:00}}}]`, ""},
		{"a part of a payload", `tests: [{name: a, map: desk, payload: {event: ticket, id: 1}, want: {incident: {id: t-1}}}]`, ""},
		{"decided", `tests: [{name: a, map: desk, payload: {event: ticket, id: 1, at: 2026-03-02T10:00:00Z, tags: [late]}, want: {plays: [parcels/late], incident: {failure: late}}}]`, ""},
		{"refused when it is to be decided", `tests: [{name: a, map: desk, payload: {event: ticket, id: 1}, want: {plays: []}}]`, "error: the payload was refused\n  + the payload of incident \"t-1\" does not fit map desk: occurred_at: wanted"},
		{"other values", `tests: [{name: a, map: desk, payload: {event: ticket, id: 1, priority: high}, want: {incident: {severity: 2, failure: late}}}]`, "incident: the payload gives another incident\n  - severity: 2\n  + severity: 4\n  - failure: late"},
		{"an error", `tests: [{name: a, map: desk, payload: {event: ticket, id: 1, priority: hihg}, want: {error: 'did you mean "high"?'}}]`, ""},
		{"no error", `tests: [{name: a, map: desk, payload: {event: ticket, id: 1, priority: high}, want: {incident: {id: t-1}, error: x}}]`, "error: the payload was to be refused, and fits"},
		{"another event", `tests: [{name: a, map: desk, payload: {event: user}, want: {error: the map is not for this payload}}]`, ""},
		{"versions", `defaults: {map: desk}
tests:
  - name: a
    payload: {event: ticket, id: 1, at: 2026-03-02T10:00:00Z, state: pending, changed: 1772445660}
    want: {incident: {paused: [{from: 2026-03-02T10:01:00Z, until: null}]}}
    then:
      - {payload: {event: ticket, id: 1, state: open, changed: 1772445720}, want: {incident: {paused: [{until: 2026-03-02T10:02:00Z}], occurred_at: 2026-03-02T10:00:00Z}, handled: changed}}
      - {payload: {event: ticket, id: 1, tags: [late], changed: 1772445780}, want: {plays: [parcels/late]}}
      - {again: true, now: 2026-03-03T10:00:00Z, want: {handled: retry}}
      - {report: [{compensate: {}}]}`, ""},
		{"defaults with an incident", "defaults: {incident: {id: a, service: s, occurred_at: 2026-03-02T10:00:00Z}}\ntests: [{name: a, map: desk, payload: {event: ticket, id: 1}, want: {incident: {id: t-1, service: parcel}}}, {name: b, want: {plays: []}}]", ""},
		{"rows", `tests: [{name: a, map: desk, payload: {event: ticket, id: 1, at: 2026-03-02T10:00:00Z}, each: [{payload: {tags: [late]}, want: {plays: [parcels/late]}}, {payload: {tags: [lost]}, want: {plays: []}}]}]`, ""},
		{"an unknown map", `tests: [{name: a, map: dask, payload: {id: 1}, want: {}}]`, "there is no map `dask` [bad-map]"},
		{"no map", `tests: [{name: a, payload: {id: 1}, want: {}}]`, "a payload is read by a map, and this test names none [bad-map]"},
		{"an incident of nothing", `tests: [{name: a, incident: {id: a}, want: {incident: {id: a}}}]`, "`incident` is what a map makes of a payload, and this test has none [bad-step]"},
		{"an unknown field", `tests: [{name: a, map: desk, payload: {id: 1}, want: {incident: {failur: x}}}]`, "there is no field `failur` [unknown-field]"},
		{"both", `tests: [{name: a, map: desk, payload: {id: 1}, incident: {id: a}, want: {}}]`, "a test has `incident` or `payload`, found both [bad-step]"},
		{"an incident after a payload", `tests: [{name: a, map: desk, payload: {id: 1}, want: {}, then: [{incident: {id: a}}]}]`, "this test begins with a payload, and goes on with an incident [bad-step]"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, _ := runSuite(t, test.tests)
			if !strings.HasPrefix(got, test.wants) || test.wants == "" && got != "" {
				t.Errorf("got  %s\nwant %s", got, test.wants)
			}
		})
	}
}

func TestMapsAreCovered(t *testing.T) {
	_, text := runSuite(t, `tests:
  - {name: a, map: desk, payload: {event: ticket, id: 1, at: 2026-03-02T10:00:00Z, tags: [late], changed: 1772445660}, want: {incident: {id: t-1}}}
  - {name: b, map: desk, payload: {event: ticket, id: 1, priority: low}, want: {incident: {id: t-1}}}
`)
	for _, want := range []string{`no payload had "high" for the field severity of the map desk`, `no payload had "lost" for the field failure of the map desk`, "no payload had anything else for the field failure", "no payload had the field paused of the map desk"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	for _, not := range []string{`had "low"`, `had "late"`, "the field occurred_at", "the field service"} {
		if strings.Contains(text, not) {
			t.Errorf("%q in\n%s", not, text)
		}
	}
}
