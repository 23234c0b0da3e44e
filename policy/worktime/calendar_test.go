package worktime_test

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/policy/worktime"
)

func TestNewErrors(t *testing.T) {
	madrid := zone(t, "Europe/Madrid")
	nine := worktime.Week{time.Monday: {{From: 540, Until: 1020}}}
	monday := func(hours ...worktime.Shift) []worktime.Version {
		return []worktime.Version{{Week: worktime.Week{time.Monday: hours}}}
	}
	md := func(text string) worktime.MonthDay {
		day, err := worktime.ParseMonthDay(text)
		if err != nil {
			t.Fatal(err)
		}
		return day
	}
	season := func(from, until string, week worktime.Week) worktime.Season {
		return worktime.Season{From: md(from), Until: md(until), Week: week}
	}
	short := func(text ...string) []worktime.Shift { return shifts(t, text...) }
	for want, rules := range map[string]worktime.Rules{
		"a calendar needs a time zone":                                            {Versions: []worktime.Version{{Week: nine}}},
		"a calendar needs hours on at least one day of the week":                  {Zone: madrid, Versions: monday()},
		"Monday: the hours 09:00-14:00 and 13:59-19:00 overlap":                   {Zone: madrid, Versions: monday(short("09:00-14:00", "13:59-19:00")...)},
		"Monday: the hours 09:00-09:00 are none of a day":                         {Zone: madrid, Versions: monday(worktime.Shift{From: 540, Until: 540})},
		"Monday: the hours 09:00-10:00 are none of a day":                         {Zone: madrid, Versions: monday(worktime.Shift{From: 540, Until: 2040})},
		"Monday: the hours 22:00-02:00 and 23:00-24:00 overlap":                   {Zone: madrid, Versions: monday(short("23:00-24:00", "22:00-02:00")...)},
		"the cut-off lies 1441 minutes after midnight, which is no time of a day": {Zone: madrid, Versions: []worktime.Version{{Week: nine, Cutoff: 1441}}},
		"2026-03-02: the hours 12:00-13:00 and 12:30-14:00 overlap": {Zone: madrid, Versions: []worktime.Version{{Week: nine}},
			Holidays: []worktime.Holiday{{From: date(t, "2026-03-02"), Hours: short("12:00-13:00", "12:30-14:00")}}},
		"the holidays 2026-03-05 to 2026-03-06 and 2026-03-01 to 2026-03-09 have different hours on the same day": {Zone: madrid, Versions: []worktime.Version{{Week: nine}},
			Holidays: []worktime.Holiday{
				{Kind: worktime.OnRange, From: date(t, "2026-03-05"), Until: date(t, "2026-03-06"), Hours: short("12:00-13:00")},
				{Kind: worktime.OnRange, From: date(t, "2026-03-01"), Until: date(t, "2026-03-09")},
			}},
		"2026-03-05 to 2026-03-04: there is no such day": {Zone: madrid, Versions: []worktime.Version{{Week: nine}},
			Holidays: []worktime.Holiday{{Kind: worktime.OnRange, From: date(t, "2026-03-05"), Until: date(t, "2026-03-04")}}},
		"every 02-30: there is no such day of the year": {Zone: madrid, Versions: []worktime.Version{{Week: nine}},
			Holidays: []worktime.Holiday{{Kind: worktime.OnEvery, Every: worktime.MonthDay{Month: 2, Day: 30}}}},
		"easter +101: a holiday lies at most 75 days before Easter and 100 after it": {Zone: madrid, Versions: []worktime.Version{{Week: nine}},
			Holidays: []worktime.Holiday{{Kind: worktime.OnEaster, Easter: 101}}},
		"the seasons 11-01 to 03-01 and 02-01 to 04-01 overlap": {Zone: madrid, Versions: []worktime.Version{{Week: nine,
			Seasons: []worktime.Season{season("11-01", "03-01", nine), season("02-01", "04-01", nine)}}}},
		"version 3: it does not begin after the version before it": {Zone: madrid, Versions: []worktime.Version{
			{Week: nine}, {From: date(t, "2026-01-01"), Week: nine}, {From: date(t, "2026-01-01"), Week: nine}}},
	} {
		c, err := worktime.New(rules)
		if err == nil || err.Error() != want {
			t.Errorf("New = %v, %v; want %s", c, err, want)
		}
	}
	// A year that is closed from end to end has no hours, whatever its ordinary week says.
	_, err := worktime.New(worktime.Rules{Zone: madrid, Versions: []worktime.Version{{Week: nine, Seasons: []worktime.Season{season("01-01", "12-31", worktime.Week{})}}}})
	if err == nil {
		t.Error("a calendar that is always closed was made")
	}
	if _, err := worktime.New(worktime.Rules{Zone: madrid, Versions: []worktime.Version{{Seasons: []worktime.Season{season("06-01", "08-31", nine)}}}}); err != nil {
		t.Error("a calendar that is open in summer only:", err)
	}
}

