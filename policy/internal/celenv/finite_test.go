package celenv

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
)

// withoutValue are expressions of type double that come to no number, over fields: score is 1e300,
// small 1e-300, nought 0.
var withoutValue = []struct{ source, message string }{
	{`incident.score / incident.nought`, "division by zero"},
	{`incident.nought / incident.nought`, "division by zero"},
	{`-incident.score / incident.nought`, "division by zero"},
	{`incident.severity / incident.nought`, "division by zero"},
	{`incident.score / incident.zero`, "division by zero"},
	{`incident.score / incident.small`, "overflow"},
	{`incident.score * incident.score`, "overflow"},
	{`-incident.score * incident.score`, "overflow"},
	{`incident.score * 100000000000 * 1.0`, "overflow"},
	{`incident.score * 1e7 * 10 + incident.score * 1.7e8`, "overflow"},
	{`-(incident.score * 1e8) - incident.score * 1e8`, "overflow"},
	{`math.sqrt(-incident.score)`, "not a finite number"},
	{`math.sqrt(incident.zero - 1)`, "not a finite number"},
	{`double(incident.summary)`, "is not a double"},
	{`double("1e" + string(incident.big))`, "not a double"},
	{`incident.delay / (incident.delay - incident.delay)`, "division by zero"},
	{`incident.order.value / (incident.order.value - incident.order.value)`, "division by zero"},
}

// TestDoublesWithoutValue puts them where doubles are read: each is an error, in whatever stands
// around it, and never an answer.
func TestDoublesWithoutValue(t *testing.T) {
	w := newWorld(t)
	contexts := []string{
		`%s`, `%s > 0.5`, `%s <= 0.5`, `%s == %[1]s`, `%s != 0.0`, `!(%s < 1)`, `%s in [1.0, 2.0]`, `max(%s, 1.0)`, `min(1.0, %s)`,
		`math.greatest(%s, 1.0) > 0.5`, `math.least([1.0, %s]) > 0.5`, `math.ceil(%s)`, `math.abs(%s)`, `math.isNaN(%s)`, `math.isFinite(%s)`,
		`[%s].exists(x, x > 0.5)`, `[1.0, %s][1]`, `int(%s)`, `string(%s)`, `percent(%s)`, `money("1 EUR") * (%s)`, `money("1 EUR") / (%s)`,
		`true ? %s : 1.0`, `cel.bind(x, %s, x + x)`, `incident.order.fragile && %s > 0.5 || %[1]s > 1.5`,
	}
	for _, text := range []string{"NaN", "Infinity", "-inf", "+Inf", "nan"} {
		values := map[string]any{"score": 1e300, "summary": text, "order.fragile": true}
		for _, c := range withoutValue {
			if text != "NaN" && !strings.Contains(c.source, "incident.summary") {
				continue // only the text differs
			}
			for i, context := range contexts {
				if testing.Short() && (i+len(text)+len(c.source))%4 != 0 {
					continue
				}
				source := fmt.Sprintf(context, "("+c.source+")")
				e, issues := w.scope.Compile(source)
				if len(issues) > 0 {
					t.Errorf("%s: %+v", source, issues)
					continue
				}
				v, err := e.Eval(w.frame(values))
				var failure *EvalError
				if !errors.As(err, &failure) || !strings.Contains(failure.Message, c.message) {
					t.Errorf("%s with %s: %v, error %v, want %s", source, text, v.Native(), err, c.message)
				}
				p := NewTracer().Trace(e, w.frame(values))
				if p.Err == nil || p.Err.Error() != err.Error() {
					t.Errorf("%s is traced as %v, error %v, and fails with %v", source, p.Val.Native(), p.Err, err)
				}
			}
		}
	}
}

// TestConstantsWithoutValue writes them as constants: then the set does not load.
func TestConstantsWithoutValue(t *testing.T) {
	w := newWorld(t)
	for _, c := range []struct{ source, message string }{
		{`0.0 / 0.0`, "division by zero"}, {`1.0 / 0.0`, "division by zero"}, {`1 / 0.0`, "division by zero"}, {`1.0 / 0`, "division by zero"},
		{`1e308 * 10.0`, "overflow"}, {`1e308 + 1e308`, "overflow"}, {`-1e308 - 1e308`, "overflow"}, {`1e300 / 1e-300`, "overflow"},
		{`math.sqrt(-1.0)`, "not a finite number"}, {`math.sqrt(-1)`, "not a finite number"},
		{`double("NaN")`, "\"NaN\" is not a double"}, {`double("Infinity")`, "\"Infinity\" is not a double"}, {`double("-inf")`, "\"-inf\" is not a double"},
		{`double("1e999")`, "not a double"}, {`1e999`, ""}, {`-1e999`, ""}, {`hours(1) / hours(0)`, "division by zero"},
		{`money("1 EUR") / money("0 EUR")`, "division by zero"},
	} {
		for _, context := range []string{`%s > 0.5`, `incident.score > %s`, `true || %s > 0.5`, `incident.severity > 1 && max(1.0, %s) > incident.score`} {
			source := fmt.Sprintf(context, c.source)
			_, issues := w.scope.Compile(source)
			if len(issues) == 0 || !strings.Contains(issues[0].Message, c.message) {
				t.Errorf("%s: %+v, want %s", source, issues, c.message)
			}
		}
	}
}

// TestBoxedDoubles has what comes from outside: what is no number is absent.
func TestBoxedDoubles(t *testing.T) {
	for _, f := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		if Box(f).IsSet() {
			t.Errorf("%v has a value", f)
		}
	}
	for _, f := range []float64{0, math.MaxFloat64, -math.MaxFloat64, math.SmallestNonzeroFloat64} {
		if got := Box(f).Native(); got != f {
			t.Errorf("%v became %v", f, got)
		}
	}
}
