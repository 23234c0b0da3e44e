package celenv

import (
	"regexp"

	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/common/overloads"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"
	"github.com/google/cel-go/interpreter"

	"github.com/servicerecovery/amends/policy/internal/cellib"
)

// prices gives the steps of functions that take more time than their arguments are long, or make
// new texts and lists. An expression that calls one is metered.
var prices = map[string]func(args []ref.Val) uint64{
	overloads.Matches: nil, // by its pattern: see matchesStep
	"indexOf":         priceOfSearch, "lastIndexOf": priceOfSearch,
	"replace": priceOfTexts, "split": priceOfTexts, "join": priceOfJoin, "reverse": priceOfLists,
	"lowerAscii": priceOfTexts, "upperAscii": priceOfTexts, "trim": priceOfTexts, "strings.quote": priceOfTexts,
	"substring": priceOfTexts, "charAt": priceOfTexts,
	"distinct": priceOfDistinct, "sort": priceOfSort, "@sortByAssociatedKeys": priceOfSort, "flatten": priceOfLists, "slice": priceOfLists,
	"lists.range":   priceOfRange,
	"sets.contains": priceOfPairs, "sets.equivalent": priceOfPairs, "sets.intersects": priceOfPairs,
}

// linear gives the steps of functions that look at each part of a text or list once. Outside of
// loops only very long texts and lists are counted; see beyondFree.
var linear = map[string]func(args []ref.Val) uint64{
	operators.Equals: priceOfEqual, operators.NotEquals: priceOfEqual, operators.In: priceOfLists, operators.Add: priceOfTexts,
	operators.Less: priceOfOrder, operators.LessEquals: priceOfOrder, operators.Greater: priceOfOrder, operators.GreaterEquals: priceOfOrder,
	overloads.Contains: priceOfTexts, overloads.Size: priceOfTexts, overloads.StartsWith: priceOfPart, overloads.EndsWith: priceOfPart,
	overloads.TypeConvertString: priceOfTexts, overloads.TypeConvertInt: priceOfTexts, overloads.TypeConvertDouble: priceOfTexts,
	overloads.TypeConvertDuration: priceOfTexts, overloads.TypeConvertBool: priceOfTexts, overloads.TypeConvertBytes: priceOfTexts,
	"math.@max": priceOfLists, "math.@min": priceOfLists, "max": priceOfLists, "min": priceOfLists, "sum": priceOfLists, cellib.SumOfMoney: priceOfLists,
}

// freeSteps is the number of steps that a linear function has for free outside of loops: a text of
// 128,000 bytes, or a list of 8,000. Texts and lists that package atom handles are shorter. So an
// evaluation never fails where atom is sure.
const freeSteps = 4_000

// beyondFree returns a price without the steps that are free.
func beyondFree(price func(args []ref.Val) uint64) func(args []ref.Val) uint64 {
	return func(args []ref.Val) uint64 {
		n := price(args)
		return n - min(n, freeSteps)
	}
}

// How much of a text or list one step goes through.
const (
	bytesPerStep   = 32
	membersPerStep = 2
	pairsPerStep   = 4 // of members that are compared with one another
)

func lengthOfText(v ref.Val) int {
	switch x := v.(type) {
	case types.String:
		return len(x)
	case types.Bytes:
		return len(x)
	}
	return 0
}

func lengthOfList(v ref.Val) int {
	if l, ok := v.(traits.Lister); ok {
		return cellib.SizeOf(l)
	}
	return 0
}

func priceOfTexts(args []ref.Val) uint64 {
	n := 0
	for _, v := range args {
		n += lengthOfText(v)
	}
	return uint64(n / bytesPerStep)
}

func priceOfLists(args []ref.Val) uint64 {
	n := 0
	for _, v := range args {
		n += lengthOfList(v)
	}
	return uint64(n/membersPerStep) + priceOfTexts(args)
}

// priceOfOrder is the price of a < b, which ends with the shorter text.
func priceOfOrder(args []ref.Val) uint64 {
	return uint64(min(lengthOfText(args[0]), lengthOfText(args[1])) / bytesPerStep)
}

// priceOfPart is the price of comparing a text with one place of another.
func priceOfPart(args []ref.Val) uint64 {
	return uint64(lengthOfText(args[len(args)-1]) / bytesPerStep)
}

// priceOfEqual is the price of a == b, which is free where the lengths differ.
func priceOfEqual(args []ref.Val) uint64 {
	a, b := args[0], args[1]
	if n := lengthOfText(a); n > 0 && n == lengthOfText(b) {
		return uint64(n / bytesPerStep)
	}
	if n := lengthOfList(a); n > 0 && n == lengthOfList(b) {
		return uint64(n)
	}
	return 0
}

// priceOfSearch is the price of comparing a text with each place of another.
func priceOfSearch(args []ref.Val) uint64 {
	if len(args) < 2 {
		return 0
	}
	text, part := lengthOfText(args[0]), lengthOfText(args[1])
	return uint64(text/bytesPerStep) * uint64(1+part/bytesPerStep)
}

func priceOfJoin(args []ref.Val) uint64 {
	n := 0
	if l, ok := args[0].(traits.Lister); ok {
		for i := range cellib.SizeOf(l) {
			n += lengthOfText(l.Get(types.Int(i))) + bytesPerStep
		}
	}
	return uint64(n/bytesPerStep) + priceOfTexts(args)
}

func priceOfDistinct(args []ref.Val) uint64 {
	n := uint64(lengthOfList(args[0]))
	return n * n / (2 * pairsPerStep)
}

func priceOfPairs(args []ref.Val) uint64 {
	if len(args) < 2 {
		return 0
	}
	return uint64(lengthOfList(args[0])) * uint64(lengthOfList(args[1])) / pairsPerStep
}

func priceOfSort(args []ref.Val) uint64 { return 8 * uint64(lengthOfList(args[0])) }

func priceOfRange(args []ref.Val) uint64 {
	if n, ok := args[0].(types.Int); ok && n > 0 {
		return uint64(min(n, cellib.MaxList)) / membersPerStep
	}
	return 0
}

// patternPart is the number of instructions of a regular expression that cost one step for each
// byte of the text. The slowest way to match follows all instructions side by side.
const patternPart = 8

// matchesStep matches a text against a pattern, which is always written out.
func matchesStep(call interpreter.InterpretableCall) interpreter.InterpretableV2 {
	s := &costlyStep{id: call.ID(), args: call.Args()}
	var known *regexp.Regexp
	perByte := uint64(1)
	if c, ok := call.Args()[1].(interpreter.InterpretableConst); ok {
		if pattern, ok := c.Value().(types.String); ok {
			known, _ = regexp.Compile(string(pattern))
			size, _ := patternSize(string(pattern))
			perByte += uint64(size) / patternPart
		}
	}
	s.price = func(args []ref.Val) uint64 { return uint64(lengthOfText(args[0])) * perByte }
	s.call = func(values ...ref.Val) ref.Val {
		text, isText := values[0].(types.String)
		pattern, isPattern := values[1].(types.String)
		if !isText || !isPattern {
			return types.NoSuchOverloadErr()
		}
		r := known
		if r == nil {
			var err error
			if r, err = regexp.Compile(string(pattern)); err != nil {
				return types.WrapErr(err)
			}
		}
		return types.Bool(r.MatchString(string(text)))
	}
	return s
}
