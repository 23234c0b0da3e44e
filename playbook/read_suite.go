package playbook

import (
	"strings"

	"github.com/servicerecovery/amends/playbook/internal/yamlnode"
)

// suite reads one document; nil when it is no suite.
func (r *reader) suite(n *yamlnode.Node) *Suite {
	m := r.mapping(n, Text{}, "a suite")
	if m == nil {
		return nil
	}
	m.what = "a suite"
	r.version(m)
	if !r.isSuite(m) {
		return nil
	}
	s := &Suite{Range: r.at(n)}
	s.Name = m.title("suite", "a name such as `late parcels`")
	s.Now = m.scalar("now", "a time such as `2026-03-02T10:00:00+01:00`")
	m.on("defaults", func(n *yamlnode.Node, key Text) {
		s.Defaults = r.test(n, key, testKind{what: "`defaults`", shape: "what all tests have `{now, map, payload, incident, facts, partners, precedents, want}`"})
	})
	m.on("tests", func(n *yamlnode.Node, key Text) { s.Tests = r.tests(n, key, wholeTest) })
	m.wants("tests", "a list of tests")
	m.require("tests")
	m.close()
	return s
}

// isSuite reports what else a document of a suite file is.
func (r *reader) isSuite(m *mapping) bool {
	if m.has("suite") {
		return true
	}
	const missing = "a document of a suite file says its name: `suite`"
	for _, e := range m.node.Entries {
		switch e.Key.Value {
		case "playbook", "shared":
			r.add(r.at(e.Key), "misplaced-playbook", "move it into a file whose name does not end in `_test`", "a suite file holds suites; `%s` stands in other files", e.Key.Value)
			return false
		}
	}
	for _, e := range m.node.Entries {
		if near := Suggest(e.Key.Value, []string{"suite"}); near != "" {
			r.add(r.at(e.Key), "missing-kind", "did you mean `"+near+"`?", missing+", found `%s`", clip(e.Key.Value))
			return false
		}
	}
	r.add(m.head(), "missing-kind", "write `suite: NAME` below `amends: "+version+"`", missing)
	return false
}

// testKind says which keys a test has where it stands.
type testKind struct {
	what, shape      string
	named            bool // a name is required
	nameable         bool
	hasEach, hasThen bool
	isStep           bool
}

var (
	wholeTest = testKind{"a test", "a test `{name, incident, want}`", true, true, true, true, false}
	rowOfEach = testKind{"a row of `each`", "a row `{incident, want}`", false, true, false, true, false}
	rowOfThen = testKind{"a row of `then`", "a row `{now, incident, want}`", false, true, false, false, true}
)

// tests reads a list of tests or of rows, which may not be empty.
func (r *reader) tests(n *yamlnode.Node, key Text, kind testKind) (out []*Test) {
	names := r.unique("test")
	isList := r.list(n, key, "a list, each item "+kind.shape, func(item *yamlnode.Node) {
		if t := r.test(item, key, kind); t != nil {
			names.add(t.Name)
			out = append(out, t)
		}
	})
	if isList && len(n.Items) == 0 {
		r.empty(n, key)
	}
	return out
}

func (r *reader) test(n *yamlnode.Node, key Text, kind testKind) *Test {
	m := r.mapping(n, key, kind.shape)
	if m == nil {
		return nil
	}
	m.what = kind.what
	t := &Test{Range: m.rng()}
	if kind.nameable {
		t.Name = m.title("name", "what is tested, in a few words")
	}
	t.Now = m.scalar("now", "a time such as `2026-03-02T10:00:00+01:00`")
	t.Map = m.scalar("map", "a map of the set, such as `zammad`")
	t.Payload = m.values("payload", "what the map reads, such as `{ticket: {number: 17}}`")
	t.Incident = m.values("incident", "the fields of an incident by name")
	t.Facts = m.values("facts", "facts by name")
	t.Partners = m.values("partners", "the use of partners, such as `{quickbike: {used: 40}}`")
	t.Precedents = m.values("precedents", "earlier choices by play, such as `{parcels/dear: [{amount: 40 EUR}]}`")
	if kind.isStep {
		m.event(t)
	} else if m.has("payload") && m.has("incident") {
		m.add("payload", "bad-step", "remove one of them", "a test has `incident` or `payload`, found both")
	}
	m.on("want", func(n *yamlnode.Node, key Text) { t.Want = r.want(n, key) })
	if t.Want == nil && m.keyMeaning("want").IsSet() {
		t.Want = &Want{} // it is there, under a name that close reports
	}
	if kind.hasEach {
		m.on("each", func(n *yamlnode.Node, key Text) { t.Each = r.tests(n, key, rowOfEach) })
	}
	if kind.hasThen {
		m.on("then", func(n *yamlnode.Node, key Text) { t.Then = r.tests(n, key, rowOfThen) })
	}
	if kind.named {
		m.require("name")
	}
	m.close()
	return t
}

// title reads a text that is shown to people and is not empty.
func (m *mapping) title(key, wanted string) (t Text) {
	m.on(key, func(n *yamlnode.Node, k Text) {
		if t = m.r.scalar(n, k, wanted); t.IsSet() && strings.TrimSpace(t.Value) == "" {
			m.r.add(t.Range, "wrong-type", "", "%s wants %s, found an empty text", subject(k), wanted)
			t = Text{}
		}
	})
	m.wants(key, wanted)
	m.is(key, KeyText)
	return t
}

// values reads a mapping of values that have no type of their own yet. What is
// absent is said in words, as null: a key with nothing behind it is a slip.
func (m *mapping) values(key, what string) (v Value) {
	m.on(key, func(n *yamlnode.Node, k Text) {
		if m.r.mapping(n, k, what) != nil {
			m.r.written(n, k)
			v = m.r.value(n)
		}
	})
	return v
}

// written reports keys and items with nothing behind them.
func (r *reader) written(n *yamlnode.Node, key Text) {
	switch {
	case n.IsAbsent():
		r.wrong(n, key, "a value", "write the value, or `null` for none")
	case n.Kind == yamlnode.List:
		for _, item := range n.Items {
			r.written(item, key)
		}
	case n.Kind == yamlnode.Mapping:
		for _, e := range n.Entries {
			r.written(e.Value, r.text(e.Key))
		}
	}
}
