package yamlnode

import "strings"

// trapFinder looks through the source of a file that is not YAML for the usual
// traps. The parser's position of a syntax error is that of the enclosing
// block, or none; the traps are found where they are to be mended. It reads
// lines as loosely as a person does and keeps no more of YAML than it takes to
// tell values from keys, blocks and comments.
type trapFinder struct {
	c        cursor
	anchors  map[string]bool
	problems []Problem
	masks    []mask

	open    []int // the columns of the blocks that are open
	pending int   // the column that a value must be indented beyond which is still to come, else none
}

// none is no column.
const none = -1

// mask is a spoilt value: blanked out, the rest of the file can be read.
type mask struct {
	from, to int
	start    Pos
}

// findTraps returns the finder after its work.
func findTraps(src *Source) *trapFinder {
	f := &trapFinder{c: cursor{src.text, 0, Pos{1, 1}}, anchors: map[string]bool{}}
	for f.c.peek() != eof {
		f.line()
	}
	return f
}

// masked returns where the blanked values start.
func (f *trapFinder) masked() map[Pos]bool {
	at := map[Pos]bool{}
	for _, m := range f.masks {
		at[m.start] = true
	}
	return at
}

// mask returns the text with each spoilt value replaced by a single letter;
// the place of everything else stays.
func (f *trapFinder) mask() string {
	var out strings.Builder
	last := 0
	for _, m := range f.masks {
		out.WriteString(f.c.text[last:m.from])
		for i, r := range f.c.text[m.from:m.to] {
			switch {
			case i == 0:
				out.WriteByte('x')
			case r == '\n':
				out.WriteByte('\n')
			default:
				out.WriteByte(' ')
			}
		}
		last = m.to
	}
	out.WriteString(f.c.text[last:])
	return out.String()
}

// report adds a problem; the text from start up to the cursor is spoilt.
func (f *trapFinder) report(p Problem, start cursor) {
	f.problems = append(f.problems, p)
	if f.c.off > start.off {
		f.masks = append(f.masks, mask{start.off, f.c.off, start.pos})
	}
}

// giveUp reports a problem behind which nothing can be told apart.
func (f *trapFinder) giveUp(p Problem) {
	f.problems = append(f.problems, p)
	f.c.off = len(f.c.text)
}

// forget drops what was found since, when it turns out to be part of a larger
// trap.
func (f *trapFinder) forget(problems, masks int) {
	f.problems, f.masks = f.problems[:problems], f.masks[:masks]
}

// line reads one line of a block, and the lines that its value goes on over.
func (f *trapFinder) line() {
	for f.c.peek() == ' ' {
		f.c.next()
	}
	switch r := f.c.peek(); {
	case r == '\n' || r == '#' || r == eof:
		f.skipLine()
		return
	case r == '\t':
		f.tab()
		return
	case f.c.pos.Column == 1 && f.marker():
		return
	}
	f.indented()
	parent := none // the column that a value must be indented beyond
	for (f.c.peek() == '-' || f.c.peek() == '?') && f.blankBehind() {
		parent = f.c.pos.Column
		f.opens(parent)
		f.c.next()
		f.c.skipBlanks()
	}
	if key := f.c.pos.Column; f.key() {
		parent = key
		f.opens(key)
	} else if parent == none {
		parent = f.pending
	}
	if parent == none {
		f.noKey()
		return
	}
	f.pending = none
	f.c.skipBlanks()
	f.value(parent)
}

// opens notes that a block with entries at this column is open.
func (f *trapFinder) opens(column int) {
	if n := len(f.open); n == 0 || f.open[n-1] < column {
		f.open = append(f.open, column)
	}
}

// indented closes the blocks that the line at hand is no longer part of, and
// reports a line that steps back to no block.
func (f *trapFinder) indented() {
	column, closed := f.c.pos.Column, false
	for n := len(f.open); n > 0 && f.open[n-1] > column; n = len(f.open) {
		f.open, closed = f.open[:n-1], true
	}
	if n := len(f.open); closed && (n == 0 || f.open[n-1] < column) {
		f.problems = append(f.problems, Problem{
			Code:    "yaml-indent",
			Message: "the indentation of this line fits no line above it",
			Hint:    "indent it as far as the entries that it belongs to",
			Start:   f.c.pos,
			End:     f.lineEnd(),
		})
	}
	if column <= f.pending {
		f.pending = none
	}
}

// noKey reports a line in a mapping or list that is neither entry nor item.
func (f *trapFinder) noKey() {
	f.problems = append(f.problems, Problem{
		Code:    "yaml-key",
		Message: "this line has no key: a colon with a blank behind it is missing",
		Hint:    "write `key: value`, or indent the line if it goes on with the value above",
		Start:   f.c.pos,
		End:     f.lineEnd(),
	})
	f.skipLine()
}

// tab reports a line that a tab indents, be there nothing else on it.
func (f *trapFinder) tab() {
	at := f.c.pos
	f.c.skipBlanks()
	f.problems = append(f.problems, Problem{
		Code:    "yaml-tab",
		Message: "a tab indents this line; YAML indents by spaces",
		Hint:    "replace the tab by spaces",
		Start:   at,
		End:     f.c.pos,
	})
	f.skipLine()
}

// marker steps over `---`, `...` and directives.
func (f *trapFinder) marker() bool {
	rest := f.c.text[f.c.off:]
	switch {
	case strings.HasPrefix(rest, "%"):
	case strings.HasPrefix(rest, "---"), strings.HasPrefix(rest, "..."):
	default:
		return false
	}
	f.skipLine()
	f.open, f.pending = nil, 0
	return true
}

// key steps over a key and its colon, if one stands at the cursor.
func (f *trapFinder) key() bool {
	k := f.c
	if k.peek() == '&' {
		f.anchors[k.name()] = true
		k.skipBlanks()
	}
	switch r := k.peek(); {
	case r == '"' || r == '\'':
		if !skipQuoted(&k, r) || k.pos.Line != f.c.pos.Line {
			return false
		}
		k.skipBlanks()
	case strings.ContainsRune("[{|>@`%!&*#", r):
		return false
	default:
		for !k.colon() {
			last := k.peek()
			if last == '\n' || last == eof {
				return false
			}
			k.next()
			if isBlank(last) && k.peek() == '#' {
				return false
			}
		}
	}
	if !k.colon() {
		return false
	}
	k.next()
	f.c = k
	return true
}

// colon reports whether a colon that ends a key stands at the cursor.
func (c *cursor) colon() bool {
	if c.peek() != ':' {
		return false
	}
	ahead := *c
	ahead.next()
	return isBlankOrBreak(ahead.peek()) || ahead.peek() == eof
}

func (f *trapFinder) blankBehind() bool {
	ahead := f.c
	ahead.next()
	return isBlankOrBreak(ahead.peek()) || ahead.peek() == eof
}

func (f *trapFinder) skipLine() {
	f.endOfLine()
	f.c.next()
}

// endOfLine steps to the line's break.
func (f *trapFinder) endOfLine() {
	for r := f.c.peek(); r != '\n' && r != eof; r = f.c.peek() {
		f.c.next()
	}
}

// skipQuoted steps over a quoted scalar; false when it is never closed.
func skipQuoted(c *cursor, quote rune) bool {
	c.next()
	for {
		switch r := c.peek(); {
		case r == eof:
			return false
		case r == '\\' && quote == '"':
			c.next()
			c.next()
		case r == quote:
			c.next()
			if quote == '"' || c.peek() != '\'' {
				return true
			}
			c.next()
		default:
			c.next()
		}
	}
}
