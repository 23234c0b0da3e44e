package policy

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy/internal/celenv"
	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/policy/worktime"
)

// sharedRounding finds how amounts are rounded in the whole set.
func (c *compiler) sharedRounding(docs []*playbook.Document) value.Rounding {
	first := playbook.Text{}
	for _, d := range docs {
		t := d.Rounding
		if t.IsSet() && first.IsSet() && first.Value != t.Value {
			c.errorf(t.Range, "duplicate-rounding", "", "the shared rounding is %s already, at %s:%d", first.Value, first.Range.File, first.Range.Start.Line)
		} else if t.IsSet() {
			first = t
		}
	}
	return rounding(first, value.RoundHalfEven)
}

// rounding is what a document says, else the other one.
func rounding(t playbook.Text, otherwise value.Rounding) value.Rounding {
	if t.IsSet() {
		return value.Rounding(t.Value)
	}
	return otherwise
}

// sharedYear finds the day on which the years of the whole set start.
func (c *compiler) sharedYear(s *scope, docs []*playbook.Document) {
	s.yearStarts = worktime.MonthDay{Month: time.January, Day: 1}
	first := playbook.Text{}
	for _, d := range docs {
		t := d.YearStarts
		if t.IsSet() && first.IsSet() && first.Value != t.Value {
			c.errorf(t.Range, "duplicate-year", "", "the shared years start on %s already, at %s:%d", first.Value, first.Range.File, first.Range.Start.Line)
		} else if t.IsSet() {
			first = t
			s.yearStarts = c.yearStart(t, s.yearStarts)
		}
	}
}

// yearStart reads the day on which years start. It returns the other one if none is written, or a
// wrong one.
func (c *compiler) yearStart(t playbook.Text, otherwise worktime.MonthDay) worktime.MonthDay {
	if !t.IsSet() {
		return otherwise
	}
	day, err := worktime.ParseMonthDay(t.Value)
	switch {
	case err != nil:
		c.mendf(t.Range, "bad-date", meantMonthDay(t), "`year_starts`: %s", err)
	case day == worktime.MonthDay{Month: time.February, Day: 29}:
		c.errorf(t.Range, "bad-date", "write `02-28` or `03-01`", "`year_starts`: most years have no 29 February")
	default:
		return day
	}
	return otherwise
}

// roleText compiles a text that names who does something: `to`, `owner`, `decider`, `by`.
func (s *scope) roleText(src playbook.Text) *Text {
	t := s.text(src, false)
	if name, fixed := t.fixed(); fixed && src.IsSet() && strings.TrimSpace(name) != "" {
		s.role(src)
	} else if !fixed && s.roles != nil {
		t.oneOf, t.src = s.roles, src
	}
	return t
}

// namedRole compiles a role that must be named, and checks the guards of its expressions.
func (s *scope) namedRole(key string, src playbook.Text, known celenv.Known) *Text {
	t := s.roleText(src)
	s.notEmpty(key, src)
	s.check(t, known, "")
	return t
}

// role notes that a role is named. A closed set of roles has to have it.
func (s *scope) role(src playbook.Text) {
	if s.roles == nil {
		s.named = append(s.named, src)
		return
	}
	if !slices.Contains(s.roles, src.Value) {
		s.mendf(src.Range, "unknown-role", near(src, s.roles), "there is no role `%s`; the roles are %s", src.Value, "`"+strings.Join(s.roles, "`, `")+"`")
	}
}

// closedRoles are the roles that shared documents declare, sorted; nil where none does.
func (c *compiler) closedRoles(docs []*playbook.Document) []string {
	first := map[string]playbook.Range{}
	open := false
	for _, d := range docs {
		for _, r := range d.Roles {
			name := r.Name
			if at, twice := first[name.Value]; twice {
				c.errorf(name.Range, "duplicate-id", "", "the role `%s` is there twice; first at %s", name.Value, placeOf(at))
				continue
			}
			first[name.Value] = name.Range
		}
		open = open || d.RolesMisread
	}
	if len(first) == 0 || open {
		return nil // what is named cannot be checked against a list that was not understood
	}
	return slices.Sorted(maps.Keys(first))
}

// strayRoles warns of a role that is named once and whose name is almost that of another.
func (c *compiler) strayRoles() {
	byName := map[string][]playbook.Text{}
	for _, t := range c.named {
		seen := func(o playbook.Text) bool { return o.Range == t.Range }
		if !slices.ContainsFunc(byName[t.Value], seen) {
			byName[t.Value] = append(byName[t.Value], t)
		}
	}
	names := slices.Sorted(maps.Keys(byName))
	for _, name := range names {
		if len(byName[name]) > 1 {
			continue
		}
		others := slices.DeleteFunc(slices.Clone(names), func(o string) bool {
			// Names that differ in a number, such as team-1 and team-2, are two on purpose. Of two names
			// that each stand in one place, the later one is reported.
			return numbered(o) == numbered(name) || len(byName[o]) == 1 && compareRanges(byName[o][0].Range, byName[name][0].Range) > 0
		})
		t := byName[name][0]
		if r := near(t, others); r.hint != "" {
			c.warnWith(t.Range, "stray-role", r, "the role `%s` is named only here", name)
		}
	}
}

// numbered is a name with # for each of its digits.
func numbered(name string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return '#'
		}
		return r
	}, name)
}

func compareRanges(a, b playbook.Range) int {
	return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Start.Line, b.Start.Line), cmp.Compare(a.Start.Column, b.Start.Column))
}
