package celenv

import (
	"errors"
	"fmt"

	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/interpreter"
)

// meter counts the work of one evaluation. Work is counted in steps. Reading a value, calling a
// function and one round of a loop are one step each. A function that goes through long texts or
// lists takes one step for each part of them (prices.go). A step takes some tens of nanoseconds, so
// the limit bounds the time, whatever the shape of the expression.
//
// cel-go can track the cost of an evaluation by itself. But its tracker searches a stack of values
// that a loop makes longer, so its time grows with the square of the steps. It also has no prices
// for the functions here.
type meter struct {
	spent, limit uint64
	next         uint64 // the number of steps at which the context is looked at again
	// final is set for an expression with loops: passing the limit ends its evaluation for good,
	// and no && or || absorbs that. In any other expression, passing the limit is an ordinary
	// error, so that conditions behind it can be answered without evaluating it.
	final bool
}

// checkEvery is the number of steps between two looks at the context.
const checkEvery = 1 << 12

var errTooCostly = errors.New("it costs too much to evaluate")

// count counts one step.
func (f *Frame) count() {
	if f.meter.spent++; f.meter.spent >= f.meter.next {
		f.check()
	}
}

// charge counts the steps that a function will take, before it is called. The result is nil, or the
// error that the call gives instead of a value.
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

// check ends the evaluation if the context is done, or if a final limit was passed.
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
		m.next = 0 // every further charge is an error
	}
}

// interrupted reports whether the context of the input is done. After that, nothing is evaluated.
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
