package policy

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy/value"
)

// fieldTable holds the fields of the whole set. All declarations of a field must agree, so it has
// one slot, however many documents declare it.
type fieldTable struct {
	standard map[string]*Field
	slots    map[string]int
	first    map[string]*Field // first declaration of each name
	names    []string          // every name of the set, in the order of declaration
	broken   map[string]bool   // names whose declaration is wrong
	noItems  bool              // one of them is a list of items
	items    bool              // there is a list of items
}

func newFieldTable(standard []*Field) *fieldTable {
	t := &fieldTable{standard: map[string]*Field{}, slots: map[string]int{}, first: map[string]*Field{}, broken: map[string]bool{}}
	for _, f := range standard {
		t.standard[f.Name] = f
		t.slots[f.Name] = f.Slot
		t.names = append(t.names, f.Name)
	}
	t.slots[missedSlot] = len(standard)
	return t
}

// declareFields compiles the fields of a document. They are returned by name,
// with the standard ones that it narrows among them.
func (c *compiler) declareFields(doc *playbook.Document, shared map[string]*Field) []*Field {
	var out []*Field
	for _, d := range doc.Fields {
		name := d.Name.Value
		if s, ok := shared[name]; ok && s.declared != nil && s.declared != d {
			c.errorf(d.Name.Range, "name-taken", "", "there is a shared field named `%s` already, at %s", name, placeOf(s.declared.Name.Range))
			continue
		}
		if name == "paused" || strings.HasPrefix(name, "paused.") {
			c.errorf(d.Name.Range, "bad-field", "", "`paused` is a standard field that cannot be narrowed")
			continue
		}
		f, ok := c.field(d, c.table.standard[name])
		if !ok || !c.agree(f) {
			c.table.broken[name] = true
			c.table.noItems = c.table.noItems || d.IsItems
			continue
		}
		slot, ok := c.table.slots[name]
		if !ok {
			slot = len(c.table.slots)
			c.table.slots[name] = slot
		}
		f.Slot = slot
		out = append(out, f)
	}
	return c.checkNesting(out, shared)
}

// field compiles one declaration of a field or a parameter. base is the field that it narrows, or
// nil.
func (c *compiler) field(d *playbook.Field, base *Field) (*Field, bool) {
	f := &Field{Name: d.Name.Value, About: d.About.Value, declared: d}
	if base != nil {
		narrowed := *base
		f = &narrowed
		f.declared = d
		f.About = d.About.Value
	}
	t := f.Type
	if d.IsItems {
		return c.itemsField(d, f, base)
	}
	if d.Type.IsSet() || base == nil {
		var ok bool
		if t, ok = value.ParseType(d.Type.Value); !ok {
			return nil, false // reported when the file was read
		}
	}
	if base != nil && t.Kind != base.Type.Kind {
		c.errorf(d.Type.Range, "wrong-type", "", "`%s` is a standard field of type %s, which a playbook cannot change to %s", f.Name, base.Type, t)
		return nil, false
	}
	t.Currency = c.currency(d, t)
	f.Type = t
	ok := (t.Currency != "" || !d.Currency.IsSet()) && c.fieldRequired(d, f, base) && c.fieldOptional(d, f, base) && c.fieldBounds(d, f, base) && c.fieldItems(d, f)
	ok = c.fieldOneOf(d, f, base) && ok
	ok = c.fieldDefault(d, f) && ok
	ok = c.fieldInvalid(d, f) && ok
	for _, w := range d.Was {
		f.Was = append(f.Was, w.Value)
	}
	return f, ok
}

func (c *compiler) currency(d *playbook.Field, t value.Type) string {
	if !d.Currency.IsSet() {
		return ""
	}
	if t.Kind != value.KindMoney && t.Elem != value.KindMoney {
		c.errorf(d.Currency.Range, "bad-field", "", "only a field of type money has a currency; `%s` is of type %s", d.Name.Value, t)
		return ""
	}
	return c.currencyCode(d.Currency)
}

