package celtext

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/servicerecovery/amends/policy/internal/slip"
	"github.com/servicerecovery/amends/policy/value"
)

// Expressions write values by functions, and the rest of a playbook does not: hours(12) stands for
// 12h. The slips here say how to write the value that was found.

var calendarDay = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}(T[0-9:.]+(Z|[+-]\d{2}:\d{2})?)?`)

// longestTime is above the length of any time with a zone.
const longestTime = 40

// valueSlips reports each value that is written as outside of expressions.
func (f *finder) valueSlips() bool {
	before := len(f.issues)
	for i := 0; i < len(f.src.Tokens); i++ {
		if last := f.valueSlip(i); last > i {
			i = last
		}
	}
	return len(f.issues) > before
}

// valueSlip reports such a value if it starts with token i. It returns the last token of the value,
// -1 if there is none.
func (f *finder) valueSlip(i int) int {
	src := f.src
	if src.Tokens[i].Kind == TokName && isCurrency(src.Word(i)) && src.numberFrom(i+1) > i {
		return f.amountSlip(i, src.numberFrom(i+1))
	}
	if src.Tokens[i].Kind != TokNumber || src.Is(i-1, ".") && src.glued(i-1) {
		return -1
	}
	if last := f.daySlip(i); last >= i {
		return last
	}
	number := src.numberFrom(i)
	unit := number + 1
	word := src.Word(unit)
	named := src.isName(unit)
	switch {
	case src.Is(unit, "%") && src.missesOperand(unit), src.Is(unit, "%") && strings.EqualFold(src.Word(unit+1), "of") && src.operandAfter(unit+2) > 0, named && slip.Percent("1 "+word) != "":
		return f.percentSlip(i, unit)
	case named && isCurrency(strings.ToUpper(word)), named && slip.Amount("1 "+word, "") != "":
		return f.amountSlip(i, unit)
	case named && slip.WorkingDays("1 "+word+" "+src.Word(unit+1)) != "":
		return f.workingDays(i, unit+1)
	case named && slip.WorkingDays("1 "+word) != "":
		return f.workingDays(i, unit)
	case named && slip.IsUnit(word):
		for {
			next := unit + 1
			if strings.EqualFold(src.Word(next), "and") {
				next++
			}
			if src.numberFrom(next) < 0 || !src.isName(next+1) || slip.Duration(src.TextOf(i, next+1)) == "" { // 1 h 30 min
				break
			}
			unit = next + 1
		}
		return f.durationSlip(i, unit)
	case !decimals.MatchString(src.Word(i)) && slip.WorkingDays(src.Word(i)) != "":
		return f.workingDays(i, i)
	case !decimals.MatchString(src.Word(i)) && slip.Duration(src.Word(i)) != "":
		last := i
		for last+1 < len(src.Tokens) && src.Tokens[last+1].Kind == TokNumber && slip.Duration(src.TextOf(i, last+1)) != "" { // 1h 30m
			last++
		}
		return f.durationSlip(i, last)
	case !decimals.MatchString(src.Word(i)) && slip.Amount(src.Word(i), "") != "":
		return f.amountSlip(i, i)
	}
	return -1
}

func (f *finder) reportValue(i, last int, r Remedy) int {
	at := f.src.span(i, last)
	f.issues.Add(at, CodeLiteralHere, r, "%s is written another way in expressions", f.src.Text(at.From, at.To))
	return last
}

// daySlip reports a day, or a time, that stands without quotes.
func (f *finder) daySlip(i int) int {
	src := f.src
	t := src.Tokens[i]
	if len(src.TokenText(t)) != len("2026") {
		return -1
	}
	written := calendarDay.FindString(src.Text(t.From, min(t.From+longestTime, len(src.Runes))))
	if written == "" {
		return -1
	}
	at := Span{t.From, t.From + len(written)}
	last := i
	for last+1 < len(src.Tokens) && src.Tokens[last+1].From < at.To {
		last++
	}
	r := Write(at, `date("`+written+`")`)
	switch {
	case len(written) > len("2026-03-02"):
		r = Write(at, `timestamp("`+written+`")`)
	case i > 1 && src.Compares(i-1):
		if left := src.operandBefore(i - 2); left >= 0 {
			if t, ok := f.typeOf(left, i-2); ok && t.Kind == value.KindTimestamp {
				whole := src.span(left, last)
				r = Write(whole, "date("+src.TextOf(left, i-2)+") "+src.Word(i-1)+` date("`+written+`")`)
			}
		}
	}
	f.issues.Add(at, CodeLiteralHere, r, "%s is written another way in expressions", written)
	return last
}

// percentSlip reports 20%, and 20% of x.
func (f *finder) percentSlip(i, unit int) int {
	src := f.src
	code := PercentCode(src.TextOf(i, unit))
	if code == "" {
		return -1
	}
	if strings.EqualFold(src.Word(unit+1), "of") || strings.EqualFold(src.Word(unit+1), "de") || strings.EqualFold(src.Word(unit+1), "von") {
		from := unit + 2
		if strings.EqualFold(src.Word(from), "the") {
			from++
		}
		if to := src.operandAfter(from); to > 0 {
			at := src.span(i, to)
			f.issues.Add(src.span(i, unit+1), CodeLiteralHere, Write(at, src.TextOf(from, to)+" * "+code), "%s is written another way in expressions", src.TextOf(i, to))
			return to
		}
	}
	return f.reportValue(i, unit, Write(src.span(i, unit), code))
}

func (f *finder) amountSlip(i, last int) int {
	src := f.src
	amount := slip.Amount(src.TextOf(i, last), "")
	if IsMoney(src.TextOf(i, last)) {
		amount = src.TextOf(i, last)
	}
	if amount == "" {
		return f.reportValue(i, last, Say(`write the amount in quotes, as in money("10 EUR")`))
	}
	return f.reportValue(i, last, Write(src.span(i, last), "money("+Quote(amount)+")").Assuming(src.TextOf(i, last), amount))
}

func (f *finder) workingDays(i, last int) int {
	return f.reportValue(i, last, Say("workday(calendar, date, n) and workdays(calendar, a, b) know of working days"))
}

// durationSlip reports a duration, and days that are added to a day.
func (f *finder) durationSlip(i, last int) int {
	src := f.src
	d := slip.Duration(src.TextOf(i, last))
	code := DurationCode(d)
	if code == "" {
		return f.reportValue(i, last, Say("write minutes(n), hours(n) or days(n)"))
	}
	if r := f.movedDay(i, last, d); r.Hint != "" {
		return f.reportValue(i, last, r)
	}
	return f.reportValue(i, last, Write(src.span(i, last), code).Assuming(src.TextOf(i, last), d))
}

// movedDay is the remedy for days, months and years that are added to a day or a time.
func (f *finder) movedDay(i, last int, d string) Remedy {
	src := f.src
	if i < 2 || !src.Is(i-1, "+") && !src.Is(i-1, "-") {
		return Remedy{}
	}
	t, ok := f.typeOf(src.operandBefore(i-2), i-2)
	if !ok || t.Kind != value.KindDate && t.Kind != value.KindTimestamp {
		return Remedy{}
	}
	if code := MonthsCode(src.TextOf(i, last)); code != "" {
		return Write(src.span(i, last), code)
	}
	length, err := value.ParseDuration(d)
	if days := int64(length / (24 * time.Hour)); err == nil && t.Kind == value.KindDate && length%(24*time.Hour) == 0 {
		r := Write(src.span(i, last), strconv.FormatInt(days, 10))
		r.Hint += ": a day and a number make a day"
		return r
	}
	return Remedy{}
}
