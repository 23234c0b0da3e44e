package recovery_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/servicerecovery/amends/recovery"
)

const lateParcels = `
incident:
  delay: {type: duration, default: 0s}
tables:
  credit:
    by: incident.delay
    rows: [{from: 24h, amount: 5 EUR}, {from: 3d, amount: 10 EUR}]
plays:
  - id: late
    approach: standardised-response
    when: incident.failure == "late"
    do:
      - acknowledge: {within: 4h}
      - inform: {every: 24h}
    cases:
      - when: has(tables.credit)
        do: [{compensate: {amount: tables.credit.amount}}]
  - id: lost
    approach: standardised-response
    when: incident.failure == "lost"
    do: [{refund: {amount: 60 EUR}}]
`

func late(delay time.Duration) recovery.Incident {
	return recovery.Incident{Failure: "late", Fields: map[string]any{"delay": delay}}
}

// TestDecidingAgain tells one incident's story: what was promised changes, and
// is never added to.
func TestDecidingAgain(t *testing.T) {
	d := newDesk(t, lateParcels)
	first := d.handle(late(30 * time.Hour))
	want := []string{
		"acknowledge, by 2026-03-02T13:00:00Z",
		"inform (every: 24h), by 2026-03-03T09:00:00Z",
		"compensate 5.00 EUR (as: credit)",
	}
	if diff := cmp.Diff(want, lines(first)); diff != "" {
		t.Errorf("first: %s", diff)
	}

	d.now = at("2026-03-04T09:00:00Z")
	second := d.handle(late(80 * time.Hour))
	want = []string{
		"acknowledge, by 2026-03-02T13:00:00Z, kept",
		"inform (every: 24h), by 2026-03-03T09:00:00Z, kept",
		"compensate 10.00 EUR (as: credit), changed, already 5.00 EUR",
	}
	if diff := cmp.Diff(want, lines(second)); diff != "" {
		t.Errorf("second: %s", diff)
	}
	if second.Supersedes != first.ID {
		t.Errorf("it supersedes %s, not %s", second.Supersedes, first.ID)
	}
	if second.Actions[2].ID != first.Actions[2].ID {
		t.Error("the credit has another id than before")
	}

	d.now = at("2026-03-05T09:00:00Z")
	resolved := late(80 * time.Hour)
	resolved.ResolvedAt = at("2026-03-05T08:00:00Z")
	third := d.handle(resolved)
	want = []string{
		"compensate 10.00 EUR (as: credit), kept, already 10.00 EUR",
		"acknowledge, by 2026-03-02T13:00:00Z, cancelled",
		"inform (every: 24h), by 2026-03-03T09:00:00Z, cancelled",
	}
	if diff := cmp.Diff(want, lines(third)); diff != "" {
		t.Errorf("third: %s", diff)
	}

	d.now = at("2026-03-06T09:00:00Z")
	lost := recovery.Incident{Failure: "lost"}
	fourth := d.handle(lost)
	want = []string{
		"refund 60.00 EUR",
		"compensate 0.00 EUR (as: credit), cancelled, already 10.00 EUR",
	}
	if diff := cmp.Diff(want, lines(fourth)); diff != "" {
		t.Errorf("fourth: %s", diff)
	}

	// What was given comes back to nothing when nothing matches any more.
	fifth := d.handle(recovery.Incident{Failure: "other"})
	if diff := cmp.Diff([]string{"refund 0.00 EUR, cancelled, already 60.00 EUR"}, lines(fifth)); diff != "" {
		t.Errorf("fifth: %s", diff)
	}
	if diff := cmp.Diff([]string{"unanswered"}, codes(fifth)); diff != "" {
		t.Errorf("fifth: %s", diff)
	}
}

// TestEffects holds what a host is told to do, by key.
func TestEffects(t *testing.T) {
	d := newDesk(t, lateParcels)
	do := func(x *recovery.Decision) []string {
		out := []string{}
		for _, e := range x.Effects() {
			out = append(out, e.Do+" "+e.Action.Type)
		}
		return out
	}
	first := d.handle(late(30 * time.Hour))
	if diff := cmp.Diff([]string{"do acknowledge", "do inform", "do compensate"}, do(first)); diff != "" {
		t.Error(diff)
	}
	resolved := late(80 * time.Hour)
	resolved.ResolvedAt = at("2026-03-02T08:00:00Z")
	second := d.handle(resolved)
	if diff := cmp.Diff([]string{"cancel acknowledge", "cancel inform", "change compensate"}, do(second)); diff != "" {
		t.Error(diff)
	}
	resolved.Fields["delay"] = 81 * time.Hour
	third := d.handle(resolved)
	if diff := cmp.Diff([]string{}, do(third)); diff != "" {
		t.Errorf("what is cancelled already is not cancelled again: %s", diff)
	}
}

// TestRetry handles one incident many times at once: it is one decision.
func TestRetry(t *testing.T) {
	d := newDesk(t, lateParcels)
	first := d.handle(late(30 * time.Hour))
	d.now = d.now.Add(time.Hour)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 50 {
				if again := d.handle(late(30 * time.Hour)); again.ID != first.ID {
					t.Errorf("another decision: %s", again.ID)
				}
			}
		})
	}
	wg.Wait()
}

// TestRefusalsAreRecorded holds that nothing is dropped in silence.
func TestRefusalsAreRecorded(t *testing.T) {
	refused := 0
	d := newDesk(t, lateParcels, recovery.WithHooks(recovery.Hooks{Refused: func(context.Context, recovery.Incident, error) { refused++ }}))
	_, err := d.Handle(context.Background(), recovery.Incident{ID: "T-9", Severity: 7, Service: "parcel"})
	if err == nil || refused != 1 {
		t.Fatal(err, refused)
	}
	list := d.store.Refusals()
	if len(list) != 1 || list[0].Incident != "T-9" {
		t.Errorf("recorded: %v", list)
	}
}

// TestAgainWithoutAWarning commits once more when a warning is not given any more, and then no more.
func TestAgainWithoutAWarning(t *testing.T) {
	d := newDesk(t, `plays: [{id: p, approach: standardised-response, when: "true", do: [{callback: {since: occurred_at, within: 1h}}]}]
`)
	if got := codes(d.handle(recovery.Incident{})); !slices.Contains(got, "late-when-given") {
		t.Fatalf("warns %v", got)
	}
	for _, want := range []recovery.Handled{recovery.HandledChanged, recovery.HandledRetry} {
		d.now = d.now.Add(time.Hour)
		again, err := d.Again(context.Background(), "T-1")
		if err != nil || again.Handled != want || len(again.Effects()) > 0 && want == recovery.HandledChanged {
			t.Errorf("got %s, %v with effects %v, want %s", again.Handled, err, again.Effects(), want)
		}
	}
}
