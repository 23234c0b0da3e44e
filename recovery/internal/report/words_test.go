package report_test

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/servicerecovery/amends/recovery/internal/report"
)

const wordsSet = `amends: v1
playbook: p
owner: care
zone: Europe/Madrid
review_by: 2027-06-30
incident:
  delay: {type: duration, default: 0s}
  price: {type: money, currency: EUR, default: 10 EUR}
  kind: {type: string, one_of: [bed, chair], default: bed}
  parcels: {type: int, min: 1, max: 4, default: 1}
  fragile: {type: bool, default: false}
  day: {type: date, default: 2026-01-01}
  promised: {type: date, optional: true}
terms:
  dear: incident.price > money("100 EUR")
  twice: incident.price * 2
facts:
  before: {sum: compensate, same: [customer.id], last: 90d, currency: EUR}
  times: {count: incidents, same: [service, failure], last: month}
tables:
  late: {by: incident.delay, rows: [{from: 24h, pay: 5 EUR, part: 10%}, {from: 3d, pay: 10 EUR, part: 40%}]}
  later: {by: incident.delay, rows: [{above: 24h, pay: 5 EUR}]}
  since: {by: incident.day, rows: [{above: 2026-01-01, pay: 5 EUR}]}
  kinds: {by: incident.kind, rows: [{is: bed, bed: 1 EUR, chair: 2 EUR, cap: 7 EUR}, {otherwise: true, bed: 3 EUR, chair: 4 EUR, cap: 9 EUR}]}
calendars:
  office: {hours: {mon-fri: "09:00-17:00"}, holidays: [{date: 2026-12-24, hours: "09:00-12:00"}, 2026-12-25]}
plays:
  - id: x
    approach: standardised-response
`

// inSet makes the first play of the set above from the lines that follow its
// approach.
func inSet(t *testing.T, lines string, more ...string) report.Play {
	t.Helper()
	page := of(t, wordsSet+lines+strings.Join(more, ""), report.Options{})
	return page.Playbooks[0].Plays[0]
}

func TestConditions(t *testing.T) {
	for _, test := range []struct{ when, want string }{
		{`incident.failure == "late"`, "failure is late"},
		{`"late" != incident.failure`, "failure is not late"},
		{`incident.delay >= hours(24)`, "delay is at least 24 hours"},
		{`days(3) > incident.delay`, "delay is less than 3 days"},
		{`!(incident.delay < minutes(90))`, "delay is at least 1 hour 30 minutes"},
		{`!(incident.delay <= hours(0))`, "delay is more than 0 minutes"},
		{`incident.fragile`, "fragile is yes"},
		{`!incident.fragile`, "fragile is no"},
		{`incident.failure == "a" && (incident.severity > 3 || terms.dear)`, "failure is a and (severity is more than 3 or dear)"},
		{`!(incident.failure == "a" && incident.severity > 3)`, "failure is not a or severity is at most 3"},
		{`!(incident.failure == "a" || terms.dear)`, "failure is not a and not dear"},
		{`incident.failure in ["a", "b", "c"]`, "failure is a, b or c"},
		{`!(incident.failure in ["a", "b"])`, "failure is not a or b"},
		{`"vip" in incident.tags`, "tags include vip"},
		{`!("vip" in incident.tags)`, "tags do not include vip"},
		{`"apologise" in missed`, "the broken promises include apologise"},
		{`!("apologise" in missed)`, "the broken promises do not include apologise"},
		{`has(tables.late)`, "delay is 24 hours or more (table late)"},
		{`!has(tables.late)`, "delay is less than 24 hours (table late)"},
		{`has(tables.later)`, "delay is more than 24 hours (table later)"},
		{`!has(tables.later)`, "delay is at most 24 hours (table later)"},
		{`has(tables.since)`, "day is after 2026-01-01 (table since)"},
		{`!has(tables.since)`, "day is 2026-01-01 or earlier (table since)"},
		{`has(incident.promised)`, "promised is known"},
		{`!has(incident.promised)`, "promised is not known"},
		{`has(incident.promised) && incident.day > incident.promised`, "promised is known and day is after promised"},
		{`incident.day >= date("2026-06-30")`, "day is 2026-06-30 or later"},
		{`incident.region == ""`, "region is not given"},
		{`incident.region != ""`, "region is given"},
		{`incident.provider == ""`, "our own service failed"},
		{`incident.provider != ""`, "a partner’s service failed"},
		{`incident.phase == "signal"`, "it is a sign of a failure to come"},
		{`facts.times >= 2`, "times is at least 2"},
		{`incident.price > terms.twice`, "price is more than twice"},
		{`incident.fragile ? incident.severity > 3 : incident.severity > 4`, "(fragile is yes and severity is more than 3) or (fragile is no and severity is more than 4)"},
		{`(incident.kind == "bed") == incident.fragile`, "(kind is bed and fragile is yes) or (kind is not bed and fragile is no)"},
		{`incident.summary.startsWith("x")`, `incident.summary.startsWith("x")`},
		{`!incident.summary.startsWith("x")`, `not: incident.summary.startsWith("x")`},
		{`incident.tags.exists(t, t == "x")`, `incident.tags.exists(t, t == "x")`},
	} {
		p := inSet(t, "    when: '"+test.when+"'\n    do: [{apologise: {within: 1h}}]\n")
		if got := p.When.Line(); got != test.want {
			t.Errorf("%s\n is %q\n and should be %q", test.when, got, test.want)
		}
		if p.WhenExpr != test.when {
			t.Errorf("%s is shown as %s", test.when, p.WhenExpr)
		}
	}
	if p := inSet(t, "    when: true\n    do: [{apologise: {}}]\n"); p.When != nil {
		t.Errorf("always is %+v", p.When)
	}
}

