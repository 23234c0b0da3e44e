package cellib

import (
	"slices"
	"strings"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/decls"
	"github.com/google/cel-go/common/env"
	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/common/overloads"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/ext"
)

// NewEnv returns a cel-go environment with all types, functions and operators of the language, and
// with further options. The adapter converts native values; the provider looks names up.
func NewEnv(provider types.Provider, adapter types.Adapter, besides ...cel.EnvOption) (*cel.Env, error) {
	options := append([]cel.EnvOption{
		cel.CustomTypeProvider(provider), cel.CustomTypeAdapter(adapted(adapter)),
		cel.StdLib(cel.StdLibSubset(leftOutOfStdLib())),
		cel.OptionalTypes(cel.OptionalTypesVersion(2)),
		ext.Strings(ext.StringsVersion(5)), ext.Math(ext.MathVersion(3)), ext.Sets(ext.SetsVersion(1)),
		ext.Lists(ext.ListsVersion(4), ext.ListsMaxRangeSize(MaxList)), ext.Bindings(ext.BindingsVersion(0)),
		cel.CrossTypeNumericComparisons(true), cel.DefaultUTCTimeZone(true), cel.EnableErrorOnBadPresenceTest(true),
	}, besides...)
	libraries, err := cel.NewCustomEnv(append(options, ownFunctions()...)...)
	if err != nil {
		return nil, err
	}
	bounds, err := boundedFunctions(libraries.Functions())
	if err != nil {
		return nil, err
	}
	finite, err := finiteFunctions(libraries.Functions())
	if err != nil {
		return nil, err
	}
	options = append(append(bounds, finite...), cel.ClearMacros(), cel.Macros(keptMacros(libraries.Macros())...))
	return libraries.Extend(options...)
}

// leftOutOfStdLib names the parts of CEL's standard library that the language does
// without, and those that functions.go replaces.
func leftOutOfStdLib() *env.LibrarySubset {
	out := env.NewLibrarySubset()
	for _, name := range []string{
		overloads.TypeConvertDyn, overloads.TypeConvertType, // the checker could not see the type of their results
		overloads.TypeConvertTimestamp, // text from outside is a timestamp field; see literals.go
		operators.Add, operators.Subtract, operators.Multiply, operators.Divide, operators.Negate, overloads.TypeConvertDuration,
	} {
		out.AddExcludedFunctions(env.NewFunction(name))
	}
	return out
}

// WhyLeftOut says what to do instead of calling a function that is not in the language.
func WhyLeftOut(name string) string { return insteadOf[name] }

var insteadOf = map[string]string{
	"dyn":           "write the expression so that its types are known",
	"type":          "the type of everything is known at load",
	"value":         "write .orValue(…) with what to use when there is no value, or read the field behind has(…)",
	"optMap":        "write has(x) ? … : …",
	"optFlatMap":    "write has(x) ? … : …",
	"format":        "write text with ${…}, which formats values for the reader's language",
	"transformList": "write .map(x, …)",
	"transformMap":  "there are no maps in this language",
}

// IsTimeAccessor reports whether a function is a method of a timestamp that reads UTC, or a zone of
// the machine. Only its forms for durations are in the language.
func IsTimeAccessor(name string) bool { return slices.Contains(timeAccessors, name) }

// timestampForms is how many forms such a method has for timestamps: without a zone, and with one.
const timestampForms = 2

var timeAccessors = []string{
	overloads.TimeGetFullYear, overloads.TimeGetMonth, overloads.TimeGetDayOfYear, overloads.TimeGetDayOfMonth,
	overloads.TimeGetDate, overloads.TimeGetDayOfWeek, overloads.TimeGetHours, overloads.TimeGetMinutes,
	overloads.TimeGetSeconds, overloads.TimeGetMilliseconds,
}

// keptMacros drops the macros that expand to a call of value(): no guard could cover it.
func keptMacros(all []cel.Macro) []cel.Macro {
	return slices.DeleteFunc(all, func(m cel.Macro) bool { return m.Function() == "optMap" || m.Function() == "optFlatMap" })
}

// CallableNames lists the functions and macros that a source may call, sorted.
func CallableNames(functions map[string]*decls.FunctionDecl, macros []cel.Macro) []string {
	names := append([]string{"money", "date", "timestamp"}, zonedNames...)
	for name, f := range functions {
		if isCallable(name) && (!IsTimeAccessor(name) || len(f.OverloadDecls()) > timestampForms) {
			names = append(names, name)
		}
	}
	for _, m := range macros {
		switch m.Function() {
		case "bind":
			names = append(names, "cel.bind")
		case "least", "greatest":
			names = append(names, "math."+m.Function())
		default:
			names = append(names, m.Function())
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// isCallable reports whether a source can spell the name of a function, and may.
func isCallable(name string) bool {
	return !strings.ContainsAny(name, "@") && isLetter(name[0]) && insteadOf[name] == ""
}

func isLetter(b byte) bool { return b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' }
