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
	NodeRead     // the value of Path; its part is the body of a term, or the key of a table: see Body
	NodeConstant // a literal
	NodeCall     // the function Op of its parts
	NodeLoop     // a macro such as exists; its parts are the values that it reads
)

var nodeKindNames = [...]string{"invalid", "and", "or", "not", "if", "compare", "has", "read", "constant", "call", "loop"}

func (k NodeKind) String() string { return nodeKindNames[k] }

// Mirrored returns the operator that compares the same with the sides exchanged: > for <. It is ""
// for in, whose sides differ.
func Mirrored(op string) string { return celtext.Mirrored(op) }

// Negated returns the operator that holds where another one does not: >= for <. For in it is
// "not in", which is for people and no operator.
func Negated(op string) string { return celtext.Negated(op) }

// Node is a part of a condition with its value for one input.
type Node struct {
	Kind     NodeKind
	Op, Path string
	Text     string // as written, on one line
	Bool     bool   // whether it is a condition itself
	Value    any    // as [value.Show] takes it; nil where there is none
	Err      error  // an *EvalError: the part has no value
	// Skipped is set if the whole did not need the part. Its value is what it would have been.
	Skipped bool
	// Decided is set on the parts that decided the value of the whole: the first false part of an
	// && that is false, all parts of one that is true.
	Decided bool
	// Row is the label of the row that was found in the table of Path, such as "from 24h", "gold"
	// or "otherwise". It is "absent" if there is no row, and "failed" if the key has failed.
	Row string
	// Default is set on a read of a field whose value is its default; see [Input.Assume].
	Default bool
	// Parts are the parts of the part. There are none if the term, or the key of the table, is
	// shown at another part of the tree; see [Node.Body].
	Parts []*Node

	again    *Node  // the part that shows the body, if this one does not
	first    string // the label of the table's first row
	at       place
	from, to int
}

// Position is where the part stands.
func (n *Node) Position() Position { return n.at.sub(n.from, n.to) }

// Body is the condition of the term that the part reads, or the key of the table. It is nil for any
// other part. A tree shows a body once, below one of the parts that read it. The others have no
// parts; otherwise the tree could double with each term that uses another twice.
func (n *Node) Body() *Node {
	if len(n.Parts) == 0 && n.again != nil {
		n = n.again
	}
	if (n.Kind == NodeRead || n.Kind == NodeHas) && len(n.Parts) == 1 {
		return n.Parts[0]
	}
	return nil
}

// term returns the body of a part that reads a term, nil for any other part.
func (n *Node) term() *Node {
	if n.Kind != NodeRead || !strings.HasPrefix(n.Path, "terms.") {
		return nil
	}
	return n.Body()
}
