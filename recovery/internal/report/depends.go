package report

import (
	"slices"
	"strings"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/policy/value"
)

// dependence says for which names of one field a part of a condition can come out as wanted,
// where it reaches the field through tables and terms. Names that the part does not mention are
// alike for it.
type dependence struct {
	path  string // incident.service or incident.failure
	table func(name string) *playbook.Table
	// What terms and the keys of tables mention and give, which may be read often.
	mentions map[*policy.Node]mention
	values   map[named]valued
}

// mention are the constants that a part mentions, and whether it looks at the field.
type mention struct {
	list  []string
	looks bool
}

// named is a part for one name of the field.
type named struct {
	part *policy.Node
	name string
}

// valued is what a part gives, if that is known.
type valued struct {
	v     any
	known bool
}

// body is value for what a term stands for, or the key of a table.
func (d dependence) body(part *policy.Node, name string) (v any, known bool) {
	key := named{part, name}
	out, done := d.values[key]
	if !done {
		out.v, out.known = d.value(part, name)
		d.values[key] = out
	}
	return out.v, out.known
}

// unmentioned stands for any name that is not mentioned. No field can have it.
const unmentioned = "\x00"

// names are the names in the field for which a part can come out as wanted. ok is false for a part
// that does not look at the field.
func (d dependence) names(n *policy.Node, want bool) (list names, ok bool) {
	mentioned, looks := d.mentioned(n)
	if !looks {
		return anything, false
	}
	can := func(name string) bool {
		v, known := d.value(n, name)
		return !known || v == want
	}
	if can(unmentioned) {
		list.except = true
	}
	for _, name := range mentioned {
		if can(name) != list.except {
			list.list = append(list.list, name)
		}
	}
	return list, true
}

// mentioned are the constants that a part mentions anywhere, and whether it looks at the field.
func (d dependence) mentioned(n *policy.Node) (list []string, looks bool) {
	add := func(v any) {
		if s, ok := v.(string); ok {
			list = union(list, []string{s})
		}
	}
	if n.Kind == policy.NodeConstant {
		add(n.Value)
	}
	if values, ok := n.Value.([]any); ok && n.Kind != policy.NodeRead {
		for _, v := range values {
			add(v)
		}
	}
	if t := d.tableAt(n); t != nil {
		for _, r := range t.Rows {
			for _, is := range r.Is {
				add(is.Value)
			}
			for _, k := range r.Keys {
				for _, is := range k.Is {
					add(is.Value)
				}
			}
		}
	}
	looks = n.Kind == policy.NodeRead && n.Path == d.path
	if body := n.Body(); body != nil {
		m, done := d.mentions[body]
		if !done {
			m.list, m.looks = d.mentioned(body)
			d.mentions[body] = m
		}
		return union(list, m.list), looks || m.looks
	}
	for _, p := range n.Parts {
		more, too := d.mentioned(p)
		list, looks = union(list, more), looks || too
	}
	return list, looks
}

func (d dependence) tableAt(n *policy.Node) *playbook.Table {
	rest, ok := strings.CutPrefix(n.Path, "tables.")
	if !ok || d.table == nil {
		return nil
	}
	name, _, _ := strings.Cut(rest, ".")
	name, _, _ = strings.Cut(name, "[")
	return d.table(name)
}

// value is what a part gives for one name of the field; known is false where something else
// decides.
func (d dependence) value(n *policy.Node, name string) (v any, known bool) {
	switch n.Kind {
	case policy.NodeConstant:
		return n.Value, true
	case policy.NodeAnd, policy.NodeOr:
		return d.joined(n.Parts, name, n.Kind == policy.NodeOr)
	case policy.NodeNot:
		b, known := d.value(n.Parts[0], name)
		return b != true, known
	case policy.NodeIf:
		return d.either(n, name)
	case policy.NodeCompare:
		return d.compared(n, name)
	case policy.NodeHas:
		if d.tableAt(n) != nil && hasKeys(n) {
			row, known := d.row(n, name)
			return row != nil, known
		}
	case policy.NodeRead:
		return d.read(n, name)
	}
	return nil, false
}

// joined is what && or || gives, where one side is enough.
func (d dependence) joined(parts []*policy.Node, name string, enough bool) (any, bool) {
	all := true
	for _, p := range parts {
		v, known := d.value(p, name)
		if known && v == enough {
			return enough, true
		}
		all = all && known
	}
	return !enough, all
}

func (d dependence) either(n *policy.Node, name string) (any, bool) {
	asked, known := d.value(n.Parts[0], name)
	if known && asked == true {
		return d.value(n.Parts[1], name)
	}
	if known {
		return d.value(n.Parts[2], name)
	}
	a, aKnown := d.value(n.Parts[1], name)
	b, bKnown := d.value(n.Parts[2], name)
	return a, aKnown && bKnown && isPlain(a) && a == b
}

