package policy

import (
	"cmp"
	"maps"
	"slices"
)

// BuiltinActions are the types of action of the format, sorted by name, with
// substitute, which the engine alone makes.
func BuiltinActions() []*ActionType {
	out := slices.Collect(maps.Values(builtinActions()))
	substitute := SubstituteType()
	out = append(out, &substitute)
	slices.SortFunc(out, func(a, b *ActionType) int { return cmp.Compare(a.Name, b.Name) })
	return out
}

// StandardFields are the fields that every incident has, in the order in which
// they are documented, without paused, which is a list of times.
func StandardFields() []*Field { return standardFields() }
