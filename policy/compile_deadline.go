package policy

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy/internal/celenv"
	"github.com/servicerecovery/amends/policy/internal/slip"
	"github.com/servicerecovery/amends/policy/value"
)

// Deadline is a length of time: a duration, or a number of working days.
type Deadline struct {
	WorkingDays int // if it is not 0, or WorkingDay is set, there is no duration
	WorkingDay  bool
	duration    *Param
	src         *place
}

// Position is where the deadline stands.
func (d *Deadline) Position() Position { return d.src.position() }

// Source is the deadline as written.
func (d *Deadline) Source() string { return d.src.source() }

// Duration evaluates the deadline's length, which is never negative. It has no meaning for working
// days.
func (d *Deadline) Duration(f *Frame) (time.Duration, error) {
	v, err := d.duration.Value(f, value.Style{})
	if err != nil {
		return 0, err
	}
	return v.(time.Duration), nil
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

// deadline compiles within or after. working says that a calendar counts the time.
func (s *scope) deadline(name string, src playbook.Text, working bool, known celenv.Known) *Deadline {
	if !src.IsSet() {
		return nil
	}
	span, err := value.ParseSpan(src.Value)
	if err == nil {
		return s.span(name, span, src, working)
	}
	if r := s.meantSpan(src, working); r.hint != "" || looksLiteral(value.KindDuration, src) {
		s.mendf(src.Range, "bad-duration", r, "`%s`: %s", name, err)
		return nil
	}
	p := s.typedParam(s.durationSpec(name, false), src, known)
	if p == nil {
		return nil
	}
	return &Deadline{duration: p, src: p.src}
}

func (s *scope) span(name string, span value.Span, src playbook.Text, working bool) *Deadline {
	isDays := strings.HasSuffix(strings.TrimSpace(src.Value), "wd")
	switch {
	case isDays && !working:
		s.errorf(src.Range, "no-calendar", "add `calendar:` to it", "working days need a calendar")
		return nil
	case span.Days && working:
		s.errorf(src.Range, "days-in-calendar", "write working days, such as 2wd, or hours of working time",
			"`%s`: with a calendar, days and weeks could mean two things", name)
		return nil
	case isDays:
		return &Deadline{WorkingDays: span.WorkingDays, WorkingDay: true, src: &place{text: src}}
	}
	at := &place{text: src}
	return &Deadline{duration: &Param{Spec: s.durationSpec(name, false), constant: span.Duration, fixed: true, src: at}, src: at}
}

// meantSpan is the remedy for a text that is not a deadline. A missing calendar for working days is
// only named, because no change of this text can add it.
func (s *scope) meantSpan(src playbook.Text, working bool) remedy {
	days := slip.WorkingDays(src.Value)
	switch {
	case days != "" && working:
		return instead(src, days)
	case days != "" && len(s.calDefs) > 0:
		names := slices.Sorted(maps.Keys(s.calDefs))
		return say("write `" + days + "`, with `calendar: " + names[0] + "` beside it")
	case days != "":
		return say("declare a calendar under `calendars:`, and write `" + days + "` with `calendar:` and its id beside it")
	}
	return meantDuration(src)
}

// pace compiles every and lead, which are durations and not negative. With positive, zero is not
// allowed. With a calendar, days and weeks are refused.
func (s *scope) pace(name string, src playbook.Text, positive, working bool, known celenv.Known) *Param {
	spec := s.durationSpec(name, positive)
	span, err := value.ParseSpan(src.Value)
	if err == nil && strings.HasSuffix(strings.TrimSpace(src.Value), "wd") {
		s.errorf(src.Range, "bad-duration", "", "`%s` is a duration; working days are for `within` and `after`", name)
		return nil
	}
	if err == nil && span.Days && working {
		s.errorf(src.Range, "days-in-calendar", "write hours of working time", "`%s`: with a calendar, days and weeks could mean two things", name)
		return nil
	}
	if err == nil && positive && span.Duration == 0 {
		s.errorf(src.Range, "bad-duration", "", "`%s` must be more than zero", name)
		return nil
	}
	if err != nil && (looksLiteral(value.KindDuration, src) || meantDuration(src).hint != "") {
		if _, err = value.ParseDuration(src.Value); err == nil {
			err = fmt.Errorf("%s is negative", src.Value)
		}
		s.mendf(src.Range, "bad-duration", meantDuration(src), "`%s`: %s", name, err)
		return nil
	}
	return s.typedParam(spec, src, known)
}
