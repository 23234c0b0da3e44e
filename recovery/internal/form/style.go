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
func (s Style) read(v any) (any, error) {
	switch x := v.(type) {
	case json.Number:
		return readNumber(x), nil
	case jsontext.Object:
		if s == ForStores && len(x) == 1 {
			return readKind(x[0].Name, x[0].Value)
		}
		return readAmounts(x)
	case []any:
		list := make([]any, len(x))
		for i, e := range x {
			var err error
			if list[i], err = s.read(e); err != nil {
				return nil, err
			}
		}
		return list, nil
	}
	return v, nil
}

// readAmounts reads an amount, or a range of them.
func readAmounts(members jsontext.Object) (any, error) {
	if len(members) != 2 || members[0].Name != "from" || members[1].Name != "to" {
		return readAmount(members)
	}
	from, err := readMoney(members[0].Value)
	if err != nil {
		return nil, err
	}
	to, err := readMoney(members[1].Value)
	return value.MoneyRange{From: from, To: to}, err
}

// readMoney reads an amount. Null is the amount that is not set.
func readMoney(v any) (value.Money, error) {
	if v == nil {
		return value.Money{}, nil
	}
	members, _ := v.(jsontext.Object)
	return readAmount(members)
}

func readAmount(members jsontext.Object) (value.Money, error) {
	number, ok := members.Get("value").(string)
	currency, also := members.Get("currency").(string)
	if !ok || !also || len(members) != 2 {
		return value.Money{}, errNoValue
	}
	return value.ParseMoney(number + " " + currency)
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

func readKind(kind string, v any) (any, error) {
	if n, ok := v.(json.Number); ok && kind == "double" {
		return strconv.ParseFloat(string(n), 64)
	}
	text, ok := v.(string)
	if !ok {
		return nil, errNoValue
	}
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
