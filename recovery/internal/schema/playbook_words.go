package schema

import "github.com/servicerecovery/amends/policy"

// What people read about the keys of a document.

func playbookWords(b *builder) words {
	return words{
		"amends":      {"The version of the format. It stands first.", object{{"const", "v1"}}},
		"playbook":    {"The playbook's id. Its plays are called id/play in decisions.", anID.schema()},
		"shared":      {"The id of definitions that every playbook of the set may use, in the place of a playbook.", anID.schema()},
		"zone":        {"The time zone of its days, an IANA name. Without one, the shared zone, else UTC.", ref("zone")},
		"year_starts": {"The day on which the years and quarters of its facts start, such as 04-01. Left out: that of the shared definitions, else 01-01.", aYearStart.schema()},
		"rounding":    {"How amounts are rounded to the smallest unit: half-even (default), half-up, up or down. Left out: as the shared definitions say.", nil},
		"incident":    {"Fields of incidents beyond the standard ones, or standard ones narrowed. A dotted name makes an object.", incidentSection()},
		"facts":       {"What earlier decisions tell about the same customer, service or whatever, by name.", named(namePattern, "A fact, read as facts.NAME.", ref("fact"))},
		"terms":       {"Expressions by name, read as terms.NAME.", named(namePattern, "An expression, read as terms.NAME.", expression())},
		"tables":      {"Tables by name, read as tables.NAME.COLUMN.", named(namePattern, "A table, read as tables.NAME.COLUMN.", ref("table"))},
		"calendars":   {"Working hours and holidays, by id.", named(idPattern, "A calendar, named by plays and deadlines.", ref("calendar"))},
		"messages":    {"What is said to customers, by id and language. ${…} holds an expression.", named(idPattern, "A message, by language.", ref("message"))},
		"partners":    {"Other companies and the agreements with them, by id.", named(idPattern, "A partner: another company.", ref("partner"))},
		"actions":     {"Action types of your own, by name.", named(namePattern, "An action type of your own.", ref("action_type"))},
		"roles": {"All roles that there are, in shared definitions: any other under to, owner, decider and by is a mistake. A list of names, or what each is by name.",
			either(list(title(), 1), types("object").and(member{"minProperties", 1}, member{"additionalProperties", described("A role: a person in it, a team or a queue.", ref("role"))}))},
		"uses":       {"Ready documents that are part of the set: helpdesk has the actions of a helpdesk, the others are maps of its payloads.", nil},
		"causes":     {"The words of the team for what caused a failure, by the element in which it lies, in shared definitions. amends review counts by them.", ref("causes")},
		"limits":     {"What a decision gives at most. They run in the order written.", list(ref("limit"), 0)},
		"guarantees": {"What holds for every incident. Nothing is decided by them: amends prove says whether they hold.", list(ref("guarantee"), 0)},
		"title":      {"What the playbook is about, for people.", nil},
		"about":      {"More about it, for people.", nil},
		"owner":      {"Who looks after it.", nil},
		"review_by":  {"The last day on which its standard answers count as up to date. Every standardised play needs one, its own or this.", aDate.schema()},
		"in_force":   {"The days on which incidents must have occurred. Left out: always.", ref("period")},
		"again":      {"How often open incidents are decided again because time has passed, for hosts: a duration. Wanted where a condition reads now.", anInterval.schema()},
		"applies":    {"A condition in front of every play. It reads standard and shared fields only.", condition()},
		"matches":    {"all: each play that matches is applied (default); first: only the first of them; one: a second one that matches is an error.", nil},
		"plays":      {"The rules.", list(ref("play"), 0)},
		"map":        {"The id of a map, in the place of a playbook: how incidents are read from payloads of another program, or from a table.", anID.schema()},
		"encoding":   {"How the payload's bytes are text: utf-8 (default), latin-1 or windows-1252.", nil},
		"only":       {"What a payload must show for the map to be meant, by path. What shows something else is left out, and is no mistake.", ref("path_values")},
		"fields":     {"Where each field of an incident stands in the payload, and how it is written there.", named(fieldPattern, "Where this field stands.", ref("map_field")).and(member{"minProperties", 1})},
		"missing":    {"Texts that count as absent, in every field.", oneOrMore(scalar())},
	}
}

// incidentSection knows the standard fields by name.
func incidentSection() object {
	var standard object
	for _, f := range policy.StandardFields() {
		standard = append(standard, member{f.Name, described(standardWords[f.Name]+" Narrowed here; its type stays "+f.Type.String()+".", ref("standard_field"))})
	}
	standard = append(standard, member{"paused", false}) // a list of times, which nothing can narrow
	return named(fieldPattern, "A field of your own, read as incident.NAME.", ref("field")).and(member{"properties", standard})
}

