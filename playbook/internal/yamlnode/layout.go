package yamlnode

import (
	"fmt"
	"strings"
)

// block is a list or a mapping that further lines may belong to.
type block struct {
	column int
	list   bool
	line   int    // of its last entry
	key    string // of its last entry, in a mapping
}

// opens notes an entry at this column, which may open a block.
func (f *trapFinder) opens(column int, list bool, key string) {
	n := len(f.open)
	// A list may stand as deep as the key that it is the value of.
	if n == 0 || f.open[n-1].column < column || f.open[n-1].column == column && list && !f.open[n-1].list {
		f.open = append(f.open, block{column: column, list: list})
		n++
	}
	f.open[n-1].line, f.open[n-1].key = f.c.pos.Line, key
}

// settle closes the blocks that the line at hand is no longer part of. A line that does not
// fit what is left is read where it most likely belongs, or dropped: then it returns false.
func (f *trapFinder) settle() bool {
	column, item := f.c.pos.Column, f.c.item()
	was := f.open
	closed := false
	for n := len(f.open); n > 0 && f.open[n-1].column > column; n = len(f.open) {
		f.open, closed = f.open[:n-1], true
	}
	n := len(f.open)
	var top block
	if n > 0 {
		top = f.open[n-1]
	}
	if f.pending != none && (column > f.pending || column == f.pending && item && !top.list) {
		return true // the value of the entry above
	}
	f.pending = none
	if column, ok := f.strayed(was); ok && closed {
		p := stepBackProblem(f.c.pos, f.lineEnd())
		p.Message = "this line is indented less than the lines around it, which go together"
		p.Hint = blanksHint(f.c.pos.Column, column)
		f.reopen(was, column)
		f.move(column, p)
		return true
	}
	switch {
	case n == 0 || top.column < column && closed:
		return f.stepBack(was, item)
	case top.column < column:
		return f.deeper(top, item)
	case top.list && !item:
		if n > 1 && f.open[n-2].column == column {
			f.open = f.open[:n-1] // the list was the value of a key as deep
			return true
		}
		return f.amongItems(was, top)
	case item && !top.list:
		return f.amongKeys(top)
	}
	return true
}

// strayed returns where the key at the cursor belongs that stands too far to the left: its
// value is complete, and the next line is a key of a mapping that it would close.
func (f *trapFinder) strayed(was []block) (column int, ok bool) {
	ahead := *f
	if f.c.item() || !ahead.key() {
		return 0, false
	}
	if ahead.c.skipBlanks(); ahead.ends() || strings.ContainsRune("|>", ahead.c.peek()) {
		return 0, false
	}
	ahead.endOfLine()
	for isBlankOrBreak(ahead.c.peek()) {
		ahead.c.next()
	}
	at := ahead.c.pos
	if f.c.peek() == '-' { // a dash without its blank
		return 0, false
	}
	if at.Column <= f.c.pos.Column || ahead.c.item() || !ahead.c.entry() {
		return 0, false
	}
	for _, b := range was {
		if b.column == at.Column && !b.list {
			return b.column, true
		}
	}
	return 0, false
}

// reopen goes back to the block at a column, of those that were open.
func (f *trapFinder) reopen(was []block, column int) {
	for len(was) > 0 && was[len(was)-1].column > column {
		was = was[:len(was)-1]
	}
	f.open = was
}

// stepBack reads a line that is indented like no block as part of the nearest one.
func (f *trapFinder) stepBack(was []block, item bool) bool {
	p := stepBackProblem(f.c.pos, f.lineEnd())
	if column, ok := nearest(was, f.c.pos.Column, item); ok && f.isEntry() {
		p.Hint = blanksHint(f.c.pos.Column, column)
		f.reopen(was, column)
		f.move(column, p)
		return true
	}
	f.problems = append(f.problems, p)
	f.unmasked = true
	f.endOfLine()
	f.c.next()
	return false
}

// isEntry reports whether an item or a key starts at the cursor.
func (f *trapFinder) isEntry() bool {
	ahead := *f
	return f.c.item() || ahead.key()
}

// deeper reports a line that is indented as if it were part of a value that is
// complete. An entry of the block at hand is read all the same, as far to the left
// as it belongs.
func (f *trapFinder) deeper(top block, item bool) bool {
	p := tooDeepProblem(f.c.pos, f.lineEnd(), top)
	if item != top.list || !f.isEntry() {
		f.drop(p, true)
		return false
	}
	f.move(top.column, p)
	return true
}

// amongItems reports a line that is as deep as the items of a list and is not an item. A key most
// likely belongs to the last item.
func (f *trapFinder) amongItems(was []block, top block) bool {
	p := strayProblem(f.c, f.lineEnd(), top)
	for i, b := range was {
		if b == top && i+1 < len(was) && !was[i+1].list && f.isEntry() && f.c.peek() != '-' {
			column := was[i+1].column
			p.Hint = blanksHint(f.c.pos.Column, column) + ", as far as the keys of that item"
			f.reopen(was, column)
			f.move(column, p)
			return true
		}
	}
	f.drop(p, false)
	return false
}

