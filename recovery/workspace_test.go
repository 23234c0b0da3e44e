package recovery

import (
	"bytes"
	"context"
	"fmt"
	"testing"
	"testing/fstest"
	"time"
)

const scribbleSet = `amends: v1
playbook: pb
review_by: 2026-01-01
incident:
  value: {type: money, currency: EUR, default: 60 EUR}
facts:
  seen: {count: incidents, same: [customer.id, severity], last: 30d}
limits: [{of: compensate, at_most: 10 EUR, over: escalate, to: boss}]
messages:
  hello: {en: "Hello ${incident.customer.name}"}
plays:
  - id: a
    approach: standardised-response
    when: incident.severity > 2 && facts.seen < 100
    do:
      - acknowledge: {within: 1h, pauses: true, if_late: [{escalate: {to: boss}}]}
      - compensate: {amount: incident.value * percent(50), message: hello}
      - inform: {every: 4h, pauses: true}
  - id: b
    approach: case-by-case
    when: incident.customer.tier == "gold"
    discretion: {decider: boss, comparable: [customer.tier], options: [{refund: {amount: {from: 0 EUR, to: 50 EUR}}}]}
  - id: c
    approach: standardised-response
    when: "true"
    do: [{acknowledge: {within: 2h}}, {replace: {item: "part ${incident.failure}"}}]
`

// witness keeps what an engine hands to its store.
type witness struct {
	*MemoryStore
	queries []Query
	commits []Commit
}

func (s *witness) Read(ctx context.Context, q Query) (Given, Version, error) {
	s.queries = append(s.queries, q)
	return s.MemoryStore.Read(ctx, q)
}

func (s *witness) Commit(ctx context.Context, c Commit) error {
	s.commits = append(s.commits, c)
	return s.MemoryStore.Commit(ctx, c)
}

func (s *witness) text() string {
	var b bytes.Buffer
	for _, c := range s.commits {
		fmt.Fprintf(&b, "%s %s %v %v %+v\n", c.Record.Decision.AppendJSON(nil), c.Record.Incident, c.Record.Keys, c.Record.Reserves, c.Reads)
		for _, e := range c.Outbox {
			fmt.Fprintf(&b, "%+v\n", e)
		}
		fmt.Fprintf(&b, "%+v\n", c.Record.Promises)
	}
	fmt.Fprintf(&b, "%+v\n", s.queries)
	return b.String()
}

// TestNothingPointsIntoAWorkspace writes over all of a workspace once it is free:
// what was decided in it must not change.
func TestNothingPointsIntoAWorkspace(t *testing.T) {
	store := &witness{MemoryStore: NewMemoryStore()}
	now := at("2026-03-02T09:00:00Z")
	engine, err := Load(fstest.MapFS{"set.yaml": {Data: []byte(scribbleSet)}}, WithStore(store), WithClock(func() time.Time { return now }))
	if err != nil {
		t.Fatal(err)
	}
	in := Incident{
		ID: "T-1", Service: "parcel", Failure: "late", Severity: 4, OccurredAt: at("2026-03-01T12:00:00Z"), Tags: []string{"a"},
		Customer: Customer{ID: "C", Name: "Ana", Tier: "gold"}, Paused: []Pause{{From: at("2026-03-02T07:00:00Z"), Until: at("2026-03-02T08:00:00Z")}},
		Fields: map[string]any{"x": map[string]any{"y": []any{1, "z"}}},
	}
	for i := range 4 {
		in.Severity = 3 + i%2
		now = now.Add(time.Minute)
		d, err := engine.Handle(t.Context(), in)
		if err != nil {
			t.Fatal(err)
		}
		before, shown := store.text(), string(d.AppendJSON(nil))
		scribble(engine.current.Load())
		if after := store.text(); after != before {
			t.Fatalf("it was\n%s\nand is\n%s", before, after)
		}
		if after := string(d.AppendJSON(nil)); after != shown {
			t.Fatalf("it was\n%s\nand is\n%s", shown, after)
		}
	}
}

// scribble writes over the workspace that was used last, and leaves it to be used
// again.
func scribble(r *ruleset) {
	w, _ := r.workspaces.Get().(*workspace)
	if w == nil {
		return
	}
	for _, text := range [][]byte{w.record, w.text} {
		text = text[:cap(text)]
		for i := range text {
			text[i] = '#'
		}
	}
	drafts, slots := w.drafts[:cap(w.drafts)], w.slots[:cap(w.slots)]
	for i := range drafts {
		drafts[i] = draft{Action: Action{ID: "junk", Type: "junk", Plays: []string{"junk"}}}
	}
	for i := range slots {
		slots[i] = 99
	}
	clear(drafts)
	r.workspaces.Put(w)
}

// A free workspace holds nothing of the incident that it was used for.
func TestAFreeWorkspaceIsEmpty(t *testing.T) {
	engine, err := Load(fstest.MapFS{"set.yaml": {Data: []byte(scribbleSet)}})
	if err != nil {
		t.Fatal(err)
	}
	r := engine.current.Load()
	w := r.workspace()
	in := Incident{ID: "T", Service: "s", OccurredAt: at("2026-03-01T12:00:00Z"), Severity: 4, Fields: map[string]any{"x": 1}}
	_, err = r.validate(context.Background(), w, &in, at("2026-03-02T09:00:00Z"), false)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.conclude(w, Given{}, nil); err != nil {
		t.Fatal(err)
	}
	r.release(w)
	for i := range w.drafts[:cap(w.drafts)] {
		if d := &w.drafts[:cap(w.drafts)][i]; d.ID != "" || d.Plays != nil || d.play != nil {
			t.Errorf("draft %d is still %v", i, d.Action)
		}
	}
	for _, d := range w.list[:cap(w.list)] {
		if d != nil {
			t.Errorf("the list still holds %v", d.Action)
		}
	}
	if w.subject.input != nil || w.subject.id != "" || w.conclusion.subject != nil {
		t.Error("the incident, or what was made of it, is still there")
	}
}

// What a playbook has narrowed of one incident is not missing of the next.
func TestANarrowedFieldStartsAnew(t *testing.T) {
	const set = "amends: v1\nplaybook: pb\nreview_by: 2027-01-01\napplies: incident.service == \"parcel\"\nincident:\n  failure: {one_of: [late]}\n  region: {required: true}\n" +
		"plays: [{id: a, approach: standardised-response, when: true, do: [{acknowledge: {}}]}]\n"
	decide := func(incidents ...Incident) []byte {
		engine, err := Load(fstest.MapFS{"set.yaml": {Data: []byte(set)}}, WithClock(func() time.Time { return time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC) }))
		if err != nil {
			t.Fatal(err)
		}
		var last []byte
		for _, in := range incidents {
			in.ID, in.OccurredAt = "I", time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
			d, err := engine.Decide(context.Background(), in)
			last = fmt.Append(nil, err)
			if err == nil {
				last = d.AppendJSON(nil)
			}
		}
		return last
	}
	whole := Incident{Service: "parcel", Failure: "late", Region: "north"}
	for _, before := range []Incident{whole, {Service: "parcel"}, {Service: "letter", Failure: "wet"}} {
		for _, in := range []Incident{{Service: "letter"}, {Service: "parcel", Region: "north"}, {Service: "parcel", Failure: "late"}, whole} {
			if got, want := decide(before, in), decide(in); !bytes.Equal(got, want) {
				t.Errorf("%+v after %+v:\n%s\nand alone:\n%s", in, before, got, want)
			}
		}
	}
}
