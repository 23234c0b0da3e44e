package recovery

import (
	"fmt"
	"maps"
	"strings"

	"github.com/servicerecovery/amends/recovery/internal/intake"
	"github.com/servicerecovery/amends/recovery/internal/jsontext"
)

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
