package policy

import (
	"errors"
	"strings"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy/value"
)

// Misses says what kept a condition from holding, one line for each part: incident.delay is 46h,
// 48h needed. Of alternatives it names the one that missed least. It is empty for a condition that
// held.
func (n *Node) Misses() []string {
	if n == nil {
		return nil
	}
	var out []string
	for _, m := range n.misses() {
		out = append(out, m.text)
	}
	return out
}

// misses returns what keeps the node from holding, each miss once.
func (n *Node) misses() []miss {
	return misser{}.of(n, true)
}

// miss is a part that keeps a condition from holding.
type miss struct {
	text string
	gap  float64 // how far off it is, as [Explanation.Distance] counts
}

// misser finds misses. A term may be read often; its misses are found once for each value that is
// wanted.
type misser map[wanted][]miss

type wanted struct {
	body *Node
	want bool
}

// of returns what keeps a node from having the wanted value.
func (m misser) of(n *Node, want bool) []miss {
	if n.Err == nil && n.Value == want {
		return nil
	}
	switch n.Kind {
	case NodeAnd:
		return m.ofParts(n, want, want)
	case NodeOr:
		return m.ofParts(n, want, !want)
	case NodeNot:
		return m.of(n.Parts[0], !want)
	case NodeIf:
		for _, branch := range n.Parts[1:] {
			if !branch.Skipped {
				return m.of(branch, want)
			}
		}
	case NodeRead:
		if body := n.term(); body != nil && body.isCondition() {
			return m.ofTerm(body, want)
		}
	}
	if n.Err != nil {
		if n.Skipped {
			return nil // a part that was skipped need not have a value
		}
		return []miss{{failure(n), 1}}
	}
	return []miss{{n.miss(want), n.gap()}}
}

func (m misser) ofTerm(body *Node, want bool) []miss {
	key := wanted{body, want}
	out, known := m[key]
	if !known {
		out = m.of(body, want)
		m[key] = out
	}
	return out
}

// failure says which part has failed, and why.
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

// ofParts joins the misses of all parts, or returns those of the part that misses least. It drops
// repetitions.
func (m misser) ofParts(n *Node, want, all bool) []miss {
	var out []miss
	said := map[string]bool{}
	for _, p := range n.Parts {
		misses := m.of(p, want)
		if !all {
			if len(misses) > 0 && (out == nil || less(misses, out)) {
				out = misses
			}
			continue
		}
		for _, x := range misses {
			if !said[x.text] {
				said[x.text] = true
				out = append(out, x)
			}
		}
	}
	return out
}

// less reports whether some misses are nearer than others: their gaps add up to less, or they are
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

// miss writes the value of a part and what is needed. The part has no conditions below it.
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

// reads writes the values that a part reads, for a part that has no wording of its own.
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
	if n.nearest != nil {
		return text + "; " + n.nearest.text()
	}
	if key := n.Body(); key != nil {
		text += " for " + key.said()
	}
	switch above, ok := n.firstAbove(); {
	case ok:
		text += ", more than " + above + " needed"
	case n.first != "" && n.Body() != nil && n.Body().Default:
		text += ", the first is " + n.first
	case n.first != "":
		text += " (the first is " + n.first + ")"
	}
	return text
}

// firstAbove is the value above which the first row of a table begins.
func (n *Node) firstAbove() (string, bool) {
	if key := n.Body(); key != nil {
		if _, isText := key.Value.(string); isText {
			return "", false // a text, for which such a label is the text of a row
		}
	}
	return strings.CutPrefix(n.first, playbook.LabelAbove)
}

// said writes the text of a part and its value. For a constant, the value is enough.
func (n *Node) said() string {
	if n.Kind == NodeConstant {
		return textOf(n.Value)
	}
	return n.Text + ", which is " + n.shown()
}

func (n *Node) missOfCompare(want bool) string {
	left, right, op := n.Parts[0], n.Parts[1], n.Op
	if left.Kind == NodeConstant && right.Kind != NodeConstant && op != "in" {
		left, right, op = right, left, Mirrored(op)
	}
	if !want {
		op = Negated(op)
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

// isList reports whether a part is a list that is written out.
func (n *Node) isList() bool {
	_, ok := n.Value.([]any)
	return ok && n.Kind == NodeCall
}

// shown writes the value of a part, and says if it is a field's default.
func (n *Node) shown() string {
	if n.Default {
		return textOf(n.Value) + " (the default)"
	}
	return textOf(n.Value)
}

// textOf writes a value for a sentence. A blank text is quoted, so that it can be seen.
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
	return value.Show(v)
}

// Misses says what kept the play from matching: a barrier, or one line for each part of its
// condition that missed. It is empty for a play that matched.
func (e Explanation) Misses() []string {
	p := e.Play
	switch e.Barrier {
	case BarrierNone:
		if p.Each != nil && !e.Matched && (e.When == nil || e.When.Value == true) {
			return e.missesOfItems()
		}
		return e.When.Misses()
	case BarrierPeriod:
		return []string{"it is in force " + p.InForce.String() + " only, and the incident occurred on " + e.Day.String()}
	case BarrierApplies:
		return []string{"its playbook does not apply: " + strings.Join(e.Applies.Misses(), ", ")}
	case BarrierOfPlaybook:
		return []string{"it cannot be told whether its playbook applies: " + strings.Join(e.Applies.Misses(), ", ")}
	case BarrierFirst:
		return []string{"its playbook takes the first play that matches, " + e.By.Name}
	case BarrierNotNeeded:
		return []string{"it is a fallback, and " + e.By.Name + " matched"}
	case BarrierPhase:
		if p.phase == fitFirst {
			return []string{"it is for failures, and this is a signal"}
		}
		return []string{"it is for signals, and this is a failure"}
	case BarrierProvider:
		if p.provider == fitFirst {
			return []string{"it is for our own failures, and this is a partner's"}
		}
		return []string{"it is for partners' failures, and this is our own"}
	}
	return nil
}

// missesOfItems says by how much the item that came nearest is not one that the play is for.
func (e Explanation) missesOfItems() []string {
	list := "incident." + e.Play.Each.Name
	if len(e.Items) == 0 {
		return []string{list + " has no items"}
	}
	x := e.Items[0]
	return []string{"it is for no item of " + list + "; the nearest, " + x.Item.ID() + ": " + strings.Join(x.Where.Misses(), ", ")}
}

// String writes the period: from 2026-01-01 until 2026-12-31, always.
func (p Period) String() string {
	var parts []string
	if !p.From.IsZero() {
		parts = append(parts, "from "+p.From.String())
	}
	if !p.Until.IsZero() {
		parts = append(parts, "until "+p.Until.String())
	}
	if len(parts) == 0 {
		return "always"
	}
	return strings.Join(parts, " ")
}
