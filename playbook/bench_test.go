package playbook_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/servicerecovery/amends/playbook"
)

// BenchmarkLoad reads a playbook of 10,000 plays.
func BenchmarkLoad(b *testing.B) {
	var src strings.Builder
	src.WriteString("amends: v1\nplaybook: large\nreview_by: 2027-06-30\nplays:\n")
	for i := range 10_000 {
		fmt.Fprintf(&src, "  - id: play-%d\n    approach: standardised-response\n    when: incident.failure == \"late\" && incident.order.value >= money(\"%d EUR\")\n    do: [{refund: {amount: incident.order.value}}, {callback: {within: 1wd, calendar: office}}]\n", i, i)
	}
	fsys := fstest.MapFS{"large.yaml": {Data: []byte(src.String())}}
	b.SetBytes(int64(src.Len()))
	b.ReportAllocs()
	for b.Loop() {
		if _, ds := playbook.Load(fsys); len(ds) > 0 {
			b.Fatal(ds)
		}
	}
}
