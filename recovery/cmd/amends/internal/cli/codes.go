package cli

import ()

import ()

import ()

// meaning says in a sentence what a code stands for: what is wrong, whatever the
// place. The message of a finding says more.
func meaning(code string) string {
	for _, c := range codes {
		if c.code == code {
			return c.meaning
		}
	}
	return "Something is wrong with the playbooks."
}

// codes are all that check can find.
var codes = [...]struct{ code, meaning string }{
	// Files.
	{"no-playbook", "The set holds no playbook."},
	{"unreadable", "A file or folder of the set cannot be read."},
	{"too-large", "A file has more than 16 MiB."},
	{"empty-file", "A file holds no document."},
	{"bad-encoding", "The file is not UTF-8."},
	{"control-character", "The file has a character that nobody can see."},

	// YAML.
	{"yaml-syntax", "This is not YAML."},
	{"yaml-indent", "The line is indented in a way that YAML does not allow."},
	{"yaml-tab", "A tab stands where YAML wants blanks."},
	{"yaml-key", "A line has no colon, or its key is not one."},
	{"yaml-unclosed", "A quote or a bracket is not closed."},
	{"yaml-tag", "YAML reads a leading ! as a tag, which is not what was meant."},
	{"yaml-quote", "Something stands behind the closing quote of a text."},
	{"yaml-bracket", "YAML reads a leading bracket or brace as a list or a mapping."},
	{"yaml-colon", "A colon and a blank inside a text make YAML see a second key."},
	{"yaml-comma", "A comma or a bracket inside braces ends the text."},
	{"yaml-question", "A question mark inside braces means something else to YAML."},
	{"yaml-comment", "YAML reads a blank and # as a comment, which cuts the text off."},
	{"yaml-indicator", "The text starts with a character that means something else to YAML."},
	{"merge-key", "Merge keys (<<) are no part of the format."},
	{"bad-key", "A list or a mapping stands where a key is wanted."},
	{"unknown-alias", "An alias has no anchor before it in its document."},
	{"alias-recursive", "An alias stands inside its own anchor."},
	{"alias-too-large", "The aliases of a document come to too much."},
	{"too-deep", "Lists and mappings are nested too deeply."},

	// Documents and keys.
	{"missing-version", "A document starts with the version of its format: amends: v1."},
	{"version-first", "The version of the format stands first."},
	{"unsupported-version", "This release does not read that version of the format."},
	{"missing-kind", "A document says what it is: playbook, shared or suite."},
	{"two-kinds", "A document is a playbook or shared definitions, not both."},
	{"misplaced-suite", "A suite stands in a file whose name ends in _test.yaml."},
	{"misplaced-playbook", "A playbook does not stand in a suite file."},
	{"not-in-shared", "The key belongs to playbooks; shared definitions do not take it."},
	{"unknown-key", "A mapping has a key that is not known there."},
	{"missing-key", "A mapping lacks a key that it needs."},
	{"duplicate-key", "A key is there twice."},
	{"wrong-type", "A value is of another type than is wanted here."},
	{"unknown-value", "A value is none of the closed set that is allowed here."},
	{"empty-list", "A list needs at least one item."},
	{"duplicate-value", "A value is listed twice."},

	// Ids and names.
	{"bad-id", "Ids are lower-case letters, digits and -, starting with a letter."},
	{"bad-name", "Names are lower-case letters, digits and _, starting with a letter."},
	{"reserved-name", "The name is a word of the expression language, or is taken by the format."},
	{"duplicate-id", "An id is there twice."},
	{"missing-id", "Two actions could not be told apart; each needs an id."},
	{"name-taken", "The name is declared already."},
	{"unknown-name", "Nothing has that name."},
	{"unknown-field", "No incident has that field."},
	{"unknown-fact", "There is no such fact."},
	{"unknown-term", "There is no such term."},
	{"unknown-table", "There is no such table."},
	{"unknown-column", "The table has no such column."},
	{"unknown-function", "There is no such function."},
	{"unknown-calendar", "There is no such calendar."},
	{"unknown-message", "There is no such message."},
	{"unknown-partner", "There is no such partner."},
	{"unknown-action", "There is no such action."},
	{"unknown-parameter", "The action has no such parameter."},
	{"unknown-zone", "The name is no time zone of the IANA database."},
	{"unknown-currency", "The code is no active currency of ISO 4217."},
	{"duplicate-zone", "The set has two shared time zones."},
	{"duplicate-year", "The years of two shared documents start on two days."},

	// Plays and actions.
	{"wrong-approach", "The key belongs to plays of another approach."},
	{"missing-review-by", "A standard answer goes stale; the play or its playbook needs review_by."},
	{"case-order", "A case behind one that always holds is never reached."},
	{"bad-step", "A step of a suite is about one thing, and has a world only where something looks at it."},
	{"bad-choose", "So many options cannot be chosen."},
	{"no-plays", "A playbook without plays answers nothing."},
	{"no-partner", "No partner could ever stand in."},
	{"bad-action", "An action is its type, with its parameters as a mapping."},
	{"missing-parameter", "The action lacks a parameter that it needs."},
	{"money-if-late", "Actions owed for being late give no money."},
	{"money-in-remind", "Reminders give no money."},
	{"bad-remind", "A reminder takes no times but before and every."},
	{"no-deadline", "A reminder counts back from a deadline, and the action has none."},
	{"never-late", "Without a deadline the action is never late, so its if_late is never owed."},
	{"never-in-force", "The play is never in force."},
	{"no-amount", "The action has no amount that could be limited or summed."},
	{"no-calendar", "Working days need a calendar."},
	{"days-in-calendar", "With a calendar, days and weeks could mean two things."},
	{"reads-now", "The passing of time alone turns the condition, and the playbook does not say when to decide again."},
	{"stale", "The answer was to be reviewed by a day that has passed."},

	// Definitions.
	{"bad-fact", "A fact counts, or sums in a currency."},
	{"bad-limit", "The keys of a limit do not go together."},
	{"no-direction", "A partner serves our customers, or we serve theirs."},
	{"bad-row", "A row has one of from, above, is and otherwise."},
	{"row-order", "The row otherwise is one, and comes last."},
	{"row-columns", "The rows of a table have the same columns."},
	{"mixed-rows", "A table has rows with from and above, or rows with is."},
	{"mixed-column", "The values of a column are of one type."},
	{"rows-not-ascending", "Rows with from and above go up from row to row."},
	{"bad-day", "The key is no day of the week, and no range of days."},
	{"duplicate-day", "A day is there twice."},
	{"bad-hours", "Hours are HH:MM-HH:MM within one day."},
	{"overlapping-hours", "Two spans of a day overlap."},
	{"long-shift", "Hours go on until the next day for very long."},
	{"bad-cutoff", "A cut-off leaves no time of the day in front of it."},
	{"seasons-overlap", "Two seasons have a day in common."},
	{"hours-and-versions", "A calendar has versions, and hours of its own."},
	{"version-order", "The versions of a calendar are not in the order of their days."},
	{"bad-holiday", "A holiday names no day, or names it in two ways."},
	{"open-calendar", "An expression can pick calendars that are not known when the set is loaded."},
	{"holidays-end", "The dated holidays of a calendar end soon, or before the set is reviewed."},
	{"holiday-twice", "Two holidays name the same day."},
	{"holidays-disagree", "Two holidays give a day different hours."},
	{"no-hours", "A calendar needs working hours."},
	{"bad-language", "The key is no language tag."},
	{"duplicate-language", "A language is there twice."},
	{"bad-period", "A period ends before it begins, or one of its ends is no date."},
	{"bad-field", "The keys of a field do not fit its type, or the field that it narrows."},
	{"field-disagrees", "Two declarations of one field differ."},
	{"bad-default", "The default is not of the field's type, or not allowed by it."},
	{"cycle", "Definitions need each other in a circle."},
	{"unused-fact", "Nothing uses the fact."},
	{"unused-term", "Nothing uses the term."},
	{"unused-table", "Nothing uses the table."},
	{"unused-column", "Nothing reads the column, which looks like the end of a row."},
	{"unused-calendar", "Nothing uses the calendar."},
	{"unused-message", "Nothing uses the message."},
	{"unused-partner", "Nothing uses the partner."},
	{"unused-action", "Nothing uses the action."},

	// Values and expressions.
	{"bad-literal", "The text is no well-formed value of its type."},
	{"bad-date", "The text is no date."},
	{"bad-money", "The text is no amount, or none that is allowed here."},
	{"bad-duration", "The text is no duration, or none that is allowed here."},
	{"bad-percent", "The text is no percentage, or none that is allowed here."},
	{"out-of-range", "The value lies outside its bounds."},
	{"not-in-one-of", "The field never has that value."},
	{"syntax", "The expression is not written as the language wants it."},
	{"too-complex", "The expression is too long, too deep or too costly."},
	{"comment", "An expression holds no comments."},
	{"open-expression", "An expression in a text is not closed."},
	{"literal-here", "A value is written another way in expressions: hours(12), not 12h."},
	{"not-here", "The name exists, and cannot be used here."},
	{"whole-object", "An object stands where a value is wanted."},
	{"column-lookup", "A column is looked up by something else than a closed field."},
	{"left-out", "This part of CEL is no part of the language."},
	{"type-mismatch", "Operands or arguments do not fit together."},
	{"mixed-currencies", "Amounts of two currencies do not mix."},
	{"no-currency", "Amounts without a known currency are neither compared nor added."},
	{"not-a-condition", "A condition is true or false; this is something else."},
	{"constant-fails", "The expression can never be evaluated."},
	{"unguarded-read", "What may be missing is read without asking for it first."},
	{"internal", "The library is at fault; please report it."},
}
