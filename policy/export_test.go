package policy

import "github.com/servicerecovery/amends/playbook"

// Prepare makes a program's indexes anew.
func Prepare(p *Program) { p.prepare() }

// CompileApart compiles a set without sharing anything.
func CompileApart(set *playbook.Set) (*Program, playbook.Diagnostics) { return compileSet(set, true) }

// Because are the reasons of a match.
func Because(in *Input, m *Match) []Reason {
	var out []Reason
	for i := range m.Reasons() {
		out = append(out, m.Reason(in, i))
	}
	return out
}