// TestTermsAreOpened holds that a term shows what it stands for.
func TestTermsAreOpened(t *testing.T) {
	p := inSet(t, "    when: '!terms.dear'\n    do: [{compensate: {amount: terms.twice}}]\n")
	want := report.Condition{Verb: "not", Object: "dear", Join: "means", Parts: []report.Condition{{Subject: "price", Verb: "is more than", Object: "100.00 EUR"}}}
	if diff := cmp.Diff(want, *p.When); diff != "" {
		t.Error(diff)
	}
	names := []report.Name{
		{Name: "dear", Means: "price is more than 100.00 EUR", Expr: `incident.price > money("100 EUR")`},
		{Name: "twice", Means: "price × 2", Expr: "incident.price * 2"},
	}
	if diff := cmp.Diff(names, p.Names); diff != "" {
		t.Error(diff)
	}
}

func TestAmounts(t *testing.T) {
	for _, test := range []struct {
		amount, want string
		cost         report.Cost
	}{
		{`5 EUR`, "5.00 EUR", report.Cost{Most: []string{"5.00 EUR"}}},
		{`money("5 EUR") * 3`, "15.00 EUR", report.Cost{Most: []string{"15.00 EUR"}}},
		{`tables.late.pay`, "5.00 EUR to 10.00 EUR: pay (table late)", report.Cost{Most: []string{"10.00 EUR"}}},
		{`tables.late.pay * incident.parcels`, "5.00 EUR to 40.00 EUR: 5.00 EUR to 10.00 EUR (pay in table late) × parcels", report.Cost{Most: []string{"40.00 EUR"}}},
		{`tables.late.pay * 2 - money("1 EUR")`, "9.00 EUR to 19.00 EUR: 5.00 EUR to 10.00 EUR (pay in table late) × 2 − 1.00 EUR", report.Cost{Most: []string{"19.00 EUR"}}},
		{`tables.late.pay / 3`, "1.67 EUR to 3.33 EUR: 5.00 EUR to 10.00 EUR (pay in table late) ÷ 3", report.Cost{Most: []string{"3.33 EUR"}}},
		{`tables.kinds[incident.kind]`, "1.00 EUR to 4.00 EUR: kinds for kind", report.Cost{Most: []string{"4.00 EUR"}}},
		{`incident.fragile ? money("9 EUR") : tables.late.pay`, "5.00 EUR to 10.00 EUR: 9.00 EUR if fragile is yes, else pay (table late)", report.Cost{Most: []string{"10.00 EUR"}}},
		{`min(incident.price, money("8 EUR"))`, "0.00 EUR to 8.00 EUR: the lowest of price and 8.00 EUR", report.Cost{Most: []string{"8.00 EUR"}}},
		{`max(incident.price, money("8 EUR"))`, "the highest of price and 8.00 EUR", report.Cost{Open: []string{"the highest of price and 8.00 EUR"}}},
		{`incident.price`, "price", report.Cost{Open: []string{"price"}}},
		{`incident.price * percent(20)`, "20% of price", report.Cost{Open: []string{"20% of price"}}},
		{`percent(20) * (incident.price + money("1 EUR"))`, "20% of (price + 1.00 EUR)", report.Cost{Open: []string{"20% of (price + 1.00 EUR)"}}},
		{`incident.price * tables.late.part`, "10% to 40% (table late) of price", report.Cost{Open: []string{"10% to 40% (table late) of price"}}},
		{`money("2 EUR") * int(incident.delay / hours(12))`, "2.00 EUR × the whole part of (delay ÷ 12 hours)", report.Cost{Open: []string{"2.00 EUR × the whole part of (delay ÷ 12 hours)"}}},
		{`money("2 EUR") * (int(math.ceil(incident.delay / hours(12))) - 1)`, "2.00 EUR × ((delay ÷ 12 hours, rounded up to a whole number) − 1)", report.Cost{Open: []string{"2.00 EUR × ((delay ÷ 12 hours, rounded up to a whole number) − 1)"}}},
		{`money("2 EUR") * math.floor(incident.delay / days(1))`, "2.00 EUR × (delay ÷ 24 hours, rounded down to a whole number)", report.Cost{Open: []string{"2.00 EUR × (delay ÷ 24 hours, rounded down to a whole number)"}}},
		{`terms.twice - incident.price`, "twice − price", report.Cost{Open: []string{"twice − price"}}},
		{`incident.price - (incident.price - money("1 EUR"))`, "price − (price − 1.00 EUR)", report.Cost{Open: []string{"price − (price − 1.00 EUR)"}}},
	} {
		p := inSet(t, "    when: has(tables.late)\n    do: [{compensate: {amount: '"+test.amount+"'}}]\n")
		if got := p.Do[0].Amount; got != test.want {
			t.Errorf("%s\n is %q\n and should be %q", test.amount, got, test.want)
		}
		if diff := cmp.Diff(test.cost, p.Cost); diff != "" {
			t.Errorf("%s: wanted (-) and got (+):\n%s", test.amount, diff)
		}
	}
}

