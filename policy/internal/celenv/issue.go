package celenv

import (
	"cmp"
	"fmt"
	"slices"
)

// Issue is something wrong with a source text: the runes From..To-1 of it, a code for
// programs, a message, and where there is one a hint at what to write instead.
type Issue struct {
	From, To int
	Code     string
	Message  string
	Hint     string
}

// The codes of issues.
const (
	CodeSyntax          = "syntax"
	CodeTooComplex      = "too-complex"
	CodeUnknownName     = "unknown-name"
	CodeUnknownField    = "unknown-field"
	CodeUnknownFact     = "unknown-fact"
	CodeUnknownTerm     = "unknown-term"
	CodeUnknownTable    = "unknown-table"
	CodeUnknownColumn   = "unknown-column"
	CodeUnknownFunction = "unknown-function"
	CodeUnknownCalendar = "unknown-calendar"
	CodeNotHere         = "not-here"         // a name that exists elsewhere
	CodeWholeObject     = "whole-object"     // incident.order where a value is wanted
	CodeColumnLookup    = "column-lookup"    // tables.t[…] with what is no closed field
	CodeBadLiteral      = "bad-literal"      // money("10 EURO")
	CodeLiteralHere     = "literal-here"     // 12h, which is hours(12) in an expression
	CodeLeftOut         = "left-out"         // CEL that is not in the language
	CodeTypeMismatch    = "type-mismatch"    // operands or arguments that do not fit
	CodeMixedCurrencies = "mixed-currencies" // EUR + GBP
	CodeNoCurrency      = "no-currency"      // an amount of no declared currency meets another
	CodeNotACondition   = "not-a-condition"  // a bool is wanted
	CodeWrongType       = "wrong-type"       // another type of value is wanted
	CodeNotInOneOf      = "not-in-one-of"    // a literal that a closed field never has
	CodeConstantFails   = "constant-fails"   // 1 / 0
	CodeUnguardedRead   = "unguarded-read"   // an optional field without has(…)
)

// sortIssues puts issues into source order and drops repetitions.
func sortIssues(issues []Issue) []Issue {
	slices.SortStableFunc(issues, func(a, b Issue) int {
		return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To), cmp.Compare(a.Code, b.Code), cmp.Compare(a.Message, b.Message))
	})
	return slices.CompactFunc(issues, func(a, b Issue) bool { return a == b })
}

// report adds an issue.
func (c *compiler) report(at span, code, hint, format string, args ...any) {
	c.issues = append(c.issues, Issue{From: at.from, To: at.to, Code: code, Message: fmt.Sprintf(format, args...), Hint: hint})
}
