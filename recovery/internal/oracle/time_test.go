package oracle

import (
	"fmt"
	"sync"
	"time"
)

// oCalendar is a calendar as written. hours and holidays are given twice, as
// YAML and as what they mean, for there are only a few of them (see oCalendars).
type oCalendar struct {
	name, zone string
	yaml       string
	week       map[time.Weekday][][2]int // minutes of the day
	holidays   map[string][][2]int
	kind       int // index in oCalendars
}

// The minutes that the oracle counts lie in between.
var (
	minutesFrom  = time.Date(2025, 12, 1, 0, 0, 0, 0, time.UTC)
	minutesUntil = time.Date(2027, 5, 1, 0, 0, 0, 0, time.UTC)
)

// oMinutes says of every minute whether a calendar is open in it.
type oMinutes struct {
	cal  *oCalendar
	zone *time.Location
	open []bool
}

var (
	minutesLock sync.Mutex
	minutesMade = map[string]*oMinutes{}
)

func minutesOf(c *oCalendar, zone string) *oMinutes {
	minutesLock.Lock()
	defer minutesLock.Unlock()
	key := fmt.Sprint(c.kind, zone)
	m := minutesMade[key]
	if m == nil {
		m = &oMinutes{cal: c, zone: zoneOf(zone), open: make([]bool, int(minutesUntil.Sub(minutesFrom)/time.Minute))}
		for day := minutesFrom.AddDate(0, 0, -1); day.Before(minutesUntil); day = day.AddDate(0, 0, 1) {
			for _, span := range m.hours(day.Format(time.DateOnly)) {
				open, _ := wallInstants(day, span[0], m.zone)
				_, end := wallInstants(day, span[1], m.zone)
				for t := open; t.Before(end); t = t.Add(time.Minute) {
					if i := index(t); i >= 0 && i < len(m.open) {
						m.open[i] = true
					}
				}
			}
		}
		minutesMade[key] = m
	}
	return m
}

// hours of a date; none when it is no working day.
func (m *oMinutes) hours(day string) [][2]int {
	if hours, ok := m.cal.holidays[day]; ok {
		return hours
	}
	d, _ := time.Parse(time.DateOnly, day)
	return m.cal.week[d.Weekday()]
}

// wallInstants are the first and the last instant at which the clocks of a zone
// show a minute of a day, or, where they skip it, the instant after the gap:
// found by looking at all that it can be, one after the other.
func wallInstants(day time.Time, minute int, zone *time.Location) (first, last time.Time) {
	wall := time.Date(day.Year(), day.Month(), day.Day(), 0, minute, 0, 0, time.UTC)
	shown := func(t time.Time) time.Time {
		_, offset := t.In(zone).Zone()
		return t.Add(time.Duration(offset) * time.Second)
	}
	_, offset := wall.In(zone).Zone() // near enough: no clock is moved by more than an hour
	near := wall.Add(-time.Duration(offset) * time.Second)
	for t := near.Add(-3 * time.Hour); t.Before(near.Add(3 * time.Hour)); t = t.Add(time.Minute) {
		if first.IsZero() && !shown(t).Before(wall) {
			first, last = t, t
		}
		if shown(t).Equal(wall) {
			last = t
		}
	}
	return first, last
}

func index(t time.Time) int { return int(t.Sub(minutesFrom) / time.Minute) }

func hm(spans ...int) (out [][2]int) {
	for i := 0; i < len(spans); i += 2 {
		out = append(out, [2]int{spans[i], spans[i+1]})
	}
	return out
}

func days(hours [][2]int, days ...time.Weekday) map[time.Weekday][][2]int {
	week := map[time.Weekday][][2]int{}
	for _, d := range days {
		week[d] = hours
	}
	return week
}

// oCalendars are the calendars that sets are made with: split shifts, short
// days, days that end at 24:00, hours in which clocks change.
var oCalendars = []oCalendar{
	{yaml: `hours: {mon-fri: "09:00-17:00"}`,
		week: days(hm(540, 1020), 1, 2, 3, 4, 5)},
	{yaml: `hours: {mon-thu: ["09:00-14:00", "16:00-19:00"]}, holidays: [2026-03-05, {date: 2026-03-07, hours: "10:00-12:00"}]`,
		week: days(hm(540, 840, 960, 1140), 1, 2, 3, 4), holidays: map[string][][2]int{"2026-03-05": {}, "2026-03-07": hm(600, 720)}},
	{yaml: `hours: {sat-mon: ["00:00-06:00", "20:00-24:00"], wed: "12:00-13:30"}, zone: America/New_York`, zone: "America/New_York",
		week: map[time.Weekday][][2]int{6: hm(0, 360, 1200, 1440), 0: hm(0, 360, 1200, 1440), 1: hm(0, 360, 1200, 1440), 3: hm(720, 810)}},
	{yaml: `hours: {sun-sat: "00:00-24:00"}, zone: Europe/Madrid`, zone: "Europe/Madrid",
		week: days(hm(0, 1440), 0, 1, 2, 3, 4, 5, 6)},
	{yaml: `hours: {sun-sat: "02:15-02:45"}, zone: Europe/Madrid`, zone: "Europe/Madrid",
		week: days(hm(135, 165), 0, 1, 2, 3, 4, 5, 6)},
	{yaml: `hours: {mon-sat: "21:00-06:00"}, holidays: [2026-03-04, 2026-10-25, {date: 2026-03-28, hours: "18:00-03:30"}], zone: Europe/Madrid`, zone: "Europe/Madrid",
		week: days(hm(1260, 1800), 1, 2, 3, 4, 5, 6), holidays: map[string][][2]int{"2026-03-04": {}, "2026-10-25": {}, "2026-03-28": hm(1080, 1650)}},
	{yaml: `hours: {tue-fri: ["08:00-12:00", "12:00-18:30"]}, holidays: [2026-03-31, 2026-10-27], zone: Asia/Kolkata`, zone: "Asia/Kolkata",
		week: days(hm(480, 720, 720, 1110), 2, 3, 4, 5), holidays: map[string][][2]int{"2026-03-31": {}, "2026-10-27": {}}},
}
