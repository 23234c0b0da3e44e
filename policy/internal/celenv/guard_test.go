package celenv

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/servicerecovery/amends/policy/internal/celtext"
	"github.com/servicerecovery/amends/policy/value"
)

// guardCases are sources with the paths that they read without a guard.
var guardCases = []struct{ source, unguarded string }{
	{`incident.promised_at < now`, "incident.promised_at"},
	{`has(incident.promised_at) && incident.promised_at < now`, ""},
	{`incident.promised_at < now && has(incident.promised_at)`, "incident.promised_at"},
	{`!has(incident.promised_at) || incident.promised_at < now`, ""},
	{`has(incident.promised_at) || incident.promised_at < now`, "incident.promised_at"},
	{`has(incident.promised_at) ? incident.promised_at < now : false`, ""},
	{`!has(incident.promised_at) ? false : incident.promised_at < now`, ""},
	{`has(incident.promised_at) ? true : incident.promised_at < now`, "incident.promised_at"},
	{`!(has(incident.promised_at) && incident.severity > 2) || incident.promised_at < now`, ""},
	{`!(has(incident.promised_at) || incident.severity > 2) || incident.promised_at < now`, "incident.promised_at"},
	{`(has(incident.promised_at) || has(incident.resolved_at)) && incident.promised_at < now`, "incident.promised_at"},
	{`(has(incident.promised_at) && has(incident.resolved_at)) && incident.promised_at < incident.resolved_at`, ""},
	{`((has(incident.promised_at) && incident.severity > 1) || (has(incident.promised_at) && incident.severity < 1)) && incident.promised_at < now`, ""},
	{`incident.?promised_at.orValue(now) < now`, ""},
	{`incident.?promised_at.hasValue() && incident.promised_at < now`, ""},
	{`!incident.?promised_at.hasValue() || incident.promised_at < now`, ""},
	{`incident.?promised_at.or(incident.?resolved_at).hasValue() && incident.promised_at < now`, "incident.promised_at"},
	{`has(incident.promised_at) == true && incident.promised_at < now`, ""},
	{`true == has(incident.promised_at) && incident.promised_at < now`, ""},
	{`has(incident.promised_at) == false || incident.promised_at < now`, ""},
	{`has(incident.promised_at) != false && incident.promised_at < now`, ""},
	{`has(incident.promised_at) != true && incident.promised_at < now`, "incident.promised_at"},
	{`has(incident.promised_at) == has(incident.resolved_at) && incident.promised_at < now`, "incident.promised_at"},
	{`has(incident.promised_at) && has(incident.resolved_at) && incident.severity > 2 && incident.promised_at < incident.resolved_at`, ""},
	{`has(incident.promised_at) && incident.resolved_at < incident.promised_at`, "incident.resolved_at"},
	{`has(incident.customer.since) && incident.customer.since < now`, ""},
	{`has(incident.order.note) && incident.order.note.startsWith("a")`, ""},
	{`incident.?order.?note.hasValue() && incident.order.note == "a"`, ""},
	{`has(incident.order.maybe) ? incident.order.maybe : money("1 EUR")`, ""},
	{`has(incident.order.maybe) ? money("1 EUR") : incident.order.maybe`, "incident.order.maybe"},
	{`(has(incident.promised_at) ? incident.severity > 1 : false) && incident.promised_at < now`, ""},
	{`(has(incident.promised_at) ? incident.severity > 1 : true) && incident.promised_at < now`, "incident.promised_at"},
	{`false && incident.promised_at < now`, ""},
	{`true || incident.promised_at < now`, ""},
	{`max(incident.promised_at, now) > now`, "incident.promised_at"},
	{`[incident.promised_at].size() > 0 || incident.resolved_at < now`, "incident.promised_at incident.resolved_at"},

	// items: a list may have fewer
	{`incident.tags[0] == "a"`, "incident.tags[0]"},
	{`incident.tags.size() > 0 && incident.tags[0] == "a"`, ""},
	{`size(incident.tags) > 0 && incident.tags[0] == "a"`, ""},
	{`0 < incident.tags.size() && incident.tags[0] == "a"`, ""},
	{`incident.tags.size() > 0 && incident.tags[1] == "a"`, "incident.tags[1]"},
	{`incident.tags.size() >= 2 && incident.tags[1] == incident.tags[0]`, ""},
	{`incident.tags.size() >= 2 && incident.tags[2] == "a"`, "incident.tags[2]"},
	{`2 <= incident.tags.size() && incident.tags[1] == "a"`, ""},
	{`incident.tags.size() == 1 && incident.tags[0] == "a"`, ""},
	{`incident.tags.size() != 0 && incident.tags[0] == "a"`, ""},
	{`incident.tags.size() == 0 || incident.tags[0] == "a"`, ""},
	{`incident.tags.size() < 1 || incident.tags[0] == "a"`, ""},
	{`incident.tags.size() <= 1 || incident.tags[1] == "a"`, ""},
	{`!(incident.tags.size() > 0) || incident.tags[0] == "a"`, ""},
	{`!(incident.tags.size() > 0) && incident.tags[0] == "a"`, "incident.tags[0]"},
	{`incident.tags != [] && incident.tags[0] == "a"`, ""},
	{`[] == incident.tags || incident.tags[0] == "a"`, ""},
	{`incident.tags == [] && incident.tags[0] == "a"`, "incident.tags[0]"},
	{`"b" in incident.tags && incident.tags[0] == "a"`, ""},
	{`!("b" in incident.tags) && incident.tags[0] == "a"`, "incident.tags[0]"},
	{`incident.tags.exists(x, x == "b") && incident.tags[0] == "a"`, ""},
	{`incident.tags.all(x, x == "b") && incident.tags[0] == "a"`, "incident.tags[0]"},
	{`incident.tags.size() > 0 ? incident.tags[0] == "a" : false`, ""},
	{`incident.amounts.size() > 0 && incident.tags[0] == "a"`, "incident.tags[0]"},
	{`incident.tags.size() > 3 && incident.tags[incident.severity] == "a"`, "incident.tags[…]"},
	{`incident.tags[?0].orValue("") == "a"`, ""},
	{`["x"][0] == "x"`, ""},

	// loops: what is known outside holds inside, what a step finds out does not leave it
	{`has(incident.promised_at) && incident.tags.exists(x, x == "a" && incident.promised_at < now)`, ""},
	{`incident.tags.exists(x, x == "a" && incident.promised_at < now)`, "incident.promised_at"},
	{`incident.tags.exists(x, has(incident.promised_at) && incident.promised_at < now)`, ""},
	{`incident.tags.exists(x, x == "a" && has(incident.promised_at)) && incident.promised_at < now`, ""},
	{`!incident.tags.exists(x, has(incident.promised_at)) || incident.promised_at < now`, ""},
	{`!incident.tags.exists(x, !has(incident.promised_at)) && incident.promised_at < now`, "incident.promised_at"},
	{`incident.tags.all(x, x == "a" && has(incident.promised_at)) && incident.promised_at < now`, "incident.promised_at"},
	{`!incident.tags.all(x, !has(incident.promised_at)) && incident.promised_at < now`, ""},
	{`incident.tags.exists_one(x, has(incident.promised_at)) && incident.promised_at < now`, "incident.promised_at"},
	{`incident.tags.filter(x, has(incident.promised_at)).size() > 0 && incident.promised_at < now`, "incident.promised_at"},
	{`incident.tags.filter(x, has(incident.promised_at) && incident.promised_at < now).size() > 0`, ""},
	{`incident.tags.map(x, has(incident.promised_at), incident.promised_at).size() > 0`, ""},
	{`incident.tags.map(x, incident.promised_at).size() > 0`, "incident.promised_at"},
	{`has(incident.scores) && incident.scores.exists(s, s > 3)`, ""},
	{`incident.scores.exists(s, s > 3)`, "incident.scores"},
	{`cel.bind(p, incident.?promised_at, p.hasValue() && p.orValue(now) < now)`, ""},
	{`cel.bind(p, has(incident.promised_at), p && incident.promised_at < now)`, "incident.promised_at"}, // not followed
	{`cel.bind(p, 1, has(incident.promised_at)) && incident.promised_at < now`, ""},
	{`has(incident.promised_at) && cel.bind(p, incident.promised_at, p < now)`, ""},
	{`cel.bind(p, incident.promised_at, has(incident.promised_at) && p < now)`, "incident.promised_at"},

	// terms count as written out
	{`terms.promised && incident.promised_at < now`, ""},
	{`terms.promised && terms.overdue`, ""},
	{`terms.promised && terms.deep`, ""},
	{`terms.overdue`, "incident.promised_at"},
	{`terms.deep`, "incident.promised_at"},
	{`terms.overdue || terms.promised`, "incident.promised_at"},
	{`!terms.promised || terms.overdue`, ""},
	{`has(terms.promised) && incident.promised_at < now`, "incident.promised_at"},

	{`terms.longest > 3`, "incident.tags[0]"},
	{`incident.tags.size() > 0 && terms.longest > 3`, ""},
	{`incident.tags.size() == 0 || terms.longest > 3`, ""},
	{`incident.amounts.size() > 0 && terms.longest > 3`, "incident.tags[0]"},

	// tables
	{`tables.late_credit.credit > money("1 EUR")`, "tables.late_credit"},
	{`has(tables.late_credit) && tables.late_credit.credit > money("1 EUR")`, ""},
	{`has(tables.late_credit.label) && tables.late_credit.credit > money("1 EUR")`, ""},
	{`tables.late_credit.?credit.hasValue() && tables.late_credit.label == ""`, ""},
	{`tables.late_credit.?credit.orValue(money("1 EUR")) > money("1 EUR")`, ""},
	{`tables.fares.single > money("1 EUR")`, ""},
	{`tables.fares[incident.ticket] > money("1 EUR")`, ""},
	{`tables.by_failure.rank == 1`, ""},
	{`tables.by_fragile.rank == 1`, ""},
	{`has(tables.by_promise) && tables.by_promise.rank > 1`, "incident.promised_at"},
	{`has(incident.promised_at) && has(tables.by_promise) && tables.by_promise.rank > 1`, ""},
	{`has(incident.promised_at) && tables.by_promise.rank > 1`, "tables.by_promise"},
}

