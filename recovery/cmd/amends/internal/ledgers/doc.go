// Package ledgers is the command amends ledger: one file for each of its
// commands, and what they and others need to open a ledger and to say what is
// wrong with it.
package ledgers
