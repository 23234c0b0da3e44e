package oracle

import (
	"math/big"
	"time"

	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/recovery"
)

// oRatio is money by money, or a duration by a duration: it stays exact among numbers and beside
// money. Whatever else reads it reads the nearest double.
type oRatio struct{ rat *big.Rat }

func (r oRatio) double() float64 {
	f, _ := r.rat.Float64()
	return f
}

// nearest is what comparisons read.
func nearest(v any) any {
	if r, ok := v.(oRatio); ok {
		return r.double()
	}
	return v
}

// ratioArithmetic works out what gives a ratio; ok says that it was one.
func ratioArithmetic(op string, a, b any) (v any, err error, ok bool) {
	quotient := func(x, y *big.Rat) (any, error, bool) {
		if y.Sign() == 0 {
			return nil, errEval, true
		}
		return oRatio{new(big.Rat).Quo(x, y)}, nil, true
	}
	switch x := a.(type) {
	case time.Duration:
		if y, is := b.(time.Duration); is && op == "/" {
			return quotient(big.NewRat(int64(x), 1), big.NewRat(int64(y), 1))
		}
		return nil, nil, false
	case oExact:
		if y, is := b.(oExact); is && op == "/" {
			return quotient(x.rat, y.rat)
		}
		return nil, nil, false
	}
	_, left := a.(oRatio)
	_, right := b.(oRatio)
	if !left && !right {
		return nil, nil, false
	}
	x, y := ratOf(a), ratOf(b)
	switch op {
	case "+":
		return oRatio{new(big.Rat).Add(x, y)}, nil, true
	case "-":
		return oRatio{new(big.Rat).Sub(x, y)}, nil, true
	case "*":
		return oRatio{new(big.Rat).Mul(x, y)}, nil, true
	}
	return quotient(x, y)
}

// rounds is how the amounts of a document are rounded: as it says, else as the shared one does.
func (b *oBook) rounds() string {
	if b.rounding != "" {
		return b.rounding
	}
	if b.set.shared != nil && b.set.shared.rounding != "" {
		return b.set.shared.rounding
	}
	return "half-even"
}

// rounded is an amount as the document gives it: rounded once.
func (e oExact) rounded(b *oBook) recovery.Money {
	below, above := e.whole(value.RoundDown), e.whole(value.RoundUp)
	if below == above {
		return below
	}
	double := new(big.Rat).Add(e.rat, e.rat)
	half := double.Cmp(new(big.Rat).Add(below.Rat(), above.Rat())) // on which side of the middle
	switch mode := b.rounds(); {
	case mode == "up", mode == "half-up" && half >= 0, mode == "half-even" && half > 0:
		return above
	case mode == "half-even" && half == 0:
		return e.money()
	}
	return below
}

func (e oExact) whole(r value.Rounding) recovery.Money {
	m, err := r.Money(e.rat, e.cur)
	if err != nil {
		panic(err)
	}
	return m
}
