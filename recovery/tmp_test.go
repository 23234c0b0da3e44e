package recovery_test

import (
	"context"
	"testing"
	"time"
)

func BenchmarkBest(b *testing.B) {
	engine := newBenchEngine(b, manyPlays(1000))
	in := benchIncident()
	ctx := context.Background()
	best := time.Hour
	b.ReportAllocs()
	for range b.N {
		t := time.Now()
		for range 100 {
			if _, err := engine.Decide(ctx, in); err != nil {
				b.Fatal(err)
			}
		}
		best = min(best, time.Since(t))
	}
	b.ReportMetric(float64(best.Nanoseconds())/100, "best-ns")
}
