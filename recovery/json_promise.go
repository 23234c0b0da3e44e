package recovery

import (
	"fmt"
	"time"

	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/policy/worktime"
)

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
