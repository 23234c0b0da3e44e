package recovery

import (
	"bytes"
	"encoding/binary"
	"sync"
	"time"

	"github.com/servicerecovery/amends/policy/worktime"
	"github.com/servicerecovery/amends/recovery/internal/intake"
	"github.com/servicerecovery/amends/recovery/internal/jsontext"
)

// form writes or reads the JSON of one struct after another. Each struct has one fields method. It
// names the members, in the order in which readers see them, and passes a pointer to each value. The
// form then writes that value, or reads it from the text.
//
// There are two forms. The public one has that order. The kept one, for stores, sorts its members, as
// canonical JSON does. It leaves out empty lists, and has a few members more.
type form struct {
	jsontext.Encoder
	*reading        // nil: the form writes
	style    style  // of values; typed in the kept form
	marks    []mark // the members of the open objects, in the kept form
	objects  []int  // where the marks of each begin
	sorted   []byte // room for sorting
	entries  []Key  // room for the entries of a map
	// nameOf names a calendar in the kept form, and calendar finds it.
	nameOf   func(*worktime.Calendar) string
	calendar func(name string) (*worktime.Calendar, error)
}

// mark is where a member stands in the text, without the comma before it.
type mark struct {
	prefix   uint64 // of the name with the quote that ends it, which tells nearly all apart
	from, to int
}

var forms = sync.Pool{New: func() any { return new(form) }}

// writing returns a form that appends to dst. It ends with [form.written].
func writing(dst []byte, s style) *form {
	f := forms.Get().(*form)
	f.Encoder.Reset(dst)
	f.style = s
	return f
}

// written ends writing and returns the text.
func (f *form) written() []byte {
	out := f.Buf
	f.release()
	return out
}

// readingForm returns a form that reads the members of a text. It ends with [form.release].
func readingForm(members jsontext.Object, s style, err *error) *form {
	f := forms.Get().(*form)
	f.reading = &reading{members: members, index: -1, err: err}
	f.style = s
	return f
}

func (f *form) release() {
	clear(f.entries)
	*f = form{marks: f.marks[:0], objects: f.objects[:0], sorted: f.sorted[:0], entries: f.entries[:0]}
	if cap(f.sorted) > mostText || cap(f.entries) > mostDrafts {
		f.sorted, f.entries = nil, nil
	}
	forms.Put(f)
}

func (f *form) writes() bool { return f.reading == nil }
func (f *form) kept() bool   { return f.style == typed }

// begin opens an object; end closes it, and sorts its members in the kept form.
func (f *form) begin() {
	f.BeginObject()
	if f.kept() {
		f.objects = append(f.objects, len(f.marks))
	}
}

func (f *form) end() {
	if f.kept() {
		from := f.objects[len(f.objects)-1]
		f.objects = f.objects[:len(f.objects)-1]
		f.sort(f.marks[from:])
		f.marks = f.marks[:from]
	}
	f.EndObject()
}

// sort puts the members of the object at the end of the text in order. They are
// few. A name may be the beginning of another; the quote behind it then tells the two apart.
func (f *form) sort(members []mark) {
	sorted := true
	for i := range members {
		m := &members[i]
		m.to = len(f.Buf)
		if i+1 < len(members) {
			m.to = members[i+1].from - 1
		}
		m.prefix = prefix(f.Buf[m.from+1:])
		sorted = sorted && (i == 0 || f.before(&members[i-1], m))
	}
	if sorted {
		return
	}
	start := members[0].from
	for i := range members {
		m, k := members[i], i
		for ; k > 0 && f.before(&m, &members[k-1]); k-- {
			members[k] = members[k-1]
		}
		members[k] = m
	}
	text := f.sorted[:0]
	for i := range members {
		text = append(append(text, f.Buf[members[i].from:members[i].to]...), ',')
	}
	copy(f.Buf[start:], text[:len(text)-1])
	f.sorted = text
}

func prefix(text []byte) uint64 {
	if len(text) >= 8 {
		return binary.BigEndian.Uint64(text)
	}
	var room [8]byte
	copy(room[:], text)
	return binary.BigEndian.Uint64(room[:])
}

func (f *form) before(a, b *mark) bool {
	return a.prefix < b.prefix || a.prefix == b.prefix && bytes.Compare(f.Buf[a.from:a.to], f.Buf[b.from:b.to]) < 0
}

// key begins a member that is written.
func (f *form) key(name string) {
	f.WriteKey(name)
	if f.kept() {
		f.marks = append(f.marks, mark{from: len(f.Buf) - len(name) - len(`"":`)})
	}
}

// The members below are left out when their value does not exist.

func (f *form) text(name string, s *string) {
	switch {
	case !f.writes():
		*s = f.getText(name)
	case *s != "":
		f.key(name)
		f.Buf = jsontext.AppendQuote(f.Buf, *s)
	}
}

func (f *form) time(name string, t *time.Time) {
	switch {
	case !f.writes():
		*t = f.getTime(name)
	case !t.IsZero():
		f.key(name)
		f.Buf = intake.AppendTime(f.Buf, *t)
	}
}

