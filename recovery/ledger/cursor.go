package ledger

import (
	"bytes"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/recovery"
)

// cursor reads JSON without building a tree of it. It is meant for payloads, whose
// checksums were right; of any other bytes it says that they are bad, at
// the latest when they end.
type cursor struct {
	b   []byte
	at  int
	bad bool
}

var errPayload = errors.New("the payload is not what a record of its kind holds")

func (c *cursor) fail() {
	c.bad = true
	c.at = len(c.b)
}

// peek returns the next byte, 0 at the end.
func (c *cursor) peek() byte {
	if c.at < len(c.b) {
		return c.b[c.at]
	}
	return 0
}

func (c *cursor) take(want byte) bool {
	if c.peek() != want || c.at == len(c.b) {
		c.fail()
		return false
	}
	c.at++
	return true
}

// object visits the members of an object, each at its value, which member must
// read or skip. Keys with escapes are none that this package writes.
func (c *cursor) object(member func(key []byte)) {
	if !c.take('{') {
		return
	}
	if c.peek() == '}' {
		c.at++
		return
	}
	for !c.bad {
		key := c.raw()
		if !c.take(':') {
			return
		}
		member(key)
		if c.peek() != ',' {
			c.take('}')
			return
		}
		c.at++
	}
}

// list visits the elements of a list.
func (c *cursor) list(element func()) {
	if !c.take('[') {
		return
	}
	if c.peek() == ']' {
		c.at++
		return
	}
	for !c.bad {
		element()
		if c.peek() != ',' {
			c.take(']')
			return
		}
		c.at++
	}
}

// raw returns a string as it stands, without its quotes.
func (c *cursor) raw() []byte {
	if !c.take('"') {
		return nil
	}
	start := c.at
	for {
		i := bytes.IndexByte(c.b[c.at:], '"')
		if i < 0 {
			c.fail()
			return nil
		}
		c.at += i + 1
		escapes := 0
		for k := c.at - 2; k >= start && c.b[k] == '\\'; k-- {
			escapes++
		}
		if escapes%2 == 0 {
			return c.b[start : c.at-1]
		}
	}
}

func (c *cursor) text() string {
	raw := c.raw()
	if bytes.IndexByte(raw, '\\') < 0 {
		return string(raw)
	}
	var s string
	if json.Unmarshal(c.b[c.at-len(raw)-2:c.at], &s) != nil {
		c.fail()
	}
	return s
}

func (c *cursor) int() int64 {
	start := c.at
	for d := c.peek(); d >= '0' && d <= '9' || d == '-'; d = c.peek() {
		c.at++
	}
	n, err := strconv.ParseInt(string(c.b[start:c.at]), 10, 64)
	if err != nil {
		c.fail()
	}
	return n
}

func (c *cursor) flag() bool {
	rest := c.b[c.at:]
	if bytes.HasPrefix(rest, []byte("true")) {
		c.at += len("true")
		return true
	}
	c.fail()
	return false
}

func (c *cursor) time() time.Time {
	t, err := value.ParseTimestamp(c.text())
	if err != nil {
		c.fail()
	}
	return t
}

func (c *cursor) money() recovery.Money {
	var amount, currency string
	c.object(func(key []byte) {
		switch string(key) {
		case "value":
			amount = c.text()
		case "currency":
			currency = c.text()
		default:
			c.fail()
		}
	})
	m, err := value.ParseMoney(amount + " " + currency)
	if err != nil {
		c.fail()
	}
	return m
}

// skip passes over a value and returns its text.
func (c *cursor) skip() []byte {
	start := c.at
	switch c.peek() {
	case '"':
		c.raw()
	case '{', '[':
		c.nested()
	default:
		for c.at < len(c.b) && strings.IndexByte(",]}", c.b[c.at]) < 0 {
			c.at++
		}
	}
	if c.at == start {
		c.fail()
	}
	return c.b[start:c.at]
}

func (c *cursor) nested() {
	depth := 0
	for c.at < len(c.b) {
		switch c.b[c.at] {
		case '"': // most are short, so that looking at each byte is fastest
			for c.at++; c.at < len(c.b) && c.b[c.at] != '"'; c.at++ {
				if c.b[c.at] == '\\' {
					c.at++
				}
			}
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				c.at++
				return
			}
		}
		c.at++
	}
	c.fail()
}

// end returns what came of reading.
func (c *cursor) end() error {
	if c.bad || c.at != len(c.b) {
		return errPayload
	}
	return nil
}

// plainKey is a key as it is meant: one with escapes has to be read.
func plainKey(raw []byte) string {
	if bytes.IndexByte(raw, '\\') < 0 {
		return string(raw)
	}
	c := cursor{b: append(append([]byte{'"'}, raw...), '"')}
	return c.text()
}
