package store

import (
	"cmp"
	"slices"
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
}

// Stranger is the number of an incident that a store has never seen.
const Stranger = -1

// NewIndex returns an index that knows nothing yet.
func NewIndex() *Index {
	return &Index{use: map[partnerUse]*series{}, precedents: map[string][]precedent{}}
}

// Shift updates every count after an incident has changed from one standing to another. Shifting
// back undoes it.
func (x *Index) Shift(incident int, from, to Standing) {
	for _, f := range x.facts {
		f.shift(incident, from, to)
	}
	for r := range from.Reserves() {
		x.reserve(incident, r, (*series).remove)
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

// Precedents lists the earlier choices that are precedents for an incident. Choices on the incident
// itself are not among them.
func (x *Index) Precedents(q *PrecedentQuery, incident int) []Chosen {
	var out []Chosen
	var room [256]byte
	for _, p := range x.precedents[string(appendPrecedentKey(room[:0], q.Play, q.Comparable))] {
		if p.incident != incident {
			out = append(out, p.chosen)
		}
	}
	return out
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
type partnerUse struct{ partner, direction string }

// Use answers how many units of a partner other incidents have reserved. The error
// is an *[OverflowError].
func (x *Index) Use(q *UseQuery, own Standing) (int64, error) {
	total := Wide{}
	if units, ok := x.use[partnerUse{q.Partner, q.Direction}]; ok {
		total = units.since(stampOf(q.From)).Minus(units.since(stampOf(q.Until)))
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
		x.reserve(Stranger, r, (*series).remove)
	}
}

func (x *Index) reserve(incident int, r Reserve, do func(*series, weighed)) {
	key := partnerUse{r.Partner, r.Direction}
	units, ok := x.use[key]
	if !ok {
		units = &series{}
		x.use[key] = units
	}
	do(units, weighed{stampOf(r.At), incident, WideOf(r.Units)})
}
