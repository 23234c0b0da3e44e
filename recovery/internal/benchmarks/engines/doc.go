// Package engines runs one workload on several engines: amends itself, the
// engines that a team might take instead, and Go written by hand.
//
// Each engine writes the plays in its own language, in the way its documents
// recommend, and gets each incident in the form it likes best, made beforehand.
// What is measured is from there to the plays that match, all of them.
package engines
