package oracle

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/servicerecovery/amends/recovery"
)

// itemPool is what each item of a list has.
var itemPool = []*oField{
	{path: "price", kind: "money"},
	{path: "late", kind: "duration", def: time.Duration(0)},
	{path: "grade", kind: "int", optional: true},
}

const itemDecl = "price: {type: money, currency: EUR}, late: {type: duration, default: 0s}, grade: {type: int, optional: true}"

var listPool = []*oField{
	{path: "lines", kind: "items", decl: "{items: {" + itemDecl + "}}", items: itemPool},
	{path: "rooms", kind: "items", decl: "{items: {" + itemDecl + "}, default: []}", items: itemPool, def: []*oItem{}},
}

// richSet adds to a set what the first generator does not make. It has dice of its own.
func richSet(s *oSet, seed uint64) {
	d := &oDice{Rand: rand.New(rand.NewPCG(seed, 20261130)), size: 1 + int(seed%3)}
	for _, b := range s.docs() {
		if d.chance(60) {
			b.rounding = pick(d, "half-even", "half-up", "up", "down")
		}
		for _, f := range listPool {
			if (b.shared || s.shared == nil || s.shared.field(f.path) == nil) && d.chance(60) {
				b.fields = append(b.fields, f)
			}
		}
		d.fieldSums(b)
	}
	for _, b := range s.books {
		d.morePlays(b)
	}
	for _, b := range s.docs() {
		for _, p := range b.plays {
			d.richPlay(b, p)
		}
	}
	for _, b := range s.docs() {
		d.richLimits(b)
	}
}

// morePlays adds plays that are likely to match: one that leaves money to somebody, one with each.
func (d *oDice) morePlays(b *oBook) {
	if b.matches == "first" || b.matches == "one" {
		return
	}
	play := func(id, approach string) *oPlay {
		p := &oPlay{id: id, book: b, units: 1, when: pick(d, lit(true), op(">", ref("incident.severity"), lit(int64(2)))), phase: pick(d, "any", ""), approach: approach}
		b.plays = append(b.plays, p)
		return p
	}
	if d.chance(60) {
		p := play("left", "case-by-case")
		p.discretion = d.discretion(b)
		p.discretion.options = []*oAction{{typ: "compensate", as: []string{"cash", "credit"}, from: eur("0 EUR"), to: eur("40 EUR")}, {typ: "refund", from: eur("5 EUR"), to: eur("25 EUR")}}
		p.discretion.atMost = 2
	}
	if len(b.lists()) > 0 && d.chance(60) {
		p := play("items", "standardised-response")
		p.do = []*oAction{d.action(b, "refund", 1), d.action(b, "apologise", 1)}
	}
}

// lists are the lists of items that a document sees.
func (b *oBook) lists() (out []string) {
	for _, f := range listPool {
		if b.field(f.path) != nil {
			out = append(out, f.path)
		}
	}
	return out
}

// fieldSums adds facts that add up a field.
func (d *oDice) fieldSums(b *oBook) {
	prefix := map[bool]string{true: "s", false: "p"}[b.shared]
	for _, path := range some(d, 50, []string{"delay", "fee", "parts", "share", "tip", "order.value"}) {
		field := b.field(path)
		if field == nil {
			continue
		}
		f := &oFact{name: fmt.Sprintf("%s_sum_%s", prefix, path[:3]), book: b, sum: "incident." + path, kind: field.kind, last: pick(d, "3d", "90d", "month"), same: some(d, 30, poolSame)}
		switch field.kind {
		case "money":
			f.currency = pick(d, "", "EUR")
		case "any":
			f.currency = pick(d, "EUR", "GBP")
		}
		if len(f.same) == 0 {
			f.same = []string{"customer.id"}
		}
		b.facts = append(b.facts, f)
	}
}

// askSum compares a fact that adds up a field.
func (d *oDice) askSum(f *oFact) *oNode {
	values := map[string][]any{"duration": {24 * time.Hour, 100 * time.Hour}, "int": {int64(2), int64(5)}, "double": {0.5, 1.75},
		"money": {exactOf(recovery.MustMoney("20 EUR"))}, "any": {exactOf(recovery.MustMoney("3 " + max(f.currency, "EUR")))}}
	return op(pick(d, comparisons...), ref("facts."+f.name), lit(pick(d, values[f.kind]...)))
}