func fieldWords(kinds []string) words {
	return words{
		"type":      {"The type of its values; in brackets for a list.", either(fieldTypes(kinds)...)},
		"about":     {"What it says, for people.", nil},
		"optional":  {"true: incidents may come without it. Otherwise a field without a default is required.", nil},
		"default":   {"The value of incidents that come without it.", either(scalar(), list(scalar(), 0))},
		"one_of":    {"The only values of a string. A condition that compares it with anything else does not load.", list(scalar(), 1)},
		"min":       {"The least value.", scalar()},
		"max":       {"The greatest value.", scalar()},
		"invalid":   {"With absent, a value that does not fit counts as missing, and the decision warns. Left out: the incident is refused.", nil},
		"max_items": {"How many items a list has at most: 1000 when left out. Incidents with more are refused.", nil},
		"currency":  {"The currency of a money field. Without one its amounts can be passed on and scaled, and neither compared nor added.", ref("currency")},
		"was":       {"Earlier names that are still read.", nil},
	}
}

func factWords() words {
	return words{
		"count":    {"What is counted: incidents, or the type of an action.", nil},
		"sum":      {"What is added up: the amounts of a type of action, or a field of incidents, such as incident.delay.", nil},
		"same":     {"The fields in which earlier incidents are like this one. Left out: all incidents.", nil},
		"last":     {"How far back to look: a duration, or month, quarter or year, since the first day of it.", aLookBack.schema()},
		"currency": {"The currency of the sum. A field of money with a currency of its own needs none.", ref("currency")},
		"by":       {"given (default): actions and amounts count by when they were given; occurred: by when their incident occurred. Incidents always count by when they occurred.", nil},
	}
}

func tableWords() words {
	return words{
		"by": {"The expression whose value picks the row, or several of them by names: {size: incident.size, delay: incident.delay}.",
			either(expression(), named(namePattern, "The expression whose value picks the row, with the others.", expression()).and(member{"minProperties", 1}))},
		"hit": {"Of the rows that fit: first (default) takes the first one; unique says that no two rows fit one incident.", nil},
		"rows": {"Rows with from and above, in ascending order, or with is; with several keys, rows that say for each key a value, a list of values or a range. otherwise: true may be the last. All have the same columns.",
			list(true, 1)},
	}
}

// rowsOf says which rows go with one key, and which with several.
func rowsOf() []member {
	rows := func(row string) object { return object{{"properties", object{{"rows", list(ref(row), 1)}}}} }
	keyed := object{{"properties", object{{"by", types("object")}}}, {"required", []string{"by"}}}
	return when(keyed, rows("keyed_row"), rows("row"))
}

// keyedRow is a row of a table with several keys, whose names the schema does not know.
func keyedRow() object {
	return object{
		{"type", "object"}, {"properties", object{{"otherwise", described(rowWords()["otherwise"].text, object{{"const", true}})}}}, {"propertyNames", object{{"minLength", 1}}},
		{"additionalProperties", described("A column, or what the row says of a key: a value, a list of values or a range. A key that is left out fits anything.", either(scalar(), list(scalar(), 1), ref("range")))},
	}
}

func rangeWords() words {
	return words{
		"from":  {"The range begins at this value.", scalar()},
		"above": {"The range begins right above this value.", scalar()},
		"upto":  {"The range ends at this value.", scalar()},
		"below": {"The range ends right below this value.", scalar()},
	}
}

func rowWords() words {
	return words{
		"from":      {"The row is for values from this one on, up to the next row's.", scalar()},
		"above":     {"The row is for values above this one, up to the next row's.", scalar()},
		"is":        {"The value, or the values, that the row is for.", oneOrMore(scalar())},
		"otherwise": {"true: the row is for all the rest. It comes last.", object{{"const", true}}},
	}
}

func calendarWords() words {
	w := weekWords()
	w["zone"] = word{"The time zone of its hours, or an expression that picks one. Left out: the playbook's.", zoneOrExpression()}
	w["holidays"] = word{"Days off, or short days with hours of their own: dates, ranges, days of each year, days from Easter.",
		list(either(aDate.schema(), ref("holiday")), 0)}
	w["versions"] = word{"Its hours from one day on, and from another, so that a change of hours does not change the past.",
		list(ref("calendar_version"), 1)}
	return w
}

// weekWords are about the keys that a calendar and a version of one have in common.
func weekWords() words {
	return words{
		"hours":   {"Working hours by day (mon) or range of days (mon-fri).", ref("hours")},
		"seasons": {"Parts of each year with a week of their own.", list(ref("season"), 0)},
		"cutoff":  {"The time of a day after which it counts as the next working day, for deadlines in working days.", aCutoff.schema()},
	}
}

func versionWords() words {
	w := weekWords()
	w["from"] = word{"The day on which it begins. The first version holds for all time before it too.", aDate.schema()}
	return w
}

func seasonWords() words {
	return words{
		"from":  {"Its first day in each year, such as 06-15.", aMonthDay.schema()},
		"until": {"Its last day in each year. A day before the first one is in the next year.", aMonthDay.schema()},
		"hours": {"Working hours, in place of the whole week. {}: closed.", hours(0)},
	}
}

