package payload

import (
	"regexp"
	"strings"

	"github.com/servicerecovery/amends/policy/value"
)

var (
	hourAlone = regexp.MustCompile(`^\d{1,2}[:.]\d{2}|^\d{1,2} ?[AaPp]\.?[Mm]`)
	fourFold  = regexp.MustCompile(`^([01]\d|2[0-4])([0-5]\d)$`)
	midnight  = regexp.MustCompile(`(?:[T ,]+)(?:12:00(?::00)? ?[Aa]\.?[Mm]\.?|00:00(?::00(?:[.]0+)?)?)$`)
)

// joined puts the parts of a time together, such as those of a day and of an hour. A part with a day of its
// own is no part of another: it counts when no day is there before it.
func (f *Field) joined(tree any) (raw any, path string, there bool, bad *Misfit) {
	var parts, paths []string
	for i, p := range f.From {
		v, found, wrong := p.Find(tree)
		switch {
		case wrong != nil:
			return nil, p.text, true, wrong
		case !found:
			continue
		case i == 0:
			path, there = p.text, true
		}
		if f.isMissing(v) {
			continue
		}
		text, ok := TextOf(v)
		switch {
		case !ok:
			return v, p.text, true, misfit("a part of a time", v, "", "")
		case len(parts) == 0 && i > 0 && !hasDay(text):
			continue // an hour of no day
		case len(parts) > 0 && hasDay(text):
			return strings.Join(parts, " "), strings.Join(paths, " and "), true, nil
		case len(parts) == 1:
			parts[0], text = dayAndHour(parts[0], text)
		}
		parts, paths = append(parts, text), append(paths, p.text)
	}
	if len(parts) == 0 {
		return nil, path, there, nil
	}
	return strings.Join(parts, " "), strings.Join(paths, " and "), true, nil
}

// dayWithoutItsHour reports a day that the map reads alone, although another of its paths has an hour: without a
// format the first path counts, and the day would begin at midnight.
func (f *Field) dayWithoutItsHour(tree, v any, others []Path) *Misfit {
	text, ok := v.(string)
	if f.Type.Kind != value.KindTimestamp || f.Format != "" || len(others) == 0 || !ok {
		return nil
	}
	if m, bad := f.moment(v, wantedTime); bad != nil || m.timed {
		return nil
	}
	for _, p := range others {
		hour, found, _ := p.Find(tree)
		if of, isText := hour.(string); found && isText && !f.isMissing(hour) && (hourAlone.MatchString(spaced(of)) || fourFold.MatchString(spaced(of))) {
			return misfit(wantedTime, text, "is a day, and its hour stands at "+p.text, "write `format: y-m-d`, so that both are read as one time")
		}
	}
	return nil
}

// dayAndHour prepares a day and what stands behind it in another column. Four digits are an hour and its
// minutes there, 0936. Databases write a day alone as its midnight: with an hour behind it, that midnight
// says nothing.
func dayAndHour(day, hour string) (string, string) {
	hour = spaced(hour)
	if p := fourFold.FindStringSubmatch(hour); p != nil {
		hour = p[1] + ":" + p[2]
	}
	if hourAlone.MatchString(hour) {
		day = midnight.ReplaceAllString(spaced(day), "")
	}
	return day, hour
}
