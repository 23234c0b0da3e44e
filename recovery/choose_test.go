package recovery_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/servicerecovery/amends/recovery"
)

const heirlooms = `
incident:
  worth: {type: money, currency: EUR, default: 100 EUR}
facts:
  credited: {sum: compensate, same: [customer.id], last: 365d, currency: EUR}
limits:
  - {of: compensate, at_most: 200 EUR, counting: credited}
plays:
  - id: broken
    approach: case-by-case
    when: incident.failure == "damaged"
    do: [{compensate: {amount: 20 EUR, id: at-once}}]
    discretion:
      decider: duty-manager
      within: 2h
      options:
        - compensate: {amount: {from: 10 EUR, to: incident.worth * 2}, as: [cash, voucher]}
        - replace: {}
      choose: {at_least: 1, at_most: 2}
      comparable: [service, failure]
      tolerance: 20%
`

func damaged(id string) recovery.Incident {
	return recovery.Incident{ID: id, Failure: "damaged", Customer: recovery.Customer{ID: "C-" + id}}
}

// pay is a selection of some cash.
func pay(d *recovery.Decision, amount, reason string) recovery.Selection {
	return recovery.Selection{
		Incident: d.Incident, Choice: d.Choices[0].ID, By: "Marta", Reason: reason,
		Options: []recovery.Selected{{Type: "compensate", Amount: recovery.MustMoney(amount), Params: map[string]any{"as": "cash"}}},
	}
}

func TestChoose(t *testing.T) {
	ctx := context.Background()
	d := newDesk(t, heirlooms)
	offered := d.handle(damaged("1"))
	c := offered.Choices[0]
	if got := c.Options[0].From.String() + " to " + c.Options[0].To.String(); got != "10.00 EUR to 180.00 EUR" {
		t.Errorf("offered %s: the cap of 200 leaves 180 beside the 20 given at once", got)
	}
	made, err := d.Choose(ctx, pay(offered, "50 EUR", ""))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"compensate 50.00 EUR (as: cash)"}, lines(made)); diff != "" {
		t.Error(diff)
	}
	if made.Made.By != "Marta" || made.Made.Choice != c.ID {
		t.Errorf("made %+v", made.Made)
	}

	d.now = d.now.Add(1e9)
	again, err := d.Choose(ctx, pay(offered, "50 EUR", ""))
	if err != nil || again.ID != made.ID {
		t.Errorf("choosing the same again gives %v, %v", again, err)
	}
	wantChoiceError(t, d, pay(offered, "60 EUR", ""), "made already")
}

func TestChooseRefuses(t *testing.T) {
	d := newDesk(t, heirlooms)
	offered := d.handle(damaged("1"))
	other := pay(offered, "50 EUR", "")
	other.Choice = "cho_none"
	wantChoiceError(t, d, other, "no such choice")
	wantChoiceError(t, d, pay(offered, "5 EUR", ""), "10.00 EUR to 180.00 EUR")
	wantChoiceError(t, d, pay(offered, "181 EUR", ""), "10.00 EUR to 180.00 EUR")
	wantChoiceError(t, d, pay(offered, "50 GBP", ""), "10.00 EUR to 180.00 EUR")
	nobody := pay(offered, "50 EUR", "")
	nobody.By = " "
	wantChoiceError(t, d, nobody, "who chose")
	none := pay(offered, "50 EUR", "")
	none.Options = nil
	wantChoiceError(t, d, none, "1 to 2")
	as := pay(offered, "50 EUR", "")
	as.Options[0].Params["as"] = "gold"
	wantChoiceError(t, d, as, "one of cash, voucher")
	as.Options[0].Params = nil
	wantChoiceError(t, d, as, "one of cash, voucher")
	wrong := pay(offered, "50 EUR", "")
	wrong.Options[0].Type = "refund"
	wantChoiceError(t, d, wrong, "one of compensate, replace")
}

// TestChooseRefusesInOneOrder has mistakes in several parameters: they are told in one order, however
// the map that they come in is gone through.
func TestChooseRefusesInOneOrder(t *testing.T) {
	d := newDesk(t, heirlooms)
	sel := pay(d.handle(damaged("1")), "50 EUR", "")
	for _, name := range []string{"to", "of", "at", "by", "in", "on"} {
		sel.Options[0].Params[name] = "x"
	}
	for range 20 {
		_, err := d.Choose(context.Background(), sel)
		var refused *recovery.ChoiceError
		if !errors.As(err, &refused) || len(refused.Problems) != 6 {
			t.Fatalf("%v", err)
		}
		if !slices.IsSortedFunc(refused.Problems, func(a, b recovery.Problem) int { return strings.Compare(a.Path, b.Path) }) {
			t.Fatalf("out of order: %v", err)
		}
	}
}