// TestFirstErrorByDate has mistakes on several days: the first day is told of.
func TestFirstErrorByDate(t *testing.T) {
	var wrong []worktime.Holiday
	texts := ""
	for day := 8; day >= 1; day-- {
		date := value.DateOf(time.Date(2026, 5, day, 0, 0, 0, 0, time.UTC))
		wrong = append(wrong, worktime.Holiday{From: date, Hours: []worktime.Shift{{From: 600, Until: 500}}})
		texts += fmt.Sprintf(`,"%s":["late"]`, date)
	}
	text := `{"days":{` + texts[1:] + `},"week":[[],["09:00-17:00"],[],[],[],[],[]],"zone":"UTC"}`
	for range 20 {
		_, err := worktime.New(worktime.Rules{Zone: time.UTC, Versions: []worktime.Version{{Week: worktime.Week{time.Monday: {{From: 540, Until: 1020}}}}}, Holidays: wrong})
		_, parseErr := worktime.ParseCalendar([]byte(text))
		for _, err := range []error{err, parseErr} {
			if err == nil || !strings.HasPrefix(err.Error(), "2026-05-01: ") {
				t.Fatal(err)
			}
		}
	}
}

func TestNewCopies(t *testing.T) {
	given := shifts(t, "09:00-17:00")
	c, err := worktime.New(worktime.Rules{Zone: time.UTC, Versions: []worktime.Version{{Week: worktime.Week{time.Monday: given}}}})
	if err != nil {
		t.Fatal(err)
	}
	given[0].Until = 560
	if got := c.Worked(instant(t, "2026-03-02T00:00:00Z"), instant(t, "2026-03-03T00:00:00Z")); got != 8*time.Hour || c.Zone() != time.UTC {
		t.Errorf("a calendar changed with what it was made of: %v", got)
	}
}