func unguardedPaths(e *Expr, k Known) string {
	var paths []string
	for _, i := range e.Unguarded(k) {
		path, _, _ := strings.Cut(i.Message, " may have no ")
		if _, list, ok := strings.Cut(path, " of an empty list has no value, and "); ok {
			list, _, _ = strings.Cut(list, " may be empty")
			path = itemPath(list, 0)
		}
		paths = append(paths, path)
	}
	return strings.Join(slices.Compact(paths), " ")
}

func TestGuards(t *testing.T) {
	w := newWorld(t)
	for _, c := range guardCases {
		if got := unguardedPaths(w.compile(c.source), Known{}); got != c.unguarded {
			t.Errorf("%s\ngot  %q\nwant %q", c.source, got, c.unguarded)
		}
	}
}

// An accepted condition never meets a missing value, whatever is missing: the analysis
// against the evaluator.
func TestGuardsAreSound(t *testing.T) {
	w := newWorld(t)
	var optional []string
	for _, f := range testFields {
		if f.Optional {
			optional = append(optional, f.Name)
		}
	}
	var frames []*Frame
	for missing := range 1 << len(optional) {
		for _, delay := range []int{1, 30} {
			changes := map[string]any{"delay": hoursOf(delay), "scores": []any{int64(1)}, "customer.since": at("2020-01-01T00:00:00Z")}
			for i, name := range optional {
				if missing&(1<<i) != 0 {
					changes[name] = nil
				}
			}
			frames = append(frames, w.frame(changes))
		}
	}
	for _, c := range guardCases {
		if c.unguarded != "" {
			continue
		}
		e := w.compile(c.source)
		for _, f := range frames {
			if _, err := e.Eval(f); err != nil {
				t.Fatalf("%s with %v: %v", c.source, f.in.Fields, err)
			}
		}
	}
}

