package worktime_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/policy/worktime"
)

// The oracle counts minutes one by one. It shares nothing with the package but the
// zone data: it looks at what the clocks on the wall show in each minute of a window of
// some weeks, marks the minutes in which the calendar is open, and counts.
type oracle struct {
	start  time.Time
	walls  []string // what the clocks show in each minute, as "2026-03-02 10:00"
	open   []bool
	paused []bool
	days   []string // the days that begin in the window, as "2026-03-02", in order
	hours  func(day string) []worktime.Shift
}

const wallFormat = "2006-01-02 15:04"

func newOracle(start time.Time, days int, zone *time.Location, hours func(day string) []worktime.Shift, pauses []worktime.Pause) *oracle {
	o := &oracle{start: start, hours: hours}
	for m := range days * 24 * 60 {
		at := start.Add(time.Duration(m) * time.Minute)
		wall := at.In(zone).Format(wallFormat)
		if m > 0 && wall[:10] != o.walls[m-1][:10] && !slices.Contains(o.days, wall[:10]) {
			o.days = append(o.days, wall[:10])
		}
		o.walls = append(o.walls, wall)
		o.paused = append(o.paused, slices.ContainsFunc(pauses, func(p worktime.Pause) bool {
			return !at.Before(p.From) && (p.Until.IsZero() || at.Before(p.Until))
		}))
	}
	o.open = make([]bool, len(o.walls))
	for _, day := range o.days {
		for _, shift := range hours(day) {
			for m := o.first(wallTime(day, shift.From)); m < o.last(wallTime(day, shift.Until)); m++ {
				o.open[m] = true
			}
		}
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
	if m := slices.Index(o.walls, wall); m >= 0 {
		return m
	}
	return o.afterGap(wall)
}

func (o *oracle) last(wall string) int {
	for m := len(o.walls) - 1; m >= 0; m-- {
		if o.walls[m] == wall {
			return m
		}
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

func (o *oracle) addWorkingDays(base time.Time, n int) (time.Time, bool) {
	today := o.walls[o.minute(base)][:10]
	for _, day := range o.days {
		shifts := o.hours(day)
		if day <= today || len(shifts) == 0 || o.pausedOn(day) {
			continue
		}
		if n--; n == 0 {
			closes := o.last(wallTime(day, shifts[len(shifts)-1].Until))
			return o.at(closes), closes < len(o.open)
		}
	}
	return time.Time{}, false
}

func (o *oracle) pausedOn(day string) bool {
	for m, wall := range o.walls {
		if o.paused[m] && strings.HasPrefix(wall, day) {
			return true
		}
	}
	return false
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
}

// scenario is a random calendar with random pauses, both as the package and as the
// oracle see them.
type scenario struct {
	name  string
	clock worktime.Clock
	*oracle
}

const windowDays = 34

func randomScenario(t *testing.T, random *rand.Rand, window int) scenario {
	t.Helper()
	change := changes[window%len(changes)]
	loc, start := zone(t, change.zone), instant(t, change.start+"T00:00:00Z")
	// Hours are drawn from the small ones too, since that is when clocks change.
	grid := []int{0, 15, 30, 60, 90, 120, 135, 150, 180, 240, 420, 540, 840, 960, 1140, 1380, 1410, 1440}
	var week [7][]worktime.Shift
	for day := range week {
		if random.IntN(4) > 0 {
			week[day] = randomShifts(random, grid)
		}
	}
	week[random.IntN(7)] = randomShifts(random, grid)
	holidays := map[value.Date][]worktime.Shift{}
	for range random.IntN(6) {
		holiday := value.DateOf(start.AddDate(0, 0, random.IntN(windowDays)))
		holidays[holiday] = nil
		if random.IntN(2) == 0 {
			holidays[holiday] = randomShifts(random, grid)
		}
	}
	calendar, err := worktime.New(loc, week, holidays)
	if err != nil {
		t.Fatal(err)
	}
	var pauses []worktime.Pause
	for range random.IntN(4) {
		from := start.Add(time.Duration(random.IntN(20*24*60)) * time.Minute)
		pauses = append(pauses, worktime.Pause{From: from, Until: from.Add(time.Duration(random.IntN(3*24*60)-60) * time.Minute)})
	}
	if random.IntN(8) == 0 {
		pauses = append(pauses, worktime.Pause{From: start.Add(time.Duration(random.IntN(30*24*60)) * time.Minute)})
	}
	hours := func(day string) []worktime.Shift {
		if shifts, special := holidays[date(t, day)]; special {
			return shifts
		}
		return week[date(t, day).Weekday()]
	}
	return scenario{
		name:   fmt.Sprintf("%s from %s, week %v, holidays %v, pauses %v", change.zone, change.start, week, holidays, pauses),
		clock:  worktime.Clock{Calendar: calendar, Pauses: pauses},
		oracle: newOracle(start, windowDays, loc, hours, pauses),
	}
}

// randomShifts returns one to three shifts in order; they may touch.
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
	return shifts
}

// TestAgainstOracle compares every answer with the count of minutes.
func TestAgainstOracle(t *testing.T) {
	rounds := 20 * len(changes)
	if testing.Short() {
		rounds = 2 * len(changes)
	}
	random := rand.New(rand.NewPCG(1, 2))
	compared := 0
	for round := range rounds {
		s := randomScenario(t, random, round)
		for range 40 {
			// Two days in, so that what the window cuts off at its start does not matter.
			base := s.start.Add(time.Duration(2*24*60+random.IntN(20*24*60)) * time.Minute)
			compared += s.compare(t, random, base)
		}
		if t.Failed() {
			t.Fatal(s.name)
		}
	}
	if least := rounds * 40 * 3; compared < least {
		t.Errorf("only %d of at least %d answers could be compared", compared, least)
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

	got, err = s.clock.NotBefore(base)
	want, known = s.notBefore(base)
	check("the next opening", got, err, want, known)

	to := base.Add(time.Duration(random.IntN(9*24*60)) * time.Minute)
	if got, want := s.clock.Calendar.Worked(base, to), s.worked(base, to); got != want {
		t.Errorf("worked from %s to %s: %v; want %v", base, to, got, want)
	}
	a, b := s.walls[s.minute(base)][:10], s.walls[s.minute(to)][:10]
	if got, want := s.clock.Calendar.Workdays(date(t, a), date(t, b)), s.workdays(a, b); got != want {
		t.Errorf("working days from %s to %s: %d; want %d", a, b, got, want)
	}
	if got, want := s.clock.PausedAt(base), s.paused[s.minute(base)]; got != want {
		t.Errorf("paused at %s: %v", base, got)
	}
	return compared
}
