package yamlnode

import "strings"

// Kind is the shape of a node. Its zero is invalid.
type Kind uint8

// The shapes of a node. A Broken node is one that a problem was reported for:
// whatever stands there, nothing more is to be said about it.
const (
	Invalid Kind = iota
	Scalar
	List
	Mapping
	Broken
)

// Style is how a scalar was written. Its zero is invalid.
type Style uint8

// The styles of a scalar.
const (
	NoStyle Style = iota
	Plain
	SingleQuoted
	DoubleQuoted
	Literal
	Folded
)

// Node is a scalar, a list or a mapping. An alias is the node that it stands
// for, so that nodes may be shared: do not change them.
type Node struct {
	Kind    Kind
	Style   Style  // of a Scalar
	Value   string // of a Scalar: the decoded text
	Items   []*Node
	Entries []Entry
	Partial bool // of a Mapping: keys that were merged in, or are no scalars, are not there
	// Start is the place of a scalar's first character, quote or indicator, of
	// a bracket, or of the first key or item; End is just past the last one.
	Start, End Pos

	src  *Source
	flow bool // of a Scalar: it stands inside brackets or braces
	// Moved is set of a scalar on a line that was read as if it were indented otherwise:
	// what it belongs to is a guess.
	Moved bool
	off   int // of Start in the source
	size  int // nodes below and including this one, aliases expanded
}

// Entry is one key of a mapping with its value. The key is a scalar.
type Entry struct{ Key, Value *Node }

// IsAbsent reports whether nothing at all was written in the node's place, as
// after the colon of a bare key.
func (n *Node) IsAbsent() bool {
	return n.Kind == Scalar && n.Style == Plain && n.Value == ""
}

// Line returns a line of the source that the node was read from.
func (n *Node) Line(line int) string { return n.src.Line(line) }

// InFlow reports whether a scalar stands inside brackets or braces.
func (n *Node) InFlow() bool { return n.flow }

// Problem is one thing that is wrong with the YAML of a file.
type Problem struct {
	Code, Message, Hint string
	Start, End          Pos
	Edit                Edit // the hint as a change to the file; zero where it is none
	quoted              string
}

// Edit puts Text in the place of what stands from Start up to and without End.
type Edit struct {
	Start, End Pos
	Text       string
}

// replacing makes the hint to quote a value an edit of what stands between two places of a
// line.
func (p Problem) replacing(start, end Pos) Problem {
	if p.quoted != "" && start.Line == end.Line && p.Edit == (Edit{}) {
		p.Edit = Edit{start, end, singleQuoted(p.quoted)}
	}
	return p
}

func singleQuoted(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }
