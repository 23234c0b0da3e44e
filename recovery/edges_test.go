package recovery_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/servicerecovery/amends/recovery"
)

// TestRetryBeforeEvaluation handles an unchanged incident whose condition has no
// value any more, because the facts have moved: what stands is returned.
func TestRetryBeforeEvaluation(t *testing.T) {
	d := newDesk(t, `
facts: {n: {count: incidents, last: 30d}}
plays:
  - id: a
    approach: standardised-response
    when: 10 / (facts.n - 1) < 100
    do: [{acknowledge: {}}]
`)
	old := recovery.Incident{ID: "A", OccurredAt: at("2020-01-01T00:00:00Z")} // in nobody's window
	first := d.handle(old)
	d.handle(recovery.Incident{ID: "B"})
	d.now = d.now.Add(time.Hour)
	if again := d.handle(old); again.ID != first.ID {
		t.Errorf("another decision: %s", again.ID)
	}
	changed := old
	changed.Service, changed.Summary = "parcel", "x"
	if _, err := d.Handle(context.Background(), changed); err == nil {
		t.Error("one other incident makes the condition divide by zero; it was decided")
	}
}

// TestChooseAfterRename makes a choice on a decision whose other play the set has
// no more.
func TestChooseAfterRename(t *testing.T) {
	const set = `
limits: [{of: compensate, keep: highest}]
plays:
  - id: %s
    approach: standardised-response
    when: "true"
    do: [{compensate: {amount: 5 EUR}}]
  - id: choose
    approach: case-by-case
    when: "true"
    discretion: {decider: boss, options: [{compensate: {amount: {from: 0 EUR, to: 50 EUR}}}]}
`
	d := newDesk(t, replaced(set, "before"))
	offered := d.handle(recovery.Incident{})
	text := "amends: v1\nplaybook: pb\nreview_by: 2027-01-01\n" + replaced(set, "after")
	if err := d.Reload(fstest.MapFS{"set.yaml": {Data: []byte(text)}}, recovery.WithRevision("v2")); err != nil {
		t.Fatal(err)
	}
	made, err := d.Choose(context.Background(), plain(offered, 0, "20 EUR"))
	if err != nil {
		t.Fatal(err)
	}
	if made.Set.Revision != "v2" || len(made.Actions) == 0 {
		t.Errorf("made %v under %v", lines(made), made.Set)
	}
}

// TestCapacityOfADayWithoutMidnight counts by days in a zone where daylight
// saving skips midnight: what was used on the day before does not count.
func TestCapacityOfADayWithoutMidnight(t *testing.T) {
	d := newDesk(t, `
partners:
  bike:
    zone: America/Havana
    agreement: {ref: A, from: 2026-01-01, until: 2026-12-31}
    outbound: {capacity: {units: 1, per: day}}
plays:
  - id: ride
    approach: partner-substitute
    when: "true"
    substitute: {}
`)
	for _, tt := range []struct {
		id, now string
		want    []string
	}{
		{"A", "2026-03-08T04:30:00Z", []string{}}, // 23:30 on the 7th
		{"B", "2026-03-08T04:45:00Z", []string{"unanswered", "no-partner"}},
		{"C", "2026-03-08T05:15:00Z", []string{}}, // 01:15 on the 8th, which began at 01:00
		{"D", "2026-03-08T05:30:00Z", []string{"unanswered", "no-partner"}},
	} {
		d.now = at(tt.now)
		if diff := cmp.Diff(tt.want, codes(d.handle(recovery.Incident{ID: tt.id}))); diff != "" {
			t.Errorf("%s at %s: %s", tt.id, tt.now, diff)
		}
	}
}

