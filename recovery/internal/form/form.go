// Package form writes and reads the JSON of structs. Each struct has one fields method: it names the
// members, in the order in which readers see them, and passes a pointer to each value. The [Form] then
// writes that value, or reads it from the text. So a member is described once.
//
// There are two styles. [ForReaders] has that order. [ForStores] sorts members, as canonical JSON does,
// and leaves out empty lists; a fields method may add members that only stores keep.
package form

import (
	"bytes"
	"encoding/binary"
	"sync"
	"time"

	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/policy/worktime"
	"github.com/servicerecovery/amends/recovery/internal/intake"
	"github.com/servicerecovery/amends/recovery/internal/jsontext"
)

// Form writes, or reads, one struct after another.
type Form struct {
	jsontext.Encoder
	*reading // nil: the form writes
	style    Style
	marks    []mark      // the members of the open objects, for stores
	objects  []int       // where the marks of each begin
	sorted   []byte      // room for sorting
	entries  []entry     // room for the entries of a map
	readings *[8]reading // room for the open objects of a text that is read; nil: none was
	depth    int         // how many of them are open
	lately   [2]moment   // the times that were read last

	// Brief says that what is read goes into the room of what was read before. A fields method may then
	// pass over what nobody counts.
	Brief bool
	// NameOf names a calendar for a store, and CalendarOf finds it by that name.
	NameOf     func(*worktime.Calendar) string
	CalendarOf func(name string) (*worktime.Calendar, error)
}

// moment is a time with its text. Most times of a record are a few instants, again and again.
type moment struct {
	text string
	at   time.Time
}

// mark is where a member stands in the text, without the comma before it.
type mark struct {
	prefix   uint64 // of the name with the quote that ends it, which tells nearly all apart
	from, to int
}

var forms = sync.Pool{New: func() any { return new(Form) }}

// mostRoom is the size from which on room is not kept for the next text.
const mostRoom = 64 << 10

// Writing returns a form that appends to dst. It ends with [Form.Written].
func Writing(dst []byte, s Style) *Form {
	f := forms.Get().(*Form)
	f.Encoder.Reset(dst)
	f.style = s
	return f
}

// Written ends writing and returns the text.
func (f *Form) Written() []byte {
	out := f.Buf
	f.Release()
	return out
}

// Reading returns a form that reads the members of an object. The first member of a wrong type is remembered
// in err. The form ends with [Form.Release].
func Reading(object jsontext.Value, s Style, err *error) *Form {
	f := forms.Get().(*Form)
	if f.readings == nil {
		f.readings = new([8]reading)
	}
	f.enter(object, nil, "").err = err
	f.style = s
	return f
}

// enter makes an object the one whose members are read, until leave.
func (f *Form) enter(object jsontext.Value, outer *reading, name string) *reading {
	var r *reading
	if f.depth < len(f.readings) {
		r = &f.readings[f.depth]
	} else {
		r = new(reading)
	}
	f.depth++
	*r = reading{object: object, outer: outer, name: name, index: -1}
	if outer != nil {
		r.err = outer.err
	}
	f.reading = r
	return r
}

func (f *Form) leave() {
	f.depth--
	f.reading = f.outer
}

// Release keeps the room of the form for the next one.
func (f *Form) Release() {
	clear(f.entries)
	if !f.Writes() {
		clear(f.readings[:])
	}
	*f = Form{marks: f.marks[:0], objects: f.objects[:0], sorted: f.sorted[:0], entries: f.entries[:0], readings: f.readings}
	if cap(f.sorted) > mostRoom || cap(f.entries) > mostRoom/64 {
		f.sorted, f.entries = nil, nil
	}
	forms.Put(f)
}

// Writes reports whether the form writes. Else it reads.
func (f *Form) Writes() bool { return f.reading == nil }

// Kept reports whether the text is for a store.
func (f *Form) Kept() bool { return f.style == ForStores }

// Begin opens an object that is written. End closes it, and sorts its members for a store.
func (f *Form) Begin() {
	f.BeginObject()
	if f.Kept() {
		f.objects = append(f.objects, len(f.marks))
	}
}