func wantChoiceError(t *testing.T, d *desk, sel recovery.Selection, text string) {
	t.Helper()
	_, err := d.Choose(context.Background(), sel)
	var ce *recovery.ChoiceError
	if !errors.As(err, &ce) || !strings.Contains(err.Error(), text) {
		t.Errorf("wanted a ChoiceError with %q, got %v", text, err)
	}
}

// TestPrecedents chooses in comparable cases: the median, and the reason that
// leaving its range takes.
func TestPrecedents(t *testing.T) {
	ctx := context.Background()
	d := newDesk(t, heirlooms)
	for i, amount := range []string{"40 EUR", "50 EUR"} {
		d.now = d.now.Add(1e9)
		sel := pay(d.handle(damaged(fmt.Sprint(i))), amount, "")
		if i > 0 {
			sel.Reason = "a birthday" // 25% above the only precedent
		}
		if _, err := d.Choose(ctx, sel); err != nil {
			t.Fatal(err)
		}
	}
	offered := d.handle(damaged("x"))
	p := offered.Choices[0].Precedents
	if p.Count != 2 || p.Options[0].Median.String() != "45.00 EUR" || p.Options[0].Lowest.String() != "40.00 EUR" {
		t.Errorf("precedents %+v", p)
	}
	if len(p.Recent) != 2 || p.Recent[0].Reason != "a birthday" {
		t.Errorf("recent %+v", p.Recent)
	}
	wantChoiceError(t, d, pay(offered, "54.01 EUR", ""), "a reason is needed")
	made, err := d.Choose(ctx, pay(offered, "54 EUR", ""))
	if err != nil || made.Made.Deviation != "20%" {
		t.Errorf("at the tolerance: %v, %v", made, err)
	}
}

// TestChoiceStands decides an incident again after a choice was made on it.
func TestChoiceStands(t *testing.T) {
	ctx := context.Background()
	d := newDesk(t, heirlooms)
	offered := d.handle(damaged("1"))
	if _, err := d.Choose(ctx, pay(offered, "150 EUR", "")); err != nil {
		t.Fatal(err)
	}
	changed := damaged("1")
	changed.Severity = 5
	again := d.handle(changed)
	if len(again.Choices) != 0 {
		t.Errorf("it is offered again: %+v", again.Choices)
	}
	if diff := cmp.Diff([]string{"compensate 20.00 EUR (as: credit), kept, already 20.00 EUR"}, lines(again)); diff != "" {
		t.Error(diff)
	}

	// The fact counts what was chosen, for another incident of the customer.
	other := damaged("2")
	other.Customer.ID = "C-1"
	second := d.handle(other)
	if got := second.Choices[0].Options[0].To.String(); got != "10.00 EUR" {
		t.Errorf("the cap leaves %s of 200, after 170 and 20 were given", got)
	}

	changed.Failure = "late"
	gone := d.handle(changed)
	want := []string{
		"compensate 0.00 EUR (as: credit), cancelled, already 20.00 EUR",
		"compensate 0.00 EUR (as: cash), cancelled, already 150.00 EUR",
	}
	if diff := cmp.Diff(want, lines(gone)); diff != "" {
		t.Errorf("when the play no longer matches: %s", diff)
	}
}

func TestSelectionJSON(t *testing.T) {
	sel := recovery.Selection{Incident: "T-1", Choice: "cho_1", By: "Marta", Options: []recovery.Selected{
		{Type: "compensate", Amount: recovery.MustMoney("0 EUR"), Params: map[string]any{"as": "cash"}},
		{Type: "replace"},
	}}
	text, err := json.Marshal(sel)
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"incident":"T-1","choice":"cho_1","by":"Marta","options":[{"type":"compensate","params":{"as":"cash"},"amount":{"value":"0.00","currency":"EUR"}},{"type":"replace"}]}`
	if string(text) != want {
		t.Errorf("got  %s\nwant %s", text, want)
	}
	var back recovery.Selection
	if err := json.Unmarshal(text, &back); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(sel, back, cmp.Comparer(func(a, b recovery.Money) bool { return a == b })); diff != "" {
		t.Error(diff)
	}
}

const onlyHighest = `
limits: [{of: compensate, keep: highest}]
facts: {given: {sum: compensate, last: 365d, currency: EUR}}
plays:
  - id: v
    approach: case-by-case
    when: incident.failure == "damaged"
    do: [{compensate: {amount: 10 EUR}}]
    discretion: {decider: boss, options: [{compensate: {amount: {from: 0 EUR, to: 150 EUR}}}]}
  - id: w
    approach: case-by-case
    when: incident.failure == "damaged" && facts.given >= money("0 EUR")
    discretion: {decider: boss, options: [{compensate: {amount: {from: 0 EUR, to: 150 EUR}}}]}
