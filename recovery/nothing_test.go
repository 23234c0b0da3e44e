package recovery_test

import (
	"testing"
	"testing/fstest"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/ledger"
)

var oneSet = fstest.MapFS{"set.yaml": {Data: []byte(updating)}}

// TestNothingIsAnError leaves out what a program can leave out, at each door: none of them panics.
func TestNothingIsAnError(t *testing.T) {
	var noLedger *ledger.Ledger
	var noOption recovery.Option
	var noCallOption recovery.CallOption
	in := recovery.Incident{ID: "T-1", Service: "parcel", OccurredAt: at("2026-03-01T12:00:00Z")}
	good, err := recovery.Load(oneSet)
	if err != nil {
		t.Fatal(err)
	}
	made := map[string]func() (*recovery.Engine, error){
		"a store":        func() (*recovery.Engine, error) { return recovery.Load(oneSet, recovery.WithStore(nil)) },
		"a ledger":       func() (*recovery.Engine, error) { return recovery.Load(oneSet, recovery.WithStore(noLedger)) },
		"a clock":        func() (*recovery.Engine, error) { return recovery.Load(oneSet, recovery.WithClock(nil)) },
		"an option":      func() (*recovery.Engine, error) { return recovery.Load(oneSet, noOption) },
		"files":          func() (*recovery.Engine, error) { return recovery.Load(nil) },
		"a set":          func() (*recovery.Engine, error) { return recovery.New(nil) },
		"an option, New": func() (*recovery.Engine, error) { return recovery.New(&playbook.Set{}, noOption) },
		"reload, option": func() (*recovery.Engine, error) { return nil, good.Reload(oneSet, noOption) },
		"reload, store":  func() (*recovery.Engine, error) { return nil, good.Reload(oneSet, recovery.WithStore(nil)) },
		"reload, files":  func() (*recovery.Engine, error) { return nil, good.Reload(nil) },
	}
	for name, do := range made {
		if e, err := do(); err == nil || e != nil {
			t.Errorf("without %s: got %v, %v", name, e, err)
		}
	}
	calls := map[string]func(e *recovery.Engine, o ...recovery.CallOption) error{
		"Handle": func(e *recovery.Engine, o ...recovery.CallOption) error {
			_, err := e.Handle(t.Context(), in, o...)
			return err
		},
		"Update": func(e *recovery.Engine, o ...recovery.CallOption) error {
			_, err := e.Update(t.Context(), "T-1", func(*recovery.Incident) error { return nil }, o...)
			return err
		},
		"Again": func(e *recovery.Engine, o ...recovery.CallOption) error {
			_, err := e.Again(t.Context(), "T-1", o...)
			return err
		},
		"Explain": func(e *recovery.Engine, o ...recovery.CallOption) error {
			_, err := e.Explain(t.Context(), in, o...)
			return err
		},
		"Agenda": func(e *recovery.Engine, o ...recovery.CallOption) error {
			_, _, err := e.Agenda(t.Context(), "T-1", o...)
			return err
		},
		"Report": func(e *recovery.Engine, o ...recovery.CallOption) error {
			return e.Report(t.Context(), recovery.Report{Incident: "T-1", Action: "a"}, o...)
		},
		"Choose": func(e *recovery.Engine, o ...recovery.CallOption) error {
			_, err := e.Choose(t.Context(), recovery.Selection{Incident: "T-1"}, o...)
			return err
		},
		"Approve": func(e *recovery.Engine, o ...recovery.CallOption) error {
			_, err := e.Approve(t.Context(), "cho_1", "Ana", []string{"lead"}, "", o...)
			return err
		},
		"Choices": func(e *recovery.Engine, o ...recovery.CallOption) error {
			_, err := e.Choices(t.Context(), "T-1", o...)
			return err
		},
	}
	for name, call := range calls {
		for what, err := range map[string]error{
			"no engine":            call(nil),
			"an engine not loaded": call(new(recovery.Engine)),
			"In(nil)":              call(good, recovery.In(nil)),
			"In of a nil ledger":   call(good, recovery.In(noLedger)),
			"a nil option":         call(good, noCallOption),
		} {
			if err == nil {
				t.Errorf("%s with %s: no error", name, what)
			}
		}
	}
	for _, e := range []*recovery.Engine{nil, new(recovery.Engine)} {
		_, decided := e.Decide(t.Context(), in)
		_, replayed := e.Replay(t.Context(), &recovery.Record{}, nil)
		_, explained := e.ExplainRecord(t.Context(), &recovery.Record{}, nil)
		if decided == nil || replayed == nil || explained == nil || e.Reload(oneSet) == nil {
			t.Error("an engine without playbooks does something")
		}
		if e.Set() != (recovery.SetRef{}) || e.Diagnostics() != nil {
			t.Error("an engine without playbooks has some")
		}
	}
}

// TestTimesAreKeptToTheMicrosecond gives times with nanoseconds, in each way in which they come.
func TestTimesAreKeptToTheMicrosecond(t *testing.T) {
	h := newHost(t, updating, recovery.NewMemoryStore())
	fine := at("2026-03-01T12:00:00Z").Add(1234567)
	h.now = h.now.Add(7654321)
	in := recovery.Incident{ID: "T-1", Service: "parcel", OccurredAt: fine, ReportedAt: fine, UpdatedAt: fine}
	in.Paused = []recovery.Pause{{From: fine, Until: fine.Add(1234567)}}
	d, err := h.Handle(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	if d.DecidedAt.Nanosecond() != 7654000 || d.OccurredAt.Nanosecond() != 1234000 {
		t.Errorf("got %s, %s", d.DecidedAt, d.OccurredAt)
	}
	want := `{"id":"T-1","service":"parcel","occurred_at":"2026-03-01T12:00:00.001234Z","reported_at":"2026-03-01T12:00:00.001234Z",` +
		`"updated_at":"2026-03-01T12:00:00.001234Z","paused":[{"from":"2026-03-01T12:00:00.001234Z","until":"2026-03-01T12:00:00.002469Z"}]}`
	if got := h.sees(); got != want {
		t.Errorf("\ngot  %s\nwant %s", got, want)
	}
	if got := outcome(h.Handle(t.Context(), in)); got != "retry" {
		t.Errorf("told again: %s", got)
	}
}

// TestControlCharactersInIDs refuses them in each field that tells things apart.
func TestControlCharactersInIDs(t *testing.T) {
	h := newHost(t, updating, recovery.NewMemoryStore())
	for _, bad := range []string{"T\x00", "T\n1", "\u007fT", "T\u0085", "T\u200b1", "T\t"} {
		for path, in := range map[string]recovery.Incident{
			"id":          {ID: bad},
			"follows":     {ID: "T-1", Follows: bad},
			"provider":    {ID: "T-1", Provider: bad},
			"customer.id": {ID: "T-1", Customer: recovery.Customer{ID: bad}},
		} {
			in.Service, in.OccurredAt = "parcel", h.now
			if got := outcome(h.Handle(t.Context(), in)); got != "refused: "+path {
				t.Errorf("%q in %s: got %s", bad, path, got)
			}
		}
		if got := outcome(h.Update(t.Context(), bad, delta(whole))); got != "refused: id" {
			t.Errorf("update of %q: got %s", bad, got)
		}
	}
}
