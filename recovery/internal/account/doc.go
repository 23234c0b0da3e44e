// Package account says, row by row, what a ledger holds and what became of it: decisions, actions,
// promises, choices, reports, refusals and incidents. Whatever counts (export, review, report)
// counts these rows, so that all of them count the same.
//
// [Walk] reads the ledger twice. The first time it takes a glimpse of each decision, which passes over most
// of its text, and finds out which decisions stand, which reports there are, and which types of actions
// anybody ever reports. Where the ledger has an index, that tells enough of most incidents: see [ledger.Skim].
// The second time workers read each decision in full and say what became of it; then
// the rows are given, in the order of the ledger. Memory grows by some 70 bytes an incident, by some 12 for
// each action of a type that nobody reports, and with the reports and the choices; rows are not kept.
//
// Each record that is read is checked against its checksum, and in the second reading against the hash of
// the one before.
//
// # What counts when
//
//	decisions  by decided_at
//	actions    by given_at
//	promises   by due_at
//	choices    by the time at which they were left to somebody
//	reports    by their time
//	refusals   by their time
//	incidents  by reported_at, else by occurred_at
//
// # What stands
//
// A decision stands when it is the incident's latest, or when it makes a choice that counts beside
// the latest. Rows of what stands are Latest: money that was promised is the sum of the actions that
// are Latest and not cancelled. A promise and an incident have one row each, which is Latest.
//
// # Promises
//
// What several plays ask for under one action is a promise for each of them. Once is set on one of
// them, the one with the earliest deadline, so that a total counts it once. The outcome is that of
// [recovery.Outcomes.Promised], and [NotReported] where the promise would be broken but nobody ever
// reports actions of its type: no report on one is in the ledger, and no field of incidents tells.
package account
