package yamlnode

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// builder turns the parser's nodes into ours.
type builder struct {
	src      *Source
	masked   map[Pos]bool         // values that a trap spoilt
	shifts   map[int]int          // by how much a line was moved to the left
	lost     []int                // the lines that could not be read
	done     map[*yaml.Node]*Node // of this document's anchored nodes; nil before they are built
	aliased  int                  // nodes that aliases have added to this document
	flow     int                  // brackets around the node at hand
	mark     rune                 // stands for the backslash of what only JSON escapes; 0 where there is none
	problems []Problem
	cut      int // which problem is the last about a comma

	// The last place that was looked up. Nodes come in source order: going on
	// from here keeps a file of one very long line from being slow.
	last Pos
	off  int
}

// document builds one document. Anchors and bounds are its own.
func (b *builder) document(n *yaml.Node) *Node {
	b.aliased, b.done = 0, map[*yaml.Node]*Node{}
	b.own(n)
	return b.build(n, 0)
}

// lose marks the mappings that an unreadable line may belong to: keys of them may be missing.
func (b *builder) lose(root *Node) {
	for _, line := range b.lost {
		for n := root; n != nil; {
			n = n.above(line)
		}
	}
}

// above returns the value of the last entry or item that does not start below a line, and
// marks a mapping that it is in.
func (n *Node) above(line int) (value *Node) {
	for _, item := range n.Items {
		if item.Start.Line <= line {
			value = item
		}
	}
	for _, e := range n.Entries {
		if e.Key.Start.Line <= line {
			value = e.Value
		}
	}
	n.Partial = n.Partial || n.Kind == Mapping
	return value
}

// own notes the anchors of a document: the parser keeps those of former ones.
func (b *builder) own(n *yaml.Node) {
	if n.Anchor != "" {
		b.done[n] = nil
	}
	for _, c := range n.Content {
		b.own(c)
	}
}

func (b *builder) build(n *yaml.Node, depth int) *Node {
	at := b.place(n)
	if n.Kind == yaml.AliasNode {
		return b.alias(n)
	}
	if n.Anchor != "" {
		b.done[n] = busy
	}
	out := b.node(n, at, depth)
	if n.Anchor != "" {
		b.done[n] = out
	}
	return out
}

// busy stands for an anchored node that is being built.
var busy = &Node{}

func (b *builder) node(n *yaml.Node, at Pos, depth int) *Node {
	switch {
	case b.masked[at]:
		return b.broken(at)
	case depth > maxDepth:
		b.complain(at, "too-deep", fmt.Sprintf("this is nested more than %d levels deep", maxDepth), "")
		return b.broken(at)
	}
	return b.convert(n, at, depth)
}

func (b *builder) convert(n *yaml.Node, at Pos, depth int) *Node {
	if p, bad := b.tag(n, at); bad {
		b.problems = append(b.problems, p)
		return b.broken(at)
	}
	if n.Anchor != "" && n.Kind == yaml.ScalarNode && n.Value == "" && styleOf(n.Style) == Plain {
		p := emptyAnchorProblem(at, n.Anchor)
		p = p.replacing(p.Start, p.End)
		if b.flow > 0 {
			p = inside(p)
		}
		b.problems = append(b.problems, p)
		return b.broken(at)
	}
	out := &Node{Start: at, size: 1, src: b.src}
	if n.Style&yaml.FlowStyle != 0 {
		b.flow++
		defer func() { b.flow-- }()
	}
	switch n.Kind {
	case yaml.ScalarNode:
		b.scalar(out, n)
	case yaml.SequenceNode:
		out.Kind = List
		for _, c := range n.Content {
			item := b.build(c, depth+1)
			out.Items = append(out.Items, item)
			out.size += item.size
		}
		if len(out.Items) > 0 {
			b.extent(out, n, out.Items[0], out.Items[len(out.Items)-1])
		} else {
			b.extent(out, n, nil, nil)
		}
		if n.Style&yaml.FlowStyle != 0 {
			out.Items = b.commas(out.Items)
		}
	case yaml.MappingNode:
		out.Kind = Mapping
		b.entries(out, n, depth)
	default:
		return b.broken(at)
	}
	return out
}

