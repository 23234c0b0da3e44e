package recovery

import (
	"fmt"
	"strconv"

	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/recovery/internal/series"
)

// factKind is what facts that share an index have in common: what they measure,
// and by which fields they tell incidents apart.
type factKind struct {
	paths string // joined
	metric
}

// metric is what a fact measures of one incident.
type metric struct {
	count, sum, currency string
}

func metricOf(q *FactQuery) metric { return metric{q.Count, q.Sum, q.Currency} }

// indexOf returns the index that answers a fact; nil when it is not built yet.
func (s *MemoryStore) indexOf(q *FactQuery) *factIndex {
	var room [128]byte
	paths := room[:0]
	for _, k := range q.Same {
		paths = appendJoined(paths, k.Path)
	}
	return s.facts[factKind{string(paths), metricOf(q)}]
}

// appendJoined makes one text of several, from which no other texts could be
// meant: one call for each.
func appendJoined(dst []byte, text string) []byte {
	dst = strconv.AppendInt(dst, int64(len(text)), 10)
	return append(append(dst, ':'), text...)
}

func joined(texts []string) string {
	var out []byte
	for _, t := range texts {
		out = appendJoined(out, t)
	}
	return string(out)
}

// of measures what stands of an incident.
func (m metric) of(s standing) series.Wide {
	if m.count == "incidents" {
		if s.latest == nil {
			return series.Wide{}
		}
		return series.WideOf(1)
	}
	var total series.Wide
	gone := withdrawn(s.latest, s.made)
	s.records(func(r *Record) {
		for i := range r.Decision.Actions {
			if a := &r.Decision.Actions[i]; !gone[a.ID] {
				total = total.Plus(m.ofAction(a))
			}
		}
	})
	return total
}

func (m metric) ofAction(a *Action) series.Wide {
	switch {
	case a.Change == ChangeCancelled:
		return series.Wide{}
	case m.count != "" && a.Type == m.count:
		return series.WideOf(1)
	case m.sum != "" && a.Type == m.sum && a.Amount.Currency() == m.currency:
		return series.WideOf(a.Amount.Units())
	}
	return series.Wide{}
}

// answer turns a total into the value of a fact.
func (m metric) answer(total series.Wide) (any, error) {
	n, ok := total.Int64()
	if !ok {
		return nil, &EvaluationError{Message: fmt.Sprintf("the sum of %s in %s over the incidents in the window is too large", m.sum, m.currency)}
	}
	if m.sum == "" {
		return n, nil
	}
	amount, err := value.NewMoney(n, m.currency)
	return amount, err
}

// factIndex answers one kind of fact: a series for each combination of texts
// that the fields have.
type factIndex struct {
	metric
	paths   []string
	buckets map[string]*series.Series
}

// move takes an incident from where it stood to where it stands.
func (x *factIndex) move(t *thread, before standing) {
	was, wasIn := x.place(t, before)
	is, isIn := x.place(t, t.standing)
	if was == is {
		return
	}
	if wasIn {
		x.buckets[was.bucket].Remove(was.Entry)
	}
	if !isIn {
		return
	}
	b, ok := x.buckets[is.bucket]
	if !ok {
		b = &series.Series{}
		x.buckets[is.bucket] = b
	}
	b.Add(is.Entry)
}

type place struct {
	bucket string
	series.Entry
}

// place says where an incident stands in the index; ok is false when it does not
// count.
func (x *factIndex) place(t *thread, s standing) (place, bool) {
	weight := x.of(s)
	if weight == (series.Wide{}) {
		return place{}, false
	}
	texts := make([]string, len(x.paths))
	for i, p := range x.paths {
		if texts[i] = s.latest.Keys[p]; texts[i] == "" {
			return place{}, false
		}
	}
	return place{joined(texts), series.Entry{Stamp: series.StampOf(s.latest.OccurredAt), Number: t.number, Weight: weight}}, true
}

func (s *MemoryStore) indexed(facts []FactQuery) bool {
	for i := range facts {
		if s.indexOf(&facts[i]) == nil {
			return false
		}
	}
	return true
}

// index builds the indexes that the facts need and that are not there yet.
func (s *MemoryStore) index(facts []FactQuery) {
	for i := range facts {
		q := &facts[i]
		if s.indexOf(q) != nil {
			continue
		}
		x := &factIndex{metric: metricOf(q), buckets: map[string]*series.Series{}}
		for _, k := range q.Same {
			x.paths = append(x.paths, k.Path)
		}
		for _, t := range s.ordered {
			x.move(t, standing{})
		}
		s.facts[factKind{joined(x.paths), x.metric}] = x
	}
}

// fact answers a fact for an incident, which does not count itself. Where a
// text is missing nothing is the same as it, and there is no answer.
func (s *MemoryStore) fact(q *FactQuery, own *thread) (any, error) {
	x := s.indexOf(q)
	var room [128]byte
	bucket := room[:0]
	for _, k := range q.Same {
		if k.Text == "" {
			return nil, nil
		}
		bucket = appendJoined(bucket, k.Text)
	}
	from := series.StampOf(q.From)
	total := series.Wide{}
	if b, ok := x.buckets[string(bucket)]; ok {
		total = b.Since(from)
	}
	if own.latest == nil {
		return x.answer(total)
	}
	if at, ok := x.place(own, own.standing); ok && at.bucket == string(bucket) && !at.Stamp.Before(from) {
		total = total.Minus(at.Weight)
	}
	return x.answer(total)
}
