package recovery_test

import (
	"context"
	"testing"
	"testing/fstest"
	"time"

	"github.com/servicerecovery/amends/recovery"
)

// Every instant of a decision is exact to the microsecond, whatever a host's clock and
// its incidents say.
func TestInstants(t *testing.T) {
	now := time.Date(2026, 3, 2, 10, 0, 0, 123456789, time.UTC)
	set := fstest.MapFS{"late.yaml": {Data: []byte(`
amends: v1
playbook: late
title: Late
review_by: 2027-06-30
plays:
  - id: late
    approach: standardised-response
    when: "true"
    do: [{callback: {within: "duration('1h') + duration('1ns')"}}, {respond: {within: 90m}}]
`)}}
	e, err := recovery.Load(set, recovery.WithClock(func() time.Time { return now }))
	if err != nil {
		t.Fatal(err)
	}
	in := recovery.Incident{ID: "I-1", Service: "parcel", OccurredAt: now.Add(-time.Hour), RespondedAt: now}
	d, err := e.Handle(context.Background(), in)
	if err != nil {
		t.Fatal(err)
	}
	for _, at := range []time.Time{d.DecidedAt, d.Actions[0].DueAt, d.Actions[0].GivenAt, d.Actions[1].DoneAt} {
		if at.IsZero() || !at.Equal(at.Truncate(time.Microsecond)) {
			t.Errorf("%s is not exact to the microsecond", at.Format(time.RFC3339Nano))
		}
	}
	// Who wakes at the time at which something falls due finds it due.
	now = d.Actions[0].DueAt
	owed, _, err := e.Agenda(context.Background(), "I-1")
	if err != nil || len(owed) != 1 || owed[0].State != recovery.Due || !owed[0].At.Equal(now) {
		t.Errorf("at its deadline it is owed as %+v, %v", owed, err)
	}
}
