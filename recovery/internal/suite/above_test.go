package suite_test

import (
	"context"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/servicerecovery/amends/recovery/internal/suite"
)

// A row that begins above a value is suggested at the value and right above it, and has a
// name of its own where it was not looked up.
func TestRowsThatBeginAbove(t *testing.T) {
	set := strings.NewReplacer("{from: 24h,", "{above: 24h,", "{from: 3d, amount: 10 EUR}", "{from: 3d, amount: 8 EUR}\n      - {above: 3d, amount: 10 EUR}").Replace(parcels(t))
	fsys := fstest.MapFS{"parcels.yaml": {Data: []byte(set)}}
	text, err := load(t, fsys).Suggest(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []string{
		"{delay: 24h}\n        want: {plays: [parcels/rest]", "{delay: 24h1m}\n        want: {plays: [parcels/late]",
		"{delay: 71h59m}\n        want: {plays: [parcels/late], actions: [{apologise: {}}, {inform: {}}, {compensate: {amount: 5.00 EUR}}",
		"{delay: 72h}\n        want: {plays: [parcels/late], actions: [{apologise: {}}, {inform: {}}, {compensate: {amount: 8.00 EUR}}",
		"{delay: 72h1m}\n        want: {plays: [parcels/late], actions: [{apologise: {}}, {inform: {}}, {compensate: {amount: 10.00 EUR}}",
	} {
		if !strings.Contains(text, row) {
			t.Errorf("no row %s in\n%s", row, text)
		}
	}
	fsys["suggested_test.yaml"] = &fstest.MapFile{Data: []byte(text)}
	again := load(t, fsys)
	if more, err := again.Suggest(context.Background()); err != nil || more != "" {
		t.Errorf("more is suggested: %v\n%s", err, more)
	}
	for _, cases := range [][]*suite.Case{nil, again.Cases} {
		r := &suite.Report{Suites: again.Suites(), Coverage: again.NewCoverage()}
		if r.Results, err = again.Run(context.Background(), cases, r.Coverage.Watch); err != nil {
			t.Fatal(err)
		}
		const missing = "the row above 24h of tables.credit was never looked up"
		if got := textOf(t, r); strings.Contains(got, missing) != (cases == nil) || !r.OK() {
			t.Errorf("%d tests:\n%s", len(cases), got)
		}
	}
}
