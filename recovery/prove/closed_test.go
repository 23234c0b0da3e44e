package prove_test

import (
	"fmt"
	"math/rand"
	"slices"
	"strings"
)

// A closed world is a random set of two or three playbooks over a few fields with few values. Each of its
// incidents is decided.

// column is a field of a closed world, with its values, nil being none.
type column struct {
	name   string
	shared []string // how the shared document may declare it
	own    []string // how a playbook may
	values []any
	atoms  []string
	worth  []string // amounts that follow from it
	row    []string // of tables
}

var columns = []column{
	{name: "failure", shared: []string{""}, own: []string{"", "{one_of: [late, lost], default: lost}", "{one_of: [late, \"\"]}"}, values: []any{nil, "late", "lost", "other"},
		atoms: []string{`incident.failure == "late"`, `incident.failure != "lost"`, `incident.failure in ["late", "lost"]`, `incident.failure == ""`, `incident.failure < "lost"`},
		worth: []string{`incident.failure == "late" ? money("10 EUR") : money("20 EUR")`}, row: []string{"late", "lost"}},
	{name: "region", shared: []string{""}, own: []string{"", "{default: north}", "{required: true}", "{one_of: [north, x], default: north}", "{one_of: [north, x], default: x}"}, values: []any{nil, "north", "x", "nor"},
		atoms: []string{`incident.region == "north"`, `incident.region.startsWith("nor")`, `incident.region.contains("r")`, `incident.region != ""`, `incident.region >= "nor"`, `incident.region.size() > 1`, `incident.region.matches("^n.*h$")`},
		worth: []string{`incident.region.endsWith("h") ? money("5 EUR") : money("6 EUR")`, `money("2 EUR") * incident.region.size()`}, row: []string{"north", "x"}},
	{name: "n", shared: []string{"{type: int, min: 0, max: 2, default: 0}", "{type: int, min: -1, max: 2, default: 1}"}, values: []any{nil, int64(-1), int64(0), int64(1), int64(2)},
		atoms: []string{"incident.n > 0", "incident.n == 1", "incident.n <= 1", "incident.n != 2", "10 / incident.n > 4", "incident.n * 2 > 3", "incident.n % 2 == 0", "has(incident.n)", "incident.n * 9223372036854775807 > 0"},
		worth: []string{`money("7 EUR") * incident.n`, `money("40 EUR") - money("9 EUR") * incident.n`, `money("12 EUR") / incident.n`}},
	{name: "m", shared: []string{"{type: int, min: 0, max: 2, optional: true}"}, values: []any{nil, int64(0), int64(1), int64(2)},
		atoms: []string{"has(incident.m)", "incident.?m.orValue(1) > 0", "has(incident.m) && incident.m == 1", "incident.?m.orValue(0) <= 1"},
		worth: []string{`money("7 EUR") * incident.?m.orValue(1)`}},
	{name: "severity", shared: []string{""}, own: []string{"", "{default: 1}", "{min: 2, default: 4}"}, values: []any{nil, int64(1), int64(2), int64(3), int64(4), int64(5)},
		atoms: []string{"incident.severity > 3", "incident.severity == 1", "incident.severity <= 2", "incident.severity != 4"}, worth: []string{`money("3 EUR") * incident.severity`}},
	{name: "delay", shared: []string{"{type: duration, min: 0h, default: 0h}", "{type: duration, min: 0h, max: 2h, optional: true}"}, values: []any{nil, "0h", "30m", "1h", "90m", "2h"},
		atoms: []string{"incident.?delay.orValue(hours(0)) >= hours(1)", "incident.?delay.orValue(hours(1)) > hours(1)", "has(incident.delay) && incident.delay < hours(2)", "has(incident.delay) && incident.delay == hours(1)", "incident.?delay.orValue(hours(3)) + hours(1) > hours(2)"},
		worth: []string{`money("2 EUR") * int(incident.?delay.orValue(hours(0)) / minutes(30))`, `has(incident.delay) && incident.delay > hours(1) ? money("9 EUR") : money("8 EUR")`}},
	{name: "price", shared: []string{"{type: money, currency: EUR, min: 0 EUR, default: 10 EUR}", "{type: money, currency: EUR, min: 0 EUR, max: 20 EUR, default: 0 EUR}"}, values: []any{nil, "0 EUR", "4.99 EUR", "5 EUR", "10 EUR", "15 EUR", "20 EUR"},
		atoms: []string{`incident.price > money("5 EUR")`, `incident.price <= money("15 EUR")`, `incident.price == money("10 EUR")`},
		worth: []string{"incident.price", "incident.price * percent(50)", `max(incident.price, money("5 EUR"))`, `money("20 EUR") - incident.price`, `incident.price - money("1 EUR")`, "incident.price / 3", "incident.price * percent(33.333)"}},
	{name: "dist", shared: []string{"{type: double, default: 0.0}"}, values: []any{nil, -1.0, 0.0, 0.1, 0.5, 1.5, 2.0, 3.0, 1e300},
		atoms: []string{"incident.dist > 1.5", "incident.dist == 0.0", "incident.dist >= 0.5", "incident.dist * 10.0 == 1.0", "incident.dist + 0.2 > 0.3", "incident.dist * 1e300 > 1.0"},
		worth: []string{`money("1 EUR") * incident.dist`, `incident.dist > 0.1 ? money("9 EUR") : money("8 EUR")`}},
	{name: "ok", shared: []string{"{type: bool, default: false}", "{type: bool, optional: true}"}, values: []any{nil, true, false},
		atoms: []string{"incident.?ok.orValue(false)", "!incident.?ok.orValue(true)", "has(incident.ok)"}, worth: []string{`incident.?ok.orValue(false) ? money("10 EUR") : money("30 EUR")`}},
	{name: "tags", shared: []string{""}, values: []any{nil, []any{"x"}, []any{"y"}, []any{"x", "y"}, []any{"z"}},
		atoms: []string{`"x" in incident.tags`, `incident.tags.size() > 1`, `incident.tags.exists(t, t > "x")`, `incident.tags == []`, `incident.tags.all(t, t != "y")`, `incident.tags.filter(t, t == "x").size() == 1`},
		worth: []string{`money("4 EUR") * incident.tags.size()`}},
	{name: "lines", shared: []string{"{items: {late: {type: duration, default: 0h}, price: {type: money, currency: EUR, default: 10 EUR, min: 0 EUR}}, default: []}"},
		values: []any{nil, []any{line("a", "2h", "5 EUR")}, []any{line("a", "0h", "20 EUR")}, []any{line("a", "2h", "20 EUR"), line("b", "1h", "5 EUR")}, []any{line("a", "0h", "5 EUR"), line("b", "2h", "5 EUR"), line("c", "2h", "20 EUR")}},
		atoms:  []string{"incident.lines.size() > 1", "incident.lines.exists(l, l.late > hours(1))", `incident.lines.all(l, l.price > money("5 EUR"))`, "incident.lines != []"},
		worth:  []string{`money("4 EUR") * incident.lines.size()`}},
	{name: "promised_at", shared: []string{"{type: timestamp, optional: true}"}, values: []any{nil, "2026-03-01T23:30:00Z", "2026-03-02T00:30:00Z", "2026-03-02T12:00:00Z", "2026-03-03T12:00:00Z"},
		atoms: []string{"has(incident.promised_at)", `has(incident.promised_at) && incident.promised_at > timestamp("2026-03-02T12:00:00Z")`, `has(incident.promised_at) && date(incident.promised_at) == date("2026-03-02")`, `has(incident.promised_at) && incident.promised_at - incident.occurred_at > hours(1)`, `has(incident.promised_at) && incident.promised_at < now`},
		worth: []string{`has(incident.promised_at) && incident.promised_at > incident.occurred_at ? money("7 EUR") : money("6 EUR")`}},
	{name: "occurred_at", shared: []string{""}, values: []any{"2026-03-01T12:00:00Z", "2026-03-01T23:30:00Z", "2026-03-02T00:00:00Z", "2026-03-02T12:00:00Z", "2026-03-03T12:00:00Z"},
		atoms: []string{`date(incident.occurred_at) == date("2026-03-02")`, `weekday(incident.occurred_at) == "mon"`, `time_of_day(incident.occurred_at) >= hours(12)`, `now - incident.occurred_at > days(7)`, `date(incident.occurred_at) < date("2026-03-03")`},
		worth: []string{`date(incident.occurred_at) > date("2026-03-01") ? money("7 EUR") : money("6 EUR")`}},
	{name: "#repeats", values: []any{int64(0), int64(1), int64(2), int64(5)}, atoms: []string{"facts.repeats >= 1", "facts.repeats == 2", "facts.repeats > 2"}, worth: []string{`money("3 EUR") * facts.repeats`}},
	{name: "#credits", values: []any{int64(0), int64(1), int64(3)}, atoms: []string{`facts.credited > money("10 EUR")`}, worth: []string{`money("30 EUR") - facts.credited`}},
}

