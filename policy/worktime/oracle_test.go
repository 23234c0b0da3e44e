package worktime_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/servicerecovery/amends/policy/worktime"
)

// The oracle counts minutes one by one. It shares nothing with the package but the
// zone data: it looks at what the clocks on the wall show in each minute of a window of
// some weeks, marks the minutes in which the calendar is open, and counts.
type oracle struct {
	*window
	open   []bool
	paused []bool
	hours  func(day string) []worktime.Shift
	cutoff func(day string) int // minutes after midnight; 0: none
}

// window is some weeks in a zone.
type window struct {
	zone      *time.Location
	start     time.Time
	walls     []string       // what the clocks show in each minute, as "2026-03-02 10:00"
	days      []string       // the days that begin in the window, as "2026-03-02", in order
	earliest  map[string]int // the first minute in which the clocks show a wall time
	latest    map[string]int // the last one
	dayOfWall []string       // the day of each minute
}

const wallFormat = "2006-01-02 15:04"

func newWindow(start time.Time, days int, zone *time.Location) *window {
	w := &window{zone: zone, start: start, earliest: map[string]int{}, latest: map[string]int{}}
	for m := range days * 24 * 60 {
		wall := start.Add(time.Duration(m) * time.Minute).In(zone).Format(wallFormat)
		day := wall[:10]
		if m > 0 && day != w.dayOfWall[m-1] && !slices.Contains(w.days, day) {
			w.days = append(w.days, day)
		}
		if _, seen := w.earliest[wall]; !seen {
			w.earliest[wall] = m
		}
		w.latest[wall] = m
		w.walls = append(w.walls, wall)
		w.dayOfWall = append(w.dayOfWall, day)
	}
	return w
}

func newOracle(w *window, hours func(day string) []worktime.Shift, cutoff func(day string) int, pauses []worktime.Pause) *oracle {
	o := &oracle{window: w, hours: hours, cutoff: cutoff, open: make([]bool, len(w.walls)), paused: make([]bool, len(w.walls))}
	for _, day := range o.days {
		for _, shift := range hours(day) {
			closes := o.last(wallTime(day, shift.Until))
			for m := o.first(wallTime(day, shift.From)); m < closes; m++ {
				o.open[m] = true
			}
		}
	}
	for m := range o.paused {
		at := o.at(m)
		o.paused[m] = slices.ContainsFunc(pauses, func(p worktime.Pause) bool {
			return !at.Before(p.From) && (p.Until.IsZero() || at.Before(p.Until))
		})
	}
	return o
}

// wallTime writes a minute of a day as the clocks do.
func wallTime(day string, minute int) string {
	midnight, err := time.Parse(time.DateOnly, day)
	if err != nil {
		panic(err)
	}
	return midnight.Add(time.Duration(minute) * time.Minute).Format(wallFormat)
}

// first is the first minute in which the clocks show a wall time, last the last one. For
// one that is skipped both are the first minute after the gap.
func (o *oracle) first(wall string) int {
	if m, shown := o.earliest[wall]; shown {
		return m
	}
	return o.afterGap(wall)
}

func (o *oracle) last(wall string) int {
	if m, shown := o.latest[wall]; shown {
		return m
	}
	return o.afterGap(wall)
}

func (o *oracle) afterGap(wall string) int {
	for m := 1; m < len(o.walls); m++ {
		if o.walls[m-1] < wall && wall < o.walls[m] {
			return m
		}
	}
	return len(o.walls) // beyond the window
}

func (o *oracle) minute(t time.Time) int { return int(t.Sub(o.start) / time.Minute) }

func (o *oracle) at(minute int) time.Time { return o.start.Add(time.Duration(minute) * time.Minute) }

func (o *oracle) worked(from, to time.Time) time.Duration {
	count := 0
	for m := o.minute(from); m < o.minute(to); m++ {
		if o.open[m] {
			count++
		}
	}
	return time.Duration(count) * time.Minute
}

// add returns false when the end lies beyond the window.
func (o *oracle) add(base time.Time, d time.Duration) (time.Time, bool) {
	left := d
	for m := o.minute(base); m < len(o.open); m++ {
		if left == 0 {
			return o.at(m), true
		}
		if o.open[m] && !o.paused[m] {
			left -= time.Minute
		}
	}
	return time.Time{}, false
}

