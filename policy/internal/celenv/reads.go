package celenv

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/operators"

	"github.com/servicerecovery/amends/policy/value"
)

// Read is a path that an expression reads, and the first place in the source that reads it. A path
// is a field, a fact, a term, "now", "missed", the row of a table ("tables.t", in has) or a cell of it.
type Read struct {
	Path string
	From int
	Item bool // it reads the item at hand, or depends on it
}

// references returns the references in a form, in source order.
func (e *form) references() []*reference {
	var refs []*reference
	var walk func(ast.Expr)
	walk = func(n ast.Expr) {
		if r := e.refs[n.ID()]; r != nil {
			if n.Kind() == ast.SelectKind { // else it became a literal
				refs = append(refs, r)
			}
			return
		}
		for _, child := range children(n) {
			walk(child)
		}
	}
	walk(e.tree.Expr())
	slices.SortStableFunc(refs, func(a, b *reference) int { return a.at.From - b.at.From })
	return refs
}

// Reads returns the paths that the expression reads, in source order and each once. A test with has
// counts as a read, and so does an optional read. After a table come the reads of its keys, at the
// place of the table. The reads of a term are not included.
func (e *Expr) Reads() []Read {
	c := readCollector{seen: map[string]bool{}, opened: map[*Table]bool{}}
	c.expr(e, -1)
	return c.reads
}

type readCollector struct {
	reads  []Read
	seen   map[string]bool
	opened map[*Table]bool
}

func (c *readCollector) add(path string, from int, item bool) {
	if !c.seen[path] {
		c.seen[path] = true
		c.reads = append(c.reads, Read{path, from, item})
	}
}

// expr collects the reads of an expression; from is the place to give for all, or -1.
func (c *readCollector) expr(e *Expr, from int) {
	var moved mover
	if from < 0 {
		moved = e.form.move(e.source)
	}
	for _, r := range e.reads {
		at := from
		if at < 0 {
			at = moved.offset(r.at.From)
		}
		if r.kind == refTable {
			c.table(r, at)
		} else {
			c.add(r.path, at, r.readsItem())
		}
	}
}

func (c *readCollector) table(r *reference, at int) {
	c.add(r.path, at, r.readsItem())
	if r.field != nil {
		c.add(varIncident+"."+r.field.Name, at, false)
	}
	if r.pick != nil {
		c.expr(r.pick, at)
	}
	if !c.opened[r.table] {
		c.opened[r.table] = true
		for _, by := range r.table.bys() {
			c.expr(by, at)
		}
	}
}

// Cells yields each table with a column that the expression itself reads. The column is "" where a
// field names it.
func (e *Expr) Cells(yield func(table, column string)) {
	for _, r := range e.reads {
		switch {
		case r.kind != refTable:
		case r.field != nil:
			yield(r.table.name, "")
		case r.pick != nil:
			yield(r.table.name, "")
			r.pick.Cells(yield)
		case r.column >= 0:
			yield(r.table.name, r.table.columns[r.column].Name)
		}
	}
}

// Now returns the part of the source that first reads the time of the decision, itself or through a
// term or a table, and the path that stands there. The path is empty where nothing does.
func (e *Expr) Now() (path string, from, to int) {
	for _, r := range e.reads {
		if r.readsNow() {
			at := e.form.move(e.source).span(r.at)
			return r.path, at.From, at.To
		}
	}
	return "", 0, 0
}

// Facts returns the slots of all facts that the expression can read, also through terms and tables,
// sorted. Do not change the result.
func (e *Expr) Facts() []int { return e.form.facts }

// ReadValue returns the value of a path of [Expr.Reads], absent if it has none. It is for
// explanations. For a table's row see [Table.Row].
func (s *Scope) ReadValue(f *Frame, path string) (Val, error) {
	r, err := s.lookPath(path)
	if err != nil {
		return Val{}, err
	}
	v, err := r.getter()(f)
	if err != nil || v == nil {
		return Val{}, err
	}
	v, err = leave(v, false, f.scope.options.Rounding)
	return Val{v}, err
}

// lookPath resolves a path outside of any source.
func (s *Scope) lookPath(path string) (*reference, error) {
	root, rest, _ := strings.Cut(path, ".")
	r := &reference{path: path}
	switch root {
	case varNow:
		r.kind = refNow
		return r, nil
	case varFacts:
		if r.kind, r.fact = refFact, s.facts[rest]; r.fact != nil {
			return r, nil
		}
	case varIncident:
		if r.kind, r.field = refField, s.field(rest); r.field != nil {
			return r, nil
		}
	case varItem:
		if f, _ := s.itemField(rest); f != nil {
			r.kind, r.member = refItem, f
			return r, nil
		}
	case varMissed:
		if r.kind, r.field = refField, s.options.Missed; r.field != nil && rest == "" {
			return r, nil
		}
	case varTerms:
		if s.options.Defs != nil {
			r.kind = refTerm
			r.term, _ = s.options.Defs.Term(rest)
		}
		if r.term != nil {
			return r, nil
		}
	case varCalendars:
		if z, _ := s.zoned(strings.TrimSuffix(rest, ".zone")); z != nil {
			r.kind, r.term = refTerm, z.Zone
			return r, nil
		}
	case varTables:
		return s.lookCell(r, rest)
	default:
		for _, m := range messageFields() {
			if m.path == path {
				r.kind, r.message = refMessage, m
				return r, nil
			}
		}
	}
	return nil, fmt.Errorf("there is no %s", path)
}

func (s *Scope) field(name string) *Field {
	at := s.incident
	for {
		first, rest, more := strings.Cut(name, ".")
		next := at.members[first]
		if !more || next.object == nil {
			if more {
				return nil
			}
			return next.field
		}
		at, name = next.object, rest
	}
}

