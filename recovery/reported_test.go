package recovery_test

import (
	"testing"
	"time"

	"github.com/servicerecovery/amends/recovery"
)

// TestReportedDeadlines holds what other systems were reported to get wrong: shifts over midnight, and
// holds outside of working hours. Times are those of March 2026, day and time, in UTC.
func TestReportedDeadlines(t *testing.T) {
	const night = `{mon-fri: "21:00-02:00"}`
	for _, c := range []struct{ name, hours, holidays, within, reported, from, until, want string }{
		{"four hours within one shift", night, "", "4h", "02T21:30", "", "", "03T01:30"},
		{"the next working day ends with its shift", night, "", "1wd", "02T22:00", "", "", "04T02:00"},
		{"the same shift after midnight", night, "", "1wd", "03T01:00", "", "", "04T02:00"},
		{"Friday night is followed by Monday", night, "", "1wd", "06T22:00", "", "", "10T02:00"},
		{"the shift before a holiday goes on until it ends", night, "2026-03-04", "4h", "03T21:30", "", "", "04T01:30"},
		{"hours, without a hold", office9, "", "8h", "05T10:00", "", "", "06T10:00"},
		{"hours, held over the weekend", office9, "", "8h", "06T16:00", "06T17:00", "09T09:00", "09T16:00"},
		{"hours, held for an hour of work", office9, "", "8h", "06T16:00", "06T16:30", "09T09:30", "09T17:00"},
		{"hours, held before the report", office9, "", "8h", "06T09:00", "05T12:00", "06T10:00", "09T10:00"},
		{"days, without a hold", office9, "", "2wd", "05T10:00", "", "", "09T17:00"},
		{"days, held over the weekend", office9, "", "2wd", "05T10:00", "06T17:00", "09T09:00", "09T17:00"},
		{"days, held until before opening", office9, "", "2wd", "05T10:00", "07T17:00", "09T08:00", "09T17:00"},
		{"days, held for a second of work", office9, "", "2wd", "05T10:00", "07T17:00", "09T09:00:01", "10T09:00:01"},
		{"days, held for an hour of work", office9, "", "2wd", "05T10:00", "05T11:00", "05T12:00", "10T10:00"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := newDesk(t, "calendars: {office: {hours: "+c.hours+", holidays: ["+c.holidays+"]}}\n"+
				`plays: [{id: p, approach: standardised-response, when: "true", do: [{resolve: {within: `+c.within+", calendar: office, pauses: true}}]}]\n")
			d.now = at("2026-03-20T09:00:00Z")
			in := recovery.Incident{OccurredAt: march(t, c.reported), ReportedAt: march(t, c.reported)}
			if c.from != "" {
				in.Paused = []recovery.Pause{{From: march(t, c.from), Until: march(t, c.until)}}
			}
			if got := d.handle(in).Actions[0].DueAt; !got.Equal(march(t, c.want)) {
				t.Errorf("due at %s, want %s", got, c.want)
			}
		})
	}
}

const office9 = `{mon-fri: "09:00-17:00"}`

func march(t *testing.T, text string) time.Time {
	for _, layout := range []string{"02T15:04", "02T15:04:05"} {
		if day, err := time.Parse(layout, text); err == nil {
			return time.Date(2026, 3, day.Day(), day.Hour(), day.Minute(), day.Second(), 0, time.UTC)
		}
	}
	t.Fatalf("no time: %q", text)
	return time.Time{}
}
