package worktime_test

import (
	"errors"
	"math"
	"testing"
	"time"

	"github.com/servicerecovery/amends/policy/worktime"
)

// pauses makes pauses of pairs of times; an empty second one is still paused.
func pauses(t testing.TB, times ...string) []worktime.Pause {
	t.Helper()
	var list []worktime.Pause
	for i := 0; i < len(times); i += 2 {
		pause := worktime.Pause{From: instant(t, times[i])}
		if times[i+1] != "" {
			pause.Until = instant(t, times[i+1])
		}
		list = append(list, pause)
	}
	return list
}

func TestClockAdd(t *testing.T) {
	night := calendar(t, "Europe/Madrid", hours{"sat": {"20:00-24:00"}, "sun": {"00:00-06:00"}}, nil)
	for name, test := range map[string]struct {
		calendar *worktime.Calendar
		base     string
		d        time.Duration
		pauses   []worktime.Pause
		want     string // or the error's end
	}{
		"absolute":                    {nil, "2026-03-02T09:00:00Z", time.Hour, nil, "2026-03-02T10:00:00Z"},
		"absolute, paused":            {nil, "2026-03-02T09:00:00Z", time.Hour, pauses(t, "2026-03-02T09:30:00Z", "2026-03-02T12:00:00Z"), "2026-03-02T12:30:00Z"},
		"absolute, base in a pause":   {nil, "2026-03-02T09:00:00Z", time.Hour, pauses(t, "2026-03-02T08:30:00Z", "2026-03-02T12:00:00Z"), "2026-03-02T13:00:00Z"},
		"due when a pause begins":     {nil, "2026-03-02T09:00:00Z", time.Hour, pauses(t, "2026-03-02T10:00:00Z", "2026-03-02T12:00:00Z"), "2026-03-02T10:00:00Z"},
		"due before it is paused":     {nil, "2026-03-02T09:00:00Z", time.Hour, pauses(t, "2026-03-02T10:00:00Z", ""), "2026-03-02T10:00:00Z"},
		"a pause long ago":            {nil, "2026-03-02T09:00:00Z", time.Hour, pauses(t, "2026-03-01T10:00:00Z", "2026-03-01T12:00:00Z"), "2026-03-02T10:00:00Z"},
		"still paused":                {nil, "2026-03-02T09:00:00Z", time.Hour, pauses(t, "2026-03-02T09:59:59Z", ""), "the clock is still paused"},
		"after the year 9999":         {nil, "9999-12-31T23:00:00Z", time.Hour, nil, "there is no such time"},
		"within a shift":              {office(t), "2026-03-02T08:30:00Z", 2 * time.Hour, nil, "2026-03-02T10:30:00Z"},
		"over lunch":                  {office(t), "2026-03-02T12:00:00Z", 2 * time.Hour, nil, "2026-03-02T16:00:00Z"},
		"due at closing":              {office(t), "2026-03-02T12:00:00Z", time.Hour, nil, "2026-03-02T13:00:00Z"},
		"due in the evening":          {office(t), "2026-03-02T09:00:00Z", 7 * time.Hour, nil, "2026-03-02T18:00:00Z"},
		"before opening":              {office(t), "2026-03-02T03:00:00Z", time.Hour, nil, "2026-03-02T09:00:00Z"},
		"over the weekend":            {office(t), "2026-03-06T13:30:00Z", time.Hour, nil, "2026-03-09T08:30:00Z"},
		"over Christmas":              {office(t), "2026-12-24T10:30:00Z", time.Hour, nil, "2026-12-26T09:30:00Z"},
		"no time outside the hours":   {office(t), "2026-03-07T12:00:00Z", 0, nil, "2026-03-07T12:00:00Z"},
		"no time in a pause":          {office(t), "2026-03-02T09:00:00Z", 0, pauses(t, "2026-03-02T08:00:00Z", ""), "2026-03-02T09:00:00Z"},
		"paused in working time":      {office(t), "2026-03-02T08:00:00Z", 2 * time.Hour, pauses(t, "2026-03-02T09:00:00Z", "2026-03-02T11:00:00Z"), "2026-03-02T12:00:00Z"},
		"paused outside the hours":    {office(t), "2026-03-02T12:00:00Z", 2 * time.Hour, pauses(t, "2026-03-02T13:00:00Z", "2026-03-02T15:00:00Z"), "2026-03-02T16:00:00Z"},
		"paused into the night":       {office(t), "2026-03-02T12:00:00Z", 2 * time.Hour, pauses(t, "2026-03-02T12:30:00Z", "2026-03-02T22:00:00Z"), "2026-03-03T09:30:00Z"},
		"still paused after work":     {office(t), "2026-03-02T12:00:00Z", time.Hour, pauses(t, "2026-03-02T13:00:00Z", ""), "2026-03-02T13:00:00Z"},
		"still paused before opening": {office(t), "2026-03-02T12:00:00Z", 2 * time.Hour, pauses(t, "2026-03-02T15:00:00Z", ""), "the clock is still paused"},
		"spring":                      {always(t, "Europe/Madrid"), "2026-03-28T23:00:00Z", 24 * time.Hour, nil, "2026-03-29T23:00:00Z"},
		"a night in spring":           {night, "2026-03-28T12:00:00Z", 9 * time.Hour, nil, "2026-03-29T04:00:00Z"},
		"a night in autumn":           {night, "2026-10-24T12:00:00Z", 9 * time.Hour, nil, "2026-10-25T03:00:00Z"},
		"autumn in New York":          {calendar(t, "America/New_York", hours{"sun": {"00:00-04:00"}}, nil), "2026-11-01T00:00:00Z", 5 * time.Hour, nil, "2026-11-01T09:00:00Z"},
		"spring in New York":          {calendar(t, "America/New_York", hours{"sun": {"02:30-04:00"}}, nil), "2026-03-08T00:00:00Z", time.Hour, nil, "2026-03-08T08:00:00Z"},
		"Sao Paulo, no midnight":      {calendar(t, "America/Sao_Paulo", hours{"sun": {"00:30-02:00"}}, nil), "2018-11-04T00:00:00Z", 30 * time.Minute, nil, "2018-11-04T03:30:00Z"},
		"Sao Paulo, 23:00 twice":      {calendar(t, "America/Sao_Paulo", hours{"sat": {"22:00-24:00"}}, nil), "2018-02-17T12:00:00Z", 3 * time.Hour, nil, "2018-02-18T03:00:00Z"},
		"Havana, midnight twice":      {calendar(t, "America/Havana", hours{"sat": {"22:00-24:00"}}, nil), "2026-10-31T12:00:00Z", 3 * time.Hour, nil, "2026-11-01T05:00:00Z"},
		"Havana, in that hour":        {calendar(t, "America/Havana", hours{"sat": {"22:00-24:00"}}, nil), "2026-11-01T04:30:00Z", 30 * time.Minute, nil, "2026-11-01T05:00:00Z"},
		"Havana, not counted twice":   {always(t, "America/Havana"), "2026-10-31T12:00:00Z", 24 * time.Hour, nil, "2026-11-01T12:00:00Z"},
		"Apia, no Friday":             {calendar(t, "Pacific/Apia", hours{"mon-sun": {"09:00-17:00"}}, nil), "2011-12-29T19:00:00Z", 9 * time.Hour, nil, "2011-12-30T20:00:00Z"},
		"of one hour a week":          {calendar(t, "UTC", hours{"mon": {"00:00-01:00"}}, nil), "2026-03-02T00:00:00Z", 1000 * time.Hour, nil, "2045-04-24T01:00:00Z"},
		"centuries, on time":          {always(t, "Europe/Madrid"), "2026-03-02T00:00:00Z", math.MaxInt64, nil, "2318-06-11T23:47:16.854775807Z"},
		"centuries, too late":         {calendar(t, "Europe/Madrid", hours{"mon": {"09:00-10:00"}}, nil), "2026-03-02T00:00:00Z", math.MaxInt64, nil, "there is no such time"},
		"from far beyond":             {office(t), "9999-12-31T22:00:00Z", time.Hour, nil, "there is no such time"},
	} {
		got, err := worktime.Clock{Calendar: test.calendar, Pauses: test.pauses}.Add(instant(t, test.base), test.d)
		if text := outcome(got, err); text != test.want {
			t.Errorf("%s: %v after %s is %s (%v); want %s", name, test.d, test.base, text, err, test.want)
		}
	}
}

