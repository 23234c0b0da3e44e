package value

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// Style says for whom values are shown: in which language, and in whose time.
//
// The decimal separator is that of the language, and so are the words of durations. Dates,
// times and codes of currencies stay as they are everywhere, so that a message can be compared
// with the record.
type Style struct {
	Language string         // a BCP 47 tag, such as "es" or "es-MX"; empty: a decimal point
	Zone     *time.Location // for times; nil: UTC
}

// Text shows a value:
//
//	text, int, bool   as they are
//	double            its shortest decimal: 0.5, or 0,5
//	time.Time         2026-03-02 10:00, in the zone
//	Date              2026-03-02
//	time.Duration     its two largest units that are not 0, the rest cut off: 3 d 8 h, or in the
//	                  words of a language that is known: 3 days and 8 hours
//	Span              its years, months and days, then its duration: 1 y 6 mo
//	Money             10.00 EUR, or 10,00 EUR
//	Percent           12.5%, or 12,5%
//	lists of these    joined by commas
//
// Anything else is shown as fmt shows it.
func (s Style) Text(value any) string {
	switch v := value.(type) {
	case string:
		return v
	case float64:
		return s.double(v)
	case time.Time:
		return s.time(v)
	case time.Duration:
		return durationIn(v, wordsOf(s.Language))
	case Span:
		return v.text()
	case Money:
		return s.money(v)
	case Percent:
		return v.text(s.point())
	case nil:
		return ""
	}
	if list := reflect.ValueOf(value); list.Kind() == reflect.Slice {
		return s.list(list)
	}
	return fmt.Sprint(value)
}

func (s Style) point() byte { return separator(s.Language) }

func (s Style) double(f float64) string {
	return strings.Replace(formatDouble(f), ".", string(s.point()), 1)
}

func (s Style) time(t time.Time) string {
	zone := s.Zone
	if zone == nil {
		zone = time.UTC
	}
	return t.In(zone).Format("2006-01-02 15:04")
}

func (s Style) money(m Money) string {
	if !m.IsSet() {
		return m.String()
	}
	return formatDecimal(m.units, m.decimals(), s.point()) + " " + m.currency
}

func (s Style) list(list reflect.Value) string {
	texts := make([]string, list.Len())
	for i := range texts {
		texts[i] = s.Text(list.Index(i).Interface())
	}
	return strings.Join(texts, ", ")
}

// durationIn shows at most two units, in the words of a language unless they are nil. The units need
// not be neighbours: an hour and five seconds are "1 h 5 s", which is nearer than "1 h". [Plain.Duration]
// cuts nothing off.
func durationIn(d time.Duration, in *unitWords) string {
	name := func(n uint64, unit int, short string) string {
		if in == nil {
			return short
		}
		forms := in.units[unit]
		return " " + forms[in.plural(n)]
	}
	units := [...]struct {
		length uint64
		name   string
	}{{uint64(week), " w"}, {uint64(day), " d"}, {uint64(time.Hour), " h"}, {uint64(time.Minute), " m"}, {uint64(time.Second), " s"}}

	rest := uint64(d)
	if d < 0 {
		rest = -rest
	}
	shown := make([]string, 0, 2)
	for i, unit := range units {
		if n := rest / unit.length; n > 0 && len(shown) < 2 {
			shown = append(shown, strconv.FormatUint(n, 10)+name(n, i, unit.name))
		}
		rest %= unit.length
	}
	if len(shown) == 0 {
		return "0" + name(0, len(units)-1, " s")
	}
	and := " "
	if in != nil {
		and = in.and
	}
	text := strings.Join(shown, and)
	if d < 0 {
		return "-" + text
	}
	return text
}
