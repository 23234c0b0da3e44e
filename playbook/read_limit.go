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
	l.AtMost = m.uncut("at_most", "money or an expression")
	l.Counting = m.scalar("counting", "the name of a fact")
	l.Over = m.oneOf("over", "cut", "escalate")
	l.To = m.scalar("to", "who is escalated to")
	m.wants("of", "the type of an action, or a list of them")
	m.require("of")
	m.limitShape(l)
	m.close()
	return l
}

// limitShape checks which keys of a limit go together.
func (m *mapping) limitShape(l *Limit) {
	keep, cap := m.has("keep"), m.has("at_most")
	switch {
	case keep && cap:
		m.add("at_most", "bad-limit", "make two limits of it", "a limit has `keep` or `at_most`, not both")
		return
	case !keep && !cap:
		m.r.add(m.head(), "bad-limit", "write `keep: highest`, or `at_most:` and an amount", "a limit needs `keep` or `at_most`")
		return
	case keep:
		for _, key := range []string{"counting", "over", "to"} {
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
