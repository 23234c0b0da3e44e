package schema

import (
	"strings"

	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/policy/worktime"
)

// How values are written. A test compares these patterns with what policy/value
// reads.
const (
	idPattern    = `^[a-z][a-z0-9-]*$`
	namePattern  = `^[a-z][a-z0-9_]*$`
	fieldPattern = `^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$`

	length = `([0-9]+w([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?|[0-9]+d([0-9]+h)?([0-9]+m)?([0-9]+s)?|[0-9]+h([0-9]+m)?([0-9]+s)?|[0-9]+m([0-9]+s)?|[0-9]+s)`
	// span also has years and months. Each part needs another one in front of it, or a number of its own.
	span         = `([0-9]+y([0-9]+mo)?([0-9]+w)?([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?|[0-9]+mo([0-9]+w)?([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?|` + length + `)`
	workingDays  = `0*[1-9][0-9]*wd`
	moneyPattern = `^-?[0-9]+(\.[0-9]+)? [A-Z]{3}$`
	percent      = `^-?[0-9]+(\.[0-9]+)?%$`
	datePattern  = `^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$`
	instant      = `^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]+)?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$`

	clock       = `([01][0-9]|2[0-3]):[0-5][0-9]`
	spanPattern = `^` + clock + `-(` + clock + `|24:00)$`
	weekday     = `(mon|tue|wed|thu|fri|sat|sun)`
	daysPattern = `^` + weekday + `(-` + weekday + `)?$`
	languageTag = `^[A-Za-z0-9]{1,8}(-[A-Za-z0-9]{1,8})*$`
)

// likeUnit matches a text that is meant as a number, money, a duration or a percentage,
// well written or not. likeLiteral also matches dates; an expression would read those as
// subtractions. At a place for a literal or an expression, a text that matches has to be a
// good literal of the right kind.
const (
	likeUnit = `^\s*([-+]?[0-9][0-9.,_]*|-?[0-9][0-9.,_]*\s*[A-Za-z€$£¥]+|[€$£¥]\s*[0-9][0-9.,]*|` +
		`-?[0-9][0-9.]*\s*[A-Za-z]+([0-9.]+[A-Za-z]+)*|-?[0-9][0-9.,]*\s*%)\s*$`
	likeLiteral = likeUnit + `|^\s*[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(T[0-9].*)?\s*$`
)

// literal is a kind of value that is text to YAML and JSON.
type literal struct {
	pattern string
	wanted  string
}

var (
	aDate      = literal{datePattern, "a date such as 2027-06-30"}
	aTime      = literal{instant, "an RFC 3339 time such as 2026-03-02T10:00:00+01:00"}
	aDuration  = literal{`^-?` + length + `$`, "a duration such as 90m, 36h, 2d or 1d12h30m"}
	aWait      = literal{`^` + span + `$`, "a duration such as 90m, 36h, 2d or 6mo"}
	anInterval = literal{`^` + length + `$`, "a duration such as 90m, 36h or 2d"}
	aDeadline  = literal{`^(` + span + `|` + workingDays + `)$`, "a duration such as 90m, 36h, 2d or 6mo, or working days of the calendar such as 3wd"}
	aBefore    = literal{`^(` + span + `|[0-9]+(\.[0-9]+)?%)$`, "a duration such as 30m, or a percentage such as 25%"}
	aLookBack  = literal{`^(` + span + `|month|quarter|year)$`, "a duration such as 90d or 6mo, or month, quarter or year"}
	someMoney  = literal{moneyPattern, "an amount such as 12.50 EUR"}
	aPercent   = literal{percent, "a percentage such as 12.5%"}
	aTolerance = literal{strings.Replace(percent, "-?", "", 1), "a percentage such as 20%"}
	aSpan      = literal{spanPattern, "hours such as 09:00-17:00, or 21:00-02:00 over midnight; 24:00 ends a day"}
	aYearStart = literal{`^(0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])$|^(0[469]|11)-(0[1-9]|[12][0-9]|30)$|^02-(0[1-9]|1[0-9]|2[0-8])$`, "a day of each year such as 04-01"}
	aMonthDay  = literal{`^(0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])$|^(0[469]|11)-(0[1-9]|[12][0-9]|30)$|^02-(0[1-9]|[12][0-9])$`, "a day of the year such as 12-25"}
	aCutoff    = literal{`^(00:0[1-9]|00:[1-5][0-9]|(0[1-9]|1[0-9]|2[0-3]):[0-5][0-9]|24:00)$`, "a time of the day such as 15:00"}
	anID       = literal{idPattern, "lower-case letters, digits and -, starting with a letter"}
)

