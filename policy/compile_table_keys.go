package policy

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy/internal/celenv"
	"github.com/servicerecovery/amends/policy/value"
)

// keyedTable compiles a table whose keys have names.
func (s *scope) keyedTable(name string, def *playbook.Table) *celenv.Table {
	keys := make([]celenv.Key, 0, len(def.Keys))
	ok := true
	for _, k := range def.Keys {
		by := s.tableKey(name, k.Expr)
		if ok = ok && by != nil; by != nil && !s.isTableKey(k.Expr, by.Type()) {
			by, ok = nil, false
		}
		keys = append(keys, celenv.Key{Name: k.Name.Value, By: by})
	}
	rows := newRows(def)
	for i, r := range def.Rows {
		if r.Otherwise {
			continue
		}
		rows[i].Keys = make([]celenv.Cell, len(keys))
		for _, said := range r.Keys {
			k := slices.IndexFunc(keys, func(k celenv.Key) bool { return k.Name == said.Name.Value })
			if k < 0 || keys[k].By == nil {
				continue // reported
			}
			var good bool
			rows[i].Keys[k], good = s.cell(said, def.Keys[k].Expr, keys[k].By)
			ok = ok && good
		}
	}
	columns, good := s.buildColumns(def, rows)
	if !ok || !good {
		return nil
	}
	t := celenv.NewTable(name, keys, def.Hit.Value == "unique", columns, rows)
	if s.declares(def) {
		if !def.Misread() {
			s.warnKeys(def)
			s.warnCovered(def, t)
		}
	}
	return t
}

// declares reports whether the scope's own document has the table, so that what is to be said of it is
// said once.
func (s *scope) declares(def *playbook.Table) bool {
	return s.outer == nil || s.outer.tableDefs[def.Name.Value] != def
}

// cell reads what a row says of a key.
func (s *scope) cell(said playbook.RowKey, text playbook.Text, by *celenv.Expr) (celenv.Cell, bool) {
	key := by.Type()
	var out celenv.Cell
	if len(said.Is) > 0 {
		if !s.closedKeys(said.Is, text, by) {
			return out, false
		}
		values, ok := s.cellIs(said, key)
		out.Is = values
		return out, ok
	}
	ok := true
	for _, end := range []struct {
		text playbook.Text
		into *any
	}{{said.From, &out.From}, {said.Above, &out.Above}, {said.Upto, &out.Upto}, {said.Below, &out.Below}} {
		if !end.text.IsSet() {
			continue
		}
		if key.Kind == value.KindString || key.Kind == value.KindBool {
			s.errorf(said.Range, "wrong-type", "write `"+said.Name.Value+": …` with a value, or with a list of values", "`%s` is %s, which has no order", said.Name.Value, key.Noun())
			return out, false
		}
		v, good := s.keyLiteral(end.text, key)
		*end.into = v
		ok = ok && good
	}
	return out, ok && s.hasValues(said, out)
}

// cellIs reads the values of a key that a row is for.
func (s *scope) cellIs(said playbook.RowKey, key value.Type) (out []any, ok bool) {
	ok = true
	for _, is := range said.Is {
		if r := asRange(is, key); len(said.Is) == 1 && r.hint != "" {
			s.mendf(is.Range, "bad-literal", r, "the table is looked up by %s, and %q is a comparison", key.Noun(), is.Value)
			return nil, false
		}
		v, good := s.keyLiteral(is, key)
		if good && slices.ContainsFunc(out, func(o any) bool { return value.Show(o) == value.Show(v) }) {
			s.errorf(is.Range, "duplicate-value", "remove one of them", "%s is listed twice", value.Show(v))
			good = false
		}
		if ok = ok && good; good {
			out = append(out, v)
		}
	}
	return out, ok
}

// comparison is a bound as expressions write it.
var comparison = regexp.MustCompile(`^\s*(<=|>=|<|>)\s*(\S.*?)\s*$`)

