package payload

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy/value"
)

// Map is a compiled map. It is immutable, and safe for concurrent use.
type Map struct {
	Name     string
	Encoding Encoding
	Only     []Condition // all of them; none: every payload is meant
	Fields   []*Field
}

// Field is where one field of incidents is found, and how it is written there.
type Field struct {
	Name string
	Type value.Type
	At   playbook.Range

	// One of these says where the value comes from.
	From     []Path
	Joined   bool // the paths are the parts of one time, and not the first that is there
	Template *Template
	Const    *Constant

	FirstOf   []string
	Words     map[string]any // a value of the type by the text that stands for it; nil for none
	Otherwise *Constant
	Currency  string // of numbers; empty: they need one of their own
	Decimal   string // "," or "."; empty: the map does not say
	Unit      string
	Format    string
	Zone      *time.Location // of times that have none; nil: the map does not say
	Split     string
	Missing   []string
	When      []Condition
	While     []string // of paused, which is waiting or not
	Items     []*Field // of each item of a list; nil for any other field
}

// Constant is a value of a field's type; nil for none.
type Constant struct{ Value any }

// Condition is what a payload has to show at a path.
type Condition struct {
	Path   Path
	Values []string
}

// shows reports whether the payload shows one of the values, and whether anything stands at the path.
func (c Condition) shows(tree any) (yes, there bool) {
	v, found, bad := c.Path.Find(tree)
	if !found || bad != nil {
		return false, false
	}
	list, isList := v.([]any)
	if !isList {
		list = []any{v}
	}
	for _, one := range list {
		if text, ok := TextOf(one); ok && slices.Contains(c.Values, text) {
			return true, true
		}
	}
	return false, true
}

// Means reports whether the map is for a payload: whether it shows all that only names.
func (m *Map) Means(tree any) bool {
	for _, c := range m.Only {
		if yes, _ := c.shows(tree); !yes {
			return false
		}
	}
	return true
}

// Field returns the field of a name, nil when the map has none.
func (m *Map) Field(name string) *Field {
	for _, f := range m.Fields {
		if f.Name == name {
			return f
		}
	}
	return nil
}

// Told is what a payload tells of one field. A field that the payload does not mention has no Told.
type Told struct {
	Field *Field
	// Value is of the field's type, as package value holds it; nil clears the field. Items are
	// map[string]any by their fields. Of a field with While it is a bool: whether the incident waits.
	// With misfits it is what the payload has.
	Value   any
	Path    string // where it stands in the payload; empty for what a map always says
	Misfits []Misfit
}

// Read returns what a payload tells, in the order of the map.
func (m *Map) Read(tree any) []Told {
	out := make([]Told, 0, len(m.Fields))
	for _, f := range m.Fields {
		if t, ok := f.read(tree); ok {
			out = append(out, t)
		}
	}
	return out
}

// read is what a payload tells of the field; false for nothing.
func (f *Field) read(tree any) (Told, bool) {
	t := Told{Field: f}
	for _, c := range f.When {
		switch yes, there := c.shows(tree); {
		case !there:
			return t, false
		case !yes:
			t.Path = c.Path.text
			return t, true
		}
	}
	raw, path, there, bad := f.source(tree)
	t.Path = path
	switch {
	case bad != nil:
		t.Value = raw
	case !there:
		return t, false
	case f.Const != nil:
		t.Value = f.Const.Value
		return t, true
	case f.While != nil:
		t.Value = f.waits(raw)
		return t, true
	case raw == nil:
		return t, true
	case f.Items != nil:
		t.Value, t.Misfits = f.items(raw, path)
		return t, true
	default:
		t.Value, bad = f.value(raw)
	}
	if bad != nil {
		t.Misfits = []Misfit{bad.placed(f, path)}
		if t.Value == nil {
			t.Value = raw
		}
	}
	return t, true
}

func (m *Misfit) placed(f *Field, path string) Misfit {
	out := *m
	if out.At.IsZero() {
		out.At = f.At
	}
	if out.Path == "" {
		out.Path = path
	}
	return out
}

