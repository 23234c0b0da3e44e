package celenv

import (
	"maps"
	"slices"
	"strings"

	"github.com/google/cel-go/common/ast"

	"github.com/servicerecovery/amends/policy/internal/cellib"
	"github.com/servicerecovery/amends/policy/internal/celtext"
	"github.com/servicerecovery/amends/policy/internal/slip"
	"github.com/servicerecovery/amends/policy/value"
)

// resolve replaces a path by a reference, or reports what is wrong with it.
func (c *compiler) resolve(e ast.Expr, p chain) {
	spans := c.spans(p)
	r := &reference{path: p.path(), mode: p.mode(), at: celtext.Span{From: spans[0].From, To: spans[len(spans)-1].To}}
	name := p.rootName()
	if why, hidden := c.hidden(p); hidden {
		c.report(spans[0], celtext.CodeNotHere, "", "%s cannot be read here: %s", r.path, why)
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
	case name == varMissed && c.scope.options.Missed != nil:
		r.kind, r.field = refField, c.scope.options.Missed
		c.need(need{refField, varMissed})
		ok = c.noMembers(p, 0, spans, "missed is a list of texts")
	case name == varItem:
		ok = c.resolveItem(r, p, spans)
	case c.message && onlyInMessages(name):
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

// hidden returns the reason why a name that exists cannot be read here.
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
	if root, _, _ := strings.Cut(at, "."); !found && !c.message && onlyInMessages(root) {
		return "only messages know it", true
	}
	return why, found
}

func (c *compiler) resolveField(r *reference, p chain, spans []celtext.Span) bool {
	at := c.scope.incident
	for i, m := range p.members {
		next, known := at.members[m.name]
		switch {
		case !known:
			c.reportUnknownField(at, p, i, spans)
			return false
		case next.field != nil:
			r.kind, r.field = refField, next.field
			c.need(need{refField, varIncident + "." + next.field.Name})
			return c.noMembers(p, i+1, spans, "incident."+next.field.Name+" is "+next.field.kind())
		}
		at = next.object
	}
	c.report(r.at, celtext.CodeWholeObject, "write one of "+celtext.Or(prefixed(at.path+".", at.names())), "%s is an object, not a value", at.path)
	return false
}

// reportUnknownField reports a name that is not in an object, and suggests the field that was most
// likely meant.
func (c *compiler) reportUnknownField(at *object, p chain, i int, spans []celtext.Span) {
	name := p.members[i].name
	r := c.near(spans[i+1], name, at.names(), at.path+".")
	if path, ok := c.foldedField(p.members); ok && !p.has && !p.optional() {
		r = celtext.Write(celtext.Span{From: spans[0].From, To: spans[len(spans)-1].To}, path)
	}
	if found := c.scope.incident.find(name); r.Hint == "" && len(found) == 1 && i == len(p.members)-1 && !p.optional() {
		r = celtext.Write(celtext.Span{From: spans[0].From, To: spans[i+1].To}, found[0])
	} else if r.Hint == "" && len(found) > 0 {
		r = celtext.Say("write " + celtext.Or(found))
	}
	c.remedied(spans[i+1], celtext.CodeUnknownField, r, "%s has no field %s", at.path, name)
}

// foldedField finds the one field that the members name if capitals, separators and accents are
// ignored.
func (c *compiler) foldedField(members []chainMember) (path string, ok bool) {
	var names []string
	for _, m := range members {
		names = append(names, m.name)
	}
	wanted := fold(strings.Join(names, ""))
	var found []string
	c.scope.incident.each(func(path string) {
		if fold(strings.TrimPrefix(path, varIncident)) == wanted {
			found = append(found, path)
		}
	})
	if len(found) != 1 {
		return "", false
	}
	return found[0], true
}

// fold drops capitals, separators and accents from a name.
func fold(name string) string {
	return strings.ToLower(strings.NewReplacer("_", "", ".", "", "-", "").Replace(name))
}

// noMembers reports a path that goes on behind a value. The value is named by the first n members.
func (c *compiler) noMembers(p chain, n int, spans []celtext.Span, what string) bool {
	if len(p.members) <= n {
		return true
	}
	c.remedied(spans[n+1], celtext.CodeUnknownField, c.propertyRemedy(p, n, spans), "%s, it has no field %s", what, p.members[n].name)
	return false
}

// propertyRemedy is the remedy for properties of other languages, such as list.length.
func (c *compiler) propertyRemedy(p chain, n int, spans []celtext.Span) celtext.Remedy {
	whole := celtext.Span{From: spans[0].From, To: spans[n+1].To}
	if list := c.scope.field(pathOfFirst(p, n)); p.rootName() == varIncident && list != nil && list.Items != nil && fold(p.members[n].name) != "length" && fold(p.members[n].name) != "size" {
		name := p.members[n].name
		return celtext.Say("each item has its own: as in incident." + list.Name + ".exists(x, x." + name + " …), or item." + name + " in a play with `each: " + list.Name + "`")
	}
	path := c.places.src.Text(spans[0].From, spans[n].To)
	switch fold(p.members[n].name) {
	case "length", "len", "size", "count":
		return celtext.Write(whole, "size("+path+")")
	case "date":
		if t, ok := c.TypeOf(path); ok && t.Kind == value.KindTimestamp {
			return celtext.Write(whole, "date("+path+")")
		}
	case "hours", "minutes", "seconds", "days":
		if t, ok := c.TypeOf(path); ok && t.Kind == value.KindDuration {
			return celtext.Say("a duration is compared with one, as in " + path + " >= hours(24)")
		}
	case "amount", "value":
		return celtext.Write(whole, path)
	}
	return c.wallRemedyFor(whole, fold(p.members[n].name), path, "")
}

func (c *compiler) resolveFact(r *reference, p chain, spans []celtext.Span) bool {
	known := func() []string { return slices.Sorted(maps.Keys(c.scope.facts)) }
	if !c.hasMember(r, p, varFacts, known) {
		return false
	}
	name := p.members[0].name
	r.kind, r.fact = refFact, c.scope.facts[name]
	c.need(need{refFact, varFacts + "." + name})
	if r.fact == nil {
		c.remedied(spans[1], celtext.CodeUnknownFact, c.near(spans[1], name, known(), "facts."), "there is no fact %s", name)
		return false
	}
	return c.noMembers(p, 1, spans, r.path[:len("facts.")+len(name)]+" is "+celtext.Article(cellib.NameOf(r.fact.Type)))
}

func (c *compiler) resolveTerm(r *reference, p chain, spans []celtext.Span) bool {
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
		c.remedied(spans[1], celtext.CodeUnknownTerm, c.near(spans[1], name, c.scope.termNames(), "terms."), "there is no term %s", name)
		return false
	}
	c.terms = append(c.terms, name)
	c.need(need{refTerm, varTerms + "." + name})
	r.kind = refTerm
	if r.term == nil || r.term.broken {
		r.kind = refBroken
		return true
	}
	return c.noMembers(p, 1, spans, "terms."+name+" is "+celtext.Article(cellib.NameOf(r.term.typ)))
}

