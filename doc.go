// Package amends is the front page of a library for service-recovery playbooks:
// what a company does after, or just before, it fails a customer. It holds no
// code. Read on in this order:
//
//   - [github.com/servicerecovery/amends/recovery] decides: load a set of
//     playbooks, hand it incidents, get recovery actions with a record of why.
//     A program that embeds the library needs this package alone. Its rules are
//     in recovery/SEMANTICS.md.
//   - [github.com/servicerecovery/amends/playbook] reads what a team wrote and
//     says what is wrong with it, with file, line and column. The format is in
//     playbook/FORMAT.md.
//   - [github.com/servicerecovery/amends/policy] gives playbooks their meaning:
//     types, conditions, matching.
//   - [github.com/servicerecovery/amends/recovery/recoverytest] runs a team's
//     suites under go test, and checks a store of your own.
//
// The command amends (recovery/cmd/amends) checks playbooks, decides incidents
// and runs suites from a shell. Programs to read and run are in examples.
package amends
