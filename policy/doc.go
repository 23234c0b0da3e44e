// Package policy gives a set of playbooks its meaning.
//
// [Compile] takes what package playbook has read, resolves every name, checks
// the type of every expression, and returns a [Program]: an immutable value that
// any number of goroutines may use at once. Mistakes are reported all at once,
// as diagnostics that point into the source.
//
// A program is used in three steps. An [Input] holds one incident, the facts and
// the time. [Program.Match] finds the plays that match it, and why. The parts of
// a matching play are then evaluated: [Param], [Text], [Deadline].
//
// Nothing here does I/O, or reads a clock, a locale or the zone data of the
// machine. Results depend on the arguments alone.
//
// # What it promises
//
// Hosts meet some types of this package through package recovery. Their names, their exported
// fields and their meaning follow the version of the module:
//
//   - the constants of action types, [AmbiguousError] and [Reason];
//   - the parts of an explanation: [Explanation], [CaseExplanation], [PartnerExplanation], [Node],
//     [NodeKind], [Barrier] and [RowUse];
//   - the parts of a play that an explanation names, for reading: [Play], [Playbook], [Case],
//     [Partner], [Direction] and [Limit];
//   - the texts of the String methods of [Approach], [Barrier] and [NodeKind].
//
// Everything else is for package recovery and for the commands: [Compile], [Program], [Input],
// [Frame], [Explainer] and the parts of plays that are evaluated. It may change in any release.
// So may the wording of errors and of Misses, the numbers of [Explanation.Distance], and the text
// of [CanonicalExpr]: compare such values with each other, and do not store them.
package policy
