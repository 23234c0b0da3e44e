package jsontext

import (
	"encoding/json"
	"errors"
	"io"
	"sync"
	"unicode/utf8"
)

// Outline is a text in which the place of each value is known. It is made in one go and costs much less
// than a tree: a string becomes one when somebody asks for it.
type Outline struct {
	text  string
	nodes []node // in the order in which the values begin

	most    int  // how deep values may stand
	checked bool // a decoder has read the text
	named   named
}

// named is where a name stands.
type named struct {
	from, to uint32
	escaped  bool
}

// node is a value.
type node struct {
	nameFrom, nameTo uint32 // its name, without the quotes, in an object
	from, to         uint32 // where it stands; a string without its quotes
	next             uint32 // the node behind it and all that is in it
	names            uint32 // of an object: a bit for each name, see nameBit
	kind             Kind
	escaped          bool // a string that has escapes
	nameEscaped      bool
}

// opened is an object whose end has not been read.
type opened struct {
	node  uint32
	last  uint32 // the node of the member that was read last; 0: none was
	count int    // of the members so far
	mixed bool   // the names so far are not in order
}

var outlines = sync.Pool{New: func() any { return new(Outline) }}

// mostText is the length from which on a text has no outline.
const mostText = 1<<31 - 1

// NewOutline reads a text, which must be what a [Decoder] with the same Within takes. The outline ends with
// [Outline.Release].
func NewOutline(data []byte, within int) (*Outline, error) {
	if len(data) > mostText {
		return nil, &Error{"the text is longer than 2 GiB"}
	}
	o := outlines.Get().(*Outline)
	o.text = string(data)
	if utf8.ValidString(o.text) && o.read(MaxDepth+within, false) {
		return o, nil
	}
	// What is wrong, if anything is, only a decoder says.
	d := NewDecoder(data)
	d.Within = within
	err := d.Finish(d.SkipValue())
	d.Release()
	if errors.Is(err, io.EOF) && o.read(MaxDepth+within, true) {
		return o, nil
	}
	o.Release()
	if err == nil || errors.Is(err, io.EOF) {
		err = errMalformed
	}
	return nil, err
}

// Release gives the outline back, to be used for another text. Strings that were asked for stay valid.
func (o *Outline) Release() {
	const most = 1 << 14
	if o.text = ""; cap(o.nodes) <= most {
		o.nodes = o.nodes[:0]
		outlines.Put(o)
	}
}

// Root is the whole text.
func (o *Outline) Root() Value { return Value{o, 0} }

// read finds the values. It reports false for a text that is not JSON, and for one whose names or strings
// are so unusual that a [Decoder] has to check them. With checked, one has.
func (o *Outline) read(most int, checked bool) bool {
	o.nodes, o.most, o.checked = o.nodes[:0], most, checked
	end := o.value(blankEnd(o.text, 0), 0)
	return end >= 0 && blankEnd(o.text, end) == len(o.text)
}

// value reads the value at i, which stands in so many objects and arrays, and returns where it ends. The
// name of a member stands in o.named. An end below 0 says that read reports false.
func (o *Outline) value(i, depth int) (end int) {
	s := o.text
	if depth > o.most || i >= len(s) {
		return -1
	}
	n := node{nameFrom: o.named.from, nameTo: o.named.to, nameEscaped: o.named.escaped, from: uint32(i), kind: kinds[s[i]]}
	o.named = named{}
	at := len(o.nodes)
	o.nodes = append(o.nodes, n)
	switch n.kind {
	case KindBeginObject:
		end = o.object(i+1, depth+1, uint32(at))
	case KindBeginArray:
		end = o.array(i+1, depth+1)
	case KindString:
		var plain bool
		if end, plain = stringEnd(s, i+1); end < 0 || !plain && !o.checked && !plainEscapes(s[i+1:end]) {
			return -1
		}
		o.nodes[at].from, o.nodes[at].escaped = uint32(i+1), !plain
		o.nodes[at].to, o.nodes[at].next = uint32(end), uint32(at+1)
		return end + 1
	case KindNumber:
		end = numberEnd(s, i)
	default:
		end = literalEnd(s, i)
	}
	if end <= 0 {
		return -1
	}
	o.nodes[at].to, o.nodes[at].next = uint32(end), uint32(len(o.nodes))
	return end
}

