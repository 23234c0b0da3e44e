package recovery

import (
	"encoding/json"
	"errors"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/recovery/internal/jsontext"
)

// style is how values are written.
type style uint8

const (
	// canonical is RFC 8785, which digests are taken of.
	canonical style = iota
	// public is for readers: an amount says first what it is.
	public
	// typed is canonical, and is read back as what it is: a value whose JSON could be
	// another's, such as a duration, which is text, stands in an object that names its kind.
	typed
	// asGiven is how an incident is written, so that reading it gives the same field: numbers as they
	// came, amounts as text.
	asGiven
)

// appendCanonical writes a value. It takes the values that fields and parameters
// have, what decoded JSON is made of, and pauses. A number without a JSON form
// (NaN) becomes null; intake has refused it long before.
func appendCanonical(dst []byte, v any) []byte { return canonical.append(dst, v) }

func (s style) append(dst []byte, v any) []byte {
	switch x := v.(type) {
	case string:
		return jsontext.AppendQuote(dst, x)
	case int64:
		return strconv.AppendInt(dst, x, 10)
	case float64:
		return s.double(dst, x)
	case json.Number:
		if s == public || s == asGiven {
			return append(dst, x...)
		}
		return jsontext.AppendNumber(dst, x)
	case bool:
		return strconv.AppendBool(dst, x)
	case time.Time:
		return s.end(appendTime(s.kind(dst, "time"), x))
	case time.Duration:
		return s.end(append(value.AppendDuration(append(s.kind(dst, "duration"), '"'), x), '"'))
	case Date:
		return s.end(jsontext.AppendQuote(s.kind(dst, "date"), x.String()))
	case Percent:
		return s.end(jsontext.AppendQuote(s.kind(dst, "percent"), x.String()))
	case Money:
		return s.money(dst, x)
	case MoneyRange:
		return s.moneyRange(dst, x)
	case []any:
		return appendList(dst, x, s.append)
	case map[string]any:
		return s.object(dst, x)
	case []Pause:
		return appendList(dst, x, appendPause)
	case *cell:
		return x.append(dst)
	}
	return append(dst, "null"...)
}

// kind opens the object that names the kind of a value, where the style has one.
func (s style) kind(dst []byte, name string) []byte {
	if s != typed {
		return dst
	}
	return append(append(append(dst, `{"`...), name...), `":`...)
}

func (s style) end(dst []byte) []byte {
	if s != typed {
		return dst
	}
	return append(dst, '}')
}

func (s style) double(dst []byte, f float64) []byte {
	switch {
	case s == asGiven && (math.IsNaN(f) || math.IsInf(f, 0)):
		return strconv.AppendFloat(dst, f, 'g', -1, 64)
	case s == typed && f == math.Trunc(f) && math.Abs(f) < 1e21: // it looks like an int
		return s.end(jsontext.AppendFloat(s.kind(dst, "double"), f))
	}
	return jsontext.AppendFloat(dst, f)
}

func (s style) money(dst []byte, m Money) []byte {
	switch {
	case s == asGiven:
		return jsontext.AppendQuote(dst, m.String())
	case s != canonical && !m.IsSet():
		return append(dst, "null"...)
	}
	return s.amount(dst, m)
}

// amount writes an amount as an object, in the order of the style.
func (s style) amount(dst []byte, m Money) []byte {
	if s == public {
		dst = m.AppendDecimal(append(dst, `{"value":"`...))
		dst = append(append(dst, `","currency":"`...), m.Currency()...)
	} else {
		dst = append(append(dst, `{"currency":"`...), m.Currency()...)
		dst = m.AppendDecimal(append(dst, `","value":"`...))
	}
	return append(dst, `"}`...)
}

func (s style) moneyRange(dst []byte, r MoneyRange) []byte {
	part := s.amount
	switch s {
	case typed:
		part = s.money
	case canonical, asGiven:
		return append(dst, "null"...)
	}
	dst = part(append(dst, `{"from":`...), r.From)
	return append(part(append(dst, `,"to":`...), r.To), '}')
}

// object writes a map. Only an incident has objects with values that are
// written in another than the canonical style.
func (s style) object(dst []byte, m map[string]any) []byte {
	if s != asGiven {
		s = canonical
	}
	dst = append(dst, '{')
	for i, k := range sortedKeys(m) {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(jsontext.AppendQuote(dst, k), ':')
		dst = s.append(dst, m[k])
	}
	return append(dst, '}')
}

func appendList[T any](dst []byte, list []T, element func([]byte, T) []byte) []byte {
	dst = append(dst, '[')
	for i, e := range list {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = element(dst, e)
	}
	return append(dst, ']')
}

func appendPause(dst []byte, p Pause) []byte {
	dst = appendTime(append(dst, `{"from":`...), p.From)
	if !p.Until.IsZero() {
		dst = appendTime(append(dst, `,"until":`...), p.Until)
	}
	return append(dst, '}')
}

func appendTime(dst []byte, t time.Time) []byte {
	dst = append(dst, '"')
	dst = t.UTC().AppendFormat(dst, time.RFC3339Nano)
	return append(dst, '"')
}

func sortedKeys[T any](m map[string]T) []string {
	if len(m) == 0 {
		return nil
	}
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, jsontext.Compare)
	return keys
}

var errNoValue = errors.New("no value")

// read turns the JSON of a value into the value: what was written in the public
// style, or in the typed one, which knows objects of one kind besides. An object that is neither an
// amount nor a range of them is none.
func (s style) read(v any) (any, error) {
	switch x := v.(type) {
	case json.Number:
		return readNumber(x), nil
	case jsontext.Object:
		if s == typed && len(x) == 1 {
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
	return MoneyRange{From: from, To: to}, err
}

// readMoney reads an amount; null is none.
func readMoney(v any) (Money, error) {
	if v == nil {
		return Money{}, nil
	}
	members, _ := v.(jsontext.Object)
	return readAmount(members)
}

func readAmount(members jsontext.Object) (Money, error) {
	number, ok := members.Get("value").(string)
	currency, also := members.Get("currency").(string)
	if !ok || !also || len(members) != 2 {
		return Money{}, errNoValue
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
	case "time":
		return value.ParseTimestamp(text)
	case "date":
		return value.ParseDate(text)
	case "percent":
		return value.ParsePercent(text)
	}
	return nil, errNoValue
}
