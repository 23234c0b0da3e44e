package recovery

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

func readIncident(t *testing.T, text string) Incident {
	t.Helper()
	var in Incident
	if err := json.Unmarshal([]byte(text), &in); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return in
}

func at(s string) time.Time {
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		panic(err)
	}
	return t.UTC()
}

func TestIncidentReadsStandardFields(t *testing.T) {
	got := readIncident(t, `{
		"id": "T-1042", "service": "parcel", "occurred_at": "2026-03-02T10:00:00+01:00", "failure": "late",
		"phase": "signal", "severity": 4, "source": "monitor", "reported_at": "2026-03-02T09:30:00Z",
		"responded_at": "2026-03-02T09:31:00Z", "informed_at": "2026-03-02T09:32:00Z",
		"resolved_at": "2026-03-02T09:33:00Z", "expected_at": "2026-03-02T09:34:00.5Z",
		"paused": [{"from": "2026-03-02T09:40:00Z", "until": "2026-03-02T09:50:00Z"}, {"from": "2026-03-02T10:40:00Z", "until": null}],
		"provider": "p", "follows": "T-1", "channel": "mail", "region": "MAD", "language": "es",
		"cause": "c", "remedy_sought": "refund", "summary": "s", "tags": ["a", "b"],
		"customer": {"id": "C-7", "name": "Ana", "tier": "gold", "language": "ca", "since": "2020-01-01T00:00:00Z", "vip": true},
		"delay": "80h", "order": {"value": "60 EUR", "lines": 3.0}, "weird.key": 1.50, "nothing": null
	}`)
	want := Incident{
		ID: "T-1042", Service: "parcel", OccurredAt: at("2026-03-02T09:00:00Z"), Failure: "late",
		Phase: "signal", Severity: 4, Source: "monitor", ReportedAt: at("2026-03-02T09:30:00Z"),
		RespondedAt: at("2026-03-02T09:31:00Z"), InformedAt: at("2026-03-02T09:32:00Z"),
		ResolvedAt: at("2026-03-02T09:33:00Z"), ExpectedAt: at("2026-03-02T09:34:00.5Z"),
		Paused: []Pause{
			{From: at("2026-03-02T09:40:00Z"), Until: at("2026-03-02T09:50:00Z")},
			{From: at("2026-03-02T10:40:00Z")},
		},
		Provider: "p", Follows: "T-1", Channel: "mail", Region: "MAD", Language: "es",
		Cause: "c", RemedySought: "refund", Summary: "s", Tags: []string{"a", "b"},
		Customer: Customer{ID: "C-7", Name: "Ana", Tier: "gold", Language: "ca", Since: at("2020-01-01T00:00:00Z")},
		Fields: map[string]any{
			"delay":        "80h",
			"order":        map[string]any{"value": "60 EUR", "lines": json.Number("3.0")},
			"weird.key":    json.Number("1.50"),
			"customer.vip": true,
		},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestIncidentKeepsWhatDoesNotFit(t *testing.T) {
	in := readIncident(t, `{"id": "", "service": 7, "severity": 0, "phase": "", "occurred_at": "yesterday",
		"tags": ["a", 1], "paused": "yes", "customer": {"since": 5, "tier": "", "id": "C"}, "region": null}`)
	want := map[string]any{
		"id": "", "service": json.Number("7"), "severity": json.Number("0"), "phase": "", "occurred_at": "yesterday",
		"tags": []any{"a", json.Number("1")}, "paused": "yes", "customer.since": json.Number("5"), "customer.tier": "",
	}
	if !reflect.DeepEqual(in.given, want) {
		t.Errorf("got %v, want %v", in.given, want)
	}
	came := func(path string) any { return in.came(nil).Standard[slices.Index(standardPaths(), path)] }
	for path, v := range want {
		if got := came(path); !reflect.DeepEqual(got, v) {
			t.Errorf("%s: got %v, want %v", path, got, v)
		}
	}
	if came("region") != nil {
		t.Error("null counts as absent")
	}
	in.Severity = 2
	if got := came("severity"); got != int64(2) {
		t.Errorf("a field that was set since counts, not %v", got)
	}
}

func TestIncidentRefuses(t *testing.T) {
	for text, want := range map[string]string{
		`[]`:                                "an incident is a JSON object, not []",
		`null`:                              "an incident is a JSON object, not null",
		`"` + strings.Repeat("x", 99) + `"`: "an incident is a JSON object, not \"" + strings.Repeat("x", 59) + "…",
		`{"id":"a","id":"b"}`:               `the key "id" is given twice`,
		`{"x":{"a":1,"a":1}}`:               `the key "a" is given twice`,
		`{"id":}`:                           "not JSON: invalid character '}' looking for beginning of value (at byte 7)",
	} {
		var in Incident
		err := in.UnmarshalJSON([]byte(text))
		if err == nil || err.Error() != want {
			t.Errorf("%s: got %v, want %s", text, err, want)
		}
	}
}

func TestIncidentMarshal(t *testing.T) {
	in := Incident{
		ID: "T-1", Service: "parcel", OccurredAt: at("2026-03-02T09:00:00Z"), Severity: 4, Tags: []string{"<b>"},
		Paused:   []Pause{{From: at("2026-03-02T09:40:00Z")}},
		Customer: Customer{ID: "C-7"},
		Fields: map[string]any{
			"delay": 80 * time.Hour, "order.value": MustMoney("60 EUR"), "customer.vip": true, "none": nil,
			"n": uint8(3), "f": float32(0.1), "list": []string{"b", "a"}, "object": map[string]any{"z": 1, "a": json.Number("1.0")},
		},
	}
	got, err := in.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	want := `{"id":"T-1","service":"parcel","occurred_at":"2026-03-02T09:00:00Z","severity":4,` +
		`"paused":[{"from":"2026-03-02T09:40:00Z"}],"tags":["<b>"],"customer":{"id":"C-7","vip":true},` +
		`"delay":"80h","f":0.1,"list":["b","a"],"n":3,"object":{"a":1.0,"z":1},"order.value":"60.00 EUR"}`
	if string(got) != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	again, err := readIncident(t, want).MarshalJSON()
	if err != nil || string(again) != want {
		t.Errorf("got  %s (%v)\nwant %s", again, err, want)
	}
}

func TestIncidentMarshalFails(t *testing.T) {
	for want, in := range map[string]Incident{
		"field x: it cannot hold a value of Go type struct {}": {Fields: map[string]any{"x": struct{}{}}},
		"field x: it cannot hold NaN":                          {Fields: map[string]any{"x": nan()}},
		"field region: it is there twice":                      {Region: "a", Fields: map[string]any{"region": "b"}},
		"field customer.id: it is there too often": {Customer: Customer{ID: "a"},
			Fields: map[string]any{"customer.id": "b", "customer": map[string]any{"id": "c"}}},
		"field customer: an object is wanted, not 5": {Fields: map[string]any{"customer": 5}},
	} {
		if _, err := in.MarshalJSON(); err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

func nan() float64 {
	zero := 0.0
	return zero / zero
}

// FuzzIncidentJSON holds reading and writing to each other: what was read once is
// written and read again without a change.
func FuzzIncidentJSON(f *testing.F) {
	for _, seed := range []string{
		`{"id":"T","service":"s","occurred_at":"2026-03-02T10:00:00+01:00","customer":{"id":"C","x.y":{"z":[1.0,null]}},"a.b":{"c":1}}`,
		`{"customer":{"id":"C"},"customer.id":"D"}`,
		`{"customer.id":"D","customer":{"id":5,"id.x":1},"customer.id.x":2}`,
		`{"customer":"Ana","customer.vip":true}`, `{"customer":"Ana","customer.id":"D"}`, `{"customer.id":5,"customer":[]}`,
		`{"customer":{},"paused":[{"from":"2026-03-02T10:00:00Z","until":7}],"severity":1e0,"tags":[]}`,
		`{"":{},"customer.":1,"customer":{"":2},"paused":[{"from":"2026-03-02T10:00:00+14:00"}]}`,
		`{"occurred_at":"0001-01-01T00:00:00Z","id":"\ud800","x":"<&>"}`,
	} {
		f.Add([]byte(seed))
	}
	rules := rulesOf(f, vipSet)
	f.Fuzz(func(t *testing.T, data []byte) {
		var in Incident
		if in.UnmarshalJSON(data) != nil {
			return
		}
		once, err := in.MarshalJSON()
		if err != nil {
			t.Fatalf("%s cannot be written: %v", data, err)
		}
		var again Incident
		if err := again.UnmarshalJSON(once); err != nil {
			t.Fatalf("%s cannot be read: %v", once, err)
		}
		if twice, err := again.MarshalJSON(); err != nil || string(twice) != string(once) {
			t.Fatalf("the incident changed (%v):\n%s\n%s", err, once, twice)
		}
		checkIntake(t, rules, in, again)
	})
}

// checkIntake compares what validation finds wrong with two incidents, or the record
// and the keys that it makes of them.
func checkIntake(t *testing.T, rules *ruleset, a, b Incident) {
	t.Helper()
	one, two := validated(t, rules, a), validated(t, rules, b)
	if one != two {
		t.Errorf("the incident changed:\n%s\n%s", one, two)
	}
}

const vipSet = "amends: v1\nplaybook: pb\nreview_by: 2027-01-01\nincident: {customer.vip: {type: bool, optional: true}, a.b.c: {type: double, optional: true}, x.y: {type: string, optional: true}}\n" +
	"plays: [{id: a, approach: standardised-response, when: \"true\", do: [{acknowledge: {}}]}]\n"

func rulesOf(t testing.TB, set string) *ruleset {
	t.Helper()
	engine, err := Load(fstest.MapFS{"set.yaml": {Data: []byte(set)}})
	if err != nil {
		t.Fatal(err)
	}
	return engine.current.Load()
}

// validated is what validation makes of an incident, as text.
func validated(t *testing.T, rules *ruleset, in Incident) string {
	t.Helper()
	w := rules.workspace()
	defer rules.release(w)
	s, err := rules.validate(t.Context(), w, &in, at("2026-03-02T09:00:00Z"), false)
	if err != nil {
		return err.Error()
	}
	if !json.Valid(s.canonical) {
		t.Errorf("the record is no JSON: %s", s.canonical)
	}
	return fmt.Sprintf("%s %v", s.canonical, s.keys())
}

func TestProblemsOfIncidentsThatAreReadFromJSON(t *testing.T) {
	rules := rulesOf(t, vipSet)
	for text, want := range map[string]string{
		`"customer": ["Ana"]`:                               "customer: wanted an object, found [\"Ana\"]",
		`"customer": {"id": "C"}, "customer.id": "D"`:       "customer.id: wanted one value, found two, the field being written in two ways",
		`"customer.vip": true, "customer": {"vip": false}`:  "customer.vip: wanted one value, found two, the field being written in two ways",
		`"severity": "high", "customer": {"since": "then"}`: "customer.since: wanted an RFC 3339 time such as 2026-03-02T10:00:00Z, found \"then\"; severity: wanted a whole number of at most 64 bits, found \"high\"",
	} {
		in := readIncident(t, `{"id": "T", "service": "s", "occurred_at": "2026-03-02T08:00:00Z", `+text+`}`)
		if got := validated(t, rules, in); got != "incident \"T\" does not fit: "+want {
			t.Errorf("%s: got %s, want %s", text, got, want)
		}
	}
}

func BenchmarkIncidentUnmarshal(b *testing.B) {
	text := []byte(`{"id":"T-1042","service":"parcel","failure":"late","occurred_at":"2026-02-26T12:00:00Z","severity":4,"region":"MAD",
		"delay":"80h","order":{"value":"60 EUR","fragile":true},"customer":{"id":"C-7","name":"Ana","language":"es","tier":"gold"},"tags":["a"]}`)
	b.ReportAllocs()
	for b.Loop() {
		var in Incident
		if err := in.UnmarshalJSON(text); err != nil {
			b.Fatal(err)
		}
	}
}
