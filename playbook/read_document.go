package playbook

import (
	"slices"

	"github.com/servicerecovery/amends/playbook/internal/yamlnode"
)

// version is the format that this package reads.
const version = "v1"

// document reads one document. It returns nil for a document that is not of this format.
func (r *reader) document(n *yamlnode.Node) *Document {
	m := r.mapping(n, Text{}, "a playbook, shared definitions, or a map")
	if m == nil {
		return nil
	}
	m.what = "a document"
	r.version(m)
	d := &Document{Range: r.at(n)}
	if !r.kind(m, d) {
		return nil
	}
	d.Zone = m.scalar("zone", "a time zone such as `Europe/Madrid`")
	if d.Kind == PayloadMap {
		m.payloadMap(d)
		m.close()
		return d
	}
	d.YearStarts = m.scalar("year_starts", "a day of the year such as `04-01`")
	d.Rounding = m.oneOf("rounding", "half-even", "half-up", "up", "down")
	m.definitions(d)
	if d.Kind == Shared {
		r.onlyShared(m)
		m.shared(d)
	} else {
		m.playbook(d)
	}
	m.close()
	return d
}

// version checks that the document is written in this version of the format.
func (r *reader) version(m *mapping) {
	if !m.has("amends") {
		if meant := m.keyMeaning("amends"); meant.IsSet() {
			r.mend(meant.Range, "missing-version", instead(meant, "amends"), "a document starts with the version of its format")
			m.get(meant.Value)
			return
		}
		at := Pos(m.node.Start)
		fix := remedy{hint: "write `amends: " + version + "` as its first line"}
		if at.Column == 1 {
			fix.edit = Edit{at, at, "amends: " + version + "\n"}
		}
		r.mend(m.head(), "missing-version", fix, "a document starts with the version of its format")
		return
	}
	if e, ok := m.get("amends"); ok && !m.node.Partial && m.node.Entries[0].Key != e.Key {
		r.add(r.at(e.Key), "version-first", "move it to the top of the document", "a document starts with the version of its format, and `amends` stands further down")
	}
	if t := m.scalar("amends", "`"+version+"`"); t.IsSet() && t.Value != version {
		r.mend(t.Range, "unsupported-version", remedy{"write `amends: " + version + "`", Edit{t.Range.Start, t.Range.End, version}}, "version `%s` is not known; this release reads `%s`", clip(t.Value), version)
	}
}

// keyMeaning is a key that was written in the place of another; not set for none.
func (m *mapping) keyMeaning(key string) Text {
	for _, e := range m.node.Entries {
		if meantKey(e.Key.Value, []string{key}) == key {
			return m.r.text(e.Key)
		}
	}
	return Text{}
}

// documentKinds are the keys that say what a document is, with its kind and what messages call it.
var documentKinds = [...]struct {
	key, what string
	kind      DocumentKind
}{
	{"playbook", "a playbook", Playbook},
	{"shared", "a document of shared definitions", Shared},
	{"map", "a map", PayloadMap},
}

// kindKeys are the keys that say what a document is.
func kindKeys() (keys []string) {
	for _, k := range documentKinds {
		keys = append(keys, k.key)
	}
	return keys
}

// kind finds out what the document is: the first of the keys that say so decides.
func (r *reader) kind(m *mapping, d *Document) bool {
	var entry yamlnode.Entry
	var found int
	for _, k := range documentKinds {
		e, ok := m.get(k.key)
		if !ok {
			continue
		}
		if found++; found > 1 {
			second := e.Key
			if second.Start.Line < entry.Key.Start.Line {
				second = entry.Key
			}
			r.add(r.at(second), "two-kinds", "put each into a document of its own, after a line `---`",
				"a document is a playbook, shared definitions or a map, and not two of them")
			continue
		}
		entry, d.Kind, m.what = e, k.kind, k.what
	}
	switch {
	case found == 0 && m.node.Partial:
		return false
	case found == 0:
		r.noKind(m)
		return false
	}
	if id := r.scalar(entry.Value, r.text(entry.Key), "an id"); r.isID(id) {
		d.ID = id
	}
	return true
}

// noKind reports a document that does not say what it is.
func (r *reader) noKind(m *mapping) {
	if e, ok := m.get("suite"); ok {
		r.add(r.at(e.Key), "misplaced-suite", "move it into a file whose name ends in `_test.yaml`",
			"a suite stands in a suite file")
		return
	}
	hint := "write `playbook: ID`, `shared: ID` or `map: ID` below `amends: " + version + "`"
	for _, e := range m.node.Entries {
		if near := Suggest(e.Key.Value, kindKeys()); near != "" {
			r.mend(r.at(e.Key), "missing-kind", didYouMean(r.text(e.Key), []string{near}), "a document says what it is: %s, found `%s`", listed(kindKeys()), clip(e.Key.Value))
			return
		}
	}
	r.add(m.head(), "missing-kind", hint, "a document says what it is: %s", listed(kindKeys()))
}

