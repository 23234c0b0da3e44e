package oracle

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strings"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/servicerecovery/amends/recovery"
)

// oPick is one option as somebody took it.
type oPick struct {
	option int
	amount recovery.Money
	as     string
}

// choose makes a choice on the latest decision of an incident, or says why not.
func (w *oWorld) choose(id string, p *oPlay, picks []oPick, reason string, who oProposer, now time.Time) (*oMade, string) {
	t := w.lives[id]
	if slices.ContainsFunc(t.proposed, func(m *oMade) bool { return m.play.name() == p.name() }) {
		return nil, "pending"
	}
	r, made, refused := w.choosing(id, p, picks, reason, who, now, nil)
	if refused != "" {
		return nil, refused
	}
	switch p.discretion.allows(made.acts, who.roles) {
	case "beyond":
		return nil, "beyond"
	case "pending":
		made.pending = true
		t.proposed = append(slices.Clone(t.proposed), made)
		return made, ""
	}
	r.make(made)
	return made, ""
}

// choosing works out what a choice gives, or why it is refused. agreed is a proposal that another
// person agrees to: it is not counted beside itself. The other person gives no reason.
func (w *oWorld) choosing(id string, p *oPlay, picks []oPick, reason string, who oProposer, now time.Time, agreed *oMade) (*oRun, *oMade, string) {
	t := w.lives[id]
	latest := t.latest()
	r := &oRun{world: w, set: w.set, raw: latest.raw, in: latest.in, now: now, life: t, made: t.made, choosing: true,
		out: &oDecision{in: latest.in, set: w.set, at: now, acts: t.given()}}
	if err := r.offer(p); err != nil {
		return nil, nil, "evaluation"
	}
	c := r.out.choices[0]
	r.proposals = slices.DeleteFunc(slices.Clone(t.proposed), func(m *oMade) bool { return m == agreed })
	r.leave()
	for i := range c.options {
		r.cutOffer(c, &c.options[i])
	}
	made := &oMade{number: len(w.made), incident: id, play: p, reason: reason, stands: true, at: now, who: who, picks: picks, choice: c, comparable: r.comparable(p)}
	seen := map[int]bool{}
	for _, k := range picks {
		o := c.options[k.option]
		src := *o.act
		src.from, src.to = nil, nil
		if src.as = nil; k.as != "" {
			src.as = []string{k.as}
		} else if len(o.act.as) == 1 {
			src.as = o.act.as
		}
		if len(o.act.as) > 0 && (len(src.as) == 0 || !slices.Contains(o.act.as, src.as[0])) {
			return nil, nil, "params"
		}
		a, err := r.expand(p, &src, nil, "")
		if err != nil {
			return nil, nil, "evaluation"
		}
		if o.from.IsSet() {
			if !k.amount.IsSet() || k.amount.Compare(o.from) < 0 || k.amount.Compare(o.to) > 0 {
				return nil, nil, "range"
			}
			a.amount = amountOf(k.amount)
		}
		if seen[k.option] {
			return nil, nil, "twice"
		}
		seen[k.option] = true
		a.key = "choice " + p.name() + " " + a.key
		a.asks[0].key = a.key
		made.acts = append(made.acts, a)
	}
	if len(picks) < p.discretion.atLeast || len(picks) > p.discretion.atMost {
		return nil, nil, "number"
	}
	if r.overCap(made.acts) || r.beaten(made.acts) {
		return nil, nil, "limit"
	}
	for _, a := range made.acts {
		for _, u := range c.usage() {
			if a.amount != nil && u.typ == a.typ {
				made.deviation = deviation(a.amount.Rat(), u.median.rat)
			}
			if a.amount != nil && u.typ == a.typ && reason == "" && far(a.amount.Rat(), u.median.rat, p.discretion.tolerance) {
				return nil, nil, "reason"
			}
		}
		r.finish([]*oAct{a})
		a.change, a.seen = "new", r.view(a)
		if a.amount != nil {
			a.already = r.already(a.key, *a.amount) // it was chosen before, and taken back
		}
	}
	// A chosen 0 is withheld, and a precedent all the same: somebody chose it.
	// It stands behind what was given.
	zero := func(a *oAct) bool { return a.amount != nil && a.amount.IsZero() }
	chosen := slices.Clone(made.acts)
	made.acts = slices.DeleteFunc(made.acts, zero)
	made.chosen = slices.Clone(made.acts)
	for _, a := range chosen {
		if zero(a) {
			made.chosen = append(made.chosen, a)
		}
	}
	return r, made, ""
}