func (f *form) money(name string, m *Money) {
	switch {
	case !f.writes():
		*m = f.getMoney(name)
	case m.IsSet():
		f.key(name)
		f.Buf = f.style.amount(f.Buf, *m)
	}
}

func (f *form) flag(name string, set *bool) {
	switch {
	case !f.writes():
		*set = f.getFlag(name)
	case *set:
		f.key(name)
		f.WriteBool(true)
	}
}

// int is always written. It has 32 bits, so that Go's int holds it on every machine.
func (f *form) int(name string, n *int) {
	wide := int64(*n)
	f.whole(name, &wide, 32)
	if !f.writes() {
		*n = int(wide)
	}
}

// whole is int for a number with the given count of bits.
func (f *form) whole(name string, n *int64, bits int) {
	if !f.writes() {
		*n = f.getInt(name, bits)
		return
	}
	f.key(name)
	f.WriteInt(*n)
}

func (f *form) intUnlessZero(name string, n *int) {
	if !f.writes() || *n != 0 {
		f.int(name, n)
	}
}

// textAlways is text that is written even when it is empty.
func (f *form) textAlways(name string, s *string) {
	if !f.writes() {
		*s = f.getText(name)
		return
	}
	f.key(name)
	f.WriteString(*s)
}

// open begins a member that is an object, and reports whether there is one. When writing, the caller
// says so; when reading, the text does. The members up to shut belong to the object.
func (f *form) open(name string, exists bool) bool {
	if f.writes() {
		if exists {
			f.key(name)
			f.begin()
		}
		return exists
	}
	inner, ok := f.getObject(name)
	if ok {
		f.reading = inner
	}
	return ok
}

func (f *form) shut() {
	if f.writes() {
		f.end()
	} else {
		f.reading = f.outer
	}
}

// optional opens an object that a pointer leads to. It returns nil where there is none.
func optional[T any](f *form, name string, p **T) *T {
	if !f.open(name, *p != nil) {
		return nil
	}
	if !f.writes() {
		*p = new(T)
	}
	return *p
}

// skips reports whether a list of n elements is left out when writing.
func (f *form) skips(n int) bool { return n == 0 && f.kept() }

// list is a member with an object for each element.
func list[T any](f *form, name string, elements *[]T, fields func(*T, *form)) {
	if !f.writes() {
		*elements = readList(f, name, fields)
		return
	}
	if f.skips(len(*elements)) {
		return
	}
	f.key(name)
	f.BeginArray()
	for i := range *elements {
		f.begin()
		fields(&(*elements)[i], f)
		f.end()
	}
	f.EndArray()
}

func readList[T any](f *form, name string, fields func(*T, *form)) []T {
	r := f.reading
	elements := r.getList(name)
	if len(elements) == 0 {
		return nil
	}
	out := make([]T, len(elements))
	for i, e := range elements {
		members, ok := e.(jsontext.Object)
		f.reading = &reading{members, r, name, i, r.err}
		if !ok {
			r.fail(f.reading.String(), "an object", e)
			out = nil
			break
		}
		fields(&out[i], f)
	}
	f.reading = r
	return out
}

func (f *form) texts(name string, list *[]string) {
	switch {
	case !f.writes():
		*list = f.getTexts(name)
	case !f.skips(len(*list)):
		f.key(name)
		f.Buf = intake.AppendList(f.Buf, *list, jsontext.AppendQuote)
	}
}

// named is a list of names with values. The public form writes it as an object. The kept form sorts
// objects, and writes pairs to keep the order.
func named[T Param | Fact](f *form, name string, list *[]T) {
	if !f.writes() {
		f.getNamed(name, f.style, func(name string, v any) { *list = append(*list, T{Name: name, Value: v}) })
		return
	}
	if f.skips(len(*list)) {
		return
	}
	f.key(name)
	if f.kept() {
		f.BeginArray()
	} else {
		f.BeginObject()
	}
	for i := range *list {
		e := Param((*list)[i])
		f.Next()
		if f.kept() {
			f.Buf = jsontext.AppendQuote(append(f.Buf, '['), e.Name)
			f.Buf = append(f.style.append(append(f.Buf, ','), e.Value), ']')
		} else {
			f.Buf = append(jsontext.AppendQuote(f.Buf, e.Name), ':')
			f.Buf = f.style.append(f.Buf, e.Value)
		}
	}
	if f.kept() {
		f.EndArray()
	} else {
		f.EndObject()
	}
}

// pairs is a list of two texts each, in the kept form.
func pairs[T Key | Reason](f *form, name string, list *[]T, texts func(*T) (a, b *string)) {
	if !f.writes() {
		f.getPairs(name, func(first string, v any) {
			s, ok := v.(string)
			if !ok {
				f.fail(f.at(name), "pairs of text", v)
			}
			var x T
			a, b := texts(&x)
			*a, *b = first, s
			*list = append(*list, x)
		})
		return
	}
	if f.skips(len(*list)) {
		return
	}
	f.key(name)
	f.BeginArray()
	for i := range *list {
		a, b := texts(&(*list)[i])
		f.BeginArray()
		f.WriteString(*a)
		f.WriteString(*b)
		f.EndArray()
	}
	f.EndArray()
}
