package suite_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/servicerecovery/amends/recovery/internal/suite"
	"github.com/servicerecovery/amends/testdata/golden"
)

// setsToSuggestFor are sets of several kinds, without their suites.
func setsToSuggestFor(t *testing.T) map[string]fstest.MapFS {
	t.Helper()
	out := map[string]fstest.MapFS{"testdata": {"parcels.yaml": {Data: []byte(parcels(t))}}}
	dirs, err := filepath.Glob("../../../examples/*/playbooks")
	if err != nil || len(dirs) == 0 {
		t.Fatal("no examples", err)
	}
	for i, dir := range dirs {
		if testing.Short() && i%2 != 0 {
			continue
		}
		files, err := filepath.Glob(filepath.Join(dir, "*.yaml"))
		if err != nil {
			t.Fatal(err)
		}
		fsys := fstest.MapFS{}
		for _, f := range files {
			if strings.HasSuffix(f, "_test.yaml") {
				continue
			}
			src, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			fsys[filepath.Base(f)] = &fstest.MapFile{Data: src}
		}
		out[filepath.Base(filepath.Dir(dir))] = fsys
	}
	return out
}

func load(t *testing.T, fsys fstest.MapFS) *suite.Set {
	t.Helper()
	set, err := suite.Load(fsys)
	if err != nil {
		t.Fatal(suite.Rendered(err))
	}
	return set
}

// hard are the sets with plays that the search does not reach: what matches them is found by people,
// or in several rounds.
var hard = map[string]string{
	"broadband": "several rounds", "power": "several rounds",
	"bank": "months between two dates", "orders": "what all lines come to",
}

