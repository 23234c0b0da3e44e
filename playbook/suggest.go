package playbook

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/servicerecovery/amends/playbook/unseen"
)

// Suggest returns the known name that name was probably meant to be, "" when none is near.
// The first of these rules that finds one decides: the same but for capitals, separators,
// accents and a plural; the least edit distance (insertions, deletions and substitutions of
// characters), at most 2 and at most half of name's length, of several the first in the
// alphabet; the only one that it begins or is a part of; the same stem, as `compensation`
// and `compensate` have.
func Suggest(name string, known []string) string {
	folded := fold(name)
	if folded == "" {
		return ""
	}
	for _, plural := range []bool{false, true} {
		for _, k := range known {
			if same := fold(k); k != name && (same == folded || plural && (same+"s" == folded || same == folded+"s")) {
				return k
			}
		}
	}
	best, least := "", 3
	for _, k := range known {
		if k == name {
			continue
		}
		d := distance(name, k)
		if d*2 > utf8.RuneCountInString(name) || d > least || d == least && (best == "" || k >= best) {
			continue
		}
		best, least = k, d
	}
	if best != "" || strings.Contains(name, ".") {
		return best
	}
	if only := theOnly(known, func(k string) bool {
		return len(folded) >= 4 && k != name && (strings.HasPrefix(fold(k), folded) || slices.Contains(strings.FieldsFunc(k, isSeparator), name))
	}); only != "" {
		return only
	}
	return theOnly(known, func(k string) bool { return k != name && !strings.Contains(k, ".") && sameStem(folded, fold(k)) })
}

// theOnly returns the name that fits. It returns "" if several names fit, or none does.
func theOnly(known []string, fits func(string) bool) string {
	found := ""
	for _, k := range known {
		if !fits(k) || k == found {
			continue
		}
		if found != "" {
			return ""
		}
		found = k
	}
	return found
}

// sameStem reports whether two words begin alike over most of their length.
func sameStem(a, b string) bool {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n >= 5 && n*3 >= len(b)*2 && n*5 >= len(a)*2
}

func isSeparator(r rune) bool { return r == '-' || r == '_' || r == '.' }

// fold makes names alike that differ in capitals, separators and accents only.
func fold(name string) string {
	return strings.Map(func(r rune) rune {
		if isSeparator(r) || r == ' ' {
			return -1
		}
		return unicode.ToLower(r)
	}, plainLetters(name))
}

// plainLetters replaces letters with accents by those that ids are made of.
func plainLetters(s string) string {
	if strings.IndexFunc(s, func(r rune) bool { return r >= utf8.RuneSelf }) < 0 {
		return s
	}
	return accents.Replace(s)
}

var accents = strings.NewReplacer(
	"á", "a", "à", "a", "â", "a", "ã", "a", "å", "a", "ä", "ae", "æ", "ae", "ç", "c", "č", "c", "ć", "c", "ď", "d", "é", "e", "è", "e", "ê", "e", "ë", "e", "ě", "e", "ę", "e", "ğ", "g",
	"í", "i", "ì", "i", "î", "i", "ï", "i", "ı", "i", "ł", "l", "ñ", "n", "ń", "n", "ň", "n", "ó", "o", "ò", "o", "ô", "o", "õ", "o", "ø", "o", "ö", "oe", "œ", "oe", "ř", "r", "š", "s", "ś", "s", "ş", "s", "ß", "ss", "ť", "t",
	"ú", "u", "ù", "u", "û", "u", "ů", "u", "ü", "ue", "ý", "y", "ž", "z", "ź", "z", "ż", "z", "ą", "a",
	"Á", "A", "À", "A", "Â", "A", "Ã", "A", "Å", "A", "Ä", "Ae", "Ç", "C", "Č", "C", "É", "E", "È", "E", "Ê", "E", "Í", "I", "Î", "I", "Ł", "L", "Ñ", "N", "Ó", "O", "Ô", "O", "Ø", "O", "Ö", "Oe", "Š", "S", "Ú", "U", "Ü", "Ue", "Ž", "Z",
)

// distance is the Levenshtein distance, or some number above 2.
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	if len(x)-len(y) > 2 || len(y)-len(x) > 2 {
		return 3
	}
	row := make([]int, len(y)+1)
	for j := range row {
		row[j] = j
	}
	for i, r := range x {
		diagonal := row[0]
		row[0] = i + 1
		for j, q := range y {
			cost := 1
			if r == q {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], min(diagonal+cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(y)]
}

// didYouMean is the remedy for a name that is not known, if one is near.
func didYouMean(t Text, known []string) remedy {
	if s := Suggest(t.Value, known); s != "" {
		return remedy{"did you mean `" + s + "`?", instead(t, s).edit}
	}
	return remedy{}
}

// listed joins names for a message: `a`, `b` or `c`.
func listed(names []string) string {
	quoted := make([]string, len(names))
	for i, n := range names {
		quoted[i] = "`" + n + "`"
	}
	if len(quoted) < 2 {
		return strings.Join(quoted, "")
	}
	last := len(quoted) - 1
	return strings.Join(quoted[:last], ", ") + " or " + quoted[last]
}

// clip makes what a message shows of a file short and harmless to a terminal.
func clip(s string) string {
	const most = 40
	at, n := 0, 0 // a value may be as long as a file
	for i := range s {
		if n++; n == most {
			at = i
		} else if n > most {
			s = s[:at] + "…"
			break
		}
	}
	return unseen.Show(strings.ReplaceAll(s, "\n", "⏎"))
}
