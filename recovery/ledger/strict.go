package ledger

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"unicode/utf8"
)

// What is read back must have one meaning, whoever reads it. So no object in it has a
// key twice, every text is UTF-8, and an object whose keys are known has those, spelt
// as they are, and no others.

// members reads such an object.
func members(data []byte, names ...string) (map[string]json.RawMessage, error) {
	if err := checkJSON(data); err != nil {
		return nil, err
	}
	var out map[string]json.RawMessage
	if err := json.Unmarshal(data, &out); err != nil || out == nil {
		return nil, errors.New("an object is wanted")
	}
	for _, name := range names {
		if _, ok := out[name]; !ok {
			return nil, fmt.Errorf("it has no %q", name)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(out)) {
		if !slices.Contains(names, key) {
			return nil, fmt.Errorf("it has a key %q, which does not belong there", key)
		}
	}
	return out, nil
}

// textOf reads a string.
func textOf(raw json.RawMessage) (s string, err error) {
	if len(raw) == 0 || raw[0] != '"' {
		return "", fmt.Errorf("a text is wanted in place of %.40s", raw)
	}
	err = json.Unmarshal(raw, &s)
	return s, err
}

// checkJSON holds that text is JSON that everybody reads alike.
func checkJSON(text []byte) error {
	c := jsonChecker{b: text}
	if !utf8.Valid(text) {
		return errors.New("it is not UTF-8")
	}
	if !json.Valid(text) {
		var any any
		return fmt.Errorf("it is not JSON: %w", json.Unmarshal(text, &any))
	}
	c.value()
	return c.err
}

// jsonChecker goes through JSON that is valid. It looks for keys that come twice, and
// for escapes that stand for no character.
type jsonChecker struct {
	b   []byte
	at  int
	err error
}

func (c *jsonChecker) blank() {
	for c.at < len(c.b) && (c.b[c.at] == ' ' || c.b[c.at] == '\n' || c.b[c.at] == '\t' || c.b[c.at] == '\r') {
		c.at++
	}
}

func (c *jsonChecker) value() {
	c.blank()
	switch c.b[c.at] {
	case '"':
		c.text()
	case '{':
		c.object()
	case '[':
		for c.at++; !c.closes(']'); c.separate() {
			c.value()
		}
	default:
		for c.at < len(c.b) && bytes.IndexByte([]byte(",]} \n\t\r"), c.b[c.at]) < 0 {
			c.at++
		}
	}
}

// closes passes over the bracket that ends an object or a list, if it comes next.
func (c *jsonChecker) closes(bracket byte) bool {
	c.blank()
	if c.b[c.at] != bracket {
		return false
	}
	c.at++
	return true
}

func (c *jsonChecker) separate() {
	if c.blank(); c.b[c.at] == ',' {
		c.at++
	}
}

func (c *jsonChecker) object() {
	var last []byte
	var seen map[string]bool // once the keys are not in order
	start := c.at
	for c.at++; !c.closes('}'); c.separate() {
		c.blank()
		key := c.text()
		if seen == nil && (bytes.Compare(key, last) <= 0 && last != nil || bytes.IndexByte(key, '\\') >= 0) {
			seen = c.keysBefore(start)
		}
		if seen != nil {
			name := string(key)
			if bytes.IndexByte(key, '\\') >= 0 {
				name = unquoted(key)
			}
			if seen[name] && c.err == nil {
				c.err = fmt.Errorf("the key %s is there twice", strconv.Quote(name))
			}
			seen[name] = true
		}
		last = key
		c.blank()
		c.at++ // the colon
		c.value()
	}
}

// keysBefore gathers the keys of the object that begins at a place, but for the one
// that was just read. They are in order, so that none comes twice.
func (c *jsonChecker) keysBefore(start int) map[string]bool {
	seen := map[string]bool{}
	again := jsonChecker{b: c.b, at: start + 1}
	for {
		again.closes('}')
		key := again.text()
		if again.at >= c.at {
			return seen
		}
		seen[string(key)] = true
		again.blank()
		again.at++
		again.value()
		again.separate()
	}
}

func unquoted(key []byte) (s string) {
	_ = json.Unmarshal(slices.Concat([]byte{'"'}, key, []byte{'"'}), &s) // it is valid
	return s
}

// text passes over a string, and returns what stands between its quotes.
func (c *jsonChecker) text() []byte {
	start := c.at + 1
	for c.at = start; c.b[c.at] != '"'; c.at++ {
		if c.b[c.at] != '\\' {
			continue
		}
		if c.at++; c.b[c.at] == 'u' {
			c.escape()
		}
	}
	c.at++
	return c.b[start : c.at-1]
}

// escape passes over \uXXXX, and over the other half of a character that takes two.
func (c *jsonChecker) escape() {
	half := func(at int) uint64 {
		if at+6 > len(c.b) || c.b[at] != '\\' || c.b[at+1] != 'u' {
			return 0
		}
		n, _ := strconv.ParseUint(string(c.b[at+2:at+6]), 16, 16)
		return n
	}
	switch n := half(c.at - 1); {
	case n >= 0xD800 && n < 0xDC00 && half(c.at+5)>>10 == 0xDC00>>10:
		c.at += 10
	case n >= 0xD800 && n < 0xE000:
		if c.err == nil {
			c.err = errors.New("an escape in it stands for half a character")
		}
		c.at += 4
	default:
		c.at += 4
	}
}
