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
	done     map[*yaml.Node]*Node // of anchored nodes; nil while one is being built
	aliased  int                  // nodes that aliases have added to this document
	flow     int                  // brackets around the node at hand
	problems []Problem

	// The last place that was looked up. Nodes come in source order: going on
	// from here keeps a file of one very long line from being slow.
	last Pos
	off  int
}

func (b *builder) build(n *yaml.Node, depth int) *Node {
	at := b.clamp(Pos{n.Line, n.Column})
	switch {
	case n.Kind == yaml.AliasNode:
		return b.alias(n)
	case b.masked[at]:
		return b.broken(at)
	case depth > maxDepth:
		b.complain(at, "too-deep", fmt.Sprintf("this is nested more than %d levels deep", maxDepth), "")
		return b.broken(at)
	}
	if n.Anchor != "" {
		b.done[n] = nil
	}
	out := b.convert(n, at, depth)
	if n.Anchor != "" {
		b.done[n] = out
	}
	return out
}

func (b *builder) convert(n *yaml.Node, at Pos, depth int) *Node {
	if p, bad := b.tag(n, at); bad {
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
		b.extent(out, n, out.Items)
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
	at := Pos{n.Line, n.Column}
	target, known := b.done[n.Alias]
	if !known || target == nil {
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
	var parts []*Node
	first := make(map[string]int, len(n.Content)/2)
	flow := n.Style&yaml.FlowStyle != 0
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := b.build(n.Content[i], depth+1), b.build(n.Content[i+1], depth+1)
		parts = append(parts, key, value)
		out.size += key.size + value.size
		switch line, twice := first[key.Value]; {
		case key.Kind == Broken:
		case key.Kind != Scalar:
			b.complain(key.Start, "bad-key", "a list or a mapping stands where a key was wanted", "quote the text if it was meant as one")
		case key.Style == Plain && key.Value == "<<":
			out.Partial = true
			b.problem(key, "merge-key", "merge keys (`<<`) are not part of the format", "write the keys out, or use an alias for a whole value")
		case twice:
			b.problem(key, "duplicate-key", fmt.Sprintf("key `%s` is written twice; first on line %d", clip(key.Value), line), "remove one of them")
		case flow && b.comma(out, key, value):
		default:
			first[key.Value] = key.Start.Line
			out.Entries = append(out.Entries, Entry{key, value})
		}
	}
	b.extent(out, n, parts)
}

// comma looks for the trap of `{amount: max(a, b)}`, which YAML reads as two
// keys. The key without a value is then no key of anybody's.
func (b *builder) comma(out *Node, key, value *Node) bool {
	if !value.IsAbsent() || len(out.Entries) == 0 {
		return false
	}
	before := &out.Entries[len(out.Entries)-1]
	text := before.Value
	if text.Kind == Broken && text.Value != "" {
		return true // more of an expression that was complained of
	}
	if text.Kind != Scalar || text.Style != Plain || text.Value == "" {
		return false
	}
	// A key without a value may be one all the same, or lack the blank behind
	// its colon.
	if name, _, _ := strings.Cut(key.Value, ":"); open(text.Value) <= 0 && isWord(name) {
		return false
	}
	b.problems = append(b.problems, commaProblem(text.Start, key.End, text.Value))
	// The rest may follow in further keys; keep the value to know them by.
	before.Value = &Node{Kind: Broken, Value: text.Value, Start: text.Start, End: key.End, size: 1, src: b.src}
	return true
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
		b.problems = append(b.problems, commaProblem(first.Start, items[last].End, first.Value))
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
func (b *builder) extent(out *Node, n *yaml.Node, parts []*Node) {
	flow := n.Style&yaml.FlowStyle != 0
	out.End = Pos{out.Start.Line, out.Start.Column + 1}
	if len(parts) == 0 {
		return
	}
	if !flow && n.Kind == yaml.MappingNode {
		out.Start = parts[0].Start
	}
	if end := parts[len(parts)-1].End; before(out.Start, end) {
		out.End = end
	}
}

func (b *builder) scalar(out *Node, n *yaml.Node) {
	out.Kind, out.Style, out.Value = Scalar, styleOf(n.Style), n.Value
	out.off = b.offset(out.Start)
	out.skipProperties()
	out.setEnd()
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
		f.flowExtent()
	} else {
		f.endOfLine()
	}
	return tagProblem(start.pos, firstLine(f.upTo(start))), true
}

// clamp moves a place into the file: nothing, where it stands at the end of a
// file, is said to stand on the line below.
func (b *builder) clamp(p Pos) Pos {
	last := len(b.src.starts)
	if p.Line <= last {
		return p
	}
	return Pos{last, utf8.RuneCountInString(b.src.Line(last)) + 1}
}

// offset returns where in the source p stands.
func (b *builder) offset(p Pos) int {
	if p.Line < 1 || p.Line > len(b.src.starts) {
		return len(b.src.text)
	}
	if p.Line != b.last.Line || p.Column < b.last.Column {
		b.last, b.off = Pos{p.Line, 1}, b.src.starts[p.Line-1]
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
	b.problems = append(b.problems, Problem{code, message, hint, at, Pos{at.Line, at.Column + 1}})
}

func (b *builder) problem(n *Node, code, message, hint string) {
	b.problems = append(b.problems, Problem{code, message, hint, n.Start, n.End})
}

func before(a, b Pos) bool { return a.Line < b.Line || a.Line == b.Line && a.Column < b.Column }
