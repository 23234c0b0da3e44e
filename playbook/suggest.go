package playbook

import (
	"strings"
	"unicode/utf8"

	"github.com/servicerecovery/amends/playbook/unseen"
)

// Suggest returns the known name that name was probably meant to be: the one
// with the least edit distance (insertions, deletions and substitutions of
// characters), which is at most 2 and at most half of name's length; of several
// the first in the alphabet. It returns "" when none is near.
func Suggest(name string, known []string) string {
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
	return best
}

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

// didYouMean is the hint for a name that is not known, or "".
func didYouMean(name string, known []string) string {
	if s := Suggest(name, known); s != "" {
		return "did you mean `" + s + "`?"
	}
	return ""
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