// TestInformKeepsItsClock holds that a chosen inform counts in its calendar, and
// that what is owed when it is late is due then.
func TestInformKeepsItsClock(t *testing.T) {
	ctx := context.Background()
	d := newDesk(t, `
calendars: {office: {hours: {mon-fri: "09:00-17:00"}}}
plays:
  - id: choose
    approach: case-by-case
    when: "true"
    discretion:
      decider: boss
      options: [{inform: {every: 10h, calendar: office, if_late: [{escalate: {to: boss}}]}}]
`)
	offered := d.handle(recovery.Incident{})
	sel := recovery.Selection{Incident: "T-1", Choice: offered.Choices[0].ID, By: "Marta", Options: []recovery.Selected{{Type: "inform"}}}
	if _, err := d.Choose(ctx, sel); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		now  string
		want []string
	}{
		{"2026-03-03T10:00:00Z", []string{"next inform 2026-03-03T11:00"}},
		{"2026-03-03T12:00:00Z", []string{"overdue inform 2026-03-03T11:00", "due escalate"}},
	} {
		d.now = at(tt.now)
		list, _, err := d.Agenda(ctx, "T-1")
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(tt.want, owed(list)); diff != "" {
			t.Errorf("at %s: %s", tt.now, diff)
		}
	}
}

// TestChoiceOfTheDecisionThatOfferedIt makes a choice whose play would not match
// any more: the decision left it, and no other decision has been made since.
func TestChoiceOfTheDecisionThatOfferedIt(t *testing.T) {
	d := newDesk(t, `
facts: {n: {count: incidents, last: 30d}}
plays:
  - id: choose
    approach: case-by-case
    when: facts.n < 1
    discretion: {decider: boss, options: [{compensate: {amount: {from: 0 EUR, to: 50 EUR}}}]}
`)
	offered := d.handle(recovery.Incident{ID: "A"})
	d.handle(recovery.Incident{ID: "B"})
	if _, err := d.Choose(context.Background(), plain(offered, 0, "20 EUR")); err != nil {
		t.Error(err)
	}
}

// TestManyPlaysOneAction has more plays give one action, some of them twice, than are looked
// through one by one.
func TestManyPlaysOneAction(t *testing.T) {
	var plays strings.Builder
	plays.WriteString("\nplays:\n")
	var want []string
	for i := range 60 {
		fmt.Fprintf(&plays, `  - id: p%d
    approach: standardised-response
    when: "true"
    do: [{acknowledge: {id: a, within: 1h}}]
    cases: [{when: incident.severity >= %d, do: [{acknowledge: {id: b, within: 2h}}]}]
`, i, i%5)
		want = append(want, fmt.Sprintf("pb/p%d", i))
	}
	d := newDesk(t, plays.String()).handle(recovery.Incident{Severity: 3})
	if len(d.Actions) != 1 {
		t.Fatalf("%d actions", len(d.Actions))
	}
	if diff := cmp.Diff(want, d.Actions[0].Plays); diff != "" {
		t.Errorf("the plays of the action (-wanted, +got):\n%s", diff)
	}
}

// TestReloadTakesOptionsOfTheSet holds that a reload changes what belongs to the set,
// and refuses what belongs to the engine.
func TestReloadTakesOptionsOfTheSet(t *testing.T) {
	set := fstest.MapFS{"set.yaml": {Data: []byte("amends: v1\nplaybook: pb\nreview_by: 2027-01-01\nplays: [{id: a, approach: standardised-response, when: \"true\", do: [{apologise: {}}]}]\n")}}
	engine, err := recovery.Load(set, recovery.WithRevision("v1"))
	if err != nil {
		t.Fatal(err)
	}
	for name, option := range map[string]recovery.Option{
		"store": recovery.WithStore(recovery.NewMemoryStore()),
		"clock": recovery.WithClock(time.Now),
		"hooks": recovery.WithHooks(recovery.Hooks{Decided: func(context.Context, *recovery.Decision) {}}),
	} {
		if err := engine.Reload(set, option); err == nil || engine.Set().Revision != "v1" {
			t.Errorf("%s: got %v, at revision %q", name, err, engine.Set().Revision)
		}
	}
	odd := recovery.Incident{ID: "T-1", Service: "s", OccurredAt: time.Unix(0, 0), Fields: map[string]any{"colour": "red"}}
	if _, err := engine.Decide(t.Context(), odd); err != nil {
		t.Errorf("before it is strict: %v", err)
	}
	for _, options := range [][]recovery.Option{{recovery.Strict()}, nil} { // and it stays
		if err := engine.Reload(set, options...); err != nil || engine.Set().Revision != "" {
			t.Errorf("got %v, at revision %q", err, engine.Set().Revision)
		}
		var refused *recovery.IncidentError
		if _, err := engine.Decide(t.Context(), odd); !errors.As(err, &refused) {
			t.Errorf("once it is strict: %v", err)
		}
	}
}
