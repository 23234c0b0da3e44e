package slip

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// Placeholder is a part of a text that looks like a placeholder of another tool: the runes from From
// up to and without To, and the name inside, with dots between its parts.
type Placeholder struct {
	From, To int
	Name     string
}

// placeholder matches what other tools put into texts. The name is in the one group that matched.
// The name of a currency, as in $USD, is none.
var placeholder = regexp.MustCompile(`\{\{\{?[~#/&>^!=-]?\s*(` + placeholderName + `)[^{}\n]{0,80}\}?\}\}` + // {{ticket.requester.name | upcase}}
	`|\{%[-=]?\s*(` + placeholderName + `)[^{}\n]{0,80}%\}` + // {% if name %}
	`|<%[-=]?\s*(` + placeholderName + `)[^<>\n]{0,80}%>` + // <%= name %>
	`|(?:[#%@]|\$\s+)?\{\s*(` + placeholderName + `|[0-9]{1,2})\s*(?:[:!,|][^{}\n]{0,40})?\}` + // {name}, #{name}, $ {name}, {0}, {amount:.2f}
	`|\[\[\s*(` + placeholderName + `)\s*\]\]` +
	`|<<(` + placeholderName + `)>>` +
	`|%\((` + placeholderName + `)\)[sd]` +
	`|%(` + placeholderName + `)%` +
	`|\$(` + placeholderName + `)`)

const placeholderName = `[\pL_][\pL\pN_]*(?:[.\-][\pL_][\pL\pN_]*)*(?:\(\))?`

// Placeholders finds the placeholders of other tools in a literal text.
func Placeholders(text string) []Placeholder {
	if !strings.ContainsAny(text, "{%<[$") {
		return nil
	}
	var out []Placeholder
	for _, at := range placeholder.FindAllStringSubmatchIndex(text, -1) {
		name := ""
		for g := 2; g < len(at); g += 2 {
			if at[g] >= 0 {
				name = text[at[g]:at[g+1]]
			}
		}
		whole := text[at[0]:at[1]]
		if (whole[0] == '%' || whole[0] == '$') && (follows(text[:at[0]]) || len(name) < 2) || whole[0] == '$' && isCurrency(name) {
			continue
		}
		out = append(out, Placeholder{utf8.RuneCountInString(text[:at[0]]), utf8.RuneCountInString(text[:at[1]]), strings.TrimSuffix(name, "()")})
	}
	return out
}

// follows reports whether a text ends in a letter or digit, as before the sign in 10%off% or US$aver.
func follows(before string) bool {
	r, _ := utf8.DecodeLastRuneInString(before)
	return r == '_' || r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z'
}

func isCurrency(name string) bool {
	return len(name) <= 3 && strings.ToUpper(name) == name
}

// tellers are words in the names of placeholders, and the path of this format for what they stand
// for: the first whose words all come in the name. A path may come several times.
var tellers = []struct{ words, path string }{
	{"decision total", "decision.total"}, {"total amount", "decision.total"}, {"total", "decision.total"},
	{"partner name", "partner.name"}, {"partner", "partner.name"},
	{"due", "action.due_at"}, {"deadline", "action.due_at"},
	{"action type", "action.type"}, {"amount", "action.amount"}, {"refund", "action.amount"}, {"compensation", "action.amount"},
	{"customer id", "incident.customer.id"}, {"user id", "incident.customer.id"}, {"requester id", "incident.customer.id"},
	{"tier", "incident.customer.tier"}, {"ticket id", "incident.id"}, {"case id", "incident.id"}, {"incident id", "incident.id"}, {"order id", "incident.id"}, {"id", "incident.id"}, {"number", "incident.id"},
	{"subject", "incident.summary"}, {"summary", "incident.summary"},
	{"name", "incident.customer.name"}, {"firstname", "incident.customer.name"}, {"lastname", "incident.customer.name"}, {"fullname", "incident.customer.name"}, {"username", "incident.customer.name"},
	{"customer", "incident.customer.name"}, {"requester", "incident.customer.name"}, {"user", "incident.customer.name"}, {"contact", "incident.customer.name"}, {"guest", "incident.customer.name"}, {"passenger", "incident.customer.name"},
}

// Meant returns the path that a name in a placeholder most likely stands for, among those that are
// known; "" where nothing is likely. suggest finds a name that is spelt nearly alike.
func Meant(name string, known []string, suggest func(name string, known []string) string) string {
	lower := strings.ToLower(name)
	for _, prefix := range []string{"", "incident.", "incident.customer.", "action.", "partner.", "facts.", "terms."} {
		if path := prefix + lower; slices.Contains(known, path) {
			return path
		}
		if path := prefix + strings.ReplaceAll(lower, "-", "_"); slices.Contains(known, path) {
			return path
		}
	}
	last := lower[strings.LastIndexByte(lower, '.')+1:]
	for _, path := range known {
		if strings.HasPrefix(path, "incident.") && !strings.HasPrefix(path, "incident.customer.") && len(last) > 4 && strings.HasSuffix(path, "."+last) {
			return path
		}
	}
	words := strings.FieldsFunc(lower, func(r rune) bool { return r == '.' || r == '_' || r == '-' })
	for _, t := range tellers {
		all := !slices.ContainsFunc(strings.Fields(t.words), func(w string) bool { return !slices.Contains(words, w) })
		if all && slices.Contains(known, t.path) {
			return t.path
		}
	}
	if utf8.RuneCountInString(lower) < 4 {
		return ""
	}
	if near := suggest("incident."+lower, known); near != "" {
		return near
	}
	return suggest(lower, known)
}
