package recoverytest

import (
	"bytes"
	"fmt"
	"slices"
	"testing/fstest"
	"time"

	"github.com/servicerecovery/amends/policy/worktime"
	"github.com/servicerecovery/amends/recovery"
)

// engineSet decides with calendars, pauses, steps, choices, and parameters of every kind.
const engineSet = `amends: v1
shared: kit
roles: [agent, lead, boss]
calendars:
  office:
    zone: Europe/Madrid
    versions:
      - {from: 2020-01-01, hours: {mon-fri: ["09:00-14:00", "16:00-19:00"]}, cutoff: "18:00", seasons: [{from: 07-01, until: 08-31, hours: {mon-fri: "08:00-15:00"}}]}
      - {from: 2027-01-01, hours: {mon-sat: "09:00-14:00"}}
    holidays: [{date: 2026-12-24, hours: "09:00-12:00"}, {from: 2026-03-05, until: 2026-03-06, name: works}, {every: 12-25}, {easter: -2}, {easter: 1, church: orthodox}]
  nights: {zone: UTC, hours: {mon-fri: "21:00-02:00"}}
actions:
  everything:
    params:
      text: string
      number: int
      rate: double
      flag: bool
      moment: timestamp
      day: date
      wait: duration
      fee: {type: money, currency: JPY}
      share: percent
      texts: [string]
      numbers: [int]
      waits: [duration]
messages:
  sorry: {en: "You get ${action.amount}.", de: "Sie bekommen ${action.amount}."}
---
amends: v1
playbook: kit
review_by: 2030-01-01
zone: Europe/Madrid
incident:
  rate: {type: double, default: 0.1}
  size: {type: int, default: 3}
  price: {type: money, currency: EUR, optional: true}
facts:
  earlier: {sum: compensate, same: [customer.id], last: 90d, currency: EUR}
plays:
  - id: late
    approach: standardised-response
    when: incident.failure == "late"
    do:
      - everything: {text: "“a” <b> & \\", number: -7, rate: incident.rate, flag: true, moment: incident.occurred_at, day: 2026-02-28, wait: 36h, fee: 1200 JPY, share: 12.5%, texts: [a, b], numbers: [], waits: [1m, -2h]}
      - resolve: {within: 2wd, calendar: office, pauses: true, remind: [{notify: {to: lead, before: 25%, every: 20m}}], if_late: [{escalate: {to: boss, within: 1h, calendar: nights, every: 5h}}]}
      - respond: {since: waiting_since, within: 4h, calendar: office, pauses: true}
      - inform: {every: 3h, calendar: office}
      - compensate: {amount: 'incident.?price.orValue(money("5 EUR")) * percent(10)', message: sorry, as: voucher}
      - survey: {after: 1mo}
  - id: choose
    approach: case-by-case
    when: incident.failure == "late"
    discretion:
      decider: agent
      within: 3h
      calendar: office
      remind: [{notify: {to: agent, before: 30m}}]
      if_late: [{escalate: {to: lead}}]
      comparable: [service, severity]
      options: [{refund: {amount: {from: 1 EUR, to: 50 EUR}}}, {callback: {within: 4h, pauses: true, if_late: [{escalate: {to: lead}}]}}]
      authority: {agent: 10 EUR}
      second: {above: 10 EUR, by: boss}
`

// mirrored is an engine on the store under test, and one on a store in memory that is told the same.
type mirrored struct {
	*kit
	now     time.Time
	engines [2]*recovery.Engine // the store under test, and memory
	memory  *recovery.MemoryStore
	streams bool
}

// readsEngines lets an engine decide, choose, report and decide again, and compares what the store under test
// keeps with what a store in memory keeps.
func readsEngines(k *kit) {
	k.mirrored().lives()
}

func (k *kit) mirrored() *mirrored {
	k.Helper()
	m := &mirrored{kit: k, now: noon()}
	if _, ok := k.store.(recovery.Stream); ok {
		given, _ := k.read(recovery.Query{Incident: "E"})
		m.streams = given.Stream != nil
	}
	m.memory = recovery.NewMemoryStore()
	if m.streams {
		m.memory = recovery.NewMemoryStore(recovery.KeepDeliveries())
	}
	m.engines = [2]*recovery.Engine{m.on(k.store), m.on(m.memory)}
	return m
}

