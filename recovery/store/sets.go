package store

import (
	"iter"
	"maps"
)

// Sets are the sets by which a store's decisions were made, in the order in which each first decided
// there. The zero Sets knows none.
type Sets struct{ first map[ID]int64 }

// Decided notes that a set has made the decision of a number, or a choice. Numbers may come in any
// order.
func (s *Sets) Decided(set ID, number int64) {
	if first, ok := s.first[set]; ok && first <= number {
		return
	}
	if s.first == nil {
		s.first = map[ID]int64{}
	}
	s.first[set] = number
}

// Older reports whether a set first decided before another did. A set that has never decided is
// newer than every other.
func (s *Sets) Older(set, than ID) bool {
	first, known := s.first[set]
	other, otherKnown := s.first[than]
	return known && otherKnown && first < other
}

// All are the sets that have decided, each with the lowest number that was noted. Their order is not
// that of anything.
func (s *Sets) All() iter.Seq2[ID, int64] { return maps.All(s.first) }

// Forget takes back what was noted of decisions from a number on, which is the lowest that each set
// has from there.
func (s *Sets) Forget(from int64) {
	for set, first := range s.first {
		if first >= from {
			delete(s.first, set)
		}
	}
}
