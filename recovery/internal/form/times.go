package form

import (
	"fmt"
	"strings"
	"time"

	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/policy/worktime"
)

// Span is left out where it is zero.
func (f *Form) Span(name string, s *value.Span) {
	switch {
	case !f.Writes():
		*s = ReadSpan(f.getText(name))
	case *s != value.Span{}:
		f.Key(name)
		f.WriteString(s.String())
	}
}

// OptionalSpan is left out where the pointer is nil.
func (f *Form) OptionalSpan(name string, s **value.Span) {
	switch {
	case !f.Writes():
		if text := f.getText(name); text != "" {
			span := ReadSpan(text)
			*s = &span
		}
	case *s != nil:
		f.Key(name)
		f.WriteString((*s).String())
	}
}

// Zone is left out where there is none.
func (f *Form) Zone(name string, zone **time.Location) {
	if f.Writes() {
		if *zone != nil {
			text := (*zone).String()
			f.Text(name, &text)
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

// Calendar is by the name that the store gives it.
func (f *Form) Calendar(member string, c **worktime.Calendar) {
	if f.Writes() {
		if *c != nil {
			name := f.NameOf(*c)
			f.Text(member, &name)
		}
		return
	}
	name := f.getText(member)
	if name == "" {
		return
	}
	found, err := f.CalendarOf(name)
	if err != nil && *f.err == nil {
		*f.err = fmt.Errorf("the calendar %s: %w", name, err)
	}
	*c = found
}

// ReadSpan reads the text of a span. A fraction of a second, as a computed duration may have, is in no
// span that playbooks write. What is no span is zero.
func ReadSpan(text string) value.Span {
	if d, err := value.ParseAnyDuration(text); err == nil && !strings.ContainsAny(text, "dw") {
		return value.Span{Duration: d}
	}
	span, _ := value.ParseSpan(text)
	return span
}
