// Package hostset writes the names that a host hands in, its roles and calendars, as a document of
// the set.
package hostset

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy/worktime"
)

// file is the file that the host's own names make in a set.
const file = "host.yaml"

// Names are the names that a host hands in.
type Names struct {
	Roles     []string
	Calendars map[string]worktime.Rules
}

// In is the set with the host's names.
func (h *Names) In(set *playbook.Set) (*playbook.Set, playbook.Diagnostics) {
	if len(h.Roles) == 0 && len(h.Calendars) == 0 {
		return set, nil
	}
	return set.With(playbook.File{Path: file, Source: h.document()})
}

// document writes the names as a document of shared definitions.
func (h *Names) document() []byte {
	var b strings.Builder
	b.WriteString("amends: v1\nshared: host\n")
	if len(h.Roles) > 0 {
		b.WriteString("roles:\n")
		for _, r := range slices.Compact(slices.Sorted(slices.Values(h.Roles))) {
			b.WriteString("  - " + strconv.Quote(r) + "\n")
		}
	}
	if len(h.Calendars) > 0 {
		b.WriteString("calendars:\n")
	}
	for _, id := range slices.Sorted(maps.Keys(h.Calendars)) {
		rules := h.Calendars[id]
		b.WriteString("  " + id + ":\n    zone: " + zoneName(rules.Zone) + "\n    versions:\n")
		for i := range rules.Versions {
			v := &rules.Versions[i]
			from := v.From.String()
			if i == 0 && v.From.Year() == 0 {
				from = "0001-01-01"
			}
			b.WriteString("      - {from: " + from + ", hours: " + hoursText(v.Week))
			for j, s := range v.Seasons {
				if j == 0 {
					b.WriteString(", seasons: [")
				} else {
					b.WriteString(", ")
				}
				b.WriteString("{from: " + s.From.String() + ", until: " + s.Until.String() + ", hours: " + hoursText(s.Week) + "}")
			}
			if len(v.Seasons) > 0 {
				b.WriteString("]")
			}
			if v.Cutoff > 0 {
				b.WriteString(", cutoff: " + strconv.Quote(clockText(v.Cutoff)))
			}
			b.WriteString("}\n")
		}
		if len(rules.Holidays) > 0 {
			b.WriteString("    holidays:\n")
		}
		for i := range rules.Holidays {
			b.WriteString("      - " + holidayText(&rules.Holidays[i]) + "\n")
		}
	}
	return []byte(b.String())
}

func zoneName(zone *time.Location) string {
	if zone == nil {
		return "UTC"
	}
	return zone.String()
}

func clockText(minutes int) string { return fmt.Sprintf("%02d:%02d", minutes/60, minutes%60) }

func shiftsText(list []worktime.Shift) string {
	texts := make([]string, len(list))
	for i, s := range list {
		until := s.Until
		if until > 24*60 {
			until -= 24 * 60
		}
		texts[i] = strconv.Quote(clockText(s.From) + "-" + clockText(until))
	}
	return "[" + strings.Join(texts, ", ") + "]"
}

func hoursText(week worktime.Week) string {
	var days []string
	for i, name := range [...]string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"} {
		if len(week[i]) > 0 {
			days = append(days, name+": "+shiftsText(week[i]))
		}
	}
	return "{" + strings.Join(days, ", ") + "}"
}

func holidayText(h *worktime.Holiday) string {
	var text string
	switch h.Kind {
	case worktime.OnRange:
		text = "from: " + h.From.String() + ", until: " + h.Until.String()
	case worktime.OnEvery:
		text = "every: " + h.Every.String()
	case worktime.OnEaster:
		text = "easter: " + strconv.Itoa(h.Easter)
		if h.Orthodox {
			text += ", church: orthodox"
		}
	default:
		text = "date: " + h.From.String()
	}
	if len(h.Hours) > 0 {
		text += ", hours: " + shiftsText(h.Hours)
	}
	return "{" + text + "}"
}
