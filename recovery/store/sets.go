package store

import (
	"iter"
)

// Sets are the sets by which a store's decisions were made, in the order in which each first decided
// there, or was made the newest. The zero Sets knows none.
type Sets struct{ of map[ID]setPlace }

// setPlace is the first decision of a set, and the last that made it the newest; 0: none has.
type setPlace struct{ first, renewed int64 }

func (p setPlace) order() int64 { return max(p.first, p.renewed) }

// Decided notes that a set has made the decision of a number, or a choice, and whether the decision makes
// it the newest set. Numbers may come in any order.
func (s *Sets) Decided(set ID, number int64, newest bool) {
	p, ok := s.of[set]
	if !ok || number < p.first {
		p.first = number
	}
	if newest {
		p.renewed = max(p.renewed, number)
	}
	if s.of == nil {
		s.of = map[ID]setPlace{}
	}
	s.of[set] = p
}

// Older reports whether a set stands before another. A set that has never decided is
// newer than every other.
func (s *Sets) Older(set, than ID) bool {
	p, known := s.of[set]
	other, otherKnown := s.of[than]
	return known && otherKnown && p.order() < other.order()
}

// All are the sets that have decided, each with the number by which it stands in their order. They come in
// no order.
func (s *Sets) All() iter.Seq2[ID, int64] {
	return func(yield func(ID, int64) bool) {
		for set, p := range s.of {
			if !yield(set, p.order()) {
				return
			}
		}
	}
}

// Forget takes back what was noted of decisions from a number on, which is the lowest that each set
// has from there.
func (s *Sets) Forget(from int64) {
	for set, p := range s.of {
		if p.first >= from {
			delete(s.of, set)
		} else if p.renewed >= from {
			s.of[set] = setPlace{first: p.first}
		}
	}
}
