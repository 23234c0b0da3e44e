package slip

import "strings"

// weekdays has the first letters of the names of the days of the week, in several languages. Each
// name begins with one of them, and no other day's name does.
var weekdays = [...]struct{ day, names string }{
	{"mon", "mon lun mo montag"}, {"tue", "tue mar tu di dienstag mardi"}, {"wed", "wed mié mie mer we mi mittwoch"},
	{"thu", "thu jue gio jeu th do donnerstag"}, {"fri", "fri vie ven fr freitag vendredi"},
	{"sat", "sat sáb sab sam sa samstag sonnabend"}, {"sun", "sun dom dim so su sonntag"},
}

// Weekday returns a day of the week as the format writes it, for its name in one of several languages
// or its number from Monday on: 6 for Saturday. It returns "" for any other text.
func Weekday(text string) string {
	text = strings.TrimSuffix(plain(text), ".")
	if len(text) == 1 && text[0] >= '0' && text[0] <= '7' {
		return weekdays[(text[0]-'0'+6)%7].day // Sunday is 0 or 7
	}
	best, length := "", 0
	for _, d := range weekdays {
		for _, n := range strings.Fields(d.names) {
			if (text == n || len(n) > 2 && strings.HasPrefix(text, n)) && len(n) > length {
				best, length = d.day, len(n)
			}
		}
	}
	return best
}
