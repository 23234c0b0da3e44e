package playbook

import (
	"slices"
	"strconv"
	"strings"
)

// Map says how the fields of incidents are read from payloads, such as those of a helpdesk's
// webhooks, or from the rows of a table. A part that was not written, or not understood, is zero.
type Map struct {
	Only     []PathValues // what payloads must show for the map to be meant; all of it
	Fields   []*MapField
	Missing  []Text // what counts as absent, in each field
	Encoding Text   // utf-8, latin-1 or windows-1252
}

// MapField says where one field of incidents is found, and how it is written there. It has one of
// From, Template and Const.
type MapField struct {
	Name     Text
	From     []Text // paths: the first that is there; with a Format of days, the parts of one time
	Template Text   // a text with ${path} in it
	Const    Value
	// What a value is turned into.
	FirstOf            []Text
	Words              []Entry // a value by the text that stands for it
	True, False        []Text
	Otherwise          Value // in place of what none of these names
	Currency, Decimal  Text
	Unit, Format, Zone Text
	Split              Text // what stands between the members of a list that is one text
	Missing            []Text
	When               []PathValues // all of them must hold, else the field is absent
	While              []Text       // of paused
	Items              []*MapField  // of each item of a list of objects; IsItems says that it is one
	IsItems            bool
	Range              Range
}

// PathValues are the values that a payload may show at a path.
type PathValues struct {
	Path   Text
	Values []Text
}

// String says in one line where the field stands and how it is written, in one way however it was
// laid out: from ticket.state, words {closed: 3, open: 2}, otherwise 1.
func (f *MapField) String() string {
	var out []string
	add := func(key string, texts []Text) {
		if len(texts) > 0 {
			out = append(out, key+" "+namesOf(texts))
		}
	}
	one := func(key string, t Text) {
		if t.IsSet() {
			out = append(out, key+" "+shownText(t.Value))
		}
	}
	add("from", f.From)
	one("text", f.Template)
	if f.Const.IsSet() {
		out = append(out, "const "+shownValue(f.Const))
	}
	add("first_of", f.FirstOf)
	if len(f.Words) > 0 {
		words := make([]string, len(f.Words))
		for i, w := range f.Words {
			words[i] = shownText(w.Key.Value) + ": " + shownValue(w.Value)
		}
		slices.Sort(words)
		out = append(out, "words {"+strings.Join(words, ", ")+"}")
	}
	add("true", f.True)
	add("false", f.False)
	if f.Otherwise.IsSet() {
		out = append(out, "otherwise "+shownValue(f.Otherwise))
	}
	for _, k := range []struct {
		key  string
		text Text
	}{{"currency", f.Currency}, {"decimal", f.Decimal}, {"unit", f.Unit}, {"format", f.Format}, {"zone", f.Zone}, {"split", f.Split}} {
		one(k.key, k.text)
	}
	add("missing", f.Missing)
	if len(f.When) > 0 {
		out = append(out, "when "+ShownPathValues(f.When))
	}
	add("while", f.While)
	if f.IsItems {
		items := make([]string, len(f.Items))
		for i, x := range f.Items {
			items[i] = x.Name.Value + " " + x.String()
		}
		slices.Sort(items)
		out = append(out, "items {"+strings.Join(items, "; ")+"}")
	}
	return strings.Join(out, ", ")
}

// ShownPathValues writes what payloads have to show, in one line.
func ShownPathValues(list []PathValues) string {
	out := make([]string, len(list))
	for i, v := range list {
		out[i] = v.Path.Value + ": " + namesOf(v.Values)
	}
	slices.Sort(out)
	return "{" + strings.Join(out, ", ") + "}"
}

func namesOf(texts []Text) string {
	out := make([]string, len(texts))
	for i, t := range texts {
		out[i] = shownText(t.Value)
	}
	if len(out) == 1 {
		return out[0]
	}
	return "[" + strings.Join(out, ", ") + "]"
}

func shownText(text string) string {
	if text == "" || strings.TrimSpace(text) != text || strings.ContainsAny(text, ",;:{}\"") && !strings.Contains(text, "${") {
		return strconv.Quote(text)
	}
	return text
}

func shownValue(v Value) string {
	if v.Kind != List {
		return shownText(v.Text.Value)
	}
	out := make([]string, len(v.Items))
	for i, x := range v.Items {
		out[i] = shownValue(x)
	}
	return "[" + strings.Join(out, ", ") + "]"
}
