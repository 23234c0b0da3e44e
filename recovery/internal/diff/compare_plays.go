package diff

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// alikeEnough is how much a play that is gone and one that is new must have in
// common to be told as one that was renamed.
const alikeEnough = 0.6

// plays compares the plays of a playbook, and the order in which they are asked.
func (c *comparison) plays(old, new []*thing) {
	matched := renamed(pairs(old, new))
	for _, p := range matched {
		c.play = nameOf(p)
		if p.old != nil && p.new != nil && p.old.name != p.new.name {
			c.add(Change{What: WhatPlay, Kind: Renamed, Old: p.old.name, New: p.new.name, OldAt: p.old.at, NewAt: p.new.at})
		}
		c.compare("", p.old, p.new)
	}
	c.play = ""
	c.playOrder(old, new, matched)
}

// renamed joins plays that are gone with new ones that are nearly the same, the
// most alike first.
func renamed(matched []pair) []pair {
	var gone, fresh []int
	for i, p := range matched {
		if p.new == nil {
			gone = append(gone, i)
		} else if p.old == nil {
			fresh = append(fresh, i)
		}
	}
	if len(gone)*len(fresh) > 10_000 {
		return matched // another playbook altogether
	}
	type match struct {
		gone, fresh int
		score       float64
	}
	var candidates []match
	for _, g := range gone {
		for _, f := range fresh {
			if score := alike(matched[g].old, matched[f].new); score >= alikeEnough {
				candidates = append(candidates, match{g, f, score})
			}
		}
	}
	slices.SortStableFunc(candidates, func(a, b match) int { return cmp.Compare(b.score, a.score) })
	taken := map[int]bool{}
	for _, m := range candidates {
		if !taken[m.gone] && !taken[m.fresh] {
			taken[m.gone], taken[m.fresh] = true, true
			matched[m.fresh].old = matched[m.gone].old
			matched[m.gone].old = nil
		}
	}
	return slices.DeleteFunc(matched, func(p pair) bool { return p.old == nil && p.new == nil })
}

// playOrder tells when plays are asked in another order that no change of their
// priority explains.
func (c *comparison) playOrder(old, new []*thing, matched []pair) {
	newOf := map[*thing]*thing{}
	for _, p := range matched {
		if p.old != nil && p.new != nil && rankOf(p.old) == rankOf(p.new) {
			newOf[p.old] = p.new
		}
	}
	var before, after []string
	for _, o := range asked(old) {
		if n := newOf[o]; n != nil {
			before = append(before, n.name)
		}
	}
	stays := map[string]bool{}
	for _, name := range before {
		stays[name] = true
	}
	for _, n := range asked(new) {
		if stays[n.name] {
			after = append(after, n.name)
		}
	}
	if !slices.Equal(before, after) {
		before, after = moved(before, after)
		c.add(Change{What: WhatOrder, Kind: Moved, Path: "plays", Old: strings.Join(before, ", "), New: strings.Join(after, ", "), OldAt: old[0].at, NewAt: new[0].at})
	}
}

// moved leaves out what both orders begin and end with.
func moved(a, b []string) ([]string, []string) {
	for len(a) > 0 && a[0] == b[0] {
		a, b = a[1:], b[1:]
	}
	for len(a) > 0 && a[len(a)-1] == b[len(b)-1] {
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	return a, b
}

// rankOf is what decides the order of plays before their place in the file.
func rankOf(p *thing) string { return p.part("fallback").value + p.part("priority").value }

// asked puts plays into the order in which they are considered.
func asked(plays []*thing) []*thing {
	out := slices.Clone(plays)
	priority := func(p *thing) int64 {
		n, _ := strconv.ParseInt(p.part("priority").value, 10, 64) // checked when the set was compiled
		return n
	}
	slices.SortStableFunc(out, func(a, b *thing) int {
		return cmp.Or(cmp.Compare(a.part("fallback").value, b.part("fallback").value), cmp.Compare(priority(b), priority(a)))
	})
	return out
}

// bookPair is a playbook of the old set and what it is in the new one.
type bookPair struct{ old, new *book }

// pairBooks matches playbooks by id, then those that are gone with new ones that
// have most of their plays.
func pairBooks(old, new []*book) []bookPair {
	var out []bookPair
	var gone []*book
	for _, o := range old {
		if !slices.ContainsFunc(new, func(n *book) bool { return n.id == o.id }) {
			gone = append(gone, o)
		}
	}
	for _, n := range new {
		p := bookPair{new: n}
		if i := slices.IndexFunc(old, func(o *book) bool { return o.id == n.id }); i >= 0 {
			p.old = old[i]
		} else if i := slices.IndexFunc(gone, func(o *book) bool { return samePlays(o, n) }); i >= 0 {
			p.old = gone[i]
			gone = slices.Delete(gone, i, i+1)
		}
		out = append(out, p)
	}
	for _, o := range gone {
		out = append(out, bookPair{old: o})
	}
	slices.SortStableFunc(out, func(a, b bookPair) int { return cmp.Compare(a.id(), b.id()) })
	return out
}

func (p bookPair) id() string {
	if p.new != nil {
		return p.new.id
	}
	return p.old.id
}

// samePlays reports whether more than half of the plays of two playbooks are the
// same.
func samePlays(a, b *book) bool {
	same := 0
	for _, p := range pairs(a.plays, b.plays) {
		if p.old != nil && p.new != nil && alike(p.old, p.new) >= alikeEnough {
			same++
		}
	}
	return 2*same > max(len(a.plays), len(b.plays))
}
