package intake

import (
	"slices"
	"strconv"

	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/policy/worktime"
)

// longList is a list with more items than its field lets in everywhere, and no more than some
// playbook does.
type longList struct {
	field *field
	path  string
	items int
}

// tooMany refuses a list with more items than its field may have. It is asked before anything is made
// of them.
func (t *Intake) tooMany(f *field, raw any, path string) bool {
	if f.MaxItems == 0 {
		return false
	}
	switch n := itemsOf(raw); {
	case n <= f.MaxItems:
		return false
	case n <= f.widest:
		t.long = append(t.long, longList{f, path, n})
		return false
	default:
		t.refuse(f, Problem{Path: path, Wanted: wantedItems(max(f.MaxItems, f.widest)), Found: foundItems(n)})
		return true
	}
}

// stillTooMany refuses the long lists that no playbook that applies lets in.
func (t *Intake) stillTooMany() {
	for _, l := range t.long {
		letIn := func(b *policy.Playbook) bool {
			return slices.ContainsFunc(b.Fields, func(f *policy.Field) bool { return f.Name == l.field.Name && l.items <= f.MaxItems })
		}
		if !slices.ContainsFunc(t.applying, letIn) {
			t.refuse(l.field, Problem{Path: l.path, Wanted: wantedItems(l.field.MaxItems), Found: foundItems(l.items)})
		}
	}
}

// itemsOf is how many items a list has, 0 for anything else.
func itemsOf(raw any) int {
	switch list := raw.(type) {
	case []any:
		return len(list)
	case []string:
		return len(list)
	case []map[string]any:
		return len(list)
	case []worktime.Pause:
		return len(list)
	}
	return 0
}

func wantedItems(n int) string { return "a list of at most " + strconv.Itoa(n) + " items" }

func foundItems(n int) string { return strconv.Itoa(n) + " items" }