// asRange is the remedy for a comparison in the place of a range.
func asRange(text playbook.Text, key value.Type) remedy {
	m := comparison.FindStringSubmatch(text.Value)
	if m == nil || key.Kind == value.KindString {
		return remedy{}
	}
	if _, err := key.Parse(m[2]); err != nil {
		return remedy{}
	}
	end := map[string]string{"<=": "upto", ">=": "from", "<": "below", ">": "above"}[m[1]]
	return bare(text, "{"+end+": "+m[2]+"}")
}

// hasValues refuses a range in which no value lies.
func (s *scope) hasValues(said playbook.RowKey, c celenv.Cell) bool {
	low, high := c.From, c.Upto
	lowKey, highKey := "from", "upto"
	if c.Above != nil {
		low, lowKey = c.Above, "above"
	}
	if c.Below != nil {
		high, highKey = c.Below, "below"
	}
	n, ok := value.Compare(low, high)
	open := c.Above != nil || c.Below != nil
	if !ok || n < 0 && !(c.Above != nil && c.Below != nil && follows(low, high)) || n == 0 && !open {
		return true
	}
	hint := ""
	if n > 0 {
		hint = "exchange the two values, or make two rows of it"
	} else if n == 0 {
		hint = "write `" + said.Name.Value + ": " + value.Show(low) + "` for this value"
	}
	s.errorf(said.Range, "empty-range", hint, "no value is both %s %s and %s %s", rangeWords[lowKey], value.Show(low), rangeWords[highKey], value.Show(high))
	return false
}

// rangeWords are how the ends of a range are said.
var rangeWords = map[string]string{"from": "at least", "above": "more than", "upto": "at most", "below": "less than"}

// follows reports whether a value is the next one after another, so that none lies between.
func follows(a, b any) bool {
	switch x := a.(type) {
	case int64:
		y, ok := b.(int64)
		return ok && x+1 == y
	case value.Date:
		y, ok := b.(value.Date)
		return ok && y.Sub(x) == 1
	}
	return false
}

// warnKeys warns of keys that no row names. They would not change which row is found.
func (s *scope) warnKeys(def *playbook.Table) {
	for _, k := range def.Keys {
		named := slices.ContainsFunc(def.Rows, func(r *playbook.Row) bool {
			return slices.ContainsFunc(r.Keys, func(said playbook.RowKey) bool { return said.Name.Value == k.Name.Value })
		})
		if named {
			continue
		}
		hint := "remove it, or say in the rows which of its values they are for"
		for _, c := range def.Rows[0].Columns {
			if playbook.Suggest(c.Key.Value, []string{k.Name.Value}) != "" {
				hint = "the rows have a column `" + c.Key.Value + "`: did you mean `" + k.Name.Value + "`?"
			}
		}
		s.warnf(k.Name.Range, "unused-key", hint, "no row of the table `%s` names the key `%s`", def.Name.Value, k.Name.Value)
	}
}

// warnCovered warns of rows that are never found, because rows before them fit whatever they fit.
func (s *scope) warnCovered(def *playbook.Table, t *celenv.Table) {
	var never []int
	for i, r := range def.Rows {
		before := t.Covered(i)
		if before == nil {
			continue
		}
		before = slices.DeleteFunc(before, func(b int) bool { return len(before) > 1 && slices.Contains(never, b) })
		never = append(never, i)
		var lines []string
		for _, b := range before[:min(len(before), 5)] {
			lines = append(lines, fmt.Sprintf("`%s` on line %d", t.Label(b), def.Rows[b].Range.Start.Line))
		}
		if more := len(before) - len(lines); more > 0 {
			lines = append(lines, fmt.Sprintf("%d more", more))
		}
		s.warnf(r.Range, "covered-row", "put it before them, or remove it", "this row is never found: whatever it fits, rows before it fit too: %s", strings.Join(lines, ", "))
	}
}
