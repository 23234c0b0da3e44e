package recovery_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/servicerecovery/amends/recovery"
)

// TestChoicesBesidePerItem holds that what somebody chooses belongs to no item: limits per item never
// look at it together with what an item has.
func TestChoicesBesidePerItem(t *testing.T) {
	const set = `amends: v1
playbook: shop
review_by: 2037-06-30
incident: {lines: {items: {price: {type: money, currency: EUR}}}}
plays:
  - {id: lines, approach: standardised-response, when: true, each: lines, do: [{compensate: {amount: item.price}}]}
  - id: left
    approach: case-by-case
    when: true
    discretion: {decider: lead, options: [{compensate: {amount: {from: 0 EUR, to: 50 EUR}}}]}
limits: `
	for _, test := range []struct{ limit, amount, refused, cancels string }{
		{"[{of: compensate, per: item, keep: highest}]", "5 EUR", "", ""},
		{"[{of: compensate, keep: highest}]", "5 EUR", "only the highest is kept", ""},
		{"[{of: compensate, keep: highest}]", "30 EUR", "", "20.00 EUR"},
		{"[{of: compensate, per: item, at_most: 25 EUR}]", "25 EUR", "", ""},
		{"[{of: compensate, per: item, at_most: 25 EUR}]", "25.01 EUR", "25.00 EUR", ""},
		{"[{of: compensate, at_most: 25 EUR}]", "5.01 EUR", "5.00 EUR", ""},
		{"[{of: compensate, per: item, at_most: item.price}]", "50 EUR", "", ""},
	} {
		e := itemsEngine(t, set+test.limit)
		d, err := e.Handle(context.Background(), orderOf(line{"id": "A", "price": "20 EUR"}))
		if err != nil {
			t.Fatal(err)
		}
		chosen, err := e.Choose(context.Background(), recovery.Selection{Incident: d.Incident, Choice: d.Choices[0].ID, By: "kim",
			Options: []recovery.Selected{{Type: recovery.ActionCompensate, Amount: recovery.MustMoney(test.amount)}}})
		if test.refused != "" {
			if err == nil || !strings.Contains(err.Error(), test.refused) {
				t.Errorf("%s, %s: %v", test.limit, test.amount, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s, %s: %v", test.limit, test.amount, err)
			continue
		}
		cancelled := ""
		for _, a := range chosen.Actions {
			if a.Change == recovery.ChangeCancelled {
				cancelled += a.Already.String()
			}
		}
		if cancelled != test.cancels {
			t.Errorf("%s, %s: cancels %q, not %q", test.limit, test.amount, cancelled, test.cancels)
		}
	}
}

// TestGivenAtAfterAChoice holds that an action which a choice has cancelled keeps the time at which it
// was first given, when it comes back.
func TestGivenAtAfterAChoice(t *testing.T) {
	const set = `amends: v1
playbook: shop
review_by: 2037-06-30
plays:
  - {id: fixed, approach: standardised-response, when: true, do: [{compensate: {amount: 10 EUR}}]}
  - id: left
    approach: case-by-case
    when: incident.severity >= 3
    discretion: {decider: lead, options: [{compensate: {amount: {from: 0 EUR, to: 50 EUR}}}]}
limits: [{of: compensate, keep: highest}]
`
	start := time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
	clock := start
	e := itemsEngine(t, set, recovery.WithClock(func() time.Time { return clock }))
	in := recovery.Incident{ID: "T", Service: "shop", OccurredAt: start, Severity: 3}
	d, err := e.Handle(context.Background(), in)
	if err != nil {
		t.Fatal(err)
	}
	clock = start.Add(time.Hour)
	if _, err := e.Choose(context.Background(), recovery.Selection{Incident: "T", Choice: d.Choices[0].ID, By: "kim",
		Options: []recovery.Selected{{Type: recovery.ActionCompensate, Amount: recovery.MustMoney("30 EUR")}}}); err != nil {
		t.Fatal(err)
	}
	clock, in.Severity = start.Add(2*time.Hour), 1
	if d, err = e.Handle(context.Background(), in); err != nil {
		t.Fatal(err)
	}
	if a := d.Actions[0]; a.Change != recovery.ChangeNew || !a.GivenAt.Equal(start) {
		t.Errorf("%s is %s, given at %s", a, a.Change, a.GivenAt)
	}
}

// TestTooLateForItems holds on which items prevention comes too late: those that ask for something
// which was not given in time, and no others.
func TestTooLateForItems(t *testing.T) {
	const set = `amends: v1
playbook: shop
review_by: 2037-06-30
incident: {lines: {items: {price: {type: money, currency: EUR}}}}
plays:
  - id: warn
    approach: preventive-intervention
    when: true
    each: lines
    do: %s
    too_late: [{refund: {amount: item.price}}, {escalate: {to: lead}}]
`
	start := time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
	one := line{"id": "A", "price": "5 EUR"}
	two := line{"id": "B", "price": "7 EUR"}
	for _, test := range []struct {
		do   string
		then []any
		want string
	}{
		{"[{notify: {to: ops}}]", []any{one, two}, "notify"}, // one for all, given in time
		{"[{prevent: {measure: check}}]", []any{one}, "prevent A"},
		{"[{prevent: {measure: check}}]", []any{one, two}, "prevent A, refund B, escalate"},
		{"[{prevent: {measure: check}}]", []any{two}, "refund B, escalate, prevent A cancelled"},
		{"[{notify: {to: ops}}, {prevent: {measure: check}}]", []any{one, two}, "notify, prevent A, refund B, escalate"},
	} {
		clock := start
		e := itemsEngine(t, fmt.Sprintf(set, test.do), recovery.WithClock(func() time.Time { return clock }))
		in := orderOf(one)
		in.Phase, in.ExpectedAt = recovery.PhaseSignal, start.Add(time.Hour)
		if _, err := e.Handle(context.Background(), in); err != nil {
			t.Fatal(err)
		}
		clock = start.Add(2 * time.Hour)
		in.Fields["lines"] = test.then
		in.Summary = "told again"
		d, err := e.Handle(context.Background(), in)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, a := range d.Actions {
			text := strings.TrimSpace(a.Type + " " + a.Item)
			if a.Change == recovery.ChangeCancelled {
				text += " cancelled"
			}
			got = append(got, text)
		}
		if s := strings.Join(got, ", "); s != test.want {
			t.Errorf("%s with %v: %s, not %s", test.do, test.then, s, test.want)
		}
		if late := strings.Contains(test.want, "refund"); late != (len(d.Warnings) > 0) {
			t.Errorf("%s with %v: warnings %v", test.do, test.then, d.Warnings)
		}
	}
}

// TestMissedNamesItems holds that a broken promise of an item's own action says whose it is, from
// decision to decision.
func TestMissedNamesItems(t *testing.T) {
	const set = `amends: v1
playbook: shop
review_by: 2037-06-30
incident: {lines: {items: {price: {type: money, currency: EUR}}}}
plays:
  - {id: lines, approach: standardised-response, when: true, each: lines, do: [{refund: {amount: item.price, within: 1h}}, {apologise: {within: 1h}}]}
`
	clock := time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
	e := itemsEngine(t, set, recovery.WithClock(func() time.Time { return clock }))
	in := orderOf(line{"id": "A", "price": "5 EUR"}, line{"id": "B", "price": "7 EUR"})
	if _, err := e.Handle(context.Background(), in); err != nil {
		t.Fatal(err)
	}
	for _, lines := range [][]any{{line{"id": "A", "price": "5 EUR"}, line{"id": "B", "price": "7 EUR"}}, {line{"id": "B", "price": "7 EUR"}}} {
		clock = clock.Add(3 * time.Hour)
		in.Fields["lines"], in.Summary = lines, clock.String()
		d, err := e.Handle(context.Background(), in)
		if err != nil {
			t.Fatal(err)
		}
		items := map[string]string{}
		for _, m := range d.Missed {
			items[m.Type+" "+m.Item] = m.ID
		}
		if len(d.Missed) != 3 || items["refund A"] == "" || items["refund B"] == "" || items["apologise "] == "" {
			t.Errorf("%d lines: missed %+v", len(lines), d.Missed)
		}
	}
}

// TestEscalationPerItem holds that a cap per item escalates on behalf of each play whose items it cut.
func TestEscalationPerItem(t *testing.T) {
	const set = `amends: v1
playbook: shop
review_by: 2037-06-30
incident: {lines: {items: {price: {type: money, currency: EUR}}}}
plays:
  - {id: dear, approach: standardised-response, when: true, each: lines, where: item.price > money("50 EUR"), do: [{refund: {amount: item.price}}]}
  - {id: cheap, approach: standardised-response, when: true, each: lines, where: item.price <= money("50 EUR"), do: [{refund: {amount: item.price}}]}
limits: [{of: refund, per: item, at_most: 20 EUR, over: escalate, to: boss}]
`
	for _, test := range []struct{ prices, want string }{
		{"20 EUR", ""},
		{"21 EUR", "shop/cheap"},
		{"60 EUR", "shop/dear"},
		{"21 EUR, 60 EUR", "shop/dear, shop/cheap"},
		{"60 EUR, 21 EUR, 70 EUR", "shop/dear, shop/cheap"},
	} {
		var lines []any
		for i, p := range strings.Split(test.prices, ", ") {
			lines = append(lines, line{"id": fmt.Sprint("L", i), "price": p})
		}
		d, err := itemsEngine(t, set).Decide(context.Background(), orderOf(lines...))
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, a := range d.Actions {
			if a.Type == recovery.ActionEscalate {
				got += strings.Join(a.Plays, ", ")
			}
		}
		if got != test.want {
			t.Errorf("%s: escalated for %q, not %q", test.prices, got, test.want)
		}
	}
}
