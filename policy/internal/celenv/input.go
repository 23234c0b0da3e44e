package celenv

import (
	"context"
	"time"

	"github.com/google/cel-go/common/types/ref"
	"github.com/servicerecovery/amends/policy/internal/cellib"
	"github.com/servicerecovery/amends/policy/value"
)

// Input is what a decision is made from: the values of fields and facts by their slots,
// and the time. It is only read, and may be shared by the frames of all scopes.
//
// Values may be given as natives instead, as [Box] takes them. Such a value is boxed at its
// first read and kept in Fields or Facts, which are as long then; that makes the input one for a
// single goroutine.
type Input struct {
	Fields []Val
	Facts  []Val
	Now    time.Time

	// Context ends evaluations when it is done, and Stopped is its error then; nil: none does. What
	// an evaluation gives after that has no meaning.
	Context context.Context
	Stopped error

	NativeFields []any
	NativeFacts  []any
}

// field returns the value of a field, nil if it has none.
func (in *Input) field(slot int) ref.Val { return read(in.Fields, in.NativeFields, slot) }

// fact returns the value of a fact, nil if it has none.
func (in *Input) fact(slot int) ref.Val { return read(in.Facts, in.NativeFacts, slot) }

func read(boxed []Val, natives []any, slot int) ref.Val {
	if slot >= len(boxed) {
		return nil
	}
	if v := boxed[slot].v; v != nil || slot >= len(natives) || natives[slot] == nil {
		return v
	}
	boxed[slot] = Box(natives[slot])
	return boxed[slot].v
}

// Message is what messages know besides: the action that they belong to. An Amount,
// DueAt or Partner that is absent has no value.
type Message struct {
	Type    string
	Amount  Val
	DueAt   Val
	Partner Val
}

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
