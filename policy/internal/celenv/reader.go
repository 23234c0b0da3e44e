package celenv

import "strings"

// Reader reads the value of one path again and again, for explanations. It is immutable.
type Reader struct {
	get   getter
	table *Table // of which the row is read; nil: a value is
	term  *Expr  // whose value it is, or nil
	slot  int
	kind  refKind
}

// Reader returns a reader for a path of [Expr.Reads]. The error says that there is no such path.
func (s *Scope) Reader(path string) (*Reader, error) {
	if name, ok := strings.CutPrefix(path, varTables+"."); ok && !strings.Contains(name, ".") {
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

// Field returns the slot of the field that is read, if it is one.
func (r *Reader) Field() (slot int, ok bool) { return r.slot, r.kind == refField }

// Fact returns the slot of the fact that is read, if it is one.
func (r *Reader) Fact() (slot int, ok bool) { return r.slot, r.kind == refFact }

// Term returns the term that is read, nil if it is none.
func (r *Reader) Term() *Expr { return r.term }

// Table returns the table whose row is read, nil if a value is.
func (r *Reader) Table() *Table { return r.table }

// Read returns the value; absent if there is none.
func (r *Reader) Read(f *Frame) (Val, error) {
	v, err := r.get(f)
	if err != nil || v == nil {
		return Val{}, err
	}
	v, err = leave(v, false)
	return Val{v}, err
}