// each does the same with both engines, and compares what comes of it.
func (m *mirrored) each(what string, do func(*recovery.Engine) (*recovery.Decision, error)) {
	m.Helper()
	var lines [2]string
	for i, e := range m.engines {
		d, err := do(e)
		if d != nil {
			lines[i] = string(d.AppendJSON(nil))
		}
		lines[i] += fmt.Sprint(err)
	}
	if lines[0] != lines[1] {
		m.Fatalf("%s: got\n%s\nbut with a store in memory\n%s", what, lines[0], lines[1])
	}
	m.compare(what)
}

// compare compares what both stores know of the incident.
func (m *mirrored) compare(what string) {
	m.Helper()
	q := recovery.Query{Namespace: "acme", Incident: "E"}
	got, _ := m.read(q)
	want, _, err := m.memory.Read(m.Context(), q)
	if err != nil {
		m.Fatal(err)
	}
	if (got.Previous == nil) != (want.Previous == nil) || len(got.Made) != len(want.Made) || len(got.Reports) != len(want.Reports) {
		m.Fatalf("%s: the store knows %v, %d choices and %d reports, but one in memory %v, %d and %d", what, got.Previous, len(got.Made), len(got.Reports), want.Previous, len(want.Made), len(want.Reports))
	}
	if want.Previous == nil {
		return
	}
	wantRecord(m.T, got.Previous, want.Previous)
	for i := range want.Made {
		wantRecord(m.T, &got.Made[i], &want.Made[i])
	}
	for _, after := range [...]time.Duration{0, 5 * time.Hour, 100 * time.Hour} {
		a, b := agendaText(&got, m.now.Add(after)), agendaText(&want, m.now.Add(after))
		if a != b {
			m.Errorf("%s: %s later, the agenda is\n%s\nbut with a store in memory\n%s", what, after, a, b)
		}
	}
}

// agendaText is what is owed at a time, as text.
func agendaText(g *recovery.Given, now time.Time) string {
	owed, next, err := g.Agenda(now)
	var out bytes.Buffer
	for _, o := range owed {
		fmt.Fprintln(&out, o.State, o.Action.String(), o.At, o.Over, o.Key)
	}
	fmt.Fprintln(&out, next, err)
	return out.String()
}

// lives tells the story of one incident.
func (m *mirrored) lives() {
	ctx := m.Context()
	pass := func(d time.Duration) { m.now = m.now.Add(d) }
	in := recovery.Incident{
		ID: "E", Service: "parcel", Failure: "late", OccurredAt: noon().Add(-90 * time.Minute), WaitingSince: noon().Add(-time.Hour), UpdatedAt: noon(),
		Customer: recovery.Customer{ID: "C", Name: "Ana"}, Language: "de_AT", Tags: []string{"b", "a"},
		Fields: map[string]any{"price": recovery.MustMoney("99.90 EUR"), "undeclared": map[string]any{"x": 1.5}},
		Paused: []recovery.Pause{{From: noon().Add(-30 * time.Minute), Until: noon().Add(-20 * time.Minute)}, {From: noon().Add(-time.Minute)}},
	}
	m.each("handling", func(e *recovery.Engine) (*recovery.Decision, error) { return e.Handle(ctx, in) })
	m.deliver("handling", recovery.OutcomeDone)
	pass(time.Hour)
	m.each("changing", func(e *recovery.Engine) (*recovery.Decision, error) {
		return e.Update(ctx, "E", func(in *recovery.Incident) error {
			if len(in.Paused) != 2 {
				return fmt.Errorf("the incident was told with 2 pauses, and comes back with %d", len(in.Paused))
			}
			in.Paused[1].Until, in.UpdatedAt = m.now, m.now
			in.Fields["rate"] = 0.25
			return nil
		})
	})
	m.each("refusing", func(e *recovery.Engine) (*recovery.Decision, error) {
		return e.Update(ctx, "E", func(in *recovery.Incident) error { in.Severity = 9; return nil })
	})
	m.each("mending", func(e *recovery.Engine) (*recovery.Decision, error) {
		return e.Update(ctx, "E", func(in *recovery.Incident) error { in.Severity = 4; return nil })
	})
	choice := m.choice()
	m.each("proposing", func(e *recovery.Engine) (*recovery.Decision, error) {
		return e.Choose(ctx, recovery.Selection{Incident: "E", Choice: choice, By: "Eva", Roles: []string{"agent"}, Reason: "fair",
			Options: []recovery.Selected{{Type: "refund", Amount: recovery.MustMoney("20 EUR")}}})
	})
	pass(time.Minute)
	m.each("agreeing", func(e *recovery.Engine) (*recovery.Decision, error) {
		return e.Approve(ctx, choice, "Bo", []string{"boss"}, "yes")
	})
	m.deliver("agreeing", recovery.OutcomeFailed)
	m.reopen("agreeing")
	pass(49 * time.Hour)
	m.each("deciding again", func(e *recovery.Engine) (*recovery.Decision, error) { return e.Again(ctx, "E") })
	m.deliver("deciding again", recovery.OutcomeDone)
	pass(time.Hour)
	m.each("resolving", func(e *recovery.Engine) (*recovery.Decision, error) {
		return e.Update(ctx, "E", func(in *recovery.Incident) error {
			in.ResolvedAt, in.RespondedAt, in.WaitingSince = m.now, m.now, time.Time{}
			delete(in.Fields, "price")
			return nil
		})
	})
	m.deliver("resolving", recovery.OutcomeUndone)
	m.reopen("resolving")
}

