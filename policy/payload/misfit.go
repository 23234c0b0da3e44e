package payload

import (
	"encoding/json"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy/value"
)

// Misfit says what a payload has in the place of a value, and what to do about it.
type Misfit struct {
	Within string         // where in the field, such as [2].price of a list of items; empty for the field itself
	At     playbook.Range // where the map says how the value is read
	Path   string         // where it stands in the payload
	Wanted string         // such as "an amount in EUR"
	Found  string         // such as `"1,234"`, with what is wrong with it; empty where there is nothing
	Remedy string         // what to write in the map; may be empty
}

// misfit is the misfit of a value. why says what is wrong with it, as the rest of a sentence.
func misfit(wanted string, v any, why, remedy string) *Misfit {
	found := Shown(v)
	if why != "" {
		found += ", which " + why
	}
	if text, ok := v.(string); ok && remedy == "" && meansNone(text) {
		remedy = "write `missing: [" + strconv.Quote(text) + "]`, if it means that there is none"
	}
	return &Misfit{Wanted: wanted, Found: found, Remedy: remedy}
}

// meansNone reports whether a text looks like one that other programs write for nothing.
func meansNone(text string) bool {
	switch strings.ToLower(strings.TrimSpace(text)) {
	case "", "-", "--", "?", "n/a", "na", "nan", "nil", "none", "null", "unknown", "(null)", `\n`:
		return true
	}
	return false
}

// Shown writes a value of a payload for a message.
func Shown(v any) string {
	const most = 60
	switch x := v.(type) {
	case nil:
		return "null"
	case string:
		if utf8.RuneCountInString(x) > most {
			return strconv.Quote(string([]rune(x)[:most])) + "…"
		}
		return strconv.Quote(x)
	case json.Number:
		if len(x) > most {
			return "the number " + string(x[:most]) + "…"
		}
		return "the number " + string(x)
	case bool:
		return strconv.FormatBool(x)
	case []any:
		if len(x) == 1 {
			return "a list of one"
		}
		return "a list of " + strconv.Itoa(len(x))
	case map[string]any:
		return "an object"
	}
	return value.Show(v)
}

// TextOf is a text, a number or a bool of a payload as text; false for anything else.
func TextOf(v any) (string, bool) {
	switch x := v.(type) {
	case string:
		return x, true
	case json.Number:
		return string(x), true
	case bool:
		return strconv.FormatBool(x), true
	}
	return "", false
}