// make lets a choice that fits take place.
func (r *oRun) make(made *oMade) {
	w, t, now := r.world, r.life, r.now
	latest := t.latest()
	made.given = slices.Clone(made.acts)
	made.number = len(w.made)
	t.made = append(r.giveWay(t.made, made.acts), made)
	t.all = append(t.all, oMoment{made: made})
	for _, a := range t.standing() {
		if r.keeps(func(l *oLimit, governed *oBook) bool {
			return slices.ContainsFunc(made.acts, func(b *oAct) bool { return l.rival(governed, a, b) })
		}) {
			latest.took[a.key] = now // the choice's own decision cancels it
		}
	}
	w.made = append(w.made, made)
}

// giveWay removes the actions of earlier choices that are no longer the highest.
func (r *oRun) giveWay(earlier []*oMade, more []*oAct) (out []*oMade) {
	for _, m := range earlier {
		c := *m
		c.acts = slices.DeleteFunc(slices.Clone(m.acts), func(a *oAct) bool {
			return r.keeps(func(l *oLimit, governed *oBook) bool {
				return slices.ContainsFunc(more, func(b *oAct) bool { return l.rival(governed, a, b) })
			})
		})
		out = append(out, &c)
	}
	return out
}

// keeps asks something of the limits that keep the highest.
func (r *oRun) keeps(is func(l *oLimit, governed *oBook) bool) bool {
	for _, doc := range r.set.docs() {
		governed := doc
		if doc.shared {
			governed = nil
		}
		for _, l := range doc.limits {
			if l.keep && is(l, governed) {
				return true
			}
		}
	}
	return false
}

// rival says that a limit lets only one of two actions stay.
func (l *oLimit) rival(governed *oBook, a, b *oAct) bool {
	return l.governs(governed, a) && l.governs(governed, b) && (!l.perItem || a.owned == b.owned) && a.typ == b.typ && a.amount.Currency() == b.amount.Currency()
}

// deviation is how far an amount lies from the median, in parts of it.
func deviation(amount, median *big.Rat) string {
	if median.Sign() == 0 {
		if amount.Sign() == 0 {
			return "0%"
		}
		return "" // no share of nothing
	}
	share := new(big.Rat).Quo(amount, median)
	share.Sub(share, big.NewRat(1, 1)).Abs(share).Mul(share, big.NewRat(100, 1))
	return strings.TrimSuffix(strings.TrimRight(share.FloatString(2), "0"), ".") + "%"
}

// far says that an amount is further from the median than the tolerance.
func far(amount, median *big.Rat, tolerance oPercent) bool {
	if tolerance == "" {
		tolerance = "0%"
	}
	distance := new(big.Rat).Sub(amount, median)
	return distance.Abs(distance).Cmp(new(big.Rat).Mul(median, ratOf(tolerance))) > 0
}

// caps are the caps of a document, in one currency each.
func (b *oBook) caps(acts []*oAct) (out []*oLimit) {
	for _, l := range b.limits {
		if !l.keep {
			out = append(out, l.caps(acts)...)
		}
	}
	return out
}

// leave works out what the caps leave when what was given before and what the
// latest decision gives is taken off.
func (r *oRun) leave() {
	add := func(doc, governed *oBook) {
		for _, l := range doc.caps(r.out.acts) {
			if on, err := r.holds(l, doc); err != nil || !on {
				continue
			}
			v, err := l.atMost.eval(r.envOf(l, doc))
			if err != nil {
				continue
			}
			left := v.(oExact).rounded(doc)
			if l.counting != nil {
				if counted, known := r.fact(l.counting); known {
					left = less(left, counted.(oExact).money())
				}
			}
			for _, a := range r.out.acts {
				if l.governs(governed, a) {
					left = less(left, *a.amount)
				}
			}
			for _, a := range proposedActs(r.proposals) {
				if l.governs(governed, a) {
					left = less(left, *a.amount)
				}
			}
			r.pools = append(r.pools, &oPool{l, governed, left})
		}
	}
	for _, b := range r.set.books {
		add(b, b)
	}
	if r.set.shared != nil {
		add(r.set.shared, nil)
	}
}

// overCap says that what is chosen is together more than a cap leaves.
func (r *oRun) overCap(more []*oAct) bool {
	for _, p := range r.pools {
		left := p.left
		for _, a := range more {
			if p.limit.governs(p.book, a) && a.amount.Currency() == left.Currency() {
				left = minus(left, *a.amount)
			}
		}
		if left.Sign() < 0 {
			return true
		}
	}
	return false
}

