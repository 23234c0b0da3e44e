package policy_test

import (
	"fmt"
	"strconv"
	"testing"
	"testing/fstest"
	"time"

	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/policy/worktime"
)

// TestYearStarts asks on each day of some years where the windows of facts begin, and compares with
// a count of days back to a day that begins one.
func TestYearStarts(t *testing.T) {
	for _, starts := range []string{"", "01-01", "04-01", "04-06", "10-01", "07-15", "12-31", "08-31", "03-30"} {
		for _, name := range []string{"UTC", "Europe/Madrid", "America/New_York", "Pacific/Apia"} {
			line := ""
			if starts != "" {
				line = fmt.Sprintf("year_starts: %q\n", starts)
			}
			p := compile(t, fstest.MapFS{"p.yaml": {Data: []byte("amends: v1\nplaybook: p\nreview_by: 2030-01-01\nzone: " + name + "\n" + line + `facts:
  month: {count: incidents, last: month}
  quarter: {count: incidents, last: quarter}
  year: {count: incidents, last: year}
plays: [{id: a, approach: standardised-response, when: facts.month + facts.quarter + facts.year > 1, do: [{respond: {}}]}]
`)}})
			zone, err := worktime.LoadZone(name)
			if err != nil {
				t.Fatal(err)
			}
			step := 25 * time.Hour
			if testing.Short() {
				step *= 5
			}
			for at := time.Date(2023, 12, 25, 11, 30, 0, 0, time.UTC); at.Year() < 2026; at = at.Add(step) {
				for _, f := range p.Facts {
					day := value.DateOf(at.In(zone))
					for !beginsWindow(f.Plain, starts, day) {
						day, _ = day.AddDays(-1)
					}
					if got, want := f.From(at), day.In(zone); !got.Equal(want) {
						t.Fatalf("%s, year from %q, in %s: the %s of %s began at %s, want %s", name, starts, name, f.Plain, at.In(zone), got.In(zone), want)
					}
				}
			}
		}
	}
}

// beginsWindow reports whether a month, quarter or year begins on a day.
func beginsWindow(window, starts string, day value.Date) bool {
	if window == "month" {
		return day.Day() == 1
	}
	if starts == "" {
		starts = "01-01"
	}
	month, _ := strconv.Atoi(starts[:2]) // by hand: this is asked millions of times
	date, _ := strconv.Atoi(starts[3:])
	last := time.Date(day.Year(), day.Month()+1, 0, 0, 0, 0, 0, time.UTC).Day()
	apart := int(day.Month()) - month
	return day.Day() == min(date, last) && (apart == 0 || window == "quarter" && apart%3 == 0)
}

// TestYearOfTheDocument wants a fact to count by the year and the zone of the document that
// declares it, and a playbook without a year of its own by the shared one.
func TestYearOfTheDocument(t *testing.T) {
	p := compile(t, fstest.MapFS{"p.yaml": {Data: []byte(`amends: v1
shared: all
zone: Europe/Madrid
year_starts: 04-01
facts: {common: {count: incidents, last: year}}
---
amends: v1
playbook: own
review_by: 2030-01-01
zone: America/New_York
year_starts: 07-01
facts: {mine: {count: incidents, last: quarter}}
plays: [{id: a, approach: standardised-response, when: facts.common + facts.mine > 1, do: [{respond: {}}]}]
---
amends: v1
playbook: plain
review_by: 2030-01-01
facts: {theirs: {count: incidents, last: quarter}}
plays: [{id: a, approach: standardised-response, when: facts.common + facts.theirs > 1, do: [{respond: {}}]}]
`)}})
	for _, f := range p.Facts {
		want := map[string]string{"common": "2025-03-31T22:00:00Z", "mine": "2026-01-01T05:00:00Z", "theirs": "2025-12-31T23:00:00Z"}[f.Plain]
		if got := f.From(time.Date(2026, 3, 31, 21, 59, 0, 0, time.UTC)).Format(time.RFC3339); got != want {
			t.Errorf("%s counts from %s, want %s", f.Plain, got, want)
		}
	}
}
