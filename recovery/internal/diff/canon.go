package diff

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/playbook/unseen"
	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/policy/value"
)

// The types of values, as the format names them, where they decide how a text is
// read.
const (
	typeString   = "string"
	typeMoney    = "money"
	typeDuration = "duration"
	typeSpan     = "span" // of a deadline, where a day is one of the calendar
	typePercent  = "percent"
	typeDate     = "date"
	typeTime     = "timestamp"
)

// folded writes an expression in one line: how its lines are broken means nothing.
func folded(s string) string { return strings.Join(strings.Fields(s), " ") }

// shown writes a text in one line, its line breaks as escapes.
func shown(s string) string {
	return strings.Join(strings.Fields(unseen.Show(strings.TrimSpace(s))), " ")
}

// namesOfReads turns what an expression refers to into names of definitions.
func namesOfReads(names []string) []string {
	var out []string
	for _, n := range names {
		kind, name, _ := strings.Cut(n, ".")
		if kind == "tables" {
			table, column, _ := strings.Cut(name, ".")
			if column != "" {
				out = append(out, columnName(table, column))
			}
			name = table
		}
		out = append(out, map[string]string{
			"terms": "term", "tables": "table", "facts": "fact", "incident": "field", "calendars": "calendar",
		}[kind]+" "+name)
	}
	return out
}

// columnName is how a column of a table is read; * is one that the incident
// picks.
func columnName(table, column string) string { return "column " + table + "." + column }

// expression is a leaf that holds an expression.
func expression(name string, what What, t playbook.Text) *thing {
	text, reads := policy.CanonicalExpr(t.Value)
	return &thing{name: name, what: what, value: text, shown: folded(t.Value), at: t.Range, reads: namesOfReads(reads)}
}

// words is a leaf that holds a text with expressions in it.
func words(name string, what What, t playbook.Text) *thing {
	text, reads := policy.CanonicalText(t.Value)
	return &thing{name: name, what: what, value: text, shown: shown(t.Value), at: t.Range, reads: namesOfReads(reads)}
}

// plain is a leaf that holds a name or a word of the format.
func plain(name string, what What, t playbook.Text) *thing {
	return &thing{name: name, what: what, value: strings.TrimSpace(t.Value), shown: shown(t.Value), at: t.Range}
}

// fixed is a leaf for what was not written and has a value all the same.
func fixed(name string, what What, v string, at playbook.Range) *thing {
	return &thing{name: name, what: what, value: v, shown: v, at: at}
}

// optional is a leaf when the text was written.
func optional(t playbook.Text, leaf func(string, What, playbook.Text) *thing, name string, what What) *thing {
	if !t.IsSet() {
		return nil
	}
	return leaf(name, what, t)
}

// typed is a leaf whose text is a literal of a type or an expression that gives
// one. Texts are read for their expressions.
func typed(typ, name string, what What, t playbook.Text) *thing {
	if typ == typeString {
		return words(name, what, t)
	}
	if v, ok := literal(typ, t); ok {
		return &thing{name: name, what: what, value: v, shown: shown(t.Value), at: t.Range}
	}
	return expression(name, what, t)
}

// literal writes a literal of a type in one way: that in which an expression
// would write it, so that `10 EUR` and `money("10.00 EUR")` are one.
func literal(typ string, t playbook.Text) (string, bool) {
	s := strings.TrimSpace(t.Value)
	switch typ {
	case typeMoney:
		if m, err := value.ParseMoney(s); err == nil {
			return `money("` + m.String() + `")`, true
		}
	case typeSpan:
		span, err := value.ParseSpan(s)
		if err == nil && (span.OfCalendar() || span.WorkingDays > 0) { // no expression gives these
			return span.String(), true
		}
		return literal(typeDuration, t)
	case typeDuration:
		if d, err := value.ParseDuration(s); err == nil {
			return `duration("` + value.FormatDuration(d) + `")`, true
		}
	case typePercent:
		if p, err := value.ParsePercent(s); err == nil {
			return "percent(" + strings.TrimSuffix(p.String(), "%") + ")", true
		}
	case typeDate:
		if d, err := value.ParseDate(s); err == nil {
			return `date("` + d.String() + `")`, true
		}
	case typeTime:
		if at, err := value.ParseTimestamp(s); err == nil {
			return `timestamp("` + value.FormatTimestamp(at) + `")`, true
		}
	case "int", "double", "bool":
		return number(t)
	}
	return "", false
}

// number writes a number, or true or false, in one way.
func number(t playbook.Text) (string, bool) {
	switch t.Kind {
	case playbook.Bool:
		return t.Value, true
	case playbook.Int:
		if n, err := strconv.ParseInt(t.Value, 10, 64); err == nil {
			return strconv.FormatInt(n, 10), true
		}
	case playbook.Float:
		if f, err := strconv.ParseFloat(t.Value, 64); err == nil {
			if f == math.Trunc(f) && math.Abs(f) < 1<<53 {
				return strconv.FormatInt(int64(f), 10), true
			}
			return strconv.FormatFloat(f, 'g', -1, 64), true
		}
	}
	return "", false
}

// cell is a leaf for a cell of a table. Its text tells the type of its value: a text in
// quotes is a string.
func cell(name string, what What, t playbook.Text) *thing {
	leaf := plain(name, what, t)
	leaf.value = guess(t)
	return leaf
}

func guess(t playbook.Text) string {
	if t.Plain {
		if v, ok := number(t); ok {
			return v
		}
		for _, typ := range []string{typeMoney, typePercent, typeDuration, typeDate, typeTime} {
			if v, ok := literal(typ, t); ok {
				return v
			}
		}
	}
	return strconv.Quote(t.Value)
}

// bare is a canonical literal without what says its type: 24h for duration("24h").
func bare(literal string) string {
	if _, inner, ok := strings.Cut(literal, "("); ok && strings.HasSuffix(literal, ")") {
		literal = strings.TrimSuffix(inner, ")")
	}
	if s, err := strconv.Unquote(literal); err == nil {
		return s
	}
	return literal
}

// set is a leaf that holds names whose order means nothing.
func set(name string, what What, list []playbook.Text, at playbook.Range) *thing {
	var names []string
	for _, t := range list {
		names = append(names, strings.TrimSpace(t.Value))
	}
	slices.Sort(names)
	text := strings.Join(slices.Compact(names), ", ")
	return &thing{name: name, what: what, value: text, shown: text, at: at}
}
