package policy

// RowUse is a row of a table that an expression has looked up.
type RowUse struct {
	Playbook *Playbook // the playbook whose expression looked the row up
	Table    string
	Row      int // its number in the table
}

// Rows returns the rows that expressions over this input have looked up so far, in the order of the
// program's playbooks.
func (in *Input) Rows() []RowUse {
	var out []RowUse
	for _, f := range in.frames {
		if f == nil || f.version != in.version {
			continue // its results are about earlier values
		}
		for _, r := range f.cel.Rows() {
			out = append(out, RowUse{f.pb, r.Table, r.Row})
		}
	}
	return out
}
