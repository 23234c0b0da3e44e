package playbook

import "github.com/servicerecovery/amends/playbook/internal/yamlnode"

// limit reads one item of limits.
func (r *reader) limit(n *yamlnode.Node, key Text) *Limit {
	m := r.mapping(n, key, "a limit such as `{of: compensate, at_most: 250 EUR}`")
	if m == nil {
		return nil
	}
	m.what = "a limit"
	l := &Limit{Range: m.rng()}
	m.on("of", func(n *yamlnode.Node, k Text) { l.Of = r.oneOrMore(n, k, "the type of an action, or a list of them") })
	l.Keep = m.oneOf("keep", "highest")
	l.Per = m.oneOf("per", "item")
	m.on("at_most", func(n *yamlnode.Node, k Text) { l.AtMost = r.caps(n, k) })
	m.wants("at_most", "money or an expression")
	m.on("counting", func(n *yamlnode.Node, k Text) {
		l.Counting = r.oneOrMore(n, k, "the name of a fact, or a list of them, one a currency")
	})
	l.When = m.uncut("when", "a condition")
	l.Over = m.oneOf("over", "cut", "escalate")
	l.To = m.scalar("to", "who is escalated to")
	m.wants("of", "the type of an action, or a list of them")
	m.require("of")
	m.limitShape(l)
	m.close()
	return l
}

// caps reads the amount of a cap, or a list of amounts.
func (r *reader) caps(n *yamlnode.Node, key Text) []Text {
	const wanted = "money or an expression, or a list of them, one a currency"
	if n.Kind == yamlnode.Mapping {
		r.misfit(n, key, wanted, say("write a list, such as `[400 EUR, 8000 MXN]`"))
		return nil
	}
	if n.Kind != yamlnode.List {
		if t := r.uncut(n, key, wanted); t.IsSet() {
			return []Text{t}
		}
		return nil
	}
	var out []Text
	r.list(n, key, wanted, func(item *yamlnode.Node) {
		if t := r.uncut(item, key, "money or an expression"); t.IsSet() {
			out = append(out, t)
		}
	})
	if len(n.Items) == 0 {
		r.empty(n, key)
	}
	return out
}

// limitShape checks which keys of a limit go together.
func (m *mapping) limitShape(l *Limit) {
	keep, cap := m.has("keep"), m.has("at_most")
	if cap && l.Per.IsSet() {
		m.add("counting", "bad-limit", "make two limits of it", "`counting` looks at all that was given before, and `per` at one item")
	}
	switch {
	case keep && cap:
		m.add("at_most", "bad-limit", "make two limits of it", "a limit has `keep` or `at_most`, not both")
		return
	case !keep && !cap:
		m.r.add(m.head(), "bad-limit", "write `keep: highest`, or `at_most:` and an amount", "a limit needs `keep` or `at_most`")
		return
	case keep:
		for _, key := range []string{"counting", "when", "over", "to"} {
			m.add(key, "bad-limit", "remove it", "`%s` goes with `at_most`; this limit has `keep`", key)
		}
		return
	}
	switch escalates := l.Over.Value == "escalate"; {
	case escalates && !m.has("to"):
		m.add("over", "bad-limit", "write `to:` and a role", "`over: escalate` needs `to`")
	case !escalates && m.has("to") && (l.Over.IsSet() || !m.has("over")):
		m.add("to", "bad-limit", "write `over: escalate`, or remove `to`", "`to` goes with `over: escalate`")
	}
}
