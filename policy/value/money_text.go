package value

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

const wantedAmount = "a number, a space and a three-letter currency code, such as 12.50 EUR"

// ParseMoney reads an amount as playbooks write it: "12.50 EUR". That is an optional
// minus sign, digits, optionally a point and decimals (no more than the currency has;
// fewer are fine), exactly one space, and an upper-case code of ISO 4217. The
// error is a [*SyntaxError].
func ParseMoney(text string) (Money, error) {
	number, code, _ := strings.Cut(text, " ")
	d, ok := parseDecimal(number)
	if !ok || !isCode(code) {
		return Money{}, &SyntaxError{Kind: "amount", Text: text, Wanted: wantedAmount}
	}
	return newAmount(text, d, code)
}

// MustMoney is ParseMoney for literals in programs: it panics on an error.
func MustMoney(text string) Money {
	m, err := ParseMoney(text)
	if err != nil {
		panic(err)
	}
	return m
}

// newAmount makes the amount that text, already taken apart, stands for.
func newAmount(text string, d decimal, code string) (Money, error) {
	own, decimals, ok := findCurrency(code)
	if !ok {
		if successor := Successor(code); successor != "" {
			return Money{}, &SyntaxError{Kind: "amount", Text: text,
				Found: "has the currency " + code + ", which was withdrawn", Wanted: "an amount in its successor, " + successor}
		}
		return Money{}, &SyntaxError{Kind: "amount", Text: text,
			Found: "has the unknown currency " + code, Wanted: "an active code of ISO 4217, such as EUR"}
	}
	if d.scale > decimals {
		return Money{}, &SyntaxError{Kind: "amount", Text: text,
			Found: fmt.Sprintf("has %s, %s has %s", count(d.scale, "decimal"), own, none(decimals))}
	}
	units, ok := d.times10(decimals)
	if !ok {
		return Money{}, &SyntaxError{Kind: "amount", Text: text,
			Found: "is too large, at most " + Money{1<<63 - 1, own}.String() + " can be held"}
	}
	return Money{units, own}, nil
}

func unknownCurrency(code string) error {
	if successor := Successor(code); successor != "" {
		return &SyntaxError{Kind: "currency", Text: code, Found: "is a currency that was withdrawn", Wanted: "its successor, " + successor}
	}
	return &SyntaxError{Kind: "currency", Text: code, Wanted: "an active code of ISO 4217, such as EUR"}
}

// Decimal writes the amount without its currency, always with all the currency's
// decimals: "12.50".
func (m Money) Decimal() string { return formatDecimal(m.units, m.decimals(), '.') }

// AppendDecimal appends what Decimal writes.
func (m Money) AppendDecimal(dst []byte) []byte {
	return appendDecimal(dst, m.units, m.decimals(), '.')
}

// String writes the amount as [ParseMoney] reads it, always with all the currency's
// decimals: "12.50 EUR". The zero Money is "no amount".
func (m Money) String() string {
	if !m.IsSet() {
		return "no amount"
	}
	return m.Decimal() + " " + m.currency
}

// MarshalJSON writes {"value":"12.50","currency":"EUR"}. The zero Money is an
// error, since null would read as nothing where an amount was meant.
func (m Money) MarshalJSON() ([]byte, error) {
	if !m.IsSet() {
		return nil, fmt.Errorf("an amount without a currency has no JSON: %w", ErrCurrency)
	}
	return []byte(`{"value":"` + m.Decimal() + `","currency":"` + m.currency + `"}`), nil
}

// UnmarshalJSON reads what MarshalJSON writes, or the text "12.50 EUR". Both keys
// are needed and no other is allowed, and the value is text: a JSON number
// may have lost digits before it got here. Null is an error too.
func (m *Money) UnmarshalJSON(data []byte) error {
	data = bytes.Trim(data, " \t\r\n") // what JSON takes for blanks, which is less than Unicode does
	if len(data) > 0 && data[0] == '"' {
		var text string
		if err := json.Unmarshal(data, &text); err != nil {
			return err
		}
		return m.set(ParseMoney(text))
	}
	number, code, ok := readAmountObject(data)
	if !ok {
		return &SyntaxError{Kind: "amount", Text: string(data), Wanted: `"12.50 EUR" or {"value": "12.50", "currency": "EUR"}`}
	}
	d, ok := parseDecimal(number)
	if !ok || !isCode(code) {
		return &SyntaxError{Kind: "amount", Text: number + " " + code,
			Wanted: `the value as text with a point before the decimals and the currency as a three-letter code, such as {"value": "12.50", "currency": "EUR"}`}
	}
	return m.set(newAmount(number+" "+code, d, code))
}

func (m *Money) set(read Money, err error) error {
	if err == nil {
		*m = read
	}
	return err
}

// readAmountObject reads an object of exactly the two keys. It goes by tokens, since
// decoding into a struct ignores the case of keys, and takes duplicates.
func readAmountObject(data []byte) (number, code string, ok bool) {
	decoder := json.NewDecoder(bytes.NewReader(data))
	if start, err := decoder.Token(); err != nil || start != json.Delim('{') {
		return "", "", false
	}
	seen := map[string]string{}
	for decoder.More() {
		key, text, err := readTextMember(decoder)
		if _, twice := seen[key]; err != nil || twice {
			return "", "", false
		}
		seen[key] = text
	}
	number, hasNumber := seen["value"]
	code, hasCode := seen["currency"]
	if !hasNumber || !hasCode || len(seen) != 2 {
		return "", "", false
	}
	if _, err := decoder.Token(); err != nil {
		return "", "", false
	}
	_, err := decoder.Token()
	return number, code, err == io.EOF
}

func readTextMember(decoder *json.Decoder) (key, text string, err error) {
	name, err := decoder.Token()
	if err != nil {
		return "", "", err
	}
	value, err := decoder.Token()
	if err != nil {
		return "", "", err
	}
	key, _ = name.(string)
	text, ok := value.(string)
	if !ok {
		return "", "", errors.New("not text")
	}
	return key, text, nil
}

// count writes "1 decimal", "3 decimals".
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}

// none writes a number, and "none" for 0.
func none(n int) string {
	if n == 0 {
		return "none"
	}
	return strconv.Itoa(n)
}
