package playbook

import (
	"fmt"
	"slices"
	"strings"

	"github.com/servicerecovery/amends/playbook/internal/yamlnode"
)

// mapping reads the keys of one mapping. Each key is asked for by name; close
// reports those that nobody asked for, so that the known names are the ones
// that the code asks for.
type mapping struct {
	r     *reader
	what  string // what it describes, with its article: "a play"
	node  *yamlnode.Node
	asked []question
	keys  []Key // what is known of them, when somebody wants to know
}

// question is a key that was asked for, and what its value should be.
type question struct {
	key, wanted string
	set         []string // of which it should be one
}

// mapping starts reading n; nil when it is no mapping. Methods of a nil mapping
// find nothing and report nothing.
func (r *reader) mapping(n *yamlnode.Node, key Text, what string) *mapping {
	switch {
	case broken(n):
		return nil
	case n.Kind != yamlnode.Mapping:
		hint := ""
		if n.IsAbsent() && key.IsSet() {
			hint = "write `{}` for a mapping without keys, or remove the key"
		}
		r.wrong(n, key, "a mapping: "+what, hint)
		return nil
	}
	m := &mapping{r: r, what: what, node: n}
	if last := len(r.spare) - 1; last >= 0 {
		m.asked, r.spare = r.spare[last], r.spare[:last]
	} else {
		m.asked = make([]question, 0, 32)
	}
	return m
}

// get returns the entry under key, and remembers that the key is known.
func (m *mapping) get(key string) (yamlnode.Entry, bool) {
	if m == nil {
		return yamlnode.Entry{}, false
	}
	m.asked = append(m.asked, question{key: key})
	m.note(key, func(*Key) {})
	for _, e := range m.node.Entries {
		if e.Key.Value == key {
			return e, true
		}
	}
	return yamlnode.Entry{}, false
}

// has reports whether the key was written, or may have been merged in.
func (m *mapping) has(key string) bool {
	_, ok := m.get(key)
	return ok || m != nil && m.node.Partial
}

// on calls read with the value under key, if there is one.
func (m *mapping) on(key string, read func(n *yamlnode.Node, key Text)) {
	if e, ok := m.get(key); ok {
		read(e.Value, m.r.text(e.Key))
	}
}

// scalar reads the text under key; wanted says what it should be.
func (m *mapping) scalar(key, wanted string) (t Text) {
	m.on(key, func(n *yamlnode.Node, k Text) { t = m.r.scalar(n, k, wanted) })
	t = m.orMisread(t)
	m.wants(key, wanted)
	m.is(key, KeyText)
	return t
}

// orMisread turns a text that is not there into one that may be, where lines of
// the mapping could not be read.
func (m *mapping) orMisread(t Text) Text {
	if m != nil && m.node.Partial && !t.IsSet() {
		return misread()
	}
	return t
}

// words reads under key what people are shown.
func (m *mapping) words(key string) (t Text) {
	if m != nil {
		m.r.words(func() { t = m.scalar(key, "text") })
	}
	return t
}

// uncut reads a condition or an expression under key.
func (m *mapping) uncut(key, wanted string) (t Text) {
	m.on(key, func(n *yamlnode.Node, k Text) { t = m.r.uncut(n, k, wanted) })
	t = m.orMisread(t)
	m.wants(key, wanted)
	m.is(key, KeyExpression)
	return t
}

// bool reads true or false under key.
func (m *mapping) bool(key string) (t Text) {
	m.on(key, func(n *yamlnode.Node, k Text) {
		t = m.r.scalar(n, k, "`true` or `false`")
		if t.IsSet() && t.Kind != Bool {
			m.r.wrong(n, k, "`true` or `false`", boolHint(t))
			t = misread()
		}
	})
	m.is(key, KeyBool)
	return t
}

func boolHint(t Text) string {
	switch strings.ToLower(t.Value) {
	case "true", "yes", "on", "y":
		return "write `true`"
	case "false", "no", "off", "n":
		return "write `false`"
	}
	return ""
}

// int reads a whole number, at least least, under key.
func (m *mapping) int(key string, least int) (t Text) {
	wanted := "a whole number"
	if least > anyInt {
		wanted = fmt.Sprintf("a whole number, at least %d", least)
	}
	m.on(key, func(n *yamlnode.Node, k Text) {
		t = m.r.scalar(n, k, wanted)
		if !t.IsSet() {
			return
		}
		v, ok := intOf(t)
		switch {
		case t.Kind == Int && !ok:
			m.r.wrong(n, k, fmt.Sprintf("a whole number from %d to %d", least, mostInt), "")
		case !ok || v < least:
			m.r.wrong(n, k, wanted, "")
		default:
			return
		}
		t = misread()
	})
	m.wants(key, wanted)
	m.note(key, func(k *Key) { k.Kind, k.Least, k.Most = KeyInt, least, mostInt })
	return t
}

