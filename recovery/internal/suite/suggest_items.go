package suite

import (
	"slices"
	"strings"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy"
)

// A play with each looks at fields of items. Its conditions read them as item.late; a test has them at
// incident.lines[L-2].late, the path of a place. While a play is looked at, the set knows its list.

// placeIn takes the path of an item's field apart.
func placeIn(path string) (list, id, field string, ok bool) {
	list, rest, found := strings.Cut(strings.TrimPrefix(path, "incident."), "[")
	end := strings.LastIndex(rest, "].")
	if !found || end < 0 {
		return "", "", "", false
	}
	return list, rest[:end], rest[end+2:], true
}

// forItems looks at a play with the set knowing its list.
func (g *suggester) forItems(p *policy.Play, look func()) {
	g.set.list = p.Each
	defer func() { g.set.list = nil }()
	look()
}

// itemField is a field of items: item.late of the list at hand, or one at its place; nil: neither.
func (s *Set) itemField(path string) *policy.Field {
	list, name := s.list, strings.TrimPrefix(path, "item.")
	if at, _, field, ok := placeIn(path); ok {
		list, name = s.known.fields[at], field
	} else if name == path {
		return nil
	}
	if list == nil {
		return nil
	}
	for _, f := range list.Items {
		if f.Name == name {
			return f
		}
	}
	return nil
}

// placed are changes with the fields of items at their places, those of one item.
func placed(p *policy.Play, id string, changes []change) []change {
	out := slices.Clone(changes)
	for i := range out {
		out[i].path = placedPath(p, id, out[i].path)
	}
	return out
}

func placedPath(p *policy.Play, id, path string) string {
	if name, ok := strings.CutPrefix(path, "item."); ok {
		return "incident." + p.Each.Name + "[" + id + "]." + name
	}
	return path
}

// towardsItem are changes that bring a test, in which the condition of a play with each holds, nearer
// to one of its items, or to one with a case.
func (g *suggester) towardsItem(e policy.Explanation, k int) (out []change) {
	p := e.Play
	if len(e.Items) == 0 {
		return []change{{"incident." + p.Each.Name, playbook.Value{Kind: playbook.List, Items: []playbook.Value{sampleItem(p.Each)}}}}
	}
	x := e.Items[0]
	g.forItems(p, func() {
		if !e.Matched {
			out = g.set.solve(x.Where, true, p.Playbook.ID)
			return
		}
		out = g.towardsCase(x.Cases, x.Case, k, p.Playbook.ID)
	})
	return placed(p, x.Item.ID(), out)
}

// sampleItem is an item with the fields that it must have.
func sampleItem(list *policy.Field) playbook.Value {
	out := playbook.Value{Kind: playbook.Mapping}
	add := func(name string, v any) {
		out.Entries = append(out.Entries, playbook.Entry{Key: playbook.Text{Value: name, Kind: playbook.String}, Value: written(v)})
	}
	add("id", "A")
	for _, f := range list.Items {
		if f.Name != "id" && !f.Optional && f.Default == nil {
			add(f.Name, fitting(f))
		}
	}
	return out
}

// thresholdsOfItems are those of the conditions on items, of the item that stands first.
func (g *suggester) thresholdsOfItems(e policy.Explanation) (out []threshold) {
	if len(e.Items) == 0 {
		return nil
	}
	x, book := e.Items[0], e.Play.Playbook.ID
	g.forItems(e.Play, func() {
		out = g.set.thresholds(x.Where, book)
		for _, c := range x.Cases {
			out = append(out, g.set.thresholds(c.When, book)...)
		}
		if e.Matched {
			for _, name := range sortedKeys(g.set.tablesOf(e.Play)) {
				out = append(out, g.set.rowsOf(book, name)...)
			}
		}
	})
	for i := range out {
		out[i].path = placedPath(e.Play, x.Item.ID(), out[i].path)
	}
	return out
}

// waysOfItem are the ways in which other parts of the conditions on items decide.
func (g *suggester) waysOfItem(e policy.Explanation, known map[playbook.Range]bool) (out [][]change) {
	if len(e.Items) == 0 {
		return nil
	}
	x := e.Items[0]
	g.forItems(e.Play, func() {
		out = g.set.otherWays(x.Where, e.Play.Playbook.ID, known)
		for _, c := range x.Cases {
			out = append(out, g.set.otherWays(c.When, e.Play.Playbook.ID, known)...)
		}
	})
	for i := range out {
		out[i] = placed(e.Play, x.Item.ID(), out[i])
	}
	return out
}

// itemAt is an item of a test, and its place in the list; ok is false where there is none.
func itemAt(t *playbook.Test, list, id string) (items []playbook.Value, at int, ok bool) {
	v, _ := find(nested(t.Incident), list)
	at = slices.IndexFunc(v.Items, func(item playbook.Value) bool {
		own, ok := find(item, "id")
		return ok && own.Text.Value == id
	})
	return v.Items, at, at >= 0
}

// changedItem is a test with one field of an item changed.
func changedItem(t *playbook.Test, list, id, field string, v any) *playbook.Test {
	items, at, ok := itemAt(t, list, id)
	if !ok {
		return t
	}
	items = slices.Clone(items)
	one := playbook.Value{Kind: playbook.Mapping, Entries: []playbook.Entry{{Key: playbook.Text{Value: field, Kind: playbook.String}, Value: written(v)}}}
	items[at] = mergeValue(items[at], one)
	return changed(t, change{"incident." + list, playbook.Value{Kind: playbook.List, Items: items}})
}
