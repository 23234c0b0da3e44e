package oracle

import (
	"fmt"
	"time"

	"github.com/servicerecovery/amends/recovery"
)

// condition makes up a condition over what a playbook can see. What may be
// missing is read behind its guard only.
func (d *oDice) condition(b *oBook, depth int) *oNode {
	if depth > 0 && d.chance(60) {
		x, y := d.condition(b, depth-1), d.condition(b, depth-1)
		switch d.IntN(5) {
		case 0:
			return not(x)
		case 1, 2:
			return &oNode{op: "or", kids: []*oNode{x, y}}
		}
		return &oNode{op: "and", kids: []*oNode{x, y}}
	}
	for {
		if n := d.atom(b); n != nil {
			return n
		}
	}
}

var comparisons = []string{"==", "!=", "<", "<=", ">", ">="}

func (d *oDice) atom(b *oBook) *oNode {
	and := func(x, y *oNode) *oNode { return &oNode{op: "and", kids: []*oNode{x, y}} }
	order := comparisons[d.IntN(6)]
	// The names a document can see: its own and the shared ones, save that
	// `applies` (whose document here has none of its own) sees fields only.
	doc := func(list func(*oBook) bool) *oBook {
		for _, x := range []*oBook{b, b.set.shared} {
			if b.id != "" && x != nil && list(x) && d.chance(50) {
				return x
			}
		}
		return nil
	}
	switch d.IntN(16) {
	case 0:
		return op(order, ref("incident.severity"), lit(int64(1+d.IntN(5))))
	case 1:
		return op(comparisons[d.IntN(2)], ref("incident.failure"), lit(pick(d, poolFailures[:3]...)))
	case 2:
		return &oNode{op: "in", kids: []*oNode{ref("incident.customer.tier"), lit([]any{"gold", "platinum"})}}
	case 3:
		return op("!=", ref("incident.region"), lit(pick(d, poolRegions[:2]...)))
	case 4:
		if b.id == "" { // applies knows no time
			return nil
		}
		return op("<", op("-", ref("now"), ref("incident.occurred_at")), lit(time.Duration(pick(d, 2, 24, 48))*time.Hour))
	case 5:
		if b.shared { // whose zone a shared date is in, the text leaves open
			return nil
		}
		return op(order, call("date", ref("incident.occurred_at")), lit(oDay(pick(d, poolDays...))))
	case 6:
		if b.id == "" || !d.chance(30) {
			return nil
		}
		return pick(d, has("incident.resolved_at"), and(has("incident.responded_at"), op("<", ref("incident.responded_at"), ref("now"))))
	case 7:
		if b.field("delay") != nil && d.chance(20) { // a division by zero, now and then
			return pick(d, op(order, op("/", ref("incident.delay"), lit(12*time.Hour)), lit(2.0)), op(order, op("/", lit(36*time.Hour), ref("incident.delay")), lit(0.75)))
		}
		if b.field("share") != nil && d.chance(30) { // and a double that has no value
			share := ref("incident.share")
			return op(order, pick(d, op("/", share, share), op("/", lit(1.5), share), op("*", op("/", share, lit(2.0)), lit(1e308)), op("-", op("*", share, lit(-1.5e308)), lit(1e308))), lit(2.0))
		}
		if b.field("delay") != nil {
			return op(order, ref("incident.delay"), lit(time.Duration(pick(d, 24, 48, 72))*time.Hour))
		}
	case 8:
		if b.field("fee") != nil {
			return op(order, op("*", ref("incident.fee"), lit(int64(2))), eur(pick(d, "24.70 EUR", "30 EUR")))
		}
	case 9:
		if b.field("order.value") != nil {
			return and(has("incident.order.value"), op(order, ref("incident.order.value"), eur(pick(d, "50 EUR", "60 EUR"))))
		}
	case 10:
		if b.field("order.fragile") != nil {
			return ref("incident.order.fragile")
		}
	case 11:
		if b.field("parts") != nil && d.chance(50) { // a division by zero, now and then
			return op(order, op("/", lit(int64(10)), ref("incident.parts")), lit(int64(5)))
		}
	case 12:
		if b.field("ticket") != nil {
			return op("==", ref("incident.ticket"), lit(pick(d, "single", "return")))
		}
	case 13:
		if x := doc(func(x *oBook) bool { return len(x.facts) > 0 }); x != nil {
			f := pick(d, x.facts...)
			if f.sum != "" {
				return op(order, ref("facts."+f.name), eur(pick(d, "0 EUR", "10 EUR")))
			}
			return op(order, ref("facts."+f.name), lit(int64(d.IntN(3))))
		}
	case 14:
		if x := doc(func(x *oBook) bool { return len(x.terms) > 0 }); x != nil {
			return ref("terms." + x.terms[0].name)
		}
	case 15:
		if x := doc(func(x *oBook) bool { return len(x.tables) > 0 }); x != nil {
			t := x.tables[0]
			return and(has("tables."+t.name), op(order, ref("tables."+t.name+".points"), lit(int64(d.IntN(4)))))
		}
	}
	return nil
}

