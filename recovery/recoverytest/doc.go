// Package recoverytest tests what is built on package recovery.
//
// [Run] runs a team's suites, the tests in YAML beside its playbooks, under go
// test:
//
//	func TestPlaybooks(t *testing.T) { recoverytest.Run(t, os.DirFS("playbooks")) }
//
// [TestStore] is the conformance kit for a [recovery.Store]. A store that passes
// it can take the place of the one in memory: equal cases are treated equally,
// limits and capacity hold when many decide at once, and no customer is paid
// twice because a commit was sent twice.
package recoverytest
