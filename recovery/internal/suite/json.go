package suite

import (
	"encoding/json"
	"strconv"

	"github.com/servicerecovery/amends/playbook"
)

// appendValue writes a value as the JSON that a host would send. What is null
// is absent, and left out of objects.
func appendValue(dst []byte, v playbook.Value) []byte { return appendTree(dst, v, false) }

// appendPayload writes a payload. A null in it says that something is not there any more.
func appendPayload(dst []byte, v playbook.Value) []byte { return appendTree(dst, v, true) }

func appendTree(dst []byte, v playbook.Value, nulls bool) []byte {
	switch v.Kind {
	case playbook.Scalar:
		return appendScalar(dst, v.Text)
	case playbook.List:
		dst = append(dst, '[')
		for i, item := range v.Items {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = appendTree(dst, item, nulls)
		}
		return append(dst, ']')
	case playbook.Mapping:
		dst = append(dst, '{')
		first := true
		for _, e := range v.Entries {
			if isNull(e.Value) && !nulls {
				continue
			}
			if !first {
				dst = append(dst, ',')
			}
			first = false
			dst = append(appendText(dst, e.Key.Value), ':')
			dst = appendTree(dst, e.Value, nulls)
		}
		return append(dst, '}')
	}
	return append(dst, "null"...)
}

func isNull(v playbook.Value) bool {
	return !v.IsSet() || v.Kind == playbook.Scalar && v.Text.Kind == playbook.Null
}

func appendScalar(dst []byte, t playbook.Text) []byte {
	switch t.Kind {
	case playbook.Null:
		return append(dst, "null"...)
	case playbook.Bool:
		return append(dst, t.Value...)
	case playbook.Int, playbook.Float:
		if json.Valid([]byte(t.Value)) {
			return append(dst, t.Value...)
		}
		// YAML writes some numbers as JSON does not: +1, .5. Others, such as 007,
		// are text that looks like a number.
		if f, err := strconv.ParseFloat(t.Value, 64); err == nil && t.Kind == playbook.Float && f-f == 0 {
			return strconv.AppendFloat(dst, f, 'g', -1, 64)
		}
	}
	return appendText(dst, t.Value)
}

func appendText(dst []byte, s string) []byte {
	quoted, _ := json.Marshal(s) // a string always has a form
	return append(dst, quoted...)
}
