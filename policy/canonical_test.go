package policy_test

import (
	"strings"
	"testing"

	"github.com/servicerecovery/amends/policy"
)

func TestCanonicalExpr(t *testing.T) {
	for _, c := range []struct{ wanted, names, same string }{
		{`incident.a == "x" && incident.b > 3`, "incident.a incident.b", "incident.a=='x'  &&\n(incident.b > 3) // why"},
		{`incident.a || incident.b || incident.c`, "incident.a incident.b incident.c", `incident.a || (incident.b || incident.c)`},
		{`!(incident.a && incident.b)`, "incident.a incident.b", `!((incident.a) && incident.b)`},
		{`(1 + 2) * 3`, "", `((1 + 2)) * (3)`},
		{`1 - (2 - 3)`, "", `1 - ((2 - 3))`},
		{`incident.v >= money("10.00 EUR")`, "incident.v", `incident.v >= money('10 EUR')`},
		{`incident.d > duration("80h")`, "incident.d", `incident.d > duration("3d8h")`},
		{`now > timestamp("2026-03-02T09:00:00Z")`, "", `now > timestamp("2026-03-02T10:00:00+01:00")`},
		{`has(tables.t) ? tables.t.credit : money("0.00 EUR")`, "tables.t tables.t.credit", `(has(tables.t))?(tables.t.credit):money("0 EUR")`},
		{`incident.tags.exists(t, t == "vip")`, "incident.tags", `incident.tags.exists(t,t=='vip')`},
		{`incident.?order.?value.orValue(terms.least)`, "incident.order.value terms.least", `incident.?order.?value.orValue( terms.least )`},
		{`workday("office", date(now), 2) > date("2026-06-30")`, "calendars.office", `workday('office', date(now), 2) > date('2026-06-30')`},
		{`incident.t in ["gold", "platinum"]`, "incident.t", `incident.t in ['gold','platinum']`},
		{`tables.fare[incident.ticket]`, "incident.ticket tables.fare.*", `tables.fare[ (incident.ticket) ]`},
		{`facts.repeats >= 1`, "facts.repeats", `facts.repeats>=1`},
		{`"a\nb" + "\""`, "", `'a\nb' + '"'`},
		{`matches(incident.r, "^M")`, "incident.r", `matches(incident.r,'^M')`},
		{"a ==", "", "  a ==  "}, // text that is not an expression stays as it is
	} {
		for _, src := range []string{c.same, c.wanted} {
			got, names := policy.CanonicalExpr(src)
			if got != c.wanted || strings.Join(names, " ") != c.names {
				t.Errorf("%s\n got %s (%s)\nwant %s (%s)", src, got, strings.Join(names, " "), c.wanted, c.names)
			}
		}
	}
}

// TestCanonicalExprKeepsMeaning holds that what means something else stays
// something else.
func TestCanonicalExprKeepsMeaning(t *testing.T) {
	for _, c := range [][2]string{
		{`incident.a > 3`, `incident.a >= 3`},
		{`(1 + 2) * 3`, `1 + 2 * 3`},
		{`1 - (2 - 3)`, `1 - 2 - 3`},
		{`incident.a || incident.b && incident.c`, `(incident.a || incident.b) && incident.c`},
		{`!incident.a && incident.b`, `!(incident.a && incident.b)`},
		{`(true ? false : true) ? 1 : 2`, `true ? false : (true ? 1 : 2)`},
		{`incident.v == money("10 EUR")`, `incident.v == money("10 USD")`},
		{`incident.s == "a "`, `incident.s == "a"`},
		{`incident.s == "10 EUR"`, `incident.s == "10.00 EUR"`},
		{`-(1 + 2)`, `-1 + 2`},
		{`1 == 1`, `1 == 1.0`},
	} {
		a, _ := policy.CanonicalExpr(c[0])
		b, _ := policy.CanonicalExpr(c[1])
		if a == b {
			t.Errorf("%s and %s both give %s", c[0], c[1], a)
		}
	}
}

func TestCanonicalText(t *testing.T) {
	for _, c := range []struct{ src, wanted, names string }{
		{"We are sorry, ${ incident.customer.name }.\n", "We are sorry, ${incident.customer.name}.", "incident.customer.name"},
		{"two  blanks stay", "two  blanks stay", ""},
		{"$${x} is ${'x'}", `$${x} is ${"x"}`, ""},
		{"open ${x", "open ${x", ""},
	} {
		got, names := policy.CanonicalText(c.src)
		if got != c.wanted || strings.Join(names, " ") != c.names {
			t.Errorf("%q gives %q (%v), wanted %q (%s)", c.src, got, names, c.wanted, c.names)
		}
	}
}

// FuzzCanonicalExpr holds that writing an expression twice changes nothing, and
// that nothing panics.
func FuzzCanonicalExpr(f *testing.F) {
	for _, s := range []string{`incident.a == "x"`, `!(a && b) || c ? d : e`, `[1, -2, 3u].exists(x, x > 1.5)`, `{"a": b}["a"]`, `a.?b[?0].orValue(-(1))`, `money("1 EUR") * 2`, "r'\\d' + b'x'", "a //", "\v00", "---0"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, source string) {
		once, _ := policy.CanonicalExpr(source)
		if again, _ := policy.CanonicalExpr(once); again != once {
			t.Errorf("%q gives %q, and that gives %q", source, once, again)
		}
		text, _ := policy.CanonicalText(source)
		if again, _ := policy.CanonicalText(text); again != text {
			t.Errorf("the text %q gives %q, and that gives %q", source, text, again)
		}
	})
}
