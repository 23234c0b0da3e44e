package recovery

import (
	"bytes"
	"cmp"
	"errors"

	"github.com/servicerecovery/amends/policy/worktime"
	"github.com/servicerecovery/amends/recovery/internal/form"
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
	f := form.Writing(dst, form.ForStores)
	f.NameOf = calendars
	f.Begin()
	r.fields(f)
	f.End()
	return f.Written()
}

// ReadRecord reads what [Record.AppendJSON] writes: an equal record, except that
// lists and maps with nothing in them come back as nil. calendars finds a calendar by
// the name that it was given.
func ReadRecord(data []byte, calendars func(name string) (*worktime.Calendar, error)) (*Record, error) {
	r := RecordReader{Calendar: calendars}
	return r.Read(data)
}

// RecordReader reads what [Record.AppendJSON] writes, for programs that go through very many records.
// The zero value reads as [ReadRecord] does.
type RecordReader struct {
	// Calendar finds a calendar by the name that it was given.
	Calendar func(name string) (*worktime.Calendar, error)
	// Brief leaves out what nobody counts: why plays matched, facts, messages, notes, keys, reminders and
	// escalations, what was handed out, and parameters, except those of a substitute. [Given.Outcomes] of
	// brief records are those of the whole ones where nothing was reported on the incident; their Incident
	// has the standard fields alone. A brief record is good until the next one is read, and as long as the
	// text that it was read from.
	Brief bool

	record   Record
	decision Decision
	incident Incident
}

// Read reads a record.
func (x *RecordReader) Read(data []byte) (*Record, error) {
	o, err := jsontext.NewOutline(data, 1) // the incident stands in the record
	if err != nil {
		return nil, jsonError(err)
	}
	defer o.Release()
	if o.Root().Kind() != jsontext.KindBeginObject {
		return nil, &JSONError{"an object is wanted"}
	}
	f := form.Reading(o.Root(), form.ForStores, &err)
	f.CalendarOf, f.Brief = x.Calendar, x.Brief
	defer f.Release()
	r := &Record{}
	incident := o.Root().Member("incident")
	switch {
	case x.Brief:
		r = x.again()
		r.Incident = incident.In(data)
		x.incident.outlined(incident)
		x.decision.known = &x.incident
	case incident.Kind() != jsontext.KindInvalid:
		r.Incident = bytes.Clone(incident.In(data))
	}
	r.fields(f)
	if o.Root().Member("decision").Kind() != jsontext.KindBeginObject {
		return nil, cmp.Or(err, errors.New("a record without a decision"))
	}
	r.Decision.base, r.Decision.promises, r.Decision.handed = r.Base, r.Promises, r.Handed
	r.Decision.informs = r.Informed
	r.Decision.addressed(r.Keys)
	return r, err
}

// again is the record that was read last, emptied: its longest lists lend their room to the next one.
func (x *RecordReader) again() *Record {
	d := &x.decision
	x.decision = Decision{Plays: d.Plays[:0], Actions: d.Actions[:0]}
	x.record = Record{Decision: d, Promises: x.record.Promises[:0], Defaults: x.record.Defaults[:0]}
	x.incident = Incident{}
	return &x.record
}

// fields writes and reads the kept form only: a record has no public one.
func (r *Record) fields(f *form.Form) {
	f.Flag("again", &r.Again)
	f.Time("base", &r.Base)
	if d := form.Optional(f, "decision", &r.Decision); d != nil {
		d.fields(f)
		f.Shut()
	}
	f.Texts("defaults", &r.Defaults)
	f.Times("informed", &r.Informed)
	f.Texts("keeps", &r.Keeps)
	f.Flag("newest", &r.Newest)
	f.Text("on", &r.On)
	form.List(f, "promises", &r.Promises, (*Promise).fields)
	f.Text("settles", &r.Settles)
	if f.Brief {
		return
	}
	form.List(f, "bases", &r.Bases, (*PlayBase).fields)
	form.Pairs(f, "comparable", &r.Comparable, func(k *Key) (a, b *string) { return &k.Path, &k.Text })
	form.List(f, "handed", &r.Handed, (*Handed).fields)
	if f.Writes() && len(r.Incident) > 0 {
		f.Key("incident")
		f.WriteValue(r.Incident)
	}
	f.TextMap("keys", &r.Keys)
	f.Time("occurred_at", &r.OccurredAt)
	form.List(f, "reserves", &r.Reserves, reserveFields)
	f.Time("updated_at", &r.UpdatedAt)
	form.Pairs(f, "was", &r.ReadAs, func(k *Key) (a, b *string) { return &k.Path, &k.Text })
	f.Texts("withdrawn", &r.Withdrawn)
}

// AppendJSON appends a delivery as canonical JSON, for a store that keeps text: with what only stores keep of
// its action or choice. calendars names calendars as in [Record.AppendJSON], and [ReadDelivery] reads it back.
func (d *Delivery) AppendJSON(dst []byte, calendars func(*worktime.Calendar) string) []byte {
	f := form.Writing(dst, form.ForStores)
	f.NameOf = calendars
	f.Begin()
	d.fields(f)
	f.End()
	return f.Written()
}

