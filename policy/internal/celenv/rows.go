package celenv

// RowUse is a row of a table that was looked up.
type RowUse struct {
	Table string
	Row   int
}

// Rows are the rows that the frame has looked up so far, in the order in which
// it did.
func (f *Frame) Rows() []RowUse {
	var out []RowUse
	for _, m := range f.tables {
		if m.err == nil && m.row >= 0 {
			out = append(out, RowUse{m.table.name, m.row})
		}
	}
	return out
}
