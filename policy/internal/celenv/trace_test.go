package celenv

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/cel-go/common/types"

	"github.com/servicerecovery/amends/policy/value"
)

// sketch writes a part and what is below it in one line: the text, what it gave,
// and a ~ where the whole did without it.
func sketch(p *Part) string {
	var b strings.Builder
	if p.Skipped {
		b.WriteString("~")
	}
	switch p.Kind {
	case PartAnd, PartOr, PartNot, PartIf:
		b.WriteString(map[PartKind]string{PartAnd: "and", PartOr: "or", PartNot: "not", PartIf: "if"}[p.Kind])
	default:
		b.WriteString(p.Text)
	}
	switch {
	case p.Err != nil:
		b.WriteString("=!" + p.Err.(*EvalError).Message)
	case p.Kind == PartConstant:
	default:
		b.WriteString("=" + text(p.Val.Native()))
	}
	all := p.Parts
	if len(p.Bodies) > 0 {
		all = p.Bodies
	}
	if p.Kind == PartCompare || p.Kind == PartConstant || len(all) == 0 {
		return b.String()
	}
	parts := make([]string, len(all))
	for i, part := range all {
		parts[i] = sketch(part)
	}
	return b.String() + "(" + strings.Join(parts, ", ") + ")"
}

func TestTrace(t *testing.T) {
	w := newWorld(t)
	for source, want := range map[string]string{
		`incident.failure == "late"`:                                              `incident.failure == "late"=true`,
		`incident.severity >= 4 && incident.failure == "late"`:                    `and=false(incident.severity >= 4=false, ~incident.failure == "late"=true)`,
		`incident.severity >= 3 && incident.delay > hours(48) && terms.valued`:    `and=false(incident.severity >= 3=true, incident.delay > hours(48)=false, ~terms.valued=true(incident.customer.tier in ["gold", "platinum"]=true))`,
		`incident.severity > 4 || incident.severity > 2 || incident.severity > 3`: `or=true(incident.severity > 4=false, incident.severity > 2=true, ~incident.severity > 3=false)`,
		`1 / incident.zero > 0 || incident.severity > 2`:                          `or=true(1 / incident.zero > 0=!division by zero, incident.severity > 2=true)`,
		`1 / incident.zero > 0 && incident.severity > 2`:                          `and=!division by zero(1 / incident.zero > 0=!division by zero, incident.severity > 2=true)`,
		`!(incident.severity > 2 && !incident.order.fragile)`:                     `not=false(and=true(incident.severity > 2=true, not=true(incident.order.fragile=false)))`,
		`has(incident.missing_at) && incident.missing_at < now`:                   `and=false(has(incident.missing_at)=false, ~incident.missing_at < now=!there is no value)`,
		`incident.order.fragile ? incident.severity > 1 : incident.severity > 2`:  `if=true(incident.order.fragile=false, ~incident.severity > 1=true, incident.severity > 2=true)`,
		`has(tables.late_credit)`:                                                 `has(tables.late_credit)=true(incident.delay=30h)`,
		`terms.again`:                                                             `terms.again=true(and=true(facts.repeats > 0=true, terms.valued=true(incident.customer.tier in ["gold", "platinum"]=true)))`,
		`incident.tags.exists(x, x == "vip" && incident.severity > 2)`:            `incident.tags.exists(x, x == "vip" && incident.severity > 2)=true(incident.tags=[vip first], incident.severity=3)`,
		`incident.summary.startsWith("le")`:                                       `incident.summary.startsWith("le")=true(incident.summary=le café était froid, "le")`,
	} {
		e := w.compile(source, value.Type{Kind: value.KindBool})
		if got := sketch(NewTracer().Trace(e, w.frame(nil))); got != want {
			t.Errorf("%s\n got %s\nwant %s", source, got, want)
		}
	}
}

func TestTraceSides(t *testing.T) {
	w := newWorld(t)
	p := NewTracer().Trace(w.compile(`incident.order.value * percent(50) >= money("30 EUR")`), w.frame(nil))
	if p.Kind != PartCompare || p.Op != ">=" || len(p.Parts) != 2 {
		t.Fatalf("%+v", p)
	}
	left, right := p.Parts[0], p.Parts[1]
	if left.Text != "incident.order.value * percent(50)" || left.Val.Native() != eur("30.00") || left.Parts[0].Path != "incident.order.value" {
		t.Errorf("%+v", left)
	}
	if right.Kind != PartConstant || right.Val.Native() != eur("30.00") || right.From != 38 || right.To != 53 {
		t.Errorf("%+v", right)
	}
}

// traceAtoms hold, do not hold, or fail.
var traceAtoms = []string{
	`incident.severity > 2`, `incident.severity > 3`, `terms.valued`, `terms.failing`, `1 / incident.zero > 0`, `incident.many[9999] > 0`,
	`has(incident.missing_at)`, `incident.order.fragile`, `incident.delay < hours(48)`, `has(tables.late_credit)`, `tables.by_zero.rank > 0`,
	`incident.tags.exists(x, x == "vip")`, `incident.tags.all(x, size(x) / incident.zero > 0)`, `1.0 / incident.nought > 1.0`, `facts.credited > money("10 EUR")`,
}

func randomTrace(r *rand.Rand, depth int) string {
	if depth == 0 || r.IntN(4) == 0 {
		return traceAtoms[r.IntN(len(traceAtoms))]
	}
	a, b := randomTrace(r, depth-1), randomTrace(r, depth-1)
	switch r.IntN(6) {
	case 0:
		return "!(" + a + ")"
	case 1:
		return fmt.Sprintf("(%s ? %s : %s)", a, b, randomTrace(r, depth-1))
	case 2, 3:
		return fmt.Sprintf("(%s || %s)", a, b)
	}
	return fmt.Sprintf("(%s && %s)", a, b)
}

// The parts of a condition make up what the condition gives, errors included.
func TestTraceAgreesWithEvaluation(t *testing.T) {
	w := newWorld(t)
	r := rand.New(rand.NewPCG(7, 11))
	tracer := NewTracer()
	kinds := map[string]int{}
	n := 300
	if testing.Short() {
		n = 100
	}
	for range n {
		source := randomTrace(r, 4)
		e := w.compile(source, value.Type{Kind: value.KindBool})
		f := w.frame(map[string]any{"severity": int64(r.IntN(5)), "delay": time.Duration(r.IntN(80)) * time.Hour})
		want, wantErr := e.run(f)
		got := tracer.part(e, e.tree.Expr(), f, false)
		switch {
		case wantErr != nil:
			kinds["failed"]++
			if got.Err == nil || got.Err.Error() != wantErr.Error() {
				t.Fatalf("%s\n gave %v, %v, not %v", source, got.Val, got.Err, wantErr)
			}
		case got.Err != nil || got.Val.v != want:
			t.Fatalf("%s\n gave %v, %v, not %v", source, got.Val, got.Err, want)
		case want == types.True:
			kinds["true"]++
		default:
			kinds["false"]++
		}
		if whole := tracer.Trace(e, f); (whole.Err == nil) != (wantErr == nil) || whole.Err == nil && whole.Val.v != want {
			t.Fatalf("%s: %+v", source, whole)
		}
	}
	for _, k := range []string{"failed", "true", "false"} {
		if kinds[k] < n/12 {
			t.Errorf("only %d conditions were %s", kinds[k], k)
		}
	}
}
