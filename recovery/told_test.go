package recovery_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/servicerecovery/amends/recovery"
)

const toldBook = `amends: v1
playbook: parcels
incident:
  vip: {type: bool, optional: true}
  delay: {type: duration, optional: true}
  order.value: {type: money, optional: true}
  ordered_on: {type: date, optional: true}
  weight: {type: double, optional: true, invalid: absent}
  parcels: {type: int, optional: true}
  lines: {items: {sku: string, price: {type: money, currency: EUR, optional: true}}, optional: true}
plays:
  - id: late
    approach: standardised-response
    review_by: 2027-06-30
    when: incident.failure == "late"
    do:
      - compensate: {amount: 5 EUR, as: credit}
---
amends: v1
map: zammad
zone: Europe/Madrid
only: {event: [ticket.create, ticket.update]}
fields:
  id: {text: "z-${ticket.number}"}
  service: {const: parcel}
  occurred_at: [ticket.incident_at, ticket.created_at]
  severity: {from: ticket.priority.name, words: {"1 low": 2, "2 normal": 3, "3 high": 4}, otherwise: 3}
  failure: {from: "ticket.tags[*]", first_of: [late, lost, damaged], otherwise: ""}
  customer.name: {text: "${ticket.customer.firstname} ${ticket.customer.lastname?}"}
  order.value: {from: "custom_fields[id=27642].value", currency: EUR, decimal: ","}
  delay: {from: ticket.minutes_late, unit: minutes}
  vip: {from: ticket.vip, true: [yes, Y, 1], false: [no, N, ""]}
  reported_at: {from: [Date, Time], format: d/m/y}
  resolved_at: {from: ticket.close_at, when: {ticket.state: closed}}
  paused: {from: ticket.state, while: [pending]}
  weight: ticket.weight
  parcels: {from: '["Ticket #"]'}
  lines: {from: "ticket.lines[*]", items: {id: no, sku: article, price: {from: price, decimal: "."}}}
  tags: "ticket.tags[*]"
  updated_at: {from: ticket.updated_at, format: epoch-ms}
missing: ["", "NULL", "?", "N/A"]
---
amends: v1
map: typed
fields: {id: no, service: parcel, occurred_at: at}
`

func toldEngine(t *testing.T) *recovery.Engine {
	t.Helper()
	now := time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)
	e, err := recovery.Load(fstest.MapFS{"p.yaml": {Data: []byte(toldBook)}}, recovery.WithClock(func() time.Time { return now }))
	if err != nil {
		t.Fatal(err)
	}
	return e
}

const wholePayload = `{"event": "ticket.create", "Date": "04/03/2026", "Time": "10:15 PM", "Ticket #": 2, "custom_fields": [{"id": 1, "value": "x"}, {"id": 27642, "value": "1.234,50"}],
 "ticket": {"number": 17, "created_at": "2026-03-02 10:00:00", "incident_at": null, "priority": {"name": "3 high"}, "tags": ["vip", "damaged", "late"],
 "customer": {"firstname": "Ana", "lastname": "Gil"}, "minutes_late": 90.5, "vip": "Y", "state": "pending", "close_at": "2026-03-03T10:00:00Z", "updated_at": 1772700000000.5,
 "weight": "1.5", "lines": [{"no": 1, "article": "A-1", "price": 10.5}, {"no": 2, "article": "B-2"}]}}`

