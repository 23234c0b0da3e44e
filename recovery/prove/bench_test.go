package prove_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/recovery/prove"
)

// manyPlays is a set of plays by service and failure, twenty services of them.
func manyPlays(n int) string {
	var b strings.Builder
	b.WriteString("amends: v1\nplaybook: many\nreview_by: 2040-01-01\nincident:\n  delay: {type: duration, min: 0s, default: 0s}\nplays:\n")
	for i := range n {
		c := fmt.Sprintf(`incident.service == "s%d" && incident.failure == "f%d"`, i%20, i/20)
		if i%3 == 0 {
			c += fmt.Sprintf(" && incident.severity >= %d", 1+i%4)
		}
		if i%5 == 0 {
			c += fmt.Sprintf(" && incident.delay >= hours(%d)", 1+i%7)
		}
		fmt.Fprintf(&b, "  - {id: p%d, approach: standardised-response, when: '%s', do: [{compensate: {amount: %d EUR}}, {respond: {within: 2d}}]}\n", i, c, 1+i%50)
	}
	b.WriteString(`guarantees:
  - {id: most, of: compensate, at_most: 100 EUR}
  - {id: same, regardless_of: [region, channel, language], same: [compensate]}
  - {id: longer, when_grows: delay, never_less: compensate}
  - {id: storms, for: 'incident.failure == "storm"', never: compensate}
`)
	return b.String()
}

func BenchmarkCheck(b *testing.B) {
	for _, n := range []int{1_000, 10_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			set, program := compiled(b, manyPlays(n))
			for b.Loop() {
				if _, err := prove.Check(context.Background(), set, program); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkProve(b *testing.B) {
	for _, n := range []int{1_000, 10_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			set, _ := compiled(b, manyPlays(n))
			for b.Loop() {
				if _, err := prove.Prove(context.Background(), set, prove.Options{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func compiled(b *testing.B, src string) (*playbook.Set, *policy.Program) {
	b.Helper()
	set, diags := playbook.Load(fstest.MapFS{"p.yaml": {Data: []byte(src)}})
	program, more := policy.Compile(set)
	if diags = append(diags, more...); diags.HasErrors() {
		b.Fatal(diags)
	}
	return set, program
}
