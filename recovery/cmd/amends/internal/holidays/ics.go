package holidays

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/policy/worktime"
)

// event is what is read of one event of a file.
type event struct {
	line                  int // where it begins
	start, end, rule, sum string
	timed, cancelled      bool
}

// ICS reads the events of a file that calendar programs write (RFC 5545), such as a list of public holidays. left says
// of each event that is no holiday why it was left out, with its line.
func ICS(text string) (days []Day, left []string, err error) {
	lines, numbers := unfold(text)
	if len(lines) == 0 || !strings.EqualFold(strings.TrimSpace(strings.TrimPrefix(lines[0], "\ufeff")), "BEGIN:VCALENDAR") {
		return nil, nil, fmt.Errorf("this is no calendar file: it begins with BEGIN:VCALENDAR")
	}
	var e *event
	inner := "" // a component within the event, such as an alarm
	for i, line := range lines {
		name, val := property(line)
		switch {
		case name == "BEGIN" && e == nil && strings.EqualFold(val, "VEVENT"):
			e = &event{line: numbers[i]}
		case e == nil:
		case name == "BEGIN" && inner == "":
			inner = val
		case inner != "":
			if name == "END" && strings.EqualFold(val, inner) {
				inner = ""
			}
		case name == "END" && strings.EqualFold(val, "VEVENT"):
			day, why := e.day()
			if why != "" {
				left = append(left, fmt.Sprintf("line %d: %s", e.line, why))
			} else {
				days = append(days, day)
			}
			e = nil
		default:
			e.take(name, val)
		}
	}
	if e != nil {
		return nil, nil, fmt.Errorf("the event that begins in line %d has no END:VEVENT: the file is cut off", e.line)
	}
	return tidy(days), left, nil
}

// unfold joins lines that were folded, and returns in which line each began.
func unfold(text string) (lines []string, numbers []int) {
	for i, line := range strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n") {
		switch {
		case line == "":
		case (line[0] == ' ' || line[0] == '\t') && len(lines) > 0:
			lines[len(lines)-1] += line[1:]
		default:
			lines, numbers = append(lines, line), append(numbers, i+1)
		}
	}
	return lines, numbers
}

// property splits NAME;PARAM=X:VALUE, and leaves the parameters out.
func property(line string) (name, val string) {
	head, val := line, ""
	quoted := false
	for i, r := range line {
		if r == '"' {
			quoted = !quoted
		}
		if r == ':' && !quoted {
			head, val = line[:i], line[i+1:]
			break
		}
	}
	name, _, _ = strings.Cut(head, ";")
	return strings.ToUpper(strings.TrimSpace(name)), strings.TrimSpace(val)
}

func (e *event) take(name, val string) {
	switch name {
	case "DTSTART":
		e.start, e.timed = val, strings.Contains(strings.ToUpper(val), "T")
	case "DTEND":
		e.end = val
	case "RRULE":
		e.rule = strings.ToUpper(val)
	case "SUMMARY":
		e.sum = strings.NewReplacer(`\n`, " ", `\N`, " ", `\,`, ",", `\;`, ";", `\\`, "'").Replace(val)
	case "STATUS":
		e.cancelled = strings.EqualFold(val, "CANCELLED")
	}
}

var yearly = regexp.MustCompile(`^FREQ=YEARLY(;INTERVAL=1)?(;WKST=[A-Z]{2})?$`)

// day returns the days of an event, or why it is no holiday.
func (e *event) day() (d Day, why string) {
	name := quoted(e.sum)
	switch {
	case e.cancelled:
		return d, name + " is cancelled"
	case e.timed:
		return d, name + " has a time of the day, and holidays are whole days"
	}
	from, err := icsDate(e.start)
	if err != nil {
		return d, fmt.Sprintf("%s begins on no date: %s", name, quoted(e.start))
	}
	until := from
	if e.end != "" {
		end, err := icsDate(e.end)
		if err != nil {
			return d, fmt.Sprintf("%s ends on no date: %s", name, quoted(e.end))
		}
		if last, err := end.AddDays(-1); err == nil && last.Compare(from) > 0 { // the end is not part of it
			until = last
		}
	}
	d = Day{From: from, Until: until, Name: e.sum}
	switch {
	case e.rule == "":
		return d, ""
	case !yearly.MatchString(e.rule):
		return d, fmt.Sprintf("%s comes back by a rule that is no day of each year (%s): list its days", name, quoted(e.rule))
	case from != until:
		return d, name + " comes back for several days in each year: list them"
	}
	return Day{Every: worktime.MonthDay{Month: from.Month(), Day: from.Day()}, Name: e.sum}, ""
}

// icsDate reads 20261225.
func icsDate(text string) (value.Date, error) {
	if len(text) != len("20261225") {
		return value.Date{}, fmt.Errorf("no date")
	}
	return value.ParseDate(text[:4] + "-" + text[4:6] + "-" + text[6:])
}
