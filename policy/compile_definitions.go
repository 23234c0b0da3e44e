package policy

import (
	"maps"
	"slices"

	"github.com/servicerecovery/amends/policy/internal/celenv"
)

// definitions gives the terms and tables of a scope to its expressions. It compiles each one when
// an expression first names it.
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

// noDefinitions gives no terms and no tables: applies cannot read any.
type noDefinitions struct{}

func (noDefinitions) Term(string) (*celenv.Expr, bool)   { return nil, false }
func (noDefinitions) Table(string) (*celenv.Table, bool) { return nil, false }
func (noDefinitions) TermNames() []string                { return nil }
func (noDefinitions) TableNames() []string               { return nil }
