package report

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy/worktime"
	"github.com/servicerecovery/amends/recovery/internal/term"
)

// where says which document a definition stands in.
func where(d *playbook.Document) string {
	if d.Kind == playbook.Shared {
		return "all playbooks"
	}
	return d.ID.Value
}

// zoneOf is the zone of a document's days.
func (b *builder) zoneOf(d *playbook.Document) string {
	if d.Zone.IsSet() {
		return d.Zone.Value
	}
	zone := "UTC"
	for _, x := range b.set.Documents {
		if x.Kind == playbook.Shared && x.Zone.IsSet() {
			zone = x.Zone.Value
		}
	}
	return zone
}

var weekdays = []time.Weekday{time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday, time.Saturday, time.Sunday}

func (b *builder) calendars() []Calendar {
	var out []Calendar
	for _, d := range b.set.Documents {
		for _, c := range d.Calendars {
			x := Calendar{Name: c.Name.Value, Where: where(d), Zone: c.Zone.Value, Anchor: anchor("calendar", d, c.Name)}
			switch {
			case x.Zone == "":
				x.Zone = b.zoneOf(d)
			case c.Zone.Picks():
				x.Zone = "in the zone that each incident picks: " + oneLine(x.Zone)
			}
			for _, v := range c.Versions {
				x.Weeks = append(x.Weeks, weeksOf(v)...)
			}
			for _, h := range c.Holidays {
				day := h.Days()
				if h.Name.IsSet() {
					day += " (" + h.Name.Value + ")"
				}
				x.Holidays = append(x.Holidays, CalendarDay{day, orElse(spansOf(h.Spans), "closed")})
			}
			slices.SortFunc(x.Holidays, func(a, b CalendarDay) int { return strings.Compare(a.Day, b.Day) })
			out = append(out, x)
		}
	}
	return out
}

// weeksOf are the ordinary week of a version and those of its seasons.
func weeksOf(v *playbook.CalendarVersion) []CalendarWeek {
	when := "Opening hours"
	if v.From.IsSet() {
		when += " from " + v.From.Value
	}
	out := []CalendarWeek{{When: when, Days: weekOf(v.Hours), Cutoff: v.Cutoff.Value}}
	for _, s := range v.Seasons {
		out = append(out, CalendarWeek{When: when + ", " + s.From.Value + " to " + s.Until.Value + " of each year", Days: weekOf(s.Hours)})
	}
	return out
}

func weekOf(list []*playbook.DayHours) (out []CalendarDay) {
	hours := map[time.Weekday]string{}
	for _, h := range list {
		days, err := worktime.ParseDays(h.Days.Value)
		if err != nil {
			continue // not in a set that loads
		}
		for _, day := range days {
			hours[day] = spansOf(h.Spans)
		}
	}
	for _, day := range weekdays {
		out = append(out, CalendarDay{day.String(), orElse(hours[day], "closed")})
	}
	return out
}

