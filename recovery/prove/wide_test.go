package prove_test

import (
	"fmt"
	"math/rand"
	"strings"
)

// A wide world is a random set with much of what the format can say. Its incidents are too many to be
// decided one by one, so that some are picked.

// wide makes a random set.
type wide struct {
	*rand.Rand
	b   strings.Builder
	ids int
	// marks are plays that match what the guarantees are about, by the names of these; the action of each
	// is due by the deadline of its guarantee.
	marks map[string]string
	kinds []int
	items bool
	// shared says that what is written stands in a shared document.
	shared bool
}

func (g *wide) pick(list ...string) string { return list[g.Intn(len(list))] }

// atom is a comparison. What belongs to a playbook is left out where none is at hand.
func (g *wide) atom() string {
	for {
		if a := g.anyAtom(); !g.shared || !strings.Contains(a, "tier") && !strings.Contains(a, "terms.") {
			return a
		}
	}
}

func (g *wide) anyAtom() string {
	op := g.pick("<", "<=", ">", ">=", "==", "!=")
	switch g.kinds[g.Intn(len(g.kinds))] {
	case 0:
		return `incident.failure == "` + g.pick("late", "lost") + `"`
	case 1:
		return fmt.Sprintf("incident.n %s %d", op, g.Intn(4))
	case 2:
		return `incident.tier ` + g.pick("==", "!=") + ` "` + g.pick("x", "y", "z") + `"`
	case 3:
		return fmt.Sprintf("incident.delay %s hours(%d)", op, 1+g.Intn(2))
	case 4:
		return `incident.region.` + g.pick("contains", "endsWith", "startsWith") + `("` + g.pick("n", "nor", "th") + `")`
	case 5:
		return `incident.region ` + g.pick("==", "!=", "<", ">=") + ` "` + g.pick("", "north", "nor", "x") + `"`
	case 6:
		return `"` + g.pick("x", "y") + `" in incident.tags`
	case 7:
		return fmt.Sprintf("incident.tags.size() %s %d", op, g.Intn(2))
	case 8:
		return fmt.Sprintf("facts.repeats >= %d", 1+g.Intn(2))
	case 9:
		return fmt.Sprintf(`has(incident.promised_at) && incident.promised_at %s timestamp("2026-03-0%dT12:00:00Z")`, op, 2+g.Intn(2))
	case 10:
		return fmt.Sprintf(`date(incident.occurred_at) %s date("2026-03-0%d")`, op, 2+g.Intn(2))
	case 11:
		return g.pick(`weekday(incident.occurred_at) in ["sat", "mon"]`, `time_of_day(incident.occurred_at) >= hours(12)`, `now - incident.occurred_at > hours(1)`)
	case 12:
		return g.pick("has(tables.band)", `has(tables.band) && tables.band.a > money("10 EUR")`, "has(tables.band) && incident.delay > tables.band.d")
	case 13:
		return g.pick(`"respond" in missed`, "missed == []")
	case 14:
		return g.pick("10 / incident.n > 4", "incident.n * 2 > 3", "incident.dist > double(incident.n)")
	case 15:
		return fmt.Sprintf("incident.severity %s %d", op, 2+g.Intn(3))
	case 16:
		return g.pick("terms.t", "terms.u")
	case 17:
		return fmt.Sprintf("incident.dist %s %s", op, g.pick("1.5", "0.0"))
	case 18:
		return fmt.Sprintf(`incident.price %s money("%d EUR")`, op, 10*g.Intn(3))
	case 19:
		return g.pick("has(incident.resolved_at)", "!has(incident.responded_at)", `has(incident.resolved_at) && incident.resolved_at < timestamp("2026-03-03T00:00:00Z")`)
	default:
		if g.items {
			return g.pick("incident.lines.exists(l, l.late > hours(1))", "incident.lines.size() > 1", "incident.lines != []")
		}
		return "incident.ok"
	}
}

func (g *wide) cond(depth int) string {
	if depth == 0 || g.Intn(3) == 0 {
		return g.atom()
	}
	switch g.Intn(6) {
	case 0, 1:
		return "(" + g.cond(depth-1) + " && " + g.cond(depth-1) + ")"
	case 2, 3:
		return "(" + g.cond(depth-1) + " || " + g.cond(depth-1) + ")"
	case 4:
		return "!(" + g.cond(depth-1) + ")"
	}
	return "(" + g.cond(depth-1) + " ? " + g.cond(depth-1) + " : " + g.cond(depth-1) + ")"
}

