package recovery

import (
	"encoding/json"
	"math"
	"strings"
	"sync"
	"time"

	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/recovery/internal/intake"
	"github.com/servicerecovery/amends/recovery/internal/jsontext"
)

// UnmarshalJSON reads an incident: an object with the standard fields under their
// names, customer as an object, and any others, which go to Fields. Null counts
// as absent.
//
// It fails only on what is no JSON, no object, nested beyond reason, or has a
// key twice. A standard field whose value is wrong is kept as it is: deciding
// the incident then names it, together with everything else that is wrong.
func (in *Incident) UnmarshalJSON(data []byte) error {
	d := jsontext.NewDecoder(data)
	defer d.Release()
	read := incidents.Get().(*Incident)
	defer func() {
		*read = Incident{}
		incidents.Put(read)
	}()
	if err := jsonError(d.Finish(read.read(d))); err != nil {
		return err
	}
	*in = *read
	return nil
}

// incidents are read one after another in the same memory.
var incidents = sync.Pool{New: func() any { return new(Incident) }}

// read reads the fields of an incident, each into its place.
func (in *Incident) read(d *jsontext.Decoder) error {
	if d.PeekKind() != jsontext.KindBeginObject {
		v, err := d.ReadAny()
		if err != nil {
			return err
		}
		return &JSONError{"an incident is a JSON object, not " + intake.Shown(v)}
	}
	return in.readMembers(d, "")
}

// readMembers reads the members of an object; the prefix is "customer." inside the customer.
func (in *Incident) readMembers(d *jsontext.Decoder, prefix string) error {
	if _, err := d.ReadToken(); err != nil {
		return err
	}
	for {
		name, err := d.ReadToken()
		switch {
		case err != nil || name.Kind() == jsontext.KindEndObject:
			return err
		case prefix != "":
			err = in.readField(d, prefix+name.String())
		case name.Is("customer") && d.PeekKind() == jsontext.KindBeginObject:
			err = in.readMembers(d, "customer.")
		default:
			err = in.readMember(d, name)
		}
		if err != nil {
			return err
		}
	}
}

// readMember is readField without a detour for what nearly every incident has: a text, or
// a time, in its place.
func (in *Incident) readMember(d *jsontext.Decoder, name jsontext.Token) error {
	place := in.place(string(name.Bytes()))
	if place == nil || len(in.given) > 0 || d.PeekKind() != jsontext.KindString {
		return in.readField(d, name.String())
	}
	v, err := d.ReadToken()
	if err != nil {
		return err
	}
	switch p := place.(type) {
	case *string:
		if *p == "" && len(v.Bytes()) > 0 {
			*p = v.String()
			return nil
		}
	case *time.Time:
		if p.IsZero() {
			if *p = toInstant(v.String()); !p.IsZero() {
				return nil
			}
		}
	}
	in.put(name.String(), v.String())
	return nil
}

func (in *Incident) readField(d *jsontext.Decoder, path string) error {
	v, err := d.ReadAny()
	if err == nil {
		in.put(path, v)
	}
	return err
}

// put stores a field under its path. A path may come twice, as "customer.id"
// and as "id" in customer; both are kept, and validation finds them.
func (in *Incident) put(path string, v any) {
	if v == nil {
		return
	}
	if place := in.place(path); place != nil && in.standard(path, place) == nil {
		if !fill(place, v) {
			setIn(&in.given, path, v)
		}
		return
	}
	if path == "customer" { // and no object
		setIn(&in.given, path, v)
		return
	}
	if _, taken := in.Fields[path]; !taken {
		setIn(&in.Fields, path, v)
		return
	}
	customer, _ := in.Fields["customer"].(map[string]any)
	setIn(&customer, strings.TrimPrefix(path, "customer."), v)
	in.Fields["customer"] = customer
}

func setIn(m *map[string]any, key string, v any) {
	if *m == nil {
		*m = make(map[string]any)
	}
	(*m)[key] = v
}

// fill stores a decoded value in a place of the struct, if the place can tell it
// from an absent one.
func fill(place, v any) bool {
	switch p := place.(type) {
	case *string:
		s, ok := v.(string)
		*p = s
		return ok && s != ""
	case *int:
		*p = toSmallInt(v)
		return *p != 0
	case *time.Time:
		s, _ := v.(string)
		*p = toInstant(s)
		return !p.IsZero()
	case *[]string:
		*p = toStrings(v)
		return len(*p) > 0
	case *[]Pause:
		pauses, problems := intake.Pauses(v)
		if len(problems) == 0 {
			*p = pauses
		}
		return len(*p) > 0
	}
	return false
}

func toSmallInt(v any) int {
	n, ok := v.(json.Number)
	if !ok {
		return 0
	}
	i, ok := jsontext.WholeNumber(n)
	if !ok || i < math.MinInt32 || i > math.MaxInt32 {
		return 0
	}
	return int(i)
}

func toInstant(s string) time.Time {
	t, err := value.ParseTimestamp(s)
	if err != nil {
		return time.Time{}
	}
	return t
}

func toStrings(v any) []string {
	list, _ := v.([]any)
	out := make([]string, 0, len(list))
	for _, e := range list {
		s, ok := e.(string)
		if !ok {
			return nil
		}
		out = append(out, s)
	}
	return out
}