// schema is the schema of a place that takes the literal alone.
func (l literal) schema() object {
	return object{{"type", "string"}, {"pattern", l.pattern}, wanted(l.wanted)}
}

// orExpression is the schema of a place that takes the literal or an expression.
func (l literal) orExpression() object {
	say := wanted(l.wanted + ", or an expression")
	return object{{"type", "string"}, say, {"if", object{{"pattern", likeLiteral}}}, {"then", object{{"pattern", l.pattern}, say}}}
}

// errorMessage is a key with the message that editors show for a value that does not fit. It is
// not part of JSON Schema, and strict validators refuse it. So only the schemas of files that
// people write have it.
const errorMessage = "errorMessage"

func wanted(what string) member { return member{errorMessage, "wanted " + what} }

// typeOrExpression is the schema of a place that takes a value of a type or an expression.
func typeOrExpression(name string) object {
	return either(types(name), types("string").and(member{"not", object{{"pattern", likeUnit}}}))
}

// calendarPick takes the id of a calendar, or an expression.
func calendarPick() object {
	return types("string").and(wanted("the id of a calendar, or an expression"), member{"not", object{{"pattern", likeUnit}}})
}

// zoneOrExpression takes the name of a time zone, or an expression, which has a character that no name has.
func zoneOrExpression() object {
	return either(ref("zone"), types("string").and(member{"pattern", `[.?(]`}))
}

// types is a schema that takes values of some types. It lists types in one place only where one
// of them is null, because strict validators want one type in each schema.
func types(names ...string) object {
	switch {
	case len(names) == 1:
		return object{{"type", names[0]}}
	case len(names) == 2 && names[1] == "null":
		return object{{"type", names}}
	}
	var each []object
	for _, n := range names {
		each = append(each, types(n))
	}
	return either(each...)
}

// either takes what exactly one of several schemas takes. It uses oneOf because editors show the
// words of all schemas of an anyOf for a key, and do not do so for a oneOf.
func either(each ...object) object { return object{{"oneOf", each}} }

// text may be written as a number: to a reader of playbooks, 2026 is a title.
func text() object { return types("string", "number") }

// title is text that is not empty.
func title() object {
	return either(types("string").and(member{"pattern", `\S`}), types("number"))
}

// expression is a condition or a term: 5 and true are expressions too.
func expression() object { return types("string", "number", "boolean") }

// condition leaves out what can never hold.
func condition() object { return types("string", "boolean") }

// scalar is any value that is no list and no mapping.
func scalar() object { return types("string", "number", "boolean") }

func oneOf(set []string) object { return object{{"enum", set}} }

// list asks for items of a kind, at least so many.
func list(items any, least int) object {
	o := object{{"type", "array"}, {"items", items}}
	if least > 0 {
		o = o.and(member{"minItems", least})
	}
	return o
}

// oneOrMore is one of them, or a list.
func oneOrMore(item object) object {
	return either(item, list(item, 1))
}

// named is a mapping whose keys are names of the author's own; text says what each of
// them is.
func named(pattern, text string, value object) object {
	return object{{"type", "object"}, {"propertyNames", object{{"pattern", pattern}}}, {"additionalProperties", described(text, value)}}
}

func ref(name string) object { return object{{"$ref", "#/definitions/" + name}} }

// described puts what people read in front. A reference stands in a list of its own,
// since draft 7 ignores what stands beside one.
func described(text string, o object) object {
	if o.get("$ref") != nil {
		o = object{{"allOf", []object{o}}}
	}
	return append(object{{"description", text}}, o...)
}

// tables are closed sets that are long and stand in several places.
func tables() []member {
	return []member{
		{"zone", object{{"type", "string"}, wanted("a time zone of the IANA database, such as Europe/Madrid"), {"enum", worktime.ZoneNames()}}},
		{"currency", object{{"type", "string"}, wanted("an active currency of ISO 4217, such as EUR"), {"enum", value.Currencies()}}},
	}
}
