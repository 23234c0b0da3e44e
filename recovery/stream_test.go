package recovery_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/servicerecovery/amends/recovery"
)

const streamed = `
incident:
  delay: {type: duration, default: 0s}
messages:
  sorry: {en: "We are sorry. You get ${action.amount}."}
plays:
  - id: late
    approach: standardised-response
    when: incident.failure == "late"
    do:
      - compensate: {amount: "incident.delay > hours(48) ? money(\"10 EUR\") : money(\"5 EUR\")", message: sorry}
      - respond:
          within: 2h
          remind: [{notify: {to: agent, before: 30m}}]
          if_late: [{escalate: {to: lead, every: 1h}}]
      - survey: {after: 2d}
  - id: broken
    approach: case-by-case
    when: incident.failure == "broken"
    discretion:
      decider: agent
      within: 2h
      options: [{compensate: {amount: {from: 1 EUR, to: 50 EUR}}}]
      authority: {agent: 10 EUR}
      second: {above: 10 EUR, by: boss}
`

// streamDesk is a desk whose store keeps deliveries.
type streamDesk struct {
	*desk
	keys map[string]string // of each delivery that was handed out: what it is
}

func newStreamDesk(t *testing.T, set string) *streamDesk {
	store := recovery.NewMemoryStore(recovery.KeepDeliveries())
	d := newDesk(t, set, recovery.WithStore(store))
	d.store = store
	return &streamDesk{d, map[string]string{}}
}

func (d *streamDesk) tell(failure string, delay time.Duration, change ...func(*recovery.Incident)) *recovery.Decision {
	d.t.Helper()
	in := recovery.Incident{ID: "T-1", Failure: failure, Customer: recovery.Customer{ID: "C"}, Language: "en", Fields: map[string]any{"delay": delay}}
	for _, c := range change {
		c(&in)
	}
	return d.handle(in)
}

func text(x *recovery.Delivery) string {
	switch {
	case x.Choice != nil:
		line := x.Do + " " + x.Choice.Decider
		if x.Choice.Made != nil && x.Choice.Second != nil {
			line = x.Do + " " + x.Choice.Second.By
		}
		return line
	case x.Do == recovery.ToSay:
		return x.Do + " " + x.Action.Message.Text
	case x.Action.Amount.IsSet():
		return fmt.Sprintf("%s %s %s of %s", x.Do, x.Action.Type, x.Action.Difference(), x.Action.Amount)
	}
	return x.Do + " " + x.Action.Type
}

// claim hands out what can be handed out now, for a time.
func (d *streamDesk) claim(lease time.Duration) []recovery.Delivery {
	d.t.Helper()
	list, err := d.store.Claim(context.Background(), recovery.Claim{Now: d.now, Until: d.now.Add(lease)})
	if err != nil {
		d.t.Fatal(err)
	}
	return list
}

// want claims what can be handed out now and compares it.
func (d *streamDesk) want(want ...string) []recovery.Delivery {
	d.t.Helper()
	list := d.claim(time.Minute)
	got := []string{}
	for i := range list {
		x := &list[i]
		got = append(got, text(x))
		if was, seen := d.keys[x.Key]; seen && was != text(x) {
			d.t.Errorf("the key of %q was that of %q", text(x), was)
		}
		d.keys[x.Key] = text(x)
		if x.Incident != "T-1" || x.Customer != "C" || x.Language != "en" || x.Decision == "" || x.Seq == 0 {
			d.t.Errorf("%s: %+v", text(x), x)
		}
	}
	if want == nil {
		want = []string{}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		d.t.Errorf("handed out (-want +got):\n%s", diff)
	}
	return list
}

func (d *streamDesk) report(key string, outcome recovery.Outcome) {
	d.t.Helper()
	if err := d.Report(context.Background(), recovery.Report{Incident: "T-1", Key: key, Outcome: outcome}); err != nil {
		d.t.Fatal(err)
	}
}

func (d *streamDesk) again() {
	d.t.Helper()
	if _, err := d.Again(context.Background(), "T-1"); err != nil {
		d.t.Fatal(err)
	}
}

func (d *streamDesk) after(by time.Duration) { d.now = d.now.Add(by) }

// done reports everything done.
func (d *streamDesk) done(list []recovery.Delivery) {
	d.t.Helper()
	for i := range list {
		d.report(list[i].Key, recovery.OutcomeDone)
	}
}

