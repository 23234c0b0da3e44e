package value_test

import (
	"encoding/json"
	"errors"
	"math"
	"testing"
	"time"

	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/policy/worktime"
)

func date(t testing.TB, text string) value.Date {
	t.Helper()
	d, err := value.ParseDate(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	loc, err := worktime.LoadZone(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

func TestParseDate(t *testing.T) {
	for _, text := range []string{"2026-06-30", "0001-01-01", "9999-12-31", "2024-02-29", "2000-02-29"} {
		d, err := value.ParseDate(text)
		if err != nil || d.String() != text {
			t.Errorf("ParseDate(%q) = %v, %v", text, d, err)
		}
	}
	const wanted = ` is no date: write year, month and day as in 2026-06-30`
	for text, want := range map[string]string{
		"":            `""` + wanted,
		"2026-6-30":   `"2026-6-30"` + wanted,
		"2026/06/30":  `"2026/06/30"` + wanted,
		"26-06-30":    `"26-06-30"` + wanted,
		"2026-06-30 ": `"2026-06-30 "` + wanted,
		"2026-13-01":  `"2026-13-01"` + wanted,
		"2026-00-01":  `"2026-00-01"` + wanted,
		"2026-01-00":  `"2026-01-00"` + wanted,
		"0000-01-01":  `"0000-01-01"` + wanted,
		"+026-01-01":  `"+026-01-01"` + wanted,
		"2026-02-30":  `"2026-02-30" is no date, February of 2026 has 28 days`,
		"1900-02-29":  `"1900-02-29" is no date, February of 1900 has 28 days`,
		"2026-06-31":  `"2026-06-31" is no date, June of 2026 has 30 days`,
		"2026-12-32":  `"2026-12-32" is no date, December of 2026 has 31 days`,
	} {
		d, err := value.ParseDate(text)
		var syntax *value.SyntaxError
		if !errors.As(err, &syntax) || err.Error() != want || !d.IsZero() {
			t.Errorf("ParseDate(%q) = %v, %v\nwant %s", text, d, err, want)
		}
	}
}

func TestNewDate(t *testing.T) {
	if d, err := value.NewDate(2026, time.June, 30); err != nil || d != date(t, "2026-06-30") ||
		d.Year() != 2026 || d.Month() != time.June || d.Day() != 30 || d.Weekday() != time.Tuesday {
		t.Errorf("NewDate = %v, %v", d, err)
	}
	for _, bad := range [][3]int{{2026, 2, 29}, {2026, 0, 1}, {2026, 13, 1}, {0, 1, 1}, {10000, 1, 1}, {2026, 1, 0}} {
		if d, err := value.NewDate(bad[0], time.Month(bad[1]), bad[2]); err == nil {
			t.Errorf("NewDate(%v) = %v", bad, d)
		}
	}
}

func TestDateArithmetic(t *testing.T) {
	for _, test := range []struct {
		from string
		days int
		want string
	}{
		{"2026-02-28", 1, "2026-03-01"},
		{"2024-02-28", 1, "2024-02-29"},
		{"2026-03-01", -1, "2026-02-28"},
		{"2026-01-01", 365, "2027-01-01"},
		{"0001-01-01", 3652058, "9999-12-31"},
		{"9999-12-31", -3652058, "0001-01-01"},
		{"2026-06-30", 0, "2026-06-30"},
	} {
		from, want := date(t, test.from), date(t, test.want)
		if got, err := from.AddDays(test.days); err != nil || got != want {
			t.Errorf("%s + %d = %v, %v; want %s", from, test.days, got, err, want)
		}
		if got := want.Sub(from); got != test.days {
			t.Errorf("%s - %s = %d; want %d", want, from, got, test.days)
		}
	}
	for _, days := range []int{3652059, -1, math.MaxInt, math.MinInt} {
		if d, err := date(t, "0001-01-01").AddDays(days); !errors.Is(err, value.ErrOverflow) {
			t.Errorf("0001-01-01 + %d = %v, %v", days, d, err)
		}
	}
	ascending := []string{"0001-01-01", "2025-12-31", "2026-01-31", "2026-02-01", "2026-02-02", "9999-12-31"}
	for i := range ascending[1:] {
		a, b := date(t, ascending[i]), date(t, ascending[i+1])
		if a.Compare(b) != -1 || b.Compare(a) != 1 || a.Compare(a) != 0 {
			t.Errorf("%s and %s are out of order", a, b)
		}
	}
}

func TestDateOf(t *testing.T) {
	at := time.Date(2026, 3, 1, 23, 30, 0, 0, time.UTC)
	if d := value.DateOf(at); d != date(t, "2026-03-01") {
		t.Errorf("in UTC: %v", d)
	}
	if d := value.DateOf(at.In(zone(t, "Europe/Madrid"))); d != date(t, "2026-03-02") {
		t.Errorf("in Madrid: %v", d)
	}
}

func TestDateBegins(t *testing.T) {
	for _, test := range []struct{ zone, day, want string }{
		{"Europe/Madrid", "2026-03-02", "2026-03-01T23:00:00Z"},
		{"Europe/Madrid", "2026-03-29", "2026-03-28T23:00:00Z"},
		{"America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00:00Z"}, // 00:00 was skipped: the day began at 01:00
		{"America/Sao_Paulo", "2018-02-18", "2018-02-18T03:00:00Z"}, // 23:00 came twice, 00:00 once
		{"Asia/Beirut", "2026-03-29", "2026-03-28T22:00:00Z"},       // skipped
		{"America/Havana", "2026-11-01", "2026-11-01T04:00:00Z"},    // 00:00 comes twice: the first
		{"Pacific/Apia", "2011-12-30", "2011-12-30T10:00:00Z"},      // the whole day was skipped
		{"Pacific/Apia", "2011-12-31", "2011-12-30T10:00:00Z"},
		{"Asia/Manila", "1844-12-31", "1844-12-31T15:56:08Z"},
		{"Pacific/Kiritimati", "2026-01-01", "2025-12-31T10:00:00Z"},
		{"UTC", "0001-01-01", "0001-01-01T00:00:00Z"},
		{"America/New_York", "9999-12-31", "9999-12-31T05:00:00Z"},
	} {
		if got := date(t, test.day).In(zone(t, test.zone)); value.FormatTimestamp(got) != test.want {
			t.Errorf("%s in %s begins at %s; want %s", test.day, test.zone, value.FormatTimestamp(got), test.want)
		}
	}
}

func TestInstants(t *testing.T) {
	for _, test := range []struct{ zone, wall, first, last string }{
		{"Europe/Madrid", "2026-03-02T10:00:00Z", "2026-03-02T09:00:00Z", "2026-03-02T09:00:00Z"},
		{"Europe/Madrid", "2026-03-29T02:00:00Z", "2026-03-29T01:00:00Z", "2026-03-29T01:00:00Z"},
		{"Europe/Madrid", "2026-03-29T02:59:59Z", "2026-03-29T01:00:00Z", "2026-03-29T01:00:00Z"},
		{"Europe/Madrid", "2026-03-29T03:00:00Z", "2026-03-29T01:00:00Z", "2026-03-29T01:00:00Z"},
		{"Europe/Madrid", "2026-03-29T01:59:59Z", "2026-03-29T00:59:59Z", "2026-03-29T00:59:59Z"},
		{"Europe/Madrid", "2026-10-25T01:59:59Z", "2026-10-24T23:59:59Z", "2026-10-24T23:59:59Z"},
		{"Europe/Madrid", "2026-10-25T02:00:00Z", "2026-10-25T00:00:00Z", "2026-10-25T01:00:00Z"},
		{"Europe/Madrid", "2026-10-25T02:59:59Z", "2026-10-25T00:59:59Z", "2026-10-25T01:59:59Z"},
		{"Europe/Madrid", "2026-10-25T03:00:00Z", "2026-10-25T02:00:00Z", "2026-10-25T02:00:00Z"},
		{"Australia/Lord_Howe", "2026-04-05T01:45:00Z", "2026-04-04T14:45:00Z", "2026-04-04T15:15:00Z"},
		{"Australia/Lord_Howe", "2026-10-04T02:10:00Z", "2026-10-03T15:30:00Z", "2026-10-03T15:30:00Z"},
		{"UTC", "2026-03-02T10:00:00Z", "2026-03-02T10:00:00Z", "2026-03-02T10:00:00Z"},
	} {
		wall, err := value.ParseTimestamp(test.wall)
		if err != nil {
			t.Fatal(err)
		}
		first, last := value.Instants(wall, zone(t, test.zone))
		if value.FormatTimestamp(first) != test.first || value.FormatTimestamp(last) != test.last {
			t.Errorf("%s in %s: %s, %s; want %s, %s", test.wall, test.zone,
				value.FormatTimestamp(first), value.FormatTimestamp(last), test.first, test.last)
		}
	}
}

func TestDateJSON(t *testing.T) {
	type set struct {
		Review value.Date `json:"review"`
		Until  value.Date `json:"until,omitzero"`
	}
	written, err := json.Marshal(set{Review: date(t, "2026-06-30")})
	if err != nil || string(written) != `{"review":"2026-06-30"}` {
		t.Errorf("marshal: %s, %v", written, err)
	}
	if _, err := json.Marshal(set{}); err == nil {
		t.Error("the zero Date was written")
	}
	var back set
	if err := json.Unmarshal(written, &back); err != nil || back.Review != date(t, "2026-06-30") {
		t.Errorf("unmarshal: %v, %v", back, err)
	}
	if err := json.Unmarshal([]byte(`{"review":"2026-02-30"}`), &back); err == nil {
		t.Error("a day that does not exist was read")
	}
}
