package yamlnode

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// plainer says in plain words what the parser's commonest messages mean.
var plainer = [...]struct{ theirs, ours, hint string }{
	{"mapping values are not allowed in this context",
		"a `: ` stands where no key can be", "quote the whole value, or check the indentation of this line"},
	{"did not find expected key",
		"a line does not fit the block that starts here", "check the indentation of the lines below, and that every key has its colon"},
	{"could not find expected ':'",
		"a key has no colon", "write `key: value`; check the indentation of this line"},
	{"did not find expected '-' indicator",
		"a line does not fit the list that starts here", "check the indentation of the lines below; every item starts with `- `"},
	{"did not find expected ',' or '}'",
		"a mapping in braces is not continued with `,` or closed with `}`", "quote the values inside the braces, and check that each brace is closed"},
	{"did not find expected ',' or ']'",
		"a list in brackets is not continued with `,` or closed with `]`", "quote the values inside the brackets, and check that each bracket is closed"},
	{"exceeded max depth of 10000", "the file is nested too deeply", ""},
}

// syntaxProblem words a syntax error of the parser. The parser gives no column
// and often the line of the enclosing block, or none.
func syntaxProblem(src *Source, err error) Problem {
	msg := strings.TrimPrefix(err.Error(), "yaml: ")
	line := 1
	if rest, ok := strings.CutPrefix(msg, "line "); ok {
		if n, text, ok := strings.Cut(rest, ": "); ok {
			if at, err := strconv.Atoi(n); err == nil {
				line, msg = at, text
			}
		}
	}
	line = min(max(line, 1), len(src.starts))
	text := src.Line(line)
	blanks := len(text) - len(strings.TrimLeft(text, " \t"))
	p := Problem{
		Code:    "yaml-syntax",
		Message: "this is not YAML: " + msg,
		Start:   Pos{line, blanks + 1},
		End:     Pos{line, max(utf8.RuneCountInString(strings.TrimRight(text, " \t")), blanks+1) + 1},
	}
	for _, known := range plainer {
		if msg == known.theirs {
			p.Message, p.Hint = "this is not YAML: "+known.ours, known.hint
		}
	}
	return p
}
