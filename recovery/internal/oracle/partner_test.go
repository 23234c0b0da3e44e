package oracle

import (
	"fmt"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/servicerecovery/amends/recovery"
)

// direction is the one that the incident wants of a partner, nil when the
// partner does not have it.
func (r *oRun) direction(p *oPartner) (*oDirection, string) {
	if r.in.text("provider") == "" {
		return p.outbound, "outbound"
	}
	return p.inbound, "inbound"
}

// visible are the partners that a play may name: its playbook's and the shared.
func (b *oBook) visible() []*oPartner {
	all := slices.Clone(b.partners)
	if b.set.shared != nil {
		all = append(all, b.set.shared.partners...)
	}
	return all
}

// substitute goes through the candidates in their order.
func (r *oRun) substitute(p *oPlay, list []*oAction) error {
	var candidates []*oPartner
	for _, c := range p.book.visible() {
		if p.partners == nil || slices.Contains(p.partners, c.id) {
			candidates = append(candidates, c)
		}
	}
	before := r.partnerBefore(p)
	sort.Slice(candidates, func(i, j int) bool {
		a, b := candidates[i], candidates[j]
		if (a.id == before) != (b.id == before) {
			return a.id == before
		}
		da, _ := r.direction(a)
		db, _ := r.direction(b)
		fits := func(c *oPartner) bool { return r.in.text("provider") == "" || r.in.text("provider") == c.id }
		switch {
		case fits(a) != fits(b):
			return fits(a)
		case (da == nil) != (db == nil):
			return da != nil
		case da == nil:
			return a.id < b.id
		case da.rank != db.rank:
			return da.rank < db.rank
		case da.cost.Units() != db.cost.Units():
			return da.cost.Units() < db.cost.Units()
		}
		return a.id < b.id
	})
	for _, c := range candidates {
		reason, err := r.unfit(p, c, c.id == before)
		if err != nil {
			return err
		}
		if reason != "" {
			r.out.passed = append(r.out.passed, [3]string{c.id, p.name(), reason})
			continue
		}
		d, way := r.direction(c)
		act := &oAct{typ: "substitute", plays: []string{p.name()}, book: p.book, units: p.units, partner: c.id, direction: way,
			reservedAt: r.now, params: map[string]string{"partner": c.id, "agreement": "AG-" + c.id, "units": fmt.Sprint(p.units)}}
		act.key = r.in.text("id") + " " + p.name() + " substitute "
		act.asks = []*oAsk{{key: act.key, typ: act.typ, play: p, src: &oAction{typ: act.typ}, redress: true}}
		r.promise(act.asks[0])
		if d.cost.IsSet() {
			m, err := recovery.Money{}, error(nil)
			m = oExact{ratOf(p.units), d.cost.Currency()}.money()
			m = oExact{m.Rat().Mul(m.Rat(), d.cost.Rat()), d.cost.Currency()}.money()
			if act.amount = &m; err != nil {
				return err
			}
		}
		r.used[c.id+" "+way] += p.units
		r.out.acts = append(r.out.acts, act)
		acts, err := r.expandAll(p, list)
		r.out.acts = append(r.out.acts, acts...)
		return err
	}
	acts, err := r.expandAll(p, p.otherwise)
	r.out.acts = append(r.out.acts, acts...)
	r.warn("no-partner", p)
	return err
}

// unfit is the first reason against a partner. One that already serves the
// incident is not asked for its agreement again.
func (r *oRun) unfit(p *oPlay, c *oPartner, serves bool) (string, error) {
	zone := c.zone
	if zone == "" {
		zone = p.book.zoneName()
	}
	today := r.now.In(zoneOf(zone)).Format(time.DateOnly)
	if !serves && !(oRange{c.from, c.until}).holds(today) {
		return "agreement", nil
	}
	d, way := r.direction(c)
	if d == nil || way == "inbound" && r.in.text("provider") != c.id {
		return "direction", nil
	}
	if d.covers != nil {
		ok, err := d.covers.eval(r.env(p.book))
		if err != nil {
			return "", err
		}
		if !ok.(bool) {
			return "coverage", nil
		}
	}
	if d.units == 0 {
		return "", nil
	}
	used := r.used[c.id+" "+way]
	for id, thread := range r.world.lives {
		if id == r.in.text("id") {
			continue
		}
		for _, a := range thread.latest().acts {
			if a.typ == "substitute" && a.change != "cancelled" && a.partner == c.id && a.direction == way &&
				window(a.reservedAt, d.per, zone) == window(r.now, d.per, zone) {
				used += a.units
			}
		}
	}
	if used+p.units > d.units {
		return "capacity", nil
	}
	return "", nil
}

// window names the calendar hour, day or week that an instant is in.
func window(t time.Time, per, zone string) string {
	t = t.In(zoneOf(zone))
	switch per {
	case "hour":
		return t.Format("2006-01-02T15 -0700")
	case "week":
		for t.Weekday() != time.Monday {
			t = t.AddDate(0, 0, -1)
		}
	}
	return t.Format(time.DateOnly)
}

func (r *oRun) partnerBefore(p *oPlay) string {
	for _, a := range r.life.standing() {
		if a.typ == "substitute" && strings.Join(a.plays, "") == p.name() {
			return a.partner
		}
	}
	return ""
}
