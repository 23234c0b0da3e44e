package recovery_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/recoverytest"
	"github.com/servicerecovery/amends/recovery/store"
)

func TestMemoryStore(t *testing.T) {
	recoverytest.TestStore(t, memoryHarness())
}

func TestMemoryStoreWithDeliveries(t *testing.T) {
	recoverytest.TestStore(t, memoryHarness(recovery.KeepDeliveries()))
}

func TestMemoryStoreShowsRefusals(t *testing.T) {
	s := recovery.NewMemoryStore()
	refused := recovery.Refusal{Incident: "A", At: time.Unix(0, 0), Error: errors.New("no")}
	for _, c := range []recovery.Commit{
		{Refusal: &refused},
		{Record: record("dec_1", "A")},
		{Record: record("dec_1", "A")}, // again
	} {
		if err := s.Commit(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}
	if got := s.Refusals(); len(got) != 1 || got[0].Incident != "A" {
		t.Errorf("refusals are %v", got)
	}
}

func TestMemoryStoreRefusesWhatNoEngineSends(t *testing.T) {
	s := recovery.NewMemoryStore()
	for _, c := range []recovery.Commit{
		{},
		{Record: record("dec_1", "A"), Refusal: &recovery.Refusal{}},
		{Record: &recovery.Record{}},
		{Record: record("", "A")},
		{Record: record("dec_1", "A"), Reads: recovery.Query{Use: []recovery.UseQuery{{}}}},
	} {
		if err := s.Commit(t.Context(), c); err == nil || errors.Is(err, recovery.ErrConflict) {
			t.Errorf("%+v: got %v", c, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Commit(ctx, recovery.Commit{Record: record("dec_1", "A")}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if _, _, err := s.Read(ctx, recovery.Query{}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// A sum that wrapped around would pass under every limit.
func TestMemoryStoreSumsDoNotWrapAround(t *testing.T) {
	s := recovery.NewMemoryStore()
	for i := range 3 {
		r := record(fmt.Sprint("dec_", i), fmt.Sprint("T-", i))
		r.Decision.Actions = []recovery.Action{{Type: "refund", Amount: recovery.MustMoney("9000000000000000000 JPY")}}
		if err := s.Commit(t.Context(), recovery.Commit{Record: r}); err != nil {
			t.Fatal(err)
		}
	}
	_, _, err := s.Read(t.Context(), recovery.Query{Facts: []recovery.FactQuery{{Name: "f", Sum: "refund", Currency: "JPY"}}})
	var overflow *store.OverflowError
	if !errors.As(err, &overflow) {
		t.Errorf("got %v", err)
	}
}

func record(id, incident string) *recovery.Record {
	return &recovery.Record{Decision: &recovery.Decision{ID: id, Incident: incident}, OccurredAt: time.Unix(0, 0).UTC()}
}

// BenchmarkMemoryStore handles incidents in sequence, each seeing those before
// it: what one costs must not depend on how many there are.
func BenchmarkMemoryStore(b *testing.B) {
	for _, before := range []int{1_000, 100_000} {
		b.Run(fmt.Sprint("after ", before), func(b *testing.B) {
			s := recovery.NewMemoryStore()
			for i := range before {
				handleOne(b, s, i)
			}
			i := before
			b.ReportAllocs()
			for b.Loop() {
				handleOne(b, s, i)
				i++
			}
		})
	}
}

func handleOne(b *testing.B, s recovery.Store, i int) {
	at := time.Unix(1_700_000_000+int64(i)*60, 0).UTC()
	incident := fmt.Sprint("T-", i)
	customer := recovery.Key{Path: "customer.id", Text: fmt.Sprint("C-", i%5000)}
	q := recovery.Query{
		Incident: incident,
		Facts: []recovery.FactQuery{
			{Name: "repeats", Count: "incidents", Same: []recovery.Key{customer, {Path: "failure", Text: "late"}}, From: at.AddDate(0, -3, 0)},
			{Name: "credited", Sum: "compensate", Currency: "EUR", Same: []recovery.Key{customer}, From: at.AddDate(-1, 0, 0), Matters: true},
			{Name: "budget", Sum: "compensate", Currency: "EUR", From: at.AddDate(0, -1, 0)},
		},
		Use: []recovery.UseQuery{{Partner: "bike", Direction: "outbound", From: at.Truncate(24 * time.Hour), Until: at.Add(24 * time.Hour)}},
	}
	given, version, err := s.Read(b.Context(), q)
	if err != nil {
		b.Fatal(err)
	}
	r := record("dec_"+incident, incident)
	r.OccurredAt = at
	r.Keys = map[string]string{"customer.id": customer.Text, "failure": "late"}
	r.Decision.Actions = []recovery.Action{{ID: "a", Type: "compensate", Amount: recovery.MustMoney("5 EUR")}}
	r.Reserves = []recovery.Reserve{{Partner: "bike", Direction: "outbound", Units: 1, At: at}}
	if err := s.Commit(b.Context(), recovery.Commit{Record: r, Reads: q, Given: given, Version: version}); err != nil {
		b.Fatal(err)
	}
}

func memoryHarness(options ...recovery.MemoryOption) recoverytest.Harness {
	return recoverytest.Harness{
		New: func(*testing.T) recovery.Store { return recovery.NewMemoryStore(options...) },
		Erase: func(ctx context.Context, s recovery.Store, e store.Erasure) ([]recovery.Delivery, error) {
			return s.(*recovery.MemoryStore).Erase(ctx, e)
		},
		Anew: func(ctx context.Context, s recovery.Store, namespace, incident string) error {
			return s.(*recovery.MemoryStore).Anew(ctx, namespace, incident)
		},
	}
}