func (d *oDice) richPlay(b *oBook, p *oPlay) {
	var asks []*oNode
	for _, doc := range []*oBook{b, b.set.shared} {
		for _, f := range factsOf(doc) {
			if f.kind != "" && d.chance(25) {
				asks = append(asks, d.askSum(f))
			}
		}
	}
	if b.field("fee") != nil && d.chance(25) {
		ratio := op("/", ref("incident.fee"), eur("7.77 EUR"))
		asks = append(asks, op(pick(d, comparisons...), pick(d, ratio, op("*", ratio, lit(int64(3))), op("+", lit(0.1), ratio), call("max", ratio, lit(1.5))), lit(1.5)))
	}
	for _, list := range b.lists() {
		if d.chance(25) {
			asks = append(asks, d.askList(list))
		}
	}
	if len(asks) > 0 {
		p.when = &oNode{op: pick(d, "or", "and"), kids: []*oNode{p.when, pick(d, asks...)}}
	}
	if p.discretion != nil {
		d.authority(p.discretion)
	}
	lists := b.lists()
	each := (p.approach == "standardised-response" || p.preventive()) && len(lists) > 0 && d.chance(60)
	if each {
		p.each = pick(d, lists...)
		if d.chance(70) {
			p.where = d.askItem("item")
		}
		for _, c := range p.cases {
			if c.when != nil && d.chance(60) {
				c.when = d.askItem("item")
			}
		}
	}
	places := [][]*oAction{p.do, p.tooLate, p.otherwise}
	for _, c := range p.cases {
		places = append(places, c.do)
	}
	for _, a := range slices.Concat(places...) {
		if a.amount != nil && a.typ != "gift" && a.typ != "hamper" && d.chance(60) {
			a.amount = d.richAmount(b, each, a.amount)
		} else if a.amount != nil && each && a.typ == "gift" && d.chance(60) {
			a.amount = op("/", ref("item.price"), lit(int64(8)))
		}
	}
}

func factsOf(doc *oBook) []*oFact {
	if doc == nil {
		return nil
	}
	return doc.facts
}

// askItem is a condition on an item, or on one that a loop is at.
func (d *oDice) askItem(name string) *oNode {
	switch d.IntN(5) {
	case 0:
		return op(pick(d, comparisons...), ref(name+".price"), eur(pick(d, "5 EUR", "12.35 EUR")))
	case 1:
		return op("==", ref(name+".id"), lit(pick(d, itemIDs...)))
	case 2:
		return &oNode{op: "and", kids: []*oNode{has(name + ".grade"), op(">", ref(name+".grade"), lit(int64(1)))}}
	case 3: // a division by zero, now and then
		return op(">", op("/", ref(name+".price"), op("-", ref(name+".price"), eur("33.33 EUR"))), lit(0.5))
	}
	return op(pick(d, "<", ">="), ref(name+".late"), lit(24*time.Hour))
}

// askList is a condition on a list as a whole.
func (d *oDice) askList(list string) *oNode {
	loop := func(what string, body *oNode) *oNode {
		return &oNode{op: "loop", name: list, val: what, kids: []*oNode{body}}
	}
	switch d.IntN(5) {
	case 0:
		return op(pick(d, comparisons...), loop("sum", ref("x.price")), eur("20 EUR"))
	case 1:
		return op(pick(d, comparisons...), loop("sum of durations", ref("x.late")), lit(48*time.Hour))
	case 2:
		return op(pick(d, comparisons...), loop("count", d.askItem("x")), lit(int64(1)))
	case 3:
		return op(pick(d, comparisons...), loop("most", ref("x.late")), lit(24*time.Hour))
	}
	return loop(pick(d, "exists", "all"), d.askItem("x"))
}

