package policy_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/policy/value"
)

const explainSet = `amends: v1
playbook: parcels
review_by: 2027-06-30
applies: incident.service == "parcel"
incident:
  delay: {type: duration, default: 0s}
  promised_at: {type: timestamp, optional: true}
  fragile: {type: bool, default: false}
  order.value: {type: money, currency: EUR, default: 60 EUR}
facts:
  repeats: {count: incidents, same: [customer.id], last: 90d}
terms:
  valued: incident.customer.tier in ["gold", "platinum"] && !incident.fragile
tables:
  credit: {by: incident.delay, rows: [{from: 24h, amount: 5 EUR}, {from: 3d, amount: 10 EUR}]}
  more: {by: incident.delay, rows: [{above: 24h, amount: 5 EUR}]}
  said: {by: incident.region, rows: [{is: above all, amount: 5 EUR}]}
partners:
  bike:
    agreement: {ref: A, from: 2026-01-01, until: 2026-12-31}
    outbound: {covers: 'incident.region == "MAD"'}
plays:
  - id: late
    approach: standardised-response
    when: incident.failure == "late" && incident.delay >= hours(48)
  - id: priced
    approach: standardised-response
    when: incident.failure == "late" && has(tables.credit)
    cases:
      - {id: dear, when: incident.order.value > money("100 EUR"), do: []}
      - {id: other, do: []}
  - {id: more, approach: standardised-response, when: incident.failure == "late" && has(tables.more)}
  - {id: said, approach: standardised-response, when: has(tables.said)}
  - id: valued
    approach: standardised-response
    when: terms.valued || facts.repeats > 2
  - id: promised
    approach: standardised-response
    when: has(incident.promised_at) && incident.promised_at < now
  - id: never-mind
    approach: standardised-response
    when: "!(incident.severity == 3) && incident.source != 'complaint' && 'vip' in incident.tags"
  - {id: signal, approach: preventive-intervention, when: true}
  - {id: partner, approach: standardised-response, provider: partner, when: true}
  - {id: next-year, approach: standardised-response, in_force: {from: 2027-01-01}, when: true}
  - {id: rest, approach: standardised-response, fallback: true, when: true}
  - {id: failing, approach: standardised-response, when: 10 / (incident.severity - 3) > 1}
  - {id: by-bike, approach: partner-substitute, substitute: {}, when: incident.failure == "late"}
`

// explained explains an incident, with fields changed, under the set above.
func explained(t *testing.T, changes map[string]any) map[string]policy.Explanation {
	t.Helper()
	set, diags := playbook.Load(fstest.MapFS{"set.yaml": {Data: []byte(explainSet)}})
	program, found := policy.Compile(set)
	if diags.HasErrors() || found.HasErrors() {
		t.Fatal(diags, found)
	}
	now := time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
	in := program.NewInput(now)
	values := map[string]any{"id": "T", "service": "parcel", "occurred_at": now, "failure": "late", "delay": 46 * time.Hour}
	for name, v := range changes {
		values[name] = v
	}
	fields := append(append([]*policy.Field{}, program.Fields...), program.Playbooks[0].Fields...)
	for _, f := range fields {
		if v, ok := values[f.Name]; ok {
			in.Set(f, v)
		} else if f.Default != nil {
			in.Set(f, f.Default)
		}
	}
	if _, err := in.Applying(); err != nil {
		t.Fatal(err)
	}
	out := map[string]policy.Explanation{}
	for _, e := range program.Explainer().Explain(in) {
		out[strings.TrimPrefix(e.Play.Name, "parcels/")] = e
	}
	if matches, err := program.Match(in); err == nil {
		for _, m := range matches {
			e := out[strings.TrimPrefix(m.Play.Name, "parcels/")]
			if !e.Matched || (m.Case != nil) != (e.Case >= 0) || m.Case != nil && e.Cases[e.Case].Case != m.Case {
				t.Errorf("%s matched, and is explained as %+v", m.Play.Name, e)
			}
		}
	}
	return out
}

