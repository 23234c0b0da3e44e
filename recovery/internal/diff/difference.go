package diff

import (
	"slices"
	"strings"

	"github.com/servicerecovery/amends/recovery"
)

// Effect says how a decision changed. The codes are stable.
type Effect string

// The ways in which a decision can change. Ids, digests, revisions, reasons and
// the order of actions are no changes: the customer is treated the same.
const (
	PlayGained    Effect = "play-gained"
	PlayLost      Effect = "play-lost"
	CaseChanged   Effect = "case"
	ActionAdded   Effect = "action-added"
	ActionRemoved Effect = "action-removed"
	AmountChanged Effect = "amount"
	DeadlineMoved Effect = "deadline"
	OtherMessage  Effect = "message"
	OtherOwner    Effect = "owner"
	OtherParam    Effect = "parameter"
	OtherNote     Effect = "note"
	OtherIfLate   Effect = "if-late"
	ChoiceChanged Effect = "choice"
	WithheldOther Effect = "withheld"
	PartnerOther  Effect = "partner"
	OtherWarning  Effect = "warning"
	Refused       Effect = "refused"
	Accepted      Effect = "no-longer-refused"
	Unanswered    Effect = "unanswered"
	Answered      Effect = "no-longer-unanswered"
)

// effects lists them in the order in which they are reported.
var effects = []Effect{
	Refused, Accepted, Unanswered, Answered, PlayGained, PlayLost, CaseChanged, ActionAdded, ActionRemoved, AmountChanged, DeadlineMoved,
	OtherMessage, OtherOwner, OtherParam, OtherNote, OtherIfLate, ChoiceChanged, WithheldOther, PartnerOther, OtherWarning,
}

// Difference is one way in which the decisions on a case differ.
type Difference struct {
	Effect Effect `json:"effect"`
	Play   string `json:"play,omitempty"` // playbook/play; empty for what belongs to no play
}

// Differences tells how what two sets make of one incident differs; none where it is the same to the customer
// and to those who act.
func Differences(old, new Outcome) []Difference { return differences(old, new) }

// Rank is the place of an effect in the order in which effects are reported.
func Rank(effect string) int { return slices.Index(effects, Effect(effect)) }

// differences tells how two outcomes differ; none when they are the same to the
// customer and to those who act.
func differences(old, new Outcome) []Difference {
	switch {
	case old.Err != nil && new.Err != nil:
		return nil
	case new.Err != nil:
		return []Difference{{Refused, playOf(new.Err)}}
	case old.Err != nil:
		return []Difference{{Accepted, playOf(old.Err)}}
	}
	d := differ{}
	d.plays(old.Decision.Plays, new.Decision.Plays)
	for _, p := range pairActions(old.Decision.Actions, new.Decision.Actions) {
		d.action(p)
	}
	for _, a := range takenBack(new, old) {
		d.add(ActionRemoved, culprit(nil, a.Plays))
	}
	for _, a := range takenBack(old, new) {
		d.add(ActionAdded, culprit(nil, a.Plays))
	}
	lines(&d, WithheldOther, old.Decision.Withheld, new.Decision.Withheld, func(w recovery.Withheld) (string, string) { return w.Play, withheldText(w) })
	lines(&d, PartnerOther, old.Decision.PassedOver, new.Decision.PassedOver, func(p recovery.PassedOver) (string, string) { return p.Play, passedOverText(p) })
	d.choices(old.Decision.Choices, new.Decision.Choices)
	d.warnings(old.Decision.Warnings, new.Decision.Warnings)
	return d.found
}

// takenBack are the actions of earlier choices that only one side takes back. The other
// side leaves them as they are, and its decision does not list them. Any other action that
// one side alone takes back is listed in the decision of the other side.
func takenBack(by, other Outcome) []recovery.Action {
	var out []recovery.Action
	for _, a := range by.Back {
		same := func(x recovery.Action) bool { return x.ID == a.ID }
		if !slices.ContainsFunc(other.Back, same) && !slices.ContainsFunc(other.Decision.Actions, same) {
			out = append(out, a)
		}
	}
	return out
}

// playOf is the play that refused an incident, where one did.
func playOf(err error) string {
	if e, ok := err.(*recovery.EvaluationError); ok {
		return e.PlayName()
	}
	return ""
}

type differ struct{ found []Difference }

func (d *differ) add(e Effect, play string) {
	if x := (Difference{e, play}); !slices.Contains(d.found, x) {
		d.found = append(d.found, x)
	}
}

