// Package handwritten is what a programmer might write in the place of rules.
//
// The files switch_N.go are a generated switch over N plays, as careful code
// would have it: what a play is about first, then the rest, with no types to look
// up and nothing to allocate. The largest one is written by go generate and built
// with the tag switch1000. [Tables] is the same idea for sets that nobody
// would write as code: lists of closures by what a play is about.
package handwritten

//go:generate go run ./generate
