package playbook

import (
	"fmt"
	"slices"
	"strings"

	"github.com/servicerecovery/amends/playbook/internal/yamlnode"
)

// hours reads the spans of each day or range of days; none at all where that may be.
func (r *reader) hours(n *yamlnode.Node, key Text, mayBeNone bool) []*DayHours {
	m := r.mapping(n, key, "hours by day, such as `{mon-fri: \"09:00-17:00\"}`")
	if m == nil {
		return nil
	}
	if len(n.Entries) == 0 && !n.Partial && !mayBeNone {
		r.add(m.rng(), "no-hours", "write at least one day, such as `mon-fri: \"09:00-17:00\"`", "a calendar needs working hours")
	}
	var out []*DayHours
	seen := map[string]Text{}
	m.each(func(days Text, n *yamlnode.Node) {
		covered := r.days(days)
		spans := r.spans(n, days)
		for _, d := range covered {
			if first, twice := seen[d]; twice {
				r.add(days.Range, "duplicate-day", "give each day its hours once", "`%s` has its hours twice; first under `%s`", d, first.Value)
				break
			}
			seen[d] = days
		}
		if covered != nil && spans != nil {
			out = append(out, &DayHours{days, spans})
		}
	})
	return out
}

// spans reads one or more spans of a day, which do not overlap.
func (r *reader) spans(n *yamlnode.Node, key Text) []Text {
	texts := r.oneOrMore(n, key, "hours such as `\"09:00-17:00\"`, or a list of them")
	var out []Text
	var taken []span
	for _, t := range texts {
		s, problem := parseSpan(t.Value)
		if problem != "" {
			r.mend(t.Range, "bad-hours", spanRemedy(t), "`%s` is no span of a day: %s", clip(t.Value), problem)
			continue
		}
		if i := slices.IndexFunc(taken, s.overlaps); i >= 0 {
			r.add(t.Range, "overlapping-hours", "make one span of them", "`%s` overlaps `%s`", t.Value, out[i].Value)
			continue
		}
		taken, out = append(taken, s), append(out, t)
	}
	return out
}

// span is a stretch of a day in minutes, which may reach into the next one.
type span struct{ from, to int }

func (s span) overlaps(o span) bool { return s.from < o.to && o.from < s.to }

// parseSpan reads HH:MM-HH:MM, and says what is wrong with it.
func parseSpan(s string) (span, string) {
	a, b, ok := strings.Cut(s, "-")
	from, ok1 := parseClock(a)
	to, ok2 := parseClock(b)
	switch {
	case !ok || !ok1 || !ok2:
		return span{}, "wanted `HH:MM-HH:MM`"
	case from == endOfDay:
		return span{}, "`24:00` ends a day, it starts none"
	case from == to:
		return span{}, "it ends where it starts"
	case from > to:
		to += endOfDay // on the next day
	}
	return span{from, to}, ""
}

const endOfDay = 24 * 60

func parseClock(s string) (minutes int, ok bool) {
	if len(s) != 5 || s[2] != ':' || !isDigits(s[:2]+s[3:]) {
		return 0, false
	}
	h, m := int(s[0]-'0')*10+int(s[1]-'0'), int(s[3]-'0')*10+int(s[4]-'0')
	minutes = h*60 + m
	return minutes, m < 60 && minutes <= endOfDay
}

// spanRemedy writes hours as clocks do here.
func spanRemedy(t Text) remedy {
	text := strings.NewReplacer("–", "-", "—", "-", " to ", "-", " a ", "-", " bis ", "-", ".", ":", " ", "").Replace(strings.ToLower(strings.TrimSpace(t.Value)))
	a, b, _ := strings.Cut(text, "-")
	a, b = pad(a), pad(b)
	from, ok1 := parseClock(a)
	to, ok2 := parseClock(b)
	switch {
	case !ok1 || !ok2 || from == endOfDay || from == to:
		return remedy{}
	case to == 0:
		return span24(t, a+"-24:00")
	}
	return span24(t, a+"-"+b)
}

// span24 writes a span in quotes, as it is read whatever stands around it.
func span24(t Text, span string) remedy {
	return remedy{"write `" + span + "`", Edit{t.Range.Start, t.Range.End, `"` + span + `"`}}
}

// pad writes a time of the day as HH:MM: 9, 9h, 9:00, 9am and 5pm are some.
func pad(clock string) string {
	pm := strings.HasSuffix(clock, "pm")
	clock = strings.TrimSuffix(strings.TrimSuffix(clock, "pm"), "am")
	clock = strings.TrimSuffix(clock, "h")
	hour, minute, ok := strings.Cut(strings.Replace(clock, "h", ":", 1), ":")
	if !ok {
		minute = "00"
	}
	if !isDigits(hour) || len(hour) > 2 || !isDigits(minute) || len(minute) != 2 {
		return clock
	}
	h := int(hour[0] - '0')
	if len(hour) == 2 {
		h = h*10 + int(hour[1]-'0')
	}
	if pm && h < 12 {
		h += 12
	}
	return fmt.Sprintf("%02d:%s", h, minute)
}
