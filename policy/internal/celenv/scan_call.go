package celenv

import (
	"slices"
	"strings"

	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/common/overloads"

	"github.com/servicerecovery/amends/policy/internal/cellib"
	"github.com/servicerecovery/amends/policy/internal/celtext"
	"github.com/servicerecovery/amends/policy/value"
)

func (c *compiler) scanCall(e ast.Expr) {
	call := e.AsCall()
	name := call.FunctionName()
	switch {
	case name == operators.OptSelect:
		c.scanPath(e)
	case isIndex(name):
		c.scanIndex(e)
	case !isSpelled(name):
		c.scanArgs(e)
	case call.IsMemberFunction():
		c.scanMethod(e)
	default:
		c.scanFunction(e)
	}
}

// isSpelled reports whether the name of a function stands in the source. Operators and functions
// that only macros call have names that do not.
func isSpelled(name string) bool {
	return isName(strings.TrimPrefix(name, "."))
}

func (c *compiler) scanArgs(e ast.Expr) {
	for _, child := range children(e) {
		c.scan(child)
	}
}

// scanMethod scans target.name(…), which may be a function in a namespace.
func (c *compiler) scanMethod(e ast.Expr) {
	call := e.AsCall()
	name := call.FunctionName()
	if space, at, ok := c.namespace(call.Target()); ok {
		full := space + "." + name
		if c.scope.base.declared[full] == nil {
			whole := at.Join(c.places.name(e))
			c.remedied(whole, celtext.CodeUnknownFunction, c.near(whole, full, c.scope.base.callable, ""), "there is no function %s", full)
		}
		for _, arg := range call.Args() {
			c.scan(arg)
		}
		return
	}
	before := len(c.issues)
	c.scan(call.Target())
	if len(c.issues) > before { // the target has a mistake already: say nothing about the method
		for _, arg := range call.Args() {
			c.scan(arg)
		}
		return
	}
	c.scanCalled(e)
}

// namespace recognises the first part of names such as math.abs. It is not a variable.
func (c *compiler) namespace(target ast.Expr) (string, celtext.Span, bool) {
	p, ok := chainOf(target)
	if !ok || p.has || p.optional() || c.isLocal(p.root.AsIdent()) || slices.Contains(variables(true), p.rootName()) {
		return "", celtext.Span{}, false
	}
	prefix := p.rootName() + "."
	if !slices.ContainsFunc(c.scope.base.callable, func(f string) bool { return strings.HasPrefix(f, prefix) }) {
		return "", celtext.Span{}, false
	}
	return p.path(), c.spans(p)[0], true
}

// scanFunction scans name(…). Calls that are literals, such as money("10 EUR"), come first.
func (c *compiler) scanFunction(e ast.Expr) {
	name := strings.TrimPrefix(e.AsCall().FunctionName(), ".")
	switch name {
	case "money":
		c.scanMoney(e)
	case "date":
		c.scanDate(e)
	case overloads.TypeConvertTimestamp:
		c.scanTimestamp(e)
	case overloads.TypeConvertDuration:
		c.scanDuration(e)
	default:
		switch {
		case takesCalendar(name):
			c.scanCalendar(e)
		case cellib.Zoned(name) != "":
			c.scanZoned(e, cellib.Zoned(name))
		default:
			c.scanCalled(e)
		}
	}
}

// scanCalled scans a call whose target is scanned already. It reports a function that does not
// exist, and one that the language leaves out.
func (c *compiler) scanCalled(e ast.Expr) {
	call := e.AsCall()
	name := strings.TrimPrefix(call.FunctionName(), ".")
	if why := cellib.WhyLeftOut(name); why != "" {
		c.report(c.places.name(e), celtext.CodeLeftOut, why, "%s is not in the language", name)
		return // it may be meant as a macro, and its arguments as the variables
	}
	known := c.scope.base.declared[name] != nil
	switch {
	case macroUse[name] != "" && !known:
		c.report(c.places.name(e), celtext.CodeTypeMismatch, "as in "+macroUse[name], "%s is not used like this", name)
		return
	case macroUse[otherNames[fold(name)]] != "" && !known: // its arguments may be variables
		c.remedied(c.places.name(e), celtext.CodeUnknownFunction, c.callRemedy(e, name), "there is no function %s", name)
		return
	case !known:
		c.remedied(c.places.name(e), celtext.CodeUnknownFunction, c.callRemedy(e, name), "there is no function %s", name)
	case name == "flatten" && len(call.Args()) > 0:
		c.report(c.places.of(call.Args()[0]), celtext.CodeLeftOut, "call flatten() once per level", "flatten takes no depth in this language")
	case name == overloads.Matches:
		c.checkPattern(e)
	}
	for _, arg := range call.Args() {
		c.scan(arg)
	}
}

