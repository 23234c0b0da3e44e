package celenv

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/servicerecovery/amends/policy/value"
)

// Values are written in expressions by functions, and not as in the rest of a playbook:
// hours(12), not 12h. Who forgets that is told how to write the value at hand.

var (
	shortDuration = regexp.MustCompile(`^(\d+)(w|d|h|m|s)$`)
	longDuration  = regexp.MustCompile(`^(\d+[wdhms])+$`)
	anyDuration   = regexp.MustCompile(`^[\d.]+(?i:w|wd|d|h|m|s|min|mins|hrs?|minutes?|hours?|days?|weeks?|seconds?)$`)
	decimals      = regexp.MustCompile(`^\d+(\.\d+)?$`)
	calendarDay   = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}(T[0-9:.]+(Z|[+-]\d{2}:\d{2})?)?`)
)

// longestTime is more than the characters of a time with a zone.
const longestTime = 40

// units are the words after a number that mean a duration, by the unit that is short for
// them.
var units = map[string]string{
	"w": "w", "week": "w", "weeks": "w", "d": "d", "day": "d", "days": "d", "h": "h", "hr": "h", "hrs": "h", "hour": "h", "hours": "h",
	"m": "m", "min": "m", "mins": "m", "minute": "m", "minutes": "m", "s": "s", "second": "s", "seconds": "s",
}

// literalSlip finds a value that is written as it is outside expressions, beginning with
// token i.
func (c *compiler) literalSlip(i int) bool {
	src := c.places.src
	t := src.tokens[i]
	if t.kind != tokNumber {
		return false
	}
	text, to := src.tokenText(t), t.to
	from, hint := t.from, ""
	var next string
	if i+1 < len(src.tokens) {
		next = src.tokenText(src.tokens[i+1])
	}
	written := ""
	if len(text) == len("2026") {
		written = calendarDay.FindString(src.text(from, min(from+longestTime, len(src.runes))))
	}
	switch {
	case len(written) > len("2026-03-02"):
		to, hint = from+len(written), `write timestamp("`+written+`")`
	case written != "":
		to, hint = from+len(written), `write date("`+written+`")`
	case longDuration.MatchString(text), anyDuration.MatchString(text):
		hint = durationHint(text)
	case next == "%" && decimals.MatchString(text) && src.missesOperand(i+1):
		to, hint = src.tokens[i+1].to, "write percent("+text+")"
	case i+1 < len(src.tokens) && src.tokens[i+1].kind == tokName && units[strings.ToLower(next)] != "":
		to, hint = src.tokens[i+1].to, durationHint(text+units[strings.ToLower(next)])
	case next == "percent":
		to, hint = src.tokens[i+1].to, "write percent("+text+")"
	case isCurrency(next):
		to, hint = src.tokens[i+1].to, amountHint(text, next)
	case i > 0 && src.tokens[i-1].kind == tokName && isCurrency(src.tokenText(src.tokens[i-1])):
		from, hint = src.tokens[i-1].from, amountHint(text, src.tokenText(src.tokens[i-1]))
	default:
		return false
	}
	c.report(span{from, to}, CodeLiteralHere, hint, "%s is written another way in expressions", string(src.runes[from:to]))
	return true
}

// durationHint writes a duration of one unit; of several, or with a fraction, it says by
// what they are made.
func durationHint(text string) string {
	m := shortDuration.FindStringSubmatch(text)
	switch {
	case strings.HasSuffix(text, "wd"):
		return "workday(calendar, date, n) and workdays(calendar, a, b) know of working days"
	case m == nil:
		return "write minutes(n), hours(n) or days(n)"
	}
	switch m[2] {
	case "w":
		if n, err := strconv.Atoi(m[1]); err == nil && n < 1e6 {
			return "write days(" + strconv.Itoa(7*n) + ")"
		}
	case "d":
		return "write days(" + m[1] + ")"
	case "h":
		return "write hours(" + m[1] + ")"
	case "m":
		return "write minutes(" + m[1] + ")"
	}
	return `write duration("` + text + `")`
}

func amountHint(number, currency string) string {
	if amount := number + " " + currency; moneyText(amount) {
		return `write money("` + amount + `")`
	}
	return `write money("10 ` + currency + `")`
}

func isCurrency(text string) bool {
	_, known := value.Decimals(text)
	return known
}
