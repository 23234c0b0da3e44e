package value_test

import (
	"errors"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/servicerecovery/amends/policy/value"
)

func TestParseTimestamp(t *testing.T) {
	for text, want := range map[string]string{
		"2026-03-02T10:00:00Z":                "2026-03-02T10:00:00Z",
		"2026-03-02T10:00:00+01:00":           "2026-03-02T09:00:00Z",
		"2026-03-02T10:00:00.500Z":            "2026-03-02T10:00:00.5Z",
		"2026-03-02T10:00:00.123456789-05:30": "2026-03-02T15:30:00.123456789Z",
		"2026-03-02T10:00:00-00:00":           "2026-03-02T10:00:00Z",
		"0001-01-01T00:00:00Z":                "0001-01-01T00:00:00Z",
		"9999-12-31T23:59:59.999999999Z":      "9999-12-31T23:59:59.999999999Z",
	} {
		got, err := value.ParseTimestamp(text)
		if err != nil || got.Location() != time.UTC || value.FormatTimestamp(got) != want {
			t.Errorf("ParseTimestamp(%q) = %v, %v; want %s", text, got, err, want)
		}
	}
	const wanted = ` is no time: write an RFC 3339 time with its zone, such as 2026-03-02T10:00:00Z or 2026-03-02T10:00:00+01:00`
	const outside = ` lies outside the years 0001 to 9999 in UTC`
	for text, want := range map[string]string{
		"":                           wanted,
		"2026-03-02":                 wanted,
		"2026-03-02T10:00:00":        wanted,
		"2026-03-02 10:00:00Z":       wanted,
		"2026-03-02t10:00:00Z":       wanted,
		"2026-03-02T10:00:00z":       wanted,
		"2026-03-02T9:00:00Z":        wanted,
		"2026-03-02T10:00Z":          wanted,
		"2026-03-02T10:00:00,5Z":     wanted,
		"2026-03-02T24:00:00Z":       wanted,
		"2026-03-02T10:00:60Z":       wanted,
		"2026-02-30T10:00:00Z":       wanted,
		"2026-03-02T10:00:00+24:00":  wanted,
		"2026-03-02T10:00:00+0100":   wanted,
		"12026-03-02T10:00:00Z":      wanted,
		"0000-06-01T00:00:00Z":       outside,
		"0001-01-01T00:00:00+01:00":  outside,
		"9999-12-31T23:59:59.5-00:1": wanted,
		"9999-12-31T23:59:59-01:00":  outside,
	} {
		got, err := value.ParseTimestamp(text)
		var syntax *value.SyntaxError
		if !errors.As(err, &syntax) || err.Error() != `"`+text+`"`+want || !got.IsZero() {
			t.Errorf("ParseTimestamp(%q) = %v, %v", text, got, err)
		}
	}
}

func TestFormatTimestamp(t *testing.T) {
	at := time.Date(2026, 3, 2, 10, 0, 0, 120000000, time.FixedZone("", 3600))
	if got := value.FormatTimestamp(at); got != "2026-03-02T09:00:00.12Z" {
		t.Errorf("got %s", got)
	}
}

// Times of a full second, which are written without the time package, look as it writes them.
func TestAppendTimestamp(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 11))
	for n := range 100_000 {
		at := time.Unix(r.Int64N(12_000*366*24*60*60)-1_000*366*24*60*60-62_135_596_800, 0)
		if n%5 == 0 {
			at = at.Add(time.Duration(r.IntN(1e9)))
		}
		want := at.UTC().Format(time.RFC3339Nano)
		if got := string(value.AppendTimestamp([]byte("at "), at.In(time.FixedZone("", n%86_400-43_200)))); got != "at "+want {
			t.Fatalf("got %s, want %s", got, want)
		}
	}
}
