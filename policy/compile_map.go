package policy

import (
	"cmp"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy/payload"
	"github.com/servicerecovery/amends/policy/value"
)

// mapCompiler compiles the fields of one map, or those of the items of a list.
type mapCompiler struct {
	*compiler
	targets map[string]*Field
	zone    *time.Location // of the map; nil: it names none
	missing []string       // of the map
	has     map[string]bool
}

// compileMaps compiles the documents that are maps, when all fields are declared.
func (c *compiler) compileMaps(docs []*playbook.Document) {
	for _, d := range docs {
		if d.Kind == playbook.PayloadMap && d.Map != nil {
			c.program.Maps = append(c.program.Maps, c.payloadMap(d))
		}
	}
	slices.SortStableFunc(c.program.Maps, func(a, b *payload.Map) int { return cmp.Compare(a.Name, b.Name) })
}

// Map returns the map of a name, nil when the set has none.
func (p *Program) Map(name string) *payload.Map {
	i, ok := slices.BinarySearchFunc(p.Maps, name, func(m *payload.Map, name string) int { return cmp.Compare(m.Name, name) })
	if !ok {
		return nil
	}
	return p.Maps[i]
}

func (c *compiler) payloadMap(d *playbook.Document) *payload.Map {
	out := &payload.Map{Name: d.ID.Value, Encoding: payload.Encoding(d.Map.Encoding.Value), Only: c.conditions(d.Map.Only)}
	m := mapCompiler{compiler: c, targets: c.mapTargets(), zone: c.zone(d.Zone, nil), missing: textsOf(d.Map.Missing), has: map[string]bool{}}
	for _, f := range d.Map.Fields {
		m.has[f.Name.Value] = true
	}
	for _, f := range d.Map.Fields {
		if x := m.field(f); x != nil {
			out.Fields = append(out.Fields, x)
		}
	}
	if len(d.Map.Fields) > 0 && !m.has["id"] {
		c.errorf(d.ID.Range, "bad-map", "write where the id of an incident stands, such as `id: ticket.id`", "map `%s` has no field `id`: nobody could tell which incident a payload is about", d.ID.Value)
	}
	return out
}

// mapTargets are the fields that a map may read, by name.
func (c *compiler) mapTargets() map[string]*Field {
	out := c.program.Declared()
	at := value.Type{Kind: value.KindTimestamp}
	out["paused"] = &Field{Name: "paused", Type: value.Type{Kind: value.KindList, Elem: value.KindItem}, Items: []*Field{{Name: "from", Type: at}, {Name: "until", Type: at, Optional: true}}}
	return out
}

func textsOf(texts []playbook.Text) (out []string) {
	for _, t := range texts {
		out = append(out, t.Value)
	}
	return out
}

// field compiles one field; nil when it is not understood.
func (m *mapCompiler) field(d *playbook.MapField) *payload.Field {
	target := m.targets[d.Name.Value]
	if target == nil {
		if !m.table.broken[d.Name.Value] {
			m.noTarget(d)
		}
		return nil
	}
	f := &payload.Field{
		Name: d.Name.Value, Type: target.Type, At: d.Range, Zone: m.compiler.zone(d.Zone, m.zone),
		FirstOf: textsOf(d.FirstOf), Decimal: d.Decimal.Value, Unit: d.Unit.Value, Format: d.Format.Value, Split: d.Split.Value,
		Missing: append(textsOf(d.Missing), m.missing...), When: m.conditions(d.When), While: textsOf(d.While),
	}
	if d.Currency.IsSet() {
		f.Currency = m.currencyCode(d.Currency)
	} else if target.Type.Kind == value.KindMoney || target.Type.Elem == value.KindMoney {
		f.Currency = target.Type.Currency
	}
	m.source(d, f, target)
	m.words(d, f, target)
	m.checkKeys(d, f, target)
	m.items(d, f, target)
	m.checkPaused(d, f)
	return f
}

// noTarget reports a field that no document declares.
func (m *mapCompiler) noTarget(d *playbook.MapField) {
	names := slices.Sorted(maps.Keys(m.targets))
	for _, name := range names {
		if f := m.targets[name]; slices.Contains(f.Was, d.Name.Value) {
			m.mendf(d.Name.Range, "unknown-field", instead(d.Name, f.Name), "the field `%s` is called `%s` now", d.Name.Value, f.Name)
			return
		}
	}
	fix := near(d.Name, names)
	if i := slices.IndexFunc(names, func(name string) bool { return strings.HasPrefix(name, d.Name.Value+".") }); i >= 0 {
		fix = say("write a field of it, such as `" + names[i] + ": …`")
	}
	if fix.hint == "" {
		fix = say("declare it under `incident:`, in a playbook or in shared definitions")
	}
	m.mendf(d.Name.Range, "unknown-field", fix, "no document declares a field `%s`", d.Name.Value)
}

