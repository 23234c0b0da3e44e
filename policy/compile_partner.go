package policy

import (
	"cmp"
	"maps"
	"slices"
	"strconv"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy/internal/celenv"
	"github.com/servicerecovery/amends/policy/value"
)

func (s *scope) partner(d *playbook.Partner) *Partner {
	p := &Partner{ID: d.ID.Value, Name: d.Name.Value, Zone: s.zone}
	if p.Name == "" {
		p.Name = p.ID
	}
	if d.Zone.IsSet() {
		p.Zone = s.compiler.zone(d.Zone, s.zone)
	}
	if a := d.Agreement; a != nil {
		p.Ref = a.Ref.Value
		p.Agreement = Period{From: s.date(a.From), Until: s.date(a.Until)}
		s.checkOrder(p.Agreement, a.Until)
	}
	p.Outbound = s.direction(d.Outbound)
	p.Inbound = s.direction(d.Inbound)
	return p
}

func (s *scope) direction(d *playbook.Direction) *Direction {
	if d == nil {
		return nil
	}
	out := &Direction{Per: d.Per.Value}
	out.Units, _ = strconv.ParseInt(d.Units.Value, 10, 64)
	out.Rank, _ = strconv.ParseInt(d.Rank.Value, 10, 64)
	if d.Cost.IsSet() {
		m, err := value.ParseMoney(d.Cost.Value)
		if err != nil {
			s.mendf(d.Cost.Range, "bad-money", s.meant(value.Type{Kind: value.KindMoney}, d.Cost), "%s", err)
		} else if m.Sign() < 0 {
			s.errorf(d.Cost.Range, "bad-money", "", "a cost cannot be negative")
		}
		out.Cost = m
	}
	return out
}

// coverage compiles the conditions of a partner. They are only evaluated where applies holds, like
// everything in a playbook.
func (s *scope) coverage(p *Partner, d *playbook.Partner) {
	defer s.sees(s.outer != nil && s.outer.partDefs[p.ID] == d)()
	for _, way := range []struct {
		from *playbook.Direction
		to   *Direction
	}{{d.Outbound, p.Outbound}, {d.Inbound, p.Inbound}} {
		if way.from != nil && way.from.Covers.IsSet() && way.to.covers == nil {
			way.to.covers, _ = s.condition(way.from.Covers, s.assumed)
		}
	}
}

// substitute compiles the list of partners that may stand in.
func (s *scope) substitute(d *playbook.Substitute, at *playbook.Play, known celenv.Known) *Substitute {
	out := &Substitute{Position: d.Range}
	names := make([]string, 0, len(d.Partners))
	if d.Partners == nil {
		names = slices.Sorted(maps.Keys(s.partners))
		if len(names) == 0 {
			s.errorf(at.Range, "no-partner", "declare one under `partners:`", "the play `%s` substitutes, and there is no partner", at.ID.Value)
		}
	}
	for _, t := range d.Partners {
		if _, ok := s.partners[t.Value]; !ok {
			s.mendf(t.Range, "unknown-partner", near(t, slices.Sorted(maps.Keys(s.partners))), "there is no partner `%s`", t.Value)
			continue
		}
		if slices.Contains(names, t.Value) {
			s.errorf(t.Range, "duplicate-value", "", "`%s` is listed twice", t.Value)
			continue
		}
		names = append(names, t.Value)
	}
	for _, n := range names {
		s.used[s.partDefs[n]] = true
		s.coverage(s.partners[n], s.partDefs[n])
		s.noteDirection(s.partners[n])
		out.Partners = append(out.Partners, s.partners[n])
	}
	spec := &Field{Name: "units", Type: value.Type{Kind: value.KindInt}, Default: int64(1), Min: int64(1)}
	if d.Units.IsSet() {
		out.Units = s.param(spec, playbook.Value{Kind: playbook.Scalar, Text: d.Units, Range: d.Units.Range}, known)
	} else {
		out.Units = &Param{Spec: spec, constant: int64(1), fixed: true}
	}
	return out
}

func (s *scope) noteDirection(p *Partner) {
	for _, d := range []*Direction{p.Outbound, p.Inbound} {
		if d != nil && d.covers != nil {
			s.note(d.covers.cel)
		}
	}
}

// Ordered returns the partners in the order in which they are considered: those with the wanted
// direction first, then by rank, cost and id.
func (s *Substitute) Ordered(inbound bool) []*Partner {
	way := func(p *Partner) *Direction { return p.Way(inbound) }
	out := slices.Clone(s.Partners)
	slices.SortStableFunc(out, func(a, b *Partner) int {
		x, y := way(a), way(b)
		if x == nil || y == nil {
			return cmp.Or(compareBool(x == nil, y == nil), cmp.Compare(a.ID, b.ID))
		}
		return cmp.Or(cmp.Compare(x.Rank, y.Rank), compareCost(x.Cost, y.Cost), cmp.Compare(a.ID, b.ID))
	})
	return out
}

// Way is the inbound or the outbound direction of the agreement; nil if it has none.
func (p *Partner) Way(inbound bool) *Direction {
	if inbound {
		return p.Inbound
	}
	return p.Outbound
}

// compareCost orders costs. No cost comes first. Amounts in two currencies cannot be compared, so
// the codes of the currencies give an order that is always the same.
func compareCost(a, b value.Money) int {
	if n := compareBool(a.IsSet() && !a.IsZero(), b.IsSet() && !b.IsZero()); n != 0 || !a.IsSet() || !b.IsSet() {
		return n
	}
	if a.Currency() != b.Currency() {
		return cmp.Compare(a.Currency(), b.Currency())
	}
	return a.Compare(b)
}

// Covers reports whether the direction serves the incident.
func (d *Direction) Covers(f *Frame) (bool, error) { return d.covers.holds(f) }
