package recovery_test

import (
	"context"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/servicerecovery/amends/recovery"
)

// desk is an engine over one playbook, with a clock that tests turn.
type desk struct {
	*recovery.Engine
	t     *testing.T
	now   time.Time
	store *recovery.MemoryStore
	// effects are those of all decisions that were committed.
	effects []recovery.Delivery
}

func at(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		panic(err)
	}
	return t.UTC()
}

func newDesk(t *testing.T, playbook string, options ...recovery.Option) *desk {
	t.Helper()
	d := &desk{t: t, now: at("2026-03-02T09:00:00Z"), store: recovery.NewMemoryStore()}
	hooks := recovery.Hooks{Decided: func(_ context.Context, x *recovery.Decision) { d.effects = append(d.effects, x.Effects()...) }}
	options = append([]recovery.Option{recovery.WithClock(func() time.Time { return d.now }), recovery.WithStore(d.store), recovery.WithHooks(hooks)}, options...)
	engine, err := recovery.Load(fstest.MapFS{"set.yaml": {Data: []byte("amends: v1\nplaybook: pb\nreview_by: 2027-01-01\n" + playbook)}}, options...)
	if err != nil {
		t.Fatal(err)
	}
	d.Engine = engine
	return d
}

func (d *desk) handle(in recovery.Incident) *recovery.Decision {
	d.t.Helper()
	if in.ID == "" {
		in.ID = "T-1"
	}
	if in.Service == "" {
		in.Service = "parcel"
	}
	if in.OccurredAt.IsZero() {
		in.OccurredAt = at("2026-03-01T12:00:00Z")
	}
	out, err := d.Handle(context.Background(), in)
	if err != nil {
		d.t.Fatal(err)
	}
	return out
}

// lines writes the actions of a decision, one line each.
func lines(d *recovery.Decision) []string {
	out := []string{}
	for _, a := range d.Actions {
		line := a.String()
		if a.Already.IsSet() {
			line += ", already " + a.Already.String()
		}
		out = append(out, line)
	}
	return out
}

func codes(d *recovery.Decision) []string {
	out := []string{}
	for _, w := range d.Warnings {
		out = append(out, string(w.Code))
	}
	return out
}

// replaced fills in the one %s of a set.
func replaced(set, name string) string { return strings.Replace(set, "%s", name, 1) }

// agendaOf is what a decision owes at a time, if it was made of an incident.
func agendaOf(d *recovery.Decision, in recovery.Incident, now time.Time, reports ...recovery.Report) []recovery.Owed {
	text, err := in.MarshalJSON()
	if err != nil {
		panic(err)
	}
	given := recovery.Given{Previous: &recovery.Record{Decision: d, Incident: text}, Reports: reports}
	owed, _, err := given.Agenda(now)
	if err != nil {
		panic(err)
	}
	return owed
}
