package intake

import (
	"iter"
	"math/bits"
	"slices"
	"strings"

	"github.com/servicerecovery/amends/recovery/internal/jsontext"
)

// AppendRecord appends the record of an incident that fits: the canonical JSON of
// all its fields, defaults included.
func (t *Intake) AppendRecord(dst []byte) []byte {
	if t.rest != nil {
		return appendRecord(dst, t.list(), t.rest)
	}
	if !slices.Equal(t.like.present, t.present) || !slices.Equal(t.like.given, t.given) {
		t.like.be(t)
	}
	from := 0
	for _, p := range t.like.parts {
		dst = append(dst, t.like.text[from:p.until]...)
		dst = AppendCanonical(dst, t.recorded(p.value))
		from = p.until
	}
	return append(dst, t.like.text[from:]...)
}

// likeness is a record without the values that came. Incidents of one source mostly have the same fields,
// so that it serves one after the other.
type likeness struct {
	present, given []uint64 // the fields that it has; see [Intake]
	text           []byte   // with the defaults
	parts          []part
}

// part is where in a likeness the value of a field belongs.
type part struct {
	until int
	value *recordField
}

// be makes the likeness that of the incident at hand.
func (l *likeness) be(t *Intake) {
	l.present, l.given = append(l.present[:0], t.present...), append(l.given[:0], t.given...)
	l.text, l.parts = append(l.text[:0], '{'), l.parts[:0]
	object := ""
	for i, word := range t.present {
		for ; word != 0; word &= word - 1 {
			bit := bits.TrailingZeros64(word)
			f := &t.layout.record[64*i+bit]
			if f.object != object {
				l.text = appendWay(l.text, object, f.object)
				object = f.object
			}
			first := 0 // the comma before a member, but for the first
			if l.text[len(l.text)-1] == '{' {
				first = 1
			}
			if f.preset != nil && t.given[i]>>bit&1 == 0 {
				l.text = append(l.text, f.preset[first:]...)
			} else {
				l.text = append(l.text, f.key[first:]...)
				l.parts = append(l.parts, part{len(l.text), f})
			}
		}
	}
	l.text = append(appendWay(l.text, object, ""), '}')
}

// each visits the fields that have a value, in the order of the record.
func (t *Intake) each() iter.Seq[*recordField] {
	return func(yield func(*recordField) bool) {
		for i, word := range t.present {
			for ; word != 0; word &= word - 1 {
				if !yield(&t.layout.record[64*i+bits.TrailingZeros64(word)]) {
					return
				}
			}
		}
	}
}

func (t *Intake) valueOf(f *recordField) any {
	if f.field == nil {
		return t.pauses
	}
	return t.input.Field(f.field)
}

// recorded is the value that the record has of a field: what came, where that counts as missing.
func (t *Intake) recorded(f *recordField) any {
	if raw, ok := t.aside[f.path]; ok {
		return raw
	}
	return t.valueOf(f)
}

// list returns the fields that have a value for [appendRecord], which writes what
// is not declared besides.
func (t *Intake) list() []fieldValue {
	out := make([]fieldValue, 0, len(t.layout.shared)+len(t.taken)+1)
	for f := range t.each() {
		out = append(out, fieldValue{f.path, t.recorded(f)})
	}
	return out
}

// appendWay closes the objects of one field that are not those of the next, and
// opens the others: from a.b. to a.c. it is } and then "c":{.
func appendWay(dst []byte, from, to string) []byte {
	for from != "" {
		name, rest, _ := strings.Cut(from, ".")
		if next, after, ok := strings.Cut(to, "."); !ok || next != name {
			break
		} else {
			from, to = rest, after
		}
	}
	for range strings.Count(from, ".") {
		dst = append(dst, '}')
	}
	for to != "" {
		var name string
		name, to, _ = strings.Cut(to, ".")
		dst = append(jsontext.AppendQuote(appendComma(dst), name), ':', '{')
	}
	return dst
}

