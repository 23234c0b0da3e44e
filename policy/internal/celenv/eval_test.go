package celenv

import (
	"fmt"
	"testing"
	"time"

	"github.com/servicerecovery/amends/policy/internal/cellib"
	"github.com/servicerecovery/amends/policy/value"
)

// text writes a native value the way the tables of tests do.
func text(native any) string {
	switch n := native.(type) {
	case time.Time:
		return value.FormatTimestamp(n)
	case time.Duration:
		return value.FormatDuration(n)
	case []any:
		out := "["
		for i, m := range n {
			if i > 0 {
				out += " "
			}
			out += text(m)
		}
		return out + "]"
	}
	return fmt.Sprint(native)
}

var values = []struct{ source, want, typ string }{
	// fields, facts, terms, tables, now
	{`incident.id`, "T-1", "string"},
	{`.incident.id`, "T-1", "string"},
	{`(incident).order.value`, "60.00 EUR", "money(EUR)"},
	{"incident . order\n.value", "60.00 EUR", "money(EUR)"},
	{`incident.order.any`, "3.00 USD", "money"},
	{`incident.tags`, "[vip first]", "[string]"},
	{`incident.amounts`, "[1.00 EUR 2.50 EUR]", "[money(EUR)]"},
	{`incident.rate`, "12.5%", "percent"},
	{`facts.repeats`, "2", "int"},
	{`facts.credited`, "12.00 EUR", "money(EUR)"},
	{`now`, "2026-03-02T12:00:00Z", "timestamp"},
	{`terms.valued`, "true", "bool"},
	{`terms.kind`, "late", "string"},
	{`terms.again`, "true", "bool"},
	{`tables.late_credit.credit`, "5.00 EUR", "money(EUR)"},
	{`tables.fares[incident.ticket]`, "4.00 EUR", "money(EUR)"},
	{`tables.by_failure.rank`, "1", "int"},
	{`tables.by_fragile.rank`, "0", "int"},
	{`has(incident.promised_at)`, "true", "bool"},
	{`has(incident.missing_at)`, "false", "bool"},
	{`has(incident.severity)`, "true", "bool"},
	{`has(tables.late_credit)`, "true", "bool"},
	{`has(tables.late_credit.credit)`, "true", "bool"},
	{`has(facts.repeats) && has(terms.valued)`, "true", "bool"},
	{`incident.?promised_at.orValue(now)`, "2026-03-01T23:30:00Z", "timestamp"},
	{`incident.?missing_at.orValue(now)`, "2026-03-02T12:00:00Z", "timestamp"},
	{`incident.?missing_at.or(incident.?promised_at).hasValue()`, "true", "bool"},
	{`incident.order.?maybe.orValue(money("1 EUR"))`, "1.00 EUR", "money(EUR)"},
	{`incident.?order.?note.orValue("")`, "ring twice", "string"},
	{`incident.?order.note.orValue("")`, "ring twice", "string"},
	{`tables.late_credit.?credit.orValue(money("0 EUR"))`, "5.00 EUR", "money(EUR)"},
	{`tables.?late_credit.credit.orValue(money("0 EUR"))`, "5.00 EUR", "money(EUR)"},
	{`tables.late_credit.?credit.hasValue()`, "true", "bool"},

	// CEL
	{`1 + 2 * 3`, "7", "int"},
	{`7 / 2`, "3", "int"},
	{`-7 % 3`, "-1", "int"},
	{`"a" + 'b' + """c"""`, "abc", "string"},
	{`r"\d" + "\x41"`, `\dA`, "string"},
	{`"café".size()`, "4", "int"},
	{`true ? "a" : "b"`, "a", "string"},
	{`!true || false`, "false", "bool"},
	{`"a" < "b" && false < true`, "true", "bool"},
	{`3 in [1, 2, 3]`, "true", "bool"},
	{`[1, 2] + [3]`, "[1 2 3]", "[int]"},
	{`[1, 2, 3][1]`, "2", "int"},
	{`[[1, 2], [3]].flatten()`, "[1 2 3]", "[int]"},
	{`incident.tags.exists(t, t == "vip")`, "true", "bool"},
	{`incident.tags.all(t, t.startsWith("v"))`, "false", "bool"},
	{`incident.tags.exists_one(t, t == "vip")`, "true", "bool"},
	{`incident.tags.filter(t, t != "vip").map(t, t.upperAscii())`, "[FIRST]", "[string]"},
	{`incident.tags.exists(incident, incident == "vip")`, "true", "bool"},
	{`incident.tags.exists(now, .now > timestamp("2020-01-01T00:00:00Z") && now == "vip")`, "true", "bool"},
	{`[3, 1, 2].sort()`, "[1 2 3]", "[int]"},
	{`[3, 1, 2].sortBy(x, -x)`, "[3 2 1]", "[int]"},
	{`lists.range(3)`, "[0 1 2]", "[int]"},
	{`[1, 1, 2].distinct()`, "[1 2]", "[int]"},
	{`sets.contains([1, 2], [2])`, "true", "bool"},
	{`math.greatest(1, 5, 3)`, "5", "int"},
	{`math.least([4, 2])`, "2", "int"},
	{`math.round(2.5)`, "3", "double"},
	{`math.abs(-3)`, "3", "int"},
	{`cel.bind(x, incident.severity, x * x)`, "9", "int"},
	{`"a,b".split(",").join("+")`, "a+b", "string"},
	{`"abc".substring(1).replace("b", "x")`, "xc", "string"},
	{`strings.quote("a")`, `"a"`, "string"},
	{`"abc".matches("^a.c$") && matches("x", "x|y")`, "true", "bool"},
	{`int("12") + int(2.9) + int(incident.order.fragile ? 1 : 0)`, "14", "int"},
	{`string(incident.severity) + string(2.50)`, "32.5", "string"},
	{`double("1.5")`, "1.5", "double"},
	{`bool("true")`, "true", "bool"},
	{`size(b"abc") == 3 && b"abc" == b"ab" + bytes("c")`, "true", "bool"},
	{`3u > 2u && 1u + 2u == 3u`, "true", "bool"},
	{`optional.of(3).orValue(4)`, "3", "int"},
	{`optional.none().orValue(4)`, "4", "int"},
	{`[?incident.?missing_at, ?incident.?promised_at]`, "[2026-03-01T23:30:00Z]", "[timestamp]"},
	{`incident.tags[?7].orValue("none")`, "none", "string"},
	{`incident.tags.first().orValue("none")`, "vip", "string"},
	{"// a comment\nincident.severity // and more", "3", "int"},

	// ints beside doubles
	{`incident.score > 2`, "true", "bool"},
	{`2 < incident.score`, "true", "bool"},
	{`incident.score == 3`, "false", "bool"},
	{`incident.score != 3`, "true", "bool"},
	{`incident.score in [2, 3]`, "false", "bool"},
	{`incident.score in [2, 2.5]`, "true", "bool"},
	{`incident.score + 1`, "3.5", "double"},
	{`incident.severity * incident.score`, "7.5", "double"},
	{`incident.severity - 0.5`, "2.5", "double"},
	{`incident.severity / 2.0`, "1.5", "double"},
	{`max(incident.score, 3)`, "3", "double"},
	{`true ? 1 : 2.5`, "1", "double"},
	{`[1, 2.5]`, "[1 2.5]", "[double]"},
	{`double(incident.severity) == 3.0`, "true", "bool"},

	// durations and times
	{`minutes(90)`, "1h30m", "duration"},
	{`hours(24) == days(1)`, "true", "bool"},
	{`hours(-1)`, "-1h", "duration"},
	{`incident.delay >= hours(24)`, "true", "bool"},
	{`duration("1d12h") + minutes(1)`, "36h1m", "duration"},
	{`duration("1h30m0.5s")`, "1h30m0.5s", "duration"},
	{`duration(string(incident.severity) + "h")`, "3h", "duration"},
	{`-incident.delay`, "-30h", "duration"},
	{`now - incident.occurred_at`, "2h", "duration"},
	{`incident.occurred_at + hours(1)`, "2026-03-02T11:00:00Z", "timestamp"},
	{`hours(1) + incident.occurred_at`, "2026-03-02T11:00:00Z", "timestamp"},
	{`timestamp("2026-03-02T11:00:00+01:00") == incident.occurred_at`, "true", "bool"},
	{`max(now, incident.occurred_at)`, "2026-03-02T12:00:00Z", "timestamp"},
	{`min(hours(1), minutes(61))`, "1h", "duration"},
	{`incident.delay / hours(12)`, "2.5", "double"},
	{`int(incident.delay / hours(12))`, "2", "int"},
	{`int(math.ceil(incident.delay / hours(12)))`, "3", "int"},
	{`incident.delay / hours(12) >= 2`, "true", "bool"},
	{`-incident.delay / minutes(-90)`, "20", "double"},
	{`money("3 EUR") * (incident.delay / days(1))`, "3.75 EUR", "money(EUR)"},
	{`hours(1) / hours(3)`, "0.3333333333333333", "double"},
	{`math.greatest(1, 2) > 1 ? hours(1) : hours(2)`, "1h", "duration"},

	// dates
	{`date("2026-06-30")`, "2026-06-30", "date"},
	{`date(incident.?promised_at.orValue(now))`, "2026-03-02", "date"}, // 23:30Z is the next day in Madrid
	{`date(now) == incident.day`, "true", "bool"},
	{`date(now) < date("2026-03-03") && date(now) >= incident.day`, "true", "bool"},
	{`date("2026-03-02") - date("2026-02-27")`, "3", "int"},
	{`date("2026-02-28") + 1`, "2026-03-01", "date"},
	{`date("2026-03-01") - 1`, "2026-02-28", "date"},
	{`incident.day in [date("2026-03-02")]`, "true", "bool"},
	{`max(incident.day, date("2026-01-01"))`, "2026-03-02", "date"},
	{`workday("office", date("2026-03-06"), 1)`, "2026-03-09", "date"},
	{`workdays("office", date("2026-03-02"), date("2026-03-09"))`, "5", "int"},
	{`worked("office", timestamp("2026-03-02T08:00:00Z"), timestamp("2026-03-03T08:30:00Z"))`, "8h30m", "duration"},

	// money
	{`money("12.50 EUR")`, "12.50 EUR", "money(EUR)"},
	{`money("5 JPY") + money("7 JPY")`, "12 JPY", "money(JPY)"},
	{`incident.order.value - money("0.01 EUR")`, "59.99 EUR", "money(EUR)"},
	{`incident.order.value * 2`, "120.00 EUR", "money(EUR)"},
	{`2 * incident.order.value`, "120.00 EUR", "money(EUR)"},
	{`incident.order.value * 0.1`, "6.00 EUR", "money(EUR)"},
	{`0.1 * incident.order.value`, "6.00 EUR", "money(EUR)"},
	{`incident.order.value * percent(20)`, "12.00 EUR", "money(EUR)"},
	{`percent(12.5) * incident.order.value`, "7.50 EUR", "money(EUR)"},
	{`incident.rate * incident.order.value`, "7.50 EUR", "money(EUR)"},
	{`incident.order.value / 7`, "8.57 EUR", "money(EUR)"},
	{`incident.order.value / 7 * 7`, "60.00 EUR", "money(EUR)"}, // exact inside
	{`incident.order.value / 7 * 7 == incident.order.value`, "true", "bool"},
	{`incident.order.value / 2.5`, "24.00 EUR", "money(EUR)"},
	{`incident.order.value / percent(50)`, "120.00 EUR", "money(EUR)"},
	{`incident.order.value / money("8 EUR")`, "7.5", "double"},
	{`money("0.01 EUR") * 0.5`, "0.00 EUR", "money(EUR)"}, // half to even
	{`money("0.03 EUR") * 0.5`, "0.02 EUR", "money(EUR)"},
	{`money("0.05 EUR") * 0.5`, "0.02 EUR", "money(EUR)"},
	{`money("1 EUR") * 0.1 * 0.1 * 0.1 * 0.5`, "0.00 EUR", "money(EUR)"},
	{`round_up(money("0.01 EUR") * 0.1)`, "0.01 EUR", "money(EUR)"},
	{`round_up(money("-0.01 EUR") * 0.1)`, "0.00 EUR", "money(EUR)"},
	{`round_down(money("0.01 EUR") * 0.9)`, "0.00 EUR", "money(EUR)"},
	{`round_down(money("-0.01 EUR") * 0.1)`, "-0.01 EUR", "money(EUR)"},
	{`-incident.order.value`, "-60.00 EUR", "money(EUR)"},
	{`max(incident.order.value, facts.credited)`, "60.00 EUR", "money(EUR)"},
	{`min(incident.order.value, facts.credited)`, "12.00 EUR", "money(EUR)"},
	{`incident.order.value >= money("60 EUR")`, "true", "bool"},
	{`incident.order.value == money("60.00 EUR")`, "true", "bool"},
	{`incident.order.value != facts.credited`, "true", "bool"},
	{`incident.order.value in [money("1 EUR"), money("60 EUR")]`, "true", "bool"},
	{`incident.order.fragile ? facts.credited : incident.order.value`, "60.00 EUR", "money(EUR)"},
	{`incident.amounts.map(a, a * 2)`, "[2.00 EUR 5.00 EUR]", "[money(EUR)]"},
	{`incident.amounts.exists(a, a > money("2 EUR"))`, "true", "bool"},
	{`incident.amounts[1]`, "2.50 EUR", "money(EUR)"},
	{`incident.order.fragile ? money("1 USD") : money("2 USD")`, "2.00 USD", "money(USD)"},
	{`[incident.order.any][0]`, "3.00 USD", "money"},
	{`terms.half * 8`, "0.06 EUR", "money(EUR)"}, // 0.0075 EUR, not rounded between
	{`terms.half`, "0.01 EUR", "money(EUR)"},
	{`money("90000000000000000 EUR") * 3 / 3 == money("90000000000000000 EUR")`, "true", "bool"},

	// percentages
	{`percent(12.5)`, "12.5%", "percent"},
	{`percent(20) > incident.rate`, "true", "bool"},
	{`incident.rate == percent(12.50)`, "true", "bool"},

	// errors that && and || absorb
	{`true || 1 / incident.zero > 0`, "true", "bool"},
	{`1 / incident.zero > 0 || true`, "true", "bool"},
	{`1 / incident.zero > 0 && false`, "false", "bool"},
	{`terms.failing && false`, "false", "bool"},
	{`[0, 1].exists(x, 1 / x > 0)`, "true", "bool"},
}

