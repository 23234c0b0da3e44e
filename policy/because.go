package policy

import (
	"github.com/servicerecovery/amends/policy/internal/celenv"
)

// shown is a path that conditions read, and the way to its value.
type shown struct {
	path   string
	slot   int            // of a field or a fact; -1: neither
	reader *celenv.Reader // of anything else; nil: there is no such path
	labels []string       // of a table's rows
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
	if reader.IsRow() {
		s.labels = b.rows[path[len("tables."):]]
	}
	return s
}

// show writes the value behind a path. That of a field or a fact is written once per input.
func (in *Input) show(s *shown, b *Playbook) string {
	switch {
	case s.slot >= 0:
		return in.showSlot(s.slot)
	case s.reader == nil:
		return "failed"
	case s.reader.IsRow():
		i, err := s.reader.Row(in.Frame(b).cel)
		if err != nil || i < 0 || i >= len(s.labels) {
			return "absent"
		}
		return s.labels[i]
	}
	v, err := s.reader.Read(in.Frame(b).cel)
	if err != nil {
		return "failed" // and || or && did without it
	}
	if !v.IsSet() {
		return "absent"
	}
	return Show(v.Native())
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
		in.texts[slot] = Show(v)
	}
	return in.texts[slot]
}
