// Package policy gives a set of playbooks its meaning.
//
// [Compile] takes what package playbook has read, resolves every name, checks
// the type of every expression, and returns a [Program]: an immutable value that
// any number of goroutines may use at once. What is wrong is reported as
// diagnostics that point into the source, all at once.
//
// A program is asked in three steps. An [Input] holds one incident, the facts
// and the time. [Program.Match] finds the plays that match it, and why. What a
// matching play gives is evaluated from its parts: [Param], [Text], [Deadline].
//
// Nothing here does I/O or looks at a clock, a locale or the zone data of the
// machine; what the result depends on is in its arguments.
package policy
