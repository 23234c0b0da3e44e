package playbook

import (
	"slices"

	"github.com/servicerecovery/amends/playbook/internal/yamlnode"
)

// stepKind says where an action stands: what it takes depends on it.
type stepKind uint8

const (
	given    stepKind = iota // in a play, or among its options
	lateStep                 // in if_late: owed when an action is late
	reminder                 // in remind: owed ahead of an action's deadline
)

// stepNames are what the shapes of actions are called.
var stepNames = [...]string{given: "an action", lateStep: "a step of `if_late`", reminder: "a step of `remind`"}

// stepKeys are what only steps take. An inform has an every of its own, which is a parameter.
var stepKeys = [...]string{"before", "every"}

// moneyActions may not be owed for being late, or as a reminder.
var moneyActions = [...]string{"refund", "compensate"}

// ofStep reads what only a step takes.
func (m *mapping) ofStep(a *Action, step stepKind) {
	if step == reminder {
		a.Before = m.scalar("before", "a duration such as `30m`, or a percentage such as `25%`")
		m.note("before", func(k *Key) { k.Required = true })
		m.r.needsBefore(a, step)
		m.notInRemind()
	}
	if step != given && a.Type.Value != "inform" {
		a.Every = m.scalar("every", "a duration such as `1h`")
	}
}

// isOfStep reports whether a key belongs to the step itself, and not to the parameters of its type.
func (m *mapping) isOfStep(a *Action, step stepKind, key string) bool {
	switch {
	case slices.Contains(actionKeys[:], key):
		return true
	case key == "before":
		return step == reminder
	}
	return key == "every" && step != given && a.Type.Value != "inform"
}

// needsBefore reports a reminder that does not say when.
func (r *reader) needsBefore(a *Action, step stepKind) {
	if step != reminder || a.Before.IsSet() || a.Before.Misread() {
		return
	}
	r.add(a.Type.Range, "missing-key", "write `before:` and a duration such as `30m`, or a percentage such as `25%`", "a step of `remind` needs `before`: how long ahead of the deadline it is owed")
}

// notInRemind refuses what a reminder has no use for: it is owed from its time on until the
// action is done, and its clock is the action's.
func (m *mapping) notInRemind() {
	own := [...]string{"since", "after", "within", "ends", "calendar", "pauses", "remind", "if_late"}
	m.each(func(k Text, _ *yamlnode.Node) {
		if !slices.Contains(own[:], k.Value) {
			return
		}
		hint := "remove it: `before` says when the step is owed, in the clock of the action that it stands in"
		if k.Value == "if_late" || k.Value == "within" {
			hint = "remove it; what is owed once the action is late stands in the action's own `if_late`"
		}
		m.r.add(k.Range, "bad-remind", hint, "a step of `remind` takes no `%s`", k.Value)
	})
}

const (
	withoutMoney = "write an action without money, such as "
	redress      = "; for what a broken promise costs, write a play whose `when` reads `missed`"
)

// noMoney refuses steps that give money.
func (m *mapping) noMoney(step stepKind, steps []*Action) {
	for _, a := range steps {
		switch {
		case !slices.Contains(moneyActions[:], a.Type.Value):
		case step == lateStep:
			m.r.add(a.Type.Range, "money-if-late", withoutMoney+"`escalate: {to: …}`"+redress, "`%s` gives money; `if_late` takes no money actions", a.Type.Value)
		case step == reminder:
			m.r.add(a.Type.Range, "money-in-remind", withoutMoney+"`notify: {to: …}`"+redress, "`%s` gives money; `remind` takes no money actions", a.Type.Value)
		}
	}
}
