// Package ledger is the store that needs no server: one directory of files to which records are
// only ever added. It is both the memory of an engine and the record for an audit.
//
//	l, err := ledger.Open("ledger")
//	engine, err := recovery.Load(os.DirFS("playbooks"), recovery.WithStore(l))
//	decision, err := engine.Handle(ctx, incident) // when this returns, it is on disk
//
// # What it promises
//
// Durable: a confirmed commit is there after a crash at any byte. Commits that wait at the same
// time share one sync. With [Ledger.Submit], a program that handles incidents one after another
// shares syncs too. A directory has one writer; anybody may read meanwhile. A commit that the disk
// does not take is refused, and the ledger goes on as if it had not been tried. When something else
// changes the files of a writer, the writer confirms nothing more ([DisturbedError]).
//
// Chained: each record names the hash of the one before and the digest of its own payload. A
// payload holds a decision with its inputs, a choice, reports or a refusal. The sets by which
// decisions were made stand in the ledger too, each once. FORMAT.md describes every byte.
//
// Tamper-evident: [Verify] finds every change, removal, insertion or move. A [Checkpoint] that is
// kept elsewhere shows a ledger that was cut off or written anew. [Prove] writes a receipt for one
// decision, [ProveConsistency] proves that the ledger only grew.
//
// Kept: with [KeepDeliveries] a ledger is a [recovery.Stream]. Its records say what a host has to do, and what was
// handed out.
//
// Replayable: [Replay] decides every record again, and [Explain] says why one came out as it did.
// [Equal] finds equal cases that did not get the same. [Revisit] has the latest decisions made
// again by other playbooks. [Ledger.Erase] erases a person's data, and the chain holds.
//
// # How it is made, in reading order
//
//	internal/log              records as bytes in segments
//	json.go                   JSON that has one meaning
//	payload.go, given.go      what is in a record: written, and read back
//	summary.go, threads.go    which keys payloads have, and what is kept in mind of them
//	choices.go                which choices were precedents, and when
//	read.go                   what a decision asks for, and what stands in the way of a commit
//	commit.go, commit_other.go, batch.go
//	                          a commit with a decision or without, and many of them in one sync
//	recover.go                opening
//	entries.go, scan.go, book.go
//	                          all records for reading, those about one incident, and those that are counted
//	internal/tables           sorted tables in a file, read a page at a time
//	snapshot.go, snapshot_text.go, snapshot_write.go, renew.go, index_check.go
//	                          the index: what is not kept in mind, and how it is vouched for
//	verify.go, repair.go, checkpoint.go, receipt.go
//	stream.go, stream_payload.go
//	                          what a host has to do: handed out, and what falls due
//	seal.go                   what a store in a database has kept, added at the end
//	replay.go, replay_answer.go, replay_again.go, explain.go, revisit.go, erase.go
//	equal.go, equal_fields.go, equal_tally.go, equal_view.go, equal_find.go, equal_sets.go, equal_rule.go
//
// There is no goroutine in the background. A ledger is opened by reading it, which takes about 30 µs
// of processor time a record, on all cores. Once it has thousands of records, [Ledger.Close] writes an
// index beside the segments: then only the records behind it are read, and [About], [Explain] and
// [Prove] look one incident up. A record holds the digest of the index, so an index that somebody has changed is
// not used. [Ledger.Unread] says how many records were not read. What the index does not have is in
// memory: some 160 bytes for each incident since, and as many for each fact that counts it. The
// decisions themselves are read when they are needed.
package ledger
