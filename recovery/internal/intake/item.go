package intake

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/recovery/internal/jsontext"
)

// itemFields are the fields of the items of one list.
type itemFields struct {
	names  []string // sorted; all items of the list share it
	fields []*field // beside names
	known  map[string]bool
	id     int // the place of the id
}

func newItemFields(list *policy.Field) *itemFields {
	x := &itemFields{known: map[string]bool{}}
	for i, f := range list.Items {
		x.names = append(x.names, f.Name)
		x.fields = append(x.fields, &field{Field: f, std: -1, isID: isID(f), fits: f.Min == nil && f.Max == nil && f.OneOf == nil})
		x.known[f.Name] = true
		for _, was := range f.Was {
			x.known[was] = true
		}
		if f.Name == value.ItemID {
			x.id = i
		}
	}
	return x
}

// takeItems takes a list of objects. Its items stand in the order of their ids from here on, so the
// order in which they came changes nothing.
func (t *Intake) takeItems(f *field, raw any, path string) {
	r := itemReader{of: f.items, path: path, whole: true}
	list := r.list(raw)
	if len(r.problems) == 0 && f.NonEmpty && len(list) == 0 {
		r.problem("", "a list that is not empty", "[]")
	}
	if len(r.problems) > 0 {
		for _, p := range r.problems {
			t.refuse(f, p)
		}
		return
	}
	t.invalid = append(t.invalid, r.invalid...)
	t.set(f, list)
}

// itemReader reads the items of one list.
type itemReader struct {
	of    *itemFields
	path  string // of the list
	whole bool   // with what no field takes

	problems, invalid []Problem
}

// list reads a list of objects, and sorts it by their ids.
func (r *itemReader) list(raw any) []any {
	given, ok := raw.([]any)
	if !ok {
		normal, _ := Normal(raw)
		if given, ok = normal.([]any); !ok {
			r.problem("", "a list of objects, each with an `id`", Shown(raw))
			return nil
		}
	}
	out := make([]any, 0, len(given))
	room := make([]value.Item, len(given))
	n := len(r.of.names)
	values := make([]any, n*len(given))
	for i, one := range given {
		item := &room[i]
		item.Names, item.Values = r.of.names, values[i*n:(i+1)*n:(i+1)*n]
		if r.item(item, one, i) {
			out = append(out, item)
		}
	}
	id := func(item any) string { return item.(*value.Item).Values[r.of.id].(string) }
	byID := func(a, b any) int { return cmp.Compare(id(a), id(b)) }
	if !slices.IsSortedFunc(out, byID) {
		slices.SortStableFunc(out, byID)
	}
	for i := 1; i < len(out); i++ {
		id, before := id(out[i]), id(out[i-1])
		if id == before && (i == 1 || id != out[i-2].(*value.Item).ID()) {
			r.problem(itemAt(id, i)+"."+value.ItemID, "an id that no other item of the list has", Shown(id)+" more than once")
		}
	}
	r.padded(out)
	return out
}

// padded refuses ids that differ by blanks at their ends alone: people take them for one.
func (r *itemReader) padded(items []any) {
	id := func(item any) string { return item.(*value.Item).ID() }
	if !slices.ContainsFunc(items, func(item any) bool { return strings.TrimSpace(id(item)) != id(item) }) {
		return
	}
	seen := make(map[string]string, len(items))
	for i, item := range items {
		plain := strings.TrimSpace(id(item))
		if other, ok := seen[plain]; ok && other != id(item) {
			r.problem(itemAt(id(item), i)+"."+value.ItemID, "an id that no other item of the list has", Shown(id(item))+" beside "+Shown(other)+", which differs by blanks alone")
			continue
		}
		seen[plain] = id(item)
	}
}

// AssumedOfItems names the fields of items that have their default, as in `lines["L-1"].late`.
func (t *Intake) AssumedOfItems() (out []string) {
	add := func(f *field) {
		if f.items == nil {
			return
		}
		raw, given := t.lookup(f.Name, f.std)
		for _, was := range f.Was {
			if !given {
				raw, given = t.Lookup(was)
			}
		}
		normal, _ := Normal(raw)
		list, _ := normal.([]any)
		for _, one := range list {
			object, _ := one.(map[string]any)
			if id, ok := object[value.ItemID].(string); ok {
				out = append(out, f.items.assumed(f.Name+itemAt(id, 0)+".", object)...)
			}
		}
	}
	for _, f := range t.layout.shared {
		add(f)
	}
	for _, slot := range t.taken {
		add(t.own[slot])
	}
	return out
}

// assumed names the fields of one item that have their default: nobody gave a value, or one that fits.
func (x *itemFields) assumed(path string, object map[string]any) (out []string) {
	for _, f := range x.fields {
		if f.Default == nil {
			continue
		}
		raw := object[f.Name]
		for _, was := range f.Was {
			if IsAbsent(raw) {
				raw = object[was]
			}
		}
		if IsAbsent(raw) || f.InvalidAbsent && !f.takes(raw) {
			out = append(out, path+f.Name)
		}
	}
	return out
}

// takes reports whether a value fits the field.
func (f *field) takes(raw any) bool {
	native, bad := Coerce(raw, f.Type)
	return bad == nil && f.refuses(native, raw) == nil
}

