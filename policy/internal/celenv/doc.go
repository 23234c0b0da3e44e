// Package celenv is the expression language of playbooks: CEL with money, dates,
// percentages and working time, over the incident, facts, terms and tables of one
// playbook. Together with package cellib it is alone in knowing cel-go, and nothing of cel-go
// shows in its interface.
//
// A [Base] holds what all expressions of a set share; a [Scope] what those of one
// playbook see. [Scope.Compile] turns source text into an [Expr], or into [Issue]s whose
// offsets count the runes of that text. An Expr is immutable and safe for concurrent use;
// it is evaluated in a [Frame], which is not, and which remembers terms and tables for
// one decision.
//
// How a source text becomes an Expr, in the order of the files:
//
//	syntax.go     find slips in the text (package celtext), parse, or say in plain words why not
//	scan.go       resolve every name; replace paths and literals such as money("10 EUR")
//	              by typed references; refuse what the language leaves out
//	check.go      cel-go's type checker, and mismatch.go to put its findings plainly
//	rules.go      what CEL's types cannot say: currencies, lists of one type, closed strings
//	fold.go       evaluate what is constant, so that what fails always fails at load
//	guard.go      what an expression reads without knowing that it is there
//
// # Names
//
// After the scan no name is left in the syntax tree but those of local variables. Every
// path, such as incident.order.value, has become one selection on one object, the
// frame. So the checker and the planner need no declarations of a playbook's own, all scopes
// share one environment, and a read costs one step however long its path.
//
// # Time and memory
//
// No expression can hang or fill the memory: its size and depth are bounded, texts and
// lists that it builds are bounded (bounds.go), and what it does is counted, and stopped at a limit
// or when the context is done (meter.go, metered.go, prices.go). Only what loops, or goes through texts
// and lists more than once, is counted: counting costs as much as the evaluation.
package celenv
