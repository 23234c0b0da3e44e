package jsontext

import "strconv"

// Encoder appends one text to Buf. It writes a comma before each member and each element except the
// first. It sees from the last byte which is the first: only there the text ends with a bracket that
// opens something, or with the colon behind a name.
type Encoder struct {
	// Buf is the text so far. A value that a caller appends itself comes after
	// [Encoder.Next].
	Buf   []byte
	start int // where the text begins in Buf
}

// NewEncoder returns an encoder that appends to dst.
func NewEncoder(dst []byte) Encoder { return Encoder{Buf: dst, start: len(dst)} }

// Reset begins another text, which is appended to dst.
func (e *Encoder) Reset(dst []byte) { e.Buf, e.start = dst, len(dst) }

// Next writes the comma before a member or an element, if one is due.
func (e *Encoder) Next() {
	if n := len(e.Buf); n > e.start {
		if c := e.Buf[n-1]; c != '{' && c != '[' && c != ':' {
			e.Buf = append(e.Buf, ',')
		}
	}
}

// BeginObject opens an object.
func (e *Encoder) BeginObject() { e.Next(); e.Buf = append(e.Buf, '{') }

// EndObject closes an object.
func (e *Encoder) EndObject() { e.Buf = append(e.Buf, '}') }

// BeginArray opens an array.
func (e *Encoder) BeginArray() { e.Next(); e.Buf = append(e.Buf, '[') }

// EndArray closes an array.
func (e *Encoder) EndArray() { e.Buf = append(e.Buf, ']') }

// WriteName begins a member.
func (e *Encoder) WriteName(name string) {
	b := e.Buf
	if b[len(b)-1] != '{' {
		b = append(b, ',')
	}
	e.Buf = append(AppendQuote(b, name), ':')
}

// WriteKey is WriteName for a name that needs no escaping.
func (e *Encoder) WriteKey(name string) {
	b := e.Buf
	if b[len(b)-1] == '{' {
		b = append(b, '"')
	} else {
		b = append(b, ',', '"')
	}
	b = append(b, name...)
	e.Buf = append(b, '"', ':')
}

// WriteString writes a string.
func (e *Encoder) WriteString(s string) { e.Next(); e.Buf = AppendQuote(e.Buf, s) }

// WriteInt writes a whole number.
func (e *Encoder) WriteInt(n int64) { e.Next(); e.Buf = strconv.AppendInt(e.Buf, n, 10) }

// WriteBool writes true or false.
func (e *Encoder) WriteBool(b bool) { e.Next(); e.Buf = strconv.AppendBool(e.Buf, b) }

// WriteValue writes a value that is JSON already.
func (e *Encoder) WriteValue(v []byte) { e.Next(); e.Buf = append(e.Buf, v...) }
