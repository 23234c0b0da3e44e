package celenv

import (
	"slices"
	"strings"
)

// Known is the set of paths that are known to have a value at some place, such as
// "incident.resolved_at" or "tables.late_credit". It is immutable; the zero Known knows
// nothing.
type Known struct {
	paths []string // sorted
	never bool     // the place is never reached, where everything holds
}

// Unreachable returns what is known at a place that is never reached: everything.
func Unreachable() Known { return Known{never: true} }

// Has reports whether a path is known to have a value.
func (k Known) Has(path string) bool {
	if k.never {
		return true
	}
	_, found := slices.BinarySearch(k.paths, path)
	return found
}

// With returns k and a path.
func (k Known) With(path string) Known {
	if k.never {
		return k
	}
	i, found := slices.BinarySearch(k.paths, path)
	if found {
		return k
	}
	return Known{paths: slices.Insert(slices.Clone(k.paths), i, path)}
}

// Union returns what is known where both hold.
func (k Known) Union(o Known) Known {
	switch {
	case k.never || len(o.paths) == 0 && !o.never:
		return k
	case o.never || len(k.paths) == 0:
		return o
	}
	for _, path := range o.paths {
		k = k.With(path)
	}
	return k
}

// Meet returns what is known where one of the two holds.
func (k Known) Meet(o Known) Known {
	switch {
	case k.never:
		return o
	case o.never:
		return k
	}
	var both Known
	for _, path := range k.paths {
		if o.Has(path) {
			both.paths = append(both.paths, path)
		}
	}
	return both
}

// without returns k without the paths that begin with a variable, which stands for something else.
func (k Known) without(variable string) Known {
	from := func(path string) bool {
		return strings.HasPrefix(path, variable+".") || strings.HasPrefix(path, variable+"[")
	}
	if !slices.ContainsFunc(k.paths, from) {
		return k
	}
	k.paths = slices.DeleteFunc(slices.Clone(k.paths), from)
	return k
}

// only returns the paths of k that are among some sorted ones.
func (k Known) only(paths []string) Known {
	if k.never {
		return k
	}
	return Known{paths: paths}.Meet(k)
}

// Paths returns the known paths, sorted; none for a place that is never reached.
func (k Known) Paths() []string { return slices.Clone(k.paths) }