// amongKeys reports an item that is as deep as the keys of a mapping. It most likely belongs
// to the list that the mapping is an item of.
func (f *trapFinder) amongKeys(top block) bool {
	p := strayProblem(f.c, f.lineEnd(), top)
	if n := len(f.open); n > 1 && f.open[n-2].list && f.open[n-2].line <= top.line {
		list := f.open[n-2]
		p.Message = fmt.Sprintf("this item is indented deeper than the item above it, on line %d", list.line)
		p.Hint = fewerBlanks(f.c.pos.Column - list.column)
		f.open = f.open[:n-1]
		f.move(list.column, p)
		return true
	}
	f.drop(p, false)
	return false
}

// drop reports the line at hand and blanks it out with all that is indented deeper below it,
// and where the line itself is too deep, with all that is as deep.
func (f *trapFinder) drop(p Problem, tooDeep bool) {
	start := f.c
	f.endOfLine()
	for ahead := f.c; ; {
		for isBlankOrBreak(ahead.peek()) {
			ahead.next()
		}
		if ahead.peek() == eof || ahead.pos.Column < start.pos.Column || ahead.pos.Column == start.pos.Column && !tooDeep {
			break
		}
		f.c = ahead
		f.endOfLine()
		ahead = f.c
	}
	f.problems = append(f.problems, p)
	f.lose(start)
}

// item reports whether an item of a list starts at the cursor.
func (c *cursor) item() bool { return c.peek() == '-' && c.blankBehind() }

// entry reports whether a key that could be one of the format's starts at the
// cursor. Text that happens to have a colon seldom has it behind its first word.
func (c *cursor) entry() bool {
	ahead := *c
	if r := ahead.peek(); r == '"' || r == '\'' {
		if end := strings.IndexByte(ahead.text[ahead.off:], '\n'); end >= 0 {
			ahead.text = ahead.text[:ahead.off+end] // a key is written on one line
		}
		if !skipQuoted(&ahead, r) {
			return false
		}
	} else {
		for isWordRune(ahead.peek()) {
			ahead.next()
		}
	}
	return ahead.off > c.off && ahead.colon()
}

// startsLine reports whether nothing but blanks and dashes stands before the
// cursor on its line, and where the first that is no blank stands.
func (c *cursor) startsLine() (column int, ok bool) {
	column = c.pos.Column
	for i := c.off - 1; i >= 0 && c.text[i] != '\n'; i-- {
		switch c.text[i] {
		case '-':
			column = c.pos.Column - (c.off - i)
		case ' ', '\t':
		default:
			return 0, false
		}
	}
	return column, true
}

func stepBackProblem(at, end Pos) Problem {
	return Problem{
		Code:    "yaml-indent",
		Message: "the indentation of this line fits no line above it",
		Hint:    "indent it as far as the entries that it belongs to",
		Start:   at,
		End:     end,
	}
}

func tooDeepProblem(at, end Pos, top block) Problem {
	p := Problem{
		Code:    "yaml-indent",
		Message: fmt.Sprintf("this line is indented deeper than the item on line %d, which is complete", top.line),
		Hint:    "indent it as far as the entries that it belongs to",
		Start:   at,
		End:     end,
	}
	if !top.list {
		p.Message = fmt.Sprintf("this line is indented deeper than `%s` on line %d, whose value is complete", clip(top.key), top.line)
		p.Hint = fmt.Sprintf("%s; if it goes on with the text above, put that text into a `>-` block", fewerBlanks(at.Column-top.column))
	}
	return p
}

func fewerBlanks(n int) string {
	if n == 1 {
		return "remove one blank in front of it"
	}
	return fmt.Sprintf("remove %d blanks in front of it", n)
}

// strayProblem is an entry among items, or an item among entries.
func strayProblem(c cursor, end Pos, top block) Problem {
	p := Problem{Code: "yaml-indent", Start: c.pos, End: end}
	dash := c.peek() == '-'
	switch {
	case top.list && dash:
		p.Code = "yaml-indicator"
		p.Message = "an item of a list is `- ` and its value: a blank after the dash is missing"
		p.Hint = "write a blank after the dash"
	case top.list:
		p.Message = fmt.Sprintf("this line stands among the items of a list (the last is on line %d) and is none", top.line)
		p.Hint = "indent it as far as the entries that it belongs to, or start it with `- `"
	default:
		p.Message = fmt.Sprintf("an item of a list stands here among keys (the last is `%s` on line %d)", clip(top.key), top.line)
		p.Hint = "remove the dash, or move the item below the key that it belongs to"
	}
	return p
}
