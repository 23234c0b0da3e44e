package recovery

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
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
	r := jsonReader{data: data}
	v, err := r.value(0)
	if err := r.finish(err); err != nil {
		return nil, err
	}
	return v, nil
}

// finish ends reading: nothing is left, and all of it was JSON.
func (r *jsonReader) finish(err error) error {
	if err == nil && (r.peek() != 0 || r.at < len(r.data)) {
		err = errMalformed
	}
	if err == nil && utf8.Valid(r.data) {
		return nil
	}
	return whyNoJSON(r.data, err)
}

// whyNoJSON says what is wrong with a text: first that it is no JSON, in the words
// of encoding/json, or not in UTF-8; else what the reader has found.
func whyNoJSON(data []byte, err error) error {
	if syntax := json.Unmarshal(data, new(json.RawMessage)); syntax != nil {
		return syntaxError(syntax)
	}
	if !utf8.Valid(data) {
		return &JSONError{"not JSON: it is not encoded in UTF-8"}
	}
	return err
}

func syntaxError(err error) error {
	if syntax := (*json.SyntaxError)(nil); errors.As(err, &syntax) {
		return &JSONError{fmt.Sprintf("not JSON: %s (at byte %d)", syntax, syntax.Offset)}
	}
	return &JSONError{fmt.Sprintf("not JSON: %v", err)}
}

// errMalformed stops the reader at what is no JSON. What is wrong there is for
// encoding/json to say.
var errMalformed = errors.New("not JSON")

// jsonReader reads JSON. It takes no text that encoding/json would not.
type jsonReader struct {
	data  []byte
	at    int
	plain bool // makes maps of objects
}

func (r *jsonReader) value(depth int) (any, error) {
	if depth > maxDepth {
		return nil, &JSONError{fmt.Sprintf("the JSON is nested more than %d levels deep", maxDepth)}
	}
	switch c := r.peek(); {
	case c == '{':
		return r.object(depth)
	case c == '[':
		return r.list(depth)
	case c == '"':
		return r.text()
	case c == 't':
		return true, r.word("true")
	case c == 'f':
		return false, r.word("false")
	case c == 'n':
		return nil, r.word("null")
	}
	return r.number()
}

// word reads true, false or null.
func (r *jsonReader) word(word string) error {
	if !bytes.HasPrefix(r.data[r.at:], []byte(word)) {
		return errMalformed
	}
	r.at += len(word)
	return nil
}

// peek skips white space and returns the next byte without reading it; 0, which
// no JSON begins with, at the end.
func (r *jsonReader) peek() byte {
	for ; r.at < len(r.data); r.at++ {
		switch c := r.data[r.at]; c {
		case ' ', '\t', '\n', '\r':
		default:
			return c
		}
	}
	return 0
}

// take skips white space and reads a byte if it is the wanted one.
func (r *jsonReader) take(wanted byte) bool {
	if r.peek() != wanted {
		return false
	}
	r.at++
	return true
}

// more reads what stands behind an element: a comma, or the end.
func (r *jsonReader) more(end byte) (bool, error) {
	switch {
	case r.take(','):
		return true, nil
	case r.take(end):
		return false, nil
	}
	return false, errMalformed
}

func (r *jsonReader) object(depth int) (any, error) {
	if r.plain {
		out := map[string]any{}
		err := r.members(func(key string) (err error) {
			out[key], err = r.value(depth + 1)
			return err
		})
		return out, err
	}
	out := make(object, 0, 6)
	err := r.members(func(key string) error {
		v, err := r.value(depth + 1)
		out = append(out, member{key, v})
		return err
	})
	return out, err
}

// members reads an object, which the next byte begins. member reads the value of
// each key.
func (r *jsonReader) members(member func(key string) error) error {
	r.at++ // {
	if r.take('}') {
		return nil
	}
	var keys keySet
	for more := true; more; {
		if r.peek() != '"' {
			return errMalformed
		}
		key, err := r.text()
		if err != nil {
			return err
		}
		if !keys.add(key) {
			return &JSONError{fmt.Sprintf("the key %s is given twice", shown(key))}
		}
		if !r.take(':') {
			return errMalformed
		}
		if err := member(key); err != nil {
			return err
		}
		if more, err = r.more('}'); err != nil {
			return err
		}
	}
	return nil
}

// keySet finds keys that occur twice. It becomes a map only in objects too large
// to be searched.
type keySet struct {
	few  [16]string
	n    int
	many map[string]struct{}
}

// add reports whether a key is new.
func (s *keySet) add(key string) bool {
	if s.n < len(s.few) {
		if slices.Contains(s.few[:s.n], key) {
			return false
		}
		s.few[s.n] = key
		s.n++
		return true
	}
	if s.many == nil {
		s.many = make(map[string]struct{}, 2*len(s.few))
		for _, k := range s.few {
			s.many[k] = struct{}{}
		}
	}
	_, twice := s.many[key]
	s.many[key] = struct{}{}
	return !twice
}

func (r *jsonReader) list(depth int) (any, error) {
	r.at++ // [
	out := []any{}
	if r.take(']') {
		return out, nil
	}
	for more := true; more; {
		v, err := r.value(depth + 1)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
		if more, err = r.more(']'); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// text reads a string, which the next byte begins.
func (r *jsonReader) text() (string, error) {
	start := r.at
	simple := true // neither escapes nor anything that may not be UTF-8
	for r.at++; ; r.at++ {
		if r.at >= len(r.data) || r.data[r.at] < ' ' {
			return "", errMalformed
		}
		c := r.data[r.at]
		if c == '"' {
			break
		}
		if c == '\\' {
			r.at++
		}
		simple = simple && c != '\\' && c < utf8.RuneSelf
	}
	r.at++
	if simple {
		return string(r.data[start+1 : r.at-1]), nil
	}
	var s string
	if err := json.Unmarshal(r.data[start:r.at], &s); err != nil {
		return "", errMalformed
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

// number reads a number: a minus sign, a whole part that begins with no needless
// zero, decimals, an exponent.
func (r *jsonReader) number() (json.Number, error) {
	start := r.at
	r.skip("-")
	if r.skip("0") == 0 && r.digits() == 0 {
		return "", errMalformed
	}
	if r.skip(".") > 0 && r.digits() == 0 {
		return "", errMalformed
	}
	if r.skip("eE") > 0 {
		if r.skip("+-"); r.digits() == 0 {
			return "", errMalformed
		}
	}
	return json.Number(r.data[start:r.at]), nil
}

// skip reads one byte if it is one of some, and returns how many it has read.
func (r *jsonReader) skip(some string) int {
	if r.at < len(r.data) && strings.IndexByte(some, r.data[r.at]) >= 0 {
		r.at++
		return 1
	}
	return 0
}

func (r *jsonReader) digits() int {
	start := r.at
	for r.at < len(r.data) && r.data[r.at]-'0' <= 9 {
		r.at++
	}
	return r.at - start
}

func isNumberByte(c byte) bool {
	return c >= '0' && c <= '9' || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E'
}
