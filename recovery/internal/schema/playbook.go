package schema

import (
	"slices"

	"github.com/servicerecovery/amends/playbook"
)

const (
	aPlaybook = "a playbook"
	sharedDoc = "a document of shared definitions"
	aMap      = "a map"
	aPlay     = "a play"
)

// playbookSchema is that of a document of a set: a playbook, shared definitions,
// or a map.
func playbookSchema(b *builder) object {
	definitions := append(tables(), b.playbookParts()...)
	definitions = append(definitions, b.actionParts()...)
	known := playbookWords(b)
	properties := b.properties(aPlaybook, known.only(b.shape(aPlaybook)))
	for _, shape := range []string{sharedDoc, aMap} {
		for _, k := range b.onlyIn(shape, aPlaybook) {
			properties = append(properties, member{k, described(known[k].text, b.value(b.shape(shape), b.key(shape, k), known[k].value))})
		}
	}
	return closed(properties, []string{"amends"}).and(b.documentRules()...).and(member{"definitions", object(definitions)})
}

// documentRules are what keys of a document have to do with each other.
func (b *builder) documentRules() []member {
	own, ofMaps := b.onlyIn(aPlaybook, sharedDoc), b.onlyIn(aMap, aPlaybook)
	standard := is("approach", "standardised-response")
	play := types("object").and(when(standard, needing("review_by"), nil)...)
	reviewed := object{{"properties", object{{"plays", list(play, 0)}}}}
	notMaps := append(b.onlyIn(aPlaybook, aMap), b.onlyIn(sharedDoc, aMap)...)
	return when(needing("map"), with([]string{"fields"}, append([]string{"playbook", "shared"}, notMaps...)...), when(
		needing("shared"),
		none(slices.Concat([]string{"playbook"}, own, ofMaps)...),
		with([]string{"playbook"}, append(b.onlyIn(sharedDoc, aPlaybook), ofMaps...)...).and(when(object{{"not", needing("review_by")}}, reviewed, nil)...),
	))
}

// key is what the reader knows of a key of a shape; of no kind where it has none.
func (b *builder) key(shape, name string) playbook.Key {
	for _, k := range b.shape(shape).Keys {
		if k.Name == name {
			return k
		}
	}
	return playbook.Key{Name: name}
}

// onlyIn are the keys of a shape that another one does not have.
func (b *builder) onlyIn(shape, other string) []string {
	var out []string
	for _, k := range b.shape(shape).Keys {
		if !slices.ContainsFunc(b.shape(other).Keys, func(s playbook.Key) bool { return s.Name == k.Name }) {
			out = append(out, k.Name)
		}
	}
	return out
}

// playbookParts are the mappings that have a name in the schema.
func (b *builder) playbookParts() []member {
	row := b.properties("a row", rowWords())
	return []member{
		{"play", b.mapping(aPlay, playWords()).and(member{"allOf", b.approachRules()})},
		{"case", b.mapping("a case", caseWords())},
		{"discretion", b.mapping("a discretion", discretionWords())},
		{"choose", b.mapping("`choose`", chooseWords())},
		{"second", b.mapping("`second`", secondWords())},
		{"role", b.mapping("a role", words{"about": {"What it is, for people.", nil}}).replace("type", []string{"object", "null"})},
		{"substitute", b.mapping("a substitute", substituteWords())},
		{"period", b.mapping("a period", periodWords())},
		{"fact", b.mapping("a fact", factWords()).and(when(
			needing("sum"), with(nil, "count").and(summed()...), with([]string{"count"}, "currency").and(occurred()...))...)},
		{"table", b.mapping("a table", tableWords()).and(rowsOf()...)},
		{"keyed_row", keyedRow()},
		{"range", b.mapping("a range", rangeWords()).and(member{"minProperties", 1}, member{"not", object{{"anyOf", []object{needing("from", "above"), needing("upto", "below")}}}})},
		{"row", object{
			{"type", "object"}, {"properties", row}, {"propertyNames", object{{"minLength", 1}}}, {"additionalProperties", scalar()},
			// In a row that begins otherwise, above is the name of a column.
			{"oneOf", []object{needing("from"), needing("is"), needing("otherwise"), with([]string{"above"}, "from", "is", "otherwise")}},
		}},
		{"calendar", b.mapping("a calendar", calendarWords()).and(when(
			needing("versions"), none("hours", "seasons", "cutoff"), needing("hours"))...)},
		{"calendar_version", b.mapping("a version", versionWords())},
		{"season", b.mapping("a season", seasonWords())},
		{"hours", hours(1)},
		{"holiday", b.mapping("a holiday", holidayWords()).and(member{"oneOf", []object{
			with([]string{"date"}, "from", "until", "every", "easter", "church"), with([]string{"from", "until"}, "date", "every", "easter", "church"),
			with([]string{"every"}, "date", "from", "until", "easter", "church"), with([]string{"easter"}, "date", "from", "until", "every"),
		}})},
		{"message", named(languageTag, "What is said in this language.", title()).and(member{"minProperties", 1})},
		{"partner", b.mapping("a partner", partnerWords()).and(member{"anyOf", []object{needing("outbound"), needing("inbound")}})},
		{"agreement", b.mapping("an agreement", agreementWords())},
		{"direction", b.direction()},
		{"capacity", b.mapping("a capacity", capacityWords())},
		{"causes", b.mapping("the causes by element", causeWords())},
		{"limit", b.mapping("a limit", limitWords()).and(limitRules()...)},
		{"guarantee", b.mapping("a guarantee", guaranteeWords()).and(guaranteeRules()...)},
		{"action_type", b.mapping("an action type", actionTypeWords())},
		{"field", b.field("a field", true)},
		{"item_field", b.field("a field of items", true)},
		{"parameter", b.parameter()},
		{"standard_field", b.field("a field", false)},
		{"map_field", b.mapField()},
		{"path_values", pathValues()},
	}
}

