package store

import (
	"fmt"
	"slices"
)

// factIndex answers one kind of fact.
type factIndex struct {
	FactKind
	buckets buckets
}

// place is where an incident stands in the index of a kind.
type place struct {
	bucket ID
	weighed
}

func (f *factIndex) place(incident int, s Standing) (p place, ok bool) {
	weight := f.weigh(s)
	if weight == (Wide{}) {
		return place{}, false
	}
	var room [4]string
	texts, ok := f.texts(room[:0], s)
	if !ok {
		return place{}, false
	}
	return place{bucketOf(texts), weighed{stampOf(s.Latest.OccurredAt), incident, weight}}, true
}

// shift takes an incident from where it stood to where it stands.
func (f *factIndex) shift(incident int, from, to Standing) {
	was, wasIn := f.place(incident, from)
	is, isIn := f.place(incident, to)
	if was == is {
		return
	}
	if wasIn {
		f.buckets.remove(was.bucket, was.weighed)
	}
	if isIn {
		f.buckets.add(is.bucket, is.weighed)
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

// Count begins to count kinds of facts. Pass the standing of every incident to
// the [Counting] before you add it.
func (x *Index) Count(kinds []FactKind) *Counting {
	c := &Counting{into: x}
	for _, k := range kinds {
		c.facts = append(c.facts, &factIndex{FactKind: k, buckets: newBuckets()})
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
// *[OverflowError]. The kind of the fact must be counted.
func (x *Index) Fact(q *FactQuery, incident int, own Standing) (any, error) {
	var room [4]string
	texts := room[:0]
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
	bucket, from := bucketOf(texts), stampOf(q.From)
	total := f.buckets.since(bucket, from)
	if at, ok := f.place(incident, own); ok && at.bucket == bucket && !at.before(from) {
		total = total.Minus(at.weight)
	}
	return f.Answer(total)
}
