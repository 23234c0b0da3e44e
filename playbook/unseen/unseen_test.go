package unseen_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/servicerecovery/amends/playbook/unseen"
)

// readable are texts of many scripts, as people write them.
var readable = []string{
	"plain, with punctuation: (a) [b] {c} \\ / % # @ ~ `x` \"y\"", "é e\u0301 ñ ç ß ø", "日本語 テキスト　全角", "한국어 ᄒᆞᆫ글", "Ελληνικά Кириллица Հայերեն ქართული",
	"עברית עִבְרִית", "العربية مُحَمَّد", "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", "\u0646\u0627\u0645\u0647\u200c\u0627\u06cc", // Persian with non-joiners
	"\u0647\u200d", "\u200d\u0647", // letters of Arabic in their joined forms
	"\u0dc1\u0dca\u200d\u0dbb\u0dd3 \u0dbd\u0d82\u0d9a\u0dcf", "\u0915\u094d\u200d\u0937", "\u0915\u094d\u200c\u0937", "\u0995\u09cd\u200d", // Sri Lanka; joined and not
	"\U0001f468\u200d\U0001f469\u200d\U0001f467", "\u2764\ufe0f", "\u2764\ufe0f\u200d\U0001f525", "\U0001f3f3\ufe0f\u200d\U0001f308", "1\ufe0f\u20e3 #\ufe0f\u20e3",
	"\U0001f469\U0001f3fd\u200d\U0001f680", "\U0001f1ea\U0001f1f8", "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
	"\u845b\U000e0100", "\u2268\ufe00", "\u182d\u180b", "\u0600\u0661", "\ufffd",
}

func TestReadable(t *testing.T) {
	for _, s := range readable {
		if at, r := unseen.First(s); at >= 0 || unseen.Show(s) != s {
			t.Errorf("%q: %U at %d is said to be unseen", s, r, at)
		}
	}
}

// TestPiledMarks holds that marks which cover the lines around a letter are written
// out, whatever the letter and the marks are, and that those which a script piles up
// are not.
func TestPiledMarks(t *testing.T) {
	for _, mark := range []string{"\u0301", "\u0489", "\u20dd", "\u064e", "\u05b4", "\u0f90", "\U0001d167", "\u0301\u200d", "\u064e\u200c"} {
		for _, letter := range []string{"", "a", "\u0645", "\u0f67", "\U0001f468"} {
			pile := letter + strings.Repeat(mark, 10000)
			for _, shown := range []string{unseen.Show(pile), unseen.ShowLines(pile + "\n" + pile)} {
				if longest := longestPile(shown); longest > 10 {
					t.Errorf("%+q upon %+q: %d are shown", mark, letter, longest)
				}
				if again := unseen.ShowLines(shown); again != shown {
					t.Errorf("%+q upon %+q: shown again, it differs", mark, letter)
				}
			}
			if at, _ := unseen.First(letter + strings.Repeat("\u0301", 99)); at >= 0 {
				t.Errorf("marks upon %+q are said to be unseen", letter)
			}
		}
	}
	for _, s := range []string{"\u0f67\u0f90\u0fb5\u0fa8\u0fb3\u0fba\u0fbc\u0fbb\u0f82", "\u05d1\u05bc\u05b0\u05e8\u05b5\u05d0\u05e9\u05c1\u05b4\u0596\u05d9\u05ea"} {
		if unseen.Show(s) != s {
			t.Errorf("%s is shown as %s", s, unseen.Show(s))
		}
	}
}

func longestPile(s string) (longest int) {
	marks := 0
	for _, r := range s {
		switch {
		case unicode.In(r, unicode.Mn, unicode.Me) && !unseen.Is(r):
			marks++
		case !unseen.Is(r):
			marks = 0
		}
		longest = max(longest, marks)
	}
	return longest
}

// hidden are the same marks where no script needs them.
var hidden = []string{
	"a\u200db", "a\u200cb", "la\ufe0fte", "1\ufe0f", "#\ufe0f#\ufe0f[x]", "\u0645\u200c\u200c\u06cc", "\U0001f468\u200d", "\u200d\U0001f468", "x\U000e0100", "\U0001f3f4\U000e0061\U000e0062\U000e007f",
	"\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", "a\u180bb", "a\ufe00", "\u2800", "a\xffb", "\xe2\x80", "\u0645\u200bx",
}

func TestHidden(t *testing.T) {
	for _, s := range hidden {
		shown := unseen.Show(s)
		if shown == s || unseen.Show(shown) != shown || !utf8.ValidString(shown) {
			t.Errorf("%q is shown as %q", s, shown)
		}
	}
}

// TestEveryCharacter holds that no character which Unicode calls a control, a format
// or a default ignorable one, or a separator of lines, stands among letters unseen,
// and that all others stay.
func TestEveryCharacter(t *testing.T) {
	n := 0
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if !utf8.ValidRune(r) {
			continue
		}
		marked := unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector, unicode.Noncharacter_Code_Point) &&
			!unicode.Is(unicode.Prepended_Concatenation_Mark, r) || r == 0x2800
		s := "a" + string(r) + "b"
		shown := unseen.Show(s)
		if marked != (shown != s) || marked != unseen.Is(r) {
			t.Errorf("%U is shown as %q", r, shown)
		}
		if marked {
			n++
			if strings.ContainsFunc(shown, func(r rune) bool { return r < ' ' || r > '~' }) {
				t.Errorf("%U is shown as %q", r, shown)
			}
		}
	}
	if n < 4000 {
		t.Errorf("only %d characters are unseen", n)
	}
}

func TestShow(t *testing.T) {
	for s, want := range map[string]string{
		"": "", "a\nb\tc\r": `a\nb\tc\r`, "\x1b[31m": `\x1b[31m`, "\u009b1m": `\u009b1m`, "\x9b": `\x9b`, "\u202e": `\u202e`, "\U000e0041": `\U000e0041`, "\x7f": `\x7f`,
		"\u2028": `\u2028`, "\ufeff": `\ufeff`,
	} {
		if got := unseen.Show(s); got != want {
			t.Errorf("%q is shown as %q, not %q", s, got, want)
		}
	}
	if got := unseen.ShowLines("a\n\x1bb\n"); got != "a\n\\x1bb\n" {
		t.Errorf("lines: %q", got)
	}
}
