package celenv

import (
	"errors"
	"fmt"

	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/interpreter"
)

// meter counts the work of one evaluation. Work is counted in steps: reading a value, calling a
// function, one round of a loop are one each, and a function that goes through long texts or lists
// is as many as it goes through parts of them (prices.go). A step takes some tens of nanoseconds,
// so the limit bounds the time, whatever the shape of the expression.
//
// cel-go can track the cost of an evaluation by itself. Its tracker keeps each value on a stack
// that it searches, and a loop makes the stack longer: the time grows with the square of what is
// counted. It also knows nothing of the functions here.
type meter struct {
	spent, limit uint64
	next         uint64 // when the context is asked again
	// final is set where passing the limit ends the evaluation for good, and no && or || can do
	// without the part: in expressions with loops. In any other what costs too much is an error like
	// others, so that conditions behind it can be answered without evaluating it.
	final bool
}

// checkEvery is how many steps there are between two questions to the context.
const checkEvery = 1 << 12

var errTooCostly = errors.New("it costs too much to evaluate")

// count counts one step.
func (f *Frame) count() {
	if f.meter.spent++; f.meter.spent >= f.meter.next {
		f.check()
	}
}

// charge counts the steps that a function takes, before it is called. The result is an error that
// it gives instead of a value, nil mostly.
func (f *Frame) charge(steps uint64) ref.Val {
	m := &f.meter
	if m.spent += steps; m.spent < m.next {
		return nil
	}
	if f.check(); m.spent > m.limit && steps > 0 {
		return types.WrapErr(errTooCostly)
	}
	return nil
}

// check asks the context, and ends an evaluation that has passed its limit for good.
func (f *Frame) check() {
	m := &f.meter
	if f.interrupted() {
		panic(interpreter.EvalCancelledError{Message: "interrupted", Cause: interpreter.ContextCancelled})
	}
	if m.spent > m.limit && m.final {
		panic(interpreter.EvalCancelledError{Message: errTooCostly.Error(), Cause: interpreter.CostLimitExceeded})
	}
	if m.next = m.spent + checkEvery; m.spent <= m.limit {
		m.next = min(m.next, m.limit+1)
	} else {
		m.next = 0 // what costs anything is an error from now on
	}
}

// interrupted reports whether the context of the input is done. Once it is, nothing is evaluated
// any more.
func (f *Frame) interrupted() bool {
	if f.in.Stopped == nil && f.in.Context != nil {
		f.in.Stopped = f.in.Context.Err()
	}
	return f.in.Stopped != nil
}

// InterruptedError says that the context of an input was done while it was evaluated. It wraps the
// context's error.
type InterruptedError struct{ Err error }

func (e *InterruptedError) Error() string { return "the evaluation was stopped: " + e.Err.Error() }

// Unwrap returns the context's error.
func (e *InterruptedError) Unwrap() error { return e.Err }

// metered runs an evaluation with a meter of its own.
func (f *Frame) metered(limit uint64, final bool, run func() (ref.Val, error)) (ref.Val, error) {
	outer := f.meter
	f.meter = meter{limit: limit, final: final, next: min(checkEvery, limit+1)}
	out, err := run()
	f.meter = outer
	return out, err
}

// tooCostly says what limit was passed, and what can be done.
func tooCostly(limit uint64) string {
	return fmt.Sprintf("the condition costs too much to evaluate (limit %d): ask for less of its lists and texts, or let in fewer items (max_items)", limit)
}

// frameOf finds the frame of an evaluation.
func frameOf(frame *interpreter.ExecutionFrame) *Frame {
	v, _ := frame.ResolveName(frameName)
	f, _ := v.(*Frame)
	return f
}
