package intake

import (
	"encoding/json"
	"math"
	"reflect"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/recovery/internal/jsontext"
)

// Normal brings a value of [Incident.Fields] into one of few Go types: nil,
// string, bool, int64, float64, json.Number, time.Time, time.Duration, value.Money,
// value.Date, value.Percent, []any and map[string]any. ok is false for what is of no use in
// an incident: a struct, a pointer, a map with other keys.
func Normal(v any) (normal any, ok bool) { return normalise(v, 0) }

func normalise(v any, depth int) (normal any, ok bool) {
	switch x := v.(type) {
	case nil, bool, int64, float64, time.Time, time.Duration, value.Money, value.Date, value.Percent:
		return v, true
	case string:
		return validText(x, v), true
	case int:
		return int64(x), true
	case json.Number:
		return v, jsontext.IsNumber(string(x))
	case []any:
		return normaliseList(x, depth)
	case map[string]any:
		return normaliseMap(x, depth)
	}
	return normaliseOther(reflect.ValueOf(v), depth)
}

// validText avoids boxing the string anew, which nearly all values are.
func validText(s string, boxed any) any {
	if utf8.ValidString(s) {
		return boxed
	}
	return toValid(s)
}

// toValid puts U+FFFD in the place of each byte that is not UTF-8, as the record
// will have it: conditions must not see anything else.
func toValid(s string) string { return string([]rune(s)) }

func normaliseList(list []any, depth int) (any, bool) {
	if depth >= jsontext.MaxDepth {
		return nil, false
	}
	out := make([]any, len(list))
	for i, e := range list {
		var ok bool
		if out[i], ok = normalise(e, depth+1); !ok {
			return nil, false
		}
	}
	return out, true
}

func normaliseMap(m map[string]any, depth int) (any, bool) {
	if depth >= jsontext.MaxDepth {
		return nil, false
	}
	out := make(map[string]any, len(m))
	for k, e := range m {
		normal, ok := normalise(e, depth+1)
		if !ok || !utf8.ValidString(k) {
			return nil, false
		}
		out[k] = normal
	}
	return out, true
}

// normaliseOther takes the rarer Go types: the other numbers, types of the
// host's own, and slices.
func normaliseOther(v reflect.Value, depth int) (any, bool) {
	switch v.Kind() {
	case reflect.String:
		return toValid(v.String()), true
	case reflect.Bool:
		return v.Bool(), true
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return v.Int(), true
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		if n := v.Uint(); n > math.MaxInt64 {
			return json.Number(strconv.FormatUint(n, 10)), true
		}
		return int64(v.Uint()), true
	case reflect.Float32:
		return widen(v.Float()), true
	case reflect.Float64:
		return v.Float(), true
	case reflect.Slice:
		list := make([]any, v.Len())
		for i := range list {
			list[i] = v.Index(i).Interface()
		}
		return normaliseList(list, depth)
	}
	return nil, false
}

// widen turns a float32 into the double that is written the same: 0.1, and not
// 0.10000000149011612.
func widen(f float64) float64 {
	wide, err := strconv.ParseFloat(strconv.FormatFloat(f, 'g', -1, 32), 64)
	if err != nil {
		return f
	}
	return wide
}

// IsAbsent reports whether a value stands for none: nil, and the zero values that
// the fields of [Incident] have when nothing is there.
func IsAbsent(v any) bool {
	switch x := v.(type) {
	case nil:
		return true
	case time.Time:
		return x.IsZero()
	case value.Date:
		return x.IsZero()
	case value.Money:
		return !x.IsSet()
	}
	return false
}

// IsWritable reports whether a normalised value has a place in a record.
func IsWritable(v any) bool {
	switch x := v.(type) {
	case float64:
		return !math.IsNaN(x) && !math.IsInf(x, 0)
	case time.Time:
		_, ok := toTime(x)
		return ok
	case []any:
		for _, e := range x {
			if !IsWritable(e) {
				return false
			}
		}
	case map[string]any:
		for _, e := range x {
			if !IsWritable(e) {
				return false
			}
		}
	}
	return true
}
