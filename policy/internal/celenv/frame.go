package celenv

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/interpreter"

	"github.com/servicerecovery/amends/policy/internal/cellib"
	"github.com/servicerecovery/amends/policy/value"
)

// Input has the values of a decision's fields and facts, by their slots, and the time. The frames
// of all scopes can share it, because they only read it.
//
// Values can also be given as natives, as [Box] takes them. Such a value is boxed when it is first
// read, and kept in Fields or Facts, which must be as long. An input with natives is for one
// goroutine.
type Input struct {
	Fields []Val
	Facts  []Val
	Now    time.Time

	// Context ends evaluations when it is done; nil: none does. Stopped is its error then, and
	// results of evaluations after that have no meaning.
	Context context.Context
	Stopped error

	NativeFields []any
	NativeFacts  []any
}

// field returns the value of a field, nil if it has none.
func (in *Input) field(slot int) ref.Val { return read(in.Fields, in.NativeFields, slot) }

// fact returns the value of a fact, nil if it has none.
func (in *Input) fact(slot int) ref.Val { return read(in.Facts, in.NativeFacts, slot) }

func read(boxed []Val, natives []any, slot int) ref.Val {
	if slot >= len(boxed) {
		return nil
	}
	if v := boxed[slot].v; v != nil || slot >= len(natives) || natives[slot] == nil {
		return v
	}
	boxed[slot] = Box(natives[slot])
	return boxed[slot].v
}

// Message has the values that only messages can read: those of the action that a message belongs
// to. An Amount, DueAt or Partner without a value is absent.
type Message struct {
	Type    string
	Amount  Val
	DueAt   Val
	Partner Val
	Total   Val // of the amounts of the decision, in the currency of Amount
}

// Val is a value as expressions read it. Box a value once and read it often. The zero Val is
// absent.
type Val struct{ v ref.Val }

// IsSet reports whether there is a value.
func (v Val) IsSet() bool { return v.v != nil }

// Box takes a string, int64 (or int), float64, bool, time.Time, value.Date, time.Duration,
// value.Money, value.Percent or a []any of those. Times are kept in UTC. Any other value becomes
// the absent Val, and so does an infinite double or NaN.
func Box(native any) Val { return Val{cellib.Box(native)} }

// Native returns the value as [Box] takes it, nil when it is absent. Money is rounded half to even.
// The result is nil for an amount that is too large; [Expr.Eval] never returns one.
func (v Val) Native() any { return cellib.Native(v.v) }

// Money returns the value if it is an amount, rounded as [Val.Native] rounds it.
func (v Val) Money() (value.Money, bool) {
	m, ok := v.v.(*cellib.Amount)
	if !ok {
		return value.Money{}, false
	}
	rounded, err := m.Round(value.RoundHalfEven)
	return rounded, err == nil
}

// Frame evaluates the expressions of a scope for one decision. It evaluates each term once and
// looks each table up once. It is not safe for concurrent use.
type Frame struct {
	scope   *Scope
	in      *Input
	now     ref.Val  // boxed when it is first read
	message *Message // nil: none
	store   Message
	values  []ref.Val // of the expression that is evaluated
	meter   meter     // of the expression that is evaluated
	runs    uint      // how many expressions were evaluated

	terms    []termMemo
	termAt   map[*Expr]int // beside terms, once there are many
	tables   []tableMemo
	tablesAt map[*Table]int

	item *cellib.Item // the one at hand; nil: none
	// What depends on the item at hand is remembered until the next one.
	itemTerms  []termMemo
	itemTables []tableMemo
	itemRows   []RowUse // that were looked up for any item, each once
}

type termMemo struct {
	term *Expr
	val  ref.Val
	err  error
}

type tableMemo struct {
	table *Table
	row   int
	err   error
}

// manyMemos is the number of memos above which a map is faster than a search.
const manyMemos = 16

// NewFrame returns a frame for a decision.
func (s *Scope) NewFrame(in *Input) *Frame {
	f := &Frame{scope: s}
	f.Reset(in)
	return f
}

// Reset forgets everything, so that the frame serves another decision.
func (f *Frame) Reset(in *Input) {
	clear(f.terms)
	clear(f.tables)
	clear(f.termAt)
	clear(f.tablesAt)
	f.in, f.now, f.message = in, nil, nil
	f.terms, f.tables = f.terms[:0], f.tables[:0]
	f.NoItem()
	f.itemRows = f.itemRows[:0]
}

// SetItem makes an item of a list the one at hand. It reports false where the list has no such item.
func (f *Frame) SetItem(list, i int) bool {
	f.NoItem()
	f.item = cellib.ItemAt(f.in.field(list), i)
	return f.item != nil
}

