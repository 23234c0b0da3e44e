package playbook

import (
	"strings"

	"github.com/servicerecovery/amends/playbook/internal/yamlnode"
)

// Guarantee is what holds for every incident that For is about. It makes one kind of claim.
type Guarantee struct {
	ID, About Text
	For       Text // a condition; absent: every incident

	Gives            []Text // at least one action of these types
	Within, Calendar Text   // due no later than that

	Never []Text // no action of these types

	WhenGrows Text   // a field: where it is larger,
	NeverLess []Text // the sum over these types is not less

	RegardlessOf []Text // fields: whatever they are,
	Same         []Text // the actions of these types are the same

	Of     []Text // the sum over these types
	AtMost []Text // is no more, in each currency

	Range Range
}

// claims are the keys of each kind of guarantee. The first ones must be there.
var claims = [...]struct {
	needs []string
	more  []string
}{
	{[]string{"gives"}, []string{"within", "calendar"}},
	{[]string{"never"}, nil},
	{[]string{"when_grows", "never_less"}, nil},
	{[]string{"regardless_of", "same"}, nil},
	{[]string{"of", "at_most"}, nil},
}

// guarantees reads a list of guarantees.
func (m *mapping) guarantees(d *Document) {
	m.misspelt("guarantees", func(n *yamlnode.Node, key Text) {
		ids := m.r.unique("guarantee")
		m.r.list(n, key, "a list of guarantees", func(item *yamlnode.Node) {
			if g := m.r.guarantee(item, key); g != nil {
				ids.add(g.ID)
				d.Guarantees = append(d.Guarantees, g)
			}
		})
	})
}

func (r *reader) guarantee(n *yamlnode.Node, key Text) *Guarantee {
	m := r.mapping(n, key, "a guarantee such as `{id: no-money-for-storms, for: 'incident.cause == \"storm\"', never: [compensate]}`")
	if m == nil {
		return nil
	}
	m.what = "a guarantee"
	const types = "the type of an action, or a list of them"
	list := func(key, wanted string) (out []Text) {
		m.on(key, func(n *yamlnode.Node, k Text) { out = r.oneOrMore(n, k, wanted) })
		m.wants(key, wanted)
		return out
	}
	g := &Guarantee{Range: m.rng(), ID: m.id("id"), About: m.words("about")}
	g.For = m.uncut("for", "a condition")
	g.Gives = list("gives", types)
	g.Within = m.scalar("within", "a duration such as `5d`")
	g.Calendar = m.scalar("calendar", "the name of a calendar")
	g.Never = list("never", types)
	g.WhenGrows = m.scalar("when_grows", "the name of a field that has an order, such as `delay`")
	g.NeverLess = list("never_less", types)
	g.RegardlessOf = list("regardless_of", "the name of a field, or a list of them")
	g.Same = list("same", types)
	g.Of = list("of", types)
	g.AtMost = list("at_most", "an amount such as `600 EUR`, or a list of them, one a currency")
	m.require("id")
	m.oneClaim()
	m.close()
	return g
}

// oneClaim reports a guarantee that makes claims of two kinds, or none, or half of one.
func (m *mapping) oneClaim() {
	first := -1
	said := ""
	for i, c := range claims {
		for _, key := range append(c.needs[:len(c.needs):len(c.needs)], c.more...) {
			switch {
			case !m.has(key):
			case first < 0:
				first, said = i, key
			case first != i:
				m.add(key, "guarantee-kinds", "make two guarantees of it", "a guarantee makes one kind of claim, and `%s` and `%s` belong to two", said, key)
				return
			}
		}
	}
	if first < 0 {
		m.lack("gives", "guarantee-kinds", "write what it guarantees: `gives`, `never`, `when_grows` with `never_less`, `regardless_of` with `same`, or `of` with `at_most`", "a guarantee needs a claim")
		return
	}
	for _, key := range claims[first].needs {
		if !m.has(key) {
			m.missing(key, strings.TrimSpace(m.remedy(key)))
		}
	}
}
