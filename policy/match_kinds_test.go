package policy_test

import (
	"math"
	"strings"
	"time"

	"github.com/servicerecovery/amends/policy/value"
)

// kindGen is what the generator knows of a kind of values: how fields of it are declared,
// literals of conditions, and values of incidents, which meet the literals often.
type kindGen struct {
	declared string
	literals []string
	values   []any
}

func instant(text string) time.Time {
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		panic(err)
	}
	return t
}

func percentOf(text string) value.Percent {
	p, err := value.ParsePercent(text)
	if err != nil {
		panic(err)
	}
	return p
}

func dateOf(text string) value.Date {
	d, err := value.ParseDate(text)
	if err != nil {
		panic(err)
	}
	return d
}

var madrid = time.FixedZone("", 2*60*60)

var kinds = map[string]kindGen{
	"text": {"{type: string}", []string{`"a"`, `"ab"`, `"b"`, `""`, `"abc"`, `"A"`, `"é"`},
		[]any{"a", "ab", "b", "", "abc", "abd", "A", "é", "zz", "a\xff", strings.Repeat("a", 3000)}},
	"int": {"{type: int}", []string{"0", "1", "2", "3", "-1", "9007199254740993", "9223372036854775807", "-9223372036854775808"},
		[]any{int64(0), int64(1), int64(2), int64(3), int64(-1), int64(9007199254740993), int64(9007199254740992), int64(9007199254740994), int64(math.MaxInt64), int64(math.MinInt64)}},
	"double": {"{type: double}", []string{"0.0", "-0.0", "1.0", "2.5", "-1.0", "9007199254740992.0", "1e308", "0.1", "(-1e308)"},
		[]any{0.0, math.Copysign(0, -1), 1.0, 2.5, -1.0, 0.1, 9007199254740992.0, 9007199254740994.0, 1e308, math.NaN(), math.Inf(1), math.Inf(-1), 9223372036854775807.0, 5e-324}},
	"bool": {"{type: bool}", []string{"true", "false"}, []any{true, false}},
	"instant": {"{type: timestamp}", []string{`timestamp("2026-03-01T00:00:00Z")`, `timestamp("2026-03-01T00:00:00.5Z")`, `timestamp("0001-01-01T00:00:00Z")`, `timestamp("9999-12-31T23:59:59Z")`, `timestamp("2026-03-01T01:00:00+01:00")`},
		[]any{instant("2026-03-01T00:00:00Z"), instant("2026-03-01T00:00:00.5Z"), instant("2026-03-01T00:00:00.500000001Z"), instant("2026-02-28T23:59:59.999999999Z"), instant("0001-01-01T00:00:00Z"), instant("9999-12-31T23:59:59Z"),
			instant("2026-03-01T02:00:00+02:00").In(madrid), time.Date(20000, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(-5, 1, 1, 0, 0, 0, 0, time.UTC), time.Unix(1<<62, 0)}},
	"date": {"{type: date}", []string{`date("2026-03-01")`, `date("2026-02-28")`, `date("0001-01-01")`, `date("9999-12-31")`},
		[]any{dateOf("2026-03-01"), dateOf("2026-02-28"), dateOf("2026-03-02"), dateOf("0001-01-01"), dateOf("9999-12-31"), dateOf("2026-12-01"), dateOf("2026-01-31")}},
	"length": {"{type: duration}", []string{"hours(1)", "hours(0)", "minutes(90)", "hours(-5)", "days(1)"},
		[]any{time.Hour, time.Duration(0), 90 * time.Minute, -5 * time.Hour, 24 * time.Hour, time.Hour + 1, time.Duration(math.MaxInt64)}},
	"money": {"{type: money, currency: EUR}", []string{`money("1 EUR")`, `money("0 EUR")`, `money("-3.5 EUR")`, `money("100 EUR")`, `(money("1 EUR") / 3)`},
		[]any{value.MustMoney("1 EUR"), value.MustMoney("0 EUR"), value.MustMoney("-3.5 EUR"), value.MustMoney("100 EUR"), value.MustMoney("0.99 EUR"), value.MustMoney("0.33 EUR"), value.MustMoney("1 USD"), value.MustMoney("99 JPY")}},
	"percent": {"{type: percent}", []string{"percent(10)", "percent(12.5)", "percent(0)", "percent(-3)"},
		[]any{percentOf("10%"), percentOf("12.5%"), percentOf("0%"), percentOf("-3%"), percentOf("12.50001%"), percentOf("100%"), percentOf("0.000000000000001%")}},
}

var kindNames = []string{"text", "int", "double", "bool", "instant", "date", "length", "money", "percent"}

// odd values are of another type than their field, which an engine never sets.
var oddValues = []any{"2", int64(2), 2.5, true, 7, []any{"a"}, []any{int64(1), "a", nil}, struct{}{}, value.Money{}, time.Hour}
