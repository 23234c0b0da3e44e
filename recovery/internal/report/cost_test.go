package report_test

import (
	"context"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/internal/report"
)

const costSet = `amends: v1
playbook: p
review_by: 2030-01-01
incident:
  price: {type: money, default: 10 EUR}
  other: {type: money, default: 10 EUR}
  eur: {type: money, currency: EUR, default: 5000 EUR}
  cap: {type: money, currency: EUR, default: 50 EUR}
limits: [{of: OF, at_most: CAP}]
plays:
  - id: x
    approach: standardised-response
    when: true
    do: [{compensate: {amount: 'FIRST'}}, {refund: {amount: 'SECOND'}}]
`

// TestCostsHold decides incidents in several currencies, and holds what the page says that a play
// costs at most against what is given: sums per currency, and what is said of caps.
func TestCostsHold(t *testing.T) {
	amounts := []string{"50 EUR", "900 MXN", "incident.price", "incident.eur", "incident.price * percent(50)", "incident.other * 3", `money("10.01 EUR") / 2`}
	caps := []string{"40 EUR", "8000 MXN", "incident.cap", "'incident.price * 2'", "'incident.other'"}
	n, capped := 0, 0
	for _, of := range []string{"compensate", "[refund, compensate]"} {
		for _, c := range caps {
			for i, first := range amounts {
				for j, second := range amounts {
					if n++; testing.Short() && n%11 != 0 || i == j && i > 4 {
						continue
					}
					text := strings.NewReplacer("OF", of, "CAP", c, "FIRST", first, "SECOND", second).Replace(costSet)
					fsys := fstest.MapFS{"p.yaml": {Data: []byte(text)}}
					cost := built(t, fsys, report.Options{}).Playbooks[0].Plays[0].Cost
					capped += len(cost.Caps)
					for _, total := range given(t, fsys) {
						if wrong := belied(cost, total); wrong != "" {
							t.Fatalf("at most %s of %s, amounts %s and %s: %+v, but %v is given: %s", c, of, first, second, cost, total, wrong)
						}
					}
				}
			}
		}
	}
	if capped == 0 {
		t.Error("no cap was said to hold")
	}
}

// given decides incidents in every currency, and sums up what each gets by currency.
func given(t *testing.T, fsys fstest.MapFS) []map[string]*big.Rat {
	t.Helper()
	engine, err := recovery.Load(fsys)
	if err != nil {
		t.Fatal(err)
	}
	var out []map[string]*big.Rat
	for _, currency := range []string{"EUR", "MXN", "USD"} {
		for _, vip := range []bool{false, true} {
			d, err := engine.Decide(context.Background(), recovery.Incident{ID: "T", Service: "s", OccurredAt: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), Fields: map[string]any{"price": "500000 " + currency, "other": map[bool]string{false: "7 EUR", true: "9000 " + currency}[vip]}})
			if err != nil {
				t.Fatal(err)
			}
			total := map[string]*big.Rat{}
			for _, a := range d.Actions {
				c := a.Amount.Currency()
				if total[c] == nil {
					total[c] = new(big.Rat)
				}
				total[c].Add(total[c], a.Amount.Rat())
			}
			out = append(out, total)
		}
	}
	return out
}

// belied says how what was given is more than what is said.
func belied(cost report.Cost, total map[string]*big.Rat) string {
	for c, sum := range total {
		if len(cost.Open) == 0 && !slices.ContainsFunc(cost.Most, func(m string) bool { return atLeast(m, c, sum) }) {
			return "more than " + fmt.Sprint(cost.Most)
		}
		for _, m := range cost.Caps {
			if most, err := value.ParseMoney(m); err == nil && !atLeast(m, c, sum) {
				return "never more than " + most.String()
			}
		}
		for _, m := range cost.CapsIn {
			amount, ok := strings.CutPrefix(m, "in "+c+" never more than ")
			if _, err := value.ParseMoney(amount); ok && err == nil && !atLeast(amount, c, sum) {
				return m
			}
		}
	}
	return ""
}

func atLeast(amount, currency string, sum *big.Rat) bool {
	m, err := value.ParseMoney(amount)
	return err == nil && m.Currency() == currency && m.Rat().Cmp(sum) >= 0
}

