package value

import (
	"cmp"
	"errors"
	"fmt"
	"time"
)

// Date is a day of the Gregorian calendar, without a time or a zone. Dates are ==
// when they are the same day. The zero Date is no day; see [Date.IsZero].
type Date struct {
	year  int16
	month uint8
	day   uint8
}

const wantedDate = "year, month and day as in 2026-06-30"

// NewDate returns a day of the years 1 to 9999. The error says what does not exist.
func NewDate(year int, month time.Month, day int) (Date, error) {
	if year < 1 || year > 9999 || month < 1 || month > 12 || day < 1 || day > daysIn(year, month) {
		return Date{}, &SyntaxError{Kind: "date", Text: fmt.Sprintf("%d-%02d-%02d", year, month, day), Wanted: wantedDate}
	}
	return Date{int16(year), uint8(month), uint8(day)}, nil
}

// ParseDate reads exactly "2026-06-30": four, two and two digits, a day that exists,
// in the years 0001 to 9999. The error is a [*SyntaxError].
func ParseDate(text string) (Date, error) {
	syntax := &SyntaxError{Kind: "date", Text: text, Wanted: wantedDate}
	if len(text) != len("2026-06-30") || text[4] != '-' || text[7] != '-' ||
		!isDigits(text[:4]) || !isDigits(text[5:7]) || !isDigits(text[8:]) {
		return Date{}, syntax
	}
	year, month, day := number(text[:4]), time.Month(number(text[5:7])), number(text[8:])
	if year < 1 || month < 1 || month > 12 || day < 1 {
		return Date{}, syntax
	}
	if last := daysIn(year, month); day > last {
		syntax.Found, syntax.Wanted = fmt.Sprintf("is no date, %s of %d has %d days", month, year, last), ""
		return Date{}, syntax
	}
	return Date{int16(year), uint8(month), uint8(day)}, nil
}

// number reads a few digits.
func number(digits string) int {
	n := 0
	for i := range len(digits) {
		n = n*10 + int(digits[i]-'0')
	}
	return n
}

func daysIn(year int, month time.Month) int {
	return time.Date(year, month+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

// DateOf returns the day that t falls on in its own location.
func DateOf(t time.Time) Date {
	year, month, day := t.Date()
	return Date{int16(year), uint8(month), uint8(day)}
}

// IsZero reports whether d is the zero Date, that is, no day.
func (d Date) IsZero() bool { return d == Date{} }

// Year, Month and Day return the parts of the date.
func (d Date) Year() int { return int(d.year) }

// Month returns the month.
func (d Date) Month() time.Month { return time.Month(d.month) }

// Day returns the day of the month.
func (d Date) Day() int { return int(d.day) }

// Weekday returns the day of the week.
func (d Date) Weekday() time.Weekday { return d.utc().Weekday() }

// utc returns the midnight that begins the day in UTC, where every day has 24 hours:
// the place to count days in.
func (d Date) utc() time.Time {
	return time.Date(int(d.year), time.Month(d.month), int(d.day), 0, 0, 0, 0, time.UTC)
}

const secondsPerDay = 24 * 60 * 60

// AddDays returns the date so many days later, or earlier where days is negative.
// The error says that the result is outside the years 0001 to 9999.
func (d Date) AddDays(days int) (Date, error) {
	const most = 9999 * 366 // more days than there are; keeps the sum below from overflowing
	if days >= -most && days <= most {
		if t := d.utc().AddDate(0, 0, days); t.Year() >= 1 && t.Year() <= 9999 {
			return DateOf(t), nil
		}
	}
	return Date{}, fmt.Errorf("%s plus %d days lies outside the years 0001 to 9999: %w", d, days, ErrOverflow)
}

// Sub returns the number of days from other to d: negative when d is the earlier.
func (d Date) Sub(other Date) int {
	// Seconds, since a Duration ends at 292 years.
	return int((d.utc().Unix() - other.utc().Unix()) / secondsPerDay)
}

// Compare returns -1, 0 or +1 as d is before, the same as or after other.
func (d Date) Compare(other Date) int {
	return cmp.Or(cmp.Compare(d.year, other.year), cmp.Compare(d.month, other.month), cmp.Compare(d.day, other.day))
}

// In returns the instant at which the day begins in a zone. Where midnight is skipped
// by daylight saving, that is the instant after the gap; where it occurs twice, the first.
func (d Date) In(zone *time.Location) time.Time {
	first, _ := Instants(d.utc(), zone)
	return first
}

// String writes the date as [ParseDate] reads it.
func (d Date) String() string {
	if d.year < 0 || d.year > 9999 { // of a time at the ends of the calendar, in some zones
		return fmt.Sprintf("%04d-%02d-%02d", d.year, d.month, d.day)
	}
	digit := func(n int) byte { return '0' + byte(n%10) }
	year, month, day := int(d.year), int(d.month), int(d.day)
	return string([]byte{digit(year / 1000), digit(year / 100), digit(year / 10), digit(year), '-',
		digit(month / 10), digit(month), '-', digit(day / 10), digit(day)})
}

// MarshalText writes what String does. The zero Date is an error.
func (d Date) MarshalText() ([]byte, error) {
	if d.IsZero() {
		return nil, errors.New("a date that is not set has no text")
	}
	return []byte(d.String()), nil
}

// UnmarshalText reads what [ParseDate] does.
func (d *Date) UnmarshalText(text []byte) error {
	read, err := ParseDate(string(text))
	if err == nil {
		*d = read
	}
	return err
}
