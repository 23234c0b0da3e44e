package recovery

import (
	"encoding/json"
	"slices"
	"strconv"
	"time"

	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/recovery/internal/canonical"
)

// Canonical JSON is what digests are taken of: RFC 8785. Keys are sorted by
// their UTF-16 code units, numbers are written as ECMAScript does, and strings
// are escaped only where they must be.
//
// Whole numbers that fit an int64 are always written with all their digits. RFC
// 8785 would round those beyond 2^53 to the nearest double, and two incidents
// that differ would then have one digest.

// appendCanonical writes a value. It takes the values that fields and parameters
// have, what decoded JSON is made of, and pauses. A number without a JSON form
// (NaN) becomes null; intake has refused it long before.
func appendCanonical(dst []byte, v any) []byte {
	switch x := v.(type) {
	case string:
		return canonical.AppendString(dst, x)
	case int64:
		return strconv.AppendInt(dst, x, 10)
	case float64:
		return appendDouble(dst, x)
	case json.Number:
		return appendNumber(dst, x)
	case bool:
		return strconv.AppendBool(dst, x)
	case time.Time:
		return appendTime(dst, x)
	case time.Duration:
		return append(value.AppendDuration(append(dst, '"'), x), '"')
	case Money:
		return appendCanonicalMoney(dst, x)
	case Date:
		return canonical.AppendString(dst, x.String())
	case Percent:
		return canonical.AppendString(dst, x.String())
	case []any:
		return appendList(dst, x, appendCanonical)
	case map[string]any:
		return appendMap(dst, x, appendCanonical)
	case []Pause:
		return appendList(dst, x, appendPause)
	case *cell:
		return x.append(dst)
	}
	return append(dst, "null"...)
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

func appendMap(dst []byte, m map[string]any, member func([]byte, any) []byte) []byte {
	dst = append(dst, '{')
	for i, k := range sortedKeys(m) {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(canonical.AppendString(dst, k), ':')
		dst = member(dst, m[k])
	}
	return append(dst, '}')
}

func appendCanonicalMoney(dst []byte, m Money) []byte {
	dst = append(dst, `{"currency":"`...)
	dst = append(dst, m.Currency()...)
	dst = append(dst, `","value":"`...)
	dst = m.AppendDecimal(dst)
	return append(dst, `"}`...)
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

func sortedKeys(m map[string]any) []string {
	if len(m) == 0 {
		return nil
	}
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, compareUTF16)
	return keys
}

// compareUTF16 orders two UTF-8 strings by their UTF-16 code units. That is the
// order of their bytes, except that characters beyond U+FFFF, which UTF-16
// writes with surrogates, come before those from U+E000 to U+FFFF.
func compareUTF16(a, b string) int {
	for i := range min(len(a), len(b)) {
		if x, y := utf16Rank(a[i]), utf16Rank(b[i]); x != y {
			return int(x) - int(y)
		}
	}
	return len(a) - len(b)
}

func utf16Rank(c byte) byte {
	if c == 0xEE || c == 0xEF { // these begin U+E000 to U+FFFF
		return c + 0x10
	}
	return c
}
