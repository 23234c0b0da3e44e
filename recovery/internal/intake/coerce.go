package intake

import (
	"encoding/json"
	"errors"
	"math"
	"strconv"
	"time"

	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/recovery/internal/jsontext"
)

// Mismatch says why a value is not of a type. Within is where in the value, such
// as [2] of a list; empty for the value itself.
type Mismatch struct {
	within, wanted, found string
}

// At turns the mismatch into a problem of the field.
func (m *Mismatch) At(path string) Problem {
	return Problem{Path: path + m.within, Wanted: m.wanted, Found: m.found}
}

// Coerce turns a value that came with an incident into the one Go type of its
// kind: string, int64, float64, bool, time.Time in UTC, value.Date, time.Duration,
// value.Money, Percent or []any. It takes what [Incident.Fields] may hold.
//
// A number is an int when its value is whole, however it is written: to JSON 3
// and 3.0 are the same, and programs whose only number is the double write
// the latter.
func Coerce(raw any, t value.Type) (native any, bad *Mismatch) {
	kind := t.Kind
	v, ok := normalise(raw, 0)
	if !ok {
		return nil, &Mismatch{wanted: wantedOf(kind), found: Shown(raw)}
	}
	switch kind {
	case value.KindString:
		native = v // in the box that it came in
		_, ok = v.(string)
	case value.KindInt:
		native, ok = toInt(v)
	case value.KindDouble:
		native, ok = toDouble(v)
	case value.KindBool:
		native = v
		_, ok = v.(bool)
	case value.KindList:
		return toList(v, t.Member())
	case value.KindTimestamp:
		return toText(v, kind, toTime, parseInstant)
	case value.KindDate:
		return toText(v, kind, isSet[value.Date], value.ParseDate)
	case value.KindDuration:
		return toText(v, kind, anyOne[time.Duration], value.ParseAnyDuration)
	case value.KindPercent:
		return toText(v, kind, anyOne[value.Percent], value.ParsePercent)
	case value.KindMoney:
		if m, isObject := v.(map[string]any); isObject {
			v = amountText(m)
		}
		if native, bad = toText(v, kind, isAmount, value.ParseMoney); bad != nil {
			bad.found = foundAs(raw, bad.found)
		}
		return native, bad
	default:
		ok = false
	}
	if !ok {
		return nil, &Mismatch{wanted: wantedOf(kind), found: Shown(v)}
	}
	return native, nil
}

func wantedOf(kind value.Kind) string {
	switch kind {
	case value.KindString:
		return "text"
	case value.KindInt:
		return "a whole number of at most 64 bits"
	case value.KindDouble:
		return "a number"
	case value.KindBool:
		return "true or false"
	case value.KindTimestamp:
		return "an RFC 3339 time such as 2026-03-02T10:00:00Z"
	case value.KindDate:
		return "a date such as 2026-06-30"
	case value.KindDuration:
		return "a duration such as 90m, 36h or 2d"
	case value.KindMoney:
		return "an amount such as 12.50 EUR"
	case value.KindPercent:
		return "a percentage such as 12.5%"
	case value.KindList:
		return "a list"
	}
	return "a value of type " + kind.String()
}

func toInt(v any) (any, bool) {
	switch x := v.(type) {
	case int64:
		return x, true
	case float64:
		// Both bounds are doubles; the upper one is the first that is too large.
		whole := x == math.Trunc(x) && x >= math.MinInt64 && x < math.MaxInt64
		return int64(x), whole
	case json.Number:
		return wholeOrNil(x)
	}
	return nil, false
}

func wholeOrNil(n json.Number) (any, bool) {
	i, ok := jsontext.WholeNumber(n)
	return i, ok
}

func toDouble(v any) (any, bool) {
	switch x := v.(type) {
	case int64:
		return float64(x), true
	case float64:
		// Adding 0 turns -0 into 0, which JSON cannot tell apart.
		return x + 0, !math.IsNaN(x) && !math.IsInf(x, 0)
	case json.Number:
		f, err := strconv.ParseFloat(string(x), 64)
		return f + 0, err == nil
	}
	return nil, false
}

func toList(v any, member value.Type) (any, *Mismatch) {
	list, ok := v.([]any)
	if !ok {
		return nil, &Mismatch{wanted: wantedOf(value.KindList), found: Shown(v)}
	}
	out := make([]any, len(list))
	for i, e := range list {
		native, bad := Coerce(e, member)
		if bad != nil {
			bad.within = "[" + strconv.Itoa(i) + "]" + bad.within
			return nil, bad
		}
		out[i] = native
	}
	return out, nil
}

// toText takes a value of its Go type, if it is one that can be written, or the
// text of one.
func toText[T comparable](v any, kind value.Kind, valid func(T) (T, bool), parse func(string) (T, error)) (any, *Mismatch) {
	switch x := v.(type) {
	case T:
		native, ok := valid(x)
		if ok && native == x {
			return v, nil // in the box that it came in
		}
		if ok {
			return native, nil
		}
	case string:
		native, err := parse(x)
		if err == nil {
			return native, nil
		}
		// The parser may know better than "no amount" what is wrong.
		if syntax := (*value.SyntaxError)(nil); errors.As(err, &syntax) && syntax.Found != "" {
			return nil, &Mismatch{wanted: wantedOf(kind), found: Shown(x) + ", which " + syntax.Found}
		}
	}
	return nil, &Mismatch{wanted: wantedOf(kind), found: Shown(v)}
}

func anyOne[T any](v T) (T, bool) { return v, true }

func isSet[T interface{ IsZero() bool }](v T) (T, bool) { return v, !v.IsZero() }

func isAmount(m value.Money) (value.Money, bool) { return m, m.IsSet() }

// toTime leaves nothing of a time but the instant: two that are the same must
// not differ in their zone or the reading of a monotonic clock.
func toTime(t time.Time) (time.Time, bool) {
	t = value.Instant(t)
	return t, t.Year() >= 1 && t.Year() <= 9999
}

func parseInstant(text string) (time.Time, error) {
	t, err := value.ParseTimestamp(text)
	return value.Instant(t), err
}

// amountText is the text of {"value": "12.50", "currency": "EUR"}; what has any other
// shape stays as it is, and is no amount.
func amountText(m map[string]any) any {
	number, isText := m["value"].(string)
	currency, isAlso := m["currency"].(string)
	if len(m) != 2 || !isText || !isAlso {
		return m
	}
	return number + " " + currency
}

// foundAs shows the value as it came where only its text was examined.
func foundAs(raw any, found string) string {
	if _, isObject := raw.(map[string]any); !isObject {
		return found
	}
	return Shown(raw)
}
