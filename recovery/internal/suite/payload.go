package suite

import (
	"errors"
	"strconv"
	"time"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy/payload"
	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/internal/intake"
	"github.com/servicerecovery/amends/recovery/internal/jsontext"
)

// payload checks what a test says of a payload.
func (c *checker) payload(t *playbook.Test) {
	if t.Map.IsSet() && c.set.program.Map(t.Map.Value) == nil {
		var known []string
		for _, m := range c.set.program.Maps {
			known = append(known, m.Name)
		}
		c.errorf(t.Map.Range, "bad-map", didYouMean(t.Map.Value, known), "there is no map `%s`", t.Map.Value)
	}
	if t.Want != nil {
		c.incident(t.Want.Incident, "")
	}
}

// wholePayload reports a test whose payload has no map, and one that wants an incident of no payload.
func (c *checker) wholePayload(suite *playbook.Suite, t *playbook.Test) {
	rows := t.Each
	if len(rows) == 0 {
		rows = []*playbook.Test{{}}
	}
	for _, row := range rows {
		whole := mergeTest(mergeTest(suite.Defaults, t), row)
		steps := whole.Then
		if steps == nil {
			steps = t.Then
		}
		for i, step := range append([]*playbook.Test{whole}, steps...) {
			switch {
			case step.Payload.IsSet() && !whole.Map.IsSet():
				c.errorf(step.Payload.Range, "bad-map", "write `map:` and its id", "a payload is read by a map, and this test names none")
				return
			case step.Payload.IsSet() && !whole.Payload.IsSet():
				c.errorf(step.Payload.Range, "bad-step", "begin the test with a `payload` too", "this test begins with an incident, and goes on with a payload")
				return
			case i > 0 && step.Incident.IsSet() && whole.Payload.IsSet():
				c.errorf(step.Incident.Range, "bad-step", "write what is told as a `payload`", "this test begins with a payload, and goes on with an incident")
				return
			case step.Want != nil && step.Want.Incident.IsSet() && !whole.Payload.IsSet():
				c.errorf(step.Want.Incident.Range, "bad-step", "write `map:` and `payload:`, or leave it out", "`incident` is what a map makes of a payload, and this test has none")
				return
			}
		}
	}
}

// decoded is a payload of a suite. It is text already, whatever encoding its map says that bytes have.
type decoded []byte

// MarshalJSON returns it as it stands.
func (d decoded) MarshalJSON() ([]byte, error) { return d, nil }

// tell takes a step that tells of the incident by a payload, or one in which time passes.
func (s *Set) tell(d *Decided, memory *store) {
	t := d.step.test
	id := memory.id()
	var mapped error
	if t.Payload.IsSet() {
		if tree, err := jsontext.Parse(appendPayload(nil, t.Payload)); err == nil {
			d.mapped = jsontext.Plain(tree)
		}
		var in recovery.Incident
		in, mapped = s.engine.Incident(d.ctx, t.Map.Value, decoded(appendPayload(nil, t.Payload)))
		if in.ID != "" {
			id = in.ID
		}
		if !t.Now.IsSet() {
			d.step.Now = s.toldAt(d, id, in, memory)
		}
	}
	s.clock = d.step.Now
	switch {
	case t.Again.IsSet():
		d.decision, d.err = s.engine.Again(d.ctx, id, recovery.In(memory))
	case t.Payload.IsSet():
		d.decision, d.err = s.engine.Told(d.ctx, t.Map.Value, decoded(appendPayload(nil, t.Payload)), recovery.In(memory))
	default:
		d.decision, d.err = s.engine.Update(d.ctx, id, func(*recovery.Incident) error { return nil }, recovery.In(memory))
	}
	d.incident = s.toldLast(d, id, memory)
	if w := d.step.Want; w != nil && w.Incident.IsSet() && t.Payload.IsSet() && looksOnly(w) {
		d.looked, d.err = true, mapped
	}
}

// id is that of the incident of the steps before; empty where there was none.
func (s *store) id() string {
	switch {
	case s.Latest != nil:
		return s.Latest.Decision.Incident
	case s.told != nil:
		var in recovery.Incident
		if in.UnmarshalJSON(s.told.Incident) == nil {
			return in.ID
		}
	}
	return ""
}

// toldAt is when a payload without a time of the suite is decided: at its updated_at, else when its
// incident occurred.
func (s *Set) toldAt(d *Decided, id string, in recovery.Incident, memory *store) time.Time {
	occurred := in.OccurredAt
	if in.UpdatedAt.After(occurred) {
		occurred = in.UpdatedAt
	}
	if occurred.IsZero() {
		occurred = s.toldLast(d, id, memory).OccurredAt
	}
	if occurred.IsZero() {
		return time.Unix(0, 0).UTC()
	}
	return occurred
}

var errOnlyLooking = errors.New("nothing is to be written")

// toldLast is the incident as it was told last.
func (s *Set) toldLast(d *Decided, id string, memory *store) (in recovery.Incident) {
	if id == "" {
		return in
	}
	_, _ = s.engine.Update(d.ctx, id, func(now *recovery.Incident) error { // its error is the one below
		in = *now
		return errOnlyLooking
	}, recovery.In(memory))
	return in
}

// looksOnly reports whether a step wants nothing of a decision.
func looksOnly(w *playbook.Want) bool {
	return w.Plays == nil && w.Actions == nil && w.Never == nil && w.Warnings == nil && w.Withheld == nil && w.PassedOver == nil && w.Choices == nil &&
		w.Proposed == nil && w.Changes == nil && w.Owed == nil && w.Missed == nil && !w.Exactly.IsSet() && !w.Handled.IsSet()
}

