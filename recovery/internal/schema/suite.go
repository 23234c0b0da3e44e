package schema

import "github.com/servicerecovery/amends/playbook"

// suiteSchema is that of a document of tests.
func suiteSchema(b *builder) object {
	root := b.mapping("a suite", suiteWords())
	root = root.replace("required", append([]string{"amends", "suite"}, b.required("a suite")...))
	definitions := object{
		{"test", b.mapping("a test", testWords().without(events...))},
		{"row", b.mapping("a row of `each`", testWords().without("each").without(events...))},
		{"step", b.mapping("a row of `then`", testWords().without("each", "then")).and(oneEvent()...)},
		{"defaults", b.mapping("`defaults`", testWords().without("name", "each", "then").without(events...))},
		{"made_choice", b.mapping("a choice that is made", madeChoiceWords())},
		{"approval", b.mapping("`approve`", signedWords("Who agrees: another person than who proposed it."))},
		{"refusal", b.mapping("`decline`", signedWords("Who turns it down, or takes back what they have proposed."))},
		{"incident", givenIncident()},
		{"want", b.mapping("`want`", b.wantWords())},
		{"choice", b.mapping("a choice", wantedChoiceWords())},
		{"choose", b.mapping("`choose`", chooseWords())},
		{"precedents", b.mapping("`precedents`", words{"count": {"How many precedents there are.", nil}})},
	}
	return root.and(member{"definitions", append(definitions, b.askedParts()...)})
}

// events are the keys that only steps have.
var events = []string{"again", "choose", "approve", "decline", "report"}

// oneEvent holds that a step is about one thing, and gives a world only where something looks at it.
func oneEvent() object {
	given := when(needing("payload"), none("incident"), none("facts", "partners", "precedents"))
	told := when(needing("incident"), none("payload"), given)
	again := when(needing("again"), none("incident", "payload"), told)
	report := when(needing("report"), none("incident", "payload", "again", "facts", "partners", "precedents"), again)
	decline := when(needing("decline"), none("incident", "payload", "again", "report"), report)
	approve := when(needing("approve"), none("incident", "payload", "again", "decline", "report"), decline)
	return when(needing("choose"), none("incident", "payload", "again", "approve", "decline", "report"), approve)
}

func suiteWords() words {
	return words{
		"amends":   {"The version of the format. It stands first.", object{{"const", "v1"}}},
		"suite":    {"What is tested, in a few words.", title()},
		"now":      {"When its tests decide. Left out: when each incident occurred.", aTime.schema()},
		"defaults": {"What all tests have. Tests merge over it: mappings key by key, anything else is replaced.", ref("defaults")},
		"tests":    {"The tests. Each starts with a store that knows nothing.", list(ref("test"), 1)},
	}
}

func testWords() words {
	return words{
		"name":       {"What is tested, in a few words.", title()},
		"now":        {"When this one decides.", aTime.schema()},
		"map":        {"The map by which the payload is read.", anID.schema()},
		"payload":    {"What the map reads, in the place of an incident. In a step it is told next, and may be a part.", types("object")},
		"incident":   {"Its fields, as in an incident's JSON; null takes a value of the defaults away.", ref("incident")},
		"facts":      {"What earlier decisions say, by the fact's name. Those that are not given are 0.", types("object")},
		"partners":   {"What others have taken of partners, such as {quickbike: {used: 40}}.", types("object")},
		"precedents": {"Earlier choices by play, such as {parcels/dear: [{amount: 40 EUR, reason: asked}]}.", types("object")},
		"again":      {"true: time has passed, and the incident is decided again.", object{{"const", true}}},
		"report":     {"What came of actions, each by its type. `id`, `plays`, `for` (the action that it is a step of) and parameters tell which one where several fit.", list(ref("reported_action"), 1)},
		"choose":     {"Makes a choice that the decision before leaves, instead of deciding the incident again.", ref("made_choice")},
		"approve":    {"Agrees to what somebody has proposed.", ref("approval")},
		"decline":    {"Turns down what somebody has proposed.", ref("refusal")},
		"want":       {"What is expected. A key that is left out is not compared.", ref("want")},
		"each":       {"Rows; every row makes a test of its own.", list(ref("row"), 1)},
		"then":       {"What happens later with the same incident, step by step.", list(ref("step"), 1)},
	}
}