// closed makes a random set.
type closed struct {
	*rand.Rand
	b     strings.Builder
	on    []column // those of this world
	ids   int
	marks map[string][2]string // of guarantees: what each is about, and its deadline
	terms bool
	bare  map[string]bool // the types of which a play has an action without an id
	// fits are the phases and sides that plays of each playbook are for.
	fits map[string]map[string]bool
}

func (g *closed) pick(list ...string) string { return list[g.Intn(len(list))] }

func (g *closed) column() column { return g.on[g.Intn(len(g.on))] }

func (g *closed) atom() string {
	switch g.Intn(12) {
	case 0:
		if g.terms {
			return "terms.t"
		}
	case 1:
		return g.pick("has(tables.band)", `has(tables.band) && tables.band.a > money("10 EUR")`)
	case 2:
		return g.pick("missed == []", "true", "false", `incident.phase == "signal"`, `incident.provider == "slow"`, "now > timestamp(\"2026-03-09T00:00:00Z\")")
	}
	return g.pick(g.column().atoms...)
}

func (g *closed) cond(depth int) string {
	if depth == 0 || g.Intn(3) == 0 {
		return g.atom()
	}
	a, b := g.cond(depth-1), g.cond(depth-1)
	return g.pick("("+a+" && "+b+")", "("+a+" || "+b+")", "!("+a+")", "("+a+" ? "+b+" : "+g.cond(depth-1)+")", "("+a+" && "+b+")")
}

