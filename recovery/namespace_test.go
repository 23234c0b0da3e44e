package recovery_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/fstest"
	"time"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/ledger"
)

// shared is a set whose decisions count facts, reserve partners and leave choices.
const shared = `amends: v1
playbook: pb
review_by: 2027-01-01
facts:
  credited: {sum: compensate, same: [customer.id], last: 365d, currency: EUR}
partners:
  bike:
    agreement: {ref: B-1, from: 2026-01-01, until: 2027-01-01}
    outbound: {capacity: {units: 1, per: day}}
limits:
  - {of: compensate, at_most: 100 EUR, counting: credited}
plays:
  - id: late
    approach: standardised-response
    when: incident.failure == "late"
    do: [{compensate: {amount: 80 EUR}}, {respond: {within: 4h}}]
  - id: lost
    approach: partner-substitute
    when: incident.failure == "lost"
    substitute: {units: 1}
    otherwise: [{apologise: {}}]
  - id: broken
    approach: case-by-case
    when: incident.failure == "damaged"
    discretion:
      decider: manager
      options: [{compensate: {amount: {from: 1 EUR, to: 50 EUR}}}]
      comparable: [failure]
      authority: {agent: 10 EUR}
      second: {above: 10 EUR, by: boss}
`

// tenants are engines that share a store, by their namespaces.
type tenants struct {
	t   *testing.T
	now time.Time
	of  map[string]*recovery.Engine
}

func newTenants(t *testing.T, store recovery.Store, names ...string) *tenants {
	x := &tenants{t: t, now: at("2026-03-02T09:00:00Z"), of: map[string]*recovery.Engine{}}
	for _, name := range names {
		e, err := recovery.Load(fstest.MapFS{"set.yaml": {Data: []byte(shared)}},
			recovery.WithStore(store), recovery.WithNamespace(name), recovery.WithClock(func() time.Time { return x.now }))
		if err != nil {
			t.Fatal(err)
		}
		x.of[name] = e
	}
	return x
}

func (x *tenants) handle(name, id, failure string) *recovery.Decision {
	x.t.Helper()
	customer := "C"
	if failure == "damaged" {
		customer = "D"
	}
	d, err := x.of[name].Handle(context.Background(), recovery.Incident{
		ID: id, Service: "parcel", Failure: failure, OccurredAt: at("2026-03-01T12:00:00Z"), Customer: recovery.Customer{ID: customer},
	})
	if err != nil {
		x.t.Fatal(err)
	}
	return d
}

func inEachStore(t *testing.T, run func(t *testing.T, store recovery.Store)) {
	t.Run("memory", func(t *testing.T) { run(t, recovery.NewMemoryStore()) })
	t.Run("ledger", func(t *testing.T) {
		l, err := ledger.Open(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = l.Close() })
		run(t, l)
	})
}

