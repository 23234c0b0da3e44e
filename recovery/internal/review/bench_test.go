package review_test

import (
	"context"
	"fmt"
	"testing"
	"testing/fstest"
	"time"

	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/internal/review"
	"github.com/servicerecovery/amends/recovery/ledger"
)

const cheap = `amends: v1
playbook: p
review_by: 2037-06-30
plays:
  - id: late
    approach: standardised-response
    when: incident.failure == "late"
    do: [{apologise: {within: 1d}}, {compensate: {amount: 5 EUR}}]
  - id: other
    approach: standardised-response
    when: incident.failure != "late"
    do: [{resolve: {within: 2d}}]
`

// BenchmarkReview reviews a ledger of cheap decisions. A million of them take fifty times as long.
func BenchmarkReview(b *testing.B) {
	const decisions = 20_000
	dir, ctx := b.TempDir(), context.Background()
	l, err := ledger.Open(dir)
	if err != nil {
		b.Fatal(err)
	}
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	now := start
	engine, err := recovery.Load(fstest.MapFS{"p.yaml": {Data: []byte(cheap)}}, recovery.WithStore(l), recovery.WithClock(func() time.Time { return now }))
	if err != nil {
		b.Fatal(err)
	}
	for i := range decisions {
		now = start.Add(time.Duration(i) * 25 * time.Second)
		_, err := engine.Handle(ctx, recovery.Incident{
			ID: fmt.Sprint("T-", i), Service: []string{"parcel", "pallet", "mail"}[i%3], Failure: []string{"late", "lost"}[i*7%2],
			OccurredAt: now, Customer: recovery.Customer{ID: fmt.Sprint("C-", i*31%7000)},
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	if err := l.Close(); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		r, err := review.Run(ctx, dir, review.Defaults(now))
		if err != nil || r.AtAGlance.Incidents != decisions {
			b.Fatal(r, err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/decisions, "ns/decision")
}
