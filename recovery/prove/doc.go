// Package prove says what holds for every incident: whether the guarantees of a set are kept, which
// plays nothing reaches, which plays can match together, and which incidents nobody answers.
//
// [Prove] gives each question and guarantee a [Standing]. Proved means that it holds for every valid
// incident. Broken comes with a [Witness]: an incident on which the engine was run, and did break it.
// Open means that neither is known; the reason names the place in the set that could not be reasoned
// about, or the budget that ran out.
//
// # How
//
// Package policy cuts each field at the constants that a set compares it with, so that a box of inputs
// is a set of positions for each field. A box is split until every condition that matters is known in
// it: then one decision of the engine stands for all incidents of the box. What a decision says of
// amounts and times stands for the box only where what they follow from is known as well; else there
// is a rule for it, or the claim is open. No rule ever says more than it knows: a box may hold inputs
// that no incident has, and never lacks one that an incident has.
//
// Steps are counted, and not time, so that a set gives the same result on every machine. An Options.Budget
// only stops the work.
package prove
