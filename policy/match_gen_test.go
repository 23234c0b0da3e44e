package policy_test

import (
	"fmt"
	"strings"
	"testing/fstest"
	"time"

	"github.com/servicerecovery/amends/policy/value"
)

// dice makes the choices of a random set and its incidents: from bytes while there are
// any, so that a fuzzer steers it, then from a generator.
type dice struct {
	bytes []byte
	state uint64
}

// roll returns 0..n-1.
func (d *dice) roll(n int) int {
	if len(d.bytes) > 0 {
		b := d.bytes[0]
		d.bytes = d.bytes[1:]
		return int(b) % n
	}
	d.state += 0x9e3779b97f4a7c15
	z := d.state
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return int((z ^ z>>31) % uint64(n))
}

func (d *dice) one(in int) bool { return d.roll(in) == 0 }

func pick[T any](d *dice, list ...T) T { return list[d.roll(len(list))] }

// setGen makes a random set. Names tell kinds: r_int is a field that is always read, o_int one
// that may be absent.
type setGen struct {
	*dice
	small bool // few plays, for a fuzzer
	daily bool // each play is in force on one day
}

func (g *setGen) literal(kind string) string { return pick(g.dice, kinds[kind].literals...) }

// path returns a way to read a value of a kind, and the guard that it needs, if any.
func (g *setGen) path(kind string) (path, guard string) {
	switch g.roll(5) {
	case 0:
		return "incident.o_" + kind, "has(incident.o_" + kind + ")"
	case 1:
		return "incident.?o_" + kind + ".orValue(" + g.literal(kind) + ")", ""
	case 2:
		switch kind {
		case "int":
			return pick(g.dice, "facts.count", "incident.severity", "terms.v_int"), ""
		case "money":
			return pick(g.dice, "facts.sum", "terms.v_money"), ""
		case "text":
			return pick(g.dice, "incident.region", "incident.cause", "incident.failure", "terms.v_text"), ""
		case "instant":
			return "incident.occurred_at", ""
		}
	}
	return "incident.r_" + kind, ""
}

// term returns a condition without connectives, or nearly so.
func (g *setGen) term() string {
	kind := pick(g.dice, kindNames...)
	path, guard := g.path(kind)
	with := func(s string) string {
		if guard == "" {
			return s
		}
		if g.one(3) {
			return "(!" + guard + " || " + s + ")"
		}
		return "(" + guard + " && " + s + ")"
	}
	op := pick(g.dice, "==", "!=", "<", "<=", ">", ">=", "==", "==")
	switch g.roll(17) {
	case 16:
		return g.sameField()
	case 0, 1, 2, 3, 4, 5:
		if g.one(4) {
			return with(g.literal(kind) + " " + op + " " + path)
		}
		return with(path + " " + op + " " + g.literal(kind))
	case 6, 7:
		list := []string{g.literal(kind)}
		for g.roll(3) > 0 {
			list = append(list, g.literal(kind))
		}
		return with(path + " in [" + strings.Join(list, ", ") + "]")
	case 8:
		if g.one(3) {
			return g.missed()
		}
		member := pick(g.dice, "text", "int", "money", "double")
		in := g.literal(member) + " in incident.l_" + member
		return pick(g.dice, in, "!("+in+")")
	case 9:
		if g.one(3) {
			return "has(incident.o_" + kind + ")"
		}
		path, guard = g.path("text")
		return with(path + "." + pick(g.dice, "startsWith", "startsWith", "endsWith", "contains") + "(" + g.literal("text") + ")")
	case 10:
		return pick(g.dice, "incident.r_bool", "!incident.r_bool", "incident.?o_bool.orValue(true)", "incident.?o_bool.orValue(false)",
			"incident.?o_text.hasValue()", "has(incident.o_any)", "has(incident.o_list)", "terms.b1", "terms.b2", "terms.b3", "!terms.b1", "true", "false")
	case 11: // an int beside a double
		number := pick(g.dice, kinds["double"].literals...)
		if g.one(2) {
			return "incident.r_int " + pick(g.dice, "<", "<=", ">", ">=") + " " + number
		}
		return "incident.r_double " + pick(g.dice, "<", "<=", ">", ">=") + " " + g.literal("int")
	case 12, 13:
		return g.residual()
	}
	return with(path + " " + op + " " + g.literal(kind))
}

