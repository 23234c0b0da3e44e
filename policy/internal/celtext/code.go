package celtext

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/servicerecovery/amends/policy/internal/slip"
	"github.com/servicerecovery/amends/policy/value"
)

var (
	decimals = regexp.MustCompile(`^\d+(\.\d+)?$`)
	oneUnit  = regexp.MustCompile(`^(\d+)([wdhm])$`)
)

// LiteralCode writes a text as a literal of a type, as expressions write it: hours(12) for
// 12h. It returns "" where the meaning of the text is not certain.
func LiteralCode(text string, t value.Type) string {
	switch t.Kind {
	case value.KindDuration:
		if _, err := value.ParseDuration(text); err == nil {
			return DurationCode(text)
		}
		return DurationCode(slip.Duration(text))
	case value.KindMoney:
		if !IsMoney(text) {
			text = slip.Amount(text, t.Currency)
		}
		if text != "" {
			return "money(" + Quote(text) + ")"
		}
	case value.KindDate:
		if days := slip.Date(text); len(days) == 1 {
			return "date(" + Quote(days[0]) + ")"
		}
	case value.KindTimestamp:
		if _, err := value.ParseTimestamp(text); err == nil {
			return "timestamp(" + Quote(text) + ")"
		}
	case value.KindPercent:
		return PercentCode(text)
	case value.KindInt:
		if n, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64); err == nil {
			return strconv.FormatInt(n, 10)
		}
	case value.KindDouble:
		if decimals.MatchString(strings.TrimSpace(text)) {
			return strings.TrimSpace(text)
		}
	case value.KindBool:
		return slip.Bool(text)
	}
	return ""
}

// ZeroCode writes the zero value of a type, such as hours(0); "" for a type without one.
func ZeroCode(t value.Type) string {
	switch t.Kind {
	case value.KindString:
		return `""`
	case value.KindInt:
		return "0"
	case value.KindDouble:
		return "0.0"
	case value.KindBool:
		return "false"
	case value.KindDuration:
		return "hours(0)"
	case value.KindPercent:
		return "percent(0)"
	case value.KindList:
		return "[]"
	case value.KindMoney:
		if isCurrency(t.Currency) {
			return `money("0 ` + t.Currency + `")`
		}
	}
	return ""
}

// DurationCode writes a duration of the format as an expression: hours(12) for one unit,
// duration("1h30m") for several. It returns "" for any other text.
func DurationCode(text string) string {
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
	return "duration(" + Quote(text) + ")"
}

// MonthsCode writes a number of months or years as an expression; "" for any other text.
func MonthsCode(text string) string {
	n, unit := slip.Months(text)
	if unit == "" {
		return ""
	}
	return unit + "(" + n + ")"
}

// PercentCode writes a percentage as an expression; "" where the text is not certainly one.
func PercentCode(text string) string {
	p := slip.Percent(text)
	if p == "" {
		return ""
	}
	return "percent(" + strings.TrimSuffix(p, "%") + ")"
}

// IsMoney reports whether a text is an amount as the format writes it.
func IsMoney(text string) bool {
	_, err := value.ParseMoney(text)
	return err == nil
}

// isCurrency reports whether a text is the code of a currency.
func isCurrency(text string) bool {
	_, known := value.Decimals(text)
	return known
}

// Quote writes a text as a string literal.
func Quote(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(text) + `"`
}
