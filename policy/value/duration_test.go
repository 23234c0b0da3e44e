package value_test

import (
	"errors"
	"math"
	"testing"
	"time"

	"github.com/servicerecovery/amends/policy/value"
)

func TestParseDuration(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"0s": 0, "-0s": 0, "90m": 90 * time.Minute, "36h": 36 * time.Hour, "2d": 48 * time.Hour, "1w": 168 * time.Hour,
		"1d12h30m": 36*time.Hour + 30*time.Minute, "1w2d3h4m5s": (168+48+3)*time.Hour + 4*time.Minute + 5*time.Second,
		"1h5s": time.Hour + 5*time.Second, "-90m": -90 * time.Minute, "-1d1h": -25 * time.Hour, "23h59m": 24*time.Hour - time.Minute,
		"9223372036s": 9223372036 * time.Second, "106751d23h47m16s": 9223372036 * time.Second,
	} {
		if d, err := value.ParseDuration(text); err != nil || d != want {
			t.Errorf("ParseDuration(%q) = %v, %v; want %v", text, d, err, want)
		}
		if d, err := value.ParseAnyDuration(text); err != nil || d != want {
			t.Errorf("ParseAnyDuration(%q) = %v, %v; want %v", text, d, err, want)
		}
	}
	const wanted = ` is no duration: write whole numbers of w, d, h, m and s, the largest first, such as 90m, 36h or 1d12h30m`
	const tooLong = ` is longer than the 292 years that a duration can hold`
	for text, want := range map[string]string{
		"": `""` + wanted, "-": `"-"` + wanted, "5": `"5"` + wanted, "h": `"h"` + wanted, "1.5h": `"1.5h"` + wanted, "+1h": `"+1h"` + wanted,
		"1h 30m": `"1h 30m"` + wanted, "30m1h": `"30m1h"` + wanted, "1h1h": `"1h1h"` + wanted, "1y": `"1y"` + wanted, "1ms": `"1ms"` + wanted,
		"1H": `"1H"` + wanted, "--1h": `"--1h"` + wanted, "1h-30m": `"1h-30m"` + wanted, "3wd": `"3wd"` + wanted,
		"9223372037s": `"9223372037s"` + tooLong, "99999999999999999999s": `"99999999999999999999s"` + tooLong, "106751d23h47m17s": `"106751d23h47m17s"` + tooLong,
	} {
		d, err := value.ParseDuration(text)
		var syntax *value.SyntaxError
		if !errors.As(err, &syntax) || err.Error() != want || d != 0 {
			t.Errorf("ParseDuration(%q) = %v, %v\nwant %s", text, d, err, want)
		}
	}
}

func TestParseAnyDuration(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"1h30m0.5s": 90*time.Minute + 500*time.Millisecond, "1.5h": 90 * time.Minute, "0.5s": 500 * time.Millisecond, "250ms": 250 * time.Millisecond,
		"-1.5h": -90 * time.Minute, "5us": 5 * time.Microsecond, "5µs": 5 * time.Microsecond, "7ns": 7, "80h0m0s": 80 * time.Hour,
	} {
		if d, err := value.ParseAnyDuration(text); err != nil || d != want {
			t.Errorf("ParseAnyDuration(%q) = %v, %v; want %v", text, d, err, want)
		}
	}
	for _, text := range []string{"", "0", "+1h", "1", "1.5d", "1d0.5h", "P1D", "1h ", "3000000h", "99999999999w"} {
		if d, err := value.ParseAnyDuration(text); err == nil {
			t.Errorf("ParseAnyDuration(%q) = %v", text, d)
		}
	}
	if _, err := value.ParseAnyDuration("soon"); err == nil || err.Error() !=
		`"soon" is no duration: write whole numbers of w, d, h, m and s, the largest first, such as 1d12h30m, or as Go does, such as 1h30m0.5s` {
		t.Errorf("message: %v", err)
	}
}

func TestFormatDuration(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0s", 24 * time.Hour: "24h", 80 * time.Hour: "80h", 90 * time.Minute: "1h30m", 45 * time.Second: "45s",
		time.Hour + 500*time.Millisecond: "1h0.5s", -90 * time.Minute: "-1h30m", 1: "0.000000001s", -1: "-0.000000001s",
		time.Minute + time.Microsecond: "1m0.000001s", 10 * time.Second: "10s", 100 * time.Minute: "1h40m",
		math.MaxInt64: "2562047h47m16.854775807s", math.MinInt64: "-2562047h47m16.854775808s",
	} {
		got := value.FormatDuration(d)
		if back, err := value.ParseAnyDuration(got); got != want || err != nil || back != d {
			t.Errorf("FormatDuration(%d) = %s, read back %d, %v; want %s", d, got, back, err, want)
		}
	}
}