// addWorkingDays counts, from base's day on, the days that have hours, and then the minutes in which the
// clock runs, until there are as many as the calendar is open for by the closing of the last one.
func (o *oracle) addWorkingDays(base time.Time, n int) (time.Time, bool) {
	today, minute := o.dayFor(o.minute(base)), o.minute(base)
	if cutoff := o.cutoff(today); cutoff > 0 && (len(o.hours(today)) == 0 || minute > o.last(wallTime(today, cutoff))) {
		n++
	}
	closes := len(o.open)
	for _, day := range o.days {
		shifts := o.hours(day)
		if day <= today || len(shifts) == 0 {
			continue
		}
		if n--; n == 0 {
			closes = o.last(wallTime(day, shifts[len(shifts)-1].Until))
			break
		}
	}
	if closes >= len(o.open) {
		return time.Time{}, false
	}
	at, known := o.add(base, o.worked(base, o.at(closes)))
	if known && at.Before(o.at(closes)) {
		at = o.at(closes)
	}
	return at, known
}

// dayFor is the day on which the shift begins that is open in a minute, else that of the clocks.
func (o *oracle) dayFor(minute int) string {
	today := o.dayOfWall[minute]
	yesterday := wallTime(today, -1)[:10]
	for _, day := range []string{today, yesterday} {
		for _, shift := range o.hours(day) {
			if o.first(wallTime(day, shift.From)) <= minute && minute < o.last(wallTime(day, shift.Until)) {
				return day
			}
		}
	}
	return today
}

// ran counts the minutes in which the calendar is open and nothing is paused.
func (o *oracle) ran(from, to time.Time) time.Duration {
	count := 0
	for m := o.minute(from); m < o.minute(to); m++ {
		if o.open[m] && !o.paused[m] {
			count++
		}
	}
	return time.Duration(count) * time.Minute
}

func (o *oracle) notBefore(t time.Time) (time.Time, bool) {
	for m := o.minute(t); m < len(o.open); m++ {
		if o.open[m] {
			return o.at(m), true
		}
	}
	return time.Time{}, false
}

func (o *oracle) workdays(a, b string) int {
	count := 0
	for _, day := range o.days {
		if a < day && day <= b && len(o.hours(day)) > 0 {
			count++
		}
	}
	return count
}

// changes are windows in which clocks change, and one in which they do not.
var changes = []struct{ zone, start string }{
	{"UTC", "2026-02-20"},
	{"Europe/Madrid", "2026-03-15"},
	{"Europe/Madrid", "2026-10-12"},
	{"America/New_York", "2026-02-25"},
	{"America/New_York", "2026-10-20"},
	{"America/Sao_Paulo", "2018-10-25"},
	{"America/Sao_Paulo", "2018-02-07"},
	{"Asia/Beirut", "2026-03-15"},
	{"Asia/Beirut", "2026-10-12"},
	{"America/Havana", "2026-10-20"},
	{"Atlantic/Azores", "2026-10-12"},
	{"Australia/Lord_Howe", "2026-03-25"},
	{"Australia/Lord_Howe", "2026-09-22"},
	{"Pacific/Apia", "2011-12-17"},
	{"Pacific/Chatham", "2026-03-25"},
	{"America/Nuuk", "2026-10-12"},
	{"Africa/Casablanca", "2026-02-05"},
	{"Antarctica/Troll", "2026-03-15"},
	{"Europe/Madrid", "2040-12-20"},
	{"America/St_Johns", "2006-10-15"},
	{"Africa/Cairo", "2026-04-10"},
	{"America/Santiago", "2026-08-25"},
	{"Asia/Tehran", "2022-03-08"},
	{"Asia/Pyongyang", "2018-04-20"},
	{"Asia/Gaza", "2026-03-15"},
	{"America/Caracas", "2016-04-17"},
	{"Asia/Kolkata", "2026-12-10"},
	{"Asia/Kathmandu", "2027-03-20"},
	{"Europe/London", "2026-03-15"},
}

// scenario is a random calendar with random pauses, both as the package and as the
// oracle see it.
type scenario struct {
	name  string
	clock worktime.Clock
	*oracle
}

const windowDays = 34

