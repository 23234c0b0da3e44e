// Package recoverytest tests what is built on package recovery.
//
// [TestStore] is the conformance kit for a [recovery.Store]. A store that passes
// it can take the place of the one in memory: equal cases are treated equally,
// limits and capacity hold when many decide at once, and no customer is paid
// twice because a commit was sent twice.
package recoverytest
