package recovery

import (
	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/policy/value"
)

// key is the text of a field by which stores tell incidents apart; empty when
// the incident has none.
func (s *subject) key(f *policy.Field) string {
	// What is not declared may stand where a field of another playbook would.
	if s.rest == nil && s.allKeys == nil {
		return s.workspace.values.cells[f.Slot].key()
	}
	return s.keys()[f.Name]
}

// keys are the fields of the record as text, by path: see [Record.Keys].
func (s *subject) keys() map[string]string {
	if s.allKeys != nil {
		return s.allKeys
	}
	v := &s.workspace.values
	s.allKeys = map[string]string{}
	v.each(func(f *recordField) {
		if f.slot < 0 {
			return
		}
		if text := v.cells[f.slot].key(); text != "" {
			s.allKeys[f.path] = text
		}
	})
	leaves(s.rest, "", s.restKey)
	return s.allKeys
}

// restKey gives an undeclared value a key: facts of another set may compare it.
func (s *subject) restKey(path string, val any) {
	switch x := val.(type) {
	case []any, map[string]any:
	case string:
		if x != "" {
			s.allKeys[path] = x
		}
	default:
		if text := value.Show(val); text != "" {
			s.allKeys[path] = text
		} else {
			s.allKeys[path] = shown(val)
		}
	}
}
