package atom

// Truth is what is known of a condition.
type Truth uint8

// Unsure is an error, or what only the expression itself can tell.
const (
	Unsure Truth = iota
	No
	Yes
)

// Of returns the truth that is b.
func Of(b bool) Truth {
	if b {
		return Yes
	}
	return No
}

// Not turns a truth around.
func (t Truth) Not() Truth {
	switch t {
	case Yes:
		return No
	case No:
		return Yes
	}
	return Unsure
}

// And is false when one side is, also beside what is unsure.
func (t Truth) And(o Truth) Truth {
	switch {
	case t == No || o == No:
		return No
	case t == Yes && o == Yes:
		return Yes
	}
	return Unsure
}

// Or is true when one side is, also beside what is unsure.
func (t Truth) Or(o Truth) Truth { return t.Not().And(o.Not()).Not() }

// pick is c ? yes : no. Without c nothing is known, even where both sides agree: the
// expression fails when its condition does.
func pick(c, yes, no Truth) Truth {
	switch c {
	case Yes:
		return yes
	case No:
		return no
	}
	return Unsure
}
