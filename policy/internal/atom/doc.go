// Package atom answers conditions without evaluating them: it takes what a condition
// asks of single values, such as incident.severity >= 3 or "vip" in incident.tags, and
// finds out whether it is certainly true, certainly false, or whether only the expression
// itself can tell. It knows no expression language.
//
// A condition is a tree of [Cond]. A [Builder] gathers the conditions of a whole set, and
// with them every constant that a value is compared with; it then makes a [Space]. In a
// space each value of a slot has a position: the constants of the slot in ascending
// order, and the gaps between them. All that conditions can ask about an order, an
// equality, a prefix or a list of constants is asked about the position, whatever the
// type of the value: a condition on one slot is a step function of its position.
//
//	constants        10      20
//	positions     2   3   4   5   6       0: absent   1: not a number
//	value >= 10   no  yes yes yes yes
//	value == 20   no  no  no  yes no
//
// # What is certain
//
// [Truth] is [Yes], [No] or [Unsure]. Unsure stands for an error, and for everything
// that is not known here; both are left to the expression itself, which gives
// the value or the words of the error. The connectives are Kleene's, as CEL's are: false
// && error is false, in either order. So an answer that is sure stays so
// whatever the unsure parts of it would have given.
//
// Values must be of the declared type of their slot. [Values.Set] tells; for a value that
// does not fit nothing here may be asked.
package atom
