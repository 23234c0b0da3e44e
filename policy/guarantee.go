package policy

import (
	"fmt"
	"slices"
	"strings"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/policy/worktime"
)

// Guarantee is what a set promises of every incident that it is about: a playbook's, of those that the
// playbook is in force for and applies to; a shared one, of all. Nothing is decided by it.
type Guarantee struct {
	ID       string    // within its document
	Name     string    // document/id
	About    string    // as written
	Playbook *Playbook // nil: of shared definitions
	Scope    *Playbook // whose expressions its condition is among
	Claim    Claim
	// Types are the types of action that it is about, each once.
	Types []string
	// Within and Calendar bound the deadline of a [ClaimGives]; nil: any deadline, or none, will do.
	Within   *Deadline
	Calendar *worktime.Calendar
	// Grows is the field of a [ClaimGrows]; Item is the field of its items, nil: it is no list of items.
	Grows, Item *Field
	// Regardless are the fields of a [ClaimSame].
	Regardless []*Field
	// AtMost are the amounts of a [ClaimAtMost], one a currency.
	AtMost   []value.Money
	Position Position // of its id

	when *expression // nil: every incident
}

// Claim is the kind of a guarantee. Its zero is invalid.
type Claim uint8

// The kinds of guarantees.
const (
	ClaimInvalid Claim = iota
	ClaimGives         // at least one action of the types is given, in time
	ClaimNever         // no action of the types is given
	ClaimGrows         // where a field is larger, the sum over the types is not less
	ClaimSame          // whatever some fields are, the actions of the types are the same
	ClaimAtMost        // the sum over the types is bounded
)

// For is the condition of a guarantee as written; empty: every incident.
func (g *Guarantee) For() string {
	if g.when == nil {
		return ""
	}
	return strings.TrimSpace(g.when.cel.Source())
}

// IsAbout reports whether a guarantee is about the incident of an input, whose playbooks were found. The
// error is an *[EvalError].
func (g *Guarantee) IsAbout(in *Input) (bool, error) {
	if g.Playbook != nil && !slices.Contains(in.applying, g.Playbook) {
		return false, nil
	}
	return g.when.evaluate(in.Frame(g.Scope))
}

// Clock is how the deadline of the claim is counted.
func (g *Guarantee) Clock() worktime.Clock {
	return worktime.Clock{Calendar: g.Calendar, Zone: g.Scope.Zone}
}

// compileGuarantees compiles the guarantees of the scope's own documents. What they read does not count
// as read by a play.
func (s *scope) compileGuarantees() []*Guarantee {
	docs := s.docs
	if s.doc != nil {
		docs = []*playbook.Document{s.doc}
	}
	var out []*Guarantee
	reads := s.reads
	s.reads = nil
	for _, d := range docs {
		for _, g := range d.Guarantees {
			out = append(out, s.guarantee(g, d))
		}
	}
	s.reads = reads
	return out
}

func (s *scope) guarantee(d *playbook.Guarantee, doc *playbook.Document) *Guarantee {
	g := &Guarantee{ID: d.ID.Value, Name: doc.ID.Value + "/" + d.ID.Value, About: d.About.Value, Scope: s.playbook, Position: d.ID.Range}
	if s.doc != nil {
		g.Playbook = s.playbook
	}
	g.when, _ = s.condition(d.For, s.assumed)
	switch {
	case len(d.Gives) > 0:
		g.Claim, g.Types = ClaimGives, s.claimed(d.Gives, false)
		s.claimedDeadline(g, d)
	case len(d.Never) > 0:
		g.Claim, g.Types = ClaimNever, s.claimed(d.Never, false)
	case len(d.NeverLess) > 0:
		g.Claim, g.Types = ClaimGrows, s.claimed(d.NeverLess, true)
		s.growing(g, d.WhenGrows)
	case len(d.Same) > 0:
		g.Claim, g.Types = ClaimSame, s.claimed(d.Same, false)
		s.regardless(g, d.RegardlessOf)
	case len(d.Of) > 0:
		g.Claim, g.Types = ClaimAtMost, s.claimed(d.Of, true)
		s.atMost(g, d.AtMost)
	default:
		s.incomplete = true // reported when the file was read
	}
	return g
}

// claimed are the types of action of a claim. Those of a sum need an amount.
func (s *scope) claimed(names []playbook.Text, summed bool) (out []string) {
	for _, name := range names {
		t := s.actionType(name, true)
		switch {
		case t == nil:
		case summed && t.Name == ActionSubstitute:
			s.errorf(name.Range, "no-amount", "", "guarantees do not add up `substitute`, whose amount is a cost and no redress")
		case summed && t.amount() == nil:
			s.errorf(name.Range, "no-amount", "", "`%s` has no amount that could be added up", t.Name)
		case slices.Contains(out, t.Name):
			s.errorf(name.Range, "duplicate-value", "", "`%s` is listed twice", t.Name)
		default:
			out = append(out, t.Name)
		}
	}
	return out
}