// missed returns a condition on broken promises. Every set has the play b0/p0.
func (g *setGen) missed() string {
	in := pick(g.dice, `"apologise"`, `"b0/p0/apologise"`, `"explain"`) + " in missed"
	return pick(g.dice, in, in, "!("+in+")", "missed == []", "size(missed) > 1", `missed.exists(m, m == "b0/p0/apologise")`, `["apologise"] == missed`, "terms.broken")
}

// sameField returns a condition that asks several things about one field, which may be missing
// although it is read without a guard.
func (g *setGen) sameField() string {
	kind := pick(g.dice, "text", "int", "bool", "length", "double")
	name := "r_" + kind
	ask := func() string {
		compared := pick(g.dice, "==", "!=", "<", ">=") + " " + g.literal(kind)
		return pick(g.dice, "incident."+name+" "+compared, "incident."+name+" "+compared, "!has(incident."+name+")", "has(incident."+name+")", "incident.?"+name+".orValue("+g.literal(kind)+") "+compared)
	}
	return pick(g.dice, "("+ask()+" && "+ask()+")", "("+ask()+" || "+ask()+")", "("+ask()+" ? "+ask()+" : "+ask()+")", "!("+ask()+" && "+ask()+")")
}

// residual returns a condition that is not native. Some of these conditions fail.
func (g *setGen) residual() string {
	return pick(g.dice,
		`1 / incident.r_int > 0`, `incident.l_int[?0].orValue(0) > 1`, `(incident.l_int.size() > 0 && 1 / incident.l_int[0] > 0)`, `int(incident.r_text) == 2`, `incident.r_length / hours(12) > 2.0`, `hours(36) / incident.r_length >= 1`, `incident.r_int + 1 > 2`, `incident.r_text == incident.region`,
		`incident.r_money * 2 > money("2 EUR")`, `size(incident.l_text) > 1`, `incident.r_text.size() == 1`, `incident.r_text.matches("^a+$")`,
		`date(incident.r_instant) >= date("2026-03-01")`, `incident.r_instant < now`, `tables.by_length.n > 1`, `tables.by_text.m > money("1 EUR")`, `tables.by_text[incident.r_bool ? "m" : "other"] > money("1 EUR")`,
		`incident.l_text.exists(x, x == "a")`, `incident.l_int.all(x, 2 / x > 0)`, `incident.l_text.exists(x, x.startsWith(incident.r_text))`,
		`cel.bind(x, incident.r_int, x > 1)`, `sets.contains(incident.l_text, ["a"])`, `incident.l_int.sortBy(x, -x)[0] > 0`,
		`(has(tables.maybe) && tables.maybe.n > 1)`, `tables.by_two.n > 1`, `(has(tables.by_three) && tables.by_three.n != 1)`, `tables.by_one.m > money("1 EUR")`, `incident.r_text.lowerAscii() == "a"`, `(incident.r_bool ? incident.r_int : 1 / incident.r_int) > 0`,
		`incident.l_text.slice(0, 1) == ["a"]`, `incident.r_text.substring(1) == "b"`)
}

func (g *setGen) condition(depth int) string {
	if depth <= 0 || g.one(4) {
		return g.term()
	}
	switch g.roll(8) {
	case 0:
		return "!(" + g.condition(depth-1) + ")"
	case 1, 2:
		return "(" + g.condition(depth-1) + " || " + g.condition(depth-1) + ")"
	case 3:
		return "(" + g.condition(depth-1) + " ? " + g.condition(depth-1) + " : " + g.condition(depth-1) + ")"
	}
	return g.condition(depth-1) + " && " + g.condition(depth-1)
}

// when returns the condition of a play: mostly with a key somewhere, so that the index splits.
func (g *setGen) when() string {
	if g.one(10) {
		return g.condition(3)
	}
	parts := []string{}
	for range g.roll(3) {
		parts = append(parts, "("+g.condition(1)+")")
	}
	letter := func() string { return fmt.Sprintf("%q", string(rune('a'+g.roll(6)))) }
	key := pick(g.dice, "incident.region == "+letter(), "incident.cause == "+letter(), "incident.region in ["+letter()+", "+letter()+", "+letter()+"]",
		letter()+" in incident.tags", fmt.Sprint("incident.severity == ", 1+g.roll(5)), fmt.Sprint("incident.r_length >= hours(", g.roll(30), ") && incident.r_length < hours(", g.roll(60), ")"),
		"(incident.region == "+letter()+" || incident.cause == "+letter()+")", "incident.r_text.startsWith("+letter()+")",
		"(incident.region == "+letter()+" && incident.r_bool || "+letter()+" in incident.tags && incident.cause != "+letter()+")")
	at := g.roll(len(parts) + 1)
	parts = append(parts[:at], append([]string{key}, parts[at:]...)...)
	return strings.Join(parts, " && ")
}

