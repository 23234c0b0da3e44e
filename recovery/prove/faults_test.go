package prove_test

import (
	"context"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/recovery/prove"
)

const flights = `amends: v1
playbook: air
review_by: 2027-06-30
applies: incident.service == "flight"
incident:
  km: {type: double, min: 0}
  delay: {type: duration, min: 0s, default: 0s}
tables:
  owed:
    by: {km: incident.km, delay: incident.delay}
    rows:
      - {km: {upto: 1500}, delay: {from: 3h}, amount: 250 EUR}
      - {km: {above: 1500, upto: 3500}, delay: {from: 3h}, amount: 400 EUR}
      - {km: {above: 3500}, delay: {from: 3h, below: 4h}, amount: 400 EUR}
      - {km: {above: 3500}, delay: {from: 4h}, amount: 600 EUR}
plays:
  - id: late
    approach: standardised-response
    when: incident.failure == "late" && has(tables.owed)
    do:
      - compensate: {amount: tables.owed.amount}
      - respond: {within: 2d}
    cases:
      - {id: far, when: incident.km > 3500.0, do: [{apologise: {}}]}
      - {id: near, when: incident.km > 1000.0, do: [{apologise: {}}]}
guarantees:
  - {id: further, for: incident.failure == "late", when_grows: km, never_less: [compensate]}
  - {id: longer, for: incident.failure == "late", when_grows: delay, never_less: [compensate]}
  - {id: same, regardless_of: [region, language, channel, customer.tier], same: [compensate, respond]}
  - {id: most, of: [compensate], at_most: 600 EUR}
  - {id: answered, for: 'incident.failure == "late" && incident.delay >= hours(3) && incident.phase == "failure" && incident.provider == ""', gives: respond, within: 2d}
`

// TestClassicFaults makes the mistakes that people make, and looks for the guarantee that shows each, with
// a witness.
func TestClassicFaults(t *testing.T) {
	for _, c := range []struct{ name, old, changed, broken, shows string }{
		{"none", "", "", "", ""},
		{"a gap at exactly 1,500 km", "{upto: 1500}", "{below: 1500}", "further answered", `"km":1500`},
		{"more than for from", "{km: {upto: 1500}, delay: {from: 3h}", "{km: {upto: 1500}, delay: {above: 3h}", "answered", `"delay":"3h"`},
		{"two bands swapped", "upto: 3500}, delay: {from: 3h}, amount: 400 EUR", "upto: 3500}, delay: {from: 3h}, amount: 600 EUR", "further", `"km":3500`},
		{"more for a tier in one region", "has(tables.owed)\n", `has(tables.owed) && !(incident.region == "north" && incident.customer.tier == "gold")` + "\n", "same answered", `"region":"north"`},
		{"a zero too many", "amount: 600 EUR", "amount: 6000 EUR", "most", `"delay":"4h"`},
		{"a case behind a wider one", "incident.km > 3500.0", "incident.km > 500.0", "never", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			src := strings.Replace(flights, c.old, c.changed, 1)
			set, diags := playbook.Load(fstest.MapFS{"air.yaml": {Data: []byte(src)}})
			if diags.HasErrors() {
				t.Fatal(diags)
			}
			result, err := prove.Prove(context.Background(), set, prove.Options{})
			if err != nil {
				t.Fatal(err)
			}
			var broken []string
			shown := ""
			for _, p := range slices.Concat(result.Guarantees, result.Questions) {
				if p.Guarantee != "" && p.Standing == prove.Open {
					t.Errorf("%s is open: %s", p.Guarantee, p.Reason)
				}
				if p.Standing == prove.Broken && (p.Guarantee != "" || p.Question == prove.Never) {
					broken = append(broken, strings.TrimPrefix(p.Guarantee, "air/")+string(p.Question))
					for _, w := range p.Witnesses {
						shown += string(w.Incident)
					}
				}
			}
			if got := strings.Join(broken, " "); got != c.broken || !strings.Contains(shown, c.shows) {
				t.Errorf("broken are %q, wanted %q and %s in %s", got, c.broken, c.shows, shown)
			}
		})
	}
}

