package worktime_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/policy/worktime"
)

func TestParseShift(t *testing.T) {
	for text, want := range map[string]worktime.Shift{
		"09:00-14:00": {From: 540, Until: 840}, "00:00-24:00": {From: 0, Until: 1440}, "23:59-24:00": {From: 1439, Until: 1440}, "00:00-00:01": {From: 0, Until: 1},
		"21:00-02:00": {From: 1260, Until: 1560}, "09:01-09:00": {From: 541, Until: 1980}, "23:59-00:01": {From: 1439, Until: 1441},
	} {
		got, err := worktime.ParseShift(text)
		if err != nil || got != want || got.String() != text {
			t.Errorf("ParseShift(%q) = %v, %v; want %v", text, got, err, want)
		}
	}
	const wanted = ` is no span of hours: write two times of a day, such as 09:00-14:00`
	if got, err := worktime.ParseShift("22:00-00:00"); err != nil || got.String() != "22:00-24:00" {
		t.Errorf("until midnight: %v, %v", got, err)
	}
	const length = ` has no length: write 00:00-24:00 for the whole day`
	const begins = ` begins at the end of a day: write 00:00 on the next day`
	for text, want := range map[string]string{
		"": wanted, "09:00": wanted, "9:00-14:00": wanted, "09:00 - 14:00": wanted, "09:00-14:00-15:00": wanted, "09.00-14.00": wanted,
		"09:60-14:00": wanted, "09:00-24:01": wanted, "25:00-26:00": wanted, "-1:00-14:00": wanted, "0x:00-14:00": wanted, "09:00–14:00": wanted,
		"09:00-09:00": length, "24:00-24:00": length, "00:00-00:00": length, "24:00-02:00": begins,
	} {
		got, err := worktime.ParseShift(text)
		var syntax *value.SyntaxError
		if !errors.As(err, &syntax) || err.Error() != `"`+text+`"`+want || got != (worktime.Shift{}) {
			t.Errorf("ParseShift(%q) = %v, %v", text, got, err)
		}
	}
}

func TestParseDays(t *testing.T) {
	for text, want := range map[string][]time.Weekday{
		"mon": {1}, "sun": {0}, "mon-fri": {1, 2, 3, 4, 5}, "sat-mon": {6, 0, 1}, "fri-thu": {5, 6, 0, 1, 2, 3, 4}, "mon-sun": {1, 2, 3, 4, 5, 6, 0},
	} {
		if got, err := worktime.ParseDays(text); err != nil || !slices.Equal(got, want) {
			t.Errorf("ParseDays(%q) = %v, %v; want %v", text, got, err, want)
		}
	}
	for text, want := range map[string]string{
		"":        `"" is no day of the week: write a day or a range of days, such as mon, mon-fri or sat-mon`,
		"Mon":     `"Mon" is no day of the week: write a day or a range of days, such as mon, mon-fri or sat-mon`,
		"monday":  `"monday" is no day of the week: write a day or a range of days, such as mon, mon-fri or sat-mon`,
		"n m":     `"n m" is no day of the week: write a day or a range of days, such as mon, mon-fri or sat-mon`,
		"mon-":    `"mon-" is no range of days: write a day or a range of days, such as mon, mon-fri or sat-mon`,
		"mon-xyz": `"mon-xyz" is no range of days: write a day or a range of days, such as mon, mon-fri or sat-mon`,
		"mon-mon": `"mon-mon" is no range of days: write a day or a range of days, such as mon, mon-fri or sat-mon`,
		"mon,tue": `"mon,tue" is no day of the week: write a day or a range of days, such as mon, mon-fri or sat-mon`,
	} {
		if got, err := worktime.ParseDays(text); err == nil || err.Error() != want {
			t.Errorf("ParseDays(%q) = %v, %v", text, got, err)
		}
	}
}

func FuzzShift(f *testing.F) {
	for _, seed := range []string{"09:00-14:00", "00:00-24:00", "24:00-24:00", "21:00-02:00", "22:00-00:00", "-"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		shift, err := worktime.ParseShift(text)
		if err == nil && (shift.String() != text && text[6:] != "00:00" || shift.From < 0 || shift.From >= shift.Until || shift.From >= 1440 || shift.Until-shift.From > 1440) {
			t.Errorf("%q is %+v", text, shift)
		}
	})
}

func FuzzDays(f *testing.F) {
	for _, seed := range []string{"mon-fri", "sat-mon", "sun", "-"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		days, err := worktime.ParseDays(text)
		if err != nil {
			return
		}
		short := func(d time.Weekday) string { return strings.ToLower(d.String()[:3]) }
		back := short(days[0])
		if len(days) > 1 {
			back += "-" + short(days[len(days)-1])
		}
		if back != text {
			t.Errorf("%q is %v", text, days)
		}
	})
}
