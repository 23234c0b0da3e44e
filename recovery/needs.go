package recovery

import (
	"slices"

	"github.com/servicerecovery/amends/policy"
)

// needs says what has to be read before an incident can be decided. The subject
// keeps it: answers are found by the place of their question.
func (r *ruleset) needs(w *workspace) Query {
	s := &w.subject
	q := Query{Incident: s.id, Set: r.ref.Digest}
	if s.facts = r.readableFacts(w); len(s.facts) > 0 {
		q.Facts = make([]FactQuery, 0, len(s.facts))
	}
	for _, f := range s.facts {
		q.Facts = append(q.Facts, FactQuery{
			Name: f.Name, Count: f.Count, Sum: f.Sum, Currency: f.Currency,
			Same: s.keysOf(f.Same), From: f.From(s.now), Occurred: f.Occurred, Matters: r.counted[f.Slot],
		})
	}
	q.Use = r.useQueries(s)
	for _, p := range r.choices {
		if s.applies(p) {
			q.Precedents = append(q.Precedents, PrecedentQuery{Play: p.Name, Comparable: s.keysOf(p.Choice.Comparable)})
		}
	}
	s.query = q
	return q
}

// applies reports whether the playbook of a play applies to the incident.
func (s *subject) applies(p *policy.Play) bool { return s.taken.Applies(p.Playbook) }

// readableFacts are those that a decision on the incident lists, in the order of their
// declaration.
func (r *ruleset) readableFacts(w *workspace) []*policy.Fact {
	slots := w.slots[:0]
	for _, b := range w.subject.applying {
		slots = append(slots, b.Facts...)
	}
	slices.Sort(slots)
	w.slots = slots
	var out []*policy.Fact
	for _, slot := range slices.Compact(slots) {
		out = append(out, r.program.Facts[slot])
	}
	return out
}

// useQueries ask for the use of every partner that a play of the applying
// playbooks could take, each once.
func (r *ruleset) useQueries(s *subject) []UseQuery {
	var out []UseQuery
	var seen map[UseQuery]bool
	for _, p := range r.substitutes {
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
