package policy_test

import (
	"testing"

	"github.com/servicerecovery/amends/policy"
)

// Every operator is held against two numbers in both orders.
func TestOperatorsMirroredAndNegated(t *testing.T) {
	holds := map[string]func(a, b int) bool{
		"==": func(a, b int) bool { return a == b }, "!=": func(a, b int) bool { return a != b },
		"<": func(a, b int) bool { return a < b }, "<=": func(a, b int) bool { return a <= b },
		">": func(a, b int) bool { return a > b }, ">=": func(a, b int) bool { return a >= b },
	}
	for op, of := range holds {
		mirrored, negated := holds[policy.Mirrored(op)], holds[policy.Negated(op)]
		if mirrored == nil || negated == nil {
			t.Errorf("%s is mirrored as %q and negated as %q", op, policy.Mirrored(op), policy.Negated(op))
			continue
		}
		for a := range 3 {
			for b := range 3 {
				if mirrored(b, a) != of(a, b) || negated(a, b) == of(a, b) {
					t.Errorf("%d %s %d: mirrored %s, negated %s", a, op, b, policy.Mirrored(op), policy.Negated(op))
				}
			}
		}
	}
	if policy.Mirrored("in") != "" || policy.Negated("in") != "not in" {
		t.Error("in has sides that can be exchanged")
	}
}
