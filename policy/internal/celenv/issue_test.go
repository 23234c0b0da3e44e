package celenv

import (
	"fmt"
	"strings"
	"testing"

	"github.com/servicerecovery/amends/policy/internal/celtext"
	"github.com/servicerecovery/amends/policy/value"
)

// Each source has its issue's place marked: «here». The rest is code, message, hint.
type badSource struct {
	source        string
	code          celtext.Code
	message, hint string
}

var badSources = []badSource{
	// names
	{`incident.«severitx» > 3`, celtext.CodeUnknownField, "incident has no field severitx", "did you mean incident.severity?"},
	{`incident.order.«valux» > money("1 EUR")`, celtext.CodeUnknownField, "incident.order has no field valux", "did you mean incident.order.value?"},
	{`«incident.value» > money("1 EUR")`, celtext.CodeUnknownField, "incident has no field value", "write incident.order.value"},
	{`has(incident.«nope»)`, celtext.CodeUnknownField, "incident has no field nope", ""},
	{`has( incident . order . «nope» )`, celtext.CodeUnknownField, "incident.order has no field nope", ""},
	{`incident.?«nope».hasValue()`, celtext.CodeUnknownField, "incident has no field nope", ""},
	{`incident.order.?«nope».hasValue()`, celtext.CodeUnknownField, "incident.order has no field nope", ""},
	{`incident.severity.«max» > 3`, celtext.CodeUnknownField, "incident.severity is an int, it has no field max", ""},
	{`incident.tags.exists(t, t == incident.«nope»)`, celtext.CodeUnknownField, "incident has no field nope", ""},
	{"true &&\n\"é\" == incident.«nope»", celtext.CodeUnknownField, "incident has no field nope", ""},
	{`facts.«repeatz» > 1`, celtext.CodeUnknownFact, "there is no fact repeatz", "did you mean facts.repeats?"},
	{`facts.repeats.«x» > 1`, celtext.CodeUnknownField, "facts.repeats is an int, it has no field x", ""},
	{`terms.«valuez»`, celtext.CodeUnknownTerm, "there is no term valuez", "did you mean terms.valued?"},
	{`terms.valued.«x»`, celtext.CodeUnknownField, "terms.valued is a bool, it has no field x", ""},
	{`tables.«late_credix».credit`, celtext.CodeUnknownTable, "there is no table late_credix", "did you mean tables.late_credit?"},
	{`tables.late_credit.«credix»`, celtext.CodeUnknownColumn, "table late_credit has no column credix", "did you mean tables.late_credit.credit?"},
	{`has(tables.late_credit.«credix»)`, celtext.CodeUnknownColumn, "table late_credit has no column credix", "did you mean tables.late_credit.credit?"},
	{`«now.year»`, celtext.CodeUnknownField, "now is a timestamp, it has no field year", "write year(now)"},
	{`«delay» > hours(2)`, celtext.CodeUnknownName, "there is no delay here", "write incident.delay"},
	{`«order.value»`, celtext.CodeUnknownName, "there is no order here", "write incident.order.value"},
	{`«valued»`, celtext.CodeUnknownName, "there is no valued here", "write terms.valued"},
	{`«repeats» > 0`, celtext.CodeUnknownName, "there is no repeats here", "write facts.repeats"},
	{`«True»`, celtext.CodeUnknownName, "there is no True here", "write true"},
	{`«incidenx».id == ""`, celtext.CodeUnknownName, "there is no incidenx here", "did you mean incident?"},
	{`«action».amount`, celtext.CodeNotHere, "action.amount cannot be read here: only messages know it", ""},
	{`«fooo»(3)`, celtext.CodeUnknownFunction, "there is no function fooo", ""},
	{`.«fooo»(3)`, celtext.CodeUnknownFunction, "there is no function fooo", ""},
	{`«__fooo»(3)`, celtext.CodeUnknownFunction, "there is no function __fooo", ""},
	{`«_in_»(1, [1])`, celtext.CodeUnknownFunction, "there is no function _in_", ""},
	{`«hourz»(3)`, celtext.CodeUnknownFunction, "there is no function hourz", "did you mean hours?"},
	{`incident.id.«startswith»("a")`, celtext.CodeUnknownFunction, "there is no function startswith", ""},
	{`«math.abz»(3)`, celtext.CodeUnknownFunction, "there is no function math.abz", "did you mean math.abs?"},
	{`«len(incident.tags)»`, celtext.CodeUnknownFunction, "there is no function len", "write size(incident.tags)"},
	{`workday(«"offize"», date(now), 1)`, celtext.CodeUnknownCalendar, "there is no calendar offize", "did you mean office?"},
	{`workday(«incident.id», date(now), 1)`, celtext.CodeOpenCalendar, "incident.id can be any text, and not only the id of a calendar", `write one of "broken" or "office", or read a field with one_of, or a column of a table`},

	// objects are not values
	{`«incident.order» == 3`, celtext.CodeWholeObject, "incident.order is an object, not a value", ""},
	{`«incident» == incident.id`, celtext.CodeWholeObject, "incident is an object", ""},
	{`«terms»`, celtext.CodeWholeObject, "terms is an object", ""},
	{`has(«incident.order»)`, celtext.CodeWholeObject, "incident.order is an object", ""},
	{`«tables.late_credit» == 1`, celtext.CodeWholeObject, "tables.late_credit is a table, not a value", "write one of tables.late_credit.credit, tables.late_credit.label or has(tables.late_credit)"},
	{`«incident["severity"]» > 3`, celtext.CodeWholeObject, "incident is an object", "write incident.severity"},
	{`«incident.order["value"]» > 3`, celtext.CodeWholeObject, "incident.order is an object", "write incident.order.value"},

	// lookups of columns
	{`«tables.fares["single"]»`, celtext.CodeColumnLookup, "a column is looked up by a closed field", "write tables.fares.single"},
	{`tables.fares[«incident.id»]`, celtext.CodeColumnLookup, "incident.id is not closed", "give the field one_of: [single, season]"},
	{`tables.fares[«incident.seat»]`, celtext.CodeColumnLookup, `incident.seat can be "first", table fares has no such column, only single and season`, ""},
	{`tables.mixed[«incident.ticket»]`, celtext.CodeColumnLookup, "the columns of table mixed differ in type: single is an int, season is a string", ""},
	{`tables.fares[«incident.ticket + ""»]`, celtext.CodeColumnLookup, "a column is looked up by a closed field", ""},
	{`tables.fares[«facts.repeats»]`, celtext.CodeColumnLookup, "a column is looked up by a closed field", ""},
	{`tables.fares[incident.«nope»]`, celtext.CodeUnknownField, "incident has no field nope", ""},
	{`tables.«nope»[incident.ticket]`, celtext.CodeUnknownTable, "there is no table nope", ""},

	// literals
	{`money(«"10 EURO"»)`, celtext.CodeBadLiteral, `"10 EURO" is no amount`, `write "10 EUR"`},
	{`money( «"10.123 EUR"» ) > money("1 EUR")`, celtext.CodeBadLiteral, "has 3 decimals, EUR has 2", ""},
	{`money(«"10 XYZ"»)`, celtext.CodeBadLiteral, "XYZ", ""},
	{`money(«10»)`, celtext.CodeBadLiteral, "money takes an amount in quotes", `as in money("10 EUR")`},
	{`money(«"10" + " EUR"»)`, celtext.CodeBadLiteral, "money takes an amount in quotes", ""},
	{`«money»()`, celtext.CodeBadLiteral, "money takes an amount in quotes", ""},
	{`date(«"2026-02-30"»)`, celtext.CodeBadLiteral, `"2026-02-30" is no date, February of 2026 has 28 days`, ""},
	{`date(«incident.id»)`, celtext.CodeTypeMismatch, "date takes a timestamp, incident.id is a string", `as in date("2026-06-30")`},
	{`timestamp(«"2026-13-01T00:00:00Z"») < now`, celtext.CodeBadLiteral, "", ""},
	{`timestamp(«incident.id»)`, celtext.CodeLeftOut, "timestamp takes a time in quotes only", ""},
	{`timestamp(«incident.severity»)`, celtext.CodeLeftOut, "timestamp takes a time in quotes only", ""},
	{`incident.delay > «duration("3 days")»`, celtext.CodeBadLiteral, `"3 days" is no duration`, ""},
	{`incident.id.matches(«"a("»)`, celtext.CodeBadLiteral, `"a(" is no regular expression: missing closing )`, ""},
	{`incident.id.matches(«incident.summary»)`, celtext.CodeLeftOut, "matches takes a pattern in quotes only", ""},
	{`incident.id.matches(«"(.{100}){10}"»)`, celtext.CodeTooComplex, "the regular expression is too large", ""},

	// what is left out
	{`«dyn»(1) == 1`, celtext.CodeLeftOut, "dyn is not in the language", ""},
	{`«type»(1) == 2`, celtext.CodeLeftOut, "type is not in the language", ""},
	{`«{»"a": 1}.exists(k, true)`, celtext.CodeLeftOut, "maps in {…} are not in the language", ""},
	{`«incident.promised_at == null»`, celtext.CodeLeftOut, "there is no null", "write !has(incident.promised_at)"},
	{`«incident.promised_at != nil»`, celtext.CodeLeftOut, "there is no nil", "write has(incident.promised_at)"},
	{`[incident.id, «null»]`, celtext.CodeLeftOut, "there is no null", "write has(x) or !has(x)"},
	{`incident.?promised_at.«value»() < now`, celtext.CodeLeftOut, "value is not in the language", "write .orValue(…)"},
	{`incident.?promised_at.«optMap»(x, x < now).orValue(true)`, celtext.CodeLeftOut, "optMap is not in the language", ""},
	{`"%s".«format»([1])`, celtext.CodeLeftOut, "format is not in the language", ""},
	{`«now.getHours("Europe/Madrid") > 8»`, celtext.CodeLeftOut, "getHours() with a zone is not in the language: it would read the zone data of the machine", "write time_of_day(now) >= hours(9)"},
	{`[[1]].flatten(«2»)`, celtext.CodeLeftOut, "flatten takes no depth", ""},

	// types
	{`incident.delay > «24»`, celtext.CodeTypeMismatch, "cannot compare incident.delay (duration) with 24 (int)", "write hours(24)"},
	{`incident.delay == «"24h"»`, celtext.CodeTypeMismatch, `cannot compare incident.delay (duration) with "24h" (string)`, `write hours(24)`},
	{`incident.order.value >= «100»`, celtext.CodeTypeMismatch, "cannot compare incident.order.value (money(EUR)) with 100 (int)", `write money("100 EUR")`},
	{`incident.order.value >= «"100 EUR"»`, celtext.CodeTypeMismatch, "", `write money("100 EUR")`},
	{`incident.order.value + «5»`, celtext.CodeTypeMismatch, "cannot add incident.order.value (money(EUR)) and 5 (int)", `write money("5 EUR")`},
	{`incident.order.value «*» money("2 EUR")`, celtext.CodeTypeMismatch, "cannot multiply", ""},
	{`incident.order.value «/» hours(2)`, celtext.CodeTypeMismatch, "cannot divide", "make a number of it first, as in (hours(2) / hours(1))"},
	{`incident.order.value «*» incident.delay`, celtext.CodeTypeMismatch, "cannot multiply", "make a number of it first, as in (incident.delay / hours(1))"},
	{`incident.delay «*» incident.order.value`, celtext.CodeTypeMismatch, "cannot multiply", "make a number of it first, as in (incident.delay / hours(1))"},
	{`24 «/» incident.delay`, celtext.CodeTypeMismatch, "cannot divide 24 (int) by incident.delay (duration)", "make a number of it first, as in (incident.delay / hours(1))"},
	{`incident.delay «/» 3600`, celtext.CodeTypeMismatch, "cannot divide incident.delay (duration) by 3600 (int)", "divide by a duration for a number, as in incident.delay / hours(1)"},
	{`incident.delay «*» 2`, celtext.CodeTypeMismatch, "cannot multiply", "durations are added, subtracted and divided by one another; build the one you mean with minutes(n), hours(n) or days(n)"},
	{`incident.delay «%» hours(1)`, celtext.CodeTypeMismatch, "cannot divide", "durations are added, subtracted and divided by one another; build the one you mean with minutes(n), hours(n) or days(n)"},
	{`«hours(1) / minutes(0)»`, celtext.CodeConstantFails, "hours(1) / minutes(0) always fails: division by zero", ""},
	{`incident.day > «"2026-01-01"»`, celtext.CodeTypeMismatch, "", `write date("2026-01-01")`},
	{`incident.occurred_at > «"2026-01-01T00:00:00Z"»`, celtext.CodeTypeMismatch, "", `write timestamp("2026-01-01T00:00:00Z")`},
	{`«incident.occurred_at» > incident.day`, celtext.CodeTypeMismatch, "", "write date(incident.occurred_at)"},
	{`incident.id == «3»`, celtext.CodeTypeMismatch, "cannot compare incident.id (string) with 3 (int)", `write "3"`},
	{`incident.rate > «10»`, celtext.CodeTypeMismatch, "", "write percent(10)"},
	{`incident.score == «incident.severity»`, celtext.CodeTypeMismatch, "", "write double(incident.severity)"},
	{`«incident.tags == "vip"»`, celtext.CodeTypeMismatch, "", `write "vip" in incident.tags`},
	{`«1» in incident.tags`, celtext.CodeTypeMismatch, "cannot look for 1 (int) in incident.tags ([string])", `write "1"`},
	{`«"a" in incident.id»`, celtext.CodeTypeMismatch, "in looks into a list, incident.id is a string", `write incident.id.contains("a")`},
	{`incident.day «+» incident.day`, celtext.CodeTypeMismatch, "cannot add", ""},
	{`«1» - incident.delay`, celtext.CodeTypeMismatch, "cannot subtract incident.delay (duration) from 1 (int)", "write hours(1)"},
	{`!«incident.severity»`, celtext.CodeTypeMismatch, "! turns a condition around, incident.severity is an int", "compare it, as in incident.severity >= 1"},
	{`«-»incident.id == "a"`, celtext.CodeTypeMismatch, "cannot negate incident.id (string)", ""},
	{`«incident.severity» && true`, celtext.CodeTypeMismatch, "a condition is wanted here, incident.severity is an int", "compare it, as in incident.severity >= 1"},
	{`true || «incident.id»`, celtext.CodeTypeMismatch, "a condition is wanted here, incident.id is a string", `compare it, as in incident.id == "…"`},
	{`«incident.id» ? 1 : 2`, celtext.CodeTypeMismatch, "a condition is wanted here", ""},
	{`true ? «1» : "a"`, celtext.CodeTypeMismatch, `the two values of ? : differ: 1 (int), "a" (string)`, `write "1"`},
	{`incident.tags.exists(t, «t»)`, celtext.CodeTypeMismatch, "a condition is wanted here, t is a string", ""},
	{`incident.tags.filter(t, «t»).size() > 0`, celtext.CodeTypeMismatch, "a condition is wanted here, t is a string", ""},
	{`«incident.id».exists(t, true)`, celtext.CodeTypeMismatch, "only a list has members to look at, incident.id is a string", ""},
	{`[1, «"a"»]`, celtext.CodeTypeMismatch, `the members of a list are of one type: 1 is an int, "a" is a string`, ""},
	{`incident.tags[«"a"»]`, celtext.CodeTypeMismatch, "the members of a list are numbered by ints", ""},
	{`«incident.severity»[0]`, celtext.CodeTypeMismatch, "only a list has numbered members", ""},
	{`hours(«2.5») > hours(1)`, celtext.CodeTypeMismatch, "hours takes an int, 2.5 is a double", ""},
	{`«hours»(1, 2) > hours(1)`, celtext.CodeTypeMismatch, "hours takes 1 argument, not 2", ""},
	{`«startsWith»(incident.id, "a")`, celtext.CodeTypeMismatch, "startsWith is not used like this", "as in x.startsWith(…)"},
	{`incident.id.startsWith(«1»)`, celtext.CodeTypeMismatch, "startsWith takes a string, 1 is an int", `write "1"`},
	{`«incident.severity».startsWith("a")`, celtext.CodeTypeMismatch, "startsWith is called on a string, incident.severity is an int", ""},
	{`max(hours(1), «2»)`, celtext.CodeTypeMismatch, "max takes a duration, 2 is an int", "write hours(2)"},
	{`incident.tags.«exists»(t)`, celtext.CodeTypeMismatch, "exists is not used like this", "as in list.exists(x, condition on x)"},
	{`workday("office", «now», 1)`, celtext.CodeTypeMismatch, "workday takes a date, now is a timestamp", "write date(now)"},
	{`incident.?promised_at «<» now`, celtext.CodeTypeMismatch, "optional timestamp", "write .orValue(…) behind it"},
	{`«[[1]]» == [[1]]`, celtext.CodeTooComplex, "lists of lists are not compared", "write flatten() first"},
	{`incident.tags.exists(t, «t.x» == 1)`, celtext.CodeTypeMismatch, "only objects have fields, t is a string", ""},
	{`incident.tags.exists(t, «t.?x».hasValue())`, celtext.CodeTypeMismatch, "only objects have fields, t is a string", ""},
	{`[?«1»].size() > 0`, celtext.CodeTypeMismatch, "[?x] takes an optional, 1 is an int", ""},

	// currencies
	{`incident.order.value «+» incident.order.fee`, celtext.CodeMixedCurrencies, "EUR and GBP cannot be mixed: incident.order.value is money(EUR), incident.order.fee is money(GBP)", ""},
	{`incident.order.value «>» money("10 GBP")`, celtext.CodeMixedCurrencies, "EUR and GBP", ""},
	{`incident.order.value «==» money("10 GBP")`, celtext.CodeMixedCurrencies, "EUR and GBP", ""},
	{`incident.order.value «in» [money("10 GBP")]`, celtext.CodeMixedCurrencies, "EUR and GBP", ""},
	{`[money("1 EUR"), «money("1 GBP")»]`, celtext.CodeMixedCurrencies, "EUR and GBP", ""},
	{`true «?» money("1 EUR") : money("1 GBP")`, celtext.CodeMixedCurrencies, "EUR and GBP", ""},
	{`«max»(money("1 EUR"), money("1 GBP"))`, celtext.CodeMixedCurrencies, "", ""},
	{`incident.amounts.exists(a, a «==» money("1 GBP"))`, celtext.CodeMixedCurrencies, "", ""},
	{`tables.late_credit.credit «+» incident.order.fee`, celtext.CodeMixedCurrencies, "", ""},
	{`incident.order.?maybe.«orValue»(money("1 GBP"))`, celtext.CodeMixedCurrencies, "", ""},
	{`«incident.order.any» > money("1 EUR")`, celtext.CodeNoCurrency, "the currency of incident.order.any is not known", "give the field a currency"},
	{`«incident.order.any» == money("1 EUR")`, celtext.CodeNoCurrency, "", ""},
	{`«incident.order.any» == incident.order.any`, celtext.CodeNoCurrency, "", ""},
	{`money("1 EUR") in «[incident.order.any]»`, celtext.CodeNoCurrency, "", ""},
	{`«incident.order.any» / incident.order.any > 2.0`, celtext.CodeNoCurrency, "", ""},
	{`«incident.order.any * 2» > incident.order.any`, celtext.CodeNoCurrency, "", ""},
	{`«incident.order.any» + incident.order.any`, celtext.CodeNoCurrency, "", ""},
	{`incident.order.value + «round_up(incident.order.any / 3)»`, celtext.CodeNoCurrency, "", ""},
	{`incident.order.any «*» incident.order.value`, celtext.CodeTypeMismatch, "cannot multiply incident.order.any (money) by incident.order.value (money(EUR))", ""},
	{`max(«incident.order.any», incident.order.any)`, celtext.CodeNoCurrency, "", ""},
	{`min(«-incident.order.any», incident.order.any)`, celtext.CodeNoCurrency, "", ""},
	{`[incident.order.any].exists(m, «m» == m)`, celtext.CodeNoCurrency, "", ""},
	{`«[incident.order.any]».distinct().size()`, celtext.CodeNoCurrency, "", ""},

	// closed strings
	{`incident.failure == «"lte"»`, celtext.CodeNotInOneOf, `"lte" is not one of the values of incident.failure: "", "late", "lost" or "damaged"`, ""},
	{`incident.failure == «"lost "»`, celtext.CodeNotInOneOf, "", `did you mean "lost"?`},
	{`incident.failure != «"losd"»`, celtext.CodeNotInOneOf, "", `did you mean "lost"?`},
	{`«"lte"» == incident.failure`, celtext.CodeNotInOneOf, "", ""},
	{`incident.failure in ["late", «"lots"»]`, celtext.CodeNotInOneOf, "", ""},
	{`(incident.severity > 2 ? «"x"» : "late") == incident.failure`, celtext.CodeNotInOneOf, "", ""},
	{`(incident.severity > 2 ? incident.failure : "x") == «"y"»`, celtext.CodeNotInOneOf, "", ""},
	{`[«"lte"»].exists(x, x == incident.failure)`, celtext.CodeNotInOneOf, "", ""},
	{`["late", incident.failure].exists(x, x == «"lte"»)`, celtext.CodeNotInOneOf, "", ""},
	{`cel.bind(f, incident.failure, f == «"lte"»)`, celtext.CodeNotInOneOf, "", ""},
	{`sets.contains([«"lte"»], [incident.failure])`, celtext.CodeNotInOneOf, "", ""},
	{`terms.kind == «"lte"»`, celtext.CodeNotInOneOf, "", ""},
	{`incident.?mood.orValue("calm") == «"calmer"»`, celtext.CodeNotInOneOf, "", ""},
	{`«"l" + "te"» == incident.failure`, celtext.CodeNotInOneOf, "", ""},

	// constants that fail
	{`true || «1 / 0» > 0`, celtext.CodeConstantFails, "1 / 0 always fails: division by zero", ""},
	{`«9223372036854775807 + 1» > 0`, celtext.CodeConstantFails, "overflow", ""},
	{`incident.delay > «hours(9999999999)»`, celtext.CodeConstantFails, "overflow", ""},
	{`«int("x")» > incident.severity`, celtext.CodeConstantFails, `the string is not an int`, ""},
	{`incident.tags.exists(t, «[1, 2][5]» > 3)`, celtext.CodeConstantFails, "index 5 is outside a list of 2", ""},
	{`«money("1 EUR") / 0» > incident.order.value`, celtext.CodeConstantFails, "division by zero", ""},
	{`«date("9999-12-31") + 1» > incident.day`, celtext.CodeConstantFails, "", ""},
	{`«workday("office", date("9999-12-31"), 5)» > incident.day`, celtext.CodeConstantFails, "", ""},
	{`«lists.range(20000)».size() > 3`, celtext.CodeConstantFails, "a list of so many is too long (at most 10000)", ""},

	// syntax
	{`incident.failure «=» "late"`, celtext.CodeSyntax, "= is not in the language", "write == to compare"},
	{`incident.severity > 3 «and» incident.severity < 7`, celtext.CodeSyntax, "and is not an operator here", "write &&"},
	{`incident.severity > 3 «OR» true`, celtext.CodeSyntax, "OR is not an operator here", "write ||"},
	{`«not »incident.order.fragile`, celtext.CodeSyntax, "not is not an operator here", "write !"},
	{`«"a" not in incident.tags»`, celtext.CodeSyntax, "not in is not an operator here", `write !("a" in incident.tags)`},
	{`true «&» false`, celtext.CodeSyntax, "& is not in the language", "write &&"},
	{`true «|» false`, celtext.CodeSyntax, "| is not in the language", "write ||"},
	{`1 «<>» 2`, celtext.CodeSyntax, "<> is not in the language", "write !="},
	{`incident.failure == «"late»`, celtext.CodeSyntax, "the quote is not closed", ""},
	{`incident.failure == «“late”»`, celtext.CodeSyntax, "“ is not in the language", `write "late"`},
	{`hours«(»24 > hours(3)`, celtext.CodeSyntax, "( is not closed", ""},
	{`hours(24)«)» > hours(3)`, celtext.CodeSyntax, ") closes nothing", ""},
	{`incident.severity «3»`, celtext.CodeSyntax, "an operator is missing before 3", ""},
	// values as they are written outside expressions
	{`incident.delay > «12h»`, celtext.CodeLiteralHere, "12h is written another way in expressions", "write hours(12)"},
	{`«90m» < incident.delay`, celtext.CodeLiteralHere, "90m is written another way", "write minutes(90)"},
	{`incident.delay / «2d» > 1`, celtext.CodeLiteralHere, "2d is written", "write days(2)"},
	{`incident.delay > «1w»`, celtext.CodeLiteralHere, "1w is written", "write days(7)"},
	{`incident.delay > «3wd»`, celtext.CodeLiteralHere, "3wd is written", "workday(calendar, date, n) and workdays(calendar, a, b) know of working days"},
	{`incident.delay > «30s»`, celtext.CodeLiteralHere, "30s is written", `write duration("30s")`},
	{`incident.delay > «1d12h»`, celtext.CodeLiteralHere, "1d12h is written", `write duration("1d12h")`},
	{`incident.delay > «1.5h»`, celtext.CodeLiteralHere, "1.5h is written", `write duration("1h30m")`},
	{`incident.delay > «2 days»`, celtext.CodeLiteralHere, "2 days is written", "write days(2)"},
	{`incident.order.value > «10 EUR» && true`, celtext.CodeLiteralHere, "10 EUR is written", `write money("10 EUR")`},
	{`incident.order.value > «EUR 10»`, celtext.CodeLiteralHere, "EUR 10 is written", `write money("10 EUR")`},
	{`incident.order.value > «1.005 EUR»`, celtext.CodeLiteralHere, "1.005 EUR is written", "write the amount in quotes"},
	{`incident.order.value * «20%» > money("1 EUR")`, celtext.CodeLiteralHere, "20% is written", "write percent(20)"},
	{`incident.order.value * «12.5 %»`, celtext.CodeLiteralHere, "12.5 % is written", "write percent(12.5)"},
	{`incident.day > «2026-03-02»`, celtext.CodeLiteralHere, "2026-03-02 is written", `write date("2026-03-02")`},
	{`now > «2026-03-02T10:00:00Z» || true`, celtext.CodeLiteralHere, "2026-03-02T10:00:00Z is written", `write timestamp("2026-03-02T10:00:00Z")`},
	{`now «/» hours(1) > 1.0`, celtext.CodeTypeMismatch, "cannot divide now (timestamp)", "a time minus a time is a duration, which is divided by a duration"},
	{`math.ceil(«incident.delay») > 1.0`, celtext.CodeTypeMismatch, "math.ceil takes a double", "write (incident.delay / hours(1))"},
	{`incident.severity > 3 «&&»`, celtext.CodeSyntax, "something is missing after &&", ""},
	{`incident.severity «>» && true`, celtext.CodeSyntax, "something is missing after >", ""},
	{`«»`, celtext.CodeSyntax, "there is no expression", ""},
	{`has(«incident»)`, celtext.CodeSyntax, "has takes a field or a table", "as in has(incident.x)"},
	{`incident.tags.exists(«1», true)`, celtext.CodeSyntax, "the variable of a macro is a plain name", ""},
	{`«99999999999999999999» > 1`, celtext.CodeSyntax, "99999999999999999999 is too large for an int", ""},
	{`«for» == 1`, celtext.CodeSyntax, "for is a reserved word", ""},
	{"«`a b`» == 1", celtext.CodeSyntax, "` is not in the language", ""},
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
	wantIssues(t, w, badSources)
}

