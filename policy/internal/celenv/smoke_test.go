package celenv

import (
	"fmt"
	"testing"
)

func TestSmoke(t *testing.T) {
	w := newWorld(t)
	for _, src := range []string{
		`incident.failure == "late" && incident.delay >= hours(24)`,
		`terms.valued && incident.order.value >= money("10 EUR") && has(tables.late_credit)`,
		`tables.late_credit.credit * 2`,
		`tables.fares[incident.ticket]`,
		`2 * incident.order.value * percent(12.5)`,
		`incident.order.value / money("7 EUR")`,
		`date(incident.promised_at)`,
		`workday("office", date("2026-03-06"), 1)`,
		`incident.tags.exists(t, t == "vip")`,
		`[1, 2.5]`,
		`incident.score + 1`,
		`incident.score == 3`,
		`incident.scores.size()`,
		`1 / 0 > 0 || true`,
		`1 / incident.zero`,
		`terms.failing`,
		`incident.tags[5]`,
		`incident.failure == "lte"`,
		`incident.dely > hours(1)`,
		`incident.delay > 24`,
		`incident.order.value + incident.order.fee`,
		`incident.order.any == money("1 EUR")`,
		`incident.order.any * 2`,
		`money("10 EURO")`,
		`incident.order == 3`,
		`delay > hours(2)`,
		`a = b`,
		`incident.severity > 3 and incident.severity < 7`,
		`incident.?promised_at.orValue(now)`,
		`incident.order.value`,
		`hours(24`,
		`incident.failure = "late"`,
		`foo(3)`,
		`max(1, 2.5)`,
		`incident.severity`,
		`dyn(1)`,
		`[1,2,3].map(x, x * 2)`,
		`incident.many.filter(x, incident.many.exists(y, incident.many.exists(z, z == x + y))).size()`,
		`min(incident.order.value, facts.credited)`,
		`cel.bind(x, incident.failure, x == "lte")`,
		`math.greatest(1, 2, 3)`,
		`"a,b".split(",")`,
		`mat.abs(-1)`, `math.ab(-1)`,
		`incident.summary.matches("caf.")`,
		`incident.occurred_at.getHours("Europe/Madrid")`,
		`incident.occurred_at.getHours()`,
		`-incident.order.value`, `-incident.delay`,
	} {
		e, issues := w.scope.Compile(src)
		if len(issues) > 0 {
			for _, i := range issues {
				fmt.Printf("%-60s %d-%d %s: %s [%s]\n", src, i.From, i.To, i.Code, i.Message, i.Hint)
			}
			continue
		}
		for _, i := range e.Unguarded(Known{}) {
			fmt.Printf("%-60s UNGUARDED %d-%d %s [%s]\n", src, i.From, i.To, i.Message, i.Hint)
		}
		v, err := e.Eval(w.frame(nil))
		if err != nil {
			ee := err.(*EvalError)
			fmt.Printf("%-60s ERR %d-%d %v\n", src, ee.From, ee.To, err)
			continue
		}
		fmt.Printf("%-60s %v : %v\n", src, v.Native(), e.Type())
	}
}
