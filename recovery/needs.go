package recovery

import (
	"slices"

	"github.com/servicerecovery/amends/policy"
)

// needs says what has to be read before an incident can be decided. The subject
// keeps it: answers are found by the place of their question.
func needs(s *subject) Query {
	q := Query{Incident: s.id}
	if s.facts = s.readableFacts(); len(s.facts) > 0 {
		q.Facts = make([]FactQuery, 0, len(s.facts))
	}
	for _, f := range s.facts {
		q.Facts = append(q.Facts, FactQuery{
			Name: f.Name, Count: f.Count, Sum: f.Sum, Currency: f.Currency,
			Same: s.keysOf(f.Same), From: f.From(s.now), Matters: s.rules.counted[f.Slot],
		})
	}
	q.Use = s.useQueries()
	for _, p := range s.rules.choices {
		if s.applies(p) {
			q.Precedents = append(q.Precedents, PrecedentQuery{Play: p.Name, Comparable: s.keysOf(p.Choice.Comparable)})
		}
	}
	s.query = q
	return q
}

// applies reports whether the playbook of a play applies to the incident.
func (s *subject) applies(p *policy.Play) bool { return s.workspace.applying[p.Playbook.Number()] }

// readableFacts are those that a decision on the incident lists, in the order of their
// declaration.
func (s *subject) readableFacts() []*policy.Fact {
	slots := s.workspace.slots[:0]
	for _, b := range s.applying {
		slots = append(slots, b.Facts...)
	}
	slices.Sort(slots)
	s.workspace.slots = slots
	var out []*policy.Fact
	for _, slot := range slices.Compact(slots) {
		out = append(out, s.rules.program.Facts[slot])
	}
	return out
}

func (s *subject) keysOf(fields []*policy.Field) []Key {
	out := make([]Key, 0, len(fields))
	for _, f := range fields {
		out = append(out, Key{Path: f.Name, Text: s.key(f)})
	}
	return out
}

// useQueries ask for the use of every partner that a play of the applying
// playbooks could take, each once.
func (s *subject) useQueries() []UseQuery {
	var out []UseQuery
	var seen map[UseQuery]bool
	for _, p := range s.rules.substitutes {
		if !s.applies(p) {
			continue
		}
		for _, partner := range p.Partners.Partners {
			q, ok := s.useQuery(partner)
			if ok && !seen[q] {
				if seen == nil {
					seen = map[UseQuery]bool{}
				}
				seen[q] = true
				out = append(out, q)
			}
		}
	}
	return out
}

// useQuery asks for the use of a partner in the wanted direction, in the
// window of its capacity in which the decision is made.
func (s *subject) useQuery(p *policy.Partner) (UseQuery, bool) {
	way := p.Way(s.inbound())
	if way == nil || way.Units == 0 {
		return UseQuery{}, false
	}
	from, until := window(way.Per, s.now, p.Zone)
	return UseQuery{Partner: p.ID, Direction: s.direction(), From: from, Until: until}, true
}
