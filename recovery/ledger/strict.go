package ledger

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/servicerecovery/amends/playbook/unseen"
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
			return nil, fmt.Errorf("it has no %s", unseen.Quote(name))
		}
	}
	for _, key := range slices.Sorted(maps.Keys(out)) {
		if !slices.Contains(names, key) {
			return nil, fmt.Errorf("it has a key %s, which does not belong there", unseen.Quote(string(key)))
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
func checkJSON(text []byte) error { return checkShape(text, nil) }

// checkShape is checkJSON, and holds that objects have no keys but those of a shape.
func checkShape(text []byte, of *shape) error {
	if !utf8.Valid(text) {
		return errors.New("it is not UTF-8")
	}
	c := jsonChecker{b: text}
	c.value(of, 0)
	if c.blank(); c.err == nil && c.at != len(c.b) {
		c.wrong()
	}
	return c.err
}

// shape says which keys an object may have, and what stands under them. What stands
// under a key without a shape may be anything. A list is as each of its elements.
type shape struct {
	keys  []string
	inner []*shape
}

// with adds a key.
func (s *shape) with(key string, inner *shape) *shape {
	s.keys, s.inner = append(s.keys, key), append(s.inner, inner)
	return s
}

func shapeOf(keys ...string) *shape { return &shape{keys, make([]*shape, len(keys))} }

// under returns the shape of what stands under a key.
func (s *shape) under(key []byte) (inner *shape, ok bool) {
	if s == nil {
		return nil, true
	}
	for i, k := range s.keys {
		if k == string(key) {
			return s.inner[i], true
		}
	}
	return nil, false
}

// jsonChecker goes through JSON once. It looks for text that is not JSON, for keys that come twice
// or do not belong there, and for escapes that stand for no character.
type jsonChecker struct {
	b   []byte
	at  int
	err error // the first; then there is nothing more to read
}

func (c *jsonChecker) fail(err error) {
	if c.err == nil {
		c.err = err
	}
	c.b = c.b[:0] // so that everything ends
	c.at = 0
}

func (c *jsonChecker) wrong() {
	c.fail(fmt.Errorf("it is not JSON: something else is wanted at byte %d", c.at))
}

// peek returns the next byte, 0 at the end.
func (c *jsonChecker) peek() byte {
	if c.at < len(c.b) {
		return c.b[c.at]
	}
	return 0
}

func (c *jsonChecker) blank() {
	for c.at < len(c.b) && c.b[c.at] <= ' ' && (c.b[c.at] == ' ' || c.b[c.at] == '\n' || c.b[c.at] == '\t' || c.b[c.at] == '\r') {
		c.at++
	}
}

// take passes over a byte that has to come next.
func (c *jsonChecker) take(want byte) {
	if c.peek() != want || c.at == len(c.b) {
		c.wrong()
		return
	}
	c.at++
}

// more passes over what stands between two elements, or over the bracket at the end.
func (c *jsonChecker) more(bracket byte) bool {
	c.blank()
	if c.peek() == bracket {
		c.at++
		return false
	}
	c.take(',')
	c.blank()
	return c.err == nil
}

// opens passes over a bracket, and over the one that ends it where nothing is between.
func (c *jsonChecker) opens(bracket byte) bool {
	c.at++
	c.blank()
	if c.peek() != bracket {
		return true
	}
	c.at++
	return false
}

func (c *jsonChecker) value(of *shape, depth int) {
	const deepest = 10000
	if depth > deepest {
		c.fail(errors.New("it is nested too deeply"))
	}
	c.blank()
	switch b := c.peek(); {
	case b == '"':
		c.text()
	case b == '{':
		c.object(of, depth)
	case b == '[':
		for ok := c.opens(']'); ok; ok = c.more(']') {
			c.value(of, depth+1)
		}
	case b == '-' || b >= '0' && b <= '9':
		c.number()
	default:
		for _, word := range []string{"true", "false", "null"} {
			if bytes.HasPrefix(c.b[c.at:], []byte(word)) {
				c.at += len(word)
				return
			}
		}
		c.wrong()
	}
}

func (c *jsonChecker) digits() {
	if b := c.peek(); b < '0' || b > '9' {
		c.wrong()
	}
	for b := c.peek(); b >= '0' && b <= '9'; b = c.peek() {
		c.at++
	}
}

func (c *jsonChecker) number() {
	if c.peek() == '-' {
		c.at++
	}
	if c.peek() == '0' {
		c.at++
	} else {
		c.digits()
	}
	if c.peek() == '.' {
		c.at++
		c.digits()
	}
	if b := c.peek(); b == 'e' || b == 'E' {
		c.at++
		if b := c.peek(); b == '+' || b == '-' {
			c.at++
		}
		c.digits()
	}
}

func (c *jsonChecker) object(of *shape, depth int) {
	start := c.at
	var last []byte
	var seen map[string]bool // once the keys are not in order
	for ok := c.opens('}'); ok; ok = c.more('}') {
		key, escaped := c.text()
		if c.err != nil {
			return
		}
		inner, known := of.under(key)
		if !known {
			c.fail(fmt.Errorf("it has a key %s, which does not belong there", unseen.Quote(string(key))))
			return
		}
		if seen == nil && (escaped || last != nil && bytes.Compare(key, last) <= 0) {
			seen = c.keysFrom(start)
		}
		if seen != nil {
			name := string(key)
			if escaped {
				name = unquoted(key)
			}
			if seen[name] {
				c.fail(fmt.Errorf("it has the key %s twice", unseen.Quote(string(name))))
				return
			}
			seen[name] = true
		}
		last = key
		c.blank()
		c.take(':')
		c.value(inner, depth+1)
	}
}

// keysFrom gathers the keys of the object that begins at a place, but for the one
// that was just read. They were in order until then, so that none comes twice.
func (c *jsonChecker) keysFrom(start int) map[string]bool {
	seen := map[string]bool{}
	again := jsonChecker{b: c.b, at: start}
	for ok := again.opens('}'); ok; ok = again.more('}') {
		key, _ := again.text()
		if again.at >= c.at {
			break
		}
		seen[string(key)] = true
		again.blank()
		again.take(':')
		again.value(nil, 0)
	}
	return seen
}

func unquoted(key []byte) (s string) {
	_ = json.Unmarshal(slices.Concat([]byte{'"'}, key, []byte{'"'}), &s) // which it is
	return s
}

// text passes over a string, and returns what stands between its quotes.
func (c *jsonChecker) text() (raw []byte, escaped bool) {
	c.take('"')
	start := c.at
	for {
		b := c.b[min(c.at, len(c.b)):]
		n := 0
		for n < len(b) && b[n] >= ' ' && b[n] != '"' && b[n] != '\\' {
			n++
		}
		c.at += n
		switch c.peek() {
		case '"':
			c.at++
			return c.b[start : c.at-1], escaped
		case '\\':
			escaped = true
			c.escape()
		default:
			c.wrong()
			return nil, false
		}
	}
}

// escape passes over an escape. One of a character beyond 16 bits has two halves.
func (c *jsonChecker) escape() {
	const high, low, behind = 0xD800, 0xDC00, 0xE000
	switch n, ok := c.unit(); {
	case !ok:
		if c.at+1 >= len(c.b) || strings.IndexByte(`"\/bfnrt`, c.b[c.at+1]) < 0 {
			c.wrong()
			return
		}
		c.at += 2
	case n >= high && n < behind:
		c.at += 6
		if m, ok := c.unit(); n >= low || !ok || m < low || m >= behind {
			c.fail(errors.New("it has an escape that stands for half a character"))
			return
		}
		c.at += 6
	default:
		c.at += 6
	}
}

// unit reads \uXXXX.
func (c *jsonChecker) unit() (n uint64, ok bool) {
	if c.at+6 > len(c.b) || c.b[c.at] != '\\' || c.b[c.at+1] != 'u' {
		return 0, false
	}
	n, err := strconv.ParseUint(string(c.b[c.at+2:c.at+6]), 16, 16)
	return n, err == nil
}
