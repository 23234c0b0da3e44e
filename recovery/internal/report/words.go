package report

import (
	"strings"

	"github.com/servicerecovery/amends/policy"
	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/recovery/internal/term"
)

// between writes the amounts of a span.
func (s *scope) between(b span) string {
	high := s.amountOf(b.hi, b.currency)
	if b.lo.Cmp(b.hi) == 0 {
		return high
	}
	return s.amountOf(b.lo, b.currency) + " to " + high
}

// How tightly operators bind, for brackets.
const (
	looseText = iota
	sumText
	productText
	tightText
)

// words writes an expression for people. An expression without words stands as written.
func (s *scope) words(n *policy.Node) string { return s.inside(n, looseText) }

// inside writes a part of an expression. tight says how tightly the operator around it
// binds, and so whether the part needs brackets.
func (s *scope) inside(n *policy.Node, tight int) string {
	text, binds := s.phrase(n)
	if t, column, _ := s.tableOf(n.Path); t != nil && tight > looseText && s.kind(n) == value.KindMoney {
		if b := s.span(n); b.lo != nil && b.hi != nil && column != "*" {
			return s.between(b) + " (" + plain(column) + " in table " + plain(t.Name.Value) + ")"
		}
	}
	if binds < tight {
		return "(" + text + ")"
	}
	return text
}

func (s *scope) phrase(n *policy.Node) (text string, binds int) {
	switch n.Kind {
	case policy.NodeConstant:
		if n.Value != nil {
			return shown(n.Value), tightText
		}
	case policy.NodeRead:
		return s.read(n), tightText
	case policy.NodeCall:
		return s.call(n)
	case policy.NodeIf:
		return s.words(n.Parts[1]) + " if " + s.line(n.Parts[0]) + ", else " + s.words(n.Parts[2]), looseText
	case policy.NodeAnd, policy.NodeOr, policy.NodeNot, policy.NodeCompare, policy.NodeHas:
		return s.line(n), looseText
	}
	return oneLine(n.Text), tightText
}

// read names what is read. The table of a column is named where it is needed.
func (s *scope) read(n *policy.Node) string {
	root, name, _ := strings.Cut(n.Path, ".")
	if t, column, by := s.tableOf(n.Path); t != nil {
		switch column {
		case "":
			return "the row of " + plain(t.Name.Value)
		case "*":
			return plain(t.Name.Value) + " for " + plain(strings.TrimPrefix(by, "incident."))
		}
		return plain(column) + " (table " + plain(t.Name.Value) + ")"
	}
	switch {
	case root == "missed":
		return "the broken promises"
	case name == "":
		return root // now
	}
	if root == "incident" {
		return fieldName(name)
	}
	return plain(name)
}

// fieldName names a field of incidents. The standard times have names of their own.
func fieldName(name string) string {
	switch name {
	case "occurred_at":
		return "the time of the failure"
	case "reported_at":
		return "the time of the report"
	case "responded_at":
		return "the time of the answer"
	case "informed_at":
		return "the time of the last news"
	case "resolved_at":
		return "the time of the solution"
	case "reopened_at":
		return "the time at which it was opened again"
	case "waiting_since":
		return "the time since which the customer waits"
	case "updated_at":
		return "the time of this version"
	case "expected_at":
		return "the time at which it is expected"
	}
	return plain(name)
}

var operators = map[string]struct {
	sign  string
	binds int
}{"_+_": {" + ", sumText}, "_-_": {" − ", sumText}, "_*_": {" × ", productText}, "_/_": {" ÷ ", productText}}

func (s *scope) call(n *policy.Node) (string, int) {
	if op, ok := operators[n.Op]; ok && len(n.Parts) == 2 {
		if share, of, ok := s.share(n); ok {
			return share + " of " + s.inside(of, productText), productText
		}
		// What is taken off or divided by is bracketed when it is no tighter.
		right := op.binds
		if n.Op == "_-_" || n.Op == "_/_" {
			right++
		}
		return s.inside(n.Parts[0], op.binds) + op.sign + s.inside(n.Parts[1], right), op.binds
	}
	name, _, _ := strings.Cut(n.Op, "@")
	if name == "" {
		if list, ok := n.Value.([]any); ok {
			return shown(list), tightText
		}
		return oneLine(n.Text), tightText
	}
	args := n.Parts
	for len(args) > 0 && args[len(args)-1].Kind == policy.NodeConstant && args[len(args)-1].Value == nil {
		args = args[:len(args)-1] // what the library adds to a call
	}
	switch {
	case name == "date" && len(args) == 1:
		return "the day of " + s.inside(args[0], tightText), tightText
	case name == "orValue" && len(args) == 2:
		return s.words(args[0]) + ", or else " + s.words(args[1]), looseText
	case (name == "max" || name == "math.greatest") && len(args) > 1:
		return "the highest of " + s.list(args), looseText
	case (name == "min" || name == "math.least") && len(args) > 1:
		return "the lowest of " + s.list(args), looseText
	case name == "round_up" && len(args) == 1:
		return s.words(args[0]) + ", rounded up", looseText
	case name == "round_down" && len(args) == 1:
		return s.words(args[0]) + ", rounded down", looseText
	case name == "math.ceil" && len(args) == 1:
		return s.words(args[0]) + ", rounded up to a whole number", looseText
	case name == "math.floor" && len(args) == 1:
		return s.words(args[0]) + ", rounded down to a whole number", looseText
	case name == "int" && len(args) == 1 && args[0].Op == "_/_":
		return "the whole part of " + s.inside(args[0], tightText), tightText
	case name == "int" && len(args) == 1 && (args[0].Op == "math.ceil" || args[0].Op == "math.floor"):
		return s.call(args[0])
	case name == "getSeconds" && len(args) == 1:
		return "the seconds of " + s.inside(args[0], tightText), tightText
	}
	return oneLine(n.Text), tightText
}

func (s *scope) list(args []*policy.Node) string {
	var out []string
	for _, a := range args {
		out = append(out, s.inside(a, sumText))
	}
	return term.List(out, "and")
}

// share takes a product with a percentage apart: 20% of the price.
func (s *scope) share(n *policy.Node) (share string, of *policy.Node, ok bool) {
	if n.Op != "_*_" {
		return "", nil, false
	}
	for i, side := range n.Parts {
		other := n.Parts[1-i]
		if s.kind(side) != value.KindPercent || s.kind(other) == value.KindPercent {
			continue
		}
		switch side.Kind {
		case policy.NodeConstant:
			return shown(side.Value), other, true
		case policy.NodeRead:
			b := s.span(side)
			if t, _, _ := s.tableOf(side.Path); t != nil && b.lo != nil && b.hi != nil {
				text := percentOf(b.hi)
				if b.lo.Cmp(b.hi) != 0 {
					text = percentOf(b.lo) + " to " + text
				}
				return text + " (table " + plain(t.Name.Value) + ")", other, true
			}
			return s.read(side), other, true
		}
	}
	return "", nil, false
}
