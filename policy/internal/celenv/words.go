package celenv

import (
	"slices"
	"strconv"
	"strings"
)

// joinOr writes a list for people: a, b or c.
func joinOr(words []string) string { return join(words, " or ") }

// joinAnd writes a list for people: a, b and c.
func joinAnd(words []string) string { return join(words, " and ") }

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

// article puts a or an before a noun; a list's brackets and "anything" need none.
func article(noun string) string {
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

// shown writes source text for a message: on one line, and not too long.
func shown(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	if runes := []rune(text); len(runes) > 60 {
		return string(runes[:59]) + "…"
	}
	return text
}

// quotedList writes closed values for a message: "late", "lost" or "damaged".
func quotedList(values []string) []string {
	quoted := make([]string, len(values))
	for i, v := range values {
		quoted[i] = `"` + v + `"`
	}
	return quoted
}

func itoa(n int) string { return strconv.Itoa(n) }

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
