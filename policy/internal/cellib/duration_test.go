package cellib

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/cel-go/common/types"
)

// A duration divided by another is the double nearest to the exact quotient, also where
// the nanoseconds of one are more than a double holds.
func TestDivideDurations(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	length := func() time.Duration {
		list := []time.Duration{time.Duration(r.Int64N(200)) * time.Hour, time.Duration(r.Int64()), -time.Duration(r.Int64()), 1, -1, math.MaxInt64, math.MinInt64, 365*24*time.Hour - 1}
		return list[r.IntN(len(list))]
	}
	exactly := func(d time.Duration) *big.Float { return new(big.Float).SetPrec(300).SetInt64(int64(d)) }
	naive := 0
	for range 5000 {
		a, b := length(), length()
		if b == 0 {
			continue
		}
		got := divide(types.Duration{Duration: a}, types.Duration{Duration: b})
		want, _ := new(big.Float).SetPrec(300).Quo(exactly(a), exactly(b)).Float64()
		if got != types.Double(want) {
			t.Fatalf("%d / %d = %v, want %v", a, b, got, want)
		}
		if float64(a)/float64(b) != want {
			naive++
		}
	}
	if naive == 0 {
		t.Error("dividing doubles would do")
	}
}
