package term

import (
	"strings"
	"unicode/utf8"

	"github.com/servicerecovery/amends/playbook/unseen"
)

// Wrap breaks a text of others into lines of at most so many characters, between
// words where it can. A line break in the text is shown, and breaks nothing.
func Wrap(s string, limit int) []string {
	limit = max(limit, 20)
	var out []string
	line := ""
	for _, word := range strings.Fields(unseen.Show(s)) {
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

// WrapList is Wrap for a list, whose elements are kept in one piece where they can
// be.
func WrapList(list []string, limit int) []string {
	var out []string
	line := ""
	for i, s := range list {
		if i < len(list)-1 {
			s += ","
		}
		s = unseen.Show(s)
		switch {
		case line != "" && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(s) <= limit:
			line += " " + s
			continue
		case line != "":
			out = append(out, line)
		}
		parts := Wrap(s, limit)
		out, line = append(out, parts[:len(parts)-1]...), parts[len(parts)-1]
	}
	if line != "" {
		out = append(out, line)
	}
	return out
}
