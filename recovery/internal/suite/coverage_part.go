package suite

import (
	"sort"

	"github.com/servicerecovery/amends/playbook"
)

// Part is what tests have reached of a part of a set.
type Part struct {
	Reached, Total int
	Missing        []string // what they have not, in words
}

// Within says what tests have reached of what stands in a stretch of a file, such
// as a play's.
func (c *Coverage) Within(at playbook.Range) Part {
	from, to := c.place(at.File, at.Start), c.place(at.File, at.End)
	part := c.items[from:max(from, to)]
	out := Part{Total: len(part)}
	for _, x := range part {
		if x.reached {
			out.Reached++
		}
	}
	for _, x := range c.missingOf(part) {
		out.Missing = append(out.Missing, x.text)
	}
	return out
}

// place is the first of the items, which stand in the order of the files, that is
// not before a place.
func (c *Coverage) place(file string, at playbook.Pos) int {
	return sort.Search(len(c.items), func(i int) bool {
		x := c.items[i].at
		return x.File > file || x.File == file && !x.Start.Before(at)
	})
}

// Matched reports whether a play, named playbook/play, has matched in any test.
func (c *Coverage) Matched(play string) bool {
	x := c.byKey["play "+play]
	return x != nil && x.reached
}
