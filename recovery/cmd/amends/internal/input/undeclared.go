package input

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/cmd/amends/internal/command"
	"github.com/servicerecovery/amends/recovery/internal/term"
)

// Declared are the names of the fields that incidents may have: the standard ones, and those
// that the documents of some sets declare, earlier names included. Fields of items stand behind the
// list and [ofItems].
type Declared map[string]bool

// DeclaredBy are the fields of some sets.
func DeclaredBy(sets ...*playbook.Set) Declared {
	out := Declared{"paused": true}
	for _, f := range policy.StandardFields() {
		out[f.Name] = true
	}
	for _, set := range sets {
		for _, d := range set.Documents {
			for _, f := range d.Fields {
				for _, name := range names(f) {
					out[name] = true
					out.items(name, f)
				}
			}
		}
	}
	return out
}

// ofItems stands between a list of items and a field that each of them has.
const ofItems = "[]."

// items adds the fields of the items of a list.
func (d Declared) items(list string, of *playbook.Field) {
	if !of.IsItems {
		return
	}
	d[list+ofItems+"id"] = true
	for _, f := range of.Items {
		for _, name := range names(f) {
			d[list+ofItems+name] = true
		}
	}
}

// names are the name of a field and its earlier ones.
func names(f *playbook.Field) []string {
	out := []string{f.Name.Value}
	for _, was := range f.Was {
		out = append(out, was.Value)
	}
	return out
}

// Undeclared names the fields of an incident that are not declared, sorted; nil where all
// are.
func (d Declared) Undeclared(in recovery.Incident) []string {
	var out []string
	var visit func(fields map[string]any, prefix string)
	visit = func(fields map[string]any, prefix string) {
		for name, v := range fields {
			path := prefix + name
			if list, ok := v.([]any); ok && d[path+ofItems+"id"] {
				for _, item := range list {
					fields, _ := item.(map[string]any)
					visit(fields, path+ofItems)
				}
				continue
			}
			if v == nil || d[path] {
				continue
			}
			if inner, ok := v.(map[string]any); ok && len(inner) > 0 {
				visit(inner, path+".")
			} else {
				out = append(out, path)
			}
		}
	}
	visit(in.Fields, "") // JSON that is too deep is no incident
	slices.Sort(out)
	return slices.Compact(out)
}

// The bounds of what is said of fields that are not declared: how many are told apart, and
// how many have a line of their own.
const (
	mostUndeclared     = 10_000
	mostUndeclaredSaid = 50
)

// UndeclaredFields counts the incidents that have fields which no playbook declares.
type UndeclaredFields struct {
	Declared  Declared
	incidents int
	with      map[string]int
}

// NewUndeclaredFields counts nothing yet.
func NewUndeclaredFields(d Declared) *UndeclaredFields {
	return &UndeclaredFields{Declared: d, with: map[string]int{}}
}

// Add counts one incident, with what [Declared.Undeclared] says of it.
func (u *UndeclaredFields) Add(fields []string) {
	u.incidents++
	for _, name := range fields {
		if _, known := u.with[name]; known || len(u.with) < mostUndeclared {
			u.with[name]++
		}
	}
}

// Say writes a line for each field to standard error: first those that are most likely
// misspelt, then the most frequent.
func (u *UndeclaredFields) Say(h command.Host) {
	names := slices.Collect(maps.Keys(u.with))
	known := slices.Sorted(maps.Keys(u.Declared))
	near := map[string]string{}
	for _, name := range names {
		near[name] = playbook.Suggest(name, known)
	}
	slices.SortFunc(names, func(a, b string) int {
		return cmp.Or(cmp.Compare(min(1, len(near[b])), min(1, len(near[a]))), cmp.Compare(u.with[b], u.with[a]), cmp.Compare(a, b))
	})
	said := names[:min(len(names), mostUndeclaredSaid)]
	for _, name := range said {
		text := fmt.Sprintf("%d of %s", u.with[name], term.Count(u.incidents, "incident"))
		if u.with[name] == 1 {
			text += " has"
		} else {
			text += " have"
		}
		text += " a field " + fieldText(name) + " that no playbook declares"
		if near[name] != "" {
			text += "; did you mean " + near[name] + "?"
		}
		_ = h.Stderr.Printf("%s\n", text) // nothing depends on it
	}
	if rest := len(names) - len(said); rest > 0 {
		more := "more fields"
		if rest == 1 {
			more = "more field"
		}
		if len(names) == mostUndeclared {
			more = "or " + more
		}
		_ = h.Stderr.Printf("%d %s of incidents are declared by no playbook\n", rest, more)
	}
}

// fieldText writes the name of a field, in quotes where it is no plain word.
func fieldText(name string) string {
	const longest = 80
	runes := []rune(name)
	if len(runes) > longest {
		name = string(runes[:longest]) + "…"
	}
	plain := name != "" && !strings.ContainsFunc(name, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("._-…[]", r)
	})
	if plain {
		return name
	}
	return strconv.Quote(name)
}