// TestCosts holds how branches and limits make up what a play costs at most.
func TestCosts(t *testing.T) {
	const head = "    when: true\n"
	for _, test := range []struct {
		name, play, limits string
		want               report.Cost
	}{
		{"a case adds to what is done", `    do: [{refund: {amount: 5 EUR}}]
    cases: [{id: a, when: incident.fragile, do: [{compensate: {amount: 7 EUR}}]}, {id: b, do: [{compensate: {amount: 9 USD}}]}]
`, "", report.Cost{Most: []string{"12.00 EUR", "9.00 USD"}}},
		{"a cap that covers everything lowers it", "    do: [{refund: {amount: 50 EUR}}]\n", "limits: [{of: [refund, compensate], at_most: 20 EUR}]\n",
			report.Cost{Most: []string{"20.00 EUR"}}},
		{"a cap that covers a part of it is told", "    do: [{refund: {amount: 50 EUR}}, {compensate: {amount: 5 EUR}}]\n", "limits: [{of: refund, at_most: 20 EUR}]\n",
			report.Cost{Most: []string{"55.00 EUR"}, Caps: []string{"20.00 EUR of refund"}}},
		{"a cap in another currency is no cap", "    do: [{refund: {amount: 50 EUR}}]\n", "limits: [{of: refund, at_most: 20 USD}]\n", report.Cost{Most: []string{"50.00 EUR"}}},
		{"a cap bounds what is open", "    do: [{refund: {amount: incident.price}}]\n", "limits: [{of: refund, at_most: 20 EUR, counting: back}]\nfacts: {back: {sum: refund, same: [customer.id], last: year, currency: EUR}}\n",
			report.Cost{Open: []string{"price"}, Caps: []string{"20.00 EUR, what was given before included"}}},
		{"a cap that is an expression is told", "    do: [{refund: {amount: 50 EUR}}]\n", "limits: [{of: refund, at_most: incident.price * 2}]\n",
			report.Cost{Most: []string{"50.00 EUR"}, Caps: []string{"price × 2"}}},
		{"what has no bound adds up in a branch, and branches are told apart", `    do: [{refund: {amount: incident.price}}, {compensate: {amount: 5 EUR}}]
    cases: [{id: a, when: incident.fragile, do: [{compensate: {id: more, amount: incident.price}}]}]
`, "", report.Cost{Open: []string{"price, plus price, plus 5.00 EUR", "price, plus 5.00 EUR"}}},
		{"nothing", "    do: [{apologise: {}}]\n", "", report.Cost{}},
	} {
		text := strings.Replace(wordsSet, "facts:\n", "", 1)
		text = strings.Replace(text, "  before: {sum: compensate, same: [customer.id], last: 90d, currency: EUR}\n  times: {count: incidents, same: [service, failure], last: month}\n", "", 1)
		page := of(t, strings.Replace(text, "plays:\n", test.limits+"plays:\n", 1)+head+test.play, report.Options{})
		if diff := cmp.Diff(test.want, page.Playbooks[0].Plays[0].Cost); diff != "" {
			t.Errorf("%s: wanted (-) and got (+):\n%s", test.name, diff)
		}
	}
}

