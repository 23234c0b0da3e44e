package oracle

import (
	"math/big"
	"time"
)

// addUp is what the values of a field come to. What is absent adds nothing, and neither does money in
// another currency.
func (f *oFact) addUp(values []any) any {
	sum := new(big.Rat)
	for _, v := range values {
		switch v := v.(type) {
		case int64:
			sum.Add(sum, big.NewRat(v, 1))
		case time.Duration:
			sum.Add(sum, big.NewRat(int64(v), 1))
		case float64:
			sum.Add(sum, twelvePlaces(v))
		case oExact:
			if v.cur == f.moneyOf() {
				sum.Add(sum, v.rat)
			}
		}
	}
	switch f.kind {
	case "int":
		return sum.Num().Int64()
	case "duration":
		return time.Duration(sum.Num().Int64())
	case "double":
		nearest, _ := sum.Float64()
		return nearest
	}
	return oExact{sum, f.moneyOf()}
}

func (f *oFact) moneyOf() string {
	if f.currency == "" {
		return "EUR" // the field's
	}
	return f.currency
}

// twelvePlaces is a number as a decimal that is added up, and not more than 10^15 in size.
func twelvePlaces(v float64) *big.Rat {
	r, ok := new(big.Rat).SetString(new(big.Rat).SetFloat64(min(max(v, -1e15), 1e15)).FloatString(12))
	if !ok {
		panic(v)
	}
	return r
}
