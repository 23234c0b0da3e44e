package worktime_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/policy/worktime"
)

// TestLongSpans compares spans of years, in which whole weeks are added up, with the sum of
// spans of a few days, in which none are. The latter are what the oracle has checked.
func TestLongSpans(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for _, change := range changes {
		loc, start := zone(t, change.zone), instant(t, change.start+"T00:00:00Z").AddDate(-1, 0, random.IntN(7))
		calendars, steps := 4, 200
		if testing.Short() {
			calendars, steps = 1, 60
		}
		for range calendars {
			calendar := randomCalendar(t, random, loc, start)
			clock := worktime.Clock{Calendar: calendar}
			total, to := time.Duration(0), start
			for range steps + random.IntN(steps/2) {
				next := to.Add(time.Duration(1 + random.Int64N(int64(100*time.Hour))))
				total += calendar.Worked(to, next)
				to = next
				if got := calendar.Worked(start, to); got != total {
					t.Fatalf("%s, %s to %s: worked %v; the days add up to %v", change.zone, start, to, got, total)
				}
			}
			need := time.Duration(1 + random.Int64N(int64(total)))
			at, err := clock.Add(start, need)
			if err != nil || calendar.Worked(start, at) != need || calendar.Worked(start, at.Add(-1)) != need-1 {
				t.Fatalf("%s: %v after %s is %s, %v, when %v have been worked", change.zone, need, start, at, err, calendar.Worked(start, at))
			}
		}
	}
}

func randomCalendar(t *testing.T, random *rand.Rand, loc *time.Location, start time.Time) *worktime.Calendar {
	t.Helper()
	rules := randomRules(random, loc, start, 1000)
	calendar, err := worktime.New(rules)
	if err != nil {
		t.Fatalf("%v: %+v", err, rules)
	}
	return calendar
}

// TestWorkdaysCount compares working days over years with a count, one by one.
func TestWorkdaysCount(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	start := instant(t, "2011-06-01T00:00:00Z")
	for range 50 {
		calendar := randomCalendar(t, random, zone(t, "Pacific/Apia"), start)
		first := value.DateOf(start.AddDate(0, 0, random.IntN(20)))
		day, count := first, 0
		for range 700 {
			next, err := day.AddDays(1)
			if err != nil {
				t.Fatal(err)
			}
			day = next
			if calendar.IsWorkday(day) {
				count++
				if got, err := calendar.Workday(first, count); err != nil || got != day {
					t.Fatalf("working day %d after %v is %v, %v; want %v", count, first, got, err, day)
				}
				if got, err := calendar.Workday(day, -count); count > 1 && (err != nil || calendar.Workdays(got, day) != count) {
					t.Fatalf("working day %d before %v is %v, %v", count, day, got, err)
				}
			}
			if got := calendar.Workdays(first, day); got != count {
				t.Fatalf("working days from %v to %v: %d; want %d", first, day, got, count)
			}
		}
	}
}
