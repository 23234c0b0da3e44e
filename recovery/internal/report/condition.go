package report

import (
	"strings"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/recovery/internal/term"
)

// when writes a condition of the playbook in words, and as it was written; nil
// where it always holds.
func (s *scope) when(t playbook.Text) (*Condition, string) {
	n := s.node(t)
	if n == nil || n.Kind == policy.NodeConstant && n.Value == true {
		return nil, ""
	}
	c := teller{s, map[*policy.Node]bool{}}.condition(n, true)
	return &c, strings.TrimSpace(t.Value)
}

// line writes a condition that is to hold in one line. Terms in it stand by their names.
func (s *scope) line(n *policy.Node) string { return teller{scope: s}.condition(n, true).Line() }

// teller writes a condition. Each term is opened once, where it first stands.
type teller struct {
	*scope
	opened map[*policy.Node]bool // what the terms stand for that were; nil: none is opened
}

// maxTwice bounds the lines of a part that has to be told twice, once as what holds and once as
// what does not. Beyond, it stands as it is written: such parts in each other would double the
// text each time.
const maxTwice = 60

// lines is how many lines a part takes. A part that is shown twice counts twice.
func lines(n *policy.Node) int {
	all := 1
	switch n.Kind {
	case policy.NodeAnd, policy.NodeOr, policy.NodeNot, policy.NodeIf:
		all = 0
		for i, p := range n.Parts {
			part := lines(p)
			if all += part; n.Kind == policy.NodeIf && i == 0 {
				all += part
			}
		}
	case policy.NodeCompare:
		if isSame(n) {
			all = 2 * (lines(n.Parts[0]) + lines(n.Parts[1]))
		}
	}
	return min(all, 2*maxTwice)
}

// isSame tells a comparison of two conditions.
func isSame(n *policy.Node) bool { return n.Parts[0].Bool && n.Parts[1].Bool }

// condition writes a condition that is to hold, or not to hold.
func (s teller) condition(n *policy.Node, want bool) Condition {
	if (n.Kind == policy.NodeIf || n.Kind == policy.NodeCompare) && lines(n) > maxTwice {
		return written(n, want)
	}
	switch n.Kind {
	case policy.NodeAnd:
		return s.joined(n.Parts, want, want)
	case policy.NodeOr:
		return s.joined(n.Parts, want, !want)
	case policy.NodeNot:
		return s.condition(n.Parts[0], !want)
	case policy.NodeIf:
		asked := n.Parts[0]
		return joinedOf("any",
			joinedOf("all", s.condition(asked, true), s.condition(n.Parts[1], want)),
			joinedOf("all", s.condition(asked, false), s.condition(n.Parts[2], want)))
	case policy.NodeCompare:
		return s.compare(n, want)
	case policy.NodeHas:
		return s.has(n, want)
	case policy.NodeRead:
		return s.holds(n, want)
	case policy.NodeConstant:
		return Condition{Verb: map[bool]string{true: "always", false: "never"}[(n.Value == true) == want]}
	}
	return written(n, want)
}

// written is a condition that has no words: it stands as it is written.
func written(n *policy.Node, want bool) Condition {
	if want {
		return Condition{Subject: oneLine(n.Text)}
	}
	return Condition{Verb: "not:", Object: oneLine(n.Text)}
}

func (s teller) joined(parts []*policy.Node, want, all bool) Condition {
	var out []Condition
	for _, p := range parts {
		out = append(out, s.condition(p, want))
	}
	if all {
		return joinedOf("all", out...)
	}
	return joinedOf("any", out...)
}

// joinedOf joins conditions. A part that is joined by the same word gives its own parts to the list.
func joinedOf(join string, parts ...Condition) Condition {
	out := Condition{Join: join}
	for _, p := range parts {
		if p.Join == join {
			out.Parts = append(out.Parts, p.Parts...)
		} else {
			out.Parts = append(out.Parts, p)
		}
	}
	return out
}

// holds writes a condition that is read: a term, which is opened once, or a bool.
func (s teller) holds(n *policy.Node, want bool) Condition {
	body := n.Body()
	if name, ok := strings.CutPrefix(n.Path, "terms."); ok && body != nil {
		out := Condition{Subject: plain(name)}
		if s.opened != nil && !s.opened[body] {
			s.opened[body] = true
			out.Join, out.Parts = "means", []Condition{s.condition(body, true)}
		}
		if !want {
			out.Verb, out.Subject, out.Object = "not", "", plain(name)
		}
		return out
	}
	return Condition{s.read(n), "is", shown(want), "", nil}
}

// has writes whether something is there. A table has a row from its first one on.
func (s *scope) has(n *policy.Node, want bool) Condition {
	t, _, _ := s.tableOf(n.Path)
	if t != nil && len(t.Keys) > 0 && len(t.Rows) > 0 {
		return s.hasKeyed(t, n, want)
	}
	key := n.Body()
	if t == nil || key == nil || len(t.Rows) == 0 {
		return known(s.read(n), want)
	}
	first, last := t.Rows[0], t.Rows[len(t.Rows)-1]
	where := " (table " + plain(t.Name.Value) + ")"
	by := s.words(key)
	switch {
	case last.Otherwise:
		return Condition{Verb: map[bool]string{true: "always", false: "never"}[want]}
	case first.From.IsSet() && want:
		return Condition{by, "is", cell(first.From) + " or more" + where, "", nil}
	case first.From.IsSet():
		return Condition{by, "is less than", cell(first.From) + where, "", nil}
	case first.Above.IsSet():
		verb, after := comparison(map[bool]string{true: ">", false: "<="}[want], s.kind(key), value.KindInvalid)
		return Condition{by, verb, cell(first.Above) + after + where, "", nil}
	}
	var keys []string
	for _, r := range t.Rows {
		for _, k := range r.Is {
			keys = append(keys, cell(k))
		}
	}
	return oneOf(by, keys, want)
}

