package worktime_test

import (
	"testing"
	"time"

	"github.com/servicerecovery/amends/policy/worktime"
)

func week(t testing.TB, text hours) worktime.Week {
	t.Helper()
	var w worktime.Week
	for days, list := range text {
		parsed, err := worktime.ParseDays(days)
		if err != nil {
			t.Fatal(err)
		}
		for _, day := range parsed {
			w[day] = shifts(t, list...)
		}
	}
	return w
}

// TestEaster compares the rule with the Sundays as published.
func TestEaster(t *testing.T) {
	for i, orthodox := range []bool{false, true} {
		for year, sundays := range easters {
			c, err := worktime.New(worktime.Rules{Zone: time.UTC, Versions: []worktime.Version{{Week: week(t, hours{"mon-sun": {"00:00-24:00"}})}},
				Holidays: []worktime.Holiday{{Kind: worktime.OnEaster, Orthodox: orthodox}}})
			if err != nil {
				t.Fatal(err)
			}
			sunday := date(t, year+"-"+sundays[i])
			before, err := sunday.AddDays(-1)
			if err != nil || c.IsWorkday(sunday) || c.Workdays(before, sunday) != 0 || c.Workdays(date(t, year+"-01-01"), date(t, year+"-12-31")) < 363 {
				t.Errorf("Easter of %s is not %s (orthodox %v)", year, sunday, orthodox)
			}
		}
	}
}

// TestLayers has a day that all kinds of holidays name: the narrowest decides.
func TestLayers(t *testing.T) {
	open := func(until string) []worktime.Shift { return shifts(t, "09:00-"+until) }
	all := []worktime.Holiday{
		{Kind: worktime.OnDate, From: date(t, "2026-04-06"), Hours: open("10:00")},
		{Kind: worktime.OnRange, From: date(t, "2026-04-05"), Until: date(t, "2026-04-07"), Hours: open("11:00")},
		{Kind: worktime.OnEvery, Every: worktime.MonthDay{Month: 4, Day: 6}, Hours: open("12:00")},
		{Kind: worktime.OnEaster, Easter: 1, Hours: open("13:00")},
	}
	for i := range all {
		c, err := worktime.New(worktime.Rules{Zone: time.UTC, Versions: []worktime.Version{{Week: week(t, hours{"mon": {"09:00-17:00"}})}}, Holidays: all[i:]})
		if err != nil {
			t.Fatal(err)
		}
		want := time.Duration(i+1) * time.Hour
		if got := c.Worked(instant(t, "2026-04-06T00:00:00Z"), instant(t, "2026-04-07T00:00:00Z")); got != want {
			t.Errorf("without the first %d: %v; want %v", i, got, want)
		}
	}
}

func TestClashes(t *testing.T) {
	short := shifts(t, "09:00-12:00")
	easter := func(n int, orthodox bool, hours ...worktime.Shift) worktime.Holiday {
		return worktime.Holiday{Kind: worktime.OnEaster, Easter: n, Orthodox: orthodox, Hours: hours}
	}
	on := func(day string, hours ...worktime.Shift) worktime.Holiday {
		return worktime.Holiday{From: date(t, day), Hours: hours}
	}
	span := func(from, until string, hours ...worktime.Shift) worktime.Holiday {
		return worktime.Holiday{Kind: worktime.OnRange, From: date(t, from), Until: date(t, until), Hours: hours}
	}
	every := func(day int, hours ...worktime.Shift) worktime.Holiday {
		return worktime.Holiday{Kind: worktime.OnEvery, Every: worktime.MonthDay{Month: 12, Day: day}, Hours: hours}
	}
	for name, test := range map[string]struct {
		holidays []worktime.Holiday
		want     []worktime.Clash
	}{
		"none":                        {nil, nil},
		"of two kinds":                {[]worktime.Holiday{on("2026-12-25"), every(25, short...), span("2026-12-20", "2026-12-26", short...)}, nil},
		"a date twice":                {[]worktime.Holiday{on("2026-12-25"), on("2026-12-24"), on("2026-12-25")}, []worktime.Clash{{First: 0, Second: 2, Agree: true}}},
		"a date with other hours":     {[]worktime.Holiday{on("2026-12-25"), on("2026-12-25", short...)}, []worktime.Clash{{First: 0, Second: 1}}},
		"every year twice":            {[]worktime.Holiday{every(25), every(26), every(25, short...)}, []worktime.Clash{{First: 0, Second: 2}}},
		"ranges that touch":           {[]worktime.Holiday{span("2026-12-20", "2026-12-24"), span("2026-12-25", "2026-12-28", short...)}, nil},
		"ranges with a common day":    {[]worktime.Holiday{span("2026-12-20", "2026-12-25"), span("2026-12-25", "2026-12-28", short...)}, []worktime.Clash{{First: 0, Second: 1}}},
		"a range within another":      {[]worktime.Holiday{span("2026-12-26", "2026-12-27"), span("2026-12-01", "2026-12-28"), span("2026-12-02", "2026-12-03")}, []worktime.Clash{{First: 0, Second: 1, Agree: true}, {First: 1, Second: 2, Agree: true}}},
		"Easter twice":                {[]worktime.Holiday{easter(1, false), easter(1, false, short...)}, []worktime.Clash{{First: 0, Second: 1}}},
		"both Easters off":            {[]worktime.Holiday{easter(1, false), easter(1, true)}, nil},
		"both Easters, they meet":     {[]worktime.Holiday{easter(1, false), easter(1, true, short...)}, []worktime.Clash{{First: 0, Second: 1}}},
		"Easters that meet later":     {[]worktime.Holiday{easter(1, true, short...), easter(8, false)}, []worktime.Clash{{First: 0, Second: 1}}},
		"a Friday and a Monday":       {[]worktime.Holiday{easter(-2, false), easter(1, true, short...)}, nil},
		"the same hours, in disorder": {[]worktime.Holiday{every(25, shifts(t, "09:00-10:00", "11:00-12:00")...), every(25, shifts(t, "11:00-12:00", "09:00-10:00")...)}, []worktime.Clash{{First: 0, Second: 1, Agree: true}}},
	} {
		got := worktime.Clashes(test.holidays)
		if len(got) != len(test.want) {
			t.Errorf("%s: %+v; want %+v", name, got, test.want)
			continue
		}
		for i := range got {
			if got[i] != test.want[i] {
				t.Errorf("%s: %+v; want %+v", name, got[i], test.want[i])
			}
		}
	}
}

