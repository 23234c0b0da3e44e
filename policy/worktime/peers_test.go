package worktime_test

import (
	"encoding/json"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/servicerecovery/amends/policy/worktime"
)

// conventions are the cases of other libraries that differ here, by the reason. Everything else agrees.
var conventions = map[string]string{
	"working_hours#4": rollsOn, "working_hours#5": rollsOn, "working_hours#7": rollsOn, "working_hours#8": rollsOn,
	"business_time#205": rollsOn, "business_time#206": rollsOn, "business_time#207": rollsOn,
	"working_hours#74": rounds, "working_hours#82": rounds, "zammad#368": rounds,
	"working_hours#85": "a day of 25 hours has 25 hours here, and 24 by the clock on the wall there",
	"biz#121":          noLength, "biz#122": noLength, "biz#123": noLength, "business_time#166": noLength,
	"biz#129": "working time backwards is negative here, and none there",
}

const (
	rollsOn  = "the working day after a day off is the next one here; there the day off is first moved to a working day"
	rounds   = "working time is exact here, and rounded there"
	noLength = "no time at all ends where it begins here, and at the next opening there"
)

// TestPeers asks what the suites of ten other libraries for working time ask.
func TestPeers(t *testing.T) {
	data, err := os.ReadFile("testdata/peers.json")
	if err != nil {
		t.Fatal(err)
	}
	var peers struct {
		Calendars map[string]struct {
			Zone     string
			Hours    map[string][]string
			Holidays []json.RawMessage
		}
		Cases []struct {
			ID, Cal, Op, At, A, B, D string
			N                        int
			Secs                     int64
			Paused                   [][]string
			Want                     any
		}
	}
	if err := json.Unmarshal(data, &peers); err != nil {
		t.Fatal(err)
	}
	made := map[string]*worktime.Calendar{}
	for name, c := range peers.Calendars {
		holidays := hours{}
		for _, h := range c.Holidays {
			var day string
			var short []json.RawMessage
			if json.Unmarshal(h, &day) == nil {
				holidays[day] = nil
				continue
			}
			var list []string
			if json.Unmarshal(h, &short) != nil || json.Unmarshal(short[0], &day) != nil || json.Unmarshal(short[1], &list) != nil {
				t.Fatalf("%s: %s", name, h)
			}
			holidays[day] = list
		}
		made[name] = calendar(t, c.Zone, c.Hours, holidays)
	}
	agree := 0
	for _, c := range peers.Cases {
		clock := worktime.Clock{Calendar: made[c.Cal]}
		for _, p := range c.Paused {
			clock.Pauses = append(clock.Pauses, pauses(t, p...)...)
		}
		var got, want string
		when := func(at time.Time, err error) string { return outcome(at, err) }
		switch want = fmt.Sprint(c.Want); c.Op {
		case "add":
			got, want = when(clock.Add(instant(t, c.At), time.Duration(c.Secs)*time.Second)), when(instant(t, want), nil)
		case "open":
			got, want = when(clock.NotBefore(instant(t, c.At))), when(instant(t, want), nil)
		case "wd":
			got, want = when(clock.AddWorkingDays(instant(t, c.At), c.N)), when(instant(t, want), nil)
		case "between":
			got = fmt.Sprint(clock.Calendar.Worked(instant(t, c.A), instant(t, c.B)).Seconds())
		case "in":
			got, want = fmt.Sprint(clock.Calendar.Open(instant(t, c.At))), fmt.Sprint(want == "1" || want == "true")
		case "workday":
			day, err := clock.Calendar.Workday(date(t, c.D), c.N)
			if got = day.String(); err != nil {
				t.Fatal(err)
			}
		case "workdays":
			got = fmt.Sprint(clock.Calendar.Workdays(date(t, c.A), date(t, c.B)))
		default:
			t.Fatalf("%s asks for %s", c.ID, c.Op)
		}
		why, differs := conventions[c.ID]
		switch {
		case (got == want) == differs:
			t.Errorf("%s (%s): %s; there %s; %s", c.ID, c.Op, got, want, why)
		case !differs:
			agree++
		}
	}
	if agree+len(conventions) != len(peers.Cases) || agree < 371 {
		t.Errorf("%d of %d cases agree", agree, len(peers.Cases))
	}
}