func TestIncidentOfPayload(t *testing.T) {
	in, err := toldEngine(t).Incident(context.Background(), "zammad", []byte(wholePayload))
	if err != nil {
		t.Fatal(err)
	}
	got, err := in.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"id":"z-17","service":"parcel","occurred_at":"2026-03-02T09:00:00Z","failure":"late","severity":4,"reported_at":"2026-03-04T21:15:00Z","updated_at":"2026-03-05T08:40:00.0005Z","paused":[{"from":"2026-03-05T08:40:00.0005Z"}],"tags":["vip","damaged","late"],"customer":{"name":"Ana Gil"},` +
		`"delay":"1h30m30s","lines":[{"id":"1","price":"10.50 EUR","sku":"A-1"},{"id":"2","sku":"B-2"}],"order":{"value":"1234.50 EUR"},"parcels":2,"vip":true,"weight":1.5}`
	if string(got) != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// A payload may be a part: what it leaves out stays, what it has as null or missing goes.
func TestToldInParts(t *testing.T) {
	e, ctx := toldEngine(t), context.Background()
	tell := func(payload string) *recovery.Decision {
		t.Helper()
		d, err := e.Told(ctx, "zammad", []byte(payload))
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	if d := tell(wholePayload); d.Handled != recovery.HandledNew || len(d.Actions) != 1 {
		t.Fatalf("first: %s, %d actions", d.Handled, len(d.Actions))
	}
	if d := tell(`{"event": "ticket.update", "ticket": {"number": 17, "updated_at": 1772700060000}}`); d.Handled != recovery.HandledRetry {
		t.Errorf("an update that says nothing: %s", d.Handled)
	}
	if d := tell(`{"event": "ticket.update", "ticket": {"number": 17, "tags": null, "updated_at": 1772700120000}}`); d.Handled != recovery.HandledChanged || len(d.Plays) != 0 {
		t.Errorf("without tags: %s, plays %v", d.Handled, d.Plays)
	}
	if d := tell(`{"event": "ticket.update", "ticket": {"number": 17, "tags": ["late"], "updated_at": 1772700000000}}`); d.Handled != recovery.HandledOutdated {
		t.Errorf("an earlier version: %s", d.Handled)
	}
	var seen recovery.Incident
	for _, state := range []string{"open", "pending", "pending", "closed"} {
		at := map[string]string{"open": "1772700180000", "pending": "1772700240000", "closed": "1772700300000"}[state]
		tell(`{"event": "ticket.update", "ticket": {"number": 17, "state": "` + state + `", "close_at": "2026-03-05T09:00:00Z", "updated_at": ` + at + `}}`)
	}
	if _, err := e.Update(ctx, "z-17", func(in *recovery.Incident) error { seen = *in; return nil }); err != nil {
		t.Fatal(err)
	}
	if len(seen.Paused) != 2 || seen.Paused[0].Until.Sub(seen.Paused[0].From) < time.Minute || seen.Paused[1].Until.Sub(seen.Paused[1].From) != time.Minute {
		t.Errorf("pauses %v", seen.Paused)
	}
	if seen.ResolvedAt.IsZero() || seen.Customer.Name != "Ana Gil" || len(seen.Tags) > 0 {
		t.Errorf("resolved %v, customer %q, tags %v", seen.ResolvedAt, seen.Customer.Name, seen.Tags)
	}
	tell(`{"event": "ticket.update", "ticket": {"number": 17, "state": "open", "close_at": "2026-03-05T09:00:00Z", "updated_at": 1772700360000}}`)
	if _, err := e.Update(ctx, "z-17", func(in *recovery.Incident) error { seen = *in; return nil }); err != nil || !seen.ResolvedAt.IsZero() {
		t.Errorf("reopened: %v, %v", seen.ResolvedAt, err)
	}
}

// What does not fit is remembered as it came, so that nothing is decided by an older value.
func TestToldWhatDoesNotFit(t *testing.T) {
	e, ctx := toldEngine(t), context.Background()
	if _, err := e.Told(ctx, "zammad", []byte(wholePayload)); err != nil {
		t.Fatal(err)
	}
	_, err := e.Told(ctx, "zammad", []byte(`{"event": "ticket.update", "ticket": {"number": 17, "vip": "perhaps", "updated_at": 1772700060000}}`))
	var bad *recovery.PayloadError
	var refused *recovery.IncidentError
	if !errors.As(err, &bad) || !errors.As(err, &refused) || len(bad.Problems) != 1 {
		t.Fatalf("got %v", err)
	}
	const want = `the payload of incident "z-17" does not fit map zammad: vip: wanted one of "", "1", "N", "Y", "no" or "yes", found "perhaps" at ticket.vip (p.yaml:32); write a word for it, or ` + "`otherwise:` and the value for all others"
	if err.Error() != want {
		t.Errorf("got  %s\nwant %s", err, want)
	}
	if _, err = e.Told(ctx, "zammad", []byte(`{"event": "ticket.update", "ticket": {"number": 17, "minutes_late": 100, "updated_at": 1772700120000}}`)); !errors.As(err, &refused) {
		t.Errorf("an update that says nothing of it: %v", err)
	}
	if _, err = e.Told(ctx, "zammad", []byte(`{"event": "ticket.update", "ticket": {"number": 17, "vip": "no", "updated_at": 1772700180000}}`)); err != nil {
		t.Errorf("told better: %v", err)
	}
	d, err := e.Told(ctx, "zammad", []byte(`{"event": "ticket.update", "ticket": {"number": 17, "weight": "1,234", "updated_at": 1772700240000}}`))
	if err != nil || len(d.Warnings) != 1 || d.Warnings[0].Code != "invalid-field" {
		t.Errorf("a field that may be wrong: %v, %v", d, err)
	}
}

func TestToldErrors(t *testing.T) {
	e, ctx := toldEngine(t), context.Background()
	for _, test := range []struct {
		name, by string
		payload  any
		wants    string
		is       func(error) bool
	}{
		{"an unknown map", "zamad", "{}", `the playbooks have no map "zamad"; did you mean zammad?`, isAn[*recovery.UnknownMapError]},
		{"another event", "zammad", `{"event": "user.create"}`, "reads other payloads only", func(err error) bool { return errors.Is(err, recovery.ErrNotMeant) }},
		{"no event", "zammad", map[string]any{}, "reads other payloads only", func(err error) bool { return errors.Is(err, recovery.ErrNotMeant) }},
		{"no JSON", "zammad", []byte(`{"event`), "JSON", isAn[*recovery.JSONError]},
		{"what JSON cannot hold", "zammad", func() {}, "cannot be written as JSON", isAn[*recovery.JSONError]},
		{"other bytes", "zammad", []byte("\"\xe9\""), "write how it is encoded in the map", isAn[*recovery.JSONError]},
		{"no id", "zammad", map[string]any{"event": "ticket.create"}, "id: wanted a text that is not empty, found nothing at ticket.number (p.yaml:24)", isAn[*recovery.PayloadError]},
		{"a missing id", "zammad", `{"event": "ticket.create", "ticket": {"number": "?"}}`, "id: wanted a text that is not empty, found nothing", isAn[*recovery.PayloadError]},
		{"no time", "zammad", `{"event": "ticket.create", "ticket": {"number": 1}}`, "occurred_at: wanted an RFC 3339 time such as 2026-03-02T10:00:00Z, found nothing at ticket.incident_at or ticket.created_at (p.yaml:26)", isAn[*recovery.PayloadError]},
		{"a state without its time", "zammad", `{"event": "ticket.create", "ticket": {"number": 1, "created_at": "2026-03-02", "state": "pending"}}`, "updated_at: wanted a time, at which the pause begins or ends", isAn[*recovery.PayloadError]},
		{"a path that was meant as a text", "typed", `{"no": 1, "at": "2026-03-02T10:00:00Z"}`, "service: wanted text, found nothing at parcel (p.yaml:45); write `service: {const: parcel}`, if it is always this text", isAn[*recovery.PayloadError]},
		{"an ambiguous amount", "zammad", `{"event": "ticket.create", "ticket": {"number": 1, "created_at": "2026-03-02", "weight": "1,234", "lines": [{"no": 1, "article": "x", "price": "12,50"}]}}`,
			`lines[0].price: wanted an amount in EUR such as 12.50 EUR, found "12,50", which is not written with ` + "`decimal: \".\"`, at ticket.lines[0].price (p.yaml:38)", isAn[*recovery.PayloadError]},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := e.Told(ctx, test.by, test.payload)
			if err == nil || !strings.Contains(err.Error(), test.wants) || !test.is(err) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func isAn[T error](err error) bool {
	var target T
	return errors.As(err, &target)
}

// Whatever bytes come, an incident or an error is what they give, and an incident can be written.
func FuzzIncidentOfPayload(f *testing.F) {
	f.Add([]byte(wholePayload))
	for _, seed := range []string{`{}`, `[]`, `null`, `{"event": "ticket.create", "ticket": {"number": {"a": 1}, "tags": [[1], {}], "lines": [1, {"no": []}], "state": {}, "updated_at": 1e99}}`, "\xff", `{"event": ["ticket.create"]}`} {
		f.Add([]byte(seed))
	}
	e, err := recovery.Load(fstest.MapFS{"p.yaml": {Data: []byte(toldBook)}})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, payload []byte) {
		in, err := e.Incident(context.Background(), "zammad", payload)
		if err != nil && in.ID == "" {
			return
		}
		text, err := in.MarshalJSON()
		if err != nil {
			t.Fatalf("%q gives an incident that cannot be written: %v", payload, err)
		}
		var again recovery.Incident
		if err := again.UnmarshalJSON(text); err != nil {
			t.Fatalf("%q gives %s: %v", payload, text, err)
		}
	})
}