// fieldRequired makes an optional standard field required. A field that a team declares itself is
// required already.
func (c *compiler) fieldRequired(d *playbook.Field, f, base *Field) bool {
	if !d.Required.IsSet() {
		return true
	}
	bad := func(at playbook.Range, hint, format string, args ...any) bool {
		c.errorf(at, "bad-field", hint, format, args...)
		return false
	}
	required := d.Required.Value == "true"
	switch {
	case base == nil && required:
		return bad(d.Required.Range, "remove it", "`%s` is required already, as is all that a playbook declares without `optional` or `default`", f.Name)
	case base == nil:
		return bad(d.Required.Range, "write `optional: true`, or a `default`", "`required` is for standard fields, and `%s` is none", f.Name)
	case !required && base.Required():
		return bad(d.Required.Range, "", "`%s` is a standard field that every incident has; it is always required", f.Name)
	case !required:
		return true
	case d.Optional.Value == "true":
		return bad(d.Optional.Range, "remove one of them", "`%s` cannot be both required and optional", f.Name)
	case d.Default.IsSet():
		return bad(d.Default.Range, "remove one of them", "`%s` is required, so its default would never be used", f.Name)
	}
	f.Optional, f.Default, f.NonEmpty = false, nil, true
	return true
}

// fieldInvalid lets a value that does not fit count as missing. An amount that is wrong, and what is
// required, stay mistakes of the incident.
func (c *compiler) fieldInvalid(d *playbook.Field, f *Field) bool {
	switch {
	case !d.Invalid.IsSet():
		return true
	case f.Type.Kind == value.KindMoney || f.Type.Elem == value.KindMoney:
		c.errorf(d.Invalid.Range, "bad-field", "remove it", "`%s` is money: an amount that does not fit is never taken as missing", f.Name)
		return false
	case f.Required():
		c.errorf(d.Invalid.Range, "bad-field", "add `optional: true` or a `default`, or remove it", "`%s` is required, so a value that does not fit cannot count as missing", f.Name)
		return false
	}
	f.InvalidAbsent = true
	return true
}

func (c *compiler) fieldOptional(d *playbook.Field, f, base *Field) bool {
	if !d.Optional.IsSet() {
		return true
	}
	optional := d.Optional.Value == "true"
	if base == nil {
		f.Optional = optional
		return true
	}
	if optional && base.Required() {
		c.errorf(d.Optional.Range, "bad-field", "", "`%s` is a standard field that every incident has; it cannot be optional", f.Name)
		return false
	}
	if !optional && !base.Required() {
		// A required field has no default: the incident must give a value.
		f.Optional, f.Default = false, nil
	}
	return true
}

func (c *compiler) fieldBounds(d *playbook.Field, f, base *Field) bool {
	bound := func(t playbook.Text, into *any) bool {
		if !t.IsSet() {
			return true
		}
		switch f.Type.Kind {
		case value.KindString, value.KindBool, value.KindList:
			c.errorf(t.Range, "bad-field", "", "a field of type %s has no min and max", f.Type)
			return false
		case value.KindMoney:
			if f.Type.Currency == "" {
				c.errorf(t.Range, "bad-field", "add `currency:` to the field", "`min` and `max` of a money field need its currency")
				return false
			}
		}
		v, err := parseLiteral(f.Type, t)
		if err != nil {
			c.mendf(t.Range, "bad-literal", meant(f.Type, t), "%s", err)
			return false
		}
		*into = v
		return true
	}
	if !bound(d.Min, &f.Min) || !bound(d.Max, &f.Max) {
		return false
	}
	if f.Min != nil && f.Max != nil {
		if n, ok := value.Compare(f.Min, f.Max); ok && n > 0 {
			c.errorf(d.Max.Range, "bad-field", "", "`max` %s is below `min` %s", value.Show(f.Max), value.Show(f.Min))
			return false
		}
	}
	if base != nil {
		return c.narrowerBounds(d, f, base)
	}
	return true
}

