package suite

import (
	"strings"

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
