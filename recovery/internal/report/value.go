package report

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/recovery/internal/term"
)

// plain makes an id or a dotted name readable.
func plain(name string) string {
	return strings.TrimSpace(strings.NewReplacer(".", " ", "_", " ", "-", " ", "?", "").Replace(name))
}

// titled is a plain name that starts a line.
func titled(name string) string {
	s := []rune(plain(name))
	if len(s) > 0 {
		s[0] = []rune(strings.ToUpper(string(s[:1])))[0]
	}
	return string(s)
}

// oneLine joins the lines of a text.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// duration writes a length of time: days where it is whole days, and two or more.
func duration(d time.Duration) string {
	const day = 24 * time.Hour
	if d < 0 {
		return "minus " + duration(-d)
	}
	if d == 0 {
		return "0 minutes"
	}
	if d >= 2*day && d%day == 0 {
		return term.Count(int(d/day), "day")
	}
	var out []string
	for _, u := range []struct {
		size time.Duration
		name string
	}{{time.Hour, "hour"}, {time.Minute, "minute"}, {time.Second, "second"}} {
		if n := d / u.size; n > 0 {
			out = append(out, term.Count(int(n), u.name))
			d %= u.size
		}
	}
	if d > 0 {
		out = append(out, value.FormatDuration(d))
	}
	return strings.Join(out, " ")
}

// shown writes a value for people.
func shown(v any) string {
	switch x := v.(type) {
	case time.Duration:
		return duration(x)
	case value.Span:
		return spanWords(x)
	case bool:
		if x {
			return "yes"
		}
		return "no"
	case string:
		if strings.TrimSpace(x) == "" {
			return "empty"
		}
		return x
	case []any:
		var out []string
		for _, e := range x {
			out = append(out, shown(e))
		}
		return term.List(out, "or")
	}
	return value.Show(v)
}

// literal is the value of a cell or a bound as a playbook writes it; nil for text.
func literal(t playbook.Text) any {
	s := strings.TrimSpace(t.Value)
	if t.Kind == playbook.Bool {
		return s == "true"
	}
	if !t.Plain {
		return nil
	}
	if m, err := value.ParseMoney(s); err == nil {
		return m
	}
	if p, err := value.ParsePercent(s); err == nil {
		return p
	}
	if d, err := value.ParseDuration(s); err == nil {
		return d
	}
	if n, err := strconv.ParseInt(s, 10, 64); err == nil && t.Kind == playbook.Int {
		return n
	}
	if f, err := strconv.ParseFloat(s, 64); err == nil && t.Kind == playbook.Float {
		return f
	}
	return nil
}

// cell writes a literal for people.
func cell(t playbook.Text) string {
	if v := literal(t); v != nil {
		return shown(v)
	}
	return oneLine(t.Value)
}

// deadline writes how long something may take; working says that a calendar
// counts it.
func deadline(t playbook.Text, working bool) string {
	span, err := value.ParseSpan(strings.TrimSpace(t.Value))
	switch {
	case err != nil:
		return oneLine(t.Value)
	case span.WorkingDays > 0:
		return term.Count(span.WorkingDays, "working day")
	case working && !span.OfCalendar():
		return spanWords(span) + " of working time"
	}
	return spanWords(span)
}

// spanWords writes a span for people: "1 year 6 months", "2 days 4 hours".
func spanWords(s value.Span) string {
	var out []string
	for _, part := range []struct {
		n    int
		unit string
	}{{s.WorkingDays, "working day"}, {s.Years, "year"}, {s.Months, "month"}, {s.Days, "day"}} {
		if part.n > 0 {
			out = append(out, term.Count(part.n, part.unit))
		}
	}
	if s.Duration > 0 || len(out) == 0 {
		out = append(out, duration(s.Duration))
	}
	return strings.Join(out, " ")
}

// daysUntil is how many days of the zone lie between now and a day.
func daysUntil(now *time.Time, day value.Date, zone *time.Location) int {
	return day.Sub(value.DateOf(now.In(zone)))
}

var onlyPath = regexp.MustCompile(`^\s*[a-z_][a-z0-9_]*(\.\??[a-z_][a-z0-9_]*)+\s*$`)

// pieces takes a text apart at its ${ … }.
func pieces(text string) []Piece {
	var out []Piece
	add := func(s string, slot bool) {
		if s != "" {
			out = append(out, Piece{s, slot})
		}
	}
	for text != "" {
		i := strings.Index(text, "${")
		switch {
		case i < 0:
			add(text, false)
			return out
		case i > 0 && text[i-1] == '$':
			add(text[:i-1]+"${", false)
			text = text[i+2:]
		default:
			add(text[:i], false)
			end := endOfSlot(text, i+2)
			add(slotName(text[i+2:end]), true)
			text = text[min(end+1, len(text)):]
		}
	}
	return out
}

// endOfSlot is where the } of an expression stands: not one in quotes, nor one
// that closes a brace of its own.
func endOfSlot(s string, i int) int {
	depth, quote := 0, byte(0)
	for ; i < len(s); i++ {
		switch c := s[i]; {
		case quote != 0 && c == '\\':
			i++
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '{':
			depth++
		case c == '}' && depth == 0:
			return i
		case c == '}':
			depth--
		}
	}
	return len(s)
}

// slotName says what will stand in a slot.
func slotName(expr string) string {
	if !onlyPath.MatchString(expr) {
		return oneLine(expr)
	}
	root, name, _ := strings.Cut(strings.TrimSpace(expr), ".")
	if root == "partner" {
		return "partner " + plain(name)
	}
	return plain(name)
}

// flat writes a text with what will be filled in between angle quotes.
func flat(text string) string {
	var b strings.Builder
	for _, p := range pieces(oneLine(text)) {
		if p.Slot {
			fmt.Fprintf(&b, "‹%s›", p.Text)
		} else {
			b.WriteString(p.Text)
		}
	}
	return b.String()
}