// amount makes up an amount; its currency is EUR unless it is a literal.
func (d *oDice) amount(b *oBook) *oNode {
	switch d.IntN(10) {
	case 9:
		if b.field("tip") != nil {
			return pick(d, ref("incident.tip"), op("*", ref("incident.tip"), lit(oPercent("150%"))), op("/", ref("incident.tip"), lit(0.7)),
				call("round_up", op("/", ref("incident.tip"), lit(int64(3)))))
		}
		if b.field("fee") != nil && b.field("delay") != nil {
			return op("*", ref("incident.fee"), op("/", ref("incident.delay"), lit(7*time.Hour)))
		}
	case 0:
		return lit(exactOf(recovery.MustMoney(pick(d, "4 GBP", "500 JPY", "0 EUR"))))
	case 1:
		if b.field("fee") != nil {
			return op("*", ref("incident.fee"), pick(d, lit(oPercent("12.5%")), lit(int64(3)), lit(0.1)))
		}
	case 2:
		if b.field("fee") != nil {
			return pick(d, op("/", ref("incident.fee"), lit(int64(3))), call("round_up", op("/", ref("incident.fee"), lit(int64(7)))),
				call("round_down", op("*", ref("incident.fee"), lit(0.333))), op("-", ref("incident.fee"), eur("2 EUR")))
		}
	case 3:
		if b.field("order.value") != nil {
			return op("*", call("orValue", ref("incident.order.value"), eur("8.25 EUR")), lit(oPercent("50%")))
		}
	case 4:
		if len(b.tables) > 0 && b.tables[0].whole() {
			return ref("tables." + b.tables[0].name + ".credit")
		}
	case 5:
		if sums := d.sums(b); len(sums) > 0 {
			return call("min", ref("facts."+pick(d, sums...).name), eur("9.99 EUR"))
		}
	case 6:
		if b.field("fee") != nil && b.field("parts") != nil {
			return call("max", op("*", ref("incident.fee"), ref("incident.parts")), eur("1 EUR"))
		}
	}
	return eur(pick(d, "5 EUR", "5 EUR", "10 EUR", "12.35 EUR", "40 EUR"))
}

func (d *oDice) play(b *oBook, id string) *oPlay {
	p := &oPlay{id: id, book: b, units: 1, when: lit(true), priority: int64(pick(d, 0, 0, 0, 5, -3)), fallback: d.chance(15), aside: d.chance(15),
		approach: pick(d, "standardised-response", "standardised-response", "preventive-intervention", "partner-substitute", "case-by-case"),
		phase:    pick(d, "", "", "any", "signal", "failure"), provider: pick(d, "", "any", "us", "any")}
	if d.chance(70) {
		p.when = d.condition(b, d.size-1)
	}
	if d.chance(15) {
		p.inForce = d.dates()
	}
	if d.chance(15) && p.approach == "standardised-response" {
		p.reviewBy = pick(d, "2026-03-01", "2027-01-31")
	}
	// A type that is not merged has no id in one of the places where it may
	// stand, and everywhere else has one.
	bare := map[string]string{}
	for _, t := range []string{"refund", "compensate", "prevent", "gift", "gesture"} {
		bare[t] = pick(d, "d", "c", "")
	}
	p.do = d.actionList(b, "d", bare, d.IntN(d.size+2))
	for i := range d.IntN(d.size) {
		c := &oCase{when: d.condition(b, 1), do: d.actionList(b, "c", bare, 1+d.IntN(2))}
		if d.chance(70) {
			c.id = fmt.Sprintf("case%d", i)
		}
		p.cases = append(p.cases, c)
	}
	if len(p.cases) > 0 && d.chance(30) {
		p.cases[len(p.cases)-1].when = nil
	}
	switch p.approach {
	case "preventive-intervention":
		p.lead = spanOf(pick(d, "", "2h", "30m", "1d", "1d2h"))
		p.tooLate = d.actionList(b, "t", bare, d.IntN(2))
		p.noShares(p.do)
		for _, c := range p.cases {
			p.noShares(c.do)
		}
	case "partner-substitute":
		if all := b.visible(); len(all) == 0 {
			p.approach = "standardised-response"
			break
		} else if d.chance(40) {
			for _, c := range all {
				if d.chance(70) || len(p.partners) == 0 {
					p.partners = append(p.partners, c.id)
				}
			}
		}
		p.units = int64(1 + d.IntN(2))
		p.otherwise = d.actionList(b, "o", bare, d.IntN(2))
	case "case-by-case":
		p.discretion = d.discretion(b)
	}
	return p
}