// path reads the path that begins after offset characters of a text.
func (c *compiler) path(t playbook.Text, offset int, text string) *payload.Path {
	p, err := payload.ParsePath(text)
	if err != nil {
		bad := err.(*payload.PathError)
		c.errorf(t.Sub(offset+bad.Offset, offset+bad.Offset+1), "bad-path", bad.Hint, "%s", bad.Message)
		return nil
	}
	return &p
}

func (c *compiler) conditions(list []playbook.PathValues) (out []payload.Condition) {
	for _, d := range list {
		if p := c.path(d.Path, 0, d.Path.Value); p != nil {
			out = append(out, payload.Condition{Path: *p, Values: textsOf(d.Values)})
		}
	}
	return out
}

// source compiles where a value comes from.
func (m *mapCompiler) source(d *playbook.MapField, f *payload.Field, target *Field) {
	isTime := f.Type.Kind == value.KindTimestamp || f.Type.Kind == value.KindDate
	f.Joined = isTime && len(d.From) > 1 && slices.Contains([]string{"d/m/y", "m/d/y", "y-m-d"}, f.Format)
	for _, t := range d.From {
		p := m.path(t, 0, t.Value)
		if p == nil {
			continue
		}
		f.From = append(f.From, *p)
		if single := f.Type.Kind != value.KindList || len(d.While) > 0; single && p.Many() && d.FirstOf == nil {
			m.errorf(t.Range, "bad-map", "take the first of several texts with `first_of`, or one member by its place, such as [0]", "`%s` is one value, and this path gives a list", f.Name)
		}
	}
	if d.Template.IsSet() {
		f.Template = m.template(d.Template)
		if target.Items != nil || f.Type.Kind == value.KindList && !d.Split.IsSet() {
			m.errorf(d.Template.Range, "bad-map", "write `from:` and a path", "`%s` is a list, and `text` gives one text", f.Name)
		}
	}
	if d.Const.IsSet() {
		f.Const = m.constant(d.Const, target, f.Type)
	}
}

// otherPlace is how a text of another language names a place: {{a.b}}, {a.b}, %{a.b} or $a.b.
var otherPlace = regexp.MustCompile(`(?:\{\{?|\$) *([A-Za-z_][\w.]*)`)

// template compiles a text with paths in it.
func (m *mapCompiler) template(t playbook.Text) *payload.Template {
	out := &payload.Template{}
	pieces, bad := splitText([]rune(t.Value))
	if bad >= 0 {
		m.errorf(t.Sub(bad, bad+2), "open-expression", "close it with }, or write $${ for a literal ${", "this ${ has no }")
	}
	paths := 0
	for _, p := range pieces {
		text := string(p.runes)
		if !p.isExpr {
			out.Parts = append(out.Parts, payload.Part{Literal: text})
			continue
		}
		paths++
		path, optional := strings.CutSuffix(strings.TrimSpace(text), "?")
		lead := len([]rune(text)) - len([]rune(strings.TrimLeft(text, " ")))
		x := m.path(t, p.from+lead, path)
		if x == nil {
			continue
		}
		if x.Many() {
			m.errorf(t.Sub(p.from, p.from+len(p.runes)), "bad-map", "take one member by its place, such as [0]", "a text has one value in each place, and this path gives a list")
		}
		out.Parts = append(out.Parts, payload.Part{Path: x, Optional: optional})
	}
	if paths == 0 && bad < 0 {
		hint := "write `const:` for a text that is always the same, or `from:` for a path"
		if path := otherPlace.FindStringSubmatch(t.Value); path != nil {
			hint = "write `${" + path[1] + "}` for what stands in the payload"
		}
		m.errorf(t.Range, "bad-map", hint, "there is no `${path}` in this text")
	}
	return out
}

// constant compiles a value of a field's type, or of that of its members; null for none.
func (c *compiler) constant(v playbook.Value, target *Field, t value.Type) *payload.Constant {
	if v.Kind == playbook.Scalar && v.Text.Plain && v.Text.Kind == playbook.Null {
		return &payload.Constant{}
	}
	if target.Items != nil {
		c.errorf(v.Range, "bad-map", "write `from:` and `items:`", "`%s` is a list of objects, which cannot be written here", target.Name)
		return nil
	}
	native, err := parseLiteralValue(t, v)
	if err != nil {
		c.mendf(v.Range, "bad-literal", meantValue(t, v), "%s", err)
		return nil
	}
	c.inBounds(v, native, target)
	return &payload.Constant{Value: native}
}

