package recovery_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/store"
)

// awards is a regime in which an agent may give 50 EUR, a lead 150, and above that a head agrees.
const awards = `
incident:
  grave: {type: bool, default: false}
facts:
  given: {sum: compensate, same: [customer.id], last: 365d, currency: EUR}
limits:
  - {of: compensate, at_most: 600 EUR, counting: given}
plays:
  - id: upset
    approach: case-by-case
    when: incident.failure == "rude" && incident.severity < 5
    do: [{compensate: {amount: 20 EUR, id: at-once}}]
    discretion:
      decider: agent
      within: 2h
      options:
        - compensate: {amount: {from: 0 EUR, to: 500 EUR}}
        - compensate: {id: travel, amount: {from: 0 EUR, to: 500 EUR}}
        - apologise: {}
      choose: {at_least: 1, at_most: 3}
      comparable: [failure]
      tolerance: 1000%
      authority:
        agent: 50 EUR
        team-lead: 150 EUR
      second: {above: 150 EUR, by: head}
      remind: [{notify: {to: agent, before: 30m}}]
      if_late: [{escalate: {to: team-lead, after: 1h}}]
  - id: angry
    approach: case-by-case
    when: incident.severity >= 4
    discretion:
      decider: agent
      options:
        - compensate: {amount: {from: 0 EUR, to: 500 EUR}}
      authority: {agent: 50 EUR, team-lead: 500 EUR}
  - id: other
    approach: standardised-response
    fallback: true
    when: "true"
    do: [{acknowledge: {}}]
`

func upset(id string) recovery.Incident {
	return recovery.Incident{ID: id, Failure: "rude", Severity: 3, Customer: recovery.Customer{ID: "C-1"}}
}

type person struct {
	name  string
	roles []string
}

var (
	ana  = person{"ana", []string{"agent"}}
	lea  = person{"lea", []string{"team-lead", "agent"}}
	hugo = person{"hugo", []string{"head"}}
	boss = person{"boss", []string{"head", "team-lead"}}
)

// award is what somebody chooses: amounts, the second one for travel.
func award(d *recovery.Decision, p person, amounts ...string) recovery.Selection {
	sel := recovery.Selection{Incident: d.Incident, Choice: d.Choices[0].ID, By: p.name, Roles: p.roles}
	for i, m := range amounts {
		o := recovery.Selected{Type: "compensate", Amount: recovery.MustMoney(m)}
		if i == 1 {
			o.ID = "travel"
		}
		sel.Options = append(sel.Options, o)
	}
	return sel
}

func (d *desk) choose(sel recovery.Selection) *recovery.Decision {
	d.t.Helper()
	out, err := d.Choose(context.Background(), sel)
	if err != nil {
		d.t.Fatal(err)
	}
	return out
}

func (d *desk) approve(choice string, p person) *recovery.Decision {
	d.t.Helper()
	out, err := d.Approve(context.Background(), choice, p.name, p.roles, "")
	if err != nil {
		d.t.Fatal(err)
	}
	return out
}

func (d *desk) decline(choice string, p person) *recovery.Decision {
	d.t.Helper()
	out, err := d.Decline(context.Background(), choice, p.name, p.roles, "too much")
	if err != nil {
		d.t.Fatal(err)
	}
	return out
}

func wantRefused(t *testing.T, err error, why recovery.ChoiceReason, text string, may ...string) {
	t.Helper()
	var refused *recovery.ChoiceError
	if !errors.As(err, &refused) || refused.Reason != why || !strings.Contains(err.Error(), text) {
		t.Errorf("got %v, want %s with %q", err, why, text)
		return
	}
	if !slices.Equal(refused.May, may) {
		t.Errorf("%v may, want %v", refused.May, may)
	}
}

