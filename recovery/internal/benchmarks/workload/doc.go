// Package workload makes the one workload that every engine of the comparison
// runs: N plays of three to five conditions each, and a stream of distinct
// incidents. About four plays answer each incident, however large N is.
//
// Everything is made from a seed, so that two runs see the same plays. Plays
// are structured: each engine writes them in its own language, and
// [Play.Holds] is the plain meaning that all of them are checked against.
package workload

// Seed is that of the plays and the stream of the published figures, and of the
// code that was generated from the plays.
const Seed = 1
