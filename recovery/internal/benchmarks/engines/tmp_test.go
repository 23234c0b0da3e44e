package engines

import (
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/servicerecovery/amends/recovery/internal/benchmarks/workload"
)

func BenchmarkTmp(b *testing.B) {
	sizes := []int{10, 100, 1000, 10000}
	if s := os.Getenv("N"); s != "" {
		n, _ := strconv.Atoi(s)
		sizes = []int{n}
	}
	for _, n := range sizes {
		w := &Workload{Plays: workload.Plays(n, workload.Seed), Stream: workload.Stream(n, 512, workload.Seed)}
		m, err := loadGiven(w)
		if err != nil {
			b.Fatal(err)
		}
		g := m.(*given)
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			best := time.Hour
			for range b.N {
				g.Refresh()
				t := time.Now()
				for i := range 512 {
					if err := g.Match(i); err != nil {
						b.Fatal(err)
					}
				}
				best = min(best, time.Since(t))
			}
			b.ReportMetric(float64(best.Nanoseconds())/512, "best-ns")
		})
	}
}
