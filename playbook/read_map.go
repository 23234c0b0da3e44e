package playbook

import (
	"slices"
	"strings"

	"github.com/servicerecovery/amends/playbook/internal/yamlnode"
)

// Closed sets of what a map can say.
var (
	encodings    = []string{"utf-8", "latin-1", "windows-1252"}
	timeFormats  = []string{"d/m/y", "m/d/y", "y-m-d", "epoch", "epoch-ms"}
	numberUnits  = []string{"seconds", "minutes", "hours", "days", "percent"}
	decimalMarks = []string{",", "."}
)

// payloadMap reads the keys that only a map has.
func (m *mapping) payloadMap(d *Document) {
	d.About = m.words("about")
	d.Owner = m.scalar("owner", "text")
	x := &Map{}
	d.Map = x
	x.Encoding = m.oneOf("encoding", encodings...)
	x.Only = m.pathValues("only", "what payloads must show, such as `{event: [ticket.create, ticket.update]}`")
	m.misspelt("fields", func(n *yamlnode.Node, key Text) { x.Fields = m.r.mapFields(n, key) })
	x.Missing = m.someTexts("missing", "a list of texts that count as absent, such as `[\"\", \"NULL\"]`")
	m.wants("fields", "the fields of incidents by name, such as `{id: ticket.id}`")
	m.require("fields")
}

// mapFields reads fields by their names.
func (r *reader) mapFields(n *yamlnode.Node, key Text) (out []*MapField) {
	if n.Kind == yamlnode.List {
		r.wrong(n, key, "a mapping: the fields of incidents by name", "write each field without a dash, such as `id: ticket.id`")
		return nil
	}
	m := r.mapping(n, key, "the fields of incidents by name, such as `{id: ticket.id}`")
	if m != nil && len(n.Entries) == 0 && !n.Partial {
		r.add(r.at(n), "wrong-type", "write a field and its path for each, such as `id: ticket.id`", "`%s` names no field", clip(key.Value))
	}
	m.each(func(name Text, n *yamlnode.Node) {
		if f := r.mapField(name, n); f != nil {
			out = append(out, f)
		}
	})
	return out
}

const mapFieldShape = "where it is found: a path, a list of paths, or a mapping such as `{from: ticket.priority, words: {…}}`"

// mapField reads where one field is found; nil when its name cannot be that of a field, or nothing was understood.
func (r *reader) mapField(name Text, n *yamlnode.Node) *MapField {
	f := &MapField{Name: name, Range: r.place(yamlnode.Pos(name.Range.Start), n.End)}
	switch {
	case !r.isFieldName(name), broken(n):
		return nil
	case n.Kind == yamlnode.Scalar || n.Kind == yamlnode.List:
		if f.From = r.oneOrMore(n, name, mapFieldShape); len(f.From) == 0 {
			return nil
		}
		return f
	}
	m := r.mapping(n, name, mapFieldShape)
	m.what = "a field of a map"
	m.on("from", func(n *yamlnode.Node, k Text) {
		f.From = r.oneOrMore(n, k, "a path such as `ticket.id`, or a list of paths")
	})
	m.is("from", KeyTexts)
	m.on("text", func(n *yamlnode.Node, k Text) { f.Template = r.uncut(n, k, "a text such as `z-${ticket.number}`") })
	m.is("text", KeyText)
	m.on("const", func(n *yamlnode.Node, k Text) { f.Const = r.constant(n, k) })
	f.FirstOf = m.texts("first_of", "a list of texts, the first of which counts")
	m.on("words", func(n *yamlnode.Node, k Text) { f.Words = r.mapWords(n, k) })
	f.True, f.False = m.someTexts("true", "a list of texts that mean yes"), m.someTexts("false", "a list of texts that mean no")
	m.on("otherwise", func(n *yamlnode.Node, k Text) { f.Otherwise = r.constant(n, k) })
	f.Currency = m.scalar("currency", "a currency such as `EUR`")
	f.Decimal = m.oneOf("decimal", decimalMarks...)
	f.Unit = m.oneOf("unit", numberUnits...)
	f.Format = m.oneOf("format", timeFormats...)
	f.Zone = m.scalar("zone", "a time zone such as `Europe/Madrid`")
	f.Split = m.scalar("split", "what stands between the members, such as `,`")
	f.Missing = m.someTexts("missing", "a list of texts that count as absent, such as `[\"\", \"NULL\"]`")
	f.When = m.pathValues("when", "what the payload must show, such as `{ticket.state: closed}`")
	f.While = m.someTexts("while", "a list of texts, such as `[pending]`")
	if f.IsItems = m.has("items"); f.IsItems {
		m.on("items", func(n *yamlnode.Node, k Text) { f.Items = r.mapFields(n, k) })
	}
	r.oneSource(m, f)
	m.close()
	return f
}

