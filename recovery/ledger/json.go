package ledger

import (
	"encoding/hex"
	"errors"
	"io"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/internal/jsontext"
)

// Payloads are canonical JSON (RFC 8785): no white space, keys sorted, strings escaped only where
// they must be.

// object writes members in the order in which it is told, which must be sorted.
// Members without a value are left out.
type object struct{ jsontext.Encoder }

func writing(dst []byte) *object { return &object{jsontext.NewEncoder(dst)} }

func (o *object) text(name, s string) {
	if s != "" {
		o.WriteKey(name)
		o.WriteString(s)
	}
}

// int is always written.
func (o *object) int(name string, n int64) {
	o.WriteKey(name)
	o.WriteInt(n)
}

func (o *object) time(name string, t time.Time) {
	if !t.IsZero() {
		o.WriteKey(name)
		o.Buf = append(value.AppendTimestamp(append(o.Buf, '"'), t), '"')
	}
}

func (o *object) flag(name string, set bool) {
	if set {
		o.WriteKey(name)
		o.WriteBool(true)
	}
}

func (o *object) ints(name string, numbers []int64) {
	list(o, name, numbers, func(o *object, n *int64) { o.WriteInt(*n) })
}

// list writes a list that is left out when it is empty.
func list[T any](o *object, name string, elements []T, write func(*object, *T)) {
	if len(elements) > 0 {
		o.list(name, len(elements), func(i int) { write(o, &elements[i]) })
	}
}

// list writes a list even when it is empty.
func (o *object) list(name string, n int, write func(i int)) {
	o.WriteKey(name)
	o.BeginArray()
	for i := range n {
		write(i)
	}
	o.EndArray()
}

func (o *object) hashes(name string, list []Hash) {
	o.list(name, len(list), func(i int) { o.WriteString(list[i].String()) })
}

func (o *object) money(name string, m recovery.Money) {
	if !m.IsSet() {
		return
	}
	o.WriteKey(name)
	o.BeginObject()
	o.text("currency", m.Currency())
	o.text("value", m.Decimal())
	o.EndObject()
}

// cursor reads JSON without building a tree of it. Whatever it reads must have one meaning, whoever
// reads it: no object has a key twice, every text is UTF-8, and an object whose keys are known has
// those, spelt as they are, and no others.
type cursor struct{ *jsontext.Decoder }

// reading returns a cursor for JSON of a shape. It ends with [cursor.end].
func reading(text []byte, shape *jsontext.Shape) cursor {
	c := cursor{jsontext.NewDecoder(text)}
	c.Shape = shape
	return c
}

// readingPayload returns a cursor for a payload, or for a part of one.
func readingPayload(payload []byte, shape *jsontext.Shape) cursor {
	c := reading(payload, shape)
	c.Compact = true
	c.Within = len("{{") // an incident stands in a record, which stands in a payload
	return c
}

// readingAgain returns a cursor for a payload, or a part of one, that was read in full before, or will
// be. It passes quickly over what is not wanted.
func readingAgain(payload []byte) cursor {
	c := readingPayload(payload, nil)
	c.Checked = true
	return c
}

// end returns the first error.
func (c *cursor) end() error {
	err := c.Finish(nil)
	c.Release()
	if err == io.EOF {
		return nil
	}
	return err
}

// checkJSON holds that a text is JSON that everybody reads alike.
func checkJSON(text []byte) error {
	o, err := jsontext.NewOutline(text, 0)
	if err == nil {
		o.Release()
	}
	return err
}

func (c *cursor) time() time.Time {
	text := c.Text()
	t, err := value.ParseTimestamp(text)
	if err != nil {
		c.wanted("a time", text)
	}
	return t
}

func (c *cursor) money() recovery.Money {
	var amount, currency string
	c.Members(func(key []byte) {
		switch string(key) {
		case "value":
			amount = c.Text()
		case "currency":
			currency = c.Text()
		}
	})
	text := amount + " " + currency
	m, err := value.ParseMoney(text)
	if err != nil {
		c.wanted("an amount", text)
	}
	return m
}

// hex reads bytes that are written in lower-case hexadecimal.
func (c *cursor) hex() []byte {
	text := c.Text()
	b, err := hex.DecodeString(text)
	if err != nil || hex.EncodeToString(b) != text {
		c.wanted("lower-case hexadecimal", text)
	}
	return b
}

// hashes reads a list of hashes, each written in the one way there is.
func (c *cursor) hashes() (out []Hash) {
	c.Elements(func() {
		text := c.Text()
		h, err := tlog.ParseHash(text)
		if err != nil || h.String() != text {
			c.wanted("a hash", text)
		}
		out = append(out, h)
	})
	return out
}

// wanted ends reading at a text that is not what it should be.
func (c *cursor) wanted(what, text string) {
	c.Fail(errors.New(what + " is wanted in place of " + quoted(jsontext.Clip(text))))
}
