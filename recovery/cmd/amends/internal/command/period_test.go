package command_test

import (
	"testing"
	"time"

	"github.com/servicerecovery/amends/recovery/cmd/amends/internal/command"
)

// TestPeriod holds when a period begins and ends, in the zone that it is read in.
func TestPeriod(t *testing.T) {
	zone := func(name string) *time.Location {
		l, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	for _, test := range []struct{ text, zone, start, end string }{
		{"2026-03-01", "UTC", "2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z"},
		{"2026-03-29", "Europe/Madrid", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"}, // 23 hours
		{"2026-02", "Europe/Madrid", "2026-01-31T23:00:00Z", "2026-02-28T23:00:00Z"},
		{"2026-12", "UTC", "2026-12-01T00:00:00Z", "2027-01-01T00:00:00Z"},
		{"2026-Q1", "Europe/Madrid", "2025-12-31T23:00:00Z", "2026-03-31T22:00:00Z"},
		{"2026-q4", "UTC", "2026-10-01T00:00:00Z", "2027-01-01T00:00:00Z"},
		{"2026", "UTC", "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z"},
		{"9999-12-31", "UTC", "9999-12-31T00:00:00Z", "10000-01-01T00:00:00Z"},
		{"2028-02-29", "UTC", "2028-02-29T00:00:00Z", "2028-03-01T00:00:00Z"},
		{"2026-03-01T12:30:00+01:00", "Europe/Madrid", "2026-03-01T11:30:00Z", "2026-03-01T11:30:00Z"},
	} {
		var p command.Period
		if err := p.Set(test.text); err != nil {
			t.Errorf("%s: %v", test.text, err)
			continue
		}
		start, end := p.Start(zone(test.zone)).UTC().Format(time.RFC3339), p.End(zone(test.zone)).UTC().Format(time.RFC3339)
		if start != test.start || end != test.end {
			t.Errorf("%s in %s: from %s to %s, want %s to %s", test.text, test.zone, start, end, test.start, test.end)
		}
	}
}

// TestPeriodMistakes holds that text which is not a period is refused.
func TestPeriodMistakes(t *testing.T) {
	for _, text := range []string{"", "2026-", "2026-1", "2026-00", "2026-13", "2026-Q", "2026-Q0", "2026-Q5", "2026-Q11", "26", "0000", "-2026", "20266", "2026-02-29", "2026-03-01T", "2026-03-01T10:00", "March", "2026/03", "2026-03-01-01", "2026-+1", "+202-01", "２０２６"} {
		var p command.Period
		if err := p.Set(text); err == nil {
			t.Errorf("%q is taken for a period: %v", text, p.Start(time.UTC))
		}
	}
}
