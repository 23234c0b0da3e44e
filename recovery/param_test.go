package recovery_test

import (
	"testing"
	"time"

	"github.com/servicerecovery/amends/recovery"
)

func TestParamOf(t *testing.T) {
	a := recovery.Action{Params: []recovery.Param{
		{Name: "to", Value: "lead"}, {Name: "times", Value: int64(3)}, {Name: "wait", Value: time.Hour},
		{Name: "fee", Value: recovery.MustMoney("5 EUR")}, {Name: "tags", Value: []any{"a"}},
	}}
	if v, ok := recovery.ParamOf[string](a, "to"); v != "lead" || !ok {
		t.Errorf("got %v, %v", v, ok)
	}
	if v, ok := recovery.ParamOf[int64](a, "times"); v != 3 || !ok {
		t.Errorf("got %v, %v", v, ok)
	}
	if v, ok := recovery.ParamOf[time.Duration](a, "wait"); v != time.Hour || !ok {
		t.Errorf("got %v, %v", v, ok)
	}
	if v, ok := recovery.ParamOf[recovery.Money](a, "fee"); v != recovery.MustMoney("5 EUR") || !ok {
		t.Errorf("got %v, %v", v, ok)
	}
	if v, ok := recovery.ParamOf[[]any](a, "tags"); len(v) != 1 || !ok {
		t.Errorf("got %v, %v", v, ok)
	}
	if v, ok := recovery.ParamOf[string](a, "times"); v != "" || ok {
		t.Errorf("of another type: got %v, %v", v, ok)
	}
	if v, ok := recovery.ParamOf[string](a, "TO"); v != "" || ok {
		t.Errorf("that is not there: got %v, %v", v, ok)
	}
}

func TestDifference(t *testing.T) {
	for _, tt := range []struct{ amount, already, want string }{
		{"", "", ""},
		{"10 EUR", "0 EUR", "10.00 EUR"},
		{"10 EUR", "", "10.00 EUR"},
		{"10 EUR", "4 EUR", "6.00 EUR"},
		{"0 EUR", "4 EUR", "-4.00 EUR"},
		{"3 EUR", "3 EUR", "0.00 EUR"},
		{"3 EUR", "4 USD", "3.00 EUR"},
	} {
		var a recovery.Action
		if tt.amount != "" {
			a.Amount = recovery.MustMoney(tt.amount)
		}
		if tt.already != "" {
			a.Already = recovery.MustMoney(tt.already)
		}
		got := ""
		if d := a.Difference(); d.IsSet() {
			got = d.String()
		}
		if got != tt.want {
			t.Errorf("%s less %s: got %q, want %q", tt.amount, tt.already, got, tt.want)
		}
	}
}
