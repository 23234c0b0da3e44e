package schema

import (
	"slices"

	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/recovery"
)

// decisionWords are what people read about what decisions write, by its path.
func (b *builder) decisionWords() map[string]word {
	want := func(key string) object { return oneOf(b.set("`want`", key)) }
	return map[string]word{
		".id":                      {"The decision's id.", nil},
		".namespace":               {"The tenant whose it is, where several share a store. Left out for none.", nil},
		".incident":                {"The incident's id.", nil},
		".service":                 {"The incident's service.", nil},
		".failure":                 {"The incident's failure. Left out where it has none.", nil},
		".phase":                   {"Of the incident: failure or signal.", oneOf([]string{"failure", "signal"})},
		".occurred_at":             {"When the incident occurred.", nil},
		".decided_at":              {"When it was decided.", nil},
		".semantics":               {"The version of the rules by which it was decided.", nil},
		".set":                     {"The playbooks that it was made from.", nil},
		".set.digest":              {"Of their content: sha256:HEX.", nil},
		".set.revision":            {"In the host's version control.", nil},
		".supersedes":              {"The decision that this one takes the place of. Left out for the first of an incident, and for a choice.", nil},
		".handled":                 {"What became of what was told: new, changed, retry or outdated. Left out of decisions that are kept.", oneOf([]string{"new", "changed", "retry", "outdated"})},
		".made":                    {"Set on a decision that makes a choice.", nil},
		".made.choice":             {"The choice's id.", nil},
		".made.by":                 {"Who made it.", nil},
		".made.reason":             {"Why, in their words.", nil},
		".made.deviation":          {"How far from the median of the precedents, such as 25%. Left out without precedents.", nil},
		".made.roles":              {"In which roles.", nil},
		".made.pending":            {"true: another person has to agree first. Nothing is given.", nil},
		".made.proposed":           {"What it would give. Limits and facts count it while it is pending.", nil},
		".made.second":             {"Who agreed. Left out where nobody had to, or nobody has yet.", nil},
		".made.second.by":          {"Who.", nil},
		".made.second.roles":       {"In which roles.", nil},
		".made.second.reason":      {"Why, in their words.", nil},
		".made.second.at":          {"When.", nil},
		".made.declined":           {"Who turned it down.", nil},
		".made.declined.by":        {"Who.", nil},
		".made.declined.roles":     {"In which roles.", nil},
		".made.declined.reason":    {"Why, in their words.", nil},
		".made.declined.at":        {"When.", nil},
		".plays":                   {"The plays that matched, in order.", nil},
		".plays[].play":            {"playbook/play, without the case.", nil},
		".plays[].case":            {"The id of the case that held.", nil},
		".plays[].approach":        {"Its approach.", oneOf(b.set(aPlay, "approach"))},
		".plays[].at":              {"Where it stands: FILE:LINE.", nil},
		".plays[].items":           {"The items that a play with each is for, in the order of their ids. Left out for other plays.", nil},
		".plays[].items[].item":    {"The item's id.", nil},
		".plays[].items[].case":    {"The id of the case that held for it.", nil},
		".plays[].because":         {"What the conditions that held have read, in their order.", nil},
		".plays[].because[].expr":  {"What was read, such as incident.delay.", nil},
		".plays[].because[].value": {"Its value.", nil},

		".actions":                    {"What to do. Cancelled ones come last.", nil},
		".actions[].id":               {"The action's id, the same in every decision of the incident.", nil},
		".actions[].type":             {"Its type, such as refund.", nil},
		".actions[].item":             {"The id of the item whose own action it is. Left out of what is about the incident as a whole.", nil},
		".actions[].change":           {"What is new since the decision before. Left out inside if_late.", want("changes")},
		".actions[].plays":            {"The plays that asked for it.", nil},
		".actions[].amount":           {"The whole entitlement.", nil},
		".actions[].already":          {"What was given before under this id. Give the difference.", nil},
		".actions[].params":           {"Its parameters by name.", ref("values")},
		".actions[].owner":            {"Who does it.", nil},
		".actions[].not_before":       {"When it may be done at the earliest.", nil},
		".actions[].due_at":           {"When it is to be done. Left out without a deadline, or while it waits.", nil},
		".actions[].given_at":         {"When it was first given. Left out inside remind and if_late.", nil},
		".actions[].done_at":          {"When it was done. Left out while it is open.", nil},
		".actions[].justice":          {"Which kind of justice it serves.", oneOf(justices())},
		".actions[].message":          {"The words to use.", nil},
		".actions[].message.id":       {"The message's id.", nil},
		".actions[].message.language": {"The language of the text.", nil},
		".actions[].message.text":     {"What to say.", nil},
		".actions[].note":             {"A note for whoever does it.", nil},
		".actions[].remind":           {"What is owed ahead of the deadline, until this one is done.", nil},
		".actions[].if_late":          {"What is owed only if this one is not done in time.", nil},

		".choices":                                {"What a person has to decide.", nil},
		".choices[].id":                           {"The choice's id.", nil},
		".choices[].play":                         {"The play that leaves it to somebody.", nil},
		".choices[].decider":                      {"The role that decides.", nil},
		".choices[].due_at":                       {"Until when.", nil},
		".choices[].options":                      {"What may be chosen.", nil},
		".choices[].options[].type":               {"The type of action.", nil},
		".choices[].options[].id":                 {"The action's own id, where it has one.", nil},
		".choices[].options[].amount":             {"Between which amounts, both included.", nil},
		".choices[].options[].amount.from":        {"The least.", nil},
		".choices[].options[].amount.to":          {"The most.", nil},
		".choices[].options[].params":             {"Its parameters by name; a list says what is allowed.", ref("values")},
		".choices[].choose":                       {"How many options are taken.", nil},
		".choices[].choose.at_least":              {"At least.", nil},
		".choices[].choose.at_most":               {"At most.", nil},
		".choices[].authority":                    {"Up to how much each role may choose alone: an item for each role and currency. []: everybody may choose what is on offer.", nil},
		".choices[].authority[].role":             {"The role.", nil},
		".choices[].authority[].amount":           {"Up to how much.", nil},
		".choices[].second":                       {"Above which amounts another person has to agree.", nil},
		".choices[].second.by":                    {"The role of that person.", nil},
		".choices[].second.above":                 {"The amounts, one for each currency.", nil},
		".choices[].second.above[].amount":        {"The amount.", nil},
		".choices[].remind":                       {"What is owed ahead of due_at, until the choice is made.", nil},
		".choices[].if_late":                      {"What is owed from due_at on, until the choice is made.", nil},
		".choices[].precedents":                   {"What was chosen before in comparable cases.", nil},
		".choices[].precedents.count":             {"How many such cases there are.", nil},
		".choices[].precedents.options":           {"How each option was used.", nil},
		".choices[].precedents.options[].type":    {"The type of action.", nil},
		".choices[].precedents.options[].median":  {"The median of the amounts.", nil},
		".choices[].precedents.options[].lowest":  {"The lowest.", nil},
		".choices[].precedents.options[].highest": {"The highest.", nil},
		".choices[].precedents.recent":            {"The last five, newest first.", nil},
		".choices[].precedents.recent[].decision": {"The decision that made the choice.", nil},
		".choices[].precedents.recent[].amount":   {"The amount that was given.", nil},
		".choices[].precedents.recent[].reason":   {"The reason that was written.", nil},

		".withheld":          {"Actions, or parts of them, that were not given.", nil},
		".withheld[].id":     {"The action's id.", nil},
		".withheld[].type":   {"Its type.", nil},
		".withheld[].item":   {"The id of the item whose own action it is.", nil},
		".withheld[].play":   {"The play that asked for it.", nil},
		".withheld[].reason": {"keep: another is higher; limit: a limit cut it; too-late: there was no time left; zero: it came to nothing.", oneOf([]string{"keep", "limit", "too-late", "zero"})},
		".withheld[].amount": {"What was not given.", nil},
		".withheld[].params": {"Its parameters by name.", ref("values")},

		".passed_over":           {"Partners that were not taken.", nil},
		".passed_over[].partner": {"The partner's id.", nil},
		".passed_over[].play":    {"The play that looked for one.", nil},
		".passed_over[].reason":  {"Why not.", want("passed_over")},

		".missed":            {"The broken promises of the incident.", nil},
		".missed[].id":       {"The action's id.", nil},
		".missed[].type":     {"Its type.", nil},
		".missed[].item":     {"The item of a list whose own action it is.", nil},
		".missed[].play":     {"The play that asked for it.", nil},
		".missed[].given_at": {"When it was given. Later than due_at when the deadline was past already.", nil},
		".missed[].due_at":   {"When it was to be done.", nil},
		".missed[].done_at":  {"When it was done. Left out while it is open.", nil},

		".facts": {"What earlier decisions said when this one was made: whole numbers and amounts.", ref("values")},

		".warnings":           {"What to look at; it did not stop the decision.", nil},
		".warnings[].code":    {"What kind of warning.", want("warnings")},
		".warnings[].message": {"In words.", nil},
		".warnings[].play":    {"The play that it is about.", nil},
	}
}