// playbook reads the keys that only a playbook has.
func (m *mapping) playbook(d *Document) {
	m.onlyPlaybook()
	d.Title = m.words("title")
	d.About = m.words("about")
	d.Owner = m.scalar("owner", "text")
	d.ReviewBy = m.scalar("review_by", "a date such as `2027-06-30`")
	d.InForce = m.period("in_force")
	d.Again = m.scalar("again", "a duration such as `1h`")
	d.Applies = m.uncut("applies", "a condition")
	d.Matches = m.oneOf("matches", "all", "first", "one")
	m.misspelt("plays", func(n *yamlnode.Node, key Text) {
		d.Plays = m.r.plays(n, key, m.has("review_by"))
	})
	if e, ok := m.get("plays"); !m.has("plays") || ok && e.Value.Kind == yamlnode.List && len(e.Value.Items) == 0 {
		m.r.warn(m.head(), "no-plays", "a playbook without plays answers nothing")
	}
}

// period reads in_force.
func (m *mapping) period(key string) (p *Period) {
	m.on(key, func(n *yamlnode.Node, k Text) {
		in := m.r.mapping(n, k, "a period `{from: date, until: date}`")
		if in == nil {
			return
		}
		in.what = "a period"
		p = &Period{
			From:  in.scalar("from", "a date such as `2026-01-01`"),
			Until: in.scalar("until", "a date such as `2026-12-31`"),
			Range: in.rng(),
		}
		in.close()
	})
	return p
}

// definitions reads the sections that playbooks and shared definitions have.
func (m *mapping) definitions(d *Document) {
	m.section("incident", "the fields of incidents by name", func(key Text, n *yamlnode.Node) {
		if f := m.r.field(key, n, ofIncident); f != nil {
			d.Fields = append(d.Fields, f)
		}
	})
	m.section("facts", "facts by name", func(key Text, n *yamlnode.Node) {
		if f := m.r.fact(key, n); f != nil {
			d.Facts = append(d.Facts, f)
		}
	})
	m.section("terms", "expressions by name", func(key Text, n *yamlnode.Node) {
		if t := m.r.uncut(n, key, "an expression"); m.r.isName(key) {
			d.Terms = append(d.Terms, &Term{key, t})
		}
	})
	m.section("tables", "tables by name", func(key Text, n *yamlnode.Node) {
		if t := m.r.table(key, n); t != nil {
			d.Tables = append(d.Tables, t)
		}
	})
	m.section("calendars", "calendars by id", func(key Text, n *yamlnode.Node) {
		if c := m.r.calendar(key, n); c != nil {
			d.Calendars = append(d.Calendars, c)
		}
	})
	m.section("messages", "messages by id", func(key Text, n *yamlnode.Node) {
		if msg := m.r.message(key, n); msg != nil {
			d.Messages = append(d.Messages, msg)
		}
	})
	m.section("partners", "partners by id", func(key Text, n *yamlnode.Node) {
		if p := m.r.partner(key, n); p != nil {
			d.Partners = append(d.Partners, p)
		}
	})
	m.section("actions", "action types by name", func(key Text, n *yamlnode.Node) {
		if a := m.r.actionType(key, n); a != nil {
			d.Actions = append(d.Actions, a)
		}
	})
	m.on("limits", func(n *yamlnode.Node, key Text) {
		m.r.list(n, key, "a list of limits", func(item *yamlnode.Node) {
			if l := m.r.limit(item, key); l != nil {
				d.Limits = append(d.Limits, l)
			}
		})
	})
	m.guarantees(d)
}

// section reads a mapping from names of the author's own.
func (m *mapping) section(key, what string, each func(name Text, n *yamlnode.Node)) {
	m.misspelt(key, func(n *yamlnode.Node, k Text) {
		m.r.mapping(n, k, what).each(each)
	})
}

// misspelt is on for a section, which is also read under the name that it was given by
// mistake: what refers to it is right.
func (m *mapping) misspelt(key string, read func(n *yamlnode.Node, key Text)) {
	m.on(key, read)
	if m == nil || m.has(key) {
		return
	}
	for _, e := range m.node.Entries {
		if !slices.Contains(topKeys[:], e.Key.Value) && Suggest(e.Key.Value, topKeys[:]) == key {
			read(e.Value, m.r.text(e.Key))
			return
		}
	}
}
