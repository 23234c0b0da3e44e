package unseen

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	nonJoiner = 0x200c
	joiner    = 0x200d
	keycap    = 0x20e3
	blackFlag = 0x1f3f4
)

// joined are the scripts in which a joiner or a non-joiner changes how letters look:
// those whose letters are joined, and those with a sign that drops a vowel.
var joined = []*unicode.RangeTable{
	unicode.Arabic, unicode.Syriac, unicode.Mandaic, unicode.Nko, unicode.Mongolian, unicode.Phags_Pa, unicode.Adlam, unicode.Hanifi_Rohingya,
	unicode.Devanagari, unicode.Bengali, unicode.Gurmukhi, unicode.Gujarati, unicode.Oriya, unicode.Tamil, unicode.Telugu,
	unicode.Kannada, unicode.Malayalam, unicode.Sinhala, unicode.Tibetan, unicode.Myanmar, unicode.Khmer,
	unicode.Balinese, unicode.Javanese, unicode.Sundanese, unicode.Meetei_Mayek, unicode.Chakma, unicode.Kaithi, unicode.Grantha, unicode.Tirhuta,
}

// tagFlags are the flags that are written with tags: England, Scotland and Wales.
var tagFlags = []string{tagFlag("gbeng"), tagFlag("gbsct"), tagFlag("gbwls")}

func tagFlag(region string) string {
	flag := []rune{blackFlag}
	for _, c := range region {
		flag = append(flag, 0xe0000+c)
	}
	return string(append(flag, 0xe007f))
}

// needed reports whether the unseen character at a place is one that changes how a
// reader sees its neighbours, as scripts and emoji have it.
func needed(s string, at, size int) bool {
	r, _ := utf8.DecodeRuneInString(s[at:])
	before, after := s[:at], s[at+size:]
	next, _ := utf8.DecodeRuneInString(after)
	switch {
	case r == nonJoiner:
		return unicode.In(lastLetter(before), joined...)
	case r == joiner:
		return unicode.In(lastLetter(before), joined...) || unicode.Is(unicode.Arabic, next) || isEmoji(lastSymbol(before)) && isEmoji(next)
	case unicode.Is(unicode.Variation_Selector, r):
		return varies(r, before, next)
	case r > 0xe0000 && r < 0xe0080:
		return inTagFlag(s, at)
	}
	return false
}

// varies reports whether what stands before a variation selector has variants.
func varies(selector rune, before string, next rune) bool {
	last, _ := utf8.DecodeLastRuneInString(before)
	switch {
	case selector >= 0x180b && selector <= 0x180f:
		return unicode.Is(unicode.Mongolian, last) && !Is(last)
	case selector >= 0xe0100:
		return unicode.Is(unicode.Han, last)
	case selector >= 0xfe0e && (last >= '0' && last <= '9' || last == '#' || last == '*'):
		return next == keycap
	case selector >= 0xfe0e:
		return isEmoji(last)
	}
	return unicode.In(last, unicode.Sm, unicode.Han, unicode.Myanmar, unicode.Phags_Pa)
}

// isEmoji reports whether r may be part of an emoji, joiners and selectors left aside.
func isEmoji(r rune) bool {
	switch {
	case r == 0x203c || r == 0x2049 || r == 0x2139 || r == 0x3030: // ‼ ⁉ ℹ 〰
		return true
	case r >= 0x1f3fb && r <= 0x1f3ff: // tones of the skin
		return true
	}
	return unicode.In(r, unicode.So, unicode.Sm) && r > 0x7f && r != brailleBlank && r != utf8.RuneError
}

// lastLetter is the last character that is no mark upon another; a mark of a joined
// script by itself counts as its letter.
func lastLetter(s string) rune {
	const most = 8 // marks upon one letter
	for range most {
		r, size := utf8.DecodeLastRuneInString(s)
		if !unicode.Is(unicode.Mn, r) || unicode.In(r, joined...) || Is(r) {
			return r
		}
		s = s[:len(s)-size]
	}
	return utf8.RuneError
}

// lastSymbol is the last character, or the one before its variation selector.
func lastSymbol(s string) rune {
	r, size := utf8.DecodeLastRuneInString(s)
	if r == 0xfe0f {
		r, _ = utf8.DecodeLastRuneInString(s[:len(s)-size])
	}
	return r
}

// inTagFlag reports whether the place is inside one of the flags.
func inTagFlag(s string, at int) bool {
	from := strings.LastIndex(s[:at], string(rune(blackFlag)))
	if from < 0 {
		return false
	}
	for _, flag := range tagFlags {
		if strings.HasPrefix(s[from:], flag) && at < from+len(flag) {
			return true
		}
	}
	return false
}
