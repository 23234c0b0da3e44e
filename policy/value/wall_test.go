package value_test

import (
	"testing"
	"time"

	"github.com/servicerecovery/amends/policy/value"
)

func TestOffset(t *testing.T) {
	for _, test := range []struct {
		zone, at   string
		want       int
		start, end string // empty: the zero time
	}{
		{"UTC", "2026-03-02T10:00:00Z", 0, "", ""},
		{"Europe/Madrid", "2026-07-01T10:00:00Z", 7200, "2026-03-29T01:00:00Z", "2026-10-25T01:00:00Z"},
		{"Europe/Madrid", "2026-10-25T01:00:00Z", 3600, "2026-10-25T01:00:00Z", "2027-03-28T01:00:00Z"},
		{"Asia/Kolkata", "2026-07-01T10:00:00Z", 19800, "1945-10-14T17:30:00Z", ""},
		{"America/Metlakatla", "2019-02-01T00:00:00Z", -32400, "2019-01-20T10:00:00Z", "2019-03-10T11:00:00Z"},
	} {
		seconds, start, end := value.Offset(parsed(t, test.at), zone(t, test.zone))
		if seconds != test.want || bound(start) != test.start || bound(end) != test.end {
			t.Errorf("%s at %s: %d from %q to %q; want %d from %q to %q", test.zone, test.at,
				seconds, bound(start), bound(end), test.want, test.start, test.end)
		}
	}
}

func bound(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return value.FormatTimestamp(t)
}

func parsed(t *testing.T, text string) time.Time {
	t.Helper()
	at, err := value.ParseTimestamp(text)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// TestInstantsShowTheWallTime goes through some weeks of each zone's changes, and looks
// at the clocks at the instants that are found.
func TestInstantsShowTheWallTime(t *testing.T) {
	for _, name := range []string{"Europe/Madrid", "America/Havana", "Australia/Lord_Howe", "Pacific/Apia", "Antarctica/Troll", "America/St_Johns", "America/Metlakatla"} {
		loc := zone(t, name)
		step := 29 * time.Minute
		if testing.Short() {
			step = 293 * time.Minute
		}
		for _, year := range []int{2006, 2011, 2019, 2026, 2040, 2128} {
			for wall := time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC); wall.Year() == year; wall = wall.Add(step) {
				first, last := value.Instants(wall, loc)
				shown := first.Format(time.DateTime)
				skipped := shown != wall.Format(time.DateTime)
				switch {
				case last.Before(first), !skipped && last.Format(time.DateTime) != shown:
					t.Errorf("%s in %s: %v and %v", wall, name, first, last)
				case skipped && (!first.Equal(last) || shown < wall.Format(time.DateTime) || first.Add(-1).Format(time.DateTime) > wall.Format(time.DateTime)):
					t.Errorf("%s in %s is skipped: %v and %v", wall, name, first, last)
				}
			}
		}
	}
}