// noShares writes reminders as lengths: `lead` may move a deadline into closed hours, and what a share
// of no time is, is not said.
func (p *oPlay) noShares(list []*oAction) {
	for _, a := range list {
		for _, step := range a.remind {
			step.before = "30m"
		}
	}
}

func (d *oDice) discretion(b *oBook) *oDiscretion {
	x := &oDiscretion{decider: pick(d, poolRoles[:2]...), within: pick(d, "", "2h", "45m"), atLeast: d.IntN(2), tolerance: pick[oPercent](d, "", "20%", "0%"),
		comparable: some(d, 40, poolSame[1:])}
	if len(b.calendars) > 0 && x.within != "" && d.chance(50) {
		x.calendar = b.calendars[0].name
	}
	for _, t := range some(d, 60, []string{"compensate", "refund", "replace", "explain"}) {
		o := &oAction{typ: t, owner: pick(d, "", "care")}
		if t == "compensate" || t == "refund" {
			o.from, o.to = eur(pick(d, "0 EUR", "5 EUR")), eur(pick(d, "20 EUR", "150 EUR"))
			if b.field("fee") != nil && d.chance(30) {
				o.to = op("+", ref("incident.fee"), eur("30 EUR"))
			}
		}
		if t == "compensate" {
			o.as = pick(d, []string{"cash", "voucher"}, []string{"cash"}, []string{"credit", "goodwill"})
		}
		x.options = append(x.options, o)
	}
	if len(x.options) == 0 {
		x.options = []*oAction{{typ: "replace"}}
	}
	x.atMost = max(1, 1+d.IntN(len(x.options)))
	return x
}

var actionTypes = []string{"acknowledge", "respond", "apologise", "explain", "callback", "inform", "resolve", "refund", "compensate", "compensate",
	"replace", "repair", "escalate", "assign", "notify", "investigate", "prevent", "survey"}

// actionList makes up actions for one place of a play: d its do, c a case, t
// too_late, o otherwise.
func (d *oDice) actionList(b *oBook, place string, bare map[string]string, n int) (out []*oAction) {
	types := actionTypes
	for _, doc := range []*oBook{b, b.set.shared} {
		if doc != nil {
			for _, t := range doc.types {
				types = append(types[:len(types):len(types)], t.name)
			}
		}
	}
	used := map[string]bool{}
	for i := range n {
		a := d.action(b, pick(d, types...), 1)
		if in, unmerged := bare[a.typ]; unmerged && (in != place || used[a.typ]) {
			a.id = fmt.Sprintf("%s%d", place, i)
		}
		used[a.typ] = true
		out = append(out, a)
	}
	return out
}