func (g *wide) amount(item bool) string {
	switch g.Intn(11) {
	case 0:
		return `has(tables.band) ? tables.band.a : money("1 EUR")`
	case 1:
		return g.cond(1) + ` ? money("10 EUR") : money("30 EUR")`
	case 2:
		return `money("7 EUR") * incident.n`
	case 3:
		return "incident.price * percent(" + g.pick("50", "100", "33") + ")"
	case 4:
		return g.pick(`max(incident.price, money("10 EUR"))`, `min(incident.price, money("20 EUR"))`, `incident.price - money("5 EUR")`, `money("40 EUR") - incident.price`, `incident.price + money("5 EUR") * incident.n`)
	case 5:
		if item {
			return g.pick("item.price", "item.price * percent(10)", `item.late > hours(1) ? money("9 EUR") : money("4 EUR")`)
		}
	}
	return g.pick("5 EUR", "10 EUR", "20 EUR", "30 EUR", "20 EUR", "10 GBP", "0 EUR")
}

func (g *wide) id() string {
	g.ids++
	return fmt.Sprintf("id: a%d, ", g.ids)
}

func (g *wide) deadline() string {
	return g.pick("within: 2h", "within: 1d", "within: 2d", "within: 25h", "within: 24h", "within: 1d, ends: day", "within: 2wd, calendar: office",
		"within: 3h, calendar: office", "within: 1mo", "within: 1h, after: 1d", "within: 1d, ends: working-day, calendar: office", "within: 2h, since: promised_at", "within: incident.delay", "after: 2h",
		"within: 2h, calendar: 'incident.n > 1 ? \"office\" : \"late\"'", "within: 2d, pauses: true")
}

func (g *wide) action(item bool) string {
	switch g.Intn(9) {
	case 0, 1, 2:
		return "compensate: {" + g.id() + "amount: '" + g.amount(item) + "'}"
	case 3:
		return "refund: {" + g.id() + "amount: '" + g.amount(item) + "'}"
	case 4, 5:
		return "respond: {" + g.id() + g.deadline() + "}"
	case 6:
		return "acknowledge: {" + g.id() + g.pick("within: 2h", "within: 1d, if_late: [{escalate: {to: 'b${incident.n}'}}]", g.deadline()) + "}"
	case 7:
		return "inform: {every: " + g.pick("1d", "2h", "26h") + "}"
	}
	return "assign: {" + g.id() + "to: " + g.pick("a", "'t-${incident.region}'", "'t-${incident.tier}'") + g.pick("", ", within: 2h") + "}"
}

func (g *wide) list(indent string, least int, item bool) {
	for range least + g.Intn(2) {
		fmt.Fprintf(&g.b, "%s- %s\n", indent, g.action(item))
	}
}

func (g *wide) types() string {
	return g.pick("[compensate]", "[refund]", "[compensate, refund]")
}

func (g *wide) any() string {
	return g.pick("[compensate]", "[respond]", "[assign]", "[acknowledge, respond]", "[refund, assign]", "[inform]", "[escalate]", "[substitute]", "[respond, escalate]")
}

// guarantees writes some, and a play that matches what each is about.
func (g *wide) guarantees(book string) {
	g.b.WriteString("guarantees:\n")
	add := func(format string, args ...any) {
		g.ids++
		about := "true"
		switch g.Intn(5) {
		case 0:
			about = g.cond(1)
		case 1, 2:
			about = `incident.phase == "failure" && incident.provider == "" && ` + "(" + g.cond(1) + ")"
		case 3:
			about = `incident.phase == "failure" && incident.provider == ""`
		}
		claim := fmt.Sprintf(format, args...)
		fmt.Fprintf(&g.b, "  - {id: g%d, for: '%s', %s}\n", g.ids, about, claim)
		deadline := ""
		if _, within, ok := strings.Cut(claim, ", within"); ok {
			deadline = "within" + within
		}
		g.marks[fmt.Sprintf("%s/g%d", book, g.ids)] = fmt.Sprintf("  - {id: m%d, approach: standardised-response, answers: false, phase: any, provider: any, review_by: 2040-01-01, when: '%s', do: [{mark: {id: m%d, %s}}]}\n", g.ids, about, g.ids, deadline)
	}
	within := g.pick("", ", within: 1d", ", within: 2d", ", within: 30h", ", within: 2h", ", within: 2wd, calendar: office", ", within: 5h, calendar: office", ", within: 1mo")
	add("gives: %s%s", g.any(), within)
	add("never: %s", g.any())
	tier := "[tier]"
	if g.shared {
		tier = "[customer.tier]"
	}
	grows := g.pick("n", "delay", "price", "dist", "severity", "promised_at", "occurred_at")
	add("when_grows: %s, never_less: %s", grows, g.types())
	add("regardless_of: %s, same: %s", g.pick(tier, "[n]", "[failure]", "[region]", "[tags]", "[price]", "[occurred_at]", "[promised_at]", "[customer.id]", "[expected_at]", "[phase]", "[dist, delay]", "[severity]", "[reported_at]"), g.pick(g.any(), g.types()))
	add("of: %s, at_most: %s", g.types(), g.pick("[30 EUR]", "[50 EUR, 10 GBP]", "[40 EUR, 20 GBP]", "[100 EUR, 50 GBP]"))
}

