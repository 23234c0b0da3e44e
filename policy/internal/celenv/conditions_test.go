package celenv

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/servicerecovery/amends/policy/internal/atom"
	"github.com/servicerecovery/amends/policy/value"
)

// grid holds, by field, the literals that it is compared with and the values that it takes; nil
// is absent.
var grid = map[string]struct {
	literals []string
	values   []any
}{
	"summary":       {[]string{`"a"`, `"ab"`, `""`, `"b"`, `"é"`}, []any{"a", "ab", "abc", "b", "", "é", "a\xff\xff", "\xff", nil}},
	"severity":      {[]string{"0", "3", "-1", "9007199254740993", "9223372036854775807", "-9223372036854775808"}, []any{int64(0), int64(3), int64(-1), int64(9007199254740992), int64(9007199254740993), int64(math.MaxInt64), int64(math.MinInt64), nil}},
	"score":         {[]string{"0.0", "-0.0", "2.5", "9007199254740992.0", "1e308", "-1e308"}, []any{0.0, math.Copysign(0, -1), 2.5, 9007199254740992.0, math.MaxFloat64, -math.MaxFloat64, 5e-324, -2.5, nil}},
	"order.fragile": {[]string{"true", "false"}, []any{true, false, nil}},
	"occurred_at": {[]string{`timestamp("2026-03-01T00:00:00Z")`, `timestamp("2026-03-01T00:00:00.5Z")`, `timestamp("0001-01-01T00:00:00Z")`, `timestamp("2026-03-01T01:00:00+01:00")`},
		[]any{at("2026-03-01T00:00:00Z"), at("2026-03-01T00:00:00.5Z"), at("2026-03-01T00:00:00.4Z"), at("0001-01-01T00:00:00Z"), at("9999-12-31T23:59:59.999999999Z"), at("2026-03-01T01:00:00+01:00"), time.Date(20000, 1, 1, 0, 0, 0, 0, time.UTC), nil}},
	"day":         {[]string{`date("2026-03-01")`, `date("2026-12-01")`, `date("0001-01-01")`}, []any{day("2026-03-01"), day("2026-02-28"), day("2026-12-01"), day("9999-12-31"), nil}},
	"delay":       {[]string{"hours(1)", "minutes(-5)", "hours(0)"}, []any{time.Hour, time.Hour + 1, time.Duration(0), -5 * time.Minute, time.Duration(math.MaxInt64), nil}},
	"rate":        {[]string{"percent(12.5)", "percent(0)", "percent(-3)"}, []any{percent("12.5%"), percent("12.50001%"), percent("0%"), percent("-3%"), percent("100%"), nil}},
	"order.value": {[]string{`money("1 EUR")`, `money("-1 EUR")`, `money("0 EUR")`}, []any{eur("1"), eur("0.99"), eur("0"), eur("-1"), nil}},
	"order.note":  {[]string{`"a"`, `""`}, []any{"a", "b", "", nil}},
	"order.maybe": {[]string{`money("1 EUR")`}, []any{eur("1"), eur("2"), nil}},
}

// conditionSources are all questions about one field, in every form.
func conditionSources(field string, literals []string) []string {
	path := "incident." + field
	optional := strings.Replace(path, "incident.", "incident.?", 1)
	optional = strings.Replace(optional, "order.", "order.?", 1)
	var out []string
	for _, l := range literals {
		for _, op := range []string{"==", "!=", "<", "<=", ">", ">="} {
			out = append(out, path+" "+op+" "+l, l+" "+op+" "+path, "!("+path+" "+op+" "+l+")")
			out = append(out, optional+".orValue("+literals[0]+") "+op+" "+l)
			out = append(out, path+" "+op+" "+l+" ? "+path+" != "+l+" : "+path+" == "+literals[0])
			out = append(out, path+" "+op+" "+l+" || "+path+" == "+literals[0], "true && "+path+" "+op+" "+l+" && has("+path+")")
		}
		out = append(out, path+" in ["+l+"]", path+" in ["+l+", "+literals[0]+", "+l+"]", "!("+path+" in ["+l+"])")
	}
	return append(out, "has("+path+")", "!has("+path+")", optional+".hasValue()", "has("+path+") && "+path+" == "+literals[0])
}

// TestConditions holds that what is sure of a condition is what cel-go gives, that questions about
// one value are sure wherever cel-go gives an answer, and never where it fails.
func TestConditions(t *testing.T) {
	w := newWorld(t)
	asked := 0
	for field, g := range grid {
		sources := conditionSources(field, g.literals)
		switch field {
		case "summary":
			for _, l := range g.literals {
				for _, f := range []string{"startsWith", "endsWith", "contains"} {
					sources = append(sources, "incident.summary."+f+"("+l+")", "!incident.summary."+f+"("+l+")")
				}
			}
		case "severity":
			for _, l := range grid["score"].literals {
				sources = append(sources, "incident.severity < "+l, "incident.severity <= "+l, l+" < incident.severity", l+" <= incident.severity")
			}
		case "score":
			for _, l := range grid["severity"].literals {
				sources = append(sources, "incident.score < "+l, "incident.score <= "+l, l+" < incident.score", l+" <= incident.score")
			}
		case "order.fragile":
			sources = append(sources, "incident.order.fragile", "!incident.order.fragile", "incident.order.?fragile.orValue(true)")
		}
		for i, source := range sources {
			if testing.Short() && i%15 != 0 {
				continue
			}
			e, issues := w.scope.Compile(source, kind(value.KindBool))
			if len(issues) > 0 {
				continue // not in the language for this type
			}
			asked++
			for _, v := range g.values {
				checkCondition(t, w, e, map[string]any{field: v})
			}
		}
	}
	least := 1000
	if testing.Short() {
		least = 60
	}
	if asked < least {
		t.Errorf("only %d conditions were compared", asked)
	}
}

