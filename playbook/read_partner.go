package playbook

import "github.com/servicerecovery/amends/playbook/internal/yamlnode"

// partner reads another company and the agreement with it.
func (r *reader) partner(id Text, n *yamlnode.Node) *Partner {
	ok := r.isID(id)
	m := r.mapping(n, id, "a partner `{name, zone, agreement, outbound, inbound}`")
	p := &Partner{ID: id, Range: r.place(yamlnode.Pos(id.Range.Start), n.End)}
	if m == nil {
		return keep(p, ok)
	}
	m.what = "a partner"
	p.Name = m.words("name")
	p.Zone = m.scalar("zone", "a time zone such as `Europe/Madrid`")
	m.on("agreement", func(n *yamlnode.Node, key Text) { p.Agreement = r.agreement(n, key) })
	m.wants("agreement", "`{ref: …, from: …, until: …}`")
	p.Outbound = m.direction("outbound")
	p.Inbound = m.direction("inbound")
	m.require("agreement")
	if !m.has("outbound") && !m.has("inbound") {
		r.add(id.Range, "no-direction", "write `outbound: {}` if they serve our customers, `inbound: {}` if we serve theirs",
			"partner `%s` has no direction", clip(id.Value))
	}
	m.close()
	return keep(p, ok)
}

func (r *reader) agreement(n *yamlnode.Node, key Text) *Agreement {
	m := r.mapping(n, key, "an agreement `{ref, from, until}`")
	if m == nil {
		return nil
	}
	m.what = "an agreement"
	a := &Agreement{
		Ref:   m.scalar("ref", "its reference, such as `AG-2026-014`"),
		From:  m.scalar("from", "a date such as `2026-01-01`"),
		Until: m.scalar("until", "a date such as `2026-12-31`"),
		Range: m.rng(),
	}
	m.require("ref", "from", "until")
	m.close()
	return a
}

// direction reads one way in which an agreement works.
func (m *mapping) direction(key string) (d *Direction) {
	m.on(key, func(n *yamlnode.Node, k Text) {
		in := m.r.mapping(n, k, "`{covers, capacity, cost, rank}`")
		if in == nil {
			return
		}
		in.what = "`" + key + "`"
		d = &Direction{Range: in.rng()}
		d.Covers = in.uncut("covers", "a condition")
		in.on("capacity", func(n *yamlnode.Node, k Text) {
			c := m.r.mapping(n, k, "a capacity `{units, per}`")
			if c == nil {
				return
			}
			c.what = "a capacity"
			d.Units = c.int("units", 1)
			d.Per = c.oneOf("per", "hour", "day", "week")
			c.require("units", "per")
			c.close()
		})
		d.Cost = in.scalar("cost", "money such as `6.50 EUR`")
		d.Rank = in.int("rank", anyInt)
		in.close()
	})
	return d
}
