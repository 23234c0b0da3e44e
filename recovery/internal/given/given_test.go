package given

import (
	"context"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/store"
)

const set = `
amends: v1
playbook: a
facts:
  repeats: {count: incidents, same: [customer.id], last: 90d}
  credited: {sum: compensate, same: [customer.id], last: 90d, currency: EUR}
partners:
  bike: {agreement: {ref: A, from: 2026-01-01, until: 2026-12-31}, outbound: {capacity: {units: 4, per: day}}}
plays:
  - id: choose
    approach: case-by-case
    when: facts.repeats > 1 && facts.credited > money("1 EUR")
    discretion: {decider: me, options: [{replace: {}}, {compensate: {amount: {from: 0 EUR, to: 9 EUR}}}]}
  - id: ride
    approach: partner-substitute
    when: "true"
    substitute: {}
---
amends: v1
playbook: b
facts:
  repeats: {count: incidents, same: [service], last: 90d}
plays:
  - id: choose
    approach: case-by-case
    when: facts.repeats > 1
    discretion: {decider: me, options: [{replace: {}}]}
`

func program(t *testing.T) *policy.Program {
	t.Helper()
	s, diags := playbook.Load(fstest.MapFS{"set.yaml": {Data: []byte(set)}})
	p, more := policy.Compile(s)
	if p == nil {
		t.Fatal(append(diags, more...))
	}
	return p
}

func TestRead(t *testing.T) {
	s, err := Parse([]byte(`{"facts": {"a/repeats": 3, "credited": {"value": "2.50", "currency": "EUR"}},
		"partners": {"bike": {"used": 4}},
		"precedents": {"a/choose": [{"amount": "4 EUR", "reason": "why"}]}}`), program(t))
	if err != nil {
		t.Fatal(err)
	}
	got, _, err := s.Read(context.Background(), recovery.Query{
		Facts: []recovery.FactQuery{{Name: "a/repeats"}, {Name: "b/repeats"}, {Name: "credited"}},
		Use:   []recovery.UseQuery{{Partner: "bike"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := recovery.Given{
		Facts: []any{int64(3), nil, recovery.MustMoney("2.50 EUR")},
		Use:   []int64{4},
	}
	sameMoney := cmp.Comparer(func(a, b recovery.Money) bool { return a == b })
	if diff := cmp.Diff(want, got, sameMoney); diff != "" {
		t.Error(diff)
	}
	precedents, err := s.Precedents(context.Background(), recovery.Query{Precedents: []recovery.PrecedentQuery{{Play: "a/choose"}, {Play: "b/choose"}}})
	if err != nil {
		t.Fatal(err)
	}
	four := recovery.MustMoney("4 EUR")
	sums := []store.Precedents{{
		Count: 1, Amounts: []store.Spread{{Type: "compensate", Lower: four, Upper: four, Lowest: four, Highest: four}},
		Recent: []store.Precedent{{Type: "compensate", Amount: four, Reason: "why"}},
	}, {}}
	if diff := cmp.Diff(sums, precedents, sameMoney); diff != "" {
		t.Error(diff)
	}
}

// TestPlainName gives a fact of every playbook by the name that they use.
func TestPlainName(t *testing.T) {
	s, err := Parse([]byte(`{"facts": {"repeats": 7}}`), program(t))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]any{"a/repeats": int64(7), "b/repeats": int64(7)}, s.facts); diff != "" {
		t.Error(diff)
	}
}

func TestParseRefuses(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{`{"facts": {"repeat": 3}}`, "no fact"},
		{`{"facts": {"repeats": "3"}}`, "whole number"},
		{`{"facts": {"repeats": -3}}`, "whole number"},
		{`{"facts": {"credited": 3}}`, "amount in EUR"},
		{`{"facts": {"credited": "3 GBP"}}`, "amount in EUR"},
		{`{"fact": {}}`, "unknown key"},
		{`{"partners": {"bkie": {"used": 3}}}`, "did you mean bike"},
		{`{"partners": {"bike": {"used": -1}}}`, "whole number"},
		{`{"precedents": {"a/ride": []}}`, "case-by-case"},
		{`{"precedents": {"a/choose": [{"amount": "3"}]}}`, "no amount"},
		{`[]`, "an object with facts"},
		{`{"facts": []}`, "facts is an object"},
		{`{"partners": {"bike": 3}}`, "partners is an object"},
		{`{"facts": {"credited": "-3 EUR"}}`, "zero or more"},
		{`{"precedents": {"a/choose": [{"type": "zz"}]}}`, "no `zz`"},
		{`{} {}`, "more follows"},
		{`{`, "EOF"},
	} {
		_, err := Parse([]byte(tt.text), program(t))
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, wanted something about %q", tt.text, err, tt.want)
		}
	}
}