// TestWhatTheEngineReads holds claims about fields that no expression reads, and the engine does.
func TestWhatTheEngineReads(t *testing.T) {
	const head = "amends: v1\nplaybook: p\nreview_by: 2027-06-30\nincident:\n  promised_at: {type: timestamp, optional: true}\n  lead: {type: duration, default: 1h, min: 0s}\n  price: {type: money, currency: EUR, default: 5 EUR, min: 0 EUR}\n  lines: {items: {late: {type: duration, default: 0s}}, default: []}\nplays:\n"
	for _, c := range []struct {
		name, play, claim string
		standing          prove.Standing
	}{
		{"a clock that follows a field", "{id: a, approach: standardised-response, when: 'has(incident.promised_at)', do: [{respond: {since: promised_at, within: 2d}}]}",
			"regardless_of: [promised_at], same: [respond]", prove.Broken},
		{"a step whose clock follows a field", "{id: a, approach: standardised-response, when: 'has(incident.promised_at)', do: [{respond: {within: 2d, if_late: [{escalate: {to: x, since: promised_at, within: 1h}}]}}]}",
			"regardless_of: [promised_at], same: [respond]", prove.Broken},
		{"the report", "{id: a, approach: standardised-response, when: 'incident.severity > 1', do: [{respond: {within: 2d}}]}",
			"regardless_of: [reported_at], same: [respond]", prove.Broken},
		{"the phase", "{id: a, approach: standardised-response, when: 'incident.severity > 1', do: [{compensate: {amount: 1 EUR}}]}",
			"regardless_of: [phase], same: [compensate]", prove.Broken},
		{"a lead", "{id: a, approach: preventive-intervention, when: 'incident.severity > 1', lead: incident.lead, do: [{compensate: {amount: 2 EUR}}], too_late: [{compensate: {amount: 1 EUR}}]}",
			"regardless_of: [lead], same: [compensate]", prove.Broken},
		{"a promise that may be too late", "{id: a, approach: preventive-intervention, when: 'incident.severity > 1', do: [{respond: {within: 1h}}], too_late: [{apologise: {}}]}",
			"for: incident.phase == 'signal' && incident.severity > 1 && incident.provider == '', gives: respond", prove.Broken},
		{"a deadline that is longer", "{id: a, approach: standardised-response, phase: any, provider: any, when: 'true', do: [{respond: {within: 2d}}]}",
			"gives: respond, within: 1d", prove.Broken},
		{"hours that are more than a day with a change of clocks", "{id: a, approach: standardised-response, phase: any, provider: any, when: 'true', do: [{respond: {within: 24h}}]}",
			"gives: respond, within: 1d", prove.Open},
		{"a deadline that is as long", "{id: a, approach: standardised-response, phase: any, provider: any, when: 'true', do: [{respond: {within: 1d}}]}",
			"gives: respond, within: 1d", prove.Proved},
		{"a fallback that another play takes the place of", "{id: a, approach: standardised-response, phase: any, provider: any, when: 'incident.severity > 3', do: [{apologise: {}}]}\n" +
			"  - {id: b, approach: standardised-response, phase: any, provider: any, fallback: true, when: 'true', do: [{respond: {}}]}", "gives: respond", prove.Broken},
		{"a table by text", "{id: a, approach: standardised-response, when: 'true', do: [{compensate: {amount: tables.t.amount}}]}\n" +
			"tables: {t: {by: incident.region, rows: [{is: north, amount: 10 EUR}, {is: south, amount: 90 EUR}, {otherwise: true, amount: 10 EUR}]}}", "of: compensate, at_most: 50 EUR", prove.Broken},
		{"two reports whose deadlines fall together", "{id: a, approach: standardised-response, when: 'has(incident.promised_at) && incident.promised_at >= timestamp(\"2027-01-01T01:00:00Z\")', do: [{respond: {within: 1h}}]}\n" +
			"  - {id: b, approach: standardised-response, when: 'has(incident.promised_at) && incident.promised_at == timestamp(\"2027-01-01T00:00:00Z\")', do: [{respond: {within: 2h}}]}",
			"for: 'has(incident.promised_at) && incident.promised_at in [timestamp(\"2027-01-01T00:00:00Z\"), timestamp(\"2027-01-01T01:00:00Z\")]', regardless_of: [promised_at], same: [respond]", prove.Broken},
		{"a part of a text", "{id: a, approach: standardised-response, when: 'true', do: [{compensate: {amount: 'incident.region.contains(\"nor\") ? money(\"5 EUR\") : money(\"6 EUR\")'}}]}",
			"regardless_of: [region], same: [compensate]", prove.Broken},
		{"the end of a text", "{id: a, approach: standardised-response, when: 'true', do: [{compensate: {amount: 'incident.region.endsWith(\"nor\") ? money(\"5 EUR\") : money(\"6 EUR\")'}}]}",
			"regardless_of: [region, channel], same: [compensate]", prove.Broken},
		{"a part of a price", "{id: a, approach: standardised-response, when: 'incident.severity > 1', do: [{compensate: {amount: incident.price * percent(50)}}]}",
			"when_grows: price, never_less: [compensate]", prove.Proved},
		{"a price and a fee", "{id: a, approach: standardised-response, when: 'incident.severity > 1', do: [{compensate: {amount: 'max(incident.price / 3 + money(\"5 EUR\"), money(\"10 EUR\")) * incident.severity'}}]}",
			"when_grows: price, never_less: [compensate]", prove.Open},
		{"the more of a price", "{id: a, approach: standardised-response, when: 'incident.severity > 1', do: [{compensate: {amount: 'round_up(max(incident.price / 3 + money(\"5 EUR\"), money(\"10 EUR\")))'}}]}",
			"when_grows: price, never_less: [compensate]", prove.Proved},
		{"what is left of a price", "{id: a, approach: standardised-response, when: 'incident.price < money(\"40 EUR\")', do: [{compensate: {amount: 'money(\"50 EUR\") - incident.price'}}]}",
			"when_grows: price, never_less: [compensate]", prove.Broken},
		{"a branch by a price", "{id: a, approach: standardised-response, when: 'incident.severity > 1', do: [{compensate: {amount: 'incident.price + incident.price > money(\"40 EUR\") ? incident.price : incident.price + money(\"30 EUR\")'}}]}",
			"when_grows: price, never_less: [compensate]", prove.Broken},
		{"a share of a price by a table", "{id: a, approach: standardised-response, when: 'incident.severity > 1', do: [{compensate: {amount: 'incident.price / tables.t.of * tables.t.share * (incident.severity > 3 ? 2 : 1)'}}]}\n" +
			"tables: {t: {by: incident.region, rows: [{is: north, of: 3, share: 10%}, {otherwise: true, of: 1, share: 0%}]}}", "when_grows: price, never_less: [compensate]", prove.Proved},
		{"a share below zero", "{id: a, approach: standardised-response, when: 'incident.severity > 1', do: [{compensate: {amount: 'money(\"90 EUR\") + incident.price * tables.t.share'}}]}\n" +
			"tables: {t: {by: incident.region, rows: [{is: north, share: -10%}, {otherwise: true, share: 0%}]}}", "when_grows: price, never_less: [compensate]", prove.Broken},
		{"full hours", "{id: a, approach: standardised-response, when: 'incident.severity > 1', do: [{compensate: {amount: 'money(\"2 EUR\") * int(incident.lead / hours(12))'}}]}",
			"when_grows: lead, never_less: [compensate]", prove.Proved},
		{"a cap that does not always hold", "{id: a, approach: standardised-response, when: 'incident.severity > 1', do: [{compensate: {amount: incident.price}}]}\nlimits: [{of: compensate, at_most: 12 EUR, when: incident.severity > 3}]",
			"of: compensate, at_most: 12 EUR", prove.Broken},
		{"a cap that always holds", "{id: a, approach: standardised-response, when: 'incident.severity > 1', do: [{compensate: {amount: incident.price}}]}\nlimits: [{of: compensate, at_most: 12 EUR}]",
			"of: compensate, at_most: 12 EUR", prove.Proved},
		{"a partner that may be busy", "{id: a, approach: partner-substitute, when: 'true', phase: any, provider: any, substitute: {partners: [q]}, do: [{callback: {}}], otherwise: [{escalate: {to: x}}]}\n" +
			"partners: {q: {agreement: {ref: A, from: 2026-01-01, until: 2030-12-31}, outbound: {capacity: {units: 1, per: day}}, inbound: {}}}", "gives: callback", prove.Broken},
		{"a partner or somebody else", "{id: a, approach: partner-substitute, when: 'true', phase: any, provider: any, substitute: {partners: [q]}, do: [{callback: {}}], otherwise: [{escalate: {to: x}}]}\n" +
			"partners: {q: {agreement: {ref: A, from: 2026-01-01, until: 2030-12-31}, outbound: {capacity: {units: 1, per: day}}, inbound: {}}}", "gives: [callback, escalate]", prove.Proved},
		{"items under a cap", "{id: a, approach: standardised-response, when: 'true', each: lines, where: 'item.late > hours(1)', do: [{compensate: {amount: 5 EUR}}]}\nlimits: [{of: compensate, at_most: 12 EUR}]",
			"of: compensate, at_most: 12 EUR", prove.Proved},
		{"items of which the highest is kept", "{id: a, approach: standardised-response, when: 'true', each: lines, where: 'item.late > hours(1)', do: [{compensate: {amount: 5 EUR}}]}\nlimits: [{of: compensate, keep: highest}]",
			"of: compensate, at_most: 5 EUR", prove.Proved},
		{"items without a cap", "{id: a, approach: standardised-response, when: 'true', each: lines, where: 'item.late > hours(1)', do: [{compensate: {amount: 5 EUR}}]}",
			"of: compensate, at_most: 9 EUR", prove.Broken},
		{"an item", "{id: a, approach: standardised-response, when: 'true', each: lines, where: 'item.late > hours(1)', do: [{compensate: {amount: 5 EUR}}]}",
			"never: compensate", prove.Broken},
		{"a cap that tells somebody", "{id: a, approach: standardised-response, when: 'true', do: [{compensate: {amount: 5 EUR}}]}\nlimits: [{of: compensate, at_most: 2 EUR, over: escalate, to: x}]",
			"never: escalate", prove.Broken},
		{"a cap that tells somebody one day", "{id: a, approach: standardised-response, when: 'true', do: [{compensate: {amount: 5 EUR}}]}\nlimits: [{of: compensate, at_most: 12 EUR, counting: credited, over: escalate, to: x}]\nfacts: {credited: {sum: compensate, same: [customer.id], last: 365d, currency: EUR}}",
			"never: escalate", prove.Broken},
		{"an offer above what is written", "{id: a, approach: case-by-case, when: 'true', discretion: {decider: d, within: 2h, options: [{compensate: {amount: {from: 1 EUR, to: 40 EUR}}}]}}",
			"of: compensate, at_most: 5 EUR", prove.Broken},
		{"two offers that may both be chosen", "{id: a, approach: case-by-case, when: 'true', discretion: {decider: d, within: 2h, choose: {at_least: 1, at_most: 2}, options: [{compensate: {id: x, amount: {from: 1 EUR, to: 4 EUR}}}, {compensate: {id: y, amount: {from: 1 EUR, to: 4 EUR}}}]}}",
			"of: compensate, at_most: 5 EUR", prove.Broken},
		{"two offers that a cap looks at one by one", "{id: a, approach: case-by-case, when: 'true', discretion: {decider: d, within: 2h, choose: {at_least: 1, at_most: 2}, options: [{compensate: {id: x, amount: {from: 1 EUR, to: 4 EUR}}}, {compensate: {id: y, amount: {from: 1 EUR, to: 4 EUR}}}]}}\nlimits: [{of: compensate, at_most: 5 EUR}]",
			"of: compensate, at_most: 5 EUR", prove.Broken},
		{"an offer", "{id: a, approach: case-by-case, when: 'true', discretion: {decider: d, within: 2h, options: [{compensate: {amount: {from: 1 EUR, to: 40 EUR}}}]}}",
			"never: compensate", prove.Broken},
		{"a currency without a bound", "{id: a, approach: standardised-response, when: 'true', do: [{compensate: {amount: 10 GBP}}]}", "of: compensate, at_most: 12 EUR", prove.Broken},
		{"an amount of zero", "{id: a, approach: standardised-response, phase: any, provider: any, when: 'true', do: [{compensate: {amount: 0 EUR}}]}", "gives: compensate", prove.Broken},
		{"a cap for each item", "{id: a, approach: standardised-response, when: 'true', each: lines, do: [{compensate: {amount: 5 EUR}}]}\nlimits: [{of: compensate, per: item, at_most: 5 EUR}]", "of: compensate, at_most: 5 EUR", prove.Broken},
		{"a case that may not hold", "{id: a, approach: standardised-response, when: 'true', do: [], cases: [{id: c, when: 'incident.severity > 3', do: [{compensate: {amount: 5 EUR}}]}]}", "never: compensate", prove.Broken},
		{"the time of the decision", "{id: a, approach: standardised-response, when: 'now - incident.occurred_at > days(3)', do: [{compensate: {amount: 5 EUR}}]}", "never: compensate", prove.Broken},
		{"working days that are more", "{id: a, approach: standardised-response, phase: any, provider: any, when: 'true', do: [{respond: {within: 3wd, calendar: office}}]}\ncalendars: {office: {hours: {mon-fri: '09:00-17:00'}}}", "gives: respond, within: 2wd, calendar: office", prove.Broken},
		{"a wait ahead of a deadline", "{id: a, approach: standardised-response, phase: any, provider: any, when: 'true', do: [{respond: {after: 20h, within: 20h}}]}", "gives: respond, within: 30h", prove.Broken},
		{"a clock that begins later", "{id: a, approach: standardised-response, phase: any, provider: any, when: 'true', do: [{respond: {since: promised_at, within: 2h}}]}", "gives: respond, within: 1d", prove.Broken},
		{"the end of the day", "{id: a, approach: standardised-response, phase: any, provider: any, when: 'true', do: [{respond: {within: 1d, ends: day}}]}", "gives: respond, within: 1d", prove.Broken},
		{"days in another zone", "{id: a, approach: standardised-response, phase: any, provider: any, when: 'true', do: [{respond: {within: 25h}}]}", "gives: respond, within: 1d", prove.Broken},
		{"a step that names a field", "{id: a, approach: standardised-response, when: 'incident.severity > 1', do: [{respond: {within: 2d, if_late: [{escalate: {to: 'x-${incident.channel}'}}]}}]}",
			"regardless_of: [channel], same: [respond]", prove.Broken},
		{"a parameter that names a field", "{id: a, approach: standardised-response, when: 'incident.severity > 1', do: [{assign: {to: 'x-${incident.channel}'}}]}", "regardless_of: [channel], same: [assign]", prove.Broken},
		{"a fact that is counted by the field", "{id: a, approach: standardised-response, when: 'facts.n > 1', do: [{compensate: {amount: 5 EUR}}]}\nfacts: {n: {count: incidents, same: [customer.id], last: 365d}}", "regardless_of: [customer.id], same: [compensate]", prove.Broken},
		{"a sum that is counted by the field", "{id: a, approach: standardised-response, when: 'true', do: [{compensate: {amount: 5 EUR}}]}\nlimits: [{of: compensate, at_most: 12 EUR, counting: credited}]\nfacts: {credited: {sum: compensate, same: [customer.id], last: 365d, currency: EUR}}",
			"regardless_of: [customer.id], same: [compensate]", prove.Broken},
		{"a play behind one that varies", "{id: a, approach: standardised-response, when: 'incident.channel == \"web\"', do: [{apologise: {}}]}\n  - {id: b, approach: standardised-response, fallback: true, when: 'true', do: [{compensate: {amount: 5 EUR}}]}", "regardless_of: [channel], same: [compensate]", prove.Broken},
		{"nothing in place of an amount", "{id: a, approach: standardised-response, when: 'incident.price < money(\"40 EUR\")', do: [{compensate: {amount: 5 EUR}}]}", "when_grows: price, never_less: [compensate]", prove.Broken},
		{"a sum that two rise and fall", "{id: a, approach: standardised-response, when: 'incident.price < money(\"40 EUR\")', do: [{compensate: {amount: 'money(\"90 EUR\") - incident.price * 2'}}]}", "when_grows: price, never_less: [compensate]", prove.Broken},
		{"a rising amount that is kept from others", "{id: a, approach: standardised-response, when: 'true', do: [{compensate: {amount: incident.price}}]}\nlimits: [{of: compensate, at_most: 'money(\"90 EUR\") - incident.price'}]", "when_grows: price, never_less: [compensate]", prove.Broken},
		{"no effect of the channel", "{id: a, approach: standardised-response, when: 'incident.severity > 1', do: [{respond: {within: 2d}}]}",
			"regardless_of: [channel], same: [respond]", prove.Proved},
	} {
		t.Run(c.name, func(t *testing.T) {
			claim := strings.ReplaceAll(c.claim, "for: incident", "for: \"incident")
			if claim != c.claim {
				claim = strings.Replace(claim, ", gives", "\", gives", 1)
			}
			set, diags := playbook.Load(fstest.MapFS{"p.yaml": {Data: []byte(head + "  - " + c.play + "\nguarantees:\n  - {id: g, " + claim + "}\n")}})
			if diags.HasErrors() {
				t.Fatal(diags)
			}
			result, err := prove.Prove(context.Background(), set, prove.Options{Guarantee: "g"})
			if err != nil {
				t.Fatal(err)
			}
			if got := result.Guarantees[0]; got.Standing != c.standing && (got.Standing == prove.Proved || c.standing != prove.Broken) {
				t.Errorf("it is %s: %s", got.Standing, got.Reason)
			} else {
				t.Log(got.Standing, got.Reason)
			}
		})
	}
}

