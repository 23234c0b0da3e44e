package payload

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/policy/worktime"
)

func kindOf(k value.Kind) value.Type { return value.Type{Kind: k} }

// shown is what becomes of a value: as a suite would write it, or what is wrong with it.
func shown(f *Field, raw any) string {
	v, bad := f.value(raw)
	switch {
	case bad != nil && bad.Remedy != "":
		return "refused: " + bad.Found + "; " + bad.Remedy
	case bad != nil:
		return "refused: " + bad.Found
	case v == nil:
		return "none"
	}
	return value.Show(v)
}

func TestValues(t *testing.T) {
	madrid, err := worktime.LoadZone("Europe/Madrid")
	if err != nil {
		t.Fatal(err)
	}
	timestamp, date, duration, money := kindOf(value.KindTimestamp), kindOf(value.KindDate), kindOf(value.KindDuration), kindOf(value.KindMoney)
	here := func(f Field) Field { f.Zone = madrid; return f }
	const ambiguousDay = "the day or the month may come first; write `format: d/m/y`"
	for _, test := range []struct {
		name  string
		field Field
		raw   any
		wants string // the value, or a part of the refusal
	}{
		{"RFC 3339", Field{Type: timestamp}, "2026-03-02T10:00:00+01:00", "2026-03-02T09:00:00Z"},
		{"a blank for T", Field{Type: timestamp}, "2026-03-02 10:00:00Z", "2026-03-02T10:00:00Z"},
		{"an offset without a colon", Field{Type: timestamp}, "2026-03-02 10:00:00 +0100", "2026-03-02T09:00:00Z"},
		{"an offset of hours", Field{Type: timestamp}, "2026-03-02 10:00-05", "2026-03-02T15:00:00Z"},
		{"a zone in letters", Field{Type: timestamp}, "2026-03-02 10:00:00 UTC", "2026-03-02T10:00:00Z"},
		{"a zone that is not known", Field{Type: timestamp}, "2026-03-02 10:00:00 EST", `refused: "2026-03-02 10:00:00 EST", which has "10:00:00 EST" in the place of a time of day`},
		{"no zone", Field{Type: timestamp}, "2026-03-02 10:00", "refused: \"2026-03-02 10:00\", which has no zone; write `zone:`"},
		{"the zone of the map", here(Field{Type: timestamp}), "2026-07-02 10:00", "2026-07-02T08:00:00Z"},
		{"its own zone counts", here(Field{Type: timestamp}), "2026-07-02T10:00:00Z", "2026-07-02T10:00:00Z"},
		{"a skipped hour", here(Field{Type: timestamp}), "2026-03-29 02:30", "2026-03-29T01:00:00Z"},
		{"an hour that comes twice", here(Field{Type: timestamp}), "2026-10-25 02:30", "2026-10-25T00:30:00Z"},
		{"a day alone", here(Field{Type: timestamp}), "2026-03-02", "2026-03-01T23:00:00Z"},
		{"afternoon", here(Field{Type: timestamp, Format: "m/d/y"}), "3/2/2026 1:05:09 PM", "2026-03-02T12:05:09Z"},
		{"midnight", here(Field{Type: timestamp, Format: "m/d/y"}), "3/2/2026 12:00 am", "2026-03-01T23:00:00Z"},
		{"noon", here(Field{Type: timestamp, Format: "m/d/y"}), "3/2/2026 12 p.m.", "2026-03-02T11:00:00Z"},
		{"points in the time of day", here(Field{Type: timestamp, Format: "d/m/y"}), "10/03/2004 18.00.00", "2004-03-10T17:00:00Z"},
		{"thirteen in the afternoon", here(Field{Type: timestamp, Format: "m/d/y"}), "3/2/2026 13:00 PM", "in the place of a time of day"},
		{"decimals of a second", Field{Type: timestamp}, "2026-03-02T10:00:00.123456789Z", "2026-03-02T10:00:00.123456Z"},
		{"the year first, with slashes", here(Field{Type: timestamp}), "2001/01/14 21:55", "2001-01-14T20:55:00Z"},
		{"a name of a month", here(Field{Type: timestamp}), "Jan 1 2000", "1999-12-31T23:00:00Z"},
		{"another", here(Field{Type: date, Format: "d/m/y"}), "1-Sept-2000", "2000-09-01"},
		{"a mail's date", Field{Type: timestamp}, "Mon, 02 Mar 2026 10:00:00 +0000", "2026-03-02T10:00:00Z"},
		{"03/04/2026", here(Field{Type: timestamp}), "03/04/2026", "refused: \"03/04/2026\", which is ambiguous: " + ambiguousDay},
		{"31/12/2026", here(Field{Type: date}), "31/12/2026", "is ambiguous"},
		{"the day first", Field{Type: date, Format: "d/m/y"}, "03/04/2026", "2026-04-03"},
		{"the month first", Field{Type: date, Format: "m/d/y"}, "03/04/2026", "2026-03-04"},
		{"points", Field{Type: date, Format: "d/m/y"}, "3.4.2026", "2026-04-03"},
		{"two marks", Field{Type: date, Format: "d/m/y"}, "3.4-2026", "refused"},
		{"two digits of a year", Field{Type: date, Format: "d/m/y"}, "03/04/26", "is ambiguous: its year has no four digits"},
		{"no such month", Field{Type: date, Format: "m/d/y"}, "31/12/2026", "is a day that does not exist"},
		{"the day first", Field{Type: date, Format: "m/d/y"}, "31/12/2026", "write `format: d/m/y`, if the day comes first"},
		{"the month first", Field{Type: date, Format: "d/m/y"}, "12/31/2026", "write `format: m/d/y`, if the month comes first"},
		{"nothing", Field{Type: date}, "", "write `missing: [\"\"]`, if it means that there is none"},
		{"a word for nothing", Field{Type: date}, "N/A", "write `missing: [\"N/A\"]`, if it means that there is none"},
		{"no such day", Field{Type: date}, "2026-02-30", "is a day that does not exist"},
		{"another order than was said", Field{Type: date, Format: "d/m/y"}, "2026-03-04", "is not written as `format: d/m/y` says"},
		{"an order of years first", Field{Type: date, Format: "y-m-d"}, "2026.3.4", "2026-03-04"},
		{"seconds", Field{Type: timestamp, Format: "epoch"}, json.Number("1772700000"), "2026-03-05T08:40:00Z"},
		{"seconds as text", Field{Type: timestamp, Format: "epoch"}, " 1772700000.25 ", "2026-03-05T08:40:00.25Z"},
		{"milliseconds", Field{Type: timestamp, Format: "epoch-ms"}, json.Number("1.7727e12"), "2026-03-05T08:40:00Z"},
		{"before 1970", Field{Type: timestamp, Format: "epoch-ms"}, json.Number("-0.5"), "1969-12-31T23:59:59.9995Z"},
		{"no number", Field{Type: timestamp, Format: "epoch"}, "2026-03-02", "is not a number, as `format: epoch` wants"},
		{"far away", Field{Type: timestamp, Format: "epoch"}, "99999999999999999999999", "lies outside the years"},
		{"endless", Field{Type: timestamp, Format: "epoch"}, json.Number("1e999999999"), "is too large or too small"},
		{"a number without a format", Field{Type: timestamp}, json.Number("1772700000"), "refused: the number 1772700000; write `format: epoch`"},
		{"a date of a time", here(Field{Type: date}), "2026-03-02T23:30:00Z", "2026-03-03"},
		{"a date of a time nowhere", Field{Type: date}, "2026-03-02T23:30:00Z", "on different days in different zones"},
		{"a date of a local time", Field{Type: date}, "2026-03-02 23:30", "2026-03-02"},

		{"the format's duration", Field{Type: duration}, "1d12h", "36h"},
		{"Go's", Field{Type: duration}, "1h30m0.5s", "1h30m0.5s"},
		{"ISO 8601", Field{Type: duration}, "P1DT2H30M", "26h30m"},
		{"ISO 8601 in weeks", Field{Type: duration}, "P2W", "336h"},
		{"ISO 8601 with a comma", Field{Type: duration}, "-PT0,5H", "-30m"},
		{"ISO 8601 in months", Field{Type: duration}, "P1M", "months or years"},
		{"nothing of ISO 8601", Field{Type: duration}, "PT", "refused"},
		{"a clock", Field{Type: duration}, "26:30:00", "26h30m"},
		{"half a clock", Field{Type: duration}, "01:30", "is ambiguous: hours and minutes, or minutes and seconds"},
		{"minutes", Field{Type: duration, Unit: "minutes"}, json.Number("90.5"), "1h30m30s"},
		{"days in text", Field{Type: duration, Unit: "days", Decimal: ","}, "1,5", "36h"},
		{"no unit", Field{Type: duration}, json.Number("90"), "refused: the number 90, which has no unit; write `unit:`"},
		{"too long", Field{Type: duration, Unit: "days"}, json.Number("9e17"), "is too long"},

		{"a whole number", Field{Type: kindOf(value.KindInt)}, "42", "42"},
		{"a whole double", Field{Type: kindOf(value.KindInt)}, json.Number("3.0"), "3"},
		{"half a number", Field{Type: kindOf(value.KindInt)}, json.Number("3.5"), "is not whole"},
		{"1,234", Field{Type: kindOf(value.KindInt)}, "1,234", "refused: \"1,234\", which is ambiguous: 1 and a fraction, or 1234; write `decimal:"},
		{"1.234", Field{Type: kindOf(value.KindDouble)}, "1.234", "is ambiguous"},
		{"0.234", Field{Type: kindOf(value.KindDouble)}, "0.234", "0.234"},
		{"1.2345", Field{Type: kindOf(value.KindDouble)}, "1.2345", "1.2345"},
		{"12,5", Field{Type: kindOf(value.KindDouble)}, "12,5", "is written with marks that the map does not name"},
		{"a comma", Field{Type: kindOf(value.KindDouble), Decimal: ","}, "1.234,5", "1234.5"},
		{"a point", Field{Type: kindOf(value.KindDouble), Decimal: "."}, "1,234", "1234"},
		{"India", Field{Type: kindOf(value.KindInt), Decimal: "."}, "12,34,567", "1234567"},
		{"Switzerland", Field{Type: kindOf(value.KindDouble), Decimal: "."}, "1’234.5", "1234.5"},
		{"France", Field{Type: kindOf(value.KindDouble), Decimal: ","}, "−1\u202f234,5", "-1234.5"},
		{"the other mark", Field{Type: kindOf(value.KindDouble), Decimal: ","}, "1,234.5", "is not written with `decimal: \",\"`"},
		{"a number is never ambiguous", Field{Type: kindOf(value.KindDouble), Decimal: ","}, json.Number("1.234"), "1.234"},
		{"an exponent", Field{Type: kindOf(value.KindDouble)}, "1.5e3", "1500"},

		{"money", Field{Type: money}, "12.50 EUR", "12.50 EUR"},
		{"a code in front", Field{Type: money, Decimal: ","}, "EUR 1.234,50", "1234.50 EUR"},
		{"euros", Field{Type: money, Decimal: ","}, "12,50 €", "12.50 EUR"},
		{"a sign in front", Field{Type: money, Decimal: ".", Currency: "USD"}, "-$1,234.50", "-1234.50 USD"},
		{"any dollar", Field{Type: money, Decimal: "."}, "$12.50", "is ambiguous: the sign of"},
		{"the usual dollar", Field{Type: money, Decimal: "."}, "$12.50", "such as `currency: USD`"},
		{"a dollar of one country", Field{Type: money, Decimal: "."}, "R$ 12.50", "12.50 BRL"},
		{"another currency", Field{Type: money, Currency: "USD"}, "12.50 €", "and the map says USD"},
		{"another code", Field{Type: money, Currency: "USD"}, "12.50 eur", "is in EUR, and the map says USD"},
		{"no currency", Field{Type: money}, json.Number("12.5"), "has no currency; write `currency:`"},
		{"a currency of the map", Field{Type: money, Currency: "EUR"}, json.Number("12.5"), "12.50 EUR"},
		{"zeros of a database", Field{Type: money, Currency: "EUR"}, "12.5000", "12.50 EUR"},
		{"parts of a cent", Field{Type: money, Currency: "EUR"}, json.Number("12.345"), "has 3 decimals, EUR has 2"},
		{"no decimals at all", Field{Type: money, Currency: "JPY"}, json.Number("1250.0"), "1250 JPY"},
		{"the format's own object", Field{Type: money}, map[string]any{"value": "12.50", "currency": "EUR"}, "12.50 EUR"},
		{"ambiguous money", Field{Type: money, Currency: "EUR"}, "1.234", "is ambiguous"},
		{"a field in one currency", Field{Type: value.Type{Kind: value.KindMoney, Currency: "EUR"}, Decimal: "."}, "12.50 USD", "is in USD"},

		{"percent", Field{Type: kindOf(value.KindPercent), Decimal: ","}, "12,5 %", "12.5%"},
		{"a number of percent", Field{Type: kindOf(value.KindPercent), Unit: "percent"}, json.Number("12.5"), "12.5%"},
		{"a bare number", Field{Type: kindOf(value.KindPercent)}, json.Number("0.125"), "has no percent sign; write `unit: percent`"},

		{"text of a number", Field{Type: kindOf(value.KindString)}, json.Number("17.50"), "17.50"},
		{"text of an object", Field{Type: kindOf(value.KindString)}, map[string]any{}, "refused: an object"},
		{"bool", Field{Type: kindOf(value.KindBool)}, true, "true"},
		{"yes", Field{Type: kindOf(value.KindBool)}, "yes", "write which texts mean yes and no"},
		{"a word", Field{Type: kindOf(value.KindInt), Words: map[string]any{"high": int64(4)}}, "hihg", `did you mean "high"?`},
		{"no word", Field{Type: kindOf(value.KindInt), Words: map[string]any{"high": int64(4)}, Otherwise: &Constant{int64(3)}}, "x", "3"},
		{"an object is no word", Field{Type: kindOf(value.KindInt), Words: map[string]any{"high": int64(4)}, Otherwise: &Constant{int64(3)}}, map[string]any{}, "refused: an object"},
		{"a word that clears", Field{Type: kindOf(value.KindInt), Words: map[string]any{"none": nil}}, "none", "none"},
		{"the first of several", Field{Type: kindOf(value.KindString), FirstOf: []string{"late", "lost"}}, []any{"x", "lost", "late"}, "late"},
		{"none of them", Field{Type: kindOf(value.KindString), FirstOf: []string{"late"}}, []any{"x"}, "write `otherwise:`"},
		{"several for one", Field{Type: kindOf(value.KindString)}, []any{"x", "y"}, "refused: a list of 2; take the first of several texts"},
		{"a list", Field{Type: value.Type{Kind: value.KindList, Elem: value.KindInt}}, []any{"1", nil, json.Number("2")}, "1, 2"},
		{"a list in a text", Field{Type: value.Type{Kind: value.KindList, Elem: value.KindString}, Split: ","}, "a, b,,c", "a, b, c"},
		{"a text for a list", Field{Type: value.Type{Kind: value.KindList, Elem: value.KindString}}, "a, b", "write what stands between its members"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := shown(&test.field, test.raw)
			exact := !strings.HasPrefix(got, "refused")
			if exact && got != test.wants || !exact && !strings.Contains(got, test.wants) {
				t.Errorf("got  %s\nwant %s", got, test.wants)
			}
		})
	}
}

