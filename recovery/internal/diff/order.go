package diff

import (
	"slices"
	"strings"
)

// order tells when parts that both sides have follow each other in another way.
func (c *changes) order(path string, old, new *thing, matched []pair) {
	var before, after []*thing // of the old side, in either order
	for _, p := range matched {
		if p.old != nil && p.new != nil {
			after = append(after, p.old)
		}
	}
	for _, o := range old.parts {
		if slices.Contains(after, o) {
			before = append(before, o)
		}
	}
	if !slices.Equal(before, after) {
		c.add(Change{What: WhatOrder, Kind: Moved, Path: path, Old: namesOf(before), New: namesOf(after), OldAt: old.at, NewAt: new.at})
	}
}

func namesOf(list []*thing) string {
	names := make([]string, len(list))
	for i, t := range list {
		names[i] = t.name
	}
	return strings.Join(names, ", ")
}
