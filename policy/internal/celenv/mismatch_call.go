package celenv

import (
	"slices"
	"strconv"
	"strings"

	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/decls"
	"github.com/google/cel-go/common/types"

	"github.com/servicerecovery/amends/policy/internal/cellib"
	"github.com/servicerecovery/amends/policy/internal/celtext"
	"github.com/servicerecovery/amends/policy/value"
)

// function reports the first argument that no form of a function takes.
func (m mismatches) function(e ast.Expr, args []ast.Expr) {
	call := e.AsCall()
	name := call.FunctionName()
	forms := m.forms(name, call.IsMemberFunction())
	name = spokenName(name)
	if len(forms) == 0 {
		m.style(e, name)
		return
	}
	sized := slices.DeleteFunc(slices.Clone(forms), func(o *decls.OverloadDecl) bool { return m.count(o) != m.given(e) })
	if len(sized) == 0 {
		m.c.report(m.c.places.name(e), celtext.CodeTypeMismatch, "", "%s takes %s, not %d", name, m.counts(forms), m.given(e))
		return
	}
	for i, arg := range args {
		if cellib.IsZone(m.typeOf(arg)) {
			continue
		}
		taken := slices.DeleteFunc(slices.Clone(sized), func(o *decls.OverloadDecl) bool { return !accepts(o.ArgTypes()[i], m.typeOf(arg)) })
		if len(taken) == 0 {
			m.argument(e, name, sized, i, arg)
			return
		}
		sized = taken
	}
	m.c.report(m.c.places.name(e), celtext.CodeTypeMismatch, "", "%s does not take %s together", name, celtext.And(m.each(args)))
}

func spokenName(name string) string {
	switch name {
	case "math.@min":
		return "math.least"
	case "math.@max":
		return "math.greatest"
	case "@sortByAssociatedKeys":
		return "sortBy"
	}
	return cellib.Spoken(name)
}

func (m mismatches) forms(name string, member bool) []*decls.OverloadDecl {
	var forms []*decls.OverloadDecl
	for _, o := range m.c.scope.base.declared[name].OverloadDecls() {
		if o.IsMemberFunction() == member && !strings.HasSuffix(o.ID(), "_optional") { // those are for absent members
			forms = append(forms, o)
		}
	}
	return forms
}

// count returns how many arguments a form takes in brackets, given how many a call has.
func (m mismatches) count(o *decls.OverloadDecl) int {
	n := len(o.ArgTypes())
	if o.IsMemberFunction() || n > 0 && cellib.IsZone(o.ArgTypes()[n-1]) {
		n--
	}
	return n
}

func (m mismatches) given(e ast.Expr) int {
	args := e.AsCall().Args()
	if n := len(args); n > 0 && cellib.IsZone(m.typeOf(args[n-1])) {
		return n - 1
	}
	return len(args)
}

func (m mismatches) counts(forms []*decls.OverloadDecl) string {
	var counts []int
	for _, o := range forms {
		counts = append(counts, m.count(o))
	}
	slices.Sort(counts)
	counts = slices.Compact(counts)
	words := make([]string, len(counts))
	for i, n := range counts {
		words[i] = strconv.Itoa(n)
	}
	noun := " arguments"
	if counts[len(counts)-1] == 1 {
		noun = " argument"
	}
	return celtext.Or(words) + noun
}

func (m mismatches) each(args []ast.Expr) []string {
	words := make([]string, len(args))
	for i, arg := range args {
		words[i] = m.with(arg)
	}
	return words
}

// style reports x.f(y) in the place of f(x, y), and f(x, y) in the place of x.f(y).
func (m mismatches) style(e ast.Expr, name string) {
	hint := "as in " + name + "(x)"
	if !e.AsCall().IsMemberFunction() {
		hint = "as in x." + name + "(…)"
	}
	m.c.report(m.c.places.name(e), celtext.CodeTypeMismatch, hint, "%s is not used like this", name)
}

