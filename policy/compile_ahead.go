package policy

import (
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy/internal/celenv"
)

// manyPlays is from how many plays on a playbook's conditions are worth preparing.
const manyPlays = 200

// compileAhead prepares the conditions of a large playbook on all cores. Its plays are then compiled
// one after another, as their mistakes are reported, and find that most of the work is done. It comes
// after the terms and tables, which are only looked up here.
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

// settled are the terms and tables of a scope that are compiled already. Looking them up leaves no
// trace, so that many can do so.
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

// TermNames and TableNames are for suggestions, which come later, with the mistakes.
func (settled) TermNames() []string { return nil }

// TableNames is like TermNames.
func (settled) TableNames() []string { return nil }
