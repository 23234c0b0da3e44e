package policy

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy/internal/celenv"
	"github.com/servicerecovery/amends/policy/internal/slip"
	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/policy/worktime"
)

// Deadline is a length of time: one that was written, or one that an expression gives.
type Deadline struct {
	// Ends says where on its last day it ends; only `within` has it.
	Ends worktime.Ends

	span     value.Span
	duration *Param // nil: the span was written
	src      *place
}

// Position is where the deadline stands.
func (d *Deadline) Position() Position { return d.src.position() }

// Source is the deadline as written.
func (d *Deadline) Source() string { return d.src.source() }

// Expression gives the length; it is nil for one that was written.
func (d *Deadline) Expression() *Param { return d.duration }

// Span is the deadline's length. What an expression gives has no days of the calendar.
func (d *Deadline) Span(f *Frame) (value.Span, error) {
	if d.duration == nil {
		return d.span, nil
	}
	v, err := d.duration.Value(f, value.Style{})
	if err != nil {
		return value.Span{}, err
	}
	return value.Span{Duration: v.(time.Duration)}, nil
}

// durationSpec describes within, after, every, before and lead. With positive, zero is not allowed. All
// deadlines of a set share a few specs.
func (c *compiler) durationSpec(name string, positive bool) *Field {
	return c.durations[durationKey{name, positive}]
}

type durationKey struct {
	name     string
	positive bool
}

func durationSpecs() map[durationKey]*Field {
	specs := map[durationKey]*Field{}
	for _, name := range []string{"within", "after", "every", "before", "lead"} {
		specs[durationKey{name, false}] = &Field{Name: name, Type: value.Type{Kind: value.KindDuration}, nonNegative: true}
		specs[durationKey{name, true}] = &Field{Name: name, Type: value.Type{Kind: value.KindDuration}, nonNegative: true, Min: time.Duration(1)}
	}
	return specs
}

// counting says what a length of time is counted in, and what it may be.
type counting struct {
	working  bool // a calendar counts its hours
	dated    bool // days, weeks, months and years may stand beside that calendar
	workdays bool // it may be a number of working days
	positive bool // it may not be zero
}

// deadline compiles a length of time.
func (s *scope) deadline(name string, src playbook.Text, in counting, known celenv.Known) *Deadline {
	if !src.IsSet() {
		return nil
	}
	span, err := value.ParseSpan(src.Value)
	if err == nil {
		if !s.fits(name, span, src, in) {
			return nil
		}
		return &Deadline{span: span, src: &place{text: src}}
	}
	r := s.meantSpan(src, in)
	if tooLong(err) {
		r = remedy{}
	}
	if r.hint != "" || looksLiteral(value.KindDuration, src) {
		s.mendf(src.Range, "bad-duration", r, "`%s`: %s", name, in.explained(err))
		return nil
	}
	p := s.typedParam(s.durationSpec(name, in.positive), src, known)
	if p == nil {
		return nil
	}
	return &Deadline{duration: p, src: p.src}
}

// tooLong reports whether a text is a deadline beyond all years.
func tooLong(err error) bool {
	var syntax *value.SyntaxError
	return errors.As(err, &syntax) && strings.HasPrefix(syntax.Found, "is longer")
}

// explained words a mistake for a place that takes no working days.
func (in counting) explained(err error) error {
	var syntax *value.SyntaxError
	if in.workdays || !errors.As(err, &syntax) {
		return err
	}
	out := *syntax
	out.Kind = "duration"
	switch {
	case strings.HasPrefix(out.Text, "-") && out.Found != "":
		out.Found, out.Wanted = "is negative", ""
	case out.Found == "":
		out.Wanted = "a duration such as 90m, 36h, 2d or 6mo"
	}
	return &out
}

// fits says what is wrong with a span in its place.
func (s *scope) fits(name string, span value.Span, src playbook.Text, in counting) bool {
	switch {
	case span.WorkingDays > 0 && !in.workdays:
		s.errorf(src.Range, "bad-duration", "", "`%s` is a duration; working days are for `within` and `after`", name)
	case span.WorkingDays > 0 && !in.working:
		s.errorf(src.Range, "no-calendar", "add `calendar:` to it", "working days need a calendar")
	case span.OfCalendar() && in.working && !in.dated:
		hint := "write hours of working time"
		if in.workdays {
			hint = "write working days, such as 2wd, or hours of working time; calendar days go with `ends: working-day`"
			if span == (value.Span{Days: span.Days}) {
				hint = fmt.Sprintf("write `%dwd` for working days, or hours of working time; calendar days go with `ends: working-day`", span.Days)
			}
		}
		s.errorf(src.Range, "days-in-calendar", hint, "`%s`: with a calendar, days, weeks, months and years could mean two things", name)
	case in.positive && span == (value.Span{}):
		s.errorf(src.Range, "bad-duration", "", "`%s` must be more than zero", name)
	default:
		return true
	}
	return false
}

// ends says where on its last day a deadline ends.
func (s *scope) ends(out *Deadline, ends, within playbook.Text, working bool, what string) {
	if !ends.IsSet() {
		return
	}
	switch {
	case !within.IsSet() && !within.Misread():
		s.errorf(ends.Range, "no-deadline", "add `within:` to it", "`ends` says where a deadline ends, and %s has none", what)
	case ends.Value == string(worktime.EndsWorkingDay) && !working:
		s.errorf(ends.Range, "no-calendar", "add `calendar:` to it, or write `ends: day`", "a working day needs a calendar")
	case out != nil:
		out.Ends = worktime.Ends(ends.Value)
	}
}

// meantSpan is the remedy for a text that is not a deadline. A missing calendar for working days is
// only named, because no change of this text can add it.
func (s *scope) meantSpan(src playbook.Text, in counting) remedy {
	days := slip.WorkingDays(src.Value)
	if !in.workdays {
		days = ""
	}
	switch {
	case days != "" && in.workdays && in.working:
		return instead(src, days)
	case days != "" && len(s.calDefs) > 0:
		names := slices.Sorted(maps.Keys(s.calDefs))
		return say("write `" + days + "`, with `calendar: " + names[0] + "` beside it")
	case days != "":
		return say("declare a calendar under `calendars:`, and write `" + days + "` with `calendar:` and its id beside it")
	}
	if span := slip.Span(src.Value); span != "" {
		return instead(src, span)
	}
	return meantDuration(src)
}

// pace compiles the every of inform, which is a parameter too: people see it in decisions.
func (s *scope) pace(src playbook.Text, in counting, known celenv.Known) *Param {
	in.positive = true
	d := s.deadline("every", src, in, known)
	switch {
	case d == nil:
		return nil
	case d.duration != nil:
		return d.duration
	case d.span.OfCalendar():
		return &Param{Spec: s.durationSpec("every", true), constant: d.span, fixed: true, src: d.src}
	}
	return &Param{Spec: s.durationSpec("every", true), constant: d.span.Duration, fixed: true, src: d.src}
}