// waits reports whether a state is one in which the incident waits.
func (f *Field) waits(raw any) bool {
	text, ok := TextOf(raw)
	return ok && slices.Contains(f.While, text)
}

// source is what the payload has in the field's place: nil where that is null, or counts as
// missing; there is false where nothing stands.
func (f *Field) source(tree any) (raw any, path string, there bool, bad *Misfit) {
	switch {
	case f.Const != nil:
		return nil, "", true, nil
	case f.Template != nil:
		return f.Template.fill(f, tree)
	case f.Joined:
		return f.joined(tree)
	}
	for i, p := range f.From {
		v, found, wrong := p.Find(tree)
		if wrong != nil {
			return nil, p.text, true, wrong
		}
		if found && !f.isMissing(v) {
			return v, p.text, true, f.dayWithoutItsHour(tree, v, f.From[i+1:])
		}
		if found && !there {
			path, there = p.text, true
		}
	}
	return nil, path, there, nil
}

// isMissing reports whether a value counts as absent. What the field itself has a word for does not.
func (f *Field) isMissing(v any) bool {
	if v == nil {
		return true
	}
	text, ok := TextOf(v)
	if !ok || !slices.Contains(f.Missing, text) {
		return false
	}
	_, named := f.Words[text]
	return !named && !slices.Contains(f.FirstOf, text) && !slices.Contains(f.While, text)
}

// items reads a list of objects, each by the fields of items.
func (f *Field) items(raw any, path string) (any, []Misfit) {
	list, ok := raw.([]any)
	if !ok {
		return raw, []Misfit{misfit("a list", raw, "", "").placed(f, path)}
	}
	path = strings.TrimSuffix(path, "[*]")
	out := make([]any, len(list))
	var misfits []Misfit
	for i, one := range list {
		item := map[string]any{}
		for _, inner := range f.Items {
			t, told := inner.read(one)
			if !told {
				continue
			}
			at := "[" + itoa(i) + "]"
			for _, bad := range t.Misfits {
				bad.Within = at + "." + inner.Name + bad.Within
				bad.Path = path + at + "." + bad.Path
				misfits = append(misfits, bad)
			}
			if len(t.Misfits) > 0 {
				t.Value = Unmapped(t.Value)
			}
			if t.Value != nil {
				item[inner.Name] = t.Value
			}
		}
		out[i] = item
	}
	return out, misfits
}

// Unmapped is what stands in an incident for a value that does not fit: no field takes it, so that the
// incident is refused until it is told better.
func Unmapped(raw any) any { return map[string]any{"unmapped": raw} }

// Looked tells of each field that a payload fills, and of the text that stands there for a field with
// words, or with several texts where the first counts.
func (m *Map) Looked(tree any, visit func(f *Field, text string, isText bool)) {
	for _, f := range m.Fields {
		t, ok := f.read(tree)
		if !ok || len(t.Misfits) > 0 {
			continue
		}
		visit(f, "", false)
		raw, _, there, bad := f.source(tree)
		if !there || bad != nil || raw == nil || len(f.Words)+len(f.FirstOf) == 0 {
			continue
		}
		list, isList := raw.([]any)
		if !isList {
			list = []any{raw}
		}
		if f.FirstOf != nil {
			list = []any{f.firstText(list)}
		}
		for _, one := range list {
			if text, ok := TextOf(one); ok {
				visit(f, text, true)
			}
		}
	}
}

// firstText is the first of the field's texts that is in a list; nil for none.
func (f *Field) firstText(list []any) any {
	for _, want := range f.FirstOf {
		for _, one := range list {
			if text, ok := TextOf(one); ok && text == want {
				return want
			}
		}
	}
	return json.Number("") // what no word names
}

// Where names the paths from which the field is read, for messages; empty for a constant.
func (f *Field) Where() string {
	var paths []string
	for _, p := range f.From {
		paths = append(paths, p.text)
	}
	if f.Template != nil {
		for _, p := range f.Template.Parts {
			if p.Path != nil {
				paths = append(paths, p.Path.text)
			}
		}
		return strings.Join(paths, " and ")
	}
	if f.Joined {
		return strings.Join(paths, " and ")
	}
	return strings.Join(paths, " or ")
}
