package explain

import (
	"strings"
	"unicode/utf8"

	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/recovery/internal/term"
)

// The marks of a part: whether it holds, and whether it was looked at.
const (
	holds     = "✓"
	holdsNot  = "✗"
	fails     = "!"
	decisive  = "▸ " // in the margin of the parts that decided
	plainEdge = "  "
)

func markOf(n *policy.Node) string {
	mark := holdsNot
	switch {
	case n.Err != nil:
		mark = fails
	case n.Value == true:
		mark = holds
	}
	if n.Skipped {
		return "(" + mark + ")"
	}
	return " " + mark + " "
}

// headings stand for the parts whose own parts are written below them.
var headings = map[policy.NodeKind]string{policy.NodeAnd: "all of", policy.NodeOr: "one of", policy.NodeNot: "not", policy.NodeIf: "if"}

// heading is the line above the parts of a node, such as "all of". It is false for a node
// that takes one line with everything in it.
func heading(n *policy.Node) (string, bool) {
	switch n.Kind {
	case policy.NodeNot:
		_, deeper := heading(n.Parts[0])
		return headings[n.Kind], deeper
	case policy.NodeRead:
		return n.Text, isTerm(n) && len(n.Parts) == 1
	}
	text, ok := headings[n.Kind]
	return text, ok
}

// isTerm tells a term that is a condition.
func isTerm(n *policy.Node) bool {
	body := n.Body()
	return body != nil && body.Bool && strings.HasPrefix(n.Path, "terms.")
}

// deepest is how far parts move to the right; deeper ones stand below each other.
const deepest = 20

// tree writes a condition, a line for each part. Of a term that it shows once, it says elsewhere
// where to look.
func (t *textWriter) tree(n *policy.Node, depth int, label string) {
	depth = min(depth, deepest)
	text, deeper := heading(n)
	switch {
	case deeper:
	case isTerm(n):
		where := "as below"
		if t.opened[n.Body()] {
			where = "as above"
		}
		t.part(n, depth, edgeOf(n), label+n.Text, []string{where})
		return
	default:
		t.part(n, depth, edgeOf(n), label+n.Text, values(n))
		return
	}
	t.opened[n.Parts[0]] = true
	t.part(n, depth, plainEdge, label+text, nil)
	labels := []string{"", "then ", "else "}
	for i, p := range n.Parts {
		label = ""
		if n.Kind == policy.NodeIf {
			label = labels[i]
		}
		t.tree(p, depth+1, label)
	}
}

// edgeOf is the mark in front of a node that takes one line.
func edgeOf(n *policy.Node) string {
	if n.Decided {
		return decisive
	}
	return plainEdge
}

// part writes a line: the margin, the mark, the text, and the values to the right
// of it or below.
func (t *textWriter) part(n *policy.Node, depth int, edge, text string, values []string) {
	text = term.Plain(text).String() // as it is broken
	mark := markOf(n)
	front := edge + strings.Repeat("  ", depth) + mark + " "
	at := utf8.RuneCountInString(front)
	style := t.styleOf(n, edge)
	if all := "   " + term.Plain(strings.Join(values, ", ")).String(); at+utf8.RuneCountInString(text+all) <= width {
		t.line("%s%s%s", t.painted(front, mark), t.paint(style, text), dimmed(t, all))
		return
	}
	for i, l := range term.Wrap(text, width-at) {
		if i == 0 {
			t.line("%s%s", t.painted(front, mark), t.paint(style, l))
			continue
		}
		t.line("%s%s", strings.Repeat(" ", at+2), t.paint(style, l))
	}
	for _, l := range term.WrapList(values, width-at-4) {
		t.line("%s%s", strings.Repeat(" ", at+4), dimmed(t, l))
	}
}

func dimmed(t *textWriter, s string) term.Text {
	if strings.TrimSpace(s) == "" {
		return term.Text{}
	}
	return t.paint(term.Dim, s)
}

func (t *textWriter) styleOf(n *policy.Node, edge string) term.Colour {
	switch {
	case n.Skipped:
		return term.Dim
	case edge == decisive:
		return term.Bold
	}
	return ""
}

// painted colours the mark in front of a line.
func (t *textWriter) painted(front, mark string) term.Text {
	colour := term.Red
	switch {
	case strings.HasPrefix(mark, "("):
		colour = term.Dim
	case mark == " "+holds+" ":
		colour = term.Green
	}
	before, _, _ := strings.Cut(front, mark)
	return term.Textf("%s%s ", before, t.paint(colour, mark))
}

// values are what a part reads, each path once. What is shown elsewhere is not opened again, but
// for a table's key that is a field.
func values(n *policy.Node) (out []string) {
	seen := map[string]bool{}
	var visit func(n *policy.Node)
	visit = func(n *policy.Node) {
		if (n.Kind == policy.NodeRead || n.Kind == policy.NodeHas) && !seen[n.Path] {
			seen[n.Path] = true
			out = append(out, n.Path+valueOf(n))
		}
		if body := n.Body(); body != nil && body.Kind == policy.NodeRead && body.Body() == nil {
			visit(body)
			return
		}
		for _, p := range n.Parts {
			visit(p)
		}
	}
	visit(n)
	if n.Err != nil && !n.Skipped {
		out = append(out, "fails: "+messageOf(n.Err))
	}
	return out
}

// valueOf says what a path gave.
func valueOf(n *policy.Node) string {
	switch {
	case n.Err != nil:
		return " has no value"
	case n.Kind == policy.NodeHas && n.Value == true && n.Row == "":
		return " is there"
	case n.Kind == policy.NodeHas && n.Value != true:
		return " is absent"
	case n.Kind == policy.NodeHas:
		return " = row " + n.Row
	case n.Row != "" && n.Row != "absent":
		return " = " + shown(n.Value) + " (row " + n.Row + ")"
	case n.Value == nil:
		return " is absent"
	}
	if list, ok := n.Value.([]any); ok && len(list) == 0 {
		return " is empty" + byDefault(n)
	}
	return " = " + shown(n.Value) + byDefault(n)
}

func byDefault(n *policy.Node) string {
	if n.Default {
		return " (the default)"
	}
	return ""
}

// longest is how much of a value people are shown.
const longest = 60

// shown writes a value on one line. An empty text is written in a way that can be seen.
func shown(v any) string {
	s := term.Plain(value.Show(v)).String()
	if s == "" {
		return `""`
	}
	if runes := []rune(s); len(runes) > longest {
		return string(runes[:longest-1]) + "…"
	}
	return s
}