func isPlain(v any) bool {
	switch v.(type) {
	case bool, string:
		return true
	}
	return false
}

func (d dependence) compared(n *policy.Node, name string) (any, bool) {
	a, known := d.value(n.Parts[0], name)
	if !known {
		return nil, false
	}
	if n.Op == "in" {
		list, known := listOf(n.Parts[1])
		return within(list, a, known)
	}
	b, known := d.value(n.Parts[1], name)
	if !known {
		return nil, false
	}
	if isPlain(a) || isPlain(b) {
		return a == b == (n.Op == "=="), isPlain(a) && isPlain(b) && (n.Op == "==" || n.Op == "!=")
	}
	c, known := value.Compare(a, b)
	return holds(n.Op, c), known
}

// within reports whether a is one of a list; known is false where a value of another kind could be
// equal to it.
func within(list []any, a any, known bool) (any, bool) {
	for _, b := range list {
		if isPlain(a) && a == b {
			return true, known
		}
		c, comparable := 0, isPlain(a) && isPlain(b)
		if !comparable {
			if c, comparable = value.Compare(a, b); comparable && c == 0 {
				return true, known
			}
		}
		known = known && comparable
	}
	return false, known
}

// holds says what a comparison gives, by the order of its sides.
func holds(op string, c int) bool {
	switch op {
	case "==":
		return c == 0
	case "!=":
		return c != 0
	case "<":
		return c < 0
	case "<=":
		return c <= 0
	case ">":
		return c > 0
	}
	return c >= 0
}

// listOf is a list of constants.
func listOf(n *policy.Node) (list []any, known bool) {
	list, known = n.Value.([]any)
	if n.Kind == policy.NodeRead || n.Kind == policy.NodeCall && !constants(n.Parts) {
		return nil, false
	}
	return list, known || n.Kind == policy.NodeCall && len(n.Parts) == 0
}

func (d dependence) read(n *policy.Node, name string) (any, bool) {
	switch {
	case n.Path == d.path:
		return name, true
	case strings.HasPrefix(n.Path, "terms.") && n.Body() != nil:
		return d.body(n.Body(), name)
	case d.tableAt(n) == nil || !hasKeys(n):
		return nil, false
	}
	row, known := d.row(n, name)
	_, column, isColumn := strings.Cut(strings.TrimPrefix(n.Path, "tables."), ".")
	if !known || row == nil || !isColumn || strings.Contains(column, "[") {
		return nil, false
	}
	for _, c := range row.Columns {
		if c.Key.Value != column {
			continue
		}
		return cellValue(c.Value.Text)
	}
	return nil, false
}

// cellValue is the value of a cell. ok is false for a value that can be written in several ways, such
// as an amount: this package does not read it.
func cellValue(t playbook.Text) (any, bool) {
	if v := literal(t); v != nil {
		return v, true
	}
	_, noDay := value.ParseDate(t.Value)
	_, noTime := value.ParseTimestamp(t.Value)
	asPlain := t
	asPlain.Plain = true
	return t.Value, noDay != nil && noTime != nil && literal(asPlain) == nil
}

// row is the row of a table for a name. It is nil, and known is true, if the table has none.
func (d dependence) row(n *policy.Node, name string) (row *playbook.Row, known bool) {
	t := d.tableAt(n)
	if len(t.Rows) == 0 {
		return nil, false
	}
	if names, keys := n.Keys(); names != nil {
		return d.keyedRow(t, names, keys, name)
	}
	key, known := d.body(n.Body(), name)
	text, isText := key.(string)
	if !known || !isText {
		last := t.Rows[len(t.Rows)-1]
		return last, len(t.Rows) == 1 && last.Otherwise
	}
	for _, r := range t.Rows {
		if r.Otherwise || slices.ContainsFunc(r.Is, func(is playbook.Text) bool { return is.Value == text }) {
			return r, true
		}
	}
	return nil, true
}

// hasKeys reports whether it is known by what the table that a part reads is looked up.
func hasKeys(n *policy.Node) bool {
	names, _ := n.Keys()
	return names != nil || n.Body() != nil
}

// keyedRow is row for a table with several keys. A row whose other keys are not known may be the one
// or not, and then nothing behind it is known.
func (d dependence) keyedRow(t *playbook.Table, names []string, keys []*policy.Node, name string) (row *playbook.Row, known bool) {
	for _, r := range t.Rows {
		fits, certain := true, true
		for _, said := range r.Keys {
			i := slices.Index(names, said.Name.Value)
			if i < 0 || len(said.Is) == 0 {
				certain = false
				continue
			}
			v, known := d.body(keys[i], name)
			text, isText := v.(string)
			certain = certain && known && isText
			if known && isText && !slices.ContainsFunc(said.Is, func(is playbook.Text) bool { return is.Value == text }) {
				fits = false
			}
		}
		switch {
		case fits && certain:
			return r, true
		case fits:
			return r, false
		}
	}
	return nil, true
}
