package diff

import (
	"cmp"
	"slices"
	"strings"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy/worktime"
)

// calendar builds working hours day by day: whether days were written as a range makes no
// difference. zone is the zone of a calendar that names none.
func calendar(c *playbook.Calendar, zone string) *thing {
	t := definition("calendar", WhatCalendar, c.Name, c.Range)
	if c.Zone.Picks() {
		t.add(expression("zone", WhatCalendar, c.Zone))
	} else {
		in := fixed("zone", WhatCalendar, cmp.Or(c.Zone.Value, zone, "the playbook's"), c.Range)
		in.inherited = !c.Zone.IsSet()
		t.add(in)
	}
	for _, v := range c.Versions {
		since := ""
		if v.From.IsSet() {
			since = "from " + v.From.Value + " "
		}
		if v.Cutoff.IsSet() {
			t.add(fixed(since+"cutoff", WhatCalendar, v.Cutoff.Value, v.Cutoff.Range))
		}
		t.addWeek(since, v.Hours)
		for _, season := range v.Seasons {
			name := since + "season " + season.From.Value + " to " + season.Until.Value
			if len(season.Hours) == 0 {
				t.add(fixed(name, WhatCalendar, "closed", season.Range))
			}
			t.addWeek(name+" ", season.Hours)
		}
	}
	seen := map[string]bool{}
	for _, h := range c.Holidays {
		what, name := "closed", "holiday "+h.Days()
		if h.Short {
			what = spans(h.Spans)
		}
		if !seen[name] { // one that is there twice says the same
			t.add(fixed(name, WhatCalendar, what, h.Range))
		}
		seen[name] = true
	}
	return t
}

// addWeek adds the hours of each day, from Monday on.
func (t *thing) addWeek(prefix string, hours []*playbook.DayHours) {
	from := len(t.parts)
	for _, h := range hours {
		days, err := worktime.ParseDays(h.Days.Value)
		if err != nil {
			continue // not in a set that loads
		}
		for _, d := range days {
			t.add(fixed(prefix+strings.ToLower(d.String()[:3]), WhatCalendar, spans(h.Spans), h.Days.Range))
		}
	}
	slices.SortStableFunc(t.parts[from:], func(a, b *thing) int {
		return cmp.Compare(weekday(strings.TrimPrefix(a.name, prefix)), weekday(strings.TrimPrefix(b.name, prefix)))
	})
}

func weekday(name string) int {
	return slices.Index([]string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}, name)
}

func spans(list []playbook.Text) string {
	var out []string
	for _, s := range list {
		out = append(out, s.Value)
	}
	slices.Sort(out)
	return strings.Join(out, ", ")
}
