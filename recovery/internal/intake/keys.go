package intake

import (
	"math/bits"
	"strconv"
	"time"

	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/policy/value"
)

// Key is the text of a field by which stores tell incidents apart; empty when the
// incident has none.
func (t *Intake) Key(f *policy.Field) string {
	// What is not declared may stand where a field of another playbook would.
	if t.rest == nil && t.keys == nil {
		return keyOf(t.input.Field(f))
	}
	return t.Keys()[f.Name]
}

// Keys are the fields of the record as text, by path. Lists and objects have none,
// and neither do fields that are empty.
func (t *Intake) Keys() map[string]string {
	if t.keys != nil {
		return t.keys
	}
	fields := 0
	for _, word := range t.present {
		fields += bits.OnesCount64(word)
	}
	t.keys = make(map[string]string, fields)
	for f := range t.each() {
		if f.field == nil {
			continue
		}
		if text := keyOf(t.valueOf(f)); text != "" {
			t.keys[f.path] = text
		}
	}
	leaves(t.rest, "", t.restKey)
	return t.keys
}

// keyOf is the text by which stores compare incidents; lists have none.
func keyOf(v any) string {
	switch x := v.(type) {
	case nil, []any:
		return ""
	case string:
		return x
	case int64:
		return strconv.FormatInt(x, 10)
	case time.Time:
		return value.FormatTimestamp(x)
	}
	return value.Show(v)
}

// restKey gives an undeclared value a key: facts of another set may compare it.
func (t *Intake) restKey(path string, v any) {
	switch x := v.(type) {
	case []any, map[string]any:
	case string:
		if x != "" {
			t.keys[path] = x
		}
	default:
		if text := value.Show(v); text != "" {
			t.keys[path] = text
		} else {
			t.keys[path] = Shown(v)
		}
	}
}
