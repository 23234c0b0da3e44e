package celenv

import (
	"slices"
	"strings"

	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/types"
)

// resolve replaces a path by what it refers to, or says what is wrong with it.
func (c *compiler) resolve(e ast.Expr, p chain) {
	spans := c.spans(p)
	r := &reference{path: p.path(), mode: p.mode(), at: span{spans[0].from, spans[len(spans)-1].to}}
	name := p.rootName()
	if why, hidden := c.hidden(p); hidden {
		c.report(spans[0], CodeNotHere, "", "%s cannot be read here: %s", r.path, why)
		c.breakOff(e, r.at)
		return
	}
	ok := false
	switch {
	case name == varIncident:
		ok = c.resolveField(r, p, spans)
	case name == varFacts:
		ok = c.resolveFact(r, p, spans)
	case name == varTerms:
		ok = c.resolveTerm(r, p, spans)
	case name == varTables:
		ok = c.resolveTable(r, p, spans)
	case name == varNow:
		r.kind = refNow
		c.need(need{refNow, varNow})
		ok = c.noMembers(p, 0, spans, "now is a timestamp")
	case c.message && (name == varAction || name == varPartner):
		ok = c.resolveMessage(r, p, spans)
	default:
		c.reportUnknownName(p, spans)
	}
	if !ok || r.kind == refBroken {
		c.breakOff(e, r.at)
		return
	}
	c.replace(e, r, r.celType())
}

func (p chain) path() string {
	var b strings.Builder
	b.WriteString(p.rootName())
	for _, m := range p.members {
		b.WriteString("." + m.name)
	}
	return b.String()
}

// hidden looks for a reason why a name that exists is not seen.
func (c *compiler) hidden(p chain) (string, bool) {
	at := p.rootName()
	why, found := c.scope.options.Hidden[at]
	for _, m := range p.members {
		if found {
			break
		}
		at += "." + m.name
		why, found = c.scope.options.Hidden[at]
	}
	if !found && !c.message && (at == varAction || at == varPartner || strings.HasPrefix(at, varAction+".") || strings.HasPrefix(at, varPartner+".")) {
		return "only messages know it", true
	}
	return why, found
}

func (c *compiler) resolveField(r *reference, p chain, spans []span) bool {
	at := c.scope.incident
	for i, m := range p.members {
		next, known := at.members[m.name]
		switch {
		case !known:
			c.reportUnknownField(at, m.name, spans[i+1])
			return false
		case next.field != nil:
			r.kind, r.field = refField, next.field
			c.need(need{refField, varIncident + "." + next.field.Name})
			return c.noMembers(p, i+1, spans, "incident."+next.field.Name+" is "+article(next.field.Type.String()))
		}
		at = next.object
	}
	c.report(r.at, CodeWholeObject, "write one of "+joinOr(prefixed(at.path+".", at.names())), "%s is an object, not a value", at.path)
	return false
}

func (c *compiler) reportUnknownField(at *object, name string, place span) {
	hint := c.scope.suggest(name, at.names(), at.path+".")
	if found := c.scope.incident.find(name); hint == "" && len(found) > 0 {
		hint = "write " + joinOr(found)
	}
	c.report(place, CodeUnknownField, hint, "%s has no field %s", at.path, name)
}

// noMembers reports a path that goes on behind a value: behind its first n members.
func (c *compiler) noMembers(p chain, n int, spans []span, what string) bool {
	if len(p.members) <= n {
		return true
	}
	c.report(spans[n+1], CodeUnknownField, "", "%s, it has no field %s", what, p.members[n].name)
	return false
}

func (c *compiler) resolveFact(r *reference, p chain, spans []span) bool {
	known := func() []string { return sortedKeys(c.scope.facts) }
	if !c.hasMember(r, p, varFacts, known) {
		return false
	}
	name := p.members[0].name
	r.kind, r.fact = refFact, c.scope.facts[name]
	c.need(need{refFact, varFacts + "." + name})
	if r.fact == nil {
		c.report(spans[1], CodeUnknownFact, c.scope.suggest(name, known(), "facts."), "there is no fact %s", name)
		return false
	}
	return c.noMembers(p, 1, spans, r.path[:len("facts.")+len(name)]+" is "+article(r.fact.Type.String()))
}

func (c *compiler) resolveTerm(r *reference, p chain, spans []span) bool {
	defs := c.scope.options.Defs
	if !c.hasMember(r, p, varTerms, c.scope.termNames) {
		return false
	}
	name := p.members[0].name
	var isKnown bool
	if defs != nil {
		r.term, isKnown = defs.Term(name)
	}
	if !isKnown {
		c.report(spans[1], CodeUnknownTerm, c.scope.suggest(name, c.scope.termNames(), "terms."), "there is no term %s", name)
		return false
	}
	c.terms = append(c.terms, name)
	c.need(need{refTerm, varTerms + "." + name})
	r.kind = refTerm
	if r.term == nil || r.term.broken {
		r.kind = refBroken
		return true
	}
	return c.noMembers(p, 1, spans, "terms."+name+" is "+article(r.term.typ.String()))
}

