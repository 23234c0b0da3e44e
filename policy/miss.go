package policy

import (
	"errors"
	"strings"
)

// Misses says what kept a condition from holding, a line each: incident.delay is
// 46h, 48h needed. Of alternatives it names the one that missed least. It is
// empty for one that held.
func (n *Node) Misses() []string {
	if n == nil {
		return nil
	}
	var out []string
	for _, m := range n.misses(true) {
		out = append(out, m.text)
	}
	return out
}

// miss is one thing that keeps a condition from holding.
type miss struct {
	text string
	gap  float64 // how far off it is, as [Explanation.Distance] counts
}

// misses says what keeps the node from being as wanted.
func (n *Node) misses(want bool) []miss {
	if n.Err == nil && n.Value == want {
		return nil
	}
	switch n.Kind {
	case NodeAnd:
		return n.ofParts(want, want)
	case NodeOr:
		return n.ofParts(want, !want)
	case NodeNot:
		return n.Parts[0].misses(!want)
	case NodeIf:
		for _, branch := range n.Parts[1:] {
			if !branch.Skipped {
				return branch.misses(want)
			}
		}
	case NodeRead:
		if strings.HasPrefix(n.Path, "terms.") && len(n.Parts) == 1 && n.Parts[0].isCondition() {
			return n.Parts[0].misses(want)
		}
	}
	if n.Err != nil {
		if n.Skipped {
			return nil // what was not looked at need not have a value
		}
		return []miss{{failure(n), 1}}
	}
	return []miss{{n.miss(want), n.gap()}}
}

// failure says which part has no value, and why.
func failure(n *Node) string {
	var e *EvalError
	if errors.As(n.Err, &e) {
		return e.Expr + " fails: " + e.Message
	}
	return n.Text + " fails: " + n.Err.Error()
}

func (n *Node) isCondition() bool {
	_, isBool := n.Value.(bool)
	return isBool || n.Err != nil
}

// ofParts joins what all parts miss, or takes the part that misses least.
func (n *Node) ofParts(want, all bool) []miss {
	var out []miss
	for _, p := range n.Parts {
		misses := p.misses(want)
		switch {
		case all:
			out = append(out, misses...)
		case len(misses) > 0 && (out == nil || less(misses, out)):
			out = misses
		}
	}
	return out
}

// less reports whether misses are nearer than others: they add up to less, or are
// fewer.
func less(a, b []miss) bool {
	x, y := sumOf(a), sumOf(b)
	return x < y || x == y && len(a) < len(b)
}

func sumOf(misses []miss) (sum float64) {
	for _, m := range misses {
		sum += m.gap
	}
	return sum
}

// miss says of a part that has no conditions below what is and what is needed.
func (n *Node) miss(want bool) string {
	switch n.Kind {
	case NodeCompare:
		return n.missOfCompare(want)
	case NodeHas:
		return n.missOfHas()
	case NodeRead:
		return n.Path + " is " + n.shown()
	case NodeConstant:
		return "it is always " + textOf(n.Value)
	}
	return n.Text + " is " + textOf(n.Value) + n.reads()
}

// reads shows the values that a part without a form of its own looks at.
func (n *Node) reads() string {
	var out []string
	for _, p := range n.Parts {
		if p.Kind == NodeRead {
			out = append(out, p.Path+" is "+p.shown())
		}
	}
	if len(out) == 0 {
		return ""
	}
	return ": " + strings.Join(out, ", ")
}

func (n *Node) missOfHas() string {
	if n.Value == true {
		return n.Path + " is there"
	}
	table, isTable := strings.CutPrefix(n.Path, "tables.")
	if !isTable {
		return n.Path + " is absent"
	}
	text := "tables." + table + " has no row"
	if len(n.Parts) == 1 {
		text += " for " + n.Parts[0].said()
	}
	switch above, ok := n.firstAbove(); {
	case ok:
		text += ", more than " + above + " needed"
	case n.first != "" && len(n.Parts) == 1 && n.Parts[0].Default:
		text += ", the first is " + n.first
	case n.first != "":
		text += " (the first is " + n.first + ")"
	}
	return text
}

// firstAbove is the value above which the first row of a table begins.
func (n *Node) firstAbove() (string, bool) {
	if len(n.Parts) == 1 {
		if _, isText := n.Parts[0].Value.(string); isText {
			return "", false // a row that is called so stands for that very text
		}
	}
	return strings.CutPrefix(n.first, labelAbove)
}

// said names a value, and says what it is unless that is its name.
func (n *Node) said() string {
	if n.Kind == NodeConstant {
		return textOf(n.Value)
	}
	return n.Text + ", which is " + n.shown()
}

var negated = map[string]string{"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">", "in": "not in"}

var mirrored = map[string]string{"==": "==", "!=": "!=", "<": ">", ">": "<", "<=": ">=", ">=": "<="}

func (n *Node) missOfCompare(want bool) string {
	left, right, op := n.Parts[0], n.Parts[1], n.Op
	if left.Kind == NodeConstant && right.Kind != NodeConstant && op != "in" {
		left, right, op = right, left, mirrored[op]
	}
	if !want {
		op = negated[op]
	}
	if left.Kind == NodeConstant && n.Op == "in" {
		if want {
			return textOf(left.Value) + " is not in " + right.Text + " (" + right.shown() + ")"
		}
		return textOf(left.Value) + " is in " + right.Text
	}
	needed := textOf(right.Value)
	if right.Kind != NodeConstant && !right.isList() {
		needed = right.Text + " (" + right.shown() + ")"
	}
	switch op {
	case "!=":
		needed = "anything else"
	case "<":
		needed = "less than " + needed
	case "<=":
		needed = "at most " + needed
	case ">":
		needed = "more than " + needed
	case "in":
		needed = "one of " + needed
	case "not in":
		needed = "none of " + needed
	}
	return left.Text + " is " + left.shown() + ", " + needed + " needed"
}

// isList tells a list that is written out.
func (n *Node) isList() bool {
	_, ok := n.Value.([]any)
	return ok && n.Kind == NodeCall
}

// shown is the value of a part, with whether it is a field's default.
func (n *Node) shown() string {
	if n.Default {
		return textOf(n.Value) + " (the default)"
	}
	return textOf(n.Value)
}

// textOf writes a value so that it can be told from the words around it.
func textOf(v any) string {
	switch x := v.(type) {
	case nil:
		return "absent"
	case string:
		if strings.TrimSpace(x) == "" {
			return `"` + x + `"`
		}
	case []any:
		if len(x) == 0 {
			return "empty"
		}
	}
	return Show(v)
}
