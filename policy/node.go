package policy

import (
	"strings"

	"github.com/servicerecovery/amends/policy/internal/celenv"
)

// NodeKind says what a part of a condition is. Its zero is invalid.
type NodeKind uint8

// The kinds of parts. NodeAnd and NodeOr have two parts or more, NodeNot has one,
// NodeIf has its condition and its two branches, NodeCompare its two sides.
const (
	NodeInvalid NodeKind = iota
	NodeAnd
	NodeOr
	NodeNot
	NodeIf
	NodeCompare  // Op is ==, !=, <, <=, >, >= or in
	NodeHas      // whether Path has a value
	NodeRead     // the value of Path; the part of a term is what it stands for, of a table its key
	NodeConstant // a literal
	NodeCall     // the function Op of its parts
	NodeLoop     // a macro such as exists, over what its parts read
)

var nodeKindNames = [...]string{"invalid", "and", "or", "not", "if", "compare", "has", "read", "constant", "call", "loop"}

func (k NodeKind) String() string { return nodeKindNames[k] }

// Node is a part of a condition with what it gave for one input.
type Node struct {
	Kind     NodeKind
	Op, Path string
	Text     string // as written, on one line
	Bool     bool   // whether it is a condition itself
	Value    any    // as [Show] takes it; nil where there is none
	Err      error  // an *EvalError: the part has no value
	// Skipped is set where the whole did without the part; its value is what it
	// would have been.
	Skipped bool
	// Decided is set on the parts that made the whole what it is: of an && that
	// is false the first part that is false, of one that is true all of them.
	Decided bool
	// Row is the row of the table that Path is in: from 24h, gold, otherwise;
	// absent where there is none, failed where its key has no value.
	Row string
	// Default is set on a field that is read, when nobody gave it its value: see [Input.Assume].
	Default bool
	Parts   []*Node

	first    string // row of the table
	at       place
	from, to int
}

// Position is where the part stands.
func (n *Node) Position() Position { return n.at.sub(n.from, n.to) }

func newNode(p *celenv.Part, f *Frame) *Node {
	n := &Node{
		Kind: NodeKind(p.Kind), Op: p.Op, Path: p.Path, Text: p.Text, Bool: p.Type.Kind == celenv.Bool,
		Value: p.Val.Native(), Skipped: p.Skipped,
	}
	if at, ok := p.Expr.Tag.(*place); ok {
		n.at = *at
	}
	n.from, n.to = p.From, p.To
	if p.Err != nil {
		n.Err = placed(p.Err)
	}
	if p.Table != nil {
		n.Row, n.first = f.row(p.Table), p.Table.Label(0)
	}
	if name, ok := strings.CutPrefix(p.Path, "incident."); ok && n.Kind == NodeRead {
		n.Default = f.in.assumed[name]
	}
	for _, part := range p.Parts {
		n.Parts = append(n.Parts, newNode(part, f))
	}
	return n
}

// decide marks the parts that made the node what it is.
func (n *Node) decide() {
	n.Decided = true
	switch n.Kind {
	case NodeAnd, NodeOr:
		n.decideLogic(n.Kind == NodeOr)
	case NodeIf:
		for _, p := range n.Parts {
			if !p.Skipped {
				p.decide()
			}
		}
	case NodeNot:
		n.Parts[0].decide()
	case NodeRead:
		for _, p := range n.Parts {
			p.decide()
		}
	}
}

// decideLogic marks the one side that is enough; without one, the first that
// failed, or all.
func (n *Node) decideLogic(enough bool) {
	for _, p := range n.Parts {
		if !p.Skipped && p.Err == nil && p.Value == enough {
			p.decide()
			return
		}
	}
	for _, p := range n.Parts {
		if p.Err != nil && !p.Skipped {
			p.decide()
			return
		}
	}
	for _, p := range n.Parts {
		p.decide()
	}
}
