package yamlnode

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"
)

// The traps: what was meant as text and is read by YAML as something else.

func tagProblem(at Pos, text string) Problem {
	text = cutComment(text)
	return Problem{
		Code:    "yaml-tag",
		Message: fmt.Sprintf("YAML reads `%s` as a tag, because it starts with `!`", clip(text)),
		Start:   at,
		End:     Pos{at.Line, at.Column + max(1, utf8.RuneCountInString(text))},
	}.quoting(text, "")
}

func quoteProblem(at, end Pos, quoted, whole string) Problem {
	return Problem{
		Code:    "yaml-quote",
		Message: fmt.Sprintf("YAML ends the value after %s, because it starts with a quote; more stands behind it", clip(quoted)),
		Start:   at,
		End:     end,
	}.quoting(withoutOuterQuotes(quoted, cutComment(whole)), "")
}

func bracketProblem(at, end Pos, bracket rune, whole string) Problem {
	p := Problem{
		Code:    "yaml-bracket",
		Message: fmt.Sprintf("YAML reads the `%c` in this plain value as the start of a list or a mapping", bracket),
		Start:   at,
		End:     end,
	}.quoting(whole, "")
	if bracket == ']' || bracket == '}' {
		p.Message = fmt.Sprintf("YAML reads the `%c` in this plain value as the end of a list or a mapping", bracket)
	}
	return p
}

// surplusProblem is what stands behind a value that is complete.
func surplusProblem(at Pos, text string) Problem {
	return Problem{
		Code:    "yaml-bracket",
		Message: fmt.Sprintf("the value is complete before this `%s`", clip(text)),
		Hint:    "remove it",
		Start:   at,
		End:     Pos{at.Line, at.Column + utf8.RuneCountInString(text)},
		Edit:    Edit{at, Pos{at.Line, at.Column + utf8.RuneCountInString(text)}, ""},
	}
}

// colonProblem names the word before the colon where it may be a key that lacks
// the comma before it.
func colonProblem(at Pos, whole, word string) Problem {
	p := Problem{
		Code:    "yaml-colon",
		Message: "YAML reads a colon with a blank behind it as the end of a key; it stands inside a plain value",
		Start:   at,
		End:     Pos{at.Line, at.Column + 1},
	}.quoting(whole, "")
	if word != "" {
		p.Hint += "; if `" + clip(word) + "` is a key, write a comma in front of it"
		p.quoted = ""
	}
	return p
}

func questionProblem(at Pos, whole string) Problem {
	return Problem{
		Code:    "yaml-question",
		Message: "inside braces and brackets YAML ends a plain value at a `?`",
		Start:   at,
		End:     Pos{at.Line, at.Column + 1},
	}.quoting(whole, "")
}

// commaProblem names the text behind the comma where it may be a key without a
// value.
func commaProblem(at, end Pos, before, whole, key string) Problem {
	p := Problem{
		Code:    "yaml-comma",
		Message: fmt.Sprintf("inside braces and brackets YAML ends a plain value at a comma: `%s` is all that is left of this one", clip(before)),
		Start:   at,
		End:     end,
	}.quoting(whole, "").replacing(at, end)
	if m := decimalComma.FindStringSubmatch(whole); m != nil {
		number := m[1] + strings.ReplaceAll(m[2], ",", "")
		if m[3] != "" {
			number += "." + m[3]
		}
		m[3] = m[4]
		p.Hint = "write `" + number + m[3] + "`: a point stands before decimals, and nothing between thousands"
		p.Edit.Text = number + m[3]
		return p
	}
	if key != "" {
		p.Edit = Edit{}
		if names.MatchString(whole) {
			p.Hint += ", or into brackets, [" + whole + "], if it is a list"
		}
		p.Hint += "; if `" + clip(key) + "` is a key, write `" + clip(key) + ": ` and its value"
	}
	return p
}

// names are names with commas between them, as in a list.
var names = regexp.MustCompile(`^[a-z0-9_.-]+(?:, ?[a-z0-9_.-]+)+$`)

// decimalComma is a number with a comma before its decimals, or between thousands.
var decimalComma = regexp.MustCompile(`^(-?|[a-z_.]+ [*/] )(\d+?(?:,\d{3})*)(?:,(\d{1,2}))?( [A-Z]{3}|%|[wdhms])?$`)

func missingCommaProblem(at Pos, name string) Problem {
	return Problem{
		Code:    "yaml-comma",
		Message: fmt.Sprintf("a comma is missing in front of `%s`", clip(name)),
		Hint:    "write a comma behind the value before it",
		Start:   at,
		End:     Pos{at.Line, at.Column + utf8.RuneCountInString(name)},
	}
}

func loneCommaProblem(at Pos) Problem {
	return Problem{
		Code:    "yaml-comma",
		Message: "nothing stands before this comma",
		Hint:    "remove it",
		Start:   at,
		End:     Pos{at.Line, at.Column + 1},
		Edit:    Edit{at, Pos{at.Line, at.Column + 1}, ""},
	}
}

func commentProblem(at Pos, whole string) Problem {
	p := Problem{
		Code:    "yaml-comment",
		Message: "YAML reads ` #` as the start of a comment, which cuts off what stands behind it",
		Start:   at,
		End:     Pos{at.Line, at.Column + 1},
	}.quoting(whole, "; a comment goes on a line of its own")
	if proseComment.MatchString(whole) {
		p.quoted = "" // it may be a comment
	}
	return p
}

// proseComment is a comment as people write them, and not the number of something.
var proseComment = regexp.MustCompile(` # *\pL`)

