package intake

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/policy/worktime"
	"github.com/servicerecovery/amends/recovery/internal/jsontext"
)

// AppendCanonical writes a value as canonical JSON (RFC 8785), the form that digests are
// taken of. It takes the values that fields and parameters have, what decoded JSON is
// made of, and pauses. A number without a JSON form (NaN) becomes null; an incident
// with one was refused long before.
func AppendCanonical(dst []byte, v any) []byte { return appendValue(dst, v, true) }

// AppendGiven writes a value so that an incident that is read from the JSON has the
// same: numbers as they came, amounts as text.
func AppendGiven(dst []byte, v any) []byte { return appendValue(dst, v, false) }

func appendValue(dst []byte, v any, canonical bool) []byte {
	switch x := v.(type) {
	case string:
		return jsontext.AppendQuote(dst, x)
	case int64:
		return strconv.AppendInt(dst, x, 10)
	case float64:
		if !canonical && (math.IsNaN(x) || math.IsInf(x, 0)) {
			return strconv.AppendFloat(dst, x, 'g', -1, 64)
		}
		return jsontext.AppendFloat(dst, x)
	case json.Number:
		if !canonical {
			return append(dst, x...)
		}
		return jsontext.AppendNumber(dst, x)
	case bool:
		return strconv.AppendBool(dst, x)
	case time.Time:
		return AppendTime(dst, x)
	case time.Duration:
		return append(value.AppendDuration(append(dst, '"'), x), '"')
	case value.Span:
		return jsontext.AppendQuote(dst, x.String())
	case value.Date:
		return jsontext.AppendQuote(dst, x.String())
	case value.Percent:
		return jsontext.AppendQuote(dst, x.String())
	case value.Money:
		if !canonical {
			return jsontext.AppendQuote(dst, x.String())
		}
		return AppendMoney(dst, x)
	case []any:
		return AppendList(dst, x, func(dst []byte, v any) []byte { return appendValue(dst, v, canonical) })
	case map[string]any:
		return appendObject(dst, x, canonical)
	case *value.Item:
		return appendItem(dst, x, canonical)
	case []worktime.Pause:
		return AppendList(dst, x, AppendPause)
	}
	return append(dst, "null"...)
}

// AppendMoney writes an amount as an object, its members sorted.
func AppendMoney(dst []byte, m value.Money) []byte {
	dst = append(append(dst, `{"currency":"`...), m.Currency()...)
	dst = m.AppendDecimal(append(dst, `","value":"`...))
	return append(dst, `"}`...)
}

func appendObject(dst []byte, m map[string]any, canonical bool) []byte {
	dst = append(dst, '{')
	for i, k := range SortedKeys(m) {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(jsontext.AppendQuote(dst, k), ':')
		dst = appendValue(dst, m[k], canonical)
	}
	return append(dst, '}')
}

// AppendList writes a list with a function for its elements.
func AppendList[T any](dst []byte, list []T, element func([]byte, T) []byte) []byte {
	dst = append(dst, '[')
	for i, e := range list {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = element(dst, e)
	}
	return append(dst, ']')
}

// AppendPause writes a pause; one that goes on has no until.
func AppendPause(dst []byte, p worktime.Pause) []byte {
	dst = AppendTime(append(dst, `{"from":`...), p.From)
	if !p.Until.IsZero() {
		dst = AppendTime(append(dst, `,"until":`...), p.Until)
	}
	return append(dst, '}')
}

// AppendTime writes a time in UTC (RFC 3339).
func AppendTime(dst []byte, t time.Time) []byte {
	return append(value.AppendTimestamp(append(dst, '"'), t), '"')
}

// SortedKeys are the keys of a map in the order of canonical JSON.
func SortedKeys[T any](m map[string]T) []string {
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

// Shown is how a value looks in a problem: as JSON, cut to a length that a message
// can bear.
func Shown(v any) string {
	const most = 60
	normal, ok := Normal(v)
	if !ok {
		return fmt.Sprintf("a value of Go type %T", v)
	}
	text := string(AppendGiven(nil, normal))
	if utf8.RuneCountInString(text) <= most {
		return text
	}
	return string([]rune(text)[:most]) + "…"
}
