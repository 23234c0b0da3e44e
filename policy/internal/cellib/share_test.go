package cellib

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/servicerecovery/amends/policy/value"
)

// Shares that fit 64 bits, and their rounding, must be those of exact fractions.
func TestSharesAgreeWithFractions(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 11))
	texts := []string{"10%", "12.5%", "33.333%", "-0.005%", "150%", "0%", "0.0000000000000001%", "99.9999999999999999%", "9223372036854775807%"}
	for range 20_000 {
		p, err := value.ParsePercent(texts[random.IntN(len(texts))])
		if err != nil {
			t.Fatal(err)
		}
		m := &Amount{currency: "EUR", units: random.Int64() >> random.IntN(64)}
		if random.IntN(2) == 0 {
			m.units = -m.units
		}
		want := m.with(new(big.Rat).Mul(m.rat(), p.Rat()))
		got, ok := m.Multiply(percentVal{p}).(*Amount)
		if !ok || got.rat().Cmp(want.rat()) != 0 || (got.exact == nil) != (want.exact == nil) {
			t.Fatalf("%s of %d cents: got %v, want %v", p, m.units, got, want)
		}
		for _, by := range value.Roundings() {
			checkRounding(t, got, by)
		}
	}
}

func checkRounding(t *testing.T, m *Amount, by value.Rounding) {
	t.Helper()
	if m.exact == nil {
		return
	}
	got, err := m.Round(by)
	want, wantErr := by.Money(m.whole(), m.currency)
	if got != want || (err == nil) != (wantErr == nil) {
		t.Fatalf("%s rounds to %v, %v and not to %v, %v", m.exact, got, err, want, wantErr)
	}
}

func TestHalfToEven(t *testing.T) {
	for _, c := range []struct{ num, den, want int64 }{
		{1, 2, 0}, {3, 2, 2}, {5, 2, 2}, {-1, 2, 0}, {-3, 2, -2}, {-5, 2, -2}, {7, 3, 2}, {8, 3, 3}, {-7, 3, -2}, {-8, 3, -3},
		{math.MinInt64, 3, -3074457345618258603}, {1, math.MaxInt64 / 2, 0},
	} {
		if got, fits := roundSmall(big.NewRat(c.num, c.den), value.RoundHalfEven); got != c.want || !fits {
			t.Errorf("%d/%d: got %d, %t, want %d", c.num, c.den, got, fits, c.want)
		}
	}
	if _, fits := roundSmall(big.NewRat(1, math.MaxInt64), value.RoundHalfEven); fits {
		t.Error("twice the rest may not fit")
	}
}
