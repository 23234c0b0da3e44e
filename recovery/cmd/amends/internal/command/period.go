package command

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/servicerecovery/amends/playbook/unseen"
	"github.com/servicerecovery/amends/policy/value"
)

// Period is a flag that bounds what is counted by a time: a full time, or a day, a month, a quarter
// or a year. When these begin and end depends on a zone.
type Period struct {
	text        string
	at          time.Time // of a full time
	year, month int       // of the first day; a year of 0: none was given
	day         int
	months      int // how long it is; 0: a day
}

func (p *Period) String() string { return p.text }

// IsSet reports whether the flag was given.
func (p *Period) IsSet() bool { return p.text != "" }

const periodForms = "it is a day (2026-03-01), a month (2026-01), a quarter (2026-Q1), a year (2026) or a time (2026-03-01T09:00:00Z)"

// Set reads the flag.
func (p *Period) Set(s string) error {
	*p = Period{text: s}
	if at, err := value.ParseTimestamp(s); err == nil {
		p.at = at
		return nil
	}
	if d, err := value.ParseDate(s); err == nil {
		p.year, p.month, p.day = d.Year(), int(d.Month()), d.Day()
		return nil
	}
	if strings.Contains(s, "T") {
		if _, err := value.ParseTimestamp(s); err != nil {
			return fmt.Errorf("%w; %s", err, periodForms)
		}
	}
	year, rest, parts := strings.Cut(s, "-")
	y, ok := digits(year, 4)
	if !ok || y < 1 {
		return fmt.Errorf("%s", periodForms)
	}
	p.year, p.month, p.day, p.months = y, 1, 1, 12
	if !parts {
		return nil
	}
	if q, ok := strings.CutPrefix(strings.ToUpper(rest), "Q"); ok {
		n, ok := digits(q, 1)
		if !ok || n < 1 || n > 4 {
			return fmt.Errorf("a year has the quarters Q1 to Q4, found %s", unseen.Quote(rest))
		}
		p.month, p.months = 3*n-2, 3
		return nil
	}
	m, ok := digits(rest, 2)
	switch {
	case !ok:
		if _, err := value.ParseDate(s); err != nil && strings.Count(s, "-") == 2 {
			return fmt.Errorf("%w; %s", err, periodForms)
		}
		return fmt.Errorf("%s", periodForms)
	case m < 1 || m > 12:
		return fmt.Errorf("a year has the months 01 to 12, found %s", unseen.Quote(rest))
	}
	p.month, p.months = m, 1
	return nil
}

// digits reads a number of so many digits.
func digits(text string, n int) (int, bool) {
	if len(text) != n || strings.Trim(text, "0123456789") != "" {
		return 0, false
	}
	number, err := strconv.Atoi(text)
	return number, err == nil
}

// Zoned reports whether the bound depends on a zone.
func (p *Period) Zoned() bool { return p.year != 0 }

// Start is when it begins; zero where the flag was not given.
func (p *Period) Start(zone *time.Location) time.Time {
	if p.year == 0 {
		return p.at
	}
	return startOfDay(p.year, p.month, p.day, zone)
}

// End is when it ends: the first instant that is not in it. A full time is its own end.
func (p *Period) End(zone *time.Location) time.Time {
	switch {
	case p.year == 0:
		return p.at
	case p.months == 0:
		return startOfDay(p.year, p.month, p.day+1, zone)
	}
	return startOfDay(p.year, p.month+p.months, 1, zone)
}

// Months is how many months the period has; 0: it is a day or a time.
func (p *Period) Months() int { return p.months }

// startOfDay is the first instant of a day, also where midnight is skipped.
func startOfDay(year, month, day int, zone *time.Location) time.Time {
	first := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
	d, err := value.NewDate(first.Year(), first.Month(), first.Day())
	if err != nil {
		return first // behind the last day of the calendar
	}
	return d.In(zone)
}
