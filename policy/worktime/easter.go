package worktime

import "time"

// easterOf returns Easter Sunday of a year in the Gregorian calendar: that of the western churches, or the
// orthodox one, which goes by the Julian calendar.
func easterOf(year int, orthodox bool) dayNumber {
	if orthodox {
		return julianEaster(year)
	}
	// The anonymous Gregorian computus: golden number, corrections of the century, epact, Sunday.
	golden, century, rest := year%19, year/100, year%100
	epact := (19*golden + century - century/4 - (century-(century+8)/25+1)/3 + 15) % 30
	weekday := (32 + 2*(century%4) + 2*(rest/4) - epact - rest%4) % 7
	late := (golden + 11*epact + 22*weekday) / 451
	n := epact + weekday - 7*late + 114
	return dayOfYear(year, time.Month(n/31), n%31+1)
}

func julianEaster(year int) dayNumber {
	// Meeus: the full moon of the golden number, then the Sunday after it, in the Julian calendar.
	moon := (19*(year%19) + 15) % 30
	weekday := (2*(year%4) + 4*(year%7) - moon + 34) % 7
	n := moon + weekday + 114
	behind := year/100 - year/400 - 2 // days that the Julian calendar is behind, from March on
	return dayOfYear(year, time.Month(n/31), n%31+1) + dayNumber(behind)
}

func dayOfYear(year int, month time.Month, day int) dayNumber {
	return dayNumber(time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Unix() / secondsPerDay)
}
