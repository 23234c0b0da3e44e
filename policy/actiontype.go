package policy

import (
	"cmp"
	"maps"
	"slices"

	"github.com/servicerecovery/amends/playbook"
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

// ActionType is a kind of action: a built-in one, or one that a document
// declares.
type ActionType struct {
	Name    string
	Params  []*Field // in the order in which decisions list them
	Merge   Merge
	Justice string   // distributive, procedural or interactional
	Sets    []string // the fields of incidents that the host sets because of it, as declared
	broken  bool     // a parameter's declaration is wrong
}

// Merge says which actions of one type are one action.
type Merge uint8

// The ways in which actions merge.
const (
	MergeNever     Merge = iota
	MergeType            // all of the type
	MergeItem            // those with the same item
	MergeTo              // those with the same to
	MergeToMessage       // those with the same to and message
)

const (
	distributive  = "distributive"
	procedural    = "procedural"
	interactional = "interactional"
)

// amount is the parameter that limits look at; nil when the type has none.
func (t *ActionType) amount() *Field {
	for _, p := range t.Params {
		if p.Name == "amount" && p.Type.Kind == value.KindMoney {
			return p
		}
	}
	return nil
}

// builtinActions are the action types of the format. A new map each time: no
// caller can change another's.
func builtinActions() map[string]*ActionType {
	text := func(name string) *Field { return &Field{Name: name, Type: value.Type{Kind: value.KindString}} }
	amount := &Field{Name: "amount", Type: value.Type{Kind: value.KindMoney}, nonNegative: true}
	item := text("item")
	item.Optional = true
	instrument := text("instrument")
	instrument.Default = "csat"
	as := text("as")
	as.Default, as.OneOf = "credit", []string{"cash", "credit", "voucher", "goodwill"}
	every := &Field{Name: "every", Type: value.Type{Kind: value.KindDuration}}

	out := map[string]*ActionType{}
	add := func(justice string, merge Merge, params []*Field, names ...string) {
		for _, n := range names {
			out[n] = &ActionType{Name: n, Params: params, Merge: merge, Justice: justice}
		}
	}
	add(procedural, MergeType, nil, ActionAcknowledge, ActionRespond, ActionResolve, ActionInvestigate)
	add(interactional, MergeType, nil, ActionApologise, ActionExplain, ActionCallback)
	add(procedural, MergeType, []*Field{every}, ActionInform)
	add(distributive, MergeNever, []*Field{amount}, ActionRefund)
	add(distributive, MergeNever, []*Field{amount, as}, ActionCompensate)
	add(distributive, MergeItem, []*Field{item}, ActionReplace, ActionRepair, ActionReperform)
	to := text("to")
	to.role = true
	add(procedural, MergeTo, []*Field{to}, ActionAssign, ActionEscalate)
	add(procedural, MergeToMessage, []*Field{to}, ActionNotify)
	add(procedural, MergeNever, []*Field{text("measure")}, ActionPrevent)
	add(interactional, MergeType, []*Field{instrument}, ActionSurvey)
	return out
}

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

func (s *scope) customAction(d *playbook.ActionType) *ActionType {
	t := &ActionType{Name: d.Name.Value, Justice: procedural}
	if d.Once {
		t.Merge = MergeType
	}
	for _, p := range d.Params {
		if slices.Contains(commonKeys, p.Name.Value) {
			s.errorf(p.Name.Range, "name-taken", "", "every action has `%s` already", p.Name.Value)
			continue
		}
		f, ok := s.field(p, nil)
		if !ok {
			t.broken = true
			continue
		}
		f.nonNegative = f.Name == "amount" && (f.Type.Kind == value.KindMoney || f.Type.Elem == value.KindMoney)
		t.Params = append(t.Params, f)
	}
	for _, name := range d.Sets {
		f := s.fieldNamed(name)
		switch {
		case f == nil:
		case slices.Contains(t.Sets, f.Name):
			s.errorf(name.Range, "duplicate-value", "", "`%s` is listed twice", f.Name)
		default:
			t.Sets = append(t.Sets, f.Name)
		}
	}
	return t
}

// commonKeys are the keys that every action takes.
var commonKeys = []string{"id", "since", "within", "after", "calendar", "pauses", "remind", "if_late", "owner", "message", "note"}

// actionType finds a type by its name. Facts can ask about substitute (asked); playbooks cannot
// write it.
func (s *scope) actionType(name playbook.Text, asked bool, more ...string) *ActionType {
	if t, ok := s.builtin[name.Value]; ok {
		return t
	}
	if t, ok := s.types[name.Value]; ok {
		if !asked {
			s.used[s.typeDefs[name.Value]] = true
		}
		return t
	}
	known := append(slices.Sorted(maps.Keys(s.builtin)), slices.Sorted(maps.Keys(s.types))...)
	known = append(known, more...)
	if name.Value == ActionSubstitute {
		if asked {
			return BuiltinAction(ActionSubstitute)
		}
		s.errorf(name.Range, "unknown-action", "write a play with `approach: partner-substitute`", "`substitute` is made by the engine and cannot be written")
		return nil
	}
	s.mendf(name.Range, "unknown-action", nearWord(name, known, actionWords), "there is no action `%s`", name.Value)
	return nil
}
