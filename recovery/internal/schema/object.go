package schema

import (
	"bytes"
	"encoding/json"
	"slices"
)

// object is a JSON object whose members keep their order: schemas are read by
// people too.
type object []member

type member struct {
	key   string
	value any // what encoding/json writes, no maps; or an object
}

// and returns the object with more members.
func (o object) and(more ...member) object {
	return append(append(object{}, o...), more...)
}

// get returns the value of a member; nil when there is none.
func (o object) get(key string) any {
	for _, m := range o {
		if m.key == key {
			return m.value
		}
	}
	return nil
}

// MarshalJSON writes the members in their order.
func (o object) MarshalJSON() ([]byte, error) {
	out := []byte{'{'}
	for i, m := range o {
		if i > 0 {
			out = append(out, ',')
		}
		key, err := marshal(m.key)
		if err != nil {
			return nil, err
		}
		value, err := marshal(m.value)
		if err != nil {
			return nil, err
		}
		out = append(append(append(out, key...), ':'), value...)
	}
	return append(out, '}'), nil
}

// marshal is json.Marshal that leaves <, > and & as they are.
func marshal(v any) ([]byte, error) {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return bytes.TrimRight(out.Bytes(), "\n"), err
}

// written is a schema as it is published.
func written(o object) ([]byte, error) {
	text, err := marshal(o)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	err = json.Indent(&out, text, "", "  ")
	out.WriteByte('\n')
	return out.Bytes(), err
}

// replace returns the object with another value for a member that it has.
func (o object) replace(key string, value any) object {
	out := o.and()
	for i := range out {
		if out[i].key == key {
			out[i].value = value
		}
	}
	return out
}

// except returns the object without a member, however deep.
func (o object) except(key string) object {
	out := o.without(key)
	for i, m := range out {
		switch v := m.value.(type) {
		case object:
			out[i].value = v.except(key)
		case []object:
			list := make([]object, len(v))
			for j := range v {
				list[j] = v[j].except(key)
			}
			out[i].value = list
		}
	}
	return out
}

// without returns the object without a member.
func (o object) without(key string) object {
	return slices.DeleteFunc(o.and(), func(m member) bool { return m.key == key })
}
