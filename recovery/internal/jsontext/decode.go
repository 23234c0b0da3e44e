package jsontext

import (
	"bytes"
	"fmt"
	"io"
	"sync"
	"unicode/utf8"
)

// Decoder reads one text, token by token. It accepts the texts that encoding/json accepts, except those
// with a name twice in an object, with bytes that are not UTF-8, with half of a surrogate pair, and
// with deeper nesting than [MaxDepth].
//
// An error ends reading, and is [*Error] or, after the last token, io.EOF.
//
// A caller may set the exported fields before it reads.
type Decoder struct {
	// Shape, if it is set, says which names the objects of the text have.
	Shape *Shape
	// Compact refuses white space between tokens.
	Compact bool
	// Within is how many objects and arrays the text, or a part of it, stood in when its nesting
	// was bounded by [MaxDepth]. It may be nested deeper by as many.
	Within int
	// Checked says that the text was read before and is known to be good. SkipValue then passes over
	// objects and arrays without looking at what is in them.
	Checked bool

	data  []byte
	at    int
	stack []level
	names [][]byte // those of all open objects, so far
	// ready is set when the comma before the next token was read.
	ready bool
	begun bool // the text has a token
	// shared is a copy of data; the strings of a tree are parts of it. from is
	// where the latest string or number stands in it, -1 where it has escapes.
	shared string
	from   int
	// members are those read so far of the open objects of a tree.
	members []Member
	lately  *common
	err     error
}

// level is an object or an array that is open.
type level struct {
	kind  Kind
	named bool // in an object, a name was read, and its value was not
	mixed bool // the names so far are not in order
	count int  // of the members or elements so far
	names int  // where its names begin
	shape *Shape
	// many are the names of an object that has too many of them to be searched.
	many map[string]struct{}
}

// fewNames is up to how many names are searched, where they are not in order.
const fewNames = 16

// decoders has the decoders that were released.
var decoders sync.Pool

// NewDecoder returns a decoder for a text, which is not changed.
func NewDecoder(data []byte) *Decoder {
	d, _ := decoders.Get().(*Decoder)
	if d == nil {
		d = &Decoder{stack: make([]level, 0, 8), names: make([][]byte, 0, 24), lately: new(common)}
	}
	d.data = data
	return d
}

// Release gives the decoder back, to be used for another text. Tokens that were read stay valid.
func (d *Decoder) Release() {
	const most = 256 // names and members for which a decoder keeps room
	if cap(d.names) > most || cap(d.members) > most {
		return
	}
	clear(d.names[:cap(d.names)])
	clear(d.stack[:cap(d.stack)])
	clear(d.members[:cap(d.members)])
	*d = Decoder{stack: d.stack[:0], names: d.names[:0], members: d.members[:0], lately: d.lately}
	decoders.Put(d)
}

// PeekKind returns the kind of the next token without reading it; KindInvalid at the
// end, and where no token begins.
func (d *Decoder) PeekKind() Kind { return kinds[d.next()] }

// InputOffset returns where in the text the next token begins, once it was peeked at, and else where
// the last token ended.
func (d *Decoder) InputOffset() int { return d.at }

// StackDepth returns how many objects and arrays are open.
func (d *Decoder) StackDepth() int { return len(d.stack) }

// ReadToken reads the next token.
func (d *Decoder) ReadToken() (Token, error) {
	c := d.next()
	if d.err != nil {
		return Token{}, d.err
	}
	kind := kinds[c]
	if len(d.stack) == 0 {
		if d.begun {
			return Token{}, d.Finish(nil)
		}
		d.begun = true
		return d.value(kind)
	}
	d.ready = false
	top := &d.stack[len(d.stack)-1]
	if kind == KindEndObject || kind == KindEndArray {
		return d.end(top, kind)
	}
	if top.kind == KindBeginArray {
		top.count++
		d.Shape = top.shape
	} else if !top.named {
		top.count++
		return d.name(top, kind)
	}
	top.named = false
	return d.value(kind)
}

