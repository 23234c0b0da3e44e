package policy

import (
	"cmp"
	"maps"
	"slices"

	"github.com/servicerecovery/amends/policy/value"
)

// The types of action of the format. A document may declare others. Substitute
// is made by the engine alone, for a partner.
const (
	ActionAcknowledge = "acknowledge"
	ActionApologise   = "apologise"
	ActionAssign      = "assign"
	ActionCallback    = "callback"
	ActionCompensate  = "compensate"
	ActionEscalate    = "escalate"
	ActionExplain     = "explain"
	ActionInform      = "inform"
	ActionInvestigate = "investigate"
	ActionNotify      = "notify"
	ActionPrevent     = "prevent"
	ActionRefund      = "refund"
	ActionRepair      = "repair"
	ActionReperform   = "reperform"
	ActionReplace     = "replace"
	ActionResolve     = "resolve"
	ActionRespond     = "respond"
	ActionSubstitute  = "substitute"
	ActionSurvey      = "survey"
)

// BuiltinActions are the types of action of the format, sorted by name.
func BuiltinActions() []*ActionType {
	out := slices.Collect(maps.Values(builtinActions()))
	out = append(out, BuiltinAction(ActionSubstitute))
	slices.SortFunc(out, func(a, b *ActionType) int { return cmp.Compare(a.Name, b.Name) })
	return out
}

// BuiltinAction describes a type of action of the format. It returns nil for any
// other name.
func BuiltinAction(name string) *ActionType {
	if name == ActionSubstitute {
		amount := &Field{Name: "amount", Type: value.Type{Kind: value.KindMoney}, Optional: true}
		return &ActionType{Name: ActionSubstitute, Justice: distributive, Params: []*Field{amount}}
	}
	return builtinActions()[name]
}

// StandardFields are the fields that every incident has, in the order in which
// they are documented, without paused, which is a list of times.
func StandardFields() []*Field { return standardFields() }
