package playbook

import "github.com/servicerecovery/amends/playbook/internal/yamlnode"

// discretion reads the choice that a person makes.
func (r *reader) discretion(n *yamlnode.Node, key Text) *Discretion {
	m := r.mapping(n, key, "a discretion `{decider, within, options}`")
	if m == nil {
		return nil
	}
	m.what = "a discretion"
	d := &Discretion{Range: m.rng()}
	d.Decider = m.scalar("decider", "who decides")
	d.Within = m.scalar("within", "a duration such as `2h`")
	d.Ends = m.oneOf("ends", "day", "working-day")
	d.Calendar = m.scalar("calendar", "the id of a calendar")
	d.Options = m.actions("options")
	m.on("options", func(n *yamlnode.Node, k Text) {
		if n.Kind == yamlnode.List && len(n.Items) == 0 {
			r.empty(n, k)
		}
	})
	m.on("choose", func(n *yamlnode.Node, k Text) { r.choose(n, k, d) })
	d.Comparable = m.texts("comparable", "a list of fields")
	d.Tolerance = m.scalar("tolerance", "a percentage such as `20%`")
	m.on("authority", func(n *yamlnode.Node, k Text) { d.Authority = r.authority(n, k) })
	m.on("second", func(n *yamlnode.Node, k Text) {
		d.Second = r.second(n, k)
		d.SecondMisread = d.Second == nil
	})
	d.Remind = m.steps("remind", reminder)
	d.IfLate = m.steps("if_late", lateStep)
	m.wants("options", "the actions to choose between, each as an item of a list")
	m.require("decider", "options")
	m.close()
	return d
}

// choose reads how many options may be taken; the default of both bounds is 1.
func (r *reader) choose(n *yamlnode.Node, key Text, d *Discretion) {
	m := r.mapping(n, key, "`{at_least, at_most}`")
	if m == nil {
		return
	}
	m.what = "`choose`"
	d.AtLeast = m.int("at_least", 0)
	d.AtMost = m.int("at_most", 0)
	m.close()
	least, most := intOr(d.AtLeast, 1), intOr(d.AtMost, 1)
	if least > most && !m.misread(d) {
		r.add(m.head(), "bad-choose", "make `at_most` at least `at_least`; each is 1 when it is left out",
			"at least %d and at most %d options cannot be chosen", least, most)
	}
}

// misread reports whether a bound was written and not understood.
func (m *mapping) misread(d *Discretion) bool {
	return m.has("at_least") != d.AtLeast.IsSet() || m.has("at_most") != d.AtMost.IsSet()
}

func intOr(t Text, otherwise int) int {
	if v, ok := intOf(t); ok {
		return v
	}
	return otherwise
}

// authority reads up to how much each role may choose alone.
func (r *reader) authority(n *yamlnode.Node, key Text) (out []Authority) {
	m := r.mapping(n, key, "the amounts that each role may choose alone, such as `{agent: 50 EUR}`")
	if m == nil {
		return nil
	}
	m.each(func(role Text, v *yamlnode.Node) {
		out = append(out, Authority{Role: role, UpTo: r.amounts(v, role)})
	})
	if len(m.node.Entries) == 0 {
		r.empty(n, key)
	}
	return out
}

// amounts reads an amount, or a list of them.
func (r *reader) amounts(n *yamlnode.Node, key Text) []Text {
	return r.oneOrMore(n, key, "an amount such as `50 EUR`, or a list with one for each currency")
}

// second reads above which amount another person has to agree.
func (r *reader) second(n *yamlnode.Node, key Text) *Second {
	m := r.mapping(n, key, "`{above: 150 EUR, by: head-of-care}`")
	if m == nil {
		return nil
	}
	m.what = "`second`"
	s := &Second{Range: key.Range}
	m.on("above", func(n *yamlnode.Node, k Text) { s.Above = r.amounts(n, k) })
	s.By = m.scalar("by", "the role that has to agree")
	m.wants("above", "an amount such as `150 EUR`")
	m.require("above", "by")
	m.close()
	return s
}
