package value

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

// A decimal is the whole number with a point put in: by way of fmt, which knows
// nothing of the code under test.
func TestFormatDecimalPutsThePointIn(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 8))
	numbers := []int64{0, 1, -1, 9, 10, 99, 100, -100, 12345, math.MaxInt64, math.MinInt64}
	for range 2000 {
		numbers = append(numbers, random.Int64()>>random.IntN(64)*int64(1-2*random.IntN(2)))
	}
	for _, n := range numbers {
		for scale := range 10 {
			digits, sign := strings.CutPrefix(fmt.Sprint(n), "-")
			want := strings.Repeat("0", max(0, scale+1-len(digits))) + digits
			if scale > 0 {
				want = want[:len(want)-scale] + "." + want[len(want)-scale:]
			}
			if sign {
				want = "-" + want
			}
			if got := formatDecimal(n, scale, '.'); got != want {
				t.Fatalf("%d with %d decimals: got %s, want %s", n, scale, got, want)
			}
			if got := string(appendDecimal([]byte("a0."), n, scale, '.')); got != "a0."+want {
				t.Fatalf("appended: %s", got)
			}
		}
	}
}

func TestAppendKeepsWhatIsThere(t *testing.T) {
	for _, d := range []time.Duration{0, time.Hour, -90 * time.Minute, 500 * time.Millisecond, 10 * time.Second, math.MinInt64} {
		if got, want := string(AppendDuration([]byte("1.00"), d)), "1.00"+FormatDuration(d); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	if got := string(MustMoney("-0.05 EUR").AppendDecimal([]byte("x"))); got != "x-0.05" {
		t.Errorf("got %s", got)
	}
}

// A day of a zone at the ends of the calendar may lie outside the years of dates.
func TestDateTextOutsideTheCalendar(t *testing.T) {
	last := time.Date(9999, 12, 31, 23, 0, 0, 0, time.UTC)
	if got := DateOf(last.In(time.FixedZone("", 2*3600))).String(); got != "10000-01-01" {
		t.Errorf("got %s", got)
	}
	first := time.Date(0, 1, 1, 1, 0, 0, 0, time.UTC)
	if got := DateOf(first.In(time.FixedZone("", -2*3600))).String(); got != fmt.Sprintf("%04d-12-31", -1) {
		t.Errorf("got %s", got)
	}
}
