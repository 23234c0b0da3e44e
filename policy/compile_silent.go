package policy

import (
	"slices"
	"strings"
	"time"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy/internal/celenv"
	"github.com/servicerecovery/amends/policy/value"
)

// Each warning here is of something that a playbook may say, and that does nothing.

// noEffect warns of actions of cases whose deadline the play's own action beats: the two are one
// action, and the earlier deadline counts.
func (s *scope) noEffect(p *Play) {
	for _, k := range p.Cases {
		for _, a := range k.Do {
			for _, b := range p.Do {
				if s.oneAction(a, b) && a.later(b) {
					s.warnf(a.Within.src.text.Range, "no-effect", "leave it out here, or move the shorter one from the play into the other cases",
						"`%s` within %s has no effect: the play itself gives it within %s, and the shorter deadline counts", a.Type.Name, a.Within.Source(), b.Within.Source())
				}
			}
		}
	}
}

// oneAction reports whether two actions of a play certainly merge.
func (s *scope) oneAction(a, b *Action) bool {
	same := func(name string) bool {
		x, okX := a.fixedParam(name)
		y, okY := b.fixedParam(name)
		return okX && okY && x == y
	}
	switch {
	case a.Type != b.Type || a.Type.Merge == MergeNever:
		return false
	case a.Type.Merge == MergeItem:
		return same("item")
	case a.Type.Merge == MergeTo:
		return same("to")
	case a.Type.Merge == MergeToMessage:
		return same("to") && a.Message == b.Message
	}
	return true
}

// fixedParam returns a parameter that is a constant; an absent one is nil.
func (a *Action) fixedParam(name string) (v any, ok bool) {
	for _, p := range a.Params {
		if p.Name() == name {
			if _, list := p.constant.([]any); !p.fixed || list {
				return nil, false
			}
			return p.constant, true
		}
	}
	return nil, true
}

// later reports whether the deadline of an action certainly ends after another's, and nothing but the
// deadline depends on it.
func (a *Action) later(b *Action) bool {
	switch {
	case a.Within == nil || b.Within == nil || a.Within.duration != nil || b.Within.duration != nil:
		return false
	case a.Since != b.Since || !a.Calendar.same(b.Calendar) || a.Pauses != b.Pauses || a.Within.Ends != b.Within.Ends:
		return false
	case len(a.IfLate) > 0 || len(a.Remind) > 0 || (a.After == nil) != (b.After == nil):
		return false
	case a.After != nil && a.After.Source() != b.After.Source():
		return false
	}
	return longer(a.Within.span, b.Within.span, a.Calendar == nil)
}

// same reports whether two actions certainly count in one calendar.
func (c *CalendarOf) same(o *CalendarOf) bool {
	if c == nil || o == nil {
		return c == o
	}
	return c.picks == nil && o.picks == nil && c.fixed == o.fixed
}

// longer reports whether a span is certainly longer than another. Where no calendar counts the hours,
// days can be compared with them.
func longer(a, b value.Span, plain bool) bool {
	if (a.WorkingDays > 0) != (b.WorkingDays > 0) {
		return false
	}
	if a.Years >= b.Years && a.Months >= b.Months && a.Days >= b.Days && a.Duration >= b.Duration && a.WorkingDays >= b.WorkingDays {
		return a != b
	}
	const day = 24 * time.Hour
	length := func(s value.Span, year, month time.Duration) time.Duration {
		return time.Duration(s.Years)*year + time.Duration(s.Months)*month + time.Duration(s.Days)*day + s.Duration
	}
	if !plain || max(a.Years, b.Years) > 50 || max(a.Months, b.Months) > 600 || max(a.Days, b.Days) > 18_000 {
		return false // beyond, lengths could overflow
	}
	shortest, longest := length(a, 365*day, 28*day), length(b, 366*day, 31*day)
	return shortest-time.Hour > longest+time.Hour
}

// zeroAmount warns of an amount that gives nothing.
func (s *scope) zeroAmount(t *ActionType, p *Param) {
	if p == nil || p.src == nil {
		return
	}
	if m, ok := p.constant.(value.Money); ok && m.Sign() == 0 {
		s.warnf(p.Position(), "zero-amount", "write what is given, or remove the action", "`%s` of %s gives nothing: an action without money in it is left out of decisions", t.Name, p.Source())
	}
}

