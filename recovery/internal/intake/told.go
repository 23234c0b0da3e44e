package intake

import (
	"time"

	"github.com/servicerecovery/amends/policy/value"
)

// Told is what came of each field that some document of the set declares, by name, as
// text that is equal for equal values. Fields that nobody gave are left out, and
// what no document declares, and updated_at, which says only when the rest was true.
type Told map[string]string

// Tell reads an incident without checking it: under the present names of its fields, or their
// earlier ones. It fails where a field came twice, or cannot be compared.
func (t *Intake) Tell(came Incident) (told Told, ok bool) {
	t.came = came
	t.lookAround()
	told = Told{}
	for _, f := range t.layout.shared {
		ok = t.tell(told, f)
		if !ok {
			return nil, false
		}
	}
	for _, own := range t.layout.own {
		for _, f := range own {
			if !t.tell(told, f) {
				return nil, false
			}
		}
	}
	if raw, came := t.lookup("paused", t.layout.paused); came {
		pauses, problems := Pauses(raw)
		if len(problems) > 0 {
			return nil, false
		}
		told["paused"] = string(AppendList(nil, pauses, AppendPause))
	}
	return told, len(t.shape) == 0
}

// tell reads one field, if no other of its name was read.
func (t *Intake) tell(told Told, f *field) bool {
	if _, done := told[f.Name]; done || f.Name == "updated_at" {
		return true
	}
	raw, came := t.lookup(f.Name, f.std)
	for _, was := range f.Was {
		if came {
			break
		}
		raw, came = t.Lookup(was)
	}
	if !came {
		return true
	}
	v, fits := f.coerce(raw)
	if !fits {
		var ok bool
		if v, ok = Normal(raw); !ok || !IsWritable(v) {
			return false
		}
	}
	told[f.Name] = string(AppendCanonical(nil, v))
	return true
}

// coerce is [Coerce] for the value of a field, which may be a list of objects. What no field of them
// takes is left out, and defaults of theirs are filled in: the record, which has them too, must not
// differ from what was told.
func (f *field) coerce(raw any) (v any, fits bool) {
	if f.items != nil {
		r := itemReader{of: f.items}
		list := r.list(raw)
		return list, len(r.problems) == 0
	}
	v, bad := Coerce(raw, f.Type)
	return v, bad == nil
}

// Instant returns a field as a time, whether or not the incident fits; zero where it is not a time.
func (t *Intake) Instant(path string) time.Time {
	raw, ok := t.Lookup(path)
	if !ok {
		return time.Time{}
	}
	v, bad := Coerce(raw, value.Type{Kind: value.KindTimestamp})
	if bad != nil {
		return time.Time{}
	}
	at, _ := v.(time.Time)
	return at
}