// TestSeasonsAndVersions walks through a shop by the sea, with a change of hours in between.
func TestSeasonsAndVersions(t *testing.T) {
	md := func(text string) worktime.MonthDay {
		day, err := worktime.ParseMonthDay(text)
		if err != nil {
			t.Fatal(err)
		}
		return day
	}
	c, err := worktime.New(worktime.Rules{Zone: time.UTC, Versions: []worktime.Version{
		{From: date(t, "2020-01-01"), Week: week(t, hours{"mon-fri": {"09:00-17:00"}})},
		{From: date(t, "2026-07-01"), Week: week(t, hours{"mon-fri": {"10:00-18:00"}}), Seasons: []worktime.Season{
			{From: md("11-15"), Until: md("02-29"), Week: week(t, hours{"sat": {"10:00-12:00"}})},
			{From: md("08-01"), Until: md("08-31"), Week: week(t, nil)},
		}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	for day, want := range map[string]time.Duration{
		"1999-06-07": 8 * time.Hour, "2026-06-30": 8 * time.Hour, "2026-07-01": 8 * time.Hour, "2026-07-31": 8 * time.Hour,
		"2026-08-03": 0, "2026-08-31": 0, "2026-09-01": 8 * time.Hour, "2026-11-13": 8 * time.Hour, "2026-11-16": 0,
		"2026-11-21": 2 * time.Hour, "2026-12-26": 2 * time.Hour, "2027-02-27": 2 * time.Hour, "2027-03-01": 8 * time.Hour, "2027-03-06": 0,
		"2028-02-29": 0, "2028-03-01": 8 * time.Hour,
	} {
		from := instant(t, day+"T00:00:00Z")
		if got := c.Worked(from, from.AddDate(0, 0, 1)); got != want {
			t.Errorf("%s: worked %v; want %v", day, got, want)
		}
	}
	if got := c.Worked(instant(t, "2026-07-01T09:30:00Z"), instant(t, "2026-07-01T10:30:00Z")); got != 30*time.Minute {
		t.Errorf("the new hours begin at ten: %v", got)
	}
	if got := c.Workdays(date(t, "2025-12-31"), date(t, "2026-12-31")); got != 129+23+54+6 {
		t.Errorf("%d working days in 2026", got)
	}
}

// TestCenturies asks for what lies far away, with rules for each year: everything ends, in bounded time.
func TestCenturies(t *testing.T) {
	c, err := worktime.New(worktime.Rules{Zone: zone(t, "Europe/Madrid"), Versions: []worktime.Version{{Week: week(t, hours{"mon": {"23:00-00:30"}})}},
		Holidays: []worktime.Holiday{{Kind: worktime.OnEaster, Easter: 1}, {Kind: worktime.OnEvery, Every: worktime.MonthDay{Month: 12, Day: 25}},
			{Kind: worktime.OnRange, From: date(t, "2100-01-01"), Until: date(t, "9998-12-31")}}})
	if err != nil {
		t.Fatal(err)
	}
	clock, base := worktime.Clock{Calendar: c}, instant(t, "2026-03-02T09:00:00Z")
	if got, err := clock.AddWorkingDays(base, 4000); outcome(got, err) != "there is no such time" {
		t.Errorf("4000 Mondays after %s: %v, %v", base, got, err)
	}
	if got, err := clock.Add(base, 1<<62); outcome(got, err) != "there is no such time" {
		t.Errorf("an age: %v, %v", got, err)
	}
	first := c.Workdays(date(t, "0001-01-01"), date(t, "9999-12-31"))
	if got, err := c.Workday(date(t, "0001-01-01"), first); err != nil || got.Year() != 9999 {
		t.Errorf("the last working day is %v, %v", got, err)
	}
	if got, err := c.Workday(date(t, "9999-12-31"), -first); err != nil || got.Year() != 1 {
		t.Errorf("the first working day is %v, %v", got, err)
	}
}
