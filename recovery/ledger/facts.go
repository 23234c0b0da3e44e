package ledger

import (
	"fmt"

	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/recovery"
	"github.com/servicerecovery/amends/recovery/internal/series"
)

// metric is what a fact measures of one incident.
type metric struct {
	count, sum, currency string
}

// factIndex answers one kind of fact: a series for each combination of texts
// that the fields have.
type factIndex struct {
	metric
	paths   []string
	buckets buckets
}

// factIndexes are the indexes of all kinds of facts that were asked for: facts
// that measure the same, and tell incidents apart by the same fields, share one.
// There are few.
type factIndexes []*factIndex

func (list factIndexes) find(q *recovery.FactQuery) *factIndex {
	for _, f := range list {
		if f.answers(q) {
			return f
		}
	}
	return nil
}

func (f *factIndex) answers(q *recovery.FactQuery) bool {
	if f.count != q.Count || f.sum != q.Sum || f.currency != q.Currency || len(f.paths) != len(q.Same) {
		return false
	}
	for i, k := range q.Same {
		if f.paths[i] != k.Path {
			return false
		}
	}
	return true
}

func newFactIndex(q *recovery.FactQuery) *factIndex {
	f := &factIndex{metric: metric{q.Count, q.Sum, q.Currency}, buckets: newBuckets()}
	for _, k := range q.Same {
		f.paths = append(f.paths, k.Path)
	}
	return f
}

// of measures what stands of an incident.
func (m metric) of(s standing) series.Wide {
	if s.latest == nil {
		return series.Wide{}
	}
	if m.count == "incidents" {
		return series.WideOf(1)
	}
	total := series.Wide{}
	gone := s.withdrawn()
	s.each(func(x *summary) {
		for i := range x.acts {
			if a := &x.acts[i]; !a.cancelled && !gone[a.id] {
				total = total.Plus(m.ofAction(a))
			}
		}
	})
	return total
}

func (m metric) ofAction(a *act) series.Wide {
	switch {
	case m.count != "" && a.kind == m.count:
		return series.WideOf(1)
	case m.sum != "" && a.kind == m.sum && a.amount.Currency() == m.currency:
		return series.WideOf(a.amount.Units())
	}
	return series.Wide{}
}

// answer turns a total into the value of a fact.
func (m metric) answer(total series.Wide) (any, error) {
	n, ok := total.Int64()
	if !ok {
		return nil, &recovery.EvaluationError{Message: fmt.Sprintf("the sum of %s in %s over the incidents in the window is too large", m.sum, m.currency)}
	}
	if m.sum == "" {
		return n, nil
	}
	return value.NewMoney(n, m.currency)
}

// shift takes an incident from where it stood to where it stands.
func (f *factIndex) shift(number int, from, to standing) {
	was, wasIn := f.place(number, from)
	is, isIn := f.place(number, to)
	if was == is {
		return
	}
	if wasIn {
		f.buckets.remove(was.bucket, was.Entry)
	}
	if isIn {
		f.buckets.add(is.bucket, is.Entry)
	}
}

type factPlace struct {
	bucket name
	series.Entry
}

// place says where an incident stands in the index; ok is false when it does not
// count.
func (f *factIndex) place(number int, s standing) (p factPlace, ok bool) {
	weight := f.of(s)
	if weight == (series.Wide{}) {
		return factPlace{}, false
	}
	var few [4]string
	texts := few[:0]
	for _, path := range f.paths {
		text := s.latest.key(path)
		if text == "" {
			return factPlace{}, false
		}
		texts = append(texts, text)
	}
	return factPlace{bucketName(texts), series.Entry{Stamp: s.latest.occurred, Number: number, Weight: weight}}, true
}

// fact answers a fact for an incident, which does not count itself. Where a
// text is missing nothing is the same as it, and there is no answer.
func (x *index) fact(q *recovery.FactQuery, number int, own standing) (any, error) {
	f := x.facts.find(q)
	var few [4]string
	texts := few[:0]
	for _, k := range q.Same {
		if k.Text == "" {
			return nil, nil
		}
		texts = append(texts, k.Text)
	}
	bucket := bucketName(texts)
	from := series.StampOf(q.From)
	total := f.buckets.since(bucket, from)
	if at, ok := f.place(number, own); ok && at.bucket == bucket && !at.Before(from) {
		total = total.Minus(at.Weight)
	}
	return f.answer(total)
}

// missing are the kinds of facts that are not indexed yet.
func (x *index) missing(facts []recovery.FactQuery) []*recovery.FactQuery {
	var out []*recovery.FactQuery
	for i := range facts {
		if x.facts.find(&facts[i]) == nil {
			out = append(out, &facts[i])
		}
	}
	return out
}

// wanted are the keys that facts tell incidents apart by.
func (x *index) wanted() map[string]bool {
	out := map[string]bool{}
	for _, f := range x.facts {
		for _, path := range f.paths {
			out[path] = true
		}
	}
	return out
}

// partnerUse is what capacity is counted by.
type partnerUse struct{ partner, direction string }

func (x *index) used(q recovery.UseQuery, own standing) (int64, error) {
	from, until := series.StampOf(q.From), series.StampOf(q.Until)
	total := series.Wide{}
	if units, ok := x.use[partnerUse{q.Partner, q.Direction}]; ok {
		total = units.Since(from).Minus(units.Since(until))
	}
	own.each(func(s *summary) {
		for _, v := range s.reserves {
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

func (x *index) reserve(number int, reserves []recovery.Reserve, do func(*series.Series, series.Entry)) {
	for _, v := range reserves {
		key := partnerUse{v.Partner, v.Direction}
		units, ok := x.use[key]
		if !ok {
			units = &series.Series{}
			x.use[key] = units
		}
		do(units, series.Entry{Stamp: series.StampOf(v.At), Number: number, Weight: series.WideOf(v.Units)})
	}
}