// TestExamples holds the standing of each guarantee of the examples.
func TestExamples(t *testing.T) {
	open := []string{"compensation/longer-is-never-less"} // of items nothing is known
	found := 0
	for _, dir := range []string{"broadband", "cloud", "flights", "hotel", "power", "rail"} {
		set, diags := playbook.Load(os.DirFS("../../examples/" + dir + "/playbooks"))
		if diags.HasErrors() {
			t.Fatal(diags)
		}
		result, err := prove.Prove(context.Background(), set, prove.Options{})
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range result.Guarantees {
			found++
			want := prove.Proved
			if slices.Contains(open, p.Guarantee) {
				want = prove.Open
			}
			if p.Standing != want {
				t.Errorf("%s: %s is %s: %s", dir, p.Guarantee, p.Standing, p.Reason)
			}
		}
	}
	if found < 15 {
		t.Errorf("only %d guarantees", found)
	}
}

// TestSameBytes proves a set twice, with its names in another order of hashing each time.
func TestSameBytes(t *testing.T) {
	src := strings.Replace(flights, "{upto: 1500}", "{below: 1500}", 1)
	var first string
	for range 5 {
		set, _ := playbook.Load(fstest.MapFS{"air.yaml": {Data: []byte(src)}})
		result, err := prove.Prove(context.Background(), set, prove.Options{Gaps: true})
		if err != nil {
			t.Fatal(err)
		}
		var out strings.Builder
		for _, p := range slices.Concat(result.Guarantees, result.Questions) {
			out.WriteString(p.Guarantee + string(p.Question) + string(p.Standing) + p.Reason)
			for _, w := range p.Witnesses {
				out.Write(w.Incident)
			}
		}
		if first == "" {
			first = out.String()
		}
		if out.String() != first {
			t.Fatalf("got %s\nand %s", first, out.String())
		}
	}
}

