package recovery

import "fmt"

// partnerUse is what capacity is counted by.
type partnerUse struct{ partner, direction string }

func (s *MemoryStore) useOf(q UseQuery, own *thread) (int64, error) {
	from, until := stampOf(q.From), stampOf(q.Until)
	total := wide{}
	if units, ok := s.use[partnerUse{q.Partner, q.Direction}]; ok {
		total = units.since(from).minus(units.since(until))
	}
	own.records(func(r *Record) {
		for _, v := range r.Reserves {
			at := stampOf(v.At)
			if v.Partner == q.Partner && v.Direction == q.Direction && !at.before(from) && at.before(until) {
				total = total.minus(wideOf(v.Units))
			}
		}
	})
	n, ok := total.int64()
	if !ok {
		return 0, fmt.Errorf("the use of partner %s is too large", q.Partner)
	}
	return n, nil
}

func (s *MemoryStore) reserve(t *thread, r *Record, do func(*series, entry)) {
	for _, v := range r.Reserves {
		key := partnerUse{v.Partner, v.Direction}
		units, ok := s.use[key]
		if !ok {
			units = &series{}
			s.use[key] = units
		}
		do(units, entry{stampOf(v.At), t.number, wideOf(v.Units)})
	}
}
