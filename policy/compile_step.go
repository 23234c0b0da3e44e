package policy

import (
	"strings"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy/value"
)

// Before is how long ahead of the deadline of its action a reminder is owed. It is never owed before
// the action's base.
type Before struct {
	// Time is a duration in the clock of the action; nil: Share says it.
	Time *Deadline
	// Share is a part of the time from the end of the action's wait to its deadline: 25% is its last
	// quarter.
	Share value.Percent
	src   *place
}

// Position is where it stands.
func (b *Before) Position() Position { return b.src.position() }

// Source is it as written.
func (b *Before) Source() string { return b.src.source() }

// steps compiles what an action brings with it: its reminders, and what is owed when it is late.
func (s *scope) steps(out *Action, a *playbook.Action, in givenIn, count counting) {
	before := in
	before.remind, before.late, before.preventive, before.count = true, false, false, count
	if len(a.Remind) > 0 && !in.preventive && !hasWithin(a) {
		s.errorf(a.Remind[0].Type.Range, "no-deadline", "add `within:` to the action", "`remind` counts back from a deadline, and `%s` has none", out.Type.Name)
	}
	out.Remind = s.actions(a.Remind, before)
	later := in
	later.late, later.remind, later.preventive = true, false, false
	if len(a.IfLate) > 0 && !in.preventive && !hasDeadline(a) {
		s.warnf(a.IfLate[0].Range, "never-late", "add `within:` to the action", "without a deadline `%s` is never late, so its `if_late` is never owed", out.Type.Name)
	}
	out.IfLate = s.actions(a.IfLate, later)
	if in.remind {
		out.Before = s.ahead(a.Before, in)
		count = in.count
	}
	if a.Every.IsSet() {
		count.positive = true
		out.Every = s.deadline("every", a.Every, count, in.known)
	}
}

// ahead compiles how long ahead of a deadline a reminder is owed.
func (s *scope) ahead(src playbook.Text, in givenIn) *Before {
	switch {
	case !src.IsSet():
		return nil // the reader has said so
	case strings.HasSuffix(strings.TrimSpace(src.Value), "%"):
		return s.share(src)
	}
	count := in.count
	count.positive = true
	d := s.deadline("before", src, count, in.known)
	if d == nil {
		return nil
	}
	return &Before{Time: d, src: d.src}
}

// share reads the part of the time to the deadline that is left.
func (s *scope) share(src playbook.Text) *Before {
	p, err := value.ParsePercent(src.Value)
	whole, _ := value.PercentOf(100)
	switch {
	case err != nil:
		s.mendf(src.Range, "bad-percent", meant(value.Type{Kind: value.KindPercent}, src), "`before`: %s", err)
		return nil
	case p.Rat().Sign() <= 0 || p.Compare(whole) > 0:
		s.errorf(src.Range, "bad-percent", "write `25%` for the last quarter of the time", "`before` is more than 0%% and at most 100%% of the time to the deadline, not %s", src.Value)
		return nil
	}
	return &Before{Share: p, src: &place{text: src}}
}

// noMoney refuses steps of a type of the team's own that give money. The reader knows the other types.
func (s *scope) noMoney(a *playbook.Action, t *ActionType, in givenIn) {
	if _, builtin := s.builtin[t.Name]; builtin || t.amount() == nil {
		return
	}
	switch {
	case in.late:
		s.errorf(a.Type.Range, "money-if-late", withoutMoney+"`escalate: {to: …}`"+redress, "`%s` gives money; `if_late` takes no money actions", t.Name)
	case in.remind:
		s.errorf(a.Type.Range, "money-in-remind", withoutMoney+"`notify: {to: …}`"+redress, "`%s` gives money; `remind` takes no money actions", t.Name)
	}
}

const (
	withoutMoney = "write an action without money, such as "
	redress      = "; for what a broken promise costs, write a play whose `when` reads `missed`"
)
