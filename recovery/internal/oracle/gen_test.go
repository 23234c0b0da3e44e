package oracle

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/servicerecovery/amends/recovery"
)

// oDice makes up sets and incidents. Everything follows from the seed.
type oDice struct {
	*rand.Rand
	source *rand.PCG
	size   int // 1: as little as can be, 3: of everything
}

func newDice(seed uint64, size int) *oDice {
	source := rand.NewPCG(seed, 20260302)
	return &oDice{rand.New(source), source, size}
}

// copy are dice that will throw what these would.
func (d *oDice) copy() *oDice {
	source := *d.source
	return &oDice{rand.New(&source), &source, d.size}
}

func (d *oDice) chance(percent int) bool { return d.IntN(100) < percent }

func pick[T any](d *oDice, list ...T) T { return list[d.IntN(len(list))] }

// some is a random part of a list, in its order.
func some[T any](d *oDice, percent int, list []T) (out []T) {
	for _, x := range list {
		if d.chance(percent) {
			out = append(out, x)
		}
	}
	return out
}

var fieldPool = []oField{
	{path: "delay", kind: "duration", decl: "{type: duration, default: 0s}", def: time.Duration(0)},
	{path: "fee", kind: "money", decl: "{type: money, currency: EUR, default: 12.35 EUR}", def: exactOf(recovery.MustMoney("12.35 EUR"))},
	{path: "order.value", kind: "money", decl: "{type: money, currency: EUR, optional: true}", optional: true},
	{path: "order.fragile", kind: "bool", decl: "{type: bool, default: false}", def: false},
	{path: "parts", kind: "int", decl: "{type: int, default: 2}", def: int64(2)},
	{path: "share", kind: "double", decl: "{type: double, default: 0.5}", def: 0.5},
	{path: "started_at", kind: "timestamp", decl: "{type: timestamp, optional: true}", optional: true},
	{path: "bought", kind: "date", decl: "{type: date, optional: true}", optional: true},
	{path: "ticket", kind: "string", decl: "{type: string, one_of: [single, return]}", closed: []string{"single", "return"}},
	{path: "pounds", kind: "gbp", decl: "{type: money, currency: GBP, default: 3 GBP}", def: exactOf(recovery.MustMoney("3 GBP"))},
	{path: "tip", kind: "any", decl: "{type: money, default: 2.50 EUR}", def: exactOf(recovery.MustMoney("2.50 EUR"))},
}

var (
	poolZones    = []string{"", "UTC", "Europe/Madrid", "America/New_York", "Asia/Tokyo"}
	poolDays     = []string{"2026-03-01", "2026-03-02", "2026-03-03", "2026-03-28", "2026-03-29", "2026-10-25", "2026-10-26"}
	poolFailures = []string{"late", "lost", "damaged", ""}
	poolRegions  = []string{"MAD", "BCN", ""}
	poolTiers    = []string{"gold", "basic", ""}
	poolPartners = []string{"swift", "quick", "bike"}
	poolSame     = []string{"customer.id", "failure", "region", "customer.tier", "severity"}
	poolRoles    = []string{"duty-manager", "team-lead", "lead-${incident.region}"}
)

func (d *oDice) set() *oSet {
	s := &oSet{}
	if d.size > 1 && d.chance(50) {
		s.shared = &oBook{id: "common", shared: true, set: s}
		d.definitions(s.shared, "s")
		s.shared.limits = d.limits(s.shared)
	}
	for _, id := range []string{"alpha", "beta", "gamma"}[:1+d.IntN(d.size)] {
		s.books = append(s.books, d.book(s, id))
	}
	return s
}

func (d *oDice) book(s *oSet, id string) *oBook {
	b := &oBook{id: id, set: s, reviewBy: pick(d, "2027-06-30", "2027-06-30", "2026-03-02"), matches: pick(d, "", "", "", "all", "first", "one")}
	if d.chance(20) {
		b.owner = "care"
	}
	d.definitions(b, "p")
	if d.chance(20) {
		b.inForce = d.dates()
	}
	if d.chance(30) {
		shared := &oBook{set: s, shared: true}
		b.applies = d.condition(shared, 1)
	}
	for i := range 1 + d.IntN(d.size*2) {
		b.plays = append(b.plays, d.play(b, fmt.Sprintf("play%d", i)))
	}
	d.askMissed(b)
	b.limits = d.limits(b)
	return b
}

func (d *oDice) dates() (r oRange) {
	if d.chance(60) {
		r.from = pick(d, poolDays[:3]...)
	}
	if r.from == "" || d.chance(40) {
		r.until = pick(d, poolDays[2:]...)
	}
	return r
}