// TestAuthority chooses on both sides of each boundary.
func TestAuthority(t *testing.T) {
	tests := []struct {
		by      person
		amounts []string
		want    string // given, pending, or who may
	}{
		{ana, []string{"50 EUR"}, "given"},
		{ana, []string{"50.01 EUR"}, "team-lead may choose it"},
		{ana, []string{"30 EUR", "20 EUR"}, "given"},
		{ana, []string{"30 EUR", "20.01 EUR"}, "team-lead may choose it"},
		{ana, []string{"150.01 EUR"}, "team-lead may propose it, and head has to agree"},
		{ana, []string{"0 EUR"}, "given"},
		{lea, []string{"150 EUR"}, "given"},
		{lea, []string{"150.01 EUR"}, "pending"},
		{lea, []string{"100 EUR", "50.01 EUR"}, "pending"},
		{lea, []string{"500 EUR"}, "pending"},
		{lea, []string{"500.01 EUR"}, "0.00 EUR to 500.00 EUR"},
		{hugo, []string{"10 EUR"}, "agent or team-lead may choose it"}, // who agrees need not be one who may choose
		{boss, []string{"500 EUR"}, "pending"},
		{person{"nobody", nil}, []string{"0.01 EUR"}, "without a role"},
		{person{"odd", []string{"Agent"}}, []string{"10 EUR"}, "as Agent"}, // roles are compared exactly
	}
	for _, x := range tests {
		t.Run(x.by.name+" "+strings.Join(x.amounts, " and "), func(t *testing.T) {
			d := newDesk(t, awards)
			got, err := d.Choose(context.Background(), award(d.handle(upset("T-1")), x.by, x.amounts...))
			switch {
			case x.want == "given":
				if err != nil || got.Made.Pending || got.Made.Second != nil {
					t.Errorf("%v, %v", got, err)
				}
			case x.want == "pending":
				if err != nil || !got.Made.Pending || len(got.Actions) > 0 || len(got.Made.Proposed) != len(x.amounts) || len(got.Effects()) != 1 || got.Effects()[0].Do != recovery.ToAsk {
					t.Errorf("%v, %v", got, err)
				}
			case err == nil || !strings.Contains(err.Error(), x.want):
				t.Errorf("got %v, want %s", err, x.want)
			}
		})
	}
	d := newDesk(t, awards)
	_, err := d.Choose(context.Background(), award(d.handle(upset("T-1")), ana, "150.01 EUR"))
	wantRefused(t, err, recovery.ChoiceBeyondAuthority, "at most 50.00 EUR in all, as agent, found 150.01 EUR", "team-lead")
}

// TestApprove follows a proposal until it is given.
func TestApprove(t *testing.T) {
	ctx := context.Background()
	d := newDesk(t, awards)
	offered := d.handle(upset("T-1"))
	choice := offered.Choices[0].ID
	_, err := d.Approve(ctx, choice, "hugo", hugo.roles, "")
	wantRefused(t, err, recovery.ChoiceNotPending, "nothing that was proposed")

	d.now = d.now.Add(time.Hour)
	pending := d.choose(award(offered, lea, "300 EUR"))
	if again := d.choose(award(offered, lea, "300 EUR")); again.ID != pending.ID {
		t.Errorf("proposed twice: %s and %s", pending.ID, again.ID)
	}
	_, err = d.Choose(ctx, award(offered, boss, "10 EUR"))
	wantRefused(t, err, recovery.ChoicePending, "lea has proposed compensate 300.00 EUR")

	for _, same := range []string{"lea", "LEA", "  lea ", "Lea"} {
		_, err := d.Approve(ctx, choice, same, []string{"head"}, "")
		wantRefused(t, err, recovery.ChoiceNeedsAnother, "another person")
	}
	_, err = d.Approve(ctx, choice, "le\u200ba", []string{"head"}, "")
	wantRefused(t, err, "", "nobody can see")
	_, err = d.Approve(ctx, choice, " ", []string{"head"}, "")
	wantRefused(t, err, "", "it has to say who")
	_, err = d.Approve(ctx, choice, "ana", ana.roles, "")
	wantRefused(t, err, recovery.ChoiceNotTheSecond, "that is for head", "head")
	_, err = d.Approve(ctx, "cho_none", "hugo", hugo.roles, "")
	wantRefused(t, err, recovery.ChoiceNotPending, "nothing that was proposed")

	d.now = d.now.Add(time.Hour)
	given, err := d.Approve(ctx, choice, "hugo", []string{"head", "director", "head"}, "fair")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"compensate 300.00 EUR (as: credit)"}, lines(given)); diff != "" {
		t.Error(diff)
	}
	if !given.Actions[0].GivenAt.Equal(d.now) || len(given.Effects()) != 1 {
		t.Errorf("given %v with effects %v", given.Actions[0].GivenAt, given.Effects())
	}
	want := &recovery.Made{
		Choice: choice, By: "lea", Roles: []string{"agent", "team-lead"},
		Second: &recovery.Signature{By: "hugo", Roles: []string{"director", "head"}, Reason: "fair", At: d.now},
	}
	if diff := cmp.Diff(want, given.Made); diff != "" {
		t.Error(diff)
	}

	d.now = d.now.Add(time.Hour)
	again, err := d.Approve(ctx, choice, "hugo", hugo.roles, "fair")
	if err != nil || again.ID != given.ID {
		t.Errorf("approving the same again gives %v, %v", again, err)
	}
	_, err = d.Approve(ctx, choice, "boss", boss.roles, "fair")
	wantRefused(t, err, recovery.ChoiceDecided, "hugo has agreed")
	_, err = d.Decline(ctx, choice, "boss", boss.roles, "no")
	wantRefused(t, err, recovery.ChoiceDecided, "hugo has agreed")
	if again := d.choose(award(offered, lea, "300 EUR")); again.ID != given.ID {
		t.Errorf("a retry of the proposal gives %s, not the decision %s that stands", again.ID, given.ID)
	}
}

