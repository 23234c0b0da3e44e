package payload

import (
	"encoding/json"
	"math"
	"math/big"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/servicerecovery/amends/policy/value"
)

var (
	clock   = regexp.MustCompile(`^(-?)(\d{1,6}):([0-5]\d):([0-5]\d)(\.\d{1,9})?$`)
	halves  = regexp.MustCompile(`^-?\d+:\d\d$`)
	iso8601 = regexp.MustCompile(`^(-?)P(?:(\d+(?:[.,]\d+)?)Y)?(?:(\d+(?:[.,]\d+)?)M)?(?:(\d+(?:[.,]\d+)?)W)?(?:(\d+(?:[.,]\d+)?)D)?(T(?:(\d+(?:[.,]\d+)?)H)?(?:(\d+(?:[.,]\d+)?)M)?(?:(\d+(?:[.,]\d+)?)S)?)?$`)
)

// units are the lengths of the units of durations.
var units = map[string]time.Duration{"seconds": time.Second, "minutes": time.Minute, "hours": time.Hour, "days": 24 * time.Hour}

const wantedDuration = "a duration such as 90m, PT1H30M or 01:30:00"

func (f *Field) toDuration(raw any) (any, *Misfit) {
	text, isText := raw.(string)
	text = strings.TrimSpace(text)
	if isText {
		if d, err := value.ParseAnyDuration(text); err == nil && text != "0" {
			return d, nil
		}
		if d, ok := ofClock(text); ok {
			return d, nil
		}
		if strings.HasPrefix(strings.TrimPrefix(text, "-"), "P") {
			return ofISO(text, raw)
		}
		if halves.MatchString(text) {
			return nil, misfit(wantedDuration, raw, "is ambiguous: hours and minutes, or minutes and seconds", "have it written as hh:mm:ss, or as a number with `unit`")
		}
	} else if _, isNumber := raw.(json.Number); !isNumber {
		return nil, misfit(wantedDuration, raw, "", "")
	}
	number, bad := f.decimal(raw, wantedDuration)
	if bad != nil {
		return nil, bad
	}
	unit, known := units[f.Unit]
	if !known {
		return nil, misfit(wantedDuration, raw, "has no unit", "write `unit:` and `seconds`, `minutes`, `hours` or `days`")
	}
	d, ok := times(number, unit)
	if !ok {
		return nil, misfit(wantedDuration, raw, "is too long", "")
	}
	return d, nil
}

// times is a number of units, exact to the nanosecond.
func times(number string, unit time.Duration) (time.Duration, bool) {
	n, ok := new(big.Rat).SetString(number)
	if !ok {
		return 0, false
	}
	n.Mul(n, new(big.Rat).SetInt64(int64(unit)))
	whole := new(big.Int).Quo(n.Num(), n.Denom())
	return time.Duration(whole.Int64()), whole.IsInt64()
}

// ofClock reads hh:mm:ss; there may be any number of hours.
func ofClock(text string) (time.Duration, bool) {
	m := clock.FindStringSubmatch(text)
	if m == nil {
		return 0, false
	}
	hours, _ := strconv.Atoi(m[2])
	minutes, _ := strconv.Atoi(m[3])
	seconds, _ := times(m[4]+m[5], time.Second)
	d := time.Duration(hours)*time.Hour + time.Duration(minutes)*time.Minute + seconds
	if m[1] == "-" {
		d = -d
	}
	return d, true
}

// ofISO reads a duration of ISO 8601. Months and years have no length of their own.
func ofISO(text string, raw any) (any, *Misfit) {
	m := iso8601.FindStringSubmatch(text)
	switch {
	case m == nil || strings.HasSuffix(text, "P") || m[6] == "T":
		return nil, misfit(wantedDuration, raw, "", "")
	case m[2] != "" || m[3] != "":
		return nil, misfit(wantedDuration, raw, "has months or years, which are not always of one length", "")
	}
	total := new(big.Int)
	for i, unit := range map[int]time.Duration{4: 7 * 24 * time.Hour, 5: 24 * time.Hour, 7: time.Hour, 8: time.Minute, 9: time.Second} {
		if m[i] == "" {
			continue
		}
		d, ok := times(strings.Replace(m[i], ",", ".", 1), unit)
		if !ok {
			return nil, misfit(wantedDuration, raw, "is too long", "")
		}
		total.Add(total, big.NewInt(int64(d)))
	}
	if !total.IsInt64() || total.Int64() == math.MaxInt64 {
		return nil, misfit(wantedDuration, raw, "is too long", "")
	}
	if m[1] == "-" {
		return time.Duration(-total.Int64()), nil
	}
	return time.Duration(total.Int64()), nil
}
