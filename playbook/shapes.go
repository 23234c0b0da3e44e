package playbook

import (
	"slices"

	"github.com/servicerecovery/amends/playbook/internal/yamlnode"
)

// Shape is a mapping of the format: the keys that the reader asks for, in that
// order. Schemas are made from it.
type Shape struct {
	Name string // as diagnostics call it: "a play"
	Keys []Key
}

// Key is a key that a mapping may have.
type Key struct {
	Name string
	Kind KeyKind
	// Required says that the key must be there. A key with an Approach is required only in plays of
	// that approach.
	Required bool
	// OneOf is the closed set of values that the key, or each item under it, may have.
	OneOf []string
	// Least and Most bound a KeyInt.
	Least, Most int
	// Approach is the only one whose plays take the key; empty for any.
	Approach string
}

// KeyKind says what kind of value a key has.
type KeyKind uint8

// The kinds of keys.
const (
	KeyOther      KeyKind = iota // a mapping or a list of a shape of its own
	KeyText                      // one value: text, a date, a duration
	KeyExpression                // a condition, or another expression
	KeyID
	KeyBool
	KeyInt
	KeyOneOf // one of a closed set
	KeyTexts // a list of texts that is not empty
	KeyActions
)

// Shapes returns the mappings of the format that have keys of their own, those
// of playbooks first, then those of shared definitions, of maps and of suites. The
// mappings whose keys are a team's own names are not among them.
func Shapes() []Shape {
	var out []Shape
	for _, s := range readShapes() {
		if !slices.ContainsFunc(out, func(o Shape) bool { return o.Name == s.Name }) {
			out = append(out, s)
		}
	}
	return out
}

// Documents that have each mapping of the format at least once. A mapping's keys
// need not be there: the reader asks for all of them in any case.
const (
	specimen = `amends: v1
playbook: p
in_force: {}
incident: {f: {items: {g: {type: string}}}}
facts: {n: {count: incidents}}
tables: {t: {by: "true", rows: [{from: 1}]}, k: {by: {a: "1"}, rows: [{a: {from: 1}}]}}
calendars: {c: {hours: {}, holidays: [{}], versions: [{seasons: [{}]}]}}
partners: {q: {agreement: {}, outbound: {capacity: {}}, inbound: {}}}
actions: {a: {}}
limits: [{}]
guarantees: [{}]
plays: [{do: [{respond: {remind: [{respond: {}}], if_late: [{respond: {}}]}}], cases: [{}], discretion: {choose: {}, second: {}}, substitute: {}}]
---
amends: v1
shared: s
uses: [helpdesk]
roles: {r: {}}
causes: {}
---
amends: v1
map: m
fields: {f: {items: {g: {}}}}
`
	specimenSuite = `amends: v1
suite: s
defaults: {want: {choices: [{choose: {}, precedents: {}}]}}
tests: [{each: [{}], then: [{choose: {}, approve: {}, decline: {}}]}]
`
)

// readShapes reads the specimens and returns every mapping that was read,
// outermost first.
func readShapes() []Shape {
	var out []Shape
	r := &reader{shapes: &out}
	read := func(src string, document func(*yamlnode.Node)) {
		from := len(out)
		for _, root := range r.roots([]byte(src)) {
			document(root)
			slices.Reverse(out[from:]) // an outer mapping is closed after its inner ones
			from = len(out)
		}
	}
	read(specimen, func(n *yamlnode.Node) { r.document(n) })
	read(specimenSuite, func(n *yamlnode.Node) { r.suite(n) })
	return out
}

// record writes down what was asked of a mapping, if somebody wants to know.
func (m *mapping) record(name string) {
	if m == nil || m.r.shapes == nil {
		return
	}
	if name == "a play" {
		for _, k := range approachOf {
			m.note(k.key, func(key *Key) { key.Approach, key.Required = k.approach, k.remedy != "" })
		}
	}
	*m.r.shapes = append(*m.r.shapes, Shape{name, m.keys})
}

// note adds to what is known of a key, if somebody wants to know.
func (m *mapping) note(key string, add func(*Key)) {
	if m == nil || m.r.shapes == nil {
		return
	}
	i := slices.IndexFunc(m.keys, func(k Key) bool { return k.Name == key })
	if i < 0 {
		i = len(m.keys)
		m.keys = append(m.keys, Key{Name: key})
	}
	add(&m.keys[i])
}

// is notes of what kind the value under a key is.
func (m *mapping) is(key string, kind KeyKind) {
	m.note(key, func(k *Key) { k.Kind = kind })
}

// among notes the closed set that the value under a key, or an item in it, belongs
// to.
func (m *mapping) among(key string, set []string) {
	m.note(key, func(k *Key) { k.OneOf = set })
}