func TestPaths(t *testing.T) {
	var tree any
	d := json.NewDecoder(strings.NewReader(`{"a": {"b": 1, "n": null}, "tags": ["x", "y"], "Ticket #": 2, "a.c": 3, "empty": [],
		"fields": [{"id": 1, "value": "p"}, {"id": 27, "value": "q"}], "lines": [{"parts": [{"no": 1}, {"no": 2}]}, {"parts": [{"no": 3}, {}]}]}`))
	d.UseNumber()
	if err := d.Decode(&tree); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"a.b": "1", "a.n": "null", "a.x": "absent", "tags[*]": `["x","y"]`, "tags[1]": `"y"`, "tags[2]": "absent", "tags": `["x","y"]`, "empty[*]": "[]",
		"Ticket #": "2", `["Ticket #"]`: "2", `['Ticket #']`: "2", "a.c": "3", `["a.c"]`: "3", `["a.b"]`: "absent",
		"fields[id=27].value": `"q"`, "fields[id='27'].value": `"q"`, "fields[id=3].value": "absent", "lines[*].parts[*].no": "[1,2,3]", "lines[0].parts[1].no": "2",
		"a.b.c": "absent", "a[0]": "absent", "a[*]": "misfit", "x[*]": "absent",
	} {
		p, err := ParsePath(path)
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		v, found, bad := p.Find(tree)
		got := "absent"
		if bad != nil {
			got = "misfit"
		} else if found {
			text, _ := json.Marshal(v)
			got = string(text)
		}
		if got != want {
			t.Errorf("%s: got %s, want %s", path, got, want)
		}
	}
	for path, want := range map[string]string{
		"": "a name is missing", "a.": "a name is missing", ".a": "a name is missing", "a..b": "a name is missing", "a[": "not closed", "a]": "closes nothing",
		"a[x]": "no place in a list", "a[-1]": "no place in a list", `["a`: "not closed", "a[0]b": "stands behind a bracket", "a [0]": "begins or ends with a blank", "a[x[*]=1]": "no place in a list", "a[b.=1]": "no name",
	} {
		if _, err := ParsePath(path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %s", path, err, want)
		}
	}
}

