package policy_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
)

// TestWhatEndsAnEvaluation holds that nothing behind a loop is taken into account: an
// evaluation that exceeds the cost limit fails as a whole, false conditions behind it or not. Cost
// also comes from long texts and lists, before the loop.
func TestWhatEndsAnEvaluation(t *testing.T) {
	const loop = `lists.range(700).all(x, lists.range(700).all(y, x + y >= 0))`
	long, many := strings.Repeat("a", 10_000_000), make([]any, 700_000)
	for i := range many {
		many[i] = "t"
	}
	tests := []struct {
		when  string
		fails bool
	}{
		{`incident.failure == "late" && ` + loop, false},
		{loop + ` && incident.failure == "late"`, true},
		{`(incident.severity == 9 || ` + loop + `) && incident.failure == "late"`, true},
		{`(incident.severity < 9 || ` + loop + `) && incident.failure == "late"`, false},
		{`incident.summary.contains("` + strings.Repeat("a", 40) + `") && incident.failure == "late" && incident.causes.exists(x, x == "a")`, true},
		{`"u" in incident.tags && incident.failure == "late" && incident.causes.exists(x, x == "a")`, true},
		{`incident.summary == "` + strings.Repeat("a", 9_000) + `" && incident.failure == "late" && incident.causes.exists(x, x == "a")`, false},
		{`incident.summary.contains("` + strings.Repeat("a", 40) + `") && incident.failure == "late"`, false},
		{`terms.heavy && incident.failure == "late"`, false}, // a term is evaluated by itself, so its end is an error like any other
		{`!(incident.failure != "late" || ` + loop + `)`, false},
		{`incident.failure == "late" ? ` + loop + ` : false`, false},
	}
	for i, test := range tests {
		if testing.Short() && i%3 != 0 {
			continue
		}
		program := compile(t, fstest.MapFS{"set.yaml": {Data: []byte(fmt.Sprintf(
			"amends: v1\nplaybook: b\nreview_by: 2027-01-01\nincident: {causes: {type: [string]}}\nterms: {heavy: '%s', light: 'incident.severity > 3'}\nplays:\n  - id: p\n    approach: standardised-response\n    when: '%s'\n    do: [{apologise: {}}]\n",
			loop, test.when))}})
		values := map[string]any{"severity": int64(3), "failure": "lost", "phase": "failure", "provider": "", "summary": long, "tags": many, "causes": []any{"b"}}
		got, want := outcome(program, values, nil, [2]any{}), outcome(program.Plain(), values, nil, [2]any{})
		if got != want {
			t.Errorf("%.80s gives\n%s\nand asking each play\n%s", test.when, got, want)
		}
		if fails := strings.Contains(want, "costs too much"); fails != test.fails {
			t.Errorf("%.80s gives\n%s", test.when, want)
		}
	}
}
