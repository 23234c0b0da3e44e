package celenv

import (
	"errors"
	"strings"
	"testing"
)

func TestEvalErrors(t *testing.T) {
	w := newWorld(t)
	for _, c := range []struct{ source, message string }{
		{`«1 / incident.zero» > 0`, "division by zero"},
		{`«math.greatest(incident.many.filter(x, x > 0 && x < 0))» > 0`, "the list is empty"},
		{`0 < «math.least(incident.many.filter(x, x > 0 && x < 0))»`, "the list is empty"},
		{`3.0 < «incident.delay / hours(incident.zero)»`, "division by zero"},
		{`5 > «1 / (incident.zero + 0)»`, "division by zero"},
		{`«(1 + 2) / (incident.zero)» > 0`, "division by zero"},
		{`«1 % incident.zero» > 0`, "division by zero"},
		{`true && «incident.big + 1» > 0`, "overflow"},
		{`«-(incident.big) - 2» > 0`, "overflow"},
		{`«hours(incident.big)» > hours(1)`, "overflow"},
		{`«incident.occurred_at + hours(2000000 * incident.severity) + hours(2000000) + hours(incident.big / 4000000000000)» > now`, ""},
		{`«incident.tags[5]» == "x"`, "index 5 is outside a list of 2"},
		{`«incident.tags[-1]» == "x"`, "index -1 is outside a list of 2"},
		{`incident.tags.exists(t, «[t][1]» == "x")`, "index 1 is outside the list"},
		{`«int(incident.id)» > 1`, "the string is not an int"},
		{`«duration(incident.id)» > hours(1)`, `"T-1" is no duration`},
		{`«incident.order.value / incident.zero» > money("1 EUR")`, "division by zero"},
		{`incident.order.value * («1.0 / incident.nought») > money("1 EUR")`, "division by zero"},
		{`«incident.order.value / (facts.credited - facts.credited)» > 1.0`, "division by zero"},
		{`«incident.day + incident.big» > incident.day`, "lies outside the years"},
		{`«incident.day - incident.big» > incident.day`, "lies outside the years"},
		{`«workday("office", incident.day, incident.big)» > incident.day`, "lies outside the years"},
		{"// é\nincident.id == \"ü\" ||\n  «1 / incident.zero» > 0", "division by zero"},
		{`«1 / incident.zero» > 0 || 5 % incident.zero > 1`, "division by zero"},
		{`[1, 0].exists(x, «5 / (x * incident.zero)» > 5)`, "division by zero"},
		{`[1, 2].map(x, «x / incident.zero»).size() > 0`, "division by zero"},
		{`(«1 / incident.zero» > 0 ? 1 : 2) > 0`, "division by zero"},
		{`!(«1 / incident.zero» > 0)`, "division by zero"},
		{`cel.bind(x, «1 / incident.zero», x + 1) > 0`, "division by zero"},
		{`«incident.missing_at» < now`, "there is no value"},
		{`«incident.summary.substring(50)» == ""`, ""},
		{`«lists.range(incident.big)».size() > 1`, "too long"},
		{`«incident.many.exists(a, incident.many.exists(b, incident.many.exists(c, a + b == c - 100000)))»`, "the condition costs too much to evaluate (limit 300000)"},
		{`incident.severity > 1 && «incident.many.map(x, incident.many.map(y, x * y)).size()» > 0`, ""},
	} {
		source, from, to := mark(c.source)
		e, issues := w.scope.Compile(source)
		if len(issues) > 0 {
			t.Errorf("%s: %+v", source, issues)
			continue
		}
		_, err := e.Eval(w.frame(nil))
		var failure *EvalError
		if !errors.As(err, &failure) {
			t.Errorf("%s: no error", source)
			continue
		}
		if c.message == "" { // shown by -v
			t.Logf("%s: %v", source, failure)
			continue
		}
		if failure.From != from || failure.To != to || failure.Expr != e || failure.Sub != string([]rune(source)[from:to]) {
			t.Errorf("%s: at %d-%d (%s), want %d-%d", source, failure.From, failure.To, failure.Sub, from, to)
		}
		if !strings.Contains(failure.Message, c.message) {
			t.Errorf("%s: %q, want %q", source, failure.Message, c.message)
		}
	}
}

// An error in a term points into the term, and is the same at each use.
func TestEvalErrorsInTerms(t *testing.T) {
	w := newWorld(t)
	for _, source := range []string{`incident.severity > 1 && terms.failing`, `terms.failing || terms.failing`, `[1].exists(x, terms.failing)`} {
		f := w.frame(nil)
		for range 2 {
			_, err := w.compile(source).Bool(f)
			var failure *EvalError
			if !errors.As(err, &failure) || failure.Expr != w.terms["failing"] || failure.Sub != "1 / incident.zero" || failure.From != 0 {
				t.Errorf("%s: %v", source, err)
			}
		}
	}
	_, err := w.compile(`has(tables.by_zero)`).Bool(w.frame(nil))
	var failure *EvalError
	if !errors.As(err, &failure) || failure.Expr != w.tables["by_zero"].keys[0].By || failure.Error() != "1 / incident.zero: division by zero" {
		t.Error(err)
	}
}
