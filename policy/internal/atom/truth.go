package atom

// Truth is the answer to a condition.
type Truth uint8

// Unsure is an error, or an answer that only the expression can give.
const (
	Unsure Truth = iota
	No
	Yes
)

// Of returns Yes for true and No for false.
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

// And is No if one side is No, even if the other one is unsure.
func (t Truth) And(o Truth) Truth {
	switch {
	case t == No || o == No:
		return No
	case t == Yes && o == Yes:
		return Yes
	}
	return Unsure
}

// Or is Yes if one side is Yes, even if the other one is unsure.
func (t Truth) Or(o Truth) Truth { return t.Not().And(o.Not()).Not() }

// pick is c ? yes : no. It is unsure where c is, even if both sides agree, because the expression
// fails if its condition fails.
func pick(c, yes, no Truth) Truth {
	switch c {
	case Yes:
		return yes
	case No:
		return no
	}
	return Unsure
}
