package cellib

import (
	"fmt"
	"maps"
	"slices"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/decls"
	"github.com/google/cel-go/common/functions"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"
)

// The sizes of texts and lists are checked here before an expression builds them. cel-go's cost
// limit would count afterwards. A text can grow large without a loop: twenty terms can double it
// twenty times.
const (
	maxText    = 100_000   // bytes of a text that an expression makes
	MaxList    = 10_000    // members of a list that an expression makes
	maxPairs   = 4_000_000 // comparisons of one call that compares all with all
	maxSearch  = 100_000_000
	MaxPattern = 1_000 // instructions of a regular expression
)

func errLongText(n int64) error {
	return fmt.Errorf("a text of %d bytes is too long (at most %d)", n, maxText)
}

func errLongList(n int) error {
	return fmt.Errorf("a list of %d is too long (at most %d)", n, MaxList)
}

func checkText(n int) error { return checkLength(int64(n)) }

func checkLength(n int64) error {
	if n > maxText {
		return errLongText(n)
	}
	return nil
}

func checkList(n int) error {
	if n > MaxList {
		return errLongList(n)
	}
	return nil
}

// boundSum refuses a + b when it would be a text or a list that is too long.
func boundSum(a, b ref.Val) error {
	switch x := a.(type) {
	case types.String:
		if y, ok := b.(types.String); ok {
			return checkText(len(x) + len(y))
		}
	case types.Bytes:
		if y, ok := b.(types.Bytes); ok {
			return checkText(len(x) + len(y))
		}
	case traits.Lister:
		if y, ok := b.(traits.Lister); ok {
			return checkList(SizeOf(x) + SizeOf(y))
		}
	}
	return nil
}

// SizeOf is the number of members of a list.
func SizeOf(list traits.Lister) int {
	n, _ := list.Size().(types.Int)
	return int(n)
}

// bound is a check of a function's arguments before the call.
type bound func(args []ref.Val) error

// boundedOverloads are the library functions whose result can be much larger than their arguments.
func boundedOverloads() map[string]map[string]bound {
	return map[string]map[string]bound{
		"replace": {"string_replace_string_string": boundReplace, "string_replace_string_string_int": all(boundReplace, boundCount)},
		"join":    {"list_join": boundJoin, "list_join_string": boundJoin},
		"indexOf": {"string_index_of_string": boundSearch, "string_index_of_string_int": all(boundSearch, boundIndex)},
		"lastIndexOf": {
			"string_last_index_of_string": boundSearch, "string_last_index_of_string_int": all(boundSearch, boundIndex),
		},
		"charAt":          {"string_char_at_int": boundIndex},
		"substring":       {"string_substring_int": boundIndex, "string_substring_int_int": boundIndex},
		"split":           {"string_split_string": boundSplit, "string_split_string_int": all(boundSplit, boundCount)},
		"strings.quote":   {"strings_quote": boundQuote},
		"flatten":         {"list_flatten": boundFlatten},
		"distinct":        {"list_distinct": boundDistinct},
		"sets.contains":   {"list_sets_contains_list": boundPairs},
		"sets.equivalent": {"list_sets_equivalent_list": boundPairs},
		"sets.intersects": {"list_sets_intersects_list": boundPairs},
	}
}

// boundedFunctions redeclares those functions with their checks in front.
func boundedFunctions(declared map[string]*decls.FunctionDecl) ([]cel.EnvOption, error) {
	var options []cel.EnvOption
	all := boundedOverloads()
	for _, name := range slices.Sorted(maps.Keys(all)) {
		bounds := all[name]
		implementations, err := bindingsOf(declared[name])
		if err != nil {
			return nil, err
		}
		for _, o := range declared[name].OverloadDecls() {
			check, wanted := bounds[o.ID()]
			if !wanted {
				continue
			}
			option, err := bounded(o, implementations[o.ID()], check)
			if err != nil {
				return nil, err
			}
			options = append(options, cel.Function(name, option))
		}
	}
	return options, nil
}

func bindingsOf(f *decls.FunctionDecl) (map[string]*functions.Overload, error) {
	bindings, err := f.Bindings()
	if err != nil {
		return nil, err
	}
	byID := map[string]*functions.Overload{}
	for _, b := range bindings {
		byID[b.Operator] = b
	}
	return byID, nil
}

