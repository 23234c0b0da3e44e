package slip

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/servicerecovery/amends/policy/value"
)

var (
	yearFirst = regexp.MustCompile(`^(\d{4})[-/. ]?(\d{1,2})[-/. ]?(\d{1,2})(?:[t ].*)?$`)
	yearLast  = regexp.MustCompile(`^(\d{1,2})([-/. ])(\d{1,2})[-/. ](\d{4}|\d{2})$`)
	dayWord   = regexp.MustCompile(`^(\d{1,2})(?:st|nd|rd|th|\.|º)?[- ]?(?:of |de |di )?[- ]?(\pL+)\.?,?[- ]?(?:of |de |del |di )?(\d{4})$`)
	wordDay   = regexp.MustCompile(`^(\pL+)\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})$`)
)

// months has the first letters of the names of the months, in several languages.
var months = [...][]string{
	{"jan", "ene", "gen"}, {"feb", "fév", "fev"}, {"mar", "mär", "mrz"}, {"apr", "abr", "avr"}, {"may", "mai", "mag"}, {"jun", "juin", "giu"},
	{"jul", "juil", "lug"}, {"aug", "ago", "août", "aou"}, {"sep", "set"}, {"oct", "okt", "out", "ott"}, {"nov"}, {"dec", "dic", "dez", "déc"},
}

// Date returns a day as the format writes it. It returns two days for a text with two meanings,
// such as 03/04/2027, because a guess could be wrong.
func Date(text string) []string {
	text = plain(text)
	switch {
	case yearFirst.MatchString(text):
		m := yearFirst.FindStringSubmatch(text)
		return days(m[1], m[2], m[3])
	case yearLast.MatchString(text):
		m := yearLast.FindStringSubmatch(text)
		year := m[4]
		if len(year) == 2 {
			year = "20" + year
		}
		out := days(year, m[3], m[1])
		if m[2] != "." && m[1] != m[3] { // countries that write points put the day first
			out = append(out, days(year, m[1], m[3])...)
		}
		return out
	case dayWord.MatchString(text):
		m := dayWord.FindStringSubmatch(text)
		return days(m[3], month(m[2]), m[1])
	case wordDay.MatchString(text):
		m := wordDay.FindStringSubmatch(text)
		return days(m[3], month(m[1]), m[2])
	}
	return nil
}

func month(name string) string {
	best, length := "", 0
	for i, names := range months {
		for _, n := range names {
			if strings.HasPrefix(name, n) && len(n) > length {
				best, length = strconv.Itoa(i+1), len(n)
			}
		}
	}
	return best
}

func days(year, month, day string) []string {
	y, _ := strconv.Atoi(year)
	m, _ := strconv.Atoi(month)
	d, _ := strconv.Atoi(day)
	if _, err := value.NewDate(y, time.Month(m), d); err != nil {
		return nil
	}
	return []string{fmt.Sprintf("%04d-%02d-%02d", y, m, d)}
}