// hasKeyed writes whether a table with several keys has a row.
func (s *scope) hasKeyed(t *playbook.Table, n *policy.Node, want bool) Condition {
	if t.Rows[len(t.Rows)-1].Otherwise {
		return Condition{Verb: map[bool]string{true: "always", false: "never"}[want]}
	}
	verb := map[bool]string{true: "has a row for", false: "has no row for"}[want]
	return Condition{"the table " + plain(t.Name.Value), verb, term.List(s.keysOf(t, n), "and"), "", nil}
}

func known(what string, want bool) Condition {
	if want {
		return Condition{what, "is", "known", "", nil}
	}
	return Condition{what, "is", "not known", "", nil}
}

func oneOf(what string, list []string, want bool) Condition {
	verb := "is"
	if !want {
		verb = "is not"
	}
	return Condition{what, verb, term.List(list, "or"), "", nil}
}

func (s teller) compare(n *policy.Node, want bool) Condition {
	left, right, op := n.Parts[0], n.Parts[1], n.Op
	if isSame(n) {
		return s.same(left, right, (op == "==") == want)
	}
	if left.Kind == policy.NodeConstant && op != "in" {
		left, right, op = right, left, policy.Mirrored(op)
	}
	if !want {
		op = policy.Negated(op)
	}
	if op == "in" || op == "not in" {
		return s.membership(left, right, op == "in")
	}
	if c, ok := special(left, right, op); ok {
		return c
	}
	verb, after := comparison(op, s.kind(left), s.kind(right))
	object := s.words(right)
	if right.Kind == policy.NodeConstant && right.Value == "" {
		return Condition{s.words(left), "is", map[string]string{"==": "not given", "!=": "given"}[op], "", nil}
	}
	return Condition{s.words(left), verb, object + after, "", nil}
}

// comparison gives the words before and after what is compared with.
func comparison(op string, left, right value.Kind) (verb, after string) {
	dated := func(k value.Kind) bool { return k == value.KindDate || k == value.KindTimestamp }
	times := dated(left) || dated(right)
	switch {
	case op == "==":
		return "is", ""
	case op == "!=":
		return "is not", ""
	case op == "<" && times:
		return "is before", ""
	case op == ">" && times:
		return "is after", ""
	case op == "<=" && times:
		return "is", " or earlier"
	case op == ">=" && times:
		return "is", " or later"
	case op == "<":
		return "is less than", ""
	case op == ">":
		return "is more than", ""
	case op == "<=":
		return "is at most", ""
	}
	return "is at least", ""
}

// same writes that two conditions hold together or not at all, or that just one
// of them does.
func (s teller) same(a, b *policy.Node, together bool) Condition {
	return joinedOf("any",
		joinedOf("all", s.condition(a, true), s.condition(b, together)),
		joinedOf("all", s.condition(a, false), s.condition(b, !together)))
}

func (s *scope) membership(left, right *policy.Node, want bool) Condition {
	if right.Kind == policy.NodeRead { // a list of the incident
		verb := "include"
		if !want {
			verb = "do not include"
		}
		return Condition{s.words(right), verb, s.words(left), "", nil}
	}
	list, ok := right.Value.([]any)
	if !ok {
		verb := map[bool]string{true: "is one of", false: "is none of"}[want]
		return Condition{s.words(left), verb, oneLine(right.Text), "", nil}
	}
	var names []string
	for _, v := range list {
		names = append(names, shown(v))
	}
	return oneOf(s.words(left), names, want)
}

// special are comparisons that people say otherwise.
func special(left, right *policy.Node, op string) (Condition, bool) {
	text, ok := right.Value.(string)
	if !ok || left.Kind != policy.NodeRead || op != "==" && op != "!=" {
		return Condition{}, false
	}
	is := op == "=="
	switch {
	case left.Path == "incident.provider" && text == "" && is:
		return Condition{Subject: "our own service failed"}, true
	case left.Path == "incident.provider" && text == "":
		return Condition{Subject: "a partner’s service failed"}, true
	case left.Path == "incident.phase" && (text == "failure") == is:
		return Condition{Subject: "it has failed already"}, true
	case left.Path == "incident.phase" && (text == "failure" || text == "signal"):
		return Condition{Subject: "it is a sign of a failure to come"}, true
	}
	return Condition{}, false
}

// Line writes the condition in one line.
func (c Condition) Line() string {
	switch c.Join {
	case "all", "any":
		word := map[string]string{"all": " and ", "any": " or "}[c.Join]
		var out []string
		for _, p := range c.Parts {
			text := p.Line()
			if p.Join == "all" || p.Join == "any" {
				text = "(" + text + ")"
			}
			out = append(out, text)
		}
		return strings.Join(out, word)
	}
	return strings.TrimSpace(strings.Join(strings.Fields(c.Subject+" "+c.Verb+" "+c.Object), " "))
}