// richAmount is an amount from an item, from a list, or by a ratio.
func (d *oDice) richAmount(b *oBook, each bool, old *oNode) *oNode {
	if each && d.chance(70) {
		price := ref("item.price")
		return pick(d, price, op("*", price, lit(oPercent("12.5%"))), op("/", price, lit(int64(8))), op("*", price, op("/", ref("item.late"), lit(7*time.Hour))),
			call("max", price, eur("3 EUR")), op("*", price, op("/", price, eur("7 EUR"))))
	}
	if b.field("fee") != nil && d.chance(50) {
		fee := ref("incident.fee")
		third := op("/", fee, eur("30 EUR"))
		return pick(d, op("*", eur("10 EUR"), third), op("*", eur("1.25 EUR"), lit(0.5)), op("/", eur("5.05 EUR"), op("+", third, lit(int64(1)))),
			op("*", fee, op("-", third, lit(0.1))), op("/", fee, lit(int64(8))))
	}
	if lists := b.lists(); len(lists) > 0 && d.chance(50) {
		return op("*", &oNode{op: "loop", name: pick(d, lists...), val: "sum", kids: []*oNode{ref("x.price")}}, lit(oPercent("12.5%")))
	}
	return old
}

// goesThroughItems says that a play which the limits of a document look at is for each item of a list.
func (b *oBook) goesThroughItems() bool {
	return slices.ContainsFunc(b.set.docs(), func(doc *oBook) bool {
		return (b.shared || doc == b) && slices.ContainsFunc(doc.plays, func(p *oPlay) bool { return p.each != "" })
	})
}

func (d *oDice) richLimits(b *oBook) {
	for _, l := range b.limits {
		if !b.goesThroughItems() || l.counting != nil || !d.chance(50) {
			continue
		}
		l.perItem = true
		if l.keep || l.atMost.val == nil || l.also != nil || len(b.lists()) == 0 { // a shared limit reads shared lists
			continue
		}
		if d.chance(50) {
			l.atMost = pick(d, ref("item.price"), op("/", ref("item.price"), lit(int64(3))))
		}
		if l.when != nil && d.chance(50) {
			l.when = op(">=", ref("item.late"), lit(24*time.Hour))
		}
	}
}

// authority says who may choose how much of what a play leaves to a person.
func (d *oDice) authority(x *oDiscretion) {
	paid := slices.ContainsFunc(x.options, func(o *oAction) bool { return o.from != nil })
	if !paid || !d.chance(85) {
		return
	}
	x.authority = []oAuthority{{"agent", []recovery.Money{recovery.MustMoney(pick(d, "5 EUR", "15 EUR"))}},
		{"lead", []recovery.Money{recovery.MustMoney(pick(d, "20 EUR", "25 EUR")), recovery.MustMoney("3 GBP")}}}
	if d.chance(70) {
		x.above, x.second = recovery.MustMoney(pick(d, "5 EUR", "15 EUR", "20 EUR")), pick(d, "director", "lead")
	}
}

var itemIDs = []string{"A", "B", "C", "L-10", "L-2", "a", "é"}

// enrich gives an incident its lists, and changes them later. Its dice are the story's.
func (b *oBench) enrich(in *oIncident) {
	if !b.rich {
		return
	}
	d := b.dice
	for _, f := range listPool {
		old, there := in.fields[f.path].([]*oItem)
		switch {
		case there && d.chance(60):
		case !there && !d.chance(85):
		default:
			in.fields[f.path] = d.items(old)
		}
	}
}

// items are some of the items that there were, some of them changed, and some more, in any order.
func (d *oDice) items(old []*oItem) []*oItem {
	out := []*oItem{}
	for _, id := range some(d, 40, itemIDs) {
		x := &oItem{id, map[string]any{"price": d.value(&oField{kind: "money"}, time.Time{})}}
		if i := slices.IndexFunc(old, func(o *oItem) bool { return o.id == id }); i >= 0 && d.chance(75) {
			out = append(out, old[i])
			continue
		}
		if d.chance(70) {
			x.fields["late"] = d.value(&oField{kind: "duration"}, time.Time{})
		}
		if d.chance(50) {
			x.fields["grade"] = int64(d.IntN(4))
		}
		if d.chance(2) {
			delete(x.fields, "price")
		}
		out = append(out, x)
	}
	if len(out) > 0 && d.chance(1) {
		out = append(out, out[0]) // an id twice
	}
	d.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out
}
