package ledger

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"testing/fstest"
	"time"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/ledger/internal/log"
)

// desk is an engine over a ledger, with a clock that tests turn.
type desk struct {
	*recovery.Engine
	t      testing.TB
	now    time.Time
	ledger *Ledger
}

const story = `
calendars:
  office: {zone: Europe/Madrid, hours: {mon-fri: "09:00-18:00"}, holidays: [2026-03-03]}
incident:
  delay: {type: duration, default: 0s}
facts:
  repeats: {count: incidents, same: [customer.id], last: 30d}
  credited: {sum: compensate, currency: EUR, same: [customer.id], last: 30d}
partners:
  quickbike:
    agreement: {ref: QB-1, from: 2026-01-01, until: 2027-01-01}
    outbound: {capacity: {units: 1, per: day}, cost: 3 EUR}
limits: [{of: compensate, at_most: 300 EUR, counting: credited}]
plays:
  - id: late
    approach: standardised-response
    when: incident.failure == "late" && facts.repeats >= 0
    do:
      - acknowledge: {within: 4h, calendar: office}
      - inform: {every: 3h, calendar: office, if_late: [{escalate: {to: boss}}]}
    cases:
      - when: incident.delay > duration("24h")
        do: [{compensate: {amount: 5 EUR}}]
  - id: gift
    approach: case-by-case
    when: incident.severity >= 4
    discretion:
      decider: boss
      within: 1d
      comparable: [service]
      tolerance: 25%
      options:
        - compensate: {amount: {from: 0 EUR, to: 50 EUR}, as: [cash, voucher]}
        - replace: {item: parcel}
  - id: bring
    approach: partner-substitute
    when: incident.failure == "lost"
    substitute: {partners: [quickbike], units: 1}
    otherwise: [{refund: {amount: 20 EUR}}]
`

func setOf(playbook string) fstest.MapFS {
	return fstest.MapFS{"set.yaml": {Data: []byte("amends: v1\nplaybook: pb\nreview_by: 2027-01-01\n" + playbook)}}
}

func newDesk(t testing.TB, l *Ledger, playbook string) *desk {
	t.Helper()
	d := &desk{t: t, now: at("2026-03-02T09:00:00Z"), ledger: l}
	engine, err := recovery.Load(setOf(playbook), recovery.WithStore(l), recovery.WithClock(func() time.Time { return d.now }))
	if err != nil {
		t.Fatal(err)
	}
	d.Engine = engine
	return d
}

func at(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		panic(err)
	}
	return t.UTC()
}

func (d *desk) handle(in recovery.Incident) *recovery.Decision {
	d.t.Helper()
	out, err := d.Handle(context.Background(), in)
	if err != nil {
		d.t.Fatal(err)
	}
	return out
}

func (d *desk) choose(x *recovery.Decision, amount, by, reason string) *recovery.Decision {
	d.t.Helper()
	out, err := d.Choose(context.Background(), recovery.Selection{
		Incident: x.Incident, Choice: x.Choices[0].ID, By: by, Reason: reason,
		Options: []recovery.Selected{{Type: "compensate", Amount: recovery.MustMoney(amount), Params: map[string]any{"as": "cash"}}},
	})
	if err != nil {
		d.t.Fatal(err)
	}
	return out
}

func incident(id, failure, customer string, delay time.Duration, severity int) recovery.Incident {
	return recovery.Incident{
		ID: id, Service: "parcel", Failure: failure, Severity: severity, OccurredAt: at("2026-03-01T12:00:00Z"),
		Customer: recovery.Customer{ID: customer}, Fields: map[string]any{"delay": delay},
	}
}

// tell makes a ledger in which everything has happened once.
func tell(d *desk) {
	d.t.Helper()
	ctx := context.Background()
	first := d.handle(incident("T-1", "late", "C-1", 30*time.Hour, 4))
	d.choose(first, "10 EUR", "Eva", "")
	if err := d.Report(ctx, recovery.Report{Incident: "T-1", Action: first.Actions[0].ID, At: d.now.Add(time.Hour), Note: "by phone"}); err != nil {
		d.t.Fatal(err)
	}
	d.now = d.now.Add(24 * time.Hour)
	second := d.handle(incident("T-2", "late", "C-2", time.Hour, 4))
	d.choose(second, "20 EUR", "Ada", "she waited twice")
	d.handle(incident("T-3", "lost", "C-1", 0, 1))
	d.handle(incident("T-1", "late", "C-1", 80*time.Hour, 4))
	if _, err := d.Handle(ctx, recovery.Incident{ID: "T-4", Severity: 7}); err == nil {
		d.t.Fatal("a bad incident was decided")
	}
	d.handle(incident("T-5", "other", "", 0, 1))
}

func verifyT(t testing.TB, dir log.Files) *Verification {
	t.Helper()
	v, err := verify(context.Background(), dir, VerifyOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func openFiles(t testing.TB, dir log.Files, limit int64) *Ledger {
	t.Helper()
	l, err := open(dir, limit)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() }) // some tests close it before
	return l
}

// plain makes a commit of a made-up decision.
func plain(l recovery.Store, id, incident string, parts ...func(*recovery.Record)) (recovery.Commit, error) {
	r := &recovery.Record{
		Decision: &recovery.Decision{
			ID: id, Incident: incident, DecidedAt: at("2026-03-02T12:00:00Z"), Semantics: recovery.Semantics, Set: recovery.SetRef{Digest: "sha256:00"},
		},
		Incident: []byte(`{"id":"` + incident + `"}`), Keys: map[string]string{"id": incident},
		OccurredAt: at("2026-03-02T12:00:00Z"), Base: at("2026-03-02T12:00:00Z"),
	}
	for _, p := range parts {
		p(r)
	}
	q := recovery.Query{Incident: incident}
	given, version, err := l.Read(context.Background(), q)
	return recovery.Commit{Record: r, Reads: q, Given: given, Version: version}, err
}

func commitPlain(l recovery.Store, id, incident string, parts ...func(*recovery.Record)) error {
	c, err := plain(l, id, incident, parts...)
	if err != nil {
		return err
	}
	return l.Commit(context.Background(), c)
}

// latest is the id of an incident's latest decision.
func latest(t testing.TB, l recovery.Store, incident string) string {
	t.Helper()
	given, _, err := l.Read(context.Background(), recovery.Query{Incident: incident})
	if err != nil {
		t.Fatal(err)
	}
	if given.Previous == nil {
		return ""
	}
	return given.Previous.Decision.ID
}

func wantDamage(t testing.TB, err error) *Damage {
	t.Helper()
	var d *Damage
	if !errors.As(err, &d) {
		t.Fatalf("got %v, want damage", err)
	}
	return d
}

func text(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(b)
}

func named(i int) string { return fmt.Sprint("T-", i) }
