package schema

// What people read about the keys of a map's fields.

func mapFieldWords() words {
	texts := oneOrMore(scalar())
	constant := types("string", "number", "boolean", "null")
	value := either(constant, list(scalar(), 0))
	return words{
		"from":      {"The path at which it stands, such as ticket.id, tags[*], fields[id=27].value or [\"Ticket #\"]; or several, the first of which that is there counts. With a format of days, the parts of one time.", oneOrMore(text())},
		"text":      {"A text with paths in it, such as z-${ticket.number}; ${path?} may be absent.", title()},
		"const":     {"A value that is always the same.", value},
		"first_of":  {"Texts; the first of them that is among those of the payload is the value.", list(scalar(), 1)},
		"words":     {"What texts of the payload stand for, exactly.", types("object").and(member{"minProperties", 1}, member{"additionalProperties", value})},
		"true":      {"The texts that mean yes.", texts},
		"false":     {"The texts that mean no.", texts},
		"otherwise": {"The value for what words, first_of, true and false do not name. Left out: that is refused.", value},
		"currency":  {"The currency of numbers, and of the signs beside them.", ref("currency")},
		"decimal":   {"What stands before the decimals of numbers.", nil},
		"unit":      {"What numbers count: seconds, minutes, hours or days of a duration, or percent.", nil},
		"format":    {"How times and dates are written: d/m/y, m/d/y, y-m-d, or as seconds (epoch) or milliseconds (epoch-ms) since 1970.", nil},
		"zone":      {"The time zone of times that have none; left out: that of the map.", ref("zone")},
		"split":     {"What stands between the members of a list that is one text.", nil},
		"missing":   {"Texts that count as absent here, with those of the map.", texts},
		"when":      {"What the payload must show for the field to be there; else it is absent.", ref("path_values")},
		"while":     {"Of paused: the texts that show that the incident waits for the customer. A pause begins and ends at the updated_at of the versions that show it.", texts},
		"items":     {"Of a list of objects: where each field of an item stands, from the item.", named(namePattern, "Where this field stands.", ref("map_field")).and(member{"minProperties", 1})},
	}
}

// mapField says where a field stands: a path, several, or a mapping with one source.
func (b *builder) mapField() object {
	mapping := b.mapping("a field of a map", mapFieldWords())
	mapping = mapping.and(member{"oneOf", []object{with([]string{"from"}, "text", "const"), with([]string{"text"}, "from", "const"), with([]string{"const"}, "from", "text")}})
	return either(text(), list(text(), 1), mapping)
}

// pathValues are texts that a payload shows, by path.
func pathValues() object {
	return types("object").and(member{"minProperties", 1}, member{"additionalProperties", oneOrMore(scalar())})
}