// TestChoiceCosts holds that of the options as many of the dearest count as may be
// chosen.
func TestChoiceCosts(t *testing.T) {
	p := of(t, strings.Replace(wordsSet, "standardised-response", "case-by-case", 1)+`    when: true
    do: [{callback: {within: 4h, calendar: office}}]
    discretion:
      decider: manager
      within: 2wd
      calendar: office
      options:
        - compensate: {amount: {from: 1 EUR, to: 5 EUR}, as: [cash, voucher]}
        - refund: {amount: {from: 0 EUR, to: 9 EUR}}
        - compensate: {id: more, amount: {from: 1 EUR, to: 7 EUR}}
        - replace: {item: [bed, chair]}
      choose: {at_least: 1, at_most: 2}
      comparable: [failure, kind]
      tolerance: 15%
      authority: {agent: [5 EUR], manager: 9 EUR}
      second: {above: 9 EUR, by: director}
      if_late: [{escalate: {to: director}}]
`, report.Options{}).Playbooks[0].Plays[0]
	if diff := cmp.Diff(report.Cost{Most: []string{"16.00 EUR"}}, p.Cost); diff != "" {
		t.Error(diff)
	}
	open := of(t, strings.Replace(wordsSet, "standardised-response", "case-by-case", 1)+`    when: true
    discretion:
      decider: manager
      options:
        - compensate: {amount: {from: 1 EUR, to: incident.price}}
        - refund: {amount: {from: 0 EUR, to: 9 EUR}}
        - compensate: {id: more, amount: {from: 1 EUR, to: 7 EUR}}
`, report.Options{}).Playbooks[0].Plays[0]
	if diff := cmp.Diff(report.Cost{Most: []string{"9.00 EUR"}, Open: []string{"price"}}, open.Cost); diff != "" {
		t.Error(diff)
	}
	c := p.Choice
	if c.Decider != "manager" || c.By != "within 2 working days (calendar office)" || c.Choose != "1 to 2 of these" || c.Comparable != "failure and kind" || c.Tolerance != "15%" {
		t.Errorf("%+v", c)
	}
	if want := "Alone, agent may choose up to 5.00 EUR and manager may choose up to 9.00 EUR. Several amounts count together."; c.Authority != want {
		t.Errorf("%q, want %q", c.Authority, want)
	}
	if want := "Above 9.00 EUR, another person has to agree: director. Who may choose that much alone may propose more."; c.Second != want || len(c.IfLate) != 1 {
		t.Errorf("%q, want %q, with %v", c.Second, want, c.IfLate)
	}
	var does []string
	for _, o := range c.Options {
		does = append(does, o.Does)
	}
	want := []string{"Give between 1.00 EUR and 5.00 EUR, as cash or voucher", "Refund between 0.00 EUR and 9.00 EUR", "Give between 1.00 EUR and 7.00 EUR, as credit", "Replace bed or chair"}
	if !slices.Equal(does, want) {
		t.Errorf("%q", does)
	}
	if p.Do[0].By != "within 4 hours of working time (calendar office)" {
		t.Error(p.Do[0].By)
	}
}