const (
	sorry5  = "say We are sorry. You get 5.00 EUR."
	sorry10 = "say We are sorry. You get 10.00 EUR."
)

// TestStreamWordsAndDeeds holds that words and deeds are two deliveries with a report each, that nothing
// comes before its time, and that what was reported is not handed out again.
func TestStreamWordsAndDeeds(t *testing.T) {
	d := newStreamDesk(t, streamed)
	d.tell("late", 0)
	list := d.want("do compensate 5.00 EUR of 5.00 EUR", sorry5, "do respond")
	d.want()                                    // they are in other hands
	d.report(list[1].Key, recovery.OutcomeDone) // the mail is sent
	d.report(list[2].Key, recovery.OutcomeDone) // the answer is written
	if owed := d.owed(); owed != "due compensate" {
		t.Errorf("a mail that was sent is no money that was paid, but %s is owed", owed)
	}
	d.after(time.Hour) // the lease has ended
	list = d.want("do compensate 5.00 EUR of 5.00 EUR")
	d.done(list)
	d.after(46 * time.Hour)
	d.want()
	d.after(2 * time.Hour)
	d.done(d.want("do survey"))
	d.tell("late", 72*time.Hour)
	d.want("change compensate 5.00 EUR of 10.00 EUR", sorry10)
}

// owed are the states and types of what is owed now, but for what is not to be done yet.
func (d *streamDesk) owed() string {
	d.t.Helper()
	owed, _, err := d.Agenda(context.Background(), "T-1")
	if err != nil {
		d.t.Fatal(err)
	}
	var out []string
	for _, o := range owed {
		if o.State != recovery.Next {
			out = append(out, string(o.State)+" "+o.Action.Type)
		}
	}
	return strings.Join(out, ", ")
}

// TestStreamBeforeHandedOut changes, cancels and gives again what nobody has claimed: the host hears of
// the last of it alone, and what was never handed out is not in doubt.
func TestStreamBeforeHandedOut(t *testing.T) {
	d := newStreamDesk(t, streamed)
	d.tell("late", 0)
	if x := d.tell("late", 72*time.Hour); x.Actions[0].Already.IsSet() && !x.Actions[0].Already.IsZero() {
		t.Errorf("already %s of what nobody was handed", x.Actions[0].Already)
	}
	d.tell("other", 0)
	d.want()
	d.tell("late", 72*time.Hour)
	d.want("do compensate 10.00 EUR of 10.00 EUR", sorry10, "do respond")
	d.tell("late", 0)
	d.tell("late", 72*time.Hour) // as it was handed out
	d.after(time.Minute)
	list := d.claim(time.Minute)
	for i := range list {
		if do := list[i].Do; list[i].Action.Type == "compensate" && do != recovery.ToSay && list[i].Action.Difference().Sign() != 0 && list[i].Key != keyOf(d.keys, "do compensate 10.00 EUR of 10.00 EUR") {
			t.Errorf("after a change and back, the host is told to %s", text(&list[i]))
		}
	}
	d.tell("other", 0)
	d.after(time.Hour)
	for _, x := range d.claim(time.Minute) {
		if x.Do == recovery.ToCancel && x.Action.Type == "compensate" {
			return
		}
	}
	t.Error("what was handed out is not cancelled")
}

func keyOf(keys map[string]string, text string) string {
	for key, is := range keys {
		if is == text {
			return key
		}
	}
	return ""
}

// TestStreamInDoubt holds that money that was claimed and not reported is not given twice: it is in doubt until
// a report says that it failed.
func TestStreamInDoubt(t *testing.T) {
	d := newStreamDesk(t, streamed)
	d.tell("late", 0)
	list := d.want("do compensate 5.00 EUR of 5.00 EUR", sorry5, "do respond")
	d.tell("other", 0)
	if x := d.tell("late", 0); x.Actions[0].Already != recovery.MustMoney("5 EUR") {
		t.Errorf("already %s of 5 EUR in doubt", x.Actions[0].Already)
	}
	d.report(list[0].Key, recovery.OutcomeFailed)
	if x := d.tell("late", 72*time.Hour); !x.Actions[0].Already.IsZero() {
		t.Errorf("already %s of what has failed", x.Actions[0].Already)
	}
}

