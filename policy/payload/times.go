package payload

import (
	"encoding/json"
	"math/big"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/servicerecovery/amends/policy/value"
)

var (
	yearFirst = regexp.MustCompile(`^(\d{4})([-/.])(\d{1,2})([-/.])(\d{1,2})(?:$|[T ,])`)
	yearLast  = regexp.MustCompile(`^(\d{1,2})([-/.])(\d{1,2})([-/.])(\d{2,4})(?:$|[T ,])`)
	dayName   = regexp.MustCompile(`^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? `)
	dayMonth  = regexp.MustCompile(`^(\d{1,2})[- ]([A-Za-z]{3,9})\.?[-, ]+(\d{4})(?:$|[T ,])`)
	monthDay  = regexp.MustCompile(`^([A-Za-z]{3,9})\.? (\d{1,2})(?:,? )(\d{4})(?:$|[T ,])`)
	timeOfDay = regexp.MustCompile(`^(\d{1,2})(?:[:.](\d{2})(?:[:.](\d{2})(?:[.,](\d{1,9}))?)?)?(?: ?([AaPp])\.?[Mm]\.?)?(?: ?(Z|z|UTC|GMT|[+-]\d{2}:?\d{2}|[+-]\d{2}))?$`)
)

const (
	wantedTime  = "a time such as 2026-03-02T10:00:00Z"
	wantedDay   = "a date such as 2026-03-02"
	formatHint  = "write `format: d/m/y` or `format: m/d/y`, whichever the days are written with"
	zoneHint    = "write `zone:` and the zone of the times, such as `zone: Europe/Madrid`"
	epochHint   = "write `format: epoch` for seconds since 1970, or `format: epoch-ms` for milliseconds"
	epochDigits = 40
)

// moment is a time as a text has it: a day, and perhaps a time of that day and a zone.
type moment struct {
	date   value.Date
	wall   time.Time // the day and the time of day, as if in UTC
	timed  bool      // it has a time of day
	offset *time.Location
}

func (f *Field) toTime(raw any) (any, *Misfit) {
	if f.isEpoch() {
		return f.epoch(raw, wantedTime)
	}
	m, bad := f.moment(raw, wantedTime)
	if bad != nil {
		return nil, bad
	}
	return f.instant(m, raw)
}

// instant is the one that a moment means. A day without a time is its beginning.
func (f *Field) instant(m moment, raw any) (any, *Misfit) {
	var t time.Time
	switch {
	case m.offset != nil:
		t = time.Date(m.wall.Year(), m.wall.Month(), m.wall.Day(), m.wall.Hour(), m.wall.Minute(), m.wall.Second(), m.wall.Nanosecond(), m.offset)
	case f.Zone == nil:
		return nil, misfit(wantedTime, raw, "has no zone", zoneHint)
	case !m.timed:
		t = m.date.In(f.Zone)
	default:
		first, _ := value.Instants(m.wall.Truncate(time.Second), f.Zone)
		t = first.Add(time.Duration(m.wall.Nanosecond()))
	}
	t = value.Instant(t)
	if y := t.Year(); y < 1 || y > 9999 {
		return nil, misfit(wantedTime, raw, "lies outside the years 1 to 9999", "")
	}
	return t, nil
}

// toDate reads a day. A time with a zone of its own is on the day that it is in the zone of the map.
func (f *Field) toDate(raw any) (any, *Misfit) {
	var t any
	var m moment
	var bad *Misfit
	if f.isEpoch() {
		t, bad = f.epoch(raw, wantedDay)
	} else if m, bad = f.moment(raw, wantedDay); bad == nil {
		if m.offset == nil {
			return m.date, nil
		}
		t, bad = f.instant(m, raw)
	}
	if bad != nil {
		return nil, bad
	}
	if f.Zone == nil {
		return nil, misfit(wantedDay, raw, "is a time, on different days in different zones", zoneHint)
	}
	return value.DateOf(t.(time.Time).In(f.Zone)), nil
}

func (f *Field) isEpoch() bool { return f.Format == "epoch" || f.Format == "epoch-ms" }

// epoch reads how long after 1970 a time is.
func (f *Field) epoch(raw any, wanted string) (any, *Misfit) {
	text, ok := TextOf(raw)
	if number, isNumber := raw.(json.Number); isNumber {
		if text, ok = plainNumber(string(number)); !ok {
			return nil, misfit(wanted, raw, "is too large or too small", "")
		}
	}
	text = strings.TrimSpace(text)
	n, fits := new(big.Rat), ok && plainDigits.MatchString(text) && len(text) <= epochDigits
	if !fits {
		return nil, misfit(wanted, raw, "is not a number, as `format: "+f.Format+"` wants", "")
	}
	n.SetString(text)
	perUnit := int64(1_000_000)
	if f.Format == "epoch-ms" {
		perUnit = 1_000
	}
	n.Mul(n, new(big.Rat).SetInt64(perUnit))
	micros := new(big.Int).Div(n.Num(), n.Denom())
	t := time.UnixMicro(micros.Int64()).UTC()
	if y := t.Year(); !micros.IsInt64() || y < 1 || y > 9999 {
		why := "lies outside the years 1 to 9999"
		return nil, misfit(wanted, raw, why, "")
	}
	return t, nil
}

