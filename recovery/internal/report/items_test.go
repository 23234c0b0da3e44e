package report_test

import (
	"strings"
	"testing"

	"github.com/servicerecovery/amends/recovery/internal/report"
)

// TestItemsAreTold holds that the page says through which list a play goes and for which of its items,
// what an item has, what an action sets, which roles there are, and that a table fits once.
func TestItemsAreTold(t *testing.T) {
	const set = `amends: v1
shared: company
roles: {boss: {about: signs}, clerk: }
actions: {raise: {about: Raises it, sets: [severity, channel]}}
incident:
  size: {type: string, one_of: [large, small]}
  lines:
    about: what was ordered
    items:
      late: {type: duration, about: past the promised time}
      rating: {type: int, max: 5, optional: true, invalid: absent}
tables:
  share: {by: {size: incident.size, late: item.late}, hit: unique, rows: [{size: large, late: {from: 1d}, part: 10%}, {size: small, part: 5%}]}
---
amends: v1
playbook: shop
review_by: 2037-06-30
plays:
  - {id: late, approach: standardised-response, when: true, each: lines, where: item.late >= hours(24) && has(tables.share), do: [{raise: {}}, {escalate: {to: boss}}]}
  - {id: all, approach: standardised-response, when: true, each: lines, do: [{replace: {}}]}
`
	page := of(t, set, report.Options{})
	late, all := page.Playbooks[0].Plays[0], page.Playbooks[0].Plays[1]
	if late.Each != "lines" || late.Which == nil || !strings.Contains(late.Which.Line(), "late is at least 24 hours") {
		t.Errorf("each %q, of which %v", late.Each, late.Which)
	}
	if all.Each != "lines" || all.Which != nil {
		t.Errorf("each %q, of which %v", all.Each, all.Which)
	}
	if len(late.Tables) != 1 || !late.Tables[0].Unique {
		t.Errorf("tables %v", late.Tables)
	}
	text := written(t, page)
	wellFormed(t, text)
	for _, want := range []string{
		"<dt>once for each of</dt><dd>lines</dd>", "<dt>that fits this</dt>", "no two rows fit one incident",
		"Raise: Raises it (it sets severity and channel)",
		"lines: late</th><td>past the promised time</td><td>length of time</td><td>needed</td>",
		"lines: rating</th><td></td><td>whole number: at most 5, taken as missing when it does not fit</td><td>may be missing</td>",
		"boss</th><td>signs</td>", "clerk</th><td></td>",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
}