// alias returns the node that an alias stands for, unless that would be
// endless or too much.
func (b *builder) alias(n *yaml.Node) *Node {
	at := b.place(n)
	target, known := b.done[n.Alias]
	if !known {
		b.problems = append(b.problems, unknownAlias(at, Pos{at.Line, at.Column + 1 + utf8.RuneCountInString(n.Value)}, n.Value))
		return b.broken(at)
	}
	if target == nil {
		return b.broken(at) // part of what was not read
	}
	if target == busy {
		b.complain(at, "alias-recursive", fmt.Sprintf("*%s stands inside what it stands for", n.Value), "write the values out")
		return b.broken(at)
	}
	b.aliased += target.size
	if b.aliased > maxAliased {
		// Said once: every later alias is too much as well.
		if b.aliased-target.size <= maxAliased {
			b.complain(at, "alias-too-large", fmt.Sprintf("aliases add more than %d values to this document", maxAliased), "write the values out")
		}
		b.aliased = maxAliased + 1
		return b.broken(at)
	}
	return target
}

// entries reads a mapping: keys are scalars, each at most once, and none
// merges.
func (b *builder) entries(out *Node, n *yaml.Node, depth int) {
	var first, last *Node
	keys := keyLines{entries: &out.Entries}
	flow := n.Style&yaml.FlowStyle != 0
	repeated := false // the key before
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := b.build(n.Content[i], depth+1), b.build(n.Content[i+1], depth+1)
		if first == nil {
			first = key
		}
		last = value
		out.size += key.size + value.size
		switch line, twice := keys.find(key.Value); {
		case key.Kind == Broken:
		case key.Kind != Scalar:
			out.Partial = true
			b.complain(key.Start, "bad-key", "a list or a mapping stands where a key was wanted", "quote the text if it was meant as one")
		case key.Style == Plain && key.Value == "<<":
			out.Partial = true
			b.problem(key, "merge-key", "merge keys (`<<`) are not part of the format", "write the keys out, or use an alias for a whole value")
		case twice:
			repeated = true
			b.problem(key, "duplicate-key", fmt.Sprintf("key `%s` is written twice; first on line %d", clip(key.Value), line), "remove one of them")
		case flow && repeated && value.IsAbsent(): // more of its text, after a comma
		case flow && b.comma(out, key, value):
		default:
			repeated = false
			out.Entries = append(out.Entries, Entry{key, value})
			keys.added()
		}
	}
	b.extent(out, n, first, last)
}

// comma looks for the trap of `{note: Sorry, friend}`, which YAML reads as two
// keys. The key without a value is then no key of anybody's.
func (b *builder) comma(out *Node, key, value *Node) bool {
	if !value.IsAbsent() || len(out.Entries) == 0 {
		return false
	}
	before := &out.Entries[len(out.Entries)-1]
	text := before.Value
	if text.Kind == Broken && text.Value != "" {
		// More of a text that was complained of.
		p := &b.problems[b.cut]
		*p = inside(commaProblem(p.Start, key.End, text.Value, b.between(text, key), ""))
		return true
	}
	if text.Kind != Scalar || text.Style != Plain || text.Value == "" {
		return false
	}
	name, _, glued := strings.Cut(key.Value, ":")
	closed := open(text.Value) <= 0
	if closed && isWord(name) {
		// A key without a value may be one all the same: when it has its colon, or
		// when what stands before it is no text.
		if glued || key.hasColon() || shortValue.MatchString(text.Value) || text.Value == "true" || text.Value == "false" {
			return false
		}
	} else {
		name = ""
	}
	b.cut = len(b.problems)
	b.problems = append(b.problems, inside(commaProblem(text.Start, key.End, text.Value, b.between(text, key), name)))
	// The rest may follow in further keys; keep the value to know them by.
	before.Value = &Node{Kind: Broken, Value: text.Value, Start: text.Start, End: key.End, size: 1, src: b.src, off: text.off}
	return true
}

// hasColon reports whether a colon stands behind the plain scalar.
func (n *Node) hasColon() bool {
	c := n.cursor()
	for rest := n.off + len(n.Value); c.off < rest; {
		c.next()
	}
	for isBlankOrBreak(c.peek()) {
		c.next()
	}
	return c.peek() == ':'
}

// between is the source from one scalar to the end of another, if it can be
// given as one text: its brackets and quotes are closed.
func (b *builder) between(first, last *Node) string {
	text := b.src.text[first.off:]
	end := last.off - first.off + len(last.Value)
	const most = 200 // bytes: longer ones are not shown, and would be counted over and over
	if last.Style != Plain || end > min(len(text), most) || !strings.HasSuffix(text[:end], last.Value) {
		return ""
	}
	if text = text[:end]; open(text) != 0 || quotes(text)%2 != 0 {
		return ""
	}
	return text
}

