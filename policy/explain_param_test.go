package policy_test

import (
	"testing"
	"testing/fstest"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/policy/value"
)

// TestExplainParam holds that the expression of a parameter is taken apart, and
// that a parameter without an expression has none.
func TestExplainParam(t *testing.T) {
	set, diags := playbook.Load(fstest.MapFS{"set.yaml": {Data: []byte(`amends: v1
playbook: p
review_by: 2027-06-30
incident: {price: {type: money, currency: EUR}}
terms: {half: incident.price * percent(50)}
plays:
  - id: a
    approach: standardised-response
    when: true
    do:
      - compensate: {id: a, amount: 5 EUR}
      - compensate: {id: b, amount: terms.half + money("1 EUR")}
      - notify: {to: 'shop ${incident.id}'}
`)}})
	program, found := policy.Compile(set)
	if diags.HasErrors() || found.HasErrors() {
		t.Fatal(diags, found)
	}
	x, book := program.Explainer(), program.Playbooks[0]
	do := book.Plays[0].Do
	for _, p := range []*policy.Param{nil, do[0].Amount, do[1].Params[0], do[2].Params[0]} {
		if n := x.Param(p, book); n != nil {
			t.Errorf("%+v has the expression %s", p, n.Text)
		}
	}
	n := x.Param(do[1].Amount, book)
	if n == nil || n.Kind != policy.NodeCall || n.Op != "_+_" || len(n.Parts) != 2 {
		t.Fatalf("%+v", n)
	}
	half, one := n.Parts[0], n.Parts[1]
	if half.Path != "terms.half" || len(half.Parts) != 1 || half.Parts[0].Op != "_*_" || value.Show(one.Value) != "1.00 EUR" {
		t.Errorf("%+v, %+v", half, one)
	}
}
