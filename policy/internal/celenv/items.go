package celenv

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/common/types"

	"github.com/servicerecovery/amends/policy/internal/cellib"
	"github.com/servicerecovery/amends/policy/internal/celtext"
)

// This file has what expressions see of lists of objects: the types of items, and the variable item,
// which is the item at hand.
//
// A play names the list whose items it goes through, and [Scope.Each] reads item as one of them. A
// term, a table or a message does not know from which play it is read. There, item.x may be what the
// items of any list have under that name, if it is of one type everywhere. Whether there is an item at
// hand, and whether it has an x, is checked at each use, together with the guards.

var errNoItem = errors.New("there is no item at hand")

// celType returns the type of the field's values.
func (f *Field) celType() *types.Type {
	if f.itemType != "" {
		return types.NewListType(cellib.ItemType(f.itemType))
	}
	return cellib.TypeFor(f.Type)
}

// declareItems makes the type of a list's items known. Lists that are declared alike share it.
func (b *Base) declareItems(f *Field) {
	var name strings.Builder
	fmt.Fprintf(&name, "%s %d", f.Name, f.Slot)
	for _, m := range f.Items {
		fmt.Fprintf(&name, " %s:%s:%t:%s", m.Name, m.Type, m.Optional, closedText(m.Closed))
	}
	f.itemType = name.String()
	b.provider.addItems(f)
}

// addItems tells the checker and the planner what the items of a list have.
func (p *provider) addItems(f *Field) {
	p.mu.Lock()
	defer p.mu.Unlock()
	t := cellib.ItemType(f.itemType).TypeName()
	if p.lists == nil {
		p.lists = map[string]*Field{}
	}
	if p.lists[t] != nil {
		return
	}
	p.lists[t] = f
	fields := make(map[string]*types.FieldType, len(f.Items))
	for i := range f.Items {
		m := &f.Items[i]
		at := m.Slot
		fields[m.Name] = &types.FieldType{
			Type:  cellib.TypeFor(m.Type),
			IsSet: func(target any) bool { item, ok := target.(*cellib.Item); return ok && item.Field(at) != nil },
			GetFrom: func(target any) (any, error) {
				item, ok := target.(*cellib.Item)
				if !ok {
					return nil, errNoItem
				}
				if v := item.Field(at); v != nil {
					return v, nil
				}
				return nil, errNoValue
			},
		}
	}
	p.items[t] = fields
}

// list returns the list whose items have a type, nil if none has.
func (p *provider) list(typeName string) *Field {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return p.lists[typeName]
}

// listOf returns the list whose items have a type, nil for any other type.
func (b *Base) listOf(t *types.Type) *Field {
	if !cellib.IsItem(t) {
		return nil
	}
	return b.provider.list(t.TypeName())
}

// kind is what a message calls the field's values.
func (f *Field) kind() string {
	if f.itemType != "" {
		return "a list of items"
	}
	return celtext.Article(cellib.NameOf(f.Type))
}

// pathOfFirst joins the first members of a path.
func pathOfFirst(p chain, n int) string {
	names := make([]string, 0, n)
	for _, m := range p.members[:n] {
		names = append(names, m.name)
	}
	return strings.Join(names, ".")
}

// Each returns a scope in which item is an item of a list, given by the name of its field. It returns
// the scope itself where there is no such list.
func (s *Scope) Each(list string) *Scope {
	f := s.field(list)
	if f == nil || f.Items == nil {
		return s
	}
	if s.eachs == nil {
		s.eachs = map[string]*Scope{}
	}
	if s.eachs[list] == nil {
		s.eachs[list] = &Scope{base: s.base, options: s.options, incident: s.incident, facts: s.facts, zone: s.zone, cost: s.cost, each: f}
	}
	return s.eachs[list]
}

func (s *Scope) eachName() string {
	if s.each == nil {
		return ""
	}
	return s.each.Name
}

// KnownItem returns k where an item of a list is at hand.
func (s *Scope) KnownItem(k Known, list string) Known {
	f := s.field(list)
	if f == nil {
		return k
	}
	k = k.With(varItem)
	for i := range f.Items {
		m := &f.Items[i]
		k = k.With(declaredItem(m.Name))
		if !m.Optional {
			k = k.With(varItem + "." + m.Name)
		}
	}
	return k
}

// NoItem returns k where no item is at hand.
func (k Known) NoItem() Known {
	k.paths = slices.DeleteFunc(slices.Clone(k.paths), func(path string) bool { return isNoItem(path) || strings.HasPrefix(path, varItem+".") })
	return k
}

// declaredItem is known where the items of the list at hand have a field of the name.
func declaredItem(name string) string { return varItem + "?" + name }