func ExampleEngine_Told() {
	const book = `amends: v1
playbook: parcels
plays:
  - {id: late, approach: standardised-response, review_by: 2027-06-30, when: incident.failure == "late", do: [compensate: {amount: 5 EUR}]}
---
amends: v1
map: tickets
fields:
  id: {text: "t-${number}"}
  service: {const: parcel}
  occurred_at: created_at
  failure: {from: "tags[*]", first_of: [late, lost], otherwise: ""}
`
	engine, err := recovery.Load(fstest.MapFS{"parcels.yaml": {Data: []byte(book)}})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, webhook := range []string{
		`{"number": 17, "created_at": "2026-03-02T10:00:00Z", "tags": ["vip"]}`,
		`{"number": 17, "tags": ["vip", "late"]}`, // a part: the rest stays as it was
	} {
		decision, err := engine.Told(context.Background(), "tickets", webhook)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(decision.Handled, len(decision.Actions))
	}
	_, err = engine.Told(context.Background(), "tickets", `{"number": 17, "created_at": "03/04/2026"}`)
	fmt.Println(err)
	// Output:
	// new 0
	// changed 1
	// the payload of incident "t-17" does not fit map tickets: occurred_at: wanted a time such as 2026-03-02T10:00:00Z, found "03/04/2026", which is ambiguous: the day or the month may come first, at created_at (parcels.yaml:11); write `format: d/m/y` or `format: m/d/y`, whichever the days are written with
}
