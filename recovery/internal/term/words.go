package term

import (
	"fmt"
	"slices"
	"strings"
)

// integer is what things are counted in: records of a ledger in 64 bits.
type integer interface{ int | int64 | uint64 }

// Count is a number of things: 1 play, 2 plays.
func Count[N integer](n N, noun string) string { return fmt.Sprint(n) + " " + Noun(n, noun) }

// Noun is the noun for so many things.
func Noun[N integer](n N, noun string) string {
	switch {
	case n == 1:
		return noun
	case strings.HasSuffix(noun, "x"):
		return noun + "es"
	}
	return noun + "s"
}

// A puts a or an before a noun.
func A(noun string) string {
	if strings.ContainsAny(noun[:min(1, len(noun))], "aeiou") {
		return "an " + noun
	}
	return "a " + noun
}

// List joins words, the last with a word of its own: a, b and c.
func List(words []string, last string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	n := len(words) - 1
	return strings.Join(words[:n], ", ") + " " + last + " " + words[n]
}

// Spaced joins what is not empty with blanks.
func Spaced(parts ...string) string {
	return strings.Join(slices.DeleteFunc(slices.Clone(parts), func(s string) bool { return s == "" }), " ")
}
