package recovery_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/fstest"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/store"
)

// preparing is a store that notes what it is asked for, and fails to prepare when told.
type preparing struct {
	*recovery.MemoryStore
	fails   error
	digests []string
	kinds   []recovery.FactKind
	asked   []recovery.Query
}

func (s *preparing) Prepare(ctx context.Context, set *playbook.Set, kinds []recovery.FactKind) error {
	s.digests, s.kinds = append(s.digests, set.Digest), kinds
	if s.fails != nil {
		return s.fails
	}
	return s.MemoryStore.Prepare(ctx, set, kinds)
}

func (s *preparing) Precedents(ctx context.Context, q recovery.Query) ([]store.Precedents, error) {
	s.asked = append(s.asked, q)
	return s.MemoryStore.Precedents(ctx, q)
}

// TestPrepare holds that a store is prepared before an engine decides by a set, and that the old set stays
// when that fails.
func TestPrepare(t *testing.T) {
	files := func(text string) fstest.MapFS { return fstest.MapFS{"set.yaml": {Data: []byte(text)}} }
	failed := errors.New("the disk is full")
	s := &preparing{MemoryStore: recovery.NewMemoryStore(), fails: failed}
	if _, err := recovery.Load(files(shared), recovery.WithStore(s)); !errors.Is(err, failed) {
		t.Fatalf("a store that cannot be prepared: %v", err)
	}
	s.fails = nil
	e, err := recovery.Load(files(shared), recovery.WithStore(s), recovery.WithClock(noon))
	if err != nil {
		t.Fatal(err)
	}
	if len(s.kinds) != 1 || s.kinds[0].Sum != "compensate" || !slices.Equal(s.kinds[0].Paths, []string{"customer.id"}) {
		t.Errorf("the kinds of facts are %+v", s.kinds)
	}
	was := e.Set()
	s.fails = failed
	if err := e.Reload(files(shared + "# another\n")); !errors.Is(err, failed) || e.Set() != was {
		t.Errorf("reloading: %v, the set is %v", err, e.Set())
	}
	s.fails = nil
	if err := e.Reload(files(shared + "# another\n")); err != nil || e.Set() == was || s.digests[len(s.digests)-1] != e.Set().Digest {
		t.Errorf("reloading: %v, the set is %v", err, e.Set())
	}
	if err := e.Reload(files("amends: v1\nplaybook: broken\nplays: [{}]\n")); err == nil || len(s.digests) != 4 {
		t.Errorf("a set that does not load is prepared: %v, %v", err, s.digests)
	}
}

// TestPrecedentsAreAskedSecond holds that precedents are asked for plays that leave a choice, and for no
// others.
func TestPrecedentsAreAskedSecond(t *testing.T) {
	s := &preparing{MemoryStore: recovery.NewMemoryStore()}
	x := newTenants(t, s, "acme")
	x.handle("acme", "T-1", "late")
	if len(s.asked) > 0 {
		t.Errorf("a decision without a choice has asked %+v", s.asked)
	}
	d := x.handle("acme", "T-2", "damaged")
	if len(s.asked) != 1 || len(s.asked[0].Precedents) != 1 || s.asked[0].Incident != "T-2" || s.asked[0].Namespace != "acme" || len(s.asked[0].Facts) > 0 {
		t.Fatalf("asked %+v", s.asked)
	}
	if q := s.asked[0].Precedents[0]; q.Play != "pb/broken" || q.Namespace != "acme" || len(q.Comparable) != 1 || q.Comparable[0].Text != "damaged" {
		t.Errorf("asked %+v", q)
	}
	sel := recovery.Selection{Incident: "T-2", Choice: d.Choices[0].ID, By: "Ana", Roles: []string{"agent"},
		Options: []recovery.Selected{{Type: "compensate", Amount: recovery.MustMoney("5 EUR")}}}
	if _, err := x.of["acme"].Choose(context.Background(), sel); err != nil {
		t.Fatal(err)
	}
	x.handle("acme", "T-2", "damaged")
	if len(s.asked) != 2 {
		t.Errorf("what was chosen is offered again: %+v", s.asked)
	}
}
