package cellib

import (
	"fmt"
	"math"
	"strconv"

	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"
)

// An int of an expression has 64 bits on every machine; an int of Go may have 32. Numbers that
// become a Go int are bounded here, so that every machine gives the same result.

// daysOf returns a number of days as a Go int. A number beyond all calendars becomes another number
// beyond all calendars.
func daysOf(n types.Int) int {
	return int(max(min(n, math.MaxInt32), -math.MaxInt32))
}

// boundIndex refuses places in a text that a Go int of 32 bits cannot hold.
func boundIndex(args []ref.Val) error {
	if n, far := farInt(args); far {
		return fmt.Errorf("index out of range: %d", n)
	}
	return nil
}

// boundCount refuses counts that a Go int of 32 bits cannot hold.
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

// all joins checks. It returns their first error.
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

// lists adapts values as another adapter does, and turns lists into checked ones. Every list in
// which an index is read goes through it.
type lists struct {
	types.Adapter
}

func (a lists) NativeToValue(v any) ref.Val { return Checked(a.Adapter.NativeToValue(v)) }

// adapted returns an adapter that checks the indexes of lists; see [Checked].
func adapted(by types.Adapter) types.Adapter {
	if strconv.IntSize == 64 {
		return by
	}
	return lists{by}
}

// Checked returns a list that checks an index before cel-go does. cel-go turns an index into a Go
// int, which is another number if that has 32 bits. Values that are not lists are returned as they
// are.
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

// OutOfList begins the error of an index that lies outside of a list.
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
