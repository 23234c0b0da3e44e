package form

import (
	"fmt"
	"strconv"
	"time"

	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/recovery/internal/intake"
	"github.com/servicerecovery/amends/recovery/internal/jsontext"
)

// reading takes typed members out of an object, and knows where in the text the object stands. An
// absent member is zero. The first member of a wrong type is remembered in err, which all readings of
// one text share.
type reading struct {
	object jsontext.Value
	outer  *reading // nil: the whole text
	name   string   // in outer
	index  int      // in a list of that name; -1 when the object is not in a list
	err    *error
}

// Read reads a text that is an object with the given fields.
func Read[T any](data []byte, fields func(*T, *Form)) (T, error) {
	var read T
	o, err := jsontext.NewOutline(data, 0)
	if err != nil {
		return read, err
	}
	defer o.Release()
	if o.Root().Kind() != jsontext.KindBeginObject {
		return read, &jsontext.Error{Message: "an object is wanted, not " + shown(o.Root())}
	}
	f := Reading(o.Root(), ForReaders, &err)
	fields(&read, f)
	f.Release()
	return read, err
}

// String is the path of the object, spelled out only for an error.
func (r *reading) String() string {
	if r.outer == nil {
		return ""
	}
	path := r.outer.at(r.name)
	if r.index >= 0 {
		path += "[" + strconv.Itoa(r.index) + "]"
	}
	return path
}

func (r *reading) at(name string) string {
	if path := r.String(); path != "" {
		return path + "." + name
	}
	return name
}

func (r *reading) fail(path, wanted string, found jsontext.Value) {
	if *r.err == nil {
		*r.err = fmt.Errorf("%s: wanted %s, found %s", path, wanted, shown(found))
	}
}

func shown(v jsontext.Value) string { return intake.Shown(jsontext.Plain(v.Tree())) }

// member finds a member of one kind, and reports whether it is there. Null is no member.
func (r *reading) member(name string, kind jsontext.Kind, wanted string) (v jsontext.Value, ok bool) {
	v = r.object.Member(name)
	switch v.Kind() {
	case kind:
		return v, true
	case jsontext.KindInvalid, jsontext.KindNull:
	default:
		r.fail(r.at(name), wanted, v)
	}
	return jsontext.Value{}, false
}

func (r *reading) getText(name string) string {
	v, ok := r.member(name, jsontext.KindString, "text")
	if !ok {
		return ""
	}
	return v.Text()
}

func (r *reading) getFlag(name string) bool {
	v := r.object.Member(name)
	switch v.Kind() {
	case jsontext.KindTrue:
		return true
	case jsontext.KindFalse, jsontext.KindInvalid, jsontext.KindNull:
	default:
		r.fail(r.at(name), "true", v)
	}
	return false
}

// getList is a list; the zero Value, which has no elements, where there is none.
func (r *reading) getList(name string) jsontext.Value {
	v, _ := r.member(name, jsontext.KindBeginArray, "a list")
	return v
}

func (r *reading) getObject(name string) (jsontext.Value, bool) {
	return r.member(name, jsontext.KindBeginObject, "an object")
}

func (r *reading) getInt(name string, bits int) int64 {
	v := r.object.Member(name)
	if v.Kind() == jsontext.KindInvalid || v.Kind() == jsontext.KindNull {
		return 0
	}
	if v.Kind() == jsontext.KindNumber {
		if n, err := strconv.ParseInt(v.Text(), 10, bits); err == nil {
			return n
		}
	}
	r.fail(r.at(name), "a whole number", v)
	return 0
}

// readTime reads a time; zero where there is none.
func (f *Form) readTime(name string) time.Time {
	v, ok := f.member(name, jsontext.KindString, "text")
	if !ok {
		return time.Time{}
	}
	s := v.Text()
	switch s {
	case "":
		return time.Time{}
	case f.lately[0].text:
		return f.lately[0].at
	case f.lately[1].text:
		return f.lately[1].at
	}
	t, err := value.ParseTimestamp(s)
	if err != nil {
		f.fail(f.at(name), "an RFC 3339 time", v)
		return t
	}
	f.lately[1], f.lately[0] = f.lately[0], moment{s, t}
	return t
}

func (r *reading) getTimes(name string) (out []time.Time) {
	for e := range r.getList(name).Inner {
		t, err := value.ParseTimestamp(e.Text())
		if err != nil {
			r.fail(r.at(name), "a list of RFC 3339 times", e)
			return nil
		}
		out = append(out, t)
	}
	return out
}

func (r *reading) getMoney(name string) value.Money {
	v := r.object.Member(name)
	m, err := readMoney(v)
	if err != nil {
		r.fail(r.at(name), "an amount", v)
	}
	return m
}

func (r *reading) getTexts(name string, out []string) []string {
	list := r.getList(name)
	n := list.Len()
	switch {
	case n == 0 && cap(out) == 0:
		return nil
	case n > cap(out):
		out = make([]string, 0, n)
	}
	for e := range list.Inner {
		s := ""
		if e.Kind() == jsontext.KindString {
			s = e.Text()
		} else {
			r.fail(r.at(name), "a list of text", e)
		}
		out = append(out, s)
	}
	return out
}

// getNamed calls yield with each name and its value. They stand in an object, or in a list of pairs.
func (r *reading) getNamed(name string, s Style, yield func(name string, v any)) {
	if s == ForStores {
		r.getPairs(name, func(first string, raw jsontext.Value) {
			v, err := s.read(raw)
			if err != nil {
				r.fail(r.at(name), "a value", raw)
			}
			yield(first, v)
		})
		return
	}
	inner, _ := r.getObject(name)
	for m := range inner.Inner {
		v, err := s.read(m)
		if err != nil {
			r.fail(r.at(name)+"."+m.Name(), "a value", m)
			return
		}
		yield(m.Name(), v)
	}
}

// getPairs calls yield with each name and its value in a list of pairs.
func (r *reading) getPairs(name string, yield func(name string, v jsontext.Value)) {
	for e := range r.getList(name).Inner {
		var pair [2]jsontext.Value
		n := 0
		for x := range e.Inner {
			if n < 2 {
				pair[n] = x
			}
			n++
		}
		if e.Kind() != jsontext.KindBeginArray || n != 2 {
			r.fail(r.at(name), "pairs", e)
			return
		}
		first := ""
		if pair[0].Kind() == jsontext.KindString {
			first = pair[0].Text()
		} else {
			r.fail(r.at(name), "a name", pair[0])
		}
		yield(first, pair[1])
	}
}