// without leaves keys out.
func (w words) without(keys ...string) words {
	for _, k := range keys {
		delete(w, k)
	}
	return w
}

// only leaves the words about the keys of a shape.
func (w words) only(s playbook.Shape) words {
	out := words{}
	for _, k := range s.Keys {
		if about, ok := w[k.Name]; ok {
			out[k.Name] = about
		}
	}
	return out
}

// givenIncident knows the standard fields by name. Their values are not looked
// at, since a test may be about an incident that is refused.
func givenIncident() object {
	var fields, customer object
	for _, f := range incidentFields() {
		if f.inCustomer {
			customer = append(customer, member{f.name, described(f.text, object{})})
			continue
		}
		fields = append(fields, member{f.name, described(f.text, object{})})
	}
	fields = append(fields, member{"customer", described(standardWords["customer"], either(types("object").and(member{"properties", customer}), object{{"not", types("object")}}))})
	return object{{"type", "object"}, {"properties", fields}}
}

func (b *builder) wantWords() words {
	codes := func(key string) object { return oneOf(b.set("`want`", key)) }
	byName := func(key string) object { return object{{"type", "object"}, {"additionalProperties", codes(key)}} }
	return words{
		"plays":       {"All plays, in order: playbook/play, or playbook/play/case.", list(text(), 0)},
		"items":       {"All items that plays with each are for, in order: playbook/play/ITEM, or playbook/play/ITEM/case.", list(text(), 0)},
		"actions":     {"Each of these is there, with what is asked of it; [] for nothing to do.", ref("actions")},
		"exactly":     {"true: there are no other actions, and the order is that of actions.", nil},
		"never":       {"None of these types is there.", list(text(), 0)},
		"warnings":    {"All codes of warnings.", list(codes("warnings"), 0)},
		"withheld":    {"Each of these was withheld.", ref("withheld")},
		"passed_over": {"The partners that were not taken, and why.", byName("passed_over")},
		"choices":     {"Each of these is left to somebody.", list(ref("choice"), 0)},
		"proposed":    {"Each of these awaits a second person; [] for nothing.", ref("actions")},
		"changes":     {"What has become of the earlier decision's actions: by type, and by type/id for those that a play gives with an id.", byName("changes")},
		"owed":        {"What is owed at the time of the step: each of these is there; [] for nothing.", ref("owed")},
		"missed":      {"All broken promises, by the type of the action or as playbook/play/type; of an item's own, also with /ITEM behind.", list(text(), 0)},
		"handled":     {"What the incident was to what is remembered.", nil},
		"error":       {"The incident is refused, with a text that contains this.", title()},
		"incident":    {"What the map makes of the payload: each of these fields, null for none. Alone, the incident is not decided.", ref("incident")},
	}
}

func madeChoiceWords() words {
	return words{
		"play":    {"The play whose choice it is: playbook/play.", nil},
		"by":      {"Who chooses.", title()},
		"roles":   {"In which roles.", nil},
		"reason":  {"Why; needed where an amount lies far from the precedents'.", title()},
		"options": {"What is chosen, with amounts and parameters.", ref("chosen")},
	}
}

func signedWords(by string) words {
	return words{
		"play":   {"The play whose choice it is: playbook/play.", nil},
		"by":     {by, title()},
		"roles":  {"In which roles.", nil},
		"reason": {"Why; needed to turn something down.", title()},
	}
}

func wantedChoiceWords() words {
	return words{
		"play":       {"The play: playbook/play.", nil},
		"decider":    {"The role that decides.", nil},
		"due_at":     {"Until when.", aTime.schema()},
		"options":    {"What may be chosen.", ref("options")},
		"choose":     {"How many options are taken.", ref("choose")},
		"precedents": {"What there was before.", ref("precedents")},
	}
}
