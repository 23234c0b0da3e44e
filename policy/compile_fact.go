package policy

import (
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy/value"
)

// countIncidents is the Count of a fact that counts incidents, and no actions.
const countIncidents = "incidents"

// fact compiles a fact and gives it a slot.
func (s *scope) fact(d *playbook.Fact, doc *playbook.Document) *Fact {
	f := &Fact{Plain: d.Name.Value, Name: doc.ID.Value + "/" + d.Name.Value, Slot: len(s.program.Facts), zone: s.zone, yearStarts: s.yearStarts}
	s.program.Facts = append(s.program.Facts, f)
	s.factDefsBySlot = append(s.factDefsBySlot, d)
	f.Occurred = d.By.Value == "occurred" || d.Count.Value == countIncidents || d.SumsField()
	switch {
	case d.SumsField():
		s.summedField(f, d)
	case d.Sum.IsSet():
		f.Sum = d.Sum.Value
		if s.onlyField(d.Sum.Value) != nil {
			s.mendf(d.Sum.Range, "unknown-action", instead(d.Sum, "incident."+d.Sum.Value), "`%s` is a field, and no type of action", d.Sum.Value)
		} else if d.Sum.Value == countIncidents {
			s.errorf(d.Sum.Range, "unknown-action", "write `count: incidents`", "incidents are counted, and have no amount")
		} else if t := s.actionType(d.Sum, true); t != nil && t.amount() == nil {
			s.errorf(d.Sum.Range, "no-amount", "", "`%s` has no amount that could be summed", t.Name)
		} else if t != nil && s.builtin[t.Name] == nil && !d.Currency.IsSet() && !d.Currency.Misread() {
			s.errorf(d.Sum.Range, "missing-key", "write the currency that is summed, such as `currency: EUR`", "a fact needs `currency`")
		}
		if d.Currency.IsSet() {
			f.Currency = s.currencyCode(d.Currency)
		}
	case d.Count.IsSet():
		f.Count = d.Count.Value
		if field := s.onlyField(strings.TrimPrefix(f.Count, "incident.")); field != nil {
			hint := "write `sum: incident." + field.Name + "` to add it up"
			if !slices.Contains(summable, field.Type.Kind) {
				hint = "write `count: incidents`, and the field under `same`"
			}
			s.errorf(d.Count.Range, "unknown-action", hint, "`%s` is a field; incidents and actions are counted", field.Name)
		} else if f.Count != countIncidents {
			s.actionType(d.Count, true, countIncidents)
		}
	}
	for _, name := range d.Same {
		if field := s.fieldNamed(name); field != nil {
			if field.Type.Kind == value.KindList {
				s.errorf(name.Range, "wrong-type", "", "`%s` is a list; incidents are compared by single values", field.Name)
			}
			if slices.Contains(f.Same, field) {
				s.errorf(name.Range, "duplicate-value", "", "`%s` is listed twice", field.Name)
			}
			f.Same = append(f.Same, field)
		}
	}
	s.window(d.Last, f)
	return f
}

// summable are the kinds of fields that a fact adds up.
var summable = []value.Kind{value.KindInt, value.KindDouble, value.KindDuration, value.KindMoney}

// onlyField is the field of a name that no type of action has; nil: there is none.
func (s *scope) onlyField(name string) *Field {
	if s.types[name] != nil || s.builtin[name] != nil {
		return nil
	}
	return s.fields[name]
}

// summedField finds the field that a fact adds up. Of money, it adds up what is in one currency: the
// field's, or the fact's for a field without one.
func (s *scope) summedField(f *Fact, d *playbook.Fact) {
	f.Sum = d.Sum.Value
	name := d.Sum
	name.Value = strings.TrimPrefix(name.Value, "incident.")
	field := s.fields[name.Value]
	if field == nil {
		if s.table.broken[name.Value] {
			s.incomplete = true
			return
		}
		var known []string
		for _, n := range slices.Sorted(maps.Keys(s.fields)) {
			known = append(known, "incident."+n)
		}
		r := near(d.Sum, known)
		if s.ofItems(name.Value) {
			r = besideTheList
		}
		s.mendf(d.Sum.Range, "unknown-field", r, "there is no field `%s`", name.Value)
		return
	}
	s.used[fieldUse(field.Name)] = true
	switch field.Type.Kind {
	case value.KindInt, value.KindDouble, value.KindDuration:
		if d.Currency.IsSet() {
			s.errorf(d.Currency.Range, "bad-fact", "remove it", "`%s` is %s; a `currency` is for amounts", field.Name, field.Type.Noun())
		}
	case value.KindMoney:
		if !s.summedCurrency(f, field, d) {
			return
		}
	default:
		s.errorf(d.Sum.Range, "wrong-type", "add up whole numbers, numbers, durations or money", "`%s` is %s, which has no sum", field.Name, field.Type.Noun())
		return
	}
	f.Field = field
}