// beaten says that something chosen is no more than what stands, where only the
// highest is kept: what was given is not given up for it.
func (r *oRun) beaten(more []*oAct) bool {
	return r.keeps(func(l *oLimit, governed *oBook) bool {
		return slices.ContainsFunc(more, func(a *oAct) bool {
			return slices.ContainsFunc(r.out.acts, func(b *oAct) bool { return l.rival(governed, a, b) && b.amount.Compare(*a.amount) >= 0 })
		})
	})
}

// pickSome makes up what somebody chooses, now and then something impossible.
func (d *oDice) pickSome(c *oChoice) (picks []oPick) {
	for i, o := range c.options {
		if d.chance(50) {
			continue
		}
		k := oPick{option: i}
		if o.from.IsSet() {
			steps := []recovery.Money{o.from, o.to, o.to, less(o.to, recovery.MustMoney("0.01 EUR")), recovery.MustMoney("7.50 EUR"), recovery.MustMoney("20.01 EUR")}
			k.amount = pick(d, steps...)
		}
		if len(o.act.as) > 1 && !d.chance(10) || d.chance(20) && len(o.act.as) > 0 {
			k.as = pick(d, append(slices.Clone(o.act.as), o.act.as[0], "cash")...)
		}
		picks = append(picks, k)
		if d.chance(3) {
			picks = append(picks, k)
		}
	}
	return picks
}

// compareChoice makes one of the open choices in both.
func (b *oBench) compareChoice() string { return b.do(b.choice()) }

// choice makes up one of the open choices.
func (b *oBench) choice() *oOp {
	type open struct {
		id string
		c  *oChoice
	}
	var all []open
	for _, id := range slices.Sorted(maps.Keys(b.world.lives)) {
		for _, c := range b.world.lives[id].open() {
			all = append(all, open{id, c})
		}
	}
	if len(all) == 0 {
		return nil
	}
	o := pick(b.dice, all...)
	picks := b.dice.pickSome(o.c)
	reason := pick(b.dice, "", "an old customer")
	who := b.proposer(o.c.play)
	return &oOp{what: fmt.Sprintf("choose on %s %s %+v %q by %+v", o.id, o.c.play.name(), picks, reason, who), do: func(b *oBench) string {
		return b.choose(o.id, o.c.play.name(), picks, reason, who)
	}}
}

// choose makes a choice in both, if it is open.
func (b *oBench) choose(id, play string, picks []oPick, reason string, who oProposer) string {
	l := b.world.lives[id]
	if l == nil {
		return ""
	}
	at := slices.IndexFunc(l.open(), func(c *oChoice) bool { return c.play.name() == play })
	if at < 0 {
		return ""
	}
	c := l.open()[at]
	sel := recovery.Selection{Incident: id, Choice: b.choiceID(id, c.play), By: who.by, Roles: who.roles, Reason: reason}
	for _, k := range picks {
		if k.option >= len(c.options) {
			return ""
		}
		s := recovery.Selected{Type: c.options[k.option].typ, ID: c.options[k.option].id, Amount: k.amount, Params: map[string]any{}}
		if k.as != "" {
			s.Params["as"] = k.as
		}
		sel.Options = append(sel.Options, s)
	}
	want, refused := b.world.choose(id, b.playNow(c.play), picks, reason, who, b.now)
	got, err := b.engine.Choose(context.Background(), sel)
	var no *recovery.ChoiceError
	if refused != "" || err != nil {
		if refused == "" || err == nil || !errors.As(err, &no) {
			return fmt.Sprintf("Choose %+v: the oracle refuses with %q, the engine with %v", sel, refused, err)
		}
		return ""
	}
	if want.pending {
		return b.compareProposed(want, sel, got)
	}
	b.made = append(b.made, got)
	if diff := cmp.Diff(chosenLines(want), linesOf(got.Actions)); diff != "" {
		return fmt.Sprintf("Choose %+v (-oracle +engine):\n%s", sel, diff)
	}
	if got.Made.Deviation != want.deviation && len(picks) == 1 {
		return fmt.Sprintf("Choose %+v deviates by %q, the oracle says %q", sel, got.Made.Deviation, want.deviation)
	}
	return b.sameIDs(want.acts, standing(got))
}

func (b *oBench) choiceID(incident string, p *oPlay) string {
	for _, c := range b.latest[incident].Choices {
		if c.Play == p.name() {
			return c.ID
		}
	}
	open, err := b.engine.Choices(context.Background(), incident) // one that awaits a second
	if err != nil {
		panic(err)
	}
	for _, c := range open {
		if c.Play == p.name() {
			return c.ID
		}
	}
	return ""
}