// oneOf reads a member of a closed set under key.
func (m *mapping) oneOf(key string, set ...string) (t Text) {
	m.on(key, func(n *yamlnode.Node, k Text) {
		t = m.r.member(n, k, set)
	})
	if m != nil {
		m.question(key).set = set
	}
	m.is(key, KeyOneOf)
	m.among(key, set)
	return t
}

// member reads a member of a closed set.
func (r *reader) member(n *yamlnode.Node, key Text, set []string) Text {
	t := r.scalar(n, key, listed(set))
	if !t.IsSet() {
		return t
	}
	for _, s := range set {
		if t.Value == s {
			return t
		}
	}
	r.add(t.Range, "unknown-value", didYouMean(t.Value, set),
		"%s is one of %s, found `%s`", subject(key), listed(set), clip(t.Value))
	return misread()
}

// texts reads a list of texts under key.
func (m *mapping) texts(key, wanted string) (ts []Text) {
	m.on(key, func(n *yamlnode.Node, k Text) { ts = m.r.texts(n, k, wanted) })
	m.wants(key, wanted)
	m.is(key, KeyTexts)
	return ts
}

// require reports the keys that are missing.
func (m *mapping) require(keys ...string) {
	if m == nil {
		return
	}
	for _, key := range keys {
		if !m.needs(key) {
			m.missing(key, m.remedy(key))
		}
	}
}

// needs is has for a key that must be there.
func (m *mapping) needs(key string) bool {
	m.note(key, func(k *Key) { k.Required = true })
	return m.has(key)
}

// wants remembers what the value under a key should be.
func (m *mapping) wants(key, wanted string) {
	if m != nil {
		m.question(key).wanted = wanted
	}
}

// question is the last one that was asked about a key.
func (m *mapping) question(key string) *question {
	for i := len(m.asked) - 1; i >= 0; i-- {
		if m.asked[i].key == key {
			return &m.asked[i]
		}
	}
	m.asked = append(m.asked, question{key: key})
	return &m.asked[len(m.asked)-1]
}

// remedy says what to write for a key that is missing.
func (m *mapping) remedy(key string) string {
	for _, q := range m.asked {
		switch {
		case q.key != key:
		case q.set != nil:
			return "write `" + key + ":` and " + listed(q.set)
		case q.wanted != "":
			return "write `" + key + ":` and " + q.wanted
		}
	}
	return ""
}

// missing reports a key that is missing, at the start of the mapping.
func (m *mapping) missing(key, hint string) {
	m.r.add(m.head(), "missing-key", hint, "%s needs `%s`", m.what, key)
}

// head is what to point at when something is missing: the first key, or the
// bracket of an empty mapping.
func (m *mapping) head() Range {
	if len(m.node.Entries) > 0 {
		return m.r.at(m.node.Entries[0].Key)
	}
	return m.r.at(m.node)
}

func (m *mapping) rng() Range {
	if m == nil {
		return Range{}
	}
	return m.r.at(m.node)
}

// close reports the keys that nobody asked for.
func (m *mapping) close() {
	if m == nil {
		return
	}
	for _, e := range m.node.Entries {
		if !slices.ContainsFunc(m.asked, func(q question) bool { return q.key == e.Key.Value }) {
			m.unknown(e.Key)
		}
	}
	m.record(m.what)
	m.r.spare = append(m.r.spare, m.asked[:0])
	m.asked = nil
}

func (m *mapping) unknown(key *yamlnode.Node) {
	var known []string
	for _, q := range m.asked {
		known = append(known, q.key)
	}
	hint := didYouMean(key.Value, known)
	if strings.HasPrefix(key.Value, "-") {
		hint = "write a blank after the dash"
	}
	if name, _, glued := strings.Cut(key.Value, ":"); glued && hint == "" {
		hint = fmt.Sprintf("write a blank behind the colon: `%s: …`", name)
	}
	if hint == "" {
		hint = elsewhere(m.what, key.Value)
	}
	m.r.add(m.r.at(key), "unknown-key", hint, "%s has no key `%s`", m.what, clip(key.Value))
}

// each calls read for every entry, under names that are the author's own.
func (m *mapping) each(read func(key Text, value *yamlnode.Node)) {
	if m == nil {
		return
	}
	for _, e := range m.node.Entries {
		read(m.r.text(e.Key), e.Value)
	}
}
