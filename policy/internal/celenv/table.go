package celenv

import (
	"errors"
	"fmt"
	"slices"

	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"

	"github.com/servicerecovery/amends/policy/internal/cellib"
	"github.com/servicerecovery/amends/policy/value"
)

// Column is a named column of a table and the type of its cells.
type Column struct {
	Name string
	Type value.Type
}

// Key is a key of a table. Its name is empty in a table with one key.
type Key struct {
	Name string
	By   *Expr
}

// Cell is which values of a key a row is for: some of them, or a range. The zero Cell fits anything.
// The values are natives; see [Box].
type Cell struct {
	Is                       []any
	From, Above, Upto, Below any
}

// IsZero reports whether the cell fits anything.
func (c Cell) IsZero() bool {
	return len(c.Is) == 0 && c.From == nil && c.Above == nil && c.Upto == nil && c.Below == nil
}

// Row is a row of a table: it has a cell for each key, or it is for all other keys. Label is the name
// of the row in explanations, and At is its place in the set.
type Row struct {
	Label, At string
	Keys      []Cell
	Otherwise bool
	Cells     []any
}

// Table looks a row up by the values of expressions. It is immutable.
type Table struct {
	name    string
	keys    []Key
	unique  bool // two rows that fit are an error
	columns []Column
	index   map[string]int // of columns
	rows    []tableRow

	raster    *raster
	otherwise int  // the row for all other keys, or -1
	ofItem    bool // a key depends on the item at hand
	total     bool
}

type tableRow struct {
	label, at string
	keys      []Cell
	cells     []ref.Val
}

// NewTable returns a table of rows in their order, with the one with Otherwise last. The first row
// that fits is taken; with unique, it is an error if a second one fits. The cells of each row stand in
// the order of the columns.
func NewTable(name string, keys []Key, unique bool, columns []Column, rows []Row) *Table {
	t := &Table{name: name, keys: keys, unique: unique, columns: columns, otherwise: -1, index: make(map[string]int, len(columns))}
	for i, c := range columns {
		t.index[c.Name] = i
	}
	for i, r := range rows {
		t.rows = append(t.rows, tableRow{label: r.Label, at: r.At, keys: r.Keys, cells: boxAll(r.Cells)})
		if r.Otherwise {
			t.otherwise = i
		}
	}
	t.ofItem = slices.ContainsFunc(t.bys(), func(by *Expr) bool { return by.ofItem })
	t.raster = newRaster(t)
	t.total = t.otherwise >= 0 || t.raster.coversAll()
	return t
}

// Ascending returns the cells of rows that begin at or above a value, each of which ends where the
// next one begins. Begins are in ascending order, From before Above of one value.
func Ascending(begins []Cell) []Cell {
	for i := range begins[:max(len(begins)-1, 0)] {
		next := begins[i+1]
		begins[i].Below, begins[i].Upto = next.From, next.Above
	}
	return begins
}

func boxAll(natives []any) []ref.Val {
	vals := make([]ref.Val, len(natives))
	for i, n := range natives {
		vals[i] = cellib.Box(n)
	}
	return vals
}

// Total reports whether every lookup finds a row: there is one for all other keys, or the rows cover
// every value that the keys can have.
func (t *Table) Total() bool { return t.total }

// Name returns the table's name.
func (t *Table) Name() string { return t.name }

// Keys returns the keys of the table.
func (t *Table) Keys() []Key { return t.keys }

// Keyed reports whether the keys have names.
func (t *Table) Keyed() bool { return len(t.keys) > 0 && t.keys[0].Name != "" }

// bys returns the expressions of the keys.
func (t *Table) bys() []*Expr {
	out := make([]*Expr, 0, len(t.keys))
	for _, k := range t.keys {
		if k.By != nil {
			out = append(out, k.By)
		}
	}
	return out
}

// Label returns the name of a row in explanations, given its number. It is empty where there is no
// such row.
func (t *Table) Label(row int) string {
	if row < 0 || row >= len(t.rows) {
		return ""
	}
	return t.rows[row].label
}

// Rows returns how many rows the table has.
func (t *Table) Rows() int { return len(t.rows) }

// Cell returns what a row says of a key, by their numbers.
func (t *Table) Cell(row, key int) Cell {
	if cells := t.rows[row].keys; key < len(cells) {
		return cells[key]
	}
	return Cell{}
}

// Covered returns the rows before a row that fit whatever it fits, so that it is never found; nil
// where some values are left to it.
func (t *Table) Covered(row int) []int { return t.raster.covered(row) }

// OfItem reports whether a key reads an item of a list.
func (t *Table) OfItem() bool { return t.ofItem }

