//go:build !race

package recovery_test

import (
	"context"
	"testing"
	"time"

	"github.com/servicerecovery/amends/recovery"
)

// Deciding takes memory for what it returns, however many plays there are. Not
// under the race detector, where pools lose some of what they are given.
func TestDecideAllocatesNoMoreForMorePlays(t *testing.T) {
	if testing.Short() {
		t.Skip("loads a large set")
	}
	in := benchIncident()
	for _, n := range []int{10, 1000} {
		engine, err := recovery.Load(manyPlays(n), recovery.WithClock(func() time.Time { return at("2026-03-02T09:00:00Z") }))
		if err != nil {
			t.Fatal(err)
		}
		allocations := testing.AllocsPerRun(100, func() {
			if _, err := engine.Decide(context.Background(), in); err != nil {
				t.Fatal(err)
			}
		})
		if allocations > 300 {
			t.Errorf("%d plays: %v allocations for one decision", n, allocations)
		}
	}
}
