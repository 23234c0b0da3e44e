package recovery_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/servicerecovery/amends/policy/worktime"
	"github.com/servicerecovery/amends/recovery"
)

// calendarNames keeps calendars by a name, as a store does.
type calendarNames map[string]*worktime.Calendar

func (n calendarNames) name(c *worktime.Calendar) string {
	text := string(c.AppendJSON(nil))
	n[text] = c
	return text
}

func (n calendarNames) find(name string) (*worktime.Calendar, error) {
	if _, ok := n[name]; !ok {
		return nil, fmt.Errorf("there is no such calendar")
	}
	return worktime.ParseCalendar([]byte(name))
}

// writtenStore reads back every record from its text before it answers.
type writtenStore struct {
	*recovery.MemoryStore
	calendars calendarNames
	commits   []recovery.Commit
}

func (s *writtenStore) reread(r *recovery.Record) *recovery.Record {
	text := r.AppendJSON(nil, s.calendars.name)
	back, err := recovery.ReadRecord(text, s.calendars.find)
	if err != nil {
		panic(fmt.Sprintf("%v\n%s", err, text))
	}
	if again := back.AppendJSON(nil, s.calendars.name); !bytes.Equal(text, again) {
		panic(fmt.Sprintf("read back, a record differs\nwas %s\nis  %s", text, again))
	}
	if a, b := r.Decision.AppendJSON(nil), back.Decision.AppendJSON(nil); !bytes.Equal(a, b) {
		panic(fmt.Sprintf("read back, a decision differs\nwas %s\nis  %s", a, b))
	}
	return back
}

func (s *writtenStore) Read(ctx context.Context, q recovery.Query) (recovery.Given, recovery.Version, error) {
	g, v, err := s.MemoryStore.Read(ctx, q)
	if g.Previous != nil {
		g.Previous = s.reread(g.Previous)
	}
	for i := range g.Made {
		g.Made[i] = *s.reread(&g.Made[i])
	}
	return g, v, err
}

func (s *writtenStore) Commit(ctx context.Context, c recovery.Commit) error {
	err := s.MemoryStore.Commit(ctx, c)
	if err == nil && c.Record != nil {
		s.commits = append(s.commits, c)
	}
	return err
}

const written = `
calendars:
  office: {zone: Europe/Madrid, hours: {mon-fri: "09:00-18:00"}, holidays: [2026-03-03]}
incident:
  delay: {type: duration, default: 0s}
facts:
  repeats: {count: incidents, same: [customer.id], last: 30d}
plays:
  - id: late
    approach: standardised-response
    when: incident.failure == "late"
    do:
      - acknowledge: {within: 4h, calendar: office}
      - inform: {every: 3h, calendar: office, if_late: [{escalate: {to: boss}}]}
      - resolve: {within: 2d, since: responded_at}
    cases:
      - when: incident.delay > duration("24h")
        do: [{compensate: {amount: 5 EUR}}]
  - id: gift
    approach: case-by-case
    when: incident.severity >= 4 && facts.repeats >= 0
    discretion:
      decider: boss
      within: 1d
      comparable: [service]
      tolerance: 25%
      options:
        - compensate: {amount: {from: 0 EUR, to: 50 EUR}, as: [cash, voucher]}
        - replace: {item: parcel}
`

// TestRecordJSON holds that nothing of a record gets lost in its text: told
// through a store that writes and reads each record, a story is the same, agenda
// included; and each decision of it can be made again.
func TestRecordJSON(t *testing.T) {
	plain := newDesk(t, written)
	store := &writtenStore{MemoryStore: recovery.NewMemoryStore(), calendars: calendarNames{}}
	through := newDesk(t, written, recovery.WithStore(store))
	tell := func(d *desk) (out []string) {
		note := func(x any, err error) {
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, fmt.Sprintf("%v", x))
		}
		ctx := context.Background()
		step := func(in recovery.Incident, days int) {
			d.now = at("2026-03-02T09:00:00Z").AddDate(0, 0, days)
			x := d.handle(in)
			note(string(x.AppendJSON(nil)), nil)
			for range 6 {
				d.now = d.now.Add(3 * time.Hour)
				owed, _, err := d.Agenda(ctx, "T-1")
				for i := range owed {
					owed[i].Choice = nil // a pointer; the choice stands in the decision
				}
				note(owed, err)
			}
			for _, c := range x.Choices {
				chosen, err := d.Choose(ctx, recovery.Selection{
					Incident: in.ID, Choice: c.ID, By: "Eva", Reason: "because",
					Options: []recovery.Selected{{Type: "compensate", Amount: recovery.MustMoney("12.50 EUR"), Params: map[string]any{"as": "cash"}}},
				})
				if err != nil {
					t.Fatal(err)
				}
				note(string(chosen.AppendJSON(nil)), nil)
			}
		}
		first := late(30 * time.Hour)
		first.ID, first.Severity, first.Customer.ID = "T-1", 4, "C-1"
		step(first, 0)
		first.RespondedAt = at("2026-03-02T15:00:00Z")
		step(first, 1)
		other := first
		other.ID = "T-2"
		step(other, 2)
		first.ResolvedAt, first.Severity = at("2026-03-04T15:00:00Z"), 1
		step(first, 3)
		return out
	}
	if diff := cmp.Diff(tell(plain), tell(through)); diff != "" {
		t.Error(diff)
	}
	if len(store.commits) < 6 {
		t.Fatalf("only %d records", len(store.commits))
	}
	for _, c := range store.commits {
		again, err := through.Replay(context.Background(), store.reread(c.Record), func(recovery.Query) (recovery.Given, error) { return c.Given, nil })
		if err != nil {
			t.Fatalf("%s: %v", c.Record.Decision.ID, err)
		}
		was, is := c.Record.AppendJSON(nil, store.calendars.name), again.AppendJSON(nil, store.calendars.name)
		if !bytes.Equal(was, is) {
			t.Errorf("decided again, it differs\nwas %s\nis  %s", was, is)
		}
	}
}

