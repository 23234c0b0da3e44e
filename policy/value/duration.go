package value

import (
	"bytes"
	"math"
	"strconv"
	"strings"
	"time"
)

// Days and weeks of a duration are fixed lengths, not days of a calendar.
const (
	day  = 24 * time.Hour
	week = 7 * day
)

const (
	wantedDuration    = "whole numbers of w, d, h, m and s, the largest first, such as 90m, 36h or 1d12h30m"
	wantedAnyDuration = "whole numbers of w, d, h, m and s, the largest first, such as 1d12h30m, or as Go does, such as 1h30m0.5s"
)

// ParseDuration reads a duration as playbooks write it: whole numbers of w (7 d),
// d (24 h), h, m and s, each unit at most once, the largest first, as in "90m", "36h" or
// "1d12h30m". A leading minus sign negates. The error is a [*SyntaxError], also for one
// that is longer than the 292 years that a time.Duration holds.
func ParseDuration(text string) (time.Duration, error) {
	d, _, err := parseLiteral(text)
	return d, err
}

// parseLiteral also tells whether d or w was written.
func parseLiteral(text string) (d time.Duration, days bool, err error) {
	syntax := &SyntaxError{Kind: "duration", Text: text, Wanted: wantedDuration}
	rest, negative := strings.CutPrefix(text, "-")
	if rest == "" {
		return 0, false, syntax
	}
	for smallest := time.Duration(math.MaxInt64); rest != ""; {
		digits := leadingDigits(rest)
		if digits == "" || len(digits) == len(rest) {
			return 0, false, syntax
		}
		unit := literalUnit(rest[len(digits)])
		if unit == 0 || unit >= smallest {
			return 0, false, syntax
		}
		n, parseErr := strconv.ParseInt(digits, 10, 64)
		if parseErr != nil || n > int64((math.MaxInt64-d)/unit) {
			return 0, false, &SyntaxError{Kind: "duration", Text: text, Found: "is longer than the 292 years that a duration can hold"}
		}
		d += time.Duration(n) * unit
		days = days || unit >= day
		smallest, rest = unit, rest[len(digits)+1:]
	}
	if negative {
		d = -d
	}
	return d, days, nil
}

func leadingDigits(text string) string {
	end := 0
	for end < len(text) && text[end] >= '0' && text[end] <= '9' {
		end++
	}
	return text[:end]
}

// literalUnit returns the length of a unit, or 0 for a text that is not a unit.
func literalUnit(letter byte) time.Duration {
	switch letter {
	case 'w':
		return week
	case 'd':
		return day
	case 'h':
		return time.Hour
	case 'm':
		return time.Minute
	case 's':
		return time.Second
	}
	return 0
}

// ParseAnyDuration reads a duration as incidents may write it: as [ParseDuration]
// does, or as Go does ("1h30m0.5s", of h, m, s, ms, us and ns, with decimals). The
// error is a [*SyntaxError].
func ParseAnyDuration(text string) (time.Duration, error) {
	literal, _, literalErr := parseLiteral(text)
	if literalErr == nil {
		return literal, nil
	}
	d, err := time.ParseDuration(text)
	// Go also reads a bare 0 and a plus sign, which no other value here may have.
	if err == nil && !strings.HasPrefix(text, "+") && strings.ContainsAny(text, "hms") {
		return d, nil
	}
	syntax := literalErr.(*SyntaxError)
	if syntax.Found == "" { // else it is well written, and too long
		syntax.Wanted = wantedAnyDuration
	}
	return 0, syntax
}

// FormatDuration writes the canonical text of a duration: hours, minutes and seconds
// with as few decimals as possible, units that are 0 left out, as in "80h", "1h30m",
// "1h0.5s" and "-45s"; "0s" for 0. [ParseAnyDuration] reads all of it back.
func FormatDuration(d time.Duration) string {
	var room [32]byte
	return string(AppendDuration(room[:0], d))
}

// AppendDuration appends what [FormatDuration] writes.
func AppendDuration(dst []byte, d time.Duration) []byte {
	if d == 0 {
		return append(dst, "0s"...)
	}
	// As an unsigned number, since the shortest Duration has no positive counterpart.
	rest := uint64(d)
	if d < 0 {
		dst, rest = append(dst, '-'), -rest
	}
	if hours := rest / uint64(time.Hour); hours > 0 {
		dst = append(strconv.AppendUint(dst, hours, 10), 'h')
	}
	if minutes := rest / uint64(time.Minute) % 60; minutes > 0 {
		dst = append(strconv.AppendUint(dst, minutes, 10), 'm')
	}
	if nanoseconds := rest % uint64(time.Minute); nanoseconds > 0 {
		dst = appendDecimal(dst, int64(nanoseconds), 9, '.')
		dst = append(bytes.TrimRight(bytes.TrimRight(dst, "0"), "."), 's')
	}
	return dst
}
