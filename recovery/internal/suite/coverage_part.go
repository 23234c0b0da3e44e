package suite

import "github.com/servicerecovery/amends/playbook"

// Part is what tests have reached of a part of a set.
type Part struct {
	Reached, Total int
	Missing        []string // what they have not, in words
}

// Within says what tests have reached of what stands in a stretch of a file, such
// as a play's.
func (c *Coverage) Within(at playbook.Range) Part {
	var out Part
	for _, x := range c.items {
		if !within(at, x.at) {
			continue
		}
		out.Total++
		if x.reached {
			out.Reached++
		}
	}
	for _, x := range c.missing() {
		if within(at, x.at) {
			out.Missing = append(out.Missing, harmless(x.text))
		}
	}
	return out
}

func within(at, x playbook.Range) bool {
	return at.File == x.File && !x.Start.Before(at.Start) && x.Start.Before(at.End)
}

// Matched reports whether a play, named playbook/play, has matched in any test.
func (c *Coverage) Matched(play string) bool {
	x := c.byKey["play "+play]
	return x != nil && x.reached
}
