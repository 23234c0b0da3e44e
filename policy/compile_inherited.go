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

// agreed are the texts by which shared documents say something that holds for the whole set. One that
// differs from those before is an error.
func (c *compiler) agreed(docs []*playbook.Document, code, what string, of func(*playbook.Document) playbook.Text) (out []playbook.Text) {
	for _, d := range docs {
		t := of(d)
		if !t.IsSet() {
			continue
		}
		if n := len(out); n > 0 && out[n-1].Value != t.Value {
			last := out[n-1]
			c.errorf(t.Range, code, "", "the shared %s %s already, at %s:%d", what, last.Value, last.Range.File, last.Range.Start.Line)
			continue
		}
		out = append(out, t)
	}
	return out
}

// sharedZone finds the zone of the whole set.
func (c *compiler) sharedZone(docs []*playbook.Document) *time.Location {
	zone := time.UTC
	for _, t := range c.agreed(docs, "duplicate-zone", "zone is", func(d *playbook.Document) playbook.Text { return d.Zone }) {
		zone = c.zone(t, time.UTC)
	}
	return zone
}

// sharedRounding finds how amounts are rounded in the whole set.
func (c *compiler) sharedRounding(docs []*playbook.Document) value.Rounding {
	out := value.RoundHalfEven
	for _, t := range c.agreed(docs, "duplicate-rounding", "rounding is", func(d *playbook.Document) playbook.Text { return d.Rounding }) {
		out = rounding(t, out)
	}
	return out
}

// rounding is what a document says, else the other one.
func rounding(t playbook.Text, otherwise value.Rounding) value.Rounding {
	if t.IsSet() {
		return value.Rounding(t.Value)
	}
	return otherwise
}

// sharedYear finds the day on which the years of the whole set start.
func (c *compiler) sharedYear(docs []*playbook.Document) worktime.MonthDay {
	out := worktime.MonthDay{Month: time.January, Day: 1}
	for _, t := range c.agreed(docs, "duplicate-year", "years start on", func(d *playbook.Document) playbook.Text { return d.YearStarts }) {
		out = c.yearStart(t, out)
	}
	return out
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
		mend := near(src, s.roles)
		if bare := strings.Trim(src.Value, `"'`); slices.Contains(s.roles, bare) { // a role is no expression
			mend = instead(src, bare)
		}
		s.mendf(src.Range, "unknown-role", mend, "there is no role `%s`; the roles are %s", src.Value, "`"+strings.Join(s.roles, "`, `")+"`")
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