// lookCell resolves t, t.column, t[incident.field] and t[any other expression].
func (s *Scope) lookCell(r *reference, rest string) (*reference, error) {
	name, column, hasColumn := strings.Cut(rest, ".")
	bracketed, picks, isLookup := strings.Cut(rest, "[")
	if isLookup {
		name, hasColumn = bracketed, false
		picks = strings.TrimSuffix(picks, "]")
		if field, ok := strings.CutPrefix(picks, varIncident+"."); ok {
			r.field = s.field(field)
		}
		if r.field == nil {
			e, issues := s.Compile(picks, value.Type{Kind: value.KindString})
			if len(issues) > 0 {
				return nil, errors.New(issues[0].Message)
			}
			r.pick = e
		}
	}
	var err error
	if r.table, err = s.table(name); err != nil {
		return nil, err
	}
	r.kind, r.column = refTable, -1
	if hasColumn {
		i, ok := r.table.index[column]
		if !ok {
			return nil, fmt.Errorf("table %s has no column %s", name, column)
		}
		r.column = i
	}
	return r, nil
}

// Reader reads the value of one path, as often as an explanation wants it. It is immutable.
type Reader struct {
	get   getter
	table *Table // the table whose row is read; nil where a value is read
	term  *Expr  // the term whose value is read, or nil
	slot  int
	kind  refKind
}

// Reader returns a reader for a path of [Expr.Reads]. It returns an error for any other path.
func (s *Scope) Reader(path string) (*Reader, error) {
	if name, ok := strings.CutPrefix(path, varTables+"."); ok && !strings.ContainsAny(name, ".[") {
		t, err := s.table(name)
		return &Reader{table: t}, err
	}
	r, err := s.lookPath(path)
	if err != nil {
		return nil, err
	}
	reader := &Reader{get: r.getter(), kind: r.kind, term: r.term}
	switch r.kind {
	case refField:
		reader.slot = r.field.Slot
	case refFact:
		reader.slot = r.fact.Slot
	}
	return reader, nil
}

// Field returns the slot of the field that is read; ok is false where something else is read.
func (r *Reader) Field() (slot int, ok bool) { return r.slot, r.kind == refField }

// Fact returns the slot of the fact that is read; ok is false where something else is read.
func (r *Reader) Fact() (slot int, ok bool) { return r.slot, r.kind == refFact }

// Term returns the term that is read, nil where something else is read.
func (r *Reader) Term() *Expr { return r.term }

// Table returns the table whose row is read, nil where a value is read.
func (r *Reader) Table() *Table { return r.table }

// Read returns the value, absent if there is none.
func (r *Reader) Read(f *Frame) (Val, error) {
	v, err := r.get(f)
	if err != nil || v == nil {
		return Val{}, err
	}
	v, err = leave(v, false, f.scope.options.Rounding)
	return Val{v}, err
}

// Comparison is a comparison of a field with one text: == or !=, or == for a member of a list.
type Comparison struct {
	Text     string
	Differs  bool // !=
	From, To int  // the part of the source that is the whole comparison
}

// Compared returns the comparisons of a field with literal texts that stand in the expression itself.
func (e *Expr) Compared(field string) []Comparison {
	if !e.readsField(field) {
		return nil
	}
	tree, refs := e.checked()
	var out []Comparison
	reads := func(n ast.Expr) bool {
		r := refs[n.ID()]
		return r != nil && r.kind == refField && r.field.Name == field
	}
	add := func(n, literal ast.Expr, differs bool) {
		v, ok := e.literal(literal)
		if !ok {
			return
		}
		if text, ok := v.Value().(string); ok {
			at := e.place().of(n)
			out = append(out, Comparison{text, differs, at.From, at.To})
		}
	}
	var walk func(ast.Expr)
	walk = func(n ast.Expr) {
		for _, child := range children(n) {
			walk(child)
		}
		if n.Kind() != ast.CallKind || len(n.AsCall().Args()) != 2 {
			return
		}
		a, b := n.AsCall().Args()[0], n.AsCall().Args()[1]
		switch op := n.AsCall().FunctionName(); {
		case (op == operators.Equals || op == operators.NotEquals) && reads(a):
			add(n, b, op == operators.NotEquals)
		case (op == operators.Equals || op == operators.NotEquals) && reads(b):
			add(n, a, op == operators.NotEquals)
		case op == operators.In && reads(a) && b.Kind() == ast.ListKind:
			for _, member := range b.AsList().Elements() {
				add(n, member, false)
			}
		}
	}
	walk(tree.Expr())
	return out
}

func (e *Expr) readsField(name string) bool {
	found := false
	e.Fields(func(read string) { found = found || read == name })
	return found
}

// Fields yields the name of each field that the expression itself reads, also to look up a column.
func (e *Expr) Fields(yield func(name string)) {
	for _, r := range e.reads {
		if r.field != nil {
			yield(r.field.Name)
		}
		if r.pick != nil {
			r.pick.Fields(yield)
		}
	}
}

// AmountOf returns the path of the one field without a currency that an amount comes from, itself or
// through terms. It is empty if there are several, or none.
func (e *Expr) AmountOf() string {
	from := ""
	for _, r := range e.reads {
		path := ""
		switch {
		case r.kind == refField && r.field.Type.Kind == value.KindMoney && r.field.Type.Currency == "":
			path = "incident." + r.field.Name
		case r.kind == refTerm && r.term.typ.Kind == value.KindMoney && r.term.typ.Currency == "":
			if path = r.term.AmountOf(); path == "" {
				return ""
			}
		default:
			continue
		}
		if from != "" && from != path {
			return ""
		}
		from = path
	}
	return from
}
