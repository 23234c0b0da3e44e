package workload_test

import (
	"fmt"
	"reflect"
	"testing"

	"github.com/servicerecovery/amends/recovery/internal/benchmarks/workload"
)

// TestShape holds that the sets of all sizes are alike: three to five
// conditions, and about four plays for an incident.
func TestShape(t *testing.T) {
	for _, n := range []int{10, 100, 1000, 10000} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			plays, stream := workload.Plays(n, 1), workload.Stream(n, 512, 2)
			conditions, matches := 0, 0
			fields := map[string]bool{}
			for _, p := range plays {
				conditions += len(p.When)
				if len(p.When) < 3 || len(p.When) > 5 {
					t.Fatalf("play %d has %d conditions", p.Number, len(p.When))
				}
				for _, c := range p.When {
					if c.Field != nil {
						fields[c.Field.Name] = true
					}
				}
			}
			for _, in := range stream[:128] {
				matches += len(workload.Answers(plays, in))
			}
			mean := float64(matches) / 128
			t.Logf("%.2f conditions a play on %d fields, %.2f matches an incident", float64(conditions)/float64(n), len(fields), mean)
			if mean < 3 || mean > 5 {
				t.Errorf("an incident has %.2f matches", mean)
			}
		})
	}
}

// TestSeeded holds that the same seed gives the same workload, and another seed another.
func TestSeeded(t *testing.T) {
	if a, b := workload.Stream(100, 64, 7), workload.Stream(100, 64, 7); !reflect.DeepEqual(a, b) {
		t.Error("one seed gives two streams")
	}
	if a, b := workload.Stream(100, 64, 7), workload.Stream(100, 64, 8); reflect.DeepEqual(a, b) {
		t.Error("two seeds give one stream")
	}
	in := workload.Stream(100, 512, 7)
	for i, p := range workload.Plays(100, 7) {
		q := workload.Plays(100, 7)[i]
		for _, one := range in[:16] {
			if p.Holds(one) != q.Holds(one) {
				t.Fatalf("play %d differs", i)
			}
		}
	}
	seen := map[string]bool{}
	for _, one := range in {
		one.ID = ""
		if key := fmt.Sprintf("%v", *one); seen[key] {
			t.Errorf("two incidents are alike: %s", key)
		} else {
			seen[key] = true
		}
	}
}
