package celenv

import (
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"

	"github.com/servicerecovery/amends/policy/internal/cellib"
	"github.com/servicerecovery/amends/policy/internal/celtext"
)

// refKind says what a reference refers to.
type refKind uint8

const (
	refField refKind = iota + 1
	refFact
	refTerm
	refTable    // the row of a table, or one of its columns
	refNow      // the time of the decision
	refMessage  // a value that only messages can read
	refItem     // a field of the item at hand
	refConstant // a literal that CEL has no syntax for
	refBroken   // a name whose mistake is reported already
)

// refMode says how a reference is used.
type refMode uint8

const (
	modeRead     refMode = iota
	modeHas              // has(x)
	modeOptional         // .?x
)

// reference is what a path, or a literal such as money("10 EUR"), was resolved to.
type reference struct {
	kind refKind
	mode refMode
	path string       // as [Known] and [Read] have it
	at   celtext.Span // the path in the source

	field   *Field // the field that is read, or the one that names the column of a table
	member  *Field // the field of the item at hand
	fact    *Fact
	term    *Expr
	table   *Table
	column  int   // -1: the row, or the column that field or pick names
	pick    *Expr // the expression that names the column of a table, where no field does
	first   int   // a column that can be picked; all of these have one type
	message messageField
	value   ref.Val // of a constant
}

// guard returns the path that must be known to have a value before the reference is read. It is
// empty for a reference that always has one.
func (r *reference) guard() string {
	switch r.kind {
	case refField:
		if r.field.Optional {
			return r.path
		}
	case refTable:
		if !r.table.Total() {
			return r.table.path()
		}
	case refMessage:
		if r.message.optional {
			return r.path
		}
	case refItem:
		return r.path
	}
	return ""
}

// itemName is the name of the field of the item at hand that is read.
func (r *reference) itemName() string {
	if r.member == nil {
		return ""
	}
	return r.member.Name
}

// readsItem reports whether the value depends on the item at hand.
func (r *reference) readsItem() bool {
	switch r.kind {
	case refItem:
		return true
	case refTerm:
		return r.term.ofItem
	case refTable:
		return r.table.ofItem || r.pick != nil && r.pick.ofItem
	}
	return false
}

// readsNow reports whether the value depends on the time of the decision.
func (r *reference) readsNow() bool {
	switch r.kind {
	case refNow:
		return true
	case refTerm:
		return r.term.now
	case refTable:
		return slices.ContainsFunc(r.table.bys(), func(by *Expr) bool { return by.now }) || r.pick != nil && r.pick.now
	}
	return false
}

// key names a reference among all of a base. References with equal keys are read alike.
func (r *reference) key(t *types.Type) string {
	mode := "." + strconv.Itoa(int(r.mode)) + "."
	switch r.kind {
	case refField:
		return "field" + mode + strconv.Itoa(r.field.Slot) + "." + t.String() + "." + r.field.Name
	case refFact:
		return "fact" + mode + strconv.Itoa(r.fact.Slot) + "." + t.String() + "." + r.fact.Name
	case refTerm:
		// The provider holds on to the term with the key, so no other term gets its address.
		return "term" + mode + fmt.Sprintf("%p", r.term)
	case refTable:
		if r.pick != nil {
			return "lookup" + mode + fmt.Sprintf("%p.%p", r.table, r.pick)
		}
		if r.field != nil {
			return "lookup" + mode + fmt.Sprintf("%p.%d", r.table, r.field.Slot)
		}
		return "table" + mode + fmt.Sprintf("%p.%d", r.table, r.column)
	case refMessage:
		return "message" + mode + r.path
	case refNow:
		return "now" + mode
	case refItem:
		return "item" + mode + t.String() + "." + strconv.Itoa(r.member.Slot) + "." + r.member.Name
	case refConstant:
		return "constant." + t.String()
	}
	return "broken"
}

