package jsontext

import (
	"fmt"
	"strconv"
)

// The methods below read values of a kind that is known beforehand. After an error they read
// nothing and return zero, so that the caller asks for the error once, by [Decoder.Finish].

// Members reads an object. It calls member with each name, and skips the value if member has not read
// it.
func (d *Decoder) Members(member func(name []byte)) {
	if _, ok := d.want(KindBeginObject, "an object"); !ok {
		return
	}
	depth := len(d.stack) - 1
	for {
		name, err := d.ReadToken()
		if err != nil || name.kind == KindEndObject {
			return
		}
		member(name.text)
		if d.err == nil && d.stack[depth].named {
			_ = d.SkipValue() // the next token has the same error
		}
	}
}

// Elements reads an array. It calls element before each element, which element reads or skips.
func (d *Decoder) Elements(element func()) {
	if _, ok := d.want(KindBeginArray, "a list"); !ok {
		return
	}
	for d.err == nil && d.PeekKind() != KindEndArray {
		element()
	}
	_, _ = d.ReadToken() // the end, which was seen, or the error again
}

// TextBytes reads a string. The bytes are not to be changed.
func (d *Decoder) TextBytes() []byte {
	t, _ := d.want(KindString, "a text")
	return t.text
}

// Text reads a string.
func (d *Decoder) Text() string { return string(d.TextBytes()) }

// Int reads a whole number that is written without a point and an exponent.
func (d *Decoder) Int() int64 {
	t, ok := d.want(KindNumber, "a whole number")
	if !ok {
		return 0
	}
	n, err := strconv.ParseInt(string(t.text), 10, 64)
	if err != nil {
		d.Fail(&Error{"a whole number is wanted" + in(d.path(len(d.stack))) + " in place of " + Clip(string(t.text))})
	}
	return n
}

// True reads the literal true, which stands where a flag is set.
func (d *Decoder) True() bool {
	_, ok := d.want(KindTrue, "true")
	return ok
}

// Skip reads a value and returns it as it is written.
func (d *Decoder) Skip() []byte {
	text, _ := d.ReadValue()
	return text
}

// want reads a token of one kind.
func (d *Decoder) want(kind Kind, what string) (Token, bool) {
	found := d.PeekKind()
	if found == kind {
		t, err := d.ReadToken()
		return t, err == nil
	}
	if d.err == nil {
		text, err := d.ReadValue()
		if err != nil {
			return Token{}, false
		}
		d.Fail(&Error{fmt.Sprintf("%s is wanted%s in place of %s", what, in(d.path(len(d.stack))), Clip(string(text)))})
	}
	return Token{}, false
}

// Fail ends reading with an error, if there was none before.
func (d *Decoder) Fail(err error) {
	if d.err == nil {
		_ = d.fail(err) // Finish returns it
	}
}
