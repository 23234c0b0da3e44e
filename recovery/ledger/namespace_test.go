package ledger

import (
	"context"
	"errors"
	"testing"
	"testing/fstest"
	"time"

	"github.com/servicerecovery/amends/recovery"
)

// tenants writes incidents of the same ids for several tenants, and returns how many records each has.
func tenants(t *testing.T, dir string, names ...string) {
	t.Helper()
	l, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	l.indexAfter = 1
	for _, name := range names {
		engine := tenant(t, l, name)
		for _, id := range []string{"T-1", "T-2"} {
			in := recovery.Incident{ID: id, Service: "parcel", Failure: "late", OccurredAt: noon, Customer: recovery.Customer{ID: "C"}, Fields: map[string]any{"delay": "30h"}}
			if _, err := engine.Handle(context.Background(), in); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := engine.Handle(context.Background(), recovery.Incident{ID: "T-3", Customer: recovery.Customer{ID: "C"}}); err == nil {
			t.Fatal("an incident without a service is taken")
		}
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
}

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

func tenant(t *testing.T, l *Ledger, name string) *recovery.Engine {
	t.Helper()
	e, err := recovery.Load(fstest.MapFS{"set.yaml": {Data: []byte("amends: v1\nplaybook: pb\nreview_by: 2027-01-01\n" + story)}},
		recovery.WithStore(l), recovery.WithNamespace(name), recovery.WithClock(func() time.Time { return noon }))
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// TestTenantsOnDisk looks at incidents of several tenants through each door of a ledger, with an index
// and without, and erases those of one.
func TestTenantsOnDisk(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	tenants(t, dir, "", "acme", "zeta")
	if _, err := Verify(ctx, dir, VerifyOptions{}); err != nil {
		t.Fatal(err)
	}
	found, err := Replay(ctx, dir, ReplayOptions{Scope: Scope{All: true}, Differs: func(d Difference) error {
		t.Errorf("replaying differs: %+v", d)
		return nil
	}})
	if err != nil || found.Same != 9 {
		t.Errorf("replayed %+v, %v", found, err)
	}
	if found, err = Replay(ctx, dir, ReplayOptions{Scope: Scope{Namespace: "acme"}}); err != nil || found.Same != 3 {
		t.Errorf("replayed %+v of one tenant, %v", found, err)
	}
	for _, name := range []string{"", "acme", "zeta"} {
		list, err := About(ctx, dir, name, "T-1", false)
		if err != nil || len(list) != 1 || list[0].Record.Decision.Namespace != name {
			t.Errorf("about %q: %v, %v", name, list, err)
		}
		x, err := Explain(ctx, dir, ExplainOptions{Namespace: name, Incident: "T-1"})
		if err != nil || x.Record.Decision.Namespace != name || len(x.Changes) > 0 {
			t.Errorf("explaining %q: %+v, %v", name, x, err)
		}
		if x, err = Explain(ctx, dir, ExplainOptions{Namespace: name, Incident: "T-3"}); err != nil || x.Refusal == nil || x.Refusal.Namespace != name {
			t.Errorf("explaining a refusal of %q: %+v, %v", name, x, err)
		}
		receipt, err := Prove(ctx, dir, ProveOptions{Namespace: name, Incident: "T-1"})
		if err != nil {
			t.Fatal(err)
		}
		if r, err := CheckReceipt(receipt); err != nil || r.Decision.Namespace != name {
			t.Errorf("the receipt of %q: %+v, %v", name, r, err)
		}
	}
	if _, err := Explain(ctx, dir, ExplainOptions{Namespace: "other", Incident: "T-1"}); !errors.Is(err, ErrNotFound) {
		t.Errorf("explaining for a tenant that nobody knows: %v", err)
	}

	l, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if n, err := l.Erase(ctx, Erasure{Namespace: "acme", Customer: "C"}); err != nil || n != 3 {
		t.Errorf("erased %d records of one tenant's customer, want 3 (%v)", n, err)
	}
	for name, want := range map[string]int{"": 2, "acme": 0, "zeta": 2} {
		left := 0
		for _, id := range []string{"T-1", "T-2"} {
			if g, _, err := l.Read(ctx, recovery.Query{Namespace: name, Incident: id}); err != nil {
				t.Error(err)
			} else if g.Previous != nil {
				left++
			}
		}
		if left != want {
			t.Errorf("%q has %d decisions left, want %d", name, left, want)
		}
	}
	d, err := tenant(t, l, "zeta").Handle(ctx, recovery.Incident{ID: "T-4", Service: "parcel", Failure: "late", OccurredAt: noon, Customer: recovery.Customer{ID: "C"}})
	if err != nil || d.Facts[0].Value != int64(2) {
		t.Errorf("after another tenant's incidents were erased, %v, %v", d, err)
	}
}
