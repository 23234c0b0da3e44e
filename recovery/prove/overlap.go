package prove

import (
	"fmt"
	"slices"

	"github.com/servicerecovery/amends/policy"
)

// mostOverlap bounds how many incidents are tried for two rows.
const mostOverlap = 8

// overlap finds rows of tables in which one row may fit that fit one incident with a row before them: each
// row once, with the first such row.
func (c *checker) overlap() (out []Proof) {
	for _, t := range c.program.Tables() {
		if !t.Unique() {
			continue
		}
		box := c.reason.Valid()
		if b := t.Playbook(); b != nil {
			if box = c.reason.Require(c.reason.Applies(b), box, policy.CanYes); box != nil {
				box = c.reason.Narrow(b, box)
			}
		}
		shown, open := -1, false
		t.Overlaps(func(first, second int) bool {
			if box == nil || shown == second || c.ctx.Err() != nil {
				return false
			}
			both := c.reason.FitBoth(t, box, first, second)
			if found := c.fitsTwice(t, both, first, second); found == nil {
				open = open || both != nil
			} else {
				shown = second
				out = append(out, Proof{
					Question: Overlap, Standing: Broken, At: t.Row(second), Witnesses: []Witness{found.witness()},
					Reason: fmt.Sprintf("the rows `%s` on line %d and `%s` of the table `%s` fit one incident, and `hit: unique` lets one fit", t.Label(first), t.Row(first).Start.Line, t.Label(second), t.Name),
				})
				return false
			}
			return true
		})
		if open && shown < 0 {
			at := t.Row(0)
			out = append(out, Proof{Question: Overlap, Standing: Open, At: at, Reason: reason{at: at, text: fmt.Sprintf("whether one incident fits two rows of the table `%s` could not be reasoned about", t.Name)}.String()})
		}
	}
	return out
}

// fitsTwice is a valid incident of a box that two rows of a table fit; nil: none was found.
func (c *checker) fitsTwice(t *policy.Table, box *policy.Box, first, second int) *trial {
	if box == nil || t.OfItem() {
		return nil
	}
	faulty := func(one *trial) bool {
		if c.decide(one); one.invalid() {
			return false
		}
		in := c.inputOf(one)
		defer in.Release()
		if b := t.Playbook(); b != nil {
			if applying, err := in.Applying(); err != nil || !slices.Contains(applying, b) {
				return false
			}
		}
		i, k, ok := t.Twice(in)
		return ok && i == first && k == second
	}
	for n := range mostOverlap {
		example, ok := c.reason.Example(box, n)
		if !ok {
			return nil
		}
		if one := c.trialOf(example, box); one.err == nil && faulty(one) {
			return c.smallest(one, faulty)
		}
	}
	return nil
}