`

func plain(d *recovery.Decision, choice int, amount string) recovery.Selection {
	return recovery.Selection{Incident: d.Incident, Choice: d.Choices[choice].ID, By: "Marta",
		Options: []recovery.Selected{{Type: "compensate", Amount: recovery.MustMoney(amount)}}}
}

// TestChoosingTheHighest keeps one amount of a decision and its choices, and
// takes back each of the others once.
func TestChoosingTheHighest(t *testing.T) {
	ctx := context.Background()
	d := newDesk(t, onlyHighest)
	offered := d.handle(damaged("1"))
	wantChoiceError(t, d, plain(offered, 0, "10 EUR"), "only the highest is kept")
	first, err := d.Choose(ctx, plain(offered, 0, "40 EUR"))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"compensate 40.00 EUR (as: credit)", "compensate 0.00 EUR (as: credit), cancelled, already 10.00 EUR"}
	if diff := cmp.Diff(want, lines(first)); diff != "" {
		t.Error(diff)
	}
	wantChoiceError(t, d, plain(offered, 1, "40 EUR"), "only the highest is kept")
	second, err := d.Choose(ctx, plain(offered, 1, "50 EUR"))
	if err != nil {
		t.Fatal(err)
	}
	want = []string{"compensate 50.00 EUR (as: credit)", "compensate 0.00 EUR (as: credit), cancelled, already 40.00 EUR"}
	if diff := cmp.Diff(want, lines(second)); diff != "" {
		t.Error(diff)
	}
	if got := d.handle(damaged("other")).Facts[0].Value; got != recovery.MustMoney("50 EUR") {
		t.Errorf("the fact says %v", got)
	}
	owed, _, err := d.Agenda(ctx, "1")
	if err != nil || len(owed) != 1 {
		t.Errorf("owed %v, %v", owed, err)
	}

	changed := damaged("1")
	changed.Summary = "x"
	again := d.handle(changed)
	if diff := cmp.Diff([]string{}, lines(again)); diff != "" {
		t.Errorf("deciding again: %s", diff)
	}
	total := recovery.MustMoney("0 EUR")
	for _, e := range d.effects {
		if e.Action != nil && e.Action.Type == "compensate" && !strings.Contains(e.Action.ID, "other") {
			delta := e.Action.Amount
			if e.Action.Already.IsSet() {
				delta, _ = delta.Sub(e.Action.Already)
			}
			total, _ = total.Add(delta)
		}
	}
	// 50 for the first incident, and 10 for the other one.
	if total != recovery.MustMoney("60 EUR") {
		t.Errorf("what the host paid adds up to %s", total)
	}
}

func TestChoosingNothing(t *testing.T) {
	ctx := context.Background()
	d := newDesk(t, strings.Replace(onlyHighest, "do: [{compensate: {amount: 10 EUR}}]", "do: []", 1))
	offered := d.handle(damaged("1"))
	made, err := d.Choose(ctx, plain(offered, 0, "0 EUR"))
	if err != nil {
		t.Fatal(err)
	}
	if len(made.Actions) != 0 || len(made.Withheld) != 1 || made.Withheld[0].Reason != "zero" {
		t.Errorf("actions %v, withheld %v", made.Actions, made.Withheld)
	}
	again, err := d.Choose(ctx, plain(offered, 0, "0 EUR"))
	if err != nil || again.ID != made.ID {
		t.Errorf("again: %v, %v", again, err)
	}
}

// TestChoosingSeveral takes options of one type that their parameters tell
// apart, an amount that is fixed, and any order.
func TestChoosingSeveral(t *testing.T) {
	ctx := context.Background()
	d := newDesk(t, `
plays:
  - id: v
    approach: case-by-case
    when: "true"
    discretion:
      decider: boss
      choose: {at_least: 0, at_most: 3}
      options:
        - replace: {item: lamp}
        - replace: {item: chair}
        - refund: {amount: 3 EUR}
`)
	offered := d.handle(recovery.Incident{})
	sel := recovery.Selection{Incident: "T-1", Choice: offered.Choices[0].ID, By: "Marta", Options: []recovery.Selected{
		{Type: "replace", Params: map[string]any{"item": "chair"}}, {Type: "refund"},
	}}
	made, err := d.Choose(ctx, sel)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"replace (item: chair)", "refund 3.00 EUR"}, lines(made)); diff != "" {
		t.Error(diff)
	}
	sel.Options[0], sel.Options[1] = sel.Options[1], sel.Options[0]
	again, err := d.Choose(ctx, sel)
	if err != nil || again.ID != made.ID {
		t.Errorf("in another order: %v, %v", again, err)
	}
}
