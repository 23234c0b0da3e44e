package suite

import (
	"slices"

	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/recovery/internal/agenda"
)

// kindOfList is where a wanted action stands, which says what can be asked.
type kindOfList uint8

const (
	ofGiven kindOfList = iota
	ofWithheld
	ofOption
	ofChosen
	ofOwed
	ofReported
)

// shape is how an answer is written.
type shape uint8

const (
	shapeLiteral shape = iota
	shapeText          // a text, or {contains: …}
	shapeMessage       // an id, a text, or {id, language, text, contains}
	shapeActions
	shapeRange   // {from, to}
	shapeAllowed // a value, or a list of those that are allowed
)

// question is one thing that can be asked of an action.
type question struct {
	shape shape
	spec  *policy.Field
}

func textField(name string, oneOf ...string) *policy.Field {
	return &policy.Field{Name: name, Type: value.Type{Kind: value.KindString}, OneOf: oneOf}
}

// common are the questions that do not depend on the parameters of the type.
func common(where kindOfList) map[string]question {
	text := func(name string, oneOf ...string) question { return question{shapeText, textField(name, oneOf...)} }
	closed := func(name string, oneOf ...string) question { return question{shapeLiteral, textField(name, oneOf...)} }
	instant := func(name string) question {
		return question{shapeLiteral, &policy.Field{Name: name, Type: value.Type{Kind: value.KindTimestamp}}}
	}
	switch where {
	case ofWithheld:
		return map[string]question{"reason": closed("reason", "keep", "limit", "too-late", "zero"), "play": text("play"), "for": text("for")}
	case ofOption, ofChosen:
		return map[string]question{"id": text("id")}
	case ofReported:
		return reported()
	}
	out := map[string]question{
		"id": text("id"), "owner": text("owner"), "note": text("note"), "for": text("for"),
		"change":  closed("change", "new", "changed", "kept", "cancelled"),
		"justice": closed("justice", "distributive", "procedural", "interactional"),
		"plays":   {shapeLiteral, &policy.Field{Name: "plays", Type: value.Type{Kind: value.KindList, Elem: value.KindString}}},
		"already": {shapeLiteral, &policy.Field{Name: "already", Type: value.Type{Kind: value.KindMoney}}},
		"due_at":  instant("due_at"), "not_before": instant("not_before"),
		"given_at": instant("given_at"), "done_at": instant("done_at"),
		"message": {shapeMessage, textField("message")},
		"remind":  {shapeActions, textField("remind")}, "if_late": {shapeActions, textField("if_late")},
	}
	if where == ofOwed {
		out["state"] = closed("state", "overdue", "due", "pending", "next", "waiting", "overpaid")
	}
	return out
}

// reported are the questions about an action that is reported on: those that find it, and what
// is said of it.
func reported() map[string]question {
	out := common(ofGiven)
	for _, name := range []string{"already", "change", "due_at", "not_before", "given_at", "done_at", "remind", "if_late", "owner", "justice", "message"} {
		delete(out, name)
	}
	out["outcome"] = question{shapeLiteral, textField("outcome", "done", "failed", "undone")}
	out["amount"] = question{shapeLiteral, &policy.Field{Name: "amount", Type: value.Type{Kind: value.KindMoney}}}
	out["at"] = question{shapeLiteral, &policy.Field{Name: "at", Type: value.Type{Kind: value.KindTimestamp}}}
	out["for"] = question{shapeLiteral, textField("for")}
	return out
}

// questionAbout says how a question about a type of action is answered.
func questionAbout(t *policy.ActionType, name string, where kindOfList) (question, bool) {
	if q, ok := common(where)[name]; ok && (t != choiceType || ofChoice[name]) {
		return q, true
	}
	if t.Name == "substitute" {
		if spec := substituteParam(name); spec != nil {
			return question{shapeLiteral, spec}, true
		}
	}
	for _, p := range t.Params {
		switch {
		case p.Name != name:
		case where == ofOption && p.Type.Kind == value.KindMoney:
			return question{shapeRange, p}, true
		case where == ofOption:
			return question{shapeAllowed, p}, true
		case where != ofChosen && p.Type.Kind == value.KindString && len(p.OneOf) == 0:
			return question{shapeText, p}, true
		default:
			return question{shapeLiteral, p}, true
		}
	}
	return question{}, false
}

// substituteParam describes what the engine writes on its own action.
func substituteParam(name string) *policy.Field {
	switch name {
	case "partner", "agreement":
		return textField(name)
	case "units":
		return &policy.Field{Name: name, Type: value.Type{Kind: value.KindInt}}
	}
	return nil
}

// ofChoice are the common questions that a choice answers too.
var ofChoice = map[string]bool{"state": true, "due_at": true}

func questionsAbout(t *policy.ActionType, where kindOfList) []string {
	out := sortedKeys(common(where))
	if t == choiceType {
		out = slices.DeleteFunc(out, func(name string) bool { return !ofChoice[name] })
	}
	if t.Name == "substitute" {
		out = append(out, "partner", "agreement", "units")
	}
	for _, p := range t.Params {
		out = append(out, p.Name)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// parts are the keys that may stand in a mapping in the place of the answer. It is nil
// where no mapping may stand.
func (q question) parts() []string {
	switch q.shape {
	case shapeMessage:
		return []string{"id", "language", "text", "contains"}
	case shapeText:
		return []string{"contains"}
	}
	return nil
}

// Asked is what a suite can ask about an action.
type Asked struct {
	Name    string
	Parts   []string // of a mapping in the place of a text
	OneOf   []string // the closed set of answers
	Actions bool     // the answer is a list of actions
}

// Questions are what can be asked, by the list in which it is.
type Questions struct{ Given, Withheld, Offered, Chosen, Owed, Reported []Asked }

// QuestionsAbout returns what can be asked about actions of a type, sorted by
// name.
func QuestionsAbout(t *policy.ActionType) Questions {
	about := func(where kindOfList) (out []Asked) {
		for _, name := range questionsAbout(t, where) {
			q, _ := questionAbout(t, name, where)
			out = append(out, Asked{name, q.parts(), q.spec.OneOf, q.shape == shapeActions})
		}
		return out
	}
	return Questions{about(ofGiven), about(ofWithheld), about(ofOption), about(ofChosen), about(ofOwed), about(ofReported)}
}

// choiceType stands for a choice among what is owed.
var choiceType = &policy.ActionType{Name: agenda.Choice, Params: []*policy.Field{textField("play"), textField("decider"), textField("to")}}

// ChoiceQuestions are what can be asked about a choice that is owed.
func ChoiceQuestions() []Asked { return QuestionsAbout(choiceType).Owed }

// actionTypeOf finds a type of action. Among what is owed, a choice has one too.
func (s *Set) actionTypeOf(name string, where kindOfList) (t *policy.ActionType, known bool) {
	t, known = s.known.types[name]
	if !known && where == ofOwed && name == agenda.Choice {
		return choiceType, true
	}
	return t, known
}
