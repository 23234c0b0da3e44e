package celenv

import (
	"fmt"
	"strings"
	"testing"

	"github.com/servicerecovery/amends/policy/value"
)

// Each source has its issue's place marked: «here». The rest is code, message, hint.
var badSources = []struct{ source, code, message, hint string }{
	// names
	{`incident.«severitx» > 3`, CodeUnknownField, "incident has no field severitx", "did you mean incident.severity?"},
	{`incident.order.«valux» > money("1 EUR")`, CodeUnknownField, "incident.order has no field valux", "did you mean incident.order.value?"},
	{`«incident.value» > money("1 EUR")`, CodeUnknownField, "incident has no field value", "write incident.order.value"},
	{`has(incident.«nope»)`, CodeUnknownField, "incident has no field nope", ""},
	{`has( incident . order . «nope» )`, CodeUnknownField, "incident.order has no field nope", ""},
	{`incident.?«nope».hasValue()`, CodeUnknownField, "incident has no field nope", ""},
	{`incident.order.?«nope».hasValue()`, CodeUnknownField, "incident.order has no field nope", ""},
	{`incident.severity.«max» > 3`, CodeUnknownField, "incident.severity is an int, it has no field max", ""},
	{`incident.tags.exists(t, t == incident.«nope»)`, CodeUnknownField, "incident has no field nope", ""},
	{"true &&\n\"é\" == incident.«nope»", CodeUnknownField, "incident has no field nope", ""},
	{`facts.«repeatz» > 1`, CodeUnknownFact, "there is no fact repeatz", "did you mean facts.repeats?"},
	{`facts.repeats.«x» > 1`, CodeUnknownField, "facts.repeats is an int, it has no field x", ""},
	{`terms.«valuez»`, CodeUnknownTerm, "there is no term valuez", "did you mean terms.valued?"},
	{`terms.valued.«x»`, CodeUnknownField, "terms.valued is a bool, it has no field x", ""},
	{`tables.«late_credix».credit`, CodeUnknownTable, "there is no table late_credix", "did you mean tables.late_credit?"},
	{`tables.late_credit.«credix»`, CodeUnknownColumn, "table late_credit has no column credix", "did you mean tables.late_credit.credit?"},
	{`has(tables.late_credit.«credix»)`, CodeUnknownColumn, "table late_credit has no column credix", "did you mean tables.late_credit.credit?"},
	{`now.«year»`, CodeUnknownField, "now is a timestamp, it has no field year", ""},
	{`«delay» > hours(2)`, CodeUnknownName, "there is no delay here", "write incident.delay"},
	{`«order.value»`, CodeUnknownName, "there is no order here", "write incident.order.value"},
	{`«valued»`, CodeUnknownName, "there is no valued here", "write terms.valued"},
	{`«repeats» > 0`, CodeUnknownName, "there is no repeats here", "write facts.repeats"},
	{`«True»`, CodeUnknownName, "there is no True here", "write true"},
	{`«incidenx».id == ""`, CodeUnknownName, "there is no incidenx here", "did you mean incident?"},
	{`«action».amount`, CodeNotHere, "action.amount cannot be read here: only messages know it", ""},
	{`«fooo»(3)`, CodeUnknownFunction, "there is no function fooo", ""},
	{`.«fooo»(3)`, CodeUnknownFunction, "there is no function fooo", ""},
	{`«__fooo»(3)`, CodeUnknownFunction, "there is no function __fooo", ""},
	{`«_in_»(1, [1])`, CodeUnknownFunction, "there is no function _in_", ""},
	{`«hourz»(3)`, CodeUnknownFunction, "there is no function hourz", "did you mean hours?"},
	{`incident.id.«startswith»("a")`, CodeUnknownFunction, "there is no function startswith", ""},
	{`«math.abz»(3)`, CodeUnknownFunction, "there is no function math.abz", "did you mean math.abs?"},
	{`«len(incident.tags)»`, CodeUnknownFunction, "there is no function len", "write size(incident.tags)"},
	{`workday(«"offize"», date(now), 1)`, CodeUnknownCalendar, "there is no calendar offize", "did you mean office?"},
	{`workday(«incident.id», date(now), 1)`, CodeBadLiteral, "workday takes the calendar's id in quotes", `write one of "broken" or "office"`},

	// objects are not values
	{`«incident.order» == 3`, CodeWholeObject, "incident.order is an object, not a value", ""},
	{`«incident» == incident.id`, CodeWholeObject, "incident is an object", ""},
	{`«terms»`, CodeWholeObject, "terms is an object", ""},
	{`has(«incident.order»)`, CodeWholeObject, "incident.order is an object", ""},
	{`«tables.late_credit» == 1`, CodeWholeObject, "tables.late_credit is a table, not a value", "write one of tables.late_credit.credit, tables.late_credit.label or has(tables.late_credit)"},
	{`«incident["severity"]» > 3`, CodeWholeObject, "incident is an object", "write incident.severity"},
	{`«incident.order["value"]» > 3`, CodeWholeObject, "incident.order is an object", "write incident.order.value"},

	// lookups of columns
	{`«tables.fares["single"]»`, CodeColumnLookup, "a column is looked up by a closed field", "write tables.fares.single"},
	{`tables.fares[«incident.id»]`, CodeColumnLookup, "incident.id is not closed", "give the field one_of: [single, season]"},
	{`tables.fares[«incident.seat»]`, CodeColumnLookup, `incident.seat can be "first", table fares has no such column, only single and season`, ""},
	{`tables.mixed[«incident.ticket»]`, CodeColumnLookup, "the columns of table mixed differ in type: single is an int, season is a string", ""},
	{`tables.fares[«incident.ticket + ""»]`, CodeColumnLookup, "a column is looked up by a closed field", ""},
	{`tables.fares[«facts.repeats»]`, CodeColumnLookup, "a column is looked up by a closed field", ""},
	{`tables.fares[incident.«nope»]`, CodeUnknownField, "incident has no field nope", ""},
	{`tables.«nope»[incident.ticket]`, CodeUnknownTable, "there is no table nope", ""},

	// literals
	{`money(«"10 EURO"»)`, CodeBadLiteral, `"10 EURO" is no amount`, `write "10 EUR"`},
	{`money( «"10.123 EUR"» ) > money("1 EUR")`, CodeBadLiteral, "has 3 decimals, EUR has 2", ""},
	{`money(«"10 XYZ"»)`, CodeBadLiteral, "XYZ", ""},
	{`money(«10»)`, CodeBadLiteral, "money takes an amount in quotes", `as in money("10 EUR")`},
	{`money(«"10" + " EUR"»)`, CodeBadLiteral, "money takes an amount in quotes", ""},
	{`«money»()`, CodeBadLiteral, "money takes an amount in quotes", ""},
	{`date(«"2026-02-30"»)`, CodeBadLiteral, `"2026-02-30" is no date, February of 2026 has 28 days`, ""},
	{`date(«incident.id»)`, CodeTypeMismatch, "date takes a timestamp, incident.id is a string", `as in date("2026-06-30")`},
	{`timestamp(«"2026-13-01T00:00:00Z"») < now`, CodeBadLiteral, "", ""},
	{`timestamp(«incident.id»)`, CodeLeftOut, "timestamp takes a time in quotes only", ""},
	{`timestamp(«incident.severity»)`, CodeLeftOut, "timestamp takes a time in quotes only", ""},
	{`incident.delay > «duration("3 days")»`, CodeBadLiteral, `"3 days" is no duration`, ""},
	{`incident.id.matches(«"a("»)`, CodeBadLiteral, `"a(" is no regular expression: missing closing )`, ""},
	{`incident.id.matches(«incident.summary»)`, CodeLeftOut, "matches takes a pattern in quotes only", ""},
	{`incident.id.matches(«"(.{100}){10}"»)`, CodeTooComplex, "the regular expression is too large", ""},

	// what is left out
	{`«dyn»(1) == 1`, CodeLeftOut, "dyn is not in the language", ""},
	{`«type»(1) == 2`, CodeLeftOut, "type is not in the language", ""},
	{`«{»"a": 1}.exists(k, true)`, CodeLeftOut, "maps in {…} are not in the language", ""},
	{`«incident.promised_at == null»`, CodeLeftOut, "there is no null", "write !has(incident.promised_at)"},
	{`«incident.promised_at != nil»`, CodeLeftOut, "there is no nil", "write has(incident.promised_at)"},
	{`[incident.id, «null»]`, CodeLeftOut, "there is no null", "write has(x) or !has(x)"},
	{`incident.?promised_at.«value»() < now`, CodeLeftOut, "value is not in the language", "write .orValue(…)"},
	{`incident.?promised_at.«optMap»(x, x < now).orValue(true)`, CodeLeftOut, "optMap is not in the language", ""},
	{`"%s".«format»([1])`, CodeLeftOut, "format is not in the language", ""},
	{`now.getHours(«"Europe/Madrid"») > 8`, CodeLeftOut, "a time zone here would read the zone data of the machine", ""},
	{`[[1]].flatten(«2»)`, CodeLeftOut, "flatten takes no depth", ""},

	// types
	{`incident.delay > «24»`, CodeTypeMismatch, "cannot compare incident.delay (duration) with 24 (int)", "write hours(24)"},
	{`incident.delay == «"24h"»`, CodeTypeMismatch, `cannot compare incident.delay (duration) with "24h" (string)`, `write hours(24)`},
	{`incident.order.value >= «100»`, CodeTypeMismatch, "cannot compare incident.order.value (money(EUR)) with 100 (int)", `write money("100 EUR")`},
	{`incident.order.value >= «"100 EUR"»`, CodeTypeMismatch, "", `write money("100 EUR")`},
	{`incident.order.value + «5»`, CodeTypeMismatch, "cannot add incident.order.value (money(EUR)) and 5 (int)", `write money("5 EUR")`},
	{`incident.order.value «*» money("2 EUR")`, CodeTypeMismatch, "cannot multiply", ""},
	{`incident.order.value «/» hours(2)`, CodeTypeMismatch, "cannot divide", "make a number of it first, as in (hours(2) / hours(1))"},
	{`incident.order.value «*» incident.delay`, CodeTypeMismatch, "cannot multiply", "make a number of it first, as in (incident.delay / hours(1))"},
	{`incident.delay «*» incident.order.value`, CodeTypeMismatch, "cannot multiply", "make a number of it first, as in (incident.delay / hours(1))"},
	{`24 «/» incident.delay`, CodeTypeMismatch, "cannot divide 24 (int) by incident.delay (duration)", "make a number of it first, as in (incident.delay / hours(1))"},
	{`incident.delay «/» 3600`, CodeTypeMismatch, "cannot divide incident.delay (duration) by 3600 (int)", "divide by a duration for a number, as in incident.delay / hours(1)"},
	{`incident.delay «*» 2`, CodeTypeMismatch, "cannot multiply", "durations are added, subtracted and divided by one another; build the one you mean with minutes(n), hours(n) or days(n)"},
	{`incident.delay «%» hours(1)`, CodeTypeMismatch, "cannot divide", "durations are added, subtracted and divided by one another; build the one you mean with minutes(n), hours(n) or days(n)"},
	{`«hours(1) / minutes(0)»`, CodeConstantFails, "hours(1) / minutes(0) always fails: division by zero", ""},
	{`incident.day > «"2026-01-01"»`, CodeTypeMismatch, "", `write date("2026-01-01")`},
	{`incident.occurred_at > «"2026-01-01T00:00:00Z"»`, CodeTypeMismatch, "", `write timestamp("2026-01-01T00:00:00Z")`},
	{`«incident.occurred_at» > incident.day`, CodeTypeMismatch, "", "write date(incident.occurred_at)"},
	{`incident.id == «3»`, CodeTypeMismatch, "cannot compare incident.id (string) with 3 (int)", `write "3"`},
	{`incident.rate > «10»`, CodeTypeMismatch, "", "write percent(10)"},
	{`incident.score == «incident.severity»`, CodeTypeMismatch, "", "write double(incident.severity)"},
	{`«incident.tags == "vip"»`, CodeTypeMismatch, "", `write "vip" in incident.tags`},
	{`«1» in incident.tags`, CodeTypeMismatch, "cannot look for 1 (int) in incident.tags ([string])", `write "1"`},
	{`«"a" in incident.id»`, CodeTypeMismatch, "in looks into a list, incident.id is a string", `write incident.id.contains("a")`},
	{`incident.day «+» incident.day`, CodeTypeMismatch, "cannot add", ""},
	{`«1» - incident.delay`, CodeTypeMismatch, "cannot subtract incident.delay (duration) from 1 (int)", "write hours(1)"},
	{`!«incident.severity»`, CodeTypeMismatch, "! turns a condition around, incident.severity is an int", "compare it, as in incident.severity >= 1"},
	{`«-»incident.id == "a"`, CodeTypeMismatch, "cannot negate incident.id (string)", ""},
	{`«incident.severity» && true`, CodeTypeMismatch, "a condition is wanted here, incident.severity is an int", "compare it, as in incident.severity >= 1"},
	{`true || «incident.id»`, CodeTypeMismatch, "a condition is wanted here, incident.id is a string", `compare it, as in incident.id == "…"`},
	{`«incident.id» ? 1 : 2`, CodeTypeMismatch, "a condition is wanted here", ""},
	{`true ? «1» : "a"`, CodeTypeMismatch, `the two values of ? : differ: 1 (int), "a" (string)`, `write "1"`},
	{`incident.tags.exists(t, «t»)`, CodeTypeMismatch, "a condition is wanted here, t is a string", ""},
	{`incident.tags.filter(t, «t»).size() > 0`, CodeTypeMismatch, "a condition is wanted here, t is a string", ""},
	{`«incident.id».exists(t, true)`, CodeTypeMismatch, "only a list has members to look at, incident.id is a string", ""},
	{`[1, «"a"»]`, CodeTypeMismatch, `the members of a list are of one type: 1 is an int, "a" is a string`, ""},
	{`incident.tags[«"a"»]`, CodeTypeMismatch, "the members of a list are numbered by ints", ""},
	{`«incident.severity»[0]`, CodeTypeMismatch, "only a list has numbered members", ""},
	{`hours(«2.5») > hours(1)`, CodeTypeMismatch, "hours takes an int, 2.5 is a double", ""},
	{`«hours»(1, 2) > hours(1)`, CodeTypeMismatch, "hours takes 1 argument, not 2", ""},
	{`«startsWith»(incident.id, "a")`, CodeTypeMismatch, "startsWith is not used like this", "as in x.startsWith(…)"},
	{`incident.id.startsWith(«1»)`, CodeTypeMismatch, "startsWith takes a string, 1 is an int", `write "1"`},
	{`«incident.severity».startsWith("a")`, CodeTypeMismatch, "startsWith is called on a string, incident.severity is an int", ""},
	{`max(hours(1), «2»)`, CodeTypeMismatch, "max takes a duration, 2 is an int", "write hours(2)"},
	{`incident.tags.«exists»(t)`, CodeTypeMismatch, "exists is not used like this", "as in list.exists(x, condition on x)"},
	{`workday("office", «now», 1)`, CodeTypeMismatch, "workday takes a date, now is a timestamp", "write date(now)"},
	{`incident.?promised_at «<» now`, CodeTypeMismatch, "optional timestamp", "write .orValue(…) behind it"},
	{`«[[1]]» == [[1]]`, CodeTooComplex, "lists of lists are not compared", "write flatten() first"},
	{`incident.tags.exists(t, «t.x» == 1)`, CodeTypeMismatch, "only objects have fields, t is a string", ""},
	{`incident.tags.exists(t, «t.?x».hasValue())`, CodeTypeMismatch, "only objects have fields, t is a string", ""},
	{`[?«1»].size() > 0`, CodeTypeMismatch, "[?x] takes an optional, 1 is an int", ""},

	// currencies
	{`incident.order.value «+» incident.order.fee`, CodeMixedCurrencies, "EUR and GBP cannot be mixed: incident.order.value is money(EUR), incident.order.fee is money(GBP)", ""},
	{`incident.order.value «>» money("10 GBP")`, CodeMixedCurrencies, "EUR and GBP", ""},
	{`incident.order.value «==» money("10 GBP")`, CodeMixedCurrencies, "EUR and GBP", ""},
	{`incident.order.value «in» [money("10 GBP")]`, CodeMixedCurrencies, "EUR and GBP", ""},
	{`[money("1 EUR"), «money("1 GBP")»]`, CodeMixedCurrencies, "EUR and GBP", ""},
	{`true «?» money("1 EUR") : money("1 GBP")`, CodeMixedCurrencies, "EUR and GBP", ""},
	{`«max»(money("1 EUR"), money("1 GBP"))`, CodeMixedCurrencies, "", ""},
	{`incident.amounts.exists(a, a «==» money("1 GBP"))`, CodeMixedCurrencies, "", ""},
	{`tables.late_credit.credit «+» incident.order.fee`, CodeMixedCurrencies, "", ""},
	{`incident.order.?maybe.«orValue»(money("1 GBP"))`, CodeMixedCurrencies, "", ""},
	{`«incident.order.any» > money("1 EUR")`, CodeNoCurrency, "the currency of incident.order.any is not known", "give the field a currency"},
	{`«incident.order.any» == money("1 EUR")`, CodeNoCurrency, "", ""},
	{`«incident.order.any» == incident.order.any`, CodeNoCurrency, "", ""},
	{`money("1 EUR") in «[incident.order.any]»`, CodeNoCurrency, "", ""},
	{`«incident.order.any» / incident.order.any > 2.0`, CodeNoCurrency, "", ""},
	{`«incident.order.any * 2» > incident.order.any`, CodeNoCurrency, "", ""},
	{`«incident.order.any» + incident.order.any`, CodeNoCurrency, "", ""},
	{`incident.order.value + «round_up(incident.order.any / 3)»`, CodeNoCurrency, "", ""},
	{`incident.order.any «*» incident.order.value`, CodeTypeMismatch, "cannot multiply incident.order.any (money) by incident.order.value (money(EUR))", ""},
	{`max(«incident.order.any», incident.order.any)`, CodeNoCurrency, "", ""},
	{`min(«-incident.order.any», incident.order.any)`, CodeNoCurrency, "", ""},
	{`[incident.order.any].exists(m, «m» == m)`, CodeNoCurrency, "", ""},
	{`«[incident.order.any]».distinct().size()`, CodeNoCurrency, "", ""},

	// closed strings
	{`incident.failure == «"lte"»`, CodeNotInOneOf, `"lte" is not one of the values of incident.failure: "", "late", "lost" or "damaged"`, ""},
	{`incident.failure == «"lost "»`, CodeNotInOneOf, "", `did you mean "lost"?`},
	{`incident.failure != «"losd"»`, CodeNotInOneOf, "", `did you mean "lost"?`},
	{`«"lte"» == incident.failure`, CodeNotInOneOf, "", ""},
	{`incident.failure in ["late", «"lots"»]`, CodeNotInOneOf, "", ""},
	{`(incident.severity > 2 ? «"x"» : "late") == incident.failure`, CodeNotInOneOf, "", ""},
	{`(incident.severity > 2 ? incident.failure : "x") == «"y"»`, CodeNotInOneOf, "", ""},
	{`[«"lte"»].exists(x, x == incident.failure)`, CodeNotInOneOf, "", ""},
	{`["late", incident.failure].exists(x, x == «"lte"»)`, CodeNotInOneOf, "", ""},
	{`cel.bind(f, incident.failure, f == «"lte"»)`, CodeNotInOneOf, "", ""},
	{`sets.contains([«"lte"»], [incident.failure])`, CodeNotInOneOf, "", ""},
	{`terms.kind == «"lte"»`, CodeNotInOneOf, "", ""},
	{`incident.?mood.orValue("calm") == «"calmer"»`, CodeNotInOneOf, "", ""},
	{`«"l" + "te"» == incident.failure`, CodeNotInOneOf, "", ""},

	// constants that fail
	{`true || «1 / 0» > 0`, CodeConstantFails, "1 / 0 always fails: division by zero", ""},
	{`«9223372036854775807 + 1» > 0`, CodeConstantFails, "overflow", ""},
	{`incident.delay > «hours(9999999999)»`, CodeConstantFails, "overflow", ""},
	{`«int("x")» > incident.severity`, CodeConstantFails, `the string is not an int`, ""},
	{`incident.tags.exists(t, «[1, 2][5]» > 3)`, CodeConstantFails, "index 5 is outside a list of 2", ""},
	{`«money("1 EUR") / 0» > incident.order.value`, CodeConstantFails, "division by zero", ""},
	{`«date("9999-12-31") + 1» > incident.day`, CodeConstantFails, "", ""},
	{`«workday("office", date("9999-12-31"), 5)» > incident.day`, CodeConstantFails, "", ""},
	{`«lists.range(20000)».size() > 3`, CodeConstantFails, "a list of so many is too long (at most 10000)", ""},

	// syntax
	{`incident.failure «=» "late"`, CodeSyntax, "= is not in the language", "write == to compare"},
	{`incident.severity > 3 «and» incident.severity < 7`, CodeSyntax, "and is not an operator here", "write &&"},
	{`incident.severity > 3 «OR» true`, CodeSyntax, "OR is not an operator here", "write ||"},
	{`«not »incident.order.fragile`, CodeSyntax, "not is not an operator here", "write !"},
	{`«"a" not in incident.tags»`, CodeSyntax, "not in is not an operator here", `write !("a" in incident.tags)`},
	{`true «&» false`, CodeSyntax, "& is not in the language", "write &&"},
	{`true «|» false`, CodeSyntax, "| is not in the language", "write ||"},
	{`1 «<>» 2`, CodeSyntax, "<> is not in the language", "write !="},
	{`incident.failure == «"late»`, CodeSyntax, "the quote is not closed", ""},
	{`incident.failure == «“late”»`, CodeSyntax, "“ is not in the language", `write "late"`},
	{`hours«(»24 > hours(3)`, CodeSyntax, "( is not closed", ""},
	{`hours(24)«)» > hours(3)`, CodeSyntax, ") closes nothing", ""},
	{`incident.severity «3»`, CodeSyntax, "an operator is missing before 3", ""},
	// values as they are written outside expressions
	{`incident.delay > «12h»`, CodeLiteralHere, "12h is written another way in expressions", "write hours(12)"},
	{`«90m» < incident.delay`, CodeLiteralHere, "90m is written another way", "write minutes(90)"},
	{`incident.delay / «2d» > 1`, CodeLiteralHere, "2d is written", "write days(2)"},
	{`incident.delay > «1w»`, CodeLiteralHere, "1w is written", "write days(7)"},
	{`incident.delay > «3wd»`, CodeLiteralHere, "3wd is written", "workday(calendar, date, n) and workdays(calendar, a, b) know of working days"},
	{`incident.delay > «30s»`, CodeLiteralHere, "30s is written", `write duration("30s")`},
	{`incident.delay > «1d12h»`, CodeLiteralHere, "1d12h is written", `write duration("1d12h")`},
	{`incident.delay > «1.5h»`, CodeLiteralHere, "1.5h is written", `write duration("1h30m")`},
	{`incident.delay > «2 days»`, CodeLiteralHere, "2 days is written", "write days(2)"},
	{`incident.order.value > «10 EUR» && true`, CodeLiteralHere, "10 EUR is written", `write money("10 EUR")`},
	{`incident.order.value > «EUR 10»`, CodeLiteralHere, "EUR 10 is written", `write money("10 EUR")`},
	{`incident.order.value > «1.005 EUR»`, CodeLiteralHere, "1.005 EUR is written", "write the amount in quotes"},
	{`incident.order.value * «20%» > money("1 EUR")`, CodeLiteralHere, "20% is written", "write percent(20)"},
	{`incident.order.value * «12.5 %»`, CodeLiteralHere, "12.5 % is written", "write percent(12.5)"},
	{`incident.day > «2026-03-02»`, CodeLiteralHere, "2026-03-02 is written", `write date("2026-03-02")`},
	{`now > «2026-03-02T10:00:00Z» || true`, CodeLiteralHere, "2026-03-02T10:00:00Z is written", `write timestamp("2026-03-02T10:00:00Z")`},
	{`now «/» hours(1) > 1.0`, CodeTypeMismatch, "cannot divide now (timestamp)", "a time minus a time is a duration, which is divided by a duration"},
	{`math.ceil(«incident.delay») > 1.0`, CodeTypeMismatch, "math.ceil takes a double", "write (incident.delay / hours(1))"},
	{`incident.severity > 3 «&&»`, CodeSyntax, "something is missing after &&", ""},
	{`incident.severity «>» && true`, CodeSyntax, "something is missing after >", ""},
	{`«»`, CodeSyntax, "there is no expression", ""},
	{`has(«incident»)`, CodeSyntax, "has takes a field or a table", "as in has(incident.x)"},
	{`incident.tags.exists(«1», true)`, CodeSyntax, "the variable of a macro is a plain name", ""},
	{`«99999999999999999999» > 1`, CodeSyntax, "99999999999999999999 is too large for an int", ""},
	{`«for» == 1`, CodeSyntax, "for is a reserved word", ""},
	{"«`a b`» == 1", CodeSyntax, "` is not in the language", ""},
}