// TestStreamFails holds that what fails is put back once, and then is dead: it is on the agenda, and holds
// back later money, until a person has dealt with it.
func TestStreamFails(t *testing.T) {
	d := newStreamDesk(t, streamed)
	d.tell("late", 0)
	list := d.want("do compensate 5.00 EUR of 5.00 EUR", sorry5, "do respond")
	money := list[0].Key
	d.done(list[1:])
	d.report(money, recovery.OutcomeFailed)
	if got := d.want("do compensate 5.00 EUR of 5.00 EUR"); len(got) != 1 || got[0].Key != money {
		t.Fatalf("put back as %v", got)
	}
	d.after(time.Second)
	d.report(money, recovery.OutcomeFailed)
	d.after(time.Hour)
	d.want()
	if owed := d.owed(); owed != "dead compensate, due compensate" {
		t.Errorf("owed are %s", owed)
	}
	d.tell("late", 72*time.Hour)
	d.want(sorry10) // the money waits behind what is dead
	d.report(money, recovery.OutcomeDone)
	d.after(time.Hour)
	d.want("change compensate 10.00 EUR of 10.00 EUR", sorry10)
}

// TestStreamFallsDue lets steps fall due: by Again, each time once, and not when they are over by then.
func TestStreamFallsDue(t *testing.T) {
	d := newStreamDesk(t, streamed)
	start := d.now
	d.tell("late", 0)
	d.done(d.want("do compensate 5.00 EUR of 5.00 EUR", sorry5, "do respond")[:2])
	d.wantDue(start.Add(90 * time.Minute))
	d.again()
	d.want()
	d.now = start.Add(90 * time.Minute)
	d.again()
	d.again() // twice
	d.done(d.want("do respond", "do notify")[1:])
	d.wantDue(start.Add(2 * time.Hour))
	d.now = start.Add(5*time.Hour + time.Minute) // escalating was owed at 2, 3, 4 and 5 hours
	d.again()
	d.want("do respond", "do escalate")
	d.again()
	d.after(10 * time.Minute)
	list := d.want("do respond", "do escalate")
	d.after(50 * time.Minute)
	d.again()
	d.tell("late", 0, func(in *recovery.Incident) { in.RespondedAt = d.now })
	d.after(time.Hour)
	for _, x := range d.claim(time.Minute) {
		if x.Action.Type == "escalate" && x.Key != list[1].Key {
			t.Errorf("a step is handed out that was over before anybody has claimed it")
		}
	}
}

// wantDue holds that nothing has fallen due, and when something does next.
func (d *streamDesk) wantDue(want time.Time) {
	d.t.Helper()
	given, _, err := d.store.Read(context.Background(), recovery.Query{Incident: "T-1"})
	if err != nil || !given.Stream.NextDue.Equal(want) || !want.After(d.now) {
		d.t.Errorf("something falls due at %v, %v; want %s", given.Stream.NextDue, err, want)
	}
}

// TestStreamBetween handles a change and a report after something has fallen due and before Again has put it in:
// it is not forgotten, and still nobody but Again puts it in.
func TestStreamBetween(t *testing.T) {
	d := newStreamDesk(t, streamed)
	d.tell("late", 0)
	d.done(d.want("do compensate 5.00 EUR of 5.00 EUR", sorry5, "do respond")[2:])
	d.after(2 * time.Hour)
	for _, between := range []func(){
		func() { d.tell("late", 72*time.Hour) },
		func() { d.report(keyOf(d.keys, sorry5), recovery.OutcomeDone) },
	} {
		d = newStreamDesk(t, streamed)
		d.tell("late", 0)
		d.want("do compensate 5.00 EUR of 5.00 EUR", sorry5, "do respond")
		d.after(2 * time.Hour)
		between()
		d.wantDue(d.now.Add(time.Microsecond))
		for _, x := range d.claim(time.Minute) {
			if x.Action.Type == "escalate" || x.Action.Type == "notify" {
				t.Errorf("%s is handed out before Again", text(&x))
			}
		}
		d.after(time.Hour)
		d.again()
		steps := 0
		for _, x := range d.claim(time.Minute) {
			if x.Action.Type == "escalate" || x.Action.Type == "notify" {
				steps++
			}
		}
		if steps != 2 {
			t.Errorf("%d steps are handed out, want the reminder and the escalation", steps)
		}
	}
}