// TestTenants lets two tenants, and an engine without a namespace, decide incidents of the same ids and
// customers in one store: none sees anything of another.
func TestTenants(t *testing.T) {
	inEachStore(t, func(t *testing.T, store recovery.Store) {
		ctx := context.Background()
		names := []string{"", "acme", "zeta"}
		x := newTenants(t, store, names...)
		ids := map[string]bool{}
		for _, name := range names {
			d := x.handle(name, "T-1", "late")
			if d.Handled != recovery.HandledNew || d.Namespace != name || len(d.Facts) != 1 || d.Facts[0].Value != recovery.MustMoney("0 EUR") {
				t.Errorf("%q: got %s in %q, facts %v", name, d.Handled, d.Namespace, d.Facts)
			}
			all := []string{d.ID, d.Effects()[0].Key}
			for _, a := range d.Actions {
				all = append(all, a.ID)
			}
			if d = x.handle(name, "T-2", "late"); d.Facts[0].Value != recovery.MustMoney("80 EUR") || d.Actions[0].Amount != recovery.MustMoney("20 EUR") {
				t.Errorf("%q: the cap counts %v", name, d.Facts)
			}
			d = x.handle(name, "T-3", "lost")
			if len(d.Actions) != 1 || d.Actions[0].Type != recovery.ActionSubstitute {
				t.Errorf("%q: another tenant has used the partner: %v", name, lines(d))
			}
			d = x.handle(name, "T-4", "damaged")
			if got := d.Choices[0].Precedents.Count; got != 0 {
				t.Errorf("%q: %d precedents of another tenant", name, got)
			}
			all = append(all, d.Choices[0].ID)
			for _, id := range all {
				if ids[id] {
					t.Errorf("%q: another tenant has the id %s", name, id)
				}
				ids[id] = true
			}
			sel := recovery.Selection{Incident: "T-4", Choice: d.Choices[0].ID, By: "Ana", Roles: []string{"agent"},
				Options: []recovery.Selected{{Type: "compensate", Amount: recovery.MustMoney("30 EUR")}}}
			if _, err := x.of[name].Choose(ctx, sel); err != nil {
				t.Fatal(err)
			}
			for _, other := range names {
				if other == name {
					continue
				}
				var refused *recovery.ChoiceError
				if _, err := x.of[other].Approve(ctx, sel.Choice, "Bo", []string{"boss"}, "yes"); !errors.As(err, &refused) {
					t.Errorf("%q approves a choice of %q: %v", other, name, err)
				}
			}
			if _, err := x.of[name].Approve(ctx, sel.Choice, "Bo", []string{"boss"}, "yes"); err != nil {
				t.Fatal(err)
			}
			if d = x.handle(name, "T-5", "damaged"); d.Choices[0].Precedents.Count != 1 {
				t.Errorf("%q: %d precedents, want its own", name, d.Choices[0].Precedents.Count)
			}
		}
		respond := func(name string) string {
			d := x.handle(name, "T-1", "late")
			return d.Actions[slices.IndexFunc(d.Actions, func(a recovery.Action) bool { return a.Type == recovery.ActionRespond })].ID
		}
		var unknown *recovery.UnknownActionError
		if err := x.of["acme"].Report(ctx, recovery.Report{Incident: "T-1", Action: respond("zeta")}); !errors.As(err, &unknown) {
			t.Errorf("a report on another tenant's action: %v", err)
		}
		if err := x.of["acme"].Report(ctx, recovery.Report{Incident: "T-1", Action: respond("acme")}); err != nil {
			t.Fatal(err)
		}
		for name, want := range map[string]int{"": 2, "acme": 1, "zeta": 2} {
			owed, _, err := x.of[name].Agenda(ctx, "T-1")
			if err != nil || len(owed) != want {
				t.Errorf("%q owes %d, %v; want %d", name, len(owed), err, want)
			}
		}
		var unhandled *recovery.UnhandledError
		x.handle("acme", "T-9", "late")
		if _, err := x.of["zeta"].Again(ctx, "T-9"); !errors.As(err, &unhandled) {
			t.Errorf("again on another tenant's incident: %v", err)
		}
	})
}

// TestTenantsUpdate lets tenants tell an incident bit by bit: what was refused of one is not told of another.
func TestTenantsUpdate(t *testing.T) {
	inEachStore(t, func(t *testing.T, store recovery.Store) {
		x := newTenants(t, store, "", "acme")
		tell := func(name string, change func(in *recovery.Incident)) error {
			_, err := x.of[name].Update(context.Background(), "T-1", func(in *recovery.Incident) error { change(in); return nil })
			return err
		}
		var refused *recovery.IncidentError
		service := func(in *recovery.Incident) { in.Service = "parcel" }
		occurred := func(in *recovery.Incident) { in.OccurredAt = at("2026-03-01T12:00:00Z") }
		for _, err := range []error{tell("acme", service), tell("", occurred)} {
			if !errors.As(err, &refused) {
				t.Fatalf("half an incident gives %v", err)
			}
		}
		if err := tell("acme", occurred); err != nil {
			t.Errorf("both halves of one tenant's incident: %v", err)
		}
		if err := tell("", func(in *recovery.Incident) { in.Failure = "late" }); !errors.As(err, &refused) {
			t.Errorf("the other half was told by another tenant, and yet: %v", err)
		}
	})
}

func TestNamespaceNames(t *testing.T) {
	for _, name := range []string{"a\x00b", "a\nb", "a\u202eb", "\xff"} {
		if _, err := recovery.Load(fstest.MapFS{"set.yaml": {Data: []byte(shared)}}, recovery.WithNamespace(name)); err == nil {
			t.Errorf("%q is taken as a namespace", name)
		}
	}
	e, err := recovery.Load(fstest.MapFS{"set.yaml": {Data: []byte(shared)}})
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Reload(fstest.MapFS{"set.yaml": {Data: []byte(shared)}}, recovery.WithNamespace("acme")); err == nil {
		t.Error("an engine changes its namespace")
	}
}
