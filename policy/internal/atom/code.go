package atom

import (
	"slices"
	"strings"
)

// node is a compiled condition. Nodes of one slot are functions of its position.
type node struct {
	op     Op // of the kids, or opSteps
	absent Truth
	value  Truth
	slot   int32
	a, b   int32 // by op: b steps or kids from a on; a position; a text
}

// opSteps is the operator of a node that is a function of its slot's position.
const opSteps = Fixed

// node compiles a condition.
func (s *Space) node(c *Cond) int32 {
	if slot, f, ok := s.stepsOf(c); ok {
		return s.function(slot, f)
	}
	n := node{op: c.Op, slot: int32(c.Slot), absent: c.Absent, value: c.Value}
	switch c.Op {
	case Member:
		n.a = s.slots[c.Slot].scale.position(c.Const)
	case Suffix, Contains:
		n.a = int32(len(s.texts))
		s.texts = append(s.texts, c.Const.(string))
	default:
		kids := make([]int32, 0, len(c.Kids))
		for _, k := range s.grouped(c) {
			kids = append(kids, s.node(k))
		}
		n.a, n.b = int32(len(s.kids)), int32(len(kids))
		s.kids = append(s.kids, kids...)
	}
	return s.add(n)
}

// function adds a node for a function of a slot's position. Many plays have the same condition, so
// a short function is kept once.
func (s *Space) function(slot int, f steps) int32 {
	var same functionKey
	if len(f) <= len(same.steps) {
		same = functionKey{slot: slot, n: len(f)}
		copy(same.steps[:], f)
		if at, ok := s.functions[same]; ok {
			return at
		}
	}
	n := node{op: opSteps, slot: int32(slot), a: int32(len(s.steps)), b: int32(len(f))}
	s.steps = append(s.steps, f...)
	at := s.add(n)
	if same.n > 0 {
		s.functions[same] = at
	}
	return at
}

type functionKey struct {
	slot, n int
	steps   [5]step
}

func (s *Space) add(n node) int32 {
	s.nodes = append(s.nodes, n)
	return int32(len(s.nodes) - 1)
}

// grouped returns the kids of a node. In a conjunction or disjunction, kids on one slot become one.
func (s *Space) grouped(c *Cond) []*Cond {
	if c.Op != And && c.Op != Or {
		return c.Kids
	}
	all := flat(c.Op, c, make([]*Cond, 0, 2*len(c.Kids)))
	out := all[:0]
	for _, k := range all {
		slot, _, ok := s.stepsOf(k)
		i := -1
		if ok {
			i = slices.IndexFunc(out, func(o *Cond) bool { at, _, single := s.stepsOf(o); return single && at == slot })
		}
		if i < 0 {
			out = append(out, k)
			continue
		}
		out[i] = &Cond{Op: c.Op, Kids: []*Cond{out[i], k}}
	}
	return out
}

// flat lists the operands of a chain of one connective.
func flat(op Op, c *Cond, into []*Cond) []*Cond {
	if c.Op != op {
		return append(into, c)
	}
	for _, k := range c.Kids {
		into = flat(op, k, into)
	}
	return into
}

// Truth returns the truth of a compiled condition for some values.
func (s *Space) Truth(root int32, v *Values) Truth {
	n := &s.nodes[root]
	switch n.op {
	case opSteps:
		p := v.Position(int(n.slot))
		f := s.steps[n.a : n.a+n.b]
		i := 0
		for i+1 < len(f) && f[i+1].from <= p {
			i++
		}
		return f[i].truth
	case And:
		return s.every(n, v)
	case Or:
		return s.some(n, v)
	case Known:
		return n.value
	case Not:
		return s.Truth(s.kids[n.a], v).Not()
	case If:
		switch s.Truth(s.kids[n.a], v) {
		case Yes:
			return s.Truth(s.kids[n.a+1], v)
		case No:
			return s.Truth(s.kids[n.a+2], v)
		}
		return Unsure
	case Member:
		if v.vals[n.slot] == nil {
			return n.absent
		}
		return Of(v.has(int(n.slot), n.a))
	case Suffix, Contains:
		return s.textual(n, v)
	}
	return Unsure
}

func (s *Space) every(n *node, v *Values) Truth {
	all := Yes
	for _, k := range s.kids[n.a : n.a+n.b] {
		switch s.Truth(k, v) {
		case No:
			return No
		case Unsure:
			all = Unsure
		}
	}
	return all
}

func (s *Space) some(n *node, v *Values) Truth {
	any := No
	for _, k := range s.kids[n.a : n.a+n.b] {
		switch s.Truth(k, v) {
		case Yes:
			return Yes
		case Unsure:
			any = Unsure
		}
	}
	return any
}

// longText is the length from which a text is left to the expression, which counts its steps.
const longText = 100_000

func (s *Space) textual(n *node, v *Values) Truth {
	text, ok := v.vals[n.slot].(string)
	switch {
	case !ok:
		return n.absent
	case n.op == Suffix:
		return Of(strings.HasSuffix(text, s.texts[n.a]))
	case len(text) > longText:
		return Unsure
	}
	return Of(strings.Contains(text, s.texts[n.a]))
}
