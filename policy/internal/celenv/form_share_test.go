package celenv

import (
	"slices"
	"strings"
	"testing"
)

// TestFormsAreShared wants the shapes of real conditions to be compiled once.
func TestFormsAreShared(t *testing.T) {
	w := newWorld(t)
	other, err := w.base.NewScope(w.scope.options)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		first, second string
		shared        bool
	}{
		{`incident.failure == "late" && incident.severity >= 2 && incident.delay >= hours(3)`, `incident.failure == "lost" && incident.severity >= 15 && incident.delay >= hours(0)`, true},
		{`incident.summary in ["a", "b"]`, `incident.summary in ["R15", 'é']`, true},
		{`incident.order.value * percent(10)`, `incident.order.value * percent(25)`, true},
		{`incident.order.value + money("5 EUR")`, `incident.order.value + money("12.50 EUR")`, true},
		{`incident.order.any > money("5 EUR")`, `incident.order.any > money("5 EUR")`, false}, // no currency: not compiled
		{`incident.score > -2`, `incident.score > -30`, true},
		{`incident.severity > 2`, `incident.severity > 2.5`, false},
		{`incident.severity > 2`, `incident.severity  > 2`, false},
		{`incident.summary.matches("a+")`, `incident.summary.matches("b+")`, false},
		{`incident.tags[0] == "a"`, `incident.tags[0] == "b"`, true},
		{`incident.tags[0] == "a"`, `incident.tags[1] == "a"`, false},
		{`incident.tags.exists(t, t == "a")`, `incident.tags.exists(t, t == "b")`, true},
		{`workdays("office", incident.day, date("2026-03-09")) > 2`, `workdays("office", incident.day, date("2026-03-09")) > 3`, true},
		{`(incident.order.fragile ? "a" : incident.summary) == "b"`, `(incident.order.fragile ? "b" : incident.summary) == "b"`, false},
		{`1 + 1 > incident.severity`, `1 + 2 > incident.severity`, false},
	} {
		a, _ := w.scope.Compile(c.first)
		b, _ := other.Compile(c.second)
		if got := a != nil && b != nil && a.Form() == b.Form(); got != c.shared {
			t.Errorf("%s and %s: shared is %t", c.first, c.second, got)
		}
	}
	w.base.Forget()
	if a, b := w.compile(`incident.severity > 2`), w.compile(`incident.severity > 2`); a.Form() == b.Form() {
		t.Error("something is remembered after all")
	}
}

// TestFormsOfCurrencies wants amounts in two currencies to have a form each.
func TestFormsOfCurrencies(t *testing.T) {
	w := newWorld(t)
	form := func(amount string) any {
		return w.compile(`(incident.order.fragile ? money("` + amount + `") : money("` + amount + `")) == money("` + amount + `")`).Form()
	}
	eur, usd := form("1 EUR"), form("2 USD")
	if eur == usd || form("3 EUR") != eur || form("4 USD") != usd {
		t.Error("a form of one currency serves another, or not its own")
	}
}

// TestFormsOfLoops wants the limit of steps to stop a loop where it stops one that was
// compiled by itself.
func TestFormsOfLoops(t *testing.T) {
	w, apart := newWorld(t), newWorld(t)
	apart.base.Forget()
	few := func() *Frame { return w.frame(map[string]any{"many": oneTo(300)}) }
	w.scope.cost, apart.scope.cost = 10_000, 10_000
	stopped := 0
	for n := range 20 {
		source := `incident.many.all(x, x > 0` + strings.Repeat(` && x > 0`, n) + `)`
		w.compile(source)
		source = strings.Replace(source, "> 0", "< 5000", 1)
		got, want := outcome(w.compile(source), few()), outcome(apart.compile(source), few())
		if got != want {
			t.Fatalf("%s\ngot  %s\nwant %s", source, got, want)
		}
		if strings.Contains(got, "costs too much") {
			stopped++
		}
	}
	if stopped == 0 || stopped == 20 {
		t.Errorf("%d are stopped", stopped)
	}
}

// TestFormsOfTexts has literals that others are checked against: a form must not lend
// its own to them.
func TestFormsOfTexts(t *testing.T) {
	for _, c := range []struct{ first, second string }{
		{`(incident.order.fragile ? "vip" : incident.failure) == "vip"`, `(incident.order.fragile ? "new" : incident.failure) == "vip"`},
		{`incident.?mood.orValue("vip") == "vip"`, `incident.?mood.orValue("new") == "vip"`},
		{`"vip" in [incident.failure, "vip"]`, `"vip" in [incident.failure, "new"]`},
		{`incident.failure == "late"`, `incident.failure == "new"`},
		{`incident.failure in ["late", "lost"]`, `incident.failure in ["late", "new"]`},
		{`["late"].exists(x, x == incident.failure)`, `["new"].exists(x, x == incident.failure)`},
		{`cel.bind(x, "late", x == incident.failure)`, `cel.bind(x, "new", x == incident.failure)`},
		{`incident.day < date("2026-02-28")`, `incident.day < date("2026-02-30")`},
		{`incident.delay > hours(1)`, `incident.delay > hours(999999999999)`},
		{`1 / 1 > incident.severity`, `1 / 0 > incident.severity`},
		{`incident.summary.matches("a")`, `incident.summary.matches("(")`},
		{`workdays("office", incident.day, incident.day) > 1`, `workdays("nope", incident.day, incident.day) > 1`},
	} {
		w, apart := newWorld(t), newWorld(t)
		apart.base.Forget()
		w.compile(c.first)
		_, got := w.scope.Compile(c.second)
		_, want := apart.scope.Compile(c.second)
		if len(want) == 0 || !slices.Equal(got, want) {
			t.Errorf("%s\ngot  %+v\nwant %+v", c.second, got, want)
		}
	}
}