// TestStreamClockBehind looks again by a clock that is behind that of whoever looked before: what fell due stays,
// and is looked at next after that.
func TestStreamClockBehind(t *testing.T) {
	d := newStreamDesk(t, streamed)
	d.tell("late", 0)
	d.done(d.want("do compensate 5.00 EUR of 5.00 EUR", sorry5, "do respond")[:2])
	d.after(90 * time.Minute)
	d.again()
	at := d.now
	d.after(-time.Hour)
	d.again()
	d.wantDue(at.Add(30 * time.Minute))
	d.now = at
	d.want("do respond", "do notify")
}

// TestStreamReportsInBetween decides between the read and the commit of a report: the report is made again, so
// that what the decision promises falls due.
func TestStreamReportsInBetween(t *testing.T) {
	d := newStreamDesk(t, streamed)
	d.tell("other", 0)
	d.tell("late", 0)
	list := d.want("do compensate 5.00 EUR of 5.00 EUR", sorry5, "do respond")
	between := &betweenStore{MemoryStore: d.store, between: func() { d.tell("other", 0) }}
	if err := d.Report(context.Background(), recovery.Report{Incident: "T-1", Key: list[0].Key}, recovery.In(between)); err != nil {
		t.Fatal(err)
	}
	given, _, _ := d.store.Read(context.Background(), recovery.Query{Incident: "T-1"})
	if len(given.Reports) != 1 || between.commits != 2 || !given.Stream.NextDue.IsZero() {
		t.Errorf("%d reports after %d commits, and something falls due at %s", len(given.Reports), between.commits, given.Stream.NextDue)
	}
}

type betweenStore struct {
	*recovery.MemoryStore
	between func()
	commits int
}

func (s *betweenStore) Commit(ctx context.Context, c recovery.Commit) error {
	if s.commits++; s.commits == 1 {
		s.between()
	}
	return s.MemoryStore.Commit(ctx, c)
}

// TestStreamStuck lists an incident that could not be decided on its agenda, until it was.
func TestStreamStuck(t *testing.T) {
	d := newStreamDesk(t, streamed)
	d.tell("late", 0)
	d.after(90 * time.Minute)
	claim := recovery.Claim{By: "me", Now: d.now, Until: d.now.Add(time.Minute)}
	if due, err := d.store.FallenDue(context.Background(), claim); err != nil || len(due) != 1 {
		t.Fatal(due, err)
	}
	if err := d.store.Postpone(context.Background(), "me", recovery.Postponed{Incident: "T-1", Until: d.now.Add(time.Hour), Why: "it does not fit"}); err != nil {
		t.Fatal(err)
	}
	owed, _, err := d.Agenda(context.Background(), "T-1")
	if err != nil || owed[0].State != recovery.Stuck || owed[0].Why != "it does not fit" || owed[0].Action.Type != recovery.OpAgain || !owed[0].At.Equal(d.now) {
		t.Errorf("%+v, %v", owed[0], err)
	}
	d.again()
	if got := d.owed(); strings.Contains(got, "stuck") {
		t.Errorf("owed are %s", got)
	}
}

// TestStreamBuried gives a delivery of money up: it may have been done, so it counts as given until somebody says
// that it was not.
func TestStreamBuried(t *testing.T) {
	d := newStreamDesk(t, streamed)
	d.tell("late", 0)
	list, err := d.store.Claim(context.Background(), recovery.Claim{By: "me", Now: d.now, Until: d.now.Add(time.Minute), Each: 1})
	if err != nil || len(list) != 1 {
		t.Fatal(list, err)
	}
	if err := d.store.Bury(context.Background(), "me", list[0].Key); err != nil {
		t.Fatal(err)
	}
	if got := d.owed(); got != "dead compensate, due respond, due compensate" {
		t.Errorf("owed are %s", got)
	}
	if x := d.tell("late", 72*time.Hour); x.Actions[0].Already != recovery.MustMoney("5 EUR") {
		t.Errorf("already %s of 5 EUR in doubt", x.Actions[0].Already)
	}
	d.want("do respond", sorry10)
	d.report(list[0].Key, recovery.OutcomeFailed)
	if x := d.tell("late", 73*time.Hour); !x.Actions[0].Already.IsZero() {
		t.Errorf("already %s of what has failed", x.Actions[0].Already)
	}
}