// words compiles what texts of the payload stand for.
func (m *mapCompiler) words(d *playbook.MapField, f *payload.Field, target *Field) {
	member := f.Type
	if member.Kind == value.KindList {
		member = member.Member()
	}
	add := func(key playbook.Text, v any) {
		if f.Words == nil {
			f.Words = map[string]any{}
		}
		if _, twice := f.Words[key.Value]; twice {
			m.errorf(key.Range, "duplicate-value", "", "%q is listed twice", key.Value)
		}
		f.Words[key.Value] = v
	}
	for _, e := range d.Words {
		if v := m.constant(e.Value, target, member); v != nil {
			add(e.Key, v.Value)
		}
	}
	for _, t := range d.True {
		add(t, true)
	}
	for _, t := range d.False {
		add(t, false)
	}
	if d.Otherwise.IsSet() {
		f.Otherwise = m.constant(d.Otherwise, target, member)
	}
	for _, t := range d.Missing {
		if _, named := f.Words[t.Value]; named || slices.Contains(f.FirstOf, t.Value) || slices.Contains(f.While, t.Value) {
			m.errorf(t.Range, "bad-map", "remove one of them", "%q counts as missing, and has a meaning of its own", t.Value)
		}
	}
	if d.FirstOf != nil && len(f.Words) == 0 {
		for _, t := range d.FirstOf {
			if f.Type.Kind == value.KindString {
				m.inBounds(playbook.Value{Text: t, Range: t.Range}, t.Value, target)
			}
		}
	}
}

// items compiles the fields of each item of a list.
func (m *mapCompiler) items(d *playbook.MapField, f *payload.Field, target *Field) {
	waits := f.Name == "paused" && d.While != nil
	switch {
	case target.Items == nil && d.IsItems:
		m.errorf(d.Name.Range, "bad-map", "remove `items`, or declare the field with `items` under `incident:`", "`%s` is %s, and not a list of objects", f.Name, target.Type.Noun())
		return
	case target.Items == nil || waits:
		return
	case !d.IsItems:
		m.errorf(d.Name.Range, "bad-map", "write the fields of each item, such as `"+f.Name+": {from: lines, items: {"+target.Items[0].Name+": "+target.Items[0].Name+"}}`", "`%s` is a list of objects, and the map does not say where their fields stand", f.Name)
		return
	}
	inner := mapCompiler{compiler: m.compiler, targets: map[string]*Field{}, zone: f.Zone, missing: f.Missing, has: map[string]bool{}}
	for _, t := range target.Items {
		inner.targets[t.Name] = t
	}
	f.Items = []*payload.Field{}
	for _, one := range d.Items {
		inner.has[one.Name.Value] = true
		if m.fromThePayload(d, one) {
			continue
		}
		if x := inner.field(one); x != nil {
			f.Items = append(f.Items, x)
		}
	}
	for _, t := range target.Items {
		if t.Required() && !inner.has[t.Name] {
			m.errorf(d.Name.Range, "bad-map", "write where it stands, such as `"+t.Name+": "+t.Name+"`", "every item of `%s` needs `%s`", f.Name, t.Name)
		}
	}
}

// fromThePayload reports a path of an item that begins at the payload.
func (m *mapCompiler) fromThePayload(list, one *playbook.MapField) (bad bool) {
	for _, of := range list.From {
		whole := strings.TrimSuffix(of.Value, "[*]")
		for _, p := range one.From {
			rest, ok := strings.CutPrefix(p.Value, whole)
			if rest = strings.TrimPrefix(rest, "[*]"); ok && strings.HasPrefix(rest, ".") && len(rest) > 1 {
				m.mendf(p.Range, "bad-map", instead(p, rest[1:]), "the paths of `items` begin at an item of `%s`, and not at the payload", of.Value)
				bad = true
			}
		}
	}
	return bad
}

// checkPaused checks a field that is read from the states of an incident.
func (m *mapCompiler) checkPaused(d *playbook.MapField, f *payload.Field) {
	switch {
	case d.While == nil:
	case f.Name != "paused":
		m.errorf(d.While[0].Range, "bad-map", "write `words` for what a text stands for", "only `paused` has `while`")
	case !m.has["updated_at"]:
		m.errorf(d.While[0].Range, "bad-map", "write where the time of the version stands, such as `updated_at: ticket.updated_at`", "`while` opens and closes a pause at `updated_at`, which the map does not read")
	}
}

