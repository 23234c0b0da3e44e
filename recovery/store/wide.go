package store

import "math/bits"

// Wide is a 128-bit whole number. Amounts fit 64 bits, their sums may not, and
// a sum that wrapped around would pass under every limit.
type Wide struct {
	high int64
	low  uint64
}

// WideOf widens a number.
func WideOf(n int64) Wide { return Wide{n >> 63, uint64(n)} }

// Plus adds.
func (w Wide) Plus(o Wide) Wide {
	low, carry := bits.Add64(w.low, o.low, 0)
	return Wide{w.high + o.high + int64(carry), low}
}

// Minus subtracts.
func (w Wide) Minus(o Wide) Wide {
	low, borrow := bits.Sub64(w.low, o.low, 0)
	return Wide{w.high - o.high - int64(borrow), low}
}

// Int64 returns the number if it fits.
func (w Wide) Int64() (int64, bool) {
	n := int64(w.low)
	return n, w.high == n>>63
}
