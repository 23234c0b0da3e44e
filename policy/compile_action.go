package policy

import (
	"slices"
	"strings"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy/internal/celenv"
	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/policy/worktime"
)

// Action is one thing to do, compiled.
type Action struct {
	Type          *ActionType
	ID            string
	Since         *Field // nil: the incident's base
	Within, After *Deadline
	Calendar      *CalendarOf // nil: absolute time
	Pauses        bool
	// Remind are steps that are owed ahead of the deadline, each from its Before on, until the action
	// is done. They have no times of their own but Before and Every, and give no money.
	Remind []*Action
	IfLate []*Action // steps that are owed from the deadline on, if the action is not done by then
	// Before says how long ahead of its action's deadline a step of Remind is owed; nil for any other
	// action.
	Before *Before
	// Every is how often a step of Remind or IfLate is owed again, counted from the time at which it is
	// first owed, until it is reported or over. It runs in the clock of the action for a step of
	// Remind, and in the step's own Calendar for a step of IfLate. Nil: the step is owed once. An
	// inform has its every among Params.
	Every       *Deadline
	Owner, Note *Text
	Message     *Message
	Amount      *Param   // nil where the type has none
	Params      []*Param // the others, in the order of the type, defaults included
	Position    Position
	// Own is set on an action that each item of the play's list has for itself. All others are one for
	// all items.
	Own bool
}

// givenIn says where a list of actions stands.
type givenIn struct {
	known celenv.Known
	// preventive is set where deadlines count back from expected_at.
	preventive bool
	partner    bool // a partner was found
	late       bool // if_late
	remind     bool
	count      counting // of the action that remind stands in
	each       bool     // items are at hand, which only an action of each item's own may read
}

// actions compiles a list of actions and checks that its members can be told
// apart from each other and from those given beside them.
func (s *scope) actions(list []*playbook.Action, in givenIn, beside ...[]*playbook.Action) []*Action {
	var out []*Action
	for i, a := range list {
		others := slices.Concat(append(beside, list[:i])...)
		s.checkDistinct(a, others)
		if c := s.action(a, in); c != nil {
			out = append(out, c)
		}
	}
	return out
}

// checkDistinct reports an action without an id if one play could give two actions of its type with
// the same identity.
func (s *scope) checkDistinct(a *playbook.Action, others []*playbook.Action) {
	t, ok := s.builtin[a.Type.Value]
	if !ok {
		t = s.types[a.Type.Value]
	}
	if t == nil || t.Merge != MergeNever {
		return
	}
	for _, o := range others {
		if o.Type.Value != a.Type.Value || o.ID.Value != a.ID.Value {
			continue
		}
		if a.ID.IsSet() {
			s.errorf(a.ID.Range, "duplicate-id", "", "one play gives two `%s` actions with the id `%s`, so they could not be told apart", a.Type.Value, a.ID.Value)
		} else {
			s.errorf(a.Type.Range, "missing-id", "add `id:` to each of them", "one play gives two `%s` actions, so they need ids to be told apart", a.Type.Value)
		}
		return
	}
}

func (s *scope) action(a *playbook.Action, in givenIn) *Action {
	t := s.actionType(a.Type, false)
	if t == nil {
		return nil
	}
	s.noMoney(a, t, in)
	own := in.each && (in.late || in.remind || t.Merge == MergeNever || t.Merge == MergeItem)
	if in.each && !own {
		defer s.forAllItems(t.Name)()
		in.each, in.known = false, in.known.NoItem()
	}
	out := s.common(a, t, in)
	out.Own = own
	known := in.known
	out.Amount, out.Params = s.params(a, t, known)
	s.checkMessage(a, out, in)
	return out
}

// common compiles the keys that every action takes.
func (s *scope) common(a *playbook.Action, t *ActionType, in givenIn) *Action {
	out := &Action{Type: t, ID: a.ID.Value, Pauses: a.Pauses, Position: a.Range}
	known := in.known
	out.Calendar = s.calendarOf(a.Calendar, known)
	count := countingOf(a)
	count.workdays = true
	out.Within = s.deadline("within", a.Within, count, known)
	out.After = s.deadline("after", a.After, count, known)
	s.ends(out.Within, a.Ends, a.Within, count.working, "`"+t.Name+"`")
	if a.Since.IsSet() {
		out.Since = s.since(a.Since)
	}
	if a.Owner.IsSet() {
		out.Owner = s.roleText(a.Owner)
		s.check(out.Owner, in.known, "")
	}
	if a.Note.IsSet() {
		out.Note = s.text(a.Note, false)
		s.check(out.Note, in.known, "")
	}
	out.Message = s.messageNamed(a.Message)
	count.workdays = false
	s.steps(out, a, in, count)
	return out
}

// countingOf says what the times of an action are counted in.
func countingOf(a *playbook.Action) counting {
	return counting{working: a.Calendar.IsSet() || a.Calendar.Misread(), dated: a.Ends.Value == string(worktime.EndsWorkingDay)}
}

