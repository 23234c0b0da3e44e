package sqlite_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"
	"time"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/sqlite"
	"github.com/servicerecovery/amends/recovery/store"
)

const playbook = `
amends: v1
playbook: parcels
owner: care
review_by: 2027-06-30
applies: incident.service == "parcel"
facts:
  credited: {sum: compensate, same: [customer.id], last: 365d, currency: EUR}
limits:
  - {of: compensate, at_most: 30 EUR, counting: credited}
plays:
  - id: late
    approach: standardised-response
    when: incident.failure == "late"
    do: [{compensate: {amount: 5 EUR}}]
`

// desk is an engine on a store.
type desk struct {
	*recovery.Engine
	t testing.TB
}

func newDesk(t testing.TB, s recovery.Store) *desk {
	t.Helper()
	e, err := recovery.Load(fstest.MapFS{"p.yaml": {Data: []byte(playbook)}}, recovery.WithStore(s))
	if err != nil {
		t.Fatal(err)
	}
	return &desk{e, t}
}

func incident(id, customer string) recovery.Incident {
	return recovery.Incident{ID: id, Service: "parcel", Failure: "late", OccurredAt: time.Now().Add(-time.Hour), Severity: 2, Customer: recovery.Customer{ID: customer, Name: "Name of " + customer}}
}

func (d *desk) handle(id, customer string) *recovery.Decision {
	d.t.Helper()
	x, err := d.Handle(context.Background(), incident(id, customer))
	if err != nil {
		d.t.Fatal(err)
	}
	return x
}

// TestErase holds that nothing of a customer is left in the file, that what was pending is listed, and that what
// comes again is refused until it begins anew.
func TestErase(t *testing.T) {
	file := filepath.Join(t.TempDir(), "amends.db")
	s, err := sqlite.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	ctx, d := context.Background(), newDesk(t, s)
	for _, id := range []string{"A-1", "A-2"} {
		d.handle(id, "Cust-Anna")
	}
	d.handle("B-1", "Cust-Ben")
	if _, err := d.Handle(ctx, recovery.Incident{Service: "parcel", Customer: recovery.Customer{ID: "Cust-Anna"}}); err == nil {
		t.Fatal("an incident without an id was not refused")
	}
	cancelled, err := s.Erase(ctx, store.Erasure{Customer: "Cust-Anna"})
	if err != nil {
		t.Fatal(err)
	}
	if len(cancelled) != 2 || cancelled[0].Do != recovery.ToDo || cancelled[0].Incident != "A-1" {
		t.Errorf("cancelled are %+v", cancelled)
	}
	for _, name := range []string{file, file + "-wal"} {
		data, err := os.ReadFile(name)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
		for _, text := range []string{"Cust-Anna", "A-1", "A-2"} {
			if bytes.Contains(data, []byte(text)) {
				t.Errorf("%s still has %s", filepath.Base(name), text)
			}
		}
	}
	if list, err := s.Claim(ctx, recovery.Claim{By: "me", Now: time.Now(), Until: time.Now().Add(time.Hour)}); err != nil || len(list) != 1 || list[0].Incident != "B-1" {
		t.Errorf("claimed %+v, %v", list, err)
	}
	if _, err := d.Handle(ctx, incident("A-1", "Cust-Anna")); !errors.Is(err, recovery.ErrErased) {
		t.Errorf("what came again was taken: %v", err)
	}
	if err := s.Anew(ctx, "", "A-1"); err != nil {
		t.Fatal(err)
	}
	if x := d.handle("A-1", "Cust-Anna"); x.Supersedes != "" {
		t.Errorf("what begins anew supersedes %s", x.Supersedes)
	}
	if none, err := s.Erase(ctx, store.Erasure{Incident: "A-2"}); err != nil || none != nil {
		t.Errorf("erasing what is gone: %v, %v", none, err)
	}
	if _, err := s.Erase(ctx, store.Erasure{}); err == nil {
		t.Error("an erasure of nothing was taken")
	}
}
