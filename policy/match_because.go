package policy

import (
	"github.com/servicerecovery/amends/policy/internal/atom"
	"github.com/servicerecovery/amends/policy/internal/celenv"
	"github.com/servicerecovery/amends/policy/value"
)

// shown is a path that conditions read, with the way to its value.
type shown struct {
	path   string
	slot   int            // of a field or a fact; -1: neither
	reader *celenv.Reader // of anything else; nil: there is no such path
	root   int32          // of a term that is a condition, plus one; 0: none
}

// term returns the term that a path names, nil for any other path.
func (s *shown) term() *celenv.Expr {
	if s.reader == nil {
		return nil
	}
	return s.reader.Term()
}

func newShown(p *Program, b *Playbook, path string) *shown {
	s := &shown{path: path, slot: -1}
	reader, err := b.scope.Reader(path)
	if err != nil {
		return s
	}
	s.reader = reader
	if slot, ok := reader.Field(); ok {
		s.slot = slot
	}
	if slot, ok := reader.Fact(); ok {
		s.slot = p.slots + slot
	}
	return s
}

// show writes the value of a path. The value of a field or a fact is written once per input.
func (in *Input) show(s *shown, b *Playbook) string {
	switch {
	case s.slot >= 0:
		return in.showSlot(s.slot)
	case s.reader == nil:
		return "failed"
	case s.reader.Table() != nil:
		return in.Frame(b).row(s.reader.Table())
	}
	if s.root > 0 {
		if t := in.program.matching.space.Truth(s.root-1, in.values); t != atom.Unsure {
			return value.Show(t == atom.Yes)
		}
	}
	v, err := s.reader.Read(in.Frame(b).cel)
	if err != nil {
		return "failed" // an error that || or && has absorbed
	}
	if !v.IsSet() {
		return "absent"
	}
	return value.Show(v.Native())
}

// row returns the label of the row that a table's key has found. The label belongs to the table,
// which playbooks share.
func (f *Frame) row(t *celenv.Table) string {
	i, err := t.Row(f.cel)
	switch {
	case err != nil:
		return "failed"
	case i < 0:
		return "absent"
	}
	return t.Label(i)
}

func (in *Input) showSlot(slot int) string {
	v := in.values.Get(slot)
	switch x := v.(type) {
	case nil:
		return "absent"
	case string:
		return x
	}
	if in.texts[slot] == "" {
		in.texts[slot] = value.Show(v)
	}
	return in.texts[slot]
}
