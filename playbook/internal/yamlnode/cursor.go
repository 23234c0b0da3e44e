package yamlnode

import "unicode/utf8"

const eof = -1

// cursor walks over the source.
type cursor struct {
	text string
	off  int
	pos  Pos
}

func (n *Node) cursor() cursor { return cursor{n.src.text, n.off, n.Start} }

// peek returns the rune at the cursor.
func (c *cursor) peek() rune {
	if c.off >= len(c.text) {
		return eof
	}
	r, _ := utf8.DecodeRuneInString(c.text[c.off:])
	return r
}

// next steps over one rune.
func (c *cursor) next() {
	if c.off >= len(c.text) {
		return
	}
	r, size := utf8.DecodeRuneInString(c.text[c.off:])
	c.off += size
	c.pos.Column++
	if r == '\n' {
		c.pos = Pos{c.pos.Line + 1, 1}
	}
}

func (c *cursor) skipBlanks() {
	for isBlank(c.peek()) {
		c.next()
	}
}

// name steps over an anchor or an alias and returns its name.
func (c *cursor) name() string {
	c.next()
	from := c.off
	for r := c.peek(); r == '-' || r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'; r = c.peek() {
		c.next()
	}
	return c.text[from:c.off]
}

func isBlank(r rune) bool        { return r == ' ' || r == '\t' }
func isBlankOrBreak(r rune) bool { return isBlank(r) || r == '\n' }