// wantIssues wants each source to have one issue.
func wantIssues(t *testing.T, w *world, sources []badSource) {
	t.Helper()
	for _, c := range sources {
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
		source, want string
		code         celtext.Code
		hint         string
		types        []value.Type
	}{
		{`incident.delay`, "a condition is true or false, this is a duration", celtext.CodeNotACondition, "compare it, as in incident.delay >= hours(24)", []value.Type{kind(value.KindBool)}},
		{`incident.id`, "a condition is true or false, this is a string", celtext.CodeNotACondition, `compare it, as in incident.id == "…"`, []value.Type{kind(value.KindBool)}},
		{`incident.?mood`, "a condition is true or false, this is an optional string", celtext.CodeNotACondition, "write .hasValue() or .orValue(false)", []value.Type{kind(value.KindBool)}},
		{`10`, "money is wanted here, this is an int", celtext.CodeWrongType, `write money("10 EUR")`, []value.Type{kind(value.KindMoney)}},
		{`24`, "a duration is wanted here, this is an int", celtext.CodeWrongType, "write hours(24), or minutes or days", []value.Type{kind(value.KindDuration)}},
		{`incident.order.fee`, "money(EUR) is wanted here, this is money(GBP)", celtext.CodeMixedCurrencies, "", []value.Type{moneyIn("EUR")}},
		{`incident.order.any`, "money(EUR) is wanted here, this is money", celtext.CodeNoCurrency, "", []value.Type{moneyIn("EUR")}},
		{`incident.order.any * 2`, "money(EUR) is wanted here, this is money", celtext.CodeNoCurrency, "", []value.Type{moneyIn("EUR")}},
		{`now`, "a string or int is wanted here, this is a timestamp", celtext.CodeWrongType, "", []value.Type{kind(value.KindString), kind(value.KindInt)}},
		{`2.5`, "an int is wanted here, this is a double", celtext.CodeWrongType, "", []value.Type{kind(value.KindInt)}},
		{`[1]`, "[string] is wanted here, this is [int]", celtext.CodeWrongType, "", []value.Type{list(value.KindString)}},
		{`incident.?mood`, "optional string is no value that can be used here", celtext.CodeWrongType, "write .orValue(…) behind it, with what to use when there is no value", nil},
		{`b"x"`, "bytes is no value that can be used here", celtext.CodeWrongType, "", nil},
		{`[[1]]`, "[[int]] is no value that can be used here", celtext.CodeWrongType, "", nil},
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
