package form

import (
	"encoding/json"
	"errors"
	"math"
	"strconv"
	"time"

	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/recovery/internal/intake"
	"github.com/servicerecovery/amends/recovery/internal/jsontext"
)

// Style is how values are written.
type Style uint8

const (
	// ForReaders is for readers: the value of an amount comes before its currency.
	ForReaders Style = iota
	// ForStores is canonical, and keeps the kind of each value. If the JSON of a value could be that of
	// another kind, as the text of a duration could, an object around it names the kind.
	ForStores
)

// append writes a value. What a style says nothing about is canonical.
func (s Style) append(dst []byte, v any) []byte {
	switch x := v.(type) {
	case value.Money:
		return s.money(dst, x)
	case value.MoneyRange:
		return s.moneyRange(dst, x)
	case []any:
		return intake.AppendList(dst, x, s.append)
	case json.Number:
		if s == ForReaders {
			return append(dst, x...)
		}
	}
	if kind := kindOf(v); s == ForStores && kind != "" {
		dst = append(append(append(dst, `{"`...), kind...), `":`...)
		return append(intake.AppendCanonical(dst, v), '}')
	}
	return intake.AppendCanonical(dst, v)
}

// kindOf names the kind of a value whose JSON could be another's; it is empty for others.
func kindOf(v any) string {
	switch x := v.(type) {
	case time.Time:
		return "time"
	case time.Duration:
		return "duration"
	case value.Span:
		return "span"
	case value.Date:
		return "date"
	case value.Percent:
		return "percent"
	case float64:
		if x == math.Trunc(x) && math.Abs(x) < 1e21 { // it looks like an int
			return "double"
		}
	}
	return ""
}

// money writes an amount, or null.
func (s Style) money(dst []byte, m value.Money) []byte {
	if !m.IsSet() {
		return append(dst, "null"...)
	}
	return s.amount(dst, m)
}

// amount writes an amount as an object, in the order of the style.
func (s Style) amount(dst []byte, m value.Money) []byte {
	if s == ForStores {
		return intake.AppendMoney(dst, m)
	}
	dst = m.AppendDecimal(append(dst, `{"value":"`...))
	dst = append(append(dst, `","currency":"`...), m.Currency()...)
	return append(dst, `"}`...)
}

func (s Style) moneyRange(dst []byte, r value.MoneyRange) []byte {
	part := s.amount
	if s == ForStores {
		part = s.money
	}
	dst = part(append(dst, `{"from":`...), r.From)
	return append(part(append(dst, `,"to":`...), r.To), '}')
}

var errNoValue = errors.New("no value")

// read turns the JSON of a value into the value. The style for stores also has objects that name a kind.
// Any other object must be an amount or a range of amounts.
func (s Style) read(v jsontext.Value) (any, error) {
	switch v.Kind() {
	case jsontext.KindNumber:
		return readNumber(json.Number(v.Text())), nil
	case jsontext.KindBeginObject:
		if s == ForStores && v.Len() == 1 {
			for kind := range v.Inner {
				return readKind(kind.Name(), kind)
			}
		}
		return readAmounts(v)
	case jsontext.KindBeginArray:
		list := make([]any, 0, v.Len())
		for e := range v.Inner {
			x, err := s.read(e)
			if err != nil {
				return nil, err
			}
			list = append(list, x)
		}
		return list, nil
	}
	return v.Tree(), nil
}

// readAmounts reads an amount, or a range of them.
func readAmounts(v jsontext.Value) (any, error) {
	from, to := v.Member("from"), v.Member("to")
	if v.Len() != 2 || from == (jsontext.Value{}) || to == (jsontext.Value{}) {
		return readAmount(v)
	}
	a, err := readMoney(from)
	if err != nil {
		return nil, err
	}
	b, err := readMoney(to)
	return value.MoneyRange{From: a, To: b}, err
}

// readMoney reads an amount. Null, or no value, is the amount that is not set.
func readMoney(v jsontext.Value) (value.Money, error) {
	if v.Kind() == jsontext.KindInvalid || v.Kind() == jsontext.KindNull {
		return value.Money{}, nil
	}
	return readAmount(v)
}

func readAmount(v jsontext.Value) (value.Money, error) {
	number, currency := v.Member("value"), v.Member("currency")
	if number.Kind() != jsontext.KindString || currency.Kind() != jsontext.KindString || v.Len() != 2 {
		return value.Money{}, errNoValue
	}
	return value.ParseMoney(number.Text() + " " + currency.Text())
}

func readNumber(n json.Number) any {
	if i, ok := jsontext.WholeNumber(n); ok {
		return i
	}
	f, err := strconv.ParseFloat(string(n), 64)
	if err != nil {
		return n
	}
	return f
}

func readKind(kind string, v jsontext.Value) (any, error) {
	if v.Kind() == jsontext.KindNumber && kind == "double" {
		return strconv.ParseFloat(v.Text(), 64)
	}
	if v.Kind() != jsontext.KindString {
		return nil, errNoValue
	}
	text := v.Text()
	switch kind {
	case "duration":
		return value.ParseAnyDuration(text)
	case "span":
		return value.ParseSpan(text)
	case "time":
		return value.ParseTimestamp(text)
	case "date":
		return value.ParseDate(text)
	case "percent":
		return value.ParsePercent(text)
	}
	return nil, errNoValue
}
