package policy

import (
	"strings"

	"github.com/servicerecovery/amends/policy/internal/celenv"
	"github.com/servicerecovery/amends/policy/internal/celtext"
	"github.com/servicerecovery/amends/policy/value"
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
	NodeRead     // the value of Path; its parts are the body of a term, or the keys of a table: see Body and Keys
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

	keyed    []string // the names of the table's keys, which the parts are; nil for one without a name
	again    *Node    // the part that shows the body, if this one does not
	first    string   // the label of the table's first row
	nearest  *rowMiss // the row that missed least, if none fits
	at       place
	from, to int
}

// Position is where the part stands.
func (n *Node) Position() Position { return n.at.sub(n.from, n.to) }

// Body is the condition of the term that the part reads, or the key of the table if it has no name. It
// is nil for any other part. A tree shows a body once, below one of the parts that read it. The others have no
// parts; otherwise the tree could double with each term that uses another twice.
func (n *Node) Body() *Node {
	if len(n.Parts) == 0 && n.again != nil {
		n = n.again
	}
	if (n.Kind == NodeRead || n.Kind == NodeHas) && len(n.Parts) == 1 && n.keyed == nil {
		return n.Parts[0]
	}
	return nil
}

// Keys are the keys of the table that the part reads, by their names; nil where it has one without a
// name. A tree shows what stands below a key once, as it does with bodies.
func (n *Node) Keys() ([]string, []*Node) {
	if n.keyed == nil {
		return nil, nil
	}
	return n.keyed, n.Parts
}

// term returns the body of a part that reads a term, nil for any other part.
func (n *Node) term() *Node {
	if n.Kind != NodeRead || !strings.HasPrefix(n.Path, "terms.") {
		return nil
	}
	return n.Body()
}

// rank says how much a part mattered. A skipped part mattered least, one that decided most.
type rank uint8

const (
	skipped rank = iota
	seen
	decided
)

// planter makes a tree of parts that share the bodies of terms and keys. It shows each body once,
// at the part where it mattered most: the first one that decided, else the first one that was
// evaluated, else the first one. So the tree grows with the text of the set.
type planter struct {
	frame *Frame
	// first shows each body at the first part that reads it.
	first bool
	best  map[*celenv.Part]rank
	shown map[*celenv.Part]*Node // the part that shows the body
	other []repeated
}

// repeated is a part that reads a body which another part shows.
type repeated struct {
	node *Node
	body *celenv.Part
}

// treeOf makes the tree of a traced condition.
func treeOf(root *celenv.Part, f *Frame, first bool) *Node {
	t := planter{frame: f, first: first, best: map[*celenv.Part]rank{}, shown: map[*celenv.Part]*Node{}}
	if !first {
		for _, r := range []rank{decided, seen, skipped} {
			t.walk(root, r, map[*celenv.Part]bool{})
		}
	}
	n := t.node(root, decided)
	for _, r := range t.other {
		r.node.again = t.shown[r.body]
	}
	return n
}

// walk notes the bodies that are read by parts of at least some rank.
func (t *planter) walk(p *celenv.Part, least rank, been map[*celenv.Part]bool) {
	for _, b := range p.Bodies {
		if been[b] || ofBody(p, least) != least {
			continue
		}
		been[b] = true
		if _, known := t.best[b]; !known {
			t.best[b] = least
		}
		t.walk(b, least, been)
	}
	ranks := ranksOf(p)
	for i, part := range p.Parts {
		if ranks[i] >= least {
			t.walk(part, least, been)
		}
	}
}

// node makes the tree of a part of rank r.
func (t *planter) node(p *celenv.Part, r rank) *Node {
	n := t.alone(p, r)
	ranks := ranksOf(p)
	for i, part := range p.Parts {
		n.Parts = append(n.Parts, t.node(part, min(r, ranks[i])))
	}
	if p.Table != nil && p.Table.Keyed() {
		t.keys(n, p, ofBody(p, r))
		return n
	}
	for _, b := range p.Bodies {
		if !t.shows(b, ofBody(p, r)) {
			t.other = append(t.other, repeated{n, b})
			continue
		}
		t.shown[b] = n
		n.Parts = []*Node{t.node(b, ofBody(p, r))}
	}
	return n
}

// alone makes the node of a part of rank r without what stands below it.
func (t *planter) alone(p *celenv.Part, r rank) *Node {
	n := &Node{
		Kind: NodeKind(p.Kind), Op: p.Op, Path: p.Path, Text: p.Text, Bool: p.Type.Kind == value.KindBool,
		Value: p.Val.Native(), Skipped: r == skipped, Decided: r == decided,
	}
	if at, ok := p.Expr.Tag.(*place); ok {
		n.at = *at
	}
	n.from, n.to = p.From, p.To
	if p.Err != nil {
		n.Err = placed(p.Err)
	}
	if p.Table != nil {
		n.Row, n.first = t.frame.row(p.Table), p.Table.Label(0)
		if n.Row == "absent" && p.Table.Keyed() {
			n.nearest = nearestRow(p.Table, p.Bodies)
		}
	}
	if name, ok := strings.CutPrefix(p.Path, "incident."); ok && n.Kind == NodeRead {
		n.Default = t.frame.in.assumed[name]
	}
	if name, ok := strings.CutPrefix(p.Path, "item."); ok && n.Kind == NodeRead {
		n.Default = t.frame.in.assumed[t.frame.in.itemAt+name]
	}
	return n
}

// shows reports whether a body of rank r is to be shown at the part at hand.
func (t *planter) shows(b *celenv.Part, r rank) bool {
	return t.shown[b] == nil && (t.first || r == t.best[b])
}

// keys adds the keys of a table that have names. What stands below a key is shown once.
func (t *planter) keys(n *Node, p *celenv.Part, r rank) {
	for i, b := range p.Bodies {
		n.keyed = append(n.keyed, p.Table.Keys()[i].Name)
		if t.shows(b, r) {
			key := t.node(b, r)
			t.shown[b] = key
			n.Parts = append(n.Parts, key)
			continue
		}
		key := t.alone(b, r)
		t.other = append(t.other, repeated{key, b})
		n.Parts = append(n.Parts, key)
	}
}

// ofBody is the rank of the body of a part. The key of a table in has(…) never decides by itself.
func ofBody(p *celenv.Part, r rank) rank {
	if p.Kind == celenv.PartHas {
		return min(r, seen)
	}
	return r
}

// ranksOf returns the ranks of the parts of a part that decided. In an && that is false, the first
// false part decided; in one that is true, all of them did.
func ranksOf(p *celenv.Part) []rank {
	ranks := make([]rank, len(p.Parts))
	for i, part := range p.Parts {
		if !part.Skipped {
			ranks[i] = seen
		}
	}
	switch p.Kind {
	case celenv.PartAnd, celenv.PartOr:
		ofLogic(p, ranks)
	case celenv.PartIf, celenv.PartNot:
		for i := range ranks {
			if ranks[i] == seen {
				ranks[i] = decided
			}
		}
	}
	return ranks
}

// ofLogic marks the side that is enough. If there is none, it marks the first side that failed,
// else all.
func ofLogic(p *celenv.Part, ranks []rank) {
	enough := p.Kind == celenv.PartOr
	for i, part := range p.Parts {
		if ranks[i] == seen && part.Err == nil && part.Val.Native() == enough {
			ranks[i] = decided
			return
		}
	}
	for i, part := range p.Parts {
		if ranks[i] == seen && part.Err != nil {
			ranks[i] = decided
			return
		}
	}
	for i := range ranks {
		ranks[i] = decided
	}
}
