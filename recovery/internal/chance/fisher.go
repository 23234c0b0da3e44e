package chance

// Table counts the cases of two groups: those that had something, and those that had not.
type Table struct {
	Has, HasNot         int64 // in the one group
	RestHas, RestHasNot int64 // in the other
}

// Fisher is Fisher's exact test: the probability that chance alone spreads the cases over the table as
// unevenly, or more so, on either side. Tables count when they are no more probable than this one.
//
// Several tables are strata: chance moves cases within each table only, and the cases in the first
// cells are added up. A difference between the strata does not count then. Below about 1e-20, a result of
// several tables is 0.
//
// Source: R. A. Fisher, The Logic of Inductive Inference, 1935.
func Fisher(strata ...Table) float64 {
	if len(strata) == 1 {
		s := newSpread(strata[0])
		return s.tails(strata[0].Has)
	}
	sum := sumOf(strata)
	has := int64(0)
	for _, t := range strata {
		has += t.Has
	}
	return sum.tails(has)
}

// Least is the smallest result that [Fisher] can give for tables with the same margins. Groups whose
// least result is above the level are too small to tell anything.
func Least(strata ...Table) float64 {
	if len(strata) == 1 {
		s := newSpread(strata[0])
		return min(s.tails(s.low), s.tails(s.high))
	}
	sum := sumOf(strata)
	return min(sum.tails(sum.low), sum.tails(sum.low+int64(len(sum.weights))-1))
}

// spread is the hypergeometric distribution of the first cell when the margins of a table are fixed.
type spread struct {
	low, high       int64 // the values that the cell can have
	group, has, all int64 // the margins
	mode            int64
	total           float64 // of the weights; the mode has the weight 1
}

func newSpread(t Table) *spread {
	s := &spread{group: t.Has + t.HasNot, has: t.Has + t.RestHas}
	s.all = s.group + t.RestHas + t.RestHasNot
	s.low, s.high = max(0, s.group+s.has-s.all), min(s.group, s.has)
	s.mode = min(s.high, max(s.low, int64((float64(s.group)+1)*((float64(s.has)+1)/(float64(s.all)+2)))))
	s.total = 1 + s.sum(s.mode, 1, 1) + s.sum(s.mode, 1, -1)
	return s
}

// step is the weight of a value's neighbour, by is 1 or -1.
func (s *spread) step(at int64, weight float64, by int64) float64 {
	if by < 0 {
		return weight * (float64(at) * float64(s.all-s.group-s.has+at)) / (float64(s.has-at+1) * float64(s.group-at+1))
	}
	return weight * (float64(s.has-at) * float64(s.group-at)) / (float64(at+1) * float64(s.all-s.group-s.has+at+1))
}

// sum adds the weights beyond a value, as long as they change the result.
func (s *spread) sum(at int64, weight float64, by int64) float64 {
	total := 0.0
	for at+by >= s.low && at+by <= s.high {
		weight = s.step(at, weight, by)
		at += by
		if total+weight == total {
			break
		}
		total += weight
	}
	return total
}

// alike is how much more probable a table may be and still count as no more probable. Without it,
// rounding would leave out the table on the other side that mirrors this one.
const alike = 1 + 1e-7

// tails is the probability of all values that are no more probable than this one.
func (s *spread) tails(value int64) float64 {
	here := s.weight(value)
	out := 0.0
	for _, by := range []int64{-1, 1} {
		at, weight := s.mode, 1.0
		for weight > here*alike && at >= s.low && at <= s.high {
			weight = s.step(at, weight, by)
			at += by
		}
		if at < s.low || at > s.high {
			continue
		}
		if at != s.mode || by < 0 { // the mode counts once
			out += weight
		}
		out += s.sum(at, weight, by)
	}
	return min(1, out/s.total)
}

// weight is the weight of a value. It is 0 where the value is too improbable for a float64.
func (s *spread) weight(value int64) float64 {
	at, weight, by := s.mode, 1.0, int64(1)
	if value < at {
		by = -1
	}
	for at != value && weight > 0 {
		weight = s.step(at, weight, by)
		at += by
	}
	return weight
}