func (s *scope) claimedDeadline(g *Guarantee, d *playbook.Guarantee) {
	if !d.Within.IsSet() {
		if d.Calendar.IsSet() {
			s.errorf(d.Calendar.Range, "no-deadline", "add `within:` to it", "`calendar` says how a deadline is counted, and this guarantee has none")
		}
		return
	}
	if d.Calendar.IsSet() {
		calendar := s.calendarOf(d.Calendar, s.assumed)
		if calendar != nil && calendar.picks != nil {
			s.errorf(d.Calendar.Range, "wrong-type", "name a calendar", "a guarantee counts in one calendar, and not in one that the incident picks")
			return
		}
		if calendar != nil {
			g.Calendar = calendar.fixed
		}
	}
	g.Within = s.deadline("within", d.Within, counting{working: d.Calendar.IsSet(), workdays: true}, s.assumed)
	if g.Within != nil && g.Within.duration != nil {
		s.errorf(d.Within.Range, "bad-duration", "write a duration such as `5d`", "`within` of a guarantee is a length of time, and no expression")
	}
}

// growing finds the field of a claim about a field that grows.
func (s *scope) growing(g *Guarantee, name playbook.Text) {
	if !name.IsSet() {
		return // reported when the file was read
	}
	if list, inner, dotted := strings.Cut(name.Value, "."); dotted && s.fields[name.Value] == nil {
		if f := s.fields[list]; f != nil && f.Items != nil {
			g.Grows, g.Item = f, s.itemField(name, f, inner)
			s.used[fieldUse(f.Name)] = true
			if g.Item != nil {
				s.hasOrder(name, g.Item)
			}
			return
		}
	}
	if g.Grows = s.fieldNamed(name); g.Grows != nil {
		s.hasOrder(name, g.Grows)
	}
}

func (s *scope) itemField(name playbook.Text, list *Field, inner string) *Field {
	var known []string
	for _, f := range list.Items {
		if f.Name == inner {
			return f
		}
		known = append(known, list.Name+"."+f.Name)
	}
	s.mendf(name.Range, "unknown-field", near(name, known), "the items of `%s` have no field `%s`", list.Name, inner)
	return nil
}

// hasOrder reports a field whose values are not more or less than each other.
func (s *scope) hasOrder(name playbook.Text, f *Field) {
	switch f.Type.Kind {
	case value.KindInt, value.KindDouble, value.KindDuration, value.KindPercent, value.KindTimestamp, value.KindDate:
		return
	case value.KindMoney:
		if f.Type.Currency == "" {
			s.errorf(name.Range, "no-currency", "declare the `currency` of the field", "`%s` can be in any currency, and amounts in two are not more or less than each other", name.Value)
		}
		return
	}
	s.errorf(name.Range, "wrong-type", "name a number, a duration, an amount, a percentage, a date or a time", "`%s` is %s, which does not grow", name.Value, f.Type.Noun())
}

func (s *scope) regardless(g *Guarantee, names []playbook.Text) {
	for _, name := range names {
		f := s.fieldNamed(name)
		switch {
		case f == nil:
		case slices.Contains(g.Regardless, f):
			s.errorf(name.Range, "duplicate-value", "", "`%s` is listed twice", f.Name)
		default:
			g.Regardless = append(g.Regardless, f)
		}
	}
}

func (s *scope) atMost(g *Guarantee, texts []playbook.Text) {
	for _, text := range texts {
		m, err := value.ParseMoney(text.Value)
		if err != nil {
			s.mendf(text.Range, "bad-literal", s.meant(value.Type{Kind: value.KindMoney}, text), "`at_most`: %s", err)
			continue
		}
		switch {
		case m.Sign() < 0:
			s.errorf(text.Range, "out-of-range", "", "`at_most` is %s, and must be zero or more", m)
		case slices.ContainsFunc(g.AtMost, func(o value.Money) bool { return o.Currency() == m.Currency() }):
			s.errorf(text.Range, "duplicate-currency", "", "`at_most` has an amount in %s already", m.Currency())
		default:
			g.AtMost = append(g.AtMost, m)
		}
	}
}

// Claims writes a claim in one line, as a playbook would.
func (g *Guarantee) Claims() string {
	types := strings.Join(g.Types, ", ")
	switch g.Claim {
	case ClaimGives:
		if g.Within == nil {
			return "gives: " + types
		}
		return fmt.Sprintf("gives: %s, within: %s", types, g.Within.Source())
	case ClaimNever:
		return "never: " + types
	case ClaimGrows:
		return fmt.Sprintf("when_grows: %s, never_less: %s", g.GrowsName(), types)
	case ClaimSame:
		names := make([]string, 0, len(g.Regardless))
		for _, f := range g.Regardless {
			names = append(names, f.Name)
		}
		return fmt.Sprintf("regardless_of: %s, same: %s", strings.Join(names, ", "), types)
	}
	amounts := make([]string, 0, len(g.AtMost))
	for _, m := range g.AtMost {
		amounts = append(amounts, m.String())
	}
	return fmt.Sprintf("of: %s, at_most: %s", types, strings.Join(amounts, ", "))
}

// GrowsName is the name of the field that grows: that of a list of items and of their field, for one of
// an item.
func (g *Guarantee) GrowsName() string {
	switch {
	case g.Grows == nil:
		return ""
	case g.Item != nil:
		return g.Grows.Name + "." + g.Item.Name
	}
	return g.Grows.Name
}
