package celenv

import (
	"errors"
	"fmt"
	"strings"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/functions"
	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/common/overloads"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/interpreter"
	"github.com/servicerecovery/amends/policy/internal/cellib"
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

// mostFree is the number of calls that go through a text or a list once which an expression may
// have and still run without a meter.
const mostFree = 16

// needsMeter reports whether an evaluation of a node has to be counted. It has to be where the node
// loops, where it calls functions that go through texts and lists more than once or make new ones,
// and where it has very many calls that go through them once. Other expressions run at full speed.
func needsMeter(n ast.Expr) bool {
	free := mostFree
	return needsMeterAfter(n, &free)
}

func needsMeterAfter(n ast.Expr, free *int) bool {
	switch n.Kind() {
	case ast.ComprehensionKind:
		return true
	case ast.CallKind:
		name := n.AsCall().FunctionName()
		if _, costly := prices[name]; costly {
			return true
		}
		if _, goesThrough := linear[name]; goesThrough {
			if *free--; *free < 0 {
				return true
			}
		}
	}
	for _, child := range children(n) {
		if needsMeterAfter(child, free) {
			return true
		}
	}
	return false
}

// metering returns the option that makes a program count its steps. Constants take none: the length
// of the source bounds their number.
func (b *Base) metering(loops bool) cel.ProgramOption {
	return cel.CustomDecoratorV2(func(i interpreter.InterpretableV2) (interpreter.InterpretableV2, error) {
		switch n := i.(type) {
		case *step, *attributeStep, *costlyStep, interpreter.InterpretableConst:
			return i, nil
		case interpreter.InterpretableAttribute:
			return &attributeStep{n}, nil
		case interpreter.InterpretableConstructor:
			if onlyConstants(n.InitVals()) {
				return i, nil // cel-go turns it into one constant
			}
		case interpreter.InterpretableCall:
			return b.meteredCall(n, loops), nil
		}
		return &step{i}, nil
	})
}

func onlyConstants(values []interpreter.InterpretableV2) bool {
	for _, v := range values {
		if _, ok := v.(interpreter.InterpretableConst); !ok {
			return false
		}
	}
	return true
}

func (b *Base) meteredCall(call interpreter.InterpretableCall, loops bool) interpreter.InterpretableV2 {
	name, args := call.Function(), call.Args()
	if name == overloads.Matches && len(args) == 2 {
		return matchesStep(call)
	}
	if name == operators.In && len(args) == 2 {
		if c, ok := args[1].(interpreter.InterpretableConstructor); ok && onlyConstants(c.InitVals()) {
			return call // cel-go looks it up in a set
		}
		if _, ok := args[0].(interpreter.InterpretableConst); ok && !loops {
			return &step{call} // package atom answers this for lists of any length
		}
	}
	price, costly := prices[name]
	if !costly {
		if price, costly = linear[name]; costly && !loops {
			price = beyondFree(price)
		}
	}
	apply := b.applying(call)
	if !costly || apply == nil {
		return &step{call}
	}
	return &costlyStep{id: call.ID(), args: args, price: price, call: apply}
}

// applying returns the function that a call applies to its arguments, nil where it is not known.
func (b *Base) applying(c interpreter.InterpretableCall) func(values ...ref.Val) ref.Val {
	switch c.Function() {
	case operators.Equals:
		return func(values ...ref.Val) ref.Val { return types.Equal(values[0], values[1]) }
	case operators.NotEquals:
		return func(values ...ref.Val) ref.Val { return types.Bool(types.Equal(values[0], values[1]) != types.True) }
	}
	impl := b.impls[c.OverloadID()]
	if impl == nil {
		impl = b.impls[c.Function()]
	}
	if impl == nil {
		return nil
	}
	return calling(impl)
}

// calling applies an implementation to its arguments.
func calling(impl *functions.Overload) func(values ...ref.Val) ref.Val {
	return func(values ...ref.Val) ref.Val {
		if out := cellib.Call(impl, values); out != nil {
			return out
		}
		return types.NoSuchOverloadErr()
	}
}

// step counts one for what it evaluates.
type step struct{ interpreter.InterpretableV2 }

// Exec implements interpreter.InterpretableV2.
func (s *step) Exec(frame *interpreter.ExecutionFrame) ref.Val {
	frameOf(frame).count()
	return s.InterpretableV2.Exec(frame)
}

// Eval implements interpreter.Interpretable.
func (s *step) Eval(vars interpreter.Activation) ref.Val { return s.Exec(interpreter.AsFrame(vars)) }

// attributeStep counts one for a value that is read.
type attributeStep struct {
	interpreter.InterpretableAttribute
}

// Exec implements interpreter.InterpretableV2.
func (s *attributeStep) Exec(frame *interpreter.ExecutionFrame) ref.Val {
	frameOf(frame).count()
	return s.InterpretableAttribute.Exec(frame)
}

// Eval implements interpreter.Interpretable.
func (s *attributeStep) Eval(vars interpreter.Activation) ref.Val {
	return s.Exec(interpreter.AsFrame(vars))
}

// costlyStep is a call whose price depends on its arguments. It is charged before the call is made.
type costlyStep struct {
	id    int64
	args  []interpreter.InterpretableV2
	price func(args []ref.Val) uint64
	call  func(values ...ref.Val) ref.Val
}

// ID implements interpreter.Interpretable.
func (s *costlyStep) ID() int64 { return s.id }

// Exec implements interpreter.InterpretableV2.
func (s *costlyStep) Exec(frame *interpreter.ExecutionFrame) ref.Val {
	var room [4]ref.Val
	values := room[:0]
	for _, arg := range s.args {
		v := arg.Exec(frame)
		if types.IsUnknownOrError(v) {
			return v
		}
		values = append(values, v)
	}
	f := frameOf(frame)
	f.count()
	if err := f.charge(s.price(values)); err != nil {
		return types.LabelErrNode(s.id, err)
	}
	return types.LabelErrNode(s.id, s.call(values...))
}

// Eval implements interpreter.Interpretable.
func (s *costlyStep) Eval(vars interpreter.Activation) ref.Val {
	return s.Exec(interpreter.AsFrame(vars))
}

// mayEnd reports whether evaluating a node could end the whole evaluation, rather than give a value
// or an error. A loop could: it is metered. So could a function that is not known to be harmless:
// it may panic. Terms and tables are evaluated by themselves, and do not count.
func mayEnd(n ast.Expr) bool {
	switch n.Kind() {
	case ast.ComprehensionKind:
		return true
	case ast.CallKind:
		if !harmless(n.AsCall().FunctionName()) {
			return true
		}
	}
	for _, child := range children(n) {
		if mayEnd(child) {
			return true
		}
	}
	return false
}

// harmless reports whether a function always gives a value or an error. A function that is missing
// here still works; but conditions that stand behind it are not taken apart.
func harmless(name string) bool {
	switch name {
	case operators.LogicalAnd, operators.LogicalOr, operators.LogicalNot, operators.Conditional,
		operators.Equals, operators.NotEquals, operators.Less, operators.LessEquals, operators.Greater, operators.GreaterEquals,
		operators.In, operators.Add, operators.Subtract, operators.Multiply, operators.Divide, operators.Modulo, operators.Negate,
		operators.Index,
		overloads.Size, overloads.StartsWith, overloads.EndsWith, overloads.Contains, overloads.Matches,
		overloads.TypeConvertInt, overloads.TypeConvertDouble, overloads.TypeConvertString, overloads.TypeConvertBool, overloads.TypeConvertDuration,
		"orValue", "or", "hasValue", "hours", "minutes", "days", "percent", "round_up", "round_down", "max", "min", "sum", cellib.SumOfMoney,
		cellib.CalendarOf, cellib.CalendarIn, "workday", "workdays", "worked", "open",
		"lowerAscii", "upperAscii", "trim", "indexOf", "lastIndexOf", "charAt", "substring", "replace", "split", "join":
		return true
	}
	return cellib.IsZoned(name) || strings.HasPrefix(name, "get") // the parts of a duration
}