func holidayWords() words {
	return words{
		"date":   {"The day.", aDate.schema()},
		"from":   {"The first day of several.", aDate.schema()},
		"until":  {"The last day of several.", aDate.schema()},
		"every":  {"A day of each year, such as 12-25.", aMonthDay.schema()},
		"easter": {"Days after Easter Sunday; negative: before it.", nil},
		"church": {"Whose Easter. Left out: western.", nil},
		"name":   {"What people call it.", nil},
		"hours":  {"Its working hours. Left out: a day off.", oneOrMore(aSpan.schema())},
	}
}

func partnerWords() words {
	return words{
		"name":      {"What it is called, for people and in messages.", nil},
		"zone":      {"The time zone of its days, for capacities. Left out: the playbook's.", ref("zone")},
		"agreement": {"What was agreed, and for how long.", ref("agreement")},
		"outbound":  {"How they serve our customers.", ref("direction")},
		"inbound":   {"How we serve theirs: incidents whose provider is this partner.", ref("direction")},
	}
}

func agreementWords() words {
	return words{
		"ref":   {"Its reference.", nil},
		"from":  {"Its first day.", aDate.schema()},
		"until": {"Its last day.", aDate.schema()},
	}
}

func directionWords() words {
	return words{
		"covers":   {"A condition: which incidents. Left out: all.", condition()},
		"capacity": {"How much they take. Left out: without bound.", ref("capacity")},
		"cost":     {"What a unit costs. Left out: nothing.", someMoney.schema()},
		"rank":     {"Lower ones are asked first. Left out: 0.", nil},
	}
}

func capacityWords() words {
	return words{
		"units": {"How many units.", nil},
		"per":   {"In which time.", nil},
	}
}

func causeWords() words {
	return words{
		"people":         {"Causes that lie in people: their training, their number, a mistake.", nil},
		"process":        {"Causes that lie in how the work is done.", nil},
		"resources":      {"Causes that lie in what was there to work with.", nil},
		"infrastructure": {"Causes that lie in buildings, vehicles, networks and systems.", nil},
		"product":        {"Causes that lie in what was sold.", nil},
	}
}

func limitWords() words {
	return words{
		"of":       {"The type of action, or several.", oneOrMore(text())},
		"per":      {"item: it looks at the actions of each item by themselves, and at those of no item. Not beside counting.", nil},
		"keep":     {"highest: of several in one decision only the highest stays.", nil},
		"at_most":  {"What they come to at most: an amount or an expression, or a list of them, one a currency.", oneOrMore(someMoney.orExpression())},
		"counting": {"The fact that says what was given before, which counts too, or a list of facts, one a currency.", oneOrMore(text())},
		"when":     {"When the cap holds: a condition. Left out: always. A limit with keep takes none.", condition()},
		"over":     {"What happens to the rest: cut (default), or escalate, which cuts as well and tells somebody.", nil},
		"to":       {"The role that is told.", title()},
	}
}

func guaranteeWords() words {
	return words{
		"id":            {"Its id, unlike those of the other guarantees of the document.", anID.schema()},
		"about":         {"Where it comes from, for people: a clause of a contract or of a standard.", nil},
		"for":           {"The incidents that it is about: a condition. Left out: every one.", condition()},
		"gives":         {"At least one action of these types is given. Options do not count.", oneOrMore(text())},
		"within":        {"With gives: due no later than that, counted from when the incident was reported, else from the decision.", aDeadline.schema()},
		"calendar":      {"With within: the calendar whose hours, or working days, are counted.", title()},
		"never":         {"No action of these types is given, or offered.", oneOrMore(text())},
		"when_grows":    {"With never_less: a field that has an order. Where it is larger, and nothing else is different, no less is given.", text()},
		"never_less":    {"The types whose amounts are added up, by currency.", oneOrMore(text())},
		"regardless_of": {"With same: fields. Whatever they are, the same is given.", oneOrMore(text())},
		"same":          {"The types of which the same is given: as many, with the same amounts, parameters and times.", oneOrMore(text())},
		"of":            {"With at_most: the types whose amounts are added up, options included.", oneOrMore(text())},
		"at_most":       {"What they come to at most: an amount, or a list of them, one a currency. A currency that is not listed breaks it.", oneOrMore(someMoney.schema())},
	}
}

func actionTypeWords() words {
	return words{
		"about":  {"What it is, for people.", nil},
		"params": {"Its parameters, declared like fields. An amount of type money obeys limits.", named(namePattern, "A parameter of the action.", ref("parameter"))},
		"once":   {"true: two plays that give it give it once.", nil},
		"sets":   {"The fields of incidents that the host sets because of it: a condition of the same playbook that reads one is warned of.", oneOrMore(text())},
	}
}

func periodWords() words {
	return words{
		"from":  {"The first day.", aDate.schema()},
		"until": {"The last day.", aDate.schema()},
	}
}
