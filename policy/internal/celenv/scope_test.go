package celenv

import (
	"fmt"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/servicerecovery/amends/policy/internal/cellib"
	"github.com/servicerecovery/amends/policy/internal/celtext"
	"github.com/servicerecovery/amends/policy/value"
)

func TestMessages(t *testing.T) {
	w := newWorld(t)
	f := w.frame(nil)
	f.SetMessage(Message{Type: "compensate", Amount: Box(eur("5.00")), DueAt: Box(at("2026-03-03T10:00:00Z"))})
	for source, want := range map[string]string{
		`action.type`: "compensate", `action.amount`: "5.00 EUR", `action.due_at`: "2026-03-03T10:00:00Z",
		`has(partner.name)`: "false", `partner.?name.orValue("us")`: "us", `has(action.amount) ? 1 : 2`: "1", `partner.name`: "partner.name: there is no value",
	} {
		e, issues := w.scope.CompileMessage(source)
		if len(issues) > 0 {
			t.Errorf("%s: %+v", source, issues)
			continue
		}
		v, err := e.Eval(f)
		got := text(v.Native())
		if err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%s: %s, want %s", source, got, want)
		}
	}
	e, _ := w.scope.CompileMessage(`action.amount`)
	if found := e.Unguarded(Known{}); len(found) != 1 || found[0].Hint != "write has(action.amount) ? … : … with what to say or give without it" {
		t.Errorf("%+v", found)
	}
	if found := e.Unguarded(Known{}.With("action.amount")); len(found) != 0 {
		t.Errorf("%+v", found)
	}
	if _, err := e.Eval(w.frame(nil)); err == nil || err.Error() != "action.amount: not known outside a message" {
		t.Error(err)
	}
	for source, code := range map[string]celtext.Code{`action.amount > money("1 EUR")`: celtext.CodeNoCurrency, `action.nope`: celtext.CodeUnknownField, `action`: celtext.CodeWholeObject, `partner["name"]`: celtext.CodeWholeObject} {
		if _, issues := w.scope.CompileMessage(source); len(issues) != 1 || issues[0].Code != code {
			t.Errorf("%s: %+v", source, issues)
		}
	}
}

func TestHidden(t *testing.T) {
	w := newWorldOn(t, newWorld(t).base, Options{Hidden: map[string]string{"facts": "applies reads fields only", "incident.order.fee": "it is another playbook's"}})
	for source, want := range map[string]string{
		`facts.repeats > 1`:  "facts.repeats cannot be read here: applies reads fields only",
		`has(facts.nope)`:    "facts.nope cannot be read here: applies reads fields only",
		`incident.order.fee`: "incident.order.fee cannot be read here: it is another playbook's",
	} {
		if _, issues := w.scope.Compile(source); len(issues) != 1 || issues[0].Code != celtext.CodeNotHere || issues[0].Message != want {
			t.Errorf("%s: %+v", source, issues)
		}
	}
	w.compile(`incident.order.value > money("1 EUR")`)
}

