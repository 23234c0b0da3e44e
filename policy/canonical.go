package policy

import (
	"slices"
	"strings"

	"github.com/servicerecovery/amends/policy/internal/celenv"
)

// CanonicalExpr writes an expression of a sound set without the parts that have no meaning: blanks,
// comments, the style of quotes, brackets that change nothing. Two expressions with one canonical
// text mean the same. names are the names that it refers to, sorted, such as "terms.valued",
// "tables.late_credit.credit", "incident.order.value", "facts.repeats" and "calendars.office";
// "tables.fare.*" stands for a column that the incident picks, and "tables.fare" for the test
// whether there is a row.
func CanonicalExpr(source string) (text string, names []string) {
	text, names, err := celenv.Canonical(source)
	if err != nil {
		return strings.Trim(source, " \t\r\n\f"), nil // only the characters that are blanks in the language
	}
	// Writing ---0 gives -0, which is read as the number 0. So the text is written again until it
	// stays the same.
	for range 4 {
		again, _, err := celenv.Canonical(text)
		if err != nil || again == text {
			break
		}
		text = again
	}
	return text, names
}

// CanonicalText is [CanonicalExpr] for a text with expressions written ${…}. The words stay as they
// are; blanks at the ends are cut.
func CanonicalText(source string) (text string, names []string) {
	pieces, bad := splitText([]rune(strings.TrimSpace(source)))
	if bad >= 0 {
		return strings.TrimSpace(source), nil
	}
	var b strings.Builder
	for _, p := range pieces {
		if !p.isExpr {
			b.WriteString(strings.ReplaceAll(string(p.runes), "${", "$${"))
			continue
		}
		expr, read := CanonicalExpr(string(p.runes))
		b.WriteString("${" + expr + "}")
		names = append(names, read...)
	}
	slices.Sort(names)
	return b.String(), slices.Compact(names)
}
