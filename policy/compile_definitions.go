package policy

import (
	"maps"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/servicerecovery/amends/playbook"
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

// Zoned returns a calendar whose zone is read from the incident.
func (d definitions) Zoned(id string) (*celenv.Zoned, bool) {
	def := d.s.calDefs[id]
	if def == nil || !def.Zone.Picks() {
		return nil, false
	}
	return d.s.zonedCalendar(id, def), true
}

func (d definitions) TermNames() []string  { return slices.Sorted(maps.Keys(d.s.termDefs)) }
func (d definitions) TableNames() []string { return slices.Sorted(maps.Keys(d.s.tableDefs)) }

// noDefinitions gives no terms and no tables: applies cannot read any.
type noDefinitions struct{}

func (noDefinitions) Term(string) (*celenv.Expr, bool)   { return nil, false }
func (noDefinitions) Table(string) (*celenv.Table, bool) { return nil, false }
func (noDefinitions) Zoned(string) (*celenv.Zoned, bool) { return nil, false }
func (noDefinitions) TermNames() []string                { return nil }
func (noDefinitions) TableNames() []string               { return nil }

// manyPlays is the number of plays from which preparing a playbook's conditions saves time.
const manyPlays = 200

// compileAhead prepares the conditions of a large playbook on all cores. The plays are then
// compiled one after another, so that their mistakes come in order, and find most of the work done.
// Terms and tables are compiled before; here they are only looked up.
func (s *scope) compileAhead() {
	if s.env == nil || len(s.doc.Plays) < manyPlays {
		return
	}
	env := s.env.With(settled{s})
	var next atomic.Int64
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(s.doc.Plays); i = int(next.Add(1)) - 1 {
				prepare(env, s.doc.Plays[i])
			}
		})
	}
	workers.Wait()
}

func prepare(env *celenv.Scope, p *playbook.Play) {
	env.Prepare(p.When.Value, boolType)
	for _, c := range p.Cases {
		env.Prepare(c.When.Value, boolType)
	}
}

// settled gives the terms and tables of a scope that are compiled already. A look-up changes
// nothing, so many can be made at the same time.
type settled struct{ s *scope }

// Term returns nothing for a term that is still to be compiled, or broken.
func (d settled) Term(name string) (*celenv.Expr, bool) {
	e := d.s.terms[name]
	if e == nil {
		e = d.s.reading.term(name)
	}
	return e, e != nil
}

// Table is like Term.
func (d settled) Table(name string) (*celenv.Table, bool) {
	t := d.s.tables[name]
	if t == nil {
		t = d.s.reading.table(name)
	}
	return t, t != nil
}

// Zoned is like Term.
func (d settled) Zoned(id string) (*celenv.Zoned, bool) {
	def := d.s.calDefs[id]
	return d.s.zoned[id], def != nil && def.Zone.Picks()
}

// TermNames returns nothing: names are for suggestions, and mistakes are reported later.
func (settled) TermNames() []string { return nil }

// TableNames returns nothing, as TermNames does.
func (settled) TableNames() []string { return nil }
