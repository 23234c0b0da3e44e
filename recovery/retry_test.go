package recovery_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/servicerecovery/amends/recovery"
)

const retried = `
incident:
  plan: {type: string, default: basic}
  order.value: {type: money, optional: true}
  colour: {type: string, optional: true}
%s
plays:
  - id: any
    approach: standardised-response
    when: "true"
    do: [{apologise: {}}]
`

// told decides JSON, as it is told.
func (d *desk) told(e *recovery.Engine, text string) (*recovery.Decision, error) {
	d.t.Helper()
	var in recovery.Incident
	if err := in.UnmarshalJSON([]byte(`{"id":"T-1","service":"parcel","occurred_at":"2026-03-01T12:00:00Z",` + text + `"x":1}`)); err != nil {
		d.t.Fatal(err)
	}
	return e.Handle(context.Background(), in)
}

// other is an engine by another set, over the same store.
func (d *desk) other(playbook string) *recovery.Engine {
	d.t.Helper()
	e, err := recovery.Load(fstest.MapFS{"set.yaml": {Data: []byte("amends: v1\nplaybook: pb\nreview_by: 2027-01-01\n" + playbook)}},
		recovery.WithStore(d.store), recovery.WithClock(func() time.Time { return d.now }))
	if err != nil {
		d.t.Fatal(err)
	}
	return e
}

// TestRetries tells an incident to one set, and again to another.
func TestRetries(t *testing.T) {
	same := replaced(retried, "")
	cases := map[string]struct {
		set, before, now string
		want             recovery.Handled
	}{
		"the same":                               {same, `"severity":3,`, `"severity":3,`, "retry"},
		"in another form":                        {same, `"severity":3,"order":{"value":"5 EUR"},`, `"order.value":{"value":"5.00","currency":"EUR"},"severity":3.0,`, "retry"},
		"a changed field":                        {same, `"severity":3,`, `"severity":4,`, "changed"},
		"an undeclared field":                    {same, `"comment":"a",`, `"comment":"b","more":{"deep":[1]},`, "retry"},
		"an undeclared field gone":               {same, `"comment":"a",`, ``, "retry"},
		"a field gone":                           {same, `"colour":"red",`, ``, "changed"},
		"a field more":                           {same, ``, `"colour":"red",`, "changed"},
		"a default told of":                      {same, ``, `"plan":"basic","severity":3,"phase":"failure",`, "retry"},
		"a default not told of any more":         {same, `"plan":"basic",`, ``, "retry"},
		"no default told of":                     {same, ``, `"plan":"gold",`, "changed"},
		"pauses":                                 {same, `"paused":[{"from":"2026-03-01T13:00:00Z"}],`, `"paused":[{"from":"2026-03-01T14:00:00+01:00"}],`, "retry"},
		"other pauses":                           {same, `"paused":[{"from":"2026-03-01T13:00:00Z"}],`, `"paused":[{"from":"2026-03-01T13:00:01Z"}],`, "changed"},
		"another set":                            {replaced(retried, "  size: {type: string, optional: true}"), `"severity":3,`, `"severity":3,`, "retry"},
		"another set has another default":        {replaced(retried, "  size: {type: string, default: big}"), ``, ``, "retry"},
		"it declares what was undeclared":        {replaced(retried, "  comment: {type: string, optional: true}"), `"comment":"a",`, `"comment":"b",`, "changed"},
		"it declares what is there":              {replaced(retried, "  comment: {type: string, optional: true}"), `"comment":"a",`, `"comment":"a",`, "retry"},
		"it requires what is absent":             {replaced(retried, "  size: {type: string}"), ``, ``, "retry"},
		"it refuses what is there":               {replaced(retried, "  comment: {type: int}"), `"comment":"a",`, `"comment":"a",`, "retry"},
		"it has a default for what was absent":   {replaced(retried, "  size: {type: string, default: big}"), ``, `"size":"big",`, "retry"},
		"it has another name":                    {replaced(retried, "  shade: {type: string, optional: true, was: [hue]}"), `"hue":"red",`, `"hue":"red",`, "retry"},
		"the other name is told of":              {replaced(retried, "  shade: {type: string, optional: true, was: [hue]}"), `"hue":"red",`, `"shade":"red",`, "retry"},
		"something else under another name":      {replaced(retried, "  shade: {type: string, optional: true, was: [hue]}"), `"hue":"red",`, `"shade":"blue",`, "changed"},
		"a field that is told of in two ways":    {same, `"order":{"value":"5 EUR"},`, `"order":{"value":"5 EUR"},"order.value":"5 EUR",`, ""},
		"a field that does not fit, and is new":  {same, ``, `"severity":9,`, ""},
		"a field that does not fit, and was new": {replaced(retried, "  comment: {type: int}"), `"comment":"a",`, `"comment":"b",`, ""},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, same)
			first, err := d.told(d.Engine, c.before)
			if err != nil || first.Handled != recovery.HandledNew {
				t.Fatalf("first: %v, %v", first, err)
			}
			d.now = d.now.Add(time.Second)
			second, err := d.told(d.other(c.set), c.now)
			var refused *recovery.IncidentError
			switch {
			case c.want == "" && !errors.As(err, &refused):
				t.Errorf("got %v, want a refusal", err)
			case c.want != "" && err != nil:
				t.Fatal(err)
			case c.want != "" && (second.Handled != c.want || (second.ID == first.ID) != (c.want == "retry")):
				t.Errorf("got %s, want %s", second.Handled, c.want)
			}
		})
	}
}

