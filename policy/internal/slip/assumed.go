package slip

import (
	"strings"
	"unicode"
)

// Assumed says what [Duration] or [Amount] took for granted when it read a text as such: how long
// a month or a year is, or whose dollar, yen or rupee is meant. It is empty where the text leaves
// nothing open. instead is how the text is written.
func Assumed(text, instead string) string {
	rest := plain(text)
	if _, code, ok := strings.Cut(instead, " "); ok {
		for _, w := range strings.FieldsFunc(rest, func(r rune) bool { return unicode.IsDigit(r) || strings.ContainsRune(" .,-+", r) }) {
			if of := shared[w]; of.code == code {
				return of.spoken + " is taken for " + code
			}
		}
		return ""
	}
	if instead == "0s" {
		return ""
	}
	for m := part.FindStringSubmatch(rest); m != nil; m = part.FindStringSubmatch(rest) {
		rest = rest[len(m[0]):]
		switch unitOf(m[2]).seconds {
		case 30 * 86400:
			return "a month is taken for 30 days"
		case 365 * 86400:
			return "a year is taken for 365 days"
		}
	}
	return ""
}

// shared are the signs and words that several currencies have, with the one that is taken.
var shared = map[string]struct{ code, spoken string }{
	"$": {"USD", "$"}, "dollar": {"USD", "a dollar"}, "dollars": {"USD", "a dollar"}, "dólar": {"USD", "a dollar"},
	"dólares": {"USD", "a dollar"}, "dolares": {"USD", "a dollar"}, "¥": {"JPY", "¥"},
	"rupee": {"INR", "a rupee"}, "rupees": {"INR", "a rupee"},
}
