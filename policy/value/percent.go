package value

import (
	"math"
	"math/big"
	"strconv"
	"strings"
)

// Percent is an exact decimal number of hundredths, as 12.5% is. Two are == when
// they are equal: 12.5% and 12.50% are one value. The zero Percent is 0%.
type Percent struct {
	digits int64 // the percentage × 10^scale
	scale  uint8 // how many decimals; as few as possible
}

// maxScale bounds the decimals of a percentage: what 18 digits can hold.
const maxScale = 18

const wantedPercent = "a number and a percent sign, such as 12.5%"

// ParsePercent reads a percentage as playbooks write it: "12.5%", with an optional
// minus sign and no space. The error is a [*SyntaxError], also for a number with more
// than 18 digits or so, which cannot be held exactly.
func ParsePercent(text string) (Percent, error) {
	number, sign := strings.CutSuffix(text, "%")
	d, ok := parseDecimal(number)
	if !ok || !sign {
		return Percent{}, &SyntaxError{Kind: "percentage", Text: text, Wanted: wantedPercent}
	}
	p, ok := newPercent(d)
	if !ok {
		return Percent{}, &SyntaxError{Kind: "percentage", Text: text, Found: "has too many digits to be exact", Wanted: "at most 18"}
	}
	return p, nil
}

// PercentOf returns the percentage of a number: PercentOf(12.5) is 12.5%. A double
// counts as its shortest decimal. The error is a [*SyntaxError] for what is
// no number or has too many digits to be exact.
func PercentOf[T int | int64 | float64](number T) (Percent, error) {
	switch n := any(number).(type) {
	case int:
		return Percent{digits: int64(n)}, nil
	case int64:
		return Percent{digits: n}, nil
	default:
		return percentOfDouble(n.(float64))
	}
}

func percentOfDouble(f float64) (Percent, error) {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return Percent{}, &SyntaxError{Kind: "percentage", Text: strconv.FormatFloat(f, 'g', -1, 64), Wanted: "a finite number"}
	}
	d, _ := parseDecimal(strconv.FormatFloat(f, 'f', -1, 64))
	p, ok := newPercent(d)
	if !ok {
		return Percent{}, &SyntaxError{Kind: "percentage", Text: formatDouble(f), Found: "has too many digits to be exact as a percentage", Wanted: "at most 18"}
	}
	return p, nil
}

// newPercent takes off the zeros at the end, so that equal values are ==.
func newPercent(d decimal) (Percent, bool) {
	for d.scale > 0 && strings.HasSuffix(d.digits, "0") {
		d.digits, d.scale = d.digits[:len(d.digits)-1], d.scale-1
	}
	digits, ok := d.times10(d.scale)
	if !ok || d.scale > maxScale {
		return Percent{}, false
	}
	return Percent{digits, uint8(d.scale)}, true
}

// String writes the percentage as [ParsePercent] reads it, without needless zeros.
func (p Percent) String() string { return p.text('.') }

func (p Percent) text(point byte) string {
	return formatDecimal(p.digits, int(p.scale), point) + "%"
}

// Rat returns the share that the percentage stands for: 1/8 for 12.5%. The result is
// the caller's.
func (p Percent) Rat() *big.Rat {
	return new(big.Rat).SetFrac(big.NewInt(p.digits), pow10(int(p.scale)+2))
}

// Digits returns the percentage as a whole number of 10^-scale: 125 and 1 for
// 12.5%. The scale is as small as can be.
func (p Percent) Digits() (digits int64, scale int) { return p.digits, int(p.scale) }

// Compare returns -1, 0 or +1 as p is less than, equal to or more than other.
func (p Percent) Compare(other Percent) int {
	if p == other {
		return 0
	}
	return p.Rat().Cmp(other.Rat())
}

// Sign returns -1, 0 or +1 as the percentage is below, at or above 0%.
func (p Percent) Sign() int { return p.Compare(Percent{}) }

// MarshalText writes what String does.
func (p Percent) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText reads what [ParsePercent] does.
func (p *Percent) UnmarshalText(text []byte) error {
	read, err := ParsePercent(string(text))
	if err == nil {
		*p = read
	}
	return err
}
