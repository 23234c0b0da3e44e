package worktime_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/policy/worktime"
)

// plainRules answers what hours a day has by going through the rules one by one. Days are texts
// here, and Easter is looked up in a table.
type plainRules struct{ worktime.Rules }

func (r plainRules) hours(day string) []worktime.Shift {
	for _, kind := range []worktime.HolidayKind{worktime.OnDate, worktime.OnRange, worktime.OnEvery, worktime.OnEaster} {
		for _, h := range r.Holidays {
			if h.Kind == kind && holidayOn(h, day) {
				return inOrder(h.Hours)
			}
		}
	}
	v := r.version(day)
	week := v.Week
	for _, s := range v.Seasons {
		from, until, md := s.From.String(), s.Until.String(), day[5:]
		if from <= until && from <= md && md <= until || from > until && (from <= md || md <= until) {
			week = s.Week
		}
	}
	at, err := time.Parse(time.DateOnly, day)
	if err != nil {
		panic(err)
	}
	return inOrder(week[at.Weekday()])
}

func inOrder(hours []worktime.Shift) []worktime.Shift {
	return slices.SortedFunc(slices.Values(hours), func(a, b worktime.Shift) int { return a.From - b.From })
}

func (r plainRules) version(day string) worktime.Version {
	found := r.Versions[0]
	for _, v := range r.Versions[1:] {
		if v.From.String() <= day {
			found = v
		}
	}
	return found
}

func (r plainRules) cutoff(day string) int { return r.version(day).Cutoff }

func holidayOn(h worktime.Holiday, day string) bool {
	switch h.Kind {
	case worktime.OnDate:
		return h.From.String() == day
	case worktime.OnRange:
		return h.From.String() <= day && day <= h.Until.String()
	case worktime.OnEvery:
		return h.Every.String() == day[5:]
	}
	easter, known := easters[day[:4]]
	if !known {
		panic("no Easter in " + day)
	}
	sunday := easter[0]
	if h.Orthodox {
		sunday = easter[1]
	}
	return wallTime(day[:5]+sunday, h.Easter*24*60)[:10] == day
}

// easters are the Sundays of the western and the orthodox Easter, as published.
var easters = map[string][2]string{
	"2004": {"04-11", "04-11"},
	"2005": {"03-27", "05-01"},
	"2006": {"04-16", "04-23"},
	"2007": {"04-08", "04-08"},
	"2008": {"03-23", "04-27"},
	"2009": {"04-12", "04-19"},
	"2010": {"04-04", "04-04"},
	"2011": {"04-24", "04-24"},
	"2012": {"04-08", "04-15"},
	"2013": {"03-31", "05-05"},
	"2014": {"04-20", "04-20"},
	"2015": {"04-05", "04-12"},
	"2016": {"03-27", "05-01"},
	"2017": {"04-16", "04-16"},
	"2018": {"04-01", "04-08"},
	"2019": {"04-21", "04-28"},
	"2020": {"04-12", "04-19"},
	"2021": {"04-04", "05-02"},
	"2022": {"04-17", "04-24"},
	"2023": {"04-09", "04-16"},
	"2024": {"03-31", "05-05"},
	"2025": {"04-20", "04-20"},
	"2026": {"04-05", "04-12"},
	"2027": {"03-28", "05-02"},
	"2028": {"04-16", "04-16"},
	"2029": {"04-01", "04-08"},
	"2030": {"04-21", "04-28"},
	"2031": {"04-13", "04-13"},
	"2032": {"03-28", "05-02"},
	"2033": {"04-17", "04-24"},
	"2034": {"04-09", "04-09"},
	"2035": {"03-25", "04-29"},
	"2036": {"04-13", "04-20"},
	"2037": {"04-05", "04-05"},
	"2038": {"04-25", "04-25"},
	"2039": {"04-10", "04-17"},
	"2040": {"04-01", "05-06"},
	"2041": {"04-21", "04-21"},
	"2042": {"04-06", "04-13"},
	"2043": {"03-29", "05-03"},
	"2044": {"04-17", "04-24"},
	"2045": {"04-09", "04-09"},
}

// randomRules makes up a calendar whose days differ in a span of days.
func randomRules(random *rand.Rand, zone *time.Location, start time.Time, days int) worktime.Rules {
	grid := []int{0, 15, 30, 60, 90, 120, 135, 150, 180, 240, 420, 540, 840, 960, 1140, 1380, 1410, 1440}
	some := func(oneIn int) bool { return random.IntN(oneIn) == 0 }
	date := func() value.Date { return value.DateOf(start.AddDate(0, 0, random.IntN(days))) }
	monthDay := func() worktime.MonthDay { d := date(); return worktime.MonthDay{Month: d.Month(), Day: d.Day()} }
	hours := func() []worktime.Shift {
		if some(2) {
			return nil
		}
		return randomShifts(random, grid)
	}
	week := func() worktime.Week {
		var w worktime.Week
		for day := range w {
			if !some(4) {
				w[day] = randomShifts(random, grid)
			}
		}
		w[random.IntN(7)] = randomShifts(random, grid)
		return w
	}
	version := func() worktime.Version {
		v := worktime.Version{Week: week()}
		for range random.IntN(3) {
			s := worktime.Season{From: monthDay(), Until: monthDay(), Week: week()}
			if !slices.ContainsFunc(v.Seasons, func(o worktime.Season) bool { return worktime.SeasonsOverlap(s, o) }) {
				v.Seasons = append(v.Seasons, s)
			}
		}
		if some(2) {
			v.Cutoff = 1 + random.IntN(1440)
		}
		return v
	}
	rules := worktime.Rules{Zone: zone, Versions: []worktime.Version{version()}}
	if some(3) {
		v := version()
		v.From = date()
		rules.Versions = append(rules.Versions, v)
	}
	for range random.IntN(8) {
		h := worktime.Holiday{Kind: worktime.HolidayKind(random.IntN(4)), Hours: hours()}
		switch h.Kind {
		case worktime.OnDate:
			h.From = date()
		case worktime.OnRange:
			h.From = date()
			h.Until, _ = h.From.AddDays(random.IntN(6))
		case worktime.OnEvery:
			h.Every = monthDay()
		case worktime.OnEaster:
			h.Easter, h.Orthodox = random.IntN(60)-30, some(2)
		}
		rules.Holidays = append(rules.Holidays, h)
		for _, clash := range worktime.Clashes(rules.Holidays) {
			if !clash.Agree {
				rules.Holidays = rules.Holidays[:len(rules.Holidays)-1]
				break
			}
		}
	}
	return rules
}

// randomShifts returns one to three shifts in order; they may touch, and the last one may cross midnight.
func randomShifts(random *rand.Rand, grid []int) []worktime.Shift {
	times := make([]int, 0, 6)
	for _, i := range random.Perm(len(grid))[:2*(1+random.IntN(3))] {
		times = append(times, grid[i])
	}
	slices.Sort(times)
	var shifts []worktime.Shift
	for i := 0; i < len(times); i += 2 {
		shifts = append(shifts, worktime.Shift{From: times[i], Until: times[i+1]})
	}
	if len(shifts) > 1 && random.IntN(3) == 0 {
		shifts[1].From = shifts[0].Until
	}
	if last := &shifts[len(shifts)-1]; random.IntN(3) == 0 {
		if until := grid[random.IntN(len(grid)-1)]; until < last.From {
			last.Until = 24*60 + until
		}
	}
	if shifts[0].From >= 24*60 {
		panic(fmt.Sprint("no shift of a day: ", shifts))
	}
	return shifts
}
