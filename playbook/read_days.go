package playbook

import (
	"fmt"
	"slices"
	"strings"
)

// weekdays in their order.
var weekdays = [...]string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}

// fullDays are the same, written out.
var fullDays = [...]string{"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"}

// days returns the days of the week that a key names. It is nil if the key is not a day or a range of days.
func (r *reader) days(key Text) []string {
	from, to, isRange := strings.Cut(key.Value, "-")
	if !isRange {
		to = from
	}
	first, last := slices.Index(weekdays[:], from), slices.Index(weekdays[:], to)
	switch {
	case first < 0 || last < 0:
		r.mend(key.Range, "bad-day", dayRemedy(key), "`%s` is no day of the week: %s, or a range such as `mon-fri`", clip(key.Value), listed(weekdays[:]))
		return nil
	case isRange && first == last:
		r.add(key.Range, "bad-day", "write `"+from+"`", "`%s` is a range from a day to itself", key.Value)
		return nil
	}
	days := []string{weekdays[first]}
	for i := first; i != last; {
		i = (i + 1) % len(weekdays)
		days = append(days, weekdays[i])
	}
	return days
}

// dayRemedy is dayHint, written where it names one key.
func dayRemedy(key Text) remedy {
	hint := dayHint(key.Value)
	for _, start := range []string{"write `", "did you mean `"} {
		if rest, ok := strings.CutPrefix(hint, start); ok {
			name, _, _ := strings.Cut(rest, "`")
			return remedy{hint, instead(key, name).edit}
		}
	}
	return say(hint)
}

// dayHint says how to write what was meant by a key that names no days: days
// written out, several days, or a range with another dash.
func dayHint(s string) string {
	s = strings.NewReplacer("–", "-", "—", "-", "−", "-").Replace(strings.ToLower(s))
	switch s {
	case "weekdays", "weekday", "workdays", "working days":
		return "write `mon-fri`"
	case "weekend", "weekends":
		return "write `sat-sun`"
	}
	dashes := strings.Count(s, "-")
	var days []string
	for _, part := range strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune("-,;/+&[] ", r) }) {
		if part == "and" || part == "to" {
			continue
		}
		day := shortDay(part)
		if day == "" {
			if near := Suggest(s, weekdays[:]); near != "" {
				return "did you mean `" + near + "`?"
			}
			return ""
		}
		days = append(days, day)
	}
	switch {
	case len(days) == 0 || len(days) > len(weekdays):
		return ""
	case len(days) == 1:
		return "write `" + days[0] + "`"
	case len(days) == 2 && (dashes == 1 || strings.Contains(s, " to ")) && days[0] != days[1]:
		return fmt.Sprintf("write `%s-%s`", days[0], days[1])
	case consecutive(days):
		return fmt.Sprintf("write `%s-%s`, the range of these days", days[0], days[len(days)-1])
	}
	entries := make([]string, len(days))
	for i, d := range days {
		entries[i] = "`" + d + ": …`"
	}
	return "give each day an entry of its own: " + strings.Join(entries, ", ")
}

// shortDay returns the short name of a day; "" when there is none.
func shortDay(s string) string {
	for i, full := range fullDays {
		if len(s) >= 2 && strings.HasPrefix(full, s) {
			return weekdays[i]
		}
	}
	if i := slices.Index(fullDays[:], Suggest(s, fullDays[:])); i >= 0 {
		return weekdays[i]
	}
	return ""
}

// consecutive reports whether each day is the one after the last.
func consecutive(days []string) bool {
	for i := 1; i < len(days); i++ {
		if slices.Index(weekdays[:], days[i]) != (slices.Index(weekdays[:], days[i-1])+1)%len(weekdays) {
			return false
		}
	}
	return true
}
