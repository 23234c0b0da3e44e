package worktime_test

import (
	"testing"
	"time"

	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/policy/worktime"
)

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	loc, err := worktime.LoadZone(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

func date(t testing.TB, text string) value.Date {
	t.Helper()
	d, err := value.ParseDate(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func instant(t testing.TB, text string) time.Time {
	t.Helper()
	at, err := value.ParseTimestamp(text)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func shifts(t testing.TB, texts ...string) []worktime.Shift {
	t.Helper()
	var list []worktime.Shift
	for _, text := range texts {
		shift, err := worktime.ParseShift(text)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, shift)
	}
	return list
}

// hours are the hours of a calendar as a playbook has them: by range of days.
type hours map[string][]string

// calendar makes a calendar; holidays map a date to its hours.
func calendar(t testing.TB, zoneName string, week hours, holidays hours) *worktime.Calendar {
	t.Helper()
	var byDay [7][]worktime.Shift
	for text, list := range week {
		days, err := worktime.ParseDays(text)
		if err != nil {
			t.Fatal(err)
		}
		for _, day := range days {
			byDay[day] = shifts(t, list...)
		}
	}
	rules := worktime.Rules{Zone: zone(t, zoneName), Versions: []worktime.Version{{Week: byDay}}}
	for text, list := range holidays {
		rules.Holidays = append(rules.Holidays, worktime.Holiday{From: date(t, text), Hours: shifts(t, list...)})
	}
	c, err := worktime.New(rules)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// office is a Spanish office with split shifts, a short Christmas Eve and two holidays.
func office(t testing.TB) *worktime.Calendar {
	t.Helper()
	return calendar(t, "Europe/Madrid",
		hours{"mon-thu": {"16:00-19:00", "09:00-14:00"}, "fri": {"09:00-15:00"}},
		hours{"2026-12-24": {"09:00-12:00"}, "2026-12-25": nil, "2027-01-01": nil, "2026-12-26": {"10:00-11:00"}})
}

func always(t testing.TB, zoneName string) *worktime.Calendar {
	t.Helper()
	return calendar(t, zoneName, hours{"mon-sun": {"00:00-24:00"}}, nil)
}
