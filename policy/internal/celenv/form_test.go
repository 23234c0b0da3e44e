package celenv

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/types"

	"github.com/servicerecovery/amends/policy/internal/celtext"
	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/policy/worktime"
)

// sourcesOfAllTests are what the other tests compile, good and bad.
func sourcesOfAllTests() []string {
	var out []string
	for _, c := range values {
		out = append(out, c.source)
	}
	for _, c := range badSources {
		source, _, _ := mark(c.source)
		out = append(out, source)
	}
	for _, c := range guardCases {
		out = append(out, c.source)
	}
	for _, c := range benchConditions {
		out = append(out, c.source)
	}
	out = append(out, fuzzSeeds...)
	return append(out, formSeeds...)
}

// formSeeds have literals in every place where one can stand.
var formSeeds = []string{
	`incident.failure == "late" && incident.summary == "R1" && incident.severity >= 2 && incident.delay >= hours(3)`,
	`incident.failure in ["late", "lost"] || incident.ticket != "season"`,
	`!("late" == incident.failure) && ["vip", "first"].exists(t, t in incident.tags)`,
	`incident.severity in [1, 2, 3] && incident.score in [1, 2.5] && 2 in incident.many`,
	`incident.order.value * percent(10) + money("5 EUR")`,
	`max(incident.order.value * 2, money("10 EUR")) / 3 - money("0.50 EUR")`,
	`incident.order.fee > money("1 GBP") && incident.order.any == money("3 USD")`,
	`incident.score > 2 && incident.score < -3.5 && incident.score * 2.0 != -1.0`,
	`incident.severity - -5 > -2 && -incident.severity < 5`,
	`incident.occurred_at > timestamp("2026-03-01T00:00:00Z") && incident.day == date("2026-03-02") && date(incident.occurred_at) < date("2026-06-30")`,
	`duration("2h") < incident.delay && minutes(90) >= incident.delay || incident.delay == days(2)`,
	`incident.summary.startsWith("le") && incident.summary.contains("fr") && incident.summary.endsWith("d") && "x".startsWith(incident.id)`,
	`incident.order.?note.orValue("ring") == "ring" && incident.?scores.orValue([1, 2]) == [1, 2]`,
	`(incident.order.fragile ? "late" : incident.failure) == "lost"`,
	`(incident.severity > 3 ? money("5 EUR") : money("10 EUR")) > incident.order.value`,
	`incident.?mood.orValue("vip") == "vip"`, `(incident.order.fragile ? "vip" : incident.failure) == "vip"`,
	`incident.tags[0] == "vip" && incident.tags.size() > 1 && [1, 2, 3].size() == 3`,
	`cel.bind(x, "late", x == incident.failure) && incident.tags.exists(t, t == "vip") && incident.many.all(n, n > 0)`,
	`incident.summary.matches("le .*") && workdays("office", incident.day, date("2026-03-09")) > 2`,
	`1 < 2 && "a" == "a" && incident.severity > 1 + 1 && incident.id == "T" + "-1"`,
	`terms.kind == "late" && terms.valued && incident.mood == "calm"`,
	`has(incident.mood) && incident.mood in ["calm", "angry"]`,
	`tables.fares[incident.ticket] > money("1 EUR") && tables.late_credit.label == "small"`,
	"incident.id == \"é\" // \"quoted\" 5\n && incident.seat == 'first'",
	`1 / incident.zero > 3 && incident.tags[7] == "x"`,
	`incident.tags.filter(t, t != "vip")[3] == "x"`,
	`hours(24)`, `"text"`, `5`, `-5`, `percent(12.5)`, `money("10 EUR")`, `[1, 2]`, `["late"]`,
}

var someLiterals = []string{
	`0`, `1`, `2`, `3`, `7`, `24`, `100`, `007`, `999999999999999`, `9999999999999999`, `9223372036854775807`, `9223372036854775808`, `0x1F`, `5u`,
	`0.5`, `1.0`, `2.50`, `.5`, `1e3`, `1.5e-3`, `123456789.125`, `0.1234567890123456789`,
	`"late"`, `"lost"`, `'damaged'`, `"nope"`, `""`, `''`, `"vip"`, `"é€"`, `"a\"b"`, `"line\n"`, `r"raw\d"`, `"""long"""`, `b"bytes"`, `"season"`, `"first"`, `"calm"`,
	`"10 EUR"`, `"12.50 EUR"`, `"0.001 EUR"`, `"3 GBP"`, `"5 USD"`, `"5 XXX"`, `"10"`, `"2026-06-30"`, `"2026-02-30"`, `"2026-03-01T00:00:00Z"`,
	`"2h"`, `"1d12h"`, `"1h30m"`, `"2 hours"`, `"office"`, `"broken"`, `"closed"`, `"("`, `"a+"`, `true`, `null`, `"// no"`, "'`'",
}