func quoted(expr string) string { return "'" + strings.ReplaceAll(expr, "'", "''") + "'" }

func (g *setGen) inForce() string {
	day := func() string {
		return pick(g.dice, "2026-02-28", "2026-03-01", "2026-03-02", "0001-01-01", "2026-10-25", "2026-10-24", "2026-10-26")
	}
	switch g.roll(3) {
	case 0:
		return "{from: " + day() + "}"
	case 1:
		return "{until: " + day() + "}"
	}
	a, b := day(), day()
	if b < a {
		a, b = b, a
	}
	return "{from: " + a + ", until: " + b + "}"
}

// oneDay is a period that an index can tell plays apart by.
func (g *setGen) oneDay() string {
	day := fmt.Sprintf("2026-03-%02d", 1+g.roll(9))
	return "{from: " + day + ", until: " + day + "}"
}

// shared is the document that declares the fields, facts, terms and tables.
func (g *setGen) shared() string {
	var s strings.Builder
	s.WriteString("amends: v1\nshared: all\nincident:\n")
	for _, k := range kindNames {
		d := kinds[k].declared
		fmt.Fprintf(&s, "  r_%s: %s\n  o_%s: %s, optional: true}\n", k, d, k, strings.TrimSuffix(d, "}"))
	}
	s.WriteString("  l_text: {type: [string]}\n  l_int: {type: [int]}\n  l_double: {type: [double]}\n  l_money: {type: [money], currency: EUR}\n")
	s.WriteString("  lines: {items: {n: int, m: {type: money, currency: EUR}, late: {type: duration, default: 0s}, o: {type: string, optional: true}}, default: []}\n")
	s.WriteString("  o_any: {type: money, optional: true}\n  o_list: {type: [string], optional: true}\n")
	s.WriteString("facts:\n  count: {count: incidents, same: [customer.id], last: 30d}\n  sum: {sum: compensate, same: [customer.id], last: 30d, currency: EUR}\n")
	s.WriteString("tables:\n  by_length:\n    by: incident.r_length\n    rows: [{from: 1h, n: 1}, {above: 1d, n: 2}, {otherwise: true, n: 0}]\n")
	s.WriteString("  by_text:\n    by: incident.r_text\n    rows: [{is: a, m: 1 EUR, other: 2 EUR}, {is: [b, ab], m: 2 EUR, other: 0 EUR}, {otherwise: true, m: 0 EUR, other: 1 EUR}]\n")
	s.WriteString("  of_item:\n    by: item.late\n    rows: [{from: 1h, n: 1}, {above: 1d, n: 2}]\n")
	s.WriteString("  maybe:\n    by: incident.r_int\n    rows: [{above: 0, n: 1}, {from: 3, n: 2}, {above: 3, n: 1}]\n")
	s.WriteString("  by_two:\n    by: {text: incident.r_text, length: incident.r_length}\n    rows:\n" + g.keyedRows("text", "length") + "      - {otherwise: true, n: 0}\n")
	s.WriteString("  by_three:\n    by: {whole: incident.r_int, yes: incident.r_bool, text: 'incident.?o_text.orValue(\"c\")'}\n    rows:\n" + g.keyedRows("whole", "yes", "text"))
	s.WriteString("  by_one:\n    by: {amount: incident.r_money}\n    hit: unique\n    rows: [{amount: {upto: 1 EUR}, m: 1 EUR}, {amount: {from: " + pick(g.dice, "1", "2") + " EUR}, m: 2 EUR}, {otherwise: true, m: 3 EUR}]\n")
	s.WriteString("terms:\n  v_int: incident.r_int\n  v_money: incident.r_money\n  v_text: incident.r_text\n  broken: '\"apologise\" in missed'\n")
	s.WriteString("  dear: item.m > money(\"1 EUR\")\n")
	for i := range 3 {
		fmt.Fprintf(&s, "  b%d: %s\n", 3-i, quoted(g.termSource(3-i)))
	}
	return s.String()
}