// NoItem ends the reading of an item.
func (f *Frame) NoItem() {
	clear(f.itemTerms)
	clear(f.itemTables)
	f.item, f.itemTerms, f.itemTables = nil, f.itemTerms[:0], f.itemTables[:0]
}

// time returns the time of the decision.
func (f *Frame) time() ref.Val {
	if f.now == nil {
		f.now = types.Timestamp{Time: f.in.Now.UTC()}
	}
	return f.now
}

// SetMessage says which action the messages that are evaluated next belong to. Terms
// and tables never depend on it.
func (f *Frame) SetMessage(m Message) {
	f.store = m
	f.message = &f.store
}

var _ interpreter.Activation = (*Frame)(nil)

// ResolveName gives cel-go the one variable that there is.
func (f *Frame) ResolveName(name string) (any, bool) {
	if name == frameName {
		return f, true
	}
	return nil, false
}

// Parent tells cel-go that there is no further scope.
func (f *Frame) Parent() interpreter.Activation { return nil }

// term returns the value of a term, which is computed at its first read. Money in the value stays
// exact: a term means the same as its text written out.
func (f *Frame) term(e *Expr) (ref.Val, error) {
	if e.ofItem {
		return f.termOfItem(e)
	}
	if i := f.findTerm(e); i >= 0 {
		return f.terms[i].val, f.terms[i].err
	}
	val, err := e.run(f)
	if len(f.terms) >= manyMemos {
		if f.termAt == nil {
			f.termAt = map[*Expr]int{}
		}
		f.termAt[e] = len(f.terms)
	}
	f.terms = append(f.terms, termMemo{e, val, err})
	return val, err
}

func (f *Frame) termOfItem(e *Expr) (ref.Val, error) {
	for i := range f.itemTerms {
		if m := &f.itemTerms[i]; m.term == e {
			return m.val, m.err
		}
	}
	val, err := e.run(f)
	f.itemTerms = append(f.itemTerms, termMemo{e, val, err})
	return val, err
}

func (f *Frame) findTerm(e *Expr) int {
	for i := range min(len(f.terms), manyMemos) {
		if f.terms[i].term == e {
			return i
		}
	}
	if i, ok := f.termAt[e]; ok {
		return i
	}
	return -1
}

// row returns the number of the row that a table's keys find, -1 if there is none. The first call
// looks it up.
func (f *Frame) row(t *Table) (int, error) {
	if t.ofItem {
		return f.rowOfItem(t)
	}
	if i := f.findTable(t); i >= 0 {
		return f.tables[i].row, f.tables[i].err
	}
	row, err := f.lookUp(t)
	if len(f.tables) >= manyMemos {
		if f.tablesAt == nil {
			f.tablesAt = map[*Table]int{}
		}
		f.tablesAt[t] = len(f.tables)
	}
	f.tables = append(f.tables, tableMemo{t, row, err})
	return row, err
}

func (f *Frame) rowOfItem(t *Table) (int, error) {
	for i := range f.itemTables {
		if m := &f.itemTables[i]; m.table == t {
			return m.row, m.err
		}
	}
	row, err := f.lookUp(t)
	f.itemTables = append(f.itemTables, tableMemo{t, row, err})
	if use := (RowUse{t.name, row}); err == nil && row >= 0 && !slices.Contains(f.itemRows, use) {
		f.itemRows = append(f.itemRows, use)
	}
	return row, err
}

func (f *Frame) findTable(t *Table) int {
	for i := range min(len(f.tables), manyMemos) {
		if f.tables[i].table == t {
			return i
		}
	}
	if i, ok := f.tablesAt[t]; ok {
		return i
	}
	return -1
}

// Table returns a table of the scope, nil if there is none of the name.
func (f *Frame) Table(name string) *Table {
	t, _ := f.scope.table(name)
	return t
}

// Row returns the number of the row in which the table is read, -1 if there is none.
func (t *Table) Row(f *Frame) (int, error) { return f.row(t) }

func (s *Scope) table(name string) (*Table, error) {
	if s.options.Defs != nil {
		if t, _ := s.options.Defs.Table(name); t != nil {
			return t, nil
		}
	}
	return nil, fmt.Errorf("there is no table %s", name)
}

// RowUse is a row of a table that an expression has looked up.
type RowUse struct {
	Table string
	Row   int
}

// Rows returns the rows that the frame has looked up so far, in that order.
func (f *Frame) Rows() []RowUse {
	var out []RowUse
	for _, m := range f.tables {
		if m.err == nil && m.row >= 0 {
			out = append(out, RowUse{m.table.name, m.row})
		}
	}
	return append(out, f.itemRows...)
}
