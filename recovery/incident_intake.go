package recovery

import (
	"slices"
	"strings"

	"github.com/servicerecovery/amends/recovery/internal/jsontext"
)

// intake looks up what came with an incident, by the dotted names of fields,
// whichever way it was written. Problems are those of the incident's shape:
// values of the wrong type are for [coerce] to find.
type intake struct {
	in       *Incident
	problems []Problem
	// shadowed is set when Fields holds what is also a standard field.
	shadowed bool
}

// newIntake does not copy the incident, and does not change it.
func newIntake(in *Incident) intake {
	t := intake{in: in}
	for path := range in.Fields {
		if path == "customer" || in.slot(path) != nil {
			t.shadowed = true
		}
	}
	v := in.Fields["customer"]
	if _, isObject := v.(map[string]any); isObject || isAbsent(v) {
		v = in.given["customer"]
	}
	if v != nil {
		t.problems = append(t.problems, Problem{"customer", "an object", shown(v)})
	}
	return t
}

// lookup returns the value of a field as it came; ok is false when it is absent. For
// paused that may be a []Pause. A field that came twice is a problem.
func (t *intake) lookup(path string) (raw any, ok bool) {
	var first any
	found := 0
	see := func(v any) {
		if isAbsent(v) {
			return
		}
		if found++; found == 1 {
			first = v
		}
	}
	if slot := t.in.slot(path); slot != nil {
		v := t.in.standard(path, slot)
		if !t.shadowed {
			return v, v != nil
		}
		see(v)
	}
	search(t.in.Fields, path, see)
	if found > 1 {
		twice := Problem{path, "one value", "two, the field being written in two ways"}
		if !slices.Contains(t.problems, twice) { // a field may be looked up again
			t.problems = append(t.problems, twice)
		}
	}
	return first, found > 0
}

// search visits the values of a path in an object: under the whole name, and in
// each object that stands under the beginning of it.
func search(fields map[string]any, path string, see func(any)) {
	if len(fields) == 0 {
		return
	}
	if v, ok := fields[path]; ok {
		see(v)
	}
	for i := range len(path) {
		if path[i] != '.' {
			continue
		}
		if inner, ok := fields[path[:i]].(map[string]any); ok {
			search(inner, path[i+1:], see)
		}
	}
}

// rest returns what no field is declared for, normalised, for the record: as it
// came, except that a dotted name stands nested where it can, so that one
// incident has one record. It returns nil when there is nothing. known must
// report the standard fields too, and earlier names that were read. Values that
// no record can hold become problems.
func (t *intake) rest(known func(path string) bool) map[string]any {
	if allKnown(t.in.Fields, "", known, 0) {
		return nil
	}
	out := map[string]any{}
	var dotted []string
	for _, path := range sortedKeys(t.in.Fields) {
		v := t.undeclared(path, t.in.Fields[path], known)
		switch {
		case isAbsent(v):
		case isDotted(path):
			dotted = append(dotted, path)
		default:
			out[path] = v
		}
	}
	for _, path := range dotted {
		v := t.undeclared(path, t.in.Fields[path], known)
		if !nest(out, path, v) {
			out[path] = v
		}
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

// undeclared returns what is left of a value without the fields that are known.
func (t *intake) undeclared(path string, v any, known func(string) bool) any {
	if isAbsent(v) || known(path) {
		return nil
	}
	if m, ok := v.(map[string]any); ok {
		if v = strip(m, path, known, 0); v == nil {
			return nil
		}
	}
	normal, ok := normalise(v, 0)
	if !ok || !isWritable(normal) || toValid(path) != path {
		t.problems = append(t.problems, Problem{toValid(path), "text, a number, a bool, a time or another value that an incident can hold", shown(v)})
		return nil
	}
	return normal
}

// strip returns a copy of an object without its known fields, nil when nothing
// else was in it.
func strip(m map[string]any, path string, known func(string) bool, depth int) any {
	if len(m) == 0 || depth >= jsontext.MaxDepth {
		return m
	}
	out := make(map[string]any, len(m))
	stripped := false
	for k, v := range m {
		inner, isObject := v.(map[string]any)
		switch at := path + "." + k; {
		case known(at):
			stripped = true
			continue
		case isObject:
			if v = strip(inner, at, known, depth+1); v == nil {
				stripped = true
				continue
			}
		}
		out[k] = v
	}
	if stripped && len(out) == 0 {
		return nil
	}
	return out
}

// allKnown reports whether nothing is left of an object without its known fields.
func allKnown(m map[string]any, prefix string, known func(string) bool, depth int) bool {
	for k, v := range m {
		at := prefix + k
		if depth == 0 && isAbsent(v) || known(at) {
			continue
		}
		inner, isObject := v.(map[string]any)
		if !isObject || len(inner) == 0 || depth >= jsontext.MaxDepth || !allKnown(inner, at+".", known, depth+1) {
			return false
		}
	}
	return true
}

// isDotted reports whether a name is made of several that are not empty.
func isDotted(path string) bool {
	return strings.Contains(path, ".") && !strings.HasPrefix(path, ".") && !strings.HasSuffix(path, ".") && !strings.Contains(path, "..")
}

// nest stores a value under a dotted name, in objects. It fails where something
// else stands in its way.
func nest(m map[string]any, path string, v any) bool {
	for rest := path; ; {
		key, after, more := strings.Cut(rest, ".")
		if !more {
			if _, taken := m[key]; taken {
				return false
			}
			m[key] = v
			return true
		}
		inner, isObject := m[key].(map[string]any)
		if _, taken := m[key]; taken && !isObject {
			return false
		}
		if !isObject {
			inner = map[string]any{}
			m[key] = inner
		}
		m, rest = inner, after
	}
}