// hiddenProblem is a comment behind a complete item, in which brackets are
// closed.
func hiddenProblem(at Pos) Problem {
	return Problem{
		Code:    "yaml-comment",
		Message: "YAML reads ` #` as the start of a comment; brackets that are still open are closed only inside it",
		Hint:    "put the comment on a line of its own, above",
		Start:   at,
		End:     Pos{at.Line, at.Column + 1},
	}
}

func escapeProblem(at Pos, escape, quoted string) Problem {
	p := Problem{
		Code:    "yaml-syntax",
		Message: fmt.Sprintf("this is not YAML: `%s` is no escape inside double quotes", clip(escape)),
		Hint:    "write the backslash twice, or put the text into single quotes, where it is one character like others",
		Start:   at,
		End:     Pos{at.Line, at.Column + utf8.RuneCountInString(escape)},
	}
	if escape == `\x` || escape == `\u` || escape == `\U` {
		p.Message = fmt.Sprintf("this is not YAML: `%s` wants %d hexadecimal digits behind it", escape, hexDigits[rune(escape[1])])
	}
	return p
}

func indicatorProblem(at Pos, r rune, text string) Problem {
	p := Problem{
		Code:    "yaml-indicator",
		Message: fmt.Sprintf("a plain value may not start with `%c`", r),
		Start:   at,
		End:     Pos{at.Line, at.Column + 1},
	}.quoting(cutComment(firstLine(text)), "")
	if strings.Contains(strings.TrimSpace(text), "\n") {
		p = p.quoting("", "")
	}
	if r == '-' {
		p.quoted = ""
		p.Message = "an item of a list may not start here"
		p.Hint = "write the list in brackets, `[…]`, or each item on a line of its own; put text into single quotes"
	}
	return p
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

// quoting gives a problem the hint to quote a text.
func (p Problem) quoting(text, more string) Problem {
	p.Hint = quoteHint(text) + more
	p.quoted = ""
	if text = strings.TrimSpace(text); !strings.ContainsRune(text, '\n') {
		p.quoted = text
	}
	return p
}

// quoteHint shows the remedy of most traps, on the text itself where it is
// short enough to be typed off.
func quoteHint(text string) string {
	text = strings.TrimSpace(text)
	if text == "" || strings.ContainsRune(text, '\n') || utf8.RuneCountInString(text) > 60 {
		return "put the whole value into single quotes (a quote inside is written twice)" + orBlock
	}
	return "put the whole value into single quotes, '" + strings.ReplaceAll(text, "'", "''") + "'" + orBlock
}

const orBlock = ", or into a `>-` block"

// inside makes a problem one of a value inside brackets or braces, where no
// block can stand.
func inside(p Problem) Problem {
	p.Hint = strings.Replace(p.Hint, orBlock, "", 1)
	return p
}

func emptyAnchorProblem(at Pos, name string) Problem {
	return Problem{
		Code:    "yaml-indicator",
		Message: fmt.Sprintf("YAML reads `&%s` as the name of a value, and no value stands behind it", clip(name)),
		Start:   at,
		End:     Pos{at.Line, at.Column + 1 + utf8.RuneCountInString(name)},
	}.quoting("&"+name, "; else write the value")
}

// withoutOuterQuotes drops the quotes around a text that has the same quotes
// inside. Those of `"a" == b` belong to the text: an operator or a further word
// stands behind the first string, not a letter right at its quote.
func withoutOuterQuotes(first, whole string) string {
	quote, rest := whole[:1], strings.TrimPrefix(whole, first)
	if rest == whole {
		return "" // a comment seems to start inside the first string
	}
	if rest == "" || !isLetter(rest[0]) && rest[:1] != quote {
		return whole
	}
	if quote == `"` && strings.Contains(whole, `\`) {
		return "" // escapes would have to be undone
	}
	inner := whole[1:]
	if short, ok := strings.CutSuffix(inner, quote); ok && quotes(inner)%2 == 1 {
		inner = short
	}
	return inner
}

// quotes counts the quotes in s that are no apostrophes.
func quotes(s string) (n int) {
	for i := range len(s) {
		if isQuote(s, i) {
			n++
		}
	}
	return n
}

// isQuote reports whether a quote stands at i that is no apostrophe.
func isQuote(s string, i int) bool {
	return s[i] == '"' || s[i] == '\'' && (i == 0 || i+1 == len(s) || !isLetter(s[i-1]) || !isLetter(s[i+1]))
}

// isLetter reports whether b is part of a letter or a digit.
func isLetter(b byte) bool {
	return b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9' || b >= utf8.RuneSelf
}

// clip shortens what is shown of a file.
func clip(s string) string {
	const most = 40
	at, n := 0, 0 // a value may be as long as a file
	for i := range s {
		if n++; n == most {
			at = i
		} else if n > most {
			return s[:at] + "…"
		}
	}
	return s
}

// cutComment drops a comment and the blanks around what is left. A ` #` inside
// quotes starts none.
func cutComment(s string) string {
	inside := false
	for i := 1; i < len(s); i++ {
		if isQuote(s, i-1) {
			inside = !inside
		}
		if s[i] == '#' && isBlank(rune(s[i-1])) && !inside {
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
	return s != "" && strings.IndexFunc(s, func(r rune) bool { return !isWordRune(r) }) < 0
}

func isWordRune(r rune) bool {
	return r >= 'a' && r <= 'z' || r == '_' || r == '-' || r == '.' || r >= '0' && r <= '9'
}
