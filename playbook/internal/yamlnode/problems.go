package yamlnode

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// The traps: what was meant as text and is read by YAML as something else.

func tagProblem(at Pos, text string) Problem {
	text = cutComment(text)
	return Problem{
		Code:    "yaml-tag",
		Message: fmt.Sprintf("YAML reads `%s` as a tag, because it starts with `!`", clip(text)),
		Hint:    quoteHint(text),
		Start:   at,
		End:     Pos{at.Line, at.Column + max(1, utf8.RuneCountInString(text))},
	}
}

func quoteProblem(at, end Pos, quoted, whole string) Problem {
	return Problem{
		Code:    "yaml-quote",
		Message: fmt.Sprintf("YAML ends the value after %s, because it starts with a quote; more stands behind it", clip(quoted)),
		Hint:    quoteHint(whole),
		Start:   at,
		End:     end,
	}
}

func bracketProblem(at, end Pos, bracket rune, whole string) Problem {
	return Problem{
		Code:    "yaml-bracket",
		Message: fmt.Sprintf("YAML reads the `%c` in this plain value as the start of a list or a mapping", bracket),
		Hint:    quoteHint(whole),
		Start:   at,
		End:     end,
	}
}

func colonProblem(at Pos, whole string) Problem {
	return Problem{
		Code:    "yaml-colon",
		Message: "YAML reads a colon with a blank behind it as the end of a key; it stands inside a plain value",
		Hint:    quoteHint(whole),
		Start:   at,
		End:     Pos{at.Line, at.Column + 1},
	}
}

func questionProblem(at Pos, whole string) Problem {
	return Problem{
		Code:    "yaml-question",
		Message: "inside braces and brackets YAML ends a plain value at a `?`",
		Hint:    quoteHint(whole),
		Start:   at,
		End:     Pos{at.Line, at.Column + 1},
	}
}

func commaProblem(at, end Pos, before string) Problem {
	return Problem{
		Code:    "yaml-comma",
		Message: fmt.Sprintf("inside braces and brackets YAML ends a plain value at a comma: `%s` is all that is left of this one", clip(before)),
		Hint:    quoteHint(""),
		Start:   at,
		End:     end,
	}
}

func commentProblem(at Pos) Problem {
	return Problem{
		Code:    "yaml-comment",
		Message: "YAML reads ` #` as the start of a comment, which cuts this value off",
		Hint:    quoteHint("") + "; a comment goes on a line of its own",
		Start:   at,
		End:     Pos{at.Line, at.Column + 1},
	}
}

func indicatorProblem(at Pos, r rune) Problem {
	return Problem{
		Code:    "yaml-indicator",
		Message: fmt.Sprintf("a plain value may not start with `%c`", r),
		Hint:    quoteHint(""),
		Start:   at,
		End:     Pos{at.Line, at.Column + 1},
	}
}

func unclosedProblem(at Pos, r rune) Problem {
	return Problem{
		Code:    "yaml-unclosed",
		Message: fmt.Sprintf("the `%c` that opens here is never closed", r),
		Hint:    fmt.Sprintf("close it with `%c`", closer(r)),
		Start:   at,
		End:     Pos{at.Line, at.Column + 1},
	}
}

func mismatchProblem(at Pos, r rune, open frame) Problem {
	return Problem{
		Code:    "yaml-unclosed",
		Message: fmt.Sprintf("`%c` stands here while the `%c` of line %d, column %d is still open", r, open.bracket, open.at.pos.Line, open.at.pos.Column),
		Hint:    fmt.Sprintf("close it with `%c` first, or remove the `%c`", closer(open.bracket), r),
		Start:   at,
		End:     Pos{at.Line, at.Column + 1},
	}
}

func closer(r rune) rune {
	switch r {
	case '[':
		return ']'
	case '{':
		return '}'
	}
	return r
}

// quoteHint shows the remedy of most traps, on the text itself where it is
// short enough to be typed off.
func quoteHint(text string) string {
	text = strings.TrimSpace(text)
	if text == "" || strings.ContainsRune(text, '\n') || utf8.RuneCountInString(text) > 60 {
		return "put the whole value into single quotes (a quote inside is written twice), or into a `>-` block"
	}
	return "put the whole value into single quotes, '" + strings.ReplaceAll(text, "'", "''") + "', or into a `>-` block"
}

// clip shortens what is shown of a file.
func clip(s string) string {
	const most = 40
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most-1]) + "…"
}

// cutComment drops a comment and the blanks around what is left.
func cutComment(s string) string {
	for i := 1; i < len(s); i++ {
		if s[i] == '#' && isBlank(rune(s[i-1])) {
			s = s[:i]
			break
		}
	}
	return strings.TrimSpace(s)
}

// open counts the round brackets that s opens and does not close.
func open(s string) int { return strings.Count(s, "(") - strings.Count(s, ")") }

// isWord reports whether s could be a key of the format.
func isWord(s string) bool {
	for _, r := range s {
		if (r < 'a' || r > 'z') && r != '_' && r != '-' && r != '.' && (r < '0' || r > '9') {
			return false
		}
	}
	return s != ""
}
