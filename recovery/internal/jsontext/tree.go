package jsontext

import (
	"encoding/json"
	"io"
	"slices"
)

// Object is a JSON object with its members in the order of the text.
type Object []Member

// Member is a name with its value.
type Member struct {
	Name  string
	Value any
}

// Get returns the value of a member; nil when there is none.
func (o Object) Get(name string) any {
	for i := range o {
		if o[i].Name == name {
			return o[i].Value
		}
	}
	return nil
}

// Plain turns objects into maps, all the way down.
func Plain(v any) any {
	switch x := v.(type) {
	case Object:
		m := make(map[string]any, len(x))
		for _, e := range x {
			m[e.Name] = Plain(e.Value)
		}
		return m
	case []any:
		list := make([]any, len(x))
		for i, e := range x {
			list[i] = Plain(e)
		}
		return list
	}
	return v
}

// AppendTree writes a tree as canonical JSON.
func AppendTree(dst []byte, v any) []byte {
	e := NewEncoder(dst)
	e.tree(v)
	return e.Buf
}

func (e *Encoder) tree(v any) {
	switch x := v.(type) {
	case Object:
		e.BeginObject()
		for _, m := range slices.SortedFunc(slices.Values(x), func(a, b Member) int { return Compare(a.Name, b.Name) }) {
			e.WriteName(m.Name)
			e.tree(m.Value)
		}
		e.EndObject()
	case []any:
		e.BeginArray()
		for _, element := range x {
			e.tree(element)
		}
		e.EndArray()
	case string:
		e.WriteString(x)
	case json.Number:
		e.Next()
		e.Buf = AppendNumber(e.Buf, x)
	case bool:
		e.WriteBool(x)
	default:
		e.WriteValue([]byte("null"))
	}
}

// Parse reads one text as a tree: objects become [Object], arrays []any, numbers
// json.Number.
func Parse(data []byte) (any, error) {
	d := NewDecoder(data)
	defer d.Release()
	v, err := d.ReadTree()
	if err = d.Finish(err); err != io.EOF {
		return nil, err
	}
	return v, nil
}

// ReadTree reads a value as [Parse] does. The strings in it are parts of one copy of
// the text.
func (d *Decoder) ReadTree() (any, error) {
	if d.shared == "" {
		d.shared = string(d.data)
	}
	return d.tree(false)
}

// string returns what a string or a number says that was read just now.
func (d *Decoder) string(t Token) string {
	if d.shared == "" || d.from < 0 {
		return string(t.text)
	}
	return d.shared[d.from : d.from+len(t.text)]
}

// ReadAny reads a value as [Parse] does, but with a map in the place of each object.
func (d *Decoder) ReadAny() (any, error) { return d.tree(true) }

func (d *Decoder) tree(maps bool) (any, error) {
	t, err := d.ReadToken()
	if err != nil {
		return nil, err
	}
	switch {
	case t.kind == KindBeginArray:
		return d.array(maps)
	case t.kind == KindBeginObject && maps:
		return d.mapped()
	case t.kind == KindBeginObject:
		return d.object()
	}
	return d.scalar(t)
}

func (d *Decoder) object() (any, error) {
	from := len(d.members)
	for {
		name, err := d.ReadToken()
		if err != nil {
			return nil, err
		}
		if name.kind == KindEndObject {
			out := make(Object, len(d.members)-from)
			copy(out, d.members[from:])
			d.members = d.members[:from]
			return out, nil
		}
		member := Member{Name: d.string(name)}
		if member.Value, err = d.tree(false); err != nil {
			return nil, err
		}
		d.members = append(d.members, member)
	}
}

func (d *Decoder) mapped() (any, error) {
	out := map[string]any{}
	for {
		name, err := d.ReadToken()
		if err != nil || name.kind == KindEndObject {
			return out, err
		}
		v, err := d.tree(true)
		if err != nil {
			return nil, err
		}
		out[d.Common(name)] = v
	}
}

func (d *Decoder) array(maps bool) (any, error) {
	out := []any{}
	for d.PeekKind() != KindEndArray {
		v, err := d.tree(maps)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	_, err := d.ReadToken()
	return out, err
}

func (d *Decoder) scalar(t Token) (any, error) {
	switch t.kind {
	case KindString:
		return d.boxed(t), nil
	case KindNumber:
		return d.number(t), nil
	case KindTrue, KindFalse:
		return t.kind == KindTrue, nil
	case KindNull:
		return nil, nil
	}
	return nil, d.fail(errMalformed) // an end, where a value is wanted
}
