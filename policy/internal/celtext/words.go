package celtext

import (
	"strings"
)

// Or writes a list for people: a, b or c.
func Or(words []string) string { return join(words, " or ") }

// And writes a list for people: a, b and c.
func And(words []string) string { return join(words, " and ") }

func join(words []string, last string) string {
	switch n := len(words); n {
	case 0:
		return ""
	case 1:
		return words[0]
	default:
		return strings.Join(words[:n-1], ", ") + last + words[n-1]
	}
}

// Article puts "a" or "an" in front of the name of a type. Names such as "anything", "money" and
// "[a, b]" take no article.
func Article(noun string) string {
	switch {
	case noun == "" || noun == "anything" || noun == "another type" || strings.HasPrefix(noun, "["):
		return noun
	case strings.HasPrefix(noun, "money") || strings.HasPrefix(noun, "bytes"):
		return noun
	case strings.ContainsRune("aeio", rune(noun[0])):
		return "an " + noun
	}
	return "a " + noun
}

// Shown writes a part of a source text for a message: on one line, cut after 60 characters.
func Shown(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	if runes := []rune(text); len(runes) > 60 {
		return string(runes[:59]) + "…"
	}
	return text
}

// Quoted puts each value into quotes.
func Quoted(values []string) []string {
	quoted := make([]string, len(values))
	for i, v := range values {
		quoted[i] = `"` + v + `"`
	}
	return quoted
}