func (d *oDice) action(b *oBook, typ string, depth int) *oAction {
	a := &oAction{typ: typ, text: map[string]string{}, owner: pick(d, "", "", "ops", "care"), note: pick(d, "", "", "", "see ${incident.region}")}
	switch typ {
	case "refund", "compensate":
		a.amount = d.amount(b)
		if typ == "compensate" && d.chance(40) {
			a.as = []string{pick(d, "cash", "voucher", "goodwill")}
		}
	case "replace", "repair":
		if d.chance(60) {
			a.text["item"] = pick(d, "box", "part-${incident.region}")
		}
	case "escalate", "assign", "notify":
		a.text["to"] = pick(d, poolRoles...)
	case "prevent":
		a.text["measure"] = pick(d, "review", "review ${incident.region}")
	case "survey":
		if d.chance(40) {
			a.text["instrument"] = "nps"
		}
	case "inform":
		a.every = pick(d, 24*time.Hour, 90*time.Minute)
	}
	if t := b.typ(typ); t != nil {
		if t.amount {
			a.amount = eur(pick(d, "3 EUR", "9 EUR", "0 EUR"))
		}
		if b.field("parts") != nil && d.chance(40) {
			a.points = ref("incident.parts")
		}
	}
	d.timing(b, a, depth)
	for _, doc := range []*oBook{b, b.set.shared} {
		if doc != nil && len(doc.messages) > 0 && d.chance(25) {
			a.message = pick(d, doc.messages...).id
		}
	}
	return a
}

// timing gives an action its times. depth is 0 in if_late, where a base of its
// own would contradict the parent's.
func (d *oDice) timing(b *oBook, a *oAction, depth int) {
	if d.chance(20) && depth > 0 {
		a.since = pick(d, "occurred_at", "resolved_at", "reported_at", "expected_at", "responded_at")
		if d.chance(50) {
			a.since = "waiting_since"
		}
		if b.field("started_at") != nil && d.chance(50) {
			a.since = "started_at"
		}
	}
	a.calendar = ""
	if docs := b.calendars; len(docs) > 0 && d.chance(60) {
		a.calendar = pick(d, docs...).name
	} else if s := b.set.shared; s != nil && len(s.calendars) > 0 && d.chance(40) {
		a.calendar = pick(d, s.calendars...).name
	}
	if a.ends = ""; d.chance(15) {
		if a.ends = "day"; a.calendar != "" {
			a.ends = "working-day"
		}
	}
	if a.within = ""; d.chance(60) && a.typ != "inform" {
		a.within = pick(d, a.spans()...)
	}
	if a.within == "" {
		a.ends = ""
	}
	if d.chance(20) && a.typ != "inform" {
		a.after = pick(d, a.spans()...)
	}
	a.pauses = d.chance(25)
	if a.within == "" && a.after == "" && (a.typ != "inform" || depth == 0) {
		a.calendar, a.pauses = "", false
	}
	deadline := a.within != "" || a.typ == "inform"
	for depth > 0 && a.within != "" && a.ends == "" && d.chance(25) && len(a.remind) < 2 {
		early := &oAction{typ: pick(d, "escalate", "notify"), text: map[string]string{"to": pick(d, poolRoles...)}, before: pick(d, "25%", "50%", "30m", "5h", "10%")}
		if d.chance(30) {
			early.again = pick(d, "30m", "2h")
		}
		a.remind = append(a.remind, early)
	}
	for depth > 0 && deadline && d.chance(35) && len(a.ifLate) < 2 {
		late := d.action(b, pick(d, "escalate", "notify", "callback", "apologise"), depth-1)
		if d.chance(20) {
			late.again = pick(d, "1h", "9h")
		}
		a.ifLate = append(a.ifLate, late)
	}
}

// spans are lengths of time that an action may have.
func (a *oAction) spans() []string {
	switch {
	case a.calendar == "":
		spans := []string{"30m", "1h", "4h", "36h", "2d", "1w", "1d2h"}
		spans = append(spans, "1mo")
		return spans
	case a.ends != "":
		return []string{"1d", "2d", "1w", "1wd", "3h"}
	}
	return []string{"30m", "1h", "4h", "9h", "1wd", "2wd", "3wd"}
}

// askMissed lets some plays ask whether a promise of the playbook was broken.
func (d *oDice) askMissed(b *oBook) {
	var names []string
	for _, p := range b.plays {
		for _, a := range p.do {
			if a.within != "" {
				names = append(names, a.typ, p.name()+"/"+a.typ)
			}
		}
	}
	for _, p := range b.plays {
		if len(names) == 0 || !d.chance(30) {
			continue
		}
		name := pick(d, names...)
		b.asked = append(b.asked, name)
		asks := &oNode{op: "in", kids: []*oNode{lit(name), ref("missed")}}
		switch d.IntN(4) {
		case 0:
			p.when = &oNode{op: "or", kids: []*oNode{p.when, asks}}
		case 1:
			p.when = not(asks)
		default:
			p.when = asks
		}
	}
}
