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
	if s.circle("tables."+name, def.By) {
		return nil
	}
	var by *celenv.Expr
	if def.By.IsSet() {
		s.stack = append(s.stack, step{"tables." + name, def.By})
		by = s.expr(def.By)
		s.stack = s.stack[:len(s.stack)-1]
	}
	var t *celenv.Table
	if by != nil {
		t = s.buildTable(name, def, by)
	} else {
		s.buildRows(def, value.Type{})
	}
	if t != nil && shared != nil {
		return shared.keepTable(name, t)
	}
	s.tables[name] = t
	return t
}

func (s *scope) buildTable(name string, def *playbook.Table, by *celenv.Expr) *celenv.Table {
	key := by.Type()
	if key.Kind == value.KindInvalid {
		s.incomplete = true // the mistake in what it reads is reported already
		return nil
	}
	if key.Kind == value.KindList {
		s.errorf(def.By.Range, "wrong-type", "", "a table is looked up by one value, not by %s", key.Noun())
		return nil
	}
	if key.Kind == value.KindMoney && key.Currency == "" {
		s.errorf(def.By.Range, "wrong-type", "give the field a currency", "a table by money needs to know its currency")
		return nil
	}
	columns, rows, ok := s.buildRows(def, key)
	ok = s.closedKeys(def, by) && ok
	if !ok {
		return nil
	}
	return celenv.NewTable(name, by, columns, rows)
}

// closedKeys refuses a row for a value that the table's key never has.
func (s *scope) closedKeys(def *playbook.Table, by *celenv.Expr) bool {
	domain := by.Domain()
	if domain == nil {
		return true
	}
	ok := true
	for _, r := range def.Rows {
		for _, is := range r.Is {
			if !slices.Contains(domain, is.Value) {
				ok = false
				r := near(is, domain)
				if day := slip.Weekday(is.Value); r.hint == "" && slices.Contains(domain, day) {
					r = instead(is, day)
				}
				s.mendf(is.Range, "not-in-one-of", r, "the table is looked up by `%s`, which is one of %s, never %q", strings.TrimSpace(def.By.Value), listOf(domain), is.Value)
			}
		}
	}
	return ok
}

// labelAbove begins the label of a row that begins above a value.
const labelAbove = "above "

// rowLabel is the name of a row in the reasons of a decision.
func rowLabel(r *playbook.Row) string {
	switch {
	case r.Otherwise:
		return "otherwise"
	case r.From.IsSet():
		return "from " + r.From.Value
	case r.Above.IsSet():
		return labelAbove + r.Above.Value
	case len(r.Is) > 0:
		return r.Is[0].Value
	}
	return "" // the reader has said that a key is missing
}

// buildRows reads the rows of a table. If the key could not be compiled, it has no kind, and only
// the cells are checked.
func (s *scope) buildRows(def *playbook.Table, key value.Type) ([]celenv.Column, []celenv.Row, bool) {
	ok := true
	rows := make([]celenv.Row, len(def.Rows))
	var last beginning
	seen := map[string]bool{}
	for i, r := range def.Rows {
		rows[i].Label, rows[i].Otherwise = rowLabel(r), r.Otherwise
		if key.Kind == value.KindInvalid {
			continue
		}
		if b := beginningOf(r); b.text.IsSet() {
			good := s.begin(&b, key, last)
			ok = ok && good
			if good {
				last = b
			}
			if b.above {
				rows[i].Above = b.at
			} else {
				rows[i].From = b.at
			}
		}
		for _, is := range r.Is {
			v, good := s.rowIs(is, key, seen)
			ok = ok && good
			rows[i].Is = append(rows[i].Is, v)
		}
	}
	columns, good := s.buildColumns(def, rows)
	return columns, rows, ok && good
}

func (s *scope) rowIs(is playbook.Text, key value.Type, seen map[string]bool) (any, bool) {
	v, err := parseLiteral(key, is)
	if err != nil {
		s.mendf(is.Range, "bad-literal", s.meant(key, is), "the table is looked up by %s: %s", key.Noun(), err)
		return nil, false
	}
	if seen[value.Show(v)] {
		s.errorf(is.Range, "duplicate-value", "", "%s has a row already", value.Show(v))
		return nil, false
	}
	seen[value.Show(v)] = true
	return v, true
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
	v, err := parseLiteral(key, b.text)
	if err != nil {
		s.mendf(at, "bad-literal", s.meant(key, b.text), "the table is looked up by %s: %s", key.Noun(), err)
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
