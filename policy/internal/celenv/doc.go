// Package celenv is the expression language of playbooks: CEL with money, dates,
// percentages and working time, over the incident, facts, terms and tables of one
// playbook. Together with package cellib it is alone in knowing cel-go, and nothing of cel-go
// shows in its interface.
//
// A [Base] has what all expressions of a set share, and a [Scope] the names that those of one
// playbook can read. [Scope.Compile] turns source text into an [Expr], or into issues whose places
// count the runes of that text. An Expr is immutable and safe for concurrent use. It is evaluated
// in a [Frame], which remembers terms and tables for one decision and is for one goroutine.
//
// A source text becomes an Expr in these steps:
//
//	check.go      find slips in the text (package celtext); base.go parses it
//	scan.go       resolve every name; replace paths and literals such as money("10 EUR")
//	              by typed references; refuse what the language leaves out
//	check.go      run cel-go's type checker; mismatch.go words its findings
//	rules.go      check what CEL's types cannot say: currencies, lists of one type
//	fold.go       evaluate the constant parts, so that those that fail do so at load
//	closed.go     compare literals with the values of closed strings
//	guard.go      find reads of values that may be absent
//
// # Names
//
// After the scan, the only names left in the syntax tree are those of local variables. A path
// such as incident.order.value has become one selection on one object, the frame. So the checker
// and the planner need no declarations for each playbook, all scopes share one environment, and a
// read costs one step, however long its path is.
//
// # Time and memory
//
// An expression cannot hang or fill the memory. Its size and depth are bounded. The texts and
// lists that it builds are bounded (package cellib). Its steps are counted, and it stops at a limit
// or when the context is done (meter.go, prices.go). Expressions that neither loop nor go through
// texts and lists more than once are not counted, because counting would double their time.
package celenv
