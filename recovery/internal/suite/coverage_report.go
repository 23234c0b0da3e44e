package suite

import (
	"fmt"
	"math/big"
	"sort"
	"strings"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/recovery/internal/term"
)

// Percent is the share that was reached, in tenths of a percent and never
// rounded up: 100.0 means all. A set without anything to reach is at 100.
func (c *Coverage) Percent() string {
	tenths := 1000
	if c.Total() > 0 {
		tenths = c.Reached() * 1000 / c.Total()
	}
	return fmt.Sprintf("%d.%d%%", tenths/10, tenths%10)
}

// Below reports whether less was reached than is asked for.
func (c *Coverage) Below(least value.Percent) bool {
	if c.Total() == 0 {
		return false
	}
	return big.NewRat(int64(c.Reached()), int64(c.Total())).Cmp(least.Rat()) < 0
}

// missing are the items that no test reached. An atom that no test reached is
// listed once, and not once for each outcome.
func (c *Coverage) missing() []item { return c.missingOf(c.items) }

// missingOf are the items among some that no test reached.
func (c *Coverage) missingOf(items []*item) []item {
	var out []item
	for _, x := range items {
		if x.reached {
			continue
		}
		if field, _, isWord := strings.Cut(x.key, wordOf); isWord && !c.byKey[field].reached {
			continue // that no payload had the field is told already
		}
		if base, what, isAtom := atomItem(x); isAtom {
			never := !c.byKey[base+" true"].reached && !c.byKey[base+" false"].reached
			switch {
			case never && what == "true":
				text, _, _ := strings.Cut(x.text, " was never ")
				out = append(out, item{kind: x.kind, at: x.at, text: text + " was never looked at"})
				continue
			case never:
				continue
			case strings.HasPrefix(what, "decides ") && !c.byKey[base+" "+strings.TrimPrefix(what, "decides ")].reached:
				continue // that it was never so is told already
			}
		}
		out = append(out, *x)
	}
	return out
}

func atomItem(x *item) (base, what string, ok bool) {
	if x.kind != "condition" {
		return "", "", false
	}
	for _, what := range []string{"decides true", "decides false", "true", "false"} {
		if base, ok := strings.CutSuffix(x.key, " "+what); ok {
			return base, what, true
		}
	}
	return "", "", false
}

func (r *Report) coverage(page *term.Page) {
	for _, x := range r.Coverage.missing() {
		page.Line("%s: not tested: %s", r.placed(x.at), x.text)
	}
	page.Line("%s", r.coverageSum())
}

func (r *Report) coverageSum() string {
	what := "coverage"
	if r.Some {
		what = "coverage by the tests that were run"
	}
	s := fmt.Sprintf(what+": %s (%d of %d)", r.Coverage.Percent(), r.Coverage.Reached(), r.Coverage.Total())
	if r.tooLittle() {
		s += ", and " + r.Least.String() + " is wanted"
	}
	return s
}

type jsonCoverage struct {
	Percent string     `json:"percent"`
	Reached int        `json:"reached"`
	Total   int        `json:"total"`
	Missing []jsonItem `json:"missing"`
}

type jsonItem struct {
	Kind string `json:"kind"`
	jsonPlace
	Message string `json:"message"`
}

func (r *Report) jsonCoverage() *jsonCoverage {
	c := r.Coverage
	out := &jsonCoverage{Percent: c.Percent(), Reached: c.Reached(), Total: c.Total(), Missing: []jsonItem{}}
	for _, x := range c.missing() {
		out.Missing = append(out.Missing, jsonItem{x.kind, placeOf(r.placed(x.at)), x.text})
	}
	return out
}

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
