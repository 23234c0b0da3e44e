package worktime

import (
	"archive/zip"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/servicerecovery/amends/policy/value"
)

// TestZonesAreWrittenAhead holds the zones against the data as it is embedded: around each change, and at
// any other time, up to years in which only the rule is left.
func TestZonesAreWrittenAhead(t *testing.T) {
	archive, err := zip.NewReader(strings.NewReader(zoneArchive), int64(len(zoneArchive)))
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(1, 2))
	ahead := 0
	for i, file := range archive.File {
		if zones()[file.Name] == nil || testing.Short() && i%7 != 0 {
			continue
		}
		data, err := readAll(file)
		if err != nil {
			t.Fatal(err)
		}
		plain, err := time.LoadLocationFromTZData(file.Name, data)
		if err != nil {
			t.Fatal(err)
		}
		zone, err := LoadZone(file.Name)
		if err != nil {
			t.Fatal(err)
		}
		if len(writtenAhead(data, plain)) > len(data) {
			ahead++
		}
		same := func(at time.Time) {
			if got, want := typeAt(at.In(zone)), typeAt(at.In(plain)); got != want {
				t.Errorf("%s at %s: got %v, want %v", file.Name, at.UTC().Format(time.RFC3339), got, want)
			}
		}
		for at := time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC); at.Year() < 2150; {
			_, _, end := value.Offset(at, plain)
			if end.IsZero() {
				break
			}
			for _, near := range []time.Duration{-time.Second, 0, time.Second, 12 * time.Hour} {
				same(end.Add(near))
			}
			at = end
		}
		for range 200 {
			same(time.Unix(random.Int64N(400*365*secondsPerDay)-100*365*secondsPerDay, 0))
		}
	}
	if ahead == 0 {
		t.Error("no zone has a rule")
	}
}

// TestOffsetWhereOnlyTheRuleIsLeft asks zones as they are embedded: [value.Offset] has none of the mistakes
// that package time makes where it works out a rule.
func TestOffsetWhereOnlyTheRuleIsLeft(t *testing.T) {
	for _, test := range []struct {
		zone, at   string
		want       int
		start, end string
	}{
		{"Europe/Madrid", "2026-10-25T01:00:00Z", 3600, "2026-10-25T01:00:00Z", "2027-01-01T00:00:00Z"}, // narrower than need be
		// The last day of a leap year, for which Go gives an end in the past.
		{"Europe/Madrid", "2040-12-31T10:00:00Z", 3600, "2040-10-28T01:00:00Z", "2041-01-01T00:00:00Z"},
		// A change outside the rule, before which Go puts the start.
		{"America/Metlakatla", "2019-02-01T00:00:00Z", -32400, "2019-01-20T10:00:00Z", "2019-03-10T11:00:00Z"},
	} {
		at, err := value.ParseTimestamp(test.at)
		if err != nil {
			t.Fatal(err)
		}
		seconds, start, end := value.Offset(at, embedded(t)(test.zone))
		if got := value.FormatTimestamp(start); seconds != test.want || got != test.start || value.FormatTimestamp(end) != test.end {
			t.Errorf("%s at %s: %d from %s to %s; want %d from %s to %s", test.zone, test.at, seconds, got, value.FormatTimestamp(end), test.want, test.start, test.end)
		}
	}
}

// embedded returns zones with the data as it is in the archive.
func embedded(t *testing.T) func(name string) *time.Location {
	t.Helper()
	archive, err := zip.NewReader(strings.NewReader(zoneArchive), int64(len(zoneArchive)))
	if err != nil {
		t.Fatal(err)
	}
	return func(name string) *time.Location {
		for _, file := range archive.File {
			if file.Name != name {
				continue
			}
			data, err := readAll(file)
			if err != nil {
				t.Fatal(err)
			}
			zone, err := time.LoadLocationFromTZData(name, data)
			if err != nil {
				t.Fatal(err)
			}
			return zone
		}
		t.Fatalf("there is no zone %s", name)
		return nil
	}
}

func TestOddZoneDataStaysAsItIs(t *testing.T) {
	for _, data := range []string{"", "TZif", "TZif2" + strings.Repeat("\xff", 100), strings.Repeat("\x00", 100)} {
		if got := string(writtenAhead([]byte(data), time.UTC)); got != data {
			t.Errorf("%q became %q", data, got)
		}
	}
}

func BenchmarkLoadZoneAnew(b *testing.B) {
	archive, err := zip.NewReader(strings.NewReader(zoneArchive), int64(len(zoneArchive)))
	if err != nil {
		b.Fatal(err)
	}
	for _, file := range archive.File {
		if file.Name == "America/New_York" {
			for b.Loop() {
				if _, err := readZone(file); err != nil {
					b.Fatal(err)
				}
			}
		}
	}
}
