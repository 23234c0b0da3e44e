package diff

import (
	"cmp"
	"slices"
	"strings"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy/worktime"
)

// calendar builds working hours day by day: whether days were written as a range
// means nothing. zone is what holds where the calendar has none.
func calendar(c *playbook.Calendar, zone string) *thing {
	t := definition("calendar", WhatCalendar, c.Name, c.Range)
	in := fixed("zone", WhatCalendar, cmp.Or(c.Zone.Value, zone, "the playbook's"), c.Range)
	in.inherited = !c.Zone.IsSet()
	t.add(in)
	for _, h := range c.Hours {
		days, err := worktime.ParseDays(h.Days.Value)
		if err != nil {
			continue // not in a set that loads
		}
		for _, d := range days {
			t.add(fixed(strings.ToLower(d.String()[:3]), WhatCalendar, spans(h.Spans), h.Days.Range))
		}
	}
	slices.SortStableFunc(t.parts[1:], func(a, b *thing) int { return cmp.Compare(weekday(a.name), weekday(b.name)) })
	for _, h := range c.Holidays {
		what := "closed"
		if h.Short {
			what = spans(h.Spans)
		}
		t.add(fixed("holiday "+h.Date.Value, WhatCalendar, what, h.Date.Range))
	}
	return t
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