func randomScenario(t *testing.T, random *rand.Rand, w *window) scenario {
	t.Helper()
	// Hours are drawn from the small ones too, since that is when clocks change.
	rules := randomRules(random, w.zone, w.start, windowDays)
	calendar, err := worktime.New(rules)
	if err != nil {
		t.Fatalf("%v: %+v", err, rules)
	}
	var pauses []worktime.Pause
	for range random.IntN(4) {
		from := w.start.Add(time.Duration(random.IntN(20*24*60)) * time.Minute)
		pauses = append(pauses, worktime.Pause{From: from, Until: from.Add(time.Duration(random.IntN(3*24*60)-60) * time.Minute)})
	}
	if random.IntN(8) == 0 {
		pauses = append(pauses, worktime.Pause{From: w.start.Add(time.Duration(random.IntN(30*24*60)) * time.Minute)})
	}
	plain := plainRules{rules}
	return scenario{
		name:   fmt.Sprintf("%s from %s, %s, pauses %v", w.zone, w.start, calendar.AppendJSON(nil), pauses),
		clock:  worktime.Clock{Calendar: calendar, Pauses: pauses, Zone: w.zone},
		oracle: newOracle(w, plain.hours, plain.cutoff, pauses),
	}
}

// TestAgainstOracle compares every answer with the count of minutes.
func TestAgainstOracle(t *testing.T) {
	rounds, tries := 4, 40
	if testing.Short() {
		rounds, tries = 1, 10
	}
	random := rand.New(rand.NewPCG(1, 2))
	for i, change := range changes {
		if testing.Short() && i%3 != 0 {
			continue
		}
		w := newWindow(instant(t, change.start+"T00:00:00Z"), windowDays, zone(t, change.zone))
		compared := 0
		for range rounds {
			s := randomScenario(t, random, w)
			for range tries {
				// Two days in, so that what the window cuts off at its start does not matter.
				compared += s.compare(t, random, w.start.Add(time.Duration(2*24*60+random.IntN(20*24*60))*time.Minute))
			}
			if t.Failed() {
				t.Fatal(s.name)
			}
		}
		if least := rounds * tries; compared < least {
			t.Errorf("%s: only %d of at least %d answers could be compared", change.zone, compared, least)
		}
	}
}

// compare asks everything once, and returns how many answers the oracle knew.
func (s scenario) compare(t *testing.T, random *rand.Rand, base time.Time) (compared int) {
	t.Helper()
	check := func(question string, got time.Time, err error, want time.Time, known bool) {
		t.Helper()
		if !known {
			// Beyond the window, or never since still paused.
			if err == nil && got.Before(s.at(len(s.open))) || err != nil && !errors.Is(err, worktime.ErrPaused) {
				t.Errorf("%s after %s is %v, %v, the oracle finds nothing", question, base, got, err)
			}
			return
		}
		compared++
		if err != nil || !got.Equal(want) {
			t.Errorf("%s after %s is %v, %v; want %v", question, base, got, err, want)
		}
	}

	d := time.Duration(random.IntN(60*60)) * time.Minute
	got, err := s.clock.Add(base, d)
	want, known := s.add(base, d)
	check(d.String(), got, err, want, known)

	n := 1 + random.IntN(8)
	got, err = s.clock.AddWorkingDays(base, n)
	want, known = s.addWorkingDays(base, n)
	check(fmt.Sprint(n, " working days"), got, err, want, known)

	at := base.Add(time.Duration(random.IntN(9*24*60)) * time.Minute)
	if got, want := s.clock.Ran(base, at), s.ran(base, at); got != want {
		t.Errorf("ran from %s to %s: %v; want %v", base, at, got, want)
	}
	if got, want := s.clock.Calendar.Open(at), s.open[s.minute(at)]; got != want {
		t.Errorf("open at %s: %v", at, got)
	}

	got, err = s.clock.NotBefore(base)
	want, known = s.notBefore(base)
	check("the next opening", got, err, want, known)

	to := base.Add(time.Duration(random.IntN(9*24*60)) * time.Minute)
	if got, want := s.clock.Calendar.Worked(base, to), s.worked(base, to); got != want {
		t.Errorf("worked from %s to %s: %v; want %v", base, to, got, want)
	}
	a, b := s.dayOfWall[s.minute(base)], s.dayOfWall[s.minute(to)]
	if got, want := s.clock.Calendar.Workdays(date(t, a), date(t, b)), s.workdays(a, b); got != want {
		t.Errorf("working days from %s to %s: %d; want %d", a, b, got, want)
	}
	if got, want := s.clock.PausedAt(base), s.paused[s.minute(base)]; got != want {
		t.Errorf("paused at %s: %v", base, got)
	}
	return compared
}
