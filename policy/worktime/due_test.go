package worktime_test

import (
	"testing"
	"time"

	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/policy/worktime"
)

func span(t testing.TB, text string) value.Span {
	t.Helper()
	s, err := value.ParseSpan(text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestDue(t *testing.T) {
	madrid := zone(t, "Europe/Madrid")
	plain, working := worktime.Clock{Zone: madrid}, worktime.Clock{Zone: madrid, Calendar: office(t)}
	paused := func(c worktime.Clock, times ...string) worktime.Clock {
		c.Pauses = pauses(t, times...)
		return c
	}
	for name, test := range map[string]struct {
		clock      worktime.Clock
		base, span string
		ends       worktime.Ends
		want       string
	}{
		"a day over the change of clocks":  {plain, "2026-03-28T09:00:00Z", "1d", "", "2026-03-29T08:00:00Z"},
		"24 hours over it":                 {plain, "2026-03-28T09:00:00Z", "24h", "", "2026-03-29T09:00:00Z"},
		"a week in autumn":                 {plain, "2026-10-20T08:00:00.000001Z", "1w", "", "2026-10-27T09:00:00.000001Z"},
		"into the gap":                     {plain, "2026-03-28T01:30:00.5Z", "1d", "", "2026-03-29T01:00:00Z"},
		"into the repeated hour":           {plain, "2026-10-24T00:30:00Z", "1d", "", "2026-10-25T00:30:00Z"},
		"from its second occurrence":       {plain, "2026-10-25T01:30:00Z", "1d", "", "2026-10-26T01:30:00Z"},
		"nothing, from there":              {plain, "2026-10-25T01:30:00Z", "0d", "", "2026-10-25T01:30:00Z"},
		"days, then hours":                 {plain, "2026-03-28T01:30:00Z", "1d12h", "", "2026-03-29T13:00:00Z"},
		"a month, clamped":                 {plain, "2026-01-31T11:00:00Z", "1mo", "", "2026-02-28T11:00:00Z"},
		"a month in a leap year":           {plain, "2028-01-31T11:00:00Z", "1mo", "", "2028-02-29T11:00:00Z"},
		"a year from a leap day":           {plain, "2028-02-29T11:00:00Z", "1y", "", "2029-02-28T11:00:00Z"},
		"a year, then a month":             {plain, "2028-02-29T11:00:00Z", "1y1mo", "", "2029-03-28T10:00:00Z"},
		"a month, then days":               {plain, "2026-01-31T11:00:00Z", "1mo2d", "", "2026-03-02T11:00:00Z"},
		"thirteen months":                  {plain, "2026-01-31T11:00:00Z", "13mo", "", "2027-02-28T11:00:00Z"},
		"late in the evening":              {plain, "2026-01-31T23:30:00Z", "1mo", "", "2026-02-28T23:30:00Z"},
		"the zone's date counts":           {plain, "2026-02-27T23:30:00Z", "1mo", "", "2026-03-27T23:30:00Z"},
		"too far":                          {plain, "2026-01-31T11:00:00Z", "8000y", "", "there is no such time"},
		"too many days":                    {plain, "2026-01-31T11:00:00Z", "3000000d", "", "there is no such time"},
		"more than 292 years":              {plain, "2026-01-31T11:00:00Z", "400y", "", "2426-01-31T11:00:00Z"},
		"more than 292 years, paused":      {paused(plain, "2026-02-01T00:00:00Z", "2026-02-01T01:00:00Z"), "2026-01-31T11:00:00Z", "400y", "", "2426-01-31T12:00:00Z"},
		"days, paused":                     {paused(plain, "2026-03-03T09:00:00Z", "2026-03-03T15:00:00Z"), "2026-03-02T09:00:00Z", "2d", "", "2026-03-04T15:00:00Z"},
		"days, still paused":               {paused(plain, "2026-03-04T08:59:59Z", ""), "2026-03-02T09:00:00Z", "2d", "", "the clock is still paused"},
		"days, paused exactly then":        {paused(plain, "2026-03-04T09:00:00Z", ""), "2026-03-02T09:00:00Z", "2d", "", "2026-03-04T09:00:00Z"},
		"days, paused as they would end":   {paused(plain, "2026-03-03T09:00:00Z", "2026-03-03T10:00:00Z", "2026-03-04T09:30:00Z", "2026-03-04T11:00:00Z"), "2026-03-02T09:00:00Z", "2d", "", "2026-03-04T11:30:00Z"},
		"days, paused before":              {paused(plain, "2026-03-01T09:00:00Z", "2026-03-02T10:00:00Z"), "2026-03-02T09:00:00Z", "2d", "", "2026-03-04T10:00:00Z"},
		"ends with the day":                {plain, "2026-03-02T09:00:00Z", "14d", worktime.EndsDay, "2026-03-16T23:00:00Z"},
		"ends with the day, from midnight": {plain, "2026-03-01T23:00:00Z", "1d", worktime.EndsDay, "2026-03-03T23:00:00Z"},
		"just before midnight":             {plain, "2026-03-01T22:59:59Z", "1d", worktime.EndsDay, "2026-03-02T23:00:00Z"},
		"ends with the short day":          {plain, "2026-03-28T09:00:00Z", "1d", worktime.EndsDay, "2026-03-29T22:00:00Z"},
		"ends with the day, paused":        {paused(plain, "2026-03-03T08:59:00Z", "2026-03-04T00:00:00Z"), "2026-03-02T09:00:00Z", "1d", worktime.EndsDay, "2026-03-04T23:00:00Z"},
		"hours that end with the day":      {plain, "2026-03-02T09:00:00Z", "36h", worktime.EndsDay, "2026-03-03T23:00:00Z"},
		"ends on a working day":            {working, "2026-03-02T09:00:00Z", "14d", worktime.EndsWorkingDay, "2026-03-16T18:00:00Z"},
		"ends on a weekend":                {working, "2026-03-02T09:00:00Z", "5d", worktime.EndsWorkingDay, "2026-03-09T18:00:00Z"},
		"ends on a holiday":                {working, "2026-12-11T09:00:00Z", "2w", worktime.EndsWorkingDay, "2026-12-26T10:00:00Z"},
		"after closing":                    {working, "2026-03-02T20:00:00Z", "1d", worktime.EndsWorkingDay, "2026-03-03T18:00:00Z"},
		"closed before the base":           {working, "2026-03-02T20:00:00Z", "0d", worktime.EndsWorkingDay, "2026-03-03T18:00:00Z"},
		"closing at the base":              {working, "2026-03-02T18:00:00Z", "0d", worktime.EndsWorkingDay, "2026-03-02T18:00:00Z"},
		"a month that ends on a weekend":   {working, "2026-01-31T09:00:00Z", "1mo", worktime.EndsWorkingDay, "2026-03-02T18:00:00Z"},
		"hours that end on a working day":  {working, "2026-03-06T12:00:00Z", "4h", worktime.EndsWorkingDay, "2026-03-09T18:00:00Z"},
		"working days":                     {working, "2026-03-02T09:00:00Z", "2wd", "", "2026-03-04T18:00:00Z"},
		"days and working hours":           {working, "2026-03-02T09:00:00Z", "4d2h", worktime.EndsWorkingDay, "2026-03-06T14:00:00Z"},
		"no calendar":                      {plain, "2026-03-02T09:00:00Z", "4d", worktime.EndsWorkingDay, "the end of a working day needs a calendar"},
	} {
		got, err := test.clock.Due(instant(t, test.base), span(t, test.span), test.ends)
		if text := outcome(got, err); text != test.want {
			t.Errorf("%s: %s after %s, ending %q, is %s (%v); want %s", name, test.span, test.base, test.ends, text, err, test.want)
		}
	}
	// The fourth month is four months from the base, and not from the clamped third.
	for n, want := range []string{"2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30"} {
		got, err := plain.Due(instant(t, "2026-01-31T11:00:00Z"), span(t, "1mo").Times(n), "")
		if err != nil || got.In(madrid).Format("2006-01-02") != want {
			t.Errorf("%d months: %v, %v; want %s", n, got, err, want)
		}
	}
}

func TestAhead(t *testing.T) {
	plain := worktime.Clock{Zone: zone(t, "Europe/Madrid")}
	working := worktime.Clock{Zone: plain.Zone, Calendar: office(t)}
	held := working
	held.Pauses = pauses(t, "2026-03-03T09:00:00Z", "2026-03-03T17:00:00Z")
	for name, test := range map[string]struct {
		clock           worktime.Clock
		base, due, span string
		want            string
	}{
		"half an hour":                       {plain, "2026-03-02T09:00:00Z", "2026-03-02T13:00:00Z", "30m", "2026-03-02T12:30:00Z"},
		"never before the base":              {plain, "2026-03-02T09:00:00Z", "2026-03-02T13:00:00Z", "5h", "2026-03-02T09:00:00Z"},
		"all of it":                          {plain, "2026-03-02T09:00:00Z", "2026-03-02T13:00:00Z", "4h", "2026-03-02T09:00:00Z"},
		"a day":                              {plain, "2026-03-20T09:00:00Z", "2026-03-29T12:00:00Z", "1d", "2026-03-28T13:00:00Z"},
		"a month":                            {plain, "2026-01-20T09:00:00Z", "2026-03-31T10:00:00Z", "1mo", "2026-02-28T11:00:00Z"},
		"a month before the base":            {plain, "2026-03-20T09:00:00Z", "2026-03-31T10:00:00Z", "1mo", "2026-03-20T09:00:00Z"},
		"ten thousand years":                 {plain, "2026-03-20T09:00:00Z", "2026-03-31T10:00:00Z", "9999y", "2026-03-20T09:00:00Z"},
		"working time":                       {working, "2026-03-02T09:00:00Z", "2026-03-03T08:30:00Z", "1h", "2026-03-02T17:30:00Z"},
		"at the opening, not at the closing": {working, "2026-03-02T09:00:00Z", "2026-03-03T08:30:00Z", "30m", "2026-03-03T08:00:00Z"},
		"all of it, from a closed hour":      {working, "2026-03-02T18:59:00Z", "2026-03-03T08:30:00Z", "30m", "2026-03-03T08:00:00Z"},
		"more than that, from a closed hour": {working, "2026-03-02T18:59:00Z", "2026-03-03T08:30:00Z", "2h", "2026-03-03T08:00:00Z"},
		"from within a pause":                {held, "2026-03-03T16:00:00Z", "2026-03-03T17:30:00Z", "2h", "2026-03-03T17:00:00Z"},
		"over a pause":                       {held, "2026-03-02T09:00:00Z", "2026-03-03T17:30:00Z", "30m", "2026-03-03T17:00:00Z"},
		"into what was before it":            {held, "2026-03-02T09:00:00Z", "2026-03-03T17:30:00Z", "1h", "2026-03-03T08:30:00Z"},
	} {
		if name == "half an hour" {
			if got, err := test.clock.Ahead(time.Time{}, instant(t, test.due), span(t, test.span)); outcome(got, err) != test.want {
				t.Errorf("without a base: %s, %v; want %s", got, err, test.want)
			}
		}
		got, err := test.clock.Ahead(instant(t, test.base), instant(t, test.due), span(t, test.span))
		if text := outcome(got, err); text != test.want {
			t.Errorf("%s: %s ahead of %s is %s; want %s", name, test.span, test.due, text, test.want)
		}
	}
}
