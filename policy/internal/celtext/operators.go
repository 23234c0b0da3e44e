package celtext

// comparisons are the operators that compare two values, as they are written. Mirrored says the
// same with the sides exchanged; negated holds where the operator does not.
var comparisons = map[string]struct{ mirrored, negated string }{
	"==": {"==", "!="}, "!=": {"!=", "=="},
	"<": {">", ">="}, ">=": {"<=", "<"},
	">": {"<", "<="}, "<=": {">=", ">"},
	"in": {"", "not in"},
}

// Mirrored returns the operator that compares the same with the sides exchanged: > for <. It is ""
// for in, whose sides differ, and for what is not a comparison.
func Mirrored(op string) string { return comparisons[op].mirrored }

// Negated returns the operator that holds where another one does not: >= for <. For in it is
// "not in", which is for people and no operator. It is "" for what is not a comparison.
func Negated(op string) string { return comparisons[op].negated }