// macroUse shows how macros are written. With other arguments, the parser does not expand a macro
// and takes it for an unknown function.
var macroUse = map[string]string{
	"has":        "has(incident.x)",
	"all":        "list.all(x, condition on x)",
	"exists":     "list.exists(x, condition on x)",
	"exists_one": "list.exists_one(x, condition on x)",
	"filter":     "list.filter(x, condition on x)",
	"map":        "list.map(x, value for x)",
	"sortBy":     "list.sortBy(x, key of x)",
	"bind":       "cel.bind(x, value, expression with x)",
	"least":      "math.least(a, b)",
	"greatest":   "math.greatest(a, b)",
}

// otherNames are what functions and macros are called in other languages.
var otherNames = map[string]string{
	"existsone": "exists_one", "some": "exists", "any": "exists", "every": "all", "where": "filter", "find": "filter", "select": "map", "collect": "map",
	"lower": "lowerAscii", "tolowercase": "lowerAscii", "tolower": "lowerAscii", "lowercase": "lowerAscii", "upper": "upperAscii", "touppercase": "upperAscii", "toupper": "upperAscii", "uppercase": "upperAscii",
	"beginswith": "startsWith", "hasprefix": "startsWith", "hassuffix": "endsWith", "match": "matches", "test": "matches", "strip": "trim",
	"hour": "hours", "minute": "minutes", "mins": "minutes", "parseint": "int", "parsefloat": "double", "number": "double", "tostring": "string", "str": "string",
	"amount": "money", "roundup": "round_up", "ceil": "round_up", "rounddown": "round_down", "floor": "round_down",
}

// callRemedy says what to call in the place of a function that does not exist.
func (c *compiler) callRemedy(e ast.Expr, name string) celtext.Remedy {
	at := c.places.name(e)
	for _, known := range c.scope.base.callable { // quote is strings.quote
		if strings.HasSuffix(known, "."+name) && !e.AsCall().IsMemberFunction() {
			return celtext.Write(at, known)
		}
	}
	if r := c.methodRemedy(e, name); r.Hint != "" {
		return r
	}
	if other := otherNames[fold(name)]; other != "" {
		if macroUse[other] == "" || len(e.AsCall().Args()) == 2 && e.AsCall().IsMemberFunction() {
			return celtext.Write(at, other)
		}
		return celtext.Say("as in " + macroUse[other])
	}
	if fold(name) == "today" {
		return celtext.Write(c.places.of(e), "date(now)")
	}
	return c.near(at, name, c.scope.base.callable, "")
}

// methodRemedy is the remedy for methods of other languages.
func (c *compiler) methodRemedy(e ast.Expr, name string) celtext.Remedy {
	call := e.AsCall()
	args := call.Args()
	whole := c.places.of(e)
	x, on := "", call.IsMemberFunction()
	switch {
	case on:
		at := c.places.of(call.Target())
		x = c.places.src.Text(at.From, at.To)
	case len(args) > 0:
		x, args = c.places.text(args[0]), args[1:]
	default:
		return celtext.Remedy{}
	}
	y := ""
	if len(args) == 1 {
		y = c.places.text(args[0])
	}
	if r := c.wallRemedyFor(whole, fold(name), x, y); r.Hint != "" {
		return r
	}
	list := false
	if t, ok := c.typeOfSource(x); ok {
		list = t.Kind == value.KindList
	}
	switch name := fold(name); {
	case (name == "includes" || name == "include" || name == "has" || name == "contain" || name == "contains") && list && y != "":
		return celtext.Write(whole, y+" in "+x)
	case (name == "includes" || name == "include" || name == "contain") && y != "":
		return celtext.Write(whole, x+".contains("+y+")")
	case (name == "len" || name == "length" || name == "count" || name == "getlength") && y == "":
		return celtext.Write(whole, "size("+x+")")
	case (name == "isempty" || name == "empty" || name == "isblank") && y == "":
		return celtext.Write(whole, "size("+x+") == 0")
	}
	operator := map[string]string{
		"equals": "==", "equalsignorecase": "==", "eq": "==", "is": "==", "isbefore": "<", "before": "<", "isafter": ">", "after": ">", "plus": "+", "minus": "-", "add": "+", "subtract": "-",
		"gt": ">", "lt": "<", "gte": ">=", "lte": "<=", "ge": ">=", "le": "<=",
	}[fold(name)]
	if operator != "" && y != "" {
		return celtext.Write(whole, x+" "+operator+" "+y)
	}
	return celtext.Remedy{}
}