func orElse(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

func spansOf(list []playbook.Text) string {
	var out []string
	for _, t := range list {
		out = append(out, strings.ReplaceAll(t.Value, "-", "–"))
	}
	slices.Sort(out)
	return strings.Join(out, ", ")
}

func (b *builder) facts() []Fact {
	var out []Fact
	for _, d := range b.set.Documents {
		for _, f := range d.Facts {
			out = append(out, Fact{plain(f.Name.Value), where(d), b.factWords(f)})
		}
	}
	return out
}

// yearOf says when the years of a fact start; "" for 1 January.
func (b *builder) yearOf(f *playbook.Fact) string {
	starts := ""
	for _, d := range b.set.Documents {
		own := slices.Contains(d.Facts, f)
		if d.YearStarts.IsSet() && (own || d.Kind == playbook.Shared && starts == "") {
			starts = d.YearStarts.Value
		}
	}
	day, err := worktime.ParseMonthDay(starts)
	if err != nil || day == (worktime.MonthDay{Month: time.January, Day: 1}) {
		return ""
	}
	return fmt.Sprintf("%d %s", day.Day, day.Month)
}

// factWords says what a fact asks of earlier decisions.
func (b *builder) factWords(f *playbook.Fact) string {
	text := "how many other incidents there were"
	switch {
	case f.SumsField():
		text = "the sum of " + plain(strings.TrimPrefix(f.Sum.Value, "incident.")) + " of other incidents"
		if f.Currency.IsSet() {
			text += " in " + f.Currency.Value
		}
	case f.Sum.IsSet():
		text = "the sum of what " + plain(f.Sum.Value) + " gave in " + f.Currency.Value
	case f.Count.Value != "incidents":
		text = "how many times " + plain(f.Count.Value) + " was given"
	}
	if len(f.Same) > 0 {
		var same []string
		for _, t := range f.Same {
			same = append(same, plain(t.Value))
		}
		text += " for the same " + term.List(same, "and")
	}
	switch f.Last.Value {
	case "month":
		text += ", since the month began"
	case "year":
		text += ", since the year began" + startsOn(" on ", b.yearOf(f))
	case "quarter":
		text += ", since the quarter began" + startsOn(", counted from ", b.yearOf(f))
	default:
		text += ", in the last " + deadline(f.Last, false)
	}
	if f.By.Value == "occurred" && f.Count.Value != "incidents" {
		text += ", by when the incidents occurred"
	}
	return text
}

func startsOn(how, year string) string {
	if year == "" {
		return ""
	}
	return how + year
}

// plainly are plain names.
func plainly(names []playbook.Text) []string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = plain(n.Value)
	}
	return out
}

func (b *builder) roles() []Role {
	var out []Role
	for _, d := range b.set.Documents {
		for _, r := range d.Roles {
			out = append(out, Role{r.Name.Value, where(d), oneLine(r.About.Value)})
		}
	}
	return out
}

func (b *builder) fields() []Field {
	var out []Field
	for _, d := range b.set.Documents {
		for _, f := range d.Fields {
			out = append(out, Field{plain(f.Name.Value), where(d), oneLine(f.About.Value), typeWords(f), needed(f)})
			for _, of := range f.Items {
				out = append(out, Field{plain(f.Name.Value) + ": " + plain(of.Name.Value), where(d), oneLine(of.About.Value), typeWords(of), needed(of)})
			}
		}
	}
	return out
}

var typeNames = map[string]string{
	"string": "text", "int": "whole number", "double": "number", "bool": "yes or no", "timestamp": "time",
	"date": "day", "duration": "length of time", "money": "amount", "percent": "percentage",
}

func typeWords(f *playbook.Field) string {
	name := strings.Trim(f.Type.Value, "[] ")
	text := orElse(typeNames[name], name)
	if f.Currency.IsSet() {
		text += " in " + f.Currency.Value
	}
	if strings.HasPrefix(f.Type.Value, "[") {
		text = "list: " + text
	}
	if f.IsItems {
		text = "list of items, each with what stands below"
	}
	var more []string
	if len(f.OneOf) > 0 {
		var list []string
		for _, t := range f.OneOf {
			list = append(list, t.Value)
		}
		more = append(more, term.List(list, "or"))
	}
	if f.Min.IsSet() {
		more = append(more, "at least "+cell(f.Min))
	}
	if f.Max.IsSet() {
		more = append(more, "at most "+cell(f.Max))
	}
	if f.Invalid.IsSet() {
		more = append(more, "taken as missing when it does not fit")
	}
	if f.MaxItems.IsSet() {
		more = append(more, "at most "+f.MaxItems.Value+" of them")
	}
	if len(more) == 0 {
		return text
	}
	if text == "" || text == "text" && len(f.OneOf) > 0 {
		return strings.Join(more, ", ")
	}
	return text + ": " + strings.Join(more, ", ")
}

func needed(f *playbook.Field) string {
	switch {
	case f.Optional.Value == "true":
		return "may be missing"
	case f.Default.Kind == playbook.Scalar:
		return "otherwise " + orElse(cell(f.Default.Text), "empty")
	case f.Default.IsSet():
		return "otherwise an empty list"
	case f.Required.Value == "true":
		return "needed"
	case !f.Type.IsSet() && !f.IsItems:
		return ""
	}
	return "needed"
}
