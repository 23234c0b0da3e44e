package intake

import (
	"cmp"
	"encoding/json"
	"maps"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/policy/worktime"
	"github.com/servicerecovery/amends/recovery/internal/jsontext"
)

// paths are the standard fields that a program holds, and paused.
func paths(p *policy.Program) []string {
	out := []string{"paused"}
	for _, f := range p.Fields {
		out = append(out, f.Name)
	}
	return out
}

// begun is an intake of an incident for a set with these fields, before anything is taken.
// Standard fields are given by name.
func begun(t *testing.T, declared string, standard, fields map[string]any) *Intake {
	t.Helper()
	set, diags := playbook.Load(fstest.MapFS{"a.yaml": {Data: []byte("amends: v1\nplaybook: pb\nreview_by: 2027-01-01\nincident: {" + declared + "}\n" +
		"plays: [{id: a, approach: standardised-response, when: \"true\", do: [{acknowledge: {}}]}]\n")}})
	p, found := policy.Compile(set)
	if diags = append(diags, found...); diags.HasErrors() {
		t.Fatal(diags)
	}
	names := paths(p)
	in := Incident{Standard: make([]any, len(names)), Fields: fields}
	for i, name := range names {
		in.Standard[i] = standard[name]
	}
	take := New(NewLayout(p, names))
	take.came, take.input = in, p.NewInput(time.Now())
	return take
}

// taken is an intake that has taken the incident, with its problems.
func taken(t *testing.T, declared string, standard, fields map[string]any) (*Intake, []Problem) {
	t.Helper()
	take := begun(t, declared, standard, fields)
	problems, err := take.Take(take.came, take.input, false)
	if err != nil {
		t.Fatal(err)
	}
	return take, problems
}

func whole(more map[string]any) map[string]any {
	out := map[string]any{"id": "I", "service": "s", "occurred_at": at("2026-03-02T09:00:00Z")}
	maps.Copy(out, more)
	return out
}

func at(s string) time.Time {
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		panic(err)
	}
	return t.UTC()
}

func TestLookupFindsEverySpelling(t *testing.T) {
	for _, fields := range []map[string]any{
		{"a.b.c": 1},
		{"a": map[string]any{"b": map[string]any{"c": 1}}},
		{"a.b": map[string]any{"c": 1}},
		{"a": map[string]any{"b.c": 1}},
		{"a.b.c": nil, "a": map[string]any{"b": map[string]any{"c": 1}}},
	} {
		take, problems := taken(t, "a.b.c: int", whole(nil), fields)
		if v, ok := take.Lookup("a.b.c"); v != 1 || !ok || len(problems) > 0 {
			t.Errorf("%v: got %v %t %v", fields, v, ok, problems)
		}
		if take.rest != nil {
			t.Errorf("%v: nothing is left, but %v", fields, take.rest)
		}
	}
}

func TestLookupOfAbsentFields(t *testing.T) {
	take := begun(t, "", nil, map[string]any{"a": 5, "when": time.Time{}, "day": value.Date{}, "money": value.Money{}, "nil": nil, "b": map[string]any{"c": nil}})
	for _, path := range []string{"a.b", "when", "day", "money", "nil", "b.c", "b.c.d", "other", "region", "paused", "customer.id"} {
		if v, ok := take.Lookup(path); ok {
			t.Errorf("%s: got %v", path, v)
		}
	}
}

func TestProblemsOfShape(t *testing.T) {
	const unusable = "text, a number, a bool, a time or another value that an incident can hold"
	for _, c := range []struct {
		name     string
		declared string
		standard map[string]any
		fields   map[string]any
		want     []Problem
	}{
		{"two spellings", "a.b: int", nil, map[string]any{"a.b": 1, "a": map[string]any{"b": 2}},
			[]Problem{{"a.b", "one value", "two, the field being written in two ways"}}},
		{"a standard field in Fields too", "", map[string]any{"region": "x"}, map[string]any{"region": "y"},
			[]Problem{{"region", "one value", "two, the field being written in two ways"}}},
		{"a standard field in Fields alone", "", nil, map[string]any{"region": "y"}, nil},
		{"the customer's, nested", "", nil, map[string]any{"customer": map[string]any{"id": "C"}}, nil},
		{"customer is no object", "", nil, map[string]any{"customer": "Ana"}, []Problem{{"customer", "an object", `"Ana"`}}},
		{"of no use", "", nil, map[string]any{"x": struct{}{}}, []Problem{{"x", unusable, "a value of Go type struct {}"}}},
		{"no number", "", nil, map[string]any{"x": []any{math.Inf(1)}}, []Problem{{"x", unusable, "[+Inf]"}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			take, _ := taken(t, c.declared, whole(c.standard), c.fields)
			if !reflect.DeepEqual(take.shape, c.want) {
				t.Errorf("got %v, want %v", take.shape, c.want)
			}
		})
	}
}