// definitions fills in what plays use. Names begin with the prefix, so that a
// playbook's do not repeat shared ones; those of two playbooks do repeat.
func (d *oDice) definitions(b *oBook, prefix string) {
	b.zone = pick(d, poolZones...)
	for i := range fieldPool {
		f := &fieldPool[i]
		taken := b.set.shared != nil && !b.shared && b.set.shared.field(f.path) != nil
		if !taken && d.chance(map[bool]int{true: 25, false: 55}[b.shared]) {
			b.fields = append(b.fields, f)
		}
	}
	if path := pick(d, "reported_at", "region", "customer.name", "language"); d.chance(12) {
		if b.shared || b.set.shared == nil || b.set.shared.field(path) == nil {
			b.fields = append(b.fields, &oField{path: path, decl: "{required: true}", needed: true})
		}
	}
	for i := range d.IntN(d.size + 1) {
		f := &oFact{name: fmt.Sprintf("%s_fact%d", prefix, i), book: b, same: some(d, 25, poolSame), last: pick(d, "2h", "3d", "90d", "90d", "month", "year")}
		if len(f.same) == 0 {
			f.same = []string{"customer.id"}
		}
		if d.chance(50) {
			f.count = pick(d, "incidents", "incidents", "compensate", "apologise", "escalate")
		} else {
			f.sum, f.currency = pick(d, "compensate", "refund", "substitute"), "EUR"
		}
		f.occurred = f.count != "incidents" && d.chance(25)
		b.facts = append(b.facts, f)
	}
	for i := range d.IntN(d.size + 1) {
		k := oCalendars[d.IntN(len(oCalendars))]
		k.name = fmt.Sprintf("%s-cal%d", prefix, i)
		k.kind = slices.IndexFunc(oCalendars, func(c oCalendar) bool { return c.yaml == k.yaml })
		b.calendars = append(b.calendars, &k)
	}
	for i := range d.IntN(d.size + 1) {
		m := &oMessage{id: fmt.Sprintf("%s-msg%d", prefix, i), hole: pick(d, "incident.region", "incident.customer.name", "incident.severity")}
		languages := []string{"en", "es", "es-MX", "pt", "zh-Hant", "zh-CN", "nn", "he"}
		d.Shuffle(len(languages), func(i, j int) { languages[i], languages[j] = languages[j], languages[i] })
		for _, l := range languages[:1+d.IntN(3)] {
			m.texts = append(m.texts, [2]string{l, l + " says " + oHole + "."})
		}
		b.messages = append(b.messages, m)
	}
	if d.size > 1 {
		for _, t := range some(d, 30, []oType{{"gift", true, false}, {"hamper", true, true}, {"visit", false, true}, {"gesture", false, false}}) {
			if b.set.shared == nil || b.shared || b.typ(t.name) == nil {
				b.types = append(b.types, &t)
			}
		}
	}
	if d.chance(40 * (d.size - 1)) {
		b.tables = append(b.tables, d.table(b, prefix+"_table"))
	}
	if d.chance(30 * (d.size - 1)) {
		b.terms = append(b.terms, &oTerm{prefix + "_term", d.condition(b, 2)})
	}
	for _, id := range some(d, 60, poolPartners) {
		if b.set.shared == nil || b.shared || !slices.ContainsFunc(b.set.shared.partners, func(p *oPartner) bool { return p.id == id }) {
			b.partners = append(b.partners, d.partner(b, id))
		}
	}
}

func (d *oDice) partner(b *oBook, id string) *oPartner {
	p := &oPartner{id: id, zone: pick(d, "", "", "Asia/Tokyo"), from: pick(d, "2026-01-01", "2026-03-02"), until: pick(d, "2026-03-03", "2026-12-31", "2026-12-31")}
	way := func() *oDirection {
		w := &oDirection{rank: int64(d.IntN(3))}
		if d.chance(40) {
			w.covers = d.condition(b, 1)
		}
		if d.chance(60) {
			w.units, w.per = int64(1+d.IntN(4)), pick(d, "hour", "day", "week")
		}
		if d.chance(60) {
			w.cost = pick(d, recovery.MustMoney("6.50 EUR"), recovery.MustMoney("6.50 EUR"), recovery.MustMoney("2 EUR"), recovery.MustMoney("0 EUR"))
		}
		return w
	}
	if d.chance(70) {
		p.outbound = way()
	}
	if p.outbound == nil || d.chance(40) {
		p.inbound = way()
	}
	return p
}