// TestTwoVersionsSideBySide tells one incident to two sets in turn. The newer one has another
// default and another name. Neither takes the decision of the other for outdated.
func TestTwoVersionsSideBySide(t *testing.T) {
	d := newDesk(t, replaced(retried, "  hue: {type: string, optional: true}"))
	newer := d.other(replaced(retried, "  shade: {type: string, optional: true, was: [hue]}\n  size: {type: int, default: 3}"))
	for _, order := range [][]*recovery.Engine{{d.Engine, newer}, {newer, d.Engine}} {
		d.store = recovery.NewMemoryStore()
		var id string
		for i := range 6 {
			d.now = d.now.Add(time.Second)
			var in recovery.Incident
			if err := in.UnmarshalJSON([]byte(`{"id":"T-1","service":"parcel","occurred_at":"2026-03-01T12:00:00Z","hue":"red"}`)); err != nil {
				t.Fatal(err)
			}
			out, err := order[i%2].Handle(context.Background(), in, recovery.In(d.store))
			if err != nil {
				t.Fatal(err)
			}
			if id == "" {
				id = out.ID
			}
			if out.ID != id {
				t.Errorf("call %d: it was decided again", i)
			}
		}
	}
}

// TestOutdatedVersions tells versions of one incident: a severity, and a minute of updated_at.
func TestOutdatedVersions(t *testing.T) {
	d := newDesk(t, replaced(retried, ""))
	for i, c := range []struct {
		severity, minute int // -1: none
		want             recovery.Handled
	}{
		{3, 10, "new"},
		{3, 10, "retry"},
		{4, 9, "outdated"},
		{3, 9, "outdated"},
		{9, 9, "outdated"}, // it would not fit either
		{3, 20, "retry"},   // and moves the mark
		{4, 15, "outdated"},
		{4, 20, "changed"}, // of equal ones the last to come is right
		{5, -1, "changed"}, // one without is never outdated
		{4, 19, "outdated"},
		{3, 600, "changed"}, // after now, and counts as now
		{4, 59, "outdated"},
		{4, 61, "changed"},
	} {
		d.now = at("2026-03-02T10:00:00Z")
		if c.minute > 60 && c.minute < 600 {
			d.now = at("2026-03-02T10:30:00Z")
		}
		text := fmt.Sprintf(`"severity":%d,`, c.severity)
		if c.minute >= 0 {
			text += `"updated_at":"` + at("2026-03-02T09:00:00Z").Add(time.Duration(c.minute)*time.Minute).Format(time.RFC3339) + `",`
		}
		out, err := d.told(d.Engine, text)
		if err != nil || out.Handled != c.want {
			t.Fatalf("step %d: got %v, %v, want %s", i, out, err, c.want)
		}
	}
}

