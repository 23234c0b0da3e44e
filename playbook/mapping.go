package playbook

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"

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
	lacks []lacks
	// otherwise is what to write instead of a mapping that has none of its keys.
	otherwise string
	keys      []Key // what is known of them, when somebody wants to know
}

// question is a key that was asked for, and what its value should be.
type question struct {
	key, wanted string
	set         []string // the closed set that it should be one of
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
		if key != "about" {
			m.r.cutWords(m, key, t)
		}
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
			m.r.misfit(n, k, "`true` or `false`", boolRemedy(n, t))
			t = misread()
		}
	})
	m.is(key, KeyBool)
	return t
}

func boolRemedy(n *yamlnode.Node, t Text) remedy {
	switch strings.ToLower(strings.TrimSpace(t.Value)) {
	case "true", "yes", "on", "y", "1", "si", "sí", "ja", "oui":
		return as(n, "true")
	case "false", "no", "off", "n", "0", "nein", "non":
		return as(n, "false")
	}
	return remedy{}
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
			m.r.misfit(n, k, wanted, intRemedy(n, t, least))
		default:
			return
		}
		t = misread()
	})
	m.wants(key, wanted)
	m.note(key, func(k *Key) { k.Kind, k.Least, k.Most = KeyInt, least, mostInt })
	return t
}

// intRemedy writes a whole number without the quotes, or the zero decimals.
func intRemedy(n *yamlnode.Node, t Text, least int) remedy {
	digits, _ := strings.CutSuffix(strings.TrimSpace(t.Value), ".0")
	if v, ok := intOf(Text{Value: digits, Kind: Int}); ok && v >= least && isDigits(strings.TrimPrefix(digits, "-")) && digits != t.Value || ok && v >= least && t.Kind == String {
		return as(n, digits)
	}
	return remedy{}
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
	fix := didYouMean(t, set)
	if other := otherValue(t.Value, set); other != "" {
		fix = instead(t, other)
	}
	wanted := "is one of " + listed(set)
	if len(set) == 1 {
		wanted = "can only be " + listed(set)
		if fix.hint == "" {
			fix = say("write `" + set[0] + "`, or remove " + subject(key))
		}
	}
	r.mend(t.Range, "unknown-value", fix, "%s %s, found `%s`", subject(key), wanted, clip(t.Value))
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

// missing notes a key that is missing: close reports it, unless another key stands in its
// place.
func (m *mapping) missing(key, hint string) {
	m.lack(key, "missing-key", hint, "%s needs `%s`", m.what, key)
}

// lacks is what is to be said of a key that is missing.
type lacks struct {
	key, code, hint, message string
}

func (m *mapping) lack(key, code, hint, format string, args ...any) {
	m.lacks = append(m.lacks, lacks{key, code, hint, fmt.Sprintf(format, args...)})
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

// close reports the keys that nobody asked for, and those that are missing. A key that was
// written in other words is not missing.
func (m *mapping) close() {
	if m == nil {
		return
	}
	var unknown []*yamlnode.Node
	for _, e := range m.node.Entries {
		if !m.knows(e.Key.Value) && !e.Key.Moved {
			unknown = append(unknown, e.Key)
		}
	}
	if len(unknown) > 1 && len(unknown) == len(m.node.Entries) && len(m.lacks) > 0 && !slices.ContainsFunc(unknown, func(k *yamlnode.Node) bool { return m.meant(k) != "" }) {
		m.stranger(unknown)
		unknown, m.lacks = nil, nil
	}
	for _, key := range unknown {
		m.unknown(key)
	}
	for _, l := range m.lacks {
		if !slices.ContainsFunc(unknown, func(k *yamlnode.Node) bool { return m.meant(k) == l.key }) {
			m.r.add(m.head(), l.code, l.hint, "%s", l.message)
		}
	}
	m.record(m.what)
	m.r.spare = append(m.r.spare, m.asked[:0])
	m.asked = nil
}

func (m *mapping) knows(key string) bool {
	return slices.ContainsFunc(m.asked, func(q question) bool { return q.key == key })
}

// meant is the key of the mapping that an unknown one most likely stands for, and that is
// not there; "" for none.
func (m *mapping) meant(key *yamlnode.Node) string {
	name := key.Value
	if word, _, glued := strings.Cut(name, ":"); glued && m.knows(word) {
		return word
	}
	name = strings.TrimFunc(name, func(r rune) bool { return unicode.IsSpace(r) || r == '-' })
	var known, there []string
	for _, q := range m.asked {
		if slices.ContainsFunc(m.node.Entries, func(e yamlnode.Entry) bool { return e.Key.Value == q.key }) {
			there = append(there, q.key)
		} else {
			known = append(known, q.key)
		}
	}
	near := Suggest(name, slices.Concat(known, there))
	if slices.Contains(there, near) {
		return cmp.Or(otherKey(name, known), near)
	}
	return cmp.Or(near, otherKey(name, known))
}

// hasWordFor reports whether a key of the mapping that it does not know stands for one, or is it.
func (m *mapping) hasWordFor(key string) bool {
	return m != nil && slices.ContainsFunc(m.node.Entries, func(e yamlnode.Entry) bool {
		return !m.knows(e.Key.Value) && (e.Key.Value == key || m.meant(e.Key) == key)
	})
}

// stranger reports a mapping that has nothing of what was wanted.
func (m *mapping) stranger(keys []*yamlnode.Node) {
	var names, wanted []string
	for _, k := range keys {
		names = append(names, clip(k.Value))
	}
	for _, l := range m.lacks {
		wanted = append(wanted, l.key)
	}
	hint := "it needs " + strings.ReplaceAll(listed(wanted), " or ", " and ")
	if m.otherwise != "" {
		hint = m.otherwise
	}
	m.r.add(m.r.at(keys[0]), "unknown-key", hint, "%s has none of the keys %s", m.what, strings.ReplaceAll(listed(names), " or ", " and "))
}

func (m *mapping) unknown(key *yamlnode.Node) {
	t := m.r.text(key)
	fix := remedy{}
	if hint := elsewhere(m.what, key.Value); m.what == "a field of items" && hint != "" {
		m.r.add(m.r.at(key), "unknown-key", hint, "%s has no key `%s`", m.what, clip(key.Value))
		return
	}
	name, rest, glued := strings.Cut(key.Value, ":")
	meant := m.meant(key)
	switch {
	case strings.HasPrefix(key.Value, "-"):
		fix = say("write a blank after the dash")
	case glued:
		colon := len([]rune(name)) + 1
		edit, _ := t.Replace(colon, colon, " ")
		fix = remedy{fmt.Sprintf("write a blank behind the colon: `%s: %s`", name, cmp.Or(clip(rest), "…")), edit}
		if m.node.Start.Line == m.node.End.Line || rest == "" {
			fix.edit = Edit{} // in braces what follows is no value of it
		}
	case meant != "" && m.has(meant):
		fix = say("did you mean `" + meant + "`, which is there already?")
	case meant != "" && Suggest(strings.TrimSpace(key.Value), []string{meant}) != "":
		fix = remedy{"did you mean `" + meant + "`?", instead(t, meant).edit}
	case meant != "":
		fix = instead(t, meant)
	default:
		fix = say(elsewhere(m.what, key.Value))
	}
	m.r.mend(m.r.at(key), "unknown-key", fix, "%s has no key `%s`", m.what, clip(key.Value))
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
