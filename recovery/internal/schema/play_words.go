package schema

// What people read about the keys of a play.

func playWords() words {
	return words{
		"id":    {"Its name within the playbook.", nil},
		"about": {"What it does, for people.", nil},
		"approach": {"standardised-response: the same answer for everyone; case-by-case: a person decides, within limits; " +
			"preventive-intervention: acts on a signal, before the customer feels it; partner-substitute: a partner keeps the customer going.", nil},
		"when":       {"The condition under which it applies; true for always.", condition()},
		"each":       {"The list whose items the play goes through, once for each: the name of a field with items.", nil},
		"where":      {"Which of the items: a condition on item. Left out: all.", condition()},
		"phase":      {"Which incidents: those that have failed, signals of a failure to come, or any. Left out: signal for preventive plays, else failure.", nil},
		"provider":   {"Whose service failed: us (default), a partner's, or any.", nil},
		"priority":   {"Higher plays go first. Left out: 0.", nil},
		"fallback":   {"true: only when no other play with its purpose answers.", nil},
		"answers":    {"false: it does not count as an answer, so fallbacks are considered all the same. Left out: true.", nil},
		"in_force":   {"The days on which incidents must have occurred, within the playbook's.", ref("period")},
		"review_by":  {"The last day on which its answer counts as up to date.", aDate.schema()},
		"do":         {"What is done.", nil},
		"cases":      {"The first whose condition holds adds its actions to do.", list(ref("case"), 0)},
		"discretion": {"Who decides, and between what.", ref("discretion")},
		"lead":       {"How long before expected_at the actions have to be done.", aWait.orExpression()},
		"too_late":   {"What is done when that time has passed.", nil},
		"substitute": {"Which partners may stand in, and for how much.", ref("substitute")},
		"otherwise":  {"What is done when no partner can.", nil},
	}
}

func caseWords() words {
	return words{
		"id":   {"Its name within the play. Left out: decisions name no case.", nil},
		"when": {"Its condition. A case without one always holds, and comes last.", condition()},
		"do":   {"What it adds; [] for nothing.", nil},
	}
}

func discretionWords() words {
	return words{
		"decider":    {"The role that decides.", title()},
		"within":     {"The time to decide.", aDeadline.orExpression()},
		"ends":       {"Where on its last day the time to decide ends: with the day, or with the working day of the calendar.", nil},
		"calendar":   {"The id of the calendar in whose working time that counts, or an expression that picks one.", calendarPick()},
		"options":    {"The actions to choose between. Amounts are ranges {from, to}; other parameters may list what is allowed.", list(ref("option"), 1)},
		"choose":     {"How many options are taken. Left out: one.", ref("choose")},
		"comparable": {"The fields that make two cases alike.", nil},
		"tolerance":  {"How far from the median of the precedents an amount may lie without a written reason. Left out: 0%.", aTolerance.schema()},
		"authority": {"Up to how much each role may choose alone, several amounts added up: one amount, or one for each currency. Left out: everybody may choose what is on offer.",
			types("object").and(member{"minProperties", 1}, member{"propertyNames", object{{"pattern", `\S`}}},
				member{"additionalProperties", described("Up to how much the role may choose alone.", amounts())})},
		"second":  {"Above which amount another person has to agree. Who may choose that much alone may propose more.", ref("second")},
		"remind":  {"What is owed ahead of the end of the time to decide, until the choice is made.", ref("remind_actions")},
		"if_late": {"What is owed once the time to decide has passed, until the choice is made.", ref("late_actions")},
	}
}

func secondWords() words {
	return words{
		"above": {"An amount, or one for each currency. Above it another person has to agree.", amounts()},
		"by":    {"The role that has to agree.", title()},
	}
}

// amounts is an amount, or a list with one for each currency.
func amounts() object { return oneOrMore(someMoney.orExpression()) }

func chooseWords() words {
	return words{
		"at_least": {"Left out: 1.", nil},
		"at_most":  {"Left out: 1.", nil},
	}
}

func substituteWords() words {
	return words{
		"partners": {"Their ids. Left out: any that the play can see.", nil},
		"units":    {"How much of their capacity it takes: a whole number or an expression. Left out: 1.", typeOrExpression("integer")},
	}
}

func actionWords() words {
	return words{
		"id":       {"Tells two actions of one type apart that a play can give together.", nil},
		"since":    {"The field that its times count from, such as resolved_at. Left out: when the incident was reported, or first decided on.", nil},
		"within":   {"The deadline: a duration, working days of the calendar (3wd), or an expression.", aDeadline.orExpression()},
		"ends":     {"Where on its last day the deadline ends: with the day, or with the working day of the calendar. Left out: to the second.", nil},
		"after":    {"How long to wait before. The deadline counts from the end of it.", aDeadline.orExpression()},
		"calendar": {"The id of the calendar in whose working time its times count, or an expression that picks one.", calendarPick()},
		"pauses":   {"true: the clock stands still while the incident is paused.", nil},
		"remind":   {"What is owed ahead of the deadline, each step from its before on; nothing that gives money.", ref("remind_actions")},
		"if_late":  {"What is owed only when this is not done in time; nothing that gives money.", ref("late_actions")},
		"owner":    {"Who does it.", nil},
		"message":  {"The id of the message that goes with it.", nil},
		"note":     {"A note for whoever does it. ${…} holds an expression.", nil},
	}
}

// stepWords are about the keys that only the steps in remind and if_late take.
func stepWords() words {
	return words{
		"before": {"How long ahead of the deadline it is owed: a duration in the action's own clock, or a percentage of the time from the end of its wait to the deadline.", aBefore.orExpression()},
		"every":  {"How often it is owed again, until it is reported or over. Left out: once.", aWait.orExpression()},
	}
}

// builtinWords say what the actions of the format are.
var builtinWords = map[string]string{
	"acknowledge": "Say that the incident was received.",
	"apologise":   "Say sorry.",
	"assign":      "Give it to somebody.",
	"callback":    "Call the customer.",
	"compensate":  "Give money or its worth beyond what was paid. It obeys limits.",
	"escalate":    "Take it to somebody with more say.",
	"explain":     "Say what happened and why.",
	"inform":      "Keep the customer up to date until it is resolved.",
	"investigate": "Find out what went wrong.",
	"notify":      "Tell somebody.",
	"prevent":     "See to it that it does not happen again.",
	"refund":      "Give back what was paid. It obeys limits.",
	"repair":      "Repair what was delivered.",
	"replace":     "Deliver it again.",
	"reperform":   "Do the service again.",
	"resolve":     "Put it right.",
	"respond":     "Give an answer in substance.",
	"substitute":  "Made by the engine; write a play with approach: partner-substitute.",
	"survey":      "Ask the customer how it went.",
}

// parameterWords say what their parameters are.
var parameterWords = map[string]string{
	"amount":     "How much: an amount such as 5 EUR, or an expression.",
	"as":         "In which form. Left out: credit.",
	"every":      "How often.",
	"instrument": "Which survey. Left out: csat.",
	"item":       "Which thing. Left out: what the incident is about.",
	"measure":    "What is to be done about the cause.",
	"to":         "The role.",
}