// TestStreamChoices asks for a choice, asks the second person, and withdraws what nobody has to choose any more.
func TestStreamChoices(t *testing.T) {
	d := newStreamDesk(t, streamed)
	x := d.tell("broken", 0)
	d.tell("other", 0)
	d.want() // nobody was asked yet
	d.tell("broken", 0)
	d.want("ask agent")
	d.tell("other", 0)
	d.after(time.Hour)
	got := d.claim(time.Minute)
	if len(got) != 2 || got[1].Do != recovery.ToWithdraw || got[1].Choice.ID != x.Choices[0].ID {
		t.Fatalf("withdrawn as %v", got)
	}
	d.done(got)
	x = d.tell("broken", 0)
	d.done(d.want("ask agent"))
	sel := recovery.Selection{Incident: "T-1", Choice: x.Choices[0].ID, By: "Ana", Roles: []string{"agent"},
		Options: []recovery.Selected{{Type: "compensate", Amount: recovery.MustMoney("30 EUR")}}}
	if _, err := d.Choose(context.Background(), sel); err != nil {
		t.Fatal(err)
	}
	d.done(d.want("ask boss"))
	if _, err := d.Approve(context.Background(), sel.Choice, "Bo", []string{"boss"}, "fine"); err != nil {
		t.Fatal(err)
	}
	d.done(d.want("do compensate 30.00 EUR of 30.00 EUR"))
	d.after(time.Hour)
	d.want()
}

// TestStreamConflicts claims a delivery between the read and the commit of a decision: it is decided again.
func TestStreamConflicts(t *testing.T) {
	d := newStreamDesk(t, streamed)
	d.tell("late", 0)
	claimed := &claimingStore{MemoryStore: d.store, now: d.now}
	in := recovery.Incident{ID: "T-1", Service: "parcel", OccurredAt: at("2026-03-01T12:00:00Z"), Failure: "late", Customer: recovery.Customer{ID: "C"}, Language: "en", Fields: map[string]any{"delay": 72 * time.Hour}}
	x, err := d.Handle(context.Background(), in, recovery.In(claimed))
	if err != nil {
		t.Fatal(err)
	}
	if claimed.commits != 2 || x.Actions[0].Already != recovery.MustMoney("5 EUR") {
		t.Errorf("decided %d times, already %s: what was claimed in between is in doubt", claimed.commits, x.Actions[0].Already)
	}
}

type claimingStore struct {
	*recovery.MemoryStore
	now     time.Time
	commits int
}

func (s *claimingStore) Commit(ctx context.Context, c recovery.Commit) error {
	if s.commits++; s.commits == 1 {
		if _, err := s.Drain(ctx, "", s.now); err != nil {
			return err
		}
	}
	return s.MemoryStore.Commit(ctx, c)
}

// TestAgendaUntilNext holds that the agenda is the same until the time at which it says to look again, and
// after a round trip through the form that stores keep.
func TestAgendaUntilNext(t *testing.T) {
	for _, failure := range []string{"late", "broken"} {
		d := newStreamDesk(t, streamed)
		d.tell(failure, 0)
		given, _, err := d.store.Read(context.Background(), recovery.Query{Incident: "T-1"})
		if err != nil {
			t.Fatal(err)
		}
		kept, err := recovery.ReadRecord(given.Previous.AppendJSON(nil, nil), nil)
		if err != nil {
			t.Fatal(err)
		}
		show := func(g recovery.Given, now time.Time) (string, time.Time) {
			owed, next, err := g.Agenda(now)
			if err != nil {
				t.Fatal(err)
			}
			var out []string
			for _, o := range owed {
				out = append(out, fmt.Sprint(o.State, " ", o.Action.ID, " ", o.At))
			}
			return strings.Join(out, "\n"), next
		}
		now, looks := d.now, 0
		for range 12 {
			owed, next := show(given, now)
			if again, at := show(recovery.Given{Previous: kept}, now); again != owed || !at.Equal(next) {
				t.Fatalf("at %s, after a round trip:\n%s\nnext %s, and not\n%s\nnext %s", now, again, at, owed, next)
			}
			if next.IsZero() {
				break
			}
			if !next.After(now) {
				t.Fatalf("at %s, the next time to look is %s", now, next)
			}
			looks++
			for step := now; step.Before(next); step = step.Add(max(next.Sub(now)/5, time.Microsecond)) {
				if is, _ := show(given, step); is != owed {
					t.Fatalf("at %s, before %s, the agenda is\n%s\nand not\n%s", step, next, is, owed)
				}
			}
			now = next
		}
		if looks < 1 {
			t.Errorf("%s: looked %d times", failure, looks)
		}
	}
}