// withOtherLiterals writes other literals into a source, some or all.
func withOtherLiterals(r *rand.Rand, source string) string {
	src := celtext.New(source)
	var b strings.Builder
	last := 0
	for _, t := range src.Tokens {
		if t.Kind != celtext.TokNumber && t.Kind != celtext.TokText || r.IntN(3) == 0 {
			continue
		}
		b.WriteString(src.Text(last, t.From))
		b.WriteString(otherLiteral(r, src.TokenText(t)))
		last = t.To
	}
	b.WriteString(src.Text(last, len(src.Runes)))
	return b.String()
}

// otherLiteral mostly writes a literal that could stand in the same place.
func otherLiteral(r *rand.Rand, old string) string {
	if r.IntN(8) == 0 {
		return someLiterals[r.IntN(len(someLiterals))]
	}
	like := []string{`"late"`, `'lost'`, `"damaged"`, `"vip"`, `"R17"`, `"é"`, `"season"`}
	switch {
	case strings.Contains(old, " EUR"):
		like = []string{`"1 EUR"`, `'12.50 EUR'`, `"0 EUR"`, `"1000000 EUR"`, `"5 GBP"`}
	case strings.Contains(old, "-0"):
		like = []string{`"2026-03-02"`, `"2025-12-31"`, `"2026-03-02T10:00:00Z"`}
	case strings.Contains(old, ".") && celtext.IsDigit(rune(old[0])):
		like = []string{`0.0`, `2.5`, `12.50`, `99.999`}
	case celtext.IsDigit(rune(old[0])):
		like = []string{`0`, `1`, `3`, `24`, `365`, `100000`}
	}
	return like[r.IntN(len(like))]
}

// formWorlds are scopes that differ in what names mean, on one base or each on its own.
func formWorlds(t testing.TB, base *Base) []*world {
	lisbon, err := worktime.LoadZone("Europe/Lisbon")
	if err != nil {
		t.Fatal(err)
	}
	field := func(fields []Field, name string) *Field {
		return &fields[slices.IndexFunc(fields, func(f Field) bool { return f.Name == name })]
	}
	var out []*world
	for _, change := range []func(*Options){
		func(*Options) {},
		func(o *Options) { o.Zone = lisbon },
		func(o *Options) { field(o.Fields, "failure").Closed = []string{"", "late", "nope"} },
		func(o *Options) { field(o.Fields, "severity").Type = kind(value.KindDouble) },
		func(o *Options) { field(o.Fields, "summary").Optional = true },
		func(o *Options) { field(o.Fields, "order.value").Type = moneyIn("GBP") },
		func(o *Options) { o.Hidden = map[string]string{"facts": "not here", "incident.order.fee": "nor this"} },
		func(o *Options) { o.Calendars = map[string]*worktime.Calendar{"closed": o.Calendars["office"]} },
		func(*Options) {},
	} {
		w := newWorldOn(t, base, Options{})
		o := w.scope.options
		o.Fields = slices.Clone(o.Fields)
		change(&o)
		if w.scope, err = w.base.NewScope(o); err != nil {
			t.Fatal(err)
		}
		// Terms and tables that do not compile in a scope are broken there.
		w.lenient = true
		out = append(out, w)
	}
	return out
}

// TestForms compiles sources with all kinds of literals in scopes that share what they
// can, and each by itself: nothing may differ.
func TestForms(t *testing.T) {
	sharing, err := NewBase()
	if err != nil {
		t.Fatal(err)
	}
	apart, err := NewBase()
	if err != nil {
		t.Fatal(err)
	}
	apart.Forget()
	shared, alone := formWorlds(t, sharing), formWorlds(t, apart)
	r := rand.New(rand.NewPCG(11, 12))
	sources := sourcesOfAllTests()
	r.Shuffle(len(sources), func(i, j int) { sources[i], sources[j] = sources[j], sources[i] })
	sources = sources[:rounds(len(sources))]
	for range rounds(60) {
		sources = append(sources, randomCondition(r, 1+r.IntN(3)))
	}
	wants := [][]value.Type{nil, nil, nil, {kind(value.KindBool)}, {kind(value.KindDouble)}, {moneyIn("EUR")}, {kind(value.KindMoney)}, {kind(value.KindDuration), kind(value.KindString)}, {list(value.KindDouble)}}
	compiled, filled := 0, 0
	for _, source := range sources {
		want, message := wants[r.IntN(len(wants))], r.IntN(8) == 0
		shared[0].scope.compile(source, message, want)
		for range 3 {
			i := r.IntN(len(shared)) * r.IntN(2)
			source := withOtherLiterals(r, source)
			a, issues := shared[i].scope.compile(source, message, want)
			b, wantIssues := alone[i].scope.compile(source, message, want)
			if !slices.Equal(issues, wantIssues) || (a == nil) != (b == nil) {
				t.Fatalf("scope %d: %s\ngot  %+v\nwant %+v", i, source, issues, wantIssues)
			}
			if a == nil {
				continue
			}
			compiled++
			if len(a.values) > 0 && !a.isFirst() {
				filled++
			}
			compareExprs(t, shared[i], alone[i], a, b)
		}
	}
	if compiled < rounds(250) || filled < rounds(40) {
		t.Errorf("%d compile, %d of them are filled in", compiled, filled)
	}
}

