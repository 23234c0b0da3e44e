package policy_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy"
)

// explainedWhen explains the one play of a set for a severity of 3.
func explainedWhen(t *testing.T, body string) policy.Explanation {
	t.Helper()
	set, diags := playbook.Load(fstest.MapFS{"set.yaml": {Data: []byte("amends: v1\nplaybook: p\nreview_by: 2037-06-30\n" + body)}})
	program, found := policy.Compile(set)
	if diags.HasErrors() || found.HasErrors() {
		t.Fatal(diags, found)
	}
	now := time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
	in := program.NewInput(now)
	for _, f := range program.Fields {
		switch f.Name {
		case "id", "service":
			in.Set(f, "x")
		case "occurred_at":
			in.Set(f, now)
		}
	}
	if _, err := in.Applying(); err != nil {
		t.Fatal(err)
	}
	return program.Explainer().Explain(in)[0]
}

// everyNode lists the parts of a tree.
func everyNode(n *policy.Node) []*policy.Node {
	out := []*policy.Node{n}
	for _, p := range n.Parts {
		out = append(out, everyNode(p)...)
	}
	return out
}

// TestTreeShowsTermsOnce holds that the tree of a condition has each term once, where it counted
// most, however often it is read, and that all parts that read it have it as their body.
func TestTreeShowsTermsOnce(t *testing.T) {
	for _, test := range []struct {
		terms, when string
		shown       string // the place of the part that shows terms.t, among those that read it
	}{
		{"{t: incident.severity > 1}", "terms.t && terms.t", "1 decided"},
		{"{t: incident.severity > 1}", "incident.severity > 4 && terms.t || terms.t", "2 decided"},
		{"{t: incident.severity > 1}", "incident.severity > 1 || terms.t || terms.t", "1 skipped"},
		{"{t: incident.severity > 1}", "terms.t == true && terms.t", "2 decided"},
		{"{t: incident.severity > 1}", "(terms.t == true || terms.t) && incident.severity > 1", "1 seen"},
		{"{t: incident.severity > 1, u: '!terms.t'}", "terms.u || terms.t", "2 decided"},
		{"{t: incident.severity > 1, u: terms.t, v: terms.u}", "terms.t ? terms.v : terms.u", "1 decided"},
	} {
		n := explainedWhen(t, "terms: "+test.terms+"\nplays: [{id: x, approach: standardised-response, when: '"+test.when+"'}]\n").When
		got, i := []string{}, 0
		var body *policy.Node
		for _, p := range everyNode(n) {
			if p.Path != "terms.t" {
				continue
			}
			i++
			if p.Body() == nil || body != nil && body != p.Body() {
				t.Errorf("%s: part %d has another body", test.when, i)
			}
			body = p.Body()
			if len(p.Parts) > 0 {
				what := map[bool]string{true: "decided", false: "seen"}[p.Parts[0].Decided]
				if p.Parts[0].Skipped {
					what = "skipped"
				}
				got = append(got, fmt.Sprint(i, " ", what))
			}
		}
		if !slices.Equal(got, []string{test.shown}) {
			t.Errorf("%s: shown at %v, not at %s", test.when, got, test.shown)
		}
	}
}

// TestTreeGrowsWithText holds that a chain of terms that each read the term before twice has as
// many parts as it has words, and misses each thing once.
func TestTreeGrowsWithText(t *testing.T) {
	const steps = 60
	var b strings.Builder
	b.WriteString("terms:\n  t0: incident.severity > 4\n")
	for i := range steps {
		fmt.Fprintf(&b, "  t%d: terms.t%d && terms.t%d && incident.severity > %d\n", i+1, i, i, i%5)
	}
	fmt.Fprintf(&b, "plays: [{id: x, approach: standardised-response, when: terms.t%d}]\n", steps)
	e := explainedWhen(t, b.String())
	if got := len(everyNode(e.When)); got > 10*steps {
		t.Errorf("%d parts", got)
	}
	if got := e.Misses(); !slices.Equal(got, []string{"incident.severity is 3, more than 4 needed", "incident.severity is 3, more than 3 needed"}) || e.Distance() > 1 {
		t.Errorf("it misses by %g: %q", e.Distance(), got)
	}
}
