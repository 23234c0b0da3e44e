// Package postgres is a store of decisions in PostgreSQL 15 and later: for many processes and machines, and for
// transactions of the host's own. It is a [recovery.Store] and a [recovery.Stream].
//
//	err := postgres.Migrate(ctx, pool, postgres.Options{})
//	s, err := postgres.Open(ctx, pool, postgres.Options{})
//	engine, err := recovery.Load(os.DirFS("playbooks"), recovery.WithStore(s))
//	decision, err := engine.Handle(ctx, incident)
//
// In a transaction of the host's, what is decided is there when the host commits:
//
//	in := s.Tx(tx)
//	decision, err := engine.Handle(ctx, incident, recovery.In(in))
//	err = tx.Commit(ctx)
//	in.Committed() // hooks are told now
//
// # How it is made
//
// migrations/0001_tables.sql describes each table, and 0002_functions.sql the functions. A read is one statement. A commit
// is one call of a function, and so one round trip: what counts is worked out in Go by the rules of package store, and
// the function compares what the decision was made from with what is true at the moment, and writes.
//
// Everything is made for READ COMMITTED, with locks on rows and none that are advisory. A commit first locks the row
// of its incident. Then it locks, in order, the slots of those sums, capacities and precedents that it was made from
// and that matter; there are 4096, and a hash says which. So two that count on the same sum come one after another, and
// no cap is passed. Whoever only adds to a sum waits for nobody.
//
// Where incidents count stands in entries, by kind of fact and key, and sums have these added up by day: a sum over a
// service reads some rows a day of its window, and not all incidents. Earlier choices are summed up by amount, so that a
// summary of precedents reads as many rows as there are different amounts.
//
// # Large tables
//
// Records, reports and entries only grow, unless something is erased. No key of theirs has to be unique, so they can be
// partitioned by month before the first commit: made anew with PARTITION BY RANGE (at), with the columns and
// indexes that the migration gives them, and with a partition for each month and a default one. Connections that were
// open before have to be closed then: they know the tables as they were. TestPartitions shows the statements.
//
// # What the database still holds of what was erased
//
// [Store.Erase] deletes rows. PostgreSQL keeps their bytes in dead rows until VACUUM has used the space anew, in the
// log of changes until it is recycled or archived, in replicas until they have followed, and in backups. Whoever has to
// vouch for it runs VACUUM FULL on the tables, and lets backups and archived logs expire. Sums of groups that are
// empty then are deleted. Other groups are named by a hash of the texts that they count by, such as a customer's id.
//
// # How fast
//
// One run of the package's benchmarks on two cores that had much else to do, with the server on the same machine and
// fsync off; 8 at a time for the first two:
//
//	decide and keep an incident, with its two deliveries     1.2 ms
//	put the same rows in by hand, with as many round trips   0.15 ms
//	a customer's cap over 10⁴, 10⁵, 10⁶ decisions            2.3, 1.6, 2.6 ms
//	10⁴, 10⁵, 10⁶ precedents, of 1,900 different amounts     43, 32, 50 ms
//	a poll over 10³, 10⁶ open promises                       0.4, 0.4 ms
//
// So a decision takes seven times as long as its rows alone: some 25 statements in two functions, which lock, compare and
// count before they write, and a third of a millisecond of the engine's. Neither caps nor precedents nor polls grow with the
// number of decisions. A summary of precedents grows with how many different amounts there are.
//
// # Audit
//
// [Store.Mirror] seals what was committed into a ledger, by which it is verified, replayed and proved as any ledger is.
// What is not sealed is protected by nothing: whoever can write to the tables can change what they say.
// [Store.Unsealed] says how much that is.
package postgres
