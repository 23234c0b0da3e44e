package main

import (
	"fmt"
	"testing"

	"github.com/servicerecovery/amends/recovery/internal/benchmarks/engines"
	"github.com/servicerecovery/amends/recovery/internal/benchmarks/workload"
)

// BenchmarkMatch is every engine at every size: one incident, all plays that match.
func BenchmarkMatch(b *testing.B) {
	for _, n := range []int{10, 100, 1000, 10000} {
		w := &engines.Workload{Plays: workload.Plays(n, workload.Seed), Stream: workload.Stream(n, 512, workload.Seed)}
		for _, e := range engines.All() {
			if e.Limit > 0 && n > e.Limit {
				continue
			}
			b.Run(fmt.Sprintf("plays=%d/%s", n, e.Name), func(b *testing.B) {
				m, err := e.Load(w)
				if err != nil {
					b.Fatal(err)
				}
				loop(b, m, len(w.Stream))
			})
		}
	}
}

// BenchmarkSets is matching with amends in sets that are large, or hard for an index.
func BenchmarkSets(b *testing.B) {
	stream := workload.Stream(10000, 512, workload.Seed)
	for _, s := range engines.Sets(10000) {
		b.Run(fmt.Sprintf("%s/plays=%d", s.Name, s.Plays), func(b *testing.B) {
			m, _, err := s.Load(stream)
			if err != nil {
				b.Fatal(err)
			}
			loop(b, m, len(stream))
		})
	}
}

func loop(b *testing.B, m engines.Matcher, incidents int) {
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		if err := m.Match(i); err != nil {
			b.Fatal(err)
		}
		if i++; i == incidents {
			i = 0
		}
	}
}
