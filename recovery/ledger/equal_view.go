package ledger

import (
	"slices"

	"github.com/servicerecovery/amends/recovery/internal/chance"
)

// view is the cells of a group, looked at by one measure and one field.
type view struct {
	f         *finder
	keys      []cellKey // sorted
	customers []int     // theirs, by number: see [numbersOf]
	strata    strata
	measure   int32
	means     int32 // the measure that the mean of a finding is of; -1: it has none
	rate      int32 // the measure that the rate of a finding is of
	member    func(cellKey) string
}

// by is the view by a measure.
func (s view) by(measure int) *view {
	s.measure, s.means = int32(measure), int32(measure)
	switch s.f.tallies.measures.known[measure].kind {
	case MeasureRelief:
		s.means = s.onlyCurrency()
	case MeasureKept:
		s.means, s.rate = -1, s.measure
	}
	return &s
}

// tally is what a cell comes to by a measure. Redress is measured over all cases, also those without any; other
// measures are over the cases that have them.
func (s *view) tally(measure int32, k cellKey) tally {
	if measure < 0 {
		return tally{}
	}
	c := s.f.tallies.cells[k]
	out := c.of(measure)
	if s.f.tallies.measures.known[measure].kind == MeasureRedress {
		out.cases = c.cases
	}
	return out
}

// of is what the cell comes to by a measure.
func (c *cell) of(measure int32) tally {
	if int(measure) < len(c.tallies) {
		return c.tallies[measure]
	}
	return tally{}
}

// differs reports whether cells differ in their means at all, and more than one member has cases.
func (s *view) differs() bool {
	var first tally
	var of string
	members, means := 0, false
	for _, k := range s.keys {
		t := s.tally(s.measure, k)
		switch {
		case t.cases == 0:
			continue
		case members == 0:
			first, of, members = t, s.member(k), 1
		case s.member(k) != of:
			members = 2
		}
		means = means || t.sum*first.cases != first.sum*t.cases || s.mixed(t)
	}
	return members == 2 && means
}

// mixed reports whether the cases of one cell differ: some of them got redress, or what was promised.
func (s *view) mixed(t tally) bool {
	return s.f.tallies.measures.known[s.measure].isRate() && t.sum > 0 && t.sum < t.cases
}

// total is what some cells come to: by the measure, all together and by stratum, and by the measures
// that the mean and the rate are of.
type total struct {
	tally
	mean, rate tally
	strata     []tally
}

// less is what remains without a part.
func (t *total) less(part *total) *total {
	out := &total{tally: t.tally.plus(part.tally, -1), mean: t.mean.plus(part.mean, -1), rate: t.rate.plus(part.rate, -1)}
	for i := range t.strata {
		out.strata = append(out.strata, t.strata[i].plus(part.strata[i], -1))
	}
	return out
}

// plus adds another tally, or takes it away when by is -1.
func (t tally) plus(o tally, by int64) tally { return tally{t.cases + by*o.cases, t.sum + by*o.sum} }

// below reports whether cases came to less than others, in the mean.
func (t tally) below(o tally) bool {
	return float64(t.sum)*float64(o.cases) < float64(o.sum)*float64(t.cases)
}

// totals add up the cells, and those of each member. They are added up once, so that comparing many
// members takes no longer than reading the cells.
func (s *view) totals() (all *total, members map[string]*total) {
	empty := func() *total { return &total{strata: make([]tally, len(s.strata.began))} }
	all, members = empty(), map[string]*total{}
	for _, k := range s.keys {
		name := s.member(k)
		if members[name] == nil {
			members[name] = empty()
		}
		here, mean, rate := s.tally(s.measure, k), s.tally(s.means, k), s.f.tallies.cells[k].of(s.rate)
		for _, t := range []*total{all, members[name]} {
			t.tally, t.mean, t.rate = t.plus(here, 1), t.mean.plus(mean, 1), t.rate.plus(rate, 1)
			stratum := &t.strata[s.strata.of[k.set]]
			*stratum = stratum.plus(here, 1)
		}
	}
	return all, members
}

// share is what a part of the group came to.
func (s *view) share(t *total) Share {
	out := Share{Count: t.rate.cases, Rate: float64(t.rate.sum) / float64(max(1, t.rate.cases))}
	if s.means >= 0 && t.mean.cases > 0 {
		out.Count, out.HasMean = t.mean.cases, true
		out.Mean = float64(t.mean.sum) / float64(out.Count) * s.f.tallies.measures.known[s.means].unit()
	}
	return out
}

// onlyCurrency is the measure of the one currency in which the group got redress; -1: there are
// several, or there is none.
func (s *view) onlyCurrency() int32 {
	found := int32(-1)
	for m, known := range s.f.tallies.measures.known {
		if known.kind != MeasureRedress {
			continue
		}
		for _, k := range s.keys {
			c := s.f.tallies.cells[k]
			if m < len(c.tallies) && c.tallies[m].cases > 0 {
				if found >= 0 && found != int32(m) {
					return -1
				}
				found = int32(m)
			}
		}
	}
	return found
}

// tablesOf count the cases that got redress, or what was promised, by stratum and all together.
func tablesOf(of, rest *total) (strata []chance.Table, pooled chance.Table) {
	table := func(of, rest tally) chance.Table {
		return chance.Table{Has: of.sum, HasNot: of.cases - of.sum, RestHas: rest.sum, RestHasNot: rest.cases - rest.sum}
	}
	for i := range of.strata {
		strata = append(strata, table(of.strata[i], rest.strata[i]))
	}
	return strata, table(of.tally, rest.tally)
}

// units are the customers, in a fixed order. A customer with cases of several members is a unit of each.
func (s *view) units(members []string) []chance.Unit {
	type place struct{ group, customer int }
	at := map[place]int{} // where the unit of a customer stands
	var out []chance.Unit
	for i, k := range s.keys {
		t := s.tally(s.measure, k)
		if t.cases == 0 {
			continue
		}
		group, _ := slices.BinarySearch(members, s.member(k))
		p := place{group, s.customers[i]}
		n, known := at[p]
		if !known {
			n = len(out)
			at[p] = n
			out = append(out, chance.Unit{Group: group, Stratum: s.strata.of[k.set]})
		}
		out[n].Cases += t.cases
		out[n].Sum += float64(t.sum)
	}
	return out
}

// numbersOf gives the customers of cells numbers, from 0. A customer has one in each stratum.
func numbersOf(keys []cellKey, strata strata) []int {
	type unitKey struct {
		customer uint64
		stratum  int
	}
	known := map[unitKey]int{}
	out := make([]int, len(keys))
	for i, k := range keys {
		u := unitKey{k.customer, strata.of[k.set]}
		n, ok := known[u]
		if !ok {
			n = len(known)
			known[u] = n
		}
		out[i] = n
	}
	return out
}
