package ledger

import (
	"github.com/servicerecovery/amends/recovery/internal/chance"
)

// view is the cells of a group, looked at by one measure and one field.
type view struct {
	f       *finder
	keys    []cellKey // sorted
	strata  strata
	measure int32
	member  func(cellKey) string
}

// tally is what a cell comes to. Redress is measured over all cases, also those without any; other
// measures are over the cases that have them.
func (s *view) tally(k cellKey) tally {
	c := s.f.tallies.cells[k]
	var out tally
	if int(s.measure) < len(c.tallies) {
		out = c.tallies[s.measure]
	}
	if s.f.tallies.measures.known[s.measure].kind == MeasureRedress {
		out.cases = c.cases
	}
	return out
}

// differs reports whether cells differ in their means at all, and more than one member has cases.
func (s *view) differs() bool {
	var first tally
	var of string
	members, means := 0, false
	for _, k := range s.keys {
		t := s.tally(k)
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

// less is the member whose cases came to less.
func (s *view) less(a, b string) string {
	x, y := s.sum(a), s.sum(b)
	if float64(y.sum)*float64(x.cases) < float64(x.sum)*float64(y.cases) {
		return b
	}
	return a
}

func (s *view) sum(member string) (out tally) {
	for _, k := range s.keys {
		if s.member(k) == member {
			t := s.tally(k)
			out.cases += t.cases
			out.sum += t.sum
		}
	}
	return out
}

// shares are what a member and the rest came to.
func (s *view) shares(member string) (of, rest Share) {
	mean, rate := s.measure, int32(0) // relief is the first measure
	switch s.f.tallies.measures.known[mean].kind {
	case MeasureRelief:
		mean = s.onlyCurrency()
	case MeasureKept:
		mean, rate = -1, mean
	}
	over := *s
	over.measure = mean
	var sums, rates [2]tally
	for _, k := range s.keys {
		side := 1
		if s.member(k) == member {
			side = 0
		}
		if c := s.f.tallies.cells[k]; int(rate) < len(c.tallies) {
			rates[side].cases += c.tallies[rate].cases
			rates[side].sum += c.tallies[rate].sum
		}
		if mean >= 0 {
			t := over.tally(k)
			sums[side].cases += t.cases
			sums[side].sum += t.sum
		}
	}
	for side, x := range []*Share{&of, &rest} {
		x.Count = rates[side].cases
		x.Rate = float64(rates[side].sum) / float64(max(1, x.Count))
		if mean >= 0 && sums[side].cases > 0 {
			x.Count = sums[side].cases
			x.HasMean = true
			x.Mean = float64(sums[side].sum) / float64(x.Count) * s.f.tallies.measures.known[mean].unit()
		}
	}
	return of, rest
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

// tables count the cases that got redress, or what was promised, by stratum and all together.
func (s *view) tables(member string) (strata []chance.Table, pooled chance.Table) {
	strata = make([]chance.Table, len(s.strata.began))
	for _, k := range s.keys {
		t := s.tally(k)
		for _, x := range []*chance.Table{&strata[s.strata.of[k.set]], &pooled} {
			if s.member(k) == member {
				x.Has += t.sum
				x.HasNot += t.cases - t.sum
			} else {
				x.RestHas += t.sum
				x.RestHasNot += t.cases - t.sum
			}
		}
	}
	return strata, pooled
}

// units are the customers, in a fixed order. A customer with cases on both sides is a unit on each.
func (s *view) units(member string) []chance.Unit {
	type unitKey struct {
		customer uint64
		in       bool
		stratum  int
	}
	at := map[unitKey]int{}
	var out []chance.Unit
	for _, k := range s.keys {
		t := s.tally(k)
		if t.cases == 0 {
			continue
		}
		u := unitKey{k.customer, s.member(k) == member, s.strata.of[k.set]}
		i, ok := at[u]
		if !ok {
			i = len(out)
			at[u] = i
			out = append(out, chance.Unit{In: u.in, Stratum: u.stratum})
		}
		out[i].Cases += t.cases
		out[i].Sum += float64(t.sum)
	}
	return out
}