func TestUnguardedIssues(t *testing.T) {
	w := newWorld(t)
	for source, want := range map[string]celtext.Issue{
		`true && incident.promised_at < now`: {From: 8, To: 28, Code: celtext.CodeUnguardedRead,
			Message: "incident.promised_at may have no value",
			Hint:    "write has(incident.promised_at) && …, or incident.?promised_at.orValue(…)", Fix: celtext.Fix{From: 8, To: 8, Text: "has(incident.promised_at) && "}},
		`incident.order.note == ""`: {From: 0, To: 19, Code: celtext.CodeUnguardedRead,
			Message: "incident.order.note may have no value",
			Hint:    "write has(incident.order.note) && …, or incident.order.?note.orValue(…)", Fix: celtext.Fix{From: 0, To: 0, Text: "has(incident.order.note) && "}},
		`true && terms.deep`: {From: 8, To: 18, Code: celtext.CodeUnguardedRead,
			Message: "incident.promised_at may have no value, and terms.deep through terms.overdue reads it",
			Hint:    "write has(incident.promised_at) && …", Fix: celtext.Fix{From: 8, To: 8, Text: "has(incident.promised_at) && "}},
		`true && has(tables.by_promise)`: {From: 12, To: 29, Code: celtext.CodeUnguardedRead,
			Message: "incident.promised_at may have no value, and tables.by_promise reads it",
			Hint:    "write has(incident.promised_at) && …", Fix: celtext.Fix{From: 8, To: 8, Text: "has(incident.promised_at) && "}},
		`tables.late_credit.label == ""`: {From: 0, To: 24, Code: celtext.CodeUnguardedRead,
			Message: "tables.late_credit may have no row",
			Hint:    "write has(tables.late_credit) && …", Fix: celtext.Fix{From: 0, To: 0, Text: "has(tables.late_credit) && "}},
	} {
		got := w.compile(source).Unguarded(Known{})
		if len(got) != 1 || got[0] != want {
			t.Errorf("%s\ngot  %+v\nwant %+v", source, got, want)
		}
	}
}

