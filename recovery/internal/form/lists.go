package form

import (
	"slices"
	"time"

	"github.com/servicerecovery/amends/recovery/internal/intake"
	"github.com/servicerecovery/amends/recovery/internal/jsontext"
)

// skips reports whether a list of n elements is left out when writing.
func (f *Form) skips(n int) bool { return n == 0 && f.Kept() }

// List is a member with an object for each element.
func List[T any](f *Form, name string, elements *[]T, fields func(*T, *Form)) {
	if !f.Writes() {
		*elements = readList(f, name, (*elements)[:0], fields)
		return
	}
	if f.skips(len(*elements)) {
		return
	}
	f.Key(name)
	if len(*elements) == 0 {
		f.Buf = append(f.Buf, "[]"...)
		return
	}
	f.BeginArray()
	for i := range *elements {
		f.Begin()
		fields(&(*elements)[i], f)
		f.End()
	}
	f.EndArray()
}

func readList[T any](f *Form, name string, room []T, fields func(*T, *Form)) []T {
	r := f.reading
	list := r.getList(name)
	n := list.Len()
	switch {
	case n == 0 && !f.Brief:
		return nil
	case n > cap(room) || !f.Brief:
		room = make([]T, n)
	}
	out := room[:n]
	clear(out)
	inner := f.enter(jsontext.Value{}, r, name)
	i := 0
	for e := range list.Inner {
		inner.object, inner.index = e, i
		if e.Kind() != jsontext.KindBeginObject {
			r.fail(inner.String(), "an object", e)
			out = nil
			break
		}
		fields(&out[i], f)
		i++
	}
	f.leave()
	return out
}

// Texts is a list of texts.
func (f *Form) Texts(name string, list *[]string) {
	switch {
	case !f.Writes():
		*list = f.getTexts(name, (*list)[:0])
	case !f.skips(len(*list)):
		f.Key(name)
		f.Buf = intake.AppendList(f.Buf, *list, jsontext.AppendQuote)
	}
}

// Times is a list of times, for stores.
func (f *Form) Times(name string, list *[]time.Time) {
	switch {
	case !f.Writes():
		*list = f.getTimes(name)
	case len(*list) > 0:
		f.Key(name)
		f.Buf = intake.AppendList(f.Buf, *list, intake.AppendTime)
	}
}

type named = struct {
	Name  string
	Value any
}

// Named is a list of names with values. Readers see an object. For stores, which sort the members of an
// object, it is a list of pairs, so that the order is kept.
func Named[T ~named](f *Form, name string, list *[]T) {
	if !f.Writes() {
		f.getNamed(name, f.style, func(name string, v any) { *list = append(*list, T(named{name, v})) })
		return
	}
	if f.skips(len(*list)) {
		return
	}
	f.Key(name)
	if f.Kept() {
		f.BeginArray()
	} else {
		f.BeginObject()
	}
	for i := range *list {
		e := named((*list)[i])
		f.Next()
		if f.Kept() {
			f.Buf = jsontext.AppendQuote(append(f.Buf, '['), e.Name)
			f.Buf = append(f.style.append(append(f.Buf, ','), e.Value), ']')
		} else {
			f.Buf = append(jsontext.AppendQuote(f.Buf, e.Name), ':')
			f.Buf = f.style.append(f.Buf, e.Value)
		}
	}
	if f.Kept() {
		f.EndArray()
	} else {
		f.EndObject()
	}
}

// Pairs is a list of two texts each, for stores.
func Pairs[T any](f *Form, name string, list *[]T, texts func(*T) (a, b *string)) {
	if !f.Writes() {
		f.getPairs(name, func(first string, v jsontext.Value) {
			s := ""
			if v.Kind() == jsontext.KindString {
				s = v.Text()
			} else {
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
	f.Key(name)
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

type entry struct{ name, text string }

// TextMap is a member with a text for each name.
func (f *Form) TextMap(name string, m *map[string]string) {
	if !f.Open(name, len(*m) > 0) {
		return
	}
	if f.Writes() {
		f.entries = f.entries[:0]
		for k, text := range *m {
			f.entries = append(f.entries, entry{k, text})
		}
		slices.SortFunc(f.entries, func(a, b entry) int { return jsontext.Compare(a.name, b.name) })
		for i := range f.entries {
			f.WriteName(f.entries[i].name)
			f.Buf = jsontext.AppendQuote(f.Buf, f.entries[i].text)
		}
	} else {
		*m = make(map[string]string, f.object.Len())
		for e := range f.object.Inner {
			switch e.Kind() {
			case jsontext.KindString:
				(*m)[e.Name()] = e.Text()
			case jsontext.KindNull:
				(*m)[e.Name()] = ""
			default:
				f.fail(f.at(e.Name()), "text", e)
			}
		}
	}
	f.Shut()
}
