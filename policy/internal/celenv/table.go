package celenv

import (
	"fmt"
	"slices"
	"sort"

	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"

	"github.com/servicerecovery/amends/policy/internal/cellib"
	"github.com/servicerecovery/amends/policy/value"
)

// Column is a named column of a table and the type of its cells.
type Column struct {
	Name string
	Type value.Type
}

// Row is a row of a table. It begins at a key or above one, or it is for some keys, or for all
// others: exactly one of From, Above, Is and Otherwise is given. Keys and cells are natives; see
// [Box]. Label is the name of the row in explanations.
type Row struct {
	Label     string
	From      any
	Above     any
	Is        []any
	Otherwise bool
	Cells     []any
}

// Table looks a row up by the value of an expression. It is immutable.
type Table struct {
	name    string
	by      *Expr
	columns []Column
	index   map[string]int // of columns
	rows    []tableRow

	ranges    int             // how many of the first rows begin at or above a key, ascending
	exact     map[ref.Val]int // the row of a key, where keys are text, ints or bools
	otherwise int             // the row for all other keys, or -1
	total     bool
}

type tableRow struct {
	label string
	from  ref.Val // where it begins
	above bool    // right above from, not at it
	is    []ref.Val
	cells []ref.Val
}

// NewTable returns a table of rows in their order: those with From and Above ascending, From
// before Above of the same key, and the one with Otherwise last. The cells of each row stand in
// the order of the columns.
func NewTable(name string, by *Expr, columns []Column, rows []Row) *Table {
	t := &Table{name: name, by: by, columns: columns, otherwise: -1, index: make(map[string]int, len(columns))}
	for i, c := range columns {
		t.index[c.Name] = i
	}
	for i, r := range rows {
		t.rows = append(t.rows, tableRow{label: r.Label, from: cellib.Box(r.From), is: boxAll(r.Is), cells: boxAll(r.Cells)})
		switch {
		case r.Otherwise:
			t.otherwise = i
		case r.From != nil:
			t.ranges++
		case r.Above != nil:
			t.rows[i].from, t.rows[i].above = cellib.Box(r.Above), true
			t.ranges++
		}
	}
	t.indexKeys()
	t.total = t.otherwise >= 0 || t.coversDomain()
	return t
}

func boxAll(natives []any) []ref.Val {
	vals := make([]ref.Val, len(natives))
	for i, n := range natives {
		vals[i] = cellib.Box(n)
	}
	return vals
}

// indexKeys makes a map of the keys if they have a kind whose equal values are equal as map keys.
func (t *Table) indexKeys() {
	if t.by == nil || t.ranges > 0 {
		return
	}
	switch t.by.typ.Kind {
	case value.KindString, value.KindInt, value.KindBool:
	default:
		return
	}
	t.exact = map[ref.Val]int{}
	for i, r := range t.rows {
		for _, key := range r.is {
			if key == nil {
				continue
			}
			if _, taken := t.exact[key]; !taken {
				t.exact[key] = i
			}
		}
	}
}

// coversDomain reports whether every value that the key can have has a row.
func (t *Table) coversDomain() bool {
	if t.by == nil || t.exact == nil {
		return false
	}
	if t.by.typ.Kind == value.KindBool {
		_, yes := t.exact[types.True]
		_, no := t.exact[types.False]
		return yes && no
	}
	for _, v := range t.by.domain {
		if _, ok := t.exact[types.String(v)]; !ok {
			return false
		}
	}
	return len(t.by.domain) > 0
}

// Total reports whether every lookup finds a row: there is one for all other keys, or one for every
// value that the key can have.
func (t *Table) Total() bool { return t.total }

// Name returns the table's name.
func (t *Table) Name() string { return t.name }

// Label returns the name of a row in explanations, given its number. It is empty where there is no
// such row.
func (t *Table) Label(row int) string {
	if row < 0 || row >= len(t.rows) {
		return ""
	}
	return t.rows[row].label
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

// find returns the number of the row for a key, -1 if there is none.
func (t *Table) find(key ref.Val) (int, error) {
	if t.exact != nil {
		if row, ok := t.exact[key]; ok {
			return row, nil
		}
		return t.otherwise, nil
	}
	if t.ranges > 0 {
		return t.findRange(key)
	}
	for i, r := range t.rows {
		for _, is := range r.is {
			if is != nil && is.Equal(key) == types.True {
				return i, nil
			}
		}
	}
	return t.otherwise, nil
}

// findRange returns the last row that begins at the key or below it.
func (t *Table) findRange(key ref.Val) (int, error) {
	k, ok := key.(traits.Comparer)
	if !ok {
		return -1, fmt.Errorf("the key of table %s has no order", t.name)
	}
	var failed error
	begun := sort.Search(t.ranges, func(i int) bool {
		compared := k.Compare(t.rows[i].from)
		if e, isErr := compared.(*types.Err); isErr {
			failed = e
		}
		return compared == types.IntNegOne || compared == types.IntZero && t.rows[i].above
	})
	if failed != nil {
		return -1, failed
	}
	if begun == 0 {
		return t.otherwise, nil
	}
	return begun - 1, nil
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