func (d *oDice) table(b *oBook, name string) *oTable {
	t := &oTable{name: name}
	row := func(key any, above bool) {
		t.rows = append(t.rows, oRow{key, above, pick(d, recovery.MustMoney("5 EUR"), recovery.MustMoney("10 EUR"), recovery.MustMoney("0 EUR"), recovery.MustMoney("7.77 EUR")), int64(d.IntN(5)), 0})
	}
	begins := func(key any) {
		kind := d.IntN(5) // mostly at the value, at times above it, at times both
		if kind != 0 {
			row(key, false)
		}
		if kind < 2 {
			row(key, true)
		}
	}
	switch {
	case b.field("delay") != nil && d.chance(60):
		t.by = ref("incident.delay")
		for _, h := range some(d, 60, []time.Duration{0, 24, 48, 72}) {
			begins(h * time.Hour)
		}
	case d.chance(50):
		t.by = ref("incident.severity")
		for _, s := range some(d, 60, []int64{1, 3, 4}) {
			begins(s)
		}
	default:
		t.by, t.is = ref("incident.failure"), true
		for _, f := range some(d, 60, poolFailures[:3]) {
			row(f, false)
		}
	}
	if len(t.rows) == 0 || d.chance(40) {
		row(nil, false)
	}
	t.key()
	return t
}

// key gives some tables a second key, without a throw of the dice. A row that begins has no end in such a
// table, so those that begin last come first.
func (t *oTable) key() {
	sum := int64(len(t.rows))
	for _, r := range t.rows {
		sum += r.points
	}
	if sum%3 != 0 {
		return
	}
	t.keyed = true
	ends := len(t.rows)
	if t.whole() {
		ends--
	}
	if !t.is {
		slices.Reverse(t.rows[:ends])
	}
	for i := range t.rows[:ends] {
		t.rows[i].most = t.rows[i].points
	}
}

func (d *oDice) limits(b *oBook) (out []*oLimit) {
	for range d.IntN(d.size + 1) {
		of := some(d, 60, []string{"compensate", "refund"})
		if b.typ("gift") != nil && d.chance(50) {
			of = append(of, "gift")
		}
		if len(of) == 0 {
			of = []string{"compensate"}
		}
		l := &oLimit{of: of, keep: d.chance(35)}
		if !l.keep {
			l.atMost = pick(d, eur("10 EUR"), eur("25.05 EUR"), eur("0 EUR"), eur("100 EUR"), lit(exactOf(recovery.MustMoney("4 GBP"))))
			if b.field("fee") != nil && d.chance(30) {
				l.atMost = op("*", ref("incident.fee"), lit(int64(2)))
			}
			if b.field("tip") != nil && d.chance(20) {
				l.atMost = op("*", ref("incident.tip"), lit(int64(3)))
			}
			if l.atMost.val != nil && l.currency() == "EUR" && d.chance(40) {
				l.also = lit(exactOf(recovery.MustMoney(pick(d, "3 GBP", "0 GBP", "50 GBP"))))
			}
			if d.chance(30) {
				l.when = op(pick(d, ">=", "<"), ref("incident.severity"), lit(int64(3)))
			}
			if d.chance(40) {
				l.escalate = pick(d, poolRoles[:2]...)
			}
			if sums := d.sums(b); len(sums) > 0 && l.currency() == "EUR" && d.chance(60) {
				l.counting = pick(d, sums...)
			}
		}
		out = append(out, l)
	}
	return out
}

// currency of a cap: its expressions are all in euros.
func (l *oLimit) currency() string {
	if v, ok := l.atMost.val.(oExact); ok {
		return v.cur
	}
	return "EUR"
}

// sums are the facts in money that a document can see.
func (d *oDice) sums(b *oBook) (out []*oFact) {
	for _, doc := range []*oBook{b, b.set.shared} {
		if doc == nil || doc == b.set.shared && doc == b && len(out) > 0 {
			continue
		}
		for _, f := range doc.facts {
			if f.sum != "" && f.kind == "" {
				out = append(out, f)
			}
		}
	}
	return out
}

// change makes some of a set another: deadlines, amounts, plays that no longer match.
func (d *oDice) change(s *oSet) {
	for _, b := range s.books {
		for _, p := range b.plays {
			if d.chance(10) {
				p.when = lit(false)
			}
			lists := [][]*oAction{p.do}
			for _, c := range p.cases {
				lists = append(lists, c.do)
			}
			for _, list := range lists {
				for _, a := range list {
					if a.within != "" && d.chance(40) {
						a.within = pick(d, a.spans()...)
					}
					if a.amount != nil && d.chance(30) {
						a.amount = eur(pick(d, "5 EUR", "12 EUR", "30 EUR"))
					}
				}
			}
			if len(p.do) > 1 && d.chance(15) && !slices.Contains(b.asked, p.do[0].typ) && !slices.Contains(b.asked, p.name()+"/"+p.do[0].typ) {
				p.do = p.do[1:]
			}
		}
	}
}
