package chance

import (
	"math"
	"math/rand/v2"
)

// Unit is what chance may put into the one group or the other: a customer with all cases. The cases of
// one customer stay together, because they resemble each other.
type Unit struct {
	Cases int64
	Sum   float64 // over the cases
	In    bool    // the unit is in the group that is compared with the rest
	// Stratum is the number of the unit's stratum, from 0. Units change places within one only.
	Stratum int
}

// Rounds is how often [Permutation] deals at most.
const Rounds = 10_000

// work bounds how many units are dealt in all rounds together, so that a million units take seconds.
const work = 400_000_000

// Permutation is the probability that chance alone makes the means of two groups differ as much, or
// more: units are dealt anew to the groups, and it counts how often the difference is as large. It
// stops early when the result can no longer be at most level. The same units in the same order, and
// the same seed, give the same result.
func Permutation(units []Unit, level float64, seed uint64) float64 {
	strata, seen, drawn := strataOf(units)
	rounds := min(Rounds, max(999, work/(1+drawn)))
	// Doubles that are equal on paper may differ in their last bits.
	at := math.Abs(seen) * (1 - 1e-9)
	random := rand.New(rand.NewPCG(seed, 0))
	reached := 0
	for done := range rounds {
		dealt := 0.0
		for i := range strata {
			dealt += strata[i].deal(random)
		}
		if math.Abs(dealt) >= at {
			reached++
		}
		if float64(1+reached) > level*float64(1+rounds) {
			return float64(1+reached) / float64(2+done)
		}
	}
	return float64(1+reached) / float64(1+rounds)
}

// stratum is the units that change places with each other. Of a unit, what counts is how much its sum
// is above the mean of the stratum. All of that adds up to 0, so the smaller side says enough.
type stratum struct {
	above []float64
	dealt int     // the units on the smaller side
	sign  float64 // -1: the smaller side is the rest
}

// strataOf returns the strata, how much the group is above the mean, and how many units are dealt.
func strataOf(units []Unit) (strata []stratum, seen float64, drawn int) {
	var sums, cases []float64
	for _, u := range units {
		for len(strata) <= u.Stratum {
			strata, sums, cases = append(strata, stratum{sign: 1}), append(sums, 0), append(cases, 0)
		}
		sums[u.Stratum] += u.Sum
		cases[u.Stratum] += float64(u.Cases)
	}
	for _, u := range units {
		s := &strata[u.Stratum]
		above := u.Sum - float64(float64(u.Cases)*(sums[u.Stratum]/cases[u.Stratum]))
		s.above = append(s.above, above)
		if u.In {
			s.dealt++
			seen += above
		}
	}
	for i := range strata {
		if s := &strata[i]; s.dealt > len(s.above)-s.dealt {
			s.dealt, s.sign = len(s.above)-s.dealt, -1
		}
		drawn += strata[i].dealt
	}
	return strata, seen, drawn
}

// deal deals the units anew and returns how much the group is above the mean.
func (s *stratum) deal(random *rand.Rand) float64 {
	out := 0.0
	for i := range s.dealt {
		j := i + int(random.Uint64N(uint64(len(s.above)-i)))
		s.above[i], s.above[j] = s.above[j], s.above[i]
		out += s.above[i]
	}
	return float64(s.sign * out)
}