func TestKnown(t *testing.T) {
	w := newWorld(t)
	for source, want := range map[string]string{
		`has(incident.promised_at)`:                                      "incident.promised_at",
		`!has(incident.promised_at)`:                                     "",
		`terms.promised && has(tables.late_credit)`:                      "incident.promised_at tables.late_credit",
		`incident.severity > 3`:                                          "",
		`has(incident.promised_at) || has(incident.resolved_at)`:         "",
		`incident.?order.?note.hasValue() && has(incident.id)`:           "incident.order.note",
		`has(tables.fares)`:                                              "", // it always has a row
		`incident.tags.exists(x, has(incident.promised_at))`:             "incident.promised_at incident.tags[0]",
		`has(incident.promised_at) ? has(incident.mood) : false`:         "incident.mood incident.promised_at",
		`!(!has(incident.promised_at) || !has(incident.customer.since))`: "incident.customer.since incident.promised_at",
	} {
		if got := strings.Join(w.compile(source).Known(Known{}).Paths(), " "); got != want {
			t.Errorf("%s: %q, want %q", source, got, want)
		}
	}
	applies := w.compile(`has(incident.promised_at)`).Known(Known{}.With("incident.mood"))
	if found := w.compile(`terms.overdue && incident.mood == "calm"`).Unguarded(applies); len(found) > 0 {
		t.Errorf("what applies knows is forgotten: %+v", found)
	}
	if !w.compile(`false`).Known(Known{}).Has("anything") {
		t.Error("a condition that is never true guards everything")
	}
}

