package recovery

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// maxDepth bounds how deep JSON may be nested, and the maps and slices of
// [Incident.Fields] with it. It is far beyond what anybody writes, and far below what a stack can
// bear.
const maxDepth = 100

// JSONError reports input that has to be refused as a whole, because it is no JSON
// object: nothing in it can be told apart as an incident's field.
type JSONError struct{ Message string }

func (e *JSONError) Error() string { return e.Message }

// object is a JSON object with its keys in the order of the text.
type object []member

type member struct {
	key   string
	value any
}

// plain turns objects into maps, all the way down.
func plain(v any) any {
	switch x := v.(type) {
	case object:
		m := make(map[string]any, len(x))
		for _, e := range x {
			m[e.key] = plain(e.value)
		}
		return m
	case []any:
		list := make([]any, len(x))
		for i, e := range x {
			list[i] = plain(e)
		}
		return list
	}
	return v
}

// parseJSON reads one JSON text. Objects become object, lists []any, numbers
// json.Number. Unlike encoding/json it refuses a key that occurs twice, of which
// that package would silently drop the first.
func parseJSON(data []byte) (any, error) {
	// The syntax is checked by encoding/json, so that the reader below can be
	// as simple as it is: it sees nothing but well-formed text.
	if !json.Valid(data) {
		return nil, syntaxError(data)
	}
	if !utf8.Valid(data) {
		return nil, &JSONError{"not JSON: it is not encoded in UTF-8"}
	}
	r := jsonReader{data: data}
	return r.value(0)
}

func syntaxError(data []byte) error {
	err := json.Unmarshal(data, new(any))
	if syntax := (*json.SyntaxError)(nil); errors.As(err, &syntax) {
		return &JSONError{fmt.Sprintf("not JSON: %s (at byte %d)", syntax, syntax.Offset)}
	}
	return &JSONError{fmt.Sprintf("not JSON: %v", err)}
}

// jsonReader reads text that is known to be well-formed.
type jsonReader struct {
	data []byte
	at   int
}

func (r *jsonReader) value(depth int) (any, error) {
	if depth > maxDepth {
		return nil, &JSONError{fmt.Sprintf("the JSON is nested more than %d levels deep", maxDepth)}
	}
	switch r.peek() {
	case '{':
		return r.object(depth)
	case '[':
		return r.list(depth)
	case '"':
		return r.text()
	case 't':
		r.at += len("true")
		return true, nil
	case 'f':
		r.at += len("false")
		return false, nil
	case 'n':
		r.at += len("null")
		return nil, nil
	}
	return r.number(), nil
}

// peek skips white space and returns the next byte without reading it.
func (r *jsonReader) peek() byte {
	for {
		switch c := r.data[r.at]; c {
		case ' ', '\t', '\n', '\r':
			r.at++
		default:
			return c
		}
	}
}

// next skips white space and reads a byte.
func (r *jsonReader) next() byte {
	c := r.peek()
	r.at++
	return c
}

func (r *jsonReader) object(depth int) (any, error) {
	r.next() // {
	out := make(object, 0, 6)
	if r.peek() == '}' {
		r.next()
		return out, nil
	}
	var keys keySet
	for {
		r.peek()
		key, err := r.text()
		if err != nil {
			return nil, err
		}
		if !keys.add(out, key) {
			return nil, &JSONError{fmt.Sprintf("the key %s is given twice", shown(key))}
		}
		r.next() // :
		v, err := r.value(depth + 1)
		if err != nil {
			return nil, err
		}
		out = append(out, member{key, v})
		if r.next() == '}' {
			return out, nil
		}
	}
}

// keySet finds keys that occur twice. It becomes a map only in objects too large
// to be searched.
type keySet map[string]struct{}

func (s *keySet) add(before object, key string) bool {
	const few = 16
	if len(before) < few {
		for _, m := range before {
			if m.key == key {
				return false
			}
		}
		return true
	}
	if *s == nil {
		*s = make(keySet, 2*few)
		for _, m := range before {
			(*s)[m.key] = struct{}{}
		}
	}
	_, twice := (*s)[key]
	(*s)[key] = struct{}{}
	return !twice
}

func (r *jsonReader) list(depth int) (any, error) {
	r.next() // [
	out := []any{}
	if r.peek() == ']' {
		r.next()
		return out, nil
	}
	for {
		v, err := r.value(depth + 1)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
		if r.next() == ']' {
			return out, nil
		}
	}
}

func (r *jsonReader) text() (string, error) {
	start := r.at
	simple := true // neither escapes nor anything that may not be UTF-8
	for r.at++; r.data[r.at] != '"'; r.at++ {
		switch c := r.data[r.at]; {
		case c == '\\':
			simple = false
			r.at++
		case c >= utf8.RuneSelf:
			simple = false
		}
	}
	r.at++
	if simple {
		return string(r.data[start+1 : r.at-1]), nil
	}
	var s string
	if err := json.Unmarshal(r.data[start:r.at], &s); err != nil {
		return "", &JSONError{fmt.Sprintf("not JSON: %v", err)}
	}
	if strings.ContainsRune(s, utf8.RuneError) && !spellsReplacement(string(r.data[start:r.at])) {
		return "", &JSONError{"not JSON: half of a surrogate pair, which is no character"}
	}
	return s, nil
}

// spellsReplacement reports whether a JSON string holds U+FFFD itself. Otherwise
// encoding/json has put it in the place of half a surrogate pair, and two texts
// that differ would become one.
func spellsReplacement(text string) bool {
	return strings.ContainsRune(text, utf8.RuneError) || strings.Contains(strings.ToLower(text), `\ufffd`)
}

func (r *jsonReader) number() json.Number {
	start := r.at
	for r.at < len(r.data) && isNumberByte(r.data[r.at]) {
		r.at++
	}
	return json.Number(r.data[start:r.at])
}

func isNumberByte(c byte) bool {
	return c >= '0' && c <= '9' || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E'
}
