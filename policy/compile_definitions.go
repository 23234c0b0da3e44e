package policy

import (
	"maps"
	"slices"

	"github.com/servicerecovery/amends/policy/internal/celenv"
)

// definitions hands the terms and tables of a scope to its expressions, each
// compiled when it is first named.
type definitions struct{ s *scope }

func (d definitions) Term(name string) (*celenv.Expr, bool) {
	def, ok := d.s.termDefs[name]
	if !ok {
		return nil, false
	}
	d.s.used[def] = true
	return d.s.term(name, def), true
}

func (d definitions) Table(name string) (*celenv.Table, bool) {
	def, ok := d.s.tableDefs[name]
	if !ok {
		return nil, false
	}
	d.s.used[def] = true
	return d.s.lookupTable(name, def), true
}

func (d definitions) TermNames() []string  { return slices.Sorted(maps.Keys(d.s.termDefs)) }
func (d definitions) TableNames() []string { return slices.Sorted(maps.Keys(d.s.tableDefs)) }

// noDefinitions are the terms and tables of applies: it sees none.
type noDefinitions struct{}

func (noDefinitions) Term(string) (*celenv.Expr, bool)   { return nil, false }
func (noDefinitions) Table(string) (*celenv.Table, bool) { return nil, false }
func (noDefinitions) TermNames() []string                { return nil }
func (noDefinitions) TableNames() []string               { return nil }