// checkKeys reports keys that do nothing where they stand.
func (m *mapCompiler) checkKeys(d *playbook.MapField, f *payload.Field, target *Field) {
	kind := f.Type.Kind
	if kind == value.KindList {
		kind = f.Type.Elem
	}
	of := func(kinds ...value.Kind) bool { return slices.Contains(kinds, kind) }
	isTime := of(value.KindTimestamp, value.KindDate)
	named := len(d.Words)+len(d.True)+len(d.False) > 0
	fixed, waits := d.Const.IsSet(), d.While != nil
	read := !fixed && !named && !waits
	amounts, numbers := of(value.KindMoney), of(value.KindInt, value.KindDouble, value.KindMoney, value.KindPercent, value.KindDuration)
	counted := of(value.KindDuration) && d.Unit.Value != "percent" || of(value.KindPercent) && d.Unit.Value == "percent"
	zoned := isTime || d.IsItems
	for _, k := range []struct {
		key string
		at  playbook.Range
		fit bool
		why string
	}{
		{"words", placeOfWords(d.Words), !fixed && !waits && len(d.True)+len(d.False) == 0 && kind != value.KindItem, "is for a value that is read, once"},
		{"true", placeOfFirst(d.True), !fixed && of(value.KindBool), "is for a field of type bool that is read"},
		{"false", placeOfFirst(d.False), !fixed && of(value.KindBool), "is for a field of type bool that is read"},
		{"first_of", placeOfFirst(d.FirstOf), !fixed && !waits && f.Type.Kind != value.KindList && (kind == value.KindString || named), "is for one text; another type needs `words` for them, and a list takes all"},
		{"otherwise", d.Otherwise.Range, named || d.FirstOf != nil, "goes with `words`, `first_of`, `true` or `false`"},
		{"currency", d.Currency.Range, amounts, "is for amounts that are read"},
		{"decimal", d.Decimal.Range, numbers, "is for numbers that are read"},
		{"unit", d.Unit.Range, counted, "is for durations in `seconds`, `minutes`, `hours` or `days`, and for percentages in `percent`"},
		{"format", d.Format.Range, isTime, "is for times and dates that are read"},
		{"zone", d.Zone.Range, zoned, "is for times and dates that are read"},
		{"split", d.Split.Range, !fixed && !d.IsItems && (f.Type.Kind == value.KindList || d.FirstOf != nil), "is for a list in one text"},
		{"missing", placeOfFirst(d.Missing), !fixed, "is for a value that is read"},
	} {
		switch {
		case k.at.IsZero():
		case !k.fit:
			m.errorf(k.at, "bad-map", "remove it", "`%s` %s; `%s` is %s", k.key, k.why, f.Name, target.Type.Noun())
		case !read && slices.Contains(howWritten, k.key):
			m.errorf(k.at, "bad-map", "remove it", "`%s` does nothing beside `%s`, which says all values of `%s`", k.key, without(d), f.Name)
		}
	}
	if f.Currency != "" && f.Type.Currency != "" && f.Currency != f.Type.Currency {
		m.mendf(d.Currency.Range, "bad-map", instead(d.Currency, f.Type.Currency), "`%s` is in %s, and the map says %s", f.Name, f.Type.Currency, f.Currency)
	}
	if d.Split.IsSet() && d.Split.Value == "" {
		m.errorf(d.Split.Range, "bad-map", "write what stands between the members, such as `split: \",\"`", "`split` is empty")
	}
	if mark := marksByName[d.Split.Value]; mark != "" {
		m.mendf(d.Split.Range, "bad-map", instead(d.Split, mark), "`split` is what stands between the members, and never its name")
	}
}

// marksByName are names of marks that part the members of a list.
var marksByName = map[string]string{"comma": ",", "semicolon": ";", "pipe": "|", "bar": "|", "space": " ", "blank": " ", "tab": "\t", "slash": "/"}

// howWritten are the keys that say how a value is written which is read.
var howWritten = []string{"currency", "decimal", "unit", "format", "zone"}

// without is the key that says what a field is without reading how it is written; empty for none.
func without(d *playbook.MapField) string {
	switch {
	case d.Const.IsSet():
		return "const"
	case d.While != nil:
		return "while"
	case len(d.Words) > 0:
		return "words"
	case d.True != nil:
		return "true"
	case d.False != nil:
		return "false"
	}
	return ""
}

func placeOfWords(words []playbook.Entry) playbook.Range {
	if len(words) == 0 {
		return playbook.Range{}
	}
	return words[0].Key.Range
}

func placeOfFirst(texts []playbook.Text) playbook.Range {
	if len(texts) == 0 {
		return playbook.Range{}
	}
	return texts[0].Range
}
