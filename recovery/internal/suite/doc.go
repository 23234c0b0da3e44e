// Package suite runs the tests that a team writes beside its playbooks, and says
// which parts of the playbooks no test has reached. It takes a file system and
// gives results: commands and test kits show them.
//
// In the order in which a suite flows through the files:
//
//	load.go       a set and its suites, with all that is wrong with them
//	check.go      names and values that a suite uses, against the set
//	expand.go     defaults, each and then become cases of steps (merge.go)
//	run.go        each step is decided by the engine that decides in production; payload.go tells it by a map
//	compare.go    what was wanted and what came; answer.go asks an action, diff.go compares lists
//	why.go        why it came so: the plays that did not match, and what they missed by
//	report.go     results for people; report_json.go and report_junit.go for programs
//	coverage.go   what was reached; coverage_atoms.go takes conditions apart, coverage_report.go says it of a part
//	suggest.go    rows that a team may want: thresholds.go finds values to try, solve.go incidents
package suite