// TestDecline turns a proposal down, and goes on.
func TestDecline(t *testing.T) {
	ctx := context.Background()
	d := newDesk(t, awards)
	offered := d.handle(upset("T-1"))
	choice := offered.Choices[0].ID
	d.choose(award(offered, lea, "300 EUR"))
	_, err := d.Decline(ctx, choice, "hugo", hugo.roles, " ")
	wantRefused(t, err, "", "a reason is needed")
	_, err = d.Decline(ctx, choice, "ana", ana.roles, "no")
	wantRefused(t, err, recovery.ChoiceNotTheSecond, "that is for head", "head")
	declined := d.decline(choice, hugo)
	if m := declined.Made; m.Pending || m.Declined == nil || m.Declined.By != "hugo" || len(declined.Actions) > 0 || len(declined.Choices) != 1 || declined.Choices[0].ID != choice {
		t.Errorf("%+v", declined)
	}
	if again := d.decline(choice, hugo); again.ID != declined.ID {
		t.Errorf("declined twice: %s and %s", declined.ID, again.ID)
	}
	_, err = d.Approve(ctx, choice, "boss", boss.roles, "")
	wantRefused(t, err, recovery.ChoiceDecided, "hugo has turned it down")
	_, err = d.Choose(ctx, award(offered, lea, "300 EUR"))
	wantRefused(t, err, recovery.ChoiceDecided, "hugo has turned this down: too much")

	// The choice is open again: something else may be chosen, or proposed and taken back.
	d.choose(award(offered, lea, "250 EUR"))
	d.decline(choice, person{"LEA ", nil})
	d.choose(award(offered, lea, "200 EUR"))
	if got := lines(d.approve(choice, boss)); !slices.Equal(got, []string{"compensate 200.00 EUR (as: credit)"}) {
		t.Errorf("got %v", got)
	}
}