// TestConditionsOfMore does the same with several values, terms and facts.
func TestConditionsOfMore(t *testing.T) {
	w := newWorld(t)
	for _, source := range []string{
		`"vip" in incident.tags`, `!("x" in incident.tags)`, `"vip" in incident.tags && "first" in incident.tags`, `1 in incident.many`, `money("2.50 EUR") in incident.amounts`,
		`terms.valued`, `!terms.valued && incident.severity == 3`, `terms.kind == "late"`, `terms.again`, `terms.promised`, `facts.repeats >= 2`, `facts.credited > money("5 EUR")`,
		`has(incident.promised_at) && incident.severity == 3`, `incident.severity == 3 && (incident.order.fragile || incident.score > 2)`,
		`incident.order.fragile ? incident.severity == 3 : incident.failure == "late"`, `has(incident.order.any)`, `has(incident.scores)`,
	} {
		e := w.compile(source, kind(value.KindBool))
		for _, changes := range []map[string]any{
			nil, {"tags": []any{}}, {"tags": nil}, {"tags": []any{"vip", "vip", "x"}}, {"severity": nil}, {"severity": int64(1)}, {"order.fragile": true}, {"order.fragile": nil},
			{"customer.tier": "basic"}, {"customer.tier": nil}, {"failure": nil}, {"score": nil}, {"promised_at": nil}, {"order.any": nil}, {"scores": []any{int64(1)}}, {"amounts": []any{}},
		} {
			checkCondition(t, w, e, changes)
		}
	}
}

// checkCondition compares what is known of a condition with its evaluation.
func checkCondition(t *testing.T, w *world, e *Expr, changes map[string]any) {
	t.Helper()
	got := truthOf(w, e, changes)
	want := atom.Unsure
	if ok, err := e.Bool(w.frame(changes)); err == nil {
		want = atom.Of(ok)
	}
	if got != want {
		t.Errorf("%s with %v: %v, evaluation gives %v", e.Source(), changes, got, want)
	}
}

func truthOf(w *world, e *Expr, changes map[string]any) atom.Truth {
	types := make([]value.Type, 0, len(testFields)+len(testFacts))
	for _, f := range testFields {
		types = append(types, f.Type)
	}
	for _, f := range testFacts {
		types = append(types, f.Type)
	}
	cond := NewConditions(len(testFields)).Of(e)
	b := atom.NewBuilder(types, nil)
	b.Gather(cond)
	space := b.Freeze()
	root := space.Root(cond)
	values := space.NewValues(nil)
	for i, f := range testFields {
		v, ok := changes[f.Name]
		if !ok {
			v = testValues[f.Name]
		}
		values.Set(i, v)
	}
	values.Set(len(testFields), int64(2))
	values.Set(len(testFields)+1, eur("12.00"))
	return space.Truth(root, values)
}

// TestConditionsStop holds that nothing counts that stands behind what may end an evaluation.
func TestConditionsStop(t *testing.T) {
	w := newWorld(t)
	heavy := `lists.range(700).all(x, lists.range(700).all(y, x + y >= 0))`
	for source, want := range map[string]atom.Truth{
		`incident.severity == 9 && ` + heavy:                              atom.No,
		heavy + ` && incident.severity == 9`:                              atom.Unsure,
		`incident.severity * 2 == 9 && incident.severity == 9`:            atom.No,
		`incident.severity == 3 || ` + heavy:                              atom.Yes,
		`"x" in incident.tags && incident.severity == 9 && ` + heavy:      atom.Unsure,
		`incident.summary.contains("x") && incident.order.fragile`:        atom.No,
		`incident.many.sortBy(x, x)[0] == 1 && incident.severity == 9`:    atom.Unsure,
		`incident.summary.reverse() == "x" && incident.severity == 9`:     atom.Unsure,
		`incident.summary.contains("x") && incident.score == 1.0 || true`: atom.Yes,
		`terms.failing && incident.severity == 9`:                         atom.No,
	} {
		if got := truthOf(w, w.compile(source, kind(value.KindBool)), nil); got != want {
			t.Errorf("%s: %v, want %v", source, got, want)
		}
	}
}

// TestConditionsOfManyTerms holds that terms in terms do not make a condition large.
func TestConditionsOfManyTerms(t *testing.T) {
	w := newWorld(t)
	w.termSource = map[string]string{"t0": `incident.severity == 3`}
	for i := range 40 {
		w.termSource[fmt.Sprintf("t%d", i+1)] = fmt.Sprintf("terms.t%d && (incident.severity == %d || terms.t%d)", i, i, i)
	}
	cond := NewConditions(len(testFields)).Of(w.compile("terms.t40", kind(value.KindBool)))
	if n := size(cond); n > maxInlined {
		t.Errorf("%d nodes", n)
	}
}