func (g *closed) amount(item bool) string {
	switch g.Intn(6) {
	case 0:
		return `has(tables.band) ? tables.band.a : money("1 EUR")`
	case 1, 2:
		if worth := g.column().worth; len(worth) > 0 {
			return g.pick(worth...)
		}
	case 3:
		if item {
			return g.pick("item.price", "item.price * percent(10)", `item.late > hours(1) ? money("9 EUR") : money("4 EUR")`)
		}
	}
	return g.pick("5 EUR", "10 EUR", "20 EUR", "30 EUR", "10 GBP", "0 EUR")
}

func (g *closed) id() string {
	g.ids++
	return fmt.Sprintf("id: a%d, ", g.ids)
}

// once is an id, or none for one action of each type in a play: it may be merged with others then.
func (g *closed) once(kind string) string {
	if g.Intn(2) == 0 || g.bare[kind] {
		return g.id()
	}
	g.bare[kind] = true
	return ""
}

// inFront is a condition that may stand in front of a playbook.
func (g *closed) inFront() string {
	for range 50 {
		c := g.cond(1)
		if !slices.ContainsFunc([]string{"terms.", "facts.", "tables.", "now", "missed"}, func(t string) bool { return strings.Contains(c, t) }) {
			return c
		}
	}
	return "incident.zzz"
}

func (g *closed) action(item bool) string {
	switch g.Intn(9) {
	case 0, 1, 2:
		return "compensate: {" + g.once("compensate") + "amount: '" + g.amount(item) + "'" + g.pick("", "", ", as: cash") + "}"
	case 3:
		return "refund: {" + g.once("refund") + "amount: '" + g.amount(item) + "'}"
	case 4, 5:
		return "respond: {" + g.once("respond") + g.pick("within: 2h", "within: 1d", "within: 2d", "within: 24h", "within: 1d, ends: day", "within: 2wd, calendar: office", "within: 3h, calendar: office", "within: 1h, after: 1d", "within: 2h, since: promised_at") + "}"
	case 6:
		return "acknowledge: {" + g.once("acknowledge") + "within: 2h}"
	case 7:
		return "inform: {" + g.once("inform") + "every: " + g.pick("1d", "2h") + "}"
	}
	return "assign: {" + g.id() + "to: " + g.pick("a", "b", "'t-${incident.region}'") + "}"
}

