package recovery_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/servicerecovery/amends/recovery"
)

// manyPlays is a set of n plays, about four of which match an incident.
func manyPlays(n int) fstest.MapFS {
	var b strings.Builder
	b.WriteString("amends: v1\nplaybook: bench\nreview_by: 2027-01-01\nincident:\n  delay: {type: duration, default: 0s}\n  order.value: {type: money, currency: EUR}\nplays:\n")
	for i := range n {
		fmt.Fprintf(&b, `  - id: p%d
    approach: standardised-response
    when: incident.failure == "late" && incident.region == "R%d" && incident.severity >= %d && incident.delay >= hours(%d)
    do:
      - apologise: {within: 1h}
      - compensate: {amount: incident.order.value * percent(10), id: c%d}
`, i, i%max(1, n/4), i%3+1, i%20, i)
	}
	return fstest.MapFS{"set.yaml": {Data: []byte(b.String())}}
}

func benchIncident() recovery.Incident {
	return recovery.Incident{
		ID: "T-1", Service: "parcel", Failure: "late", Region: "R1", Severity: 4, OccurredAt: at("2026-03-01T12:00:00Z"),
		Customer: recovery.Customer{ID: "C-7"},
		Fields:   map[string]any{"delay": 80 * time.Hour, "order.value": recovery.MustMoney("60 EUR")},
	}
}

var sizes = []int{10, 100, 1000, 10000}

func BenchmarkLoad(b *testing.B) {
	for _, n := range sizes {
		set := manyPlays(n)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := recovery.Load(set); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkDecide(b *testing.B) {
	for _, n := range sizes {
		engine, err := recovery.Load(manyPlays(n), recovery.WithClock(func() time.Time { return at("2026-03-02T09:00:00Z") }))
		if err != nil {
			b.Fatal(err)
		}
		in := benchIncident()
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := engine.Decide(context.Background(), in); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkHandle(b *testing.B) {
	engine, err := recovery.Load(manyPlays(100), recovery.WithClock(func() time.Time { return at("2026-03-02T09:00:00Z") }))
	if err != nil {
		b.Fatal(err)
	}
	in := benchIncident()
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		in.ID = fmt.Sprint("T-", i)
		if _, err := engine.Handle(context.Background(), in); err != nil {
			b.Fatal(err)
		}
	}
}