func TestEncodings(t *testing.T) {
	for _, test := range []struct {
		encoding Encoding
		in, out  string
	}{{Latin1, "caf\xe9 \x80", "café \u0080"}, {Windows1252, "caf\xe9 \x80", "café €"}, {UTF8, "café", "café"}, {"", "caf\xe9", ""}} {
		got, err := test.encoding.Decode([]byte(test.in))
		if string(got) != test.out || (err != nil) != (test.out == "") {
			t.Errorf("%s: got %q, %v", test.encoding, got, err)
		}
	}
}

// FuzzRead maps payloads of any kind: whatever comes is a value of the field's type, or a misfit.
func FuzzRead(f *testing.F) {
	for _, seed := range []string{`{"a": "03/04/2026 10:00 PM"}`, `{"a": "1.234,50 €"}`, `{"a": "P1DT2H"}`, `{"a": [1, null, {"b": 1}]}`, `{"a": 1e308}`, `{"a": {"value": "1", "currency": "EUR"}}`, `null`} {
		f.Add(seed, "a", "d/m/y", ",")
	}
	zone := time.FixedZone("", 3600)
	f.Fuzz(func(t *testing.T, text, path, format, decimal string) {
		var tree any
		d := json.NewDecoder(strings.NewReader(text))
		d.UseNumber()
		if d.Decode(&tree) != nil {
			return
		}
		p, err := ParsePath(path)
		if err != nil {
			return
		}
		if decimal != "," && decimal != "." {
			decimal = ""
		}
		for k := value.KindString; k < value.KindList; k++ {
			for _, one := range []Field{
				{Type: kindOf(k)}, {Type: kindOf(k), Zone: zone, Format: format, Decimal: decimal, Unit: "hours", Currency: "EUR", Missing: []string{""}},
				{Type: value.Type{Kind: value.KindList, Elem: k}, Split: ","},
			} {
				one.From = []Path{p, p}
				one.Joined = one.Format != ""
				told, ok := one.read(tree)
				if list, isList := told.Value.([]any); ok && len(told.Misfits) == 0 && told.Value != nil && !isList {
					if got := value.TypeOf(told.Value).Kind; got != k {
						t.Errorf("%s as %s: %v of type %s", text, k, told.Value, got)
					}
				} else if isList && len(told.Misfits) == 0 && one.Type.Kind != value.KindList {
					t.Errorf("%s as %s: %v", text, k, list)
				}
			}
		}
	})
}
