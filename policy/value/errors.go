package value

import (
	"errors"
	"strconv"
	"unicode/utf8"
)

// ErrOverflow is wrapped by errors of arithmetic whose result does not fit.
var ErrOverflow = errors.New("the result is too large")

// ErrCurrency is wrapped by errors of arithmetic on two different currencies,
// and on amounts that have none.
var ErrCurrency = errors.New("the currencies differ")

// SyntaxError reports text that is not the value it should be.
type SyntaxError struct {
	Kind   string // what the text should have been: "amount", "date", …
	Text   string // the text as it was found
	Found  string // what is wrong with it, as the rest of a sentence; empty: it is no such value at all
	Wanted string // what to write instead; may be empty when Found says it all
}

// Error says what was found and what was wanted, in one line:
//
//	"12 EURO" is no amount: write a number, a space and a three-letter currency code, such as 12.50 EUR
//	"10.123 EUR" has 3 decimals, EUR has 2
func (e *SyntaxError) Error() string {
	found := e.Found
	if found == "" {
		found = "is no " + e.Kind
	}
	text := quote(e.Text) + " " + found
	if e.Wanted != "" {
		text += ": write " + e.Wanted
	}
	return text
}

// quote shows text in a message; long text is cut, since a message that holds a
// whole file helps nobody.
func quote(text string) string {
	const most = 60
	if utf8.RuneCountInString(text) <= most {
		return strconv.Quote(text)
	}
	return strconv.Quote(string([]rune(text)[:most])) + "…"
}
