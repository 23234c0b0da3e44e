package oracle

import (
	"fmt"
	"maps"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/servicerecovery/amends/recovery"
)

// oItem is an item of a list, with its fields.
type oItem struct {
	id     string
	fields map[string]any
}

// oOwner is the item whose own an action is; the zero value: nobody's.
type oOwner struct{ list, item string }

// oPlayItem is an item that a play is for, with its case.
type oPlayItem struct {
	item *oItem
	kase *oCase
}

// itemsAPI is a list as the engine is given it.
func itemsAPI(list []*oItem) []any {
	out := []any{}
	for _, x := range list {
		api := (&oIncident{fields: x.fields}).api().Fields
		api["id"] = x.id
		out = append(out, api)
	}
	return out
}

// itemsText is equal for lists with the same items.
func itemsText(list []*oItem) string {
	parts := []string{}
	for _, x := range list {
		text := x.id
		for _, name := range slices.Sorted(maps.Keys(x.fields)) {
			text += fmt.Sprintf(" %s=%s", name, show(x.fields[name]))
		}
		parts = append(parts, text)
	}
	sort.Strings(parts)
	return strings.Join(parts, "; ")
}

// idsText is how a list shows in `because`.
func idsText(list []*oItem) string {
	ids := []string{}
	for _, x := range list {
		ids = append(ids, x.id)
	}
	return strings.Join(ids, ", ")
}

// itemsWithDefaults are the items in the order of their ids, each with its defaults, and the path of
// the list for each mistake.
func itemsWithDefaults(list []*oItem, f *oField) (out []*oItem, wrong []string) {
	seen := map[string]bool{}
	for _, x := range list {
		if seen[x.id] {
			wrong = append(wrong, f.path)
		}
		seen[x.id] = true
		full, bad := (&oIncident{fields: x.fields}).itemDefaults(f.items)
		for range bad {
			wrong = append(wrong, f.path)
		}
		out = append(out, &oItem{x.id, full})
	}
	sort.Slice(out, func(i, j int) bool { return out[i].id < out[j].id })
	return out, wrong
}

func (in *oIncident) itemDefaults(declared []*oField) (map[string]any, []string) {
	full := maps.Clone(in.fields)
	var wrong []string
	for _, f := range declared {
		if _, ok := full[f.path]; ok {
			continue
		}
		if f.def != nil {
			full[f.path] = f.def
		} else if !f.optional {
			wrong = append(wrong, f.path)
		}
	}
	return full, wrong
}

// ofItem reads a field of the item at hand, or of one that a loop is at. It is no read of `because`.
func (e *oEnv) ofItem(name, field string) (any, error) {
	x := e.item
	if name != "item" {
		x = e.loop[name]
	}
	if field == "id" {
		return x.id, nil
	}
	v, ok := x.fields[field]
	if !ok {
		return nil, errEval // its guard has decided
	}
	return v, nil
}

// forItem is the same for one item.
func (e *oEnv) forItem(x *oItem) *oEnv {
	c := *e
	c.item = x
	return &c
}

// loop goes through a list of the incident: `name` is the list, `val` what is asked of it, and the
// kid is asked of each x.
func (n *oNode) loop(e *oEnv) (any, error) {
	list, err := e.read("incident." + n.name)
	if err != nil {
		return nil, err
	}
	inner := *e
	inner.reads = nil
	var values []any
	var failed error
	for _, x := range list.([]*oItem) {
		inner.loop = map[string]*oItem{"x": x}
		v, err := n.kids[0].eval(&inner)
		if err != nil {
			failed = err
			continue
		}
		values = append(values, v)
	}
	decides := n.val == "exists"
	switch n.val {
	case "exists", "all":
		if slices.Contains(values, any(decides)) { // an error on one does not mind where another decides
			return decides, nil
		}
		return !decides, failed
	}
	if failed != nil {
		return nil, failed
	}
	return n.gather(values)
}

// gather is what the values of a loop come to.
func (n *oNode) gather(values []any) (any, error) {
	switch n.val {
	case "count":
		return int64(len(slices.DeleteFunc(values, func(v any) bool { return !v.(bool) }))), nil
	case "most": // with one more, which no item has
		most := any(time.Duration(0))
		for _, v := range values {
			if compareValues(v, most) > 0 {
				most = v
			}
		}
		return most, nil
	}
	sum := exactOf(recovery.MustMoney("0 EUR")) // of euros
	total := time.Duration(0)
	for _, v := range values {
		switch v := v.(type) {
		case oExact:
			sum.rat.Add(sum.rat, v.rat)
		case time.Duration:
			total += v
		}
	}
	if n.val == "sum of durations" {
		return total, nil
	}
	return sum, nil
}

func (n *oNode) loopCEL(args []string) string {
	list := "incident." + n.name
	switch n.val {
	case "exists", "all":
		return fmt.Sprintf("%s.%s(x, %s)", list, n.val, args[0])
	case "count":
		return fmt.Sprintf("%s.filter(x, %s).size()", list, args[0])
	case "most":
		return fmt.Sprintf("max(%s.map(x, %s) + [duration(\"0s\")])", list, args[0])
	}
	return fmt.Sprintf("sum(%s.map(x, %s))", list, args[0])
}

// list of the incident that a play is for.
func (r *oRun) list(p *oPlay) []*oItem {
	list, _ := r.in.fields[p.each].([]*oItem)
	return list
}

// pass finds the items that a play is for.
func (r *oRun) pass(m *oMatch) error {
	for _, x := range r.list(m.play) {
		if m.play.where != nil {
			holds, err := m.play.where.eval(r.env(m.play.book).forItem(x))
			if err != nil {
				return err
			}
			if !holds.(bool) {
				continue
			}
		}
		m.items = append(m.items, &oPlayItem{item: x})
	}
	return nil
}

