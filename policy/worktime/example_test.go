package worktime_test

import (
	"fmt"
	"time"

	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/policy/worktime"
)

// madridOffice works from nine to two and from four to seven, but not on Christmas Day.
func madridOffice() *worktime.Calendar {
	zone, err := worktime.LoadZone("Europe/Madrid")
	if err != nil {
		panic(err)
	}
	days, err := worktime.ParseDays("mon-fri")
	if err != nil {
		panic(err)
	}
	var week worktime.Week
	for _, day := range days {
		week[day] = []worktime.Shift{{From: 9 * 60, Until: 14 * 60}, {From: 16 * 60, Until: 19 * 60}}
	}
	calendar, err := worktime.New(worktime.Rules{
		Zone:     zone,
		Versions: []worktime.Version{{Week: week}},
		Holidays: []worktime.Holiday{{Kind: worktime.OnEvery, Every: worktime.MonthDay{Month: time.December, Day: 25}}},
	})
	if err != nil {
		panic(err)
	}
	return calendar
}

func ExampleCalendar() {
	office := madridOffice()
	eve := time.Date(2026, 12, 24, 13, 0, 0, 0, office.Zone())
	fmt.Println(office.Worked(eve, eve.AddDate(0, 0, 5)))
	fmt.Println(office.IsWorkday(value.DateOf(eve.AddDate(0, 0, 1))))
	next, err := office.Workday(value.DateOf(eve), 1)
	fmt.Println(next, err)
	// Output:
	// 16h0m0s
	// false
	// 2026-12-28 <nil>
}

func ExampleClock() {
	office := madridOffice()
	reported := time.Date(2026, 12, 24, 13, 0, 0, 0, office.Zone())
	clock := worktime.Clock{Calendar: office}

	due, err := clock.Add(reported, 4*time.Hour) // one before lunch, three after it
	fmt.Println(due.Format(time.RFC3339), err)
	due, err = clock.AddWorkingDays(reported, 1)
	fmt.Println(due.Format(time.RFC3339), err)

	// Nobody works at it while it waits for the customer's answer.
	clock.Pauses = []worktime.Pause{{From: reported.Add(30 * time.Minute)}}
	_, err = clock.Add(reported, 4*time.Hour)
	fmt.Println(err)
	// Output:
	// 2026-12-24T19:00:00+01:00 <nil>
	// 2026-12-28T19:00:00+01:00 <nil>
	// 4h0m0s after 2026-12-24T13:00:00+01:00: the clock is still paused
}