func (g *closed) list(indent string, least int, item bool) {
	for range least + g.Intn(2) {
		fmt.Fprintf(&g.b, "%s- %s\n", indent, g.action(item))
	}
}

func (g *closed) types() string { return g.pick("[compensate]", "[refund]", "[compensate, refund]") }

func (g *closed) guarantees(book string) {
	any := func() string {
		return g.pick("[compensate]", "[respond]", "[assign]", "[acknowledge, respond]", "[refund, assign]", "[inform]", "[escalate]", "[substitute]", "[respond, compensate]")
	}
	g.b.WriteString("guarantees:\n")
	add := func(format string, args ...any2) {
		g.ids++
		about := g.pick("true", "true", g.cond(1), `incident.phase == "failure" && incident.provider == "" && `+g.atom(), `incident.phase == "failure" && incident.provider == ""`)
		claim := fmt.Sprintf(format, args...)
		fmt.Fprintf(&g.b, "  - {id: g%d, for: '%s', %s}\n", g.ids, about, claim)
		deadline := ""
		if _, within, ok := strings.Cut(claim, ", within"); ok {
			deadline = "within" + within
		}
		g.marks[fmt.Sprintf("%s/g%d", book, g.ids)] = [2]string{about, deadline}
	}
	var ordered, any1 []string
	for _, c := range g.on {
		switch c.name {
		case "n", "m", "delay", "price", "dist", "severity", "promised_at", "occurred_at":
			ordered = append(ordered, c.name)
		case "lines":
			ordered = append(ordered, "lines.late", "lines.price")
		}
		if !strings.HasPrefix(c.name, "#") {
			any1 = append(any1, c.name)
		}
	}
	add("gives: %s%s", any(), g.pick("", ", within: 1d", ", within: 2d", ", within: 30h", ", within: 2h", ", within: 2wd, calendar: office"))
	add("never: %s", any())
	if len(ordered) > 0 {
		add("when_grows: %s, never_less: %s", g.pick(ordered...), g.types())
	}
	if len(any1) > 0 {
		names := g.pick(any1...)
		if other := g.pick(any1...); other != names && g.Intn(2) == 0 {
			names += ", " + other
		}
		add("regardless_of: [%s], same: %s", names, g.pick(any(), g.types(), g.types()))
	}
	add("of: %s, at_most: %s", g.types(), g.pick("[30 EUR]", "[50 EUR, 10 GBP]", "[40 EUR, 20 GBP]", "[100 EUR, 50 GBP]", "[20 EUR, 10 GBP]"))
}

func (g *closed) limits() {
	if g.Intn(2) == 0 {
		return
	}
	g.b.WriteString("limits:\n")
	for range 1 + g.Intn(2) {
		switch g.Intn(6) {
		case 0, 1:
			g.b.WriteString("  - {of: " + g.types() + ", keep: highest" + g.pick("", "", ", per: item") + "}\n")
		case 2:
			fmt.Fprintf(&g.b, "  - {of: %s, at_most: 30 EUR, counting: credited%s}\n", g.types(), g.pick("", ", over: escalate, to: x"))
		default:
			most := g.pick("30 EUR", "20 EUR", "[25 EUR, 5 GBP]")
			if worth := g.column().worth; len(worth) > 0 && g.Intn(4) == 0 {
				most = "'" + g.pick(worth...) + "'"
			}
			fmt.Fprintf(&g.b, "  - {of: %s, at_most: %s%s%s}\n", g.types(), most,
				g.pick("", "", ", when: '"+g.cond(1)+"'"), g.pick("", "", ", over: escalate, to: x", ", per: item"))
		}
	}
}