// isFirst reports whether the form was made from the expression itself.
func (e *Expr) isFirst() bool {
	for i, b := range e.blanks {
		if node := findNode(e.tree.Expr(), b.node); node.AsLiteral().Equal(e.values[i]) != types.True {
			return false
		}
	}
	return true
}

func compareExprs(t *testing.T, in, apart *world, a, b *Expr) {
	t.Helper()
	for _, c := range []struct {
		what      string
		got, want any
	}{
		{"type", a.Type(), b.Type()}, {"domain", a.Domain(), b.Domain()}, {"source", a.Source(), b.Source()},
		{"terms", a.Terms(), b.Terms()}, {"tables", a.Tables(), b.Tables()}, {"calendars", a.Calendars(), b.Calendars()},
		{"reads", a.Reads(), b.Reads()}, {"facts", a.Facts(), b.Facts()}, {"tree", literalsOf(a), literalsOf(b)},
	} {
		if !reflect.DeepEqual(c.got, c.want) {
			t.Fatalf("%s of %s\ngot  %v\nwant %v", c.what, a.source, c.got, c.want)
		}
	}
	for _, k := range []Known{{}, Unreachable(), Known{}.With("incident.promised_at"), Known{}.With("incident.mood").With("tables.late_credit")} {
		if got, want := a.Unguarded(k), b.Unguarded(k); !slices.Equal(got, want) {
			t.Fatalf("unguarded in %s\ngot  %+v\nwant %+v", a.source, got, want)
		}
		if got, want := a.Known(k), b.Known(k); !reflect.DeepEqual(got, want) {
			t.Fatalf("known in %s: %v, want %v", a.source, got, want)
		}
	}
	for _, changes := range []map[string]any{nil, {"delay": time.Hour, "severity": int64(1), "failure": "lost", "tags": []any{}, "summary": nil, "promised_at": nil}} {
		for _, v := range []any{changes["severity"], 2.5} { // double in one of the scopes
			if changes != nil {
				changes["severity"] = v
			}
			f, g := in.frame(changes), apart.frame(changes)
			if got, want := outcome(a, f), outcome(b, g); got != want {
				t.Fatalf("%s\ngot  %s\nwant %s", a.source, got, want)
			}
			comparePart(t, a, b, f, g)
		}
	}
}

// literalsOf writes the literals of a tree, each with the number of its node.
func literalsOf(e *Expr) string {
	var b strings.Builder
	tree, _ := e.checked()
	for _, node := range inOrder(tree.Expr()) {
		if v, ok := e.literal(node); ok {
			fmt.Fprintf(&b, "%d: %T %v\n", node.ID(), v, Val{v}.Native())
		}
	}
	return b.String()
}

func inOrder(e ast.Expr) []ast.Expr {
	nodes := []ast.Expr{e}
	for _, child := range children(e) {
		nodes = append(nodes, inOrder(child)...)
	}
	return nodes
}

// outcome is what an evaluation gives, errors with their places.
func outcome(e *Expr, f *Frame) string {
	v, err := e.Eval(f)
	if failure, ok := err.(*EvalError); ok {
		return fmt.Sprintf("%d-%d of %q: %s: %s", failure.From, failure.To, failure.Expr.source, failure.Sub, failure.Message)
	}
	return fmt.Sprintf("%T %s", v.Native(), text(v.Native()))
}

// comparePart evaluates a part of an expression, as an index does for what is left.
func comparePart(t *testing.T, a, b *Expr, f, g *Frame) {
	t.Helper()
	root := a.tree.Expr()
	if root.Kind() != ast.CallKind || a.loops || a.broken {
		return
	}
	for _, node := range children(root) {
		var results [2]string
		for i, e := range []*Expr{a, b} {
			program, err := e.planPart(node.ID())
			if err != nil {
				t.Fatalf("%s: %v", e.source, err)
			}
			v, err := e.evaluate(program, []*Frame{f, g}[i])
			results[i] = fmt.Sprintf("%v %v", Val{v}.Native(), err)
		}
		if results[0] != results[1] {
			t.Fatalf("part %d of %s\ngot  %s\nwant %s", node.ID(), a.source, results[0], results[1])
		}
	}
}

// FuzzForms compiles two sources of one shape, so that the second is filled in.
func FuzzForms(f *testing.F) {
	sources := sourcesOfAllTests()
	for i, source := range sources[:rounds(len(sources))] {
		f.Add(source, uint64(i))
	}
	sharing, apart := newWorld(f), newWorld(f)
	apart.base.Forget()
	f.Fuzz(func(t *testing.T, source string, seed uint64) {
		r := rand.New(rand.NewPCG(seed, 1))
		sharing.scope.Compile(source)
		for range 3 {
			source = withOtherLiterals(r, source)
			a, issues := sharing.scope.Compile(source)
			b, want := apart.scope.Compile(source)
			if !slices.Equal(issues, want) || (a == nil) != (b == nil) {
				t.Fatalf("%q\ngot  %+v\nwant %+v", source, issues, want)
			}
			if a != nil {
				compareExprs(t, sharing, apart, a, b)
			}
		}
	})
}
