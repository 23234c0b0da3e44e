package value

import (
	"errors"
	"strconv"
)

// Parse reads a value of the type as a playbook writes it. The Go type of the result is the one
// that [Kind] names; a string is taken as it is. The type of an amount can say its currency, and
// then no other one fits. Lists have no text of their own. The error is a *[SyntaxError].
func (t Type) Parse(text string) (any, error) {
	switch t.Kind {
	case KindString:
		return text, nil
	case KindBool:
		if text == "true" || text == "false" {
			return text == "true", nil
		}
	case KindInt:
		n, err := strconv.ParseInt(text, 10, 64)
		if err == nil {
			return n, nil
		}
		if errors.Is(err, strconv.ErrRange) {
			return nil, &SyntaxError{Kind: t.String(), Text: text, Found: "is too large for a whole number, which has at most 64 bits"}
		}
	case KindDouble:
		if f, err := strconv.ParseFloat(text, 64); err == nil && f-f == 0 { // neither infinite nor NaN
			return f, nil
		}
	case KindTimestamp:
		return boxed(ParseTimestamp(text))
	case KindDate:
		return boxed(ParseDate(text))
	case KindDuration:
		return boxed(ParseDuration(text))
	case KindPercent:
		return boxed(ParsePercent(text))
	case KindMoney:
		m, err := ParseMoney(text)
		if err != nil || t.Currency == "" || t.Currency == m.Currency() {
			return boxed(m, err)
		}
	}
	return nil, t.Mismatch(text)
}

// Mismatch is the error that says of a text that it is no value of the type.
func (t Type) Mismatch(text string) error {
	return &SyntaxError{Kind: t.String(), Text: text, Found: "is not " + t.Noun()}
}

// boxed drops the value of a function that has failed.
func boxed[T any](v T, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	return v, nil
}