func TestParseSpan(t *testing.T) {
	for text, want := range map[string]value.Span{
		"90m": {Duration: 90 * time.Minute}, "0s": {}, "3wd": {WorkingDays: 3}, "10wd": {WorkingDays: 10},
		"2d": {Days: 2}, "1w": {Days: 7}, "0d": {}, "1w2d": {Days: 9}, "6mo": {Months: 6}, "2m": {Duration: 2 * time.Minute},
		"1y": {Years: 1}, "1y6mo2w3d4h5m6s": {Years: 1, Months: 6, Days: 17, Duration: 4*time.Hour + 5*time.Minute + 6*time.Second},
		"1mo1m": {Months: 1, Duration: time.Minute}, "1d12h": {Days: 1, Duration: 12 * time.Hour}, "36h": {Duration: 36 * time.Hour},
		"9999y": {Years: 9999}, "3659634d": {Days: 3659634},
	} {
		got, err := value.ParseSpan(text)
		if err != nil || got != want {
			t.Errorf("ParseSpan(%q) = %+v, %v; want %+v", text, got, err, want)
		}
		if back, err := value.ParseSpan(got.String()); err != nil || back != got {
			t.Errorf("%+v is written %s, and read as %+v, %v", got, got, back, err)
		}
		if got.OfCalendar() != (want.Years+want.Months+want.Days > 0) {
			t.Errorf("%s: of the calendar: %v", text, got.OfCalendar())
		}
	}
	const wanted = `: write a duration such as 90m, 36h, 2d or 6mo, or working days such as 3wd`
	const years = ` is longer than there are years before the year 9999`
	for text, want := range map[string]string{
		"":                      `"" is no deadline` + wanted,
		"-":                     `"-" is no deadline` + wanted,
		"5":                     `"5" is no deadline` + wanted,
		"mo":                    `"mo" is no deadline` + wanted,
		"3 wd":                  `"3 wd" is no deadline` + wanted,
		"3wd2h":                 `"3wd2h" is no deadline` + wanted,
		"1d3wd":                 `"1d3wd" is no deadline` + wanted,
		"-3wd":                  `"-3wd" is no deadline` + wanted,
		"wd":                    `"wd" is no deadline` + wanted,
		"1.5h":                  `"1.5h" is no deadline` + wanted,
		"1m1mo":                 `"1m1mo" is no deadline` + wanted,
		"1mo1y":                 `"1mo1y" is no deadline` + wanted,
		"1d1w":                  `"1d1w" is no deadline` + wanted,
		"1mo1mo":                `"1mo1mo" is no deadline` + wanted,
		"-2h":                   `"-2h" is negative, a deadline is not` + wanted,
		"-0s":                   `"-0s" is negative, a deadline is not` + wanted,
		"-1y":                   `"-1y" is negative, a deadline is not` + wanted,
		"0wd":                   `"0wd" is no working day at all: write 1wd or more, or a duration such as 0s`,
		"9999999999999999999wd": `"9999999999999999999wd" is more working days than there are before the year 9999`,
		"99999999999h":          `"99999999999h" is longer than the 292 years that a duration can hold`,
		"99999999999w":          `"99999999999w"` + years,
		"10000y":                `"10000y"` + years,
		"119989mo":              `"119989mo"` + years,
		"3659635d":              `"3659635d"` + years,
		"99999999999999999999d": `"99999999999999999999d"` + years,
	} {
		got, err := value.ParseSpan(text)
		var syntax *value.SyntaxError
		if !errors.As(err, &syntax) || err.Error() != want || got != (value.Span{}) {
			t.Errorf("ParseSpan(%q) = %+v, %v\nwant %s", text, got, err, want)
		}
	}
}

func TestSpanTimes(t *testing.T) {
	for _, test := range []struct {
		span string
		n    int
		want string
	}{
		{"1mo", 13, "13mo"}, {"1y2mo3d4h", 2, "2y4mo6d8h"}, {"2wd", 3, "6wd"}, {"36h", 0, "0s"}, {"90m", 3, "4h30m"},
		{"1000000d", 1000000, "3659634d"}, {"2000000h", 2000000, "2562047h47m16.854775807s"},
	} {
		span, err := value.ParseSpan(test.span)
		if got := span.Times(test.n).String(); err != nil || got != test.want {
			t.Errorf("%d times %s is %s, %v; want %s", test.n, test.span, got, err, test.want)
		}
	}
}