func TestScopeErrors(t *testing.T) {
	base := newWorld(t).base
	for _, o := range []Options{
		{Fields: []Field{{Name: "a", Type: kind(value.KindInt)}, {Name: "a", Type: kind(value.KindInt)}}},
		{Fields: []Field{{Name: "a", Type: kind(value.KindInt)}, {Name: "a.b", Type: kind(value.KindInt)}}},
		{Fields: []Field{{Name: "a.b", Type: kind(value.KindInt)}, {Name: "a", Type: kind(value.KindInt)}}},
		{Facts: []Fact{{Name: "a"}, {Name: "a"}}},
	} {
		if _, err := base.NewScope(o); err == nil {
			t.Errorf("%+v is accepted", o)
		}
	}
	empty, err := base.NewScope(Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, source := range []string{`incident.x`, `facts.x`, `terms.x`, `tables.x.y`, `workday("x", date(now), 1)`, `x`} {
		if _, issues := empty.Compile(source); len(issues) != 1 || !strings.HasPrefix(string(issues[0].Code), "unknown-") {
			t.Errorf("%s: %+v", source, issues)
		}
	}
	e, issues := empty.Compile(`date(now)`)
	if len(issues) > 0 {
		t.Fatal(issues)
	}
	if v, err := e.Eval(empty.NewFrame(&Input{Now: at("2026-03-02T23:30:00Z")})); err != nil || v.Native() != day("2026-03-02") {
		t.Error("without a zone days are UTC's", v.Native(), err)
	}
}

// Expressions of one scope see the slots of another's frame: shared terms do.
func TestScopesShareTerms(t *testing.T) {
	shared := newWorld(t)
	own := newWorldOn(t, shared.base, Options{})
	own.terms["valued"], _ = shared.Term("valued")
	if ok, err := own.compile(`terms.valued && incident.severity == 3`).Bool(own.frame(nil)); !ok || err != nil {
		t.Error(ok, err)
	}
}

func TestCostLimit(t *testing.T) {
	base := newWorld(t).base
	w := newWorldOn(t, base, Options{CostLimit: 1000})
	f := w.frame(nil)
	_, err := w.compile(`incident.many.exists(x, x > 5000)`).Bool(f)
	if err == nil || !strings.Contains(err.Error(), "the condition costs too much to evaluate (limit 1000): ") {
		t.Error(err)
	}
	if ok, err := w.compile(`incident.tags.exists(x, x == "vip")`).Bool(f); !ok || err != nil {
		t.Error(ok, err)
	}
}

// What could fill the memory or take for ever is stopped.
func TestBounds(t *testing.T) {
	w := newWorld(t)
	w.termSource = map[string]string{"s0": `incident.summary`, "l0": `incident.tags`, "m0": `[incident.tags, incident.tags]`}
	for i := range 60 {
		n, last := strconv.Itoa(i+1), strconv.Itoa(i)
		w.termSource["s"+n] = "terms.s" + last + " + terms.s" + last
		w.termSource["q"+n] = "strings.quote(terms.q" + last + ")"
		w.termSource["l"+n] = "terms.l" + last + " + terms.l" + last
	}
	w.termSource["q0"] = `incident.summary + "\\\\\""`
	long := strings.Repeat("x", 80_000)
	f := w.frame(map[string]any{"summary": long, "id": strings.Repeat("a", 20_000) + "b"})
	for i, source := range []string{
		`terms.s60 == ""`, `terms.q60 == ""`, `terms.l60.size() > 0`, `lists.range(incident.big).size() > 0`,
		`incident.summary.replace("", incident.summary) == ""`, `incident.tags.map(t, incident.summary).join(incident.summary) == ""`,
		`incident.summary.indexOf(incident.id) > 0`, `incident.many.map(x, incident.many).flatten().size() > 0`,
		`sets.contains(incident.many, incident.many)`, `incident.many.distinct().size() > 0`,
		`lists.range(9000).distinct().size() > incident.severity`, `incident.many.map(a, incident.many.map(b, incident.summary + "x")).size() > 0`,
		`incident.many.all(a, incident.many.all(b, incident.many.all(c, a + b + c > 0)))`,
	} {
		if testing.Short() && i%3 != 0 {
			continue
		}
		e, issues := w.scope.Compile(source)
		if len(issues) > 0 {
			if issues[0].Code != celtext.CodeConstantFails {
				t.Errorf("%s: %+v", source, issues)
			}
			continue
		}
		v, err := e.Eval(f)
		t.Logf("%s: %v, %v", source, v.Native(), err)
		if err == nil && !strings.HasPrefix(source, "lists.range(9000)") {
			t.Errorf("%s is not stopped: %v", source, v.Native())
		}
	}
	for i, source := range []string{
		strings.Repeat("(", 5000) + "1" + strings.Repeat(")", 5000), strings.Repeat("(", 150) + "1" + strings.Repeat(")", 150),
		strings.Repeat("!", 15000) + "true", strings.Repeat("1+", 9000) + "1", strings.Repeat("[", 5000),
		strings.Repeat("incident.", 2000) + "id", strings.Repeat("true?", 3000) + "1", strings.Repeat("x", 30000), strings.Repeat("f(", 4000),
		strings.Repeat("a ? b : ", 3000) + "c", "x" + strings.Repeat("[0]", 3000), "x" + strings.Repeat(".f()", 3000), strings.Repeat("1 in ", 3000) + "[1]",
	} {
		if testing.Short() && i%3 != 0 {
			continue
		}
		if _, issues := w.scope.Compile(source); len(issues) == 0 && len(source) < 14000 {
			t.Errorf("%.20s… is accepted", source)
		}
	}
	if _, issues := w.scope.Compile(strings.Repeat("true && ", 900) + "true"); len(issues) > 0 {
		t.Errorf("900 conditions: %+v", issues)
	}
}

func TestBox(t *testing.T) {
	for _, native := range []any{"x", int64(3), 2.5, true, at("2026-03-02T10:00:00Z"), day("2026-03-02"), time.Hour, eur("1.00"), percent("5%")} {
		if got := Box(native).Native(); got != native {
			t.Errorf("%v becomes %v", native, got)
		}
	}
	if got := Box([]any{"a", int64(1)}).Native(); fmt.Sprint(got) != "[a 1]" {
		t.Error(got)
	}
	if Box(nil).IsSet() || Box(struct{}{}).IsSet() || (Val{}).IsSet() || (Val{}).Native() != nil || !Box(false).IsSet() {
		t.Error("absent values are set")
	}
	if Box(3).Native() != int64(3) || Box(value.Money{}).IsSet() == false {
		t.Error("an int is no int64")
	}
}

func TestTypeNames(t *testing.T) {
	var names []string
	for _, typ := range []value.Type{kind(value.KindString), {}, moneyIn("EUR"), moneyIn(""), list(value.KindInt), {Kind: value.KindList, Elem: value.KindMoney, Currency: "EUR"}, kind(99)} {
		names = append(names, cellib.NameOf(typ))
	}
	if got, want := strings.Join(names, ", "), "string, anything, money(EUR), money, [int], [money(EUR)], anything"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// Expressions are used by many goroutines at once, failing ones too: cel-go marks
// errors with places as they pass.
func TestConcurrentUse(t *testing.T) {
	w := newWorldOn(t, newWorld(t).base, Options{CostLimit: 2000})
	sources := []string{
		`terms.failing || terms.failing`, `1 / incident.zero > 0 && terms.valued`, `incident.tags[9] == "x" || incident.missing_at < now`,
		`incident.occurred_at + hours(2500000) + hours(2500000) + hours(2500000) + hours(2500000) > now`, `int(incident.id) > 3 || bool(incident.id)`,
		`incident.many.exists(a, incident.many.exists(b, a + b == 7000))`, `incident.order.value / incident.zero > money("1 EUR")`,
		`has(tables.by_zero) || false`, `incident.tags.map(t, int(t)).size() > 0`, `percent(incident.score) > incident.rate || 5 % incident.zero == 1`,
		`incident.day + incident.big > incident.day`,
	}
	for _, c := range benchConditions {
		sources = append(sources, c.source)
	}
	var exprs []*Expr
	var want []string
	for _, source := range sources {
		e := w.compile(source, kind(value.KindBool))
		exprs = append(exprs, w.compile(source, kind(value.KindBool))) // not planned yet
		ok, err := e.Bool(w.frame(nil))
		want = append(want, fmt.Sprint(ok, err))
	}
	in := w.input(nil)
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			f := w.scope.NewFrame(in)
			for range 20 {
				f.Reset(in)
				for i, e := range exprs {
					ok, err := e.Bool(f)
					if got := fmt.Sprint(ok, err); got != want[i] {
						t.Errorf("%s: %s, want %s", e.Source(), got, want[i])
					}
				}
			}
		})
	}
	group.Wait()
}

// Scopes are compiled on all processors.
func TestConcurrentCompile(t *testing.T) {
	base := newWorld(t).base
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			w := newWorldOn(t, base, Options{})
			for _, c := range values[:60] {
				w.scope.Compile(c.source)
			}
		})
	}
	group.Wait()
}

func TestNoAllocation(t *testing.T) {
	if strconv.IntSize == 32 {
		t.Skip("lists look at an index first where an int has 32 bits, and have a box for it")
	}
	w := newWorld(t)
	f := w.frame(nil)
	for _, c := range benchConditions[:3] {
		e := w.compile(c.source, kind(value.KindBool))
		if n := testing.AllocsPerRun(100, func() { _, _ = e.Bool(f) }); n != 0 {
			t.Errorf("%s allocates %v times", c.source, n)
		}
	}
	e := w.compile(benchConditions[1].source)
	in := w.input(nil)
	if n := testing.AllocsPerRun(100, func() { f.Reset(in); _, _ = e.Bool(f) }); n != 0 {
		t.Errorf("a frame that is used again allocates %v times", n)
	}
}