// fieldItems bounds a list. A playbook may also raise the bound of a standard or shared list: the
// bound protects from excess, and the meaning of the field does not depend on it.
func (c *compiler) fieldItems(d *playbook.Field, f *Field) bool {
	if f.Type.Kind == value.KindList && f.MaxItems == 0 {
		f.MaxItems = MaxItems
	}
	if !d.MaxItems.IsSet() {
		return true
	}
	if f.Type.Kind != value.KindList {
		c.errorf(d.MaxItems.Range, "bad-field", "", "only a list has `max_items`; `%s` is of type %s", f.Name, f.Type)
		return false
	}
	n, err := strconv.Atoi(d.MaxItems.Value)
	if err != nil {
		c.errorf(d.MaxItems.Range, "bad-literal", "", "`max_items` %s is too large", d.MaxItems.Value)
		return false
	}
	f.MaxItems = n
	return true
}

func (c *compiler) narrowerBounds(d *playbook.Field, f, base *Field) bool {
	if n, ok := value.Compare(f.Min, base.Min); ok && n < 0 {
		c.errorf(d.Min.Range, "bad-field", "", "`%s` is at least %s everywhere; a playbook can only narrow it", f.Name, value.Show(base.Min))
		return false
	}
	if n, ok := value.Compare(f.Max, base.Max); ok && n > 0 {
		c.errorf(d.Max.Range, "bad-field", "", "`%s` is at most %s everywhere; a playbook can only narrow it", f.Name, value.Show(base.Max))
		return false
	}
	return true
}

func (c *compiler) fieldOneOf(d *playbook.Field, f, base *Field) bool {
	if d.OneOf == nil {
		return true
	}
	if f.Type.Kind != value.KindString {
		c.errorf(d.OneOf[0].Range, "bad-field", "", "`one_of` closes a string; `%s` is of type %s", f.Name, f.Type)
		return false
	}
	f.OneOf = nil
	for i, t := range d.OneOf {
		if _, err := parseLiteral(value.Type{Kind: value.KindString}, t); err != nil {
			c.mendf(t.Range, "bad-literal", meant(f.Type, t), "one_of of `%s`: %s", f.Name, err)
			continue
		}
		if base != nil && base.OneOf != nil && !slices.Contains(base.OneOf, t.Value) {
			c.mendf(t.Range, "not-in-one-of", near(t, base.OneOf), "`%s` is one of %s everywhere; a playbook can only narrow it", f.Name, listOf(base.OneOf))
			return false
		}
		if slices.ContainsFunc(d.OneOf[:i], func(o playbook.Text) bool { return o.Value == t.Value }) {
			c.errorf(t.Range, "duplicate-value", "", "%q is listed twice", t.Value)
			continue
		}
		f.OneOf = append(f.OneOf, t.Value)
	}
	return true
}

func (c *compiler) fieldDefault(d *playbook.Field, f *Field) bool {
	if !d.Default.IsSet() {
		if f.Default == "" && f.OneOf != nil && !slices.Contains(f.OneOf, "") {
			f.OneOf = append(f.OneOf, "")
		}
		return c.defaultFits(d.Name.Range, f)
	}
	v, err := parseLiteralValue(f.Type, d.Default)
	if err != nil {
		c.mendf(d.Default.Range, "bad-default", meantValue(f.Type, d.Default), "the default of `%s`: %s", f.Name, err)
		return false
	}
	f.Default, f.Optional = v, false
	if v == "" && f.OneOf != nil && !slices.Contains(f.OneOf, "") {
		f.OneOf = append(f.OneOf, "")
	}
	return c.defaultFits(d.Default.Range, f)
}

func (c *compiler) defaultFits(at playbook.Range, f *Field) bool {
	if f.Default == nil {
		return true
	}
	if wanted := f.Misfit(f.Default); wanted != "" {
		c.errorf(at, "bad-default", "", "the default of `%s` is %s, which is not %s", f.Name, value.Show(f.Default), wanted)
		return false
	}
	return true
}