func (c *compiler) resolveTable(r *reference, p chain, spans []span) bool {
	if !c.hasMember(r, p, varTables, c.scope.tableNames) {
		return false
	}
	if !c.findTable(r, p.members[0].name, spans[1]) {
		return false
	}
	if r.table == nil {
		r.kind = refBroken
		return true
	}
	r.kind, r.column = refTable, -1
	if len(p.members) == 1 {
		r.path = r.table.path()
		if p.has {
			return true
		}
		columns := prefixed(r.path+".", r.table.columnNames())
		c.report(r.at, CodeWholeObject, "write one of "+joinOr(append(columns, "has("+r.path+")")), "%s is a table, not a value", r.path)
		return false
	}
	return c.resolveColumn(r, p, spans)
}

// findTable fills in the table; without one it is broken and already reported.
func (c *compiler) findTable(r *reference, name string, at span) bool {
	var isKnown bool
	if c.scope.options.Defs != nil {
		r.table, isKnown = c.scope.options.Defs.Table(name)
	}
	if !isKnown {
		c.report(at, CodeUnknownTable, c.scope.suggest(name, c.scope.tableNames(), "tables."), "there is no table %s", name)
		return false
	}
	c.tables = append(c.tables, name)
	c.need(need{refTable, varTables + "." + name})
	return true
}

func (c *compiler) resolveColumn(r *reference, p chain, spans []span) bool {
	name := p.members[1].name
	column, ok := r.table.index[name]
	if !ok {
		c.report(spans[2], CodeUnknownColumn, c.scope.suggest(name, r.table.columnNames(), r.table.path()+"."), "table %s has no column %s", r.table.name, name)
		return false
	}
	r.column = column
	if p.has { // a row has all its columns
		r.column, r.path = -1, r.table.path()
	}
	return c.noMembers(p, 2, spans, r.path+" is "+article(r.table.columns[column].Type.String()))
}

func (c *compiler) resolveMessage(r *reference, p chain, spans []span) bool {
	for _, m := range messageFields() {
		if m.path == r.path {
			r.kind, r.message = refMessage, m
			c.need(need{refMessage, m.path})
			return true
		}
	}
	root := p.rootName()
	var known []string
	for _, m := range messageFields() {
		if name, ok := strings.CutPrefix(m.path, root+"."); ok {
			known = append(known, name)
		}
	}
	if !c.hasMember(r, p, root, func() []string { return known }) {
		return false
	}
	c.report(spans[1], CodeUnknownField, c.scope.suggest(p.members[0].name, known, root+"."), "%s has no field %s, only %s", root, p.members[0].name, joinAnd(known))
	return false
}

// hasMember reports a variable that stands alone where one of its members is meant.
func (c *compiler) hasMember(r *reference, p chain, root string, names func() []string) bool {
	if len(p.members) > 0 {
		return true
	}
	hint := ""
	if known := names(); len(known) > 0 && len(known) <= 12 {
		hint = "write one of " + joinOr(prefixed(root+".", known))
	}
	c.report(r.at, CodeWholeObject, hint, "%s is an object, not a value", root)
	return false
}

// reportUnknownName also knows what people mean who leave out the variable.
func (c *compiler) reportUnknownName(p chain, spans []span) {
	name := p.rootName()
	c.report(spans[0], CodeUnknownName, c.nameHint(p), "there is no %s here", name)
}

func (c *compiler) nameHint(p chain) string {
	name := p.rootName()
	var meant []string
	if m := c.scope.incident.members[name]; m.field != nil || m.object != nil {
		meant = append(meant, varIncident+"."+p.path())
	} else {
		meant = append(meant, c.scope.incident.find(name)...)
	}
	if c.scope.facts[name] != nil {
		meant = append(meant, "facts."+name)
	}
	if defs := c.scope.options.Defs; defs != nil {
		if slices.Contains(defs.TermNames(), name) {
			meant = append(meant, "terms."+name)
		}
		if slices.Contains(defs.TableNames(), name) {
			meant = append(meant, "tables."+p.path())
		}
	}
	if len(meant) > 0 {
		return "write " + joinOr(meant)
	}
	switch strings.ToLower(name) {
	case "true", "false":
		return "write " + strings.ToLower(name)
	case "null", "none", "nil":
		return "write has(x) or !has(x)"
	}
	return c.scope.suggest(name, slices.Concat(variables(c.message), c.locals), "")
}

func prefixed(prefix string, names []string) []string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = prefix + n
	}
	return out
}

// zoneReference stands for the scope's zone.
func (c *compiler) zoneReference(e ast.Expr) {
	c.need(zoneNeed)
	c.constant(e, c.scope.zone, types.NewOpaqueType(zoneName), c.places.at(e))
}