// TestAgain decides as time passes, facts change and sets come and go.
func TestAgain(t *testing.T) {
	const turning = `
again: 1h
incident:
  plan: {type: string, default: basic}
plays:
  - id: soon
    approach: standardised-response
    when: now < timestamp("2026-03-03T00:00:00Z")
    do: [{apologise: {}}]
  - id: later
    approach: standardised-response
    when: now >= timestamp("2026-03-03T00:00:00Z")
    do: [{refund: {amount: 5 EUR}}]
`
	d := newDesk(t, turning)
	again := func(e *recovery.Engine, want recovery.Handled) *recovery.Decision {
		t.Helper()
		d.now = d.now.Add(time.Minute)
		out, err := e.Again(context.Background(), "T-1")
		if err != nil || out.Handled != want {
			t.Fatalf("got %v, %v, want %s", out, err, want)
		}
		return out
	}
	var unhandled *recovery.UnhandledError
	if _, err := d.Again(context.Background(), "T-1"); !errors.As(err, &unhandled) {
		t.Errorf("got %v", err)
	}
	first := d.handle(recovery.Incident{})
	if out := again(d.Engine, "retry"); out.ID != first.ID {
		t.Error("another decision was made")
	}
	d.now = at("2026-03-03T00:00:00Z")
	turned := again(d.Engine, "changed")
	if turned.Supersedes != first.ID || len(turned.Actions) != 2 {
		t.Errorf("got %v", lines(turned))
	}
	again(d.Engine, "retry") // what is cancelled is not listed again, which is no difference
	d.now = at("2026-03-02T12:00:00Z")
	again(d.Engine, "retry") // nothing is decided before what stands
	d.now = at("2026-03-04T12:00:00Z")

	newer := d.other(turning + "  - id: more\n    approach: standardised-response\n    when: incident.plan == \"basic\"\n    do: [{callback: {}}]\n")
	again(newer, "changed")
	again(newer, "retry")
	again(d.Engine, "retry") // an older set does not take it back
	again(newer, "retry")
	d.now = d.now.Add(time.Minute)
	if out := d.handle(recovery.Incident{Severity: 5}); out.Handled != recovery.HandledChanged {
		t.Errorf("a changed incident is decided by whoever is told, but was %s", out.Handled)
	}
	again(newer, "changed") // and a newer set decides it when time passes
}

// TestAgainAsNewest goes back to an earlier set under which nothing differs: it is the newest set all the same.
func TestAgainAsNewest(t *testing.T) {
	const set = "plays:\n  - {id: a, approach: standardised-response, when: \"true\", do: [{apologise: {}}]}\n"
	d := newDesk(t, set)
	newer := d.other("title: Newer\n" + set)
	again := func(e *recovery.Engine, want recovery.Handled, options ...recovery.CallOption) *recovery.Decision {
		t.Helper()
		d.now = d.now.Add(time.Minute)
		out, err := e.Again(t.Context(), "T-2", options...)
		if err != nil || out.Handled != want {
			t.Fatalf("got %v, %v, want %s", out, err, want)
		}
		return out
	}
	d.handle(recovery.Incident{ID: "T-1"})
	if _, err := newer.Handle(t.Context(), recovery.Incident{ID: "T-2", Service: "parcel", OccurredAt: at("2026-03-01T12:00:00Z")}); err != nil {
		t.Fatal(err)
	}
	again(d.Engine, "retry")
	back := again(d.Engine, "changed", recovery.AsNewest())
	if len(back.Effects()) > 0 || back.Set.Digest != d.Set().Digest {
		t.Errorf("going back asks for %v", back.Effects())
	}
	again(d.Engine, "retry", recovery.AsNewest())
	again(newer, "retry")
	given, _, err := d.store.Read(t.Context(), recovery.Query{Incident: "T-2", Set: newer.Set().Digest})
	if err != nil || !given.SetIsOlder {
		t.Errorf("the set that was replaced is not the older one: %v", err)
	}
}