func (g *wide) limits() {
	if g.Intn(2) == 0 {
		return
	}
	g.b.WriteString("limits:\n")
	for range 1 + g.Intn(2) {
		switch g.Intn(5) {
		case 0:
			g.b.WriteString("  - {of: " + g.types() + ", keep: highest" + g.pick("", ", per: item") + "}\n")
		case 1:
			fmt.Fprintf(&g.b, "  - {of: %s, at_most: 30 EUR, counting: credited%s}\n", g.types(), g.pick("", ", over: escalate, to: x"))
		default:
			fmt.Fprintf(&g.b, "  - {of: %s, at_most: %s%s%s}\n", g.types(), g.pick("30 EUR", "20 EUR", "[25 EUR, 5 GBP]", "incident.price"),
				g.pick("", "", ", when: '"+g.cond(1)+"'"), g.pick("", "", ", over: escalate, to: 'x-${incident.region}'", ", per: item"))
		}
	}
}

func (g *wide) play(i int) {
	b := &g.b
	fmt.Fprintf(b, "  - id: p%d\n    when: '%s'\n", i, g.cond(2))
	switch g.Intn(5) {
	case 0:
		fmt.Fprintf(b, "    phase: %s\n", g.pick("any", "failure", "signal"))
	case 1:
		fmt.Fprintf(b, "    provider: %s\n", g.pick("any", "partner"))
	}
	switch g.Intn(8) {
	case 0:
		b.WriteString("    fallback: true\n")
	case 1:
		b.WriteString("    answers: false\n")
	case 2:
		fmt.Fprintf(b, "    priority: %d\n", g.Intn(3))
	case 3:
		b.WriteString("    in_force: {from: 2026-03-02, until: 2026-03-02}\n")
	}
	item := false
	switch g.Intn(9) {
	case 0:
		b.WriteString("    approach: case-by-case\n    discretion:\n      decider: d\n      within: 2h\n      options:\n")
		for range 1 + g.Intn(2) {
			fmt.Fprintf(b, "        - %s: {%samount: {from: '%s', to: '%s'}}\n", g.pick("compensate", "refund"), g.id(), g.pick("0 EUR", "5 EUR"), g.pick("20 EUR", "40 EUR", "incident.price + money(\"6 EUR\")"))
		}
		b.WriteString(g.pick("", "      choose: {at_least: 1, at_most: 2}\n"))
	case 1, 2:
		b.WriteString("    approach: preventive-intervention\n    lead: " + g.pick("2h", "incident.delay") + "\n")
		if g.Intn(2) == 0 {
			b.WriteString("    too_late:\n")
			g.list("      ", 1, false)
		}
	case 3:
		b.WriteString("    approach: partner-substitute\n    substitute: {partners: [" + g.pick("quick", "slow", "quick, slow") + "]}\n")
		if g.Intn(2) == 0 {
			b.WriteString("    otherwise:\n")
			g.list("      ", 1, false)
		}
	case 4, 5:
		b.WriteString("    approach: standardised-response\n")
		if g.items {
			b.WriteString("    each: lines\n    where: '" + g.pick("item.late > hours(1)", "true", `item.price >= money("10 EUR")`) + "'\n")
			item = true
		}
	default:
		b.WriteString("    approach: standardised-response\n")
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

func (g *wide) set() string {
	g.marks = map[string]string{}
	g.items = g.Intn(3) == 0
	g.kinds = g.Perm(21)[:5]
	b := &g.b
	b.WriteString("amends: v1\nshared: all\n" + g.pick("", "zone: Europe/Madrid\n", "zone: America/Havana\n"))
	b.WriteString(`incident:
  n: {type: int, min: 0, max: 3, default: 0}
  delay: {type: duration, min: 0h, default: 0h}
  price: {type: money, currency: EUR, min: 0 EUR, default: 10 EUR}
  dist: {type: double, default: 0.0}
  ok: {type: bool, default: false}
  promised_at: {type: timestamp, optional: true}
  lines:
    items:
      price: {type: money, currency: EUR, default: 10 EUR, min: 0 EUR}
      late: {type: duration, default: 0s}
    default: []
`)
	if g.Intn(3) == 0 {
		b.WriteString("  failure: {one_of: [late, lost]}\n")
	}
	fmt.Fprintf(b, "facts:\n  repeats: {count: incidents, same: [customer.id%s], last: 30d}\n  credited: {sum: compensate, same: [customer.id], last: 365d, currency: EUR}\n", g.pick("", ", region"))
	b.WriteString(`calendars:
  office: {hours: {mon-fri: "09:00-17:00"}, cutoff: "14:00"}
  late: {hours: {mon-sun: "12:00-20:00"}}
partners:
  quick: {agreement: {ref: A, from: 2026-01-01, until: 2026-12-31}, outbound: {cost: 6 EUR, capacity: {units: 2, per: day}}}
  slow: {agreement: {ref: B, from: 2026-01-01, until: 2026-03-02}, outbound: {covers: 'incident.region == "north"', cost: 4 EUR}, inbound: {}}
`)
	fmt.Fprintf(b, "tables:\n  band:\n    by: {n: incident.n, delay: incident.delay}\n    rows:\n      - {n: {upto: 1}, delay: {from: 1h}, a: 10 EUR, d: 1h}\n      - {n: {from: 1}, delay: {%s: 2h}, a: 20 EUR, d: 30m}\n%s", g.pick("above", "from"), g.pick("", "    hit: unique\n"))
	g.shared = true
	g.limits()
	if g.Intn(3) == 0 {
		g.guarantees("all")
	}
	g.shared = false
	for _, book := range []string{"alpha", "beta"}[:1+g.Intn(2)] {
		fmt.Fprintf(b, "---\namends: v1\nplaybook: %s\nreview_by: 2040-01-01\nagain: 1h\n", book)
		if g.Intn(3) > 0 {
			b.WriteString("matches: " + g.pick("first", "one", "all", "all") + "\n")
		}
		if g.Intn(3) == 0 {
			b.WriteString("zone: " + g.pick("UTC", "Asia/Tokyo") + "\n")
		}
		if g.Intn(2) == 0 {
			b.WriteString("applies: '" + g.pick(`incident.failure != "late"`, `incident.severity > 2`, `incident.region == ""`, `incident.service == "s"`) + "'\n")
		}
		if g.Intn(4) == 0 {
			b.WriteString("in_force: {from: 2026-03-01}\n")
		}
		fmt.Fprintf(b, "incident:\n  tier: {type: string, default: %s%s}\n", g.pick("x", "y"), g.pick("", ", one_of: [x, y, z]"))
		if g.Intn(3) == 0 {
			b.WriteString("  region: {" + g.pick("one_of: [north, x], default: north", "required: true", "one_of: [north, south, nor], default: \"\"") + "}\n")
		}
		fmt.Fprintf(b, "terms:\n  t: '%s'\n  u: '%s'\n", g.avoiding("terms."), g.avoiding("terms.", "missed"))
		g.limits()
		b.WriteString("plays:\n")
		for i := range 1 + g.Intn(4) {
			g.play(i)
		}
		fmt.Fprintf(b, "#MARKS %s\n", book)
		g.guarantees(book)
	}
	return b.String()
}

// marked is a set with the mark of one guarantee.
func (g *wide) marked(src, name string) string {
	book, _, _ := strings.Cut(name, "/")
	src = strings.Replace(src, "#MARKS "+book+"\n", g.marks[name], 1)
	src = strings.Replace(src, "\nincident:\n", "\nactions:\n  mark: {params: {}}\nincident:\n", 1)
	if book == "all" {
		src += "---\namends: v1\nplaybook: marks\nreview_by: 2040-01-01\nplays:\n" + g.marks[name]
	}
	return src
}

// avoiding is a condition without some texts.
func (g *wide) avoiding(texts ...string) string {
	for range 20 {
		c := g.cond(1)
		fine := true
		for _, t := range texts {
			fine = fine && !strings.Contains(c, t)
		}
		if fine {
			return c
		}
	}
	return "incident.ok"
}