// findCases finds each item's case. What all these conditions read is a reason of the play, but for
// what is each item's own.
func (r *oRun) findCases(m *oMatch) error {
	env := r.env(m.play.book).forItem(m.items[0].item)
	env.reads = &m.because
	if m.play.where != nil {
		_, _ = m.play.where.eval(env)
	}
	for _, c := range m.play.cases {
		if c.when != nil {
			_, _ = c.when.eval(env)
		}
	}
	for _, x := range m.items {
		for _, c := range m.play.cases {
			if c.when != nil {
				holds, err := c.when.eval(r.env(m.play.book).forItem(x.item))
				if err != nil {
					return err
				}
				if !holds.(bool) {
					continue
				}
			}
			x.kase = c
			break
		}
	}
	return nil
}

// own says that an action of a play with `each` is each item's own: its type never merges, or it
// replaces or repairs something.
func (p *oPlay) own(a *oAction) bool {
	switch a.typ {
	case "refund", "compensate", "prevent", "replace", "repair", "reperform":
		return true
	}
	t := p.book.typ(a.typ)
	return t != nil && !t.once
}

// expandFor expands what a play gives: for the incident, or item by item. What is not each item's
// own is given once, at the first item that asks for it.
func (r *oRun) expandFor(m oMatch, list func(*oCase) []*oAction) (out []*oAct, err error) {
	if m.play.each == "" {
		return r.expandAll(m.play, list(m.kase))
	}
	given := map[*oAction]bool{}
	for _, x := range m.items {
		acts, err := r.expandItem(m.play, x, list(x.kase), given)
		if err != nil {
			return nil, err
		}
		out = append(out, acts...)
	}
	return out, nil
}

func (r *oRun) expandItem(p *oPlay, x *oPlayItem, list []*oAction, given map[*oAction]bool) (out []*oAct, err error) {
	defer func() { r.owner, r.item = oOwner{}, nil }()
	for _, a := range list {
		if r.owner, r.item = (oOwner{}), nil; p.own(a) {
			r.owner, r.item = oOwner{p.each, x.item.id}, x.item
		} else if given[a] {
			continue
		}
		given[a] = true
		act, err := r.expand(p, a, nil, "")
		if err != nil {
			return nil, err
		}
		out = append(out, act)
	}
	return out, nil
}

// preventEach goes through the items of a preventive play. It comes too late for an item where
// something that the item asks for does, for itself or for all, or where it asks for nothing.
func (r *oRun) preventEach(m oMatch, list func(*oCase) []*oAction, last time.Time) error {
	given, late := map[*oAction]bool{}, map[*oAction]bool{}
	for _, x := range m.items {
		asked := list(x.kase)
		acts, err := r.expandItem(m.play, x, asked, given)
		if err != nil {
			return err
		}
		mine := r.giveInTime(m.play, acts, last)
		for _, a := range mine {
			if a.owned == (oOwner{}) {
				late[a.asks[0].src] = true
			}
		}
		if len(mine) == 0 && !(r.now.After(last) && len(asked) == 0) && !slices.ContainsFunc(asked, func(a *oAction) bool { return late[a] }) {
			continue
		}
		r.warn("too-late", m.play, last)
		instead, err := r.expandItem(m.play, x, m.play.tooLate, given)
		if err != nil {
			return err
		}
		r.out.acts = append(r.out.acts, instead...)
	}
	return nil
}

// sides are a limit once for each item that has something, and once for what belongs to none, in the
// order of the first of each; a limit that is not per item is itself. The text leaves the order open.
func (l *oLimit) sides(acts []*oAct) []*oLimit {
	if !l.perItem {
		return []*oLimit{l}
	}
	var owners []oOwner
	for _, a := range acts {
		if a.amount != nil && slices.Contains(l.of, a.typ) && !slices.Contains(owners, a.owned) {
			owners = append(owners, a.owned)
		}
	}
	if !slices.Contains(owners, oOwner{}) { // what it leaves for choices
		owners = append(owners, oOwner{})
	}
	var out []*oLimit
	for _, o := range owners {
		if o == (oOwner{}) && l.readsItem() {
			continue // it looks at nothing that belongs to no item
		}
		side := *l
		side.only = &o
		out = append(out, &side)
	}
	return out
}

func (l *oLimit) readsItem() (reads bool) {
	for _, n := range []*oNode{l.atMost, l.also, l.when} {
		n.walk(func(name string) { reads = reads || strings.HasPrefix(name, "item.") })
	}
	return reads
}

// looksAt says whether a limit per item looks at an item's own.
func (l *oLimit) looksAt(o oOwner) bool { return l.only == nil || *l.only == o }

// envOf is what a limit sees.
func (r *oRun) envOf(l *oLimit, doc *oBook) *oEnv {
	env := r.env(doc)
	if l.only != nil {
		list, _ := r.in.fields[l.only.list].([]*oItem)
		for _, x := range list {
			if x.id == l.only.item {
				env.item = x
			}
		}
	}
	return env
}

// itemsText is how the items of a play are compared.
func (m oMatch) itemsText() (text string) {
	for _, x := range m.items {
		text += " " + x.item.id
		if x.kase != nil && x.kase.id != "" {
			text += ":" + x.kase.id
		}
	}
	return text
}

func matchItems(m recovery.Match) (text string) {
	for _, x := range m.Items {
		text += " " + x.Item
		if x.Case != "" {
			text += ":" + x.Case
		}
	}
	return text
}

// ownedBy is the item that an action shows; steps show none.
func (a *oAct) ownedBy() string {
	if a.step {
		return ""
	}
	return a.owned.item
}