// TestCostsOfSeveralCurrencies holds the words for what a cap holds and what it does not.
func TestCostsOfSeveralCurrencies(t *testing.T) {
	const of = "[refund, compensate]"
	for _, c := range []struct {
		of, cap, first, second string
		want                   report.Cost
		limit                  string
	}{
		{of, "40 EUR", "50 EUR", "900 MXN", report.Cost{Most: []string{"40.00 EUR", "900.00 MXN"}}, "Refund and compensate: at most 40.00 EUR together of what is in EUR; what is in MXN is not held by it."},
		{of, "40 EUR", "incident.price", "5 EUR", report.Cost{Open: []string{"price, plus 5.00 EUR"}, CapsIn: []string{"in EUR never more than 40.00 EUR", "in any other currency nothing bounds it"}},
			"Refund and compensate: at most 40.00 EUR together of what is in EUR; what is in any other currency is not held by it."},
		{of, "40 EUR", "incident.eur * 2", "5 EUR", report.Cost{Open: []string{"eur × 2, plus 5.00 EUR"}, Caps: []string{"40.00 EUR"}}, "Refund and compensate: at most 40.00 EUR together."},
		{of, "'incident.price * 2'", "incident.price", "incident.price * percent(5)", report.Cost{Open: []string{"price, plus 5% of price"}, Caps: []string{"price × 2"}}, "Refund and compensate: at most price × 2 together."},
		{of, "'incident.other'", "incident.price", "5 EUR", report.Cost{Open: []string{"price, plus 5.00 EUR"}, CapsIn: []string{"in the currency of the cap never more than other", "in any other currency nothing bounds it"}},
			"Refund and compensate: at most other together of what is in the same currency; what is in another is not held by it."},
		{of, "[40 EUR, 800 MXN]", "50 EUR", "900 MXN", report.Cost{Most: []string{"40.00 EUR", "800.00 MXN"}}, "Refund and compensate: at most 40.00 EUR and 800.00 MXN together."},
		{of, "[40 EUR, 800 MXN]", "incident.price", "900 USD", report.Cost{Open: []string{"price, plus 900.00 USD"},
			CapsIn: []string{"in EUR never more than 40.00 EUR", "in MXN never more than 800.00 MXN", "in any other currency nothing bounds it"}},
			"Refund and compensate: at most 40.00 EUR and 800.00 MXN together of what is in EUR or MXN; what is in USD or any other currency is not held by it."},
		{of, "40 EUR, when: incident.severity < 4", "50 EUR", "5 EUR", report.Cost{Most: []string{"55.00 EUR"}, Caps: []string{"40.00 EUR, but only when severity is less than 4"}},
			"Refund and compensate: at most 40.00 EUR together, but only when severity is less than 4."},
		// Each amount is rounded before they are added up.
		{"compensate", "900 EUR", `money("10.01 EUR") / 3`, `money("10.01 EUR") / 3`, report.Cost{Most: []string{"6.68 EUR"}}, "Compensate: at most 900.00 EUR together."},
	} {
		text := strings.NewReplacer("OF", c.of, "CAP", c.cap, "FIRST", c.first, "SECOND", c.second).Replace(costSet)
		page := built(t, fstest.MapFS{"p.yaml": {Data: []byte(text)}}, report.Options{})
		got := page.Playbooks[0].Plays[0].Cost
		if fmt.Sprint(got) != fmt.Sprint(c.want) {
			t.Errorf("at most %s, %s and %s:\n%+v, wanted\n%+v", c.cap, c.first, c.second, got, c.want)
		}
		if limit := page.Playbooks[0].Limits[0].Text; limit != c.limit {
			t.Errorf("at most %s, %s and %s: %q", c.cap, c.first, c.second, limit)
		}
	}
}

// Arithmetic on doubles can be above the exact number, and rounding up makes a cent of it: 1.1 * 1.1
// is 1.2100000000000002.
func TestCostsOfDoublesRoundedUp(t *testing.T) {
	const set = `amends: v1
playbook: p
rounding: up
review_by: 2030-01-01
incident: {f: {type: double, min: 0.0, max: 1.1}}
plays: [{id: late, approach: standardised-response, when: incident.failure == "late", do: [{compensate: {amount: 'money("10 EUR") * (incident.f * incident.f)'}}]}]
`
	page := built(t, fstest.MapFS{"p.yaml": {Data: []byte(set)}}, report.Options{})
	if got := page.Playbooks[0].Plays[0].Cost.Most; fmt.Sprint(got) != "[12.11 EUR]" {
		t.Errorf("got %v, and a decision gives 12.11 EUR", got)
	}
}

// TestPartnersPaidInSeveralCurrencies holds that what partners cost is not passed over because it
// cannot be compared, nor what is given in time beside what is given when it is too late.
func TestPartnersPaidInSeveralCurrencies(t *testing.T) {
	plays := of(t, `amends: v1
playbook: p
review_by: 2030-01-01
partners:
  a: {agreement: {ref: A, from: 2026-01-01, until: 2030-01-01}, outbound: {cost: 5 EUR}}
  b: {agreement: {ref: B, from: 2026-01-01, until: 2030-01-01}, outbound: {cost: 7 EUR}}
  c: {agreement: {ref: C, from: 2026-01-01, until: 2030-01-01}, outbound: {cost: 9 CHF}}
plays:
  - {id: stand-in, approach: partner-substitute, when: true, substitute: {}}
  - {id: early, approach: preventive-intervention, when: true, do: [{compensate: {amount: 5 EUR}}, {notify: {to: a}}], too_late: [{refund: {amount: 8 EUR}}]}
`, report.Options{}).Playbooks[0].Plays
	if got := fmt.Sprint(plays[0].Cost.Partners); got != "[9.00 CHF or 5.00 EUR to 7.00 EUR]" {
		t.Error(got)
	}
	if got := fmt.Sprint(plays[1].Cost.Most); got != "[13.00 EUR]" {
		t.Error(got)
	}
}