func (s *scope) summedCurrency(f *Fact, field *Field, d *playbook.Fact) bool {
	f.Currency = field.Type.Currency
	if d.Currency.IsSet() {
		f.Currency = s.currencyCode(d.Currency)
	}
	switch in := field.Type.Currency; {
	case f.Currency == "" && !d.Currency.IsSet():
		s.errorf(d.Sum.Range, "missing-key", "write the currency that is summed, such as `currency: EUR`", "`%s` can be in any currency; a sum is in one", field.Name)
	case in != "" && f.Currency != "" && f.Currency != in:
		s.errorf(d.Currency.Range, "mixed-currencies", "", "`%s` is in %s, and the fact in %s", field.Name, in, f.Currency)
	}
	return f.Currency != ""
}

// Type is the type of the fact's value.
func (f *Fact) Type() value.Type {
	switch {
	case f.Sum == "":
		return value.Type{Kind: value.KindInt}
	case f.Field != nil && f.Field.Type.Kind != value.KindMoney:
		return f.Field.Type
	}
	return value.Type{Kind: value.KindMoney, Currency: f.Currency}
}

func (s *scope) window(last playbook.Text, f *Fact) {
	if !last.IsSet() {
		return // reported when the file was read
	}
	switch last.Value {
	case "month":
		f.since = sinceMonth
	case "quarter":
		f.since = sinceQuarter
	case "year":
		f.since = sinceYear
	default:
		span, err := value.ParseSpan(last.Value)
		if err != nil {
			s.badWindow(last, err)
		} else if span.WorkingDays > 0 {
			s.errorf(last.Range, "bad-duration", "write days, such as `7d`", "`last` is a duration; working days are for `within` and `after`")
		} else if span == (value.Span{}) {
			s.errorf(last.Range, "bad-duration", "", "`last` must be more than zero, not %s", last.Value)
		}
		f.last = span
	}
}

// badWindow reports a window that is no length of time.
func (s *scope) badWindow(last playbook.Text, err error) {
	var syntax *value.SyntaxError
	if errors.As(err, &syntax) && syntax.Found != "" {
		s.mendf(last.Range, "bad-duration", meantDuration(last), "`last`: %s", err)
		return
	}
	r := meantDuration(last)
	for word, names := range map[string][]string{"month": {"monthly", "months", "this month"}, "quarter": {"quarterly", "quarters", "this quarter"}, "year": {"yearly", "annual", "this year"}} {
		if slices.Contains(names, strings.ToLower(strings.TrimSpace(last.Value))) {
			r = instead(last, word)
		}
	}
	if r.hint == "" {
		r = near(last, []string{"month", "quarter", "year"})
	}
	s.mendf(last.Range, "bad-duration", r, "`last` is a length of time such as 90d or 6mo, or month, quarter or year, which count from their first day; not %q", last.Value)
}

// fieldNamed finds a field by the name that stands in same, comparable or since.
func (s *scope) fieldNamed(name playbook.Text) *Field {
	if f, ok := s.fields[name.Value]; ok {
		s.used[fieldUse(f.Name)] = true
		return f
	}
	if s.table.broken[name.Value] {
		s.incomplete = true
		return nil
	}
	known := slices.Sorted(maps.Keys(s.fields))
	if name.Value == "paused" {
		s.errorf(name.Range, "wrong-type", "", "`paused` is a list of times, not a single value")
		return nil
	}
	r := near(name, known)
	if s.ofItems(name.Value) {
		r = besideTheList
	}
	if short, ok := strings.CutPrefix(name.Value, "incident."); ok && !s.ofItems(name.Value) {
		r = instead(name, short)
	}
	s.mendf(name.Range, "unknown-field", r, "there is no field `%s`", name.Value)
	return nil
}

// besideTheList is the remedy for a field of items where one of the incident is wanted.
var besideTheList = say("it is a field of items, and a field of the incident is wanted: declare one beside the list that says it for all")

// ofItems reports whether a name is that of a field of items.
func (s *scope) ofItems(name string) bool {
	list, _, dotted := strings.Cut(strings.TrimPrefix(name, "incident."), ".")
	f := s.fields[list]
	return dotted && (list == "item" || f != nil && f.Type.Kind == value.KindList && f.Type.Elem == value.KindItem)
}
