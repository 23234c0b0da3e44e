package recovery

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/servicerecovery/amends/policy/value"
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

// Promises are only ever kept.
func (p *Promise) fields(f *form) {
	f.text("action", &p.Action)
	f.money("amount", &p.amount)
	f.flag("any", &p.any)
	f.time("base", &p.Base)
	list(f, "broken", &p.broken, (*broken).fields)
	f.flag("cancelled", &p.Cancelled)
	f.time("done_at", &p.DoneAt)
	f.time("due_at", &p.DueAt)
	f.span("every", &p.every)
	f.time("given_at", &p.GivenAt)
	f.time("not_before", &p.NotBefore)
	f.time("opened", &p.opened)
	f.time("origin", &p.origin)
	f.flag("over", &p.over)
	f.text("play", &p.Play)
	f.flag("redress", &p.redress)
	if f.open("run", p.run.exists()) {
		p.run.fields(f)
		f.shut()
	}
	f.time("set_at", &p.SetAt)
	f.text("since", &p.Since)
	list(f, "stood", &p.stood, (*stood).fields)
	f.time("told", &p.told)
	f.text("type", &p.Type)
	f.flag("waits", &p.waits)
	f.time("within", &p.within)
}

func (r *running) exists() bool { return r.calendar != nil || r.pauses || r.zone != nil }

func (r *running) fields(f *form) {
	f.optionalSpan("after", &r.after)
	f.time("bound", &r.bound)
	f.calendarNamed(&r.calendar)
	f.text("ends", (*string)(&r.ends))
	f.flag("pauses", &r.pauses)
	f.optionalSpan("within", &r.within)
	f.zone("zone", &r.zone)
}

func (s *stood) fields(f *form) {
	f.time("due_at", &s.dueAt)
	f.time("set_at", &s.setAt)
}

func (b *broken) fields(f *form) {
	f.flag("any", &b.any)
	f.time("base", &b.base)
	f.time("done_at", &b.doneAt)
	f.time("due_at", &b.dueAt)
	f.flag("ended", &b.ended)
	f.time("given_at", &b.givenAt)
	f.time("until", &b.until)
}

func (h *hang) fields(f *form) {
	f.optionalSpan("after", &h.after)
	f.optionalSpan("ahead", &h.ahead)
	f.time("at", &h.at)
	f.time("due_at", &h.dueAt)
	f.optionalSpan("every", &h.every)
	f.text("play", &h.play)
	if f.open("run", h.run.exists()) {
		h.run.fields(f)
		f.shut()
	}
	f.text("since", &h.since)
	f.optionalSpan("within", &h.within)
}

// span is left out where it is zero.
func (f *form) span(name string, s *value.Span) {
	switch {
	case !f.writes():
		*s = spanOf(f.getText(name))
	case *s != value.Span{}:
		f.key(name)
		f.WriteString(s.String())
	}
}

func (f *form) optionalSpan(name string, s **value.Span) {
	switch {
	case !f.writes():
		if text := f.getText(name); text != "" {
			span := spanOf(text)
			*s = &span
		}
	case *s != nil:
		f.key(name)
		f.WriteString((*s).String())
	}
}

func (f *form) zone(name string, zone **time.Location) {
	if f.writes() {
		if *zone != nil {
			text := (*zone).String()
			f.text(name, &text)
		}
		return
	}
	text := f.getText(name)
	if text == "" {
		return
	}
	found, err := worktime.LoadZone(text)
	if err != nil && *f.err == nil {
		*f.err = err
	}
	*zone = found
}

// calendarNamed is a calendar, by the name that the store gives it.
func (f *form) calendarNamed(c **worktime.Calendar) {
	if f.writes() {
		if *c != nil {
			name := f.nameOf(*c)
			f.text("calendar", &name)
		}
		return
	}
	name := f.getText("calendar")
	if name == "" {
		return
	}
	found, err := f.calendar(name)
	if err != nil && *f.err == nil {
		*f.err = fmt.Errorf("the calendar %s: %w", name, err)
	}
	*c = found
}