// bounded returns an overload again, with a check of the arguments before the call.
func bounded(o *decls.OverloadDecl, impl *functions.Overload, check bound) (cel.FunctionOpt, error) {
	if impl == nil {
		return nil, fmt.Errorf("overload %s has no implementation", o.ID())
	}
	return rebound(o, func(args ...ref.Val) ref.Val {
		if err := check(args); err != nil {
			return types.WrapErr(err)
		}
		return Call(impl, args)
	}), nil
}

// rebound declares an overload again, with another implementation.
func rebound(o *decls.OverloadDecl, impl func(args ...ref.Val) ref.Val) cel.FunctionOpt {
	declare := cel.Overload
	if o.IsMemberFunction() {
		declare = cel.MemberOverload
	}
	var binding cel.OverloadOpt
	switch len(o.ArgTypes()) {
	case 1:
		binding = cel.UnaryBinding(func(a ref.Val) ref.Val { return impl(a) })
	case 2:
		binding = cel.BinaryBinding(func(a, b ref.Val) ref.Val { return impl(a, b) })
	default:
		binding = cel.FunctionBinding(impl)
	}
	return declare(o.ID(), o.ArgTypes(), o.ResultType(), binding)
}

// Call applies an implementation to its arguments. It returns nil if the implementation takes
// another number of them.
func Call(impl *functions.Overload, args []ref.Val) ref.Val {
	switch {
	case impl.Unary != nil && len(args) == 1:
		return impl.Unary(args[0])
	case impl.Binary != nil && len(args) == 2:
		return impl.Binary(args[0], args[1])
	case impl.Function != nil:
		return impl.Function(args...)
	}
	return nil
}

func textArg(args []ref.Val, i int) string {
	if i < len(args) {
		s, _ := args[i].(types.String)
		return string(s)
	}
	return ""
}

func listArg(args []ref.Val, i int) traits.Lister {
	l, _ := args[i].(traits.Lister)
	return l
}

// boundReplace assumes the worst: a match at every place between two characters.
func boundReplace(args []ref.Val) error {
	text, old, new := textArg(args, 0), textArg(args, 1), textArg(args, 2)
	return checkLength(int64(len(text)) + int64(len(text)/max(len(old), 1)+1)*int64(len(new)))
}

func boundJoin(args []ref.Val) error {
	list, separator := listArg(args, 0), textArg(args, 1)
	if list == nil {
		return nil
	}
	total := 0
	for i := range SizeOf(list) {
		total += len(textArg([]ref.Val{list.Get(types.Int(i))}, 0)) + len(separator)
		if total > maxText {
			return errLongText(int64(total))
		}
	}
	return nil
}

func boundSearch(args []ref.Val) error {
	if n := int64(len(textArg(args, 0))) * int64(len(textArg(args, 1))); n > maxSearch {
		return fmt.Errorf("a search for a text of %d bytes in one of %d takes too long", len(textArg(args, 1)), len(textArg(args, 0)))
	}
	return nil
}

func boundSplit(args []ref.Val) error {
	return checkText(len(textArg(args, 0)))
}

func boundQuote(args []ref.Val) error { return checkText(2*len(textArg(args, 0)) + 2) }

func boundFlatten(args []ref.Val) error {
	list := listArg(args, 0)
	if list == nil {
		return nil
	}
	total := 0
	for i := range SizeOf(list) {
		if inner, ok := list.Get(types.Int(i)).(traits.Lister); ok {
			total += SizeOf(inner)
		}
		if total > MaxList {
			return errLongList(total)
		}
	}
	return nil
}

func boundDistinct(args []ref.Val) error { return boundPairs([]ref.Val{args[0], args[0]}) }

func boundPairs(args []ref.Val) error {
	a, b := listArg(args, 0), listArg(args, 1)
	if a == nil || b == nil {
		return nil
	}
	if int64(SizeOf(a))*int64(SizeOf(b)) > maxPairs {
		return fmt.Errorf("lists of %d and %d are too long to be compared member by member", SizeOf(a), SizeOf(b))
	}
	return nil
}

// CallSafely is [Call] for an implementation that may panic. A panic becomes an error.
func CallSafely(impl *functions.Overload, args []ref.Val) (v ref.Val) {
	defer func() {
		if p := recover(); p != nil {
			v = types.NewErr("it cannot be evaluated")
		}
	}()
	return Call(impl, args)
}
