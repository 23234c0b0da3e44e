package recovery

import (
	"fmt"

	"github.com/servicerecovery/amends/recovery/internal/series"
)

// partnerUse is what capacity is counted by.
type partnerUse struct{ partner, direction string }

func (s *MemoryStore) useOf(q UseQuery, own *thread) (int64, error) {
	from, until := series.StampOf(q.From), series.StampOf(q.Until)
	total := series.Wide{}
	if units, ok := s.use[partnerUse{q.Partner, q.Direction}]; ok {
		total = units.Since(from).Minus(units.Since(until))
	}
	own.records(func(r *Record) {
		for _, v := range r.Reserves {
			at := series.StampOf(v.At)
			if v.Partner == q.Partner && v.Direction == q.Direction && !at.Before(from) && at.Before(until) {
				total = total.Minus(series.WideOf(v.Units))
			}
		}
	})
	n, ok := total.Int64()
	if !ok {
		return 0, fmt.Errorf("the use of partner %s is too large", q.Partner)
	}
	return n, nil
}

func (s *MemoryStore) reserve(t *thread, r *Record, do func(*series.Series, series.Entry)) {
	for _, v := range r.Reserves {
		key := partnerUse{v.Partner, v.Direction}
		units, ok := s.use[key]
		if !ok {
			units = &series.Series{}
			s.use[key] = units
		}
		do(units, series.Entry{Stamp: series.StampOf(v.At), Number: t.number, Weight: series.WideOf(v.Units)})
	}
}