// itemAt is how the path of an item goes on behind its list: by its id, so that the order of the list
// does not matter, or by its place where it has none.
func itemAt(id string, i int) string {
	if id == "" {
		return "[" + strconv.Itoa(i) + "]"
	}
	return "[" + strconv.Quote(id) + "]"
}

// placeOf is itemAt for an item whose id may have been read.
func (r *itemReader) placeOf(item *value.Item, i int) string {
	id, _ := item.Values[r.of.id].(string)
	return itemAt(id, i)
}

// item reads one object. It reports false for one without an id.
func (r *itemReader) item(item *value.Item, raw any, i int) bool {
	object, ok := raw.(map[string]any)
	if !ok {
		normal, _ := Normal(raw)
		if object, ok = normal.(map[string]any); !ok {
			r.problem(itemAt("", i), "an object with an `id`", Shown(raw))
			return false
		}
	}
	if !r.take(item, object, r.of.id, i) {
		return false
	}
	taken := 1
	for k := range r.of.fields {
		if k != r.of.id && r.take(item, object, k, i) {
			taken++
		}
	}
	if r.whole && taken < len(object) {
		r.rest(item, object, r.placeOf(item, i))
	}
	return true
}

// take reads one field of an item. It reports whether a value came.
func (r *itemReader) take(item *value.Item, object map[string]any, k, i int) bool {
	f := r.of.fields[k]
	name, raw := f.Name, object[f.Name]
	for _, was := range f.Was {
		if !IsAbsent(raw) {
			break
		}
		if raw = object[was]; !IsAbsent(raw) {
			name = was
		}
	}
	if IsAbsent(raw) {
		switch {
		case f.Default != nil:
			item.Values[k] = f.Default
		case f.Required():
			r.problem(r.placeOf(item, i)+"."+f.Name, wantedOf(f.Type.Kind), "")
		}
		return false
	}
	bad := f.tooLong(raw)
	var native any
	if bad == nil {
		native, bad = Coerce(raw, f.Type)
	}
	if bad == nil {
		bad = f.refuses(native, raw)
	}
	switch {
	case bad == nil:
		item.Values[k] = native
	case f.InvalidAbsent && r.aside(item, f, raw):
		r.invalid = append(r.invalid, bad.At(r.path+r.placeOf(item, i)+"."+name))
	default:
		r.problems = append(r.problems, bad.At(r.path+r.placeOf(item, i)+"."+name))
		return k != r.of.id
	}
	return true
}

// tooLong refuses a list with more members than its field may have.
func (f *field) tooLong(raw any) *Mismatch {
	if n := itemsOf(raw); f.MaxItems > 0 && n > f.MaxItems {
		return &Mismatch{wanted: wantedItems(f.MaxItems), found: foundItems(n)}
	}
	return nil
}

// aside takes a value that does not fit as missing, and keeps it for the record. It reports false
// for one that the record cannot keep.
func (r *itemReader) aside(item *value.Item, f *field, raw any) bool {
	kept, ok := Normal(raw)
	if !ok || !IsWritable(kept) {
		return false
	}
	item.Values[f.Slot] = f.Default
	if item.Rest == nil {
		item.Rest = map[string]any{}
	}
	item.Rest[f.Name] = kept
	return true
}

// rest keeps what no field takes.
func (r *itemReader) rest(item *value.Item, object map[string]any, place string) {
	for _, name := range SortedKeys(object) {
		if r.of.known[name] || IsAbsent(object[name]) {
			continue
		}
		normal, ok := Normal(object[name])
		if !ok || !IsWritable(normal) || toValid(name) != name {
			r.problem(place+"."+toValid(name), "text, a number, a bool, a time or another value that an incident can hold", Shown(object[name]))
			continue
		}
		if item.Rest == nil {
			item.Rest = map[string]any{}
		}
		item.Rest[name] = normal
	}
}

func (r *itemReader) problem(within, wanted, found string) {
	r.problems = append(r.problems, Problem{r.path + within, wanted, found})
}

// refuseUndeclaredOfItems refuses what no field of a list's items takes.
func (t *Intake) refuseUndeclaredOfItems() {
	for f := range t.each() {
		if f.field == nil || f.field.Items == nil {
			continue
		}
		list, _ := t.input.Field(f.field).([]any)
		for i, one := range list {
			item := one.(*value.Item)
			for _, name := range SortedKeys(item.Rest) {
				if _, declared := slices.BinarySearch(item.Names, name); !declared {
					t.problem(f.path+itemAt(item.ID(), i)+"."+name, "a field that the playbooks declare", Shown(item.Rest[name]))
				}
			}
		}
	}
}

// appendItem writes an item as an object, its fields sorted. What was set aside stands in the place of
// its field.
func appendItem(dst []byte, item *value.Item, canonical bool) []byte {
	if item.Rest != nil {
		all := make(map[string]any, len(item.Names)+len(item.Rest))
		for i, name := range item.Names {
			if item.Values[i] != nil {
				all[name] = item.Values[i]
			}
		}
		for name, v := range item.Rest {
			all[name] = v
		}
		return appendObject(dst, all, canonical)
	}
	dst = append(dst, '{')
	for i, name := range item.Names {
		if item.Values[i] == nil {
			continue
		}
		dst = append(jsontext.AppendQuote(appendComma(dst), name), ':')
		dst = appendValue(dst, item.Values[i], canonical)
	}
	return append(dst, '}')
}
