package intake

import (
	"slices"
	"strings"

	"github.com/servicerecovery/amends/recovery/internal/jsontext"
)

// lookAround looks once at what came beside the standard fields: whether it holds
// one of them as well, and whether all of it is flat.
func (t *Intake) lookAround() {
	t.isFlat = true
	for path, v := range t.came.Fields {
		at, known := t.layout.places[path]
		if at.standard {
			t.shadowed = true
		}
		if _, isObject := v.(map[string]any); isObject || !known || at.slot < 0 {
			t.isFlat = false
		}
		if t.isFlat {
			t.flat = append(t.flat, at.slot)
			t.beside[at.slot] = v
		}
	}
	if !t.isFlat {
		t.forgetFlat()
	}
	v := t.came.Fields["customer"]
	if _, isObject := v.(map[string]any); isObject || IsAbsent(v) {
		v = t.came.Customer
	}
	if v != nil {
		t.shape = append(t.shape, Problem{"customer", "an object", Shown(v)})
	}
}

func (t *Intake) forgetFlat() {
	for _, slot := range t.flat {
		t.beside[slot] = nil
	}
	t.flat = t.flat[:0]
}

// Lookup returns the value of a field as it came; ok is false when it is absent. A
// field that came twice is a problem.
func (t *Intake) Lookup(path string) (raw any, ok bool) {
	if std, isStandard := t.layout.standard[path]; isStandard {
		return t.lookup(path, std)
	}
	return t.lookup(path, -1)
}

// lookup is Lookup where the place of a standard field is known; -1: the field is not standard.
func (t *Intake) lookup(path string, std int) (raw any, ok bool) {
	if std >= 0 {
		if raw = t.came.Standard[std]; !t.shadowed {
			return raw, raw != nil
		}
	}
	found := search{path: path}
	found.see(raw)
	found.in(t.came.Fields, path)
	if found.times > 1 {
		twice := Problem{path, "one value", "two, the field being written in two ways"}
		if !slices.Contains(t.shape, twice) { // a field may be looked up again
			t.shape = append(t.shape, twice)
		}
	}
	return found.first, found.times > 0
}

// search finds the values of a path.
type search struct {
	path  string
	first any
	times int
}

func (s *search) see(v any) {
	if IsAbsent(v) {
		return
	}
	if s.times++; s.times == 1 {
		s.first = v
	}
}

// in looks into an object: under the whole name, and in each object that stands
// under the beginning of it.
func (s *search) in(fields map[string]any, path string) {
	if len(fields) == 0 {
		return
	}
	if v, ok := fields[path]; ok {
		s.see(v)
	}
	for i := range len(path) {
		if path[i] != '.' {
			continue
		}
		if inner, ok := fields[path[:i]].(map[string]any); ok {
			s.in(inner, path[i+1:])
		}
	}
}

// known reports whether a path is that of a field that was taken: a shared one, one
// of a playbook that applies, or an earlier name that was read.
func (t *Intake) known(path string) bool {
	if f, ok := t.layout.named[path]; ok && t.knowsSlot(f.Slot) {
		return true
	}
	return path == "paused" || slices.ContainsFunc(t.readAs, func(r Renamed) bool { return r.Was == path })
}

func (t *Intake) knowsSlot(slot int) bool { return t.layout.isShared[slot] || t.own[slot] != nil }

// undeclared returns what no field was taken for, normalised, for the record: as it
// came, except that a dotted name stands nested where it can, so that one incident
// has one record. It returns nil when there is nothing. Values that no record can
// hold become problems.
func (t *Intake) undeclared() map[string]any {
	if t.allFlat() || t.allKnown(t.came.Fields, "", 0) {
		return nil
	}
	out := map[string]any{}
	var dotted []string
	for _, path := range SortedKeys(t.came.Fields) {
		v := t.left(path, t.came.Fields[path])
		switch {
		case IsAbsent(v):
		case isDotted(path):
			dotted = append(dotted, path)
		default:
			out[path] = v
		}
	}
	for _, path := range dotted {
		v := t.left(path, t.came.Fields[path])
		if !nest(out, path, v) {
			out[path] = v
		}
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

// allFlat reports whether Fields holds nothing but values of known fields, as it
// mostly does.
func (t *Intake) allFlat() bool {
	for _, slot := range t.flat {
		if !t.knowsSlot(slot) {
			return false
		}
	}
	return t.isFlat
}

// left returns what is left of a value without the fields that are known.
func (t *Intake) left(path string, v any) any {
	if IsAbsent(v) || t.known(path) {
		return nil
	}
	if m, ok := v.(map[string]any); ok {
		if v = t.strip(m, path, 0); v == nil {
			return nil
		}
	}
	normal, ok := Normal(v)
	if !ok || !IsWritable(normal) || toValid(path) != path {
		t.shape = append(t.shape, Problem{toValid(path), "text, a number, a bool, a time or another value that an incident can hold", Shown(v)})
		return nil
	}
	return normal
}

// strip returns a copy of an object without its known fields, nil when nothing
// else was in it.
func (t *Intake) strip(m map[string]any, path string, depth int) any {
	if len(m) == 0 || depth >= jsontext.MaxDepth {
		return m
	}
	out := make(map[string]any, len(m))
	stripped := false
	for k, v := range m {
		inner, isObject := v.(map[string]any)
		switch at := path + "." + k; {
		case t.known(at):
			stripped = true
			continue
		case isObject:
			if v = t.strip(inner, at, depth+1); v == nil {
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
func (t *Intake) allKnown(m map[string]any, prefix string, depth int) bool {
	for k, v := range m {
		if depth == 0 && IsAbsent(v) || t.known(prefix+k) {
			continue
		}
		inner, isObject := v.(map[string]any)
		if !isObject || len(inner) == 0 || depth >= jsontext.MaxDepth || !t.allKnown(inner, prefix+k+".", depth+1) {
			return false
		}
	}
	return true
}

// leaves visits the values of a tree, sorted by path.
func leaves(tree map[string]any, prefix string, visit func(path string, value any)) {
	for _, k := range SortedKeys(tree) {
		if inner, ok := tree[k].(map[string]any); ok && len(inner) > 0 {
			leaves(inner, prefix+k+".", visit)
			continue
		}
		visit(prefix+k, tree[k])
	}
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
