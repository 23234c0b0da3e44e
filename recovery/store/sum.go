package store

import (
	"math"
	"math/big"
	"strconv"
	"strings"

	"github.com/servicerecovery/amends/policy/value"
)

// Field is the path of the field that the kind adds up.
func (k *FactKind) Field() string { return strings.TrimPrefix(k.Sum, "incident.") }

// weighField is what a field counts, from its text in the record. A text that is not of the kind, and
// an amount in another currency, count nothing.
func (k *FactKind) weighField(text string) Wide {
	switch k.Of {
	case value.KindInt:
		if n, err := strconv.ParseInt(text, 10, 64); err == nil {
			return WideOf(n)
		}
	case value.KindDuration:
		if d, err := value.ParseAnyDuration(text); err == nil {
			return WideOf(int64(d))
		}
	case value.KindMoney:
		if m, err := value.ParseMoney(text); err == nil && m.Currency() == k.Currency {
			return WideOf(m.Units())
		}
	case value.KindDouble:
		if f, err := strconv.ParseFloat(text, 64); err == nil && !math.IsNaN(f) {
			return wideDouble(f)
		}
	}
	return Wide{}
}

// Doubles are added up as decimals, so that the order of the incidents changes no sum: with twelve
// decimals, and none above maxDouble in size. Sums of more incidents than there can be fit.
const (
	doubleDecimals = 12
	maxDouble      = 1e15
)

func wideDouble(f float64) Wide {
	exact, ok := new(big.Rat).SetString(strconv.FormatFloat(max(min(f, maxDouble), -maxDouble), 'g', -1, 64))
	if !ok {
		return Wide{}
	}
	// Half up. The floor of n + 1/2 is that of (2n + 1) / 2.
	exact.Mul(exact, new(big.Rat).SetInt(doubleUnit()))
	num := new(big.Int).Lsh(exact.Num(), 1)
	num.Add(num, exact.Denom())
	n := num.Div(num, new(big.Int).Lsh(exact.Denom(), 1))
	low := new(big.Int).And(n, new(big.Int).SetUint64(math.MaxUint64))
	return Wide{new(big.Int).Rsh(n, 64).Int64(), low.Uint64()}
}

// doubleOf is the double that is nearest to a sum of doubles.
func doubleOf(w Wide) float64 {
	n := new(big.Int).Lsh(big.NewInt(w.high), 64)
	n.Add(n, new(big.Int).SetUint64(w.low))
	f, _ := new(big.Rat).SetFrac(n, doubleUnit()).Float64()
	return f
}

func doubleUnit() *big.Int { return big.NewInt(1_000_000_000_000) }