func TestActions(t *testing.T) {
	for _, test := range []struct{ action, does, who, by string }{
		{"apologise: {within: 15m}", "Apologise", "care", "within 15 minutes"},
		{"resolve: {within: 1d12h}", "Put it right", "care", "within 1 day 12 hours"},
		{"resolve: {within: 36h}", "Put it right", "care", "within 36 hours"},
		{"resolve: {within: 1y6mo}", "Put it right", "care", "within 1 year 6 months"},
		{"resolve: {within: 14d, ends: day}", "Put it right", "care", "within 14 days, to the end of the day"},
		{"resolve: {within: 14d, ends: working-day, calendar: office}", "Put it right", "care", "within 14 days, to the end of the working day (calendar office)"},
		{"resolve: {within: 1w}", "Put it right", "care", "within 7 days"},
		{"resolve: {within: 0s}", "Put it right", "care", "at once"},
		{"resolve: {within: 2d, pauses: true, owner: desk}", "Put it right", "desk", "within 2 days, not counting pauses"},
		{"survey: {since: resolved_at, after: 2d, within: 1wd, calendar: office}", "Ask the customer how it went", "care",
			"after waiting 2 days of working time, within 1 working day from then (calendar office), counted from the time of the solution"},
		{"inform: {every: 90m}", "Keep the customer informed, every 1 hour 30 minutes", "care", ""},
		{"escalate: {to: 'boss of ${incident.region}'}", "Escalate to boss of ‹region›", "", ""},
		{"notify: {to: shop, note: 'n'}", "Notify shop", "care", ""},
		{"prevent: {measure: '$${x} ${size(incident.tags)}'}", "Prevent it: ${x} ‹size(incident.tags)›", "care", ""},
		{"replace: {}", "Replace", "care", ""},
		{"compensate: {amount: 1 EUR, as: cash}", "Give 1.00 EUR, as cash", "care", ""},
		{"refund: {amount: incident.price}", "Refund price", "care", ""},
		{"flowers: {card: hi, stems: incident.parcels}", "Flowers: A bunch", "care", ""},
	} {
		action := test.action
		if strings.Contains(action, "calendar") {
			action = strings.Replace(action, "after: 2d", "after: 48h", 1)
		}
		page := of(t, strings.Replace(wordsSet, "plays:\n", "actions: {flowers: {about: A bunch, params: {card: string, stems: int}}}\nplays:\n", 1)+
			"    when: true\n    do: [{"+strings.ReplaceAll(action, "\n", "")+"}]\n", report.Options{})
		a := page.Playbooks[0].Plays[0].Do[0]
		if a.Does != test.does || a.Who != test.who || a.By != test.by {
			t.Errorf("%s\n is %q, %q, %q", test.action, a.Does, a.Who, a.By)
		}
	}
}

