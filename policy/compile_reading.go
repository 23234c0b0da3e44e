package policy

import (
	"maps"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy/internal/celenv"
)

// reading has the compiled shared definitions for scopes in which they mean the same. These scopes
// have one zone; which fields a playbook narrows makes no difference to them. The first scope that needs a
// definition compiles it. Chance decides which scope that is, so everything that belongs to a
// definition is kept here and in no scope.
type reading struct {
	mu       sync.Mutex
	terms    map[string]*celenv.Expr
	tables   map[string]*celenv.Table
	messages map[string]*Message
}

// readingOf returns the reading of a playbook's scope.
func (s *scope) readingOf() *reading {
	var key strings.Builder
	key.WriteString(s.zone.String())
	r := s.readings[key.String()]
	if r == nil {
		r = &reading{terms: map[string]*celenv.Expr{}, tables: map[string]*celenv.Table{}, messages: map[string]*Message{}}
		s.readings[key.String()] = r
	}
	return r
}

// seeUnion gives shared definitions the fields as they are for all playbooks together: what one
// playbook lets in, they meet. For a field that a playbook does not narrow that is everything.
func (c *compiler) seeUnion(common *scope, scopes []*scope) {
	union := map[string]*Field{}
	for name, base := range common.fields {
		var all []*Field
		for _, s := range scopes {
			all = append(all, s.fields[name])
		}
		union[name] = widest(base, all)
	}
	common.env = common.newEnvOf(celenv.Options{Fields: celFields(union)}, false)
	common.own, common.union, common.playbook.scope = common.env, common.env, common.env
	for _, s := range scopes {
		narrowed := s.narrowed()
		if len(narrowed) == 0 {
			continue // it sees every shared field as wide as it is
		}
		s.union = s.newEnvOf(celenv.Options{FieldsOf: common.env}, false)
		for name, f := range narrowed {
			if union[name].canBeAbsent() && !f.canBeAbsent() {
				s.present = s.present.With("incident." + name)
			}
		}
		s.assumed = s.present
	}
}

// sees makes expressions see the fields as shared definitions do, or as the document narrows them,
// until the function that it returns is called.
func (s *scope) sees(shared bool) (restore func()) {
	outer := s.env
	if s.env = s.own; shared {
		s.env = s.union
	}
	return func() { s.env = outer }
}

// narrowed are the shared and standard fields that the playbook narrows.
func (s *scope) narrowed() map[string]*Field {
	out := map[string]*Field{}
	for _, f := range s.playbook.Fields {
		if s.outer.fields[f.Name] != nil {
			out[f.Name] = f
		}
	}
	return out
}

// A definition can be shared if it is sound in the shared scope: then every name in it is a shared
// one. For any other definition the reading is nil.

func (s *scope) sharedTerm(name string, def *playbook.Term) *reading {
	if c := s.outer; c == nil || s.apart || c.termDefs[name] != def || c.terms[name] == nil {
		return nil
	}
	return s.reading
}

func (s *scope) sharedTable(name string, def *playbook.Table) *reading {
	if c := s.outer; c == nil || s.apart || c.tableDefs[name] != def || c.tables[name] == nil {
		return nil
	}
	return s.reading
}

func (s *scope) sharedMessage(m *message) *reading {
	if c := s.outer; c == nil || s.apart || c.messages[m.def.Name.Value] == nil {
		return nil
	} else if of := c.messages[m.def.Name.Value]; of.def != m.def || !of.sound {
		return nil
	}
	return s.reading
}

func (r *reading) term(name string) *celenv.Expr {
	if r == nil {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.terms[name]
}

// keepTerm keeps the expression of a term and returns it. If another scope was faster, it returns
// that scope's expression.
func (r *reading) keepTerm(name string, e *celenv.Expr) *celenv.Expr {
	r.mu.Lock()
	defer r.mu.Unlock()
	return keep(r.terms, name, e)
}

func (r *reading) table(name string) *celenv.Table {
	if r == nil {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.tables[name]
}

func (r *reading) keepTable(name string, t *celenv.Table) *celenv.Table {
	r.mu.Lock()
	defer r.mu.Unlock()
	return keep(r.tables, name, t)
}

func (r *reading) message(name string) *Message {
	if r == nil {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.messages[name]
}

func (r *reading) keepMessage(name string, m *Message) *Message {
	r.mu.Lock()
	defer r.mu.Unlock()
	return keep(r.messages, name, m)
}

func keep[T any](into map[string]*T, name string, v *T) *T {
	if old := into[name]; old != nil {
		return old
	}
	into[name] = v
	return v
}

// seal drops everything from the scopes of the program that evaluation does not need. The terms and
// tables stay, by their names.
func (s *scope) seal() {
	for _, env := range []*celenv.Scope{s.own, s.union} {
		if env != nil {
			env.Finish(&named{terms: s.terms, tables: s.tables, zoned: s.zoned, shared: s.reading})
		}
	}
	if s.before != nil {
		s.before.Finish(noDefinitions{})
	}
}

// named gives the terms and tables of a scope after the set is compiled.
type named struct {
	terms  map[string]*celenv.Expr
	tables map[string]*celenv.Table
	zoned  map[string]*celenv.Zoned
	shared *reading
}

// Term returns a term of the scope or of its reading.
func (n *named) Term(name string) (*celenv.Expr, bool) {
	e := n.terms[name]
	if e == nil && n.shared != nil {
		e = n.shared.terms[name]
	}
	return e, e != nil
}

// Table returns a table of the scope or of its reading.
func (n *named) Table(name string) (*celenv.Table, bool) {
	t := n.tables[name]
	if t == nil && n.shared != nil {
		t = n.shared.tables[name]
	}
	return t, t != nil
}

// Zoned returns a calendar of the scope whose zone is read from the incident.
func (n *named) Zoned(id string) (*celenv.Zoned, bool) {
	z := n.zoned[id]
	return z, z != nil
}

// TermNames returns nothing: names are for suggestions, and a compiled set has no mistakes.
func (n *named) TermNames() []string { return nil }

// TableNames returns nothing, as TermNames does.
func (n *named) TableNames() []string { return nil }

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
