package recovery

import (
	"testing"
	"time"

	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/policy/worktime"
)

// A day that is kept for the next decision is that of its instants and of no others,
// wherever clocks change, be it at midnight.
func TestDayHoldsItsInstants(t *testing.T) {
	for _, name := range []string{"UTC", "America/New_York", "America/Sao_Paulo", "America/Havana", "Asia/Beirut", "Pacific/Apia", "Asia/Kathmandu"} {
		zone, err := worktime.LoadZone(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, year := range []int{2011, 2017, 2018, 2021} {
			start := time.Date(year, 1, 1, 0, 30, 0, 0, time.UTC)
			var kept day
			for h := range 366 * 24 {
				at := start.Add(time.Duration(h) * time.Hour)
				for _, x := range []time.Time{at, at.Add(-time.Hour), at.Add(20 * time.Hour)} { // clocks may go back
					if kept.zone == zone && kept.holds(x) && kept.date != value.DateOf(x.In(zone)) {
						t.Fatalf("%s: %s is taken as %s", name, x.In(zone), kept.date)
					}
				}
				if kept = dayOf(at, zone); kept.date != value.DateOf(at.In(zone)) {
					t.Fatalf("%s: the day of %s is %s", name, at.In(zone), kept.date)
				}
			}
		}
	}
}
