package policy

import (
	"cmp"
	"slices"
	"strings"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy/internal/celenv"
	"github.com/servicerecovery/amends/policy/internal/celtext"
	"github.com/servicerecovery/amends/policy/value"
)

// itemsField compiles the declaration of a list of objects.
func (c *compiler) itemsField(d *playbook.Field, f, base *Field) (*Field, bool) {
	if base != nil {
		c.errorf(d.Name.Range, "bad-field", "choose another name", "`%s` is a standard field of type %s, which cannot be a list of items", f.Name, base.Type)
		return nil, false
	}
	c.table.items = true
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

// eachItem compiles the list that a play goes through, and which of its items it is for. It returns
// what is known where such an item is at hand. The expressions that are compiled next see the item,
// until [scope.withoutItem].
func (s *scope) eachItem(p *Play, d *playbook.Play, known celenv.Known) celenv.Known {
	if !d.Each.IsSet() {
		if d.Each.Misread() {
			return celenv.Unreachable()
		}
		return known
	}
	list := s.listNamed(d.Each)
	if list == nil || s.env == nil {
		return celenv.Unreachable() // that is reported, and what follows from it is not
	}
	p.Each = list
	s.each = s.env.Each(list.Name)
	known = s.env.KnownItem(known, list.Name)
	if d.Where.Misread() {
		return celenv.Unreachable()
	}
	p.where, known = s.condition(d.Where, known)
	s.readsNow(p.where, d.Where)
	return known
}

// listNamed finds the list of items that a play names.
func (s *scope) listNamed(t playbook.Text) *Field {
	f := s.fields[t.Value]
	if f != nil && f.Items != nil {
		s.used[fieldUse(f.Name)] = true
		return f
	}
	var lists []string
	for name, f := range s.fields {
		if f.Items != nil {
			lists = append(lists, name)
		}
	}
	slices.Sort(lists)
	path, isPath := strings.CutPrefix(t.Value, "incident.")
	switch {
	case s.table.broken[t.Value] || s.table.broken[path]:
		s.incomplete = true // the mistake in the declaration is reported already
	case f != nil:
		s.errorf(t.Range, "wrong-type", "declare the field with `items:`, or name one of "+quotedOr(lists), "`each` names a list of items, and `%s` is of type %s", f.Name, f.Type)
	case isPath && slices.Contains(lists, path):
		s.mendf(t.Range, "unknown-field", instead(t, path), "`each` names the list itself, without `incident.`")
	case len(lists) == 0:
		s.errorf(t.Range, "unknown-field", "declare one in `incident:`, such as `"+t.Value+": {items: {price: money}}`", "there is no list of items `%s`", t.Value)
	default:
		r := near(t, lists)
		if r.hint == "" {
			r = say("name " + quotedOr(lists))
		}
		s.mendf(t.Range, "unknown-field", r, "there is no list of items `%s`", t.Value)
	}
	return nil
}

func quotedOr(names []string) string {
	if len(names) == 0 {
		return "the lists that incidents have"
	}
	return "`" + strings.Join(names, "`, `") + "`"
}

// here is where the expression at hand is compiled: where an item is, if the play goes through a list.
func (s *scope) here() *celenv.Scope {
	if s.each != nil {
		return s.each
	}
	return s.env
}

// withoutItem compiles what follows where no item is at hand, until the function that it returns is called:
// definitions do not know from which play they are read.
func (s *scope) withoutItem() func() {
	each, one := s.each, s.oneForAll
	s.each, s.oneForAll = nil, ""
	return func() { s.each, s.oneForAll = each, one }
}

// forAllItems compiles an action that is one for all items, until the function that it returns is
// called.
func (s *scope) forAllItems(kind string) func() {
	outer := s.oneForAll
	s.oneForAll = kind
	return func() { s.oneForAll = outer }
}

// sayOneForAll says of a read of item in an action that is one for all items why it cannot be.
func (s *scope) sayOneForAll(i *celtext.Issue) {
	if i.Code != celtext.CodeNoItem || s.oneForAll == "" {
		return
	}
	i.Message = "`" + s.oneForAll + "` is one action for all items, and this reads `item`"
	i.Hint = "read it in an action that each item has for itself, such as `compensate` or `replace`"
}

// ofItems are the conditions of a play with Each, in the order in which they are asked.
func (p *Play) ofItems() []*expression {
	out := []*expression{p.when, p.where}
	for _, c := range p.Cases {
		out = append(out, c.when)
	}
	return out
}

// listsGoneThrough are the lists whose items the plays of the scope go through, by name; of the shared
// scope, all lists.
func (s *scope) listsGoneThrough() []string {
	lists := map[string]bool{}
	if s.doc == nil {
		for name, f := range s.fields {
			lists[name] = f.Items != nil
		}
	} else {
		for _, p := range s.doc.Plays {
			if f := s.fields[p.Each.Value]; f != nil && f.Items != nil {
				lists[f.Name] = true
			}
		}
	}
	var out []string
	for name, is := range lists {
		if is {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

// knownOfLimit is what is known where a limit is evaluated. Per item, that is what the items of all
// lists have whose actions it can look at.
func (s *scope) knownOfLimit(l *Limit) celenv.Known {
	lists := s.listsGoneThrough()
	if !l.PerItem || len(lists) == 0 || s.env == nil {
		return s.assumed
	}
	known := celenv.Unreachable()
	for _, list := range lists {
		known = known.Meet(s.env.KnownItem(s.assumed, list))
	}
	return known
}