func TestWorked(t *testing.T) {
	year := calendar(t, "America/New_York", hours{"mon-sun": {"00:00-24:00"}}, nil)
	for name, test := range map[string]struct {
		calendar *worktime.Calendar
		from, to string
		want     time.Duration
	}{
		"a day of split shifts":   {office(t), "2026-03-02T00:00:00Z", "2026-03-03T00:00:00Z", 8 * time.Hour},
		"within a shift":          {office(t), "2026-03-02T09:10:00Z", "2026-03-02T09:10:00.5Z", 500 * time.Millisecond},
		"over the lunch break":    {office(t), "2026-03-02T12:30:00Z", "2026-03-02T15:15:00Z", 45 * time.Minute},
		"a weekend":               {office(t), "2026-03-06T14:00:00Z", "2026-03-09T08:00:00Z", 0},
		"Christmas week":          {office(t), "2026-12-20T23:00:00Z", "2026-12-27T23:00:00Z", (8*3 + 3 + 1) * time.Hour},
		"nothing":                 {office(t), "2026-03-02T10:00:00Z", "2026-03-02T10:00:00Z", 0},
		"Madrid, spring":          {always(t, "Europe/Madrid"), "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z", 23 * time.Hour},
		"Madrid, autumn":          {always(t, "Europe/Madrid"), "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z", 25 * time.Hour},
		"night shift in spring":   {calendar(t, "Europe/Madrid", hours{"sun": {"00:00-06:00"}}, nil), "2026-03-28T00:00:00Z", "2026-03-30T00:00:00Z", 5 * time.Hour},
		"night shift in autumn":   {calendar(t, "Europe/Madrid", hours{"sun": {"00:00-06:00"}}, nil), "2026-10-24T00:00:00Z", "2026-10-26T00:00:00Z", 7 * time.Hour},
		"a shift in the gap":      {calendar(t, "Europe/Madrid", hours{"sun": {"02:15-02:45"}}, nil), "2026-03-28T00:00:00Z", "2026-03-30T00:00:00Z", 0},
		"opening in the gap":      {calendar(t, "Europe/Madrid", hours{"sun": {"02:30-04:00"}}, nil), "2026-03-28T00:00:00Z", "2026-03-30T00:00:00Z", time.Hour},
		"closing in the gap":      {calendar(t, "Europe/Madrid", hours{"sun": {"01:30-02:30"}}, nil), "2026-03-28T00:00:00Z", "2026-03-30T00:00:00Z", 30 * time.Minute},
		"in the repeated hour":    {calendar(t, "Europe/Madrid", hours{"sun": {"02:00-02:30"}}, nil), "2026-10-24T00:00:00Z", "2026-10-26T00:00:00Z", 90 * time.Minute},
		"two in the same hour":    {calendar(t, "Europe/Madrid", hours{"sun": {"02:00-02:15", "02:30-02:45"}}, nil), "2026-10-24T00:00:00Z", "2026-10-26T00:00:00Z", 105 * time.Minute},
		"closing at its start":    {calendar(t, "Europe/Madrid", hours{"sun": {"00:00-02:00"}}, nil), "2026-10-24T00:00:00Z", "2026-10-26T00:00:00Z", 3 * time.Hour},
		"Lord Howe, half an hour": {always(t, "Australia/Lord_Howe"), "2026-04-04T13:00:00Z", "2026-04-05T13:30:00Z", 24*time.Hour + 30*time.Minute},
		"Sao Paulo, no midnight":  {calendar(t, "America/Sao_Paulo", hours{"sun": {"00:00-02:00"}}, nil), "2018-11-03T00:00:00Z", "2018-11-05T00:00:00Z", time.Hour},
		"Beirut, no midnight":     {calendar(t, "Asia/Beirut", hours{"sat": {"23:00-24:00"}, "sun": {"00:00-08:00"}}, nil), "2026-03-28T00:00:00Z", "2026-03-30T00:00:00Z", 8 * time.Hour},
		"Apia, no Friday":         {always(t, "Pacific/Apia"), "2011-12-29T10:00:00Z", "2011-12-31T10:00:00Z", 48 * time.Hour},
		"a year round the clock":  {year, "2026-01-01T05:00:00Z", "2027-01-01T05:00:00Z", 365 * 24 * time.Hour},
		"the longest":             {year, "0001-01-01T00:00:00Z", "9999-12-31T00:00:00Z", math.MaxInt64},
	} {
		from, to := instant(t, test.from), instant(t, test.to)
		if got := test.calendar.Worked(from, to); got != test.want {
			t.Errorf("%s: worked %v; want %v", name, got, test.want)
		}
		if got := test.calendar.Worked(to, from); got != -test.want {
			t.Errorf("%s, backwards: worked %v; want %v", name, got, -test.want)
		}
	}
	far := time.Unix(math.MaxInt64/4, 0)
	if got := office(t).Worked(far, far.Add(time.Hour)); got != 0 {
		t.Errorf("beyond the year 9999: worked %v", got)
	}
}

