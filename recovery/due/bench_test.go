package due_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/due"
)

// BenchmarkIdle asks a store with many open promises for work, as the runner does each time it polls. The
// time does not grow with them.
func BenchmarkIdle(b *testing.B) {
	for _, open := range []int{1000, 1_000_000} {
		if testing.Short() && open > 1000 {
			continue
		}
		store := recovery.NewMemoryStore(recovery.KeepDeliveries())
		engine := promising(b, store, open)
		b.Run(fmt.Sprint(open), func(b *testing.B) {
			polls := 0
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			asked := &polled{store, func() {
				if polls++; polls == b.N {
					cancel()
				}
			}}
			nothing := func(context.Context, recovery.Delivery) error { return nil }
			b.ReportAllocs()
			b.ResetTimer()
			if err := (due.Runner{Engine: engine, Store: asked, Deliver: nothing, Poll: 1}).Run(ctx); !errors.Is(err, context.Canceled) {
				b.Fatal(err)
			}
		})
	}
}

// promising is an engine whose store has many open promises and nothing to hand out.
func promising(b *testing.B, store *recovery.MemoryStore, open int) *recovery.Engine {
	now := time.Now()
	engine, err := recovery.Load(files(playbook), recovery.WithStore(store), recovery.WithClock(func() time.Time { return now }))
	if err != nil {
		b.Fatal(err)
	}
	for i := range open {
		in := recovery.Incident{ID: fmt.Sprint(i), Service: "parcel", Failure: "slow", OccurredAt: now}
		if _, err := engine.Handle(context.Background(), in); err != nil {
			b.Fatal(err)
		}
	}
	if _, err := store.Drain(context.Background(), "", now); err != nil {
		b.Fatal(err)
	}
	return engine
}

type polled struct {
	*recovery.MemoryStore
	poll func()
}

func (s *polled) Next(ctx context.Context, namespace string, now time.Time) (time.Time, error) {
	s.poll()
	return s.MemoryStore.Next(ctx, namespace, now)
}
