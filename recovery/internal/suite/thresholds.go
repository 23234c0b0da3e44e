package suite

import (
	"slices"
	"strings"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/policy/value"
)

// threshold is a value that a field or a fact is compared with, as the values to
// try: on it, and right beside it.
type threshold struct {
	path   string // incident.delay, facts.repeats
	values []any  // nil stands for an absent field
	// other, if not nil, is one more value: it stands for any that is not among
	// values.
	other any
}

// all are the values to try.
func (t threshold) all() []any {
	if t.other == nil {
		return t.values
	}
	return append(slices.Clone(t.values), t.other)
}

// thresholds finds what a condition compares fields and facts with. Whatever
// stands on the other side counts with the value that it had. A part that the
// whole did without does not count: no value of it would have made a difference.
func (s *Set) thresholds(n *policy.Node, book string) (out []threshold) {
	if n == nil || n.Skipped {
		return nil
	}
	add := func(t threshold) {
		if len(t.values) > 0 {
			out = append(out, t)
		}
	}
	switch n.Kind {
	case policy.NodeCompare:
		left, op, right := undivided(n.Parts[0], n.Op, n.Parts[1])
		if !movable(left) && movable(right) && op != "in" {
			left, right, op = right, left, policy.Mirrored(op)
		}
		if movable(left) && right.Err == nil && !refersTo(right, left.Path) {
			add(s.sides(left.Path, op, right.Value))
		}
	case policy.NodeHas:
		if movable(n) {
			add(s.presence(n.Path))
		}
	case policy.NodeRead:
		if _, isBool := n.Value.(bool); isBool && movable(n) {
			add(threshold{path: n.Path, values: []any{true, false}})
		}
	}
	if name, ok := strings.CutPrefix(n.Path, "tables."); ok {
		name, _, _ = strings.Cut(name, ".")
		name, _, _ = strings.Cut(name, "[")
		out = append(out, s.rowsOf(book, name)...)
	}
	for _, p := range n.Parts {
		if n.Kind == policy.NodeCompare && movable(p) && p.Kind == policy.NodeRead {
			continue // a side, which was looked at
		}
		out = append(out, s.thresholds(p, book)...)
	}
	return out
}

// movable tells what a row can change: a field, one of an item, or a fact.
func movable(n *policy.Node) bool {
	return (n.Kind == policy.NodeRead || n.Kind == policy.NodeHas) && (strings.HasPrefix(n.Path, "incident.") || strings.HasPrefix(n.Path, "facts.") || strings.HasPrefix(n.Path, "item.") && n.Path != "item.id")
}

// refersTo reports whether a part reads a path, also through terms and the keys of tables.
func refersTo(n *policy.Node, path string) bool {
	been := map[*policy.Node]bool{}
	var refers func(n *policy.Node) bool
	refers = func(n *policy.Node) bool {
		if n.Path == path {
			return true
		}
		if body := n.Body(); body != nil {
			if been[body] {
				return false
			}
			been[body] = true
			return refers(body)
		}
		return slices.ContainsFunc(n.Parts, refers)
	}
	return refers(n)
}

// sides are the values to try around one that a field is compared with.
func (s *Set) sides(path, op string, v any) threshold {
	t := threshold{path: path}
	switch op {
	case ">=", "<":
		if b, ok := below(v); ok {
			t.values = []any{b, v}
		}
	case ">", "<=":
		if a, ok := above(v); ok {
			t.values = []any{v, a}
		}
	case "in":
		if list, ok := v.([]any); ok && len(list) > 0 {
			t.values = list
			t.other, _ = s.noneOf(path, list)
		}
	default:
		t.values = []any{v}
		t.other, _ = another(v, s.fieldOf(path))
	}
	return t
}

// noneOf is a value that is not in a list.
func (s *Set) noneOf(path string, list []any) (any, bool) {
	if f := s.fieldOf(path); f != nil && f.OneOf != nil {
		for _, o := range f.OneOf {
			if !contains(list, o) {
				return o, true
			}
		}
		return nil, false
	}
	if _, isText := list[0].(string); isText {
		return "none of them", true
	}
	last, first := list[0], list[0]
	for _, v := range list {
		if order(v, last) > 0 {
			last = v
		}
		if order(v, first) < 0 {
			first = v
		}
	}
	f := s.fieldOf(path)
	if f != nil && f.Max != nil && order(last, f.Max) >= 0 {
		return below(first)
	}
	return above(last)
}

func contains(list []any, v any) bool {
	for _, x := range list {
		if same(x, v) {
			return true
		}
	}
	return false
}

// presence is a field that is absent, or has whatever value.
func (s *Set) presence(path string) threshold {
	f := s.fieldOf(path)
	if f == nil {
		return threshold{}
	}
	return threshold{path: path, values: []any{nil}, other: sample(f.Type)}
}

func (s *Set) fieldOf(path string) *policy.Field {
	if f := s.itemField(path); f != nil {
		return f
	}
	name, ok := strings.CutPrefix(path, "incident.")
	if !ok {
		return nil
	}
	return s.known.fields[name]
}

// rowsOf finds where the rows of a table begin and end, or what they are for, by the keys that are a
// field or a fact themselves.
func (s *Set) rowsOf(book, name string) (out []threshold) {
	t := s.tableOf(book, name)
	if t == nil {
		return nil
	}
	for _, k := range s.keysOf(t) {
		out = append(out, s.ends(t, k)...)
	}
	return out
}

// ends are the values at which the rows of a table begin and end by one key, or which they name.
func (s *Set) ends(t *playbook.Table, k tableKey) (out []threshold) {
	var listed []any
	add := func(v any) {
		if !contains(listed, v) {
			listed = append(listed, v)
		}
	}
	for _, r := range t.Rows {
		c := k.cell(r)
		for _, end := range []struct {
			op string
			at playbook.Text
		}{{">=", c.From}, {">", c.Above}, {"<=", c.Upto}, {"<", c.Below}} {
			v, ok := k.read(end.at)
			sides := threshold{}
			if ok {
				sides = s.sides(k.path, end.op, v)
			}
			// Where one row ends and the next one begins, the values to try are the same.
			if ok && !slices.ContainsFunc(out, func(o threshold) bool { return slices.EqualFunc(o.values, sides.values, same) }) {
				out = append(out, sides)
			}
		}
		for _, is := range c.Is {
			if v, ok := k.read(is); ok {
				add(v)
			}
		}
	}
	if len(listed) > 0 {
		out = append(out, s.sides(k.path, "in", listed))
	}
	return out
}

// typeOf is the type of a field or a fact by its path.
func (s *Set) typeOf(path string) (value.Type, bool) {
	if f := s.fieldOf(path); f != nil {
		return f.Type, true
	}
	name, ok := strings.CutPrefix(path, "facts.")
	for _, f := range s.program.Facts {
		if ok && f.Plain == name {
			return f.Type(), true
		}
	}
	return value.Type{}, false
}

// tableOf is the declaration of a table that a playbook sees.
func (s *Set) tableOf(book, name string) *playbook.Table {
	var shared *playbook.Table
	for _, d := range s.books.Documents {
		for _, t := range d.Tables {
			switch {
			case t.Name.Value != name:
			case d.Kind == playbook.Playbook && d.ID.Value == book:
				return t
			case d.Kind == playbook.Shared:
				shared = t
			}
		}
	}
	return shared
}
