package value_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/policy/worktime"
)

var zonesOfMonths = []string{
	"Europe/Madrid", "America/New_York", "America/Sao_Paulo", "Asia/Kolkata", "Asia/Kathmandu", "Australia/Lord_Howe", "Africa/Cairo", "Pacific/Apia",
	"Europe/Dublin", "America/St_Johns",
}

// slowMonths moves a date one month at a time, by looking for the month in a calendar of days.
func slowMonths(d value.Date, n int) (value.Date, bool) {
	year, month := d.Year(), int(d.Month())
	for ; n > 0; n-- {
		if month++; month > 12 {
			year, month = year+1, 1
		}
	}
	for ; n < 0; n++ {
		if month--; month < 1 {
			year, month = year-1, 12
		}
	}
	for day := d.Day(); day > 0; day-- {
		if moved, err := value.NewDate(year, time.Month(month), day); err == nil {
			return moved, true
		}
	}
	return value.Date{}, false
}

func TestAddMonths(t *testing.T) {
	r := rand.New(rand.NewPCG(71, 72))
	dates := []value.Date{}
	for _, text := range []string{"0001-01-01", "0001-01-31", "9999-12-31", "2024-02-29", "2023-02-28", "2000-02-29", "1900-02-28", "2026-01-31", "2026-12-31", "2026-03-30"} {
		d, err := value.ParseDate(text)
		if err != nil {
			t.Fatal(err)
		}
		dates = append(dates, d)
	}
	for range 300 {
		d, err := value.NewDate(1+r.IntN(9999), time.Month(1+r.IntN(12)), 1+r.IntN(28))
		if err != nil {
			t.Fatal(err)
		}
		d, err = d.AddDays(r.IntN(4))
		if err == nil {
			dates = append(dates, d)
		}
	}
	for _, d := range dates {
		for _, n := range []int{0, 1, -1, 6, 11, 12, -12, 13, 48, -1200, 1200, r.IntN(2000) - 1000} {
			want, ok := slowMonths(d, n)
			got, err := d.AddMonths(n)
			if (err == nil) != ok || got != want {
				t.Fatalf("%s plus %d months is %s, %v; want %s", d, n, got, err, want)
			}
		}
		for _, n := range []int{value.MostMonths, -value.MostMonths, 1 << 30, -1 << 30} {
			if got, err := d.AddMonths(n); err == nil {
				t.Errorf("%s plus %d months is %s", d, n, got)
			}
		}
		other := dates[r.IntN(len(dates))]
		n := d.MonthsUntil(other)
		if reached, ok := slowMonths(d, n); ok && reached.Compare(other) > 0 {
			t.Errorf("%s plus %d months is %s, after %s", d, n, reached, other)
		}
		if reached, ok := slowMonths(d, n+1); ok && reached.Compare(other) <= 0 {
			t.Errorf("%d is not the largest: %s plus one more is %s, not after %s", n, d, reached, other)
		}
		if negative := other.Compare(d) < 0; negative != (n < 0) {
			t.Errorf("from %s to %s are %d months", d, other, n)
		}
	}
}

// shown looks for the first minute of a day from which on the clocks show a time or a later one.
func shown(zone *time.Location, date value.Date, local time.Time) time.Time {
	want := time.Date(date.Year(), date.Month(), date.Day(), local.Hour(), local.Minute(), 0, 0, time.UTC)
	at := want.Add(-26 * time.Hour)
	for ; ; at = at.Add(time.Minute) {
		l := at.In(zone)
		if wall := time.Date(l.Year(), l.Month(), l.Day(), l.Hour(), l.Minute(), 0, 0, time.UTC); !wall.Before(want) {
			return at
		}
	}
}

// TestAddMonthsOfInstants compares with a clock that is watched minute by minute, in zones with all
// kinds of changes of clocks.
func TestAddMonthsOfInstants(t *testing.T) {
	r := rand.New(rand.NewPCG(73, 74))
	rounds := 60
	if testing.Short() {
		rounds = 12
	}
	for _, name := range zonesOfMonths {
		zone, err := worktime.LoadZone(name)
		if err != nil {
			t.Fatal(err)
		}
		changes := []time.Time{time.Date(2011, 12, 30, 10, 0, 0, 0, time.UTC)} // Apia had no such day
		for at := time.Date(2009, 1, 1, 0, 0, 0, 0, time.UTC); at.Year() < 2027; {
			_, _, end := value.Offset(at, zone)
			if end.IsZero() {
				break
			}
			changes, at = append(changes, end), end
		}
		for range rounds {
			n := r.IntN(30) - 15
			change := changes[r.IntN(len(changes))].Add(time.Duration(r.IntN(360)-180) * time.Minute).Truncate(time.Minute)
			t0 := change.AddDate(0, -n, 0)
			local := t0.In(zone)
			date, ok := slowMonths(value.DateOf(local), n)
			if !ok {
				t.Fatal("beyond all years")
			}
			want := shown(zone, date, local)
			got, err := value.AddMonths(t0, n, zone)
			if err != nil || !got.Equal(want) {
				t.Fatalf("%s: %s plus %d months is %s, %v; want %s", name, local, n, got.In(zone), err, want.In(zone))
			}
			b := change.Add(time.Duration(r.IntN(120)-60) * time.Minute)
			m := value.MonthsBetween(t0, b, zone)
			reached, _ := value.AddMonths(t0, m, zone)
			next, _ := value.AddMonths(t0, m+1, zone)
			if reached.After(b) || !next.After(b) {
				t.Errorf("%s: %d months from %s to %s: %s, and %s", name, m, local, b.In(zone), reached.In(zone), next.In(zone))
			}
		}
	}
}

func TestAddMonthsAtTheEnds(t *testing.T) {
	madrid, err := worktime.LoadZone("Europe/Madrid")
	if err != nil {
		t.Fatal(err)
	}
	first, last := time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(9999, 12, 31, 23, 59, 59, 999_999_999, time.UTC)
	for _, c := range []struct {
		t time.Time
		n int
	}{{first, -1}, {last, 0}, {last, 1}, {first, 1 << 30}, {last.Add(-2 * time.Hour), 1}} {
		if got, err := value.AddMonths(c.t, c.n, madrid); err == nil {
			t.Errorf("%s plus %d months is %s", c.t, c.n, got)
		}
	}
	if n := value.MonthsBetween(first, last, madrid); n != 119988 {
		t.Errorf("all years have %d months", n)
	}
	if n := value.MonthsBetween(last, first, madrid); n != -119988 && n != -119989 {
		t.Errorf("all years have %d months turned round", n)
	}
}
