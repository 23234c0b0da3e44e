package slip

import (
	"regexp"
	"strings"
)

var (
	plainNumber = regexp.MustCompile(`^\d+(\.\d+)?$`)
	grouped     = regexp.MustCompile(`^\d{1,3}([ '.,\x{a0}\x{202f}’]\d{3})+$`)
	wholePart   = regexp.MustCompile(`^\d{1,3}([ '.,\x{a0}\x{202f}’]?\d{3})*$`)
)

// number reads a number with the separators of any country. It returns the number with a point for
// the decimals and no other separator. decimals is the most that there can be: with two decimals,
// "1,000" is a thousand.
func number(text string, decimals int) (string, bool) {
	text = strings.TrimSpace(text)
	for _, dash := range []string{".-", ",-", ".–", ",–"} { // 5,- is five
		text = strings.TrimSuffix(text, dash)
	}
	sign := ""
	if rest, ok := strings.CutPrefix(text, "-"); ok {
		sign, text = "-", strings.TrimSpace(rest)
	}
	text = strings.TrimPrefix(text, "+")
	if strings.HasPrefix(text, ".") || strings.HasPrefix(text, ",") {
		text = "0" + text
	}
	if plainNumber.MatchString(text) && len(text)-strings.IndexByte(text+".", '.')-1 <= max(decimals, 0) {
		return sign + text, true
	}
	if at := strings.LastIndexAny(text, ".,"); at > 0 {
		whole, part := text[:at], text[at+1:]
		mark := text[at : at+1]
		if isDigits(part) && len(part) <= decimals && !strings.Contains(whole, mark) && wholePart.MatchString(whole) {
			return sign + onlyDigits(whole) + "." + part, true
		}
	}
	if grouped.MatchString(text) && oneMark(text) && strings.Count(text, ".") != 1 { // 1.000 may be 1 or 1000
		return sign + onlyDigits(text), true
	}
	return "", false
}

// oneMark reports whether all separators in a number are the same.
func oneMark(text string) bool {
	mark := rune(0)
	for _, r := range text {
		if r >= '0' && r <= '9' {
			continue
		}
		if mark != 0 && r != mark {
			return false
		}
		mark = r
	}
	return true
}

func isDigits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

func onlyDigits(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
}

// plain replaces unusual blanks and minus signs by the usual ones, and writes the text in lower
// case.
func plain(text string) string {
	return strings.ToLower(strings.TrimSpace(spaced(text)))
}

// spaced makes each run of blanks one blank.
func spaced(text string) string {
	text = strings.NewReplacer("\u00a0", " ", "\u202f", " ", "\u2007", " ", "\u2009", " ", "−", "-", "–", "-").Replace(text)
	return strings.Join(strings.Fields(text), " ")
}
