package sqlite

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/servicerecovery/amends/recovery/store"
)

// TestLimbs adds up numbers in three columns, as SQL does, and compares the sum.
func TestLimbs(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	var want store.Wide
	var high, middle, low int64
	for range 5000 {
		w := store.WideOf(random.Int64() - math.MaxInt64/2)
		if random.IntN(3) == 0 {
			w = w.Plus(w).Plus(store.WideOf(random.Int64()).Plus(store.WideOf(random.Int64())))
		}
		want = want.Plus(w)
		h, m, l := limbs(w)
		if m < 0 || l < 0 || wide(h, m, l) != w {
			t.Fatalf("%v became %d, %d, %d", w, h, m, l)
		}
		high, middle, low = high+h, middle+m, low+l
		if got := wide(high, middle, low); got != want {
			t.Fatalf("got %v, want %v", got, want)
		}
	}
}

func TestDays(t *testing.T) {
	for text, want := range map[string]int64{"1970-01-01T00:00:00Z": 0, "1969-12-31T23:59:59.999999Z": -1, "1970-01-02T00:00:00Z": 1, "0001-01-01T00:00:00Z": -719162} {
		at, err := time.Parse(time.RFC3339, text)
		if err != nil {
			t.Fatal(err)
		}
		if got := dayOf(microseconds(at)); got != want {
			t.Errorf("%s: got day %d, want %d", text, got, want)
		}
	}
}
