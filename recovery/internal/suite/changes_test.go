package suite_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/servicerecovery/amends/recovery/internal/suite"
)

const changing = `
amends: v1
playbook: p
review_by: 2030-01-01
incident: {n: {type: int, default: 1}}
actions:
  gift: {about: a gift, params: {what: string}}
plays:
  - id: one
    approach: standardised-response
    when: "true"
    do:
      - compensate: {amount: 50 GBP}
      - gift: {what: tea}
      - refund: {id: fee, amount: 5 GBP}
      - replace: {id: lid, item: lid}
      - escalate: {id: boss, to: boss}
      - callback: {}
      - notify: {to: shop}
  - id: two
    approach: standardised-response
    when: incident.n == 2
    do:
      - compensate: {id: penalty, amount: 40 GBP}
      - gift: {id: more, what: jam}
      - refund: {id: fare, amount: 7 GBP}
      - replace: {id: pot, item: pot}
      - escalate: {id: lead, to: lead}
      - callback: {id: again}
      - notify: {id: depot, to: depot}
`

// TestChangesByID tells actions of one type apart by the ids that plays give them, in both
// directions: when the second play begins to give something, and when it no longer does.
func TestChangesByID(t *testing.T) {
	for _, c := range []struct {
		from, to string // n before and after
		want     string
		ok       bool
	}{
		{"1", "2", "compensate: kept, compensate/penalty: new", true},
		{"1", "2", "compensate: kept", true},
		{"1", "2", "compensate: new", false},
		{"1", "2", "compensate/penalty: new", true},
		{"1", "2", "compensate/penalty: kept", false},
		{"1", "2", "compensate: new, compensate/penalty: kept", false},
		{"2", "1", "compensate: kept, compensate/penalty: cancelled", true},
		{"2", "1", "compensate: cancelled", false},
		{"1", "1", "compensate/penalty: cancelled", false}, // it was never there
		{"1", "2", "gift: kept, gift/more: new", true},
		{"1", "2", "gift: new, gift/more: new", false},
		// All refunds have ids, so that the type alone is about those not named.
		{"1", "2", "refund/fee: kept, refund/fare: new", true},
		{"1", "2", "refund: kept, refund/fare: new", true},
		{"1", "2", "refund: new, refund/fee: kept", true},
		{"1", "2", "refund: kept", false},
		{"1", "1", "refund: kept", true},
		{"2", "1", "refund: kept, refund/fare: cancelled", true},
		// What merges by an item or by whom it goes to.
		{"1", "2", "replace/lid: kept, replace/pot: new", true},
		{"1", "2", "replace/lid: new, replace/pot: new", false},
		{"1", "2", "replace: kept, replace/pot: new", true},
		{"2", "1", "escalate/boss: kept, escalate/lead: cancelled", true},
		{"2", "1", "escalate/boss: cancelled, escalate/lead: cancelled", false},
		{"1", "2", "notify: kept, notify/depot: new", true},
		{"1", "2", "notify: new", false},
		// One action that both plays give: with an id and without.
		{"1", "2", "callback: changed, callback/again: changed", true},
		{"1", "2", "callback: kept", false},
	} {
		text := "amends: v1\nsuite: s\nnow: 2026-12-14T10:00:00Z\ntests:\n  - name: t\n" +
			"    incident: {id: T, service: x, occurred_at: 2026-12-14T10:00:00Z, n: " + c.from + "}\n" +
			"    want: {}\n    then: [{incident: {severity: 2, n: " + c.to + "}, want: {changes: {" + c.want + "}}}]\n"
		set, err := suite.Load(fstest.MapFS{"p.yaml": {Data: []byte(changing)}, "p_test.yaml": {Data: []byte(text)}})
		if err != nil || set.Diagnostics.HasErrors() {
			t.Fatal(c.want, err, set.Diagnostics)
		}
		results, err := set.Run(context.Background(), set.Cases, nil)
		if err != nil || len(results) != 1 {
			t.Fatal(c.want, err, results)
		}
		if got := results[0].OK(); got != c.ok {
			var lines []string
			for _, f := range results[0].Failures {
				lines = append(lines, fmt.Sprint(f.Message, f.Diff))
			}
			t.Errorf("%s to %s, {%s}: %v, wanted %v: %s", c.from, c.to, c.want, got, c.ok, strings.Join(lines, "\n"))
		}
	}
}