// otherPhase warns of a condition that compares the phase with one in which its play does not apply.
func (s *scope) otherPhase(p *Play, e *expression) {
	own := map[fit]string{fitFirst: "failure", fitOther: "signal"}[p.phase]
	if e == nil || own == "" {
		return
	}
	text := e.cel.Tag.(*place).text
	for _, c := range e.cel.Compared("phase") {
		s.warnPhase(p, own, c, text.Sub(c.From, c.To), "")
	}
	seen := map[string]bool{}
	var visit func(x *celenv.Expr)
	visit = func(x *celenv.Expr) {
		for _, name := range x.Terms() {
			if term := s.terms[name]; term != nil && !seen[name] {
				seen[name] = true
				for _, c := range term.Compared("phase") {
					s.warnPhase(p, own, c, text.Range, " in terms."+name)
				}
				visit(term)
			}
		}
	}
	visit(e.cel)
}

func (s *scope) warnPhase(p *Play, own string, c celenv.Comparison, at playbook.Range, where string) {
	if (c.Text == own) != c.Differs {
		return // it may be left out, and says what is true
	}
	hint := "leave the comparison out, or write `phase: any` in the play"
	if !c.Differs {
		hint = "write `phase: " + c.Text + "` in the play, or `phase: any`"
	}
	s.warnf(at, "other-phase", hint, "the play is for the phase %q, so its comparison of the phase with %q%s never holds", own, c.Text, where)
}

// fieldUse stands for a field of a name in [compiler.used], and memberUse for a field of items.
type (
	fieldUse  string
	memberUse string
)

// warnUnusedFields warns of fields that nothing reads and that no `about` explains, those of items too.
func (c *compiler) warnUnusedFields(d *playbook.Document) {
	for _, f := range d.Fields {
		name := f.Name.Value
		for _, m := range f.Items {
			if of := m.Name.Value; !m.About.IsSet() && of != value.ItemID && !c.used[memberUse(of)] && !c.table.broken[name] {
				c.warnf(m.Name.Range, "unused-field", "remove it, or write an `about` that says what it is for", "nothing reads the field `%s` of the items of `%s`", of, name)
			}
		}
		standard := c.table.standard[name] != nil
		if standard || f.About.IsSet() || c.used[fieldUse(name)] || c.table.broken[name] {
			continue
		}
		c.warnf(f.Name.Range, "unused-field", "remove it, or write an `about` that says what it is for", "nothing reads the field `%s`", name)
	}
}

// feedback warns of conditions that read what an action of their own playbook sets: the decision then
// depends on what it has done.
func (s *scope) feedback() {
	sets := map[string]string{} // the type of an action by the field
	for _, p := range s.playbook.Plays {
		for _, a := range p.actions() {
			for _, f := range a.Type.Sets {
				if sets[f] == "" || a.Type.Name < sets[f] {
					sets[f] = a.Type.Name
				}
			}
		}
	}
	if len(sets) == 0 {
		return
	}
	for _, p := range s.playbook.Plays {
		for _, e := range conditionsOf(p) {
			s.feedbackOf(e, sets)
		}
	}
	if s.playbook.applies != nil {
		s.feedbackOf(s.playbook.applies, sets)
	}
}

func (s *scope) feedbackOf(e *expression, sets map[string]string) {
	text := e.cel.Tag.(*place).text
	warned := map[string]bool{}
	s.readsOf(e.cel, func(path, where string) {
		field := strings.TrimPrefix(path, "incident.")
		if sets[field] == "" || field == path || warned[field] {
			return
		}
		warned[field] = true
		s.warnf(text.Range, "feedback", "let the host report what it sets in a field of its own, and read what the incident came with",
			"the condition reads `%s`%s, which `%s` of this playbook sets: what is decided would depend on what was decided before", path, where, sets[field])
	})
}

// readsOf goes through the paths that an expression reads, in terms too.
func (s *scope) readsOf(e *celenv.Expr, each func(path, where string)) {
	seen := map[string]bool{}
	var visit func(x *celenv.Expr, where string)
	visit = func(x *celenv.Expr, where string) {
		for _, r := range x.Reads() {
			each(r.Path, where)
		}
		for _, name := range x.Terms() {
			if term := s.terms[name]; term != nil && !seen[name] {
				seen[name] = true
				visit(term, " in terms."+name)
			}
		}
	}
	visit(e, "")
}

// actions are all that a play can give, with the steps that hang on them.
func (p *Play) actions() (out []*Action) {
	var add func(list []*Action)
	add = func(list []*Action) {
		for _, a := range list {
			out = append(out, a)
			add(a.Remind)
			add(a.IfLate)
		}
	}
	add(p.Do)
	for _, k := range p.Cases {
		add(k.Do)
	}
	add(p.TooLate)
	add(p.Otherwise)
	if p.Choice != nil {
		for _, o := range p.Choice.Options {
			add([]*Action{o.Action})
		}
		add(p.Choice.Remind)
		add(p.Choice.IfLate)
	}
	return out
}

// conditionsOf are the conditions of a play.
func conditionsOf(p *Play) []*expression {
	return slices.DeleteFunc(p.ofItems(), func(e *expression) bool { return e == nil })
}
