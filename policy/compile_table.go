package policy

import (
	"fmt"
	"slices"
	"strings"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy/internal/celenv"
	"github.com/servicerecovery/amends/policy/internal/slip"
	"github.com/servicerecovery/amends/policy/value"
)

func (s *scope) lookupTable(name string, def *playbook.Table) *celenv.Table {
	if t, ok := s.tables[name]; ok {
		return t
	}
	shared := s.sharedTable(name, def)
	if t := shared.table(name); t != nil {
		return t
	}
	defer s.sees(s.outer != nil && s.outer.tableDefs[name] == def)()
	if s.circle("tables."+name, def.By) {
		return nil
	}
	defer s.withoutItem()()
	var t *celenv.Table
	if len(def.Keys) > 0 {
		t = s.keyedTable(name, def)
	} else if by := s.tableKey(name, def.By); by != nil {
		t = s.buildTable(name, def, by)
	} else {
		s.buildRows(def, value.Type{})
	}
	if t != nil && s.declares(def) {
		s.built = append(s.built, &Table{Name: name, def: def, table: t, book: s.playbook, shared: s.outer == nil})
	}
	if t != nil && shared != nil {
		return shared.keepTable(name, t)
	}
	s.tables[name] = t
	return t
}

// tableKey compiles the expression of a key.
func (s *scope) tableKey(table string, text playbook.Text) *celenv.Expr {
	if !text.IsSet() {
		return nil
	}
	s.stack = append(s.stack, step{"tables." + table, text})
	by := s.expr(text)
	s.stack = s.stack[:len(s.stack)-1]
	return by
}

// isTableKey reports a key of a kind that rows cannot be found by.
func (s *scope) isTableKey(text playbook.Text, key value.Type) bool {
	switch {
	case key.Kind == value.KindInvalid:
		s.incomplete = true // the mistake in what it reads is reported already
	case key.Kind == value.KindList:
		s.errorf(text.Range, "wrong-type", "", "a table is looked up by one value, not by %s", key.Noun())
	case key.Kind == value.KindMoney && key.Currency == "":
		s.errorf(text.Range, "wrong-type", "give the field a currency", "a table by money needs to know its currency")
	default:
		return true
	}
	return false
}

func (s *scope) buildTable(name string, def *playbook.Table, by *celenv.Expr) *celenv.Table {
	key := by.Type()
	if !s.isTableKey(def.By, key) {
		return nil
	}
	columns, rows, ok := s.buildRows(def, key)
	for _, r := range def.Rows {
		ok = s.closedKeys(r.Is, def.By, by) && ok
	}
	if !ok {
		return nil
	}
	return celenv.NewTable(name, []celenv.Key{{By: by}}, false, columns, rows)
}

// closedKeys refuses values of a row that the table's key never has.
func (s *scope) closedKeys(values []playbook.Text, text playbook.Text, by *celenv.Expr) bool {
	domain := by.Domain()
	if domain == nil {
		return true
	}
	ok := true
	for _, is := range values {
		if !slices.Contains(domain, is.Value) {
			ok = false
			r := near(is, domain)
			if day := slip.Weekday(is.Value); r.hint == "" && slices.Contains(domain, day) {
				r = instead(is, day)
			}
			s.mendf(is.Range, "not-in-one-of", r, "the table is looked up by `%s`, which is one of %s, never %q", strings.TrimSpace(text.Value), listOf(domain), is.Value)
		}
	}
	return ok
}

// buildRows reads the rows of a table. If the key could not be compiled, it has no kind, and only
// the cells are checked.
func (s *scope) buildRows(def *playbook.Table, key value.Type) ([]celenv.Column, []celenv.Row, bool) {
	ok := true
	rows := newRows(def)
	var begins []celenv.Cell
	var last beginning
	seen := map[string]bool{}
	for i, r := range def.Rows {
		if key.Kind == value.KindInvalid || r.Otherwise {
			continue
		}
		var cell celenv.Cell
		if b := beginningOf(r); b.text.IsSet() {
			good := s.begin(&b, key, last)
			ok = ok && good
			if good {
				last = b
			}
			if b.above {
				cell.Above = b.at
			} else {
				cell.From = b.at
			}
			begins = append(begins, cell)
		}
		var good bool
		cell.Is, good = s.rowIs(r.Is, key, seen)
		ok = ok && good
		rows[i].Keys = []celenv.Cell{cell}
	}
	if len(begins) > 0 && ok {
		for i, cell := range celenv.Ascending(begins) {
			rows[i].Keys = []celenv.Cell{cell} // rows with a beginning and others are not mixed
		}
	}
	columns, good := s.buildColumns(def, rows)
	return columns, rows, ok && good
}

// rowIs reads the values of a row, which no row before may have.
func (s *scope) rowIs(values []playbook.Text, key value.Type, seen map[string]bool) (out []any, ok bool) {
	ok = true
	for _, is := range values {
		v, good := s.keyLiteral(is, key)
		if good && seen[value.Show(v)] {
			s.errorf(is.Range, "duplicate-value", "", "%s has a row already", value.Show(v))
			good = false
		}
		if ok = ok && good; good {
			seen[value.Show(v)] = true
			out = append(out, v)
		}
	}
	return out, ok
}

// keyLiteral reads a value of a key.
func (s *scope) keyLiteral(text playbook.Text, key value.Type) (any, bool) {
	v, err := parseLiteral(key, text)
	if err != nil {
		s.mendf(text.Range, "bad-literal", s.meant(key, text), "the table is looked up by %s: %s", key.Noun(), err)
		return nil, false
	}
	return v, true
}