// typeOfSource is TypeOf for a text that may have local variables in it: their types are not known.
func (c *compiler) typeOfSource(text string) (value.Type, bool) {
	if len(c.locals) > 0 {
		return value.Type{}, false
	}
	return c.TypeOf(text)
}

// scanIndex scans x[i]. A table can be looked up by a closed field, an object cannot be looked up.
func (c *compiler) scanIndex(e ast.Expr) {
	args := e.AsCall().Args()
	p, ok := chainOf(args[0])
	if !ok || c.isLocal(p.root.AsIdent()) {
		c.scanArgs(e)
		return
	}
	switch {
	case p.rootName() == varTables && len(p.members) < 2:
		c.scanLookup(e, p)
	case c.isObject(p):
		c.reportObjectIndex(e, p)
		c.breakOff(e, c.places.of(e))
	default:
		c.scanArgs(e)
	}
}

func (c *compiler) isObject(p chain) bool {
	switch p.rootName() {
	case varFacts, varTerms, varTables, varItem:
		return len(p.members) == 0
	case varAction, varPartner, varDecision:
		return c.message && len(p.members) == 0
	case varIncident:
		at := c.scope.incident
		for _, m := range p.members {
			next := at.members[m.name]
			if next.object == nil {
				return false
			}
			at = next.object
		}
		return true
	}
	return false
}

func (c *compiler) reportObjectIndex(e ast.Expr, p chain) {
	r := celtext.Say("as in " + p.path() + ".name")
	if name, ok := textLiteral(e.AsCall().Args()[1]); ok && isName(name) {
		r = celtext.Write(c.places.of(e), p.path()+"."+name)
	}
	c.remedied(c.places.at(e), celtext.CodeWholeObject, r, "%s is an object, its members are read with a point", p.path())
}

func isName(text string) bool {
	for i, r := range text {
		if !celtext.IsNamePart(r) || i == 0 && !celtext.IsNameStart(r) {
			return false
		}
	}
	return text != ""
}

// scanLookup resolves tables.t[x].
func (c *compiler) scanLookup(e ast.Expr, p chain) {
	whole := c.places.of(e)
	spans := c.spans(p)
	r := &reference{path: p.path(), at: celtext.Span{From: spans[0].From, To: whole.To}, mode: modeRead}
	if !c.hasMember(r, p, varTables, c.scope.tableNames) || !c.findTable(r, p.members[0].name, spans[1]) || r.table == nil {
		c.breakOff(e, r.at)
		return
	}
	r.kind, r.column = refTable, -1
	if !c.picked(r, e) {
		c.breakOff(e, r.at)
		return
	}
	c.replace(e, r, r.celType())
}

// pickUse is what the column of a table is looked up by.
const pickUse = "a column is looked up by a closed field whose values are columns"

// picked fills in what names the column: a field, or another expression. All texts that it can give must
// be columns, and these must have one type. Otherwise the lookup could fail.
func (c *compiler) picked(r *reference, e ast.Expr) bool {
	call := e.AsCall()
	index := call.Args()[1]
	at := c.places.of(index)
	if name, ok := textLiteral(index); ok {
		c.remedied(at, celtext.CodeColumnLookup, celtext.Write(c.places.of(e), r.table.path()+"."+name), pickUse)
		return false
	}
	p, isPath := chainOf(index)
	switch {
	case call.FunctionName() == operators.OptIndex || isPath && p.mode() != modeRead:
		c.report(at, celtext.CodeColumnLookup, "as in "+r.table.path()+"[incident.x]", pickUse)
		return false
	case isPath && p.rootName() == varIncident && !c.isLocal(p.root.AsIdent()):
		return c.pickedByField(r, p, at)
	}
	return c.pickedBy(r, index, at)
}