// incident compares the fields that are wanted of an incident.
func (c *comparison) incident(want playbook.Value, in recovery.Incident) {
	text, err := in.MarshalJSON()
	if err != nil {
		c.fail("incident", want.Range, "the incident cannot be shown", []Line{{'+', err.Error()}})
		return
	}
	tree, err := jsontext.Parse(text)
	if err != nil {
		c.fail("incident", want.Range, "the incident cannot be shown", []Line{{'+', err.Error()}})
		return
	}
	var lines []Line
	at := want.Range
	c.fields("", nested(want), jsontext.Plain(tree), func(path string, w playbook.Value, got any) {
		if len(lines) == 0 {
			at = w.Range
		}
		lines = append(lines, Line{'-', path + ": " + plainText(w)})
		if got != nil {
			lines = append(lines, Line{'+', path + ": " + shownJSON(got)})
		}
	})
	if len(lines) > 0 {
		c.fail("incident", at, "the payload gives another incident", lines)
	}
}

// fields goes through the fields that are wanted, and tells of each that is otherwise.
func (c *comparison) fields(prefix string, want playbook.Value, got any, differs func(path string, want playbook.Value, got any)) {
	object, _ := got.(map[string]any)
	for _, e := range want.Entries {
		path := prefix + e.Key.Value
		came := object[e.Key.Value]
		f, known := c.set.known.fields[path]
		switch {
		case !known && e.Value.Kind == playbook.Mapping && path != "paused":
			c.fields(path+".", e.Value, came, differs)
		case isNull(e.Value):
			if came != nil {
				differs(path, e.Value, came)
			}
		case known && f.Items != nil || path == "paused":
			types := map[string]value.Type{"from": {Kind: value.KindTimestamp}, "until": {Kind: value.KindTimestamp}}
			if known {
				for _, item := range f.Items {
					types[item.Name] = item.Type
				}
			}
			itemsDiffer(path, types, e.Value, came, differs)
		default:
			t := value.Type{}
			if known {
				t = f.Type
			}
			if !sameField(t, e.Value, came) {
				differs(path, e.Value, came)
			}
		}
	}
}

// itemsDiffer compares a list of objects, each in part.
func itemsDiffer(path string, types map[string]value.Type, want playbook.Value, got any, differs func(string, playbook.Value, any)) {
	list, _ := got.([]any)
	if want.Kind != playbook.List || len(list) != len(want.Items) {
		differs(path, want, got)
		return
	}
	for i, item := range want.Items {
		object, _ := list[i].(map[string]any)
		for _, e := range item.Entries {
			came := object[e.Key.Value]
			if isNull(e.Value) && came == nil || !isNull(e.Value) && sameField(types[e.Key.Value], e.Value, came) {
				continue
			}
			differs(path+"["+strconv.Itoa(i)+"]."+e.Key.Value, e.Value, came)
		}
	}
}

// sameField compares a value as a suite writes it with one of an incident.
func sameField(t value.Type, want playbook.Value, got any) bool {
	wanted, err := jsontext.Parse(appendValue(nil, want))
	if err != nil || got == nil {
		return false
	}
	if t.Kind != value.KindInvalid && t.Elem != value.KindItem {
		a, badA := intake.Coerce(jsontext.Plain(wanted), t)
		b, badB := intake.Coerce(got, t)
		if badA == nil && badB == nil {
			return same(a, b)
		}
	}
	return string(intake.AppendCanonical(nil, jsontext.Plain(wanted))) == string(intake.AppendCanonical(nil, got))
}

// shownJSON writes a value of an incident in one line.
func shownJSON(v any) string {
	if text, ok := v.(string); ok {
		return oneLine(text)
	}
	return string(intake.AppendCanonical(nil, v))
}

// payloadMap lists what of a map a test can reach: each field that is read, each of its words, and
// what no word names. A ready map is tested where it is written.
func (c *Coverage) payloadMap(d *playbook.Document) {
	if d.Map == nil || playbook.IsReady(d.Range.File) {
		return
	}
	of := " of the map " + d.ID.Value
	for _, f := range d.Map.Fields {
		key := mapKey(d.ID.Value, f.Name.Value)
		if !f.Const.IsSet() {
			c.add(key, "map", f.Name.Range, "no payload had the field "+f.Name.Value+of)
		}
		word := func(t playbook.Text) {
			c.add(key+wordOf+strconv.Quote(t.Value), "word", t.Range, "no payload had "+strconv.Quote(t.Value)+" for the field "+f.Name.Value+of)
		}
		for _, w := range f.Words {
			word(w.Key)
		}
		for _, list := range [][]playbook.Text{f.True, f.False} {
			for _, t := range list {
				word(t)
			}
		}
		if len(f.Words) == 0 {
			for _, t := range f.FirstOf {
				word(t)
			}
		}
		if f.Otherwise.IsSet() {
			c.add(key+wordOf+"otherwise", "word", f.Otherwise.Range, "no payload had anything else for the field "+f.Name.Value+of)
		}
	}
}

// wordOf parts the key of a field from that of one of its words.
const wordOf = "\x00"

func mapKey(id, field string) string { return "map " + id + " " + field }

// mapped sees what a map has read of a payload.
func (c *Coverage) mapped(d *Decided) {
	m := c.set.program.Map(d.step.test.Map.Value)
	if m == nil || d.mapped == nil || !m.Means(d.mapped) {
		return
	}
	m.Looked(d.mapped, func(f *payload.Field, text string, isText bool) {
		key := mapKey(m.Name, f.Name)
		c.reach(key)
		if !isText {
			return
		}
		if c.byKey[key+wordOf+strconv.Quote(text)] == nil {
			text = "otherwise"
		} else {
			text = strconv.Quote(text)
		}
		c.reach(key + wordOf + text)
	})
}
