package store

import (
	"cmp"
	"iter"
	"slices"
	"time"
)

// Index answers facts, use and precedents from memory. A store calls Shift for each change of an
// incident's standing. The index keeps the entries of each incident by kind of fact, mostly one. It can answer a
// fact once the fact's kind is counted. An Index is not safe for concurrent use.
//
// The store gives each incident a number. [Stranger] is the number of an incident that the store
// does not know.
type Index struct {
	facts      []*factIndex
	use        map[partnerUse]*series
	precedents map[string][]precedent
	base       Sums // nil: there is nothing below
}

// Sums are entries that an [Index] stands on and does not hold, such as those of a snapshot.
type Sums interface {
	// Since adds up the entries of a group from an instant on, the instant included.
	Since(group ID, from time.Time) (Wide, error)
}

// Stranger is the number of an incident that a store has never seen.
const Stranger = -1

// NewIndex returns an index that knows nothing yet.
func NewIndex() *Index {
	return &Index{use: map[partnerUse]*series{}, precedents: map[string][]precedent{}}
}

// NewIndexOver returns an index that stands on sums: those of these kinds of facts, and of the use of
// partners. It holds what changes after them. Its precedents are those of choices that come later.
func NewIndexOver(base Sums, kinds []FactKind) *Index {
	x := NewIndex()
	x.base = base
	for _, k := range kinds {
		x.facts = append(x.facts, newFactIndex(k, true))
	}
	return x
}

// Entries are all entries that the index holds, in no order. Some take back what it stands on. Sums of
// them all are what an index needs to stand on later, for the same kinds.
func (x *Index) Entries() iter.Seq2[ID, Entry] {
	return func(yield func(ID, Entry) bool) {
		more := true
		visit := func(group ID, e weighed) {
			more = more && yield(group, Entry{At: e.time(), Weight: e.weight})
		}
		for _, f := range x.facts {
			f.buckets.each(visit)
		}
		for key, units := range x.use {
			units.each(func(e weighed) { visit(key.group(), e) })
		}
	}
}

// Shift updates every count after an incident has changed from one standing to another. Shifting
// back undoes it.
func (x *Index) Shift(incident int, from, to Standing) {
	for _, f := range x.facts {
		f.shift(incident, from, to)
	}
	for r := range from.Reserves() {
		x.reserve(incident, r, (*series).takeOut)
	}
	for r := range to.Reserves() {
		x.reserve(incident, r, (*series).add)
	}
	for _, d := range from.Made {
		if !to.makes(d) {
			x.withdraw(d)
		}
	}
	for _, d := range to.Made {
		if !from.makes(d) {
			x.precede(incident, d)
		}
	}
}

// Precedents sums up the earlier choices that are precedents for an incident. Choices on the incident
// itself are not among them.
func (x *Index) Precedents(q *PrecedentQuery, incident int) Precedents {
	var out []Chosen
	var room [256]byte
	for _, p := range x.precedents[string(appendPrecedentKey(room[:0], q.Namespace, q.Play, q.Comparable))] {
		if p.incident != incident {
			out = append(out, p.chosen)
		}
	}
	return Summarise(out)
}

// precedent is a choice that stands.
type precedent struct {
	number   int64 // of the decision that made it
	incident int
	chosen   Chosen
}

func (p precedent) compare(number int64) int { return cmp.Compare(p.number, number) }

func (x *Index) precede(incident int, d *Decision) {
	if d.Choice.Open {
		return
	}
	list := x.precedents[d.Choice.Key]
	i, _ := slices.BinarySearchFunc(list, d.Number, precedent.compare)
	x.precedents[d.Choice.Key] = slices.Insert(list, i, precedent{d.Number, incident, d.Choice.Chosen})
}

func (x *Index) withdraw(d *Decision) {
	list := x.precedents[d.Choice.Key]
	if i, ok := slices.BinarySearchFunc(list, d.Number, precedent.compare); ok {
		x.precedents[d.Choice.Key] = slices.Delete(list, i, i+1)
	}
}

// partnerUse is what capacity is counted by.
type partnerUse struct{ namespace, partner, direction string }

func (u partnerUse) group() ID {
	texts := [...]string{u.namespace, u.partner, u.direction}
	if u.namespace == "" {
		return groupOf("use:", texts[1:])
	}
	return groupOf("use:", texts[:])
}

// Use answers how many units of a partner other incidents have reserved. The error
// is an *[OverflowError], or that of the [Sums].
func (x *Index) Use(q *UseQuery, own Standing) (int64, error) {
	total := Wide{}
	if units, ok := x.use[partnerUse{q.Namespace, q.Partner, q.Direction}]; ok {
		total = units.since(stampOf(q.From)).Minus(units.since(stampOf(q.Until)))
	}
	if x.base != nil {
		below, err := x.below(q)
		if err != nil {
			return 0, err
		}
		total = total.Plus(below)
	}
	for r := range own.Reserves() {
		if q.counts(&r) {
			total = total.Minus(WideOf(r.Units))
		}
	}
	n, ok := total.Int64()
	if !ok {
		return 0, &OverflowError{"the use of partner " + q.Partner}
	}
	return n, nil
}

// below is the use that the index stands on.
func (x *Index) below(q *UseQuery) (Wide, error) {
	group := partnerUse{q.Namespace, q.Partner, q.Direction}.group()
	from, err := x.base.Since(group, q.From)
	if err != nil {
		return Wide{}, err
	}
	until, err := x.base.Since(group, q.Until)
	return from.Minus(until), err
}

// Reserve counts units that no decision holds any more, such as those of an incident
// that was erased.
func (x *Index) Reserve(list []Reserve) {
	for _, r := range list {
		x.reserve(Stranger, r, (*series).add)
	}
}

// Release takes back units that [Index.Reserve] has counted.
func (x *Index) Release(list []Reserve) {
	for _, r := range list {
		x.reserve(Stranger, r, (*series).takeOut)
	}
}

func (x *Index) reserve(incident int, r Reserve, do func(*series, weighed)) {
	key := partnerUse{r.Namespace, r.Partner, r.Direction}
	units, ok := x.use[key]
	if !ok {
		units = &series{}
		x.use[key] = units
	}
	do(units, weighed{stampOf(r.At), incident, WideOf(r.Units)})
}
