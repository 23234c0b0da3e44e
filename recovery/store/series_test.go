package store

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

// A series must agree with a plain list, however entries come and go.
func TestSeriesAgreesWithAList(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for _, spread := range []int{3, 1_000_000} { // many at one instant, and few
		var s series
		var list []weighed
		for i := range 6000 {
			if len(list) > 0 && random.IntN(3) == 0 {
				k := random.IntN(len(list))
				s.remove(list[k])
				list[k] = list[len(list)-1]
				list = list[:len(list)-1]
			} else {
				e := weighed{stampOf(time.Unix(int64(random.IntN(spread)), int64(random.IntN(2)))), random.IntN(50), WideOf(random.Int64() - math.MaxInt64/2)}
				s.add(e)
				list = append(list, e)
			}
			if i%50 == 0 {
				checkSeries(t, &s, list, stampOf(time.Unix(int64(random.IntN(spread)), 1)))
			}
		}
		for _, e := range list {
			s.remove(e)
		}
		if len(s.chunks) != 0 {
			t.Errorf("%d chunks are left of an empty series", len(s.chunks))
		}
	}
}

func checkSeries(t *testing.T, s *series, list []weighed, from stamp) {
	t.Helper()
	var want Wide
	for _, e := range list {
		if !e.before(from) {
			want = want.Plus(e.weight)
		}
	}
	if got := s.since(from); got != want {
		t.Fatalf("got %v, want %v", got, want)
	}
	for i, c := range s.chunks {
		if len(c.entries) == 0 || len(c.entries) > maxChunk {
			t.Fatalf("chunk %d has %d entries", i, len(c.entries))
		}
	}
}

func TestWideNumbers(t *testing.T) {
	high := WideOf(math.MaxInt64)
	if _, ok := high.Plus(WideOf(1)).Int64(); ok {
		t.Error("2^63 fits no int64")
	}
	if n, ok := high.Plus(high).Minus(high).Int64(); !ok || n != math.MaxInt64 {
		t.Errorf("got %d, %t", n, ok)
	}
	if n, ok := WideOf(math.MinInt64).Minus(WideOf(-1)).Int64(); !ok || n != math.MinInt64+1 {
		t.Errorf("got %d, %t", n, ok)
	}
	if _, ok := WideOf(math.MinInt64).Minus(WideOf(1)).Int64(); ok {
		t.Error("-2^63-1 fits no int64")
	}
}