// sources are the keys that say where a value comes from.
var sources = [...]string{"from", "text", "const"}

// oneSource checks that a field says once where its value comes from.
func (r *reader) oneSource(m *mapping, f *MapField) {
	var has []string
	for _, key := range sources {
		if m.has(key) && !m.node.Partial {
			has = append(has, key)
		}
	}
	switch {
	case m.node.Partial:
	case len(has) == 0 && !slices.ContainsFunc(sources[:], m.hasWordFor):
		r.add(f.Name.Range, "missing-key", "write `from:` and a path, `text:` and a text with `${path}`, or `const:` and a value", "field `%s` needs `from`, `text` or `const`", clip(f.Name.Value))
	case len(has) > 1:
		m.add(has[1], "bad-map", "remove one of them", "a field has %s, found %s", listed(sources[:]), strings.ReplaceAll(listed(has), " or ", " and "))
	}
}

// constant reads a value that is always the same: a scalar, also null, or a list of scalars.
func (r *reader) constant(n *yamlnode.Node, key Text) Value {
	switch {
	case broken(n):
		return Value{}
	case n.IsAbsent(), n.Kind == yamlnode.Mapping:
		r.wrong(n, key, "a value, or a list of values", "")
		return Value{}
	case n.Kind == yamlnode.List:
		for _, item := range n.Items {
			if item.Kind != yamlnode.Scalar {
				r.wrong(item, key, "a list of values", "")
				return Value{}
			}
		}
	}
	return r.value(n)
}

// mapWords reads values by the texts that stand for them.
func (r *reader) mapWords(n *yamlnode.Node, key Text) (out []Entry) {
	m := r.mapping(n, key, "values by the texts that stand for them, such as `{high: 4, low: 2}`")
	if m != nil && len(n.Entries) == 0 && !n.Partial {
		r.add(r.at(n), "wrong-type", "write a text and its value for each, such as `high: 4`", "`words` names no text")
	}
	m.each(func(k Text, v *yamlnode.Node) {
		if val := r.constant(v, k); val.IsSet() {
			out = append(out, Entry{k, val})
		}
	})
	return out
}

// someTexts reads a text, or a list of texts.
func (m *mapping) someTexts(key, wanted string) (out []Text) {
	m.on(key, func(n *yamlnode.Node, k Text) { out = m.r.wordTexts(n, k, wanted) })
	m.wants(key, wanted)
	m.is(key, KeyTexts)
	return out
}

// wordTexts reads a text, or a list of texts. YAML takes a plain NULL for nothing.
func (r *reader) wordTexts(n *yamlnode.Node, key Text, wanted string) []Text {
	for _, item := range append([]*yamlnode.Node{n}, n.Items...) {
		if item.Kind == yamlnode.Scalar && kindOf(item) == Null && item.Value != "" {
			r.misfit(item, key, wanted, as(item, `"`+item.Value+`"`))
			return nil
		}
	}
	return r.oneOrMore(n, key, wanted)
}

// pathValues reads which values a payload may show at some paths.
func (m *mapping) pathValues(key, what string) (out []PathValues) {
	m.on(key, func(n *yamlnode.Node, k Text) {
		in := m.r.mapping(n, k, what)
		if in != nil && len(n.Entries) == 0 && !n.Partial {
			m.r.add(m.r.at(n), "wrong-type", "write a path and what it shows, such as `"+key+": {ticket.state: closed}`, or remove the key", "`%s` names no path", key)
		}
		in.each(func(path Text, v *yamlnode.Node) {
			if values := m.r.wordTexts(v, path, "a text, or a list of texts"); len(values) > 0 {
				out = append(out, PathValues{path, values})
			}
		})
	})
	return out
}