// keyedRows makes rows that overlap, contain one another and leave values out.
func (g *setGen) keyedRows(keys ...string) string {
	values := map[string][]string{
		"text": {"a", "b", "[a, ab]", `["", c]`}, "yes": {"true", "false", "[true, false]"},
		"length": {"{from: 1h}", "{above: 1h, upto: 1d}", "{below: 1h}", "{from: 1d}", "36h"}, "whole": {"{above: 0}", "{from: 1, below: 3}", "[2, 3]", "{upto: 3}", "1"},
	}
	var s strings.Builder
	for i := range 1 + g.roll(4) {
		var said []string
		for _, k := range keys {
			if g.one(3) {
				continue
			}
			said = append(said, k+": "+pick(g.dice, values[k]...))
		}
		if len(said) == 0 {
			said = []string{keys[0] + ": " + values[keys[0]][0]}
		}
		fmt.Fprintf(&s, "      - {%s, n: %d}\n", strings.Join(said, ", "), i)
	}
	return s.String()
}

// termSource makes a term; those with higher numbers may be used in it.
func (g *setGen) termSource(n int) string {
	for {
		s := g.condition(2)
		deeper := true
		for i := range n {
			deeper = deeper && !strings.Contains(s, fmt.Sprintf("terms.b%d", i+1))
		}
		if deeper {
			return s
		}
	}
}

func (g *setGen) playbook(n int, plays int) string {
	var s strings.Builder
	fmt.Fprintf(&s, "amends: v1\nplaybook: b%d\nreview_by: 2030-01-01\nmatches: %s\n", n, pick(g.dice, "all", "all", "all", "first", "one"))
	fmt.Fprintf(&s, "zone: %s\n", pick(g.dice, "UTC", "Europe/Madrid", "America/Havana", "Pacific/Apia"))
	if g.one(3) {
		fmt.Fprintf(&s, "applies: %s\n", quoted(g.applies()))
	}
	if g.one(4) {
		fmt.Fprintf(&s, "in_force: %s\n", g.inForce())
	}
	if g.one(3) {
		s.WriteString("incident:\n  failure: {one_of: [late, lost], default: late}\n")
	}
	s.WriteString("plays:\n")
	for i := range plays {
		g.play(&s, i)
	}
	return s.String()
}

// applies sees neither facts, terms nor tables.
func (g *setGen) applies() string {
	for {
		s := g.condition(1)
		if !strings.Contains(s, "facts.") && !strings.Contains(s, "terms.") && !strings.Contains(s, "tables.") && !strings.Contains(s, "now") && !strings.Contains(s, "missed") {
			return s
		}
	}
}

func (g *setGen) play(s *strings.Builder, i int) {
	approach := pick(g.dice, "standardised-response", "standardised-response", "preventive-intervention")
	fmt.Fprintf(s, "  - id: p%d\n    approach: %s\n    when: %s\n", i, approach, quoted(g.when()))
	each := g.one(5)
	if each {
		s.WriteString("    each: lines\n")
		if !g.one(4) {
			fmt.Fprintf(s, "    where: %s\n", quoted(g.ofItem()))
		}
	}
	fmt.Fprintf(s, "    do: [{apologise: {id: a%d, within: 1h, if_late: [{explain: {within: 2h}}]}}]\n", i)
	if g.one(4) {
		fmt.Fprintf(s, "    phase: %s\n", pick(g.dice, "failure", "signal", "any"))
	}
	if g.one(4) {
		fmt.Fprintf(s, "    provider: %s\n", pick(g.dice, "us", "partner", "any"))
	}
	switch {
	case g.daily:
		fmt.Fprintf(s, "    in_force: %s\n", g.oneDay())
	case g.one(5):
		fmt.Fprintf(s, "    in_force: %s\n", g.inForce())
	}
	if g.one(8) {
		s.WriteString("    fallback: true\n")
	}
	if g.one(5) {
		s.WriteString("    answers: false\n")
	}
	if g.one(6) {
		fmt.Fprintf(s, "    priority: %d\n", g.roll(3))
	}
	if g.one(4) {
		s.WriteString("    cases:\n")
		for c := range 1 + g.roll(3) {
			when := g.condition(1)
			if each && !g.one(3) {
				when = g.ofItem()
			}
			fmt.Fprintf(s, "      - id: c%d\n        when: %s\n        do: [{explain: {id: e%d}}]\n", c, quoted(when), c)
		}
	}
}

// ofItem returns a condition on the item at hand. Some of these conditions fail.
func (g *setGen) ofItem() string {
	one := func() string {
		return pick(g.dice, "item.n > 1", "item.late >= hours(2)", "1 / item.n > 0", "terms.dear", "has(tables.of_item) && tables.of_item.n > 1", "has(item.o)",
			`has(item.o) && item.o == "a"`, `item.?o.orValue("b") != "a"`, `item.id != "B"`, "item.m * percent(50) > money(\"1 EUR\")", "incident.lines.exists(x, x.n > item.n)",
			"sum(incident.lines.map(x, x.m)) > item.m * 2")
	}
	switch g.roll(4) {
	case 0:
		return one() + " && (" + one() + ")"
	case 1:
		return "(" + one() + " || " + one() + ") && " + g.condition(0)
	}
	return one()
}

