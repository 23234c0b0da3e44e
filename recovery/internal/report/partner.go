package report

import (
	"slices"
	"strings"
	"time"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/policy/worktime"
)

// substitute writes who may stand in, in the order in which they are asked.
func (s *scope) substitute(d *playbook.Play, p *policy.Play) *Substitute {
	out := &Substitute{Units: s.param(p.Partners.Units), Otherwise: s.actions(d.Otherwise, p.Otherwise)}
	for _, inbound := range directions(d) {
		way := SubstituteWay{Inbound: inbound}
		for _, partner := range p.Partners.Ordered(inbound) {
			if def, ok := s.partners[partner.ID]; ok {
				way.Partners = append(way.Partners, s.offer(def, partner, inbound))
			}
		}
		out.Ways = append(out.Ways, way)
	}
	return out
}

// directions says for whose failures a play wants partners: false stands for our own
// failures, true for those of a partner.
func directions(d *playbook.Play) []bool {
	switch d.Provider.Value {
	case "partner":
		return []bool{true}
	case "any":
		return []bool{false, true}
	}
	return []bool{false}
}

func (s *scope) offer(def placedPartner, p *policy.Partner, inbound bool) PartnerTerms {
	out := PartnerTerms{
		Partner: Link{anchor("partner", def.doc, def.def.ID), p.Name},
		Ref:     p.Ref, From: p.Agreement.From.String(), Until: p.Agreement.Until.String(),
		State: s.stateOf(p.Agreement, p.Zone),
	}
	way, text := p.Way(inbound), wayOf(def.def, inbound)
	if out.Offers = way != nil && text != nil; out.Offers {
		out.Covers, _ = s.when(text.Covers)
		out.Capacity, out.Cost = capacity(text), costOf(text)
	}
	return out
}

func wayOf(p *playbook.Partner, inbound bool) *playbook.Direction {
	if inbound {
		return p.Inbound
	}
	return p.Outbound
}

func capacity(d *playbook.Direction) string {
	if !d.Units.IsSet() {
		return "no bound"
	}
	return d.Units.Value + " a " + d.Per.Value
}

func costOf(d *playbook.Direction) string {
	if !d.Cost.IsSet() {
		return "nothing"
	}
	return cell(d.Cost) + " a unit"
}

// partnerList writes all partners of the set, in the order of the documents.
func (b *builder) partnerList() []Partner {
	var out []Partner
	for _, d := range b.set.Documents {
		s := b.scopeOfDocument(d)
		for _, def := range d.Partners {
			out = append(out, s.partner(def))
		}
	}
	return out
}

func (s *scope) partner(def *playbook.Partner) Partner {
	out := Partner{
		Name: orElse(def.Name.Value, def.ID.Value), Anchor: anchor("partner", s.doc, def.ID), Zone: def.Zone.Value,
		Ref: def.Agreement.Ref.Value, From: def.Agreement.From.Value, Until: def.Agreement.Until.Value,
	}
	agreement, zone := s.agreement(s.doc, def)
	out.State = s.stateOf(agreement, zone)
	for _, inbound := range []bool{false, true} {
		d := wayOf(def, inbound)
		if d == nil {
			continue
		}
		way := Way{Title: "They serve our customers", Capacity: capacity(d), Cost: costOf(d), Asked: "rank " + orElse(d.Rank.Value, "0")}
		if inbound {
			way.Title = "We serve theirs"
		}
		way.Covers, way.CoversExpr = s.when(d.Covers)
		if way.Covers == nil && s.node(d.Covers) == nil { // no play asks for it
			way.CoversExpr = oneLine(d.Covers.Value)
		}
		way.Plays = s.playsWith[asked{def, inbound}]
		out.Ways = append(out.Ways, way)
	}
	return out
}

// agreement is the span of an agreement, and the zone of its days.
func (b *builder) agreement(d *playbook.Document, def *playbook.Partner) (policy.Period, *time.Location) {
	var out policy.Period
	// A set that loads has an agreement with days that can be read, and a zone.
	out.From, _ = value.ParseDate(def.Agreement.From.Value)
	out.Until, _ = value.ParseDate(def.Agreement.Until.Value)
	zone, err := worktime.LoadZone(orElse(def.Zone.Value, b.zoneOf(d)))
	if err != nil {
		zone = time.UTC
	}
	return out, zone
}

// asked is a partner in one direction.
type asked struct {
	partner *playbook.Partner
	inbound bool
}

// partnerPlays says which plays ask each partner, in which direction.
func (b *builder) partnerPlays() {
	b.playsWith = map[asked][]Link{}
	for _, p := range b.program.Plays {
		if p.Partners == nil {
			continue
		}
		for _, inbound := range directions(b.plays[p.Name]) {
			for _, partner := range p.Partners.Partners {
				key := asked{b.scopes[p.Playbook.ID].partners[partner.ID].def, inbound}
				b.playsWith[key] = append(b.playsWith[key], b.linkTo(p))
			}
		}
	}
	for _, list := range b.playsWith {
		slices.SortStableFunc(list, func(a, b Link) int { return strings.Compare(a.Text, b.Text) })
	}
}
