package recovery

import (
	"bytes"
	"errors"
	"slices"

	"github.com/servicerecovery/amends/policy/worktime"
	"github.com/servicerecovery/amends/recovery/internal/jsontext"
)

// AppendJSON appends the record as canonical JSON (RFC 8785), for a store that keeps text. The text has
// everything that [Decision.AppendJSON] writes, and what the agenda and deciding again need beyond it.
// [ReadRecord] reads it back. calendars returns a name for a calendar in which actions count, so that
// a store can keep each calendar once. It is called only for the calendars of the record.
//
// Lists of names with values keep their order: they are written as lists of
// pairs. Fields without a value and empty lists are left out. The incident is copied, because it is
// canonical JSON already.
func (r *Record) AppendJSON(dst []byte, calendars func(*worktime.Calendar) string) []byte {
	f := writing(dst, typed)
	f.nameOf = calendars
	f.begin()
	r.fields(f)
	f.end()
	return f.written()
}

// ReadRecord reads what [Record.AppendJSON] writes: an equal record, except that
// lists and maps with nothing in them come back as nil. calendars finds a calendar by
// the name that it was given.
func ReadRecord(data []byte, calendars func(name string) (*worktime.Calendar, error)) (*Record, error) {
	members, incident, err := readTopLevel(data, "incident")
	if err != nil {
		return nil, err
	}
	f := readingForm(members, typed, &err)
	f.calendar = calendars
	r := &Record{Incident: incident}
	r.fields(f)
	f.release()
	if r.Decision == nil {
		return nil, errors.New("a record without a decision")
	}
	r.Decision.base, r.Decision.promises, r.Decision.handed = r.Base, r.Promises, r.Handed
	return r, err
}

// readTopLevel reads an object, and the text of one of its members as it stands.
func readTopLevel(data []byte, name string) (out jsontext.Object, raw []byte, err error) {
	d := jsontext.NewDecoder(data)
	defer d.Release()
	d.Within = 1 // the incident stands in the record
	t, err := d.ReadToken()
	if err == nil && t.Kind() != jsontext.KindBeginObject {
		if _, err := jsontext.Parse(data); err != nil {
			return nil, nil, jsonError(err)
		}
		return nil, nil, &JSONError{"an object is wanted"}
	}
	for err == nil {
		if t, err = d.ReadToken(); err != nil || t.Kind() == jsontext.KindEndObject {
			break
		}
		if t.String() == name {
			raw, err = d.ReadValue()
			continue
		}
		m := jsontext.Member{Name: t.String()}
		m.Value, err = d.ReadTree()
		out = append(out, m)
	}
	return out, bytes.Clone(raw), jsonError(d.Finish(err))
}

// fields writes and reads the kept form only: a record has no public one.
func (r *Record) fields(f *form) {
	f.time("base", &r.Base)
	list(f, "bases", &r.Bases, (*PlayBase).fields)
	pairs(f, "comparable", &r.Comparable, func(k *Key) (a, b *string) { return &k.Path, &k.Text })
	if d := optional(f, "decision", &r.Decision); d != nil {
		d.fields(f)
		f.shut()
	}
	f.texts("defaults", &r.Defaults)
	list(f, "handed", &r.Handed, (*Handed).fields)
	if f.writes() && len(r.Incident) > 0 {
		f.key("incident")
		f.WriteValue(r.Incident)
	}
	f.texts("keeps", &r.Keeps)
	f.textMap("keys", &r.Keys)
	f.time("occurred_at", &r.OccurredAt)
	f.text("on", &r.On)
	list(f, "promises", &r.Promises, (*Promise).fields)
	list(f, "reserves", &r.Reserves, reserveFields)
	f.time("updated_at", &r.UpdatedAt)
	pairs(f, "was", &r.ReadAs, func(k *Key) (a, b *string) { return &k.Path, &k.Text })
}

func (b *PlayBase) fields(f *form) {
	f.time("base", &b.Base)
	f.text("play", &b.Play)
}

func (h *Handed) fields(f *form) {
	f.text("action", &h.Action)
	f.money("amount", &h.Amount)
	f.time("at", &h.At)
	f.text("key", &h.Key)
}

func reserveFields(r *Reserve, f *form) {
	f.text("partner", &r.Partner)
	f.text("direction", &r.Direction)
	f.whole("units", &r.Units, 64)
	f.time("at", &r.At)
}

// textMap is a member with a text for each name.
func (f *form) textMap(name string, m *map[string]string) {
	if !f.open(name, len(*m) > 0) {
		return
	}
	if f.writes() {
		f.entries = f.entries[:0]
		for k, text := range *m {
			f.entries = append(f.entries, Key{Path: k, Text: text})
		}
		slices.SortFunc(f.entries, func(a, b Key) int { return jsontext.Compare(a.Path, b.Path) })
		for i := range f.entries {
			f.WriteName(f.entries[i].Path)
			f.Buf = jsontext.AppendQuote(f.Buf, f.entries[i].Text)
		}
	} else {
		*m = make(map[string]string, len(f.members))
		for _, e := range f.members {
			(*m)[e.Name] = f.getText(e.Name)
		}
	}
	f.shut()
}
