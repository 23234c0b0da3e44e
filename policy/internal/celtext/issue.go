package celtext

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/servicerecovery/amends/policy/internal/slip"
)

// Issue is a mistake in a source text. It stands at the runes From..To-1. The code is for
// programs, the message for people. The hint says what to write instead; it can be empty.
type Issue struct {
	From, To int
	Code     Code
	Message  string
	Hint     string
	Fix      Fix
}

// Fix is a hint that a program can follow: it replaces the runes From..To-1 by Text. The zero
// Fix changes nothing.
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

// Span is a part of a source text: the runes From..To-1.
type Span struct{ From, To int }

// Join returns the part from the start of the first span to the end of the last.
func (a Span) Join(b Span) Span { return Span{min(a.From, b.From), max(a.To, b.To)} }

// Remedy is what to do about an issue. The hint says it; the fix does it, and is zero where
// the change is not certain.
type Remedy struct {
	Hint string
	Fix  Fix
}

// Say is a remedy with a hint and no fix.
func Say(hint string) Remedy { return Remedy{Hint: hint} }

// Write is a remedy that replaces a part of the source by a text.
func Write(at Span, text string) Remedy {
	return Remedy{"write " + Shown(text), Fix{at.From, at.To, text}}
}

// Assuming adds what is taken for granted when a text is read as it is written instead.
func (r Remedy) Assuming(text, instead string) Remedy {
	if a := slip.Assumed(text, instead); a != "" {
		r.Hint += ": " + a
	}
	return r
}

// Code says what kind of mistake an issue is.
type Code string

// The codes of issues.
const (
	CodeSyntax          Code = "syntax"
	CodeTooComplex      Code = "too-complex"
	CodeUnknownName     Code = "unknown-name"
	CodeUnknownField    Code = "unknown-field"
	CodeUnknownFact     Code = "unknown-fact"
	CodeUnknownTerm     Code = "unknown-term"
	CodeUnknownTable    Code = "unknown-table"
	CodeUnknownColumn   Code = "unknown-column"
	CodeUnknownFunction Code = "unknown-function"
	CodeUnknownCalendar Code = "unknown-calendar"
	CodeOpenCalendar    Code = "open-calendar"
	CodeNotHere         Code = "not-here"         // a name that exists elsewhere
	CodeWholeObject     Code = "whole-object"     // incident.order where a value is wanted
	CodeColumnLookup    Code = "column-lookup"    // tables.t[…] with a value that is not a closed field
	CodeBadLiteral      Code = "bad-literal"      // money("10 EURO")
	CodeLiteralHere     Code = "literal-here"     // 12h, which is hours(12) in an expression
	CodeLeftOut         Code = "left-out"         // a part of CEL that this language leaves out
	CodeTypeMismatch    Code = "type-mismatch"    // operands or arguments that do not fit
	CodeMixedCurrencies Code = "mixed-currencies" // EUR + GBP
	CodeNoCurrency      Code = "no-currency"      // an amount without a declared currency beside another amount
	CodeNotACondition   Code = "not-a-condition"  // another type where a bool is wanted
	CodeWrongType       Code = "wrong-type"       // a value of another type than is wanted
	CodeNotInOneOf      Code = "not-in-one-of"    // a literal that a closed field never has
	CodeConstantFails   Code = "constant-fails"   // 1 / 0
	CodeUnguardedRead   Code = "unguarded-read"   // an optional field that no has(…) guards
	CodeNoItem          Code = "no-item"
)

// Sorted puts issues into source order and drops repetitions.
func Sorted(issues []Issue) []Issue {
	slices.SortStableFunc(issues, func(a, b Issue) int {
		return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To), cmp.Compare(a.Code, b.Code), cmp.Compare(a.Message, b.Message))
	})
	return slices.CompactFunc(issues, func(a, b Issue) bool { return a == b })
}

// Issues are what is wrong with one source text.
type Issues []Issue

// Add adds an issue with its remedy. Where the hint says what to write, the issue stands at
// the part that the fix replaces, so that the two agree.
func (l *Issues) Add(at Span, code Code, r Remedy, format string, args ...any) {
	if !r.Fix.IsZero() && strings.HasPrefix(r.Hint, "write "+Shown(r.Fix.Text)) {
		at = Span{r.Fix.From, r.Fix.To}
	}
	*l = append(*l, Issue{From: at.From, To: at.To, Code: code, Message: fmt.Sprintf(format, args...), Hint: r.Hint, Fix: r.Fix})
}
