package due_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/due"
)

const playbook = `amends: v1
playbook: desk
review_by: 2000-06-01
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
  - id: slow
    approach: standardised-response
    when: incident.failure == "slow"
    do:
      - respond: {within: 2h, if_late: [{escalate: {to: lead}}]}
  - id: gone
    approach: standardised-response
    when: incident.failure == "gone"
    do:
      - refund: {amount: 20 EUR}
      - callback: {}
`

// desk is an engine with a store that keeps deliveries, and a host that writes down what it carries out.
type desk struct {
	*recovery.Engine
	t     *testing.T
	store *recovery.MemoryStore
	start time.Time

	mu       sync.Mutex
	done     []string // with the time since the start
	failures []string
	// carry is asked before a delivery is written down.
	carry func(ctx context.Context, d recovery.Delivery) error
}

func files(text string) fstest.MapFS { return fstest.MapFS{"set.yaml": {Data: []byte(text)}} }

func newDesk(t *testing.T, options ...recovery.Option) *desk {
	t.Helper()
	d := &desk{t: t, store: recovery.NewMemoryStore(recovery.KeepDeliveries()), start: time.Now()}
	engine, err := recovery.Load(files(playbook), append([]recovery.Option{recovery.WithStore(d.store)}, options...)...)
	if err != nil {
		t.Fatal(err)
	}
	d.Engine = engine
	return d
}

func (d *desk) tell(id, failure string, change ...func(*recovery.Incident)) {
	d.t.Helper()
	in := recovery.Incident{ID: id, Service: "parcel", Failure: failure, OccurredAt: d.start.Add(-time.Hour), Language: "en"}
	for _, c := range change {
		c(&in)
	}
	if _, err := d.Handle(context.Background(), in); err != nil {
		d.t.Fatal(err)
	}
}

func delayed(by time.Duration) func(*recovery.Incident) {
	return func(in *recovery.Incident) { in.Fields = map[string]any{"delay": by} }
}

// text is what a delivery is about.
func text(x *recovery.Delivery) string {
	what := "choice"
	if x.Action != nil {
		what = x.Action.Type
		if x.Action.Amount.IsSet() {
			what += " " + x.Action.Difference().String()
		}
	}
	return x.Incident + " " + x.Do + " " + what
}

func (d *desk) deliver(ctx context.Context, x recovery.Delivery) error {
	if d.carry != nil {
		if err := d.carry(ctx, x); err != nil {
			return err
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.done = append(d.done, fmt.Sprint(d.since(), " ", text(&x)))
	return nil
}

func (d *desk) since() time.Duration { return time.Since(d.start).Round(time.Second) }

func (d *desk) failed(f due.Failure) {
	d.mu.Lock()
	defer d.mu.Unlock()
	what := f.Incident
	if f.Delivery != nil {
		what = text(f.Delivery)
	}
	again := "never"
	if !f.Again.IsZero() {
		again = f.Again.Sub(d.start).Round(time.Second).String()
	}
	d.failures = append(d.failures, fmt.Sprintf("%s %s: %v (%d), again %s", d.since(), what, f.Err, f.Attempt, again))
}

func (d *desk) runner() due.Runner {
	return due.Runner{Engine: d.Engine, Store: d.store, Deliver: d.deliver, Failed: d.failed, Poll: time.Minute}
}

// begin runs a runner until the returned function is called.
func (d *desk) begin(r due.Runner) (end func()) {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- r.Run(ctx) }()
	return func() {
		d.t.Helper()
		cancel()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			d.t.Errorf("the run ended with %v", err)
		}
	}
}

// during runs a runner for a time.
func (d *desk) during(long time.Duration, r due.Runner) {
	d.t.Helper()
	end := d.begin(r)
	time.Sleep(long)
	synctest.Wait()
	end()
}

// want holds what was carried out since it was asked last.
func (d *desk) want(want ...string) {
	d.t.Helper()
	d.mu.Lock()
	defer d.mu.Unlock()
	if !slices.Equal(d.done, want) {
		d.t.Errorf("carried out:\n  %s\nwant:\n  %s", strings.Join(d.done, "\n  "), strings.Join(want, "\n  "))
	}
	d.done = nil
}

func (d *desk) wantFailures(want ...string) {
	d.t.Helper()
	d.mu.Lock()
	defer d.mu.Unlock()
	if !slices.Equal(d.failures, want) {
		d.t.Errorf("failures:\n  %s\nwant:\n  %s", strings.Join(d.failures, "\n  "), strings.Join(want, "\n  "))
	}
	d.failures = nil
}

// owed are the states and types of what is owed on an incident.
func (d *desk) owed(id string) string {
	d.t.Helper()
	owed, _, err := d.Agenda(context.Background(), id)
	if err != nil {
		d.t.Fatal(err)
	}
	var out []string
	for _, o := range owed {
		out = append(out, string(o.State)+" "+o.Action.Type)
	}
	return strings.Join(out, ", ")
}

func (d *desk) given(id string) recovery.Given {
	d.t.Helper()
	given, _, err := d.store.Read(context.Background(), recovery.Query{Namespace: d.Namespace(), Incident: id})
	if err != nil {
		d.t.Fatal(err)
	}
	return given
}

// reports are the outcomes that were reported on an incident, in order.
func (d *desk) reports(id string) string {
	var out []string
	for _, r := range d.given(id).Reports {
		out = append(out, string(r.Outcome))
	}
	return strings.Join(out, " ")
}
