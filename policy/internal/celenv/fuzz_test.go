package celenv

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/servicerecovery/amends/policy/internal/celtext"
	"github.com/servicerecovery/amends/policy/value"
)

// FuzzCompile wants no source to panic or hang, places within the source, and the same
// outcome twice.
func FuzzCompile(f *testing.F) {
	for _, c := range benchConditions {
		f.Add(c.source)
	}
	for _, source := range fuzzSeeds {
		f.Add(source)
	}
	w := newWorld(f)
	frame := w.frame(nil)
	f.Fuzz(func(t *testing.T, source string) {
		stuck := time.AfterFunc(5*time.Second, func() { panic(fmt.Sprintf("%q takes too long", source)) })
		defer stuck.Stop()
		e, issues := w.scope.Compile(source)
		checkSlip(t, w, source)
		size := len([]rune(source))
		for _, i := range issues {
			checkPlace(t, source, i.From, i.To, size)
			if i.Code == "" || i.Message == "" || isJargon(source, i.Message) {
				t.Errorf("%q: %+v", source, i)
			}
		}
		if (e == nil) == (len(issues) == 0) {
			t.Fatalf("%q: %v and %v", source, e, issues)
		}
		again, issuesAgain := w.scope.Compile(source)
		if len(issues) != len(issuesAgain) || (again == nil) != (e == nil) {
			t.Fatalf("%q: %v, then %v", source, issues, issuesAgain)
		}
		for i := range issues {
			if issues[i] != issuesAgain[i] {
				t.Errorf("%q: %v, then %v", source, issues[i], issuesAgain[i])
			}
		}
		if e != nil {
			fuzzExpr(t, e, frame, size)
		}
	})
}

func fuzzExpr(t *testing.T, e *Expr, frame *Frame, size int) {
	for _, i := range e.Unguarded(Known{}) {
		checkPlace(t, e.Source(), i.From, i.To, size)
	}
	e.Known(Known{})
	for _, r := range e.Reads() {
		checkPlace(t, e.Source(), r.From, r.From, size)
	}
	e.Facts()
	if e.Type().Kind == value.KindInvalid && !e.broken {
		t.Errorf("%q has type %v", e.Source(), e.Type())
	}
	frame.Reset(frame.in)
	v, err := e.Eval(frame)
	if err == nil {
		if native := v.Native(); native == nil {
			t.Errorf("%q gives nothing", e.Source())
		}
		return
	}
	failure, ok := err.(*EvalError)
	if !ok {
		t.Fatalf("%q: %T", e.Source(), err)
	}
	checkPlace(t, failure.Expr.Source(), failure.From, failure.To, len([]rune(failure.Expr.Source())))
}

// isJargon recognises words of cel-go's own that no user should read.
func isJargon(source, message string) bool {
	for _, word := range []string{"overload", "expected type", "_var", "undeclared", "optional_type", "wrapper", "@", "<EOF>"} {
		if strings.Contains(message, word) && !strings.Contains(source, word) {
			return true
		}
	}
	return false
}

func checkPlace(t *testing.T, source string, from, to, size int) {
	t.Helper()
	if from < 0 || to < from || to > size {
		t.Errorf("%q: %d-%d is outside of it", source, from, to)
	}
}

var fuzzSeeds = []string{
	`terms.valued && has(incident.promised_at) && incident.promised_at < now`,
	`incident.?order.?note.orValue("x") == "x"`,
	`tables.fares[incident.ticket] * 2 / 3 + money("1 EUR")`,
	`cel.bind(x, incident.severity, x + x) > 3 ? "a" : "b"`,
	`[1, 2, 3].map(x, x * 2).filter(y, y > 2).size() == incident.scores[0]`,
	`workday("office", date(now), 3) - date("2026-01-01") + 1`,
	`"é" + incident.summary.replace("a", "bb").split("").join("-")`,
	"incident.delay\n >= hours(24) // a comment\n && true",
	`1 / incident.zero > 0 || incident.tags[9] == "x"`,
	`math.greatest(1, 2.5) > sets.contains([1], [2]) ? 1 : 2`,
	`has(tables.late_credit) ? tables.late_credit.credit : money("0 EUR")`,
	`a = b and c`, `"open`, `((((`, `b'x' + b'y'`, `1u + 2u`, `.incident.id`, `{"a": 1}`, `x{y: 1}`, `null`, `-(-5)`, `!!true`,
	`incident.tags.exists(incident, incident == "x")`, `lists.range(10000).map(x, lists.range(10000))`,
	`incident.summary.matches("(a{1000}){1000}")`, `[?incident.?promised_at]`, `optional.none()`, `string(incident.delay)`,
	`incident.many.sortBy(x, -x)[0]`, `date(x)`, `money()`, `timestamp("2026-13-01T00:00:00Z")`, `int("x")`,
}

// checkSlip wants nothing to be refused as a slip that compiles: what is found before the
// parser is asked is wrong in any case, and only said better.
func checkSlip(t *testing.T, w *world, source string) {
	if len(source) > 60 || strings.Contains(source, "`") { // CEL quotes odd names with it; there are none here
		return
	}
	c := newCompiler(w.scope, source, false)
	if c.issues = celtext.Slips(c.places.src, c); len(c.issues) == 0 {
		return
	}
	plain := newCompiler(w.scope, source, false)
	tree, issues, err := w.base.parse(source)
	if issues != nil || err != nil {
		return
	}
	plain.tree, plain.places.info = tree, tree.SourceInfo()
	if plain.compiled(nil) != nil {
		t.Errorf("%q is refused, and compiles: %v", source, c.issues)
	}
}
