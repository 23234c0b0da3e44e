package policy

import (
	"slices"
	"testing"
)

// TestActionNames holds that each constant names a type of action of the format, and
// that every type has one.
func TestActionNames(t *testing.T) {
	names := []string{
		ActionAcknowledge, ActionApologise, ActionAssign, ActionCallback, ActionCompensate, ActionEscalate, ActionExplain,
		ActionInform, ActionInvestigate, ActionNotify, ActionPrevent, ActionRefund, ActionRepair, ActionReperform,
		ActionReplace, ActionResolve, ActionRespond, ActionSubstitute, ActionSurvey,
	}
	var got []string
	for _, a := range BuiltinActions() {
		got = append(got, a.Name)
		if a.Justice == "" {
			t.Errorf("%s belongs to no side of justice", a.Name)
		}
	}
	if !slices.Equal(got, names) {
		t.Errorf("the types are %v, the constants %v", got, names)
	}
	if BuiltinAction("compensation") != nil {
		t.Error("compensation is no type of action")
	}
}
