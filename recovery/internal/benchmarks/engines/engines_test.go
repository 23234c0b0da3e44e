package engines_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/servicerecovery/amends/recovery/internal/benchmarks/engines"
	"github.com/servicerecovery/amends/recovery/internal/benchmarks/workload"
)

// TestAnswers holds that every engine finds the plays that match, no more and no
// fewer, whatever their number. Of the largest set a sample is asked.
func TestAnswers(t *testing.T) {
	for _, size := range []struct{ plays, incidents int }{{10, 512}, {100, 512}, {1000, 256}, {10000, 12}} {
		if testing.Short() && size.plays > 1000 {
			continue
		}
		if testing.Short() && size.plays > 100 {
			size.incidents = 64
		}
		w := &engines.Workload{Plays: workload.Plays(size.plays, workload.Seed), Stream: workload.Stream(size.plays, size.incidents, workload.Seed)}
		want := make([][]int, size.incidents)
		for i, in := range w.Stream {
			want[i] = workload.Answers(w.Plays, in)
		}
		for _, e := range engines.All() {
			if e.Limit > 0 && size.plays > e.Limit {
				continue
			}
			t.Run(fmt.Sprintf("%d/%s", size.plays, e.Name), func(t *testing.T) {
				m, err := e.Load(w)
				if err != nil {
					t.Fatal(err)
				}
				for i := range w.Stream {
					check(t, m, i, want[i])
				}
			})
		}
	}
}

func check(t *testing.T, m engines.Matcher, incident int, want []int) {
	t.Helper()
	if err := m.Match(incident); err != nil {
		t.Fatal(err)
	}
	if got := m.Matched(); !slices.Equal(got, want) {
		t.Fatalf("incident %d: found %v, want %v", incident, got, want)
	}
}

// TestSets holds the same for the sets that only amends is measured on.
func TestSets(t *testing.T) {
	n := 1000
	if testing.Short() {
		n = 200
	}
	stream := workload.Stream(n, 64, workload.Seed)
	for _, s := range engines.Sets(n) {
		t.Run(s.Name, func(t *testing.T) {
			m, answers, err := s.Load(stream)
			if err != nil {
				t.Fatal(err)
			}
			for i, in := range stream {
				check(t, m, i, answers(in))
			}
		})
	}
}
