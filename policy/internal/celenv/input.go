package celenv

import (
	"context"
	"time"

	"github.com/google/cel-go/common/types/ref"
	"github.com/servicerecovery/amends/policy/internal/cellib"
	"github.com/servicerecovery/amends/policy/value"
)

// Input has the values of a decision's fields and facts, by their slots, and the time. The frames
// of all scopes can share it, because they only read it.
//
// Values can also be given as natives, as [Box] takes them. Such a value is boxed when it is first
// read, and kept in Fields or Facts, which must be as long. An input with natives is for one
// goroutine.
type Input struct {
	Fields []Val
	Facts  []Val
	Now    time.Time

	// Context ends evaluations when it is done; nil: none does. Stopped is its error then, and
	// results of evaluations after that have no meaning.
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

// Message has the values that only messages can read: those of the action that a message belongs
// to. An Amount, DueAt or Partner without a value is absent.
type Message struct {
	Type    string
	Amount  Val
	DueAt   Val
	Partner Val
	Total   Val // of the amounts of the decision, in the currency of Amount
}

// Val is a value as expressions read it. Box a value once and read it often. The zero Val is
// absent.
type Val struct{ v ref.Val }

// IsSet reports whether there is a value.
func (v Val) IsSet() bool { return v.v != nil }

// Box takes a string, int64 (or int), float64, bool, time.Time, value.Date, time.Duration,
// value.Money, value.Percent or a []any of those. Times are kept in UTC. Any other value becomes
// the absent Val, and so does an infinite double or NaN.
func Box(native any) Val { return Val{cellib.Box(native)} }

// Native returns the value as [Box] takes it, nil when it is absent. Money is rounded half to even.
// The result is nil for an amount that is too large; [Expr.Eval] never returns one.
func (v Val) Native() any { return cellib.Native(v.v) }

// Money returns the value if it is an amount, rounded as [Val.Native] rounds it.
func (v Val) Money() (value.Money, bool) {
	m, ok := v.v.(*cellib.Amount)
	if !ok {
		return value.Money{}, false
	}
	rounded, err := m.Round(value.RoundHalfEven)
	return rounded, err == nil
}
