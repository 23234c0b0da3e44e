package diff

import (
	"slices"
	"strings"

	"github.com/servicerecovery/amends/playbook"
)

// thing is a part of a set's meaning: a value, or parts by name. Two sets are
// compared by comparing their things.
type thing struct {
	// name tells the thing from its siblings. Several may share one; then those
	// with equal contents are paired first, the rest in order.
	name  string
	what  What   // the kind of change that a change of it is
	value string // what is compared; canonical. A thing with parts has none
	shown string // the same as it was written, in one line
	at    playbook.Range
	parts []*thing
	// ordered is set where the order of the parts means something.
	ordered bool
	// inherited is set on a value that was not written here: when neither side
	// wrote one, the change is told where the value comes from.
	inherited bool
	reads     []string // the definitions that the value refers to: "term valued"
	// column is set on the cells of tables: only who reads it, "column fare.refund",
	// sees it change.
	column string
}

func (t *thing) add(parts ...*thing) {
	for _, p := range parts {
		if p != nil {
			t.parts = append(t.parts, p)
		}
	}
}

// part returns the first part of a name, nil without one.
func (t *thing) part(name string) *thing {
	if t == nil {
		return nil
	}
	for _, p := range t.parts {
		if p.name == name {
			return p
		}
	}
	return nil
}

// content writes all that is compared, to tell equal things.
func (t *thing) content() string {
	var b strings.Builder
	t.write(&b)
	return b.String()
}

// write separates by control characters, which playbooks cannot hold.
func (t *thing) write(b *strings.Builder) {
	b.WriteString(t.value)
	b.WriteByte('\x01')
	parts := make([]string, len(t.parts))
	for i, p := range t.parts {
		parts[i] = p.name + "\x02" + p.content()
	}
	if !t.ordered {
		slices.Sort(parts)
	}
	for _, p := range parts {
		b.WriteString(p)
		b.WriteByte('\x03')
	}
	b.WriteByte('\x04')
}

// visit calls a function with the thing and everything in it.
func (t *thing) visit(f func(*thing)) {
	f(t)
	for _, p := range t.parts {
		p.visit(f)
	}
}

// leaves lists the values in a thing by their paths, to see how much two have in
// common.
func (t *thing) leaves(path string, out map[string]bool) {
	if len(t.parts) == 0 {
		out[path+"\x01"+t.value] = true
	}
	for _, p := range t.parts {
		p.leaves(path+"/"+p.name, out)
	}
}

// alike says how much two things have in common, from 0 to 1.
func alike(a, b *thing) float64 {
	x, y := map[string]bool{}, map[string]bool{}
	a.leaves("", x)
	b.leaves("", y)
	common := 0
	for leaf := range x {
		if y[leaf] {
			common++
		}
	}
	if len(x)+len(y) == 0 {
		return 1
	}
	return 2 * float64(common) / float64(len(x)+len(y))
}

// pair is a part of the old set and its counterpart in the new one. Either may be nil.
type pair struct{ old, new *thing }

// pairs matches parts by name: first those that are gone, then the new ones in
// their order.
func pairs(old, new []*thing) []pair {
	byName := map[string][]*thing{}
	for _, o := range old {
		byName[o.name] = append(byName[o.name], o)
	}
	partner, taken := map[*thing]*thing{}, map[*thing]bool{}
	match := func(same func(o, n *thing) bool) {
		for _, n := range new {
			if partner[n] != nil {
				continue
			}
			list := byName[n.name]
			if i := slices.IndexFunc(list, func(o *thing) bool { return same(o, n) }); i >= 0 {
				partner[n], taken[list[i]] = list[i], true
				byName[n.name] = slices.Delete(list, i, i+1)
			}
		}
	}
	if repeated(old) || repeated(new) {
		match(func(o, n *thing) bool { return o.content() == n.content() })
	}
	match(func(_, _ *thing) bool { return true })

	var out []pair
	for _, o := range old {
		if !taken[o] {
			out = append(out, pair{o, nil})
		}
	}
	for _, n := range new {
		out = append(out, pair{partner[n], n})
	}
	return out
}

func repeated(list []*thing) bool {
	seen := map[string]bool{}
	for _, t := range list {
		if seen[t.name] {
			return true
		}
		seen[t.name] = true
	}
	return false
}
