package store

import (
	"fmt"
	"slices"
)

// factIndex answers one kind of fact.
type factIndex struct {
	FactKind
	name    string // of the kind, in groups
	buckets buckets
	based   bool // the index stands on entries of the kind
}

func newFactIndex(k FactKind, based bool) *factIndex {
	return &factIndex{FactKind: k, name: k.name(), buckets: newBuckets(), based: based}
}

// place is where an incident stands in the index of a kind.
type place struct {
	bucket ID
	weighed
}

// places are where an incident stands: all in one bucket, each time once, in order.
func (f *factIndex) places(dst []place, incident int, s Standing) []place {
	var bucket ID
	for at, weight := range f.weights(s) {
		if len(dst) == 0 {
			var room [5]string
			texts, ok := f.texts(room[:0], s)
			if !ok {
				return nil
			}
			bucket = groupOf(f.name, texts)
		}
		stamp := stampOf(at)
		i := 0
		for i < len(dst) && dst[i].before(stamp) {
			i++
		}
		if i < len(dst) && dst[i].stamp == stamp {
			dst[i].weight = dst[i].weight.Plus(weight)
			continue
		}
		dst = slices.Insert(dst, i, place{bucket, weighed{stamp, incident, weight}})
	}
	return dst
}

// shift takes an incident from where it stood to where it stands.
func (f *factIndex) shift(incident int, from, to Standing) {
	var wasRoom, isRoom [4]place
	was, is := f.places(wasRoom[:0], incident, from), f.places(isRoom[:0], incident, to)
	for _, p := range was {
		if !slices.Contains(is, p) {
			f.buckets.remove(p.bucket, p.weighed)
		}
	}
	for _, p := range is {
		if !slices.Contains(was, p) {
			f.buckets.add(p.bucket, p.weighed)
		}
	}
}

func (x *Index) find(q *FactQuery) *factIndex {
	for _, f := range x.facts {
		if f.answers(q) {
			return f
		}
	}
	return nil
}

// Missing are the kinds of the facts that are not counted yet, each once.
func (x *Index) Missing(facts []FactQuery) []FactKind {
	var out []FactKind
	for i := range facts {
		q := &facts[i]
		if x.find(q) == nil && !slices.ContainsFunc(out, func(k FactKind) bool { return k.answers(q) }) {
			out = append(out, KindOf(q))
		}
	}
	return out
}

// Uncounted are those of some kinds that are not counted yet.
func (x *Index) Uncounted(kinds []FactKind) (out []FactKind) {
	for i := range kinds {
		if !slices.ContainsFunc(x.facts, func(f *factIndex) bool { return f.Same(&kinds[i]) }) {
			out = append(out, kinds[i])
		}
	}
	return out
}

// Count begins to count kinds of facts. Pass the standing of every incident to
// the [Counting] before you add it.
func (x *Index) Count(kinds []FactKind) *Counting {
	c := &Counting{into: x}
	for _, k := range kinds {
		c.facts = append(c.facts, newFactIndex(k, false))
	}
	return c
}

// Counting counts the incidents that stood before a kind of fact was first asked for.
type Counting struct {
	into  *Index
	facts []*factIndex
}

// Stands counts the standing of one incident.
func (c *Counting) Stands(incident int, s Standing) {
	for _, f := range c.facts {
		f.shift(incident, Standing{}, s)
	}
}

// Add makes the counted incidents part of the index.
func (c *Counting) Add() { c.into.facts = append(c.into.facts, c.facts...) }

// Kinds are the kinds of facts that are counted.
func (x *Index) Kinds() []FactKind {
	var out []FactKind
	for _, f := range x.facts {
		out = append(out, f.FactKind)
	}
	return out
}

// Fact answers a fact for an incident. The incident itself does not count. When a text of the query
// is missing, no incident can have the same text, and the answer is nil. The error is an
// *[OverflowError], or that of the [Sums]. The kind of the fact must be counted.
func (x *Index) Fact(q *FactQuery, incident int, own Standing) (any, error) {
	var room [5]string
	texts := room[:0]
	if q.Namespace != "" {
		texts = append(texts, q.Namespace)
	}
	for _, k := range q.Same {
		if k.Text == "" {
			return nil, nil
		}
		texts = append(texts, k.Text)
	}
	f := x.find(q)
	if f == nil {
		return nil, fmt.Errorf("the kind of the fact %s is not counted yet", q.Name)
	}
	bucket, from := groupOf(f.name, texts), stampOf(q.From)
	total := f.buckets.since(bucket, from)
	if f.based {
		below, err := x.base.Since(bucket, q.From)
		if err != nil {
			return nil, err
		}
		total = total.Plus(below)
	}
	var places [4]place
	for _, at := range f.places(places[:0], incident, own) {
		if at.bucket == bucket && !at.before(from) {
			total = total.Minus(at.weight)
		}
	}
	return f.Answer(total)
}
