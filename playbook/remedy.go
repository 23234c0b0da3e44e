package playbook

import (
	"cmp"
	"slices"
	"strings"

	"github.com/servicerecovery/amends/playbook/internal/yamlnode"
)

// remedy is what to do about a mistake: what to say, and where it is certain what to write,
// the change to the file.
type remedy struct {
	hint string
	edit Edit
}

func say(hint string) remedy { return remedy{hint: hint} }

// mend reports an error with its remedy.
func (r *reader) mend(at Range, code string, fix remedy, format string, args ...any) {
	r.add(at, code, fix.hint, format, args...)
	r.diags[len(r.diags)-1].Edit = fix.edit
}

// instead writes something else in the place of a text.
func instead(of Text, with string) remedy {
	edit, quoted := of.Replace(0, len([]rune(of.Value)), with)
	if quoted {
		with = edit.Text
	}
	return remedy{"write `" + with + "`", edit}
}

// as writes something in the place of a node as it is, with no quotes around it.
func as(n *yamlnode.Node, with string) remedy {
	return remedy{"write `" + with + "`", Edit{Pos(n.Start), Pos(n.End), with}}
}

// otherKeys maps other words for keys of the format to the keys that they may mean.
var otherKeys = map[string][]string{
	"if": {"when"}, "condition": {"when"}, "conditions": {"when"}, "where": {"when", "applies"}, "trigger": {"when"}, "cuando": {"when"}, "si": {"when"}, "wenn": {"when"},
	"then": {"do"}, "steps": {"do"}, "action": {"do"}, "hacer": {"do"}, "tun": {"do"}, "actions": {"do", "options"},
	"name": {"id", "title"}, "description": {"about"}, "desc": {"about"}, "comment": {"about", "note"}, "summary": {"about"}, "type": {"approach"}, "kind": {"approach"}, "strategy": {"approach"},
	"version": {"amends"}, "rules": {"plays"}, "rule": {"plays"}, "fields": {"incident"}, "field": {"incident"}, "inputs": {"incident"}, "variables": {"terms"}, "definitions": {"terms"}, "templates": {"messages"}, "texts": {"messages"},
	"timezone": {"zone"}, "time_zone": {"zone"}, "tz": {"zone"}, "zona": {"zone"}, "round": {"rounding"}, "rounds": {"rounding"}, "rounding_mode": {"rounding"}, "fiscal_year": {"year_starts"}, "year_start": {"year_starts"}, "financial_year": {"year_starts"}, "year_begins": {"year_starts"}, "review": {"review_by"}, "review_date": {"review_by"}, "expires": {"review_by"}, "valid_until": {"review_by"}, "valid": {"in_force"}, "effective": {"in_force"}, "active": {"in_force"},
	"deadline": {"within"}, "due": {"within"}, "sla": {"within"}, "order": {"priority"}, "weight": {"priority"}, "rank": {"priority"},
	"values": {"one_of", "words"}, "enum": {"one_of"}, "options": {"one_of"}, "choices": {"options"}, "minimum": {"min", "from"}, "maximum": {"max", "upto"}, "min": {"from"}, "max": {"upto"}, "unit": {"currency"}, "who": {"decider"}, "by": {"decider"},
	"to": {"until", "upto"}, "till": {"until", "upto"}, "end": {"until", "upto"}, "until": {"upto"}, "up_to": {"upto"}, "at_most": {"upto"}, "under": {"below"}, "less_than": {"below"}, "before": {"below"}, "start": {"from"}, "at_least": {"from"}, "more_than": {"above"}, "after": {"above"}, "since": {"from"}, "days": {"hours"}, "times": {"hours"}, "opening_hours": {"hours"}, "vacations": {"holidays"}, "closed": {"holidays"},
	"expect": {"want"}, "expected": {"want"}, "expects": {"want"}, "then_want": {"want"}, "given": {"incident"}, "input": {"incident"}, "event": {"incident"}, "cases": {"tests"}, "test": {"tests"},
	"foreach": {"each"}, "for_each": {"each"}, "for": {"each"}, "per": {"each"}, "items": {"each"}, "counts": {"counting"}, "count": {"counting"}, "fact": {"counting"}, "only": {"where"}, "filter": {"where", "only"},
	"day": {"date"}, "over": {"above"}, "key": {"by"}, "lookup": {"by"}, "entries": {"rows"}, "period": {"last"}, "window": {"last"}, "cap": {"at_most"}, "limit": {"at_most"},
	"path": {"from"}, "column": {"from"}, "source": {"from"}, "default": {"otherwise"}, "else": {"otherwise"}, "mapping": {"words"}, "translate": {"words"}, "template": {"text"}, "value": {"const"},
	"separator": {"split"}, "delimiter": {"split"}, "null": {"missing"}, "nulls": {"missing"}, "absent": {"missing"}, "charset": {"encoding"},
}

