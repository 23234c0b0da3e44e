package playbook

import (
	"regexp"
	"strings"

	"github.com/servicerecovery/amends/playbook/internal/yamlnode"
)

// How far from Easter a holiday may lie, in days.
const (
	minEaster = -75
	maxEaster = 100
)

const wantedHolidays = "a list of dates such as `2026-12-25`, or of `{date, hours}`, `{from, until}`, `{every: 12-25}` and `{easter: 1}`"

// holidays reads the days off, and the days with other hours.
func (r *reader) holidays(n *yamlnode.Node, key Text) []*Holiday {
	var out []*Holiday
	if n.Kind == yamlnode.Scalar && kindOf(n) != Null && n.Start.Line == n.End.Line {
		r.misfit(n, key, wantedHolidays, as(n, "["+n.Value+"]"))
		return nil
	}
	r.list(n, key, wantedHolidays, func(item *yamlnode.Node) {
		if h := r.holiday(item, key); h != nil {
			out = append(out, h)
		}
	})
	return out
}

// holiday reads one day, or days, which it names in one of four ways. It is nil when it names none.
func (r *reader) holiday(n *yamlnode.Node, key Text) *Holiday {
	if n.Kind != yamlnode.Mapping {
		t := r.scalar(n, key, wantedHolidays)
		if fix := holidayRemedy(t); fix.hint != "" {
			r.mend(t.Range, "bad-holiday", fix, "`%s` is no date", clip(t.Value))
			return nil
		}
		if !t.IsSet() {
			return nil
		}
		return &Holiday{Date: t, Range: r.at(n)}
	}
	m := r.mapping(n, key, "a holiday")
	m.what = "a holiday"
	h := &Holiday{Range: m.rng()}
	h.Date = m.scalar("date", "a date such as `2026-12-24`")
	h.From = m.scalar("from", "its first day, such as `2026-08-03`")
	h.Until = m.scalar("until", "its last day, such as `2026-08-14`")
	h.Every = m.scalar("every", "a day of each year, such as `12-25`")
	h.Easter = m.int("easter", minEaster)
	m.note("easter", func(k *Key) { k.Most = maxEaster })
	h.Church = m.oneOf("church", "western", "orthodox")
	h.Name = m.words("name")
	h.Short = m.has("hours")
	m.on("hours", func(n *yamlnode.Node, k Text) { h.Spans = r.spans(n, k) })
	if v, ok := intOf(h.Easter); ok && v > maxEaster {
		r.add(h.Easter.Range, "bad-holiday", "", "`easter` is a number of days after Easter Sunday, from %d to %d", minEaster, maxEaster)
		h.Easter = misread()
	}
	ok := m.node.Partial || m.oneWay()
	m.close()
	return keep(h, ok)
}

// oneWay wants exactly one of the ways to name a day.
func (m *mapping) oneWay() bool {
	var ways []string
	for _, way := range []string{"date", "from", "every", "easter"} {
		if m.has(way) || way == "from" && m.has("until") {
			ways = append(ways, way)
		}
	}
	switch {
	case len(ways) == 0:
		m.otherwise = "it needs `date`, `from` and `until`, `every` or `easter`"
		m.lack("date", "missing-key", "write `date:`, `from:` and `until:`, `every:` or `easter:`", "a holiday needs its day")
	case len(ways) > 1:
		m.r.add(m.head(), "bad-holiday", "make two holidays of them", "a holiday has one of `date`, `from` and `until`, `every` and `easter`, found `%s` and `%s`", ways[0], ways[1])
	case ways[0] == "from":
		if !m.has("from") {
			m.missing("from", m.remedy("from"))
		}
		if !m.has("until") {
			m.missing("until", m.remedy("until"))
		}
	}
	if e, there := m.get("church"); there && !m.has("easter") {
		m.r.add(m.r.at(e.Key), "bad-holiday", "remove it, or write `easter:` and the days after Easter Sunday", "`church` goes with `easter`")
	}
	return len(ways) == 1
}

var (
	dayOfYear  = regexp.MustCompile(`^-{0,2}(\d\d)-(\d\d)$`)
	dateRange  = regexp.MustCompile(`^(\d{4}-\d\d-\d\d)(?: ?(?:\.\.|/|–|—) ?| (?:-|to|until|bis|a|al) )(\d{4}-\d\d-\d\d)$`)
	fromEaster = regexp.MustCompile(`^easter(?: ?([+-]) ?(\d+))?$`)
)

// holidayRemedy is how a text that names days in another way is written.
func holidayRemedy(t Text) remedy {
	text := strings.ToLower(strings.TrimSpace(t.Value))
	write := func(with string) remedy {
		return remedy{"write `" + with + "`", Edit{t.Range.Start, t.Range.End, with}}
	}
	if m := dateRange.FindStringSubmatch(text); m != nil {
		return write("{from: " + m[1] + ", until: " + m[2] + "}")
	}
	if m := dayOfYear.FindStringSubmatch(text); m != nil {
		return write("{every: " + m[1] + "-" + m[2] + "}")
	}
	if m := fromEaster.FindStringSubmatch(text); m != nil {
		n := strings.TrimPrefix(m[1], "+") + m[2]
		if n == "" {
			n = "0"
		}
		return write("{easter: " + n + "}")
	}
	return remedy{}
}
