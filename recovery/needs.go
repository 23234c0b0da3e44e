package recovery

import (
	"slices"
	"time"

	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/policy/value"
)

// needs says what has to be read before an incident can be decided. The subject
// keeps it: answers are found by the place of their question.
func needs(s *subject) Query {
	q := Query{Incident: s.id}
	s.facts = s.readableFacts()
	for _, f := range s.facts {
		q.Facts = append(q.Facts, FactQuery{
			Name: f.Name, Count: f.Count, Sum: f.Sum, Currency: f.Currency,
			Same: s.keysOf(f.Same), From: f.From(s.now), Matters: s.rules.counted[f],
		})
	}
	q.Use = s.useQueries()
	for _, p := range s.rules.program.Plays {
		if p.Choice != nil && slices.Contains(s.applying, p.Playbook) {
			q.Precedents = append(q.Precedents, PrecedentQuery{Play: p.Name, Comparable: s.keysOf(p.Choice.Comparable)})
		}
	}
	s.query = q
	return q
}

// readableFacts are those that a decision on the incident lists, in the order of their
// declaration.
func (s *subject) readableFacts() []*policy.Fact {
	wanted := make([]bool, len(s.rules.program.Facts))
	for _, b := range s.applying {
		for _, slot := range b.Facts {
			wanted[slot] = true
		}
	}
	var out []*policy.Fact
	for _, f := range s.rules.program.Facts {
		if wanted[f.Slot] {
			out = append(out, f)
		}
	}
	return out
}

// countedFacts are the facts that a limit of the set counts.
func countedFacts(p *policy.Program) map[*policy.Fact]bool {
	out := map[*policy.Fact]bool{}
	count := func(limits []*policy.Limit) {
		for _, l := range limits {
			if l.Counting != nil {
				out[l.Counting] = true
			}
		}
	}
	for _, b := range p.Playbooks {
		count(b.Limits)
	}
	count(p.Limits)
	return out
}

func (s *subject) keysOf(fields []*policy.Field) []Key {
	out := make([]Key, 0, len(fields))
	for _, f := range fields {
		out = append(out, Key{Path: f.Name, Text: s.keys[f.Name]})
	}
	return out
}

// useQueries ask for the use of every partner that a play of the applying
// playbooks could take, each once.
func (s *subject) useQueries() []UseQuery {
	var out []UseQuery
	seen := map[UseQuery]bool{}
	for _, p := range s.rules.program.Plays {
		if p.Partners == nil || !slices.Contains(s.applying, p.Playbook) {
			continue
		}
		for _, partner := range p.Partners.Partners {
			q, ok := s.useQuery(partner)
			if ok && !seen[q] {
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

// window is the calendar hour, day or week (from Monday) around a time.
func window(per string, now time.Time, zone *time.Location) (from, until time.Time) {
	t := now.In(zone)
	if per == "hour" {
		// Counted in elapsed time: an hour that daylight saving repeats is two.
		into := time.Duration(t.Minute())*time.Minute + time.Duration(t.Second())*time.Second + time.Duration(t.Nanosecond())
		from = t.Add(-into)
		return from.UTC(), from.Add(time.Hour).UTC()
	}
	first, days := value.DateOf(t), 1
	if per == "week" {
		first, days = shifted(first, -(int(t.Weekday())+6)%7), 7
	}
	return first.In(zone).UTC(), shifted(first, days).In(zone).UTC()
}

// shifted moves a day; at the ends of the calendar it stays.
func shifted(d value.Date, days int) value.Date {
	moved, err := d.AddDays(days)
	if err != nil {
		return d
	}
	return moved
}