func (d *Decoder) end(top *level, kind Kind) (Token, error) {
	if kind != top.kind+2 || top.named { // { and }, [ and ] are two apart
		return Token{}, d.fail(errMalformed)
	}
	if top.shape != nil && top.shape.all && top.kind == KindBeginObject && top.count < len(top.shape.names) {
		return Token{}, d.fail(d.errMissing(top.shape, d.names[top.names:]))
	}
	d.names = d.names[:top.names]
	d.stack = d.stack[:len(d.stack)-1]
	d.at++
	return Token{kind, d.data[d.at-1 : d.at]}, nil
}

// name reads the name of a member, and the colon behind it.
func (d *Decoder) name(top *level, kind Kind) (Token, error) {
	if kind != KindString {
		return Token{}, d.fail(errMalformed)
	}
	name, err := d.text()
	if err != nil {
		return Token{}, d.fail(err)
	}
	if top.shape != nil {
		var known bool
		if d.Shape, known = top.shape.under(name); !known || d.from < 0 {
			return Token{}, d.fail(d.errStray(top.shape, string(name)))
		}
	}
	if !d.isNew(top, name) {
		return Token{}, d.fail(d.errTwice(name))
	}
	if (d.at >= len(d.data) || d.data[d.at] != ':') && d.space() != ':' {
		return Token{}, d.fail(errMalformed)
	}
	d.at++
	top.named = true
	return Token{KindString, name}, nil
}

// isNew notes a name, and reports whether the object did not have it. Names in order, as in
// canonical JSON, are compared with the one before.
func (d *Decoder) isNew(top *level, name []byte) bool {
	names := d.names[top.names:]
	d.names = append(d.names, name)
	if !top.mixed {
		if len(names) == 0 || bytes.Compare(names[len(names)-1], name) < 0 {
			return true
		}
		top.mixed = true
	}
	if len(names) < fewNames {
		for _, known := range names {
			if string(known) == string(name) {
				return false
			}
		}
		return true
	}
	if top.many == nil {
		top.many = make(map[string]struct{}, 2*len(names))
		for _, known := range names {
			top.many[string(known)] = struct{}{}
		}
	}
	_, twice := top.many[string(name)]
	top.many[string(name)] = struct{}{}
	return !twice
}

func (d *Decoder) value(kind Kind) (Token, error) {
	if len(d.stack) > MaxDepth+d.Within {
		return Token{}, d.fail(errDepth)
	}
	switch kind {
	case KindBeginObject, KindBeginArray:
		d.stack = append(d.stack, level{kind: kind, names: len(d.names), shape: d.Shape})
		d.at++
		return Token{kind, d.data[d.at-1 : d.at]}, nil
	case KindString:
		text, err := d.text()
		if err != nil {
			return Token{}, d.fail(err)
		}
		return Token{kind, text}, nil
	case KindNumber:
		if end := numberEnd(d.data, d.at); end > 0 {
			d.from, d.at = d.at, end
			return Token{kind, d.data[d.from:end:end]}, nil
		}
	case KindTrue:
		return d.literal(kind, "true")
	case KindFalse:
		return d.literal(kind, "false")
	case KindNull:
		return d.literal(kind, "null")
	}
	return Token{}, d.fail(errMalformed)
}

func (d *Decoder) literal(kind Kind, word string) (Token, error) {
	end := d.at + len(word)
	if end > len(d.data) || string(d.data[d.at:end]) != word {
		return Token{}, d.fail(errMalformed)
	}
	text := d.data[d.at:end]
	d.at = end
	return Token{kind, text}, nil
}

// ReadValue reads a value and returns it as it is written.
func (d *Decoder) ReadValue() ([]byte, error) {
	d.next()
	start := d.at
	if err := d.SkipValue(); err != nil {
		return nil, err
	}
	return d.data[start:d.at], nil
}

// SkipValue reads a value, with all that is in it.
func (d *Decoder) SkipValue() error {
	depth := len(d.stack)
	for {
		t, err := d.ReadToken()
		if err != nil {
			return err
		}
		if len(d.stack) < depth || t.kind == KindString && depth > 0 && len(d.stack) == depth && d.stack[depth-1].named {
			return d.fail(errMalformed) // an end, or a name
		}
		if d.Checked && (t.kind == KindBeginObject || t.kind == KindBeginArray) {
			d.leave()
		}
		if len(d.stack) == depth {
			return nil
		}
	}
}

