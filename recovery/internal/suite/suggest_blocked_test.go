package suite_test

import (
	"context"
	"strings"
	"testing"
	"testing/fstest"
)

// TestSuggestFindsPlaysBehindOthers finds incidents for plays that stand behind others, in every
// way in which they can. Of a play that nothing can match it says no more than that the search
// found none.
func TestSuggestFindsPlaysBehindOthers(t *testing.T) {
	const level = "incident: {impact: {type: string, one_of: [slight, moderate, severe, fatal], default: slight}, delay: {type: duration, default: 0s}, vip: {type: bool, default: false}}\n"
	play := func(id, when, more string) string {
		return "  - {id: " + id + ", approach: standardised-response, when: '" + when + "', do: [{apologise: {}}]" + more + "}\n"
	}
	preventive := func(id, when string) string {
		return "  - {id: " + id + ", approach: preventive-intervention, when: '" + when + "', do: [{notify: {to: " + id + "}}]}\n"
	}
	for name, c := range map[string]struct {
		head, plays string
		lost        string // the play that is not found; empty: none
	}{
		"first, by a default": {"matches: first\n", play("a", `incident.impact == "slight"`, "") + play("b", `incident.impact == "moderate"`, "") + play("c", `incident.impact == "severe"`, ""), ""},
		"first, by bands":     {"matches: first\n", play("a", `incident.delay < hours(1)`, "") + play("b", `incident.delay < hours(2)`, "") + play("c", `incident.delay < hours(3)`, ""), ""},
		"first, descending":   {"matches: first\n", play("a", `incident.delay >= hours(3)`, "") + play("b", `incident.delay >= hours(2)`, "") + play("c", "true", ""), ""},
		"first, by lists":     {"matches: first\n", play("a", `incident.impact in ["slight", "moderate"]`, "") + play("b", `incident.impact in ["moderate", "severe"]`, "") + play("c", `incident.impact != "fatal" || incident.vip`, ""), ""},
		"first, several":      {"matches: first\n", play("a", `incident.impact == "slight"`, "") + play("b", "incident.vip", "") + play("c", "incident.delay < hours(5)", "") + play("d", "true", ""), ""},
		"first, by priority":  {"matches: first\n", play("c", `incident.impact == "severe"`, "") + play("a", `incident.impact == "slight"`, ", priority: 9") + play("b", "incident.delay < hours(1)", ", priority: 5"), ""},
		"first, in terms":     {"matches: first\nterms: {small: 'incident.impact == \"slight\"', late: 'incident.delay >= hours(2)'}\n", play("a", "terms.small", "") + play("b", "!terms.late", "") + play("c", `incident.impact in ["moderate", "severe"] && terms.late`, ""), ""},
		"first, and a signal": {"matches: first\n", preventive("a", "true") + play("b", `incident.impact == "severe"`, ""), ""},
		"fallback":            {"", play("a", `incident.impact == "slight"`, "") + play("b", "incident.delay < hours(1)", "") + play("rest", "true", ", fallback: true"), ""},
		"fallback, closed":    {"", play("a", `incident.impact in ["slight", "moderate", "severe"]`, "") + play("rest", "true", ", fallback: true"), ""},
		"fallback, narrow":    {"", play("a", `incident.impact != "fatal"`, "") + play("rest", `incident.impact in ["severe", "fatal"]`, ", fallback: true"), ""},
		"two fallbacks":       {"", play("a", `incident.impact == "slight"`, "") + play("one", `incident.impact == "moderate"`, ", fallback: true") + play("two", "true", ", fallback: true"), ""},
		"first and fallback":  {"matches: first\n", play("a", `incident.impact == "slight"`, "") + play("b", `incident.vip`, "") + play("rest", "true", ", fallback: true"), ""},
		"beside the answer":   {"matches: first\n", play("a", "true", "") + play("b", `incident.impact == "severe"`, ", answers: false"), ""},
		"shadowed":            {"matches: first\n", play("a", `incident.impact != "severe"`, "") + play("b", `incident.impact == "fatal"`, ""), "p/b"},
		"a fallback too many": {"", play("a", `incident.impact in ["slight", "moderate", "severe", "fatal"]`, "") + play("rest", "true", ", fallback: true"), "p/rest"},
	} {
		text := "amends: v1\nplaybook: p\nreview_by: 2030-01-01\n" + c.head + level + "plays:\n" + c.plays
		got, err := load(t, fstest.MapFS{"p.yaml": {Data: []byte(text)}}).Suggest(context.Background())
		if err != nil {
			t.Fatal(name, err)
		}
		want := ""
		if c.lost != "" {
			want = "# This search found no incident that " + c.lost + " matches; that does not mean that there is none.\n"
		}
		if strings.Count(got, "found no incident") != strings.Count(want, "found no incident") || !strings.Contains(got, want) {
			t.Errorf("%s: wanted %q in\n%s", name, want, got)
		}
	}
}
