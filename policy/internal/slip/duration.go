package slip

import (
	"math/big"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// unit is a unit of durations, or a multiple of one.
type unit struct {
	letter  byte
	seconds int64
}

// units has the words for units of time, in several languages. A month counts as 30 days and a year
// as 365: neither is a unit of durations, and [Span] knows the places where they are units.
var units = [...]struct {
	unit
	names string
}{
	{unit{'s', 1}, "s sec secs second seconds segundo segundos sekunde sekunden seconde secondes secondi"},
	{unit{'m', 60}, "m min mins min. minute minutes minuto minutos minuten minuti"},
	{unit{'h', 3600}, "h hr hrs hour hours hora horas stunde stunden std heure heures ora ore"},
	{unit{'d', 86400}, "d day days día días dia dias tag tage tagen jour jours giorno giorni"},
	{unit{'w', 7 * 86400}, "w wk wks week weeks semana semanas woche wochen semaine semaines settimana settimane"},
	{unit{'d', 14 * 86400}, "fortnight fortnights"},
	{unit{'d', 30 * 86400}, "mo month months mes meses monat monate monaten mois mese mesi"},
	{unit{'d', 365 * 86400}, "y yr yrs year years año años ano anos jahr jahre jahren an ans anno anni"},
}

// IsUnit reports whether a word is a unit of durations.
func IsUnit(word string) bool { return unitOf(strings.ToLower(word)).seconds > 0 }

func unitOf(name string) unit {
	for _, u := range units {
		if slices.Contains(strings.Fields(u.names), name) {
			return u.unit
		}
	}
	return unit{}
}

// inWords has numbers that people write out in words.
var inWords = map[string]string{
	"a": "1", "an": "1", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8",
	"nine": "9", "ten": "10", "twelve": "12", "fourteen": "14", "twenty": "20", "thirty": "30", "half": "0.5",
	"un": "1", "una": "1", "uno": "1", "dos": "2", "tres": "3", "ein": "1", "eine": "1", "zwei": "2", "drei": "3", "une": "1", "deux": "2", "trois": "3",
}

var (
	part       = regexp.MustCompile(`^(\d+(?:[.,]\d+)?|[a-z]+)[ -]?(?:an? )?(\pL+\.?)(?:,| and| y| und| et| e)? ?`)
	isoForm    = regexp.MustCompile(`^p(?:(\d+)w)?(?:(\d+)d)?(?:t(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?)?$`)
	clockForm  = regexp.MustCompile(`^(\d{1,2}):(\d{2})$`)
	halfForm   = regexp.MustCompile(`^(\d+ ?(?:h|hr|hrs|hours?)) ?(\d{1,2})$`)
	workingDay = regexp.MustCompile(`^(\d+|[a-z]+)(?:[.,]0)? ?-?(?:(?:business|working|work|week|office|bank)[ -]?days?|bds?|wds?|workdays?|weekdays?|(?:días?|dias?) (?:hábil(?:es)?|habil(?:es)?|laborables?)|werktage?n?|arbeitstage?n?|jours? (?:ouvrés?|ouvrables?)|giorni lavorativi)$`)
)

// Span returns years and months as deadlines write them, such as 6mo for six months; "" for a text that has
// other units too, which [Duration] may read.
func Span(text string) string {
	rest, out, last := plain(text), "", int64(0)
	for rest != "" {
		m := part.FindStringSubmatch(rest)
		if m == nil {
			return ""
		}
		number := m[1]
		if word := inWords[number]; word != "" {
			number = word
		}
		letter, seconds := "", unitOf(m[2]).seconds
		switch seconds {
		case 30 * 86400:
			letter = "mo"
		case 365 * 86400:
			letter = "y"
		}
		if _, err := strconv.Atoi(number); err != nil || letter == "" || last != 0 && seconds >= last {
			return ""
		}
		rest, out, last = rest[len(m[0]):], out+number+letter, seconds
	}
	return out
}

// Duration returns a length of time as the format writes it.
func Duration(text string) string {
	rest := plain(text)
	if rest == "" {
		return ""
	}
	switch rest {
	case "immediately", "at once", "now", "asap", "instantly", "straight away", "right away", "inmediatamente", "sofort":
		return "0s"
	}
	if m := clockForm.FindStringSubmatch(rest); m != nil {
		return Duration(m[1] + "h " + m[2] + "m")
	}
	if m := halfForm.FindStringSubmatch(rest); m != nil { // 1 hour 30
		rest = m[1] + " " + m[2] + "m"
	}
	if m := isoForm.FindStringSubmatch(rest); m != nil && len(rest) > 2 {
		out := ""
		for i, letter := range "wdhms" {
			if m[i+1] != "" && m[i+1] != "0" {
				out += m[i+1] + string(letter)
			}
		}
		return out
	}
	total, largest := new(big.Rat), unit{}
	for rest != "" {
		m := part.FindStringSubmatch(rest)
		if m == nil {
			return ""
		}
		n := m[1]
		if word, ok := inWords[n]; ok {
			n = word
		}
		amount, ok := new(big.Rat).SetString(strings.Replace(n, ",", ".", 1))
		u := unitOf(m[2])
		if !ok || u.seconds == 0 {
			return ""
		}
		if u.seconds > largest.seconds {
			largest = u
		}
		total.Add(total, amount.Mul(amount, new(big.Rat).SetInt64(u.seconds)))
		rest = rest[len(m[0]):]
	}
	if !total.IsInt() || !total.Num().IsInt64() {
		return ""
	}
	return spell(total.Num().Int64(), largest.letter)
}

// Months returns a number of calendar months or years, such as 6mo or 2 years: the number, and
// "months" or "years". The unit is empty for any other text.
func Months(text string) (n, unit string) {
	m := part.FindStringSubmatch(plain(text))
	if m == nil || m[0] != plain(text) {
		return "", ""
	}
	n = m[1]
	if word, ok := inWords[n]; ok {
		n = word
	}
	if !isDigits(n) {
		return "", ""
	}
	switch unitOf(m[2]).seconds {
	case 30 * 86400:
		return n, "months"
	case 365 * 86400:
		return n, "years"
	}
	return "", ""
}

// spell writes seconds in units from the largest one down.
func spell(seconds int64, largest byte) string {
	out := ""
	for _, u := range []unit{{'w', 7 * 86400}, {'d', 86400}, {'h', 3600}, {'m', 60}, {'s', 1}} {
		if largest == 0 || u.letter == largest {
			largest = 0
			if n := seconds / u.seconds; n > 0 {
				out += strconv.FormatInt(n, 10) + string(u.letter)
			}
			seconds %= u.seconds
		}
	}
	if out == "" {
		return "0s"
	}
	return out
}

// WorkingDays returns a number of working days as the format writes it.
func WorkingDays(text string) string {
	m := workingDay.FindStringSubmatch(plain(text))
	if m == nil {
		return ""
	}
	n := m[1]
	if word, ok := inWords[n]; ok {
		n = word
	}
	if !isDigits(n) || strings.Trim(n, "0") == "" {
		return ""
	}
	return n + "wd"
}