// leave passes over the rest of the object or array that was just begun, up to the bracket that ends
// it.
func (d *Decoder) leave() {
	open := 1
	for i := d.at; i < len(d.data); i++ {
		switch d.data[i] {
		case '"': // most strings are short, so that looking at each byte is fastest
			for i++; i < len(d.data) && d.data[i] != '"'; i++ {
				if d.data[i] == '\\' {
					i++
				}
			}
		case '{', '[':
			open++
		case '}', ']':
			if open--; open == 0 {
				d.at = i + 1
				d.stack = d.stack[:len(d.stack)-1]
				return
			}
		}
	}
	d.at = len(d.data)
}

// Finish ends reading. err is the error of the caller, or nil. When the text is not JSON, even behind
// the place at which the caller stopped, Finish returns that error. Otherwise it returns err. Without
// an error it returns io.EOF, once the whole text was read.
func (d *Decoder) Finish(err error) error {
	if d.err != nil {
		return d.err
	}
	if err == nil && d.begun && len(d.stack) == 0 && d.space() == 0 && d.at == len(d.data) && utf8.Valid(d.data) {
		return io.EOF
	}
	if d.err != nil { // white space behind the text, where none belongs
		return d.err
	}
	if err == nil {
		err = errMalformed
	}
	return d.fail(err)
}

// fail ends reading with an error. When the text is not JSON, that error is reported instead.
func (d *Decoder) fail(err error) error {
	d.err = refused(d.data, err)
	return d.err
}

// next moves to the next token, behind a comma where one is due, and returns its first byte. It returns
// 0 at the end, and where no token may stand.
func (d *Decoder) next() byte {
	var c byte
	if d.at < len(d.data) {
		c = d.data[d.at]
	}
	if c <= ' ' {
		c = d.blank()
	}
	if len(d.stack) == 0 {
		return c
	}
	if !d.ready {
		top := &d.stack[len(d.stack)-1]
		if top.named || top.count == 0 || c == '}' || c == ']' {
			return c
		}
		if c != ',' {
			return 0
		}
		d.at++
		d.ready = true
		c = d.space()
	}
	if c == '}' || c == ']' {
		return 0
	}
	return c
}

// space skips white space and returns the next byte without reading it. At the end it returns 0, with
// which no token begins.
func (d *Decoder) space() byte {
	if d.at < len(d.data) {
		if c := d.data[d.at]; c > ' ' {
			return c
		}
	}
	return d.blank()
}

// blank is space where there is white space, or something else that is no token.
func (d *Decoder) blank() byte {
	for ; d.at < len(d.data); d.at++ {
		if c := d.data[d.at]; c != ' ' && c != '\t' && c != '\n' && c != '\r' {
			return c
		}
		if d.Compact {
			d.Fail(&Error{fmt.Sprintf("it has white space at byte %d, and none belongs there", d.at)})
			return 0
		}
	}
	return 0
}

// text reads a string, which the next byte begins.
func (d *Decoder) text() ([]byte, error) {
	data, start := d.data, d.at+1
	for i := start + plainPrefix(data[start:]); i < len(data); i++ {
		c := data[i]
		if c >= ' ' && c != '"' && c != '\\' {
			continue
		}
		if c == '"' {
			d.from, d.at = start, i+1
			return data[start:i:i], nil
		}
		if c == '\\' {
			return d.escaped(start, i)
		}
		break
	}
	return nil, errMalformed
}

// escaped is text where the string has escapes, the first of them at first.
func (d *Decoder) escaped(start, first int) ([]byte, error) {
	for i := first; i < len(d.data) && d.data[i] >= ' '; i++ {
		switch d.data[i] {
		case '"':
			d.from, d.at = -1, i+1
			return AppendUnquote(make([]byte, 0, i-start), d.data[start-1:d.at])
		case '\\':
			i++
		}
	}
	return nil, errMalformed
}