// appendComma parts a member of an object from the one before.
func appendComma(dst []byte) []byte {
	if dst[len(dst)-1] == '{' {
		return dst
	}
	return append(dst, ',')
}

// fieldValue is a declared field with its value as validated.
type fieldValue struct {
	path  string // dotted
	value any
}

// appendRecord appends the canonical JSON of an incident as validated: the
// declared fields that are there, dotted ones nested, and the rest as
// [Intake.undeclared] returned it. The fields must be sorted by path as strings, which is also
// the order of the keys, at every depth: names are of letters, digits and
// underscores, and the dot comes before all of those.
func appendRecord(dst []byte, declared []fieldValue, rest map[string]any) []byte {
	return appendFields(dst, declared, 0, rest)
}

// appendFields writes the object that fields with a common prefix, of the given
// length, make up together with what is not declared.
func appendFields(dst []byte, declared []fieldValue, prefix int, rest map[string]any) []byte {
	if len(rest) > 0 && clash(declared, prefix, rest) {
		return AppendCanonical(dst, merged(declared, prefix, rest))
	}
	keys := SortedKeys(rest)
	dst = append(dst, '{')
	first := true
	key := func(k string) {
		if !first {
			dst = append(dst, ',')
		}
		first = false
		dst = append(jsontext.AppendQuote(dst, k), ':')
	}
	for len(declared) > 0 {
		name, group := nextGroup(declared, prefix)
		for len(keys) > 0 && jsontext.Compare(keys[0], name) < 0 {
			key(keys[0])
			dst = AppendCanonical(dst, rest[keys[0]])
			keys = keys[1:]
		}
		var inner map[string]any
		if len(keys) > 0 && keys[0] == name {
			inner, _ = rest[name].(map[string]any)
			keys = keys[1:]
		}
		key(name)
		if isLeaf(group, prefix, name) {
			dst = AppendCanonical(dst, group[0].value)
		} else {
			dst = appendFields(dst, group, prefix+len(name)+1, inner)
		}
		declared = declared[len(group):]
	}
	for _, k := range keys {
		key(k)
		dst = AppendCanonical(dst, rest[k])
	}
	return append(dst, '}')
}

// nextGroup returns the fields at the front that share their next name.
func nextGroup(declared []fieldValue, prefix int) (name string, group []fieldValue) {
	name, _, _ = strings.Cut(declared[0].path[prefix:], ".")
	n := 1
	for n < len(declared) {
		next, _, _ := strings.Cut(declared[n].path[prefix:], ".")
		if next != name {
			break
		}
		n++
	}
	return name, declared[:n]
}

func isLeaf(group []fieldValue, prefix int, name string) bool {
	return len(group[0].path) == prefix+len(name)
}

// clash reports whether an undeclared value that is no object stands where
// declared fields need one: order is a number, and order.value has a default.
func clash(declared []fieldValue, prefix int, rest map[string]any) bool {
	for len(declared) > 0 {
		name, group := nextGroup(declared, prefix)
		if v, ok := rest[name]; ok && !isLeaf(group, prefix, name) {
			if _, isObject := v.(map[string]any); !isObject {
				return true
			}
		}
		declared = declared[len(group):]
	}
	return false
}

// merged builds the object for the rare case of a clash. The fields that have no
// place then stand under their dotted names, where reading finds them.
func merged(declared []fieldValue, prefix int, rest map[string]any) map[string]any {
	out := make(map[string]any, len(declared)+len(rest))
	for k, v := range rest {
		out[k] = copied(v)
	}
	for _, f := range declared {
		if path := f.path[prefix:]; !nest(out, path, f.value) {
			out[path] = f.value
		}
	}
	return out
}

// copied copies objects, since merging writes into them.
func copied(v any) any {
	m, ok := v.(map[string]any)
	if !ok {
		return v
	}
	out := make(map[string]any, len(m))
	for k, e := range m {
		out[k] = copied(e)
	}
	return out
}
