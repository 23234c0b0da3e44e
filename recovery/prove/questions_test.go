package prove_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"testing/fstest"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/recovery/prove"
)

const twoPlays = `amends: v1
playbook: pb
review_by: 2027-06-30
%s
plays:
  - id: one
    approach: standardised-response
    when: incident.severity >= 4
    do: [%s]
  - id: two
    approach: standardised-response
    when: %s
    do: [%s]
`

// TestQuestionsOfTwoPlays holds when two plays give money twice, and that what was not shown is open.
func TestQuestionsOfTwoPlays(t *testing.T) {
	const gold = `incident.customer.tier == "gold"`
	for _, c := range []struct {
		name, rest, one, when, two string
		question                   prove.Question
		want                       prove.Standing
	}{
		{"the same money", "", "{compensate: {amount: 5 EUR}}", gold, "{compensate: {amount: 7 EUR}}", prove.Twice, prove.Broken},
		{"another type", "", "{compensate: {amount: 5 EUR}}", gold, "{refund: {amount: 7 EUR}}", prove.Twice, prove.Proved},
		{"never together", "", "{compensate: {amount: 5 EUR}}", "incident.severity < 3", "{compensate: {amount: 7 EUR}}", prove.Twice, prove.Proved},
		{"another currency is not shown, nor ruled out", "", "{compensate: {amount: 5 EUR}}", gold, "{compensate: {amount: 7 GBP}}", prove.Twice, prove.Open},
		{"a cap over them", "limits: [{of: compensate, at_most: 9 EUR}]", "{compensate: {amount: 5 EUR}}", gold, "{compensate: {amount: 7 EUR}}", prove.Twice, prove.Proved},
		{"a cap over one of two types", "limits: [{of: compensate, at_most: 9 EUR}]",
			"{compensate: {amount: 5 EUR}}, {refund: {amount: 1 EUR}}", gold, "{compensate: {amount: 7 EUR}}, {refund: {amount: 2 EUR}}", prove.Twice, prove.Broken},
		{"what is ambiguous is refused", "matches: one", "{compensate: {amount: 5 EUR}}", gold, "{compensate: {amount: 7 EUR}}", prove.Refused, prove.Broken},
		{"nothing is refused", "matches: first", "{compensate: {amount: 5 EUR}}", gold, "{compensate: {amount: 7 EUR}}", prove.Refused, prove.Proved},
		{"each is reached", "", "{compensate: {amount: 5 EUR}}", gold, "{compensate: {amount: 7 EUR}}", prove.Never, prove.Proved},
		{"one is never reached", "matches: first", "{compensate: {amount: 5 EUR}}", "incident.severity == 5", "{compensate: {amount: 7 EUR}}", prove.Never, prove.Broken},
	} {
		t.Run(c.name, func(t *testing.T) {
			src := fmt.Sprintf(twoPlays, c.rest, c.one, c.when, c.two)
			set, diags := playbook.Load(fstest.MapFS{"pb.yaml": {Data: []byte(src)}})
			if diags.HasErrors() {
				t.Fatalf("%v\n%s", diags, src)
			}
			result, err := prove.Prove(context.Background(), set, prove.Options{})
			if err != nil {
				t.Fatalf("%v\n%s", err, src)
			}
			i := slices.IndexFunc(result.Questions, func(p prove.Proof) bool { return p.Question == c.question })
			if i < 0 || result.Questions[i].Standing != c.want {
				t.Errorf("got %+v, want %s\n%s", result.Questions, c.want, src)
			}
		})
	}
}