func TestMisses(t *testing.T) {
	for _, test := range []struct {
		play    string
		changes map[string]any
		want    string
	}{
		{"late", nil, "incident.delay is 46h, 48h needed"},
		{"late", map[string]any{"failure": "lost"}, "incident.failure is lost, late needed; incident.delay is 46h, 48h needed"},
		{"priced", map[string]any{"delay": 20 * time.Hour}, "tables.credit has no row for incident.delay, which is 20h (the first is from 24h)"},
		{"more", map[string]any{"delay": 24 * time.Hour}, "tables.more has no row for incident.delay, which is 24h, more than 24h needed"},
		{"said", nil, "tables.said has no row for incident.region, which is \"\" (the first is above all)"},
		{"valued", nil, "incident.customer.tier is \"\", one of gold, platinum needed"},
		{"valued", map[string]any{"fragile": true}, "facts.repeats is 0, more than 2 needed"},
		{"promised", nil, "incident.promised_at is absent"},
		{"promised", map[string]any{"promised_at": time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)},
			"incident.promised_at is 2026-03-02T12:00:00Z, less than now (2026-03-02T10:00:00Z) needed"},
		{"never-mind", map[string]any{"tags": []any{"a", "b"}},
			"incident.severity is 3, anything else needed; incident.source is complaint, anything else needed; vip is not in incident.tags (a, b)"},
		{"failing", nil, "10 / (incident.severity - 3) fails: division by zero"},
		{"failing", map[string]any{"severity": int64(1)}, "10 / (incident.severity - 3) is -5, more than 1 needed"},
	} {
		e := explained(t, test.changes)[test.play]
		if got := strings.Join(e.When.Misses(), "; "); e.Matched || got != test.want {
			t.Errorf("%s: got  %s\nwanted %s", test.play, got, test.want)
		}
	}
}

func TestBarriers(t *testing.T) {
	for _, test := range []struct {
		play    string
		changes map[string]any
		want    policy.Barrier
	}{
		{"signal", nil, policy.BarrierPhase},
		{"signal", map[string]any{"phase": "signal"}, policy.BarrierNone},
		{"partner", nil, policy.BarrierProvider},
		{"partner", map[string]any{"provider": "bike"}, policy.BarrierNone},
		{"next-year", nil, policy.BarrierPeriod},
		{"rest", nil, policy.BarrierNotNeeded},
		{"rest", map[string]any{"failure": "lost"}, policy.BarrierNone},
		{"late", map[string]any{"service": "hotel"}, policy.BarrierApplies},
	} {
		e := explained(t, test.changes)[test.play]
		if e.Barrier != test.want || (e.Barrier != policy.BarrierNone) == (e.When != nil) || e.Barrier != policy.BarrierNone && e.Matched {
			t.Errorf("%s %v: %+v", test.play, test.changes, e)
		}
	}
	if e := explained(t, map[string]any{"service": "hotel"})["late"]; strings.Join(e.Applies.Misses(), "") != "incident.service is hotel, parcel needed" {
		t.Errorf("%+v", e.Applies)
	}
}

func TestCasesAndPartners(t *testing.T) {
	for amount, want := range map[string]int{"100 EUR": 1, "100.01 EUR": 0} {
		e := explained(t, map[string]any{"order.value": value.MustMoney(amount)})["priced"]
		if e.Case != want || len(e.Cases) != want+1 {
			t.Errorf("%s: %+v", amount, e)
		}
	}
	e := explained(t, map[string]any{"region": "BCN"})["by-bike"]
	if len(e.Partners) != 1 || strings.Join(e.Partners[0].Covers.Misses(), "") != "incident.region is BCN, MAD needed" {
		t.Errorf("%+v", e)
	}
}

// outline writes the parts of a condition by line: ✓ on those that decided, ~ on
// those that were not looked at.
func outline(n *policy.Node, indent string) string {
	mark := " "
	switch {
	case n.Decided:
		mark = "✓"
	case n.Skipped:
		mark = "~"
	}
	out := fmt.Sprintf("%s %s%s %s: %s = %v\n", n.Position(), indent, mark, n.Kind, n.Text, value.Show(n.Value))
	for _, p := range n.Parts {
		out += outline(p, indent+"  ")
	}
	return out
}

func TestNodes(t *testing.T) {
	got := outline(explained(t, nil)["valued"].When, "")
	want := `set.yaml:36:11 ✓ or: terms.valued || facts.repeats > 2 = false
set.yaml:36:11   ✓ read: terms.valued = false
set.yaml:13:11     ✓ and: incident.customer.tier in ["gold", "platinum"] && !incident.fragile = false
set.yaml:13:11       ✓ compare: incident.customer.tier in ["gold", "platinum"] = false
set.yaml:13:11           read: incident.customer.tier = 
set.yaml:13:37           call: ["gold", "platinum"] = gold, platinum
set.yaml:13:38             constant: "gold" = gold
set.yaml:13:46             constant: "platinum" = platinum
set.yaml:13:61       ~ not: !incident.fragile = true
set.yaml:13:62         ~ read: incident.fragile = false
set.yaml:36:27   ✓ compare: facts.repeats > 2 = false
set.yaml:36:27       read: facts.repeats = 0
set.yaml:36:43       constant: 2 = 2
`
	if got != want {
		t.Errorf("got\n%s\nwanted\n%s", got, want)
	}
	if e := explained(t, nil)["more"]; !e.Matched || e.When.Parts[1].Row != "above 24h" {
		t.Errorf("%+v", e.When)
	}
	if e := explained(t, nil)["priced"]; e.When.Parts[1].Row != "from 24h" {
		t.Errorf("%+v", e.When.Parts[1])
	}
}