// summed says that the sum of an action needs a currency, and that the sum of a field goes by when
// incidents occurred.
func summed() object {
	field := object{{"properties", object{{"sum", object{{"type", "string"}, {"pattern", `^incident\.`}}}}}, {"required", []string{"sum"}}}
	return when(field, object{{"properties", object{{"by", oneOf([]string{"occurred"})}}}}, needing("currency"))
}

// occurred says that incidents count by when they occurred.
func occurred() object {
	return when(is("count", "incidents"), object{{"properties", object{{"by", oneOf([]string{"occurred"})}}}}, nil)
}

// hours are those of a week. The days and the usual ranges stand there by name, for
// editors to offer; any other range fits too.
func hours(least int) object {
	names := []struct{ key, text string }{
		{"mon-fri", "Monday to Friday."}, {"mon", "Monday."}, {"tue", "Tuesday."}, {"wed", "Wednesday."}, {"thu", "Thursday."},
		{"fri", "Friday."}, {"sat", "Saturday."}, {"sun", "Sunday."}, {"sat-sun", "Saturday and Sunday."}, {"mon-sun", "Every day."},
	}
	spans := oneOrMore(aSpan.schema())
	var days object
	for _, n := range names {
		days = append(days, member{n.key, described(n.text, spans)})
	}
	return named(daysPattern, "The days from the first to the last.", spans).and(member{"minProperties", least}, member{"properties", days})
}

// direction is one schema for both directions, which are read by the same code.
func (b *builder) direction() object {
	b.shape("`inbound`")
	return b.mapping("`outbound`", directionWords())
}

// approachRules keep keys to the approach that they belong to.
func (b *builder) approachRules() []object {
	var rules []object
	keys := b.shape(aPlay).Keys
	for _, approach := range b.set(aPlay, "approach") {
		var others, needed []string
		for _, k := range keys {
			switch {
			case k.Approach != "" && k.Approach != approach:
				others = append(others, k.Name)
			case k.Approach != "" && k.Required:
				needed = append(needed, k.Name)
			}
		}
		if approach == "case-by-case" || approach == "partner-substitute" {
			others = append(others, "each")
		}
		rules = append(rules, when(is("approach", approach), with(needed, others...), nil))
	}
	rules = append(rules, when(needing("where"), needing("each"), nil))
	return rules
}

// limitRules say which keys of a limit go together.
func limitRules() object {
	escalated := when(is("over", "escalate"), needing("to"), none("to"))
	return when(needing("keep"), none("at_most", "counting", "when", "over", "to"), needing("at_most").and(escalated...)).and(
		member{"not", needing("per", "counting")})
}

// guaranteeRules says that a guarantee makes one kind of claim.
func guaranteeRules() object {
	kinds := [][]string{{"gives", "within", "calendar"}, {"never"}, {"when_grows", "never_less"}, {"regardless_of", "same"}, {"of", "at_most"}}
	var one []object
	for i, kind := range kinds {
		var others []string
		for k, other := range kinds {
			if k != i {
				others = append(others, other...)
			}
		}
		needs := kind
		if i == 0 {
			needs = kind[:1]
		}
		one = append(one, with(needs, others...))
	}
	return object{{"oneOf", one}}.and(when(needing("calendar"), needing("within"), nil)...)
}

// field is the declaration of a field: the name of a type, or a mapping. A field
// of a team's own says its type.
func (b *builder) field(shape string, own bool) object {
	kinds := b.set(shape, "type")
	known := fieldWords(kinds)
	if shape == "a field" {
		known["required"] = word{"true: incidents must have this standard field, and not an empty one. Other fields are required unless they are optional or have a default.", nil}
		known["items"] = word{"Makes the field a list of objects, in the place of a type. Each has an id, and these fields, read as item.NAME in a play with each.",
			named(namePattern, "A field of each item, read as item.NAME.", ref("item_field"))}
	}
	mapping := b.mapping(shape, known)
	if !own { // what has to be there needs no default, and is not optional
		mapping = mapping.and(when(isTrue("required"), none("default").and(member{"not", isTrue("optional")}), nil)...)
	}
	properties := mapping.get("properties").(object)
	switch {
	case !own:
		mapping = mapping.replace("properties", properties.without("items"))
	case shape == "a field":
		mapping = mapping.replace("properties", properties.without("required"))
		mapping = mapping.and(when(needing("items"), none("type", "one_of", "min", "max", "currency", "invalid"), needing("type"))...)
	default:
		mapping = mapping.and(member{"required", []string{"type"}})
	}
	return either(append(fieldTypes(kinds), mapping)...)
}

// parameter is the declaration of a parameter of an action.
func (b *builder) parameter() object {
	field := b.field("a field of items", true)
	of := field.get("oneOf").([]object)
	mapping := of[len(of)-1]
	properties := mapping.get("properties").(object).without("max_items").without("invalid")
	of[len(of)-1] = mapping.replace("properties", properties)
	return field
}

// fieldTypes are the ways to write a type: its name, a list of it, or that in
// quotes.
func fieldTypes(kinds []string) []object {
	quoted := slices.Clone(kinds)
	for _, k := range kinds {
		quoted = append(quoted, "["+k+"]")
	}
	return []object{oneOf(quoted), list(oneOf(kinds), 1).and(member{"maxItems", 1})}
}