func TestValues(t *testing.T) {
	w := newWorld(t)
	f := w.frame(nil)
	for _, c := range values {
		e, issues := w.scope.Compile(c.source)
		if len(issues) > 0 {
			t.Errorf("%s: %+v", c.source, issues)
			continue
		}
		v, err := e.Eval(f)
		if err != nil {
			t.Errorf("%s: %v", c.source, err)
			continue
		}
		if got := text(v.Native()); got != c.want || cellib.NameOf(e.Type()) != c.typ {
			t.Errorf("%s is %s of type %s, want %s of type %s", c.source, got, cellib.NameOf(e.Type()), c.want, c.typ)
		}
	}
}

func TestWantedTypes(t *testing.T) {
	w := newWorld(t)
	f := w.frame(nil)
	for _, c := range []struct {
		source string
		want   value.Type
		text   string
	}{
		{`1 + 1`, kind(value.KindDouble), "2"},
		{`[1, 2]`, list(value.KindDouble), "[1 2]"},
		{`[1, 2]`, kind(value.KindList), "[1 2]"},
		{`incident.order.any`, kind(value.KindMoney), "3.00 USD"},
		{`incident.order.value`, kind(value.KindMoney), "60.00 EUR"},
		{`incident.order.value`, moneyIn("EUR"), "60.00 EUR"},
	} {
		v, err := w.compile(c.source, c.want).Eval(f)
		if err != nil || text(v.Native()) != c.text {
			t.Errorf("%s as %s: %v, %v", c.source, c.want, text(v.Native()), err)
		}
		switch v.Native().(type) {
		case int64:
			t.Errorf("%s as %s is an int", c.source, c.want)
		}
	}
}

func TestRowsWithoutOne(t *testing.T) {
	w := newWorld(t)
	f := w.frame(map[string]any{"delay": time.Hour, "severity": int64(0)})
	for source, want := range map[string]string{
		`has(tables.late_credit)`:                            "false",
		`!has(tables.late_credit.label)`:                     "true",
		`tables.late_credit.?credit.orValue(money("9 EUR"))`: "9.00 EUR",
		`tables.fares.single`:                                "0.00 EUR", // otherwise
		`has(tables.fares)`:                                  "true",
		`has(tables.by_zero)`:                                "1 / incident.zero: division by zero",
		`tables.by_zero.rank`:                                "1 / incident.zero: division by zero",
		`terms.failing`:                                      "1 / incident.zero: division by zero",
		`terms.failing || true`:                              "true",
	} {
		v, err := w.compile(source).Eval(f)
		got := text(v.Native())
		if err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%s: %s, want %s", source, got, want)
		}
	}
}
