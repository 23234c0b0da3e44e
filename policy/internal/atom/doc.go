// Package atom answers conditions on single values without evaluating expressions, such as
// incident.severity >= 3 or "vip" in incident.tags. It finds out whether a condition is certainly
// true, certainly false, or has to be evaluated. It knows no expression language.
//
// A condition is a tree of [Cond]. A [Builder] gathers the conditions of a whole set, and with them
// every constant that a value is compared with; it then makes a [Space]. In a space each value of a
// slot has a position: the constants of the slot in ascending order, and the gaps between them.
// Comparisons, prefixes and lists of constants only need the position, whatever the type of the
// value. So a condition on one slot is a step function of its position.
//
//	constants        10      20
//	positions     2   3   4   5   6       0: absent   1: not a number
//	value >= 10   no  yes yes yes yes
//	value == 20   no  no  no  yes no
//
// # What is certain
//
// [Truth] is [Yes], [No] or [Unsure]. Unsure stands for an error, and for everything that is not
// known here. The expression itself is evaluated then, and gives the value or the words of the
// error. The connectives are Kleene's, as in CEL: false && error is false, in either order. So an
// answer that is sure stays true whatever its unsure parts would give.
//
// Values must be of the declared type of their slot. [Values.Set] reports a value that is not; do
// not ask for any answer then.
package atom