// otherValues are other words for the members of closed sets.
var otherValues = map[string]string{
	"automatic": standardised, "auto": standardised, "rule": standardised, "fixed": standardised, "manual": caseByCase, "discretion": caseByCase, "discretionary": caseByCase, "individual": caseByCase,
	"proactive": preventive, "prevention": preventive, "substitution": partnered, "substitute": partnered, "both": "any", "problem": "failure", "warning": "signal", "forecast": "signal", "ours": "us", "we": "us",
	"every": "all", "single": "one", "escalation": "escalate", "max": "highest", "maximum": "highest", "daily": "day", "hourly": "hour", "weekly": "week",
	"bankers": "half-even", "banker": "half-even", "nearest": "half-even", "even": "half-even", "commercial": "half-up", "ceiling": "up", "ceil": "up", "floor": "down", "truncate": "down", "half": "half-up", "half-down": "half-even",
	"unix": "epoch", "timestamp": "epoch", "epoch-s": "epoch", "millis": "epoch-ms", "milliseconds": "epoch-ms", "ms": "epoch-ms", "02/01/2006": "d/m/y", "01/02/2006": "m/d/y", "2006-01-02": "y-m-d",
	"s": "seconds", "sec": "seconds", "secs": "seconds", "m": "minutes", "min": "minutes", "mins": "minutes", "h": "hours", "hr": "hours", "hrs": "hours", "d": "days", "%": "percent",
	"comma": ",", "point": ".", "dot": ".", "period": ".", "iso-8859-1": "latin-1", "iso8859-1": "latin-1", "cp1252": "windows-1252", "ansi": "windows-1252",
}

// otherValue is the member of a closed set that another word stands for, or "".
func otherValue(word string, set []string) string {
	word = strings.ToLower(word)
	if other := otherValues[word]; slices.Contains(set, other) {
		return other
	}
	if order := dayOrder(word); slices.Contains(set, order) {
		return order
	}
	return ""
}

// dayOrder is the format of days that a pattern of another language means, such as d/m/y for dd.mm.yyyy or %d/%m/%Y.
func dayOrder(pattern string) string {
	order := ""
	for _, c := range pattern {
		switch {
		case len(order) == 3 || c < 'a' || c > 'z' || strings.ContainsRune(order, c):
		case strings.ContainsRune("dmy", c):
			order += string(c)
		default:
			return ""
		}
	}
	return map[string]string{"dmy": "d/m/y", "mdy": "m/d/y", "ymd": "y-m-d"}[order]
}

// meantKey is the known key that a key was most likely meant to be, or "".
func meantKey(key string, known []string) string {
	return cmp.Or(Suggest(key, known), otherKey(key, known))
}

// otherKey is the known key that another word stands for, or "".
func otherKey(key string, known []string) string {
	for _, meant := range otherKeys[strings.ToLower(key)] {
		for _, k := range known {
			if k == meant {
				return k
			}
		}
	}
	return ""
}

