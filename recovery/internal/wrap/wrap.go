// Package wrap breaks texts into lines for terminals.
package wrap

import (
	"strings"
	"unicode/utf8"
)

// Text breaks a text into lines of at most so many characters, between words
// where it can.
func Text(s string, limit int) []string {
	limit = max(limit, 20)
	var out []string
	line := ""
	for _, word := range strings.Fields(s) {
		for utf8.RuneCountInString(word) > limit {
			if line != "" {
				out, line = append(out, line), ""
			}
			runes := []rune(word)
			out, word = append(out, string(runes[:limit])), string(runes[limit:])
		}
		switch {
		case line == "":
			line = word
		case utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) <= limit:
			line += " " + word
		default:
			out, line = append(out, line), word
		}
	}
	if line != "" || len(out) == 0 {
		out = append(out, line)
	}
	return out
}