// TestPendingCounts counts a proposal in limits and facts, and never as money that was given.
func TestPendingCounts(t *testing.T) {
	ctx := context.Background()
	d := newDesk(t, awards)
	offered := d.handle(upset("T-1"))
	choice := offered.Choices[0].ID
	d.choose(award(offered, lea, "300 EUR"))
	other := d.handle(upset("T-2"))
	if got := other.Choices[0].Options[0].To.String(); got != "260.00 EUR" {
		t.Errorf("600 less 20, 300 proposed and 20 leave %s", got)
	}
	_, err := d.Choose(ctx, award(other, lea, "260.01 EUR"))
	wantRefused(t, err, "", "0.00 EUR to 260.00 EUR")
	if got := other.Choices[0].Precedents.Count; got != 0 {
		t.Errorf("%d precedents of what nobody has agreed to", got)
	}
	for _, e := range d.effects {
		if e.Action != nil && e.Action.Amount.IsSet() && e.Action.Amount != recovery.MustMoney("20 EUR") {
			t.Errorf("an effect hands out %s", e.Action.Amount)
		}
	}
	err = d.Report(ctx, recovery.Report{Incident: "T-1", Action: d.choose(award(offered, lea, "300 EUR")).Made.Proposed[0].ID, Amount: recovery.MustMoney("300 EUR")})
	var unknown *recovery.UnknownActionError
	if !errors.As(err, &unknown) {
		t.Errorf("a report on what was only proposed: %v", err)
	}

	d.decline(choice, hugo)
	third := d.handle(upset("T-3"))
	if got := third.Choices[0].Options[0].To.String(); got != "500.00 EUR" {
		t.Errorf("600 less three times 20 leave %s of 500", got)
	}
	if got := third.Choices[0].Precedents.Count; got != 0 {
		t.Errorf("%d precedents of what was turned down", got)
	}
	d.choose(award(offered, lea, "160 EUR"))
	d.approve(choice, hugo)
	if got := d.handle(upset("T-4")).Choices[0].Precedents.Count; got != 1 {
		t.Errorf("%d precedents of what was agreed to", got)
	}
}