func (s *scope) since(t playbook.Text) *Field {
	f := s.fieldNamed(t)
	if f != nil && f.Type.Kind != value.KindTimestamp {
		s.errorf(t.Range, "wrong-type", "", "`since` names a timestamp field, and `%s` is of type %s", f.Name, f.Type)
		return nil
	}
	return f
}

// params compiles the parameters of the type. The amount is returned by itself.
func (s *scope) params(a *playbook.Action, t *ActionType, known celenv.Known) (amount *Param, out []*Param) {
	s.unknownParams(a, t)
	for _, spec := range t.Params {
		v, ok := paramOf(a, spec.Name)
		var p *Param
		switch {
		case ok && spec.Name == "every" && t.Name == "inform":
			if v.Kind == playbook.Scalar {
				p = s.pace(v.Text, countingOf(a), known)
			} else {
				s.errorf(v.Range, "wrong-type", "", "`every` is a duration, such as 24h")
			}
		case ok:
			p = s.param(spec, v, known)
		case spec.Default != nil:
			p = &Param{Spec: spec, constant: spec.Default, fixed: true}
		case spec.Required():
			s.missingParam(a, t, spec)
		}
		switch {
		case p == nil:
		case spec == t.amount():
			amount = p
			s.zeroAmount(t, p)
		default:
			out = append(out, p)
		}
	}
	return amount, out
}

func (s *scope) unknownParams(a *playbook.Action, t *ActionType) {
	if t.broken {
		return // the parameters of the type are not known
	}
	for _, e := range a.Params {
		if slices.ContainsFunc(t.Params, func(f *Field) bool { return f.Name == e.Key.Value }) {
			continue
		}
		known := slices.Clone(commonKeys)
		for _, p := range t.Params {
			known = append(known, p.Name)
		}
		s.mendf(e.Key.Range, "unknown-parameter", nearKey(e.Key, known), "`%s` has no parameter `%s`", t.Name, e.Key.Value)
	}
}

// missingParam reports a parameter that is not there. It says nothing if the parameter was written
// under a wrong name, or could not be read: that is reported already.
func (s *scope) missingParam(a *playbook.Action, t *ActionType, spec *Field) {
	if a.Misread() {
		return
	}
	known := make([]string, 0, len(t.Params))
	for _, p := range t.Params {
		known = append(known, p.Name)
	}
	for _, e := range a.Params {
		if r := nearKey(e.Key, append(known, commonKeys...)); r.edit.Text == spec.Name {
			return
		}
	}
	s.errorf(a.Type.Range, "missing-parameter", "add `"+spec.Name+":` to what it takes", "`%s` needs `%s`, %s", t.Name, spec.Name, spec.Type.Noun())
}

func paramOf(a *playbook.Action, name string) (playbook.Value, bool) {
	for _, e := range a.Params {
		if e.Key.Value == name {
			return e.Value, true
		}
	}
	return playbook.Value{}, false
}

// checkMessage checks the guards of a message for its use by this action. An amount or a deadline
// with a mistake counts as present, so that only the mistake is reported.
func (s *scope) checkMessage(a *playbook.Action, out *Action, in givenIn) {
	if out.Message == nil {
		return
	}
	known := in.known
	if _, written := paramOf(a, "amount"); out.Amount != nil || written || out.Type.amount() != nil && out.Type.amount().Required() {
		known = known.With("action.amount")
	} else if out.Message.Totals {
		s.errorf(a.Message.Range, "no-total", "let an action with an amount say it, or leave `"+celenv.PathTotal+"` out",
			"the message `%s` reads `%s`, in the currency of its action, and this `%s` has no amount", out.Message.ID, celenv.PathTotal, out.Type.Name)
	}
	waits := out.Pauses || out.Since != nil && out.Since.canBeAbsent() && !known.Has("incident."+out.Since.Name)
	due := a.Within.IsSet() || a.Within.Misread() || in.preventive && known.Has("incident.expected_at")
	if due && !waits {
		known = known.With("action.due_at")
	}
	if in.partner {
		known = known.With("partner.name")
	}
	use := " (the message " + out.Message.ID + ", used by " + out.Type.Name + " at " + placeOf(a.Range) + ")"
	for _, t := range out.Message.texts {
		s.check(t.text, known, use)
	}
}

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
	what := "action"
	if out.Type.Name == discretionKey {
		what = discretionKey
	}
	before := in
	before.remind, before.late, before.preventive, before.count = true, false, false, count
	if len(a.Remind) > 0 && !in.preventive && !hasWithin(a) {
		s.errorf(a.Remind[0].Type.Range, "no-deadline", "add `within:` to the "+what, "`remind` counts back from a deadline, and `%s` has none", out.Type.Name)
	}
	out.Remind = s.actions(a.Remind, before)
	later := in
	later.late, later.remind, later.preventive = true, false, false
	if len(a.IfLate) > 0 && !in.preventive && !hasDeadline(a) {
		s.warnf(a.IfLate[0].Range, "never-late", "add `within:` to the "+what, "without a deadline `%s` is never late, so its `if_late` is never owed", out.Type.Name)
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