// commas looks for the same trap in a list: `[max(a, b)]` has two items.
func (b *builder) commas(items []*Node) []*Node {
	var out []*Node
	for i := 0; i < len(items); i++ {
		first, last := items[i], i
		depth := unclosed(first)
		for depth > 0 && last+1 < len(items) && items[last+1].Kind == Scalar && items[last+1].Style == Plain {
			last++
			depth += open(items[last].Value)
		}
		if last == i {
			out = append(out, first)
			continue
		}
		b.problems = append(b.problems, inside(commaProblem(first.Start, items[last].End, first.Value, b.between(first, items[last]), "")))
		out = append(out, b.broken(first.Start))
		i = last
	}
	return out
}

// unclosed counts the round brackets that a plain scalar leaves open.
func unclosed(n *Node) int {
	if n.Kind != Scalar || n.Style != Plain {
		return 0
	}
	return open(n.Value)
}

// extent sets where a list or mapping starts and ends. A block has no bracket:
// it starts at its first part, whatever anchor stands before it.
func (b *builder) extent(out *Node, n *yaml.Node, first, last *Node) {
	flow := n.Style&yaml.FlowStyle != 0
	out.End = Pos{out.Start.Line, out.Start.Column + 1}
	if first == nil {
		return
	}
	if !flow && n.Kind == yaml.MappingNode {
		out.Start = first.Start
	}
	if end := last.End; before(out.Start, end) {
		out.End = end
	}
}

func (b *builder) scalar(out *Node, n *yaml.Node) {
	out.Kind, out.Style = Scalar, styleOf(n.Style)
	var alone string
	out.Value, alone = unmark(n.Value, out.Style, b.mark)
	out.flow, out.Moved = b.flow > 0, b.shifts[out.Start.Line] != 0
	out.off = b.offset(out.Start)
	out.skipProperties()
	out.setEnd()
	if alone != "" {
		b.problems = append(b.problems, aloneProblem(out.aloneAt(), alone))
		out.Kind = Broken
	}
}

func styleOf(s yaml.Style) Style {
	switch {
	case s&yaml.DoubleQuotedStyle != 0:
		return DoubleQuoted
	case s&yaml.SingleQuotedStyle != 0:
		return SingleQuoted
	case s&yaml.LiteralStyle != 0:
		return Literal
	case s&yaml.FoldedStyle != 0:
		return Folded
	}
	return Plain
}

// tag finds a tag, which in this format is a condition that starts with `!`.
// `! x` leaves no trace but the character in the source.
func (b *builder) tag(n *yaml.Node, at Pos) (Problem, bool) {
	f := trapFinder{c: cursor{b.src.text, b.offset(at), at}}
	if n.Anchor != "" && f.c.peek() == '&' {
		f.c.name()
		for isBlankOrBreak(f.c.peek()) {
			f.c.next()
		}
	}
	if f.c.peek() != '!' {
		return Problem{}, false
	}
	start := f.c
	if b.flow > 0 {
		(&flow{trapFinder: &f}).whole()
		p := tagProblem(start.pos, firstLine(f.upTo(start)))
		return inside(p.replacing(p.Start, p.End)), true
	}
	f.endOfLine()
	p := tagProblem(start.pos, firstLine(f.upTo(start)))
	return p.replacing(p.Start, p.End), true
}

// place is where a node starts. Nothing, where it stands at the end of a file,
// is said to stand on the line below.
func (b *builder) place(n *yaml.Node) Pos {
	last := len(b.src.starts)
	if n.Line <= last {
		return Pos{n.Line, n.Column + b.shifts[n.Line]}
	}
	return Pos{last, utf8.RuneCountInString(b.src.Line(last)) + 1}
}

// offset returns where in the source p stands.
func (b *builder) offset(p Pos) int {
	if p.Line < 1 || p.Line > len(b.src.starts) {
		return len(b.src.text)
	}
	if p.Line != b.last.Line || p.Column < b.last.Column {
		b.last, b.off = Pos{p.Line, 1}, int(b.src.starts[p.Line-1])
	}
	for b.last.Column < p.Column && b.off < len(b.src.text) && b.src.text[b.off] != '\n' {
		_, size := utf8.DecodeRuneInString(b.src.text[b.off:])
		b.off += size
		b.last.Column++
	}
	return b.off
}

func (b *builder) broken(at Pos) *Node {
	return &Node{Kind: Broken, Start: at, End: Pos{at.Line, at.Column + 1}, size: 1, src: b.src}
}

func (b *builder) complain(at Pos, code, message, hint string) {
	b.problems = append(b.problems, Problem{Code: code, Message: message, Hint: hint, Start: at, End: Pos{at.Line, at.Column + 1}})
}

func (b *builder) problem(n *Node, code, message, hint string) {
	b.problems = append(b.problems, Problem{Code: code, Message: message, Hint: hint, Start: n.Start, End: n.End})
}

func before(a, b Pos) bool { return a.Line < b.Line || a.Line == b.Line && a.Column < b.Column }
