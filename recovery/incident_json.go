package recovery

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/servicerecovery/amends/policy/value"
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
	var read Incident
	if err := jsonError(d.Finish(read.read(d))); err != nil {
		return err
	}
	*in = read
	return nil
}

// read reads the fields of an incident, each into its place.
func (in *Incident) read(d *jsontext.Decoder) error {
	if d.PeekKind() != jsontext.KindBeginObject {
		v, err := d.ReadAny()
		if err != nil {
			return err
		}
		return &JSONError{"an incident is a JSON object, not " + shown(v)}
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
	field := stdFieldOf(string(name.Bytes()))
	if field == notStandard || len(in.given) > 0 || d.PeekKind() != jsontext.KindString {
		return in.readField(d, name.String())
	}
	v, err := d.ReadToken()
	if err != nil {
		return err
	}
	switch p := in.at(field).(type) {
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
	if slot := in.slot(path); slot != nil && in.standard(path, slot) == nil {
		if !fill(slot, v) {
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

// fill stores a decoded value in a slot of the struct, if the slot can tell it
// from an absent one.
func fill(slot, v any) bool {
	switch p := slot.(type) {
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
		pauses, problems := toPauses(v)
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

// toPauses reads the value of paused, and says what is wrong with each pause.
func toPauses(raw any) ([]Pause, []Problem) {
	if pauses, ok := raw.([]Pause); ok {
		return checkedPauses(pauses)
	}
	normal, _ := normalise(raw, 0)
	list, ok := normal.([]any)
	if !ok {
		return nil, []Problem{{"paused", "a list of {from, until}", shown(raw)}}
	}
	var problems []Problem
	pauses := make([]Pause, len(list))
	for i, e := range list {
		at := "paused[" + strconv.Itoa(i) + "]"
		m, ok := e.(map[string]any)
		if !ok {
			problems = append(problems, Problem{at, "an object with from and until", shown(e)})
			continue
		}
		if m["from"] == nil {
			problems = append(problems, Problem{at + ".from", wantedOf(value.KindTimestamp), ""})
		}
		pauses[i].From = pauseTime(m, at, "from", &problems)
		pauses[i].Until = pauseTime(m, at, "until", &problems)
		for _, k := range sortedKeys(m) {
			if k != "from" && k != "until" {
				problems = append(problems, Problem{at + "." + k, "from and until only", shown(m[k])})
			}
		}
	}
	if len(problems) > 0 {
		return nil, problems
	}
	return checkedPauses(pauses)
}

func pauseTime(m map[string]any, at, key string, problems *[]Problem) time.Time {
	if m[key] == nil {
		return time.Time{}
	}
	native, bad := coerce(m[key], value.KindTimestamp, value.KindInvalid)
	if bad != nil {
		*problems = append(*problems, bad.at(at+"."+key))
		return time.Time{}
	}
	return native.(time.Time)
}

// checkedPauses returns the pauses in UTC. Each has a beginning, and an end that
// is not before it; only the last may go on.
func checkedPauses(pauses []Pause) ([]Pause, []Problem) {
	var problems []Problem
	out := make([]Pause, len(pauses))
	for i, p := range pauses {
		at := "paused[" + strconv.Itoa(i) + "]"
		from, fromOK := toTime(p.From)
		until, untilOK := toTime(p.Until)
		switch {
		case p.From.IsZero():
			problems = append(problems, Problem{at + ".from", wantedOf(value.KindTimestamp), ""})
		case !fromOK:
			problems = append(problems, Problem{at + ".from", wantedOf(value.KindTimestamp), shown(p.From)})
		case p.Until.IsZero():
			if i < len(pauses)-1 {
				problems = append(problems, Problem{at + ".until", "a time, since another pause follows", ""})
			}
		case !untilOK:
			problems = append(problems, Problem{at + ".until", wantedOf(value.KindTimestamp), shown(p.Until)})
		case until.Before(from):
			problems = append(problems, Problem{at + ".until", "a time not before from, " + value.FormatTimestamp(from), value.FormatTimestamp(until)})
		}
		out[i] = Pause{from, until}
	}
	return out, problems
}