// What is suggested loads and passes, and once it is there nothing is left to
// suggest.
func TestSuggestionsPass(t *testing.T) {
	for name, fsys := range setsToSuggestFor(t) {
		t.Run(name, func(t *testing.T) {
			text, err := load(t, fsys).Suggest(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			if !testing.Short() {
				if again, err := load(t, fsys).Suggest(context.Background()); err != nil || again != text {
					t.Errorf("it suggests something else the second time: %v", err)
				}
			}
			if !strings.Contains(text, "amends: v1") && strings.Contains(text, "asks what was missed") {
				return // no test without a later step
			}
			fsys["suggested_test.yaml"] = &fstest.MapFile{Data: []byte(text)}
			set := load(t, fsys)
			results, err := set.Run(context.Background(), set.Cases, nil)
			if err != nil {
				t.Fatal(err)
			}
			r := &suite.Report{Suites: set.Suites(), Results: results, Diagnostics: set.Diagnostics}
			if len(set.Diagnostics) > 0 || !r.OK() || len(results) < 10 && !strings.Contains(text, "asks what was missed") && hard[name] == "" {
				t.Errorf("%d tests:\n%s\n%s", len(results), textOf(t, r), text)
			}
			if hard[name] != "" {
				return
			}
			if strings.Contains(text, "found no incident") {
				t.Errorf("a play was not reached:\n%s", text)
			}
			if strings.Contains(text, "asks what was missed") {
				return // some of its plays need a later step, which it goes on asking for
			}
			if more, err := set.Suggest(context.Background()); err != nil || more != "" {
				t.Errorf("more is suggested: %v\n%s", err, more)
			}
		})
	}
}

func TestSuggestionsGolden(t *testing.T) {
	text, err := load(t, fstest.MapFS{"parcels.yaml": {Data: []byte(parcels(t))}}).Suggest(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	golden.Check(t, "testdata/suggested.golden", text)
}

// TestSuggestionsReachParts holds that what is suggested shows each part of a
// condition to be true and to be false, also those that a condition did without
// or that no value of a field is compared with.
func TestSuggestionsReachParts(t *testing.T) {
	const head = `amends: v1
playbook: pb
review_by: 2027-01-31
incident:
  wait: {type: duration, default: 0s}
  nights: {type: int, default: 1, min: 1, max: 60}
  price: {type: money, currency: EUR, optional: true}
tables:
  extra:
    by: incident.nights
    rows:
      - {is: 1, points: 1}
      - {is: [2, 3], points: 2}
      - {otherwise: true, points: 3}
  grave:
    by: incident.wait
    rows:
      - {above: 2h, share: 10%, grave: false, fee: 5 EUR}
      - {from: 6h, share: 20%, grave: true, fee: 10 EUR}
      - {otherwise: true, share: 0%, grave: false, fee: 0 EUR}
plays:
  - {id: p, approach: standardised-response, do: [{apologise: {}}], when: '`
	const suites = `amends: v1
suite: s
now: 2026-03-02T10:00:00Z
tests:
  - name: other
    incident: {id: T, service: s, failure: other, nights: 1, occurred_at: 2026-03-02T09:00:00Z}
    want: {never: [refund]}
`
	for _, when := range []string{
		`incident.failure == "broken" && tables.extra.points > 1`,
		`incident.customer.tier in ["gold", "platinum"] && incident.severity >= 4`,
		`incident.severity >= 4 || incident.wait >= hours(6)`,
		`incident.severity == 5 || incident.failure == "late" && (incident.nights > 3 || incident.wait > hours(2))`,
		`!(incident.severity < 3 && incident.nights < 2)`,
		`incident.severity in [4, 5] || incident.nights == 60`,
		`incident.severity >= 4 || tables.grave.grave`,
		`incident.severity >= 4 || tables.grave.share > percent(10)`,
		`incident.severity >= 4 || money("5 EUR") < tables.grave.fee`,
		`incident.severity >= 4 || tables.extra.points in [2]`,
		`incident.severity >= 4 || tables.extra.points == 3`,
		`incident.severity >= 4 && incident.wait / hours(12) > 2`,
		`incident.severity >= 4 || int(incident.wait / minutes(45)) >= 2`,
		`incident.severity >= 4 || 1 < int(incident.wait / minutes(45))`,
		`!has(incident.price) || incident.price > money("10 EUR")`,
	} {
		fsys := fstest.MapFS{"pb.yaml": {Data: []byte(head + when + "'}\n")}, "pb_test.yaml": {Data: []byte(suites)}}
		text, err := load(t, fsys).Suggest(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		fsys["suggested_test.yaml"] = &fstest.MapFile{Data: []byte(text)}
		set := load(t, fsys)
		seen := set.NewCoverage()
		results, err := set.Run(context.Background(), set.Cases, seen.Watch)
		if err != nil {
			t.Fatal(err)
		}
		r := &suite.Report{Suites: set.Suites(), Results: results, Coverage: seen}
		if !r.OK() {
			t.Errorf("%s\n%s\n%s", when, textOf(t, r), text)
		}
		for _, line := range strings.Split(textOf(t, r), "\n") {
			_, table, isRow := strings.Cut(line, " of tables.")
			table, _, _ = strings.Cut(table, " ")
			if strings.Contains(line, "not tested: `") || isRow && strings.Contains(when, "tables."+table) {
				t.Errorf("%s: %s\n%s", when, line, text)
			}
		}
		if more, err := set.Suggest(context.Background()); err != nil || more != "" {
			t.Errorf("%s: more is suggested: %v\n%s", when, err, more)
		}
	}
}

// TestSuggestionsForItems holds that incidents are found for plays with each, for each of their cases,
// and that what is suggested reaches all of their conditions.
func TestSuggestionsForItems(t *testing.T) {
	const set = `amends: v1
playbook: orders
review_by: 2027-06-30
incident:
  failure: {one_of: [late, lost]}
  lines:
    items:
      sku: string
      price: {type: money, currency: EUR}
      late: {type: duration, default: 0s}
      grade: {type: int, optional: true}
tables:
  credit:
    by: item.late
    rows:
      - {from: 3d, share: 20%}
      - {otherwise: true, share: 5%}
terms:
  dear: item.price >= money("50 EUR")
plays:
  - id: late-lines
    approach: standardised-response
    when: incident.failure == "late"
    each: lines
    where: item.late >= hours(24) && item.sku != "gift"
    do:
      - compensate: {amount: item.price * tables.credit.share}
      - apologise: {within: 1h}
    cases:
      - {id: dear, when: terms.dear, do: [{replace: {}}]}
      - {id: graded, when: has(item.grade) && item.grade > 3, do: [{repair: {}}]}
`
	fsys := fstest.MapFS{"orders.yaml": {Data: []byte(set)}}
	text, err := load(t, fsys).Suggest(context.Background())
	if err != nil || strings.Contains(text, "found no incident") {
		t.Fatal(err, text)
	}
	fsys["suggested_test.yaml"] = &fstest.MapFile{Data: []byte(text)}
	suggested := load(t, fsys)
	coverage := suggested.NewCoverage()
	results, err := suggested.Run(context.Background(), suggested.Cases, coverage.Watch)
	if err != nil {
		t.Fatal(err)
	}
	r := &suite.Report{Suites: suggested.Suites(), Results: results, Diagnostics: suggested.Diagnostics}
	if !r.OK() || coverage.Percent() != "100.0%" {
		t.Errorf("coverage %s:\n%s\n%s", coverage.Percent(), textOf(t, r), text)
	}
}
