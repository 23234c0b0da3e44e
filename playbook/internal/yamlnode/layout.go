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

// fit says how a line goes with the blocks that are open.
type fit uint8

const (
	fits     fit = iota
	tooDeep      // an entry of the block at hand, indented too far
	misfit       // no part of any block; it has been dropped
	stepBack     // indented like no block; nothing can be done about it
)

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

// settle closes the blocks that the line at hand is no longer part of, and
// reports a line that does not fit what is left.
func (f *trapFinder) settle() fit {
	column, item := f.c.pos.Column, f.c.item()
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
		return fits // the value of the entry above
	}
	f.pending = none
	switch {
	case n == 0 || top.column < column && closed:
		f.problems = append(f.problems, stepBackProblem(f.c.pos, f.lineEnd()))
		f.unmasked = true
		return stepBack
	case top.column < column:
		return f.deeper(top, item)
	case top.list && !item:
		if n > 1 && f.open[n-2].column == column {
			f.open = f.open[:n-1] // the list was the value of a key as deep
			return fits
		}
		f.drop(strayProblem(f.c, f.lineEnd(), top))
		return misfit
	case item && !top.list:
		f.drop(strayProblem(f.c, f.lineEnd(), top))
		return misfit
	}
	return fits
}

// deeper reports a line that is indented as if it were part of a value that is
// complete. An entry of a mapping is read all the same, as far to the left as
// it belongs.
func (f *trapFinder) deeper(top block, item bool) fit {
	p := tooDeepProblem(f.c.pos, f.lineEnd(), top)
	ahead := *f
	if item || top.list || !ahead.key() {
		f.drop(p)
		return misfit
	}
	f.problems = append(f.problems, p)
	excess := f.c.pos.Column - top.column
	f.masks = append(f.masks, mask{from: f.c.off - excess, to: f.c.off, cut: true})
	f.shifts[f.c.pos.Line] = excess
	return tooDeep
}

// drop reports the line at hand and blanks it out with all that is indented
// deeper below it.
func (f *trapFinder) drop(p Problem) {
	start := f.c
	f.endOfLine()
	for ahead := f.c; ; {
		for isBlankOrBreak(ahead.peek()) {
			ahead.next()
		}
		if ahead.peek() == eof || ahead.pos.Column <= start.pos.Column {
			break
		}
		f.c = ahead
		f.endOfLine()
		ahead = f.c
	}
	f.problems = append(f.problems, p)
	f.masks = append(f.masks, mask{from: start.off, to: f.c.off})
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