func TestWorkdays(t *testing.T) {
	c := office(t)
	for _, test := range []struct {
		from string
		n    int
		want string
	}{
		{"2026-03-02", 1, "2026-03-03"},
		{"2026-03-02", 5, "2026-03-09"},
		{"2026-03-06", 1, "2026-03-09"},
		{"2026-03-07", 1, "2026-03-09"},
		{"2026-03-07", 0, "2026-03-07"},
		{"2026-03-07", -1, "2026-03-06"},
		{"2026-03-09", -1, "2026-03-06"},
		{"2026-03-09", -6, "2026-02-27"},
		{"2026-12-23", 1, "2026-12-24"},
		{"2026-12-23", 2, "2026-12-26"}, // a Saturday with hours, the holiday passed over
		{"2026-12-23", 3, "2026-12-28"},
		{"2026-12-28", -1, "2026-12-26"},
		{"2026-12-31", 1, "2027-01-04"},
		{"2026-03-02", 260, "2027-02-28"},
	} {
		got, err := c.Workday(date(t, test.from), test.n)
		if test.n == 260 { // five days a week, one holiday more than there are extra days
			test.want = "2027-03-02"
		}
		if err != nil || got != date(t, test.want) {
			t.Errorf("Workday(%s, %d) = %v, %v; want %s", test.from, test.n, got, err, test.want)
		}
		if test.n != 0 && !c.IsWorkday(got) {
			t.Errorf("%v is no working day", got)
		}
	}
	for _, test := range []struct {
		a, b string
		want int
	}{
		{"2026-03-02", "2026-03-02", 0},
		{"2026-03-02", "2026-03-03", 1},
		{"2026-03-06", "2026-03-08", 0},
		{"2026-03-06", "2026-03-09", 1},
		{"2026-12-21", "2026-12-28", 5},
		{"2025-12-31", "2026-12-31", 261},
		{"0001-01-01", "0001-01-08", 5},
	} {
		a, b := date(t, test.a), date(t, test.b)
		if got := c.Workdays(a, b); got != test.want {
			t.Errorf("Workdays(%s, %s) = %d; want %d", a, b, got, test.want)
		}
		if got := c.Workdays(b, a); got != -test.want {
			t.Errorf("Workdays(%s, %s) = %d; want %d", b, a, got, -test.want)
		}
	}
	for _, n := range []int{2100000, -530000, math.MaxInt, math.MinInt} {
		if got, err := c.Workday(date(t, "2026-03-02"), n); !errors.Is(err, worktime.ErrNever) || !strings.Contains(err.Error(), "working day") {
			t.Errorf("Workday(…, %d) = %v, %v", n, got, err)
		}
	}
	if c.IsWorkday(date(t, "2026-12-25")) || !c.IsWorkday(date(t, "2026-12-26")) || c.IsWorkday(date(t, "2026-12-27")) || !c.IsWorkday(date(t, "0001-01-01")) {
		t.Error("IsWorkday is wrong")
	}
}

func TestSkippedDay(t *testing.T) {
	// Samoa went from Thursday 29 December 2011 to Saturday the 31st.
	c := calendar(t, "Pacific/Apia", hours{"mon-sun": {"09:00-17:00"}}, hours{"2011-12-30": {"09:00-12:00"}})
	if c.IsWorkday(date(t, "2011-12-30")) || c.Workdays(date(t, "2011-12-29"), date(t, "2011-12-31")) != 1 {
		t.Error("a day that never was is a working day")
	}
	got, err := worktime.Clock{Calendar: c}.AddWorkingDays(instant(t, "2011-12-29T20:00:00Z"), 1)
	if want := instant(t, "2011-12-31T03:00:00Z"); err != nil || !got.Equal(want) {
		t.Errorf("the next working day closes at %v, %v; want %v", got, err, want)
	}
}
