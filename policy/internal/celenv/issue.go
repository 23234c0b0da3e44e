package celenv

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Issue is something wrong with a source text: the runes From..To-1 of it, a code for
// programs, a message, and where there is one a hint at what to write instead.
type Issue struct {
	From, To int
	Code     string
	Message  string
	Hint     string
	Fix      Fix
}

// Fix is a hint as a change to the source: Text in the place of the runes From..To-1. The
// zero Fix changes nothing.
type Fix struct {
	From, To int
	Text     string
}

// IsZero reports whether there is nothing to change.
func (f Fix) IsZero() bool { return f == Fix{} }

// apply makes the change.
func (f Fix) apply(source string) string {
	runes := []rune(source)
	return string(runes[:f.From]) + f.Text + string(runes[f.To:])
}

// remedy is what to do about an issue: what to say, and where it is certain, what to write.
type remedy struct {
	hint string
	fix  Fix
}

// say is a remedy that no change to the source can stand for.
func say(hint string) remedy { return remedy{hint: hint} }

// write is a remedy that puts a text into the place of a part of the source.
func write(at span, text string) remedy {
	return remedy{"write " + shown(text), Fix{at.from, at.to, text}}
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

// remedied adds an issue with what to do about it. Where the hint says what to write, the
// issue stands at what that replaces.
func (c *compiler) remedied(at span, code string, r remedy, format string, args ...any) {
	if !r.fix.IsZero() && strings.HasPrefix(r.hint, "write "+shown(r.fix.Text)) {
		at = span{r.fix.From, r.fix.To}
	}
	c.issues = append(c.issues, Issue{From: at.from, To: at.to, Code: code, Message: fmt.Sprintf(format, args...), Hint: r.hint, Fix: r.fix})
}

// report adds an issue.
func (c *compiler) report(at span, code, hint, format string, args ...any) {
	c.issues = append(c.issues, Issue{From: at.from, To: at.to, Code: code, Message: fmt.Sprintf(format, args...), Hint: hint})
}
