package celenv

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/servicerecovery/amends/policy/internal/slip"
	"github.com/servicerecovery/amends/policy/value"
)

// Values are written in expressions by functions, and not as in the rest of a playbook:
// hours(12), not 12h. Who forgets that is told how to write the value at hand.

var (
	calendarDay = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}(T[0-9:.]+(Z|[+-]\d{2}:\d{2})?)?`)
	decimals    = regexp.MustCompile(`^\d+(\.\d+)?$`)
	oneUnit     = regexp.MustCompile(`^(\d+)([wdhm])$`)
)

// longestTime is more than the characters of a time with a zone.
const longestTime = 40

// valueSlips reports each value that is written as it is outside expressions.
func (c *compiler) valueSlips() bool {
	before := len(c.issues)
	for i := 0; i < len(c.places.src.tokens); i++ {
		if last := c.valueSlip(i); last > i {
			i = last
		}
	}
	return len(c.issues) > before
}

// valueSlip reports such a value that starts with token i, and returns its last token, -1
// where there is none.
func (c *compiler) valueSlip(i int) int {
	src := c.places.src
	if src.tokens[i].kind == tokName && isCurrency(src.word(i)) && src.numberFrom(i+1) > i {
		return c.amountSlip(i, src.numberFrom(i+1))
	}
	if src.tokens[i].kind != tokNumber || src.is(i-1, ".") && src.glued(i-1) {
		return -1
	}
	if last := c.daySlip(i); last >= i {
		return last
	}
	number := src.numberFrom(i)
	unit := number + 1
	word := src.word(unit)
	named := src.isName(unit)
	switch {
	case src.is(unit, "%") && src.missesOperand(unit), src.is(unit, "%") && strings.EqualFold(src.word(unit+1), "of") && src.operandAfter(unit+2) > 0, named && slip.Percent("1 "+word) != "":
		return c.percentSlip(i, unit)
	case named && isCurrency(strings.ToUpper(word)), named && slip.Amount("1 "+word, "") != "":
		return c.amountSlip(i, unit)
	case named && slip.WorkingDays("1 "+word+" "+src.word(unit+1)) != "":
		return c.workingDays(i, unit+1)
	case named && slip.WorkingDays("1 "+word) != "":
		return c.workingDays(i, unit)
	case named && slip.IsUnit(word):
		for {
			next := unit + 1
			if strings.EqualFold(src.word(next), "and") {
				next++
			}
			if src.numberFrom(next) < 0 || !src.isName(next+1) || slip.Duration(src.textOf(i, next+1)) == "" { // 1 h 30 min
				break
			}
			unit = next + 1
		}
		return c.durationSlip(i, unit)
	case !decimals.MatchString(src.word(i)) && slip.WorkingDays(src.word(i)) != "":
		return c.workingDays(i, i)
	case !decimals.MatchString(src.word(i)) && slip.Duration(src.word(i)) != "":
		last := i
		for last+1 < len(src.tokens) && src.tokens[last+1].kind == tokNumber && slip.Duration(src.textOf(i, last+1)) != "" { // 1h 30m
			last++
		}
		return c.durationSlip(i, last)
	case !decimals.MatchString(src.word(i)) && slip.Amount(src.word(i), "") != "":
		return c.amountSlip(i, i)
	}
	return -1
}

// numberFrom returns the last token of a number that starts with token i, separators of
// any country included; -1 where none does.
func (s *source) numberFrom(i int) int {
	if i >= len(s.tokens) || s.tokens[i].kind != tokNumber {
		return -1
	}
	for s.is(i+1, ",") && s.glued(i) && s.glued(i+1) && s.tokens[i+2].kind == tokNumber {
		i += 2
	}
	return i
}

func (c *compiler) reportValue(i, last int, r remedy) int {
	at := c.places.src.span(i, last)
	c.remedied(at, CodeLiteralHere, r, "%s is written another way in expressions", c.places.src.text(at.from, at.to))
	return last
}

// daySlip reports a day, or a time, that stands without quotes.
func (c *compiler) daySlip(i int) int {
	src := c.places.src
	t := src.tokens[i]
	if len(src.tokenText(t)) != len("2026") {
		return -1
	}
	written := calendarDay.FindString(src.text(t.from, min(t.from+longestTime, len(src.runes))))
	if written == "" {
		return -1
	}
	at := span{t.from, t.from + len(written)}
	last := i
	for last+1 < len(src.tokens) && src.tokens[last+1].from < at.to {
		last++
	}
	r := write(at, `date("`+written+`")`)
	switch {
	case len(written) > len("2026-03-02"):
		r = write(at, `timestamp("`+written+`")`)
	case i > 1 && src.compares(i-1):
		if left := src.operandBefore(i - 2); left >= 0 {
			if t, ok := c.typeOfTokens(left, i-2); ok && t.Kind == value.KindTimestamp {
				whole := src.span(left, last)
				r = write(whole, "date("+src.textOf(left, i-2)+") "+src.word(i-1)+` date("`+written+`")`)
			}
		}
	}
	c.remedied(at, CodeLiteralHere, r, "%s is written another way in expressions", written)
	return last
}

// percentSlip reports 20%, and 20% of x.
func (c *compiler) percentSlip(i, unit int) int {
	src := c.places.src
	code := percentCode(src.textOf(i, unit))
	if code == "" {
		return -1
	}
	if strings.EqualFold(src.word(unit+1), "of") || strings.EqualFold(src.word(unit+1), "de") || strings.EqualFold(src.word(unit+1), "von") {
		from := unit + 2
		if strings.EqualFold(src.word(from), "the") {
			from++
		}
		if to := src.operandAfter(from); to > 0 {
			at := src.span(i, to)
			c.remedied(src.span(i, unit+1), CodeLiteralHere, write(at, src.textOf(from, to)+" * "+code), "%s is written another way in expressions", src.textOf(i, to))
			return to
		}
	}
	return c.reportValue(i, unit, write(src.span(i, unit), code))
}

func percentCode(text string) string {
	p := slip.Percent(text)
	if p == "" {
		return ""
	}
	return "percent(" + strings.TrimSuffix(p, "%") + ")"
}

func (c *compiler) amountSlip(i, last int) int {
	src := c.places.src
	amount := slip.Amount(src.textOf(i, last), "")
	if moneyText(src.textOf(i, last)) {
		amount = src.textOf(i, last)
	}
	if amount == "" {
		return c.reportValue(i, last, say(`write the amount in quotes, as in money("10 EUR")`))
	}
	return c.reportValue(i, last, write(src.span(i, last), "money("+quote(amount)+")"))
}

func (c *compiler) workingDays(i, last int) int {
	return c.reportValue(i, last, say("workday(calendar, date, n) and workdays(calendar, a, b) know of working days"))
}

// durationSlip reports a duration, and days that are added to a day.
func (c *compiler) durationSlip(i, last int) int {
	src := c.places.src
	d := slip.Duration(src.textOf(i, last))
	code := durationCode(d)
	if code == "" {
		return c.reportValue(i, last, say("write minutes(n), hours(n) or days(n)"))
	}
	if i > 1 && (src.is(i-1, "+") || src.is(i-1, "-")) {
		if t, ok := c.typeOfTokens(src.operandBefore(i-2), i-2); ok && t.Kind == value.KindDate {
			n, err := value.ParseDuration(d)
			if days := int64(n.Hours()) / 24; err == nil && n.Hours() == float64(days*24) {
				r := write(src.span(i, last), strconv.FormatInt(days, 10))
				r.hint += ": a day and a number make a day"
				return c.reportValue(i, last, r)
			}
		}
	}
	return c.reportValue(i, last, write(src.span(i, last), code))
}

// durationCode writes a duration of the format as an expression: of one unit by its
// function, of several as text.
func durationCode(text string) string {
	if _, err := value.ParseDuration(text); err != nil {
		return ""
	}
	if m := oneUnit.FindStringSubmatch(text); m != nil {
		switch m[2] {
		case "w":
			if n, err := strconv.Atoi(m[1]); err == nil && n < 1e6 {
				return "days(" + strconv.Itoa(7*n) + ")"
			}
		case "d":
			return "days(" + m[1] + ")"
		case "h":
			return "hours(" + m[1] + ")"
		case "m":
			return "minutes(" + m[1] + ")"
		}
	}
	return "duration(" + quote(text) + ")"
}

func isCurrency(text string) bool {
	_, known := value.Decimals(text)
	return known
}
