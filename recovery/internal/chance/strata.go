package chance

// distribution is the weights of consecutive values.
type distribution struct {
	low     int64
	weights []float64
}

// sumOf is the distribution of the first cells of several tables, added up.
func sumOf(strata []Table) distribution {
	out := distribution{weights: []float64{1}}
	for _, t := range strata {
		out = out.plus(newSpread(t).distribution())
	}
	return out
}

// negligible is the weight, beside that of the mode, from which on values are left out. What is left
// out together is far below any level; what is kept is narrow even for a million cases.
const negligible = 1e-24

// distribution lists the weights of the values that are not negligible.
func (s *spread) distribution() distribution {
	var below []float64
	at, weight := s.mode, 1.0
	for at > s.low && weight > negligible {
		weight = s.step(at, weight, -1)
		at--
		below = append(below, weight/s.total)
	}
	out := distribution{low: at}
	for i := range below {
		out.weights = append(out.weights, below[len(below)-1-i])
	}
	out.weights = append(out.weights, 1/s.total)
	for at, weight = s.mode, 1; at < s.high && weight > negligible; at++ {
		weight = s.step(at, weight, 1)
		out.weights = append(out.weights, weight/s.total)
	}
	return out
}

// plus is the distribution of the sum of two independent values.
func (d distribution) plus(other distribution) distribution {
	out := distribution{low: d.low + other.low, weights: make([]float64, len(d.weights)+len(other.weights)-1)}
	for i, a := range d.weights {
		for j, b := range other.weights {
			// The conversion keeps machines from adding before they round, which some do.
			out.weights[i+j] += float64(a * b)
		}
	}
	return out
}

// tails is the probability of all values that are no more probable than this one.
func (d distribution) tails(value int64) float64 {
	here := 0.0
	if at := value - d.low; at >= 0 && at < int64(len(d.weights)) {
		here = d.weights[at]
	}
	out := 0.0
	for _, w := range d.weights {
		if w <= here*alike {
			out += w
		}
	}
	return min(1, out)
}