// TestSteps writes what an action brings with it: when, and how often.
func TestSteps(t *testing.T) {
	for action, want := range map[string]string{
		"remind: [{notify: {to: shop, before: 30m}}]":                   "30 minutes before the deadline",
		"remind: [{notify: {to: shop, before: 30m, every: 10m}}]":       "30 minutes before the deadline, again every 10 minutes until it is done",
		"remind: [{notify: {to: shop, before: 25%}}]":                   "in the last quarter of the time",
		"remind: [{notify: {to: shop, before: 50%}}]":                   "in the second half of the time",
		"remind: [{notify: {to: shop, before: 12.5%}}]":                 "in the last 12.5% of the time",
		"calendar: office, remind: [{notify: {to: shop, before: 30m}}]": "30 minutes of working time before the deadline",
		"if_late: [{notify: {to: shop}}]":                               "",
		"if_late: [{notify: {to: shop, every: 24h}}]":                   "again every 24 hours until it is done",
		"if_late: [{notify: {to: shop, after: 1h, every: 2h}}]":         "after waiting 1 hour, again every 2 hours until it is done",
	} {
		a := inSet(t, "    when: true\n    do: [{resolve: {within: 8h, "+action+"}}]\n").Do[0]
		steps := append(a.Remind, a.IfLate...)
		if len(steps) != 1 || steps[0].By != want || steps[0].Does != "Notify shop" {
			t.Errorf("%s\n is %+v", action, steps)
		}
	}
}

func TestDates(t *testing.T) {
	set := `amends: v1
playbook: p
review_by: 2026-11-23
in_force: {from: 2026-01-01, until: 2027-12-31}
partners:
  over: {agreement: {ref: A, from: 2026-01-01, until: 2026-11-23}, outbound: {}}
  today: {agreement: {ref: B, from: 2026-01-01, until: 2026-11-24}, outbound: {}}
  soon: {agreement: {ref: C, from: 2026-01-01, until: 2027-01-23}, outbound: {}}
  later: {agreement: {ref: D, from: 2026-12-01, until: 2027-01-24}, outbound: {}, zone: Pacific/Kiritimati}
calendars: {office: {hours: {mon: "09:00-17:00"}, holidays: [2026-12-25, 2025-12-25]}}
plays:
  - {id: a, approach: standardised-response, when: true, do: [{resolve: {within: 1wd, calendar: office}}]}
  - {id: b, approach: standardised-response, review_by: 2026-11-24, when: true, do: [{apologise: {}}]}
  - {id: c, approach: partner-substitute, in_force: {until: 2026-11-01}, when: true, substitute: {}}
`
	now := noon
	page := of(t, set, report.Options{Now: &now})
	var got []string
	for _, d := range page.Dates {
		got = append(got, strings.Join([]string{d.Day, d.State, d.In, d.What, d.About[0].Text}, "|"))
	}
	want := []string{
		"2026-01-01||327 days ago|First day in force|P",
		"2026-11-01|ended|23 days ago|Last day in force|p/c",
		"2026-11-23|over|1 day ago|Last day of the agreement A|over",
		"2026-11-23|stale|1 day ago|Review of answers in P|p/a",
		"2026-11-24|soon|today|Last day of the agreement B|today",
		"2026-11-24|soon|today|Review of answers in P|p/b",
		"2026-12-01||in 6 days|First day of the agreement D|later",
		"2026-12-25|soon|in 31 days|Last holiday that is entered|calendar office",
		"2027-01-23|soon|in 60 days|Last day of the agreement C|soon",
		"2027-01-24|soon|in 60 days|Last day of the agreement D|later", // the day there has begun
		"2027-12-31||in 402 days|Last day in force|P",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("wanted (-) and got (+):\n%s", diff)
	}
	if page.Stale != 2 || page.Soon != 5 {
		t.Errorf("%d stale, %d soon", page.Stale, page.Soon)
	}
	if plays := page.Playbooks[0].Plays; plays[0].Stale != "2026-11-23" || plays[1].Stale != "" || plays[2].Stale != "" {
		t.Errorf("stale: %q %q %q", plays[0].Stale, plays[1].Stale, plays[2].Stale)
	}
	for _, d := range of(t, set, report.Options{}).Dates {
		if d.State != "" || d.In != "" {
			t.Errorf("without a time, %s is %q, %q", d.Day, d.State, d.In)
		}
	}
}

