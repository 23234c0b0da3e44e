package yamlnode

import "strings"

// block follows a literal (`|`) or folded (`>`) scalar. The node does not know
// by how much its content is indented. The first line with content says so; if
// the depth was written, blanks may be content too, and the value tells how
// many of that line's are.
func (t *tracer) block(n *Node) (Pos, bool) {
	chomp, explicit := header(&t.c)
	indent := firstIndent(t.c.text[min(t.c.off, len(t.c.text)):])
	if explicit {
		indent -= firstIndent(n.Value)
	}
	end := t.lines(n.Style == Folded, chomp, max(indent, 0))
	return end, !t.lost && t.rest == ""
}

// header steps over the indicators and the rest of their line.
func header(c *cursor) (chomp rune, explicit bool) {
	c.next()
	for r := c.peek(); r != '\n' && r != eof && r != '#'; r = c.peek() {
		switch {
		case r == '-' || r == '+':
			chomp = r
		case r >= '1' && r <= '9':
			explicit = true
		}
		c.next()
	}
	for c.peek() != '\n' && c.peek() != eof {
		c.next()
	}
	c.next()
	return chomp, explicit
}

// firstIndent returns how many blanks the first line with content starts with.
func firstIndent(text string) int {
	for text != "" {
		var line string
		line, text, _ = strings.Cut(text, "\n")
		if content := strings.TrimLeft(line, " "); content != "" {
			return len(line) - len(content)
		}
	}
	return 0
}

// lines emits the content lines at the given depth and returns their end.
func (t *tracer) lines(folded bool, chomp rune, indent int) Pos {
	var leading *Pos // the break after the last line, not emitted yet
	empty := t.emptyLines(indent)
	wasBlank := false // the last line started with a blank: it is not folded
	end := t.c.pos
	for t.c.pos.Column == indent+1 && t.c.peek() != eof && !t.lost {
		blank := isBlank(t.c.peek())
		switch {
		case leading == nil:
		case folded && !wasBlank && !blank:
			if len(empty) == 0 {
				t.emit(' ', *leading)
			}
		default:
			t.emit('\n', *leading)
		}
		t.breaks(empty)
		for t.c.peek() != '\n' && t.c.peek() != eof && !t.lost {
			t.take()
		}
		end, leading, wasBlank = t.c.pos, nil, blank
		if t.c.peek() == '\n' {
			p := t.c.pos
			leading = &p
			t.c.next()
		}
		empty = t.emptyLines(indent)
	}
	if chomp != '-' && leading != nil {
		t.emit('\n', *leading)
	}
	if chomp == '+' {
		t.breaks(empty)
	}
	return end
}

// emptyLines steps over lines without content and the indentation of the next,
// and returns where their breaks stand.
func (t *tracer) emptyLines(indent int) []Pos {
	var breaks []Pos
	for {
		for t.c.pos.Column <= indent && t.c.peek() == ' ' {
			t.c.next()
		}
		if t.c.peek() != '\n' {
			return breaks
		}
		breaks = append(breaks, t.c.pos)
		t.c.next()
	}
}

func (t *tracer) breaks(at []Pos) {
	for _, p := range at {
		t.emit('\n', p)
	}
}