// playKeys, actionPart and discretionPart are keys that are written at other levels by mistake.
var (
	playKeys       = [...]string{"id", "approach", "when", "each", "where", "phase", "provider", "priority", "fallback", "answers", "do", "cases", "discretion", "lead", "too_late", "substitute", "otherwise"}
	actionPart     = [...]string{"amount", "as", "item", "to", "every", "measure", "within", "after", "since", "calendar", "pauses", "remind", "if_late", "before", "owner", "message", "note"}
	discretionPart = [...]string{"decider", "options", "choose", "comparable", "tolerance", "authority", "second"}
	topKeys        = [...]string{"playbook", "zone", "owner", "applies", "matches", "plays", "year_starts", "rounding", "incident", "facts", "terms", "tables", "calendars", "messages", "partners", "actions", "limits", "title", "about", "amends", "shared", "review_by", "in_force", "again", "roles", "causes", "map", "fields", "guarantees", "uses"}
)

// elsewhere says where a key stands that a mapping does not have.
func elsewhere(what, key string) string {
	has := func(keys []string) bool { return slices.Contains(keys, key) }
	switch what {
	case "a field of items":
		switch key {
		case "items":
			return "items have no lists of items: declare the list as a field of incidents, with a field that names the item"
		case "required":
			return "remove it: an item must have each field without `optional` or `default`"
		}
	case wholeTest.what, rowOfEach.what, "`defaults`":
		switch key {
		case "choose":
			return "write it in a step under `then`: a choice is made when the incident has been decided"
		case "approve", "decline":
			return "write it in a step under `then`, behind the step that chooses"
		case "again", "report":
			return "write it in a step under `then`, which goes on after the incident has been decided"
		case "done", "reports":
			return "write `report: [{ACTION: {}}]` in a step under `then`, which goes on after the incident has been decided"
		}
	case rowOfThen.what:
		if key == "done" || key == "reports" {
			return "write `report: [{ACTION: {}}]`, with the type of the action"
		}
	case "a playbook":
		switch {
		case has(playKeys[:]):
			return "it is a key of a play: indent it as far as the `id` of its play, below `plays:`"
		case has(actionPart[:]):
			return "it is a key of an action: write it into the braces of its action, `- compensate: {" + key + ": …}`"
		case key == "hours" || key == "holidays":
			return "it is a key of a calendar: write it under `calendars:` and the calendar's id"
		}
	case "a map":
		if wellFormed(key, '_') {
			return "if it is a field of incidents, write it below `fields:`, indented"
		}
	case "a range":
		if key == "is" {
			return "write the value, or a list of values, in the place of the range"
		}
	case "a play", "a case":
		switch {
		case has(discretionPart[:]):
			return "it is a key of `discretion`: write it below `discretion:`"
		case has(actionPart[:]):
			return "it is a key of an action: write it into the braces of its action under `do:`, such as `- compensate: {" + key + ": …}`"
		case has(topKeys[:]):
			return "it is a key of the playbook: write it at the left edge of the file"
		case wellFormed(key, '_') && what == "a play":
			return "if it is an action, write it as an item under `do:`, `- " + key + ": {…}`"
		}
	}
	return ""
}

// colonAfterKey puts a colon behind the first word of a line without one, where that is a
// key of the format.
func colonAfterKey(d *Diagnostic, line string) {
	_, text := splitRunes(line, d.Range.Start.Column-1)
	word, rest, blank := strings.Cut(strings.TrimSpace(text), " ")
	isKey := slices.Contains(playKeys[:], word) || slices.Contains(topKeys[:], word) || slices.Contains(actionPart[:], word)
	if !blank || !isKey {
		return
	}
	start := d.Range.Start
	end := Pos{start.Line, start.Column + len([]rune(word))}
	rest = strings.TrimLeft(rest, " ")
	if value, ok := strings.CutPrefix(rest, "="); ok {
		rest = strings.TrimLeft(value, " =")
	}
	end.Column += len([]rune(strings.TrimRight(text, " "))) - len([]rune(word)) - len([]rune(rest))
	d.Hint = "write `" + clip(word+": "+rest) + "`"
	d.Edit = Edit{start, end, word + ": "}
}