// Otherwise is the row for all other keys; -1: there is none.
func (t *Table) Otherwise() int { return t.otherwise }

// Unique reports whether two rows that fit are an error.
func (t *Table) Unique() bool { return t.unique }

// mostOverlaps bounds the pairs of rows that are compared.
const mostOverlaps = 4_000_000

// Overlaps calls a function for each row, and the rows before it, that fit some values of the keys both, until
// that returns false.
func (t *Table) Overlaps(visit func(first, second int) bool) {
	g, left := t.raster, mostOverlaps
	for second := range g.rows {
		for first := range second {
			if left--; left < 0 {
				return
			}
			both := true
			for key := range g.axes {
				both = both && g.together(int32(first), int32(second), key)
			}
			if both && !visit(first, second) {
				break
			}
		}
	}
}

// together reports whether a value of a key fits two rows.
func (g *raster) together(first, second int32, key int) bool {
	met := false
	each(g.rows[second][key], g.axes[key].segments(), func(segment int) {
		met = met || !g.axes[key].empty[segment] && g.fits(first, key, segment)
	})
	return met
}

// Twice returns two rows that fit the values of an input.
func (f *Frame) Twice(t *Table) (first, second int, ok bool) {
	at := make([]int, 0, len(t.keys))
	for i, k := range t.keys {
		if k.By == nil {
			return 0, 0, false
		}
		key, err := k.By.run(f)
		if err != nil {
			return 0, 0, false
		}
		if key = cellib.Nearest(key); types.IsError(key) {
			return 0, 0, false
		}
		segment, err := t.raster.axes[i].locate(key)
		if err != nil {
			return 0, 0, false
		}
		at = append(at, segment)
	}
	first, second = t.raster.find(at, true)
	return first, second, second >= 0
}

// path is how guards and reads name the table.
func (t *Table) path() string { return varTables + "." + t.name }

func (t *Table) columnNames() []string {
	names := make([]string, len(t.columns))
	for i, c := range t.columns {
		names[i] = c.Name
	}
	return names
}

// manyKeys is how many keys a lookup has room for without allocating memory.
const manyKeys = 8

// lookUp returns the number of the row for the values that the keys have, -1 if there is none.
func (f *Frame) lookUp(t *Table) (int, error) {
	var room [manyKeys]int
	at := room[:0]
	for i, k := range t.keys {
		if k.By == nil {
			return -1, errBroken
		}
		key, err := k.By.run(f)
		if err != nil {
			return -1, err
		}
		if key = cellib.Nearest(key); types.IsError(key) {
			return -1, k.By.failed(f, key.(*types.Err))
		}
		segment, err := t.raster.axes[i].locate(key)
		if err != nil {
			return -1, k.By.failed(f, err)
		}
		at = append(at, segment)
	}
	row, second := t.raster.find(at, t.unique)
	if second >= 0 {
		a, b := &t.rows[row], &t.rows[second]
		return -1, fmt.Errorf("two rows of table %s fit, `%s` at %s and `%s` at %s", t.name, a.label, a.at, b.label, b.at)
	}
	if row < 0 {
		return t.otherwise, nil
	}
	return row, nil
}

// columnNamed returns the column that the value of a closed field names.
func (t *Table) columnNamed(f *Frame, field *Field) (int, error) {
	name, ok := f.in.field(field.Slot).(types.String)
	if !ok {
		return -1, fmt.Errorf("incident.%s has no value", field.Name)
	}
	if i, ok := t.index[string(name)]; ok {
		return i, nil
	}
	return -1, fmt.Errorf("table %s has no column %q", t.name, string(name))
}

// columnPicked returns the column that an expression names. Its error stands at the lookup.
func (t *Table) columnPicked(f *Frame, pick *Expr) (int, error) {
	v, err := pick.run(f)
	var failed *EvalError
	if errors.As(err, &failed) && failed.Expr == pick {
		return -1, errors.New(failed.Message)
	}
	if err != nil {
		return -1, err
	}
	name, _ := v.(types.String)
	if i, ok := t.index[string(name)]; ok {
		return i, nil
	}
	return -1, fmt.Errorf("table %s has no column %q", t.name, string(name))
}

// texts returns the texts of a column, each once and in the order of the rows. It is nil for a column
// that does not hold text.
func (t *Table) texts(column int) []string {
	var out []string
	for _, row := range t.rows {
		text, ok := row.cells[column].(types.String)
		if !ok {
			return nil
		}
		if !slices.Contains(out, string(text)) {
			out = append(out, string(text))
		}
	}
	return out
}
