package main

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/servicerecovery/amends/recovery"
)

// decideAll decides every flight, on all cores: an engine is safe for concurrent
// use. Each decision has its place, so the order is that of the flights.
func decideAll(ctx context.Context, engine *recovery.Engine, flights []flight) ([]*recovery.Decision, error) {
	decisions := make([]*recovery.Decision, len(flights))
	errs := make([]error, len(flights))
	var next atomic.Int64
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= len(flights) {
					return
				}
				decisions[i], errs[i] = engine.Decide(ctx, flights[i].incident(i))
			}
		})
	}
	workers.Wait()
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return decisions, nil
}
