package store

import (
	"encoding/binary"
	"math/bits"
)

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

// Append appends the number as 16 bytes, which [ReadWide] reads.
func (w Wide) Append(dst []byte) []byte {
	return binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(dst, uint64(w.high)), w.low)
}

// ReadWide reads a number from its 16 bytes.
func ReadWide(b []byte) Wide {
	return Wide{int64(binary.BigEndian.Uint64(b)), binary.BigEndian.Uint64(b[8:16])}
}