// ReadDelivery reads what [Delivery.AppendJSON] writes. calendars finds a calendar as in [ReadRecord].
func ReadDelivery(data []byte, calendars func(name string) (*worktime.Calendar, error)) (*Delivery, error) {
	o, err := jsontext.NewOutline(data, 1)
	if err != nil {
		return nil, jsonError(err)
	}
	defer o.Release()
	if o.Root().Kind() != jsontext.KindBeginObject {
		return nil, &JSONError{"an object is wanted"}
	}
	f := form.Reading(o.Root(), form.ForStores, &err)
	f.CalendarOf = calendars
	defer f.Release()
	d := &Delivery{}
	d.fields(f)
	return d, jsonError(err)
}

// fields writes and reads the kept form only. Seq is the store's, which keeps it apart.
func (d *Delivery) fields(f *form.Form) {
	if a := form.Optional(f, "action", &d.Action); a != nil {
		a.fields(f)
		f.Shut()
	}
	if c := form.Optional(f, "choice", &d.Choice); c != nil {
		c.fields(f)
		f.Shut()
	}
	f.Text("customer", &d.Customer)
	f.Text("decision", &d.Decision)
	f.Text("do", &d.Do)
	f.Flag("done", &d.Done)
	f.Time("fell_at", &d.FellAt)
	f.Text("incident", &d.Incident)
	f.Text("key", &d.Key)
	f.Text("language", &d.Language)
	f.Text("namespace", &d.Namespace)
	f.Time("not_before", &d.NotBefore)
}

func (b *PlayBase) fields(f *form.Form) {
	f.Time("base", &b.Base)
	f.Text("play", &b.Play)
}

func (h *Handed) fields(f *form.Form) {
	f.Text("action", &h.Action)
	f.Money("amount", &h.Amount)
	f.Time("at", &h.At)
	f.Text("key", &h.Key)
}

func reserveFields(r *Reserve, f *form.Form) {
	f.Text("namespace", &r.Namespace)
	f.Text("partner", &r.Partner)
	f.Text("direction", &r.Direction)
	f.Whole("units", &r.Units, 64)
	f.Time("at", &r.At)
}

// Promises are only ever kept.
func (p *Promise) fields(f *form.Form) {
	f.Text("action", &p.Action)
	f.Money("amount", &p.amount)
	f.Flag("any", &p.any)
	f.Flag("any_once", &p.anyOnce)
	f.Time("base", &p.Base)
	form.List(f, "broken", &p.broken, (*broken).fields)
	f.Calendar("calendar", &p.calendar)
	f.Flag("cancelled", &p.Cancelled)
	f.Flag("chosen", &p.chosen)
	f.Time("done_at", &p.DoneAt)
	f.Time("due_at", &p.DueAt)
	f.Span("every", &p.every)
	f.Time("given_at", &p.GivenAt)
	f.Text("item", &p.Item)
	f.Time("not_before", &p.NotBefore)
	f.Time("opened", &p.opened)
	f.Time("origin", &p.origin)
	f.Flag("over", &p.over)
	f.Text("play", &p.Play)
	f.Flag("redress", &p.redress)
	if f.Open("run", p.run.exists()) {
		p.run.fields(f)
		f.Shut()
	}
	f.Time("set_at", &p.SetAt)
	form.List(f, "settled", &p.settled, (*settled).fields)
	f.Text("since", &p.Since)
	f.Flag("sooner", &p.sooner)
	form.List(f, "stood", &p.stood, (*stood).fields)
	f.Text("type", &p.Type)
	f.Flag("waits", &p.waits)
	f.Time("within", &p.within)
}

func (r *running) exists() bool { return r.calendar != nil || r.pauses || r.zone != nil }

func (r *running) fields(f *form.Form) {
	f.OptionalSpan("after", &r.after)
	f.Time("bound", &r.bound)
	f.Calendar("calendar", &r.calendar)
	f.Text("ends", (*string)(&r.ends))
	form.List(f, "held", &r.held.pauses, pauseFields)
	f.Time("held_until", &r.held.until)
	f.Flag("pauses", &r.pauses)
	f.OptionalSpan("within", &r.within)
	f.Zone("zone", &r.zone)
}

func pauseFields(p *worktime.Pause, f *form.Form) {
	f.Time("from", &p.From)
	f.Time("until", &p.Until)
}

func (s *stood) fields(f *form.Form) {
	f.Time("due_at", &s.dueAt)
	f.Time("set_at", &s.setAt)
	f.Flag("waits", &s.waits)
}

func (s *settled) fields(f *form.Form) {
	f.Time("base", &s.base)
	f.Time("done_at", &s.doneAt)
	f.Time("due_at", &s.dueAt)
	f.Time("given_at", &s.givenAt)
	f.Flag("kept", &s.kept)
}

func (b *broken) fields(f *form.Form) {
	f.Money("amount", &b.amount)
	f.Flag("any", &b.any)
	f.Time("base", &b.base)
	f.Time("began", &b.began)
	f.Time("done_at", &b.doneAt)
	f.Time("due_at", &b.dueAt)
	f.Flag("ended", &b.ended)
	f.Flag("former", &b.former)
	f.Time("given_at", &b.givenAt)
	f.Time("until", &b.until)
}

func (h *hang) fields(f *form.Form) {
	f.OptionalSpan("after", &h.after)
	f.OptionalSpan("ahead", &h.ahead)
	f.Time("at", &h.at)
	f.Time("due_at", &h.dueAt)
	f.OptionalSpan("every", &h.every)
	f.Flag("moves", &h.moves)
	f.Text("play", &h.play)
	if f.Open("run", h.run.exists()) {
		h.run.fields(f)
		f.Shut()
	}
	f.OptionalSpan("within", &h.within)
}
