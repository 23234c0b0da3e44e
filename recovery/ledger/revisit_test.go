package ledger

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/ledger/internal/log"
)

// revisitBy decides the cases of a ledger by a set, and hands each over in order.
func revisitBy(t *testing.T, dir log.Files, playbook string, each func(*Case, *recovery.Decision)) *Revisited {
	t.Helper()
	engine, err := recovery.Load(setOf(playbook))
	if err != nil {
		t.Fatal(err)
	}
	found, err := revisit(context.Background(), dir, RevisitOptions{Decide: func(c *Case) (func() error, error) {
		r, err := engine.Replay(context.Background(), c.Record, c.Given)
		if err != nil {
			return nil, err
		}
		return func() error { each(c, r.Decision); return nil }, nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// TestRevisit holds that the set that decided decides the same, for the latest
// decision of each incident and for nothing else.
func TestRevisit(t *testing.T) {
	dir := newMemoryFiles()
	l := openFiles(t, dir, 5000)
	tell(newDesk(t, l, story))
	var got []string
	found := revisitBy(t, dir, story, func(c *Case, d *recovery.Decision) {
		got = append(got, c.Record.Decision.Incident)
		given, _, err := l.Read(context.Background(), recovery.Query{Incident: d.Incident})
		if err != nil {
			t.Fatal(err)
		}
		if want := given.Previous.Decision; !bytes.Equal(want.AppendJSON(nil), d.AppendJSON(nil)) {
			t.Errorf("record %d: %s\nand not\n%s", c.Seq, d.AppendJSON(nil), want.AppendJSON(nil))
		}
	})
	if diff := cmp.Diff([]string{"T-2", "T-3", "T-1", "T-5"}, got); diff != "" {
		t.Error(diff)
	}
	if want := (Revisited{Cases: 4, Earlier: 1, Choices: 2, Refusals: 1}); *found != want {
		t.Errorf("%+v", found)
	}
}

// TestRevisitWhatWasErased goes on with the summary of precedents that are no more.
func TestRevisitWhatWasErased(t *testing.T) {
	dir := newMemoryFiles()
	l := openFiles(t, dir, 5000)
	tell(newDesk(t, l, story))
	if n, err := l.Erase(context.Background(), Erasure{Incident: "T-1"}); err != nil || n != 4 {
		t.Fatal(n, err)
	}
	var got []string
	found := revisitBy(t, dir, story, func(c *Case, d *recovery.Decision) { got = append(got, d.Incident) })
	if want := (Revisited{Cases: 3, Choices: 1, Refusals: 1, Erased: 3}); *found != want || len(got) != 3 {
		t.Errorf("%+v, %v", found, got)
	}
}

// TestRevisitAsksThePast asks for what was never read, in a ledger of many
// batches, and holds the answers against counting.
func TestRevisitAsksThePast(t *testing.T) {
	dir := newMemoryFiles()
	l := openFiles(t, dir, 1<<20)
	d := newDesk(t, l, "incident: {delay: {type: duration, default: 0s}}\nplays: [{id: all, approach: standardised-response, when: 'true', do: [{apologise: {}}]}]\n")
	handled, incidents := 1400, 900
	if testing.Short() {
		handled, incidents = 350, 225
	}
	before := map[string]string{} // what is to be found, for the latest decision of each
	seen := map[string]bool{}
	var order []string
	for i := range handled {
		id := named(i * 31 % incidents)
		d.now = d.now.Add(time.Second)
		d.handle(incident(id, "late", "C-1", time.Duration(i)*time.Hour, 3)) // never the same twice
		others := len(seen)
		if seen[id] {
			others--
			order = slices.DeleteFunc(order, func(x string) bool { return x == id })
		}
		seen[id] = true
		order = append(order, id)
		before[id] = fmt.Sprint(others, " EUR")
	}
	const asks = `
incident: {delay: {type: duration, default: 0s}}
facts: {others: {count: incidents, same: [customer.id], last: 30d}}
plays:
  - id: all
    approach: standardised-response
    when: incident.severity == 3
    do: [{compensate: {amount: 'money("1 EUR") * facts.others'}}]
`
	var got []string
	found := revisitBy(t, dir, asks, func(c *Case, d *recovery.Decision) {
		got = append(got, d.Incident)
		amount := "0 EUR"
		if len(d.Actions) > 0 && d.Actions[0].Type == "compensate" {
			amount = fmt.Sprint(d.Actions[0].Amount.Units()/100, " EUR")
		}
		if amount != before[d.Incident] {
			t.Errorf("%s: %s, not %s", d.Incident, amount, before[d.Incident])
		}
	})
	if diff := cmp.Diff(order, got); diff != "" {
		t.Error(diff)
	}
	if want := (Revisited{Cases: int64(incidents), Earlier: int64(handled - incidents)}); *found != want {
		t.Errorf("%+v", found)
	}
}

// TestRevisitEnds holds that errors of either function end it, and that an empty
// ledger has no cases.
func TestRevisitEnds(t *testing.T) {
	dir := newMemoryFiles()
	l := openFiles(t, dir, 5000)
	no := errors.New("no more")
	fails := func(c *Case) (func() error, error) { return nil, no }
	if found, err := revisit(context.Background(), dir, RevisitOptions{Decide: fails}); err != nil || *found != (Revisited{}) {
		t.Error(found, err)
	}
	tell(newDesk(t, l, story))
	if _, err := revisit(context.Background(), dir, RevisitOptions{Decide: fails}); !errors.Is(err, no) {
		t.Error(err)
	}
	if _, err := revisit(context.Background(), dir, RevisitOptions{Decide: func(*Case) (func() error, error) { return func() error { return no }, nil }}); !errors.Is(err, no) {
		t.Error(err)
	}
	last := int64(0)
	found, err := revisit(context.Background(), dir, RevisitOptions{
		Decide: func(*Case) (func() error, error) { return nil, nil },
		Progress: func(done, total int64) {
			if done < last || done > total {
				t.Errorf("%d of %d after %d", done, total, last)
			}
			last = done
		},
	})
	if err != nil || found.Cases != 4 || last == 0 {
		t.Error(found, err, last)
	}
}
