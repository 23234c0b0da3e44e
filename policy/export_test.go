package policy

// Plain returns a program that asks each playbook and each play in turn, and evaluates every
// condition: what matching is defined as.
func Plain(p *Program) *Program {
	plain := *p
	plain.plain = true
	return &plain
}