func TestFieldsThatContainThemselvesAreRefused(t *testing.T) {
	loop := map[string]any{}
	loop["again"] = loop
	if _, problems := taken(t, "", whole(nil), map[string]any{"loop": loop}); len(problems) != 1 {
		t.Error(problems)
	}
}

func TestRecord(t *testing.T) {
	fields := map[string]any{
		"order":       map[string]any{"value": "60 EUR", "note": "n", "inner": map[string]any{"known": 1}},
		"order.extra": json.Number("1.0"), "www..x": 1, "z": []int{1}, "delay_x": 1, "customer": map[string]any{"nick": "A"},
		"order.note": "clash",
	}
	take, problems := taken(t, "order.value: money, order.inner.known: int, delay: {type: duration, optional: true}", whole(nil), fields)
	rest := take.rest
	declared := []fieldValue{
		{"customer.id", "C"}, {"delay", 80 * time.Hour}, {"order.inner.known", int64(1)}, {"order.value", value.MustMoney("60 EUR")},
		{"paused", []worktime.Pause{{From: at("2026-03-02T09:40:00Z")}}},
	}
	want := `{"customer":{"id":"C","nick":"A"},"delay":"80h","delay_x":1,` +
		`"order":{"extra":1,"inner":{"known":1},"note":"n","value":{"currency":"EUR","value":"60.00"}},` +
		`"order.note":"clash","paused":[{"from":"2026-03-02T09:40:00Z"}],"www..x":1,"z":[1]}`
	if got := string(appendRecord(nil, declared, rest)); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if len(problems) > 0 {
		t.Error(problems)
	}
	if len(fields["order"].(map[string]any)) != 3 {
		t.Error("the host's map was changed")
	}
}

