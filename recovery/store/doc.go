// Package store has the rules that every store of decisions needs: what counts of
// an incident, which actions a choice has withdrawn, which earlier choices are
// precedents, and when a decision conflicts with what was committed meanwhile.
// recovery.MemoryStore and recovery/ledger are made of them. Most programs need
// recovery alone; whoever writes a store needs this package as well, and
// recoverytest.TestStore to check the result.
//
// The rules work on a [Decision], which holds only what they look at.
// recovery.Record.Counts makes one of a record; a store that keeps records in a
// form of its own may make it from that. A [Standing] is what counts of one
// incident: its latest decision and the choices that hang on it.
// [Standing.After] says what stands once another decision has come.
//
// A store that can hold one entry per incident in memory gives each change from
// one standing to the next to an [Index], which then answers facts, use and
// precedents. A store that counts in SQL asks the standing instead:
// [FactKind.Entry] says where an incident counts and how much,
// [Standing.Reserves] what it reserves, and [Choice] what others may compare with.
// [Conflict] compares what a decision was made from with what is true now.
package store