// TestTwoPlaybooks holds that limits of one playbook bound nothing that another one gives.
func TestTwoPlaybooks(t *testing.T) {
	const two = `amends: v1
playbook: a
review_by: 2027-06-30
limits: [LIMIT]
plays:
  - {id: p, approach: standardised-response, when: 'true', do: [{compensate: {amount: 5 EUR}}]}
guarantees:
  - {id: g, of: compensate, at_most: 5 EUR}
---
amends: v1
playbook: b
review_by: 2027-06-30
plays:
  - {id: p, approach: standardised-response, when: incident.severity > 3, do: [{compensate: {amount: 5 EUR}}]}
`
	for _, limit := range []string{"{of: compensate, keep: highest}", "{of: compensate, at_most: 5 EUR}", "{of: [compensate, refund], at_most: 5 EUR}"} {
		result, err := prove.Prove(context.Background(), loaded(t, strings.Replace(two, "LIMIT", limit, 1)), prove.Options{Guarantee: "g"})
		if err != nil {
			t.Fatal(err)
		}
		if got := result.Guarantees[0]; got.Standing != prove.Broken {
			t.Errorf("%s: it is %s: %s", limit, got.Standing, got.Reason)
		}
	}
}

// TestItemsApart holds when the items' own actions are the same for both of two incidents.
func TestItemsApart(t *testing.T) {
	const src = `amends: v1
playbook: p
review_by: 2027-06-30
incident:
  delay: {type: duration, min: 0h, default: 0h}
  region2: {one_of: [north, south], default: north, type: string}
  lines: {items: {late: {type: duration, default: 0s}}, default: []}
LIMITS
plays:
  - {id: whole, approach: standardised-response, when: 'incident.delay >= hours(3)', do: [{compensate: {amount: 9 EUR}}]}
  - {id: each, approach: standardised-response, when: 'WHEN', each: lines, where: 'WHERE', do: [{compensate: {amount: 'AMOUNT'}}]}
guarantees:
  - {id: longer, when_grows: delay, never_less: compensate}
  - {id: anywhere, regardless_of: [region2], same: compensate}
`
	for _, c := range []struct {
		limits, when, where, amount string
		longer, anywhere            prove.Standing
	}{
		{"", "true", "item.late > hours(1)", "5 EUR", prove.Proved, prove.Proved},
		{"", "incident.severity > 2", "item.late > hours(1)", `item.late > hours(2) ? money("9 EUR") : money("4 EUR")`, prove.Proved, prove.Proved},
		{"", "incident.delay < hours(3)", "item.late > hours(1)", "50 EUR", prove.Broken, prove.Proved},
		{"", "true", "item.late > incident.delay", "50 EUR", prove.Broken, prove.Proved},
		{"", "true", "item.late > hours(1)", `incident.region2 == "north" ? money("5 EUR") : money("6 EUR")`, prove.Proved, prove.Broken},
		{"limits: [{of: compensate, keep: highest}]", "true", "item.late > hours(1)", "5 EUR", prove.Open, prove.Proved},
	} {
		text := strings.NewReplacer("LIMITS", c.limits, "WHEN", c.when, "WHERE", c.where, "AMOUNT", c.amount).Replace(src)
		result, err := prove.Prove(context.Background(), loaded(t, text), prove.Options{OnlyGuarantees: true})
		if err != nil {
			t.Fatal(err)
		}
		for i, want := range []prove.Standing{c.longer, c.anywhere} {
			if got := result.Guarantees[i]; got.Standing != want {
				t.Errorf("%v: %s is %s: %s", c, got.Guarantee, got.Standing, got.Reason)
			}
		}
	}
}
