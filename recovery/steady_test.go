package recovery

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/policy/worktime"
)

// What is counted without asking the zone is what the zone says: around each change of its offset, in
// zones that skip days and hours, and at both ends of the calendar.
func TestSteadyAgrees(t *testing.T) {
	names := []string{"UTC", "America/New_York", "Europe/Dublin", "Australia/Lord_Howe", "Pacific/Apia", "Africa/Casablanca", "Asia/Tehran", "Etc/GMT+12"}
	r := rand.New(rand.NewPCG(11, 11))
	counted := 0
	for _, name := range names {
		zone, err := worktime.LoadZone(name)
		if err != nil {
			t.Fatal(err)
		}
		var s steady
		at := time.Date(2009, 1, 1, 0, 0, 0, 0, time.UTC)
		for n := range 4000 {
			switch base := at; {
			case n%1000 == 999:
				at = []time.Time{time.Date(9998, 12, 1, 0, 0, 0, 0, time.UTC), time.Date(1, 1, 2, 0, 0, 0, 0, time.UTC), time.Date(2090, 1, 1, 0, 0, 0, 0, time.UTC)}[n/1000%3]
			default:
				at = base.Add(time.Duration(r.IntN(40*60)) * time.Minute)
			}
			span := value.Span{Days: r.IntN(3) * r.IntN(200), Duration: time.Duration(r.IntN(90)) * time.Hour}
			run := running{zone: zone, within: &span}
			got, ok := s.due(&run, at)
			if !ok {
				continue
			}
			counted++
			want, _, err := run.from(at)
			if err != nil || got != want.due {
				t.Fatalf("%s: %s after %s: got %s, want %s (%v)", name, span, at, got, want.due, err)
			}
		}
	}
	if counted < 10_000 {
		t.Errorf("only %d deadlines were counted this way", counted)
	}
	// What is no count of days is left to the zone.
	day := value.Span{Days: 1}
	for name, run := range map[string]running{
		"an end of a day": {zone: time.UTC, within: &day, ends: worktime.EndsDay},
		"a wait":          {zone: time.UTC, within: &day, after: &day},
		"no deadline":     {zone: time.UTC},
		"pauses":          {zone: time.UTC, within: &day, pauses: true, paused: []worktime.Pause{{From: time.Unix(0, 0)}}},
		"a bound":         {zone: time.UTC, within: &day, bound: time.Unix(0, 0)},
		"months":          {zone: time.UTC, within: &value.Span{Months: 1, Days: 1}},
		"working days":    {zone: time.UTC, within: &value.Span{WorkingDays: 1}},
	} {
		if due, ok := new(steady).due(&run, time.Unix(1e9, 0)); ok {
			t.Errorf("%s: it was counted as %s", name, due)
		}
	}
}
