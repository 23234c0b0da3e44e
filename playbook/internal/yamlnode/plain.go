package yamlnode

import "strings"

// PlainText reports whether a text of one line means itself to YAML when it is
// written without quotes, inside brackets and braces or not.
func PlainText(text string, flow bool) bool {
	if text == "" || strings.TrimSpace(text) != text || strings.ContainsAny(text, "\n\t") {
		return false
	}
	first, rest := text[0], text[1:]
	switch {
	case strings.IndexByte("!&*@`%|>{}[],#\"'", first) >= 0:
		return false
	case strings.IndexByte("-?:", first) >= 0 && (rest == "" || rest[0] == ' '):
		return false
	case strings.Contains(text, ": "), strings.HasSuffix(text, ":"), strings.Contains(text, " #"):
		return false
	case flow && strings.ContainsAny(text, ",[]{}?"):
		return false
	}
	return true
}