func (c *compiler) pickedByField(r *reference, p chain, at celtext.Span) bool {
	field := &reference{}
	if !c.resolveField(field, p, c.spans(p)) {
		return false
	}
	r.field = field.field
	if r.field.Type.Kind != value.KindString || len(r.field.Closed) == 0 {
		c.report(at, celtext.CodeColumnLookup, "give the field one_of: ["+strings.Join(r.table.columnNames(), ", ")+"]", "%s, %s is not closed", pickUse, "incident."+r.field.Name)
		return false
	}
	r.path = r.table.path() + "[incident." + r.field.Name + "]"
	return c.columnsFit(r, "incident."+r.field.Name, r.field.Closed, at)
}

// pickedBy compiles an expression that names the column. It is compiled by itself, as a term is, so it does
// not see the variables of loops.
func (c *compiler) pickedBy(r *reference, index ast.Expr, at celtext.Span) bool {
	source := string(c.places.src.Runes[at.From:at.To])
	shown := strings.Join(strings.Fields(source), " ")
	if c.readsLocal(index) {
		c.report(at, celtext.CodeColumnLookup, "name the column outside of the loop, or write ?: with a column on each side", "%s, %s reads a variable of a loop", pickUse, shown)
		return false
	}
	inner := newCompiler(c.scope, source, c.message)
	f := inner.form(nil)
	for _, i := range inner.issues {
		i.From, i.To = i.From+at.From, i.To+at.From
		if !i.Fix.IsZero() {
			i.Fix.From, i.Fix.To = i.Fix.From+at.From, i.Fix.To+at.From
		}
		c.issues = append(c.issues, i)
	}
	for _, n := range inner.needs {
		c.need(n)
	}
	c.terms, c.tables, c.calendars = append(c.terms, inner.terms...), append(c.tables, inner.tables...), append(c.calendars, inner.calendars...)
	if f == nil || f.broken {
		return false
	}
	if f.typ.Kind != value.KindString || len(f.texts) == 0 {
		c.report(at, celtext.CodeColumnLookup, "read a closed field, a term, or a column of a table, whose values are among "+celtext.And(r.table.columnNames()), "%s, %s is not closed", pickUse, shown)
		return false
	}
	f.used.Store(true)
	f.shared.Store(true) // the tree is read again by explanations
	if session := c.scope.base.session.Load(); session != nil {
		session.add(f)
	}
	r.pick = &Expr{form: f, scope: c.scope, source: source}
	r.path = r.table.path() + "[" + shown + "]"
	return c.columnsFit(r, shown, f.texts, at)
}

// readsLocal reports whether a part reads a variable of a loop around it.
func (c *compiler) readsLocal(e ast.Expr) bool {
	if e.Kind() == ast.IdentKind && c.isLocal(e.AsIdent()) {
		return true
	}
	return slices.ContainsFunc(children(e), c.readsLocal)
}

// columnsFit checks the columns that can be picked.
func (c *compiler) columnsFit(r *reference, what string, names []string, at celtext.Span) bool {
	for i, v := range names {
		column, ok := r.table.index[v]
		if !ok {
			c.report(at, celtext.CodeColumnLookup, "", "%s can be %q, table %s has no such column, only %s", what, v, r.table.name, celtext.And(r.table.columnNames()))
			return false
		}
		if i == 0 {
			r.first = column
		}
		first, other := r.table.columns[r.first], r.table.columns[column]
		if first.Type != other.Type {
			c.report(at, celtext.CodeColumnLookup, "", "the columns of table %s differ in type: %s is %s, %s is %s",
				r.table.name, first.Name, celtext.Article(cellib.NameOf(first.Type)), other.Name, celtext.Article(cellib.NameOf(other.Type)))
			return false
		}
	}
	return true
}