// Units are counted in 64 bits, also where Go's int has 32.
func TestUnitsOfARecordHave64Bits(t *testing.T) {
	const units = 5_000_000_000
	d := recovery.Decision{ID: "d", Incident: "i", Semantics: recovery.Semantics, DecidedAt: at("2026-03-02T10:00:00Z")}
	record := recovery.Record{Decision: &d, OccurredAt: d.DecidedAt, Reserves: []recovery.Reserve{{Partner: "p", Direction: "outbound", Units: units, At: d.DecidedAt}}}
	calendars := calendarNames{}
	text := record.AppendJSON(nil, calendars.name)
	read, err := recovery.ReadRecord(text, calendars.find)
	if err != nil || len(read.Reserves) != 1 || read.Reserves[0].Units != units {
		t.Errorf("%v\n%s", err, text)
	}
}

// TestDeliveriesSurvive holds that a store which keeps deliveries as text hands out what was put into it.
func TestDeliveriesSurvive(t *testing.T) {
	for _, failure := range []string{"late", "broken"} {
		d := newStreamDesk(t, streamed)
		d.tell(failure, 0)
		d.after(3 * time.Hour)
		d.again()
		names := calendarNames{}
		list := d.claim(time.Minute)
		if len(list) == 0 {
			t.Fatalf("%s: nothing was handed out", failure)
		}
		for i := range list {
			x := &list[i]
			kept := x.AppendJSON(nil, names.name)
			back, err := recovery.ReadDelivery(kept, names.find)
			if err != nil {
				t.Fatalf("%v\n%s", err, kept)
			}
			if again := back.AppendJSON(nil, names.name); !bytes.Equal(kept, again) {
				t.Errorf("read back, a delivery differs\nwas %s\nis  %s", kept, again)
			}
			if a, b := x.Open(), back.Open(); a != b {
				t.Errorf("for the rules it was %+v, and is %+v", a, b)
			}
		}
	}
}

func TestReadDeliveryRefuses(t *testing.T) {
	for _, text := range []string{``, `[]`, `{"key":1}`, `{"key":"e","action":"x"}`} {
		if d, err := recovery.ReadDelivery([]byte(text), nil); err == nil {
			t.Errorf("%s was read as %+v", text, d)
		}
	}
}

// TestDeliveriesForReaders holds that a delivery has a JSON of its own for hosts, whether it is about an action or a
// choice, and that it reads back to the same.
func TestDeliveriesForReaders(t *testing.T) {
	d := newStreamDesk(t, streamed)
	list := d.tell("late", 0).Effects()
	list = append(list, d.handle(recovery.Incident{ID: "T-2", Failure: "broken"}).Effects()...)
	asks := 0
	for _, x := range list {
		if x.Choice != nil {
			asks++
		}
		data, err := json.Marshal(x)
		if err != nil {
			t.Fatalf("%s: %v", text(&x), err)
		}
		var back recovery.Delivery
		if err := json.Unmarshal(data, &back); err != nil {
			t.Fatalf("%s: %v", data, err)
		}
		if again, err := json.Marshal(back); err != nil || string(again) != string(data) || text(&back) != text(&x) {
			t.Errorf("%s\nreads back as\n%s (%v)", data, again, err)
		}
	}
	if asks != 1 {
		t.Errorf("%d deliveries ask for a choice", asks)
	}
}
