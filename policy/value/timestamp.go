package value

import (
	"strings"
	"time"
)

const wantedTimestamp = "an RFC 3339 time with its zone, such as 2026-03-02T10:00:00Z or 2026-03-02T10:00:00+01:00"

// ParseTimestamp reads an RFC 3339 time, strictly: a capital T and Z, two digits for
// each part, the zone's offset present, up to nine decimals of a second kept. The
// result is in UTC, where its year is 1 to 9999. The error is a [*SyntaxError].
//
// Only errors have copies of the text, so that a caller with bytes need not make a string of them.
func ParseTimestamp(text string) (time.Time, error) {
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil || !isStrict(text) {
		return time.Time{}, &SyntaxError{Kind: "time", Text: strings.Clone(text), Wanted: wantedTimestamp}
	}
	t = t.UTC()
	if year := t.Year(); year < 1 || year > 9999 {
		return time.Time{}, &SyntaxError{Kind: "time", Text: strings.Clone(text), Found: "lies outside the years 0001 to 9999 in UTC"}
	}
	return t, nil
}

// Instant is a time as decisions know it: in UTC, exact to the microsecond, without the
// reading of a monotonic clock.
func Instant(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }

// FormatTimestamp writes a time in UTC as RFC 3339, with as few decimals of a
// second as possible.
func FormatTimestamp(t time.Time) string {
	var room [len(time.RFC3339Nano)]byte
	return string(AppendTimestamp(room[:0], t))
}

// AppendTimestamp appends what [FormatTimestamp] writes. Every decision has several times, most of them of
// a full second, and time.Format takes several times as long for these.
func AppendTimestamp(dst []byte, t time.Time) []byte {
	t = t.UTC()
	year, month, day := t.Date()
	if year < 0 || year > 9999 || t.Nanosecond() != 0 {
		return t.AppendFormat(dst, time.RFC3339Nano)
	}
	hour, minute, second := t.Clock()
	return append(dst,
		'0'+byte(year/1000), '0'+byte(year/100%10), '0'+byte(year/10%10), '0'+byte(year%10), '-',
		'0'+byte(month/10), '0'+byte(month%10), '-', '0'+byte(day/10), '0'+byte(day%10), 'T',
		'0'+byte(hour/10), '0'+byte(hour%10), ':', '0'+byte(minute/10), '0'+byte(minute%10), ':',
		'0'+byte(second/10), '0'+byte(second%10), 'Z')
}

// isStrict refuses what time.Parse takes in spite of RFC 3339: an hour of one digit, a
// comma before the decimals, and offsets of 24 hours.
func isStrict(text string) bool {
	const shape = "2006-01-02T15:04:05"
	if len(text) <= len(shape) || text[len("2006-01-02T15")] != ':' || text[len(shape)] == ',' {
		return false
	}
	if text[len(text)-1] == 'Z' {
		return true
	}
	offset := text[len(text)-len("07:00"):]
	return offset[:2] < "24" && offset[3:] < "60"
}
