package intake

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/policy/worktime"
	"github.com/servicerecovery/amends/recovery/internal/jsontext"
)

// The example of RFC 8785, section 3.2.3.
func TestKeysAreSortedByUTF16(t *testing.T) {
	var v map[string]any
	input := `{"\u20ac":"Euro Sign","\r":"Carriage Return","\ufb33":"Hebrew Letter Dalet With Dagesh",
		"1":"One","\ud83d\ude00":"Emoji: Grinning Face","\u0080":"Control","\u00f6":"Latin Small Letter O With Diaeresis"}`
	if err := json.Unmarshal([]byte(input), &v); err != nil {
		t.Fatal(err)
	}
	want := "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\u0080\":\"Control\",\"ö\":\"Latin Small Letter O With Diaeresis\"," +
		"\"€\":\"Euro Sign\",\"😀\":\"Emoji: Grinning Face\",\"\ufb33\":\"Hebrew Letter Dalet With Dagesh\"}"
	if got := string(AppendCanonical(nil, v)); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestCanonicalValues(t *testing.T) {
	percent := value.Percent{}
	if err := percent.UnmarshalText([]byte("12.50%")); err != nil {
		t.Fatal(err)
	}
	madrid := time.FixedZone("", 3600)
	for _, c := range []struct {
		value any
		want  string
	}{
		{int64(math.MaxInt64), "9223372036854775807"},
		{3.0, "3"},
		{true, "true"},
		{nil, "null"},
		{value.MustMoney("12.5 EUR"), `{"currency":"EUR","value":"12.50"}`},
		{80 * time.Hour, `"80h"`},
		{time.Date(2026, 3, 2, 10, 0, 0, 5e8, madrid), `"2026-03-02T09:00:00.5Z"`},
		{percent, `"12.5%"`},
		{[]any{}, "[]"},
		{[]any{int64(1), "a", []any{false}}, `[1,"a",[false]]`},
		{map[string]any{"b": int64(1), "a": map[string]any{}}, `{"a":{},"b":1}`},
		{[]worktime.Pause{{From: time.Unix(0, 0)}}, `[{"from":"1970-01-01T00:00:00Z"}]`},
	} {
		if got := string(AppendCanonical(nil, c.value)); got != c.want {
			t.Errorf("%v: got %s, want %s", c.value, got, c.want)
		}
	}
}

// FuzzCanonical holds the reader against encoding/json, and canonical JSON to
// what its name promises: it is one.
func FuzzCanonical(f *testing.F) {
	for _, seed := range []string{
		`{"b":[1,2.50,1e21,-0,9007199254740993],"a":{"\u20ac":"\ud83d\ude00\ud800","":null}}`,
		`[true,false,null,"\u0000<>&\/"]`, `1E400`, `"a\\"`, ` {"a" : [ ] , "b" : { } } `, "\"\xff\"",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		v, err := jsontext.Parse(data)
		if err != nil {
			return
		}
		checkSameAsStandard(t, data, jsontext.Plain(v))
		once := AppendCanonical(nil, jsontext.Plain(v))
		again, err := jsontext.Parse(once)
		if err != nil {
			if strings.Contains(err.Error(), "twice") {
				return
			}
			t.Fatalf("%s is not JSON: %v", once, err)
		}
		if twice := AppendCanonical(nil, jsontext.Plain(again)); string(twice) != string(once) {
			t.Errorf("canonical JSON changed:\n%s\n%s", once, twice)
		}
		checkSorted(t, again)
	})
}

func checkSameAsStandard(t *testing.T, data []byte, v any) {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(string(data)))
	d.UseNumber()
	var want any
	if err := d.Decode(&want); err != nil {
		t.Fatalf("encoding/json refuses %q: %v", data, err)
	}
	got, _ := json.Marshal(v)
	expected, _ := json.Marshal(want)
	if string(got) != string(expected) {
		t.Fatalf("read %s, want %s", got, expected)
	}
}

func checkSorted(t *testing.T, v any) {
	t.Helper()
	switch x := v.(type) {
	case []any:
		for _, e := range x {
			checkSorted(t, e)
		}
	case jsontext.Object:
		for i, m := range x {
			checkSorted(t, m.Value)
			if i > 0 && !utf16Less(x[i-1].Name, m.Name) {
				t.Errorf("%q stands before %q", x[i-1].Name, m.Name)
			}
		}
	}
}

func utf16Less(a, b string) bool {
	x, y := utf16.Encode([]rune(a)), utf16.Encode([]rune(b))
	for i := range min(len(x), len(y)) {
		if x[i] != y[i] {
			return x[i] < y[i]
		}
	}
	return len(x) < len(y)
}