// TestApproveLooksAnew changes what stands between a proposal and its approval.
func TestApproveLooksAnew(t *testing.T) {
	ctx := context.Background()
	lower := strings.Replace(awards, "600 EUR", "200 EUR", 1)
	narrow := strings.ReplaceAll(awards, "to: 500 EUR", "to: 299 EUR")
	weaker := strings.Replace(strings.Replace(awards, "team-lead: 150 EUR", "team-lead: 140 EUR\n        deputy: 150 EUR", 1), "by: head", "by: board", 1)
	for _, x := range []struct{ name, set, want string }{
		{"the cap is lower now", lower, "0.00 EUR to 180.00 EUR"},
		{"the option is smaller now", narrow, "0.00 EUR to 299.00 EUR"},
		{"the proposer may less now", weaker, "that is for board"},
		{"the play is gone", strings.Replace(awards, "id: upset", "id: cross", 1), "leaves no such choice"},
	} {
		t.Run(x.name, func(t *testing.T) {
			d := newDesk(t, awards)
			offered := d.handle(upset("T-1"))
			choice := offered.Choices[0].ID
			d.choose(award(offered, lea, "300 EUR"))
			set := fstest.MapFS{"set.yaml": {Data: []byte("amends: v1\nplaybook: pb\nreview_by: 2027-01-01\n" + x.set)}}
			if err := d.Reload(set); err != nil {
				t.Fatal(err)
			}
			if _, err := d.Approve(ctx, choice, "hugo", hugo.roles, ""); err == nil || !strings.Contains(err.Error(), x.want) {
				t.Errorf("got %v, want %s", err, x.want)
			}
			// It still awaits a second, who may turn it down.
			role := "head"
			if x.set == weaker {
				role = "board"
				_, err := d.Approve(ctx, choice, "hugo", []string{role}, "")
				wantRefused(t, err, recovery.ChoiceBeyondAuthority, "beyond what lea may choose", "deputy")
			}
			if _, err := d.Decline(ctx, choice, "hugo", []string{role}, "too much"); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestPendingIsDecidedAgain tells of the incident once more while a proposal awaits a second.
func TestPendingIsDecidedAgain(t *testing.T) {
	ctx := context.Background()
	d := newDesk(t, awards)
	offered := d.handle(upset("T-1"))
	choice := offered.Choices[0].ID
	d.choose(award(offered, lea, "300 EUR"))
	in := upset("T-1")
	in.Severity = 2
	if again := d.handle(in); len(again.Choices) > 0 || len(again.Effects()) > 0 {
		t.Errorf("%v offers what was proposed anew, or does something", again)
	}
	if got := d.approve(choice, hugo); len(got.Actions) != 1 || got.Made.By != "lea" {
		t.Errorf("%v", got)
	}

	// A proposal whose play does not match any more is over, and nothing is cancelled: nothing was given.
	d = newDesk(t, awards)
	offered = d.handle(upset("T-1"))
	pending := d.choose(award(offered, lea, "300 EUR"))
	in.Failure = "late"
	gone := d.handle(in)
	for _, a := range gone.Actions {
		if a.ID == pending.Made.Proposed[0].ID {
			t.Errorf("%s, which was never given", a)
		}
	}
	_, err := d.Approve(ctx, choice, "hugo", hugo.roles, "")
	wantRefused(t, err, recovery.ChoiceNotPending, "nothing that was proposed")
	back := d.handle(upset("T-1"))
	if len(back.Choices) != 1 || back.Choices[0].ID != choice {
		t.Errorf("the choice is not open again: %v", back.Choices)
	}
	_, err = d.Approve(ctx, choice, "hugo", hugo.roles, "")
	wantRefused(t, err, recovery.ChoiceNotPending, "nothing that was proposed")

	// What was turned down is offered anew when the incident is decided again.
	d.choose(award(back, lea, "300 EUR"))
	d.decline(choice, hugo)
	in = upset("T-1")
	in.Severity = 1
	if again := d.handle(in); len(again.Choices) != 1 {
		t.Errorf("%v", again.Choices)
	}
	d.choose(award(offered, lea, "300 EUR"))
}

// TestTwoProposals keeps a limit over two choices of one incident that await a second.
func TestTwoProposals(t *testing.T) {
	ctx := context.Background()
	set := strings.Replace(awards, "authority: {agent: 50 EUR, team-lead: 500 EUR}", "authority: {team-lead: 100 EUR}\n      second: {above: 100 EUR, by: head}", 1)
	d := newDesk(t, strings.Replace(set, "600 EUR", "400 EUR", 1))
	in := upset("T-1")
	in.Severity = 4
	offered := d.handle(in)
	d.choose(award(offered, lea, "300 EUR"))
	second := award(offered, lea, "81 EUR")
	second.Choice = offered.Choices[1].ID
	_, err := d.Choose(ctx, second)
	wantRefused(t, err, "", "0.00 EUR to 80.00 EUR")
	second.Options[0].Amount = recovery.MustMoney("80 EUR")
	d.choose(second)
	d.approve(offered.Choices[0].ID, hugo)
}

// TestApproveRaces lets many people approve and decline at once: one of them decides.
func TestApproveRaces(t *testing.T) {
	ctx := context.Background()
	d := newDesk(t, awards)
	offered := d.handle(upset("T-1"))
	choice := offered.Choices[0].ID
	d.choose(award(offered, lea, "300 EUR"))
	var decided, refused []string
	var mu sync.Mutex
	var people sync.WaitGroup
	for i := range 8 {
		name := string(rune('p' + i))
		people.Go(func() {
			act := d.Approve
			if i%2 == 1 {
				act = d.Decline
			}
			_, err := act(ctx, choice, name, []string{"head"}, "so")
			mu.Lock()
			defer mu.Unlock()
			var e *recovery.ChoiceError
			switch {
			case err == nil:
				decided = append(decided, name)
			case errors.As(err, &e) && e.Reason == recovery.ChoiceDecided:
				refused = append(refused, name)
			default:
				t.Error(err)
			}
		})
	}
	people.Wait()
	if len(decided) != 1 || len(refused) != 7 {
		t.Errorf("%v decided, %v were refused", decided, refused)
	}
}

// TestChoiceAgenda looks at who owes a choice, before and after it is proposed.
func TestChoiceAgenda(t *testing.T) {
	ctx := context.Background()
	d := newDesk(t, awards)
	offered := d.handle(upset("T-1"))
	choice := offered.Choices[0].ID
	look := func(after time.Duration, want ...string) {
		t.Helper()
		d.now = at("2026-03-02T09:00:00Z").Add(after)
		owed, _, err := d.Agenda(ctx, "T-1")
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, o := range owed {
			if o.Action.ID == "" {
				t.Errorf("%v has no id", o)
			}
			if !o.Action.Amount.IsSet() {
				got = append(got, string(o.State)+" "+o.Action.String())
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("after %s (-want +got):\n%s", after, diff)
		}
	}
	chooses := "choice, by 2026-03-02T11:00:00Z, owner agent"
	look(0, "due "+chooses)
	remind := "due notify (to: agent), from 2026-03-02T10:30:00Z"
	look(89*time.Minute, "due "+chooses)
	look(90*time.Minute, "due "+chooses, remind)
	look(2*time.Hour, "due "+chooses, remind)
	look(2*time.Hour+time.Microsecond, "overdue "+chooses, remind)
	escalate := "due escalate (to: team-lead), from 2026-03-02T12:00:00Z"
	look(3*time.Hour, "overdue "+chooses, remind, escalate)
	if err := d.Report(ctx, recovery.Report{Incident: "T-1", Action: offered.Choices[0].IfLate[0].ID}); err != nil {
		t.Fatal(err)
	}
	look(3*time.Hour, "overdue "+chooses, remind)

	d.choose(award(offered, lea, "300 EUR"))
	look(3*time.Hour, remind, "pending choice, by 2026-03-02T11:00:00Z, owner head")
	choices, err := d.Choices(ctx, "T-1")
	if err != nil || len(choices) != 1 || choices[0].Made == nil || !choices[0].Made.Pending {
		t.Errorf("%+v, %v", choices, err)
	}
	d.decline(choice, hugo)
	look(3*time.Hour, "overdue "+chooses, remind)
	d.choose(award(offered, lea, "200 EUR"))
	d.approve(choice, hugo)
	look(3 * time.Hour)
	if choices, err := d.Choices(ctx, "T-1"); err != nil || len(choices) > 0 {
		t.Errorf("%+v, %v", choices, err)
	}
	if choices, err := d.Choices(ctx, "T-9"); err != nil || len(choices) > 0 {
		t.Errorf("%+v, %v of an incident that never came", choices, err)
	}
}

// TestSettledStands checks the rules of what stands, which every store shares.
func TestSettledStands(t *testing.T) {
	id := store.IDOf[string]
	proposed := &store.Decision{ID: id("p"), Number: 1, Choice: &store.Choice{On: id("d"), Open: true}}
	given := &store.Decision{ID: id("a"), Number: 2, Choice: &store.Choice{On: id("d"), Settles: id("p")}}
	s := store.Standing{Latest: &store.Decision{ID: id("d")}}.After(proposed, nil)
	if s.After(given, nil).Made[0] != given || len(s.After(given, nil).Made) != 1 || s.Made[0] != proposed {
		t.Error("what settles a proposal takes its place")
	}
}

// TestApproveBySamePerson holds that a name which looks like that of the person who proposed is no other
// person, however its accents are written.
func TestApproveBySamePerson(t *testing.T) {
	for _, c := range []struct {
		proposed, agrees string
		same             bool
	}{
		{"José", "Jose\u0301", true},
		{"Jose\u0301", "JOSÉ", true},
		{"Trần Việt", "Tra\u0302\u0300n Vie\u0323\u0302t", true},
		{"Vie\u0302\u0323t", "Vie\u0323\u0302t", true},
		{"がく", "か\u3099く", true},
		{"한", "\u1112\u1161\u11ab", true},
		{"Чайка", "Чаи\u0306ка", true},
		{"José", "Jose", false},
		{"José", "Josè", false},
		{"Jose\u0301", "Jose", false},
		{"Jose\u0301", "Josue\u0301", false},
		{"राम", "रीम", false},
		{"राम", "रम", false},
	} {
		d := newDesk(t, awards)
		offered := d.handle(upset("T-1"))
		d.choose(award(offered, person{c.proposed, lea.roles}, "300 EUR"))
		_, err := d.Approve(context.Background(), offered.Choices[0].ID, c.agrees, []string{"head"}, "")
		if c.same {
			wantRefused(t, err, recovery.ChoiceNeedsAnother, "another person")
		} else if err != nil {
			t.Errorf("%s proposed, %s agrees: %v", c.proposed, c.agrees, err)
		}
	}
}