// celType returns the type of the value that is read, whatever the mode.
func (r *reference) celType() *types.Type {
	switch r.kind {
	case refField:
		return r.field.celType()
	case refFact:
		return cellib.TypeFor(r.fact.Type)
	case refTerm:
		return r.term.cel
	case refTable:
		if r.field != nil || r.pick != nil {
			return cellib.TypeFor(r.table.columns[r.first].Type)
		}
		if r.column >= 0 {
			return cellib.TypeFor(r.table.columns[r.column].Type)
		}
	case refMessage:
		return cellib.TypeFor(r.message.t)
	case refNow:
		return types.TimestampType
	case refItem:
		return cellib.TypeFor(r.member.Type)
	}
	return types.DynType
}

// declare makes a reference known to the checker and the planner and returns the name
// of its field on the frame.
func (b *Base) declare(r *reference, t *types.Type) string {
	key := r.key(t)
	get := r.getter()
	switch r.mode {
	case modeHas:
		b.provider.add(key, types.BoolType, presence(get))
	case modeOptional:
		b.provider.add(key, types.NewOptionalType(t), optional(get))
	default:
		b.provider.add(key, t, required(get))
	}
	return key
}

// declareBlank makes a blank known to the planner by its number. Its value is read from the frame.
func (b *Base) declareBlank(i int, t *types.Type) string {
	key := "blank." + strconv.Itoa(i) + "." + t.String()
	b.provider.add(key, t, func(f *Frame) (any, error) {
		if i >= len(f.values) {
			return nil, errBroken
		}
		return f.values[i], nil
	})
	return key
}

// getter reads a reference. It returns nil and no error where there is no value.
type getter func(*Frame) (ref.Val, error)

func (r *reference) getter() getter {
	switch r.kind {
	case refField:
		slot := r.field.Slot
		return func(f *Frame) (ref.Val, error) { return f.in.field(slot), nil }
	case refFact:
		slot := r.fact.Slot
		return func(f *Frame) (ref.Val, error) { return f.in.fact(slot), nil }
	case refTerm:
		term := r.term
		return func(f *Frame) (ref.Val, error) { return f.term(term) }
	case refTable:
		return r.tableGetter()
	case refMessage:
		get := r.message.get
		return func(f *Frame) (ref.Val, error) {
			if f.message == nil {
				return nil, errNoMessage
			}
			return get(f.message).v, nil
		}
	case refNow:
		return func(f *Frame) (ref.Val, error) { return f.time(), nil }
	case refItem:
		name, at := r.member.Name, r.member.Slot
		return func(f *Frame) (ref.Val, error) {
			if f.item == nil {
				return nil, errNoItem
			}
			return f.item.Named(name, at), nil
		}
	}
	return func(*Frame) (ref.Val, error) { return nil, errBroken }
}

func (r *reference) tableGetter() getter {
	table, column, field, pick := r.table, r.column, r.field, r.pick
	return func(f *Frame) (ref.Val, error) {
		row, err := f.row(table)
		if err != nil || row < 0 {
			return nil, err
		}
		at := column
		if field != nil {
			if at, err = table.columnNamed(f, field); err != nil {
				return nil, err
			}
		}
		if pick != nil {
			if at, err = table.columnPicked(f, pick); err != nil {
				return nil, err
			}
		}
		if at < 0 { // has(tables.t) is true if there is a row
			return types.True, nil
		}
		return table.rows[row].cells[at], nil
	}
}

var errNoValue = errors.New("there is no value")

func required(get getter) func(*Frame) (any, error) {
	return func(f *Frame) (any, error) {
		v, err := get(f)
		if err != nil {
			return nil, err
		}
		if v == nil {
			return nil, errNoValue
		}
		return v, nil
	}
}

func presence(get getter) func(*Frame) (any, error) {
	return func(f *Frame) (any, error) {
		v, err := get(f)
		if err != nil {
			return nil, err
		}
		return types.Bool(v != nil), nil
	}
}

func optional(get getter) func(*Frame) (any, error) {
	return func(f *Frame) (any, error) {
		v, err := get(f)
		if err != nil {
			return nil, err
		}
		if v == nil {
			return types.OptionalNone, nil
		}
		return types.OptionalOf(v), nil
	}
}