// moment reads a text with a day in it, and perhaps a time.
func (f *Field) moment(raw any, wanted string) (m moment, bad *Misfit) {
	text, isText := raw.(string)
	if !isText {
		if _, isNumber := raw.(json.Number); isNumber {
			return m, misfit(wanted, raw, "", epochHint)
		}
		return m, misfit(wanted, raw, "", "")
	}
	text = spaced(text)
	y, mo, d, rest, bad := f.day(dayName.ReplaceAllString(text, ""), raw, wanted)
	if bad != nil {
		return m, bad
	}
	date, err := value.NewDate(y, time.Month(mo), d)
	if err != nil || mo < 1 || mo > 12 {
		return m, misfit(wanted, raw, "is a day that does not exist", f.otherOrder(y, mo, d))
	}
	m.date, m.wall = date, time.Date(y, time.Month(mo), d, 0, 0, 0, 0, time.UTC)
	if rest == "" {
		return m, nil
	}
	if !m.timeOfDay(rest) {
		return m, misfit(wanted, raw, "has "+strconv.Quote(rest)+" in the place of a time of day", "")
	}
	return m, nil
}

// hasDay reports whether a text begins with a day. An hour such as 18.00.00 is not taken for one: its year
// would have two digits.
func hasDay(text string) bool {
	text = dayName.ReplaceAllString(spaced(text), "")
	if p := yearLast.FindStringSubmatch(text); p != nil {
		return len(p[5]) == 4
	}
	return yearFirst.MatchString(text) || dayMonth.MatchString(text) || monthDay.MatchString(text)
}

// otherOrder is the remedy for a day that exists if the day and the month are read the other way round.
func (f *Field) otherOrder(y, month, day int) string {
	if _, err := value.NewDate(y, time.Month(day), month); err != nil || day < 1 || day > 12 {
		return ""
	}
	switch f.Format {
	case "m/d/y":
		return "write `format: d/m/y`, if the day comes first"
	case "d/m/y":
		return "write `format: m/d/y`, if the month comes first"
	}
	return ""
}

// day reads the day at the beginning of a text, in the order that the map says, and returns the rest.
func (f *Field) day(text string, raw any, wanted string) (y, m, d int, rest string, bad *Misfit) {
	at := func(parts []string) string {
		return strings.TrimLeft(text[len(strings.TrimRight(parts[0], "T ,")):], "T ,")
	}
	if p := yearFirst.FindStringSubmatch(text); p != nil && p[2] == p[4] {
		if f.Format == "d/m/y" || f.Format == "m/d/y" {
			return 0, 0, 0, "", misfit(wanted, raw, "is not written as `format: "+f.Format+"` says", "")
		}
		return number(p[1]), number(p[3]), number(p[5]), at(p), nil
	}
	if p := yearLast.FindStringSubmatch(text); p != nil && p[2] == p[4] {
		switch {
		case len(p[5]) != 4:
			return 0, 0, 0, "", misfit(wanted, raw, "is ambiguous: its year has no four digits", "")
		case f.Format == "d/m/y":
			return number(p[5]), number(p[3]), number(p[1]), at(p), nil
		case f.Format == "m/d/y":
			return number(p[5]), number(p[1]), number(p[3]), at(p), nil
		case f.Format == "":
			return 0, 0, 0, "", misfit(wanted, raw, "is ambiguous: the day or the month may come first", formatHint)
		}
		return 0, 0, 0, "", misfit(wanted, raw, "is not written as `format: "+f.Format+"` says", "")
	}
	if p := dayMonth.FindStringSubmatch(text); p != nil && f.Format != "m/d/y" && f.Format != "y-m-d" && month(p[2]) > 0 {
		return number(p[3]), month(p[2]), number(p[1]), at(p), nil
	}
	if p := monthDay.FindStringSubmatch(text); p != nil && f.Format != "d/m/y" && f.Format != "y-m-d" && month(p[1]) > 0 {
		return number(p[3]), month(p[1]), number(p[2]), at(p), nil
	}
	why, remedy := "", ""
	if plainDigits.MatchString(text) {
		why, remedy = "is a number", epochHint
	}
	return 0, 0, 0, "", misfit(wanted, raw, why, remedy)
}

// month is the number of a month by its English name, or the first three letters of it; 0 for none.
func month(name string) int {
	for m := time.January; m <= time.December; m++ {
		full := m.String()
		if strings.EqualFold(name, full) || strings.EqualFold(name, full[:3]) || m == time.September && strings.EqualFold(name, "Sept") {
			return int(m)
		}
	}
	return 0
}

func number(digits string) int {
	n, _ := strconv.Atoi(digits)
	return n
}

// timeOfDay adds a time of day to a moment, with the zone behind it, if there is one.
func (m *moment) timeOfDay(text string) bool {
	p := timeOfDay.FindStringSubmatch(text)
	if p == nil || p[2] == "" && p[5] == "" {
		return false
	}
	hour, minute, second := number(p[1]), number(p[2]), number(p[3])
	if p[5] != "" {
		if hour < 1 || hour > 12 {
			return false
		}
		if hour %= 12; strings.EqualFold(p[5], "p") {
			hour += 12
		}
	}
	endOfDay := hour == 24 && minute == 0 && second == 0 && number(p[4]) == 0
	if hour > 23 && !endOfDay || minute > 59 || second > 59 {
		return false
	}
	nanos := number((p[4] + "000000000")[:9])
	m.wall = m.wall.Add(time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute + time.Duration(second)*time.Second + time.Duration(nanos))
	m.timed = true
	return m.zone(p[6])
}

// zone reads the zone of a time: Z, UTC, GMT, +01:00, +0100 or +01.
func (m *moment) zone(text string) bool {
	switch strings.ToUpper(text) {
	case "":
		return true
	case "Z", "UTC", "GMT":
		m.offset = time.UTC
		return true
	}
	digits := strings.ReplaceAll(text[1:], ":", "") + "00"
	hours, minutes := number(digits[:2]), number(digits[2:4])
	if hours > 23 || minutes > 59 {
		return false
	}
	seconds := hours*3600 + minutes*60
	if text[0] == '-' {
		seconds = -seconds
	}
	m.offset = time.FixedZone("", seconds)
	return true
}