func TestLanguages(t *testing.T) {
	page := of(t, `amends: v1
playbook: p
review_by: 2027-06-30
messages:
  a: {en: A, es-MX: A}
  b: {es: B}
  unused: {en: C, es: C}
plays:
  - {id: x, approach: standardised-response, when: true, do: [{apologise: {message: a}}, {explain: {message: b}}]}
`, report.Options{})
	want := report.Languages{
		Tags: []string{"en", "es", "es-MX"}, Missing: 2,
		Rows: []report.MessageRow{
			{ID: "a", Where: "p", Cells: []report.Cell{{There: true, First: true}, {Falls: "en"}, {There: true}}, Plays: []report.Link{{Anchor: "play.p.x", Text: "p/x"}}},
			{ID: "b", Where: "p", Cells: []report.Cell{{Falls: "es"}, {There: true, First: true}, {Falls: "es"}}, Plays: []report.Link{{Anchor: "play.p.x", Text: "p/x"}}},
			{ID: "unused", Where: "p", Cells: []report.Cell{{There: true, First: true}, {There: true}, {Falls: "es"}}},
		},
	}
	if diff := cmp.Diff(want, page.Languages); diff != "" {
		t.Errorf("wanted (-) and got (+):\n%s", diff)
	}
	spoken := page.Services[0].Failures[0].Rows[0].Languages
	if diff := cmp.Diff([]report.Spoken{{Tag: "en", Lacks: 1}, {Tag: "es", Lacks: 1}, {Tag: "es-MX"}}, spoken); diff != "" {
		t.Error(diff)
	}
}

// TestCoverage holds what is shown of tests: good ones, failing ones, broken ones.
func TestCoverage(t *testing.T) {
	set := `amends: v1
playbook: p
review_by: 2027-06-30
plays:
  - {id: x, approach: standardised-response, when: incident.failure == "late", do: [{apologise: {}}]}
  - {id: y, approach: standardised-response, when: incident.failure == "lost", do: [{apologise: {}}]}
`
	head := "amends: v1\nsuite: s\ndefaults: {incident: {id: T, service: a, occurred_at: 2026-01-01T00:00:00Z}}\ntests:\n"
	page := built(t, fstest.MapFS{
		"p.yaml":        {Data: []byte(set)},
		"p_test.yaml":   {Data: []byte(head + "  - {name: late, incident: {failure: late}, want: {plays: [p/x]}}\n  - {name: wrong, incident: {failure: late}, want: {plays: []}}\n")},
		"bad_test.yaml": {Data: []byte(strings.Replace(head, "suite: s", "suite: t", 1) + "  - {name: bad, want: {plays: [p/z]}}\n")},
	}, report.Options{})
	tests := page.Tests
	want := report.Tests{
		Run: true, Suites: 2, Cases: 2, Failed: []string{"s/wrong"}, Broken: 1, Percent: "50.0%", Reached: 3, Total: 6,
		Plays: []report.PlayTests{
			{Play: report.Link{Anchor: "play.p.x", Text: "p/x"}, Matched: true, Reached: 2, Total: 3, Missing: []string{"`incident.failure == \"late\"` was never false"}},
			{Play: report.Link{Anchor: "play.p.y", Text: "p/y"}, Reached: 1, Total: 3, Missing: []string{"the play p/y never matched", "`incident.failure == \"lost\"` was never true"}},
		},
	}
	if diff := cmp.Diff(want, tests); diff != "" {
		t.Errorf("wanted (-) and got (+):\n%s", diff)
	}
	if tests.Plays[0].Share() != 66 {
		t.Error(tests.Plays[0].Share())
	}
	text := written(t, page)
	for _, part := range []string{"s/wrong", "none reaches it", "mistakes in the suites (1)", "50.0%"} {
		if !strings.Contains(text, part) {
			t.Errorf("the page does not say %q", part)
		}
	}
	if bare := of(t, set, report.Options{}); bare.Tests.Run || !strings.Contains(written(t, bare), "No tests were run") {
		t.Error("a set without tests is shown as tested")
	}
}