// End closes what Begin opened.
func (f *Form) End() {
	if f.Kept() {
		from := f.objects[len(f.objects)-1]
		f.objects = f.objects[:len(f.objects)-1]
		f.sort(f.marks[from:])
		f.marks = f.marks[:from]
	}
	f.EndObject()
}

// sort puts the members of the object at the end of the text in order. They are
// few. A name may be the beginning of another; the quote behind it then tells the two apart.
func (f *Form) sort(members []mark) {
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

func (f *Form) before(a, b *mark) bool {
	return a.prefix < b.prefix || a.prefix == b.prefix && bytes.Compare(f.Buf[a.from:a.to], f.Buf[b.from:b.to]) < 0
}

// Key begins a member that is written.
func (f *Form) Key(name string) {
	f.WriteKey(name)
	if f.Kept() {
		f.marks = append(f.marks, mark{from: len(f.Buf) - len(name) - len(`"":`)})
	}
}

// Text is a member that is left out when the text is empty.
func (f *Form) Text(name string, s *string) {
	switch {
	case !f.Writes():
		*s = f.getText(name)
	case *s != "":
		f.Key(name)
		f.Buf = jsontext.AppendQuote(f.Buf, *s)
	}
}

// Time is a member that is left out when the time is zero.
func (f *Form) Time(name string, t *time.Time) {
	switch {
	case !f.Writes():
		*t = f.readTime(name)
	case !t.IsZero():
		f.Key(name)
		f.Buf = intake.AppendTime(f.Buf, *t)
	}
}

// Money is a member that is left out when the amount is not set.
func (f *Form) Money(name string, m *value.Money) {
	switch {
	case !f.Writes():
		*m = f.getMoney(name)
	case m.IsSet():
		f.Key(name)
		f.Buf = f.style.amount(f.Buf, *m)
	}
}

// Flag is a member that is left out when it is false.
func (f *Form) Flag(name string, set *bool) {
	switch {
	case !f.Writes():
		*set = f.getFlag(name)
	case *set:
		f.Key(name)
		f.WriteBool(true)
	}
}

// Int is always written. It has 32 bits, so that Go's int holds it on every machine.
func (f *Form) Int(name string, n *int) {
	wide := int64(*n)
	f.Whole(name, &wide, 32)
	if !f.Writes() {
		*n = int(wide)
	}
}

// Whole is Int for a number with the given count of bits.
func (f *Form) Whole(name string, n *int64, bits int) {
	if !f.Writes() {
		*n = f.getInt(name, bits)
		return
	}
	f.Key(name)
	f.WriteInt(*n)
}

// IntUnlessZero is Int that is left out when it is 0.
func (f *Form) IntUnlessZero(name string, n *int) {
	if !f.Writes() || *n != 0 {
		f.Int(name, n)
	}
}

// TextAlways is text that is written even when it is empty.
func (f *Form) TextAlways(name string, s *string) {
	if !f.Writes() {
		*s = f.getText(name)
		return
	}
	f.Key(name)
	f.WriteString(*s)
}

// Open begins a member that is an object, and reports whether there is one. When writing, the caller
// says so; when reading, the text does. The members up to [Form.Shut] belong to the object.
func (f *Form) Open(name string, exists bool) bool {
	if f.Writes() {
		if exists {
			f.Key(name)
			f.Begin()
		}
		return exists
	}
	inner, ok := f.getObject(name)
	if ok {
		f.enter(inner, f.reading, name)
	}
	return ok
}

// Shut ends what Open began.
func (f *Form) Shut() {
	if f.Writes() {
		f.End()
	} else {
		f.leave()
	}
}

// Optional opens an object that a pointer leads to. It returns nil where there is none.
func Optional[T any](f *Form, name string, p **T) *T {
	if !f.Open(name, *p != nil) {
		return nil
	}
	if !f.Writes() && (!f.Brief || *p == nil) {
		*p = new(T)
	}
	return *p
}
