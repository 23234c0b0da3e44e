package suite

import (
	"slices"
	"strings"
	"time"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/policy/value"
)

// isCell tells a column of a table's row, as in tables.fare.refund.
func isCell(n *policy.Node) bool {
	return n.Kind == policy.NodeRead && strings.HasPrefix(n.Path, "tables.") && strings.Count(n.Path, ".") == 2 && !strings.Contains(n.Path, "[")
}

// solveCell looks for a row of a table whose cell is as wanted, and for a key that it is
// for. It knows tables that are looked up by a field or a fact itself.
func (s *Set) solveCell(n *policy.Node, book string, wanted func(cell any) bool) []change {
	name, column, _ := strings.Cut(strings.TrimPrefix(n.Path, "tables."), ".")
	t := s.tableOf(book, name)
	if t == nil || n.Value == nil {
		return nil
	}
	if len(t.Keys) > 0 {
		return s.solveRow(t, n, func(r *playbook.Row) bool {
			if r == nil {
				return false
			}
			i := slices.IndexFunc(r.Columns, func(c playbook.Entry) bool { return c.Key.Value == column })
			if i < 0 {
				return false
			}
			cell, err := parse(value.TypeOf(n.Value), r.Columns[i].Value)
			return err == nil && wanted(cell)
		})
	}
	path := strings.TrimSpace(t.By.Value)
	typ, ok := s.typeOf(path)
	if !ok {
		return nil
	}
	for _, r := range t.Rows {
		for _, c := range r.Columns {
			if c.Key.Value != column {
				continue
			}
			cell, err := parse(value.TypeOf(n.Value), c.Value)
			if err != nil || !wanted(cell) {
				continue
			}
			if key, ok := s.keyOf(t, r, path, typ); ok {
				return []change{{path, key}}
			}
		}
	}
	return nil
}

// keyOf is a value that a row is for.
func (s *Set) keyOf(t *playbook.Table, r *playbook.Row, path string, typ value.Type) (any, bool) {
	read := func(text playbook.Text) (any, bool) {
		v, err := parse(typ, playbook.Value{Kind: playbook.Scalar, Text: text})
		return v, err == nil
	}
	switch {
	case r.From.IsSet():
		return read(r.From)
	case r.Above.IsSet():
		if v, ok := read(r.Above); ok {
			return above(v)
		}
	case len(r.Is) > 0:
		return read(r.Is[0])
	case t.Rows[0].From.IsSet():
		if v, ok := read(t.Rows[0].From); ok {
			return below(v)
		}
	case t.Rows[0].Above.IsSet():
		return read(t.Rows[0].Above)
	default:
		var listed []any
		for _, other := range t.Rows {
			for _, is := range other.Is {
				if v, ok := read(is); ok {
					listed = append(listed, v)
				}
			}
		}
		if len(listed) > 0 {
			return s.noneOf(path, listed)
		}
	}
	return nil, false
}

// compares tells whether a comparison of two values of one type holds.
func compares(a any, op string, b any) bool {
	switch op {
	case "==":
		return same(a, b)
	case "!=":
		return !same(a, b)
	case "<":
		return order(a, b) < 0
	case "<=":
		return order(a, b) < 0 || same(a, b)
	case ">":
		return order(a, b) > 0
	case ">=":
		return order(a, b) > 0 || same(a, b)
	}
	return false
}

// tableKey is a key of a table that is a field or a fact itself.
type tableKey struct {
	name string // empty in a table with one key
	path string
	typ  value.Type
}

// keysOf are the keys of a table whose values a test can choose.
func (s *Set) keysOf(t *playbook.Table) (out []tableKey) {
	add := func(name string, by playbook.Text) {
		path := strings.TrimSpace(by.Value)
		if typ, ok := s.typeOf(path); ok {
			out = append(out, tableKey{name, path, typ})
		}
	}
	if t.By.IsSet() {
		add("", t.By)
	}
	for _, k := range t.Keys {
		add(k.Name.Value, k.Expr)
	}
	return out
}

// cell is what a row says of the key; the zero Cell fits anything.
func (k tableKey) cell(r *playbook.Row) playbook.Cell {
	if k.name == "" {
		return r.Cell
	}
	for _, said := range r.Keys {
		if said.Name.Value == k.name {
			return said.Cell
		}
	}
	return playbook.Cell{}
}