// argument reports one argument and what may stand there.
func (m mismatches) argument(e ast.Expr, name string, forms []*decls.OverloadDecl, i int, arg ast.Expr) {
	if cellib.CurrencyOf(m.typeOf(arg)) == cellib.AnyCurrency {
		m.c.reportNoCurrency(arg)
		return
	}
	var wanted []string
	for _, o := range forms {
		wanted = append(wanted, celtext.Article(wantedText(o.ArgTypes()[i])))
	}
	slices.Sort(wanted)
	wanted = slices.Compact(wanted)
	var r celtext.Remedy
	own := cellib.TypeOf(m.typeOf(arg)).Kind
	if len(forms) == 1 {
		r = pairRemedy(m.operand(arg), operand{t: forms[0].ArgTypes()[i]})
		switch wanted := cellib.TypeOf(forms[0].ArgTypes()[i]).Kind; {
		case wanted == value.KindInt && own == value.KindDouble:
			r = celtext.Write(m.c.places.of(arg), "int("+m.text(arg)+")")
		case wanted == value.KindInt && own == value.KindDuration && slices.Contains([]string{"hours", "minutes", "days"}, name):
			r = m.durationIn(e, name, arg)
		case wanted == value.KindDouble && own == value.KindDuration:
			r = celtext.Write(m.c.places.of(arg), "("+m.text(arg)+" / hours(1))")
		}
	}
	if of := m.wallRemedy(e, name, arg); of.Hint != "" {
		r = of
	}
	switch {
	case name == "percent" && m.operand(arg).literal() && celtext.PercentCode(strings.Trim(m.text(arg), `"'`)) != "":
		r = celtext.Write(m.c.places.of(e), celtext.PercentCode(strings.Trim(m.text(arg), `"'`)))
	case name == "contains" && i == 0 && own == value.KindList && len(e.AsCall().Args()) == 1:
		r = celtext.Write(m.c.places.of(e), m.text(e.AsCall().Args()[0])+" in "+m.text(arg))
	case name == "date" && own == value.KindDate:
		r = celtext.Write(m.c.places.of(e), m.text(arg))
		r.Hint += ": it is a day already"
	case name == "date":
		r = celtext.Say(`as in date("2026-06-30") for a day, or date(x) for the day of a timestamp`)
	}
	use := " takes "
	if e.AsCall().IsMemberFunction() && i == 0 {
		use = " is called on "
	}
	m.c.remedied(m.c.places.of(arg), celtext.CodeTypeMismatch, r, "%s%s%s, %s", name, use, celtext.Or(wanted), m.is(arg))
}

// durationIn is the remedy for hours(x) where x is a duration: hours(x) >= 24 mostly stands for x
// >= hours(24).
func (m mismatches) durationIn(e ast.Expr, name string, arg ast.Expr) celtext.Remedy {
	src, at := m.c.places.src, m.c.places.of(e)
	i := src.TokenAt(at.To - 1)
	if i >= 0 && src.Compares(i+1) && i+2 < len(src.Tokens) && src.Tokens[i+2].Kind == celtext.TokNumber {
		to := src.Tokens[i+2].To
		return celtext.Write(celtext.Span{From: at.From, To: to}, m.text(arg)+" "+src.Word(i+1)+" "+name+"("+src.Word(i+2)+")")
	}
	return celtext.Say("it is a duration already: compare it with one, as in " + m.text(arg) + " >= hours(24)")
}

func wantedText(t *types.Type) string {
	if cellib.IsMoney(t) {
		return "money"
	}
	if t.Kind() == types.ListKind && t.Parameters()[0].Kind() == types.TypeParamKind {
		return "list"
	}
	return cellib.TextOf(t)
}

// accepts reports whether an argument of a type can stand for a parameter.
func accepts(parameter, t *types.Type) bool {
	switch {
	case parameter.Kind() == types.TypeParamKind || parameter.Kind() == types.DynKind || t.Kind() == types.DynKind || t.Kind() == types.ErrorKind:
		return true
	case parameter.Kind() != t.Kind():
		return false
	case parameter.Kind() == types.OpaqueKind && parameter.TypeName() != t.TypeName():
		return false
	case parameter.Kind() == types.ListKind:
		return accepts(parameter.Parameters()[0], t.Parameters()[0])
	}
	return !strings.HasPrefix(parameter.TypeName(), "@")
}
