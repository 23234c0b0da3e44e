package playbook

import (
	"strings"

	"github.com/servicerecovery/amends/playbook/internal/yamlnode"
)

// calendar reads working hours: one set of them, or one for each version.
func (r *reader) calendar(name Text, n *yamlnode.Node) *Calendar {
	ok := r.isID(name)
	m := r.mapping(n, name, "a calendar `{zone, hours, holidays}`")
	c := &Calendar{Name: name, Range: r.place(yamlnode.Pos(name.Range.Start), n.End)}
	if m == nil {
		return keep(c, ok)
	}
	m.what = "a calendar"
	c.Zone = m.scalar("zone", "a time zone such as `Europe/Madrid`")
	own := &CalendarVersion{Range: c.Range}
	m.week(own)
	m.on("holidays", func(n *yamlnode.Node, key Text) { c.Holidays = r.holidays(n, key) })
	if m.has("versions") {
		m.on("versions", func(n *yamlnode.Node, key Text) { c.Versions = r.versions(n, key) })
		for _, key := range []string{"hours", "seasons", "cutoff"} {
			if e, there := m.get(key); there {
				r.add(r.at(e.Key), "hours-and-versions", "move it into a version, or remove `versions`", "a calendar with `versions` has no `%s` of its own", key)
			}
		}
	} else {
		m.wants("hours", wantedHours)
		if !m.has("hours") {
			m.missing("hours", m.remedy("hours"))
		}
		c.Versions = []*CalendarVersion{own}
	}
	m.close()
	return keep(c, ok)
}

const wantedHours = "the hours by day, such as `{mon-fri: \"09:00-17:00\"}`"

// week reads the keys that a calendar and a version of one have in common.
func (m *mapping) week(v *CalendarVersion) {
	m.on("hours", func(n *yamlnode.Node, key Text) { v.Hours = m.r.hours(n, key, false) })
	m.on("seasons", func(n *yamlnode.Node, key Text) { v.Seasons = m.r.seasons(n, key) })
	m.on("cutoff", func(n *yamlnode.Node, key Text) { v.Cutoff = m.r.cutoff(n, key) })
}

// versions reads the hours of a calendar from one day on, and from another.
func (r *reader) versions(n *yamlnode.Node, key Text) []*CalendarVersion {
	const wanted = "a list of `{from, hours}`"
	var out []*CalendarVersion
	isList := r.list(n, key, wanted, func(item *yamlnode.Node) {
		m := r.mapping(item, key, "a version `{from, hours}`")
		if m == nil {
			return
		}
		m.what = "a version"
		v := &CalendarVersion{Range: m.rng()}
		v.From = m.scalar("from", "the first day on which it holds, such as `2026-01-01`")
		m.week(v)
		m.wants("hours", wantedHours)
		m.require("from", "hours")
		m.close()
		out = append(out, v)
	})
	if isList && len(n.Items) == 0 {
		r.empty(n, key)
	}
	return out
}

// seasons reads the weeks of parts of the year.
func (r *reader) seasons(n *yamlnode.Node, key Text) []*Season {
	const wanted = "a list of `{from, until, hours}`"
	var out []*Season
	r.list(n, key, wanted, func(item *yamlnode.Node) {
		m := r.mapping(item, key, "a season `{from, until, hours}`")
		if m == nil {
			return
		}
		m.what = "a season"
		s := &Season{Range: m.rng()}
		s.From = m.scalar("from", "its first day in each year, such as `06-15`")
		s.Until = m.scalar("until", "its last day in each year, such as `09-15`")
		m.on("hours", func(n *yamlnode.Node, key Text) { s.Hours = r.hours(n, key, true) })
		m.wants("hours", wantedHours+", or `{}` for a season without hours")
		m.require("from", "until", "hours")
		m.close()
		out = append(out, s)
	})
	return out
}

// cutoff reads a time of the day.
func (r *reader) cutoff(n *yamlnode.Node, key Text) Text {
	const wanted = "a time of the day such as `\"15:00\"`"
	t := r.scalar(n, key, wanted)
	if !t.IsSet() {
		return t
	}
	switch minutes, ok := parseClock(t.Value); {
	case !ok:
		r.misfit(n, key, wanted, cutoffRemedy(t))
		return misread()
	case minutes == 0:
		r.add(t.Range, "bad-cutoff", "leave `cutoff` out, or count one working day more",
			"everything comes after `00:00`, so no day would count")
		return misread()
	}
	return t
}

func cutoffRemedy(t Text) remedy {
	clock := pad(strings.ReplaceAll(strings.ReplaceAll(strings.ToLower(t.Value), ".", ":"), " ", ""))
	if minutes, ok := parseClock(clock); ok && minutes > 0 {
		return remedy{"write `\"" + clock + "\"`", Edit{t.Range.Start, t.Range.End, `"` + clock + `"`}}
	}
	return remedy{}
}
