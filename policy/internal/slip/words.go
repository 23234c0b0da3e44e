package slip

import (
	"regexp"
	"strings"

	"github.com/servicerecovery/amends/policy/value"
)

var percentWords = regexp.MustCompile(`^(?:%|pct|percent) ?(-?[\d.,]+)$|^(-?[\d.,]+) ?(?:%|percent|per cent|pct|percentage|por ciento|prozent|pour cent)$`)

// Percent returns a percentage as the format writes it. A number alone is taken for a fraction: 0.2
// is 20%.
func Percent(text string) string {
	text = plain(text)
	if m := percentWords.FindStringSubmatch(text); m != nil {
		if n, ok := number(m[1]+m[2], 18); ok {
			return n + "%"
		}
		return ""
	}
	n, ok := number(text, 16)
	if !ok {
		return ""
	}
	whole, part, fraction := strings.Cut(strings.TrimPrefix(n, "-"), ".")
	if strings.Trim(whole, "0") != "" || !fraction {
		return n + "%"
	}
	for len(part) < 2 {
		part += "0"
	}
	out := strings.TrimLeft(whole+part[:2], "0")
	if out == "" {
		out = "0"
	}
	if rest := strings.TrimRight(part[2:], "0"); rest != "" {
		out += "." + rest
	}
	if strings.HasPrefix(n, "-") {
		out = "-" + out
	}
	if _, err := value.ParsePercent(out + "%"); err != nil {
		return ""
	}
	return out + "%"
}

// Bool returns true or false for a word that means one of them.
func Bool(text string) string {
	switch plain(text) {
	case "true", "yes", "y", "on", "1", "t", "sí", "si", "ja", "oui", "verdadero", "wahr", "vrai", "vero", "enabled":
		return "true"
	case "false", "no", "n", "off", "0", "f", "nein", "non", "falso", "falsch", "faux", "disabled":
		return "false"
	}
	return ""
}

// Nothing reports whether a word stands for no value in another language, such as null.
func Nothing(word string) bool {
	switch strings.ToLower(word) {
	case "null", "none", "nil", "undefined", "empty", "blank", "nothing", "missing", "vacío", "vacio", "leer", "vide":
		return true
	}
	return false
}