// choice is the choice that the incident leaves.
func (m *mirrored) choice() string {
	m.Helper()
	list, err := m.engines[1].Choices(m.Context(), "E")
	if err != nil || len(list) != 1 {
		m.Fatalf("choices of an engine: %v, %v", list, err)
	}
	return list[0].ID
}

// reopen ends the store, where it can be opened again, and compares what it knows.
func (m *mirrored) reopen(what string) {
	m.Helper()
	if m.Reopen != nil {
		m.store = m.Reopen(m.T, m.store)
		m.engines[0] = m.on(m.store)
		m.compare(what + ", and opening the store again")
	}
}

// on is the engine of the story on another store.
func (m *mirrored) on(s recovery.Store) *recovery.Engine {
	m.Helper()
	e, err := recovery.Load(fstest.MapFS{"kit.yaml": {Data: []byte(engineSet)}}, recovery.WithStore(s), recovery.WithClock(func() time.Time { return m.now }), recovery.WithNamespace("acme"))
	if err != nil {
		m.Fatalf("an engine on the store fails: %v", err)
	}
	return e
}

// deliver claims what both stores hand out, compares it, and reports an outcome of each.
func (m *mirrored) deliver(what string, outcome recovery.Outcome) {
	m.Helper()
	if !m.streams {
		return
	}
	claim := recovery.Claim{Namespace: "acme", By: "me", Now: m.now, Until: m.now.Add(time.Minute)}
	got, want := m.handedOut(m.store.(recovery.Stream), claim), m.handedOut(m.memory, claim)
	lines := func(list []recovery.Delivery) (out []string) {
		for _, d := range list {
			out = append(out, fmt.Sprint(d.Seq, " ", d.Attempt, " ")+string(d.AppendJSON(nil, func(c *worktime.Calendar) string { return string(c.AppendJSON(nil)) })))
		}
		return out
	}
	if a, b := lines(got), lines(want); !slices.Equal(a, b) || len(a) == 0 {
		m.Fatalf("%s: handed out were\n%s\nbut by a store in memory\n%s", what, a, b)
	}
	for i := range want {
		r := recovery.Report{Incident: "E", Key: want[i].Key, Outcome: outcome, At: m.now}
		m.each("reporting", func(e *recovery.Engine) (*recovery.Decision, error) {
			return nil, e.Report(m.Context(), r)
		})
	}
}

func (m *mirrored) handedOut(s recovery.Stream, c recovery.Claim) []recovery.Delivery {
	m.Helper()
	list, err := s.Claim(m.Context(), c)
	if err != nil {
		m.Fatalf("claiming failed: %v", err)
	}
	return list
}
