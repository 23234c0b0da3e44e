package oracle

import (
	"math/big"
	"slices"
	"sort"
	"time"

	"github.com/servicerecovery/amends/recovery"
)

type oOffer struct {
	act      *oAction
	typ, id  string
	from, to recovery.Money
}

type oChoice struct {
	play       *oPlay
	due        time.Time
	options    []oOffer
	precedents []*oMade // oldest first
}

// stands says that a choice still does: the text leaves open whether one that
// was cancelled is a precedent, and the engine says no.
func (w *oWorld) stands(m *oMade) bool {
	return slices.ContainsFunc(w.lives[m.incident].made, func(x *oMade) bool { return x.number == m.number && x.stands })
}

// oMade is a choice that was made.
type oMade struct {
	number     int
	incident   string
	play       *oPlay
	pending    bool     // it awaits a second person
	choice     *oChoice // that it is a choice of
	who        oProposer
	picks      []oPick
	chosen     []*oAct   // as it was chosen
	acts       []*oAct   // what of it stands
	given      []*oAct   // what it gave
	at, until  time.Time // when it was made, and when it was withdrawn
	reason     string
	deviation  string // from the median
	stands     bool   // on the latest decision of its incident
	comparable []string
}

// offer adds the choice that a play leaves to a person, before limits cut it.
func (r *oRun) offer(p *oPlay) error {
	c := &oChoice{play: p}
	env := r.env(p.book)
	for _, a := range p.discretion.options {
		o := oOffer{act: a, typ: a.typ, id: a.id}
		if a.from != nil {
			for _, bound := range []struct {
				expr *oNode
				to   *recovery.Money
			}{{a.from, &o.from}, {a.to, &o.to}} {
				v, err := bound.expr.eval(env)
				if err != nil {
					return err
				}
				if *bound.to = v.(oExact).rounded(p.book); bound.to.Sign() < 0 {
					return errNegative
				}
			}
			if o.from.Compare(o.to) > 0 {
				return errNegative
			}
		}
		c.options = append(c.options, o)
	}
	timed := &oAsk{play: p, src: &oAction{within: p.discretion.within, calendar: p.discretion.calendar}}
	base, _ := r.playBase(p.name())
	_, c.due = r.clock(timed).deadline(base, "", p.discretion.within)
	for _, m := range r.world.made {
		if m.incident != r.in.text("id") && m.play.name() == p.name() && r.world.stands(m) && slices.Equal(m.comparable, r.comparable(p)) {
			c.precedents = append(c.precedents, m)
		}
	}
	r.out.choices = append(r.out.choices, c)
	return nil
}

// comparable are the texts that two cases of a play must share.
func (r *oRun) comparable(p *oPlay) (out []string) {
	for _, path := range p.discretion.comparable {
		out = append(out, r.in.key(path))
	}
	return out
}

// usage of one type of option in one currency.
type oUsage struct {
	typ                     string
	median, lowest, highest oExact
}

func (c *oChoice) usage() []oUsage {
	amounts := map[[2]string][]*big.Rat{}
	for _, m := range c.precedents {
		for _, a := range m.chosen {
			if a.amount != nil {
				k := [2]string{a.typ, a.amount.Currency()}
				amounts[k] = append(amounts[k], a.amount.Rat())
			}
		}
	}
	var out []oUsage
	for k, list := range amounts {
		sort.Slice(list, func(i, j int) bool { return list[i].Cmp(list[j]) < 0 })
		middle := new(big.Rat).Add(list[len(list)/2], list[(len(list)-1)/2])
		middle.Quo(middle, big.NewRat(2, 1))
		out = append(out, oUsage{k[0], oExact{middle, k[1]}, oExact{list[0], k[1]}, oExact{list[len(list)-1], k[1]}})
	}
	return out
}
