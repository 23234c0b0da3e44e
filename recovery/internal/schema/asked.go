package schema

import (
	"maps"

	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/recovery/internal/suite"
)

// askedParts are the schemas of the lists of actions in a suite. Such a list is about the
// actions of a decision, withheld actions, the options of a choice, offered or taken, actions that
// are owed, or actions that are reported on.
func (b *builder) askedParts() []member {
	said := maps.Clone(parameterWords)
	maps.Copy(said, askedWords)
	known := map[string]bool{}
	part := func(name, item string, asked func(suite.Questions) []suite.Asked) []member {
		properties := func(t *policy.ActionType) object {
			var out object
			for _, q := range asked(suite.QuestionsAbout(t)) {
				known[q.Name] = true
				out = append(out, member{q.Name, described(said[q.Name], answer(q, name))})
			}
			return out
		}
		var byType object
		for _, t := range policy.BuiltinActions() {
			o := closed(properties(t), nil).replace("type", []string{"object", "null"})
			byType = append(byType, member{t.Name, described(builtinWords[t.Name], o)})
		}
		own := types("object", "null").and(member{"properties", properties(&policy.ActionType{})})
		return []member{
			{name, list(ref(item), 0)},
			{item, types("object").and(member{"minProperties", 1}, member{"maxProperties", 1}, member{"properties", byType}, member{"additionalProperties", own})},
		}
	}
	out := part("actions", "action", func(q suite.Questions) []suite.Asked { return q.Given })
	out = append(out, part("withheld", "withheld_action", func(q suite.Questions) []suite.Asked { return q.Withheld })...)
	out = append(out, part("options", "option", func(q suite.Questions) []suite.Asked { return q.Offered })...)
	out = append(out, part("chosen", "chosen_option", func(q suite.Questions) []suite.Asked { return q.Chosen })...)
	out = append(out, part("owed", "owed_action", func(q suite.Questions) []suite.Asked { return q.Owed })...)
	out = append(out, part("reported", "reported_action", func(q suite.Questions) []suite.Asked { return q.Reported })[1:]...)
	for _, q := range suite.ChoiceQuestions() {
		known[q.Name] = true
	}
	b.sameNames("question about an action", known, said)
	return out
}

// answer is the schema of a wanted property of an action; in names the list that the action is
// in. null wants the property to be absent, except for an option that is taken and for a report.
func answer(q suite.Asked, in string) object {
	null, said := types("null"), in == "chosen" || in == "reported"
	switch {
	case said && q.OneOf != nil:
		return oneOf(q.OneOf)
	case said:
		return object{{"not", null}}
	case q.Actions:
		return either(null, ref("actions"))
	case q.Parts != nil:
		var parts object
		for _, p := range q.Parts {
			parts = append(parts, member{p, types("string", "number", "boolean", "null")})
		}
		return either(types("string", "number", "boolean", "null"), closed(parts, nil))
	case q.OneOf != nil && in == "options":
		return either(null, oneOf(q.OneOf), list(oneOf(q.OneOf), 0))
	case q.OneOf != nil:
		return either(null, oneOf(q.OneOf))
	}
	return object{}
}

// askedWords say what can be asked about actions beside their parameters.
var askedWords = map[string]string{
	"id":         "The id that the play gives it.",
	"due_at":     "When it is to be done, or null for no deadline.",
	"not_before": "When it may be done at the earliest.",
	"message":    "The id of the message, its words, or any of {id, language, text, contains}.",
	"owner":      "Who does it, or {contains: …}.",
	"note":       "The note, or {contains: …}.",
	"given_at":   "When it was first given.",
	"done_at":    "When it was done, or null while it is open.",
	"remind":     "What is owed ahead of its deadline.",
	"if_late":    "What is owed when it is late.",
	"state":      "overdue, due, next or waiting.",
	"outcome":    "What came of it: done (when left out), failed or undone.",
	"at":         "When that was; when left out, at the time of the step.",
	"for":        "The id of the item whose own it is. In a report also: the type of the action that it is a step of.",
	"decider":    "The role that has to choose.",
	"plays":      "The plays that gave it.",
	"justice":    "distributive, procedural or interactional.",
	"change":     "new, changed, kept or cancelled.",
	"already":    "What was given before under this id.",
	"reason":     "Why it was withheld: keep, limit, too-late or zero.",
	"play":       "The play that gave what was withheld.",
	"partner":    "The partner who stands in.",
	"agreement":  "The reference of the agreement.",
	"units":      "How much of the partner's capacity it takes.",
}