func TestRecordWhereAScalarStandsInTheWay(t *testing.T) {
	rest := map[string]any{"order": int64(5), "x": map[string]any{"y": "s", "k": true}}
	got := string(appendRecord(nil, []fieldValue{{"order.value", "v"}, {"x.a", "a"}, {"x.y.z", "z"}}, rest))
	want := `{"order":5,"order.value":"v","x":{"a":"a","k":true,"y":"s"},"x.y.z":"z"}`
	if got != want && got != `{"order":5,"order.value":"v","x":{"a":"a","k":true,"y":"s","y.z":"z"}}` {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	v, err := jsontext.Parse([]byte(got))
	if err != nil {
		t.Fatal(err)
	}
	again, _ := jsontext.Plain(v).(map[string]any)
	take := begun(t, "", nil, again)
	for path, v := range map[string]string{"order.value": "v", "x.a": "a", "x.y.z": "z"} {
		if found, _ := take.Lookup(path); found != v {
			t.Errorf("%s: got %v back, want %s", path, found, v)
		}
	}
}

type tier string

func TestCoerce(t *testing.T) {
	eur := value.MustMoney("12.50 EUR")
	day, percent := value.Date{}, value.Percent{}
	if day.UnmarshalText([]byte("2026-06-30")) != nil || percent.UnmarshalText([]byte("12.5%")) != nil {
		t.Fatal("bad literals")
	}
	noon := at("2026-03-02T12:00:00Z")
	for _, c := range []struct {
		raw  any
		kind string
		want any
	}{
		{"a", "string", "a"}, {tier("gold"), "string", "gold"}, {"a\xff", "string", "a\uFFFD"},
		{3, "int", int64(3)}, {uint8(3), "int", int64(3)}, {int64(math.MinInt64), "int", int64(math.MinInt64)},
		{json.Number("-7"), "int", int64(-7)}, {json.Number("3.0"), "int", int64(3)}, {json.Number("1e2"), "int", int64(100)},
		{3.0, "int", int64(3)}, {json.Number("9223372036854775807"), "int", int64(math.MaxInt64)},
		{3, "double", 3.0}, {float32(0.1), "double", 0.1}, {json.Number("0.5"), "double", 0.5}, {json.Number("5"), "double", 5.0},
		{true, "bool", true},
		{noon, "timestamp", noon}, {noon.In(time.FixedZone("", 3600)), "timestamp", noon}, {"2026-03-02T13:00:00+01:00", "timestamp", noon},
		{day, "date", day}, {"2026-06-30", "date", day},
		{time.Hour, "duration", time.Hour}, {"1d12h", "duration", 36 * time.Hour}, {"1h0.5s", "duration", time.Hour + 500*time.Millisecond},
		{eur, "money", eur}, {"12.5 EUR", "money", eur}, {map[string]any{"value": "12.50", "currency": "EUR"}, "money", eur},
		{percent, "percent", percent}, {"12.50%", "percent", percent},
		{[]string{"a"}, "list string", []any{"a"}}, {[]any{json.Number("1"), 2}, "list int", []any{int64(1), int64(2)}},
		{[]value.Money{eur}, "list money", []any{eur}}, {[]time.Duration{time.Hour}, "list duration", []any{time.Hour}}, {[]tier{}, "list string", []any{}},
	} {
		got, bad := Coerce(c.raw, typeOf(c.kind))
		if bad != nil || !reflect.DeepEqual(got, c.want) {
			t.Errorf("%v as %s: got %v %v, want %v", c.raw, c.kind, got, bad, c.want)
		}
	}
}

func TestCoerceRefuses(t *testing.T) {
	long := strings.Repeat("é", 80)
	for _, c := range []struct {
		raw  any
		kind string
		want Problem
	}{
		{5, "string", Problem{"f", "text", "5"}},
		{long, "bool", Problem{"f", "true or false", `"` + strings.Repeat("é", 59) + "…"}},
		{json.Number("3.5"), "int", Problem{"f", "a whole number of at most 64 bits", "3.5"}},
		{3.5, "int", Problem{"f", "a whole number of at most 64 bits", "3.5"}},
		{float64(math.MaxInt64), "int", Problem{"f", "a whole number of at most 64 bits", "9223372036854776000"}},
		{json.Number("9223372036854775808"), "int", Problem{"f", "a whole number of at most 64 bits", "9223372036854775808"}},
		{uint64(math.MaxUint64), "int", Problem{"f", "a whole number of at most 64 bits", "18446744073709551615"}},
		{"5", "int", Problem{"f", "a whole number of at most 64 bits", `"5"`}},
		{math.NaN(), "double", Problem{"f", "a number", "NaN"}},
		{json.Number("1e400"), "double", Problem{"f", "a number", "1e400"}},
		{json.Number("x"), "double", Problem{"f", "a number", "a value of Go type json.Number"}},
		{"2026-03-02", "timestamp", Problem{"f", "an RFC 3339 time such as 2026-03-02T10:00:00Z", `"2026-03-02"`}},
		{at("2026-03-02T10:00:00Z").AddDate(9000, 0, 0), "timestamp", Problem{"f", "an RFC 3339 time such as 2026-03-02T10:00:00Z", `"11026-03-02T10:00:00Z"`}},
		{"2026-02-30", "date", Problem{"f", "a date such as 2026-06-30", `"2026-02-30", which is no date, February of 2026 has 28 days`}},
		{"2026", "duration", Problem{"f", "a duration such as 90m, 36h or 2d", `"2026"`}},
		{"10.123 EUR", "money", Problem{"f", "an amount such as 12.50 EUR", `"10.123 EUR", which has 3 decimals, EUR has 2`}},
		{map[string]any{"value": "1", "currency": "EUR", "x": 1}, "money", Problem{"f", "an amount such as 12.50 EUR", `{"currency":"EUR","value":"1","x":1}`}},
		{map[string]any{"value": "a", "currency": "EUR"}, "money", Problem{"f", "an amount such as 12.50 EUR", `{"currency":"EUR","value":"a"}`}},
		{value.Money{}, "money", Problem{"f", "an amount such as 12.50 EUR", `"no amount"`}},
		{"12.5", "percent", Problem{"f", "a percentage such as 12.5%", `"12.5"`}},
		{"a", "list string", Problem{"f", "a list", `"a"`}},
		{[]any{"a", nil}, "list string", Problem{"f[1]", "text", "null"}},
		{struct{ X int }{}, "string", Problem{"f", "text", "a value of Go type struct { X int }"}},
		{new(string), "string", Problem{"f", "text", "a value of Go type *string"}},
		{nil, "string", Problem{"f", "text", "null"}},
	} {
		got, bad := Coerce(c.raw, typeOf(c.kind))
		if bad == nil {
			t.Errorf("%v as %s: got %v", c.raw, c.kind, got)
		} else if p := bad.At("f"); p != c.want {
			t.Errorf("%v as %s:\ngot  %v\nwant %v", c.raw, c.kind, p, c.want)
		}
	}
}

func TestPausesAreChecked(t *testing.T) {
	for text, want := range map[string]string{
		`5`:       "paused: wanted a list of {from, until}, found 5",
		`[5, {}]`: "paused[0]: wanted an object with from and until, found 5; paused[1].from: wanted an RFC 3339 time such as 2026-03-02T10:00:00Z, found nothing",
		`[{"from": "2026-03-02T10:00:00Z", "until": "2026-03-02T09:00:00Z"}]`:  "paused[0].until: wanted a time not before from, 2026-03-02T10:00:00Z, found 2026-03-02T09:00:00Z",
		`[{"from": "2026-03-02T10:00:00Z"}, {"from": "2026-03-03T10:00:00Z"}]`: "paused[0].until: wanted a time, since another pause follows, found nothing",
		`[{"from": "2026-03-02T10:00:00Z", "to": 1}]`:                          "paused[0].to: wanted from and until only, found 1",
		`[{"from": "x", "until": 5}]`: "paused[0].from: wanted an RFC 3339 time such as 2026-03-02T10:00:00Z, found \"x\"; " +
			"paused[0].until: wanted an RFC 3339 time such as 2026-03-02T10:00:00Z, found 5",
		`[]`: "",
		`[{"from": "2026-03-02T10:00:00+01:00", "until": null}]`: "",
	} {
		v, err := jsontext.Parse([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if _, problems := Pauses(jsontext.Plain(v)); joined(problems) != want {
			t.Errorf("%s:\ngot  %s\nwant %s", text, joined(problems), want)
		}
	}
}

func BenchmarkRecord(b *testing.B) {
	declared := []fieldValue{
		{"customer.id", "C"}, {"customer.language", ""}, {"customer.name", "Ana"}, {"customer.tier", "gold"}, {"delay", 80 * time.Hour},
		{"failure", "late"}, {"id", "T-1042"}, {"occurred_at", at("2026-03-02T09:40:00Z")}, {"order.fragile", false},
		{"order.value", value.MustMoney("60 EUR")}, {"phase", "failure"}, {"region", "MAD"}, {"severity", int64(4)}, {"tags", []any{}},
	}
	buf := make([]byte, 0, 1024)
	b.ReportAllocs()
	for b.Loop() {
		buf = appendRecord(buf[:0], declared, nil)
	}
}

// typeOf reads "int", or "list int".
func typeOf(text string) value.Type {
	of := map[string]value.Kind{}
	for k := value.KindString; k <= value.KindList; k++ {
		of[k.String()] = k
	}
	first, second, _ := strings.Cut(text, " ")
	return value.Type{Kind: of[first], Elem: of[second]}
}

func joined(problems []Problem) string {
	var out []string
	for _, p := range problems {
		out = append(out, p.Path+": wanted "+p.Wanted+", found "+cmp.Or(p.Found, "nothing"))
	}
	return strings.Join(out, "; ")
}

// An intake that was cleared holds nothing of the incident: not in its lists either,
// which are used again.
func TestAClearedIntakeIsEmpty(t *testing.T) {
	take, problems := taken(t, "region: {one_of: [MAD]}, x: {type: int, was: [y]}", whole(map[string]any{"paused": []worktime.Pause{{From: at("2026-03-02T07:00:00Z")}}}),
		map[string]any{"region": "BCN", "y": 1, "z": "rest", "x.a": 1, "customer": 5})
	if len(problems) == 0 || take.rest == nil {
		t.Fatal("the incident was to leave something everywhere")
	}
	take.Keys()
	take.Clear()
	v := reflect.ValueOf(*take)
	for i := range v.NumField() {
		name, f := v.Type().Field(i).Name, v.Field(i)
		switch {
		case name == "layout":
		case name == "came":
			if f.FieldByName("Standard").Len() > 0 || !f.FieldByName("Fields").IsZero() || !f.FieldByName("Customer").IsZero() {
				t.Errorf("it still holds what came: %v", take.came)
			}
			for _, v := range take.came.Standard[:cap(take.came.Standard)] {
				if v != nil {
					t.Errorf("its room still holds %v", v)
				}
			}
		case f.Kind() == reflect.Slice:
			for k := range f.Len() {
				if !f.Index(k).IsZero() {
					t.Errorf("%s still holds %v", name, f.Index(k))
				}
			}
		case !f.IsZero():
			t.Errorf("%s is still %v", name, f)
		}
	}
}

// What is taken at once is what the long way makes of it, and lets pass.
func TestPlainAgrees(t *testing.T) {
	raws := []any{
		nil, "", " ", "a", "gold", "silver", "a b", "tab\t", "del\x7f", "é", "\xff", "zero\u200bwidth", "2026-03-02T09:00:00Z", "7", true, 3, int32(4),
		int64(-4), int64(5), int64(math.MaxInt64), 2.0, 2.5, []any{}, []any{"a"}, map[string]any{"a": "b"}, time.Time{}, at("2026-03-02T09:00:00Z"),
		at("2026-03-02T09:00:00.0000001Z"), at("2026-03-02T09:00:00Z").In(time.FixedZone("", 3600)), time.Date(12000, 1, 1, 0, 0, 0, 0, time.UTC), time.Now(),
		json.Number("0"), json.Number("-0"), json.Number("7"), json.Number("+7"), json.Number("07"), json.Number("-07"), json.Number("7.0"), json.Number("7.5"), json.Number("1e3"),
		json.Number("0x1"), json.Number("1_0"), json.Number(""), json.Number("-"), json.Number("inf"), json.Number("9223372036854775807"), json.Number("9223372036854775808"), json.Number("-9223372036854775808"),
	}
	declared := "tier: {type: string, one_of: [gold, silver, \"\"]}, name: string, shown: {type: string}, order_id: string, filled: {type: string, optional: true}, n: int, low: {type: int, min: 3}, high: {type: int, max: 4}, both: {type: int, min: -4, max: 7}, " +
		"x: double, at: timestamp, from: {type: timestamp, min: 2026-03-02T09:00:01Z}, on: date, span: duration, flag: bool, labels: [string]"
	l := begun(t, declared, nil, nil).layout
	plain := 0
	for _, f := range slices.Concat(l.shared, l.own[0]) {
		for _, raw := range raws {
			got, ok := f.plain(raw)
			if !ok {
				continue
			}
			plain++
			want, bad := Coerce(raw, f.Type)
			if bad == nil {
				bad = f.refuses(want, raw)
			}
			if bad != nil || got != want {
				t.Errorf("%s from %#v: got %#v, want %#v (%v)", f.Name, raw, got, want, bad)
			}
		}
	}
	if plain < 150 {
		t.Errorf("only %d values were taken at once", plain)
	}
}

// A record is the same, whatever was written before it.
func TestRecordAfterOthers(t *testing.T) {
	const declared = "a: {type: int, optional: true}, order.value: {type: int, default: 5}, z.y.x: {type: string, optional: true}, z.y.w: {type: string, default: q}"
	one, _ := taken(t, declared, whole(nil), nil)
	for _, fields := range []map[string]any{nil, {"a": 1}, {"a": 2}, {"z.y.x": "u", "a": 2}, {"z": map[string]any{"y": map[string]any{"w": "v"}}}, nil, {"other": 1}, {"a": 3}} {
		fresh, problems := taken(t, declared, whole(nil), fields)
		want := string(fresh.AppendRecord(nil))
		one.Clear()
		in := Incident{Standard: fresh.came.Standard, Fields: fields}
		if _, err := one.Take(in, fresh.input, false); err != nil || len(problems) > 0 {
			t.Fatal(err, problems)
		}
		if got := string(one.AppendRecord([]byte("x"))); got != "x"+want {
			t.Errorf("%v:\ngot  %s\nwant %s", fields, got, want)
		}
		if err := json.Unmarshal([]byte(want), &map[string]any{}); err != nil {
			t.Errorf("%s: %v", want, err)
		}
		one.came.Standard = slices.Clone(one.came.Standard) // Clear empties it
	}
}
