package policy

import (
	"time"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy/internal/atom"
	"github.com/servicerecovery/amends/policy/internal/celenv"
)

// Both answers questions about every incident and two programs at once. Boxes of the two have the same
// positions for what both declare alike.
type Both struct {
	Old, New     *Reasoning
	toNew, toOld map[int]int // slots
}

// ReasonBoth prepares reasoning about two programs. Fields and facts are the same where their names and types
// are.
func ReasonBoth(old, now *Program) *Both {
	b := &Both{Old: old.reasoning(true), New: now.reasoning(true), toNew: map[int]int{}, toOld: map[int]int{}}
	x, domains := b.Old.constants(time.Time{})
	y, others := b.New.constants(time.Time{})
	b.pair()
	atom.Share(x, y, b.toNew)
	b.Old.finish(x, domains)
	b.New.finish(y, others)
	return b
}

// pair finds the slots that are the same.
func (b *Both) pair() {
	at := map[string]int{}
	old, now := b.Old.program, b.New.program
	types, _ := old.slotTypes()
	others, _ := now.slotTypes()
	add := func(from, to int) { b.toNew[from], b.toOld[to] = to, from }
	for _, f := range old.Declared() {
		at["field "+f.Name] = f.Slot
	}
	for _, f := range old.Facts {
		at["fact "+f.Name] = b.Old.FactSlot(f)
	}
	for i, d := range b.Old.terms.days {
		at["day "+d.Zone.String()] = b.Old.dayFrom() + i
	}
	for _, f := range now.Declared() {
		if from, ok := at["field "+f.Name]; ok && types[from] == others[f.Slot] {
			add(from, f.Slot)
		}
	}
	add(old.missed, now.missed)
	for _, f := range now.Facts {
		if from, ok := at["fact "+f.Name]; ok && types[from] == others[b.New.FactSlot(f)] {
			add(from, b.New.FactSlot(f))
		}
	}
	for i, d := range b.New.terms.days {
		if from, ok := at["day "+d.Zone.String()]; ok {
			add(from, b.New.dayFrom()+i)
		}
	}
}

// dayFrom is the first slot of a day.
func (r *Reasoning) dayFrom() int {
	return r.program.slots + len(r.program.Facts) + len(r.unlike)
}

// InNew is the part of a box of the new program whose inputs are, as far as both declare them, in a box of
// the old one; nil: there is none. InOld is the other way round.
func (b *Both) InNew(box, old *Box) *Box { return box.Within(old, b.toOld) }

// InOld is the part of a box of the old program whose inputs are in one of the new program.
func (b *Both) InOld(box, now *Box) *Box { return box.Within(now, b.toNew) }

// IsPlain reports whether a text is always the same.
func (t *Text) IsPlain() bool {
	if t == nil {
		return true
	}
	for _, p := range t.parts {
		if p.expr != nil {
			return false
		}
	}
	return true
}

// Table is a table of a set.
type Table struct {
	Name   string
	def    *playbook.Table
	table  *celenv.Table
	book   *Playbook
	shared bool
}

// Playbook is the playbook whose own table it is; nil: it is a shared one.
func (t *Table) Playbook() *Playbook {
	if t.shared {
		return nil
	}
	return t.book
}

// Row is where a row stands, and Label what it is for.
func (t *Table) Row(i int) playbook.Range { return t.def.Rows[i].Range }
func (t *Table) Label(i int) string       { return t.table.Label(i) }

// OfItem reports whether a key reads an item of a list.
func (t *Table) OfItem() bool { return t.table.OfItem() }

// Unique reports whether a table has `hit: unique`.
func (t *Table) Unique() bool { return t.table.Unique() }

// Rows is the number of rows.
func (t *Table) Rows() int { return len(t.def.Rows) }

// Covered reports whether rows before a row fit whatever it fits, whichever incidents are valid.
func (t *Table) Covered(row int) bool { return t.table.Covered(row) != nil }

// Otherwise is the row for all other keys; -1: there is none.
func (t *Table) Otherwise() int { return t.table.Otherwise() }

// Tables are the tables of a program.
func (p *Program) Tables() []*Table { return p.tables }

// Overlaps calls a function for rows of a table that fit some values of its keys both, the second one in
// ascending order, until that returns false for this one.
func (t *Table) Overlaps(visit func(first, second int) bool) { t.table.Overlaps(visit) }

// FitBoth is the part of a box in which two rows of a table may fit; nil: there is none.
func (r *Reasoning) FitBoth(t *Table, box *Box, first, second int) *Box {
	for _, row := range []int{first, second} {
		if a, _ := r.Row(t, row); a != nil && box != nil {
			box = r.Require(a, box, CanYes)
		}
	}
	return box
}

// Row is the condition that a row of a table fits, and reports whether it says all: else the row may fit fewer inputs,
// because of keys that are worked out. nil: nothing was gathered, since the table has too many rows.
func (r *Reasoning) Row(t *Table, row int) (a *Asked, exact bool) {
	f := r.rows[fitsRow{t, row}]
	return f.asked, f.exact
}

type fitsRow struct {
	table *Table
	row   int
}

type rowFits struct {
	asked *Asked
	exact bool
}

// mostRows bounds the rows of a table that are gathered one by one.
const mostRows = 500

// tables gathers what rows are for.
func (r *Reasoning) tables() {
	for _, t := range r.program.tables {
		take := func(row int) {
			if key := (fitsRow{t, row}); r.rows[key].asked == nil {
				cond, exact := r.takes.Fits(t.table, row)
				a := &Asked{cond: cond, book: t.book}
				r.rows[key] = rowFits{a, exact}
				r.gather(a)
			}
		}
		if t.Rows() <= mostRows && !t.OfItem() {
			for row := range t.Rows() {
				take(row)
			}
		}
		if t.Unique() {
			t.table.Overlaps(func(first, second int) bool {
				take(first)
				take(second)
				return true
			})
		}
	}
}

// Twice returns two rows of a table that fit an input.
func (t *Table) Twice(in *Input) (first, second int, ok bool) {
	return in.Frame(t.book).cel.Twice(t.table)
}

// Grows reports whether an amount is never less for the second of two inputs of boxes that differ in some slots
// only: the value of one slot is more, and no condition has another truth.
func (r *Reasoning) Grows(x *Param, b *Box, slot int, vary Slots) bool {
	for _, e := range r.evaluable(x) {
		read := r.reads[e]
		if read == nil || !r.takes.Grows(e, slot, vary) {
			return false
		}
		for _, c := range read.conds {
			for varies := range vary {
				if c.Reads(varies) && !b.Possible(c).One() {
					return false
				}
			}
		}
	}
	return true
}

// OnlyText returns the part of a box in which a slot has a text; nil: there is none.
func (r *Reasoning) OnlyText(b *Box, slot int, text string) *Box {
	if !b.Holds(slot, text) {
		return nil
	}
	if p, ok := r.space.PositionOf(slot, text); ok {
		return b.Only(slot, p)
	}
	return b
}
