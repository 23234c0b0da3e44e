package jsontext

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/servicerecovery/amends/playbook/unseen"
)

// Shape says which names the objects in a text have, and what stands under each name. Under a name
// without a shape anything may stand. The shape of a list is that of each of its elements. Names
// have no character that needs an escape.
type Shape struct {
	names []string
	inner []*Shape
	all   bool
}

// Names returns the shape of an object that has no other names than these.
func Names(names ...string) *Shape { return &Shape{names: names, inner: make([]*Shape, len(names))} }

// AllNames returns the shape of an object that has each of these names and no others.
func AllNames(names ...string) *Shape {
	s := Names(names...)
	s.all = true
	return s
}

// With adds a name and the shape of what stands under it.
func (s *Shape) With(name string, inner *Shape) *Shape {
	s.names, s.inner = append(s.names, name), append(s.inner, inner)
	return s
}

// under returns the shape of what stands under a name.
func (s *Shape) under(name []byte) (inner *Shape, ok bool) {
	for i, known := range s.names {
		if known == string(name) {
			return s.inner[i], true
		}
	}
	return nil, false
}

// errStray reports a name that the shape of the open object does not have. A person may have written
// it with other capitals, or with an escape, and then means the name that is shown beside it.
func (d *Decoder) errStray(s *Shape, name string) error {
	hint := ""
	for _, known := range s.names {
		if strings.EqualFold(known, name) {
			hint = "; it is written " + unseen.Quote(known)
		}
	}
	return &Error{fmt.Sprintf("it has a key %s%s, which does not belong there%s", unseen.Quote(Clip(name)), d.place(), hint)}
}

// errMissing reports the first name of a shape that an object does not have.
func (d *Decoder) errMissing(s *Shape, has [][]byte) error {
	for _, name := range s.names {
		missing := true
		for _, known := range has {
			missing = missing && string(known) != name
		}
		if missing {
			return &Error{fmt.Sprintf("it has no %s%s", unseen.Quote(name), d.place())}
		}
	}
	return nil
}

// place says where the innermost open object stands, as " in `record.reserves[1]`". It is empty for
// the whole text.
func (d *Decoder) place() string { return in(d.path(len(d.stack) - 1)) }

func in(path string) string {
	if path == "" {
		return ""
	}
	return " in " + unseen.Quote(path)
}

// path spells out the names and indexes that lead into as many of the open objects and arrays.
func (d *Decoder) path(levels int) string {
	var out strings.Builder
	for i := range levels {
		l := &d.stack[i]
		if l.kind == KindBeginArray {
			out.WriteString("[" + strconv.Itoa(l.count-1) + "]")
			continue
		}
		last := len(d.names)
		if i+1 < len(d.stack) {
			last = d.stack[i+1].names
		}
		if out.Len() > 0 {
			out.WriteByte('.')
		}
		out.WriteString(Clip(string(d.names[last-1])))
	}
	return out.String()
}