// mark takes the marks out of a source.
func mark(source string) (plain string, from, to int) {
	before, rest, _ := strings.Cut(source, "«")
	inside, after, _ := strings.Cut(rest, "»")
	from = len([]rune(before))
	return before + inside + after, from, from + len([]rune(inside))
}

func TestIssues(t *testing.T) {
	w := newWorld(t)
	for _, c := range badSources {
		source, from, to := mark(c.source)
		e, issues := w.scope.Compile(source)
		if e != nil || len(issues) != 1 {
			t.Errorf("%s: %d issues, want 1: %+v", source, len(issues), issues)
			continue
		}
		i := issues[0]
		if i.From != from || i.To != to || i.Code != c.code {
			t.Errorf("%s: %s at %d-%d, want %s at %d-%d (%s)", source, i.Code, i.From, i.To, c.code, from, to, i.Message)
		}
		if !strings.Contains(i.Message, c.message) || !strings.Contains(i.Hint, c.hint) {
			t.Errorf("%s: %q, hint %q, want %q, hint %q", source, i.Message, i.Hint, c.message, c.hint)
		}
	}
}

func TestResults(t *testing.T) {
	w := newWorld(t)
	for _, c := range []struct {
		source, want, code, hint string
		types                    []value.Type
	}{
		{`incident.delay`, "a condition is true or false, this is a duration", CodeNotACondition, "compare it, as in incident.delay >= hours(24)", []value.Type{kind(value.KindBool)}},
		{`incident.id`, "a condition is true or false, this is a string", CodeNotACondition, `compare it, as in incident.id == "…"`, []value.Type{kind(value.KindBool)}},
		{`incident.?mood`, "a condition is true or false, this is an optional string", CodeNotACondition, "write .hasValue() or .orValue(false)", []value.Type{kind(value.KindBool)}},
		{`10`, "money is wanted here, this is an int", CodeWrongType, `write money("10 EUR")`, []value.Type{kind(value.KindMoney)}},
		{`24`, "a duration is wanted here, this is an int", CodeWrongType, "write hours(24), or minutes or days", []value.Type{kind(value.KindDuration)}},
		{`incident.order.fee`, "money(EUR) is wanted here, this is money(GBP)", CodeMixedCurrencies, "", []value.Type{moneyIn("EUR")}},
		{`incident.order.any`, "money(EUR) is wanted here, this is money", CodeNoCurrency, "", []value.Type{moneyIn("EUR")}},
		{`incident.order.any * 2`, "money(EUR) is wanted here, this is money", CodeNoCurrency, "", []value.Type{moneyIn("EUR")}},
		{`now`, "a string or int is wanted here, this is a timestamp", CodeWrongType, "", []value.Type{kind(value.KindString), kind(value.KindInt)}},
		{`2.5`, "an int is wanted here, this is a double", CodeWrongType, "", []value.Type{kind(value.KindInt)}},
		{`[1]`, "[string] is wanted here, this is [int]", CodeWrongType, "", []value.Type{list(value.KindString)}},
		{`incident.?mood`, "optional string is no value that can be used here", CodeWrongType, "write .orValue(…) behind it, with what to use when there is no value", nil},
		{`b"x"`, "bytes is no value that can be used here", CodeWrongType, "", nil},
		{`[[1]]`, "[[int]] is no value that can be used here", CodeWrongType, "", nil},
	} {
		_, issues := w.scope.Compile(c.source, c.types...)
		if len(issues) != 1 || issues[0].Message != c.want || issues[0].Code != c.code || issues[0].Hint != c.hint {
			t.Errorf("%s as %v: %+v", c.source, c.types, issues)
		}
		if len(issues) == 1 && (issues[0].From != 0 || issues[0].To != len([]rune(c.source))) {
			t.Errorf("%s: at %d-%d", c.source, issues[0].From, issues[0].To)
		}
	}
}