func (g *closed) play(book string, i int) {
	b := &g.b
	g.bare = map[string]bool{}
	fmt.Fprintf(b, "  - id: p%d\n    when: '%s'\n", i, g.cond(2))
	phase, provider := "failure", "self"
	switch g.Intn(6) {
	case 0:
		phase = g.pick("any", "failure", "signal")
		fmt.Fprintf(b, "    phase: %s\n", phase)
	case 1:
		provider = g.pick("any", "partner")
		fmt.Fprintf(b, "    provider: %s\n", provider)
	}
	switch g.Intn(8) {
	case 0, 1:
		b.WriteString("    fallback: true\n")
	case 2:
		b.WriteString("    answers: false\n")
	case 3:
		fmt.Fprintf(b, "    priority: %d\n", g.Intn(3))
	case 4:
		b.WriteString("    in_force: {from: 2026-03-02, until: 2026-03-02}\n")
	}
	item := false
	switch g.Intn(10) {
	case 0:
		b.WriteString("    approach: case-by-case\n    discretion:\n      decider: d\n      within: 2h\n      options:\n")
		for range 1 + g.Intn(2) {
			fmt.Fprintf(b, "        - %s: {%samount: {from: '%s', to: '%s'}}\n", g.pick("compensate", "refund"), g.id(), g.pick("0 EUR", "5 EUR"), g.pick("20 EUR", "40 EUR", g.amount(false)))
		}
		b.WriteString(g.pick("", "      choose: {at_least: 1, at_most: 2}\n"))
	case 1:
		b.WriteString("    approach: preventive-intervention\n    lead: " + g.pick("2h", "1d") + "\n")
		if g.Intn(2) == 0 {
			b.WriteString("    too_late:\n")
			g.list("      ", 1, false)
		}
		if phase == "failure" {
			phase = "signal"
		}
	case 2:
		b.WriteString("    approach: partner-substitute\n    substitute: {partners: [" + g.pick("quick", "slow", "quick, slow") + "]}\n")
		if g.Intn(2) == 0 {
			b.WriteString("    otherwise:\n")
			g.list("      ", 1, false)
		}
	case 3, 4:
		b.WriteString("    approach: standardised-response\n")
		if g.has("lines") {
			b.WriteString("    each: lines\n    where: '" + g.pick("item.late > hours(1)", "true", `item.price >= money("10 EUR")`) + "'\n")
			item = true
		}
	default:
		b.WriteString("    approach: standardised-response\n")
	}
	if g.fits[book] == nil {
		g.fits[book] = map[string]bool{}
	}
	for _, p := range []string{"failure", "signal"} {
		for _, s := range []string{"self", "partner"} {
			if (phase == "any" || phase == p) && (provider == "any" || provider == s) {
				g.fits[book][p+s] = true
			}
		}
	}
	b.WriteString("    do:\n")
	g.list("      ", 1, item)
	if g.Intn(3) == 0 {
		b.WriteString("    cases:\n")
		for k := range 1 + g.Intn(2) {
			fmt.Fprintf(b, "      - id: c%d\n        when: '%s'\n        do:\n", k, g.cond(1))
			g.list("          ", 1, item)
		}
	}
}

func (g *closed) has(name string) bool {
	for _, c := range g.on {
		if c.name == name {
			return true
		}
	}
	return false
}

