package celenv

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"
	"github.com/google/cel-go/interpreter"

	"github.com/servicerecovery/amends/policy/internal/cellib"
	"github.com/servicerecovery/amends/policy/internal/celtext"
	"github.com/servicerecovery/amends/policy/value"
)

// EvalError reports an evaluation that failed. The part that failed is Sub, the runes From..To-1 of
// the source of Expr. Where a term failed, Expr is the term.
type EvalError struct {
	Expr     *Expr
	From, To int
	Sub      string
	Message  string
}

// Error returns the failing part and what went wrong.
func (e *EvalError) Error() string { return celtext.Shown(e.Sub) + ": " + e.Message }

// failed finds the place of an evaluation's error. An error of a term, or of a table's key, has its
// place already and is returned as it is.
func (e *Expr) failed(f *Frame, err error) error {
	var stopped *InterruptedError
	if errors.As(err, &stopped) {
		return stopped
	}
	var inner *EvalError
	if errors.As(err, &inner) {
		return inner
	}
	p := e.place()
	at := e.running().tree.Expr()
	var failure *types.Err
	if errors.As(err, &failure) {
		if node := findNode(at, failure.NodeID()); node != nil {
			at = node
		}
	}
	s := p.of(at)
	return &EvalError{Expr: e, From: s.From, To: s.To, Sub: p.src.Text(s.From, s.To), Message: e.message(f, at, err)}
}

func findNode(e ast.Expr, id int64) ast.Expr {
	if e.ID() == id {
		return e
	}
	for _, child := range children(e) {
		if found := findNode(child, id); found != nil {
			return found
		}
	}
	return nil
}

func (e *Expr) message(f *Frame, at ast.Expr, err error) string {
	var cancelled interpreter.EvalCancelledError
	if errors.As(err, &cancelled) || errors.Is(err, errTooCostly) {
		return tooCostly(e.scope.cost)
	}
	message := evalMessage(err)
	if strings.HasPrefix(message, cellib.OutOfList) {
		return outsideList(message, e.indexed(f, at))
	}
	return message
}

// outsideList says that an index lies outside of a list, and how long the list is. The list may be
// nil.
func outsideList(message string, list ref.Val) string {
	index := strings.TrimSpace(strings.TrimPrefix(message, cellib.OutOfList))
	if l, ok := list.(traits.Lister); ok {
		return fmt.Sprintf("index %s is outside a list of %d", index, cellib.SizeOf(l))
	}
	return fmt.Sprintf("index %s is outside the list", index)
}

// indexed evaluates the list of x[i] again, to say how long it is. It returns nil where that fails,
// as for the variable of a loop.
func (e *Expr) indexed(f *Frame, at ast.Expr) ref.Val {
	if at.Kind() != ast.CallKind || !isIndex(at.AsCall().FunctionName()) {
		return nil
	}
	program, err := e.planPart(at.AsCall().Args()[0].ID())
	if err != nil {
		return nil
	}
	list, err := e.evaluate(program, f)
	if err != nil {
		return nil
	}
	return list
}

var outOfRange = regexp.MustCompile(`^index '(-?\d+)' out of range in list size '(\d+)'$`)

var noConversionTo = regexp.MustCompile(`^type conversion error from '(\w+)' to '(\w+)'$`)

// evalMessage rewrites the error of cel-go, strconv or package value in plain words.
func evalMessage(err error) string {
	message := err.Error()
	if m := outOfRange.FindStringSubmatch(message); m != nil {
		return fmt.Sprintf("index %s is outside a list of %s", m[1], m[2])
	}
	if m := noConversionTo.FindStringSubmatch(message); m != nil {
		return fmt.Sprintf("the %s is not %s", m[1], celtext.Article(m[2]))
	}
	switch {
	case errors.Is(err, cellib.ErrDivisionByZero) || message == "division by zero" || message == "modulus by zero":
		return "division by zero"
	case strings.HasPrefix(message, "strconv."):
		return conversionMessage(message)
	case strings.Contains(message, "lies outside the years"):
		before, _, _ := strings.Cut(message, ": ")
		return before
	case errors.Is(err, value.ErrOverflow) || strings.HasSuffix(message, "overflow"):
		return "overflow"
	case strings.HasPrefix(message, "lists.range: size"):
		return "a list of so many is too long (at most " + strconv.Itoa(cellib.MaxList) + ")"
	case strings.HasPrefix(message, "optional.none() dereference"):
		return "there is no value"
	case strings.HasSuffix(message, "argument must not be empty"): // of math.least and math.greatest, by cel-go's name for them
		return "the list is empty"
	case strings.HasPrefix(message, "internal error"), strings.HasPrefix(message, "no such overload"):
		return "it cannot be evaluated"
	}
	return message
}

// conversionMessage rewrites an error such as: strconv.ParseInt: parsing "x": invalid syntax.
func conversionMessage(message string) string {
	what := "a number"
	for prefix, name := range map[string]string{"strconv.ParseInt": "an int", "strconv.ParseUint": "a uint", "strconv.ParseBool": "a bool", "strconv.ParseFloat": "a double"} {
		if strings.HasPrefix(message, prefix) {
			what = name
		}
	}
	_, rest, _ := strings.Cut(message, "parsing ")
	text := rest
	if i := strings.LastIndex(rest, ": "); i >= 0 {
		text = rest[:i]
	}
	return fmt.Sprintf("%s is not %s", text, what)
}