// Misfit says which values the field's one_of, min and max allow, if v is not one of them. It is
// empty for a value that fits. v must be of the field's type.
func (f *Field) Misfit(v any) string {
	if s, ok := v.(string); ok && f.OneOf != nil && !slices.Contains(f.OneOf, s) {
		return "one of " + listOf(f.OneOf)
	}
	low, okLow := value.Compare(v, f.Min)
	high, okHigh := value.Compare(v, f.Max)
	if okLow && low < 0 || okHigh && high > 0 {
		switch {
		case f.Min != nil && f.Max != nil:
			return value.Show(f.Min) + " to " + value.Show(f.Max)
		case f.Min != nil:
			return "at least " + value.Show(f.Min)
		default:
			return "at most " + value.Show(f.Max)
		}
	}
	return ""
}

// listOf writes a closed set for people.
func listOf(values []string) string {
	quoted := make([]string, 0, len(values))
	for _, v := range values {
		if v == "" {
			v = `""`
		}
		quoted = append(quoted, v)
	}
	return strings.Join(quoted, ", ")
}

// agree compares a declaration with the first one of the same name in the set. A field has one type and
// one place in incidents in all playbooks.
func (c *compiler) agree(f *Field) bool {
	first, ok := c.table.first[f.Name]
	if !ok {
		c.table.first[f.Name] = f
		return true
	}
	a, b := describeField(first), describeField(f)
	for i := range a {
		if a[i] != b[i] {
			key := fieldKeys[i]
			c.errorf(f.declared.Name.Range, "field-disagrees", fmt.Sprintf("declare `%s` once in a shared document, or make both the same", f.Name),
				"`%s` is declared with another `%s` at %s:%d", f.Name, key, first.declared.Name.Range.File, first.declared.Name.Range.Start.Line)
			return false
		}
	}
	return true
}

// fieldKeys are the keys in which all playbooks that declare a field agree. What they narrow holds where
// the playbook applies.
var fieldKeys = [...]string{"type", "max_items", "was", "invalid", "items"}

func describeField(f *Field) [len(fieldKeys)]string {
	was := slices.Clone(f.Was)
	slices.Sort(was)
	return [...]string{f.Type.String(), strconv.Itoa(f.MaxItems), strings.Join(was, "\x00"), fmt.Sprint(f.InvalidAbsent), describeItems(f.Items)}
}

// checkNesting refuses a name that is a value in one place of the set and an object in another: no
// incident could have both. It returns the other fields.
func (c *compiler) checkNesting(own []*Field, shared map[string]*Field) []*Field {
	kept := slices.DeleteFunc(own, func(f *Field) bool {
		at := f.declared.Name.Range
		if f.Name == "customer" {
			c.errorf(at, "bad-field", "", "`customer` is an object with fields of its own, such as `customer.tier`; it cannot be a value")
			return true
		}
		for _, other := range c.table.names {
			outer, inner := other, f.Name
			if len(outer) > len(inner) {
				outer, inner = inner, outer
			}
			if strings.HasPrefix(inner, outer+".") {
				c.errorf(at, "bad-field", "give one of them another name", "`%s` is a value, so it cannot hold `%s`", outer, inner)
				return true
			}
		}
		if !slices.Contains(c.table.names, f.Name) {
			c.table.names = append(c.table.names, f.Name)
		}
		return false
	})
	names := map[string]bool{}
	for n := range shared {
		names[n] = true
	}
	for _, f := range kept {
		names[f.Name] = true
	}
	c.checkWas(kept, names)
	return kept
}

func (c *compiler) checkWas(own []*Field, names map[string]bool) {
	taken := map[string]string{}
	for _, f := range own {
		for i, w := range f.Was {
			at := f.declared.Was[i].Range
			if names[w] {
				c.errorf(at, "bad-field", "", "`%s` is a field of its own, so it cannot be an earlier name of `%s`", w, f.Name)
			} else if other, ok := taken[w]; ok {
				c.errorf(at, "bad-field", "", "`%s` is listed as an earlier name of `%s` too", w, other)
			}
			taken[w] = f.Name
		}
	}
}