// literalEnd is where true, false or null ends; -1 where none of them stands.
func literalEnd(s string, i int) int {
	for _, word := range [...]string{"true", "false", "null"} {
		if end := i + len(word); end <= len(s) && s[i:end] == word {
			return end
		}
	}
	return -1
}

func (o *Outline) array(i, depth int) (end int) {
	s := o.text
	if i = blankEnd(s, i); i < len(s) && s[i] == ']' {
		return i + 1
	}
	for {
		if i = o.value(i, depth); i < 0 {
			return -1
		}
		if i = blankEnd(s, i); i >= len(s) || s[i] != ',' {
			break
		}
		i = blankEnd(s, i+1)
	}
	if i >= len(s) || s[i] != ']' {
		return -1
	}
	return i + 1
}

func (o *Outline) object(i, depth int, at uint32) (end int) {
	s := o.text
	if i = blankEnd(s, i); i < len(s) && s[i] == '}' {
		return i + 1
	}
	x := opened{node: at}
	for {
		if i = o.member(i, &x); i < 0 {
			return -1
		}
		if i = o.value(blankEnd(s, i), depth); i < 0 {
			return -1
		}
		if i = blankEnd(s, i); i >= len(s) || s[i] != ',' {
			break
		}
		i = blankEnd(s, i+1)
	}
	if i >= len(s) || s[i] != '}' {
		return -1
	}
	return i + 1
}

// member reads a name and the colon behind it.
func (o *Outline) member(i int, of *opened) (end int) {
	s := o.text
	if i >= len(s) || s[i] != '"' {
		return -1
	}
	end, plain := stringEnd(s, i+1)
	if end < 0 || !o.checked && (!plain || !o.isNew(of, s[i+1:end])) {
		return -1
	}
	o.named = named{uint32(i + 1), uint32(end), !plain}
	if plain {
		o.nodes[of.node].names |= nameBit(s[i+1 : end])
	} else {
		o.nodes[of.node].names = anyName
	}
	if i = blankEnd(s, end+1); i >= len(s) || s[i] != ':' {
		return -1
	}
	return i + 1
}

// nameBit is one of 32 bits, so that most names that an object does not have are told from those that it has.
func nameBit(name string) uint32 {
	h := uint32(len(name))
	if h > 0 {
		h += uint32(name[0]) + uint32(name[len(name)-1])<<2
	}
	return 1 << (h % 32)
}

// anyName has all bits: a name with escapes is not looked at.
const anyName = 1<<32 - 1

// isNew notes a name of an object. It reports false where the object has it already, and where it has so
// many names in no order that to compare takes long.
func (o *Outline) isNew(of *opened, name string) bool {
	last := of.last
	of.last = uint32(len(o.nodes))
	of.count++
	if last == 0 || !of.mixed && o.name(last) < name {
		return true
	}
	of.mixed = true
	if of.count > 4*fewNames {
		return false
	}
	for at := of.node + 1; at != of.last; at = o.nodes[at].next {
		if o.name(at) == name {
			return false
		}
	}
	return true
}

func (o *Outline) name(at uint32) string { return o.text[o.nodes[at].nameFrom:o.nodes[at].nameTo] }

// blankEnd is where white space ends.
func blankEnd(s string, i int) int {
	for i < len(s) && s[i] <= ' ' && (s[i] == ' ' || s[i] == '\t' || s[i] == '\n' || s[i] == '\r') {
		i++
	}
	return i
}

// stringEnd is where the quote stands that ends a string, and whether the string has no escapes. It is
// negative where there is no such quote.
func stringEnd(s string, i int) (end int, plain bool) {
	plain = true
	for i += plainPrefix(s[i:]); i < len(s); i++ {
		switch c := s[i]; {
		case c == '"':
			return i, plain
		case c == '\\':
			plain = false
			i++
		case c < ' ':
			return -1, false
		}
	}
	return -1, false
}

