package recovery

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/servicerecovery/amends/policy/value"
)

// objectReader takes typed members out of an object. Absent ones are zero. The
// first wrong one is remembered in err, which all readers of one text share.
type objectReader struct {
	members object
	position
	err *error
}

// position says where in the text an object is. It is spelled out only for an error.
type position struct {
	outer *objectReader // nil: the whole text
	name  string        // in outer
	index int           // in a list of that name; -1 where it is no list
}

func (p position) String() string {
	if p.outer == nil {
		return ""
	}
	path := p.outer.at(p.name)
	if p.index >= 0 {
		path += "[" + strconv.Itoa(p.index) + "]"
	}
	return path
}

func readObject(data []byte) (*objectReader, error) {
	v, err := parseJSON(data)
	if err != nil {
		return nil, err
	}
	members, ok := v.(object)
	if !ok {
		return nil, &JSONError{"an object is wanted, not " + shown(plain(v))}
	}
	return &objectReader{members: members, err: new(error)}, nil
}

func (r *objectReader) at(name string) string {
	if path := r.position.String(); path != "" {
		return path + "." + name
	}
	return name
}

func (r *objectReader) fail(path, wanted string, found any) {
	if *r.err == nil {
		*r.err = fmt.Errorf("%s: wanted %s, found %s", path, wanted, shown(plain(found)))
	}
}

// get returns a member, nil when it is absent.
func (r *objectReader) get(name string) any {
	for i := range r.members {
		if r.members[i].key == name {
			return r.members[i].value
		}
	}
	return nil
}

func (r *objectReader) text(name string) string {
	v := r.get(name)
	s, ok := v.(string)
	if !ok && v != nil {
		r.fail(r.at(name), "text", v)
	}
	return s
}

// int reads a number that Go's int holds on every machine.
func (r *objectReader) int(name string) int { return int(r.whole(name, 32)) }

func (r *objectReader) int64(name string) int64 { return r.whole(name, 64) }

func (r *objectReader) whole(name string, bits int) int64 {
	v := r.get(name)
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

func (r *objectReader) time(name string) time.Time {
	s := r.text(name)
	if s == "" {
		return time.Time{}
	}
	t, err := value.ParseTimestamp(s)
	if err != nil {
		r.fail(r.at(name), "an RFC 3339 time", s)
	}
	return t
}

func (r *objectReader) money(name string) Money {
	v := r.get(name)
	if v == nil {
		return Money{}
	}
	read, _ := readValue(v)
	m, ok := read.(Money)
	if !ok {
		r.fail(r.at(name), "an amount", v)
	}
	return m
}

func (r *objectReader) object(name string) (*objectReader, bool) {
	v := r.get(name)
	members, ok := v.(object)
	if !ok && v != nil {
		r.fail(r.at(name), "an object", v)
	}
	return &objectReader{members, position{r, name, -1}, r.err}, ok
}

func (r *objectReader) list(name string) []any {
	v := r.get(name)
	list, ok := v.([]any)
	if !ok && v != nil {
		r.fail(r.at(name), "a list", v)
	}
	return list
}

func (r *objectReader) texts(name string) []string {
	var out []string
	for _, e := range r.list(name) {
		s, ok := e.(string)
		if !ok {
			r.fail(r.at(name), "a list of text", e)
		}
		out = append(out, s)
	}
	return out
}

// values goes through an object whose keys are names.
func (r *objectReader) values(name string, yield func(name string, v any)) {
	inner, _ := r.object(name)
	for _, m := range inner.members {
		v, ok := readValue(m.value)
		if !ok {
			r.fail(inner.at(m.key), "a value", m.value)
			return
		}
		yield(m.key, v)
	}
}

func (r *objectReader) params() []Param {
	var out []Param
	r.values("params", func(name string, v any) { out = append(out, Param{name, v}) })
	return out
}

func readList[T any](r *objectReader, name string, element func(*objectReader) T) []T {
	list := r.list(name)
	out := make([]T, 0, len(list))
	for i, e := range list {
		members, ok := e.(object)
		inner := objectReader{members, position{r, name, i}, r.err}
		if !ok {
			r.fail(inner.String(), "an object", e)
			return nil
		}
		out = append(out, element(&inner))
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

// readValue turns the JSON of a value into the value; ok is false for an object
// that is no amount.
func readValue(v any) (read any, ok bool) {
	switch x := v.(type) {
	case json.Number:
		return readNumber(x), true
	case object:
		return readAmounts(x)
	case []any:
		list := make([]any, len(x))
		for i, e := range x {
			if list[i], ok = readValue(e); !ok {
				return nil, false
			}
		}
		return list, true
	}
	return v, true
}

// readAmounts reads an amount, or a range of them.
func readAmounts(members object) (any, bool) {
	if len(members) != 2 || members[0].key != "from" || members[1].key != "to" {
		return readAmount(members)
	}
	r := objectReader{members: members, err: new(error)}
	return MoneyRange{From: r.money("from"), To: r.money("to")}, *r.err == nil
}

func readAmount(members object) (any, bool) {
	r := objectReader{members: members, err: new(error)}
	m, err := value.ParseMoney(r.text("value") + " " + r.text("currency"))
	return m, err == nil && *r.err == nil && len(members) == 2
}

func readNumber(n json.Number) any {
	if i, ok := wholeNumber(n); ok {
		return i
	}
	f, err := strconv.ParseFloat(string(n), 64)
	if err != nil {
		return n
	}
	return f
}