// newRows are the rows of a table without keys and cells.
func newRows(def *playbook.Table) []celenv.Row {
	rows := make([]celenv.Row, len(def.Rows))
	for i, r := range def.Rows {
		at := r.Range
		rows[i] = celenv.Row{Label: r.Label(), At: fmt.Sprintf("%s:%d", at.File, at.Start.Line), Otherwise: r.Otherwise}
	}
	return rows
}

// buildColumns finds the type of each column and fills in the cells.
func (s *scope) buildColumns(def *playbook.Table, rows []celenv.Row) ([]celenv.Column, bool) {
	if len(def.Rows) == 0 {
		return nil, false
	}
	ok := true
	var columns []celenv.Column
	for _, entry := range def.Rows[0].Columns {
		name := entry.Key.Value
		t, cells, good := s.column(def, name)
		if !good {
			ok = false
			continue
		}
		columns = append(columns, celenv.Column{Name: name, Type: t})
		for i := range rows {
			rows[i].Cells = append(rows[i].Cells, cells[i])
		}
	}
	return columns, ok
}

func (s *scope) column(def *playbook.Table, name string) (value.Type, []any, bool) {
	var t value.Type
	cells := make([]any, 0, len(def.Rows))
	for i, r := range def.Rows {
		cell, found := cellOf(r, name)
		if !found || cell.Kind != playbook.Scalar {
			return t, nil, false // reported when the file was read
		}
		v, vt := guessLiteral(cell.Text)
		switch {
		case i == 0:
			t = vt
		case t.Kind == value.KindInt && vt.Kind == value.KindDouble:
			t = vt
		case t.Kind == value.KindDouble && vt.Kind == value.KindInt, t == vt:
		case i == 1 && s.misfits(def, name, t, vt):
			return t, nil, false
		case cell.Text.Plain && t.Kind != value.KindString && vt.Kind != t.Kind && (vt.Kind == value.KindString && looksLiteral(t.Kind, cell.Text) || s.meant(t, cell.Text).hint != ""):
			_, err := parseLiteral(t, cell.Text)
			s.mendf(cell.Range, "bad-literal", s.meant(t, cell.Text), "a value of the column `%s` must be %s: %s", name, t.Noun(), err)
			return t, nil, false
		default:
			s.errorf(cell.Range, "mixed-column", mixedHint(t, vt), "the column `%s` holds values of type %s, and %q is of type %s", name, t, cell.Text.Value, vt)
			return t, nil, false
		}
		cells = append(cells, v)
	}
	if t.Kind == value.KindDouble {
		for i, v := range cells {
			if n, isInt := v.(int64); isInt {
				cells[i] = float64(n)
			}
		}
	}
	return t, cells, true
}

// misfits reports the first cell of a column if the second one's type shows that it is written in a
// wrong way.
func (s *scope) misfits(def *playbook.Table, name string, t, second value.Type) bool {
	cell, _ := cellOf(def.Rows[0], name)
	if !cell.Text.Plain || second.Kind == value.KindString || t.Kind == second.Kind {
		return false
	}
	_, err := parseLiteral(second, cell.Text)
	r := s.meant(second, cell.Text)
	if err == nil || r.edit.IsZero() {
		return false
	}
	s.mendf(cell.Range, "bad-literal", r, "a value of the column `%s` must be %s: %s", name, second.Noun(), err)
	return true
}

func mixedHint(a, b value.Type) string {
	if a.Kind == value.KindString || b.Kind == value.KindString {
		return "write the values of one column in one way; a quoted value is a string"
	}
	if a.Kind == value.KindMoney && b.Kind == value.KindMoney {
		return fmt.Sprintf("use a column for each of %s and %s", a.Currency, b.Currency)
	}
	return ""
}

func cellOf(r *playbook.Row, name string) (playbook.Value, bool) {
	for _, e := range r.Columns {
		if e.Key.Value == name {
			return e.Value, true
		}
	}
	return playbook.Value{}, false
}

// beginning is the place where a row of a table begins: at a value, or right above it.
type beginning struct {
	text  playbook.Text
	above bool
	at    any // nil if the text is not a value
}

// beginningOf returns where a row begins, without the value. The text is not set for a row that has
// no beginning, such as one for some keys.
func beginningOf(r *playbook.Row) beginning {
	if r.Above.IsSet() {
		return beginning{text: r.Above, above: true}
	}
	return beginning{text: r.From}
}

func (b beginning) key() string {
	if b.above {
		return "above"
	}
	return "from"
}

// begin reads where a row begins. It reports a row that does not begin behind the one before.
func (s *scope) begin(b *beginning, key value.Type, last beginning) bool {
	at := b.text.Range
	if key.Kind == value.KindString || key.Kind == value.KindBool {
		s.errorf(at, "wrong-type", "use `is`", "the table is looked up by %s, which has no order", key.Noun())
		return false
	}
	v, good := s.keyLiteral(b.text, key)
	if !good {
		return false
	}
	b.at = v
	if last.at == nil {
		return true
	}
	n, ok := value.Compare(last.at, v)
	switch {
	case !ok || n < 0 || n == 0 && b.above && !last.above:
		return true
	case n == 0 && b.above != last.above:
		s.errorf(at, "rows-not-ascending", "put it before that row", "a row from %s begins before one above %[1]s", value.Show(v))
	case b.above != last.above:
		s.errorf(at, "rows-not-ascending", "", "rows begin in ascending order, and one %s %s is not behind one %s %s", b.key(), value.Show(v), last.key(), value.Show(last.at))
	default:
		s.errorf(at, "rows-not-ascending", "", "`%s` goes up from row to row, and %s is not above %s", b.key(), value.Show(v), value.Show(last.at))
	}
	b.at = nil
	return false
}
