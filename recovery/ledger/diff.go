package ledger

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// diff compares two JSON texts field by field, in the order of their paths. Fields that
// ignored names are passed over.
func diff(was, is []byte, ignored func(path, key string) bool) []Change {
	var out []Change
	compareValues("", decoded(was), decoded(is), ignored, &out)
	return out
}

// namesOnly are the fields that differ under every other set even when the decision is the same: ids,
// fields that are made from the digest, and places in files.
func namesOnly(path, key string) bool {
	last := path[strings.LastIndexByte(path, '.')+1:]
	list, _, _ := strings.Cut(last, "[")
	switch key {
	case "id":
		return path == "" || slices.Contains([]string{"actions", "if_late", "choices", "withheld"}, list)
	case "set", "supersedes":
		return path == ""
	case "at":
		return list == "plays"
	case "choice":
		return path == "made"
	case "decision":
		return list == "recent"
	}
	return false
}

func decoded(text []byte) any {
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	var v any
	if dec.Decode(&v) != nil {
		return string(text)
	}
	return v
}

func compareValues(path string, was, is any, ignored func(path, key string) bool, out *[]Change) {
	x, isObject := was.(map[string]any)
	y, bothObjects := is.(map[string]any)
	if isObject && bothObjects {
		keys := slices.Sorted(maps.Keys(x))
		for k := range y {
			if _, ok := x[k]; !ok {
				keys = append(keys, k)
			}
		}
		slices.Sort(keys)
		for _, k := range keys {
			if ignored != nil && ignored(path, k) {
				continue
			}
			inner := k
			if path != "" {
				inner = path + "." + k
			}
			compareMembers(inner, x, y, k, ignored, out)
		}
		return
	}
	a, isList := was.([]any)
	b, bothLists := is.([]any)
	if isList && bothLists {
		for i := range max(len(a), len(b)) {
			inner := path + "[" + strconv.Itoa(i) + "]"
			switch {
			case i >= len(a):
				*out = append(*out, Change{inner, "", encoded(b[i])})
			case i >= len(b):
				*out = append(*out, Change{inner, encoded(a[i]), ""})
			default:
				compareValues(inner, a[i], b[i], ignored, out)
			}
		}
		return
	}
	if v, w := encoded(was), encoded(is); v != w {
		*out = append(*out, Change{path, v, w})
	}
}

func compareMembers(path string, x, y map[string]any, key string, ignored func(path, key string) bool, out *[]Change) {
	was, there := x[key]
	is, here := y[key]
	switch {
	case !there:
		*out = append(*out, Change{path, "", encoded(is)})
	case !here:
		*out = append(*out, Change{path, encoded(was), ""})
	default:
		compareValues(path, was, is, ignored, out)
	}
}

func encoded(v any) string {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return ""
	}
	return string(bytes.TrimSpace(buf.Bytes()))
}
