// Package index finds, among many rules, those that an incident can match, without asking each one.
// It works on the terms of package atom, and skips a rule only if one of its terms is certainly
// false. A rule that it finds either matches for certain, or has to be evaluated.
//
// An [Index] is a forest, one tree for each class of rules that are looked at together.
// Three kinds of nodes lead to few rules quickly:
//
//	split   tells rules apart by the value of one slot that they compare with constants, or by
//	        the members of a list; rules that do not mention the slot stand beside, and, where
//	        most fail without a value, the few that may hold without it
//	fork    halves rules that have no such slot in common, and skips a half when the value
//	        of one slot lies outside of what its rules let pass
//	leaf    holds at most 64 rules, or 256 that have no key in common. A table for each slot
//	        gives, for the segment in which the value lies, a row of bits: the rules that it
//	        does not exclude. The rows are combined with &, those that exclude most first
//
// A rule stands at several places if one of its terms lists several constants, or if it is a
// disjunction. The number of places is bounded, so the size of the index grows with the number of
// rules and not faster.
package index
