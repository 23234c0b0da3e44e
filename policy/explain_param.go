package policy

// Param takes the expression of a playbook's parameter apart, over an input
// without fields. It is nil for a parameter that holds no expression: a constant, a
// text, a list.
func (x *Explainer) Param(p *Param, of *Playbook) *Node {
	if p == nil || p.expr == nil {
		return nil
	}
	return x.node(p.expr, x.program.Blank().Frame(of))
}
