package celenv

import (
	"github.com/google/cel-go/common/types/ref"

	"github.com/servicerecovery/amends/policy/internal/cellib"
	"github.com/servicerecovery/amends/policy/value"
)

// Val is a value in the form in which expressions read it. Box it once, read it often.
// The zero Val is absent.
type Val struct{ v ref.Val }

// IsSet reports whether there is a value.
func (v Val) IsSet() bool { return v.v != nil }

// Box takes a string, int64 (or int), float64, bool, time.Time, value.Date,
// time.Duration, value.Money, value.Percent or a []any of those. Times are kept in UTC.
// What is none of these is absent, and so is a double that is infinite or no number.
func Box(native any) Val { return Val{cellib.Box(native)} }

// Native returns the value as [Box] takes it, nil when it is absent. Money is rounded
// half to even; the result is nil for an amount that does not fit, which
// [Expr.Eval] never returns.
func (v Val) Native() any { return cellib.Native(v.v) }

// Money returns the value if it is an amount, rounded as [Val.Native] rounds it.
func (v Val) Money() (value.Money, bool) {
	m, ok := v.v.(*cellib.Amount)
	if !ok {
		return value.Money{}, false
	}
	rounded, err := m.Round()
	return rounded, err == nil
}