// justices are the kinds of justice that actions serve.
func justices() []string {
	var out []string
	for _, t := range policy.BuiltinActions() {
		out = append(out, t.Justice)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// refusalCodes are those of recovery.AppendRefusal.
var refusalCodes = []string{
	"invalid-json", "invalid-incident", "invalid-payload", "evaluation-error", "ambiguous", "invalid-choice", "unknown-action", "conflict", "erased", "failed",
}

// choiceReasons are the values of recovery.ChoiceReason.
var choiceReasons = []string{
	string(recovery.ChoiceBeyondAuthority), string(recovery.ChoiceNotTheSecond), string(recovery.ChoiceNeedsAnother),
	string(recovery.ChoicePending), string(recovery.ChoiceNotPending), string(recovery.ChoiceDecided),
}

// refusal is the schema of an incident that was refused.
func refusal() object {
	problem := types("object").and(
		member{"properties", object{
			{"path", described("The field, dotted, such as customer.since or tags[2].", types("string"))},
			{"wanted", described("What was wanted, such as 1 to 5.", types("string"))},
			{"found", described("What was there.", types("string"))},
			{"at", described("Where the map reads the field: FILE:LINE.", types("string"))},
			{"from", described("Where it stands in the payload.", types("string"))},
			{"remedy", described("What to write in the map.", types("string"))},
		}},
		member{"required", []string{"path", "wanted", "found"}},
	)
	why := types("object").and(
		member{"properties", object{
			{"code", described("What kind of refusal.", oneOf(refusalCodes))},
			{"message", described("Why, in words.", types("string"))},
			{"reason", described("Why a choice, an approval or a refusal to agree is refused. Left out where what was chosen does not fit.", oneOf(choiceReasons))},
			{"may", described("The roles in which somebody may.", list(types("string"), 0))},
			{"problems", described("Everything that is wrong with the incident, or with what was chosen.", list(problem, 0))},
			{"play", described("The play whose expression has no value.", types("string"))},
			{"at", described("Where that stands: FILE:LINE:COLUMN.", types("string"))},
			{"expr", described("The part that failed.", types("string"))},
			{"plays", described("The plays that match although at most one may.", list(types("string"), 0))},
		}},
		member{"required", []string{"code", "message"}},
	)
	return types("object").and(
		member{"properties", object{
			{"incident", described("The incident's id, where it is known.", types("string"))},
			{"error", described("Why it was refused.", why)},
		}},
		member{"required", []string{"error"}},
	)
}