// read returns a value of the key as a playbook writes it.
func (k tableKey) read(text playbook.Text) (any, bool) {
	if !text.IsSet() {
		return nil, false
	}
	v, err := parse(k.typ, playbook.Value{Kind: playbook.Scalar, Text: text})
	return v, err == nil
}

// fits reports whether a row fits a value of the key.
func (k tableKey) fits(r *playbook.Row, v any) bool {
	c := k.cell(r)
	if len(c.Is) > 0 {
		return slices.ContainsFunc(c.Is, func(t playbook.Text) bool {
			is, ok := k.read(t)
			return ok && same(is, v)
		})
	}
	for _, end := range []struct {
		op string
		at playbook.Text
	}{{">=", c.From}, {">", c.Above}, {"<=", c.Upto}, {"<", c.Below}} {
		if at, ok := k.read(end.at); ok && !compares(v, end.op, at) {
			return false
		}
	}
	return true
}

// mostRows bounds how many combinations of keys are tried.
const mostRows = 5_000

// solveRow looks for values of the keys of a table, by which the row that is found is as wanted. The
// row is nil if none is found. Values that the keys have already come first.
func (s *Set) solveRow(t *playbook.Table, n *policy.Node, wanted func(*playbook.Row) bool) []change {
	names, nodes := n.Keys()
	keys := s.keysOf(t)
	values := make([][]any, len(keys))
	for i, k := range keys {
		if at := slices.Index(names, k.name); at >= 0 && nodes[at].Value != nil {
			values[i] = append(values[i], nodes[at].Value)
		}
		for _, end := range s.ends(t, k) {
			for _, v := range end.all() {
				if v != nil && !contains(values[i], v) {
					values[i] = append(values[i], v)
				}
			}
		}
	}
	if len(keys) < len(t.Keys) {
		return nil // what the other keys are cannot be chosen
	}
	tried := 0
	at := make([]any, len(keys))
	var choose func(i int) bool
	choose = func(i int) bool {
		if i < len(keys) {
			return slices.ContainsFunc(values[i], func(v any) bool {
				at[i] = v
				return tried < mostRows && choose(i+1)
			})
		}
		tried++
		return wanted(rowFor(t, keys, at))
	}
	if !choose(0) {
		return nil
	}
	var out []change
	for i, k := range keys {
		out = append(out, change{k.path, at[i]})
	}
	return out
}

// rowFor is the first row that fits some values of the keys; nil if there is none.
func rowFor(t *playbook.Table, keys []tableKey, at []any) *playbook.Row {
	for _, r := range t.Rows {
		fits := true
		for i, k := range keys {
			fits = fits && (r.Otherwise || k.fits(r, at[i]))
		}
		if fits {
			return r
		}
	}
	return nil
}

// undivided turns a comparison of how often a duration goes into a field into one of the
// field itself: incident.delay / hours(12) >= 2 into incident.delay >= 24 h, and so where
// only whole times count. Any other comparison comes back as it was.
func undivided(left *policy.Node, op string, right *policy.Node) (*policy.Node, string, *policy.Node) {
	field, unit, whole := quotient(left)
	if field == nil {
		if field, unit, whole = quotient(right); field == nil {
			return left, op, right
		}
		right, op = left, policy.Mirrored(op)
	}
	var times float64
	switch v := right.Value.(type) {
	case int64:
		times = float64(v)
	case float64:
		times = v
	default:
		return left, op, right
	}
	if whole {
		switch op { // of whole numbers, more than 2 are 3 or more
		case ">":
			op, times = ">=", times+1
		case "<=":
			op, times = "<", times+1
		case "==":
			op = ">="
		case "!=":
			op = "<"
		}
	}
	return field, op, &policy.Node{Kind: policy.NodeConstant, Value: time.Duration(times * float64(unit))}
}

// quotient tells a field that is divided by a duration, and whether a whole number is made
// of that; nil for anything else.
func quotient(n *policy.Node) (field *policy.Node, unit time.Duration, whole bool) {
	if n.Kind == policy.NodeCall && n.Op == "int" && len(n.Parts) == 1 {
		whole, n = true, n.Parts[0]
	}
	if n.Kind != policy.NodeCall || n.Op != "_/_" || !movable(n.Parts[0]) || refersTo(n.Parts[1], n.Parts[0].Path) {
		return nil, 0, false
	}
	_, isDuration := n.Parts[0].Value.(time.Duration)
	unit, _ = n.Parts[1].Value.(time.Duration)
	if !isDuration || unit <= 0 {
		return nil, 0, false
	}
	return n.Parts[0], unit, whole
}