// outcome is the time, or which error it was.
func outcome(at time.Time, err error) string {
	for _, sentinel := range []error{worktime.ErrPaused, worktime.ErrNever} {
		if errors.Is(err, sentinel) {
			return sentinel.Error()
		}
	}
	if err != nil {
		return err.Error()
	}
	return at.UTC().Format(time.RFC3339Nano)
}

func TestClockErrors(t *testing.T) {
	base := instant(t, "2026-03-02T09:00:00Z")
	clock := worktime.Clock{Calendar: office(t), Pauses: pauses(t, "2026-03-02T08:00:00Z", "")}
	if _, err := clock.Add(base, time.Hour); err == nil || err.Error() != "1h0m0s after 2026-03-02T09:00:00Z: the clock is still paused" {
		t.Errorf("Add: %v", err)
	}
	if _, err := clock.AddWorkingDays(base, 2); err == nil || err.Error() != "2 working days after 2026-03-02T09:00:00Z: the clock is still paused" {
		t.Errorf("AddWorkingDays: %v", err)
	}
	for name, err := range map[string]error{
		"a negative duration":      second(clock.Add(base, -1)),
		"negative working days":    second(clock.AddWorkingDays(base, -1)),
		"no calendar":              second(worktime.Clock{}.AddWorkingDays(base, 1)),
		"closing in year 10000":    second(worktime.Clock{Calendar: always(t, "America/New_York")}.AddWorkingDays(instant(t, "9999-12-30T12:00:00Z"), 1)),
		"no opening in year 10000": second(worktime.Clock{Calendar: office(t)}.NotBefore(instant(t, "9999-12-31T23:59:59Z"))),
	} {
		if err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func second(_ time.Time, err error) error { return err }

func TestClockKeepsLocation(t *testing.T) {
	tokyo := zone(t, "Asia/Tokyo")
	base := instant(t, "2026-03-02T09:00:00Z").In(tokyo)
	clock := worktime.Clock{Calendar: office(t)}
	for name, got := range map[string]func() (time.Time, error){
		"Add":            func() (time.Time, error) { return clock.Add(base, time.Hour) },
		"AddWorkingDays": func() (time.Time, error) { return clock.AddWorkingDays(base, 1) },
		"NotBefore":      func() (time.Time, error) { return clock.NotBefore(base.Add(20 * time.Hour)) },
	} {
		if at, err := got(); err != nil || at.Location() != tokyo {
			t.Errorf("%s gives %v, %v", name, at, err)
		}
	}
}

func TestAddWorkingDays(t *testing.T) {
	for name, test := range map[string]struct {
		base   string
		n      int
		pauses []worktime.Pause
		want   string
	}{
		"the next day":              {"2026-03-02T09:00:00Z", 1, nil, "2026-03-03T18:00:00Z"},
		"from midnight in Madrid":   {"2026-03-01T23:00:00Z", 1, nil, "2026-03-03T18:00:00Z"},
		"from before it":            {"2026-03-01T22:59:59Z", 1, nil, "2026-03-02T18:00:00Z"},
		"Friday closes early":       {"2026-03-05T09:00:00Z", 1, nil, "2026-03-06T14:00:00Z"},
		"from a weekend":            {"2026-03-07T09:00:00Z", 2, nil, "2026-03-10T18:00:00Z"},
		"over Christmas":            {"2026-12-23T09:00:00Z", 3, nil, "2026-12-28T18:00:00Z"},
		"ends on a short day":       {"2026-12-23T09:00:00Z", 1, nil, "2026-12-24T11:00:00Z"},
		"summer time":               {"2026-03-27T09:00:00Z", 1, nil, "2026-03-30T17:00:00Z"},
		"none":                      {"2026-03-07T09:00:00Z", 0, nil, "2026-03-07T09:00:00Z"},
		"a paused day":              {"2026-03-02T09:00:00Z", 2, pauses(t, "2026-03-03T10:00:00Z", "2026-03-03T10:00:01Z"), "2026-03-05T08:00:01Z"},
		"paused at night":           {"2026-03-02T09:00:00Z", 1, pauses(t, "2026-03-03T22:00:00Z", "2026-03-03T22:30:00Z"), "2026-03-03T18:00:00Z"},
		"paused up to midnight":     {"2026-03-02T09:00:00Z", 1, pauses(t, "2026-03-02T12:00:00Z", "2026-03-02T23:00:00Z"), "2026-03-04T12:00:00Z"},
		"paused past midnight":      {"2026-03-02T09:00:00Z", 1, pauses(t, "2026-03-02T12:00:00Z", "2026-03-02T23:00:00.000000001Z"), "2026-03-04T12:00:00Z"},
		"paused on the first day":   {"2026-03-02T09:00:00Z", 1, pauses(t, "2026-03-02T10:00:00Z", "2026-03-02T11:00:00Z"), "2026-03-04T09:00:00Z"},
		"twice in a day":            {"2026-03-02T09:00:00Z", 1, pauses(t, "2026-03-03T10:00:00Z", "2026-03-03T11:00:00Z", "2026-03-03T08:00:00Z", "2026-03-03T09:00:00Z"), "2026-03-04T10:00:00Z"},
		"paused for a week":         {"2026-03-02T09:00:00Z", 2, pauses(t, "2026-03-04T10:00:00Z", "2026-03-11T10:00:00Z"), "2026-03-11T18:00:00Z"},
		"done before it is paused":  {"2026-03-02T09:00:00Z", 1, pauses(t, "2026-03-03T23:00:00Z", ""), "2026-03-03T18:00:00Z"},
		"paused after the last day": {"2026-03-02T09:00:00Z", 1, pauses(t, "2026-03-03T22:59:59Z", ""), "2026-03-03T18:00:00Z"},
		"paused before closing":     {"2026-03-02T09:00:00Z", 1, pauses(t, "2026-03-03T17:59:59Z", ""), "the clock is still paused"},
		"exactly at closing":        {"2026-03-02T09:00:00Z", 1, pauses(t, "2026-03-03T18:00:00Z", ""), "2026-03-03T18:00:00Z"},
		"a second of working time":  {"2026-03-02T09:00:00Z", 1, pauses(t, "2026-03-02T20:00:00Z", "2026-03-03T08:00:01Z"), "2026-03-04T08:00:01Z"},
		"paused all the time":       {"2026-03-02T09:00:00Z", 1, pauses(t, "2026-03-01T00:00:00Z", ""), "the clock is still paused"},
		"paused till the year 9999": {"2026-03-02T09:00:00Z", 9, pauses(t, "2026-03-04T10:00:00Z", "9999-12-01T00:00:00Z"), "9999-12-10T12:00:00Z"},
		"after the year 9999":       {"2026-03-02T09:00:00Z", 3000000, nil, "there is no such time"},
		"after the last day":        {"9999-12-30T23:00:00Z", 1, nil, "there is no such time"},
		"more than there are":       {"2026-03-02T09:00:00Z", math.MaxInt, nil, "there is no such time"},
	} {
		got, err := worktime.Clock{Calendar: office(t), Pauses: test.pauses}.AddWorkingDays(instant(t, test.base), test.n)
		if text := outcome(got, err); text != test.want {
			t.Errorf("%s: %d working days after %s is %s (%v); want %s", name, test.n, test.base, text, err, test.want)
		}
	}
}

func TestNotBefore(t *testing.T) {
	gap := calendar(t, "Europe/Madrid", hours{"sun": {"02:15-02:45", "05:00-06:00"}}, nil)
	split := calendar(t, "UTC", hours{"mon": {"09:00-14:00", "14:00-19:00"}}, nil)
	for name, test := range map[string]struct {
		calendar   *worktime.Calendar
		base, want string
	}{
		"no calendar":         {nil, "2026-03-07T09:00:00Z", "2026-03-07T09:00:00Z"},
		"within":              {office(t), "2026-03-02T09:00:00.5Z", "2026-03-02T09:00:00.5Z"},
		"at opening":          {office(t), "2026-03-02T08:00:00Z", "2026-03-02T08:00:00Z"},
		"at closing":          {office(t), "2026-03-02T13:00:00Z", "2026-03-02T15:00:00Z"},
		"just before closing": {office(t), "2026-03-02T12:59:59Z", "2026-03-02T12:59:59Z"},
		"in the evening":      {office(t), "2026-03-02T18:00:00Z", "2026-03-03T08:00:00Z"},
		"over the weekend":    {office(t), "2026-03-06T14:00:00Z", "2026-03-09T08:00:00Z"},
		"over Christmas":      {office(t), "2026-12-24T11:00:00Z", "2026-12-26T09:00:00Z"},
		"round the clock":     {always(t, "Europe/Madrid"), "2026-03-02T23:00:00Z", "2026-03-02T23:00:00Z"},
		"hours that touch":    {split, "2026-03-02T14:00:00Z", "2026-03-02T14:00:00Z"},
		"hours in the gap":    {gap, "2026-03-29T00:30:00Z", "2026-03-29T03:00:00Z"},
		"between the two":     {gap, "2026-10-25T00:50:00Z", "2026-10-25T00:50:00Z"},
		"before 24:00 again":  {calendar(t, "America/Havana", hours{"sat": {"22:00-24:00"}}, nil), "2026-11-01T04:30:00Z", "2026-11-01T04:30:00Z"},
		"weeks without":       {calendar(t, "UTC", hours{"mon": {"09:00-10:00"}}, hours{"2026-03-09": nil, "2026-03-16": nil}), "2026-03-02T10:00:00Z", "2026-03-23T09:00:00Z"},
	} {
		got, err := worktime.Clock{Calendar: test.calendar}.NotBefore(instant(t, test.base))
		if text := outcome(got, err); text != test.want {
			t.Errorf("%s: not before %s is %s; want %s", name, test.base, text, test.want)
		}
	}
}

func TestManyHolidays(t *testing.T) {
	// Forty years of holidays: every search ends, and where it should.
	holidays := hours{}
	for day := instant(t, "2026-03-02T00:00:00Z"); day.Year() < 2066; day = day.AddDate(0, 0, 1) {
		holidays[day.Format(time.DateOnly)] = nil
	}
	clock := worktime.Clock{Calendar: calendar(t, "Europe/Madrid", hours{"mon-fri": {"09:00-17:00"}}, holidays)}
	base := instant(t, "2026-03-02T09:00:00Z")
	if got, err := clock.Add(base, time.Hour); outcome(got, err) != "2066-01-01T09:00:00Z" {
		t.Errorf("Add = %v, %v", got, err)
	}
	if got, err := clock.AddWorkingDays(base, 2); outcome(got, err) != "2066-01-04T16:00:00Z" {
		t.Errorf("AddWorkingDays = %v, %v", got, err)
	}
	if got, err := clock.NotBefore(base); outcome(got, err) != "2066-01-01T08:00:00Z" {
		t.Errorf("NotBefore = %v, %v", got, err)
	}
}