func (c *compiler) resolveTable(r *reference, p chain, spans []celtext.Span) bool {
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
		c.report(r.at, celtext.CodeWholeObject, "write one of "+celtext.Or(append(columns, "has("+r.path+")")), "%s is a table, not a value", r.path)
		return false
	}
	return c.resolveColumn(r, p, spans)
}

// findTable fills in the table; without one it is broken and already reported.
func (c *compiler) findTable(r *reference, name string, at celtext.Span) bool {
	var isKnown bool
	if c.scope.options.Defs != nil {
		r.table, isKnown = c.scope.options.Defs.Table(name)
	}
	if !isKnown {
		c.remedied(at, celtext.CodeUnknownTable, c.near(at, name, c.scope.tableNames(), "tables."), "there is no table %s", name)
		return false
	}
	c.tables = append(c.tables, name)
	c.need(need{refTable, varTables + "." + name})
	return true
}

func (c *compiler) resolveColumn(r *reference, p chain, spans []celtext.Span) bool {
	name := p.members[1].name
	column, ok := r.table.index[name]
	if !ok {
		c.remedied(spans[2], celtext.CodeUnknownColumn, c.near(spans[2], name, r.table.columnNames(), r.table.path()+"."), "table %s has no column %s", r.table.name, name)
		return false
	}
	r.column = column
	if p.has { // has(tables.t.c) is the same as has(tables.t): a row has all columns
		r.column, r.path = -1, r.table.path()
	}
	return c.noMembers(p, 2, spans, r.path+" is "+celtext.Article(cellib.NameOf(r.table.columns[column].Type)))
}

func (c *compiler) resolveMessage(r *reference, p chain, spans []celtext.Span) bool {
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
	c.remedied(spans[1], celtext.CodeUnknownField, c.near(spans[1], p.members[0].name, known, root+"."), "%s has no field %s, only %s", root, p.members[0].name, celtext.And(known))
	return false
}

// hasMember reports a variable that stands alone where one of its members is meant.
func (c *compiler) hasMember(r *reference, p chain, root string, names func() []string) bool {
	if len(p.members) > 0 {
		return true
	}
	hint := ""
	if known := names(); len(known) > 0 && len(known) <= 12 {
		hint = "write one of " + celtext.Or(prefixed(root+".", known))
	}
	c.report(r.at, celtext.CodeWholeObject, hint, "%s is an object, not a value", root)
	return false
}