func (d *differ) plays(old, new []recovery.Match) {
	was := map[string]recovery.Match{}
	for _, p := range old {
		was[p.Play] = p
	}
	for _, p := range new {
		o, ok := was[p.Play]
		switch delete(was, p.Play); {
		case !ok:
			d.add(PlayGained, p.Play)
		case o.Case != p.Case:
			d.add(CaseChanged, p.Play)
		}
	}
	for _, p := range old {
		if _, lost := was[p.Play]; lost {
			d.add(PlayLost, p.Play)
		}
	}
}

// action tells how an action differs from the one before.
func (d *differ) action(p actionPair) {
	switch {
	case p.old == nil:
		d.add(ActionAdded, culprit(nil, p.new.Plays))
		return
	case p.new == nil:
		d.add(ActionRemoved, culprit(nil, p.old.Plays))
		return
	}
	play := culprit(p.old.Plays, p.new.Plays)
	for _, e := range actionEffects(p.old, p.new) {
		d.add(e, play)
	}
}

// culprit is the play that is named for a difference between two merged actions: a play
// that asks for only one of them, else the first play.
func culprit(old, new []string) string {
	for _, p := range new {
		if !slices.Contains(old, p) {
			return p
		}
	}
	for _, p := range old {
		if !slices.Contains(new, p) {
			return p
		}
	}
	return strings.Join(new[:min(1, len(new))], "")
}

// actionEffects compares two actions of one type.
func actionEffects(a, b *recovery.Action) []Effect {
	var out []Effect
	note := func(e Effect, same bool) {
		if !same {
			out = append(out, e)
		}
	}
	note(AmountChanged, a.Amount == b.Amount)
	note(DeadlineMoved, a.DueAt.Equal(b.DueAt) && a.NotBefore.Equal(b.NotBefore) && paramText(a.Params, "every") == paramText(b.Params, "every"))
	note(OtherMessage, messageText(a.Message) == messageText(b.Message))
	note(OtherOwner, a.Owner == b.Owner)
	param := OtherParam
	if a.Type == substitute {
		param = PartnerOther
	}
	note(param, paramsText(a.Params) == paramsText(b.Params))
	note(OtherNote, strings.TrimSpace(a.Note) == strings.TrimSpace(b.Note))
	note(OtherIfLate, sameIfLate(a.IfLate, b.IfLate))
	return out
}

func sameIfLate(a, b []recovery.Action) bool {
	for _, p := range pairActions(a, b) {
		if p.old == nil || p.new == nil || len(actionEffects(p.old, p.new)) > 0 {
			return false
		}
	}
	return true
}

func messageText(m *recovery.Message) string {
	if m == nil {
		return ""
	}
	return m.Language + "\x00" + strings.TrimSpace(m.Text)
}

// lines compares lists whose members are told apart by their play and their text.
func lines[T any](d *differ, e Effect, old, new []T, text func(T) (play, line string)) {
	type member struct{ play, line string }
	count := map[member]int{}
	var order []member
	for _, x := range old {
		play, line := text(x)
		count[member{play, line}]--
		order = append(order, member{play, line})
	}
	for _, x := range new {
		play, line := text(x)
		count[member{play, line}]++
		order = append(order, member{play, line})
	}
	for _, m := range order {
		if count[m] != 0 {
			d.add(e, m.play)
		}
	}
}

// choices compares what is left to people.
func (d *differ) choices(old, new []recovery.Choice) {
	was := map[string]string{}
	for _, c := range old {
		was[c.Play] = choiceText(c)
	}
	for _, c := range new {
		if was[c.Play] != choiceText(c) {
			d.add(ChoiceChanged, c.Play)
		}
		delete(was, c.Play)
	}
	for _, c := range old {
		if _, gone := was[c.Play]; gone {
			d.add(ChoiceChanged, c.Play)
		}
	}
}

// blame is the play that an incident is answered by or not: the first that was
// gained or lost.
func (d *differ) blame(e Effect, otherwise string) string {
	if i := slices.IndexFunc(d.found, func(x Difference) bool { return x.Effect == e }); i >= 0 {
		return d.found[i].Play
	}
	return otherwise
}

// warnings compares what is to be looked at. Their words name days and values
// that are told by other differences.
func (d *differ) warnings(old, new []recovery.Warning) {
	d.warned(new, old, Unanswered, PlayLost)
	d.warned(old, new, Answered, PlayGained)
}

// warned tells of the warnings that only one side has: that nothing is given is
// put down to the play that turned.
func (d *differ) warned(list, others []recovery.Warning, nothing, turned Effect) {
	for _, w := range list {
		switch {
		case slices.ContainsFunc(others, func(x recovery.Warning) bool { return x.Code == w.Code && x.Play == w.Play }):
		case w.Code == recovery.WarnUnanswered:
			d.add(nothing, d.blame(turned, w.Play))
		default:
			d.add(OtherWarning, w.Play)
		}
	}
}
