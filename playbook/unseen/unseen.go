// Package unseen knows the characters that a reader cannot see, or that change how
// a reader sees the others: control characters, bidirectional controls, separators
// of lines and paragraphs, blanks without a width, fillers, tags, joiners. It goes
// by the properties of Unicode and not by a list of cases.
//
// Every door uses this one table: what comes in by playbooks and incidents, and what
// goes out to terminals.
package unseen

import (
	"iter"
	"unicode"
	"unicode/utf8"
)

// brailleBlank is the one character that shows nothing, though Unicode counts it
// among the symbols.
const brailleBlank = 0x2800

// tables are the properties of what is unseen from U+00A0 on.
var tables = []*unicode.RangeTable{
	unicode.Cf, unicode.Zl, unicode.Zp,
	unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector, unicode.Noncharacter_Code_Point,
}

// Is reports whether nobody can see r, wherever it stands. Blanks are seen; tabs and
// line breaks are control characters.
func Is(r rune) bool {
	switch {
	case r < 0xa0:
		return Control(r)
	case r == brailleBlank:
		return true
	}
	return unicode.IsOneOf(tables, r) && !unicode.Is(unicode.Prepended_Concatenation_Mark, r)
}

// Control reports whether r is a control character: C0, DEL or C1.
func Control(r rune) bool { return r < 0x20 || r >= 0x7f && r < 0xa0 }

// All gives what is unseen in s, by the offset of its first byte, but for what a
// script or an emoji needs where it stands. A byte that is no UTF-8 is given as
// [utf8.RuneError].
func All(s string) iter.Seq2[int, rune] { return walk(s, false) }

// Escaped gives what [Show] escapes: what is unseen, and the marks upon one letter
// beyond those that any script writes. Piled up, they cover the lines around it.
func Escaped(s string) iter.Seq2[int, rune] { return walk(s, true) }

// mostMarks are the marks that one letter may have. The longest that is written, in
// Tibetan, has eight.
const mostMarks = 10

func walk(s string, piled bool) iter.Seq2[int, rune] {
	return func(yield func(int, rune) bool) {
		marks := 0 // upon the last letter
		for at := 0; at < len(s); {
			r, size := rune(s[at]), 1
			if r >= utf8.RuneSelf {
				r, size = utf8.DecodeRuneInString(s[at:])
			}
			found := r == utf8.RuneError && size == 1
			switch {
			case found:
			case Is(r):
				found = !needed(s, at, size)
			case piled && r >= 0x300 && unicode.In(r, unicode.Mn, unicode.Me):
				marks++
				found = marks > mostMarks
			default:
				marks = 0
			}
			if found && !yield(at, r) {
				return
			}
			at += size
		}
	}
}

// First returns the offset of the first byte of what [All] gives, -1 if there is
// nothing.
func First(s string) (at int, r rune) {
	for at, r := range All(s) {
		return at, r
	}
	return -1, 0
}
