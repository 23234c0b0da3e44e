package recovery_test

import (
	"context"
	"fmt"
	"runtime"
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

// manyPlaybooks is the same number of plays in several playbooks.
func manyPlaybooks(books, n int) fstest.MapFS {
	set := fstest.MapFS{}
	for i := range books {
		src := manyPlays(n / books)["set.yaml"].Data
		src = []byte(strings.Replace(string(src), "playbook: bench", fmt.Sprintf("playbook: bench%d", i), 1))
		set[fmt.Sprintf("set%d.yaml", i)] = &fstest.MapFile{Data: src}
	}
	return set
}

// sharedTerms is a set of playbooks that all use the last of a chain of shared
// terms, half of them in a zone of their own.
func sharedTerms(books, terms int) fstest.MapFS {
	var b strings.Builder
	b.WriteString("amends: v1\nshared: common\nterms:\n  t0: date(incident.occurred_at) > date(\"2026-01-01\")\n")
	for i := range terms - 1 {
		fmt.Fprintf(&b, "  t%d: terms.t%d && incident.severity >= %d\n", i+1, i, i%3)
	}
	set := fstest.MapFS{"shared.yaml": {Data: []byte(b.String())}}
	for i := range books {
		zone := ""
		if i%2 == 1 {
			zone = "zone: Europe/Madrid\n"
		}
		set[fmt.Sprintf("set%d.yaml", i)] = &fstest.MapFile{Data: fmt.Appendf(nil, `amends: v1
playbook: bench%d
review_by: 2027-01-01
%splays:
  - id: p
    approach: standardised-response
    when: terms.t%d && incident.region == "R%d"
    do:
      - apologise: {within: 1h}
`, i, zone, terms-1, i)}
	}
	return set
}

var sizes = []int{10, 100, 1000, 10000}

// BenchmarkLoad also reports what stays alive of each play (of each playbook,
// where every playbook has one).
func BenchmarkLoad(b *testing.B) {
	for _, n := range sizes {
		b.Run(fmt.Sprint(n), func(b *testing.B) { benchmarkLoad(b, manyPlays(n), n) })
	}
	b.Run("10000in50", func(b *testing.B) { benchmarkLoad(b, manyPlaybooks(50, 10000), 10000) })
	b.Run("10000in1000", func(b *testing.B) { benchmarkLoad(b, manyPlaybooks(1000, 10000), 10000) })
	b.Run("sharedterms", func(b *testing.B) { benchmarkLoad(b, sharedTerms(1000, 300), 1000) })
}

func benchmarkLoad(b *testing.B, set fstest.MapFS, plays int) {
	b.ReportAllocs()
	before := heapInUse()
	var engine *recovery.Engine
	var err error
	for b.Loop() {
		if engine, err = recovery.Load(set); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(heapInUse()-before)/float64(plays), "alive-B/play")
	runtime.KeepAlive(engine)
}

// heapInUse counts what is reachable, in bytes.
func heapInUse() int64 {
	var m runtime.MemStats
	for range 3 {
		runtime.GC()
	}
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
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