// set writes a set. Marks of guarantees have their place at the end of the plays of each playbook.
func (g *closed) set() string {
	g.marks, g.fits = map[string][2]string{}, map[string]map[string]bool{}
	for _, i := range g.Perm(len(columns))[:2+g.Intn(2)] {
		g.on = append(g.on, columns[i])
	}
	b := &g.b
	b.WriteString("amends: v1\nshared: all\n" + g.pick("", "zone: Europe/Madrid\n", "zone: Asia/Tokyo\n") + "actions:\n  mark: {params: {}}\nincident:\n  zzz: {type: bool, default: false}\n")
	if !g.has("promised_at") {
		b.WriteString("  promised_at: {type: timestamp, optional: true}\n")
	}
	for _, c := range g.on {
		if len(c.shared) > 0 {
			if d := g.pick(c.shared...); d != "" {
				fmt.Fprintf(b, "  %s: %s\n", c.name, d)
			}
		}
	}
	b.WriteString(`facts:
  repeats: {count: incidents, same: [customer.id], last: 30d}
  credited: {sum: compensate, same: [customer.id], last: 365d, currency: EUR}
calendars:
  office: {hours: {mon-fri: "09:00-17:00"}}
partners:
  quick: {agreement: {ref: A, from: 2026-01-01, until: 2026-12-31}, outbound: {cost: 6 EUR, capacity: {units: 2, per: day}}}
  slow: {agreement: {ref: B, from: 2026-01-01, until: 2026-03-02}, outbound: {cost: 4 EUR}, inbound: {}}
`)
	by := g.column()
	switch by.name {
	case "n", "severity":
		fmt.Fprintf(b, "tables:\n  band:\n    by: {k: incident.%s}\n    rows:\n      - {k: {from: 1, below: 2}, a: 10 EUR}\n      - {k: {%s: 2}, a: 20 EUR}\n%s", by.name, g.pick("from", "above"), g.pick("", "      - {otherwise: true, a: 15 EUR}\n"))
	case "failure", "region":
		fmt.Fprintf(b, "tables:\n  band:\n    by: incident.%s\n    rows:\n      - {is: %s, a: 10 EUR}\n      - {is: %s, a: 20 EUR}\n%s", by.name, by.row[0], by.row[1], g.pick("", "      - {otherwise: true, a: 15 EUR}\n"))
	case "price":
		b.WriteString("tables:\n  band:\n    by: {k: incident.price}\n    rows:\n      - {k: {upto: 5 EUR}, a: 10 EUR}\n      - {k: {above: 5 EUR, below: 15 EUR}, a: 20 EUR}\n      - {k: {above: 15 EUR}, a: 5 EUR}\n")
	case "dist":
		b.WriteString("tables:\n  band:\n    by: {k: incident.dist}\n    rows:\n      - {k: {below: 0.5}, a: 10 EUR}\n      - {k: {from: 0.5, upto: 1.5}, a: 20 EUR}\n      - {k: {above: 1.5}, a: 25 EUR}\n")
	default:
		b.WriteString("tables:\n  band:\n    by: {k: incident.severity}\n    rows:\n      - {k: {from: 1, below: 3}, a: 10 EUR}\n      - {k: {from: 4}, a: 20 EUR}\n")
	}
	g.limits()
	if g.Intn(2) == 0 {
		g.guarantees("all")
	}
	for _, book := range []string{"alpha", "beta", "gamma"}[:2+g.Intn(2)] {
		fmt.Fprintf(b, "---\namends: v1\nplaybook: %s\nreview_by: 2040-01-01\nagain: 1h\n", book)
		b.WriteString("matches: " + g.pick("first", "one", "all", "all") + "\n")
		if g.Intn(4) == 0 {
			b.WriteString("zone: " + g.pick("UTC", "Asia/Tokyo", "America/Havana") + "\n")
		}
		if g.Intn(2) == 0 {
			b.WriteString("applies: '" + g.inFront() + "'\n")
		}
		if g.Intn(6) == 0 {
			b.WriteString("in_force: {from: 2026-03-02}\n")
		}
		fields := ""
		for _, c := range g.on {
			if len(c.own) > 0 {
				if d := g.pick(c.own...); d != "" {
					fields += fmt.Sprintf("  %s: %s\n", c.name, d)
				}
			}
		}
		if fields != "" {
			b.WriteString("incident:\n" + fields)
		}
		g.terms = false
		fmt.Fprintf(b, "terms:\n  t: '%s'\n", g.cond(1))
		g.terms = true
		g.limits()
		b.WriteString("plays:\n")
		for i := range 1 + g.Intn(3) {
			g.play(book, i)
		}
		fmt.Fprintf(b, "#MARKS %s\n", book)
		if g.Intn(3) > 0 || book == "beta" {
			g.guarantees(book)
		}
		g.terms = false
	}
	return b.String()
}

// marked is a set with plays that mark what each of some guarantees is about.
func (g *closed) marked(src string, names []string) string {
	plays := map[string]string{}
	for _, book := range []string{"alpha", "beta", "gamma"} {
		plays[book] = g.mark("applies-"+book, "true", "")
	}
	for _, name := range names {
		book, id, _ := strings.Cut(name, "/")
		plays[book] += g.mark(id, g.marks[name][0], g.marks[name][1])
	}
	for book, text := range plays {
		src = strings.Replace(src, "#MARKS "+book+"\n", text, 1)
	}
	if plays["all"] != "" {
		src += "---\namends: v1\nplaybook: marks\nreview_by: 2040-01-01\nplays:\n" + plays["all"]
	}
	return src
}

func (g *closed) mark(id, about, deadline string) string {
	return fmt.Sprintf("  - {id: m-%s, approach: standardised-response, answers: false, phase: any, provider: any, review_by: 2040-01-01, when: '%s', do: [{mark: {id: m-%s, %s}}]}\n", id, about, id, deadline)
}