// plainEscapes reports whether a string has only escapes of one character.
func plainEscapes(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' {
			if i++; unescaped[s[i]] == 0 {
				return false
			}
		}
	}
	return true
}

// Value is a value in an [Outline]. The zero Value is none.
type Value struct {
	outline *Outline
	at      uint32
}

func (v Value) node() *node { return &v.outline.nodes[v.at] }

// Kind is the kind of the value: of objects and arrays that of their beginning. Where there is no value,
// it is KindInvalid.
func (v Value) Kind() Kind {
	if v.outline == nil {
		return KindInvalid
	}
	return v.node().kind
}

// Empty reports whether the value is a string without text.
func (v Value) Empty() bool {
	n := v.node()
	return n.kind == KindString && n.from == n.to
}

// Raw is the value as it is written.
func (v Value) Raw() string {
	n := v.node()
	if n.kind == KindString {
		return v.outline.text[n.from-1 : n.to+1]
	}
	return v.outline.text[n.from:n.to]
}

// In is the value as it stands in the text that the outline was made from; nil where there is none.
func (v Value) In(data []byte) []byte {
	if v.outline == nil {
		return nil
	}
	n := v.node()
	if n.kind == KindString {
		return data[n.from-1 : n.to+1 : n.to+1]
	}
	return data[n.from:n.to:n.to]
}

// Text is what a string says, or how another value is written.
func (v Value) Text() string {
	n := v.node()
	return v.outline.said(n.from, n.to, n.escaped)
}

// Name is the name of a member.
func (v Value) Name() string {
	n := v.node()
	return v.outline.said(n.nameFrom, n.nameTo, n.nameEscaped)
}

func (o *Outline) said(from, to uint32, escaped bool) string {
	if !escaped {
		return o.text[from:to]
	}
	text, err := AppendUnquote(make([]byte, 0, to-from), []byte(o.text[from-1:to+1]))
	if err != nil { // it was checked
		return ""
	}
	return string(text)
}

// Inner goes through the members of an object, or the elements of an array.
func (v Value) Inner(yield func(Value) bool) {
	if k := v.Kind(); k != KindBeginObject && k != KindBeginArray {
		return
	}
	nodes := v.outline.nodes
	for at, end := v.at+1, nodes[v.at].next; at < end; at = nodes[at].next {
		if !yield(Value{v.outline, at}) {
			return
		}
	}
}

// Len is how many members or elements there are.
func (v Value) Len() (n int) {
	for range v.Inner {
		n++
	}
	return n
}

// Member finds a member of an object. The zero Value says that there is none.
func (v Value) Member(name string) Value {
	if v.Kind() != KindBeginObject {
		return Value{}
	}
	o := v.outline
	if o.nodes[v.at].names&nameBit(name) == 0 {
		return Value{}
	}
	for at, end := v.at+1, o.nodes[v.at].next; at < end; {
		n := &o.nodes[at]
		if n.nameEscaped {
			if (Value{o, at}).Name() == name {
				return Value{o, at}
			}
		} else if n.nameTo-n.nameFrom == uint32(len(name)) && o.text[n.nameFrom:n.nameTo] == name {
			return Value{o, at}
		}
		at = n.next
	}
	return Value{}
}

// Tree is the value as [Parse] reads it; nil where there is none.
func (v Value) Tree() any {
	switch v.Kind() {
	case KindBeginObject:
		out := make(Object, 0, v.Len())
		for m := range v.Inner {
			out = append(out, Member{m.Name(), m.Tree()})
		}
		return out
	case KindBeginArray:
		out := make([]any, 0, v.Len())
		for e := range v.Inner {
			out = append(out, e.Tree())
		}
		return out
	case KindString:
		return v.Text()
	case KindNumber:
		return json.Number(v.Text())
	case KindTrue, KindFalse:
		return v.Kind() == KindTrue
	}
	return nil
}
