package ledger

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/servicerecovery/amends/recovery"
)

// TestEqual finds equal cases that did not get the same, by what stands in the
// end.
func TestEqual(t *testing.T) {
	dir := newMemoryFiles()
	l := openFiles(t, dir, 10_000)
	d := newDesk(t, l, story)
	handle := func(id, region string, severity int, amounts ...string) {
		in := incident(id, "broken", "C-"+id, 0, severity)
		in.Region = region
		x := d.handle(in)
		for _, a := range amounts {
			d.choose(x, a, "Eva", "as I see fit")
		}
	}
	handle("T-1", "north", 4, "10 EUR")
	handle("T-2", "south", 4, "10 EUR")
	handle("T-3", "south", 4, "40 EUR")
	handle("T-4", "north", 1)
	handle("T-5", "south", 1)
	handle("T-6", "south", 5, "10 EUR")
	handle("T-7", "south", 5, "20 EUR")
	handle("T-7", "south", 1) // decided again, the choice falls
	got, err := equal(context.Background(), dir, EqualOptions{Same: []string{"service", "severity"}, Across: []string{"region"}})
	if err != nil {
		t.Fatal(err)
	}
	if got.Cases != 7 || len(got.Unequal) != 1 {
		t.Fatalf("%+v", got)
	}
	g := got.Unequal[0]
	var lines []string
	for _, o := range g.Outcomes {
		lines = append(lines, fmt.Sprint(o.Across[0].Text, " ", o.Redress, " ", o.Plays, " ", o.Choosers, " ", o.Count, " ", o.Incidents))
	}
	want := []string{
		"north [compensate 10.00 EUR] [pb/gift] [Eva] 1 [T-1]",
		"south [compensate 10.00 EUR] [pb/gift] [Eva] 1 [T-2]",
		"south [compensate 40.00 EUR] [pb/gift] [Eva] 1 [T-3]",
	}
	if diff := cmp.Diff(want, lines); diff != "" || !g.Between {
		t.Error(diff, g.Between)
	}
	if len(got.Deviations) != 2 || got.Deviations[0].Deviation != "300%" || got.Deviations[0].Incident != "T-3" || got.Deviations[0].Reason != "as I see fit" {
		t.Errorf("%+v", got.Deviations)
	}
	if _, err := equal(context.Background(), dir, EqualOptions{}); err == nil {
		t.Error("cases were equal by nothing")
	}
}

// TestReplayWithOtherPlaybooks reports each field that another set changes.
func TestReplayWithOtherPlaybooks(t *testing.T) {
	dir := newMemoryFiles()
	l := openFiles(t, dir, 5000)
	tell(newDesk(t, l, story))
	differ := func(playbook string) (out []string, r *Replayed) {
		r, err := replay(context.Background(), dir, ReplayOptions{Playbooks: setOf(playbook), Differs: func(d Difference) error {
			out = append(out, fmt.Sprint(d.Incident, " ", d.Changes, " ", d.Error))
			return nil
		}})
		if err != nil {
			t.Fatal(err)
		}
		return out, r
	}
	// The same meaning in other words, further down the file.
	if out, r := differ("\n\n" + story); len(out) > 0 || r.Same != 8 {
		t.Errorf("%v, %+v", out, r)
	}
	const other = `
incident:
  delay: {type: duration, default: 0s}
facts:
  parcels: {count: incidents, same: [service], last: 30d}
plays:
  - id: late
    approach: standardised-response
    when: incident.failure == "late"
    do: [{compensate: {amount: 'facts.parcels > 1 ? money("7 EUR") : money("5 EUR")'}}]
`
	out, r := differ(other)
	if r.Different != 7 || len(out) != 7 {
		t.Fatalf("%+v\n%v", r, out)
	}
	seen := map[string]bool{}
	_, err := replay(context.Background(), dir, ReplayOptions{Playbooks: setOf(other), Differs: func(d Difference) error {
		for _, c := range d.Changes {
			if c.Path == "facts.parcels" {
				seen[d.Incident+" "+c.Is] = true
			}
		}
		return nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"T-1 0", "T-2 1", "T-3 2", "T-1 2", "T-5 3"} {
		if !seen[want] {
			t.Errorf("%s was not asked: %v", want, seen)
		}
	}
}

// TestReplayFindsChanges decides again what was not decided so.
func TestReplayFindsChanges(t *testing.T) {
	dir := newMemoryFiles()
	l := openFiles(t, dir, 5000)
	d := newDesk(t, l, story)
	// A store in between that gives more than the playbooks say.
	generous, err := recovery.Load(setOf(story), recovery.WithClock(func() time.Time { return d.now }), recovery.WithStore(generousStore{l}))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := generous.Handle(context.Background(), incident("T-1", "late", "C-1", 30*time.Hour, 1)); err != nil {
		t.Fatal(err)
	}
	var got []Change
	r, err := replay(context.Background(), dir, ReplayOptions{Differs: func(d Difference) error { got = d.Changes; return d.Error }})
	if err != nil || r.Different != 1 {
		t.Fatalf("%+v, %v", r, err)
	}
	if diff := cmp.Diff([]Change{{Path: "actions[2].amount.value", Was: `"500.00"`, Is: `"5.00"`}}, got); diff != "" {
		t.Error(diff)
	}
}

type generousStore struct{ *Ledger }

func (s generousStore) Commit(ctx context.Context, c recovery.Commit) error {
	r, d := *c.Record, *c.Record.Decision
	d.Actions = append([]recovery.Action(nil), d.Actions...)
	d.Actions[2].Amount = recovery.MustMoney("500 EUR")
	r.Decision, c.Record = &d, &r
	return s.Ledger.Commit(ctx, c)
}