// wantsBool reports whether the expression may be a condition.
func (c *compiler) wantsBool() bool {
	return len(c.want) == 0 || slices.ContainsFunc(c.want, func(t value.Type) bool { return t.Kind == value.KindBool })
}

// reportUnknownName reports an unknown first name. Its remedies include a variable that was left
// out, and quotes that were.
func (c *compiler) reportUnknownName(p chain, spans []celtext.Span) {
	name := p.rootName()
	c.remedied(spans[0], celtext.CodeUnknownName, c.nameRemedy(p, spans), "there is no %s here", name)
}

func (c *compiler) nameRemedy(p chain, spans []celtext.Span) celtext.Remedy {
	name := p.rootName()
	whole := celtext.Span{From: spans[0].From, To: spans[len(spans)-1].To}
	if r := c.besideRemedy(p, whole); r.Hint != "" {
		return r
	}
	if meant := c.meantBy(p); len(meant) == 1 {
		return celtext.Write(whole, meant[0])
	} else if len(meant) > 1 {
		return celtext.Say("write " + celtext.Or(meant))
	}
	switch lower := strings.ToLower(name); {
	case len(c.places.src.Tokens) == 1 && c.wantsBool() && slices.Contains([]string{"always", "any", "all", "everything", "siempre", "immer"}, lower):
		return celtext.Write(whole, "true")
	case lower == "true" || lower == "false":
		return celtext.Write(spans[0], lower)
	case slip.Nothing(name):
		return celtext.Say("write has(x) or !has(x)")
	}
	near := c.near(spans[0], name, slices.Concat(variables(c.message), c.locals), "")
	if len(p.members) > 0 {
		if path, ok := c.foldedField(p.members); ok && (near.Hint == "" || path != varIncident+strings.TrimPrefix(p.path(), name)) {
			return celtext.Write(whole, path)
		}
		if found := c.scope.incident.find(p.members[len(p.members)-1].name); len(found) == 1 && near.Hint == "" {
			return celtext.Remedy{Hint: "did you mean " + found[0] + "?", Fix: celtext.Fix{From: whole.From, To: whole.To, Text: found[0]}}
		}
	}
	return near
}

// meantBy lists the paths that a path can stand for if its variable was left out.
func (c *compiler) meantBy(p chain) (meant []string) {
	name := p.rootName()
	rest := strings.TrimPrefix(p.path(), name)
	if m := c.scope.incident.members[name]; m.field != nil || m.object != nil {
		meant = append(meant, varIncident+"."+p.path())
	} else {
		for _, found := range c.scope.incident.find(name) {
			meant = append(meant, found+rest)
		}
	}
	if c.scope.each != nil && slices.Contains(c.scope.itemNames(), name) {
		meant = append(meant, varItem+"."+p.path())
	}
	if path, ok := c.foldedField(append([]chainMember{{name: name}}, p.members...)); ok && len(meant) == 0 {
		meant = append(meant, path)
	}
	if c.scope.facts[name] != nil {
		meant = append(meant, "facts."+name+rest)
	}
	if defs := c.scope.options.Defs; defs != nil {
		if slices.Contains(defs.TermNames(), name) {
			meant = append(meant, "terms."+name+rest)
		}
		if slices.Contains(defs.TableNames(), name) {
			meant = append(meant, "tables."+p.path())
		}
	}
	return meant
}

// besideRemedy is the remedy for an unknown name beside a value. Beside a text the name gets
// quotes; beside a bool, yes becomes true.
func (c *compiler) besideRemedy(p chain, whole celtext.Span) celtext.Remedy {
	src := c.places.src
	i, j := src.TokenAt(whole.From), src.TokenAt(whole.To-1)
	if i < 0 || j < i || len(p.members) > 0 {
		return celtext.Remedy{}
	}
	from, to := src.Beside(i, j)
	if from < 0 || to < from {
		return celtext.Remedy{}
	}
	t, ok := c.TypeOf(src.TextOf(from, to))
	switch {
	case !ok:
	case t.Kind == value.KindBool && slip.Bool(p.rootName()) != "":
		return celtext.Write(whole, slip.Bool(p.rootName()))
	case t.Kind == value.KindString && src.Word(i-1) != "in" && len(c.meantBy(p)) == 0, t.Kind == value.KindList && t.Elem == value.KindString && src.Word(j+1) == "in" && len(c.meantBy(p)) == 0:
		return celtext.Write(whole, celtext.Quote(p.rootName()))
	}
	return celtext.Remedy{}
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
	c.constant(e, c.scope.zone, cellib.TypeZone, c.places.at(e))
}