// lines are the items of an incident, by their ids.
func (g *setGen) lines() []any {
	out := []any{}
	for i := range g.roll(5) {
		item := &value.Item{Names: []string{"id", "late", "m", "n", "o"}, Values: make([]any, 5)}
		item.Values[0] = string(rune('A' + i))
		item.Values[1] = pick(g.dice, time.Duration(0), time.Hour, 2*time.Hour, 30*time.Hour)
		item.Values[2] = pick(g.dice, value.MustMoney("0 EUR"), value.MustMoney("1 EUR"), value.MustMoney("5 EUR"))
		item.Values[3] = pick(g.dice, int64(0), int64(1), int64(2))
		if g.one(2) {
			item.Values[4] = pick(g.dice, "a", "b")
		}
		out = append(out, item)
	}
	return out
}

// set makes a whole set.
func (g *setGen) set() fstest.MapFS {
	g.daily = g.one(8)
	fsys := fstest.MapFS{"shared.yaml": {Data: []byte(g.shared())}}
	for n := range 1 + g.roll(4) {
		plays := 1 + g.roll(8)
		switch {
		case g.small && g.one(8):
			plays = 66
		case !g.small && (g.daily || g.one(4)):
			plays = 30 + g.roll(170)
		}
		fsys[fmt.Sprintf("b%d.yaml", n)] = &fstest.MapFile{Data: []byte(g.playbook(n, plays))}
	}
	return fsys
}

// incident chooses the values of an incident, by the names of fields.
func (g *setGen) incident(odd bool) map[string]any {
	values := map[string]any{
		"id": "T", "service": "s", "failure": pick(g.dice, "", "a", "late"), "phase": pick(g.dice, "failure", "failure", "signal"),
		"severity": int64(1 + g.roll(5)), "provider": pick(g.dice, "", "", "p"),
		"missed": pick(g.dice, nil, nil, []string{"apologise", "b0/p0/apologise"}, []string{"explain"}, []string{"explain", "apologise"}),
		"region": string(rune('a' + g.roll(7))), "cause": string(rune('a' + g.roll(7))), "tags": g.list("a", "b", "c", "d", "e", "f", "a"),
		"occurred_at": pick(g.dice, instant("2026-03-01T12:00:00Z"), instant("2026-02-28T23:30:00Z"), instant("2026-10-24T23:30:00Z"), instant("2026-10-25T04:30:00Z"), instant("0001-01-01T00:00:00Z"), instant("9999-12-31T23:59:59Z")),
	}
	for _, k := range kindNames {
		values["r_"+k] = pick(g.dice, kinds[k].values...)
		if g.one(2) {
			values["o_"+k] = pick(g.dice, kinds[k].values...)
		}
	}
	for _, k := range []string{"text", "int", "double", "money"} {
		values["l_"+k] = g.list(kinds[k].values[:5]...)
	}
	values["lines"] = g.lines()
	if g.one(2) {
		values["o_any"], values["o_list"] = value.MustMoney("3 USD"), g.list("a")
	}
	for range g.roll(3) { // what the engine would refuse, and conditions then fail on
		delete(values, pick(g.dice, "r_text", "r_int", "r_bool", "r_length", "region", "cause", "tags", "l_text", "l_int", "phase", "provider", "occurred_at", "severity"))
	}
	if !odd {
		dropOdd(values)
	} else if g.one(2) {
		values[pick(g.dice, "r_text", "r_int", "l_int", "o_money", "region", "phase", "occurred_at")] = pick(g.dice, oddValues...)
	}
	return values
}

// dropOdd leaves out amounts of another currency than the field's, and times out of reach.
func dropOdd(values map[string]any) {
	for name, v := range values {
		m, isMoney := v.(value.Money)
		t, isTime := v.(time.Time)
		if isMoney && name != "o_any" && m.Currency() != "EUR" || isTime && t.Unix() >= 1<<60 {
			delete(values, name)
		}
	}
}

func (g *setGen) list(members ...any) []any {
	list := []any{}
	for range g.roll(5) {
		list = append(list, pick(g.dice, members...))
	}
	return list
}
