// Package store has the rules that every store of decisions needs: which decision and choices of an
// incident count, which actions a choice has withdrawn, which earlier choices are precedents, and
// when a decision conflicts with a commit that came in between. recovery.MemoryStore and
// recovery/ledger are made of them. Most programs need recovery alone. The author of a store needs
// this package as well, and recoverytest.TestStore to check the store.
//
// The rules work on a [Decision], which has only the fields that the rules read.
// recovery.Record.Counts makes one from a record. A store that keeps records in
// a form of its own may make one from that form. A [Standing] is the part of an
// incident that counts: its latest decision and the choices that hang on it.
// [Standing.After] says what stands once another decision has come.
//
// A store that can hold the entries of every incident in memory gives each change from one standing to the
// next to an [Index], which then answers facts, use and precedents. A store that counts in SQL
// reads the standing instead: [FactKind.Entries] says where an incident counts and how much,
// [Standing.Reserves] which units it reserves, and [Choice] which precedent it gives.
// [Seen.CheckCounts] and [Seen.CheckThread] compare the inputs of a decision with the values now.
package store