// ItemLists are the lists of objects of the incident, sorted by name.
func (s *Scope) itemLists() []*Field {
	if s.each != nil {
		return []*Field{s.each}
	}
	var out []*Field
	s.incident.fields(func(f *Field) {
		if f.Items != nil {
			out = append(out, f)
		}
	})
	return out
}

// fields yields every field below an object, in order.
func (o *object) fields(yield func(*Field)) {
	for _, n := range o.names() {
		if m := o.members[n]; m.object != nil {
			m.object.fields(yield)
		} else {
			yield(m.field)
		}
	}
}

// itemField returns what item.name is: the field of the items of one list, or of several, where it is
// of one type in all that have it. Else differs are two lists that do not agree.
func (s *Scope) itemField(name string) (found *Field, differs []string) {
	first := ""
	for _, list := range s.itemLists() {
		i := slices.IndexFunc(list.Items, func(m Field) bool { return m.Name == name })
		switch {
		case i < 0:
		case found == nil:
			one := list.Items[i]
			found, first = &one, list.Name
		case found.Type != list.Items[i].Type:
			return nil, []string{first, list.Name}
		case found.Closed == nil || list.Items[i].Closed == nil:
			found.Closed = nil
		default:
			found.Closed = slices.Compact(slices.Sorted(slices.Values(slices.Concat(found.Closed, list.Items[i].Closed))))
		}
	}
	return found, nil
}

// itemNames lists what items have, sorted.
func (s *Scope) itemNames() []string {
	names := map[string]bool{}
	for _, list := range s.itemLists() {
		for _, m := range list.Items {
			names[m.Name] = true
		}
	}
	return slices.Sorted(maps.Keys(names))
}

func (c *compiler) resolveItem(r *reference, p chain, spans []celtext.Span) bool {
	if len(c.scope.itemLists()) == 0 {
		c.report(spans[0], celtext.CodeNoItem, "declare a list of objects with `items:`, and name it in the `each:` of a play", "there is no item here: incidents have no list of items")
		return false
	}
	if !c.hasMember(r, p, varItem, c.scope.itemNames) {
		return false
	}
	name := p.members[0].name
	c.need(need{refItem, varItem + "." + name})
	found, differs := c.scope.itemField(name)
	switch {
	case differs != nil:
		c.report(spans[1], celtext.CodeTypeMismatch, "read it in the play itself, where it is known which list it is of",
			"item.%s is not of one type: the items of %s and of %s differ", name, differs[0], differs[1])
		return false
	case found == nil:
		c.remedied(spans[1], celtext.CodeUnknownField, c.near(spans[1], name, c.scope.itemNames(), varItem+"."), "%s no field %s", c.itemsHave(), name)
		return false
	}
	r.kind, r.member = refItem, found
	return c.noMembers(p, 1, spans, "item."+name+" is "+celtext.Article(cellib.NameOf(found.Type)))
}

func (c *compiler) itemsHave() string {
	if c.scope.each != nil {
		return "an item of " + c.scope.each.Name + " has"
	}
	return "items have"
}

// Item reports whether the expression reads the item at hand, itself or through terms and tables.
func (e *Expr) Item() bool { return e.form.ofItem }

// noItem words a read of item where none is at hand, or where the one at hand has no such field.
func noItem(u unguarded) (message, hint string) {
	if name, ok := strings.CutPrefix(u.path, declaredItem("")); ok {
		return "the items of this list have no field " + name, "declare it there, or read something that they have"
	}
	return "there is no item here", "a play with `each` has one: in its `where`, its cases, and what is each item's own"
}

// isNoItem reports whether a path says only that there is an item, or that it has a field.
func isNoItem(path string) bool {
	return path == varItem || strings.HasPrefix(path, declaredItem(""))
}

// Members yields the name of each member that the expression itself reads of an item, whichever list
// the item is of: of the one at hand, or of those that a loop goes through. It may yield others too.
func (e *Expr) Members(yield func(name string)) {
	var walk func(ast.Expr)
	walk = func(n ast.Expr) {
		switch n.Kind() {
		case ast.SelectKind:
			yield(n.AsSelect().FieldName())
		case ast.CallKind:
			if args := n.AsCall().Args(); n.AsCall().FunctionName() == operators.OptSelect && len(args) == 2 {
				if name, ok := args[1].AsLiteral().Value().(string); ok {
					yield(name)
				}
			}
		}
		for _, child := range children(n) {
			walk(child)
		}
	}
	walk(e.form.tree.Expr())
	for _, r := range e.reads {
		if name, ok := strings.CutPrefix(r.path, varItem+"."); ok {
			yield(name)
		}
	}
}
