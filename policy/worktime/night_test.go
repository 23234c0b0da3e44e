package worktime_test

import (
	"testing"
	"time"

	"github.com/servicerecovery/amends/policy/worktime"
)

// nights is a call centre in Madrid: from nine in the evening to six in the morning, every day but on
// Sundays.
func nights(t testing.TB, holidays hours) *worktime.Calendar {
	t.Helper()
	return calendar(t, "Europe/Madrid", hours{"mon-sat": {"21:00-06:00"}}, holidays)
}

// TestNightShift holds what a team on nights says of its working time: a shift is one piece, it belongs to the
// evening on which it begins, and the clocks make it an hour shorter or longer.
func TestNightShift(t *testing.T) {
	at := func(text string) time.Time {
		wall, err := time.ParseInLocation("2006-01-02 15:04", text, zone(t, "Europe/Madrid"))
		if err != nil {
			t.Fatal(err)
		}
		return wall
	}
	for name, test := range map[string]struct {
		calendar   *worktime.Calendar
		base, want string
		d          time.Duration
		wd         int
	}{
		"four hours over midnight":                  {nights(t, nil), "2026-03-03 23:00", "2026-03-04 03:00", 4 * time.Hour, 0},
		"the next shift":                            {nights(t, nil), "2026-03-03 22:00", "2026-03-05 06:00", 0, 1},
		"the same shift after midnight":             {nights(t, nil), "2026-03-04 05:59", "2026-03-05 06:00", 0, 1},
		"at its closing the next day has begun":     {nights(t, nil), "2026-03-04 06:00", "2026-03-06 06:00", 0, 1},
		"in the daytime":                            {nights(t, nil), "2026-03-04 12:00", "2026-03-06 06:00", 0, 1},
		"saturday's shift goes on on sunday":        {nights(t, nil), "2026-03-08 03:00", "2026-03-10 06:00", 0, 1},
		"sunday evening is off":                     {nights(t, nil), "2026-03-08 22:00", "2026-03-09 22:00", time.Hour, 0},
		"a holiday in the middle of a shift":        {nights(t, hours{"2026-03-04": nil}), "2026-03-03 23:00", "2026-03-04 03:00", 4 * time.Hour, 0},
		"the evening of that holiday is off":        {nights(t, hours{"2026-03-04": nil}), "2026-03-04 05:30", "2026-03-05 21:30", time.Hour, 0},
		"the working day after that shift":          {nights(t, hours{"2026-03-04": nil}), "2026-03-04 01:00", "2026-03-06 06:00", 0, 1},
		"a short evening":                           {nights(t, hours{"2026-12-24": {"18:00-22:00"}}), "2026-12-23 23:00", "2026-12-24 22:00", 11 * time.Hour, 0},
		"spring, an hour shorter":                   {nights(t, nil), "2026-03-28 21:00", "2026-03-29 06:00", 8 * time.Hour, 0},
		"spring, the ninth hour is on monday":       {nights(t, nil), "2026-03-28 21:00", "2026-03-30 22:00", 9 * time.Hour, 0},
		"autumn, an hour longer":                    {nights(t, nil), "2026-10-24 21:00", "2026-10-25 06:00", 10 * time.Hour, 0},
		"spring, with a holiday on the sunday":      {nights(t, hours{"2026-03-29": nil}), "2026-03-28 21:00", "2026-03-29 06:00", 8 * time.Hour, 0},
		"autumn, with a holiday on the sunday":      {nights(t, hours{"2026-10-25": nil}), "2026-10-24 21:00", "2026-10-25 06:00", 10 * time.Hour, 0},
		"spring, the holiday is where it begins":    {nights(t, hours{"2026-03-28": nil}), "2026-03-28 21:00", "2026-03-30 22:00", time.Hour, 0},
		"autumn, a working day on":                  {nights(t, nil), "2026-10-25 02:30", "2026-10-27 06:00", 0, 1},
		"autumn, a working day with the monday off": {nights(t, hours{"2026-10-26": nil}), "2026-10-25 02:30", "2026-10-28 06:00", 0, 1},
	} {
		clock := worktime.Clock{Calendar: test.calendar}
		got, err := clock.AddWorkingDays(at(test.base), test.wd)
		if test.wd == 0 {
			got, err = clock.Add(at(test.base), test.d)
		}
		if err != nil || !got.Equal(at(test.want)) {
			t.Errorf("%s: %v, %v; want %s", name, got, err, test.want)
		}
	}
}

// TestOverlap has a shift that ends after the next day's has begun: the time counts once.
func TestOverlap(t *testing.T) {
	c := calendar(t, "UTC", hours{"mon": {"20:00-10:00"}, "tue": {"05:00-06:00", "08:00-12:00"}}, nil)
	from, to := instant(t, "2026-03-02T00:00:00Z"), instant(t, "2026-03-09T00:00:00Z")
	if got := c.Worked(from, to); got != 16*time.Hour {
		t.Errorf("worked %v in the week", got)
	}
	// Years of it, where whole weeks are added up.
	if got := c.Worked(from, from.AddDate(0, 0, 7*500)); got != 500*16*time.Hour {
		t.Errorf("worked %v in 500 weeks", got)
	}
	for base, want := range map[string]string{
		"2026-03-02T21:00:00Z": "2026-03-03T12:00:00Z", // monday's shift
		"2026-03-03T04:00:00Z": "2026-03-03T12:00:00Z",
		"2026-03-03T05:30:00Z": "2026-03-10T10:00:00Z", // tuesday's own
		"2026-03-03T07:00:00Z": "2026-03-03T12:00:00Z", // between tuesday's, monday's goes on
	} {
		got, err := worktime.Clock{Calendar: c}.AddWorkingDays(instant(t, base), 1)
		if err != nil || !got.Equal(instant(t, want)) {
			t.Errorf("a working day after %s ends at %v, %v; want %s", base, got, err, want)
		}
	}
}

func TestCutoff(t *testing.T) {
	week := worktime.Week{}
	for day := time.Monday; day <= time.Friday; day++ {
		week[day] = shifts(t, "09:00-17:00")
	}
	c, err := worktime.New(worktime.Rules{Zone: zone(t, "Europe/Madrid"), Versions: []worktime.Version{{Week: week, Cutoff: 15 * 60}}})
	if err != nil {
		t.Fatal(err)
	}
	for base, want := range map[string]string{
		"2026-03-02T07:00:00Z":        "2026-03-03T16:00:00Z", // before opening
		"2026-03-02T14:00:00Z":        "2026-03-03T16:00:00Z", // at three exactly
		"2026-03-02T14:00:00.000001Z": "2026-03-04T16:00:00Z",
		"2026-03-02T22:59:59Z":        "2026-03-04T16:00:00Z",
		"2026-03-02T23:00:00Z":        "2026-03-04T16:00:00Z", // tuesday
		"2026-03-06T14:30:00Z":        "2026-03-10T16:00:00Z", // friday, late: as of monday
		"2026-03-07T09:00:00Z":        "2026-03-10T16:00:00Z", // a day off
	} {
		got, err := worktime.Clock{Calendar: c}.AddWorkingDays(instant(t, base), 1)
		if err != nil || !got.Equal(instant(t, want)) {
			t.Errorf("a working day after %s ends at %v, %v; want %s", base, got, err, want)
		}
	}
	// Hours of working time know no cut-off.
	if got, err := (worktime.Clock{Calendar: c}).Add(instant(t, "2026-03-02T15:00:00Z"), 2*time.Hour); err != nil || !got.Equal(instant(t, "2026-03-03T09:00:00Z")) {
		t.Errorf("two hours: %v, %v", got, err)
	}
}
