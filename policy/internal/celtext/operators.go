package celtext

// comparisons are the operators that compare two values, as they are written. Mirrored says the
// same with the sides exchanged; negated holds where the operator does not.
var comparisons = map[string]struct{ mirrored, negated string }{
	"==": {"==", "!="}, "!=": {"!=", "=="},
	"<": {">", ">="}, ">=": {"<=", "<"},
	">": {"<", "<="}, "<=": {">=", ">"},
	"in": {"", "not in"},
}

// Mirrored returns the operator that compares the same with the sides exchanged: > for <. The
// operator in has none, because its sides differ: the result is "", as for an operator that does not
// compare.
func Mirrored(op string) string { return comparisons[op].mirrored }

// Negated returns the operator that holds where another one does not: >= for <. For in the result
// is "not in", which people read and the language does not know. For an operator that does not
// compare the result is "".
func Negated(op string) string { return comparisons[op].negated }