func TestKnownIsASet(t *testing.T) {
	a := Known{}.With("a").With("b").With("a")
	b := Known{}.With("b").With("c")
	for _, c := range []struct {
		got  Known
		want string
	}{
		{a, "a b"}, {a.Union(b), "a b c"}, {a.Meet(b), "b"}, {a.Meet(Unreachable()), "a b"}, {Unreachable().Meet(b), "b c"},
		{Known{}.Union(b), "b c"}, {a.Union(Known{}), "a b"}, {a.Meet(Known{}), ""},
	} {
		if got := strings.Join(c.got.Paths(), " "); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
	if !a.Union(Unreachable()).Has("z") || !Unreachable().With("x").Has("z") || a.Has("c") {
		t.Error("Has is wrong")
	}
}

// A term that uses one twice, and so on, is as large as 2^n written out.
func TestGuardsOfManyTerms(t *testing.T) {
	w := newWorld(t)
	w.termSource = map[string]string{"t0": `incident.promised_at < now`}
	last := "t0"
	for i := range 60 {
		name := "t" + strconv.Itoa(i+1)
		w.termSource[name] = `terms.` + last + ` && terms.` + last
		last = name
	}
	e := w.compile(`terms.` + last)
	if got := len(e.Unguarded(Known{})); got != 1 {
		t.Errorf("%d issues", got)
	}
	if ok, err := e.Bool(w.frame(nil)); !ok || err != nil {
		t.Error(ok, err)
	}
}

// randomCondition builds a condition over what may be missing, with failures in it.
func randomCondition(r *rand.Rand, depth int) string {
	atoms := []string{
		`has(incident.promised_at)`, `incident.promised_at < now`, `has(incident.resolved_at)`, `incident.resolved_at < now`,
		`incident.?promised_at.hasValue()`, `terms.promised`, `terms.overdue`, `has(tables.late_credit)`, `tables.late_credit.label == "small"`,
		`incident.severity > 2`, `true`, `false`, `1 / incident.zero > 0`, `has(tables.by_promise)`,
	}
	if depth == 0 {
		return atoms[r.IntN(len(atoms))]
	}
	a, b, c := randomCondition(r, depth-1), randomCondition(r, r.IntN(depth)), randomCondition(r, r.IntN(depth))
	switch r.IntN(10) {
	case 0, 1, 2:
		return "(" + a + " && " + b + ")"
	case 3, 4:
		return "(" + a + " || " + b + ")"
	case 5:
		return "!(" + a + ")"
	case 6:
		return "(" + a + " ? " + b + " : " + c + ")"
	case 7:
		return "((" + a + ") " + []string{"==", "!="}[r.IntN(2)] + " " + []string{"true", "false"}[r.IntN(2)] + ")"
	case 8:
		return "incident.tags." + []string{"exists", "all", "exists_one"}[r.IntN(3)] + "(t, " + a + ")"
	}
	return "cel.bind(v, " + a + ", " + b + " && v)"
}

// Whatever a condition looks like: accepted, it meets no missing value, and where it is
// true everything is there that it is said to know.
func TestGuardsAreSoundForAll(t *testing.T) {
	w := newWorld(t)
	var frames []*Frame
	for missing := range 8 {
		changes := map[string]any{"promised_at": at("2026-03-01T23:30:00Z"), "resolved_at": at("2026-03-01T23:30:00Z"), "delay": hoursOf(30)}
		for i, name := range []string{"promised_at", "resolved_at", "delay"} {
			if missing&(1<<i) != 0 {
				changes[name] = nil
			}
		}
		if changes["delay"] == nil {
			changes["delay"] = hoursOf(1)
		}
		frames = append(frames, w.frame(changes))
	}
	r := rand.New(rand.NewPCG(7, 8))
	accepted, knowing := 0, 0
	n := 10_000
	if testing.Short() {
		n = 300
	}
	for range n {
		source := randomCondition(r, 1+r.IntN(4))
		e := w.compile(source, kind(value.KindBool))
		if len(e.Unguarded(Known{})) > 0 {
			continue
		}
		accepted++
		known := e.Known(Known{})
		knowing += min(len(known.Paths()), 1)
		for _, f := range frames {
			ok, err := e.Bool(f)
			if err != nil && strings.Contains(err.Error(), "there is no") {
				t.Fatalf("%s: %v", source, err)
			}
			if !ok || err != nil {
				continue
			}
			for path, there := range present(f) {
				if known.Has(path) && !there {
					t.Fatalf("%s is true without %s", source, path)
				}
			}
		}
	}
	if accepted < n/5 || knowing < n/50 {
		t.Errorf("only %d are accepted, %d know something", accepted, knowing)
	}
}

func present(f *Frame) map[string]bool {
	there := map[string]bool{}
	for i, field := range testFields {
		there["incident."+field.Name] = f.in.Fields[i].IsSet()
	}
	row, _ := f.Table("late_credit").Row(f)
	there["tables.late_credit"] = row >= 0
	if there["incident.promised_at"] {
		row, _ = f.Table("by_promise").Row(f)
		there["tables.by_promise"] = row >= 0
	}
	return there
}

// TestItemsOfRequiredLists holds that the first item of a list that must have one is read
// without a guard, in a scope where it must, and in no other.
func TestItemsOfRequiredLists(t *testing.T) {
	base, err := NewBase()
	if err != nil {
		t.Fatal(err)
	}
	for _, required := range []bool{false, true, false} {
		scope, err := base.NewScope(Options{Fields: []Field{{Name: "lines", Type: value.Type{Kind: value.KindList, Elem: value.KindString}, NonEmpty: required}}})
		if err != nil {
			t.Fatal(err)
		}
		for source, want := range map[string]int{`incident.lines[0] == "a"`: 1, `incident.lines[1] == "a"`: 1} {
			if required && strings.Contains(source, "[0]") {
				want = 0
			}
			e, issues := scope.Compile(source, value.Type{Kind: value.KindBool})
			if len(issues) > 0 {
				t.Fatal(issues)
			}
			if found := e.Unguarded(Known{}); len(found) != want {
				t.Errorf("required %v: %s: %v", required, source, found)
			}
		}
	}
}
