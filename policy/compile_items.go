package policy

import (
	"cmp"
	"slices"
	"strings"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy/value"
)

// itemsField compiles the declaration of a list of objects.
func (c *compiler) itemsField(d *playbook.Field, f, base *Field) (*Field, bool) {
	if base != nil {
		c.errorf(d.Name.Range, "bad-field", "choose another name", "`%s` is a standard field of type %s, which cannot be a list of items", f.Name, base.Type)
		return nil, false
	}
	f.Type = value.Type{Kind: value.KindList, Elem: value.KindItem}
	ok := c.itemsKeys(d) && c.fieldRequired(d, f, nil) && c.fieldOptional(d, f, nil) && c.fieldItems(d, f)
	if d.Default.IsSet() {
		if d.Default.Kind != playbook.List || len(d.Default.Items) > 0 {
			c.errorf(d.Default.Range, "bad-default", "write `default: []`, or leave it out", "the default of `%s`: a list of items can only be empty by default", f.Name)
			return nil, false
		}
		f.Default, f.Optional = []any{}, false
	}
	for _, w := range d.Was {
		f.Was = append(f.Was, w.Value)
	}
	for _, item := range d.Items {
		one, fine := c.itemField(d, item)
		ok = ok && fine
		if fine && one != nil {
			f.Items = append(f.Items, one)
		}
	}
	f.Items = append(f.Items, &Field{Name: value.ItemID, Type: value.Type{Kind: value.KindString}, NonEmpty: true})
	slices.SortFunc(f.Items, func(a, b *Field) int { return cmp.Compare(a.Name, b.Name) })
	for i, one := range f.Items {
		one.Slot = i
	}
	c.checkItemWas(f.Items)
	return f, ok
}

// itemsKeys refuses the keys that mean nothing for a list of objects.
func (c *compiler) itemsKeys(d *playbook.Field) bool {
	for _, k := range []struct {
		name string
		text playbook.Text
	}{{"min", d.Min}, {"max", d.Max}, {"currency", d.Currency}, {"invalid", d.Invalid}} {
		if k.text.IsSet() {
			c.errorf(k.text.Range, "bad-field", "write it at a field of the items, or remove it", "`%s` is a list of items, and has no `%s`", d.Name.Value, k.name)
			return false
		}
	}
	if len(d.OneOf) > 0 {
		c.errorf(d.OneOf[0].Range, "bad-field", "write it at a field of the items, or remove it", "`%s` is a list of items, and has no `one_of`", d.Name.Value)
		return false
	}
	return true
}

// itemField compiles a field of items. It returns nil and true for id, which every item has.
func (c *compiler) itemField(list, d *playbook.Field) (*Field, bool) {
	if d.Name.Value == value.ItemID {
		if d.Type.Value != "string" || d.Optional.IsSet() || d.Default.IsSet() || d.OneOf != nil {
			c.errorf(d.Name.Range, "bad-field", "remove it, or write `id: string`", "every item of `%s` has an `id`, a text that is unique in the list", list.Name.Value)
			return nil, false
		}
		return nil, true
	}
	f, ok := c.field(d, nil)
	if !ok {
		return nil, false
	}
	return f, true
}

// checkItemWas refuses earlier names of item fields that mean two things.
func (c *compiler) checkItemWas(fields []*Field) {
	names := map[string]bool{}
	for _, f := range fields {
		names[f.Name] = true
	}
	var declared []*Field
	for _, f := range fields {
		if f.declared != nil {
			declared = append(declared, f)
		}
	}
	c.checkWas(declared, names)
}

// item returns the field of items with a name, nil if there is none.
func (f *Field) item(name string) *Field {
	i, ok := slices.BinarySearchFunc(f.Items, name, func(x *Field, name string) int { return cmp.Compare(x.Name, name) })
	if !ok {
		return nil
	}
	return f.Items[i]
}

// describeItems writes the fields of items so that two lists have one text only if they agree.
func describeItems(items []*Field) string {
	var b strings.Builder
	for _, f := range items {
		b.WriteString(f.Name)
		for _, part := range describeField(f) {
			b.WriteString("\x01" + part)
		}
		b.WriteString("\x02")
	}
	return b.String()
}
