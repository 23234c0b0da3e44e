package chance

import (
	"crypto/sha256"
	"encoding/binary"
	"math"
	"math/bits"
	"math/rand/v2"
)

// Unit is what chance may put into one group or another: a customer with all cases in a group. The cases
// of one customer stay together, because they resemble each other.
type Unit struct {
	Cases int64
	Sum   float64 // over the cases
	// Group is the number of the group that the unit is in, from 0.
	Group int
	// Stratum is the number of the unit's stratum, from 0. Units change places within one only.
	Stratum int
}

// Rounds is how often [Permutation] deals at most.
const Rounds = 10_000

// work bounds how many units are dealt in all rounds together, so that a million units take seconds.
const work = 400_000_000

// Permutation is, for each group that is asked for, the probability that chance alone makes its mean
// differ from that of all others as much, or more. Each round deals the units anew to all groups at once,
// and counts for each whether its difference is as large. A group leaves the game when its result can no
// longer be at most level. What is dealt follows from the units alone: the same units in the same order
// give the same results, whoever asks. The results of groups that were not asked for are 1.
func Permutation(units []Unit, asked []bool, level float64) []float64 {
	g := newGame(units, asked)
	random := rand.NewPCG(seedOf(units), 0)
	rounds := min(Rounds, max(999, work/(1+g.drawn())))
	out := make([]float64, len(asked))
	for i := range out {
		out[i] = 1
	}
	for done := 0; done < rounds && g.playing > 0; done++ {
		g.deal(random)
		for i := range g.groups {
			x := &g.groups[i]
			if !x.plays {
				continue
			}
			if math.Abs(x.dealt) >= x.at {
				x.reached++
			}
			if float64(1+x.reached) > level*float64(1+rounds) {
				out[i] = float64(1+x.reached) / float64(2+done)
				x.plays = false
				g.playing--
			}
		}
	}
	for i, x := range g.groups {
		if x.plays {
			out[i] = float64(1+x.reached) / float64(1+rounds)
		}
	}
	return out
}

// seedOf is the same for the same units in the same order.
func seedOf(units []Unit) uint64 {
	h := sha256.New()
	var b [32]byte
	for _, u := range units {
		binary.LittleEndian.PutUint64(b[:], uint64(u.Cases))
		binary.LittleEndian.PutUint64(b[8:], math.Float64bits(u.Sum))
		binary.LittleEndian.PutUint64(b[16:], uint64(u.Group))
		binary.LittleEndian.PutUint64(b[24:], uint64(u.Stratum))
		h.Write(b[:])
	}
	return binary.LittleEndian.Uint64(h.Sum(nil))
}

// game is what is dealt, and to whom.
type game struct {
	strata  []stratum
	groups  []group
	playing int // how many groups still play
}

// group is one that units are dealt to.
type group struct {
	plays   bool
	at      float64 // how far its sum is from the mean, or nearly: doubles that are equal on paper may differ in their last bits
	dealt   float64 // how far it is in this round
	reached int
}

// stratum is the units that change places with each other. Of a unit, what counts is how much its sum
// is above the mean of the stratum. All of that adds up to 0, so that the largest group needs no units: it
// has what the others do not have, with the sign turned.
type stratum struct {
	above   []float64
	has     []int // how many units each group has
	largest int
}

func newGame(units []Unit, asked []bool) *game {
	g := &game{groups: make([]group, len(asked))}
	var sums, cases []float64
	for _, u := range units {
		for len(g.strata) <= u.Stratum {
			g.strata, sums, cases = append(g.strata, stratum{has: make([]int, len(asked))}), append(sums, 0), append(cases, 0)
		}
		sums[u.Stratum] += u.Sum
		cases[u.Stratum] += float64(u.Cases)
	}
	for _, u := range units {
		s := &g.strata[u.Stratum]
		above := u.Sum - float64(float64(u.Cases)*(sums[u.Stratum]/cases[u.Stratum]))
		s.above = append(s.above, above)
		s.has[u.Group]++
		g.groups[u.Group].at += above
	}
	for i := range g.groups {
		x := &g.groups[i]
		x.at = math.Abs(x.at) * (1 - 1e-9)
		if x.plays = asked[i]; x.plays {
			g.playing++
		}
	}
	for i := range g.strata {
		s := &g.strata[i]
		for j, n := range s.has {
			if n > s.has[s.largest] {
				s.largest = j
			}
		}
	}
	return g
}

// drawn is how many units a round deals while all play.
func (g *game) drawn() (n int) {
	for _, s := range g.strata {
		n += len(s.above) - s.has[s.largest]
	}
	return n
}

// deal deals the units anew, and says how much each group that plays is above the mean.
func (g *game) deal(random *rand.PCG) {
	for i := range g.groups {
		g.groups[i].dealt = 0
	}
	for i := range g.strata {
		g.strata[i].deal(g.groups, random)
	}
}

func (s *stratum) deal(groups []group, random *rand.PCG) {
	next, all := 0, 0.0
	take := func(n int) (sum float64) {
		for range n {
			left := s.above[next:]
			j := below(random, uint64(len(left)))
			drawn := left[j]
			left[0], left[j] = drawn, left[0]
			sum += drawn
			next++
		}
		all += sum
		return sum
	}
	for i := range groups {
		if x := &groups[i]; x.plays && i != s.largest {
			x.dealt += take(s.has[i])
		}
	}
	if x := &groups[s.largest]; x.plays {
		take(len(s.above) - s.has[s.largest] - next) // those of groups that play no more
		x.dealt -= all
	}
}

// below is a random number from 0 to n-1, the same as that of [rand.Rand.Uint64N]. It is drawn from the
// generator directly, which takes half the time.
//
// Source: D. Lemire, Fast Random Integer Generation in an Interval, 2019.
func below(random *rand.PCG, n uint64) uint64 {
	if n&(n-1) == 0 {
		return random.Uint64() & (n - 1)
	}
	high, low := bits.Mul64(random.Uint64(), n)
	if low < n {
		for least := -n % n; low < least; {
			high, low = bits.Mul64(random.Uint64(), n)
		}
	}
	return high
}
