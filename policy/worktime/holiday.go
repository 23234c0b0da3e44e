package worktime

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/servicerecovery/amends/policy/value"
)

// HolidayKind says how a holiday names its days. On a day that several kinds name, the
// one that stands first here decides.
type HolidayKind uint8

// The kinds of holidays.
const (
	OnDate   HolidayKind = iota // From
	OnRange                     // From to Until, both included
	OnEvery                     // Every, in each year that has it
	OnEaster                    // so many days after Easter, in each year
)

// The most days before and after Easter that a holiday may lie. Such a day always is in the year
// of its Easter.
const (
	MinEaster = -75
	MaxEaster = 100
)

// Holiday is a day, or days, with hours that differ from the week's.
type Holiday struct {
	Kind        HolidayKind
	From, Until value.Date
	Every       MonthDay
	Easter      int // days after Easter Sunday
	Orthodox    bool
	Hours       []Shift // none: closed
}

// fixedDay is a date, or a range of dates.
type fixedDay struct {
	from, until dayNumber // both included
	week        *week
}

// yearlyDay is a day of each year: one by its date, or one by Easter.
type yearlyDay struct {
	every    MonthDay
	byEaster bool
	easter   int
	orthodox bool
	week     *week
}

func (c *Calendar) addHolidays(holidays []Holiday) error {
	for _, clash := range Clashes(holidays) {
		if !clash.Agree {
			return fmt.Errorf("the holidays %s and %s have different hours on the same day", holidays[clash.First], holidays[clash.Second])
		}
	}
	var dates, ranges []fixedDay
	// The first mistake by day is told, so the order in which they are given does not matter.
	for _, h := range slices.SortedStableFunc(slices.Values(holidays), compareHolidays) {
		w, err := sameEachDay(h.Hours)
		if err == nil {
			err = h.check()
		}
		if err != nil {
			return fmt.Errorf("%s: %w", h, err)
		}
		switch h.Kind {
		case OnDate:
			dates = append(dates, fixedDay{numberOf(h.From), numberOf(h.From), w})
		case OnRange:
			ranges = append(ranges, fixedDay{numberOf(h.From), numberOf(h.Until), w})
		case OnEvery:
			c.yearly = append(c.yearly, yearlyDay{every: h.Every, week: w})
		case OnEaster:
			c.yearly = append(c.yearly, yearlyDay{byEaster: true, easter: h.Easter, orthodox: h.Orthodox, week: w})
		}
	}
	c.yearly = slices.CompactFunc(c.yearly, func(a, b yearlyDay) bool {
		a.week, b.week = nil, nil
		return a == b
	})
	var skipped []fixedDay
	for _, day := range skippedDays(c.zone) {
		skipped = append(skipped, fixedDay{day, day, closed})
	}
	c.fixed = over(skipped, over(dates, ranges))
	return nil
}

func (h Holiday) check() error {
	switch {
	case h.Kind <= OnRange && h.From.IsZero(), h.Kind == OnRange && h.Until.Compare(h.From) < 0:
		return fmt.Errorf("there is no such day")
	case h.Kind == OnEvery && !h.Every.valid():
		return fmt.Errorf("there is no such day of the year")
	case h.Kind == OnEaster && (h.Easter < MinEaster || h.Easter > MaxEaster):
		return fmt.Errorf("a holiday lies at most %d days before Easter and %d after it", -MinEaster, MaxEaster)
	}
	return nil
}

// String names the holiday's days as playbooks do.
func (h Holiday) String() string {
	switch h.Kind {
	case OnRange:
		return h.From.String() + " to " + h.Until.String()
	case OnEvery:
		return "every " + h.Every.String()
	case OnEaster:
		if h.Orthodox {
			return fmt.Sprintf("orthodox easter %+d", h.Easter)
		}
		return fmt.Sprintf("easter %+d", h.Easter)
	}
	return h.From.String()
}

// compareHolidays sorts by kind, then by day.
func compareHolidays(a, b Holiday) int {
	return cmp.Or(cmp.Compare(a.Kind, b.Kind), a.From.Compare(b.From), a.Until.Compare(b.Until), a.Every.compare(b.Every),
		cmp.Compare(boolRank(a.Orthodox), boolRank(b.Orthodox)), cmp.Compare(a.Easter, b.Easter))
}

