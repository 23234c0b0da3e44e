package recovery

import (
	"encoding/json"
	"fmt"
	"maps"
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
// It fails only on text that is not JSON, is not an object, is nested beyond reason,
// or has a key twice. A standard field whose value is wrong is kept as it is: deciding
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
	i, isStandard := standardAt[string(name.Bytes())] // no text is made of the name, to look it up
	if !isStandard && !name.Is("customer") {
		v, err := d.ReadAny()
		if err == nil && v != nil {
			in.putOwn(d.Common(name), v)
		}
		return err
	}
	if !isStandard || len(in.given) > 0 || d.PeekKind() != jsontext.KindString {
		return in.readField(d, name.String())
	}
	v, err := d.ReadToken()
	if err != nil {
		return err
	}
	switch p := standard[i].place(in).(type) {
	case *string:
		if *p == "" && len(v.Bytes()) > 0 {
			if i == 0 {
				*p = v.String() // no two have the same id
			} else {
				*p = d.Common(v)
			}
			return nil
		}
	case *time.Time:
		if p.IsZero() {
			if *p = toInstant(string(v.Bytes())); !p.IsZero() {
				return nil
			}
		}
	}
	in.put(name.String(), v.String())
	return nil
}

// outlined takes the standard fields out of an incident that is valid.
func (in *Incident) outlined(v jsontext.Value) {
	for m := range v.Inner {
		name := m.Name()
		if name == "customer" {
			for c := range m.Inner {
				if !c.Empty() {
					in.outlinedField("customer."+c.Name(), c)
				}
			}
			continue
		}
		if !m.Empty() { // as most are
			in.outlinedField(name, m)
		}
	}
}

func (in *Incident) outlinedField(path string, v jsontext.Value) {
	i, ok := standardAt[path]
	if !ok || v.Kind() == jsontext.KindNull {
		return
	}
	switch p := standard[i].place(in).(type) {
	case *string:
		*p = v.Text()
	case *time.Time:
		*p = toInstant(v.Text())
	case nil:
	default:
		fill(p, jsontext.Plain(v.Tree()))
	}
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
	in.putOwn(path, v)
}

// putOwn is put for a path that is not standard, or whose place is taken.
func (in *Incident) putOwn(path string, v any) {
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

// MarshalJSON writes the incident as one object that reads back to the same
// incident: the standard fields in the order in which they are documented, then
// the others, sorted. Absent fields are left out. It fails when a field is there
// twice, or holds a value that no incident can have.
func (in Incident) MarshalJSON() ([]byte, error) {
	w := incidentWriter{in: &in}
	w.BeginObject()
	for i := range standard {
		w.standard(standard[i].path)
	}
	w.customer()
	w.others()
	w.EndObject()
	if w.err != nil {
		return nil, w.err
	}
	return w.Buf, nil
}

type incidentWriter struct {
	jsontext.Encoder
	in *Incident
	// outside are the customer's fields that cannot stand inside the object: what
	// came twice, or beside something that is no object.
	outside map[string]any
	err     error
}

func (w *incidentWriter) fail(path, format string, args ...any) {
	if w.err == nil {
		w.err = fmt.Errorf("field %s: "+format, append([]any{path}, args...)...)
	}
}

// standard writes a standard field that is not the customer's.
func (w *incidentWriter) standard(path string) {
	v := w.in.standard(path, w.in.place(path))
	if v == nil || isCustomers(path) {
		return
	}
	w.WriteName(path)
	if pauses, ok := v.([]Pause); ok {
		w.Buf = intake.AppendList(w.Buf, pauses, intake.AppendPause)
		return
	}
	w.value(path, v)
}

// customer writes the object, with the fields that a playbook adds to it.
func (w *incidentWriter) customer() {
	inside := w.customerFields()
	if v := w.in.given["customer"]; v != nil {
		w.WriteName("customer")
		w.value("customer", v)
		return
	}
	if len(inside) == 0 {
		return
	}
	w.WriteKey("customer")
	w.BeginObject()
	for i := range standard {
		path := standard[i].path
		if v, ok := inside[path]; ok {
			w.WriteName(strings.TrimPrefix(path, "customer."))
			w.value(path, v)
			delete(inside, path)
		}
	}
	for _, path := range intake.SortedKeys(inside) {
		w.WriteName(strings.TrimPrefix(path, "customer."))
		w.value(path, inside[path])
	}
	w.EndObject()
}

// customerFields sorts the customer's fields into those inside the object, which
// it returns by their paths, and those outside. The order matters: it is that in
// which reading fills the places.
func (w *incidentWriter) customerFields() map[string]any {
	inside := map[string]any{}
	w.outside = map[string]any{}
	object, isObject := w.in.Fields["customer"].(map[string]any)
	if v := w.in.Fields["customer"]; !isObject && !intake.IsAbsent(v) {
		w.fail("customer", "an object is wanted, not %s", intake.Shown(v))
	}
	sides := []map[string]any{inside, w.outside}
	if w.in.given["customer"] != nil {
		sides = sides[1:]
	}
	take := func(path string, v any) {
		if intake.IsAbsent(v) {
			return
		}
		for _, side := range sides {
			if _, taken := side[path]; !taken {
				side[path] = v
				return
			}
		}
		w.fail(path, "it is there too often")
	}
	for i := range standard {
		if path := standard[i].path; isCustomers(path) {
			take(path, w.in.standard(path, w.in.place(path)))
		}
	}
	for _, path := range intake.SortedKeys(w.in.Fields) {
		if isCustomers(path) {
			take(path, w.in.Fields[path])
		}
	}
	for _, key := range intake.SortedKeys(object) {
		take("customer."+key, object[key])
	}
	return inside
}

// isCustomers reports whether a path is that of a field of the customer.
func isCustomers(path string) bool { return strings.HasPrefix(path, "customer.") }

// others writes the fields that do not stand inside the customer.
func (w *incidentWriter) others() {
	all := maps.Clone(w.outside)
	for _, path := range intake.SortedKeys(w.in.Fields) {
		v := w.in.Fields[path]
		if path == "customer" || isCustomers(path) || intake.IsAbsent(v) {
			continue
		}
		if place := w.in.place(path); place != nil && w.in.standard(path, place) != nil {
			w.fail(path, "it is there twice")
		}
		all[path] = v
	}
	for _, path := range intake.SortedKeys(all) {
		w.WriteName(path)
		w.value(path, all[path])
	}
}

func (w *incidentWriter) value(path string, v any) {
	normal, ok := intake.Normal(v)
	if !ok || !intake.IsWritable(normal) {
		w.fail(path, "it cannot hold %s", intake.Shown(v))
		return
	}
	w.Buf = intake.AppendGiven(w.Buf, normal)
}
