package diff_test

import (
	"os"
	"testing"

	"github.com/servicerecovery/amends/recovery/internal/diff"
)

// BenchmarkCompare reads one incident, decides it by both sides and counts what
// that gives: what one core does for each incident.
func BenchmarkCompare(b *testing.B) {
	text, err := os.ReadFile("testdata/base/parcels.yaml")
	if err != nil {
		b.Fatal(err)
	}
	side, err := diff.Open("side", setOf(string(text)))
	if err != nil {
		b.Fatal(err)
	}
	without, err := side.Without("parcels/at-risk")
	if err != nil {
		b.Fatal(err)
	}
	c, err := diff.NewComparer(side, without)
	if err != nil {
		b.Fatal(err)
	}
	impact := diff.NewImpact(0)
	x := caseOf(incident(`"failure": "late", "delay": "30h", "customer": {"id": "C", "name": "Ana"}`))
	b.ReportAllocs()
	for b.Loop() {
		impact.Add(c.Compare(x))
	}
}
