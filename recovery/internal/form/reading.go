package form

import (
	"encoding/json"
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
	members jsontext.Object
	outer   *reading // nil: the whole text
	name    string   // in outer
	index   int      // in a list of that name; -1 when the object is not in a list
	err     *error
}

// Read reads a text that is an object with the given fields.
func Read[T any](data []byte, fields func(*T, *Form)) (T, error) {
	var read T
	v, err := jsontext.Parse(data)
	if err != nil {
		return read, err
	}
	members, ok := v.(jsontext.Object)
	if !ok {
		return read, &jsontext.Error{Message: "an object is wanted, not " + intake.Shown(jsontext.Plain(v))}
	}
	f := Reading(members, ForReaders, &err)
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

func (r *reading) fail(path, wanted string, found any) {
	if *r.err == nil {
		*r.err = fmt.Errorf("%s: wanted %s, found %s", path, wanted, intake.Shown(jsontext.Plain(found)))
	}
}

// member returns a member of one Go type, the zero value when it is absent.
func member[T any](r *reading, name, wanted string) (T, bool) {
	v := r.members.Get(name)
	x, ok := v.(T)
	if !ok && v != nil {
		r.fail(r.at(name), wanted, v)
	}
	return x, ok
}

func (r *reading) getText(name string) string {
	s, _ := member[string](r, name, "text")
	return s
}

func (r *reading) getFlag(name string) bool {
	set, _ := member[bool](r, name, "true")
	return set
}

func (r *reading) getList(name string) []any {
	list, _ := member[[]any](r, name, "a list")
	return list
}

func (r *reading) getObject(name string) (*reading, bool) {
	members, ok := member[jsontext.Object](r, name, "an object")
	return &reading{members, r, name, -1, r.err}, ok
}

func (r *reading) getInt(name string, bits int) int64 {
	v := r.members.Get(name)
	if v == nil {
		return 0
	}
	number, _ := v.(json.Number)
	n, err := strconv.ParseInt(string(number), 10, bits)
	if err != nil {
		r.fail(r.at(name), "a whole number", v)
	}
	return n
}

func (r *reading) getTime(name string) time.Time {
	s := r.getText(name)
	if s == "" {
		return time.Time{}
	}
	t, err := value.ParseTimestamp(s)
	if err != nil {
		r.fail(r.at(name), "an RFC 3339 time", s)
	}
	return t
}

func (r *reading) getMoney(name string) value.Money {
	v := r.members.Get(name)
	m, err := readMoney(v)
	if err != nil {
		r.fail(r.at(name), "an amount", v)
	}
	return m
}

func (r *reading) getTexts(name string) []string {
	var out []string
	for _, e := range r.getList(name) {
		s, ok := e.(string)
		if !ok {
			r.fail(r.at(name), "a list of text", e)
		}
		out = append(out, s)
	}
	return out
}

// getNamed calls yield with each name and its value. They stand in an object, or in a list of pairs.
func (r *reading) getNamed(name string, s Style, yield func(name string, v any)) {
	if s == ForStores {
		r.getPairs(name, func(first string, raw any) {
			v, err := s.read(raw)
			if err != nil {
				r.fail(r.at(name), "a value", raw)
			}
			yield(first, v)
		})
		return
	}
	inner, _ := r.getObject(name)
	for _, m := range inner.members {
		v, err := s.read(m.Value)
		if err != nil {
			r.fail(inner.at(m.Name), "a value", m.Value)
			return
		}
		yield(m.Name, v)
	}
}

// getPairs calls yield with each name and its value in a list of pairs.
func (r *reading) getPairs(name string, yield func(name string, v any)) {
	for _, e := range r.getList(name) {
		pair, ok := e.([]any)
		if !ok || len(pair) != 2 {
			r.fail(r.at(name), "pairs", e)
			return
		}
		first, ok := pair[0].(string)
		if !ok {
			r.fail(r.at(name), "a name", pair[0])
		}
		yield(first, pair[1])
	}
}
