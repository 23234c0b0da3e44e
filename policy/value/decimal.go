package value

import (
	"math"
	"math/big"
	"strconv"
	"strings"
)

// decimal is what text such as "-12.50" says: the digits without the point, as a
// number, and how many of them stand after it.
type decimal struct {
	negative bool
	digits   string // at least one, no sign, no point
	scale    int    // how many of the digits are decimals
}

// parseDecimal reads an optional minus sign, digits, and optionally a point and
// more digits. Nothing else: no plus, no exponent, no grouping, no bare point.
func parseDecimal(text string) (decimal, bool) {
	var d decimal
	text, d.negative = strings.CutPrefix(text, "-")
	whole, fraction, point := strings.Cut(text, ".")
	if !isDigits(whole) || point && !isDigits(fraction) {
		return decimal{}, false
	}
	d.digits, d.scale = whole+fraction, len(fraction)
	return d, true
}

// isDigits reports whether text is one or more ASCII digits.
func isDigits(text string) bool {
	for i := range len(text) {
		if text[i] < '0' || text[i] > '9' {
			return false
		}
	}
	return text != ""
}

// times10 returns the decimal times 10^places as a whole number. places must not
// be below the scale; ok is false when the number does not fit.
func (d decimal) times10(places int) (n int64, ok bool) {
	digits := d.digits + strings.Repeat("0", places-d.scale)
	if d.negative {
		digits = "-" + digits
	}
	n, err := strconv.ParseInt(digits, 10, 64)
	return n, err == nil
}

// formatDecimal writes n × 10^-scale with exactly scale decimals.
func formatDecimal(n int64, scale int, point byte) string {
	var room [32]byte
	return string(appendDecimal(room[:0], n, scale, point))
}

// appendDecimal appends what formatDecimal writes.
func appendDecimal(dst []byte, n int64, scale int, point byte) []byte {
	// As an unsigned number, since the smallest int64 has no positive counterpart.
	magnitude := uint64(n)
	if n < 0 {
		magnitude = -magnitude
		dst = append(dst, '-')
	}
	var room [20]byte
	digits := strconv.AppendUint(room[:0], magnitude, 10)
	whole := len(digits) - scale
	if whole <= 0 {
		dst = append(dst, '0')
	} else {
		dst = append(dst, digits[:whole]...)
	}
	if scale == 0 {
		return dst
	}
	dst = append(dst, point)
	for range -whole {
		dst = append(dst, '0')
	}
	return append(dst, digits[max(whole, 0):]...)
}

// pow10 returns 10^n; n is small and never negative.
func pow10(n int) *big.Int {
	return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil)
}

// formatDouble writes the shortest decimal that reads back as f. Sizes that people
// meet are never in exponent form; only where a number would become a long run of
// zeros is it.
func formatDouble(f float64) string {
	if f == 0 {
		return "0" // not "-0"
	}
	if size := math.Abs(f); size >= 1e21 || size < 1e-9 {
		return strconv.FormatFloat(f, 'g', -1, 64)
	}
	return strconv.FormatFloat(f, 'f', -1, 64)
}
