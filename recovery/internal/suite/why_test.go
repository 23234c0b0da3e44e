package suite_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/servicerecovery/amends/recovery/internal/suite"
)

const desk = `
amends: v1
playbook: desk
zone: Europe/Madrid
review_by: 2030-01-01
incident: {tier: {type: string, default: ""}, price: {type: money, currency: EUR, optional: true}}
terms:
  priced: has(incident.price) && incident.price > money("10 EUR")
partners:
  van: {agreement: {ref: V, from: 2020-01-01, until: 2030-01-01}, outbound: {cost: 9 EUR}}
plays:
  - {id: a, approach: standardised-response, when: incident.failure == "a", do: [{resolve: {within: 4h}}, {compensate: {amount: 5 EUR}}]}
  - {id: b, approach: standardised-response, when: incident.failure == "b", do: [{resolve: {within: 8h}}, {compensate: {amount: 7 EUR}}]}
  - {id: gold, approach: standardised-response, when: incident.tier == "gold", do: [{resolve: {within: 1h}}, {notify: {to: shop}}]}
  - {id: signal, approach: preventive-intervention, when: incident.failure == "a", do: [{notify: {to: roof}}]}
  - {id: dear, approach: standardised-response, when: terms.priced && incident.failure == "c", do: [{refund: {amount: incident.price * 2}}]}
  - {id: cheap, approach: standardised-response, when: incident.failure == "c", do: [{refund: {amount: 3 EUR}}]}
  - id: cased
    approach: standardised-response
    when: incident.failure == "d"
    cases:
      - {id: one, when: incident.severity >= 4, do: [{compensate: {amount: 40 EUR}}]}
      - {id: two, when: incident.severity >= 5, do: [{compensate: {amount: 50 EUR}}]}
      - {id: three, do: [{compensate: {amount: 30 EUR}}]}
  - {id: lost, approach: partner-substitute, when: incident.failure == "e", substitute: {}}
`

// TestWhyNamesWhatWouldHaveGivenIt names the plays and cases that would have given what is
// wanted, and those that gave what is there; never others that only give the type.
func TestWhyNamesWhatWouldHaveGivenIt(t *testing.T) {
	for _, c := range []struct {
		incident, want string
		why            []string // the plays and cases that are named, in order
	}{
		{"failure: a", "resolve: {due_at: 2026-03-02T13:30:00Z}", []string{"desk/a matched"}},
		{"failure: a", "resolve: {due_at: 2026-03-02T11:00:00Z}", []string{"desk/a matched", "desk/gold, which would give it, did not match: incident.tier is \"\" (the default), gold needed"}},
		{"failure: a", "resolve: {due_at: 2026-03-02T18:00:00Z}", []string{"desk/a matched", "desk/b, which would give it, did not match: incident.failure is a, b needed"}},
		{"failure: a", "resolve: {owner: nobody}", []string{"desk/a matched"}},
		{"failure: a", "compensate: {amount: 6 EUR}", []string{"desk/a matched"}},
		{"failure: a", "compensate: {amount: 7 EUR}", []string{"desk/a matched", "desk/b, which would give it"}},
		// Nothing of the type is there.
		{"failure: a", "notify: {to: roof}", []string{"desk/signal, which would give it, did not match: it is for signals"}},
		{"failure: a", "notify: {to: boss}", []string{"desk/gold, which gives `notify`", "desk/signal, which gives `notify`"}},
		// What a play gives reads what its condition makes sure of.
		{"failure: c, price: 9 EUR", "refund: {amount: 18 EUR}", []string{"desk/cheap matched", "desk/dear, which would give it, did not match: incident.price is 9.00 EUR, more than 10.00 EUR needed"}},
		{"failure: c", "refund: {amount: 18 EUR}", []string{"desk/cheap matched"}},
		{"failure: d", "compensate: {amount: 40 EUR}", []string{"desk/cased/three matched", "the case one of desk/cased, which would give it, did not hold: incident.severity is 3 (the default), 4 needed"}},
		{"failure: d", "compensate: {amount: 41 EUR}", []string{"desk/cased/three matched"}},
		{"failure: a", "substitute: {partner: van}", []string{"desk/lost, which would give it"}},
	} {
		text := "amends: v1\nsuite: s\nnow: 2026-03-02T10:00:00Z\ntests:\n  - name: t\n" +
			"    incident: {id: T, service: x, occurred_at: 2026-03-02T10:00:00Z, " + c.incident + "}\n" +
			"    want: {actions: [{" + c.want + "}]}\n"
		set, err := suite.Load(fstest.MapFS{"p.yaml": {Data: []byte(desk)}, "p_test.yaml": {Data: []byte(text)}})
		if err != nil || set.Diagnostics.HasErrors() {
			t.Fatal(c.want, suite.Rendered(err), set.Diagnostics)
		}
		results, err := set.Run(context.Background(), set.Cases, nil)
		if err != nil || len(results) != 1 || len(results[0].Failures) != 1 {
			t.Fatal(c.want, err, results)
		}
		var got []string
		for _, w := range results[0].Failures[0].Why {
			got = append(got, w.Text)
		}
		if !slices.EqualFunc(got, c.why, strings.HasPrefix) {
			t.Errorf("%s wants %s:\n%s\nwanted\n%s", c.incident, c.want, strings.Join(got, "\n"), strings.Join(c.why, "\n"))
		}
	}
}
