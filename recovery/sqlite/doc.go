// Package sqlite is a store of decisions in a file of SQLite, with SQL at hand: for one machine. Several processes may
// have the file open, and one writes at a time. It needs no cgo. It is a [recovery.Store] and a [recovery.Stream].
//
//	s, err := sqlite.Open("amends.db")
//	engine, err := recovery.Load(os.DirFS("playbooks"), recovery.WithStore(s))
//	decision, err := engine.Handle(ctx, incident) // when this returns, it is on disk
//
// # What stands where
//
// migrations/0001_first.sql describes each table. An incident has one row: which decision stands, the choices on it,
// what was told last, when something falls due. Records are what was committed, in order, and never change. Where an
// incident counts in facts and in the use of partners stands in entries, by kind of fact and key, and sums have
// these added up by day: so a sum over a year reads hundreds of rows, however many incidents there were. Precedents
// are summed up by amount. The rules of what counts are those of package store; the tables hold their results.
//
// Whoever reads the file in SQL reads these tables. Nobody else may change them.
//
// # What it promises
//
// Durable: a commit that was confirmed is there after a crash, also of the machine. A commit compares what its
// decision was made from with what is true at that moment, in the transaction that writes it, so that no cap is passed.
// A commit that finds another is a [recovery.ErrConflict], and the engine decides again.
//
// Unlike a ledger, a file of SQLite is not chained: whoever can write to it can change what it says. [Store.Mirror]
// seals what was committed into a ledger, and [Store.Unsealed] says how much is not sealed yet. [Store.Erase] takes out
// what is about a person.
package sqlite