// Everything that is wrong is reported at once, in source order, and always the same.
func TestManyIssues(t *testing.T) {
	w := newWorld(t)
	source := `incident.nope > 1 && facts.nope > 2 || foo(incident.nope) || money("x") > money("1 EUR")`
	_, first := w.scope.Compile(source)
	var codes []string
	for _, i := range first {
		codes = append(codes, fmt.Sprint(i.From, " ", i.Code))
	}
	if got, want := strings.Join(codes, ", "), "9 unknown-field, 27 unknown-fact, 39 unknown-function, 52 unknown-field, 67 bad-literal"; got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
	for range 20 {
		if _, again := w.scope.Compile(source); fmt.Sprint(again) != fmt.Sprint(first) {
			t.Fatalf("%v, then %v", first, again)
		}
	}
}

// What is broken elsewhere raises nothing more.
func TestBrokenDefinitions(t *testing.T) {
	w := newWorld(t)
	for _, source := range []string{
		`terms.unavailable`, `terms.unavailable && incident.severity > 3`, `terms.unavailable + 3 > hours(2)`, `terms.unavailable.x`,
		`tables.broken.x > 3`, `has(tables.broken)`, `tables.broken[incident.id] == "x"`, `workday("broken", date(now), 3) > date(now)`,
		`!terms.unavailable`, `terms.unavailable == "x" ? 1 : 2`, `[terms.unavailable, 3]`,
	} {
		e, issues := w.scope.Compile(source)
		if len(issues) > 0 {
			t.Errorf("%s: %+v", source, issues)
			continue
		}
		if _, err := e.Eval(w.frame(nil)); err == nil {
			t.Errorf("%s is evaluated", source)
		}
		if found := e.Unguarded(Known{}); len(found) > 0 {
			t.Errorf("%s: %+v", source, found)
		}
	}
}
