package payload

import (
	"math"
	"regexp"
	"strconv"
	"strings"
)

var (
	plainDigits = regexp.MustCompile(`^-?\d+(\.\d+)?$`)
	exponent    = regexp.MustCompile(`^-?\d+(\.\d+)?[eE][+-]?\d{1,3}$`)
	// threeDigits is a number in which a mark stands before exactly three digits: 1,234 and 1.234.
	threeDigits = regexp.MustCompile(`^-?[1-9]\d{0,2}[.,]\d{3}$`)
	// grouped are the marks between groups of digits, with three in the last one; India parts two.
	grouped = map[string]*regexp.Regexp{
		",": regexp.MustCompile(`^-?\d{1,3}((\.\d{2,3})*\.\d{3}|( \d{3})+|('\d{3})+)(,\d+)?$`),
		".": regexp.MustCompile(`^-?\d{1,3}((,\d{2,3})*,\d{3}|( \d{3})+|('\d{3})+)(\.\d+)?$`),
	}
	ungrouped = map[string]*regexp.Regexp{
		",": regexp.MustCompile(`^-?\d*(,\d+)?$`),
		".": regexp.MustCompile(`^-?\d*(\.\d+)?$`),
	}
)

// spaced makes each run of blanks one usual blank, and usual signs of unusual ones.
func spaced(text string) string {
	text = strings.NewReplacer("\u00a0", " ", "\u202f", " ", "\u2007", " ", "\u2009", " ", "−", "-", "’", "'").Replace(text)
	return strings.Join(strings.Fields(text), " ")
}

// decimalText reads a number in a text, with the marks that the map says. Without `decimal` a point
// is the decimal point, as in the format's own numbers, and what could mean two things is refused.
func (f *Field) decimalText(text string, raw any, wanted string) (string, *Misfit) {
	text = strings.TrimPrefix(spaced(text), "+")
	if f.Decimal != "" {
		if ungrouped[f.Decimal].MatchString(text) && strings.ContainsAny(text, "0123456789") || grouped[f.Decimal].MatchString(text) {
			return marked(text, f.Decimal), nil
		}
		other := ","
		if f.Decimal == "," {
			other = "."
		}
		why := ""
		if ungrouped[other].MatchString(text) || grouped[other].MatchString(text) {
			why = "is not written with `decimal: \"" + f.Decimal + "\"`"
		}
		return "", misfit(wanted, raw, why, "")
	}
	const remedy = "write `decimal: \".\"` or `decimal: \",\"`, whichever the numbers are written with"
	switch {
	case threeDigits.MatchString(text):
		small, large := text[:strings.IndexAny(text, ".,")], strings.NewReplacer(".", "", ",", "").Replace(text)
		return "", misfit(wanted, raw, "is ambiguous: "+small+" and a fraction, or "+large, remedy)
	case plainDigits.MatchString(text):
		return text, nil
	case exponent.MatchString(text):
		if number, ok := plainNumber(text); ok {
			return number, nil
		}
		return "", misfit(wanted, raw, "is too large or too small", "")
	case ungrouped[","].MatchString(text) && strings.ContainsAny(text, "0123456789"), grouped[","].MatchString(text), grouped["."].MatchString(text):
		return "", misfit(wanted, raw, "is written with marks that the map does not name", remedy)
	}
	return "", misfit(wanted, raw, "", "")
}

// marked writes a number with a point for the decimals, and no other mark.
func marked(text, decimal string) string {
	whole, rest, _ := strings.Cut(text, decimal)
	sign := ""
	if strings.HasPrefix(whole, "-") {
		sign = "-"
	}
	whole = strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, whole)
	if whole == "" {
		whole = "0"
	}
	if rest != "" {
		whole += "." + rest
	}
	return sign + whole
}

// plainNumber writes a number of JSON without an exponent. Without a bound, 1e999999 would fill the
// memory.
func plainNumber(text string) (string, bool) {
	if plainDigits.MatchString(text) {
		return text, len(text) <= 400
	}
	d, err := strconv.ParseFloat(text, 64)
	if err != nil || math.Abs(d) >= 1e18 || d != 0 && math.Abs(d) < 1e-18 {
		return "", false
	}
	return strconv.FormatFloat(d, 'f', -1, 64), true
}