// TestAgainFalls commits what falls as time passes, though the host has nothing to take back: what was done from the
// beginning, and a choice of nothing.
func TestAgainFalls(t *testing.T) {
	for name, play := range map[string]string{
		"done from the beginning": "    approach: standardised-response\n    do: [{acknowledge: {}}]\n",
		"a choice of nothing":     "    approach: case-by-case\n    discretion: {decider: agent, options: [{explain: {}}], choose: {at_least: 0}, comparable: [failure], tolerance: 0%}\n",
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, "again: 1h\nplays:\n  - id: soon\n    when: now < timestamp(\"2026-03-03T00:00:00Z\")\n    answers: false\n"+play)
			first := d.handle(recovery.Incident{RespondedAt: at("2026-03-02T08:00:00Z")})
			for _, c := range first.Choices {
				d.now = d.now.Add(time.Hour)
				if _, err := d.Choose(context.Background(), recovery.Selection{Incident: "T-1", Choice: c.ID, By: "kim"}); err != nil {
					t.Fatal(err)
				}
			}
			for _, want := range []recovery.Handled{"changed", "retry"} {
				d.now = at("2026-03-03T12:00:00Z")
				out, err := d.Again(context.Background(), "T-1")
				if err != nil || out.Handled != want {
					t.Fatalf("got %v, %v, want %s", out, err, want)
				}
				if len(out.Effects()) > 0 && want == "changed" {
					t.Errorf("the host has to %v", out.Effects())
				}
			}
		})
	}
}

// TestTooLateIsNotInTime holds that what is given because prevention came too late is no prevention that came in time.
func TestTooLateIsNotInTime(t *testing.T) {
	d := newDesk(t, `
plays:
  - id: gate
    approach: preventive-intervention
    when: "true"
    do: [{notify: {to: gate}}]
    too_late: [{notify: {to: gate}}]
`)
	in := recovery.Incident{Phase: "signal", ExpectedAt: at("2026-03-02T08:00:00Z")}
	for severity := range 2 {
		in.Severity = severity + 1
		out := d.handle(in)
		if len(out.Withheld) != 1 || len(out.Actions) != 1 || !out.Actions[0].DueAt.IsZero() || len(out.Missed) > 0 {
			t.Errorf("severity %d: withheld %v, given %v, missed %v", in.Severity, out.Withheld, lines(out), out.Missed)
		}
		d.now = d.now.Add(time.Hour)
	}
}

// TestAgainRaces lets marks, changes and Again meet on one incident.
func TestAgainRaces(t *testing.T) {
	d := newDesk(t, replaced(retried, ""))
	d.now = at("2026-03-03T09:00:00Z")
	var wait sync.WaitGroup
	for i := range 8 {
		wait.Go(func() {
			for n := range 10 {
				in := recovery.Incident{ID: "T-1", Service: "parcel", OccurredAt: at("2026-03-01T12:00:00Z"), Severity: 1 + n%5,
					UpdatedAt: at("2026-03-02T09:00:00Z").Add(time.Duration(n*8+i) * time.Second)}
				if _, err := d.Handle(context.Background(), in); err != nil {
					t.Error(err)
				}
				if _, err := d.Again(context.Background(), "T-1"); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wait.Wait()
	out, err := d.told(d.Engine, `"severity":5,"updated_at":"2026-03-02T09:01:19Z",`)
	if err != nil || out.Handled != recovery.HandledRetry {
		t.Errorf("the last version is the one that stands: got %v, %v", out, err)
	}
	if out, err = d.told(d.Engine, `"severity":1,"updated_at":"2026-03-02T09:01:18Z",`); err != nil || out.Handled != recovery.HandledOutdated {
		t.Errorf("got %v, %v", out, err)
	}
}