func boolRank(b bool) int {
	if b {
		return 1
	}
	return 0
}

// over lays days above others, which hold where the upper ones do not. Each list may repeat a
// day; the first one then counts.
func over(upper, lower []fixedDay) []fixedDay {
	upper, lower = apart(upper), apart(lower)
	var out []fixedDay
	for _, low := range lower {
		from := low.from
		at, _ := slices.BinarySearchFunc(upper, low.from, func(d fixedDay, day dayNumber) int { return cmp.Compare(d.until, day) })
		for _, up := range upper[at:] {
			if up.from > low.until {
				break
			}
			if from < up.from {
				out = append(out, fixedDay{from, up.from - 1, low.week})
			}
			from = max(from, up.until+1)
		}
		if from <= low.until {
			out = append(out, fixedDay{from, low.until, low.week})
		}
	}
	out = append(out, upper...)
	slices.SortFunc(out, func(a, b fixedDay) int { return cmp.Compare(a.from, b.from) })
	return out
}

// apart cuts what begins within an earlier one. Where two cover a day they agree.
func apart(days []fixedDay) []fixedDay {
	sorted := slices.SortedStableFunc(slices.Values(days), func(a, b fixedDay) int { return cmp.Compare(a.from, b.from) })
	out := sorted[:0]
	for _, d := range sorted {
		if last := len(out) - 1; last >= 0 {
			d.from = max(d.from, out[last].until+1)
		}
		if d.from <= d.until {
			out = append(out, d)
		}
	}
	return out
}

// Clash is two holidays of one kind that name a day both.
type Clash struct {
	First, Second int // where they stand, the lower one first
	Agree         bool
}

// The years in which days of the two Easters are compared. What comes after is far from any promise.
const firstCompared, lastCompared = 1900, 2299

// Clashes returns the holidays of one kind that name the same day, once for each later one. Two days from
// Easter by different churches meet in some years only: they are returned when their hours differ.
func Clashes(holidays []Holiday) []Clash {
	order := make([]int, len(holidays))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return compareHolidays(holidays[i], holidays[j]) })
	var out []Clash
	reach := -1 // the range that reaches furthest so far
	for k, i := range order {
		h := &holidays[i]
		before := -1
		switch {
		case h.Kind == OnRange:
			if reach >= 0 && holidays[reach].Until.Compare(h.From) >= 0 {
				before = reach
			}
			if reach < 0 || holidays[reach].Until.Compare(h.Until) < 0 {
				reach = i
			}
		case k > 0 && compareHolidays(holidays[order[k-1]], *h) == 0:
			before = order[k-1]
		}
		if before >= 0 {
			out = append(out, newClash(holidays, before, i))
		}
	}
	out = append(out, easterClashes(holidays)...)
	slices.SortFunc(out, func(a, b Clash) int { return cmp.Or(cmp.Compare(a.Second, b.Second), cmp.Compare(a.First, b.First)) })
	return out
}

func newClash(holidays []Holiday, i, j int) Clash {
	return Clash{min(i, j), max(i, j), sameHours(holidays[i].Hours, holidays[j].Hours)}
}

func sameHours(a, b []Shift) bool {
	order := func(x, y Shift) int { return cmp.Or(cmp.Compare(x.From, y.From), cmp.Compare(x.Until, y.Until)) }
	return slices.Equal(slices.SortedFunc(slices.Values(a), order), slices.SortedFunc(slices.Values(b), order))
}

// easterClashes finds days of the two churches that meet and disagree.
func easterClashes(holidays []Holiday) []Clash {
	var western, orthodox []int
	for i, h := range holidays {
		switch {
		case h.Kind != OnEaster:
		case h.Orthodox:
			orthodox = append(orthodox, i)
		default:
			western = append(western, i)
		}
	}
	if len(western) == 0 || len(orthodox) == 0 {
		return nil
	}
	apart := map[int]bool{} // by how many days the orthodox Easter comes later
	for year := firstCompared; year <= lastCompared; year++ {
		apart[int(easterOf(year, true)-easterOf(year, false))] = true
	}
	var out []Clash
	for _, i := range western {
		for _, j := range orthodox {
			if c := newClash(holidays, i, j); !c.Agree && apart[holidays[i].Easter-holidays[j].Easter] {
				out = append(out, c)
			}
		}
	}
	return out
}
