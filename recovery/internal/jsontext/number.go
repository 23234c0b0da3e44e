package jsontext

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"
)

// AppendFloat writes a double as ECMAScript does: the shortest decimal that
// reads back as the same double, in exponent form from 1e21 and below 1e-6.
func AppendFloat(dst []byte, f float64) []byte {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return append(dst, "null"...)
	}
	if f == 0 {
		return append(dst, '0') // not -0
	}
	if size := math.Abs(f); size < 1e21 && size >= 1e-6 {
		return strconv.AppendFloat(dst, f, 'f', -1, 64)
	}
	dst = strconv.AppendFloat(dst, f, 'e', -1, 64)
	// Go writes an exponent of at least two digits: 1e-07 where 1e-7 is wanted.
	if n := len(dst); dst[n-2] == '0' && (dst[n-3] == '-' || dst[n-3] == '+') {
		dst[n-2] = dst[n-1]
		dst = dst[:n-1]
	}
	return dst
}

// AppendNumber writes a number that came as JSON text. Equal values are written alike: 1.0 as 1. A
// number that neither an int64 nor a double holds exactly is written as it came, so that no digit gets
// lost.
func AppendNumber(dst []byte, n json.Number) []byte {
	if i, ok := WholeNumber(n); ok {
		return strconv.AppendInt(dst, i, 10)
	}
	if f, err := strconv.ParseFloat(string(n), 64); err == nil {
		start := len(dst)
		dst = AppendFloat(dst, f)
		if sameDecimal(string(n), string(dst[start:])) {
			return dst
		}
		dst = dst[:start]
	}
	return append(dst, n...)
}

// WholeNumber returns the number if it is whole and fits an int64, however it is
// written: 3, 3.0 and 30e-1 are the same number to JSON.
func WholeNumber(n json.Number) (int64, bool) {
	if i, err := strconv.ParseInt(string(n), 10, 64); err == nil {
		return i, true
	}
	d, ok := parseDecimal(string(n))
	if !ok || d.exponent < 0 || d.exponent > 18 {
		return 0, false
	}
	i, err := strconv.ParseInt(d.sign+d.digits+strings.Repeat("0", d.exponent), 10, 64)
	return i, err == nil
}

// sameDecimal reports whether two JSON numbers have exactly the same value.
func sameDecimal(a, b string) bool {
	x, ok := parseDecimal(a)
	y, also := parseDecimal(b)
	return ok && also && x == y
}

// decimal is the value of a JSON number, digits × 10^exponent, in the one form in
// which the digits neither begin nor end with a zero. Zero is "0" without a sign.
type decimal struct {
	sign     string
	digits   string
	exponent int
}

// maxExponent leaves room for the digits of any number where an int has 32 bits.
const maxExponent = 1_000_000_000

// parseDecimal reads a JSON number. It fails on an exponent of absurd size.
func parseDecimal(n string) (decimal, bool) {
	var d decimal
	mantissa, exponent := n, ""
	if i := strings.IndexAny(n, "eE"); i >= 0 {
		mantissa, exponent = n[:i], n[i+1:]
	}
	mantissa, negative := strings.CutPrefix(mantissa, "-")
	whole, fraction, _ := strings.Cut(mantissa, ".")
	digits := strings.TrimLeft(whole+fraction, "0")
	d.digits = strings.TrimRight(digits, "0")
	if d.digits == "" {
		return decimal{digits: "0"}, true
	}
	if negative {
		d.sign = "-"
	}
	if exponent != "" {
		e, err := strconv.Atoi(exponent)
		if err != nil || e > maxExponent || e < -maxExponent {
			return decimal{}, false
		}
		d.exponent = e
	}
	d.exponent += len(digits) - len(d.digits) - len(fraction)
	return d, true
}

// IsNumber reports whether a text is a JSON number.
func IsNumber(s string) bool { return len(s) > 0 && numberEnd(s, 0) == len(s) }

// numberEnd returns where the number ends that begins at i: a minus sign, a whole part that begins with
// no needless zero, decimals, an exponent. It is -1 where none does.
func numberEnd[T string | []byte](s T, i int) int {
	if i < len(s) && s[i] == '-' {
		i++
	}
	whole := i
	if i < len(s) && s[i] == '0' {
		i++
	} else if i = digitsEnd(s, i); i == whole {
		return -1
	}
	if i < len(s) && s[i] == '.' {
		decimals := i + 1
		if i = digitsEnd(s, decimals); i == decimals {
			return -1
		}
	}
	if i < len(s) && (s[i] == 'e' || s[i] == 'E') {
		i++
		if i < len(s) && (s[i] == '+' || s[i] == '-') {
			i++
		}
		power := i
		if i = digitsEnd(s, power); i == power {
			return -1
		}
	}
	return i
}

func digitsEnd[T string | []byte](s T, i int) int {
	for i < len(s) && s[i]-'0' <= 9 {
		i++
	}
	return i
}
