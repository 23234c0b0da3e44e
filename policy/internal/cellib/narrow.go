package cellib

import (
	"fmt"
	"math"
	"strconv"

	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"
)

// An int of an expression has 64 bits on every machine, and an int of Go has not. What is
// handed to Go's int is bounded here, so that every machine gives the same answer.

// daysOf returns a number of days. What lies beyond all calendars is cut to a number that
// still does.
func daysOf(n types.Int) int {
	return int(max(min(n, math.MaxInt32), -math.MaxInt32))
}

// boundIndex refuses the places in a text that Go's int may not hold.
func boundIndex(args []ref.Val) error {
	if n, far := farInt(args); far {
		return fmt.Errorf("index out of range: %d", n)
	}
	return nil
}

// boundCount refuses the counts that Go's int may not hold.
func boundCount(args []ref.Val) error {
	if n, far := farInt(args); far {
		return fmt.Errorf("a count of %d is out of range (at most %d)", n, math.MaxInt32)
	}
	return nil
}

func farInt(args []ref.Val) (types.Int, bool) {
	for _, arg := range args {
		if n, ok := arg.(types.Int); ok && (n > math.MaxInt32 || n < math.MinInt32) {
			return n, true
		}
	}
	return 0, false
}

// all joins checks; the first error counts.
func all(checks ...bound) bound {
	return func(args []ref.Val) error {
		for _, check := range checks {
			if err := check(args); err != nil {
				return err
			}
		}
		return nil
	}
}

// lists adapts values as the types do, lists by [checked]: whatever an index is read from
// goes through it.
type lists struct {
	types.Adapter
}

func (a lists) NativeToValue(v any) ref.Val { return Checked(a.Adapter.NativeToValue(v)) }

// adapted returns what values are adapted by.
func adapted(by types.Adapter) types.Adapter {
	if strconv.IntSize == 64 {
		return by
	}
	return lists{by}
}

// Checked returns a list that looks at an index before cel-go does: that turns it into
// Go's int, which is another number where an int has 32 bits. Other values stay.
func Checked(v ref.Val) ref.Val {
	list, ok := v.(traits.Lister)
	if !ok || strconv.IntSize == 64 {
		return v
	}
	if _, done := v.(checkedList); done {
		return v
	}
	return checkedList{list}
}

// OutOfList is how the error of an index begins that no member of a list has.
const OutOfList = "index out of bounds:"

type checkedList struct {
	traits.Lister
}

func (l checkedList) Get(index ref.Val) ref.Val {
	if n, ok := wideIndex(index); ok && (n < 0 || n > math.MaxInt32) {
		return types.NewErr("%s %d", OutOfList, n)
	}
	return l.Lister.Get(index)
}

// IsZeroValue reports whether the list is empty.
func (l checkedList) IsZeroValue() bool { return l.Size() == types.IntZero }

func wideIndex(index ref.Val) (int64, bool) {
	switch n := index.(type) {
	case types.Int:
		return int64(n), true
	case types.Uint:
		return int64(min(n, math.MaxInt64)), true
	case types.Double:
		return int64(n), n >= math.MinInt64 && n < math.MaxInt64
	}
	return 0, false
}
