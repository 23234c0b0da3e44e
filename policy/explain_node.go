package policy

import (
	"strings"

	"github.com/servicerecovery/amends/policy/internal/celtext"
)

// NodeKind says what a part of a condition is. Its zero is invalid.
type NodeKind uint8

// The kinds of parts. NodeAnd and NodeOr have two parts or more, NodeNot has one,
// NodeIf has its condition and its two branches, NodeCompare its two sides.
const (
	_ NodeKind = iota // invalid
	NodeAnd
	NodeOr
	NodeNot
	NodeIf
	NodeCompare  // Op is ==, !=, <, <=, >, >= or in
	NodeHas      // whether Path has a value
	NodeRead     // the value of Path; the part of a term is what it stands for, of a table its key: see Body
	NodeConstant // a literal
	NodeCall     // the function Op of its parts
	NodeLoop     // a macro such as exists, over what its parts read
)

var nodeKindNames = [...]string{"invalid", "and", "or", "not", "if", "compare", "has", "read", "constant", "call", "loop"}

func (k NodeKind) String() string { return nodeKindNames[k] }

// Mirrored returns the operator that compares the same with the sides exchanged: > for <. It is ""
// for in, whose sides differ.
func Mirrored(op string) string { return celtext.Mirrored(op) }

// Negated returns the operator that holds where another one does not: >= for <. For in it is
// "not in", which is for people and no operator.
func Negated(op string) string { return celtext.Negated(op) }

// Node is a part of a condition with what it gave for one input.
type Node struct {
	Kind     NodeKind
	Op, Path string
	Text     string // as written, on one line
	Bool     bool   // whether it is a condition itself
	Value    any    // as [value.Show] takes it; nil where there is none
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
	// Parts are what the part is made of: none where a term, or the key of a table, is shown
	// at another part of the tree; see [Node.Body].
	Parts []*Node

	again    *Node  // the part that shows the body, where this one does not
	first    string // row of the table
	at       place
	from, to int
}

// Position is where the part stands.
func (n *Node) Position() Position { return n.at.sub(n.from, n.to) }

// Body is what a term stands for, or the key of a table; nil for a part that reads neither.
// A tree shows it once, as the part of a part that reads it. Others that read the same have no
// parts: terms that use a term twice would else double the tree with each of them.
func (n *Node) Body() *Node {
	if len(n.Parts) == 0 && n.again != nil {
		n = n.again
	}
	if (n.Kind == NodeRead || n.Kind == NodeHas) && len(n.Parts) == 1 {
		return n.Parts[0]
	}
	return nil
}

// term is what a condition that is a term stands for, nil for any other part.
func (n *Node) term() *Node {
	if n.Kind != NodeRead || !strings.HasPrefix(n.Path, "terms.") {
		return nil
	}
	return n.Body()
}
