package celenv

import "slices"

// Domain lists every value that the expression can have, where it reads a closed
// string; nil where it can have others.
func (e *Expr) Domain() []string { return slices.Clone(e.domain) }
